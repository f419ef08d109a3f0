//! Tokens that banks gave, sealed.

use jiff::Timestamp;

use crate::{StoreError, Tx, params, sql};

/// A token, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankToken {
    /// The token itself, sealed.
    pub sealed: Vec<u8>,
    /// Until when it is used.
    pub good_until: Timestamp,
}

sql! {
    GET = "SELECT sealed, good_until FROM bank_tokens WHERE credential_id = $1 AND scopes = $2";
    PUT = "INSERT INTO bank_tokens (credential_id, scopes, sealed, good_until)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (credential_id, scopes)
        DO UPDATE SET sealed = excluded.sealed, good_until = excluded.good_until";
    FORGET = "DELETE FROM bank_tokens WHERE credential_id = $1 AND scopes = $2 AND sealed = $3";
    FORGET_ALL = "DELETE FROM bank_tokens WHERE credential_id = $1";
    REAP = "DELETE FROM bank_tokens WHERE good_until <= $1";
}

/// The token of a credential for a set of scopes, if one was kept; it may be over.
pub fn get(
    tx: &mut Tx<'_>,
    credential_id: &str,
    scopes: &str,
) -> Result<Option<BankToken>, StoreError> {
    tx.row(GET, params![credential_id, scopes])?
        .map(|row| Ok(BankToken { sealed: row.bytes(0)?, good_until: row.instant(1)? }))
        .transpose()
}

/// Keeps a token in place of the one before.
pub fn put(
    tx: &mut Tx<'_>,
    credential_id: &str,
    scopes: &str,
    token: &BankToken,
) -> Result<(), StoreError> {
    let row = params![credential_id, scopes, token.sealed.as_slice(), token.good_until];
    tx.exec(PUT, row).map(|_| ())
}

/// Drops this token, and none that came after it.
pub fn forget(
    tx: &mut Tx<'_>,
    credential_id: &str,
    scopes: &str,
    sealed: &[u8],
) -> Result<(), StoreError> {
    tx.exec(FORGET, params![credential_id, scopes, sealed]).map(|_| ())
}

/// Drops all tokens of a credential.
pub fn forget_all(tx: &mut Tx<'_>, credential_id: &str) -> Result<(), StoreError> {
    tx.exec(FORGET_ALL, params![credential_id]).map(|_| ())
}

/// Drops those that are over.
pub fn reap(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(REAP, params![now]).map(|_| ())
}
