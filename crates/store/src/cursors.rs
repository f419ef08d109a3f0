//! How far each account has been read at its bank.

use jiff::Timestamp;

use crate::{StoreError, Tx, params, sql};

sql! {
    GET = "SELECT value FROM cursors WHERE account_id = $1 AND name = $2";
    MOVED = "SELECT updated_at FROM cursors WHERE account_id = $1 AND name = $2";
    SET = "INSERT INTO cursors (account_id, name, value, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, name)
        DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    CLEAR = "DELETE FROM cursors WHERE account_id = $1";
}

/// The cursor, `None` before the first reading.
pub fn get(tx: &mut Tx<'_>, account_id: &str, name: &str) -> Result<Option<String>, StoreError> {
    tx.row(GET, params![account_id, name])?.map(|row| row.text(0)).transpose()
}

/// When the cursor was last moved, `None` before the first reading.
pub fn moved_at(
    tx: &mut Tx<'_>,
    account_id: &str,
    name: &str,
) -> Result<Option<Timestamp>, StoreError> {
    tx.row(MOVED, params![account_id, name])?.map(|row| row.instant(0)).transpose()
}

/// Moves the cursor, in the transaction that stores what was read up to it.
pub fn set(
    tx: &mut Tx<'_>,
    account_id: &str,
    name: &str,
    value: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(SET, params![account_id, name, value, now]).map(|_| ())
}

/// Forgets all cursors of an account: it is read from the beginning.
pub fn clear(tx: &mut Tx<'_>, account_id: &str) -> Result<(), StoreError> {
    tx.exec(CLEAR, params![account_id]).map(|_| ())
}
