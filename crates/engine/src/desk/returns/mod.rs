//! Return files («Retornos»): kept as they came, read by `workers/returns.rs`, and what each of
//! their titles brought.

mod file;

pub use file::{FILE_MAX, GivenReturn, import};
pub(crate) use file::{bare, head_fits, place_of};

use jiff::Timestamp;
use jiff::civil::Date;
pub use quita_store::return_files::Effect;
use quita_store::return_files::{self, ReturnFile, ReturnLine};
use quita_store::{LAST_ID, boletos};
use serde::Serialize;
use utoipa::ToSchema;

use super::read::Page;
use super::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// A file of a bank as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReturnFile)]
pub struct ReturnView {
    /// UUIDv7.
    pub id: String,
    /// Of which account.
    pub account_id: String,
    /// As it was sent first.
    pub file_name: String,
    /// Name of the layout by which it is read.
    pub layout: String,
    /// The bank's count of files, where it tells one.
    pub file_number: Option<i64>,
    /// Day on which the bank wrote it.
    #[schema(value_type = Option<String>, format = Date)]
    pub written_on: Option<Date>,
    /// Instant at which all of it was learned, UTC; null while it is being read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    /// Titles read.
    pub titles: i64,
    /// Those that told something new.
    pub news: i64,
    /// Those that a person must look at.
    pub open: i64,
    /// Received by payments that were not known before, in cents.
    pub received: i64,
    /// What could not be read, and other oddities.
    pub warnings: Vec<String>,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether the same content was there already, under whatever name.
    pub known: bool,
}

impl ReturnView {
    fn new(file: ReturnFile, known: bool) -> Self {
        Self {
            id: file.id,
            account_id: file.account_id,
            file_name: file.file_name,
            layout: file.layout,
            file_number: file.file_number,
            written_on: file.written_on,
            done_at: file.done_at,
            titles: file.sums.titles,
            news: file.sums.news,
            open: file.sums.open,
            received: file.sums.received.cents(),
            warnings: file.warnings,
            created_by: file.created_by,
            created_at: file.created_at,
            known,
        }
    }
}

/// A title of a return file as programs see it. Amounts are cents.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReturnLine)]
pub struct LineView {
    /// Line of the file, from 1.
    pub line: i64,
    /// Which boleto it is about; null where it is of none.
    pub boleto_id: Option<String>,
    /// The boleto's document number here.
    pub boleto_number: Option<String>,
    /// What came of it: `new`, `known`, `nothing`, `unknown` (no boleto of this account) or `look`.
    #[schema(value_type = String)]
    pub effect: Effect,
    /// The bank's code of what happened.
    pub occurrence: String,
    /// What it means, in Portuguese.
    pub text: String,
    /// Why, in Portuguese.
    pub reasons: Vec<String>,
    /// As it stands in the file.
    pub our_number: Option<String>,
    /// As it stands in the file.
    pub document_number: Option<String>,
    /// Who owes.
    pub customer_name: Option<String>,
    /// Nominal amount.
    pub amount: Option<i64>,
    /// What was paid.
    pub paid_amount: Option<i64>,
    /// What the bank charges.
    pub fee: Option<i64>,
    /// Day on which it happened.
    #[schema(value_type = Option<String>, format = Date)]
    pub occurrence_date: Option<Date>,
    /// Day of the credit.
    #[schema(value_type = Option<String>, format = Date)]
    pub credit_date: Option<Date>,
    /// What is odd about it and what to do.
    pub notes: Vec<String>,
}

impl LineView {
    fn new(line: ReturnLine, boleto_number: Option<String>) -> Self {
        let told = line.told;
        Self {
            line: line.line,
            boleto_id: line.boleto_id,
            boleto_number,
            effect: line.effect,
            occurrence: told.occurrence,
            text: told.text,
            reasons: told.reasons,
            our_number: told.our_number,
            document_number: told.document_number,
            customer_name: told.customer_name,
            amount: told.amount.map(|amount| amount.cents()),
            paid_amount: told.paid_amount.map(|amount| amount.cents()),
            fee: told.fee.map(|amount| amount.cents()),
            occurrence_date: told.occurrence_date,
            credit_date: told.credit_date,
            notes: told.notes,
        }
    }
}

/// Files of the company, or of one account, the newest first.
pub fn list(
    world: &World,
    actor: &Actor,
    account_id: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<ReturnView>, Error> {
    actor.must(Permission::Read)?;
    let (company, account) = (actor.company_id.clone(), account_id.map(str::to_owned));
    let before = cursor.unwrap_or(LAST_ID).to_owned();
    let rows = world.store.read(move |tx| {
        return_files::page(tx, &company, account.as_deref(), &before, limit.saturating_add(1))
    })?;
    Ok(Page::new(rows, limit, |row| &row.id, |row| ReturnView::new(row, false)))
}

/// One file.
pub fn get(world: &World, actor: &Actor, id: &str) -> Result<ReturnView, Error> {
    actor.must(Permission::Read)?;
    let id = id.to_owned();
    let found = world.store.read(move |tx| return_files::get(tx, &id))?;
    let found = found.filter(|file| file.company_id == actor.company_id);
    found.map(|file| ReturnView::new(file, false)).ok_or_else(|| Error::not_found("retorno"))
}

/// Titles of a file after a line, in its order; only those with an effect where one is given.
pub fn lines(
    world: &World,
    actor: &Actor,
    id: &str,
    after: i64,
    effect: Option<Effect>,
    limit: i64,
) -> Result<Vec<LineView>, Error> {
    let file = get(world, actor, id)?;
    let found = world.store.read(move |tx| {
        let lines = return_files::lines(tx, &file.id, after, effect, limit)?;
        let mut found = Vec::with_capacity(lines.len());
        for line in lines {
            let boleto = match &line.boleto_id {
                Some(id) => boletos::get(tx, id)?,
                None => None,
            };
            found.push((line, boleto.map(|boleto| boleto.order.document_number)));
        }
        Ok(found)
    })?;
    Ok(found.into_iter().map(|(line, number)| LineView::new(line, number)).collect())
}

/// Name and content of a file, as the bank made it.
pub fn download(world: &World, actor: &Actor, id: &str) -> Result<(String, Vec<u8>), Error> {
    actor.must(Permission::Charge)?;
    let file = get(world, actor, id)?;
    let id = file.id.clone();
    let bytes = world.store.read(move |tx| return_files::bytes(tx, &id))?;
    Ok((file.file_name, bytes.ok_or_else(|| Error::not_found("retorno"))?))
}

/// What a title brought, as the API takes it.
pub fn effect(word: &str) -> Option<Effect> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}
