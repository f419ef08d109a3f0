//! What banks send by themselves, raw, stored before they get their answer.

use jiff::{SignedDuration, Timestamp};

use crate::{Row, StoreError, Tx, params, sql};

/// A call by a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// UUIDv7.
    pub id: String,
    /// Whose account it is.
    pub company_id: String,
    /// The account whose address was called.
    pub account_id: String,
    /// When.
    pub received_at: Timestamp,
    /// The headers that matter, as JSON.
    pub headers: String,
    /// The body as it came.
    pub body: Vec<u8>,
}

sql! {
    INSERT = "INSERT INTO inbox (id, company_id, account_id, received_at, headers, body)
        VALUES ($1, $2, $3, $4, $5, $6)";
    OPEN = "SELECT id, company_id, account_id, received_at, headers, body FROM inbox
        WHERE account_id = $1 AND id > $2 AND handled_at IS NULL ORDER BY id LIMIT $3";
    FIND = "SELECT id, company_id, account_id, received_at, headers, body FROM inbox
        WHERE id = $1";
    REAP = "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox
        WHERE handled_at IS NOT NULL AND received_at < $1 ORDER BY id LIMIT $2)";
    HANDLED = "UPDATE inbox SET handled_at = $2, note = $3 WHERE id = $1 AND handled_at IS NULL";
}

/// Stores a call.
pub fn insert(tx: &mut Tx<'_>, call: &Inbound) -> Result<(), StoreError> {
    let Inbound { id, company_id, account_id, received_at, headers, body } = call;
    tx.exec(INSERT, params![id, company_id, account_id, *received_at, headers, body]).map(|_| ())
}

/// The oldest calls for an account that nobody has handled, after an id (empty: from the first).
pub fn open(
    tx: &mut Tx<'_>,
    account_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Inbound>, StoreError> {
    tx.rows(OPEN, params![account_id, after, limit])?.iter().map(read).collect()
}

/// One call.
pub fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Inbound>, StoreError> {
    tx.row(FIND, params![id])?.as_ref().map(read).transpose()
}

/// How long a handled call is kept: it may hold names and documents of customers.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Deletes up to `limit` handled calls older than [`KEPT`]; says how many.
pub fn reap(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    tx.exec(REAP, params![oldest, limit])
}

/// Marks a call as handled; `note` says what came of it. False if it was already.
pub fn handled(
    tx: &mut Tx<'_>,
    id: &str,
    now: Timestamp,
    note: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(tx.exec(HANDLED, params![id, now, note])? == 1)
}

fn read(row: &Row) -> Result<Inbound, StoreError> {
    Ok(Inbound {
        id: row.text(0)?,
        company_id: row.text(1)?,
        account_id: row.text(2)?,
        received_at: row.instant(3)?,
        headers: row.text(4)?,
        body: row.bytes(5)?,
    })
}
