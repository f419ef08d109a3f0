//! How the CSV files of an account are read, as a person said once.

use crate::{StoreError, Tx, params, sql};

sql! {
    GET = "SELECT mapping FROM csv_mappings WHERE account_id = $1";
    PUT = "INSERT INTO csv_mappings (account_id, company_id, mapping) VALUES ($1, $2, $3)
        ON CONFLICT (account_id) DO UPDATE SET mapping = excluded.mapping";
}

/// The mapping of an account, as JSON.
pub fn get(tx: &mut Tx, account_id: &str) -> Result<Option<String>, StoreError> {
    tx.row(GET, params![account_id])?.map(|row| row.text(0)).transpose()
}

/// Keeps the mapping of an account, as JSON.
pub fn put(
    tx: &mut Tx,
    account_id: &str,
    company_id: &str,
    mapping: &str,
) -> Result<(), StoreError> {
    tx.exec(PUT, params![account_id, company_id, mapping])?;
    Ok(())
}
