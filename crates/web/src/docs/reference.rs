//! The reference: every operation and every object, from the description of the API.

use maud::{Markup, html};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayItems, KnownFormat, Schema, SchemaFormat, SchemaType,
};
use utoipa::openapi::{Object, OpenApi, RefOr, Required, Response, Type};

use super::prose;
use crate::examples;

/// An id as examples show it.
const EXAMPLE_ID: &str = "019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10";

struct Entry<'a> {
    method: &'static str,
    path: &'a str,
    operation: &'a Operation,
}

impl Entry<'_> {
    fn id(&self) -> &str {
        self.operation.operation_id.as_deref().unwrap_or_default()
    }

    fn summary(&self) -> &str {
        self.operation.summary.as_deref().unwrap_or_default()
    }

    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.operation.parameters.iter().flatten().filter_map(concrete)
    }
}

fn concrete<T>(value: &RefOr<T>) -> Option<&T> {
    match value {
        RefOr::T(value) => Some(value),
        RefOr::Ref(_) => None,
    }
}

/// The operations under a tag, in the order of the router.
fn of_tag<'a>(api: &'a OpenApi, tag: &'a str) -> impl Iterator<Item = Entry<'a>> {
    let methods = |item: &'a PathItem| {
        [("POST", &item.post), ("GET", &item.get), ("PUT", &item.put), ("DELETE", &item.delete)]
    };
    api.paths.paths.iter().flat_map(move |(path, item)| {
        methods(item).into_iter().filter_map(move |(method, operation)| {
            let operation = operation.as_ref()?;
            let tagged = operation.tags.iter().flatten().any(|t| t == tag);
            tagged.then_some(Entry { method, path, operation })
        })
    })
}

fn tags(api: &OpenApi) -> impl Iterator<Item = (&str, &str)> {
    let tags = api.tags.iter().flatten();
    tags.map(|tag| (tag.name.as_str(), tag.description.as_deref().unwrap_or_default()))
}

/// Links to operations and objects.
pub(super) fn index(api: &OpenApi) -> Markup {
    html! {
        @for (tag, title) in tags(api) {
            h2 { (title) }
            ul {
                @for entry in of_tag(api, tag) {
                    li { a href={ "#" (entry.id()) } { (method(entry.method)) (entry.summary()) } }
                }
            }
        }
        h2 { a href="#objetos" { "Objetos" } }
    }
}

fn method(name: &str) -> Markup {
    html! { span.method.{ "m-" (name) } { (name) } " " }
}

/// All operations, then all objects.
pub(super) fn reference(api: &OpenApi) -> Markup {
    html! {
        @for (tag, title) in tags(api) {
            section {
                h2 id={ "t-" (tag) } { (title) }
                @for entry in of_tag(api, tag) { (operation(api, &entry)) }
            }
        }
        section {
            h2 id="objetos" { "Objetos" }
            p { (needed(true)) " obrigatório no pedido, sempre presente na resposta" }
            @for (name, schema) in objects(api) {
                @if let Some(Schema::Object(object)) = concrete(schema) {
                    article id={ "o-" (name) } {
                        h3 { (name) }
                        @if let Some(text) = &object.description { p { (prose(text)) } }
                        (fields(object))
                    }
                }
            }
        }
    }
}

/// Objects with a place of their own; pages and lists are shown where they are answered.
fn objects(api: &OpenApi) -> impl Iterator<Item = (&String, &RefOr<Schema>)> {
    let schemas = api.components.iter().flat_map(|components| &components.schemas);
    schemas.filter(|(name, _)| !name.contains('_'))
}

fn operation(api: &OpenApi, entry: &Entry<'_>) -> Markup {
    let of = |place: ParameterIn| entry.parameters().filter(move |p| p.parameter_in == place);
    html! {
        article id=(entry.id()) {
            h3 { (entry.summary()) }
            p.path { (method(entry.method)) code { (entry.path) } }
            @if let Some(text) = &entry.operation.description { p { (prose(text)) } }
            (parameters("Cabeçalhos", of(ParameterIn::Header)))
            (parameters("No endereço", of(ParameterIn::Path)))
            (parameters("Parâmetros", of(ParameterIn::Query)))
            @if let Some(body) = entry.operation.request_body.as_ref().and_then(concrete) {
                @for content in body.content.values().filter_map(concrete) {
                    @if let Some(schema) = &content.schema {
                        h4 { "Corpo: " (kind(schema)) }
                        @if let Some(Schema::Object(object)) = resolve(api, schema) { (fields(object)) }
                    }
                }
            }
            (curl(entry))
            h4 { "Respostas" }
            table.responses {
                tbody {
                    @for (status, response) in &entry.operation.responses.responses {
                        @if let Some(response) = concrete(response) { (answer(api, status, response)) }
                    }
                }
            }
        }
    }
}

fn parameters<'a>(title: &str, of_place: impl Iterator<Item = &'a Parameter>) -> Markup {
    let mut of_place = of_place.peekable();
    html! {
        @if of_place.peek().is_some() {
            h4 { (title) }
            table.fields {
                tbody {
                    @for parameter in of_place {
                        tr {
                            td { code { (parameter.name) } (needed(parameter.required == Required::True)) }
                            td.kind { @if let Some(schema) = &parameter.schema { (kind(schema)) } }
                            td { (prose(parameter.description.as_deref().unwrap_or_default())) }
                        }
                    }
                }
            }
        }
    }
}

fn needed(required: bool) -> Markup {
    html! { @if required { " " span.needed title="obrigatório" { "*" } } }
}

