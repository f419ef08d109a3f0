//! What was reconciled, with the way back; many at once; a period as a workbook.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use jiff::civil::Date;
use maud::{Markup, html};
use quita_core::typed;
use quita_engine::clock::bank_day;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::reconciliation::{self, Bulk, Explained, Filter, MatchView};
use quita_engine::desk::{Actor, Permission};
use quita_engine::error::{Error, FieldError};
use quita_engine::world::World;
use rust_xlsxwriter::Workbook;

use super::failure::Page;
use super::form::{Errors, Field, Fields, Form, csrf};
use super::reconciliation::{HERE, percent, what};
use super::sheet::{self, Cell, Column, attachment};
use super::visitor::Visitor;
use super::{shell, show};
use crate::app::App;
use crate::input::is_id;

const MADE: &str = "/conciliacao/feitas";
const MANY: &str = "/conciliacao/varias";
/// Matches on a page.
const ROWS: i64 = 50;
/// Lines that are read at a time.
const AT_A_TIME: i64 = 1000;
/// Most lines in one workbook, which is put together in memory.
const MOST_IN_WORKBOOK: usize = 50_000;
/// From which confidence many are accepted, unless a person says.
const USUAL_PERCENT: i64 = 95;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(MADE, get(made))
        .route("/conciliacao/feitas/{id}/desfazer", post(undo))
        .route(MANY, get(many).post(accept))
        .route("/conciliacao/exportar.xlsx", get(xlsx))
}

/// Which matches, as it stands in the address.
struct Asked {
    fields: Fields,
    from: Date,
    to: Date,
    errors: Errors,
}

impl Asked {
    /// The month so far, where nothing is said.
    fn read(given: Vec<(String, String)>, today: Date) -> Self {
        let fields = Fields(given);
        let mut errors = Errors::default();
        let mut date = |name: &str, otherwise: Date| match fields.get(name) {
            "" => otherwise,
            text => typed::date(text, today).unwrap_or_else(|| {
                let said = "não é uma data: use por exemplo 10/12/2026";
                errors.0.push(FieldError::new(name, "invalid", said));
                otherwise
            }),
        };
        let (from, to) = (date("from", today.first_of_month()), date("to", today));
        if errors.0.is_empty() && from > to {
            errors.0.push(FieldError::new("to", "out_of_range", "o fim vem antes do começo"));
        }
        Self { from, to, errors, fields }
    }

    fn filter(&self) -> Filter {
        let automatic = match self.fields.get("by") {
            "automatic" => Some(true),
            "person" => Some(false),
            _ => None,
        };
        Filter { from: Some(self.from), to: Some(self.to), automatic }
    }

    fn query(&self) -> String {
        let by = match self.fields.get("by") {
            by @ ("automatic" | "person") => by,
            _ => "",
        };
        format!("from={}&to={}&by={by}", self.from, self.to)
    }
}

async fn made(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let asked = Asked::read(given, bank_day(app.world.clock.now()));
    let (actor, filter) = (who.actor.clone(), asked.filter());
    let cursor = Some(asked.fields.get("cursor")).filter(|id| is_id(id)).map(str::to_owned);
    let (page, names) = app
        .ask(move |world| {
            let page = reconciliation::matches(world, &actor, &filter, cursor.as_deref(), ROWS)?;
            let names = reconciliation::names(world, &actor, &page.data)?;
            Ok((page, names))
        })
        .await?;
    let may = who.actor.permissions.contains(&Permission::Charge);
    let (from, to) = (show::date(asked.from), show::date(asked.to));
    let errors = &asked.errors;
    let content = html! {
        div.title {
            h1 { "Conciliadas" }
            div.actions { a.button href=(HERE) { "Voltar à conciliação" } }
            p.subtitle { "O que explica cada lançamento, quem o decidiu, e como desfazer." }
        }
        form.card method="get" action=(MADE) role="search" {
            (errors.summary(&["from", "to"]))
            div.fields {
                (Field::date("from", "Lançamentos de").value(&from).width("w3").html(errors))
                (Field::date("to", "Até").value(&to).width("w3").html(errors))
                (Field::text("by", "Decididas").value(asked.fields.get("by")).width("w3").choice([
                    ("", "Todas"), ("automatic", "Sozinhas"), ("person", "Por alguém"),
                ], errors))
                div.field { div.row { button.first { "Mostrar" } } }
            }
            div.row { span.exports { "Exportar o período, com o que está em aberto: "
                a href={ "/conciliacao/exportar.xlsx?" (asked.query()) } { "Excel (.xlsx)" } } }
        }
        div.card {
            @if page.data.is_empty() {
                div.empty { strong { "Nada conciliado neste período" } "O que for certo é conciliado sozinho quando o extrato chega; o resto espera em «Conciliação»." }
            } @else {
                div.scroll { table {
                    caption.visually-hidden { "Conciliadas" }
                    thead { tr {
                        th scope="col" { "Lançamento" } th.number scope="col" { "Valor" } th scope="col" { "Explicado por" }
                        th scope="col" { "Por quê" } th scope="col" { "Quem" } th scope="col" { "Ação" }
                    } }
                    tbody { @for one in &page.data { (row(&who, one, &names, may)) } }
                } }
                @if let Some(next) = &page.next_cursor {
                    p { a href={ (MADE) "?" (asked.query()) "&cursor=" (next) } { "Mais antigas" } }
                }
            }
        }
    };
    let page = shell::page(&app, &who, HERE, "Conciliadas", content);
    let is_fine = asked.errors.0.is_empty();
    let status = if is_fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page).into_response())
}

