//! What the public address serves: the calls of banks, and the pages of payers. Nothing else of
//! the desk can be reached there.

mod hooks;
mod limit;
mod payer;

use std::sync::Arc;

use axum::Router;
use quita_engine::world::World;

use crate::app::App;
use crate::exposure::Exposure;

/// All of it.
pub(crate) fn router(world: Arc<World>, exposure: Exposure) -> Router {
    let app = App::new(Arc::clone(&world), exposure);
    hooks::router(world).merge(payer::routes(&app).with_state(app))
}
