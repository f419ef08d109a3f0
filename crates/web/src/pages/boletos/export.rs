//! The list as files for spreadsheets: what the filter finds, all of it.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::routing::get;
use futures_util::stream;
use jiff::civil::Date;
use quita_core::barcode::Code;
use quita_engine::desk::Actor;
use quita_engine::desk::accounts::{self, AccountView};
use quita_engine::desk::classifications::{self, Registers};
use quita_engine::desk::read::{self, Filter, Labels, Page as Listed};
use quita_engine::desk::view::BoletoView;
use quita_engine::error::Error;
use quita_engine::world::World;
use rust_xlsxwriter::Workbook;

use super::filter::Asked;
use super::{is_overdue, remittance, today, word};
use crate::app::App;
use crate::pages::failure::{Failure, Page};
use crate::pages::form::Fields;
use crate::pages::sheet::{self, Cell, Column, attachment};
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

fn columns<'a>() -> [Column<Line<'a>>; 19] {
    [
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
        ("Nosso número", 18, |line| {
            Cell::Text(line.boleto.our_number.clone().unwrap_or_default())
        }),
        ("Linha digitável", 56, |line| Cell::Text(written_line(line.boleto))),
        ("Pix copia e cola", 30, |line| {
            Cell::Text(line.boleto.br_code.clone().unwrap_or_default())
        }),
        ("Motivo da recusa", 40, |line| {
            Cell::Text(line.boleto.refusal.as_ref().map(|r| r.message.clone()).unwrap_or_default())
        }),
        ("Plano de contas", 24, |line| {
            Cell::Text(line.named(|labels| labels.chart_account_id.as_deref()))
        }),
        ("Centro de custo", 24, |line| {
            Cell::Text(line.named(|labels| labels.cost_center_id.as_deref()))
        }),
        ("Observação", 40, |line| {
            Cell::Text(line.labels.and_then(|labels| labels.note.clone()).unwrap_or_default())
        }),
        ("Impresso em", 18, |line| {
            let printed = line.boleto.printed.as_ref();
            Cell::Text(printed.map(|(at, _)| show::instant(*at)).unwrap_or_default())
        }),
        ("Remessa enviada", 16, |line| Cell::Text(remittance(line.boleto).to_owned())),
    ]
}

/// A boleto of the file.
struct Line<'a> {
    boleto: &'a BoletoView,
    account: &'a str,
    labels: Option<&'a Labels>,
    registers: &'a Registers,
    today: Date,
}

impl<'a> Line<'a> {
    fn new(boleto: &'a BoletoView, lot: &'a Lot, wanted: &'a Wanted) -> Self {
        let account = wanted.accounts.iter().find(|account| account.id == boleto.account_id);
        Self {
            boleto,
            account: account.map_or("", |a| a.description.as_str()),
            labels: lot.labels.get(&boleto.id),
            registers: &wanted.registers,
            today: wanted.today,
        }
    }

    fn status(&self) -> &'static str {
        if is_overdue(self.boleto, self.today) { "Vencido" } else { word(self.boleto.status) }
    }

    fn named(&self, id: impl Fn(&Labels) -> Option<&str>) -> String {
        self.registers.name(self.labels.and_then(id)).to_owned()
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
    registers: Registers,
}

/// Boletos that were read at a time.
struct Lot {
    page: Listed<BoletoView>,
    labels: BTreeMap<String, Labels>,
}

fn lot(world: &World, actor: &Actor, filter: &Filter, cursor: Option<&str>) -> Result<Lot, Error> {
    let page = read::boletos(world, actor, filter.clone(), cursor, AT_A_TIME)?;
    let labels = classifications::of_page(world, actor, filter.clone(), cursor, AT_A_TIME)?;
    Ok(Lot { page, labels })
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
    let (accounts, registers) = app
        .ask(move |world| {
            let count = read::totals(world, &whose, which)?.count;
            if count > most {
                let said = format!(
                    "são {count} boletos; este arquivo leva até {most} e o .csv até {MOST}: escolha \
                     um período menor de vencimento"
                );
                return Err(Error::conflict("too_many", said));
            }
            Ok((accounts::list(world, &whose)?, classifications::registers(world, &whose)?))
        })
        .await?;
    Ok(Wanted { actor, filter, today, accounts, registers })
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
        let mut text =
            if cursor.is_none() { sheet::csv_headings(&columns()) } else { String::new() };
        let (actor, filter) = (wanted.actor.clone(), wanted.filter.clone());
        let read = move |world: &World| {
            let cursor: Option<String> = cursor;
            lot(world, &actor, &filter, cursor.as_deref())
        };
        let lot = app.ask(read).await?;
        for boleto in &lot.page.data {
            text.push_str(&sheet::csv_line(&columns(), &Line::new(boleto, &lot, &wanted)));
        }
        let next = lot.page.next_cursor.map(Some);
        Ok(Some((text, (app, wanted, next))))
    });
    Ok(attachment(sheet::CSV, &name, Body::from_stream(pages)))
}

async fn xlsx(
    State(app): State<App>,
    Visitor(who): Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Page {
    let wanted = wanted(&app, who.actor, given, MOST_IN_WORKBOOK).await?;
    let name = format!("boletos-{}.xlsx", wanted.today);
    let bytes = app.ask(move |world| workbook(world, &wanted)).await?;
    Ok(attachment(sheet::XLSX, &name, Body::from(bytes)))
}

fn workbook(world: &World, wanted: &Wanted) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet::begin(sheet, "Boletos", &columns())?;
    let (mut row, mut cursor) = (1, None::<String>);
    loop {
        let lot = lot(world, &wanted.actor, &wanted.filter, cursor.as_deref())?;
        for boleto in &lot.page.data {
            sheet::add(sheet, row, &columns(), &Line::new(boleto, &lot, wanted))?;
            row += 1;
        }
        cursor = lot.page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    workbook.save_to_buffer().map_err(sheet::broken)
}