fn row(who: &SignedIn, one: &MatchView, names: &BTreeMap<String, String>, may: bool) -> Markup {
    let name = |by: &str| match names.get(by) {
        Some(name) => name.clone(),
        None if by == "system" => "quita".to_owned(),
        None if by == "bank" => "o banco mudou o lançamento".to_owned(),
        None => "um programa".to_owned(),
    };
    html! {
        tr {
            th scope="row" { (show::date(one.line.date)) span.sub { (one.line.memo) } }
            td.number { (show::money(one.line.amount)) }
            td { (what(one)) }
            td {
                @if one.kind == "boletos" { (one.difference.text) }
                @if !one.reasons.is_empty() { span.sub { (reasons(one)) } }
            }
            td.nowrap { (name(&one.created_by)) span.sub { (show::time(one.created_at)) } }
            td {
                @match (&one.undone_by, one.undone_at) {
                    (Some(by), Some(at)) => { span.state.still { "Desfeita" } span.sub { (name(by)) " · " (show::time(at)) } }
                    _ if may => form method="post" action={ (MADE) "/" (one.id) "/desfazer" } { (csrf(who)) button { "Desfazer" } },
                    _ => {}
                }
            }
        }
    }
}

fn reasons(one: &MatchView) -> String {
    let texts: Vec<&str> =
        one.reasons.iter().map(|word| reconciliation::reason_text(word)).collect();
    texts.join(", ")
}

async fn undo(State(app): State<App>, Path(id): Path<String>, Form { who, .. }: Form) -> Page {
    let undone = app.ask(move |world| reconciliation::undo(world, &who.actor, &id)).await?;
    let (line, id) = (&undone.line.id, &undone.id);
    let side = if undone.line.amount > 0 { "entradas" } else { "saidas" };
    Ok(Redirect::to(&format!("{HERE}?lado={side}&linha={line}&feita={id}")).into_response())
}

/// The confidence that was typed, in millionths.
fn from_of(fields: &Fields) -> i64 {
    match fields.get("de") {
        "" => USUAL_PERCENT * 10_000,
        text => text.parse::<i64>().map_or(0, |percent| percent.clamp(0, 101) * 10_000),
    }
}

async fn many(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    who.actor.must(Permission::Charge)?;
    let fields = Fields(given);
    let (actor, from) = (who.actor.clone(), from_of(&fields));
    let bulk = app.ask(move |world| reconciliation::bulk(world, &actor, from)).await;
    let (bulk, errors) = match bulk {
        Ok(bulk) => (Some(bulk), Errors::default()),
        Err(error) => (None, Errors::of(error)?),
    };
    let text = match fields.get("de") {
        "" => USUAL_PERCENT.to_string(),
        text => text.to_owned(),
    };
    let content = html! {
        div.title {
            h1 { "Aceitar várias" }
            div.actions { a.button href=(HERE) { "Voltar à conciliação" } }
            p.subtitle { "As sugestões com confiança a partir da que você disser. Nada é feito antes de confirmar." }
        }
        form.card method="get" action=(MANY) {
            (errors.summary(&[]))
            div.fields {
                (Field::number("de", "Confiança mínima, em %").value(&text).width("w3").hint("De 50 a 100.").html(&errors))
                div.field { div.row { button { "Ver o que seria aceito" } } }
            }
        }
        @if let Some(bulk) = &bulk { (dry_run(&who, bulk, &text)) }
    };
    let status = if bulk.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = shell::page(&app, &who, HERE, "Aceitar várias", content);
    Ok((status, page).into_response())
}

