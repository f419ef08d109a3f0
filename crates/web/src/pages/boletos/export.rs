//! The list as files for spreadsheets: what the filter finds, all of it.

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream;
use jiff::civil::Date;
use quita_core::barcode::Code;
use quita_core::money::Money;
use quita_engine::desk::Actor;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::read::{self, Filter};
use quita_engine::desk::view::BoletoView;
use quita_engine::error::Error;
use quita_engine::world::World;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::filter::Asked;
use super::{is_overdue, today, word};
use crate::app::App;
use crate::pages::failure::{Failure, Page};
use crate::pages::form::Fields;
use crate::pages::show;
use crate::pages::visitor::Visitor;

/// Most boletos in one file of text, which is sent as it is read.
const MOST: i64 = 100_000;
/// Most boletos in one workbook, which is put together in memory.
const MOST_IN_WORKBOOK: i64 = 50_000;
/// Boletos that are read at a time.
const AT_A_TIME: i64 = 1000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/boletos/exportar.csv", get(csv))
        .route("/boletos/exportar.xlsx", get(xlsx))
}

/// A column: heading, width in a spreadsheet, and what stands there.
type Column = (&'static str, u16, fn(&Line) -> Cell);

const COLUMNS: [Column; 14] = [
    ("Número", 14, |line| Cell::Text(line.boleto.document_number.clone())),
    ("Cliente", 34, |line| Cell::Text(line.boleto.customer.legal_name.clone())),
    ("CPF ou CNPJ", 20, |line| Cell::Text(show::document(&line.boleto.customer.document))),
    ("Conta", 20, |line| Cell::Text(line.account.to_owned())),
    ("Valor", 14, |line| Cell::Amount(line.boleto.amount)),
    ("Emissão", 12, |line| Cell::Day(line.boleto.issuance_date)),
    ("Vencimento", 12, |line| Cell::Day(line.boleto.expiration_date)),
    ("Situação", 16, |line| Cell::Text(line.status().to_owned())),
    ("Recebido", 14, |line| Cell::Amount(line.boleto.received)),
    ("Liquidado em", 18, |line| {
        Cell::Text(line.boleto.settled_at.map(show::instant).unwrap_or_default())
    }),
    ("Nosso número", 18, |line| Cell::Text(line.boleto.our_number.clone().unwrap_or_default())),
    ("Linha digitável", 56, |line| Cell::Text(written_line(line.boleto))),
    ("Pix copia e cola", 30, |line| Cell::Text(line.boleto.br_code.clone().unwrap_or_default())),
    ("Motivo da recusa", 40, |line| {
        Cell::Text(line.boleto.refusal.as_ref().map(|r| r.message.clone()).unwrap_or_default())
    }),
];

/// What a cell holds.
enum Cell {
    Text(String),
    /// Cents.
    Amount(i64),
    Day(Date),
}

/// A boleto of the file.
struct Line<'a> {
    boleto: &'a BoletoView,
    account: &'a str,
    today: Date,
}

impl<'a> Line<'a> {
    fn new(boleto: &'a BoletoView, accounts: &'a [AccountView], today: Date) -> Self {
        let account = accounts.iter().find(|account| account.id == boleto.account_id);
        Self { boleto, account: account.map_or("", |a| a.description.as_str()), today }
    }

    fn status(&self) -> &'static str {
        if is_overdue(self.boleto, self.today) { "Vencido" } else { word(self.boleto.status) }
    }
}

/// The writable line in groups, which no spreadsheet takes for a number.
pub(super) fn written_line(boleto: &BoletoView) -> String {
    let line = boleto.writable_line.clone().unwrap_or_default();
    match Code::read(&line) {
        Ok(Code::Boleto(barcode)) => barcode.writable_line().to_string(),
        _ => line,
    }
}

/// What a file is made from.
struct Wanted {
    actor: Actor,
    filter: Filter,
    today: Date,
    accounts: Vec<AccountView>,
}

/// Reads the address, and refuses more than fits into one file.
async fn wanted(
    app: &App,
    actor: Actor,
    given: Vec<(String, String)>,
    most: i64,
) -> Result<Wanted, Failure> {
    let today = today(app);
    let asked = Asked::read(&Fields(given), today);
    if !asked.errors.0.is_empty() {
        return Err(Error::Invalid(asked.errors.0).into());
    }
    let filter = asked.filter(today);
    let (whose, which) = (actor.clone(), filter.clone());
    let accounts = app.ask(move |world| {
        let count = read::totals(world, &whose, which)?.count;
        if count > most {
            let said = format!(
                "são {count} boletos; este arquivo leva até {most} e o .csv até {MOST}: escolha um \
                 período menor de vencimento"
            );
            return Err(Error::conflict("too_many", said));
        }
        accounts::list(world, &whose)
    });
    Ok(Wanted { actor, filter, today, accounts: accounts.await? })
}

fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([("content-type", kind.to_owned()), ("content-disposition", disposition)], body)
        .into_response()
}

async fn csv(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let wanted = wanted(&app, who.actor, given, MOST).await?;
    let name = format!("boletos-{}.csv", wanted.today);
    // Page by page as it is sent; an error breaks the file off, which the browser tells.
    let pages = stream::try_unfold((app, wanted, Some(None)), |(app, wanted, at)| async move {
        let Some(cursor) = at else { return Ok::<_, Error>(None) };
        let mut text = if cursor.is_none() { headings() } else { String::new() };
        let (actor, filter) = (wanted.actor.clone(), wanted.filter.clone());
        let read = move |world: &World| {
            let cursor: Option<String> = cursor;
            read::boletos(world, &actor, filter, cursor.as_deref(), AT_A_TIME)
        };
        let page = app.ask(read).await?;
        for boleto in &page.data {
            let line = Line::new(boleto, &wanted.accounts, wanted.today);
            let cells = COLUMNS.iter().map(|(_, _, cell)| csv_cell(&cell(&line)));
            text.push_str(&cells.collect::<Vec<_>>().join(";"));
            text.push_str("\r\n");
        }
        Ok(Some((text, (app, wanted, page.next_cursor.map(Some)))))
    });
    Ok(attachment("text/csv; charset=utf-8", &name, Body::from_stream(pages)))
}

/// With the mark by which Excel knows UTF-8.
fn headings() -> String {
    let names = COLUMNS.map(|(name, _, _)| name);
    format!("\u{feff}{}\r\n", names.join(";"))
}

fn csv_cell(cell: &Cell) -> String {
    match cell {
        Cell::Amount(cents) => {
            let sign = if *cents < 0 { "-" } else { "" };
            format!("{sign}{},{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
        }
        Cell::Day(day) => show::date(*day),
        Cell::Text(text) => {
            // What begins so would be run as a formula.
            let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let text = if runs { format!("'{text}") } else { text.clone() };
            if text.contains([';', '"', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        }
    }
}

async fn xlsx(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let wanted = wanted(&app, who.actor, given, MOST_IN_WORKBOOK).await?;
    let name = format!("boletos-{}.xlsx", wanted.today);
    let bytes = app.ask(move |world| workbook(world, &wanted)).await?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(kind, &name, Body::from(bytes)))
}

fn workbook(world: &World, wanted: &Wanted) -> Result<Vec<u8>, Error> {
    let broken = |e: XlsxError| Error::internal(format!("xlsx: {e}"));
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let formats = Formats::new();
    begin(sheet, &formats).map_err(broken)?;
    let (mut row, mut cursor) = (1, None::<String>);
    loop {
        let filter = wanted.filter.clone();
        let page = read::boletos(world, &wanted.actor, filter, cursor.as_deref(), AT_A_TIME)?;
        for boleto in &page.data {
            let line = Line::new(boleto, &wanted.accounts, wanted.today);
            for (column, (_, _, cell)) in (0..).zip(COLUMNS) {
                write(sheet, &formats, row, column, &cell(&line)).map_err(broken)?;
            }
            row += 1;
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    workbook.save_to_buffer().map_err(broken)
}

struct Formats {
    heading: Format,
    amount: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            amount: Format::new().set_num_format("#,##0.00"),
            day: Format::new().set_num_format("dd/mm/yyyy"),
        }
    }
}

fn begin(sheet: &mut Worksheet, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("Boletos")?.set_freeze_panes(1, 0)?;
    for (column, (name, width, _)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, name, &formats.heading)?;
    }
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    formats: &Formats,
    row: u32,
    column: u16,
    cell: &Cell,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Cell::Amount(cents) => {
            // A spreadsheet has no other numbers than floats; this one is written, never counted
            // with, and the nearest float prints as the same cents.
            let text = Money::from_cents(*cents).to_string().replace('.', "").replace(',', ".");
            let number: f64 = text.parse().unwrap_or_default();
            sheet.write_number_with_format(row, column, number, &formats.amount)?;
        }
        Cell::Day(day) => {
            let year = u16::try_from(day.year()).unwrap_or(1900);
            let [month, of_month] = [day.month(), day.day()].map(|n| u8::try_from(n).unwrap_or(1));
            let day = ExcelDateTime::from_ymd(year, month, of_month)?;
            sheet.write_datetime_with_format(row, column, &day, &formats.day)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_brazilian_and_run_nothing() {
        let text = |text: &str| csv_cell(&Cell::Text(text.to_owned()));
        assert_eq!(text("=1+1"), "'=1+1");
        assert_eq!(text("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(csv_cell(&Cell::Amount(123_405)), "1234,05");
        assert_eq!(csv_cell(&Cell::Amount(-5)), "-0,05");
    }
}
