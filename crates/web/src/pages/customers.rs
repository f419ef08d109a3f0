//! «Clientes»: who owes, found by name or document.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_core::document::{Document, DocumentKind};
use quita_engine::desk::Permission;
use quita_engine::desk::customers::{self, CustomerView, NewCustomer};
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::read;
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::saved::{self, Saved};
use super::visitor::Visitor;
use super::{address, shell, show};
use crate::app::App;
use crate::input::is_id;

const HERE: &str = "/clientes";
/// Customers on a page.
const LIMIT: i64 = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/clientes/novo", get(blank).post(add))
        .route("/clientes/documento", post(check_document))
        .route("/clientes/{id}", get(one).post(change))
}

fn may_change(who: &SignedIn) -> bool {
    who.actor.permissions.contains(&Permission::Charge)
}

async fn list(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Page {
    let asked = Fields(asked);
    let (actor, text) = (who.actor.clone(), asked.get("busca").to_owned());
    let after = Some(asked.get("depois")).filter(|id| is_id(id)).unwrap_or_default().to_owned();
    let wanted = text.clone();
    let found =
        app.ask(move |world| customers::search(world, &actor, &wanted, &after, LIMIT)).await?;
    let saved = asked.get("salvo");
    Ok(shell::page(&app, &who, HERE, "Clientes", list_html(&who, &found, &text, saved)))
}

fn list_html(who: &SignedIn, found: &read::Page<CustomerView>, text: &str, saved: &str) -> Markup {
    html! {
        div.title {
            h1 { "Clientes" }
            @if may_change(who) {
                div.actions {
                    a.button.first href="/clientes/novo" { "Novo cliente" }
                    a.button href="/clientes/importar" { "Importar planilha" }
                }
            }
        }
        @if !saved.is_empty() { div.notice.good role="status" { "Cliente salvo." } }
        form.card.row method="get" action=(HERE) role="search" {
            label.visually-hidden for="busca" { "Nome, CPF ou CNPJ" }
            input #busca type="search" name="busca" value=(text) placeholder="Nome, CPF ou CNPJ";
            button { "Buscar" }
            @if !text.is_empty() { a href=(HERE) { "Ver todos" } }
        }
        div.card {
            @if found.data.is_empty() && text.is_empty() {
                div.empty {
                    strong { "Ainda não há clientes" }
                    p { "Cada boleto emitido guarda o seu cliente aqui. Você também pode cadastrar um, ou trazer todos de uma planilha." }
                }
            } @else if found.data.is_empty() {
                div.empty {
                    strong { "Ninguém com «" (text) "»" }
                    p { "Procure por uma parte do nome ou pelo começo do CPF ou CNPJ." }
                }
            } @else {
                (table(&found.data))
                @if let Some(after) = &found.next_cursor {
                    form.row method="get" action=(HERE) {
                        input type="hidden" name="busca" value=(text);
                        input type="hidden" name="depois" value=(after);
                        button { "Próxima página" }
                    }
                }
            }
        }
    }
}

fn table(customers: &[CustomerView]) -> Markup {
    html! {
        div.scroll { table {
            caption.visually-hidden { "Clientes, em ordem de nome" }
            thead { tr {
                th scope="col" { "Nome" } th scope="col" { "CPF ou CNPJ" }
                th scope="col" { "E-mail" } th scope="col" { "Telefone" } th scope="col" { "Cidade" }
            } }
            tbody {
                @for customer in customers {
                    tr {
                        th scope="row" { a href={ (HERE) "/" (customer.id) } { (customer.legal_name) } }
                        td.nowrap { (show::document(&customer.document)) }
                        td { (customer.email) }
                        td.nowrap { (customer.phone) }
                        td { @if let Some(address) = &customer.address { (address.city) " – " (address.state) } }
                    }
                }
            }
        } }
    }
}

/// The form of a customer: a new one, or one that is known.
struct Sheet<'a> {
    known: Option<&'a CustomerView>,
    fields: &'a Fields,
    errors: &'a Errors,
}

