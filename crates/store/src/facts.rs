//! Facts: what banks told, immutable.

use jiff::Timestamp;
use quita_core::fact::{Channel, Fact};

use crate::{StoreError, Tx, params, sql};

sql! {
    INSERT = "INSERT INTO facts (id, company_id, boleto_id, channel, natural_key, body,
        observed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (boleto_id, natural_key) DO NOTHING";
    OF_BOLETO = "SELECT id, channel, body, observed_at FROM facts WHERE boleto_id = $1";
    KEYS = "SELECT natural_key FROM facts WHERE boleto_id = $1";
}

/// A fact as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The door it came through.
    pub channel: Channel,
    /// What was told.
    pub fact: Fact,
    /// When we were first told.
    pub observed_at: Timestamp,
}

/// Adds a fact; false when it was known.
pub fn insert(
    tx: &mut Tx,
    id: &str,
    company_id: &str,
    boleto_id: &str,
    channel: Channel,
    fact: &Fact,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let word = crate::to_json(&channel)?;
    let key = fact.natural_key(channel);
    let body = crate::to_json(fact)?;
    let added = tx.exec(INSERT, params![id, company_id, boleto_id, word, key, body, now])?;
    Ok(added == 1)
}

/// All facts of a boleto, in the order in which they were learned.
pub fn of_boleto(tx: &mut Tx, boleto_id: &str) -> Result<Vec<Kept>, StoreError> {
    tx.rows_in_order(OF_BOLETO, params![boleto_id])?
        .into_iter()
        .map(|row| {
            Ok(Kept { channel: row.json(1)?, fact: row.json(2)?, observed_at: row.instant(3)? })
        })
        .collect()
}

/// Whether all of these are among the facts of a boleto.
pub fn all_known(
    tx: &mut Tx,
    boleto_id: &str,
    channel: Channel,
    told: &[Fact],
) -> Result<bool, StoreError> {
    let rows = tx.rows(KEYS, params![boleto_id])?;
    Ok(told.iter().all(|fact| {
        let key = fact.natural_key(channel);
        rows.iter().any(|row| row.str(0).is_ok_and(|known| known == key))
    }))
}
