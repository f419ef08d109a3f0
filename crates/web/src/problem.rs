//! What went wrong, as RFC 9457 tells it.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use quita_engine::error::{Error, FieldError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// A kind of problem: what stays the same whenever it happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Last part of `type`.
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
}

const fn kind(code: &'static str, status: StatusCode, title: &'static str) -> Kind {
    Kind { code, status, title }
}

/// The kinds of problems. A conflict carries the code of its cause instead of its own.
pub(crate) mod kinds {
    use super::{Kind, StatusCode, kind};

    pub(crate) const MALFORMED: Kind =
        kind("malformed", StatusCode::BAD_REQUEST, "O pedido não pôde ser lido");
    pub(crate) const NO_KEY: Kind =
        kind("idempotency_key", StatusCode::BAD_REQUEST, "Falta o cabeçalho Idempotency-Key");
    pub(crate) const UNAUTHORIZED: Kind =
        kind("unauthorized", StatusCode::UNAUTHORIZED, "Token ausente ou inválido");
    pub(crate) const FORBIDDEN: Kind =
        kind("forbidden", StatusCode::FORBIDDEN, "Sem permissão para isto");
    pub(crate) const NOT_FOUND: Kind = kind("not_found", StatusCode::NOT_FOUND, "Não encontrado");
    pub(crate) const METHOD: Kind =
        kind("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "Método não aceito aqui");
    pub(crate) const CONFLICT: Kind =
        kind("conflict", StatusCode::CONFLICT, "Não é possível no estado atual");
    pub(crate) const RUNNING: Kind =
        kind("request_in_progress", StatusCode::CONFLICT, "O mesmo pedido está em andamento");
    pub(crate) const TOO_LARGE: Kind =
        kind("too_large", StatusCode::PAYLOAD_TOO_LARGE, "Pedido grande demais");
    pub(crate) const NOT_JSON: Kind =
        kind("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Envie JSON");
    pub(crate) const INVALID: Kind =
        kind("invalid", StatusCode::UNPROCESSABLE_ENTITY, "Há campos a corrigir");
    pub(crate) const KEY_REUSED: Kind = kind(
        "idempotency_key_reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "Idempotency-Key já usada com outro conteúdo",
    );
    pub(crate) const INTERNAL: Kind =
        kind("internal", StatusCode::INTERNAL_SERVER_ERROR, "Defeito nosso");
    pub(crate) const BANK_UNAVAILABLE: Kind =
        kind("bank_unavailable", StatusCode::SERVICE_UNAVAILABLE, "O banco não responde agora");
    pub(crate) const UNAVAILABLE: Kind =
        kind("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Serviço indisponível agora");

    /// All of them, for the documentation.
    pub(crate) const ALL: [Kind; 15] = [
        MALFORMED,
        NO_KEY,
        UNAUTHORIZED,
        FORBIDDEN,
        NOT_FOUND,
        METHOD,
        CONFLICT,
        RUNNING,
        TOO_LARGE,
        NOT_JSON,
        INVALID,
        KEY_REUSED,
        INTERNAL,
        BANK_UNAVAILABLE,
        UNAVAILABLE,
    ];
}

/// A problem on its way to the caller. Turned into an answer with the id of the request by
/// [`crate::request_id`].
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Box<str>,
    errors: Vec<FieldError>,
    /// Seconds after which a repetition may do better.
    retry_after: Option<&'static str>,
    /// For the log, never for the caller.
    inside: Option<Box<str>>,
}

/// `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView<'a> {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid")]
    kind: String,
    /// The kind of problem in a few words.
    title: &'a str,
    /// HTTP status.
    status: u16,
    /// What happened and what to do.
    detail: &'a str,
    /// Fields at fault, all of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<FieldErrorView>, required = false)]
    errors: &'a [FieldError],
    /// The same as in the header `x-request-id`.
    request_id: &'a str,
}

