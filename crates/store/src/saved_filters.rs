//! Filters of the list of boletos that a person keeps as tabs.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A filter under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFilter {
    /// UUIDv7.
    pub id: String,
    /// In which company.
    pub company_id: String,
    /// Whose: `user:…`.
    pub owner: String,
    /// What the tab says.
    pub name: String,
    /// The query of the address, without `?`.
    pub query: String,
    /// When it was saved.
    pub created_at: Timestamp,
}

sql! {
    SAVE = "INSERT INTO saved_filters (id, company_id, owner, name, query, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (company_id, owner, name) DO UPDATE SET query = excluded.query";
    LIST = "SELECT id, company_id, owner, name, query, created_at FROM saved_filters
        WHERE company_id = $1 AND owner = $2 ORDER BY id";
    REMOVE = "DELETE FROM saved_filters WHERE company_id = $1 AND owner = $2 AND id = $3";
}

/// Keeps a filter; one of the same name is replaced.
pub fn save(tx: &mut Tx, filter: &SavedFilter) -> Result<(), StoreError> {
    let SavedFilter { id, company_id, owner, name, query, created_at } = filter;
    tx.exec(SAVE, params![id, company_id, owner, name, query, *created_at]).map(|_| ())
}

/// The filters of a person in a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str, owner: &str) -> Result<Vec<SavedFilter>, StoreError> {
    tx.rows(LIST, params![company_id, owner])?.iter().map(read).collect()
}

/// Forgets a filter; false when there is none.
pub fn remove(tx: &mut Tx, company_id: &str, owner: &str, id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(REMOVE, params![company_id, owner, id])? == 1)
}

fn read(row: &Row) -> Result<SavedFilter, StoreError> {
    Ok(SavedFilter {
        id: row.text(0)?,
        company_id: row.text(1)?,
        owner: row.text(2)?,
        name: row.text(3)?,
        query: row.text(4)?,
        created_at: row.instant(5)?,
    })
}
