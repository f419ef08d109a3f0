//! One `STMTTRN` of an OFX.

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;

use super::Line;
use super::csv_mapping::DecimalMark;
use super::values::{self, BalanceRow};

/// What has been told of a movement.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// Line of the file.
    pub(super) at: u64,
    kind: Option<String>,
    posted: Told<Date>,
    other_date: Option<Date>,
    amount: Told<Money>,
    id: Option<String>,
    check_number: Option<String>,
    name: Option<String>,
    memo: Option<String>,
}

/// A value, or why there is none.
#[derive(Debug, Default)]
enum Told<T> {
    #[default]
    Nothing,
    Blank,
    Unclear(String),
    Is(T),
}

/// What a movement turned out to be.
#[expect(clippy::large_enum_variant, reason = "nearly all are lines, made once each")]
pub(super) enum Outcome {
    Line(Line),
    /// It only states a balance.
    Balance {
        row: BalanceRow,
        date: Option<Date>,
        amount: Option<Money>,
    },
    /// It cannot be used, for this reason.
    Broken(String),
}

impl Transaction {
    pub(super) fn new(at: u64) -> Self {
        Self { at, ..Self::default() }
    }

    /// Takes an element inside; what is unknown is left alone, of two the first counts.
    pub(super) fn take(&mut self, name: &[u8], text: &[u8]) {
        match name {
            b"TRNTYPE" => keep(&mut self.kind, text),
            b"DTPOSTED" => {
                if matches!(self.posted, Told::Nothing) {
                    self.posted = told(text, values::day(text));
                }
            }
            b"DTUSER" | b"DTAVAIL" => self.other_date = self.other_date.or(values::day(text)),
            b"TRNAMT" => {
                if matches!(self.amount, Told::Nothing) {
                    self.amount = told(text, values::amount(text, DecimalMark::Any));
                }
            }
            b"FITID" => keep(&mut self.id, text),
            b"CHECKNUM" => keep(&mut self.check_number, text),
            b"NAME" | b"PAYEE" | b"EXTDNAME" => keep(&mut self.name, text),
            b"MEMO" | b"MEMO2" => keep(&mut self.memo, text),
            _ => {}
        }
    }

    pub(super) fn finish(self) -> Outcome {
        let date = match (&self.posted, self.other_date) {
            (Told::Is(date), _) => Some(*date),
            (_, other) => other,
        };
        let (memo, name) = match (self.memo, self.name) {
            (Some(memo), Some(name)) if memo.contains(&name) => (memo, None),
            (Some(memo), name) => (memo, name),
            (None, name) => (name.unwrap_or_default(), None),
        };
        let named = || name.as_deref().and_then(values::balance_row);
        if let Some(row) = values::balance_row(&memo).or_else(named) {
            let amount = match self.amount {
                Told::Is(amount) => Some(amount),
                _ => None,
            };
            return Outcome::Balance { row, date, amount };
        }
        let amount = match self.amount {
            Told::Is(amount) => amount,
            Told::Unclear(text) => {
                return Outcome::Broken(format!(
                    "lançamento sem valor que se entenda (TRNAMT «{text}»); não foi lido"
                ));
            }
            Told::Nothing | Told::Blank => {
                return Outcome::Broken("lançamento sem valor (TRNAMT); não foi lido".to_owned());
            }
        };
        let Some(date) = date else {
            return Outcome::Broken(match self.posted {
                Told::Unclear(text) => {
                    format!("lançamento com data que não existe (DTPOSTED «{text}»); não foi lido")
                }
                _ => "lançamento sem data (DTPOSTED); não foi lido".to_owned(),
            });
        };
        let mut line = BankLine::new(date, amount, memo);
        line.kind = self.kind;
        line.bank_id = self.id;
        line.check_number = self.check_number;
        Outcome::Line(Line { line, name, at: self.at })
    }
}

/// Puts the text where nothing stands yet.
fn keep(place: &mut Option<String>, text: &[u8]) {
    if place.is_none() && !text.trim_ascii().is_empty() {
        *place = Some(values::text(text)).filter(|text| !text.is_empty());
    }
}

/// The longest part of an unclear value that is shown.
const SHOWN: usize = 40;

fn told<T>(text: &[u8], value: Option<T>) -> Told<T> {
    match value {
        Some(value) => Told::Is(value),
        None if values::is_blank(text) => Told::Blank,
        None => Told::Unclear(values::text(text).chars().take(SHOWN).collect()),
    }
}
