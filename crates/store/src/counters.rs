//! Numbers that never repeat: bank references, our numbers, file sequences.
//!
//! A number given to a transaction that is rolled back is given again; one that was committed
//! never is. On PostgreSQL the counter is held until the transaction ends.

use crate::{StoreError, Tx, params, sql};

sql! {
    NEXT = "INSERT INTO counters (scope, name, value) VALUES ($1, $2, 1)
        ON CONFLICT (scope, name) DO UPDATE SET value = counters.value + 1 RETURNING value";
    BUMP = "INSERT INTO counters (scope, name, value) VALUES ($1, $2, $3)
        ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value
        WHERE counters.value < excluded.value";
    CURRENT = "SELECT value FROM counters WHERE scope = $1 AND name = $2";
}

/// The next number, from 1. `scope` is whose counter it is: an account, a company.
pub fn next(tx: &mut Tx<'_>, scope: &str, name: &str) -> Result<i64, StoreError> {
    let row = tx.row(NEXT, params![scope, name])?;
    row.ok_or_else(|| StoreError::Internal("a counter gave nothing".to_owned()))?.int(0)
}

/// Makes `last` count as given: the next number is above it. Never goes back.
pub fn bump_to(tx: &mut Tx<'_>, scope: &str, name: &str, last: i64) -> Result<(), StoreError> {
    tx.exec(BUMP, params![scope, name, last]).map(|_| ())
}

/// The last number given, 0 before the first.
pub fn current(tx: &mut Tx<'_>, scope: &str, name: &str) -> Result<i64, StoreError> {
    tx.row(CURRENT, params![scope, name])?.map_or(Ok(0), |row| row.int(0))
}
