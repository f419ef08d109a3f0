//! What a request holds: its JSON body, its query, the id in its path, its key. What cannot
//! be read is told with the name of the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use quita_engine::desk::issue::{check_key, fingerprint};
use quita_engine::desk::once;
use quita_engine::error::{Error, FieldError};
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use utoipa::IntoParams;

use crate::app::App;
use crate::json_error;
use crate::problem::{Problem, kinds};

/// Largest body: a batch of a thousand boletos fits.
pub(crate) const BODY_MAX: usize = 2 * 1024 * 1024;

/// A JSON body, with the fingerprint of the request.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) fingerprint: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "Envie o corpo em JSON, com «Content-Type: application/json».";
            return Err(Problem::new(kinds::NOT_JSON, detail));
        }
        let what = format!("{} {}", request.method(), request.uri().path());
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let detail = format!("O corpo passa de {} MiB; divida o pedido.", BODY_MAX >> 20);
                return Problem::new(kinds::TOO_LARGE, detail);
            }
            Problem::new(kinds::MALFORMED, "O corpo chegou incompleto; envie de novo.")
        })?;
        let value = json_error::parse(&bytes)?;
        Ok(Self { value, fingerprint: fingerprint(&what, &bytes) })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The header `Idempotency-Key`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct Key {
    /// Único para cada pedido novo, até 200 caracteres visíveis; um UUID serve.
    #[param(rename = "Idempotency-Key", max_length = 200, example = "venda-450-parcela-1")]
    pub(crate) key: String,
}

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let given = parts.headers.get("idempotency-key").map(|v| v.to_str().unwrap_or(" "));
        let key = given.unwrap_or_default().to_owned();
        match check_key(&key) {
            Ok(()) => Ok(Self { key }),
            Err(error) => Err(Problem::from(error).of_kind(kinds::NO_KEY)),
        }
    }
}

impl Key {
    /// With the fingerprint: what tells a repetition.
    pub(crate) fn with(self, fingerprint: String) -> once::Request {
        once::Request { key: self.key, fingerprint }
    }
}

/// An id in the path.
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match Path::<String>::from_request_parts(parts, app).await {
            Ok(Path(id)) if is_id(&id) => Ok(Self(id)),
            _ => Err(Problem::new(kinds::NOT_FOUND, "O endereço não traz um id desta API.")),
        }
    }
}

/// Whether a text looks like a UUID as this API writes them.
pub(crate) fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// The query. All of its fields are texts, empty when left out.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| {
            Problem::new(kinds::MALFORMED, "Os parâmetros do endereço não puderam ser lidos.")
        })?;
        let pairs = pairs.0;
        if let Some((name, _)) = pairs.iter().find(|(_, value)| value.contains('\0')) {
            let message = "não use o caractere U+0000";
            return Err(Problem::invalid(vec![FieldError::new(name, "invalid", message)]));
        }
        let map = MapDeserializer::new(pairs.into_iter());
        match serde_path_to_error::deserialize::<_, T>(map) {
            Ok(params) => Ok(Self(params)),
            Err(error) => {
                let path = error.path().to_string();
                let inner: serde::de::value::Error = error.into_inner();
                Err(Problem::invalid(vec![json_error::field(&path, &inner.to_string())]))
            }
        }
    }
}

/// A number between two others; `otherwise` when left out.
pub(crate) fn number(
    name: &str,
    text: &str,
    otherwise: i64,
    range: std::ops::RangeInclusive<i64>,
) -> Result<i64, Error> {
    if text.is_empty() {
        return Ok(otherwise);
    }
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => {
            let message = format!("use um número inteiro de {} a {}", range.start(), range.end());
            Err(Error::invalid(name, "out_of_range", message))
        }
    }
}
