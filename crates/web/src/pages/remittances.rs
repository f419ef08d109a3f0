//! «Remessas»: what waits for the bank by file, the next file as it would be, and files made.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use quita_core::fold::Status;
use quita_engine::desk::Permission;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::issue::fingerprint;
use quita_engine::desk::once::Request;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::remittances::{
    self, NewRemittance, NextView, ORDERS_MAX, OrderView, ProblemView, RemittanceView,
};
use quita_engine::error::{Error, FieldError};

use super::failure::{Failure, Page};
use super::form::{Errors, Field, Fields, Form, csrf};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::reply;

const HERE: &str = "/remessas";
const TITLE: &str = "Remessas";
/// Files that are listed.
const FILES: i64 = 50;
/// Lines of the file that are shown before it is made.
const LINES: usize = 40;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/remessas/{id}", get(one))
        .route("/remessas/{id}/arquivo", get(file))
        .route("/remessas/{id}/enviada", post(sent))
        .route("/remessas/proxima/{account}", get(next).post(make))
        .route("/remessas/proxima/{account}/numero", post(set_last))
}

async fn list(State(app): State<App>, Visitor(who): Visitor) -> Page {
    let actor = who.actor.clone();
    let (waiting, files) = app
        .ask(move |world| {
            let accounts = accounts::list(world, &actor)?.into_iter();
            let mut waiting = Vec::new();
            for account in accounts.filter(|account| account.layout.is_some()) {
                let next = remittances::next(world, &actor, &account.id)?;
                waiting.push((account, next));
            }
            Ok((waiting, remittances::list(world, &actor, None, None, FILES)?.data))
        })
        .await?;
    let account = |id: &str| waiting.iter().find(|(account, _)| account.id == id);
    let content = html! {
        div.title {
            h1 { (TITLE) }
            p.subtitle { "O que vai ao banco por arquivo: boletos novos, cancelamentos e mudanças esperam aqui até a próxima remessa." }
        }
        @if waiting.is_empty() {
            div.card.empty {
                strong { "Nenhuma conta por arquivo" }
                "As contas desta empresa falam com o banco pela API e não precisam de remessas. Uma conta por arquivo (CNAB) se cadastra em «Contas»."
            }
        } @else {
            div.two {
                @for (account, next) in &waiting { (card(account, next)) }
            }
        }
        @if !files.is_empty() {
            section.card {
                h2 { "Remessas feitas" }
                div.scroll { table {
                    thead { tr {
                        th scope="col" { "Conta" }
                        th.number scope="col" { "Número" }
                        th scope="col" { "Feita" }
                        th.number scope="col" { "Pedidos" }
                        th.number scope="col" { "Boletos novos" }
                        th.number scope="col" { "Valor" }
                        th scope="col" { "Situação" }
                    } }
                    tbody { @for file in &files { tr {
                        td { (account(&file.account_id).map_or("", |(account, _)| &account.description)) }
                        td.number { a href={ (HERE) "/" (file.id) } { (file.number) } }
                        td { (show::time(file.created_at)) }
                        td.number { (file.orders) }
                        td.number { (file.entries) }
                        td.number { (show::money(file.amount)) }
                        td { (state(file)) }
                    } } }
                } }
            }
        }
    };
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

fn card(account: &AccountView, next: &NextView) -> Markup {
    html! {
        section.card.stack aria-label=(account.description) {
            h2 { (account.description) }
            dl.facts {
                dt { "Próxima remessa" } dd { "número " (next.number) }
                dt { "À espera" } dd { (show::count(next.waiting, "pedido", "pedidos")) }
                dt { "Boletos novos" } dd { (show::money(next.amount)) }
            }
            p {
                a.button.first[next.waiting > 0] href={ (HERE) "/proxima/" (account.id) } {
                    "Ver a próxima" span.visually-hidden { " de " (account.description) }
                }
            }
        }
    }
}

fn state(file: &RemittanceView) -> Markup {
    html! {
        @match file.sent_at {
            Some(at) => { span.state.good { "Enviada" } " " (show::time(at)) }
            None => span.state.wait { "A enviar ao banco" },
        }
    }
}

async fn next(State(app): State<App>, Visitor(who): Visitor, Path(account): Path<String>) -> Page {
    next_page(&app, &who, &account, &Fields::default(), &Errors::default()).await
}

/// The next file of an account, with what was wrong with a form that was sent.
async fn next_page(
    app: &App,
    who: &SignedIn,
    account: &str,
    fields: &Fields,
    errors: &Errors,
) -> Page {
    let (actor, id) = (who.actor.clone(), account.to_owned());
    let (next, account) = app
        .ask(move |world| {
            let next = remittances::next(world, &actor, &id)?;
            let accounts = accounts::list(world, &actor)?;
            let account = accounts.into_iter().find(|account| account.id == id);
            Ok((next, account.ok_or_else(|| Error::not_found("conta"))?))
        })
        .await?;
    let may = |permission: Permission| who.actor.permissions.contains(&permission);
    let key = match fields.get("key") {
        "" => app.world.ids().next_token(),
        key => key.to_owned(),
    };
    let address = format!("{HERE}/proxima/{}", account.id);
    let content = html! {
        div.title {
            h1 { "Próxima remessa: " (account.description) }
            p.subtitle { "Número " (next.number) " · " (next.layout) " · " a href=(HERE) { "todas as remessas" } }
        }
        (errors.summary(&["last_number", "last_our_number"]))
        @if !next.problems.is_empty() { (problems(&next)) }
        @if next.waiting == 0 {
            div.card.empty {
                strong { "Nada espera" }
                "Boletos emitidos nesta conta, cancelamentos e mudanças aparecem aqui."
            }
        } @else {
            section.card.stack {
                h2 { (show::count(next.waiting, "pedido espera", "pedidos esperam")) }
                @if next.waiting > count(ORDERS_MAX) {
                    p.hint { "Uma remessa leva até " (ORDERS_MAX) "; o resto fica para a seguinte." }
                }
                (orders(&next.orders))
                @if may(Permission::Charge) && next.problems.is_empty() {
                    form method="post" action=(address) {
                        (csrf(who))
                        input type="hidden" name="key" value=(key);
                        button.first { "Gerar a remessa " (next.number) }
                    }
                }
                @if !next.content.is_empty() { (preview(&next.content)) }
            }
        }
        @if may(Permission::Configure) {
            (numbers_form(who, &account.id, fields, errors))
        }
    };
    let status =
        if errors.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, shell::page(app, who, HERE, TITLE, content)).into_response())
}

