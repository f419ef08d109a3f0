//! Settings of the installation, as names and values.

use crate::{StoreError, Tx, params, sql};

sql! {
    GET = "SELECT value FROM settings WHERE name = $1";
    PUT_ONCE = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
}

/// The value of a setting.
pub fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    tx.row(GET, params![name])?.map(|row| row.text(0)).transpose()
}

/// Sets it unless it has a value; gives the value that stands.
pub fn put_once(tx: &mut Tx, name: &str, value: &str) -> Result<String, StoreError> {
    tx.exec(PUT_ONCE, params![name, value])?;
    Ok(get(tx, name)?.unwrap_or_else(|| value.to_owned()))
}
