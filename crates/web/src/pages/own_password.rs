//! «Minha senha».

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::people::{self, SignedIn};
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Form, csrf};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

const HERE: &str = "/minha-senha";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(show).post(change))
}

async fn show(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let content = form(&who, &Errors::default(), false);
    Ok(shell::page(&app, &who, HERE, "Minha senha", content))
}

async fn change(State(app): State<App>, form: Form) -> Page {
    let who = form.who.clone();
    let (current, new) =
        (form.fields.raw("current").to_owned(), form.fields.raw("password").to_owned());
    let changed = if new == form.fields.raw("again") {
        app.ask(move |world| people::change_password(world, &form.who, &current, &new)).await
    } else {
        Err(Error::invalid("again", "mismatch", "as duas senhas diferem"))
    };
    match changed {
        Ok(()) => {
            let content = self::form(&who, &Errors::default(), true);
            Ok(shell::page(&app, &who, HERE, "Minha senha", content))
        }
        Err(error) => {
            let content = self::form(&who, &Errors::of(error)?, false);
            let page = shell::page(&app, &who, HERE, "Minha senha", content);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn form(who: &SignedIn, errors: &Errors, changed: bool) -> Markup {
    html! {
        div.title { h1 { "Minha senha" } p.subtitle { (who.email) } }
        @if changed {
            p.notice.good role="status" { "Senha trocada. Outras sessões suas foram encerradas." }
        }
        div.card {
            (errors.summary(&["current", "password", "again"]))
            form.stack method="post" action=(HERE) {
                (csrf(who))
                (Field::password("current", "Senha atual", "current-password").must().html(errors))
                (Field::password("password", "Senha nova", "new-password").must()
                    .hint("Ao menos 10 caracteres; uma frase curta é fácil de lembrar.").html(errors))
                (Field::password("again", "A mesma outra vez", "new-password").must().html(errors))
                div { button.first { "Trocar a senha" } }
            }
        }
    }
}