fn dry_run(who: &SignedIn, bulk: &Bulk, percent_text: &str) -> Markup {
    let count = i64::try_from(bulk.items.len()).unwrap_or(0);
    html! {
        @if bulk.items.is_empty() {
            div.card.empty { strong { "Nenhuma sugestão com esta confiança" } "Diminua a confiança mínima, ou decida uma a uma em «Conciliação»." }
        } @else {
            form.card method="post" action=(MANY) {
                (csrf(who))
                input type="hidden" name="de" value=(percent_text);
                p { strong { (show::count(count, "lançamento", "lançamentos")) ", " (show::money(bulk.amount.cents())) } " seriam conciliados." }
                div.scroll { table {
                    caption.visually-hidden { "O que seria aceito" }
                    thead { tr {
                        th scope="col" { "Aceitar" } th scope="col" { "Lançamento" } th.number scope="col" { "Valor" }
                        th scope="col" { "Boletos" } th scope="col" { "Confiança" }
                    } }
                    tbody { @for item in &bulk.items { tr {
                        td { label.check {
                            input type="checkbox" name="par" value=(item.key()) checked data-cents=(item.line.amount);
                            span.visually-hidden { "Aceitar " (item.line.memo) }
                        } }
                        th scope="row" { (show::date(item.line.date)) span.sub { (item.line.memo) } }
                        td.number { (show::money(item.line.amount)) }
                        td { @for (at, (id, number)) in item.boletos.iter().enumerate() {
                            @if at > 0 { ", " } a href={ "/boletos/" (id) } { (number) }
                        } }
                        td { (percent(item.confidence)) }
                    } } }
                } }
                p.row { button.first { "Aceitar os marcados" } span aria-live="polite" data-sum="par" {} }
            }
        }
    }
}

async fn accept(State(app): State<App>, Form { who, fields }: Form) -> Page {
    let (actor, from) = (who.actor.clone(), from_of(&fields));
    let seen: BTreeSet<String> = fields.all("par").map(str::to_owned).collect();
    let asked = seen.len();
    let count =
        app.ask(move |world| reconciliation::accept_all(world, &actor, from, &seen)).await?;
    let left = asked.saturating_sub(count);
    let said = |count: usize, one: &str, many: &str| {
        show::count(i64::try_from(count).unwrap_or(0), one, many)
    };
    let content = html! {
        div.title { h1 { "Aceitar várias" } }
        div.notice.good role="status" { (said(count, "lançamento conciliado", "lançamentos conciliados")) "." }
        @if left > 0 {
            div.notice.wait { (said(left, "mudou desde que você olhou e ficou", "mudaram desde que você olhou e ficaram")) " em aberto." }
        }
        p.row { a.button.first href=(HERE) { "Voltar à conciliação" } a.button href=(MADE) { "Ver ou desfazer" } }
    };
    Ok(shell::page(&app, &who, HERE, "Aceitar várias", content))
}

const COLUMNS: [Column<Explained>; 14] = [
    ("Dia", 12, |one| Cell::Day(one.line.date)),
    ("Lançamento", 44, |one| Cell::Text(one.line.memo.clone())),
    ("Quem pagou", 30, |one| Cell::Text(one.line.payer_name.clone().unwrap_or_default())),
    ("CPF ou CNPJ", 20, |one| {
        Cell::Text(one.line.payer_document.as_deref().map(show::document).unwrap_or_default())
    }),
    ("Valor", 14, |one| Cell::Amount(one.line.amount)),
    ("Situação", 16, |one| Cell::Text(kind_of(one).to_owned())),
    ("Boletos", 30, |one| {
        let boletos = one.found.iter().flat_map(|found| &found.boletos);
        let numbers: Vec<&str> = boletos.map(|boleto| boleto.document_number.as_str()).collect();
        Cell::Text(numbers.join(", "))
    }),
    ("Pago dos boletos", 16, |one| {
        let found = one.found.as_ref().filter(|found| found.kind == "boletos");
        Cell::amount(found.map(|found| found.boletos.iter().map(|boleto| boleto.amount).sum()))
    }),
    ("Tarifa retida", 14, |one| {
        Cell::amount(one.found.as_ref().map(|found| found.fee).filter(|fee| *fee > 0))
    }),
    ("Diferença", 40, |one| {
        let found = one.found.as_ref().filter(|found| found.kind == "boletos");
        Cell::Text(found.map(|found| found.difference.text.clone()).unwrap_or_default())
    }),
    ("Por quê", 40, |one| Cell::Text(one.found.as_ref().map(reasons).unwrap_or_default())),
    ("Observação", 30, |one| {
        Cell::Text(one.found.as_ref().map(|found| found.note.clone()).unwrap_or_default())
    }),
    ("Decidido", 14, |one| {
        let said = one.found.as_ref().map(|found| match found.automatic {
            true => "sozinho",
            false => "por alguém",
        });
        Cell::Text(said.unwrap_or_default().to_owned())
    }),
    ("Decidido em", 14, |one| {
        Cell::day(one.found.as_ref().map(|found| bank_day(found.created_at)))
    }),
];

