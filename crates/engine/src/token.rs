//! Tokens of banks: fetched when needed, kept in memory until shortly before their end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::secret::Secret;

/// Tokens by credential and scopes. One for each set of scopes, since some banks refuse a
/// whole request when one scope is missing.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<(String, String), Token>>);

#[derive(Clone, Debug)]
struct Token {
    text: Secret<String>,
    until: Timestamp,
}

impl Tokens {
    /// A token that is still good at this instant.
    pub fn get(&self, credential_id: &str, scopes: &str, now: Timestamp) -> Option<Secret<String>> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens
            .get(&(credential_id.to_owned(), scopes.to_owned()))
            .filter(|token| token.until > now)
            .map(|token| token.text.clone())
    }

    /// Keeps a token until an instant.
    pub fn put(&self, credential_id: &str, scopes: &str, text: Secret<String>, until: Timestamp) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert((credential_id.to_owned(), scopes.to_owned()), Token { text, until });
    }

    /// Drops all tokens of a credential.
    pub fn forget(&self, credential_id: &str) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|(credential, _), _| credential != credential_id);
    }
}
