//! Answers in the bank's words, errors above all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::contract::HttpResponse;
use crate::simulator::clock;

/// Something wrong with one field of a request.
pub(super) struct Violation {
    pub(super) reason: String,
    pub(super) property: Option<String>,
    pub(super) value: Option<String>,
}

impl Violation {
    /// About a field.
    pub(super) fn of(property: &str, reason: impl Into<String>, value: Option<String>) -> Self {
        Self { reason: reason.into(), property: Some(property.to_owned()), value }
    }

    /// About the request as a whole: without `propriedade`, as some of the bank's are.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), property: None, value: None }
    }
}

/// Which of the bank's error shapes a service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Token,
    Cobranca,
    Banking,
    Pix,
}

/// A JSON answer.
pub(super) fn json(status: u16, body: &Json) -> HttpResponse {
    typed(status, "application/json", body.to_string().into_bytes())
}

/// An answer without body.
pub(super) fn empty(status: u16) -> HttpResponse {
    HttpResponse { status, ..HttpResponse::default() }
}

/// A file in base64, as the bank gives all its PDFs.
pub(super) fn pdf(file: &[u8]) -> HttpResponse {
    json(200, &json!({ "pdf": STANDARD.encode(file) }))
}

/// A body of some type.
pub(super) fn typed(status: u16, content_type: &str, body: Vec<u8>) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    HttpResponse { status, headers, body }
}

/// A refused request of cobrança or banking.
pub(super) fn refused(
    status: u16,
    detail: &str,
    violations: &[Violation],
    now: Timestamp,
) -> HttpResponse {
    let body = json!({
        "title": "Requisição inválida",
        "detail": detail,
        "timestamp": clock::local_text(now),
        "violacoes": list(violations),
    });
    json(status, &body)
}

/// A refused request of the family.
pub(super) fn invalid(family: Family, violations: &[Violation], now: Timestamp) -> HttpResponse {
    let detail = "Um ou mais campos não respeitam o contrato.";
    match family {
        Family::Pix => pix_invalid("RequisicaoInvalida", detail, violations),
        Family::Token | Family::Cobranca | Family::Banking => refused(400, detail, violations, now),
    }
}

/// A refused request of Pix, with the type of error that Bacen names.
pub(super) fn pix_invalid(kind: &str, detail: &str, violations: &[Violation]) -> HttpResponse {
    let mut body = pix_problem(kind, 400, "Requisição inválida", detail);
    body["violacoes"] = list(violations);
    typed(400, "application/problem+json", body.to_string().into_bytes())
}

/// 403, 404, 5xx in the shape of the family.
pub(super) fn problem(family: Family, status: u16, detail: &str) -> HttpResponse {
    let (title, pix_kind) = match status {
        403 => ("Acesso negado", "AcessoNegado"),
        404 => ("Não encontrado", "NaoEncontrado"),
        405 => ("Método não permitido", "RequisicaoInvalida"),
        406 => ("Não disponível", "NaoEncontrado"),
        503 => ("Serviço indisponível", "ServicoIndisponivel"),
        504 => ("Tempo esgotado", "IndisponibilidadePorTempoEsgotado"),
        _ => ("Erro interno do servidor", "ErroInternoDoServidor"),
    };
    let body = match family {
        Family::Pix => pix_problem(pix_kind, status, title, detail),
        Family::Banking => {
            json!({ "title": title, "status": status.to_string(), "detail": detail })
        }
        Family::Cobranca | Family::Token => {
            json!({ "title": title, "status": status, "detail": detail })
        }
    };
    typed(status, "application/problem+json", body.to_string().into_bytes())
}

fn pix_problem(kind: &str, status: u16, title: &str, detail: &str) -> Json {
    json!({
        "type": format!("https://pix.bcb.gov.br/api/v2/error/{kind}"),
        "title": title,
        "status": status,
        "detail": detail,
    })
}

fn list(violations: &[Violation]) -> Json {
    let item = |violation: &Violation| {
        let mut item = json!({ "razao": violation.reason });
        if let Some(property) = &violation.property {
            item["propriedade"] = json!(property);
        }
        if let Some(value) = &violation.value {
            item["valor"] = json!(value);
        }
        item
    };
    violations.iter().map(item).collect()
}

/// The error of a service that broke down.
pub(super) fn broken(path: &str, status: u16) -> HttpResponse {
    let family = match path.split('/').nth(1) {
        Some("pix") => Family::Pix,
        Some("banking") => Family::Banking,
        Some("oauth") => Family::Token,
        _ => Family::Cobranca,
    };
    problem(family, status, "Não foi possível atender a requisição")
}
