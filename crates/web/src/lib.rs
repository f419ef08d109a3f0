//! The web side: the screens, the REST API with its documentation, and the addresses that banks
//! call.
//!
//! No rules and no SQL: a handler reads the request, calls one use case of the desk on a
//! thread that may wait, and renders what it gives.

mod api;
mod app;
mod auth;
mod docs;
mod examples;
mod exposure;
mod health;
mod input;
mod json_error;
mod openapi;
mod pages;
mod problem;
mod public;
mod reply;
mod request_id;
mod words;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, middleware};
use quita_engine::error::Error;
use quita_engine::world::World;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
pub use crate::exposure::{Connect, ConnectSimulator, Exposure};
use crate::pages::failure::Failure;
pub use crate::pages::setup::{Make, Setup, setup_router};
use crate::problem::{Problem, kinds};

/// What people and programs of the companies reach: screens, API, documentation, health.
pub fn router(world: Arc<World>, exposure: Exposure) -> Router {
    let app = App::new(world, exposure);
    let (api, described) = described().split_for_parts();
    let described = Arc::new(openapi::finish(described));
    let docs = docs::router(&described);
    let openapi = get(move || async move { reply::ok(&*described) });
    api.route("/openapi.json", openapi)
        .merge(docs)
        .merge(pages::router())
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(input::BODY_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), request_id::named))
        .layer(middleware::from_fn_with_state(app.clone(), exposure::through_proxies))
        .with_state(app)
}

/// What the public address serves: the calls of banks, and the pages of payers.
pub fn public_router(world: Arc<World>, exposure: Exposure) -> Router {
    public::router(world, exposure)
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::base()).merge(api::routes()).routes(routes!(health::get))
}

async fn no_such_address(headers: HeaderMap) -> Response {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") {
        let nothing = Error::NotFound("Não há nada neste endereço.".into());
        return pages::guard(Failure::from(nothing).into_response());
    }
    Problem::new(kinds::NOT_FOUND, "Não há nada neste endereço; veja /docs.").into_response()
}

async fn no_such_method() -> Response {
    Problem::new(kinds::METHOD, "Este endereço não aceita este método; veja /docs.").into_response()
}
