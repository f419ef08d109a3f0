//! «Empresa»: what customers see of the company on boletos and letters.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::companies::{self, CompanyData, CompanyView};
use quita_engine::desk::people::SignedIn;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::visitor::Visitor;
use super::{address, shell, show};
use crate::app::App;

const HERE: &str = "/empresa";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(page).post(save))
}

async fn page(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let company = app.ask(move |world| companies::get(world, &actor)).await?;
    let content = content(&who, &company, &fields_of(&company), &Errors::default(), false);
    Ok(shell::page(&app, &who, HERE, "Empresa", content))
}

async fn save(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let text = |name: &str| fields.get(name).to_owned();
    let data = CompanyData {
        legal_name: text("legal_name"),
        trade_name: text("trade_name"),
        email: text("email"),
        phone: text("phone"),
        address: address::typed(&fields),
    };
    let actor = who.actor.clone();
    match app.ask(move |world| companies::update(world, &actor, data)).await {
        Ok(company) => {
            let content = content(&who, &company, &fields_of(&company), &Errors::default(), true);
            Ok(shell::page(&app, &who, HERE, "Empresa", content))
        }
        Err(error) => {
            let errors = Errors::of(error)?;
            let actor = who.actor.clone();
            let company = app.ask(move |world| companies::get(world, &actor)).await?;
            let content = content(&who, &company, &fields, &errors, false);
            let page = shell::page(&app, &who, HERE, "Empresa", content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn fields_of(company: &CompanyView) -> Fields {
    let mut fields = vec![
        ("legal_name".to_owned(), company.legal_name.clone()),
        ("trade_name".to_owned(), company.trade_name.clone()),
        ("email".to_owned(), company.email.clone()),
        ("phone".to_owned(), company.phone.clone()),
    ];
    fields.extend(address::fields(company.address.as_ref()));
    Fields(fields)
}

fn content(
    who: &SignedIn,
    company: &CompanyView,
    fields: &Fields,
    errors: &Errors,
    saved: bool,
) -> Markup {
    let may = who.actor.permissions.contains(&Permission::Configure);
    let mut shown = vec!["legal_name", "trade_name", "email", "phone"];
    shown.extend(address::NAMES);
    html! {
        div.title {
            h1 { "Empresa" }
            p.subtitle { "O que o cliente vê no boleto. O endereço é exigido pela lei 12.039/2009." }
        }
        @if saved {
            div.notice.good role="status" { "Salvo. Os próximos boletos já saem assim." }
        }
        (errors.summary(&shown))
        form.card.stack method="post" action=(HERE) {
            (csrf(who))
            dl.facts {
                dt { (company.document_type.to_uppercase()) }
                dd { (show::document(&company.document)) }
            }
            fieldset disabled[!may] {
                legend { "Dados da empresa" }
                div.fields {
                    (Field::text("legal_name", "Razão social").value(fields.get("legal_name")).must().width("w6").html(errors))
                    (Field::text("trade_name", "Nome fantasia").value(fields.get("trade_name")).width("w6").html(errors))
                    (Field::email("email", "E-mail").value(fields.get("email")).width("w6").autocomplete("email").html(errors))
                    (Field::text("phone", "Telefone").value(fields.get("phone")).width("w6").inputmode("tel").autocomplete("tel").html(errors))
                    (address::html(fields, errors))
                }
            }
            @if may {
                p { button.first { "Salvar" } }
            } @else {
                p.hint { "Só um administrador muda estes dados." }
            }
        }
    }
}
