//! Who did what. Rows are written in the transaction of the change; afterwards a sealer chains
//! them, so that no lock of the chain is held by business.
//!
//! The seal number n is SHA-256 over: the tag `quita audit 1`, the hash before (32 bytes, zeros
//! for the first), n, the instant, and each of id, company, actor, action, subject, details as
//! its length and its bytes; all numbers as 8 bytes, most significant first. Whoever keeps a
//! hash elsewhere (every backup does) can tell later that nothing before it was changed.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Row, Store, StoreError, Tx, params, sql};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// UUIDv7.
    pub id: String,
    /// In which company.
    pub company_id: String,
    /// When.
    pub at: Timestamp,
    /// Who: a user, a token, a worker.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// JSON: ids and keyed hashes instead of personal data.
    pub details: String,
}

/// How the chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Every link holds.
    Whole {
        /// The number of the last seal, 0 before the first.
        sealed_to: i64,
        /// The last hash in hexadecimal.
        head: String,
        /// Entries that wait for the sealer.
        unsealed: i64,
    },
    /// Something was changed, added or removed.
    Broken {
        /// The first seal that does not hold; one above the last where more were made.
        seq: i64,
        /// What is wrong.
        what: String,
    },
}

sql! {
    WRITE = "INSERT INTO audit (id, company_id, at, actor, action, subject, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    // A no-op that holds the row: one sealer at a time, over all nodes.
    LOCK = "INSERT INTO counters (scope, name, value) VALUES ('audit', 'sealed', 0)
        ON CONFLICT (scope, name) DO UPDATE SET value = counters.value";
    UNSEALED = "SELECT id, company_id, at, actor, action, subject, details FROM audit
        WHERE seq IS NULL ORDER BY id LIMIT $1";
    HEAD = "SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
    SEAL = "UPDATE audit SET seq = $2, hash = $3 WHERE id = $1 AND seq IS NULL";
    SEALED = "UPDATE counters SET value = $1 WHERE scope = 'audit' AND name = 'sealed'";
    AT = "SELECT hash FROM audit WHERE seq = $1";
    LINKS = "SELECT id, company_id, at, actor, action, subject, details, seq, hash FROM audit
        WHERE seq > $1 ORDER BY seq LIMIT $2";
    COUNTS = "SELECT (SELECT COUNT(*) FROM audit WHERE seq IS NULL),
          COALESCE((SELECT value FROM counters WHERE scope = 'audit' AND name = 'sealed'), 0)";
    OF_SUBJECT = "SELECT id, company_id, at, actor, action, subject, details FROM audit
        WHERE company_id = $1 AND subject = $2 ORDER BY id LIMIT $3";
}

/// Writes an entry, in the transaction of the change.
pub fn write(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    let Entry { id, company_id, at, actor, action, subject, details } = entry;
    tx.exec(WRITE, params![id, company_id, *at, actor, action, subject, details]).map(|_| ())
}

/// The entries about a subject, oldest first.
pub fn of_subject(
    tx: &mut Tx<'_>,
    company_id: &str,
    subject: &str,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    tx.rows(OF_SUBJECT, params![company_id, subject, limit])?.iter().map(read).collect()
}

/// Chains up to `limit` entries, in the order of their ids; says how many.
pub fn seal(tx: &mut Tx<'_>, limit: i64) -> Result<u64, StoreError> {
    // Nothing is written while there is nothing to seal.
    if tx.row(UNSEALED, params![1_i64])?.is_none() {
        return Ok(0);
    }
    tx.exec(LOCK, &[])?;
    let (mut seq, mut hash) = match tx.row(HEAD, &[])? {
        Some(row) => (row.int(0)?, row.text(1)?),
        None => (0, no_hash()),
    };
    let rows = tx.rows(UNSEALED, params![limit])?;
    let mut count = 0;
    for row in &rows {
        let entry = read(row)?;
        seq += 1;
        hash = link(&hash, seq, &entry)?;
        tx.exec(SEAL, params![&entry.id, seq, &hash])?;
        count += 1;
    }
    tx.exec(SEALED, params![seq])?;
    Ok(count)
}

/// The hash of a seal, to compare with one kept elsewhere.
pub fn hash_at(tx: &mut Tx<'_>, seq: i64) -> Result<Option<String>, StoreError> {
    tx.row(AT, params![seq])?.map(|row| row.text(0)).transpose()
}

/// How many links are read at a time.
const PAGE: i64 = 1000;

/// Goes through the whole chain.
///
/// # Errors
/// Where it cannot be read; a broken chain is a result.
pub fn verify(store: &Store) -> Result<Verification, StoreError> {
    let mut sealed_to = 0;
    let mut head = no_hash();
    loop {
        let after = sealed_to;
        let (rows, counts) = store.read(move |tx| {
            // In one snapshot: after the last page the counts belong to it.
            let rows = tx.rows(LINKS, params![after, PAGE])?;
            let last = i64::try_from(rows.len()).unwrap_or(PAGE) < PAGE;
            Ok((rows, if last { tx.row(COUNTS, &[])? } else { None }))
        })?;
        for row in &rows {
            let seq = sealed_to + 1;
            if let Err(what) = check(row, seq, &mut head) {
                return Ok(Verification::Broken { seq, what });
            }
            sealed_to = seq;
        }
        if let Some(counts) = counts {
            let (unsealed, seals) = (counts.int(0)?, counts.int(1)?);
            if seals != sealed_to {
                let what = format!("{seals} seals were made, {sealed_to} follow from the first on");
                return Ok(Verification::Broken { seq: sealed_to + 1, what });
            }
            return Ok(Verification::Whole { sealed_to, head, unsealed });
        }
    }
}

/// Checks one link and moves the head to it; the error says what is wrong.
fn check(row: &Row, seq: i64, head: &mut String) -> Result<(), String> {
    let found = row.int(7).map_err(|e| e.to_string())?;
    if found != seq {
        return Err(format!("seal {seq} is missing, {found} follows"));
    }
    let entry = read(row).map_err(|e| e.to_string())?;
    let hash = link(head, seq, &entry).map_err(|e| e.to_string())?;
    if row.opt_text(8).map_err(|e| e.to_string())?.as_ref() != Some(&hash) {
        return Err(format!("entry {} or its seal was changed", entry.id));
    }
    *head = hash;
    Ok(())
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: row.text(0)?,
        company_id: row.text(1)?,
        at: row.instant(2)?,
        actor: row.text(3)?,
        action: row.text(4)?,
        subject: row.text(5)?,
        details: row.text(6)?,
    })
}

fn no_hash() -> String {
    "0".repeat(64)
}

fn link(before: &str, seq: i64, entry: &Entry) -> Result<String, StoreError> {
    let mut hasher = Sha256::new();
    hasher.update(b"quita audit 1");
    hasher.update(from_hex(before)?);
    hasher.update(seq.to_be_bytes());
    hasher.update(entry.at.as_microsecond().to_be_bytes());
    let Entry { id, company_id, at: _, actor, action, subject, details } = entry;
    for field in [id, company_id, actor, action, subject, details] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn from_hex(text: &str) -> Result<[u8; 32], StoreError> {
    let wrong = || StoreError::Corrupt("a hash of the audit chain is not 64 digits".to_owned());
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return Err(wrong());
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}
