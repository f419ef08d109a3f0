//! Statements («Extrato»): the lines of accounts, whence they come, and what proves them.

mod days;
mod export;
mod fetch;
mod file;
mod missing;
mod record;
mod resolve;

pub use export::{Exported, export};
pub use fetch::{Schedule, fetch_now, schedule_of, set_daily};
pub(crate) use fetch::{gives_statements, schedule};
pub use file::{FILE_MAX, GivenStatement, csv_columns, csv_mapping, guess_csv, import};
pub use missing::decide_missing;
pub(crate) use record::{Look, balance, open_days, record};
pub use resolve::{Answer, resolve};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine};
use quita_store::statement_days::{self, StatementDay};
use quita_store::statement_imports::{self, StatementImport};
use quita_store::{LAST_ID, StoreError, Tx};
use serde::Serialize;
use utoipa::ToSchema;

pub use quita_formats::statement::{Amounts, Column, CsvMapping, DateOrder, DecimalMark};

pub use bank_lines::{Missing, Status as LineStatus, Wanted};
pub use statement_days::Status as DayStatus;

use super::read::Page;
use super::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// Most days of a period that is shown or listed by day.
pub const DAYS_MAX: i32 = 366;

/// A line of a statement as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct LineView {
    /// UUIDv7.
    pub id: String,
    /// Of which account.
    pub account_id: String,
    /// Under which day the bank shows it.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Cents; below zero for money that went out.
    pub amount: i64,
    /// The bank's text.
    pub memo: String,
    /// The bank's word for the sort of movement.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The bank's own id of the line.
    pub bank_id: Option<String>,
    /// Number of the cheque or document.
    pub check_number: Option<String>,
    /// Our number of the boleto that the bank names.
    pub our_number: Option<String>,
    /// Of the Pix charge that was paid.
    pub txid: Option<String>,
    /// Of the Pix itself.
    pub end_to_end_id: Option<String>,
    /// CPF or CNPJ of who paid; `*` where the bank masks it.
    pub payer_document: Option<String>,
    /// Name of who paid.
    pub payer_name: Option<String>,
    /// The richest source that told it.
    pub source: &'static str,
    /// `open`, `matched`, `fee`, `explained`, `doubtful` or `given_up`.
    pub status: &'static str,
    /// Why it may be there already, in Portuguese.
    pub doubt: Option<String>,
    /// The line that it may be.
    pub doubt_of: Option<String>,
    /// In which look it was found first.
    pub import_id: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Where the bank no longer tells it: `undecided`, or what a person decided, `kept` or
    /// `discarded`.
    #[schema(value_type = Option<String>)]
    pub missing: Option<&'static str>,
    /// How it stands. Only for screens.
    #[serde(skip)]
    pub standing: LineStatus,
}

impl LineView {
    fn new(kept: KeptLine) -> Self {
        let (doubt, doubt_of) = kept.doubt.unzip();
        let line = kept.line;
        Self {
            id: kept.id,
            account_id: kept.account_id,
            date: line.date,
            amount: line.amount.cents(),
            memo: line.memo,
            kind: line.kind,
            bank_id: line.bank_id,
            check_number: line.check_number,
            our_number: line.our_number,
            txid: line.txid,
            end_to_end_id: line.end_to_end_id,
            payer_document: line.payer_document,
            payer_name: line.payer_name,
            source: kept.source.word(),
            status: kept.status.word(),
            doubt,
            doubt_of,
            import_id: kept.import_id,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
            missing: kept.missing.map(Missing::word),
            standing: kept.status,
        }
    }
}

/// A day of an account as programs see it. Amounts are cents.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatementDay)]
pub struct DayView {
    /// Which day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// What was there before; null where nothing is known.
    pub opening: Option<i64>,
    /// What its lines amount to.
    pub moved: i64,
    /// What the bank says was there at its end; null where it did not.
    pub closing: Option<i64>,
    /// What the bank says less what the lines lead to; null where there is nothing to compare.
    pub difference: Option<i64>,
    /// `closed`, `open` or `start`.
    pub status: &'static str,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// How it stands. Only for screens.
    #[serde(skip)]
    pub standing: DayStatus,
}

