//! The control API: plays payers, clerks, faults and time from outside, over plain HTTP.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use quita_banks::simulator::Control;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::clock::ClockError;
use crate::host::{NewClient, SandboxError};
use crate::house::House;

/// The routes under `/_sim`.
pub(crate) fn router(house: Arc<House>) -> Router {
    Router::new()
        .route("/_sim/clock", get(clock).post(set_clock))
        .route("/_sim/ca.pem", get(ca))
        .route("/_sim/webhook-ca.pem", get(webhook_ca))
        .route("/_sim/server-certificates", post(server_certificate))
        .route("/_sim/{bank}/control", post(control))
        .route("/_sim/{bank}/inspect", get(inspect))
        .route("/_sim/{bank}/clients", post(new_client))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "Este endereço não existe."))
        .with_state(house)
}

type Answer = Result<Json<serde_json::Value>, Problem>;

async fn control(State(house): State<Arc<House>>, Path(bank): Path<String>, body: Bytes) -> Answer {
    Ok(Json(house.control(&bank, &parse::<Control>(&body)?)?))
}

async fn inspect(State(house): State<Arc<House>>, Path(bank): Path<String>) -> Answer {
    Ok(Json(house.control(&bank, &Control::Inspect)?))
}

async fn new_client(
    State(house): State<Arc<House>>,
    Path(bank): Path<String>,
    body: Bytes,
) -> Answer {
    Ok(Json(json!(house.new_client(&bank, &parse::<NewClient>(&body)?)?)))
}

/// Asks for a certificate that clients of the sandbox trust.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerNames {
    names: Vec<String>,
}

async fn server_certificate(State(house): State<Arc<House>>, body: Bytes) -> Answer {
    let ServerNames { names } = parse(&body)?;
    let made = house.server_certificate(&names).map_err(SandboxError::from)?;
    Ok(Json(json!({ "certificate": made.certificate, "key": made.key })))
}

async fn clock(State(house): State<Arc<House>>) -> Answer {
    Ok(Json(json!({ "now": house.clock.now(), "frozen": house.clock.is_frozen() })))
}

/// What to do with the clock: `advance` or `to`, then `freeze`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    advance: Option<Advance>,
    to: Option<Timestamp>,
    freeze: Option<bool>,
}

/// Seconds, or a duration such as `PT24H` or `P1D`; days are those of São Paulo.
#[derive(Deserialize)]
#[serde(untagged)]
enum Advance {
    Seconds(i64),
    Span(Span),
}

async fn set_clock(State(house): State<Arc<House>>, body: Bytes) -> Answer {
    let asked: SetClock = parse(&body)?;
    let target = match (&asked.advance, asked.to) {
        (None, None) => None,
        (Some(advance), None) => Some(after(house.clock.now(), advance)?),
        (None, to) => to,
        (Some(_), Some(_)) => {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "Informe advance ou to, não os dois.",
            ));
        }
    };
    // It waits for webhooks on its way, on a thread that may wait.
    let moved = tokio::task::spawn_blocking({
        let house = Arc::clone(&house);
        move || -> Result<(), ClockError> {
            target.map_or(Ok(()), |target| house.advance_to(target))?;
            match asked.freeze {
                Some(true) => house.clock.freeze(),
                Some(false) => house.clock.run(),
                None => Ok(()),
            }
        }
    });
    match moved.await {
        Ok(moved) => moved.map_err(SandboxError::from)?,
        Err(_) => {
            return Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "O avanço do relógio foi interrompido.",
            ));
        }
    }
    clock(State(house)).await
}

fn after(now: Timestamp, advance: &Advance) -> Result<Timestamp, Problem> {
    let span = match advance {
        Advance::Seconds(seconds) => Span::new().try_seconds(*seconds),
        Advance::Span(span) => Ok(*span),
    };
    let zone = TimeZone::get("America/Sao_Paulo").unwrap_or(TimeZone::UTC);
    span.and_then(|span| now.to_zoned(zone).checked_add(span))
        .map(|then| then.timestamp())
        .map_err(|_| SandboxError::from(ClockError::TooFar).into())
}

async fn ca(State(house): State<Arc<House>>) -> Response {
    pem(house.ca.bank.certificate())
}

async fn webhook_ca(State(house): State<Arc<House>>) -> Response {
    pem(house.ca.webhook.certificate())
}

fn pem(certificate: &str) -> Response {
    ([(CONTENT_TYPE, "application/x-pem-file")], certificate.to_owned()).into_response()
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let text = format!("O corpo não é o JSON esperado: {error}.");
        Problem::new(StatusCode::BAD_REQUEST, &text)
    })
}

/// An error, as RFC 9457 describes it.
struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    fn new(status: StatusCode, detail: &str) -> Self {
        Self { status, detail: detail.to_owned() }
    }
}

impl From<SandboxError> for Problem {
    fn from(error: SandboxError) -> Self {
        let status = match error {
            SandboxError::UnknownBank { .. } => StatusCode::NOT_FOUND,
            SandboxError::Control(_) | SandboxError::Clock(_) | SandboxError::Ca(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, detail: error.to_string() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = match self.status {
            StatusCode::NOT_FOUND => "Não encontrado",
            StatusCode::BAD_REQUEST => "Pedido inválido",
            StatusCode::UNPROCESSABLE_ENTITY => "Pedido recusado",
            _ => "Erro do ambiente de testes",
        };
        let body = json!({
            "title": title, "status": self.status.as_u16(), "detail": self.detail,
        });
        let mut response = (self.status, Json(body)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, problem);
        response
    }
}
