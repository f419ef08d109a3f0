//! Requests that carry an `Idempotency-Key`: each takes effect once.

use jiff::{SignedDuration, Timestamp};

use crate::{StoreError, Tx, params, sql};

/// How long an answer is kept: 30 days.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Never seen: go on, then [`finish`], in this transaction or a later one.
    New,
    /// Seen, not answered yet.
    Running {
        /// Since when.
        since: Timestamp,
    },
    /// Answered: give the same answer.
    Replay {
        /// The status of the answer.
        status: i64,
        /// The body of the answer.
        body: String,
    },
    /// The key was used for another request.
    OtherBody,
}

sql! {
    BEGIN = "INSERT INTO idempotency (company_id, request_key, fingerprint, created_at)
        VALUES ($1, $2, $3, $4) ON CONFLICT (company_id, request_key) DO NOTHING";
    BEGIN_ANSWERED = "INSERT INTO idempotency
        (company_id, request_key, fingerprint, created_at, status, body)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (company_id, request_key) DO NOTHING";
    FIND = "SELECT fingerprint, status, body, created_at FROM idempotency
        WHERE company_id = $1 AND request_key = $2";
    FINISH = "UPDATE idempotency SET status = $3, body = $4
        WHERE company_id = $1 AND request_key = $2 AND status IS NULL";
    FORGET = "DELETE FROM idempotency
        WHERE company_id = $1 AND request_key = $2 AND status IS NULL";
    REAP = "DELETE FROM idempotency WHERE (company_id, request_key) IN (
        SELECT company_id, request_key FROM idempotency WHERE created_at < $1 LIMIT $2)";
}

/// Begins a request. `fingerprint` is a hash of all that makes it the same request: method,
/// path, body.
pub fn begin(
    tx: &mut Tx<'_>,
    company_id: &str,
    key: &str,
    fingerprint: &str,
    now: Timestamp,
) -> Result<Begun, StoreError> {
    if tx.exec(BEGIN, params![company_id, key, fingerprint, now])? == 1 {
        return Ok(Begun::New);
    }
    known(tx, company_id, key, fingerprint, now)
}

/// As [`begin`] and [`finish`] in one statement, where the answer is known before the work.
pub fn begin_answered(
    tx: &mut Tx<'_>,
    company_id: &str,
    key: &str,
    fingerprint: &str,
    now: Timestamp,
    status: i64,
    body: &str,
) -> Result<Begun, StoreError> {
    let row = params![company_id, key, fingerprint, now, status, body];
    if tx.exec(BEGIN_ANSWERED, row)? == 1 {
        return Ok(Begun::New);
    }
    known(tx, company_id, key, fingerprint, now)
}

fn known(
    tx: &mut Tx<'_>,
    company_id: &str,
    key: &str,
    fingerprint: &str,
    now: Timestamp,
) -> Result<Begun, StoreError> {
    // Forgotten or reaped since it was in the way, it counts as running.
    Ok(find(tx, company_id, key, fingerprint)?.unwrap_or(Begun::Running { since: now }))
}

/// What is known of a request, without beginning it.
pub fn find(
    tx: &mut Tx<'_>,
    company_id: &str,
    key: &str,
    fingerprint: &str,
) -> Result<Option<Begun>, StoreError> {
    let Some(row) = tx.row(FIND, params![company_id, key])? else { return Ok(None) };
    if row.str(0)? != fingerprint {
        return Ok(Some(Begun::OtherBody));
    }
    Ok(Some(match row.opt_int(1)? {
        Some(status) => Begun::Replay { status, body: row.text(2)? },
        None => Begun::Running { since: row.instant(3)? },
    }))
}

/// Keeps the answer.
///
/// # Errors
/// [`StoreError::Internal`] if the request was not begun, or is answered already.
pub fn finish(
    tx: &mut Tx<'_>,
    company_id: &str,
    key: &str,
    status: i64,
    body: &str,
) -> Result<(), StoreError> {
    if tx.exec(FINISH, params![company_id, key, status, body])? == 1 {
        return Ok(());
    }
    Err(StoreError::Internal("an answer was given to a request that is not running".to_owned()))
}

/// Forgets a request without an answer: after a passing error it may be sent again. False if
/// there is none.
pub fn forget(tx: &mut Tx<'_>, company_id: &str, key: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(FORGET, params![company_id, key])? == 1)
}

/// Deletes up to `limit` requests older than [`KEPT`]; says how many.
pub fn reap(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<u64, StoreError> {
    let oldest = now.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    tx.exec(REAP, params![oldest, limit])
}
