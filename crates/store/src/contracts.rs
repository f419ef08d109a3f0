//! Contracts: charges that come again each period, and what became of each period.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fold::Status as BoletoStatus;
use quita_core::money::Money;
use serde_json::value::RawValue;

use crate::{Row, StoreError, Tx, params, sql};

/// Where a contract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It issues its periods.
    Active,
    /// Stopped by a person, until somebody resumes it.
    Paused,
    /// Over for good.
    Ended,
}

impl Status {
    /// The word in the database and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }

    /// Reads [`Status::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Ended].into_iter().find(|s| s.word() == word)
    }
}

/// What became of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodStatus {
    /// Its turn has come; it has no boleto yet.
    Open,
    /// It has its boleto.
    Issued,
    /// A person decided that it is not charged.
    Skipped,
}

impl PeriodStatus {
    /// The word in the database and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Issued => "issued",
            Self::Skipped => "skipped",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Issued, Self::Skipped].into_iter().find(|s| s.word() == word)
    }
}

/// A contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Unique in the company; the numbers of its boletos begin with it.
    pub number: String,
    /// Who owes.
    pub customer_id: String,
    /// Where it stands.
    pub status: Status,
    /// What it says, as JSON.
    pub body: Box<RawValue>,
    /// The first period of which nothing is written down yet.
    pub next_period: i64,
    /// Who registered it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// A period whose turn has come.
#[derive(Clone, Debug)]
pub struct Period {
    /// Of which contract.
    pub contract_id: String,
    /// Whose.
    pub company_id: String,
    /// Its number.
    pub period: i64,
    /// What became of it.
    pub status: PeriodStatus,
    /// Due date.
    pub expiration_date: Date,
    /// What it charges.
    pub amount: Money,
    /// Its charge, once issued.
    pub charge_id: Option<String>,
    /// The boleto that was issued first for it.
    pub boleto_id: Option<String>,
    /// Why it is still open, or why it was skipped.
    pub message: String,
    /// Who decided last.
    pub changed_by: String,
    /// When.
    pub changed_at: Timestamp,
}

/// The boleto that stands for a period now: its first one, or that which took its place.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The period.
    pub period: i64,
    /// The boleto.
    pub boleto_id: String,
    /// Its number.
    pub document_number: String,
    /// Where it stands.
    pub status: BoletoStatus,
    /// Its amount now.
    pub amount: Money,
    /// Its due date now.
    pub expiration_date: Date,
}

macro_rules! columns {
    () => {
        "id, company_id, number, customer_id, status, body, next_period, created_by, created_at"
    };
}

macro_rules! period_columns {
    () => {
        "contract_id, company_id, period, status, expiration_date, amount, charge_id, boleto_id, \
         message, changed_by, changed_at"
    };
}

