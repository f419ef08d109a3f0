//! Pending items: what a person must look at («Pendências»).

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// Something that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingItem {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// What kind of trouble, `paid_twice`, `outcome_unknown`…
    pub kind: String,
    /// About what: the id of a boleto or an account.
    pub subject: String,
    /// What is wrong and what to do, in Portuguese.
    pub message: String,
    /// Since when.
    pub opened_at: Timestamp,
}

sql! {
    OPEN = "INSERT INTO pending_items (id, company_id, kind, subject, message, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (subject, kind) WHERE closed_at IS NULL
        DO UPDATE SET message = excluded.message RETURNING id";
    CLOSE = "UPDATE pending_items SET closed_at = $3, closed_by = $4
        WHERE kind = $1 AND subject = $2 AND closed_at IS NULL";
    CLOSE_ONE = "UPDATE pending_items SET closed_at = $3, closed_by = $4
        WHERE company_id = $1 AND id = $2 AND closed_at IS NULL RETURNING subject";
    LIST = "SELECT id, company_id, kind, subject, message, opened_at FROM pending_items
        WHERE company_id = $1 AND closed_at IS NULL ORDER BY id";
    OF_SUBJECT = "SELECT id, company_id, kind, subject, message, opened_at FROM pending_items
        WHERE subject = $1 AND closed_at IS NULL";
}

/// Puts it on the list. When an open one of this kind about this subject is there, that one
/// gets the message, and the answer is false.
pub fn open(tx: &mut Tx, item: &PendingItem) -> Result<bool, StoreError> {
    let PendingItem { id, company_id, kind, subject, message, opened_at } = item;
    let row = tx.row(OPEN, params![id, company_id, kind, subject, message, *opened_at])?;
    let stands = row.ok_or_else(|| StoreError::corrupt("pending_items: no row"))?.text(0)?;
    Ok(stands == *id)
}

/// Takes it off the list, if it is there.
pub fn close(
    tx: &mut Tx,
    kind: &str,
    subject: &str,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(CLOSE, params![kind, subject, now, by])?;
    Ok(())
}

/// A person takes one item off the list; gives what it was about, `None` when there is none.
pub fn close_one(
    tx: &mut Tx,
    company_id: &str,
    id: &str,
    by: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    tx.row(CLOSE_ONE, params![company_id, id, now, by])?.map(|row| row.text(0)).transpose()
}

/// The list of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<PendingItem>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// What is open about one subject.
pub fn of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<PendingItem>, StoreError> {
    tx.rows_in_order(OF_SUBJECT, params![subject])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<PendingItem, StoreError> {
    Ok(PendingItem {
        id: row.text(0)?,
        company_id: row.text(1)?,
        kind: row.text(2)?,
        subject: row.text(3)?,
        message: row.text(4)?,
        opened_at: row.instant(5)?,
    })
}
