//! The statement of a period as files for spreadsheets, with the proof of each day.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use quita_engine::clock::bank_day;
use quita_engine::desk::people::SignedIn;
use quita_engine::desk::statements::{self, DayView, Exported, LineView};
use quita_engine::error::Error;
use rust_xlsxwriter::Workbook;

use super::failure::{Failure, Page};
use super::sheet::{self, Cell, Column, attachment};
use super::show;
use super::statement::{Asked, proof_text, standing};
use super::visitor::Visitor;
use crate::app::App;

/// Most lines in one workbook, which is put together in memory.
const MOST_IN_WORKBOOK: usize = 50_000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/extrato/{account}/exportar.csv", get(csv))
        .route("/extrato/{account}/exportar.xlsx", get(xlsx))
}

const LINES: [Column<LineView>; 11] = [
    ("Dia", 12, |line| Cell::Day(line.date)),
    ("Tipo", 18, |line| Cell::Text(line.kind.as_deref().map(show::movement).unwrap_or_default())),
    ("Histórico", 48, |line| Cell::Text(line.memo.clone())),
    ("Pagador", 30, |line| Cell::Text(line.payer_name.clone().unwrap_or_default())),
    ("CPF ou CNPJ", 20, |line| {
        Cell::Text(line.payer_document.as_deref().map(show::document).unwrap_or_default())
    }),
    ("Valor", 14, |line| Cell::Amount(line.amount)),
    ("Situação", 14, |line| Cell::Text(standing(line.standing).0.to_owned())),
    ("Conta no saldo", 14, |line| {
        Cell::Text(if line.standing.counts() { "sim" } else { "não" }.to_owned())
    }),
    ("Nosso número", 18, |line| Cell::Text(line.our_number.clone().unwrap_or_default())),
    ("Id do Pix", 34, |line| Cell::Text(line.end_to_end_id.clone().unwrap_or_default())),
    ("Id do banco", 38, |line| Cell::Text(line.bank_id.clone().unwrap_or_default())),
];

/// A day, what came in and what went out.
type Day = (DayView, i64, i64);

const DAYS: [Column<Day>; 7] = [
    ("Dia", 12, |(day, ..)| Cell::Day(day.day)),
    ("Abertura", 14, |(day, ..)| Cell::amount(day.opening)),
    ("Entradas", 14, |(_, came_in, _)| Cell::Amount(*came_in)),
    ("Saídas", 14, |(.., went_out)| Cell::Amount(*went_out)),
    ("Fechamento no banco", 20, |(day, ..)| Cell::amount(day.closing)),
    ("Diferença", 14, |(day, ..)| Cell::amount(day.difference)),
    ("Prova", 40, |(day, ..)| Cell::Text(proof_text(day))),
];

async fn read(
    app: &App,
    who: SignedIn,
    id: String,
    given: Vec<(String, String)>,
) -> Result<(Exported, String), Failure> {
    let asked = Asked::read(given, bank_day(app.world.clock.now()));
    if !asked.errors.0.is_empty() {
        return Err(Error::Invalid(asked.errors.0).into());
    }
    let (from, to) = (asked.from, asked.to);
    let name = format!("extrato-{from}-a-{to}");
    let exported =
        app.ask(move |world| statements::export(world, &who.actor, &id, from, to)).await?;
    Ok((exported, name))
}

async fn csv(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let (exported, name) = read(&app, who, id, given).await?;
    let mut text = sheet::csv_headings(&LINES);
    for line in &exported.lines {
        text.push_str(&sheet::csv_line(&LINES, line));
    }
    // The proof stands below, under its own heading.
    text.push_str("\r\n");
    text.push_str(sheet::csv_headings(&DAYS).trim_start_matches('\u{feff}'));
    for day in &exported.days {
        text.push_str(&sheet::csv_line(&DAYS, day));
    }
    Ok(attachment(sheet::CSV, &format!("{name}.csv"), Body::from(text)))
}

async fn xlsx(
    State(app): State<App>,
    Visitor(who): Visitor,
    Path(id): Path<String>,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let (exported, name) = read(&app, who, id, given).await?;
    let bytes = app.ask(move |_| workbook(&exported)).await?;
    Ok(attachment(sheet::XLSX, &format!("{name}.xlsx"), Body::from(bytes)))
}

fn workbook(exported: &Exported) -> Result<Vec<u8>, Error> {
    let count = exported.lines.len();
    if count > MOST_IN_WORKBOOK {
        let said = format!(
            "são {count} lançamentos; o Excel leva até {MOST_IN_WORKBOOK}: escolha um período \
             menor, ou o .csv"
        );
        return Err(Error::conflict("too_many", said));
    }
    let mut workbook = Workbook::new();
    let lines = workbook.add_worksheet();
    sheet::begin(lines, "Lançamentos", &LINES)?;
    for (row, line) in (1..).zip(&exported.lines) {
        sheet::add(lines, row, &LINES, line)?;
    }
    let days = workbook.add_worksheet();
    sheet::begin(days, "Prova por dia", &DAYS)?;
    for (row, day) in (1..).zip(&exported.days) {
        sheet::add(days, row, &DAYS, day)?;
    }
    workbook.save_to_buffer().map_err(sheet::broken)
}
