//! What every handler shares: the world, and the tokens seen a moment ago.

use std::ops::Deref;
use std::sync::Arc;

use quita_engine::error::Error;
use quita_engine::world::World;

use crate::auth::KnownTokens;
use crate::problem::Problem;

/// The state of the router.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// See [`App`].
pub(crate) struct Shared {
    pub(crate) world: Arc<World>,
    pub(crate) known_tokens: KnownTokens,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self(Arc::new(Shared { world, known_tokens: KnownTokens::default() }))
    }

    /// Runs a use case, which may wait for the database or a bank, on a thread for that.
    pub(crate) async fn desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&World) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        let world = Arc::clone(&self.world);
        match tokio::task::spawn_blocking(move || work(&world)).await {
            Ok(done) => done.map_err(Problem::from),
            Err(panic) => Err(Problem::internal(format!("a use case did not end: {panic}"))),
        }
    }
}
