//! What every handler shares: the world, and the tokens seen a moment ago.

use std::ops::Deref;
use std::sync::Arc;

use quita_engine::error::Error;
use quita_engine::world::World;

use crate::auth::KnownTokens;
use crate::exposure::Exposure;
use crate::problem::Problem;

/// The state of the router.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

/// See [`App`].
pub(crate) struct Shared {
    pub(crate) world: Arc<World>,
    pub(crate) known_tokens: KnownTokens,
    pub(crate) exposure: Exposure,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn new(world: Arc<World>, exposure: Exposure) -> Self {
        Self(Arc::new(Shared { world, known_tokens: KnownTokens::default(), exposure }))
    }

    /// Runs a use case, which may wait for the database or a bank, on a thread for that.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&World) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let world = Arc::clone(&self.world);
        let done = tokio::task::spawn_blocking(move || work(&world)).await;
        done.map_err(|panic| Error::internal(format!("a use case did not end: {panic}")))?
    }

    /// As [`ask`](Self::ask), for programs.
    pub(crate) async fn desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&World) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.ask(work).await.map_err(Problem::from)
    }
}