fn fields(object: &Object) -> Markup {
    html! {
        @if !object.properties.is_empty() {
            table.fields {
                tbody {
                    @for (name, schema) in &object.properties {
                        tr {
                            td { code { (name) } (needed(object.required.contains(name))) }
                            td.kind { (kind(schema)) }
                            td { (prose(description(schema))) }
                        }
                    }
                }
            }
        }
    }
}

fn description(schema: &RefOr<Schema>) -> &str {
    match schema {
        RefOr::Ref(reference) => &reference.description,
        RefOr::T(Schema::Object(object)) => object.description.as_deref().unwrap_or_default(),
        RefOr::T(Schema::Array(array)) => array.description.as_deref().unwrap_or_default(),
        RefOr::T(Schema::OneOf(choice)) => choice.description.as_deref().unwrap_or_default(),
        RefOr::T(_) => "",
    }
}

fn name_of(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or_default()
}

fn resolve<'a>(api: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(reference) => {
            let components = api.components.as_ref()?;
            concrete(components.schemas.get(name_of(&reference.ref_location))?)
        }
    }
}

/// What may stand in a field, in a few words.
fn kind(schema: &RefOr<Schema>) -> Markup {
    match schema {
        RefOr::Ref(reference) => {
            let name = name_of(&reference.ref_location);
            match name.split_once('_') {
                Some(("Page", item)) => html! { "página de " (object_link(item)) },
                Some((_, item)) => html! { "lista de " (object_link(item)) },
                None => object_link(name),
            }
        }
        RefOr::T(Schema::Array(array)) => html! {
            "lista de "
            @match &array.items {
                ArrayItems::RefOrSchema(items) => (kind(items)),
                ArrayItems::False => "nada",
            }
        },
        RefOr::T(Schema::OneOf(choice)) => html! {
            @for (i, item) in choice.items.iter().enumerate() {
                @if i > 0 { " ou " }
                (kind(item))
            }
        },
        RefOr::T(Schema::Object(object)) => of_object(object),
        RefOr::T(_) => html! { "qualquer valor" },
    }
}

fn object_link(name: &str) -> Markup {
    html! { a href={ "#o-" (name) } { (name) } }
}

fn of_object(object: &Object) -> Markup {
    let word = |one: &Type| match (one, &object.format) {
        (Type::String, Some(SchemaFormat::KnownFormat(KnownFormat::Date))) => "dia",
        (Type::String, Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))) => "instante",
        (Type::String, _) => "texto",
        (Type::Integer | Type::Number, _) => "número inteiro",
        (Type::Boolean, _) => "true ou false",
        (Type::Object, _) => "objeto",
        (Type::Array, _) => "lista",
        (Type::Null, _) => "null",
    };
    let texts =
        |values: &AdditionalProperties<Schema>| matches!(values, AdditionalProperties::RefOr(_));
    html! {
        @match &object.schema_type {
            SchemaType::Type(one) => { (word(one)) },
            SchemaType::Array(many) => {
                @for (i, one) in many.iter().enumerate() {
                    @if i > 0 { " ou " }
                    (word(one))
                }
            },
            SchemaType::AnyValue => "qualquer valor",
        }
        @if object.additional_properties.as_deref().is_some_and(texts) { " de textos" }
        @if let Some(values) = &object.enum_values {
            @for (i, value) in values.iter().enumerate() {
                (if i == 0 { ": " } else { ", " })
                code { (value.as_str().unwrap_or_default()) }
            }
        }
    }
}

fn answer(api: &OpenApi, status: &str, response: &Response) -> Markup {
    let content = response.content.iter().find_map(|(kind, c)| Some((kind.as_str(), concrete(c)?)));
    html! {
        tr {
            td { span.status.{ "s-" (&status[..1]) } { (status) } }
            td { (prose(&response.description)) }
            td.kind {
                @match content {
                    Some(("application/pdf", _)) => { "arquivo PDF" },
                    Some((_, content)) => {
                        @if let Some(schema) = &content.schema {
                            (kind(schema))
                            @if status.starts_with('2') { (inner(api, schema)) }
                        }
                    },
                    None => {},
                }
            }
        }
    }
}

/// For a page or a list: the fields around its items.
fn inner(api: &OpenApi, schema: &RefOr<Schema>) -> Markup {
    let named = matches!(schema, RefOr::Ref(r) if name_of(&r.ref_location).contains('_'));
    html! {
        @if let (true, Some(Schema::Object(object))) = (named, resolve(api, schema)) {
            br;
            "em "
            @for (i, name) in object.properties.keys().enumerate() {
                @if i > 0 { ", com " }
                code { (name) }
            }
        }
    }
}

/// A call that works once address and token are set.
fn curl(entry: &Entry<'_>) -> Markup {
    let path = entry.path.replace("{id}", EXAMPLE_ID);
    let keyed = entry.parameters().any(|p| p.name == "Idempotency-Key");
    let mut text = String::from("curl ");
    if entry.method != "GET" {
        text += &format!("-X {} ", entry.method);
    }
    text += &format!("\"$QUITA_URL{path}\"");
    if entry.operation.security.is_none() {
        text += " \\\n  -H \"Authorization: Bearer $QUITA_TOKEN\"";
    }
    if keyed {
        text += " \\\n  -H \"Idempotency-Key: $(uuidgen)\"";
    }
    if let Some(body) = examples::body(entry.id()) {
        text += " \\\n  -H \"Content-Type: application/json\"";
        text += &format!(" \\\n  -d '{}'", body.trim_end());
    }
    if path.ends_with("/pdf") {
        text += " \\\n  -o boletos.pdf";
    }
    let shown = examples::body(entry.id()).is_some();
    html! { details open[shown] { summary { "Exemplo" } pre tabindex="0" { code { (text) } } } }
}