impl DayView {
    fn new(day: StatementDay) -> Self {
        Self {
            day: day.day,
            opening: day.opening.map(|amount| amount.cents()),
            moved: day.moved.cents(),
            closing: day.closing.map(|amount| amount.cents()),
            difference: day.difference.map(|amount| amount.cents()),
            status: day.status.word(),
            updated_at: day.updated_at,
            standing: day.status,
        }
    }
}

/// One look at a statement as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatementImport)]
pub struct ImportView {
    /// UUIDv7.
    pub id: String,
    /// Of which account.
    pub account_id: String,
    /// `api`, `api_simple`, `ofx`, `camt`, `cnab_e` or `csv`.
    pub source: String,
    /// As it was sent; empty for a reading at the bank.
    pub file_name: String,
    /// First day that it covers; null where nothing is known.
    #[schema(value_type = Option<String>, format = Date)]
    pub first_day: Option<Date>,
    /// Last day that it covers.
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Date>,
    /// Lines that were added.
    pub new: i64,
    /// Lines that were there already.
    pub known: i64,
    /// Lines that wait for a person.
    pub doubtful: i64,
    /// What could not be read, and other oddities.
    pub warnings: Vec<String>,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl ImportView {
    fn new(import: StatementImport) -> Self {
        let (first_day, last_day) = import.days.unzip();
        Self {
            id: import.id,
            account_id: import.account_id,
            source: import.source,
            file_name: import.file_name,
            first_day,
            last_day,
            new: import.new_count,
            known: import.known_count,
            doubtful: import.doubtful_count,
            warnings: import.warnings,
            created_by: import.created_by,
            created_at: import.created_at,
        }
    }
}

/// A day with its lines, for the screen.
#[derive(Clone, Debug)]
pub struct WholeDay {
    /// How it stands.
    pub view: DayView,
    /// What came in, in cents.
    pub came_in: i64,
    /// What went out, in cents, below zero.
    pub went_out: i64,
    /// Its lines, those that do not count among them.
    pub lines: Vec<LineView>,
}

/// Days with their lines, of one account.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The last day first.
    pub days: Vec<WholeDay>,
    /// How many lines of the account wait for a person, on whatever day.
    pub doubtful: i64,
    /// The day of the first of them.
    pub first_doubtful: Option<Date>,
    /// How many lines the bank no longer tells, and nobody has decided of.
    pub missing: usize,
    /// The day of the first of them.
    pub first_missing: Option<Date>,
    /// The last looks, the newest first.
    pub imports: Vec<ImportView>,
    /// When the bank is asked, if it can be.
    pub schedule: Option<Schedule>,
}

/// The account of an id, of this company.
fn mine(tx: &mut Tx, company_id: &str, account_id: &str) -> Result<Option<Account>, StoreError> {
    let found = accounts::get(tx, account_id)?;
    Ok(found.filter(|account| account.company_id == company_id))
}

fn no_account() -> Error {
    Error::not_found("conta")
}

/// Whether a period can be shown.
fn check(from: Date, to: Date) -> Result<(), Error> {
    if from > to {
        return Err(Error::invalid("to", "invalid", "o último dia vem antes do primeiro"));
    }
    if (to - from).get_days() >= DAYS_MAX {
        let said = format!("o período pode ter até {DAYS_MAX} dias");
        return Err(Error::invalid("to", "out_of_range", said));
    }
    Ok(())
}

