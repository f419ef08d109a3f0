//! Return files of banks, kept as they came, and what each of their titles brought.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use serde::{Deserialize, Serialize};

use crate::{Row, StoreError, Tx, params, sql, to_json};

/// A file of a bank, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnFile {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Of which account.
    pub account_id: String,
    /// As the person's computer called it.
    pub file_name: String,
    /// SHA-256 of its records in hex: the same file under another name has the same.
    pub content: String,
    /// Name of the layout by which it is read.
    pub layout: String,
    /// The bank's count of files, where it tells one.
    pub file_number: Option<i64>,
    /// Day on which the bank wrote it.
    pub written_on: Option<Date>,
    /// Its titles are learned up to this line, counted from 1.
    pub done_line: i64,
    /// When all of them were.
    pub done_at: Option<Timestamp>,
    /// What they brought so far.
    pub sums: Sums,
    /// What could not be read, and other oddities, in Portuguese.
    pub warnings: Vec<String>,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// When it came.
    pub created_at: Timestamp,
}

/// What the titles of a file brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Titles read.
    pub titles: i64,
    /// Those that told something new.
    pub news: i64,
    /// Those that a person must look at.
    pub open: i64,
    /// What was received by payments that were not known.
    pub received: Money,
}

/// What came of a title of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It told something new.
    New,
    /// All of it was known.
    Known,
    /// It tells nothing that changes a boleto.
    Nothing,
    /// It is of no boleto of this account.
    Unknown,
    /// A person must look at it.
    Look,
}

/// A title as a file told it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToldTitle {
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
    pub amount: Option<Money>,
    /// What was paid.
    pub paid_amount: Option<Money>,
    /// What the bank charges.
    pub fee: Option<Money>,
    /// Day on which it happened.
    pub occurrence_date: Option<Date>,
    /// Day of the credit.
    pub credit_date: Option<Date>,
    /// What is odd about it and what to do, in Portuguese.
    pub notes: Vec<String>,
}

/// A title of a file, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnLine {
    /// Line of its first record, from 1.
    pub line: i64,
    /// Which boleto it is about.
    pub boleto_id: Option<String>,
    /// What came of it.
    pub effect: Effect,
    /// What it told.
    pub told: ToldTitle,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, file_name, content, layout, file_number, written_on, done_line,
         done_at, titles, news, open, received, warnings, created_by, created_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO return_files (", columns!(), ", bytes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (account_id, content) DO NOTHING");
    GET = concat!("SELECT ", columns!(), " FROM return_files WHERE id = $1");
    BY_CONTENT = concat!("SELECT ", columns!(), " FROM return_files
        WHERE account_id = $1 AND content = $2");
    PAGE = concat!("SELECT ", columns!(), " FROM return_files
        WHERE company_id = $1 AND id < $2 AND (CAST($3 AS TEXT) IS NULL OR account_id = $3)
        ORDER BY id DESC LIMIT $4");
    BYTES = "SELECT bytes FROM return_files WHERE id = $1";
    ADVANCE = "UPDATE return_files SET done_line = $3, titles = $4, news = $5, open = $6,
        received = $7 WHERE id = $1 AND done_line = $2 AND done_at IS NULL";
    FINISH = "UPDATE return_files SET done_at = $2, warnings = $3
        WHERE id = $1 AND done_at IS NULL";
    INSERT_LINE = "INSERT INTO return_lines (return_id, line, boleto_id, effect, body)
        VALUES ($1, $2, $3, $4, $5)";
    LINES = "SELECT line, boleto_id, effect, body FROM return_lines
        WHERE return_id = $1 AND line > $2 AND (CAST($3 AS TEXT) IS NULL OR effect = $3)
        ORDER BY line LIMIT $4";
}

/// Keeps a file with its content; false when the account has one of the same content.
pub fn insert(tx: &mut Tx, file: &ReturnFile, bytes: &[u8]) -> Result<bool, StoreError> {
    let added = tx.exec(
        INSERT,
        params![
            &file.id,
            &file.company_id,
            &file.account_id,
            &file.file_name,
            &file.content,
            &file.layout,
            file.file_number,
            file.written_on,
            file.done_line,
            file.done_at,
            file.sums.titles,
            file.sums.news,
            file.sums.open,
            file.sums.received,
            to_json(&file.warnings)?,
            &file.created_by,
            file.created_at,
            bytes
        ],
    )?;
    Ok(added == 1)
}

/// One file of any company; for workers, and for those who check whose it is.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<ReturnFile>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// The file of an account with this content.
pub fn by_content(
    tx: &mut Tx,
    account_id: &str,
    content: &str,
) -> Result<Option<ReturnFile>, StoreError> {
    tx.row(BY_CONTENT, params![account_id, content])?.map(read).transpose()
}

/// Files of a company, or of one account, the newest first, before an id.
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    account_id: Option<&str>,
    before: &str,
    limit: i64,
) -> Result<Vec<ReturnFile>, StoreError> {
    tx.rows(PAGE, params![company_id, before, account_id, limit])?.into_iter().map(read).collect()
}

/// The content of a file.
pub fn bytes(tx: &mut Tx, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(BYTES, params![id])?.map(|row| row.bytes(0)).transpose()
}

/// Its titles are learned up to another line. False when somebody else has gone on from `from`.
pub fn advance(tx: &mut Tx, id: &str, from: i64, to: i64, sums: &Sums) -> Result<bool, StoreError> {
    let Sums { titles, news, open, received } = *sums;
    Ok(tx.exec(ADVANCE, params![id, from, to, titles, news, open, received])? == 1)
}

/// All of it is learned. False when somebody else said so.
pub fn finish(
    tx: &mut Tx,
    id: &str,
    at: Timestamp,
    warnings: &[String],
) -> Result<bool, StoreError> {
    Ok(tx.exec(FINISH, params![id, at, to_json(&warnings)?])? == 1)
}

/// Keeps what came of a title.
pub fn insert_line(tx: &mut Tx, return_id: &str, line: &ReturnLine) -> Result<(), StoreError> {
    let body = to_json(&line.told)?;
    let effect = to_json(&line.effect)?;
    tx.exec(INSERT_LINE, params![return_id, line.line, line.boleto_id.as_deref(), effect, body])?;
    Ok(())
}

/// Titles of a file after a line, in its order; only those with an effect where one is given.
pub fn lines(
    tx: &mut Tx,
    return_id: &str,
    after: i64,
    effect: Option<Effect>,
    limit: i64,
) -> Result<Vec<ReturnLine>, StoreError> {
    let effect = effect.map(|effect| to_json(&effect)).transpose()?;
    let rows = tx.rows(LINES, params![return_id, after, effect, limit])?.into_iter();
    rows.map(|row| {
        Ok(ReturnLine {
            line: row.int(0)?,
            boleto_id: row.opt_text(1)?,
            effect: row.json(2)?,
            told: row.json(3)?,
        })
    })
    .collect()
}

fn read(row: Row) -> Result<ReturnFile, StoreError> {
    Ok(ReturnFile {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        file_name: row.text(3)?,
        content: row.text(4)?,
        layout: row.text(5)?,
        file_number: row.opt_int(6)?,
        written_on: row.opt_date(7)?,
        done_line: row.int(8)?,
        done_at: row.opt_instant(9)?,
        sums: Sums {
            titles: row.int(10)?,
            news: row.int(11)?,
            open: row.int(12)?,
            received: row.money(13)?,
        },
        warnings: row.json(14)?,
        created_by: row.text(15)?,
        created_at: row.instant(16)?,
    })
}
