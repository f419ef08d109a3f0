//! «Tokens de API»: access for programs.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::tokens::{self, MadeToken, NewToken};

use super::failure::{Failure, Page};
use super::form::{Errors, Field, Fields, Form, checkbox, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const HERE: &str = "/tokens";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(list).post(make)).route("/tokens/{id}/revogar", post(revoke))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let content = content(&app, &who, &Fields::default(), &Errors::default(), None).await?;
    Ok(shell::page(&app, &who, HERE, "Tokens de API", content))
}

async fn make(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let new = NewToken {
        name: fields.get("name").to_owned(),
        scopes: fields.all("scopes").map(str::to_owned).collect(),
    };
    let actor = who.actor.clone();
    let made = app.ask(move |world| tokens::create(world, &actor, &new)).await;
    let (status, content) = match made {
        Ok(made) => {
            let none = (Fields::default(), Errors::default());
            (StatusCode::OK, content(&app, &who, &none.0, &none.1, Some(&made)).await?)
        }
        Err(error) => {
            let errors = Errors::of(error)?;
            let content = content(&app, &who, &fields, &errors, None).await?;
            (StatusCode::UNPROCESSABLE_ENTITY, content)
        }
    };
    Ok((status, shell::page(&app, &who, HERE, "Tokens de API", content)).into_response())
}

async fn revoke(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    app.ask(move |world| tokens::revoke(world, &who.actor, &id)).await?;
    app.known_tokens.forget();
    Ok(Redirect::to(HERE).into_response())
}

/// What a program may do, for people.
const fn meaning(permission: Permission) -> &'static str {
    match permission {
        Permission::Read => "Ver boletos, clientes e recebimentos",
        Permission::Charge => "Emitir, alterar e baixar boletos; clientes e parâmetros",
        Permission::Configure => "Contas, credenciais, tokens e a empresa",
    }
}

async fn content(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    errors: &Errors,
    made: Option<&MadeToken>,
) -> Result<Markup, Failure> {
    let actor = who.actor.clone();
    let all = app.ask(move |world| tokens::list(world, &actor)).await?;
    let words = |scopes: &[String]| {
        let permissions = scopes.iter().filter_map(|word| Permission::from_word(word));
        permissions.map(meaning).collect::<Vec<_>>().join("; ")
    };
    Ok(html! {
        div.title {
            h1 { "Tokens de API" }
            p.subtitle {
                "Com um token, um programa da empresa usa a API. "
                a href="/docs" { "Documentação da API" }
            }
        }
        @if let Some(made) = made {
            div.notice.good role="status" {
                p { "Token de «" (made.name) "»: " code { (made.token) } " "
                    button.plain type="button" data-copy=(made.token) { "Copiar" } }
                p { "Guarde-o agora: ele não será mostrado de novo." }
            }
        }
        div.card {
            @if all.is_empty() {
                div.empty {
                    strong { "Nenhum token ainda" }
                    "Crie um para cada programa: assim cada um pode ser revogado sem parar os outros."
                }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Tokens" }
                    thead { tr { th scope="col" { "Programa" } th scope="col" { "Pode" } th scope="col" { "Criado" } th scope="col" { "Situação" } th scope="col" { span.visually-hidden { "Ações" } } } }
                    tbody { @for token in &all { tr {
                        th scope="row" { (token.name) }
                        td { (words(&token.scopes)) }
                        td.nowrap { (show::time(token.created_at)) }
                        td { @match token.revoked_at {
                            None => span.state.good { "Ativo" },
                            Some(at) => span.state title=(show::instant(at)) { "Revogado" },
                        } }
                        td { @if token.revoked_at.is_none() {
                            form method="post" action={ "/tokens/" (token.id) "/revogar" }
                                data-confirm={ "Revogar o token de «" (token.name) "»? O programa para de funcionar." } {
                                (csrf(who))
                                button.plain { "Revogar" }
                            }
                        } }
                    } } }
                } }
            }
        }
        div.card {
            h2 { "Novo token" }
            (errors.summary(&["name", "scopes"]))
            form.stack method="post" action=(HERE) {
                (csrf(who))
                (Field::text("name", "Que programa o usará").value(fields.get("name")).must()
                    .hint("Por exemplo: ERP da loja.").html(errors))
                fieldset aria-describedby=[errors.at("scopes").map(|_| "scopes-error")] {
                    legend { "O que ele pode" }
                    @for permission in Permission::ALL {
                        (checkbox("scopes", permission.word(), meaning(permission),
                            fields.all("scopes").any(|word| word == permission.word())))
                    }
                    @if let Some(error) = errors.at("scopes") { span.error #scopes-error { (error) } }
                }
                div { button.first { "Criar token" } }
            }
        }
    })
}
