//! «Primeiro acesso»: the first administrator, at the address that `quita serve` prints.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use maud::{Markup, html};
use quita_engine::desk::people;
use serde::Deserialize;

use super::failure::Page;
use super::form::{Errors, Field, Fields};
use super::{shell, visitor};
use crate::app::App;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/primeiro-acesso", get(show).post(make))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Code {
    codigo: String,
}

async fn show(State(app): State<App>, Query(code): Query<Code>) -> Page {
    if !app.ask(people::is_first_run).await? {
        return Ok(Redirect::to("/entrar").into_response());
    }
    let fields = Fields(vec![("codigo".into(), code.codigo)]);
    Ok(shell::alone_here(&app, "Primeiro acesso", form(&fields, &Errors::default())))
}

async fn make(State(app): State<App>, fields: Fields) -> Page {
    let typed = fields.clone();
    let (name, email) = (fields.get("name").to_owned(), fields.get("email").to_owned());
    let password = fields.raw("password").to_owned();
    let (sign_in_email, sign_in_password) = (email.clone(), password.clone());
    let made = if !app.exposure.first_run_code_is(fields.get("codigo")) {
        let message =
            "abra o endereço completo que o programa mostrou ao iniciar: ele traz o código";
        Err(quita_engine::error::Error::invalid("codigo", "wrong", message))
    } else if fields.raw("password") != fields.raw("again") {
        Err(quita_engine::error::Error::invalid("again", "mismatch", "as duas senhas diferem"))
    } else {
        app.ask(move |world| people::first_administrator(world, &name, &email, &password)).await
    };
    if let Err(error) = made {
        let errors = Errors::of(error)?;
        let page = shell::alone_here(&app, "Primeiro acesso", form(&typed, &errors));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let cookie = app
        .ask(move |world| people::sign_in(world, &sign_in_email, &sign_in_password, None))
        .await?
        .unwrap_or_default();
    Ok(visitor::with_cookie(&app, &cookie, Redirect::to("/")))
}

fn form(fields: &Fields, errors: &Errors) -> Markup {
    html! {
        div.card {
            h1 { "Primeiro acesso" }
            p { "Crie o administrador desta instalação. Depois ele cadastra as outras pessoas." }
            (errors.summary(&["name", "email", "password", "again"]))
            form.stack method="post" action="/primeiro-acesso" {
                input type="hidden" name="codigo" value=(fields.get("codigo"));
                (Field::text("name", "Seu nome").value(fields.get("name")).must().autofocus().autocomplete("name").html(errors))
                (Field::email("email", "E-mail").value(fields.get("email")).must().autocomplete("username").html(errors))
                (Field::password("password", "Senha", "new-password").must()
                    .hint("Ao menos 10 caracteres; uma frase curta é fácil de lembrar.").html(errors))
                (Field::password("again", "A mesma senha outra vez", "new-password").must().html(errors))
                button.first { "Criar e entrar" }
            }
        }
    }
}