sql! {
    INSERT = concat!("INSERT INTO contracts (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (company_id, number) DO NOTHING");
    GET = concat!("SELECT ", columns!(), " FROM contracts WHERE company_id = $1 AND id = $2");
    LOCK = concat!("SELECT ", columns!(), " FROM contracts WHERE company_id = $1 AND id = $2
        /*for update*/");
    OF_NUMBER = concat!("SELECT ", columns!(), " FROM contracts
        WHERE company_id = $1 AND number = $2");
    LIST = concat!("SELECT ", columns!(), " FROM contracts WHERE company_id = $1
        ORDER BY id DESC");
    CHANGE = "UPDATE contracts SET number = $3, customer_id = $4, status = $5, body = $6,
          next_period = $7
        WHERE company_id = $1 AND id = $2";
    INSERT_PERIOD = concat!("INSERT INTO contract_periods (", period_columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (contract_id, period) DO NOTHING");
    CLOSE_PERIOD = "UPDATE contract_periods SET status = $4, expiration_date = $5, amount = $6,
          charge_id = $7, boleto_id = $8, message = $9, changed_by = $10, changed_at = $11
        WHERE company_id = $1 AND contract_id = $2 AND period = $3 AND status = 'open'";
    SAY = "UPDATE contract_periods SET message = $4
        WHERE company_id = $1 AND contract_id = $2 AND period = $3 AND status = 'open'";
    PERIODS = concat!("SELECT ", period_columns!(), " FROM contract_periods
        WHERE company_id = $1 AND contract_id = $2 ORDER BY period");
    COUNTS = "SELECT contract_id, status, COUNT(*) FROM contract_periods
        WHERE company_id = $1 GROUP BY contract_id, status";
    STANDING = "SELECT p.period, COALESCE(l.id, o.id), COALESCE(l.document_number, o.document_number),
          COALESCE(l.status, o.status), COALESCE(l.amount, o.amount),
          COALESCE(l.expiration_date, o.expiration_date)
        FROM contract_periods p
        JOIN boletos o ON o.id = p.boleto_id
        LEFT JOIN boletos l ON l.charge_id = p.charge_id AND l.live
        WHERE p.company_id = $1 AND p.contract_id = $2 ORDER BY p.period";
}

/// Adds a contract; false when the company already has its number.
pub fn insert(tx: &mut Tx, contract: &Contract) -> Result<bool, StoreError> {
    let Contract { id, company_id, number, customer_id, status, .. } = contract;
    let row = params![
        id,
        company_id,
        number,
        customer_id,
        status.word(),
        contract.body.get(),
        contract.next_period,
        &contract.created_by,
        contract.created_at
    ];
    Ok(tx.exec(INSERT, row)? == 1)
}

/// One contract of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Contract>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// As [`get`]; nobody else changes it until the transaction ends.
pub fn lock(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<Contract>, StoreError> {
    tx.row(LOCK, params![company_id, id])?.map(read).transpose()
}

/// All contracts of a company, newest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<Contract>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// Changes a contract; false when another one of the company has its number.
pub fn change(tx: &mut Tx, contract: &Contract) -> Result<bool, StoreError> {
    let Contract { id, company_id, number, customer_id, status, body, next_period, .. } = contract;
    let same = tx.row(OF_NUMBER, params![company_id, number])?.map(read).transpose()?;
    if same.is_some_and(|other| other.id != *id) {
        return Ok(false);
    }
    let row = params![company_id, id, number, customer_id, status.word(), body.get(), *next_period];
    tx.exec(CHANGE, row)?;
    Ok(true)
}

/// Writes down that the turn of a period has come; false when it is written already.
pub fn insert_period(tx: &mut Tx, period: &Period) -> Result<bool, StoreError> {
    let row = params![
        &period.contract_id,
        &period.company_id,
        period.period,
        period.status.word(),
        period.expiration_date,
        period.amount,
        &period.charge_id,
        &period.boleto_id,
        &period.message,
        &period.changed_by,
        period.changed_at
    ];
    Ok(tx.exec(INSERT_PERIOD, row)? == 1)
}

/// Makes an open period as this says; false when it is not open.
pub fn close_period(tx: &mut Tx, period: &Period) -> Result<bool, StoreError> {
    let row = params![
        &period.company_id,
        &period.contract_id,
        period.period,
        period.status.word(),
        period.expiration_date,
        period.amount,
        &period.charge_id,
        &period.boleto_id,
        &period.message,
        &period.changed_by,
        period.changed_at
    ];
    Ok(tx.exec(CLOSE_PERIOD, row)? == 1)
}

/// Why an open period is still open.
pub fn say(
    tx: &mut Tx,
    company_id: &str,
    contract_id: &str,
    period: i64,
    message: &str,
) -> Result<(), StoreError> {
    tx.exec(SAY, params![company_id, contract_id, period, message]).map(|_| ())
}

/// The periods whose turn has come, in their order.
pub fn periods(tx: &mut Tx, company_id: &str, id: &str) -> Result<Vec<Period>, StoreError> {
    tx.rows(PERIODS, params![company_id, id])?.into_iter().map(read_period).collect()
}

/// How many periods of each contract stand where.
pub fn counts(
    tx: &mut Tx,
    company_id: &str,
) -> Result<Vec<(String, PeriodStatus, i64)>, StoreError> {
    let rows = tx.rows(COUNTS, params![company_id])?;
    rows.iter().map(|row| Ok((row.text(0)?, period_status(row.str(1)?)?, row.int(2)?))).collect()
}

/// The boleto that stands for each issued period now.
pub fn standing(tx: &mut Tx, company_id: &str, id: &str) -> Result<Vec<Standing>, StoreError> {
    let rows = tx.rows(STANDING, params![company_id, id])?;
    rows.iter()
        .map(|row| {
            let status = BoletoStatus::from_word(row.str(3)?);
            Ok(Standing {
                period: row.int(0)?,
                boleto_id: row.text(1)?,
                document_number: row.text(2)?,
                status: status.ok_or_else(|| StoreError::corrupt("boletos: unknown status"))?,
                amount: row.money(4)?,
                expiration_date: row.date(5)?,
            })
        })
        .collect()
}

fn period_status(word: &str) -> Result<PeriodStatus, StoreError> {
    PeriodStatus::from_word(word).ok_or_else(|| StoreError::corrupt("contract_periods: status"))
}

fn read(row: Row) -> Result<Contract, StoreError> {
    let status = Status::from_word(row.str(4)?);
    Ok(Contract {
        id: row.text(0)?,
        company_id: row.text(1)?,
        number: row.text(2)?,
        customer_id: row.text(3)?,
        status: status.ok_or_else(|| StoreError::corrupt("contracts: unknown status"))?,
        body: row.json(5)?,
        next_period: row.int(6)?,
        created_by: row.text(7)?,
        created_at: row.instant(8)?,
    })
}

fn read_period(row: Row) -> Result<Period, StoreError> {
    Ok(Period {
        contract_id: row.text(0)?,
        company_id: row.text(1)?,
        period: row.int(2)?,
        status: period_status(row.str(3)?)?,
        expiration_date: row.date(4)?,
        amount: row.money(5)?,
        charge_id: row.opt_text(6)?,
        boleto_id: row.opt_text(7)?,
        message: row.text(8)?,
        changed_by: row.text(9)?,
        changed_at: row.instant(10)?,
    })
}
