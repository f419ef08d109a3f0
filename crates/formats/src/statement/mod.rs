//! Bank statements from files: OFX, camt.053, CNAB 240 segment E and CSV, told apart by content.
//!
//! Reading streams in constant memory. A broken record becomes a [`Warning`] and the rest is
//! kept; only input that breaks, or is no statement at all, is an error.

mod camt053;
mod cnab240_e;
mod csv;
mod csv_mapping;
mod csv_rows;
mod detect;
mod markup;
mod ofx;
mod ofx_line;
mod values;

use std::io::{self, BufRead};

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;
use serde::Serialize;

use crate::source::Source;

pub use csv_mapping::{Amounts, Column, CsvMapping, DateOrder, DecimalMark, guess};
pub use detect::Format;

/// What a statement file holds, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A statement begins: what follows is of this account.
    Statement(Statement),
    /// A movement.
    Line(Line),
    /// What the account held.
    Balance(Balance),
    /// Something that could not be used, or should be looked at.
    Warning(Warning),
}

/// The account and period of a statement, as the file tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Code of the bank, written as in the file: `0237`, `237`, an ISPB, a BIC.
    pub bank: Option<String>,
    /// Branch, where the file parts it from the account.
    pub branch: Option<String>,
    /// Number of the account, mostly with its check digit.
    pub account: Option<String>,
    /// The file's word for the sort of account: `CHECKING`, `CREDITCARD`.
    pub account_type: Option<String>,
    /// ISO code; amounts are in hundredths of it.
    pub currency: Option<String>,
    /// First day that the file says to cover.
    pub from: Option<Date>,
    /// Last day that the file says to cover.
    pub to: Option<Date>,
}

/// A movement, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the file says of it.
    pub line: BankLine,
    /// A name or short text that the file gives besides the memo. OFX does not say which of
    /// both it is.
    pub name: Option<String>,
    /// Line of the file where the record begins, from 1.
    pub at: u64,
}

impl Line {
    /// The line to keep, with [`Line::name`] in front of its memo where it is nowhere else.
    pub fn into_bank_line(self) -> BankLine {
        let Self { mut line, name, .. } = self;
        if let Some(name) = name
            && line.payer_name.as_ref() != Some(&name)
            && !line.memo.contains(&name)
        {
            line.memo = format!("{name} {}", line.memo).trim_end().to_owned();
        }
        line
    }
}

/// What the account held at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The day that the file names, if that is a day at all. For [`Which::Opening`] some banks
    /// write the first day of the statement, others the day before.
    pub date: Option<Date>,
    /// Below zero when the account owes.
    pub amount: Money,
    /// Which moment.
    pub which: Which,
    /// Line of the file, from 1.
    #[serde(rename = "line")]
    pub at: u64,
}

/// The moment of a [`Balance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Before the first movement.
    Opening,
    /// After the last movement of its day.
    Closing,
    /// What can be drawn: without blocked amounts, sometimes with a limit.
    Available,
}

/// Something of the file that was not used, or that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Line of the file, from 1.
    pub line: u64,
    /// What and why, in Portuguese.
    pub message: String,
}

/// What the caller knows before reading.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Columns of a CSV. Without it they are guessed from the header and the first rows.
    pub csv: Option<CsvMapping>,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The input broke, or the receiver of the records gave up.
    #[error("falha ao ler o arquivo: {0}")]
    Io(#[from] io::Error),
    /// The content is something else; the text says what to do.
    #[error("{0}")]
    NotAStatement(&'static str),
}

/// Reads a statement and hands over each record as soon as it is known.
///
/// Memory does not grow with the file. An error of `each` ends the reading.
pub fn read(
    input: impl BufRead,
    options: &Options,
    mut each: impl FnMut(Record) -> io::Result<()>,
) -> Result<Format, StatementError> {
    let mut source = Source::new(input)?;
    let format = detect::detect(&mut source, options.csv.is_some())?;
    match format {
        Format::Ofx => ofx::read(&mut source, &mut each)?,
        Format::Camt053 => camt053::read(&mut source, &mut each)?,
        Format::Cnab240E => cnab240_e::read(&mut source, &mut each)?,
        Format::Csv => csv::read(&mut source, options.csv.as_ref(), &mut each)?,
    }
    Ok(format)
}

/// Where records go.
type Each<'e> = &'e mut dyn FnMut(Record) -> io::Result<()>;

/// Hands over a warning.
fn warn(each: Each<'_>, line: u64, message: impl Into<String>) -> io::Result<()> {
    each(Record::Warning(Warning { line, message: message.into() }))
}
