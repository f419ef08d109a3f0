//! Terms that a company keeps under a name («Parâmetros de boleto»).

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::{Row, StoreError, Tx, params, sql};

/// Terms under a name. The body is the engine's.
#[derive(Clone, Debug)]
pub struct SavedTerms {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Name for people, unique in the company.
    pub description: String,
    /// What they say, as JSON.
    pub body: Box<RawValue>,
    /// When first saved.
    pub created_at: Timestamp,
}

sql! {
    UPSERT = "INSERT INTO terms (id, company_id, description, body, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (company_id, description) DO UPDATE SET body = excluded.body RETURNING id";
    GET = "SELECT id, company_id, description, body, created_at FROM terms
        WHERE company_id = $1 AND id = $2";
    LIST = "SELECT id, company_id, description, body, created_at FROM terms
        WHERE company_id = $1 ORDER BY id";
}

/// Adds terms, or changes those of the same description. Gives their id.
pub fn upsert(tx: &mut Tx, terms: &SavedTerms) -> Result<String, StoreError> {
    let SavedTerms { id, company_id, description, body, created_at } = terms;
    let row = tx.row(UPSERT, params![id, company_id, description, body.get(), *created_at])?;
    row.ok_or_else(|| StoreError::corrupt("terms: upsert gave no row"))?.text(0)
}

/// One set of terms of a company.
pub fn get(tx: &mut Tx, company_id: &str, id: &str) -> Result<Option<SavedTerms>, StoreError> {
    tx.row(GET, params![company_id, id])?.map(read).transpose()
}

/// All terms of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<SavedTerms>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<SavedTerms, StoreError> {
    Ok(SavedTerms {
        id: row.text(0)?,
        company_id: row.text(1)?,
        description: row.text(2)?,
        body: row.json(3)?,
        created_at: row.instant(4)?,
    })
}
