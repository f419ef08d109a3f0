//! Answers.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use quita_engine::desk::issue::Stored;
use quita_engine::desk::logo::KeptLogo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// An answer, or why there is none.
pub(crate) type Answer = Result<Response, Problem>;

/// A list that is given whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// What was found.
    pub(crate) data: Vec<T>,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// JSON with a status.
pub(crate) fn json<T: Serialize>(status: StatusCode, value: &T) -> Answer {
    match serde_json::to_string(value) {
        Ok(text) => Ok((status, [(CONTENT_TYPE, JSON)], text).into_response()),
        Err(error) => Err(Problem::internal(format!("an answer is not JSON: {error}"))),
    }
}

/// JSON, 200.
pub(crate) fn ok<T: Serialize>(value: &T) -> Answer {
    json(StatusCode::OK, value)
}

/// An answer that is kept under a key.
pub(crate) fn stored(stored: &Stored) -> Answer {
    with_body(stored, stored.body.to_string())
}

/// The status and headers of an answer kept under a key, with a newer body.
pub(crate) fn with_body(stored: &Stored, body: String) -> Answer {
    let status = u16::try_from(stored.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
    let status = status.ok_or_else(|| Problem::internal("a stored status is no status"))?;
    let mut response = (status, [(CONTENT_TYPE, JSON)], body).into_response();
    if stored.replayed {
        let header = HeaderValue::from_static("true");
        response.headers_mut().insert("idempotent-replayed", header);
    }
    Ok(response)
}

/// A logo, which browsers keep for some minutes.
pub(crate) fn logo(logo: &KeptLogo) -> Response {
    let headers = [(CONTENT_TYPE, logo.media_type()), (CACHE_CONTROL, "private, max-age=300")];
    (headers, logo.image.clone()).into_response()
}

/// A PDF, shown by browsers, saved under a name.
pub(crate) fn pdf(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{name}.pdf\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// A file to be saved under a name, which may be anything that a person's computer called it.
pub(crate) fn download(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_. ".contains(*c);
    let name: String = name.chars().filter(is_plain).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
