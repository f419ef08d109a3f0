//! «E-mail»: through which server boletos are sent, and sending them.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_engine::desk::mail::{self, Mail, NewMailSettings, Queued, Security, Status};
use quita_engine::desk::people::SignedIn;
use quita_engine::error::Error;

use super::failure::{Failure, Page};
use super::form::{Errors, Field, Form, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;

const HERE: &str = "/email";

/// Where boletos are sent from: `ids`, and `again` for those that were sent before.
pub(super) const SEND: &str = "/boletos/email";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(page).post(save))
        .route("/email/testar", post(test))
        .route(SEND, post(send))
        .route("/boletos/lote/{id}/email", post(send_batch))
}

/// What was typed, and what came of it.
#[derive(Default)]
struct Said {
    typed: Option<NewMailSettings>,
    errors: Errors,
    test_errors: Errors,
    /// What went well.
    done: Option<String>,
}

async fn page(State(app): State<App>, Visitor(who): Visitor) -> Page {
    tell(&app, &who, Said::default()).await
}

async fn tell(app: &App, who: &SignedIn, said: Said) -> Page {
    let content = content(app, who, &said).await?;
    let page = shell::page(app, who, HERE, "E-mail", content);
    let wrong = !said.errors.0.is_empty() || !said.test_errors.0.is_empty();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page).into_response())
}

async fn content(app: &App, who: &SignedIn, said: &Said) -> Result<Markup, Failure> {
    let actor = who.actor.clone();
    let (known, mails) = app
        .ask(move |world| Ok((mail::settings(world, &actor)?, mail::list(world, &actor)?)))
        .await?;
    let is_set = known.is_some();
    let has_password = known.as_ref().is_some_and(|known| known.has_password);
    let shown = said.typed.clone().unwrap_or_else(|| match known {
        Some(known) => NewMailSettings {
            host: known.host,
            port: known.port.to_string(),
            security: known.security.word().to_owned(),
            user: known.user,
            password: String::new(),
            sender: known.sender,
        },
        None => NewMailSettings { port: "587".to_owned(), ..NewMailSettings::default() },
    });
    let password_hint = if has_password { "Deixe vazia para manter a atual." } else { "" };
    Ok(html! {
        div.title {
            h1 { "E-mail" }
            p.subtitle { "O servidor pelo qual os boletos vão aos seus clientes, com o PDF anexo." }
        }
        @if let Some(done) = &said.done { div.notice.good role="status" { (done) } }
        div.card {
            h2 { "Servidor de envio (SMTP)" }
            (said.errors.summary(&["host", "port", "security", "user", "password", "sender"]))
            form.stack method="post" action=(HERE) {
                (csrf(who))
                div.fields {
                    (Field::text("host", "Servidor").value(&shown.host).must().width("w6")
                        .hint("Seu provedor de e-mail o informa, como smtp.example.com.").html(&said.errors))
                    (Field::text("port", "Porta").value(&shown.port).must().width("w2").html(&said.errors))
                    (Field::text("security", "Proteção").value(&shown.security).must().width("w4")
                        .choice(Security::ALL.map(|security| (security.word(), security.label())), &said.errors))
                    (Field::text("user", "Usuário").value(&shown.user).width("w4")
                        .hint("Em geral, o próprio endereço de e-mail.").html(&said.errors))
                    (Field::password("password", "Senha", "new-password").width("w4").hint(password_hint).html(&said.errors))
                    (Field::text("sender", "Remetente").value(&shown.sender).must().width("w4")
                        .hint("Como «Oficina <cobranca@example.com>».").html(&said.errors))
                }
                div { button.first { "Salvar" } }
            }
        }
        @if is_set {
            div.card {
                h2 { "Testar" }
                (said.test_errors.summary(&["to"]))
                form method="post" action="/email/testar" {
                    (csrf(who))
                    div.fields {
                        (Field::email("to", "Enviar um teste para").value(&who.email).must().width("w6").html(&said.test_errors))
                        div.field { div { button { "Enviar teste" } } }
                    }
                }
            }
        }
        div.card {
            h2 { "Últimos envios" }
            (last(&mails))
        }
    })
}

