//! What banks are to be told by file: one row for each order, from the request to its file.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::terms::Term;
use serde::{Deserialize, Serialize};

use crate::{Row, StoreError, Tx, params, sql, to_json};

/// What the bank is told about a boleto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instruction {
    /// Register it.
    Register,
    /// Close it without payment.
    WriteOff,
    /// Close it: it was paid to the company.
    WriteOffPaidDirectly,
    /// Another due date.
    ChangeExpiration(Date),
    /// Another nominal amount.
    ChangeAmount(Money),
    /// One of its terms in the place of what there was.
    ChangeTerm(Term),
    /// Press the customer, or press no longer.
    Pursue(Pursuit),
}

/// What a bank does beyond waiting for a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pursuit {
    /// Protest it.
    Protest,
    /// Stop the protest; it stays open.
    StopProtest,
    /// List the customer negatively.
    ListNegatively,
    /// End the negative listing.
    EndNegativeListing,
}

/// An order of the next file, or of one that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemittanceOrder {
    /// UUIDv7: files have them in this order.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// At which account.
    pub account_id: String,
    /// About which boleto.
    pub boleto_id: String,
    /// What.
    pub instruction: Instruction,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// In which file; `None` while it waits.
    pub remittance_id: Option<String>,
}

macro_rules! columns {
    () => {
        "id, company_id, account_id, boleto_id, instruction, created_by, created_at, remittance_id"
    };
}

sql! {
    INSERT = concat!("INSERT INTO remittance_orders (", columns!(), ")
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    WAITING = concat!("SELECT ", columns!(), " FROM remittance_orders
        WHERE account_id = $1 AND remittance_id IS NULL ORDER BY id LIMIT $2");
    COUNT_WAITING = "SELECT COUNT(*) FROM remittance_orders
        WHERE account_id = $1 AND remittance_id IS NULL";
    OF_REMITTANCE = concat!("SELECT ", columns!(), " FROM remittance_orders
        WHERE remittance_id = $1 ORDER BY id");
    OF_BOLETO = concat!("SELECT ", columns!(), " FROM remittance_orders
        WHERE boleto_id = $1 ORDER BY id");
    SET_REMITTANCE = "UPDATE remittance_orders SET remittance_id = $2
        WHERE id = $1 AND remittance_id IS NULL";
    DROP_WAITING = "DELETE FROM remittance_orders WHERE boleto_id = $1 AND remittance_id IS NULL";
}

/// Adds an order, which waits for the next file.
pub fn insert(tx: &mut Tx, order: &RemittanceOrder) -> Result<(), StoreError> {
    tx.exec(
        INSERT,
        params![
            &order.id,
            &order.company_id,
            &order.account_id,
            &order.boleto_id,
            to_json(&order.instruction)?,
            &order.created_by,
            order.created_at,
            order.remittance_id.as_deref()
        ],
    )?;
    Ok(())
}

/// The orders that wait for the next file of an account, the oldest first.
pub fn waiting(
    tx: &mut Tx,
    account_id: &str,
    limit: i64,
) -> Result<Vec<RemittanceOrder>, StoreError> {
    tx.rows(WAITING, params![account_id, limit])?.into_iter().map(read).collect()
}

/// How many wait.
pub fn count_waiting(tx: &mut Tx, account_id: &str) -> Result<i64, StoreError> {
    tx.row(COUNT_WAITING, params![account_id])?.map_or(Ok(0), |row| row.int(0))
}

/// The orders in a file, in its order.
pub fn of_remittance(tx: &mut Tx, remittance_id: &str) -> Result<Vec<RemittanceOrder>, StoreError> {
    tx.rows(OF_REMITTANCE, params![remittance_id])?.into_iter().map(read).collect()
}

/// All that was ever to be told about a boleto, the oldest first.
pub fn of_boleto(tx: &mut Tx, boleto_id: &str) -> Result<Vec<RemittanceOrder>, StoreError> {
    tx.rows(OF_BOLETO, params![boleto_id])?.into_iter().map(read).collect()
}

/// Puts an order into a file; false when it is in one already.
pub fn set_remittance(tx: &mut Tx, id: &str, remittance_id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(SET_REMITTANCE, params![id, remittance_id])? == 1)
}

/// Forgets what was to be told about a boleto and is in no file yet. Gives how many orders.
pub fn drop_waiting(tx: &mut Tx, boleto_id: &str) -> Result<u64, StoreError> {
    tx.exec(DROP_WAITING, params![boleto_id])
}

fn read(row: Row) -> Result<RemittanceOrder, StoreError> {
    Ok(RemittanceOrder {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        boleto_id: row.text(3)?,
        instruction: row.json(4)?,
        created_by: row.text(5)?,
        created_at: row.instant(6)?,
        remittance_id: row.opt_text(7)?,
    })
}
