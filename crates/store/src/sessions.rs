//! Sessions of people who signed in, and wrong passwords.

use jiff::{SignedDuration, Timestamp};

use crate::{Row, StoreError, Tx, params, sql};

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie in hex.
    pub token_hash: String,
    /// Who.
    pub user_id: String,
    /// For which company they work at the moment.
    pub company_id: String,
    /// What every form of this session carries.
    pub csrf: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Last request, to the minute.
    pub seen_at: Timestamp,
}

sql! {
    INSERT = "INSERT INTO sessions (token_hash, user_id, company_id, csrf, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $5)";
    GET = "SELECT token_hash, user_id, company_id, csrf, created_at, seen_at FROM sessions
        WHERE token_hash = $1";
    SEEN = "UPDATE sessions SET seen_at = $2 WHERE token_hash = $1";
    SWITCH = "UPDATE sessions SET company_id = $2 WHERE token_hash = $1";
    END = "DELETE FROM sessions WHERE token_hash = $1";
    END_OF_USER = "DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2";
    REAP = "DELETE FROM sessions WHERE seen_at < $1";
    FAILURES = "SELECT failures, last_at FROM sign_in_failures WHERE email_hash = $1
        /*for update*/";
    FAILED = "INSERT INTO sign_in_failures (email_hash, failures, last_at) VALUES ($1, 1, $2)
        ON CONFLICT (email_hash) DO UPDATE
        SET failures = sign_in_failures.failures + 1, last_at = excluded.last_at";
    FORGIVE = "DELETE FROM sign_in_failures WHERE email_hash = $1";
    REAP_FAILURES = "DELETE FROM sign_in_failures WHERE last_at < $1";
}

/// Opens a session.
pub fn insert(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let Session { token_hash, user_id, company_id, csrf, created_at, .. } = session;
    tx.exec(INSERT, params![token_hash, user_id, company_id, csrf, *created_at]).map(|_| ())
}

/// The session of a cookie.
pub fn get(tx: &mut Tx, token_hash: &str) -> Result<Option<Session>, StoreError> {
    tx.row(GET, params![token_hash])?.map(read).transpose()
}

/// It was used.
pub fn seen(tx: &mut Tx, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(SEEN, params![token_hash, now]).map(|_| ())
}

/// Goes on for another company.
pub fn switch(tx: &mut Tx, token_hash: &str, company_id: &str) -> Result<(), StoreError> {
    tx.exec(SWITCH, params![token_hash, company_id]).map(|_| ())
}

/// Ends one.
pub fn end(tx: &mut Tx, token_hash: &str) -> Result<(), StoreError> {
    tx.exec(END, params![token_hash]).map(|_| ())
}

/// Ends all of a person but one (empty: all).
pub fn end_of_user(tx: &mut Tx, user_id: &str, except: &str) -> Result<u64, StoreError> {
    tx.exec(END_OF_USER, params![user_id, except])
}

/// How long one that is not used is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(60 * 24);
/// How long wrong passwords are remembered after the last one.
pub const FAILURES_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Deletes what is older than [`KEPT`] and [`FAILURES_KEPT`].
pub fn reap(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    tx.exec(REAP, params![before(KEPT)])?;
    tx.exec(REAP_FAILURES, params![before(FAILURES_KEPT)]).map(|_| ())
}

/// Wrong passwords in a row and when the last was given, by what they are counted for (a hash);
/// nobody else counts one until the transaction ends.
pub fn failures(tx: &mut Tx, email_hash: &str) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let row = tx.row(FAILURES, params![email_hash])?;
    row.map(|row| Ok((row.int(0)?, row.instant(1)?))).transpose()
}

/// One more.
pub fn failed(tx: &mut Tx, email_hash: &str, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(FAILED, params![email_hash, now]).map(|_| ())
}

/// The password was right.
pub fn forgive(tx: &mut Tx, email_hash: &str) -> Result<(), StoreError> {
    tx.exec(FORGIVE, params![email_hash]).map(|_| ())
}

fn read(row: Row) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: row.text(0)?,
        user_id: row.text(1)?,
        company_id: row.text(2)?,
        csrf: row.text(3)?,
        created_at: row.instant(4)?,
        seen_at: row.instant(5)?,
    })
}
