//! The description of the API, generated from the code.

use std::collections::BTreeMap;

use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Content, Header, ObjectBuilder, OpenApi as Description, PathItem, Ref, RefOr, Response, Type,
};

use crate::problem::{FieldErrorView, ProblemView};
use crate::{examples, words};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "quita",
        description = "Boletos e Pix pelo banco da própria empresa.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    components(schemas(ProblemView, FieldErrorView)),
    security(("token" = [])),
    tags(
        (name = "boletos", description = "Boletos"),
        (name = "charges", description = "Cobranças"),
        (name = "receipts", description = "Recebimentos"),
        (name = "statements", description = "Extratos"),
        (name = "reconciliation", description = "Conciliação"),
        (name = "remittances", description = "Remessas"),
        (name = "returns", description = "Retornos"),
        (name = "events", description = "Eventos"),
        (name = "pending", description = "Pendências"),
        (name = "customers", description = "Clientes"),
        (name = "payment_forms", description = "Formas de pagamento"),
        (name = "contracts", description = "Contratos"),
        (name = "terms", description = "Parâmetros de boleto"),
        (name = "accounts", description = "Contas e bancos"),
        (name = "company", description = "Empresa"),
        (name = "tokens", description = "Tokens"),
        (name = "health", description = "Servidor"),
    )
)]
struct Api;

/// Everything but the operations.
pub(crate) fn base() -> Description {
    let mut api = Api::openapi();
    api.info.contact = None;
    let scheme = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Um token desta instalação: `Authorization: Bearer quita_…`."))
        .build();
    if let Some(components) = &mut api.components {
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
    api
}

/// What is the same for all operations of a kind, and the Portuguese of all fields.
pub(crate) fn finish(mut api: Description) -> Description {
    for (path, item) in &mut api.paths.paths {
        for operation in operations(item) {
            add_problems(path, operation);
            add_example(operation);
        }
    }
    let Some(components) = &mut api.components else { return api };
    for (name, schema) in &mut components.schemas {
        let RefOr::T(schema) = schema else { continue };
        if let Some(text) = words::schema(name) {
            describe(schema, text);
        }
        let Schema::Object(object) = schema else { continue };
        for (field, property) in &mut object.properties {
            match property {
                RefOr::T(schema) => {
                    if let Some(text) = words::field(name, field) {
                        describe(schema, text);
                    }
                    if let Some((_, item)) = name.split_once('_') {
                        refer(schema, item);
                    }
                }
                RefOr::Ref(reference) => {
                    if let Some(text) = words::field(name, field) {
                        text.clone_into(&mut reference.description);
                    }
                }
            }
        }
    }
    api
}

/// The operations of a path that this API uses.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

fn describe(schema: &mut Schema, text: &str) {
    let text = Some(text.to_owned());
    match schema {
        Schema::Object(object) => object.description = text,
        Schema::Array(array) => array.description = text,
        Schema::OneOf(choice) => {
            choice.description = text;
            for item in &mut choice.items {
                if let RefOr::Ref(reference) = item {
                    reference.description.clear();
                }
            }
        }
        _ => {}
    }
}

/// The items of a page or list are described once, where they are at home.
fn refer(schema: &mut Schema, item: &str) {
    if let Schema::Array(array) = schema {
        let reference = RefOr::Ref(Ref::from_schema_name(item));
        array.items = ArrayItems::RefOrSchema(Box::new(reference));
    }
}

/// Which problems an operation may answer with, by what it takes.
fn add_problems(path: &str, operation: &mut Operation) {
    let open = operation.security.is_some();
    let has = |name: &str| {
        operation.parameters.iter().flatten().any(|p| match p {
            RefOr::T(parameter) => parameter.name == name,
            RefOr::Ref(_) => false,
        })
    };
    let (keyed, of_one) = (has("Idempotency-Key"), has("id"));
    let body = operation.request_body.is_some();
    let is_json = |body: &RefOr<RequestBody>| match body {
        RefOr::T(body) => body.content.contains_key("application/json"),
        RefOr::Ref(_) => true,
    };
    let file = operation.request_body.as_ref().is_some_and(|body| !is_json(body));
    let too_large = if file { "Arquivo maior que 20 MiB" } else { "Corpo maior que 2 MiB" };
    let by_state = ["/enrolment", "/renewal", "/rehearsal"].iter().any(|word| path.contains(word));
    let query = operation.parameters.as_ref().is_some_and(|p| p.len() > usize::from(of_one));
    let possible = [
        (body || keyed, "400", "JSON mal escrito ou cabeçalho obrigatório ausente"),
        (!open, "401", "Token ausente ou inválido"),
        (!open, "403", "O token não tem a permissão necessária"),
        (of_one || path.ends_with("/pdf"), "404", "Não existe nesta empresa"),
        (
            keyed || file || path.ends_with("/pdf") || by_state,
            "409",
            "Não é possível no estado atual, ou o mesmo pedido está em andamento",
        ),
        (body, "413", too_large),
        (body && !file, "415", "O corpo não é JSON"),
        (body || query, "422", "Campos a corrigir, todos em `errors`"),
        (true, "503", "Indisponível agora; repita com a mesma Idempotency-Key"),
    ];
    for (_, status, description) in possible.into_iter().filter(|(may, ..)| *may) {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = Response::builder()
            .description(description)
            .content("application/problem+json", content)
            .build();
        operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
    }
    if keyed {
        for (status, response) in &mut operation.responses.responses {
            if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
                response.headers = BTreeMap::from([("Idempotent-Replayed".into(), replayed())]);
            }
        }
    }
}

fn replayed() -> RefOr<Header> {
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["true"])).build();
    let mut header = Header::new(text);
    header.description = Some("Presente quando a resposta é a de um pedido anterior.".into());
    RefOr::T(header)
}

fn add_example(operation: &mut Operation) {
    let example = operation.operation_id.as_deref().and_then(examples::body);
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content {
            content.example = example.and_then(|text| serde_json::from_str(text).ok());
        }
    }
}