/// Where the counts of an account go on after a backup was restored, or another program was used.
pub(super) fn numbers_form(
    who: &SignedIn,
    account_id: &str,
    fields: &Fields,
    errors: &Errors,
) -> Markup {
    let field = |name, label| Field::number(name, label).value(fields.get(name)).width("w3");
    html! {
        form.card.stack method="post" action={ (HERE) "/proxima/" (account_id) "/numero" } {
            (csrf(who))
            h2 { "Números depois de uma restauração" }
            p.hint { "Só é preciso dizer depois de restaurar uma cópia de segurança, ou se outro programa mandou remessas ou emitiu boletos desta conta: o próximo terá o número seguinte. Um número nunca volta." }
            div.fields {
                (field("last_number", "Última remessa aceita pelo banco").html(errors))
                (field("last_our_number", "Último nosso número usado").hint("Sem o dígito; vazio não muda.").html(errors))
            }
            div { button { "Guardar" } }
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn problems(next: &NextView) -> Markup {
    let about = |problem: &ProblemView| {
        let id = problem.order_id.as_ref()?;
        next.orders.iter().find(|order| order.id == *id)
    };
    html! {
        div.notice.bad role="alert" {
            strong { "A remessa não pode ser gerada assim" }
            ul { @for problem in &next.problems {
                li {
                    @if let Some(order) = about(problem) {
                        a href={ "/boletos/" (order.boleto_id) } { (order.document_number) } ": "
                    }
                    (problem.message)
                }
            } }
        }
    }
}

/// The first lines of the file as it would be.
fn preview(content: &[u8]) -> Markup {
    let text = String::from_utf8_lossy(content);
    let mut lines = text.lines();
    let first: Vec<&str> = lines.by_ref().take(LINES).collect();
    let more = lines.count();
    html! {
        details {
            summary { "Ver o arquivo" }
            pre.file tabindex="0" { (first.join("\n")) }
            @if more > 0 { p.hint { "e mais " (show::count(count(more), "linha", "linhas")) } }
        }
    }
}

fn orders(orders: &[OrderView]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { "Pedido" }
                th scope="col" { "Boleto" }
                th scope="col" { "Cliente" }
                th scope="col" { "Nosso número" }
                th.number scope="col" { "Valor" }
                th scope="col" { "Vencimento" }
                th scope="col" { "Situação" }
            } }
            tbody { @for order in orders { tr {
                td { (order.text) }
                td { a href={ "/boletos/" (order.boleto_id) } { (order.document_number) } }
                td { (order.customer_name) }
                td { (order.our_number.as_deref().unwrap_or("o banco dará")) }
                td.number { (show::money(order.amount)) }
                td { (show::date(order.expiration_date)) }
                td {
                    // «Enviando» would say that something is on its way by itself.
                    @if order.status == Status::Created { span.state.wait { "Ainda não registrado" } }
                    @else { (show::status(order.status, false, None)) }
                }
            } } }
        } }
    }
}

