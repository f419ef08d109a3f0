//! «Boletos»: the list, what is done to many of them at once, and the page of each.

mod bulk;
mod charges;
mod export;
mod filter;
mod one;
mod parts;
mod timeline;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::calendar::Calendar;
use quita_core::fold::Status;
use quita_engine::clock::bank_day;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::classifications;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::printing;
use quita_engine::desk::read::{self, Page as Listed, Totals};
use quita_engine::desk::saved_filters;
use quita_engine::desk::view::BoletoView;
use quita_engine::desk::{Actor, Permission};

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::live::NEW_BOLETOS;
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::pages::email::SEND;
use filter::{Asked, TABS};

/// The address of the list.
const HERE: &str = "/boletos";
/// Rows of a page.
const ROWS: i64 = 100;
/// Most new boletos that are counted one by one.
const NEWS_MAX: usize = 99;
/// The form that takes the selected boletos along.
const MANY: &str = "muitos";
/// What a new boleto is made with.
const ISSUE: &str = "/boletos/emitir";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/boletos/novos", get(newer))
        .route("/boletos/{id}/linha", get(row))
        .route("/boletos/abas", post(save_tab))
        .route("/boletos/abas/{id}/remover", post(remove_tab))
        .merge(bulk::routes())
        .merge(export::routes())
        .merge(one::routes())
}

/// The day at the banks.
fn today(app: &App) -> Date {
    bank_day(app.world.clock.now())
}

fn may_charge(actor: &Actor) -> bool {
    actor.permissions.contains(&Permission::Charge)
}

async fn list(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let given = Fields(given);
    let asked = Asked::read(&given, today(&app));
    if asked.errors.0.is_empty() && !asked.is_written_so(&given) {
        let query = asked.query();
        let address = if query.is_empty() { HERE.to_owned() } else { format!("{HERE}?{query}") };
        return Ok(Redirect::to(&address).into_response());
    }
    list_page(&app, &who, &asked, &Fields::default(), &Errors::default()).await
}

/// What the list shows.
struct Found {
    page: Listed<BoletoView>,
    totals: Totals,
    accounts: Vec<AccountView>,
    /// Who printed: names by `user:…`.
    names: BTreeMap<String, String>,
}

async fn list_page(
    app: &App,
    who: &SignedIn,
    asked: &Asked,
    typed: &Fields,
    tab_errors: &Errors,
) -> Page {
    let today = today(app);
    let (actor, filter, before) = (who.actor.clone(), asked.filter(today), asked.before());
    let is_readable = asked.errors.0.is_empty();
    let (found, accounts, tabs, registers) = app
        .ask(move |world| {
            let accounts = accounts::list(world, &actor)?;
            let tabs = saved_filters::list(world, &actor)?;
            let registers = classifications::registers(world, &actor)?;
            if !is_readable {
                return Ok((None, accounts, tabs, registers));
            }
            let totals = read::totals(world, &actor, filter.clone())?;
            let page = read::boletos(world, &actor, filter, before.as_deref(), ROWS)?;
            let names = printing::names(world, &actor, &page.data)?;
            Ok((Some((page, totals, names)), accounts, tabs, registers))
        })
        .await?;
    let query = asked.filter_query();
    let is_a_tab =
        TABS.iter().any(|(_, tab)| *tab == query) || tabs.iter().any(|tab| tab.query == query);
    let content = html! {
        div.title {
            h1 { "Boletos" }
            @if may_charge(&who.actor) {
                div.actions { a.button.first href=(ISSUE) { "Emitir boleto" } }
            }
        }
        (shell::live(who))
        nav.no-print aria-label="Filtros guardados" { ul.tabs {
            @for (name, tab) in TABS { li { (tab_link(name, tab, &query)) } }
            @for tab in &tabs {
                li.kept {
                    (tab_link(&tab.name, &tab.query, &query))
                    form method="post" action={ "/boletos/abas/" (tab.id) "/remover" }
                        data-confirm={ "Remover a aba «" (tab.name) "»? Os boletos ficam como estão." } {
                        (csrf(who))
                        button.plain aria-label={ "Remover a aba " (tab.name) } { "×" }
                    }
                }
            }
        } }
        (asked.form(&accounts, &registers, today))
        @if is_readable && (!is_a_tab || !tab_errors.0.is_empty()) {
            details.card.no-print open[!tab_errors.0.is_empty()] {
                summary { "Guardar este filtro como aba" }
                (tab_errors.summary(&["name"]))
                form.stack method="post" action="/boletos/abas" {
                    (csrf(who))
                    input type="hidden" name="query" value=(query);
                    (Field::text("name", "Nome da aba").value(typed.get("name")).must()
                        .hint("Por exemplo: Vence esta semana. Só você a vê.").html(tab_errors))
                    div { button { "Guardar" } }
                }
            }
        }
        @if let Some((page, totals, names)) = found {
            @if asked.before().is_none() {
                @let newest = page.data.first().map_or("", |boleto| boleto.id.as_str());
                div.no-print aria-live="polite" { (news(asked, newest, 0)) }
            }
            (table(who, asked, today, &Found { page, totals, accounts, names }))
        }
    };
    let page = shell::page(app, who, HERE, "Boletos", content);
    let is_wrong = !is_readable || !tab_errors.0.is_empty();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page).into_response())
}