impl Sheet<'_> {
    fn title(&self) -> &str {
        self.known.map_or("Novo cliente", |known| known.legal_name.as_str())
    }

    fn html(&self, who: &SignedIn) -> Markup {
        let Self { fields, errors, known } = self;
        let mut shown = vec!["document", "legal_name", "email", "phone"];
        shown.extend(address::NAMES);
        let action = known.map_or("/clientes/novo".to_owned(), |k| format!("{HERE}/{}", k.id));
        html! {
            div.title {
                h1 { (self.title()) }
                @if let Some(known) = known {
                    p.subtitle { (known.document_type.to_uppercase()) " " (show::document(&known.document)) }
                }
            }
            (errors.summary(&shown))
            form.card.stack method="post" action=(action) {
                (csrf(who))
                fieldset disabled[!may_change(who)] {
                    legend { "Dados do cliente" }
                    div.fields {
                        @if known.is_none() {
                            (Field::text("document", "CPF ou CNPJ").value(fields.get("document")).must()
                                .width("w4").autofocus().check("/clientes/documento").html(errors))
                        }
                        (Field::text("legal_name", "Nome ou razão social").value(fields.get("legal_name")).must().width("w8").html(errors))
                        (Field::email("email", "E-mail").value(fields.get("email")).width("w6").html(errors))
                        (Field::text("phone", "Telefone").value(fields.get("phone")).width("w6").inputmode("tel").html(errors))
                        (address::html(fields, errors))
                    }
                    p.hint { "O endereço pode faltar, mas a maioria dos bancos o exige no boleto. Quando informado, precisa de CEP, rua, cidade e UF." }
                }
                @if may_change(who) {
                    div.row {
                        (saved::buttons(None))
                        @if known.is_none() { button name="depois" value="outro" { "Salvar e cadastrar outro" } }
                        a href=(HERE) { "Voltar sem salvar" }
                    }
                }
            }
        }
    }
}

fn typed(fields: &Fields) -> NewCustomer {
    let text = |name: &str| fields.get(name).to_owned();
    NewCustomer {
        document: text("document"),
        legal_name: text("legal_name"),
        email: text("email"),
        phone: text("phone"),
        address: address::typed(fields),
    }
}

async fn blank(State(app): State<App>, Visitor(who): Visitor) -> Page {
    who.actor.must(Permission::Charge)?;
    let sheet = Sheet { known: None, fields: &Fields::default(), errors: &Errors::default() };
    Ok(shell::page(&app, &who, HERE, sheet.title(), sheet.html(&who)))
}

async fn add(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let (actor, new) = (who.actor.clone(), typed(&fields));
    match app.ask(move |world| customers::put(world, &actor, &new, true)).await {
        Ok(_) if fields.get("depois") == "outro" => {
            Ok(Redirect::to("/clientes/novo").into_response())
        }
        Ok(made) => {
            Ok(saved::redirect(&fields, "/clientes?salvo=sim", &format!("{HERE}/{}", made.id)))
        }
        Err(error) => wrong(&app, &who, None, &fields, &Errors::of(error)?),
    }
}

async fn one(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(saved): Query<Saved>,
) -> Page {
    let known = known(&app, &who, id).await?;
    let mut fields = vec![
        ("legal_name".to_owned(), known.legal_name.clone()),
        ("email".to_owned(), known.email.clone()),
        ("phone".to_owned(), known.phone.clone()),
    ];
    fields.extend(address::fields(known.address.as_ref()));
    let sheet = Sheet { known: Some(&known), fields: &Fields(fields), errors: &Errors::default() };
    let content = html! { (saved.html()) (sheet.html(&who)) };
    Ok(shell::page(&app, &who, HERE, sheet.title(), content))
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let known = known(&app, &who, id).await?;
    let new = NewCustomer { document: known.document.clone(), ..typed(&fields) };
    let actor = who.actor.clone();
    match app.ask(move |world| customers::put(world, &actor, &new, false)).await {
        Ok(_) => {
            Ok(saved::redirect(&fields, "/clientes?salvo=sim", &format!("{HERE}/{}", known.id)))
        }
        Err(error) => wrong(&app, &who, Some(&known), &fields, &Errors::of(error)?),
    }
}

async fn known(app: &App, who: &SignedIn, id: String) -> Result<CustomerView, Error> {
    if !is_id(&id) {
        return Err(Error::not_found("cliente"));
    }
    let actor = who.actor.clone();
    app.ask(move |world| customers::get(world, &actor, &id)).await
}

fn wrong(
    app: &App,
    who: &SignedIn,
    known: Option<&CustomerView>,
    fields: &Fields,
    errors: &Errors,
) -> Page {
    let sheet = Sheet { known, fields, errors };
    let page = shell::page(app, who, HERE, sheet.title(), sheet.html(who));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What is to be said of a document as it was typed, as a part of the page.
async fn check_document(State(app): State<App>, Form { who, fields }: Form) -> Page {
    who.actor.must(Permission::Charge)?;
    let document = match Document::parse(fields.get("value")) {
        Ok(document) => document,
        Err(error) => return Ok(shell::fragment(html! { span.error { (error) } })),
    };
    let (actor, wanted) = (who.actor.clone(), document.clone());
    let known = app.ask(move |world| customers::by_document(world, &actor, &wanted)).await?;
    let kind = match document.kind() {
        DocumentKind::Cpf => "CPF",
        DocumentKind::Cnpj => "CNPJ",
    };
    Ok(shell::fragment(html! {
        (kind) " válido: " (document.formatted())
        @if let Some(known) = known {
            ". Já cadastrado: " a href={ (HERE) "/" (known.id) } { (known.legal_name) }
        }
    }))
}
