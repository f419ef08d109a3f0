//! Answers in the bank's words, errors above all.

use serde_json::{Value as Json, json};

use crate::contract::HttpResponse;

/// Something wrong with one field of a request.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) message: String,
    pub(super) value: String,
}

impl Field {
    pub(super) fn new(
        name: impl Into<String>,
        message: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), message: message.into(), value: value.into() }
    }
}

/// A JSON answer.
pub(super) fn json(status: u16, body: &Json) -> HttpResponse {
    typed(status, "application/json", body)
}

fn typed(status: u16, kind: &str, body: &Json) -> HttpResponse {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    HttpResponse { status, headers, body: body.to_string().into_bytes() }
}

/// An answer without body.
pub(super) fn empty(status: u16) -> HttpResponse {
    HttpResponse { status, ..HttpResponse::default() }
}

/// An error of cash management, of the bolecode, of notices.
pub(super) fn message(status: u16, text: &str) -> HttpResponse {
    json(status, &json!({ "codigo": status.to_string(), "mensagem": text }))
}

/// The same, naming fields.
pub(super) fn fields(status: u16, text: &str, fields: &[Field]) -> HttpResponse {
    let body = json!({
        "codigo": status.to_string(),
        "mensagem": text,
        "campos": list(fields),
    });
    json(status, &body)
}

/// What the bank says when fields are wrong.
pub(super) fn invalid(fields_at_fault: &[Field]) -> HttpResponse {
    let text = "Erros de validação. Verifique na resposta da API os campos informados.";
    fields(400, text, fields_at_fault)
}

/// A broken rule of business, with the code that the bank returned.
pub(super) fn refused(status: u16, text: &str) -> HttpResponse {
    let field = Field::new("COD-RET", text, "");
    fields(status, "Requisição não realizada por alguma regra de negócio não atendida.", &[field])
}

/// An error of boletos v3.
pub(super) fn v3(status: u16, text: &str, at_fault: &[Field]) -> HttpResponse {
    let codigo = if status == 400 { "validation_error".to_owned() } else { status.to_string() };
    let message = json!({ "codigo": codigo, "mensagem": text, "campos": list(at_fault) });
    json(status, &json!({ "messages": [message] }))
}

/// An error of Pix (RFC 7807).
pub(super) fn pix(status: u16, kind: &str, detail: &str) -> HttpResponse {
    let title = match status {
        400 => "Requisição inválida",
        403 => "Acesso Negado",
        404 => "Não encontrado",
        _ => "Erro",
    };
    let body = json!({
        "type": format!("https://pix.bcb.gov.br/api/v2/error/{kind}"),
        "title": title,
        "status": status,
        "detail": detail,
    });
    typed(status, "application/problem+json", &body)
}

/// An error of the statement.
pub(super) fn statement(status: u16, text: &str) -> HttpResponse {
    json(status, &json!({ "status": status, "message": text }))
}

/// The error of a service that broke down.
pub(super) fn broken(path: &str, status: u16) -> HttpResponse {
    let text = "Erro Inesperado. Entre em contato com o suporte Itaú.";
    match path.split('/').nth(1) {
        Some("pix_recebimentos" | "regulatorio-pix") => pix(status, "ErroInternoDoServidor", text),
        Some("account-statement") => statement(status, text),
        Some("boletos") => v3(status, text, &[]),
        _ => message(status, text),
    }
}

/// A 429, perhaps with the seconds to wait.
pub(super) fn too_many(retry_after: Option<u32>) -> HttpResponse {
    let mut answer = message(429, "Limite de requisições excedido");
    if let Some(seconds) = retry_after {
        answer.headers.push(("retry-after".to_owned(), seconds.to_string()));
    }
    answer
}

fn list(fields: &[Field]) -> Json {
    fields
        .iter()
        .map(|f| json!({ "campo": f.name, "mensagem": f.message, "valor": f.value }))
        .collect()
}
