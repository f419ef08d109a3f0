//! Boletos just issued, which turn from «Enviando» to «Registrado» by themselves.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use maud::{Markup, html};
use quita_core::fold::Status;
use quita_engine::desk::Permission;
use quita_engine::desk::read;
use quita_engine::desk::view::BoletoView;
use serde::Deserialize;

use super::failure::Page;
use super::form::csrf;
use super::visitor::Visitor;
use super::{issue_form, shell, show};
use crate::app::App;

/// Most boletos of one document.
const MOST: usize = 99;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/boletos/emitidos", get(list))
        .route("/boletos/emitidos/{id}", get(fragment))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Which {
    /// Ids with commas between them.
    ids: String,
}

async fn list(State(app): State<App>, Visitor(who): Visitor, Query(which): Query<Which>) -> Page {
    let actor = who.actor.clone();
    let boletos = app
        .ask(move |world| {
            let ids = which.ids.split(',').filter(|id| !id.is_empty()).take(MOST);
            ids.map(|id| read::boleto(world, &actor, id)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let total: i64 = boletos.iter().map(|boleto| boleto.amount).sum();
    let count = i64::try_from(boletos.len()).unwrap_or(0);
    let content = html! {
        div.title {
            h1 { "Boletos emitidos" }
            div.actions {
                @if may { a.button.first href="/boletos/emitir" { "Emitir outro" } }
                a.button href="/boletos" { "Todos os boletos" }
            }
            p.subtitle { "A situação muda sozinha quando o banco responde, em geral em segundos." }
        }
        (shell::live(&who))
        div.card {
            @if boletos.is_empty() {
                div.empty { strong { "Nenhum boleto aqui" } "Aqui aparecem os boletos logo depois de emitidos." }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Boletos emitidos agora" }
                    thead { tr {
                        th scope="col" { "Número" } th scope="col" { "Cliente" } th scope="col" { "Vencimento" }
                        th.number scope="col" { "Valor" } th scope="col" { "Situação" }
                    } }
                    tbody aria-live="polite" { @for boleto in &boletos { (row(boleto, may)) } }
                    tfoot { tr {
                        th scope="row" colspan="3" { (show::count(count, "boleto", "boletos")) }
                        td.number { (show::money(total)) }
                        td {}
                    } }
                } }
                form.row method="post" action="/boletos/pdf" target="_blank" {
                    (csrf(&who))
                    @for boleto in &boletos { input type="hidden" name="ids" value=(boleto.id); }
                    button { "Imprimir" }
                    button name="model" value="carne" { "Imprimir carnê" }
                }
            }
        }
    };
    Ok(shell::page(&app, &who, "/boletos/emitir", "Boletos emitidos", content))
}

async fn fragment(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let may = who.actor.permissions.contains(&Permission::Charge);
    let boleto = app.ask(move |world| read::boleto(world, &who.actor, &id)).await?;
    Ok(shell::fragment(row(&boleto, may)))
}

/// A boleto. While the bank has not answered it asks again too, for what changed before the page
/// began to listen.
fn row(boleto: &BoletoView, may: bool) -> Markup {
    let created = boleto.status == Status::Created;
    let waits = created && !boleto.by_file;
    html! {
        tr data-subject=(boleto.id) data-refresh={ "/boletos/emitidos/" (boleto.id) } data-poll=[waits.then_some("4")] {
            th scope="row" { a href={ "/boletos/" (boleto.id) } { (boleto.document_number) } }
            td { (boleto.customer.legal_name) }
            td.nowrap { (show::date(boleto.expiration_date)) }
            td.number { (show::money(boleto.amount)) }
            td {
                (show::status(boleto.status, false, None))
                @if created && boleto.by_file { span.sub { "ainda não registrado no banco: vai na próxima remessa" } }
                @if let Some(line) = &boleto.writable_line {
                    span.sub { code { (line) } " " button.plain type="button" data-copy=(line) { "Copiar" } }
                }
                @if let Some(refusal) = &boleto.refusal {
                    span.sub.error {
                        (refusal.message)
                        @let label = issue_form::label(refusal.field.as_deref().unwrap_or_default());
                        @if !label.is_empty() { " Campo: «" (label) "»." }
                    }
                    @if may { a.button href={ "/boletos/emitir?de=" (boleto.id) } { "Corrigir e emitir outro" } }
                }
            }
        }
    }
}