fn tab_link(name: &str, tab: &str, query: &str) -> Markup {
    let address = if tab.is_empty() { HERE.to_owned() } else { format!("{HERE}?{tab}") };
    html! { a href=(address) aria-current=[(tab == query).then_some("page")] { (name) } }
}

fn table(who: &SignedIn, asked: &Asked, today: Date, found: &Found) -> Markup {
    let Found { page, totals, accounts, names } = found;
    let query = asked.filter_query();
    if page.data.is_empty() {
        return html! {
            div.card.empty {
                @if query.is_empty() {
                    strong { "Ainda não há boletos" }
                    "Os boletos emitidos aqui, ou por programas com um token, aparecem nesta lista."
                    @if may_charge(&who.actor) {
                        div { a.button.first href=(ISSUE) { "Emitir o primeiro" } }
                    }
                } @else {
                    strong { "Nenhum boleto neste filtro" }
                    "Mude uma data, a situação ou o texto; ou "
                    a href=(HERE) { "veja todos" } "."
                }
            }
        };
    }
    html! {
        // The table stays outside of the form, which paper does not show.
        form id=(MANY) method="post" action="/boletos/pdf" { (csrf(who)) }
        div.card {
            div.row.no-print {
                button form=(MANY) formaction="/boletos/pdf" formtarget="_blank" data-needs-selection { "Imprimir" }
                button form=(MANY) formaction="/boletos/pdf" formtarget="_blank" name="model" value="carne" data-needs-selection { "Imprimir carnê" }
                @if may_charge(&who.actor) {
                    button form=(MANY) formaction=(SEND) data-needs-selection { "Enviar por e-mail" }
                    button.danger form=(MANY) formaction="/boletos/baixar" data-needs-selection { "Baixar (cancelar)…" }
                }
                output data-sum="ids" aria-live="polite" {}
                span.exports {
                    "Exportar " (show::count(totals.count, "boleto", "boletos")) ": "
                    a href={ "/boletos/exportar.xlsx?" (query) } { "Excel (.xlsx)" } " "
                    a href={ "/boletos/exportar.csv?" (query) } { ".csv" } " · "
                    a href="/recebimentos" { "Recebimentos para o contador" }
                }
            }
            div.scroll { table {
                caption.visually-hidden { "Boletos, do mais novo ao mais antigo" }
                thead { tr {
                    th scope="col" { input type="checkbox" data-all="ids" aria-label="Selecionar todos desta página"; }
                    th scope="col" { "Número" }
                    th scope="col" { "Cliente" }
                    @if accounts.len() > 1 { th scope="col" { "Conta" } }
                    th.number scope="col" { "Valor" }
                    th scope="col" { "Emissão" }
                    th scope="col" { "Vencimento" }
                    th scope="col" { "Situação" }
                    th.number scope="col" { "Recebido" }
                    th scope="col" { "Impresso" }
                    th scope="col" { "Remessa" br; "enviada" }
                } }
                tbody { @for boleto in &page.data { (table_row(boleto, accounts, names, today)) } }
                tfoot { tr {
                    td {}
                    th scope="row" colspan=(if accounts.len() > 1 { "3" } else { "2" }) { "Total do filtro: " (show::count(totals.count, "boleto", "boletos")) }
                    td.number { (show::money(totals.amount.cents())) }
                    td colspan="3" {}
                    td.number { (show::money(totals.received.cents())) }
                    td colspan="2" {}
                } }
            } }
            div.row.no-print {
                @if asked.before().is_some() {
                    a.button href={ (HERE) "?" (query) } { "Voltar aos mais novos" }
                }
                @if let Some(cursor) = &page.next_cursor {
                    a.button href=(asked.address_before(cursor)) { "Mais antigos" }
                }
            }
        }
    }
}

/// Whether it can be paid and its due date has passed.
fn is_overdue(boleto: &BoletoView, today: Date) -> bool {
    boleto.status == Status::Registered
        && boleto.expiration_date <= Calendar::national().last_overdue(today)
}

/// The word of a status, as its pill has it.
const fn word(status: Status) -> &'static str {
    match status {
        Status::Created => "Enviando",
        other => other.label(),
    }
}

