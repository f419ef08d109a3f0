//! «Usuários»: who works for the company, and as what.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::Permission;
use quita_engine::desk::people::{self, NewPerson, PersonView, Role, SignedIn};
use quita_engine::error::Error;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::shell;
use super::visitor::Visitor;
use crate::app::App;

const HERE: &str = "/usuarios";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(show).post(add))
        .route("/usuarios/{id}/papel", post(set_role))
        .route("/usuarios/{id}/senha", post(reset_password))
        .route("/usuarios/{id}/remover", post(remove))
}

async fn show(State(app): State<App>, Visitor(who): Visitor) -> Page {
    Ok(shell::page(&app, &who, HERE, "Usuários", content(&app, &who, &Said::default()).await?))
}

/// What is said above the list after something was done.
#[derive(Default)]
struct Said {
    fields: Fields,
    errors: Errors,
    /// A password to be told once, and whose.
    password: Option<(String, String)>,
}

async fn content(
    app: &App,
    who: &SignedIn,
    said: &Said,
) -> Result<Markup, super::failure::Failure> {
    let actor = who.actor.clone();
    let people = app.ask(move |world| people::list(world, &actor)).await?;
    Ok(html! {
        div.title {
            h1 { "Usuários" }
            p.subtitle { "Cada papel mostra e permite só o que a pessoa precisa." }
        }
        @if let Some((email, password)) = &said.password {
            div.notice.good role="status" {
                p {
                    "Senha de " strong { (email) } ": " code { (password) } " "
                    button.plain type="button" data-copy=(password) { "Copiar" }
                }
                p { "Ela não será mostrada de novo. A pessoa deve trocá-la em «Minha senha»." }
            }
        }
        div.card { (list(who, &people)) }
        div.card {
            h2 { "Nova pessoa" }
            (said.errors.summary(&["name", "email", "role"]))
            form method="post" action=(HERE) {
                (csrf(who))
                div.fields {
                    (Field::text("name", "Nome").value(said.fields.get("name")).must().width("w4").html(&said.errors))
                    (Field::email("email", "E-mail").value(said.fields.get("email")).must().width("w4").html(&said.errors))
                    (Field::text("role", "Papel").value(said.fields.get("role")).must().width("w4")
                        .choice(Role::ALL.map(|role| (role.word(), role.label())), &said.errors))
                    div.field { div { button.first { "Adicionar" } } }
                }
            }
            (meanings())
        }
    })
}

fn list(who: &SignedIn, people: &[PersonView]) -> Markup {
    html! {
        div.scroll { table {
            caption.visually-hidden { "Pessoas da empresa" }
            thead { tr { th scope="col" { "Nome" } th scope="col" { "E-mail" } th scope="col" { "Papel" } th scope="col" { span.visually-hidden { "Ações" } } } }
            tbody {
                @for person in people {
                    tr {
                        th scope="row" { (person.name) }
                        td { (person.email) }
                        td {
                            form.row method="post" action={ "/usuarios/" (person.id) "/papel" } data-submit-on-change {
                                (csrf(who))
                                select name="role" aria-label={ "Papel de " (person.name) } {
                                    @for role in Role::ALL {
                                        option value=(role.word()) selected[role == person.role] { (role.label()) }
                                    }
                                }
                                noscript { button { "Mudar" } }
                            }
                        }
                        td {
                            div.row {
                                form method="post" action={ "/usuarios/" (person.id) "/senha" }
                                    data-confirm={ "Dar uma senha nova a " (person.name) "? A atual deixa de valer." } {
                                    (csrf(who))
                                    button.plain { "Nova senha" }
                                }
                                form method="post" action={ "/usuarios/" (person.id) "/remover" }
                                    data-confirm={ "Tirar " (person.name) " desta empresa?" } {
                                    (csrf(who))
                                    button.plain { "Remover" }
                                }
                            }
                        }
                    }
                }
            }
        } }
    }
}

fn meanings() -> Markup {
    html! {
        dl.facts {
            dt { "Administrador" } dd { "Tudo: contas, certificados, pessoas, tokens." }
            dt { "Financeiro" } dd { "Emite, altera e baixa boletos; cuida de clientes e parâmetros." }
            dt { "Atendente" } dd { "Só o balcão; não vê saldos nem outras telas." }
            dt { "Somente leitura" } dd { "Vê tudo da cobrança e não muda nada." }
        }
    }
}

async fn add(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let new = NewPerson {
        email: fields.get("email").to_owned(),
        name: fields.get("name").to_owned(),
        role: fields.get("role").to_owned(),
    };
    let (actor, email) = (who.actor.clone(), new.email.clone());
    match app.ask(move |world| people::add(world, &actor, &new)).await {
        Ok(password) => {
            let password = password.map(|password| (email, password));
            tell(&app, &who, Said { password, ..Said::default() }).await
        }
        Err(error) => {
            let errors = Errors::of(error)?;
            tell(&app, &who, Said { fields, errors, ..Said::default() }).await
        }
    }
}

async fn reset_password(
    State(app): State<App>,
    axum::extract::Path(id): axum::extract::Path<String>,
    Form { who, .. }: Form,
) -> Page {
    let actor = who.actor.clone();
    let reset = app.ask(move |world| {
        let password = people::reset_password(world, &actor, &id)?;
        let person = people::list(world, &actor)?.into_iter().find(|person| person.id == id);
        Ok((person.map(|person| person.email).unwrap_or_default(), password))
    });
    match reset.await {
        Ok(password) => {
            tell(&app, &who, Said { password: Some(password), ..Said::default() }).await
        }
        Err(error) => {
            tell(&app, &who, Said { errors: Errors::of(error)?, ..Said::default() }).await
        }
    }
}

async fn set_role(
    State(app): State<App>,
    axum::extract::Path(id): axum::extract::Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let actor = who.actor.clone();
    actor.must(Permission::Configure)?;
    let role = Role::from_word(fields.get("role"));
    let done = app.ask(move |world| match role {
        Some(role) => people::set_role(world, &actor, &id, role),
        None => Err(Error::invalid("role", "invalid", "escolha o que esta pessoa pode fazer")),
    });
    back(&app, &who, done.await).await
}

async fn remove(
    State(app): State<App>,
    axum::extract::Path(id): axum::extract::Path<String>,
    Form { who, .. }: Form,
) -> Page {
    let actor = who.actor.clone();
    let done = app.ask(move |world| people::remove(world, &actor, &id)).await;
    back(&app, &who, done).await
}

async fn back(app: &App, who: &SignedIn, done: Result<(), Error>) -> Page {
    match done {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(error) => tell(app, who, Said { errors: Errors::of(error)?, ..Said::default() }).await,
    }
}

async fn tell(app: &App, who: &SignedIn, said: Said) -> Page {
    let wrong = !said.errors.0.is_empty();
    let page = shell::page(app, who, HERE, "Usuários", content(app, who, &said).await?);
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page).into_response())
}
