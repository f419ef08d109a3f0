//! Receipts: payments, as the fold counts them.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;

use crate::{Row, StoreError, Tx, params, sql};

/// A payment received for a boleto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// At which account.
    pub account_id: String,
    /// For which boleto.
    pub boleto_id: String,
    /// Stable within the boleto, from the fold.
    pub receipt_key: String,
    /// How it was paid.
    pub means: Means,
    /// How much.
    pub amount: Money,
    /// When the customer paid.
    pub paid_on: Option<Date>,
    /// When it was or will be credited.
    pub credited_on: Option<Date>,
    /// When it reached the account.
    pub settled_at: Option<Timestamp>,
    /// What the bank charged.
    pub fee: Option<Money>,
    /// Identifier of a Pix or of the bank's movement.
    pub end_to_end_id: Option<String>,
    /// When we first knew of it.
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, boleto_id, receipt_key, means, amount, paid_on, credited_on,
         settled_at, fee, end_to_end_id, created_at"
    };
}

/// The day that counts for the books.
macro_rules! day {
    () => {
        "COALESCE(r.credited_on, r.paid_on)"
    };
}

sql! {
    UPSERT = concat!("INSERT INTO receipts (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (boleto_id, receipt_key) DO UPDATE SET means = excluded.means,
        amount = excluded.amount, paid_on = excluded.paid_on, credited_on = excluded.credited_on,
        settled_at = excluded.settled_at, fee = excluded.fee,
        end_to_end_id = excluded.end_to_end_id");
    DELETE = "DELETE FROM receipts WHERE id = $1";
    OF_BOLETO = concat!("SELECT ", columns!(), " FROM receipts WHERE boleto_id = $1");
    LEARNED = "SELECT COUNT(*) FROM receipts
        WHERE account_id = $1 AND created_at > $2 AND created_at <= $3";
    PAGE = concat!("SELECT ", columns!(), " FROM receipts WHERE company_id = $1 AND id < $2
        ORDER BY id DESC LIMIT $3");
    BOOKED = concat!("SELECT r.id, r.company_id, r.account_id, r.boleto_id, r.receipt_key, r.means,
        r.amount, r.paid_on, r.credited_on, r.settled_at, r.fee, r.end_to_end_id, r.created_at,
        ", day!(), ", b.amount, b.expiration_date, b.order_body, b.our_number,
        c.chart_account_id, c.cost_center_id, EXISTS (SELECT 1 FROM facts f
          WHERE f.boleto_id = b.id AND f.natural_key LIKE 'reversed:%')
        FROM receipts r JOIN boletos b ON b.id = r.boleto_id JOIN charges c ON c.id = b.charge_id
        WHERE r.company_id = $1 AND ", day!(), " >= $2 AND ", day!(), " <= $3
        AND (", day!(), ", r.id) > ($4, $5)
        AND (CAST($6 AS TEXT) IS NULL OR r.account_id = $6)
        ORDER BY ", day!(), ", r.id LIMIT $7");
    COUNT = concat!("SELECT COUNT(*) FROM receipts r
        WHERE r.company_id = $1 AND ", day!(), " >= $2 AND ", day!(), " <= $3
        AND (CAST($4 AS TEXT) IS NULL OR r.account_id = $4)");
    UNDATED = concat!("SELECT COUNT(*) FROM receipts r
        WHERE r.company_id = $1 AND ", day!(), " IS NULL");
}

/// Which receipts, by the day of the credit, or of the payment where the bank did not tell the
/// other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// At this account only.
    pub account_id: Option<String>,
}

/// A receipt with what the books need to know of its boleto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The receipt.
    pub receipt: Receipt,
    /// The day that counts.
    pub day: Date,
    /// Nominal amount of the boleto now.
    pub amount: Money,
    /// Its due date now.
    pub expiration_date: Date,
    /// Its order as first given.
    pub order: BoletoOrder,
    /// The bank's number.
    pub our_number: Option<String>,
    /// Entry of the chart of accounts.
    pub chart_account_id: Option<String>,
    /// Cost centre.
    pub cost_center_id: Option<String>,
    /// Whether anything of the boleto was undone or given back, ever.
    pub is_reversed: bool,
}

/// Receipts of a period in the order of the books, after a day and an id (the first day and an
/// empty one: from the first).
pub fn booked(
    tx: &mut Tx,
    company_id: &str,
    period: &Period,
    after: (Date, &str),
    limit: i64,
) -> Result<Vec<Booked>, StoreError> {
    let Period { from, to, account_id } = period;
    let given = params![company_id, *from, *to, after.0, after.1, account_id.as_deref(), limit];
    tx.rows(BOOKED, given)?.into_iter().map(read_booked).collect()
}

/// How many receipts a period has.
pub fn count(tx: &mut Tx, company_id: &str, period: &Period) -> Result<i64, StoreError> {
    let Period { from, to, account_id } = period;
    let given = params![company_id, *from, *to, account_id.as_deref()];
    tx.row(COUNT, given)?.map_or(Ok(0), |row| row.int(0))
}

/// How many receipts have no day at all.
pub fn undated(tx: &mut Tx, company_id: &str) -> Result<i64, StoreError> {
    tx.row(UNDATED, params![company_id])?.map_or(Ok(0), |row| row.int(0))
}

/// Adds a receipt, or completes the one of the same key.
pub fn upsert(tx: &mut Tx, receipt: &Receipt) -> Result<(), StoreError> {
    let means = crate::to_json(&receipt.means)?;
    tx.exec(
        UPSERT,
        params![
            &receipt.id,
            &receipt.company_id,
            &receipt.account_id,
            &receipt.boleto_id,
            &receipt.receipt_key,
            means,
            receipt.amount,
            receipt.paid_on,
            receipt.credited_on,
            receipt.settled_at,
            receipt.fee,
            receipt.end_to_end_id.as_deref(),
            receipt.created_at
        ],
    )?;
    Ok(())
}

/// Takes away a receipt that turned out to be another one under a better name.
pub fn delete(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    tx.exec(DELETE, params![id])?;
    Ok(())
}

/// Receipts of a boleto, in the order in which they became known.
pub fn of_boleto(tx: &mut Tx, boleto_id: &str) -> Result<Vec<Receipt>, StoreError> {
    tx.rows_in_order(OF_BOLETO, params![boleto_id])?.into_iter().map(read).collect()
}

/// How many receipts at an account became known after one instant and up to another.
pub fn learned(
    tx: &mut Tx,
    account_id: &str,
    after: Timestamp,
    until: Timestamp,
) -> Result<i64, StoreError> {
    tx.row(LEARNED, params![account_id, after, until])?.map_or(Ok(0), |row| row.int(0))
}

/// Receipts of a company, newest first, before an id ([`crate::LAST_ID`]: from the newest).
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Receipt>, StoreError> {
    tx.rows(PAGE, params![company_id, before, limit])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        boleto_id: row.text(3)?,
        receipt_key: row.text(4)?,
        means: row.json(5)?,
        amount: row.money(6)?,
        paid_on: row.opt_date(7)?,
        credited_on: row.opt_date(8)?,
        settled_at: row.opt_instant(9)?,
        fee: row.opt_int(10)?.map(Money::from_cents),
        end_to_end_id: row.opt_text(11)?,
        created_at: row.instant(12)?,
    })
}

fn read_booked(row: Row) -> Result<Booked, StoreError> {
    Ok(Booked {
        day: row.date(13)?,
        amount: row.money(14)?,
        expiration_date: row.date(15)?,
        order: row.json(16)?,
        our_number: row.opt_text(17)?,
        chart_account_id: row.opt_text(18)?,
        cost_center_id: row.opt_text(19)?,
        is_reversed: row.boolean(20)?,
        receipt: read(row)?,
    })
}