/// Lines of one kind.
struct Kind {
    name: &'static str,
    incoming: (i64, i64),
    outgoing: (i64, i64),
}

const BY_KIND: [Column<Kind>; 5] = [
    ("Situação", 20, |kind| Cell::Text(kind.name.to_owned())),
    ("Entradas", 12, |kind| Cell::Count(kind.incoming.0)),
    ("Valor das entradas", 20, |kind| Cell::Amount(kind.incoming.1)),
    ("Saídas", 12, |kind| Cell::Count(kind.outgoing.0)),
    ("Valor das saídas", 20, |kind| Cell::Amount(kind.outgoing.1)),
];

fn kind_of(one: &Explained) -> &'static str {
    match one.found.as_ref().map(|found| found.kind) {
        None => "Em aberto",
        Some("boletos") => "Boletos",
        Some("fee") => "Tarifa",
        Some("transfer") => "Transferência",
        Some("ignored") => "Ignorado",
        Some(_) => "Outro",
    }
}

async fn xlsx(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let asked = Asked::read(given, bank_day(app.world.clock.now()));
    if !asked.errors.0.is_empty() {
        return Err(Error::Invalid(asked.errors.0).into());
    }
    let days = (asked.from, asked.to);
    let book = app.ask(move |world| workbook(world, &who.actor, days)).await?;
    let name = format!("conciliacao-{}-a-{}.xlsx", days.0, days.1);
    Ok(attachment(sheet::XLSX, &name, Body::from(book)))
}

/// All lines, those that are open once more by themselves, and the totals: these add up to what the
/// statement moved.
fn workbook(world: &World, actor: &Actor, days: (Date, Date)) -> Result<Vec<u8>, Error> {
    let mut all: Vec<Explained> = Vec::new();
    loop {
        let (day, id) = all
            .last()
            .map_or((Date::MIN, String::new()), |last| (last.line.date, last.line.id.clone()));
        let lot = reconciliation::period(world, actor, None, days, (day, &id), AT_A_TIME)?;
        let is_last = i64::try_from(lot.len()).unwrap_or(0) < AT_A_TIME;
        all.extend(lot);
        if all.len() > MOST_IN_WORKBOOK {
            let said =
                format!("o período tem mais de {MOST_IN_WORKBOOK} lançamentos: peça um menor");
            return Err(Error::conflict("too_many", said));
        }
        if is_last {
            break;
        }
    }
    let mut book = Workbook::new();
    let lines = book.add_worksheet();
    sheet::begin(lines, "Lançamentos", &COLUMNS)?;
    for (row, one) in (1..).zip(&all) {
        sheet::add(lines, row, &COLUMNS, one)?;
    }
    let totals = book.add_worksheet();
    sheet::begin(totals, "Totais", &BY_KIND)?;
    for (row, kind) in (1..).zip(&by_kind(&all)) {
        sheet::add(totals, row, &BY_KIND, kind)?;
    }
    let open = book.add_worksheet();
    sheet::begin(open, "Em aberto", &COLUMNS)?;
    for (row, one) in (1..).zip(all.iter().filter(|one| one.found.is_none())) {
        sheet::add(open, row, &COLUMNS, one)?;
    }
    book.save_to_buffer().map_err(sheet::broken)
}

fn by_kind(all: &[Explained]) -> Vec<Kind> {
    let names = ["Boletos", "Tarifa", "Transferência", "Outro", "Ignorado", "Em aberto", "Total"];
    let mut kinds: Vec<Kind> =
        names.into_iter().map(|name| Kind { name, incoming: (0, 0), outgoing: (0, 0) }).collect();
    for one in all {
        for kind in &mut kinds {
            if kind.name == kind_of(one) || kind.name == "Total" {
                let side =
                    if one.line.amount > 0 { &mut kind.incoming } else { &mut kind.outgoing };
                side.0 += 1;
                side.1 += one.line.amount;
            }
        }
    }
    kinds
}
