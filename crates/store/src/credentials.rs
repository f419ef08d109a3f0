//! Credentials at banks, and their sealed values.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A credential at one bank, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// UUIDv7.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// The bank's folder.
    pub bank: String,
    /// Name of the integration, for people.
    pub name: String,
    /// End of its certificate.
    pub not_after: Option<Timestamp>,
    /// `active`, `disabled` or `revoked`.
    pub status: String,
    /// When it was saved here.
    pub created_at: Timestamp,
}

sql! {
    INSERT = "INSERT INTO credentials (id, company_id, bank, name, not_after, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    GET = "SELECT id, company_id, bank, name, not_after, status, created_at
        FROM credentials WHERE id = $1";
    LIST = "SELECT id, company_id, bank, name, not_after, status, created_at
        FROM credentials WHERE company_id = $1 ORDER BY id";
    PUT_VALUE = "INSERT INTO credential_values (credential_id, field, version, sealed)
        VALUES ($1, $2, $3, $4)";
    VALUES = "SELECT field, version, sealed FROM credential_values WHERE credential_id = $1
        ORDER BY field, version";
}

/// Adds a credential.
pub fn insert(tx: &mut Tx, credential: &Credential) -> Result<(), StoreError> {
    let Credential { id, company_id, bank, name, not_after, status, created_at } = credential;
    tx.exec(INSERT, params![id, company_id, bank, name, *not_after, status, *created_at])?;
    Ok(())
}

/// Adds a sealed value under a version that was not used before.
pub fn put_value(
    tx: &mut Tx,
    credential_id: &str,
    field: &str,
    version: i64,
    sealed: &[u8],
) -> Result<(), StoreError> {
    tx.exec(PUT_VALUE, params![credential_id, field, version, sealed])?;
    Ok(())
}

/// One credential.
pub fn get(tx: &mut Tx, id: &str) -> Result<Option<Credential>, StoreError> {
    tx.row(GET, params![id])?.map(read).transpose()
}

/// All credentials of a company, oldest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<Credential>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// The newest sealed value of each field, with its version.
pub fn values(tx: &mut Tx, credential_id: &str) -> Result<Vec<(String, i64, Vec<u8>)>, StoreError> {
    let mut newest: Vec<(String, i64, Vec<u8>)> = Vec::new();
    for row in tx.rows(VALUES, params![credential_id])? {
        let value = (row.text(0)?, row.int(1)?, row.bytes(2)?);
        if newest.last().is_some_and(|(field, ..)| *field == value.0) {
            newest.pop();
        }
        newest.push(value);
    }
    Ok(newest)
}

fn read(row: Row) -> Result<Credential, StoreError> {
    Ok(Credential {
        id: row.text(0)?,
        company_id: row.text(1)?,
        bank: row.text(2)?,
        name: row.text(3)?,
        not_after: row.opt_instant(4)?,
        status: row.text(5)?,
        created_at: row.instant(6)?,
    })
}
