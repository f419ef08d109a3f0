//! Attempts: calls that change something at a bank. The intent is committed before the call,
//! so one found open means that its outcome is unknown.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// One call, or the intent to make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// About which boleto.
    pub boleto_id: String,
    /// `issue`, `cancel`, `change`; of a term `change_fine`, `change_interest`…
    pub operation: String,
    /// When the intent was committed.
    pub opened_at: Timestamp,
    /// When the outcome became known.
    pub closed_at: Option<Timestamp>,
    /// `done`, `rejected`, `transient`, `not_sent`, `adopted`, `absent`; `refused_absent` for a
    /// refusal that was doubted and proved true. While open, `refused` is such a doubt.
    pub outcome: Option<String>,
    /// For people.
    pub detail: Option<String>,
}

sql! {
    OPEN = "INSERT INTO attempts (id, company_id, boleto_id, operation, opened_at)
        VALUES ($1, $2, $3, $4, $5)";
    CLOSE = "UPDATE attempts SET closed_at = $2, outcome = $3, detail = $4
        WHERE id = $1 AND closed_at IS NULL";
    NOTE = "UPDATE attempts SET outcome = $2, detail = $3 WHERE id = $1 AND closed_at IS NULL";
    OF_BOLETO = "SELECT id, company_id, boleto_id, operation, opened_at, closed_at, outcome, detail
        FROM attempts WHERE boleto_id = $1";
}

/// Writes down the intent to call.
pub fn open(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    boleto_id: &str,
    operation: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(OPEN, params![id, company_id, boleto_id, operation, now])?;
    Ok(())
}

/// Writes down how it ended. One that is closed stays as it is.
pub fn close(
    tx: &mut Tx,
    id: &str,
    outcome: &str,
    detail: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(CLOSE, params![id, now, outcome, detail])?;
    Ok(())
}

/// Says why the outcome is unknown, leaving it open. `outcome` is what it seems to be.
pub fn note(tx: &mut Tx, id: &str, outcome: Option<&str>, detail: &str) -> Result<(), StoreError> {
    tx.exec(NOTE, params![id, outcome, detail])?;
    Ok(())
}

/// All attempts about a boleto, oldest first.
pub fn of_boleto(tx: &mut Tx, boleto_id: &str) -> Result<Vec<Attempt>, StoreError> {
    tx.rows_in_order(OF_BOLETO, params![boleto_id])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.text(0)?,
        company_id: row.text(1)?,
        boleto_id: row.text(2)?,
        operation: row.text(3)?,
        opened_at: row.instant(4)?,
        closed_at: row.opt_instant(5)?,
        outcome: row.opt_text(6)?,
        detail: row.opt_text(7)?,
    })
}
