//! The companies' logos, apart from what is read all the time.

use jiff::Timestamp;

use crate::{StoreError, Tx, params, sql};

sql! {
    SAVE = "INSERT INTO company_logos (company_id, image, saved_at) VALUES ($1, $2, $3)
        ON CONFLICT (company_id) DO UPDATE SET image = excluded.image, saved_at = excluded.saved_at";
    GET = "SELECT image FROM company_logos WHERE company_id = $1";
    REMOVE = "DELETE FROM company_logos WHERE company_id = $1";
}

/// Gives a company a logo, in the place of the one it had.
pub fn save(tx: &mut Tx, company_id: &str, image: &[u8], now: Timestamp) -> Result<(), StoreError> {
    tx.exec(SAVE, params![company_id, image, now])?;
    Ok(())
}

/// The file of a company's logo, as it was saved.
pub fn get(tx: &mut Tx, company_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(GET, params![company_id])?.map(|row| row.bytes(0)).transpose()
}

/// Takes the logo of a company away; false when it had none.
pub fn remove(tx: &mut Tx, company_id: &str) -> Result<bool, StoreError> {
    Ok(tx.exec(REMOVE, params![company_id])? == 1)
}
