//! Calls by banks, at addresses that only the bank knows.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use quita_engine::desk::hooks::{self, HttpResponse, Inbound};
use quita_engine::error::Error;
use quita_engine::world::World;
use tokio::sync::oneshot;

/// Where banks call.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/hooks/{token}", any(receive))
        .route("/hooks/{token}/", any(receive))
        .route("/hooks/{token}/{*rest}", any(receive))
        .layer(DefaultBodyLimit::max(hooks::BODY_MAX))
        .with_state(world)
}

/// Keeps the call and answers as the bank expects. Strangers learn nothing: no answer has a
/// body of ours.
async fn receive(State(world): State<Arc<World>>, request: Request) -> Response {
    let path = request.uri().path();
    let after = path.strip_prefix("/hooks/").unwrap_or_default();
    let (token, rest) = after.find('/').map_or((after, ""), |slash| after.split_at(slash));
    let token = token.to_owned();
    if !token.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = request.headers().iter().map(|(n, v)| (n.as_str().to_owned(), text(v)));
    let mut inbound = Inbound {
        method: request.method().to_string(),
        path: rest.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    match axum::body::Bytes::from_request(request, &()).await {
        Ok(body) => inbound.body = body.to_vec(),
        Err(rejection) => return rejection.status().into_response(),
    }
    // The thread that may wait is given back while the commit is under way.
    let (tell, told) = oneshot::channel();
    let desk = Arc::clone(&world);
    let kept = tokio::task::spawn_blocking(move || {
        hooks::receive_then(&desk, &token, &inbound, move |answer| {
            // Nobody listens when the caller has hung up; what was kept stays kept.
            let _ = tell.send(answer);
        });
    });
    let answer = match kept.await {
        Ok(()) => told.await.map_err(|_| "the store gave no answer".to_owned()),
        Err(panic) => Err(panic.to_string()),
    };
    match answer {
        Ok(Ok(answer)) => {
            (world.crash_point)(hooks::KEPT);
            render(answer)
        }
        Ok(Err(Error::NotFound(_))) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(error)) => not_kept(&error.to_string()),
        Err(error) => not_kept(&error),
    }
}

fn not_kept(error: &str) -> Response {
    tracing::error!(error, "a bank's call was not kept");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn render(answer: HttpResponse) -> Response {
    let mut response = Body::from(answer.body).into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