async fn make(
    State(app): State<App>,
    Path(account): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, key) = (who.actor.clone(), fields.get("key").to_owned());
    let new = NewRemittance { account_id: account.clone(), order_ids: None };
    let print = fingerprint("remessa", account.as_bytes());
    let made = app
        .ask(move |world| {
            remittances::make(world, &actor, &Request { key, fingerprint: print }, &new)
        })
        .await;
    match made {
        Ok(stored) => {
            let made: serde_json::Value = serde_json::from_str(&stored.body)
                .map_err(|e| Error::internal(format!("a stored answer is not JSON: {e}")))?;
            let id = made.get("id").and_then(|id| id.as_str()).unwrap_or_default();
            Ok(Redirect::to(&format!("{HERE}/{id}")).into_response())
        }
        // Another window was faster, or something cannot be written: the page says what.
        Err(Error::Conflict { message, .. }) => {
            let errors = Errors(vec![FieldError::new("remessa", "conflict", message)]);
            next_page(&app, &who, &account, &Fields::default(), &errors).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn set_last(
    State(app): State<App>,
    Path(account): Path<String>,
    Form { who, fields }: Form,
) -> Page {
    let (actor, id) = (who.actor.clone(), account.clone());
    let number = |name: &str| match fields.get(name).trim() {
        "" => None,
        text => Some(text.parse::<i64>().unwrap_or(-1)),
    };
    let (file, ours) = (number("last_number"), number("last_our_number"));
    let set = app.ask(move |world| {
        if let Some(ours) = ours {
            remittances::set_last_our_number(world, &actor, &id, ours)?;
        }
        match file {
            None if ours.is_some() => Ok(0),
            file => remittances::set_last_number(world, &actor, &id, file.unwrap_or(-1)),
        }
    });
    let set = set.await;
    match set {
        Ok(_) => Ok(Redirect::to(&format!("{HERE}/proxima/{account}")).into_response()),
        Err(error) => next_page(&app, &who, &account, &fields, &Errors::of(error)?).await,
    }
}

async fn one(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let actor = who.actor.clone();
    let (file, found) = app.ask(move |world| remittances::get(world, &actor, &id)).await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let address = format!("{HERE}/{}", file.id);
    let content = html! {
        div.title {
            h1 { "Remessa " (file.number) }
            div.actions {
                @if may {
                    a.button.first href={ (address) "/arquivo" } { "Baixar o arquivo" }
                    @if file.sent_at.is_none() {
                        form method="post" action={ (address) "/enviada" } {
                            (csrf(&who))
                            button { "Já enviei ao banco" }
                        }
                    }
                }
            }
            p.subtitle { (file.file_name) " · " a href=(HERE) { "todas as remessas" } }
        }
        section.card.stack {
            p { (state(&file)) }
            dl.facts {
                dt { "Feita" } dd { (show::time(file.created_at)) }
                dt { "Layout" } dd { (file.layout) }
                dt { "Pedidos" } dd { (file.orders) }
                dt { "Boletos novos" } dd { (file.entries) ", " (show::money(file.amount)) }
                dt { "SHA-256" } dd { code { (file.sha256) } }
            }
            p.hint { "Envie o arquivo pelo portal do banco, uma vez só. O banco responde num arquivo de retorno: solte-o em «Retornos»." }
        }
        section.card.stack {
            h2 { "O que está nela" }
            (orders(&found))
        }
    };
    Ok(shell::page(&app, &who, HERE, TITLE, content))
}

async fn file(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let download = move |world: &_| remittances::download(world, &who.actor, &id);
    let (name, bytes) = app.ask(download).await?;
    Ok(reply::download(bytes, &name))
}

async fn sent(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    let file = app.ask(move |world| remittances::mark_sent(world, &who.actor, &id)).await?;
    Ok(Redirect::to(&format!("{HERE}/{}", file.id)).into_response())
}
