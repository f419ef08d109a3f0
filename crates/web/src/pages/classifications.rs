//! «Plano de contas» and «Centros de custo»: two registers of a description each.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::classifications::{self, Entry, Register};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

/// What a register is called in addresses and sentences.
struct Words {
    register: Register,
    here: &'static str,
    title: &'static str,
    what: &'static str,
    example: &'static str,
}

const CHART: Words = Words {
    register: Register::ChartAccount,
    here: "/plano-de-contas",
    title: "Plano de contas",
    what: "De que é o dinheiro: escolha ao emitir, e filtre e exporte por ele.",
    example: "Crie, por exemplo, «3.1.01 Venda de serviços».",
};

const CENTERS: Words = Words {
    register: Register::CostCenter,
    here: "/centros-de-custo",
    title: "Centros de custo",
    what: "De que parte da empresa é o dinheiro: escolha ao emitir, e filtre e exporte por ele.",
    example: "Crie, por exemplo, «Loja do centro».",
};

pub(super) fn routes() -> Router<App> {
    let of = |words: &'static Words| {
        let one = format!("{}/{{id}}", words.here);
        Router::new()
            .route(
                words.here,
                get(move |state, visitor| list(words, state, visitor))
                    .post(move |state, form| add(words, state, form)),
            )
            .route(
                &one,
                get(move |state, visitor, path| edit(words, state, visitor, path))
                    .post(move |state, path, form| change(words, state, path, form)),
            )
    };
    Router::new().merge(of(&CHART)).merge(of(&CENTERS))
}

fn may(who: &SignedIn) -> bool {
    who.actor.permissions.contains(&Permission::Charge)
}

async fn entries(app: &App, who: &SignedIn, words: &Words) -> Result<Vec<Entry>, Error> {
    let (actor, register) = (who.actor.clone(), words.register);
    let all = app.ask(move |world| classifications::registers(world, &actor)).await?;
    Ok(all.entries(register).collect())
}

async fn list(words: &'static Words, State(app): State<App>, Visitor(who): Visitor) -> Page {
    shown(words, &app, &who, &Fields::default(), &Errors::default(), StatusCode::OK).await
}

async fn shown(
    words: &'static Words,
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    status: StatusCode,
) -> Page {
    let all = entries(app, who, words).await?;
    let content = html! {
        div.title { h1 { (words.title) } p.subtitle { (words.what) } }
        @if may(who) {
            form.card.stack method="post" action=(words.here) {
                (csrf(who))
                (errors.summary(&["description"]))
                (Field::text("description", "Novo item").value(fields.get("description")).must().autofocus().width("w6").html(errors))
                div { button.first { "Salvar" } }
            }
        }
        div.card {
            @if all.is_empty() {
                div.empty { strong { "Nenhum item ainda" } (words.example) }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { (words.title) }
                    thead { tr { th scope="col" { "Descrição" } th scope="col" { "Situação" } } }
                    tbody { @for entry in &all { tr {
                        th scope="row" {
                            @if may(who) { a href={ (words.here) "/" (entry.id) } { (entry.description) } }
                            @else { (entry.description) }
                        }
                        td { (state(entry.active)) }
                    } } }
                } }
            }
        }
    };
    Ok((status, shell::page(app, who, words.here, words.title, content)).into_response())
}

fn state(active: bool) -> Markup {
    html! { @if active { span.state.good { "Ativo" } } @else { span.state { "Inativo" } } }
}

async fn add(words: &'static Words, State(app): State<App>, Form { who, fields }: Form) -> Page {
    let (actor, description) = (who.actor.clone(), fields.get("description").to_owned());
    let saved = app.ask(move |world| {
        classifications::save(world, &actor, words.register, None, &description, true)
    });
    match saved.await {
        Ok(_) => Ok(Redirect::to(words.here).into_response()),
        Err(error) => {
            let wrong = StatusCode::UNPROCESSABLE_ENTITY;
            shown(words, &app, &who, &fields, &Errors::of(error)?, wrong).await
        }
    }
}

async fn edit(
    words: &'static Words,
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let found = entries(&app, &who, words).await?.into_iter().find(|entry| entry.id == id);
    let entry = found.ok_or_else(|| Error::not_found("item do cadastro"))?;
    let mut fields = Fields(vec![("description".into(), entry.description)]);
    if entry.active {
        fields.0.push(("active".into(), "yes".into()));
    }
    Ok(sheet(words, &app, &who, &id, &fields, &Errors::default()))
}

fn sheet(
    words: &Words,
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: &Fields,
    errors: &Errors,
) -> axum::response::Response {
    let content = html! {
        div.title { h1 { (words.title) ": alterar item" } }
        form.card.stack method="post" action={ (words.here) "/" (id) } {
            (csrf(who))
            (errors.summary(&["description"]))
            (Field::text("description", "Descrição").value(fields.get("description")).must().autofocus().width("w6").html(errors))
            p { (checkbox("active", "yes", "Ativo: pode ser escolhido ao emitir", fields.is_checked("active"))) }
            p.hint { "Os boletos que já têm este item ficam com ele, com o nome novo." }
            div.row { button.first { "Salvar" } a.button href=(words.here) { "Voltar" } }
        }
    };
    shell::page(app, who, words.here, words.title, content)
}

async fn change(
    words: &'static Words,
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, known, active) = (who.actor.clone(), id.clone(), fields.is_checked("active"));
    let description = fields.get("description").to_owned();
    let saved = app.ask(move |world| {
        classifications::save(world, &actor, words.register, Some(&known), &description, active)
    });
    match saved.await {
        Ok(_) => Ok(Redirect::to(words.here).into_response()),
        Err(error) => {
            let page = sheet(words, &app, &who, &id, &fields, &Errors::of(error)?);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
