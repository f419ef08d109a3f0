//! Events: what happened, for programs of the company and for the timeline of a boleto.
//!
//! Written in the transaction of the change. A number is given after the commit, in one
//! place, so that whoever follows the numbers misses nothing that was committed late.

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::{Row, StoreError, Tx, params, sql};

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// `boleto.registered`, `boleto.settled`…
    pub kind: String,
    /// About what.
    pub subject: String,
    /// What a program needs to know, as JSON.
    pub body: Box<RawValue>,
    /// When.
    pub created_at: Timestamp,
    /// Its place in the order; `None` for a moment after the commit.
    pub seq: Option<i64>,
}

sql! {
    INSERT = "INSERT INTO events (id, company_id, kind, subject, body, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    LAST = "SELECT COALESCE(MAX(seq), 0) FROM events WHERE seq IS NOT NULL";
    LAST_OF_COMPANY = "SELECT COALESCE(MAX(seq), 0) FROM events
        WHERE company_id = $1 AND seq IS NOT NULL";
    NUMBER = "UPDATE events SET seq = numbered.seq FROM (
          SELECT id, $1 + ROW_NUMBER() OVER (ORDER BY id) AS seq
          FROM (SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT $2) AS new
        ) AS numbered WHERE events.id = numbered.id AND events.seq IS NULL";
    // A no-op that holds the row: one at a time, over all nodes.
    LOCK = "INSERT INTO counters (scope, name, value) VALUES ('events', 'numbers', 0)
        ON CONFLICT (scope, name) DO UPDATE SET value = counters.value";
    ANY = "SELECT id FROM events WHERE seq IS NULL LIMIT 1";
    PAGE = "SELECT id, company_id, kind, subject, body, created_at, seq FROM events
        WHERE company_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    OF_SUBJECT = "SELECT id, company_id, kind, subject, body, created_at, seq FROM events
        WHERE subject = $1 ORDER BY id";
}

/// Writes an event down.
pub fn insert(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    kind: &str,
    subject: &str,
    body: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(INSERT, params![id, company_id, kind, subject, body, now])?;
    Ok(())
}

/// Numbers events that have none, oldest first; tells how many. One node at a time does it.
pub fn number(tx: &mut Tx, limit: i64) -> Result<u64, StoreError> {
    if tx.row(ANY, params![])?.is_none() {
        return Ok(0);
    }
    tx.exec(LOCK, params![])?;
    let last = tx.row(LAST, params![])?.map_or(Ok(0), |row| row.int(0))?;
    tx.exec(NUMBER, params![last, limit])
}

/// The last number of a company's events; 0 where it has none.
pub fn last(tx: &mut Tx, company_id: &str) -> Result<i64, StoreError> {
    tx.row(LAST_OF_COMPANY, params![company_id])?.map_or(Ok(0), |row| row.int(0))
}

/// Events of a company after a number.
pub fn page(
    tx: &mut Tx,
    company_id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>, StoreError> {
    tx.rows(PAGE, params![company_id, after, limit])?.into_iter().map(read).collect()
}

/// The timeline of one subject.
pub fn of_subject(tx: &mut Tx, subject: &str) -> Result<Vec<Event>, StoreError> {
    tx.rows(OF_SUBJECT, params![subject])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.text(0)?,
        company_id: row.text(1)?,
        kind: row.text(2)?,
        subject: row.text(3)?,
        body: row.json(4)?,
        created_at: row.instant(5)?,
        seq: row.opt_int(6)?,
    })
}
