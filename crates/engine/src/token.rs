//! Tokens of banks: fetched when needed, kept until shortly before their end.
//!
//! In memory, and sealed in the store: a bank may give as few as five in a minute, so a process
//! that starts, a command and another node go on with those that are still good.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use quita_store::bank_tokens::{self, BankToken};

use crate::error::Error;
use crate::secret::Secret;
use crate::world::World;

/// The only version of a sealed token: each has a nonce of its own.
const VERSION: i64 = 1;

/// Tokens by credential and scopes. One for each set of scopes, since some banks refuse a
/// whole request when one scope is missing.
#[derive(Debug, Default)]
pub struct Tokens {
    good: Mutex<HashMap<(String, String), Token>>,
    /// The status by which the bank last refused one.
    refused: Mutex<HashMap<(String, String), u16>>,
}

#[derive(Clone, Debug)]
struct Token {
    text: Secret<String>,
    /// As it is in the store.
    kept: BankToken,
}

/// A token that is still good: from memory, else from the store.
pub(crate) fn recall(
    world: &World,
    credential_id: &str,
    scopes: &str,
) -> Result<Option<Secret<String>>, Error> {
    let now = world.clock.now();
    if let Some(token) = world.tokens.get(credential_id, scopes, now) {
        return Ok(Some(token));
    }
    let (id, of) = (credential_id.to_owned(), scopes.to_owned());
    let kept = world.store.read(move |tx| bank_tokens::get(tx, &id, &of))?;
    let Some(kept) = kept.filter(|kept| kept.good_until > now) else { return Ok(None) };
    // One that was sealed with another key is as good as none.
    let opened = world.vault.unseal(credential_id, &field(scopes), VERSION, &kept.sealed);
    let Some(text) = opened.ok().and_then(|text| String::from_utf8(text.expose().clone()).ok())
    else {
        return Ok(None);
    };
    let token = Token { text: Secret::new(text), kept };
    let text = token.text.clone();
    world.tokens.put(credential_id, scopes, token);
    Ok(Some(text))
}

/// Keeps a token until an instant.
pub(crate) fn keep(
    world: &World,
    credential_id: &str,
    scopes: &str,
    text: &Secret<String>,
    good_until: Timestamp,
) -> Result<(), Error> {
    let mut nonce = [0; 24];
    nonce[..16].copy_from_slice(&world.entropy.bytes());
    nonce[16..].copy_from_slice(&world.entropy.bytes()[..8]);
    let value = text.expose().as_bytes();
    let sealed = world.vault.seal(credential_id, &field(scopes), VERSION, value, nonce)?;
    let kept = BankToken { sealed, good_until };
    world.tokens.put(credential_id, scopes, Token { text: text.clone(), kept: kept.clone() });
    let (id, of) = (credential_id.to_owned(), scopes.to_owned());
    world.tx(move |tx, _| bank_tokens::put(tx, &id, &of, &kept))?;
    Ok(())
}

/// The bank no longer takes this token: it is dropped, unless another process has put a newer one
/// in its place.
pub(crate) fn drop_refused(
    world: &World,
    credential_id: &str,
    scopes: &str,
    text: &Secret<String>,
) -> Result<(), Error> {
    let Some(token) = world.tokens.take(credential_id, scopes, text) else { return Ok(()) };
    let (id, of) = (credential_id.to_owned(), scopes.to_owned());
    world.tx(move |tx, _| bank_tokens::forget(tx, &id, &of, &token.kept.sealed))?;
    Ok(())
}

/// Drops all tokens of a credential.
pub(crate) fn forget_all(world: &World, credential_id: &str) -> Result<(), Error> {
    world.tokens.forget(credential_id);
    let id = credential_id.to_owned();
    world.tx(move |tx, _| bank_tokens::forget_all(tx, &id))?;
    Ok(())
}

/// What a token is sealed as.
fn field(scopes: &str) -> String {
    format!("token {scopes}")
}

impl Tokens {
    /// A token that is still good at this instant.
    fn get(&self, credential_id: &str, scopes: &str, now: Timestamp) -> Option<Secret<String>> {
        let tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .get(&(credential_id.to_owned(), scopes.to_owned()))
            .filter(|token| token.kept.good_until > now)
            .map(|token| token.text.clone())
    }

    fn put(&self, credential_id: &str, scopes: &str, token: Token) {
        let key = (credential_id.to_owned(), scopes.to_owned());
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        self.good.lock().unwrap_or_else(PoisonError::into_inner).insert(key, token);
    }

    /// Takes this token out, unless there is a newer one.
    fn take(&self, credential_id: &str, scopes: &str, text: &Secret<String>) -> Option<Token> {
        let key = (credential_id.to_owned(), scopes.to_owned());
        let mut tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.get(&key) {
            Some(token) if token.text.expose() == text.expose() => tokens.remove(&key),
            _ => None,
        }
    }

    /// The bank refused one, by this status.
    pub fn refuse(&self, credential_id: &str, scopes: &str, status: u16) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert((credential_id.to_owned(), scopes.to_owned()), status);
    }

    /// The status by which the bank refuses a credential, if it gave no token that is good now.
    pub fn refused(&self, credential_id: &str, now: Timestamp) -> Option<u16> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if good.iter().any(|((id, _), token)| id == credential_id && token.kept.good_until > now) {
            return None;
        }
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().find(|((id, _), _)| id == credential_id).map(|(_, status)| *status)
    }

    fn forget(&self, credential_id: &str) {
        let mut tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|(credential, _), _| credential != credential_id);
    }
}
