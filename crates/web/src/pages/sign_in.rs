//! «Entrar», «Sair», and going on for another company.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::people;
use quita_engine::error::Error;
use serde::Deserialize;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form};
use super::{shell, visitor};
use crate::app::App;
use crate::exposure::Network;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/entrar", get(show).post(enter))
        .route("/sair", post(leave))
        .route("/empresa/trocar", post(switch))
}

/// Where to go afterwards.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Then {
    para: String,
}

async fn show(State(app): State<App>, Query(then): Query<Then>) -> Page {
    if app.ask(people::is_first_run).await? {
        return Ok(Redirect::to("/primeiro-acesso").into_response());
    }
    Ok(shell::alone_here(&app, "Entrar", form("", &then.para, None)))
}

async fn enter(
    State(app): State<App>,
    Network(network): Network,
    headers: HeaderMap,
    fields: Fields,
) -> Page {
    if is_from_elsewhere(&headers) {
        return Ok(super::form::forged());
    }
    let (email, password) = (fields.get("email").to_owned(), fields.raw("password").to_owned());
    let para = fields.get("para").to_owned();
    let shown = email.clone();
    let signed_in = app.ask(move |world| people::sign_in(world, &email, &password, network)).await;
    let wrong = match signed_in {
        Ok(Some(cookie)) => {
            return Ok(visitor::with_cookie(&app, &cookie, Redirect::to(inside(&para))));
        }
        Ok(None) => "E-mail ou senha errados.".to_owned(),
        Err(Error::Conflict { message, .. }) => message,
        Err(error) => return Err(error.into()),
    };
    let page = shell::alone_here(&app, "Entrar", form(&shown, &para, Some(&wrong)));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// There is no session yet whose secret a form could carry; a browser tells where it comes from.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// Only addresses of this desk.
fn inside(path: &str) -> &str {
    // Browsers leave tabs and line breaks out, and take `\\` for `/`.
    let strange = path.contains(|c: char| c == '\\' || c.is_control());
    let ours = path.starts_with('/') && !path.starts_with("//") && !strange;
    if ours { path } else { "/" }
}

fn form(email: &str, para: &str, wrong: Option<&str>) -> Markup {
    let none = Errors::default();
    html! {
        div.card {
            h1 { "Entrar" }
            @if let Some(wrong) = wrong {
                p.notice.bad role="alert" { (wrong) }
            }
            form.stack method="post" action="/entrar" {
                input type="hidden" name="para" value=(para);
                (Field::email("email", "E-mail").value(email).must().autofocus().autocomplete("username").html(&none))
                (Field::password("password", "Senha", "current-password").must().html(&none))
                button.first { "Entrar" }
            }
        }
        p.hint { "Esqueceu a senha? Peça outra a um administrador da empresa." }
    }
}

async fn leave(State(app): State<App>, form: Form) -> Page {
    app.ask(move |world| people::sign_out(world, &form.who)).await?;
    Ok(visitor::without_cookie(&app, Redirect::to("/entrar")))
}

async fn switch(State(app): State<App>, form: Form) -> Result<Response, super::failure::Failure> {
    let company = form.fields.get("company_id").to_owned();
    app.ask(move |world| people::switch(world, &form.who, &company)).await?;
    Ok(Redirect::to("/").into_response())
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_led_elsewhere() {
        assert_eq!(inside("/boletos?status=x"), "/boletos?status=x");
        for path in [
            "//example.com",
            "https://example.com",
            "",
            "/\\example.com",
            "boletos",
            "/\t/example.com",
            "/\r/example.com",
        ] {
            assert_eq!(inside(path), "/", "{path}");
        }
    }
}