/// A field at fault.
#[derive(ToSchema)]
#[schema(as = FieldError)]
#[expect(dead_code, reason = "describes FieldError to the documentation")]
pub(crate) struct FieldErrorView {
    /// Path of the field: `customer.address.postal_code`, `boletos[3].amount`.
    field: String,
    /// For programs: `missing`, `invalid`, `too_long`…
    code: String,
    /// For people: what is wrong and what to do.
    message: String,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Box<str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None, inside: None }
    }

    pub(crate) fn internal(inside: impl Into<Box<str>>) -> Self {
        let detail = "Algo falhou deste lado e ficou registrado. Repita; se continuar, informe o \
                      request_id a quem cuida da instalação.";
        Self { inside: Some(inside.into()), ..Self::new(kinds::INTERNAL, detail) }
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "Envie o cabeçalho «Authorization: Bearer quita_…» com um token válido desta \
                      instalação.";
        Self::new(kinds::UNAUTHORIZED, detail)
    }

    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", one.field, one.message),
            many => format!("{} campos precisam de correção; nada foi gravado.", many.len()),
        };
        Self { errors, ..Self::new(kinds::INVALID, detail) }
    }

    /// The same fields, but the request itself cannot be understood.
    pub(crate) fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    fn retry_after(mut self, seconds: &'static str) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Writes down what only we may know.
    pub(crate) fn log(&self) {
        if let Some(inside) = &self.inside {
            tracing::error!(code = self.kind.code, error = inside, "request failed");
        }
    }

    /// The answer.
    pub(crate) fn render(&self, request_id: &str) -> Response {
        let view = ProblemView {
            kind: format!("/problems/{}", self.kind.code),
            title: self.kind.title,
            status: self.kind.status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
            request_id,
        };
        let mut response = (self.kind.status, Json(view)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        if self.kind.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::Invalid(errors) => Self::invalid(errors),
            Error::NotFound(_) => Self::new(kinds::NOT_FOUND, text),
            Error::Conflict { code, message } => {
                Self::new(Kind { code, ..kinds::CONFLICT }, message)
            }
            Error::OtherBody => Self::new(
                kinds::KEY_REUSED,
                "Esta Idempotency-Key já foi usada com outro conteúdo; use uma chave nova para \
                 cada pedido novo.",
            ),
            Error::Running => Self::new(
                kinds::RUNNING,
                "Um pedido com esta Idempotency-Key está em andamento; repita em instantes.",
            )
            .retry_after("1"),
            Error::Forbidden(_) => Self::new(kinds::FORBIDDEN, text),
            Error::BankUnavailable(_) => Self::new(kinds::BANK_UNAVAILABLE, text).retry_after("30"),
            Error::Store(StoreError::Busy(_) | StoreError::Unavailable(_)) => {
                let detail = "O banco de dados não responde agora. Repita com a mesma \
                              Idempotency-Key.";
                let unavailable = Self::new(kinds::UNAVAILABLE, detail).retry_after("2");
                Self { inside: Some(text.into()), ..unavailable }
            }
            Error::Store(_) | Error::Config(_) | Error::Internal(_) => Self::internal(text),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_happened_inside_is_for_the_log_alone() {
        let secret = || "tabela boletos, senha 123".to_owned();
        for (error, status, retry) in [
            (Error::Internal(secret()), 500, None),
            (Error::Config(secret()), 500, None),
            (Error::Store(StoreError::Corrupt(secret())), 500, None),
            (Error::Store(StoreError::Internal(secret())), 500, None),
            (Error::Store(StoreError::Refused(secret())), 500, None),
            (Error::Store(StoreError::Conflict { constraint: secret() }), 500, None),
            (Error::Store(StoreError::Busy(secret())), 503, Some("2")),
            (Error::Store(StoreError::Unavailable(secret())), 503, Some("2")),
        ] {
            let problem = Problem::from(error);
            assert!(problem.inside.as_ref().is_some_and(|inside| inside.contains("senha 123")));
            let response = problem.render("pedido-1");
            assert_eq!(response.status().as_u16(), status);
            let after = response.headers().get(RETRY_AFTER).map(|v| v.to_str().unwrap());
            assert_eq!(after, retry);
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(!body.contains("senha") && body.contains("pedido-1"), "{body}");
        }
    }
}
