//! Tokens by which programs of a company come in. Only a hash of each is kept.

use jiff::Timestamp;

use crate::{Row, StoreError, Tx, params, sql};

/// A token, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// UUIDv7; also the actor `application:ID`.
    pub id: String,
    /// Whose.
    pub company_id: String,
    /// Name for people.
    pub name: String,
    /// What it may do, separated by blanks.
    pub scopes: String,
    /// SHA-256 of the token in hex.
    pub token_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

sql! {
    INSERT = "INSERT INTO api_tokens (id, company_id, name, scopes, token_hash, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    BY_HASH = "SELECT id, company_id, name, scopes, token_hash, created_at, revoked_at
        FROM api_tokens WHERE token_hash = $1";
    LIST = "SELECT id, company_id, name, scopes, token_hash, created_at, revoked_at
        FROM api_tokens WHERE company_id = $1 ORDER BY id DESC";
    REVOKE = "UPDATE api_tokens SET revoked_at = $3
        WHERE company_id = $1 AND id = $2 AND revoked_at IS NULL";
}

/// Adds a token.
pub fn insert(tx: &mut Tx, token: &ApiToken) -> Result<(), StoreError> {
    let ApiToken { id, company_id, name, scopes, token_hash, created_at, .. } = token;
    tx.exec(INSERT, params![id, company_id, name, scopes, token_hash, *created_at])?;
    Ok(())
}

/// The token with this hash, revoked ones included.
pub fn by_hash(tx: &mut Tx, token_hash: &str) -> Result<Option<ApiToken>, StoreError> {
    tx.row(BY_HASH, params![token_hash])?.map(read).transpose()
}

/// All tokens of a company, newest first.
pub fn list(tx: &mut Tx, company_id: &str) -> Result<Vec<ApiToken>, StoreError> {
    tx.rows(LIST, params![company_id])?.into_iter().map(read).collect()
}

/// Withdraws a token; false when there is no such live token.
pub fn revoke(tx: &mut Tx, company_id: &str, id: &str, now: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.exec(REVOKE, params![company_id, id, now])? == 1)
}

fn read(row: Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row.text(0)?,
        company_id: row.text(1)?,
        name: row.text(2)?,
        scopes: row.text(3)?,
        token_hash: row.text(4)?,
        created_at: row.instant(5)?,
        revoked_at: row.opt_instant(6)?,
    })
}
