//! Receipts: payments, as the fold counts them.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fact::Means;
use quita_core::money::Money;

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
