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
        ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO NOTHING";
    CLOSE = "UPDATE pending_items SET closed_at = $3, closed_by = $4
        WHERE kind = $1 AND subject = $2 AND closed_at IS NULL";
    LIST = "SELECT id, company_id, kind, subject, message, opened_at FROM pending_items
        WHERE company_id = $1 AND closed_at IS NULL ORDER BY id";
    OF_SUBJECT = "SELECT id, company_id, kind, subject, message, opened_at FROM pending_items
        WHERE subject = $1 AND closed_at IS NULL ORDER BY id";
}

/// Puts it on the list; false when an open one of this kind about this subject is there.
pub fn open(tx: &mut Tx, item: &PendingItem) -> Result<bool, StoreError> {
    let PendingItem { id, company_id, kind, subject, message, opened_at } = item;
    let added = tx.exec(OPEN, params![id, company_id, kind, subject, message, *opened_at])?;
    Ok(added == 1)
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

/// The list of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<PendingItem>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// What is open about one subject.
pub fn of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<PendingItem>, StoreError> {
    tx.rows(OF_SUBJECT, params![subject])?.into_iter().map(read).collect()
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