fn pill(boleto: &BoletoView, today: Date) -> Markup {
    let reason = boleto.refusal.as_ref().map(|refusal| refusal.message.as_str());
    show::status(boleto.status, is_overdue(boleto, today), reason)
}

/// How the bank came to have it: files will have a number and a date.
const fn remittance(boleto: &BoletoView) -> &'static str {
    match boleto.status {
        Status::Created => "",
        _ => "direto",
    }
}

/// How many boletos of the filter there are since the list was made. The list itself stays as it
/// is, so that nothing moves under the hand of whoever reads it.
fn news(asked: &Asked, after: &str, count: usize) -> Markup {
    let query = asked.filter_query();
    let and = if query.is_empty() { "" } else { "&" };
    html! {
        div data-subject=(NEW_BOLETOS) data-refresh={ "/boletos/novos?depois=" (after) (and) (query) } {
            @if count > 0 {
                p { a.button href={ (HERE) "?" (query) } {
                    @if count > NEWS_MAX { "mais de " (NEWS_MAX) " novos boletos" }
                    @else if count == 1 { "1 novo boleto" } @else { (count) " novos boletos" }
                    " – mostrar"
                } }
            }
        }
    }
}

async fn newer(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let given = Fields(given);
    let today = today(&app);
    let asked = Asked::read(&given, today);
    let (filter, after) = (asked.filter(today), given.get("depois").to_owned());
    let count = app.ask(move |world| {
        let most = i64::try_from(NEWS_MAX).unwrap_or(0) + 1;
        read::newer(world, &who.actor, filter, &after, most)
    });
    Ok(shell::fragment(news(&asked, given.get("depois"), count.await?)))
}

fn table_row(
    boleto: &BoletoView,
    accounts: &[AccountView],
    names: &BTreeMap<String, String>,
    today: Date,
) -> Markup {
    let account = accounts.iter().find(|account| account.id == boleto.account_id);
    html! {
        tr data-subject=(boleto.id) data-refresh={ "/boletos/" (boleto.id) "/linha" } {
            td { input type="checkbox" form=(MANY) name="ids" value=(boleto.id) data-cents=(boleto.amount)
                aria-label={ "Selecionar o boleto " (boleto.document_number) }; }
            th scope="row" { a href={ "/boletos/" (boleto.id) } { (boleto.document_number) } }
            td { (boleto.customer.legal_name)
                span.sub { (show::document(&boleto.customer.document)) } }
            // Where there is but one, it takes no room.
            @if accounts.len() > 1 { td { (account.map_or("", |account| account.description.as_str())) } }
            td.number { (show::money(boleto.amount)) }
            td.nowrap { (show::date(boleto.issuance_date)) }
            td.nowrap { (show::date(boleto.expiration_date)) }
            td { (pill(boleto, today))
                @if boleto.cancellation_wanted && boleto.status == Status::Registered {
                    span.sub { "cancelamento pedido" }
                } }
            td.number { @if boleto.received > 0 { (show::money(boleto.received)) } }
            td.nowrap { @if let Some((at, by)) = &boleto.printed {
                time datetime=(at) title=(show::instant(*at)) { (show::date(bank_day(*at))) }
                @if let Some(name) = names.get(by) { span.sub { (name) } }
            } }
            td { (remittance(boleto)) }
        }
    }
}

async fn row(State(app): State<App>, Visitor(who): Visitor, Path(id): Path<String>) -> Page {
    let today = today(&app);
    let (boleto, accounts, names) = app
        .ask(move |world| {
            let boleto = read::boleto(world, &who.actor, &id)?;
            let names = printing::names(world, &who.actor, std::slice::from_ref(&boleto))?;
            Ok((boleto, accounts::list(world, &who.actor)?, names))
        })
        .await?;
    Ok(shell::fragment(table_row(&boleto, &accounts, &names, today)))
}

async fn save_tab(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let asked = Asked::of_query(fields.get("query"), today(&app));
    let query = asked.filter_query();
    let (actor, name, kept) = (who.actor.clone(), fields.get("name").to_owned(), query.clone());
    let saved = app.ask(move |world| saved_filters::save(world, &actor, &name, &kept)).await;
    match saved {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}?{query}")).into_response()),
        Err(error) => list_page(&app, &who, &asked, &fields, &Errors::of(error)?).await,
    }
}

async fn remove_tab(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { who, .. }: Form,
) -> Page {
    app.ask(move |world| saved_filters::remove(world, &who.actor, &id)).await?;
    Ok(Redirect::to(HERE).into_response())
}

/// A page of this place that says why something was not done.
fn refused(app: &App, who: &SignedIn, title: &str, content: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, shell::page(app, who, HERE, title, content)).into_response()
}
