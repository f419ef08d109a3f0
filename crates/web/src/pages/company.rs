//! «Empresa»: what customers see of the company on boletos and letters.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::companies::{self, CompanyData, CompanyView};
use quita_engine::desk::logo;
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::upload::Upload;
use super::visitor::Visitor;
use super::{address, shell, show};
use crate::app::App;
use crate::reply;

const HERE: &str = "/empresa";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(page).post(save))
        .route("/empresa/logo", get(logo).post(save_logo))
        .route("/empresa/logo/remover", post(remove_logo))
}

async fn page(State(app): State<App>, Visitor(who): Visitor) -> Page {
    tell(&app, &who, None, &Errors::default(), false).await
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
        Ok(_) => tell(&app, &who, None, &Errors::default(), true).await,
        Err(error) => tell(&app, &who, Some(fields), &Errors::of(error)?, false).await,
    }
}

async fn logo(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let found = app.ask(move |world| logo::get(world, &who.actor)).await?;
    let logo = found.ok_or_else(|| Error::not_found("logotipo"))?;
    // Who gives another one sees it at once.
    Ok(([(CACHE_CONTROL, "no-store")], reply::logo(&logo)).into_response())
}

async fn save_logo(State(app): State<App>, Upload { who, files, .. }: Upload) -> Page {
    let actor = who.actor.clone();
    let file = files.into_iter().find(|(name, _)| name == "logo").map(|(_, file)| file.bytes);
    let saved =
        app.ask(move |world| logo::save(world, &actor, file.as_deref().unwrap_or_default())).await;
    match saved {
        Ok(()) => Ok(Redirect::to("/empresa#logotipo").into_response()),
        Err(error) => tell(&app, &who, None, &Errors::of(error)?, false).await,
    }
}

async fn remove_logo(State(app): State<App>, Form { who, .. }: Form) -> Page {
    app.ask(move |world| logo::remove(world, &who.actor)).await?;
    Ok(Redirect::to("/empresa#logotipo").into_response())
}

/// The page as the company is, or with what was typed.
async fn tell(
    app: &App,
    who: &SignedIn,
    typed: Option<Fields>,
    errors: &Errors,
    saved: bool,
) -> Page {
    let actor = who.actor.clone();
    let (company, has_logo) = app
        .ask(move |world| {
            let company = companies::get(world, &actor)?;
            Ok((company, logo::get(world, &actor)?.is_some()))
        })
        .await?;
    let fields = typed.unwrap_or_else(|| fields_of(&company));
    let content = content(who, &company, &fields, errors, saved, has_logo);
    let status =
        if errors.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, shell::page(app, who, HERE, "Empresa", content)).into_response())
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
    has_logo: bool,
) -> Markup {
    let may = who.actor.permissions.contains(&Permission::Configure);
    let mut shown = vec!["legal_name", "trade_name", "email", "phone", "logo"];
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
        (logo_card(who, may, has_logo, errors))
    }
}

fn logo_card(who: &SignedIn, may: bool, has_logo: bool, errors: &Errors) -> Markup {
    let error = errors.at("logo");
    html! {
        div.card.stack #logotipo {
            h2 { "Logotipo" }
            @if has_logo {
                p { img.logo src="/empresa/logo" alt="Logotipo da empresa"; }
            } @else {
                p { "A empresa ainda não tem logotipo: o boleto sai só com o nome." }
            }
            p.hint {
                "Sai no alto do boleto, no canhoto do carnê sem Pix (com Pix, o lugar é do QR Code) e na página do pagador. "
                "Vale também para os boletos já emitidos, quando forem impressos de novo."
            }
            @if may {
                form.stack method="post" action="/empresa/logo" enctype="multipart/form-data" {
                    (csrf(who))
                    div.field {
                        label for="logo" { @if has_logo { "Trocar por outra imagem" } @else { "Imagem" } }
                        input #logo type="file" name="logo" accept="image/png,image/jpeg" required
                            aria-invalid=[error.map(|_| "true")] aria-describedby="logo-hint";
                        @if let Some(error) = error { span.error #logo-error { (error) } }
                        span.hint #logo-hint { "PNG ou JPEG, até 512 KB e 1 milhão de pontos; deitada fica melhor." }
                    }
                    div { button { "Enviar logotipo" } }
                }
                @if has_logo {
                    form method="post" action="/empresa/logo/remover" data-confirm="Tirar o logotipo dos boletos e da página do pagador?" {
                        (csrf(who))
                        button.plain { "Remover logotipo" }
                    }
                }
            }
        }
    }
}
