//! The description of the API, generated from the code.

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::problem::{FieldErrorView, ProblemView};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "quita",
        description = "Boletos e Pix pelo banco da própria empresa.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact(),
    ),
    components(schemas(ProblemView, FieldErrorView)),
    security(("token" = [])),
    tags(
        (name = "boletos", description = "Emitir, consultar, imprimir, cancelar, alterar"),
        (name = "charges", description = "Cobranças: o que os clientes devem"),
        (name = "receipts", description = "Recebimentos: o que os clientes pagaram"),
        (name = "events", description = "O que aconteceu, em ordem"),
        (name = "pending", description = "Pendências: o que uma pessoa precisa olhar"),
        (name = "customers", description = "Clientes"),
        (name = "terms", description = "Parâmetros de boleto"),
        (name = "accounts", description = "Contas, credenciais e bancos"),
        (name = "company", description = "A empresa"),
        (name = "tokens", description = "Tokens de acesso"),
        (name = "health", description = "Estado do servidor"),
    )
)]
struct Api;

/// Everything but the operations.
pub(crate) fn base() -> Description {
    let mut api = Api::openapi();
    let scheme = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Um token desta instalação: `Authorization: Bearer quita_…`."))
        .build();
    if let Some(components) = &mut api.components {
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
    api
}

/// What is the same for every operation of a kind, added once all are known.
pub(crate) fn finish(api: Description) -> Description {
    api
}

/// As JSON.
pub(crate) fn text(api: Description) -> String {
    api.to_json().unwrap_or_default()
}