fn last(mails: &[Mail]) -> Markup {
    html! {
        @if mails.is_empty() {
            div.empty {
                strong { "Nenhum boleto enviado ainda" }
                "Depois de salvar o servidor, envie boletos por e-mail na página de um lote."
            }
        } @else {
            div.scroll { table {
                caption.visually-hidden { "Últimos envios, do mais novo ao mais antigo" }
                thead { tr { th scope="col" { "Para" } th scope="col" { "Pedido em" } th scope="col" { "Situação" } } }
                tbody { @for mail in mails { tr {
                    th scope="row" { (mail.recipient) }
                    td { (show::time(mail.created_at)) }
                    td {
                        @match mail.status {
                            Status::Waiting => span.state.wait { "Enviando" },
                            Status::Sent => span.state.good { "Enviado" },
                            Status::Failed => span.state.bad { "Não enviado" },
                        }
                        @if !mail.message.is_empty() { span.sub { (mail.message) } }
                    }
                } } }
            } }
        }
    }
}

async fn save(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let get = |name: &str| fields.get(name).to_owned();
    let typed = NewMailSettings {
        host: get("host"),
        port: get("port"),
        security: get("security"),
        user: get("user"),
        password: fields.raw("password").to_owned(),
        sender: get("sender"),
    };
    let (actor, new) = (who.actor.clone(), typed.clone());
    let said = match app.ask(move |world| mail::save(world, &actor, &new)).await {
        Ok(()) => {
            let done = Some("Salvo. Envie um teste para conferir.".to_owned());
            Said { done, ..Said::default() }
        }
        Err(error) => Said { typed: Some(typed), errors: Errors::of(error)?, ..Said::default() },
    };
    tell(&app, &who, said).await
}

async fn test(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let (actor, to) = (who.actor.clone(), fields.get("to").to_owned());
    let done = format!("Teste entregue ao servidor para {to}. Veja se chegou.");
    let said = match app.ask(move |world| mail::test(world, &actor, &to)).await {
        Ok(()) => Said { done: Some(done), ..Said::default() },
        Err(error) => Said { test_errors: Errors::of(error)?, ..Said::default() },
    };
    tell(&app, &who, said).await
}

/// Sends the boletos of the fields `ids`; with `again`, also those that were sent before.
async fn send(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let ids: Vec<String> = fields.all("ids").map(str::to_owned).collect();
    let (actor, again) = (who.actor.clone(), fields.is_checked("again"));
    let queued = app.ask(move |world| mail::send(world, &actor, &ids, again)).await;
    asked(&app, &who, queued, "/boletos")
}

async fn send_batch(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, .. }: Form,
) -> Page {
    let (actor, of) = (who.actor.clone(), id.clone());
    let queued = app.ask(move |world| mail::send_batch(world, &actor, &of)).await;
    asked(&app, &who, queued, &format!("/boletos/lote/{id}"))
}

fn asked(app: &App, who: &SignedIn, queued: Result<Queued, Error>, back: &str) -> Page {
    let queued = queued?;
    let content = html! {
        div.title { h1 { "Envio por e-mail" } }
        @if queued.queued > 0 {
            div.notice.good role="status" {
                (show::count(i64::try_from(queued.queued).unwrap_or(i64::MAX), "boleto a caminho", "boletos a caminho"))
                @match &queued.recipient {
                    Some(to) if queued.queued == 1 => { " de " (to) "." },
                    _ => "."
                }
                " Vale o endereço da emissão, ou o que foi corrigido depois no cadastro do cliente."
            }
        } @else {
            div.notice.wait role="status" { "Nenhum boleto a enviar." }
        }
        @if !queued.skipped.is_empty() {
            div.card {
                h2 { "Não vão desta vez" }
                div.scroll { table {
                    caption.visually-hidden { "Boletos que não são enviados" }
                    thead { tr { th scope="col" { "Documento" } th scope="col" { "Por quê" } } }
                    tbody { @for (number, why) in &queued.skipped { tr { th scope="row" { (number) } td { (why) } } } }
                } }
            }
        }
        p { a.button href=(back) { "Voltar" } }
    };
    Ok(shell::page(app, who, back, "Envio por e-mail", content))
}