/// The statement of an account for a period, with the last looks.
pub fn statement(
    world: &World,
    actor: &Actor,
    account_id: &str,
    from: Date,
    to: Date,
) -> Result<Statement, Error> {
    actor.must(Permission::Read)?;
    check(from, to)?;
    let (company, id) = (actor.company_id.clone(), account_id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(account) = mine(tx, &company, &id)? else { return Ok(None) };
        let days = statement_days::of_days(tx, &id, from, to)?;
        let lines = bank_lines::of_days(tx, &id, from, to)?;
        let doubtful = bank_lines::doubtful(tx, &id)?;
        let missing = bank_lines::missing(tx, &id)?;
        let imports = statement_imports::page(tx, &company, Some(&id), LAST_ID, 5)?;
        let schedule = fetch::standing(tx, &account)?;
        Ok(Some((days, lines, doubtful, missing, imports, schedule)))
    })?;
    let (days, lines, (doubtful, first_doubtful), missing, imports, schedule) =
        found.ok_or_else(no_account)?;
    Ok(Statement {
        days: whole_days(days, lines),
        doubtful,
        first_doubtful,
        missing: missing.len(),
        first_missing: missing.first().map(|line| line.line.date),
        imports: imports.into_iter().map(ImportView::new).collect(),
        schedule,
    })
}

/// Lines under their days; a day that has only lines that do not count stands there too.
fn whole_days(days: Vec<StatementDay>, lines: Vec<KeptLine>) -> Vec<WholeDay> {
    let mut whole: Vec<WholeDay> = days
        .into_iter()
        .map(|day| WholeDay { view: DayView::new(day), came_in: 0, went_out: 0, lines: Vec::new() })
        .collect();
    for kept in lines {
        let day = kept.line.date;
        let at = match whole.binary_search_by_key(&day, |whole| whole.view.day) {
            Ok(at) => at,
            Err(at) => {
                let view = DayView {
                    day,
                    opening: None,
                    moved: 0,
                    closing: None,
                    difference: None,
                    status: DayStatus::Open.word(),
                    updated_at: kept.updated_at,
                    standing: DayStatus::Open,
                };
                whole.insert(at, WholeDay { view, came_in: 0, went_out: 0, lines: Vec::new() });
                at
            }
        };
        let Some(whole) = whole.get_mut(at) else { continue };
        if kept.status.counts() {
            let cents = kept.line.amount.cents();
            let sum = if cents < 0 { &mut whole.went_out } else { &mut whole.came_in };
            *sum = sum.saturating_add(cents);
        }
        whole.lines.push(LineView::new(kept));
    }
    whole.reverse();
    whole
}

/// Days of an account, the first one first.
pub fn days(
    world: &World,
    actor: &Actor,
    account_id: &str,
    from: Date,
    to: Date,
) -> Result<Vec<DayView>, Error> {
    actor.must(Permission::Read)?;
    check(from, to)?;
    let (company, id) = (actor.company_id.clone(), account_id.to_owned());
    let days = world.store.read(move |tx| match mine(tx, &company, &id)? {
        Some(_) => statement_days::of_days(tx, &id, from, to).map(Some),
        None => Ok(None),
    })?;
    Ok(days.ok_or_else(no_account)?.into_iter().map(DayView::new).collect())
}

/// Lines of the company, the one found last first.
pub fn lines(
    world: &World,
    actor: &Actor,
    wanted: &Wanted,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<LineView>, Error> {
    actor.must(Permission::Read)?;
    let (company, wanted) = (actor.company_id.clone(), wanted.clone());
    let before = cursor.unwrap_or(LAST_ID).to_owned();
    let rows = world.store.read(move |tx| {
        bank_lines::page(tx, &company, &wanted, &before, limit.saturating_add(1))
    })?;
    Ok(Page::new(rows, limit, |row| &row.id, LineView::new))
}

/// Looks at statements of the company, the newest first.
pub fn imports(
    world: &World,
    actor: &Actor,
    account_id: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<ImportView>, Error> {
    actor.must(Permission::Read)?;
    let (company, account) = (actor.company_id.clone(), account_id.map(str::to_owned));
    let before = cursor.unwrap_or(LAST_ID).to_owned();
    let rows = world.store.read(move |tx| {
        let limit = limit.saturating_add(1);
        statement_imports::page(tx, &company, account.as_deref(), &before, limit)
    })?;
    Ok(Page::new(rows, limit, |row| &row.id, ImportView::new))
}
