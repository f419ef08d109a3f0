//! Tokens of banks: fetched when needed, kept in memory until shortly before their end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::secret::Secret;

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
    until: Timestamp,
}

impl Tokens {
    /// A token that is still good at this instant.
    pub fn get(&self, credential_id: &str, scopes: &str, now: Timestamp) -> Option<Secret<String>> {
        let tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .get(&(credential_id.to_owned(), scopes.to_owned()))
            .filter(|token| token.until > now)
            .map(|token| token.text.clone())
    }

    /// Keeps a token until an instant.
    pub fn put(&self, credential_id: &str, scopes: &str, text: Secret<String>, until: Timestamp) {
        let key = (credential_id.to_owned(), scopes.to_owned());
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let mut tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(key, Token { text, until });
    }

    /// The bank refused one, by this status.
    pub fn refuse(&self, credential_id: &str, scopes: &str, status: u16) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.insert((credential_id.to_owned(), scopes.to_owned()), status);
    }

    /// The status by which the bank refuses a credential, if it gave no token that is good now.
    pub fn refused(&self, credential_id: &str, now: Timestamp) -> Option<u16> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if good.iter().any(|((id, _), token)| id == credential_id && token.until > now) {
            return None;
        }
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().find(|((id, _), _)| id == credential_id).map(|(_, status)| *status)
    }

    /// Drops all tokens of a credential.
    pub fn forget(&self, credential_id: &str) {
        let mut tokens = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|(credential, _), _| credential != credential_id);
    }
}
