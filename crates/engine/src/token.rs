//! Tokens of banks: fetched when needed, kept until shortly before their end.
//!
//! In memory, and sealed in the store: a bank may give as few as five in a minute, so a process
//! that starts, a command and another node go on with those that are still good. One question for
//! a token is under way at a time in a process, so that workers who begin together spend one.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

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
    /// Those that a bank is being asked for.
    asked_for: Mutex<HashSet<(String, String)>>,
    /// Rung when a question has ended.
    answered: Condvar,
}

/// The right to ask for one token; others get it when this is dropped, whatever came of the
/// question: an answer, an error, a panic.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    tokens: &'a Tokens,
    of: (String, String),
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.tokens.asked_for.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.of);
        self.tokens.answered.notify_all();
    }
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
    /// The right to ask for this token, as soon as nobody else does; `None` where somebody still
    /// does after so long.
    pub(crate) fn begin_asking(
        &self,
        credential_id: &str,
        scopes: &str,
        patience: Duration,
    ) -> Option<Asking<'_>> {
        let of = (credential_id.to_owned(), scopes.to_owned());
        let asked_for = self.asked_for.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut asked_for, _) = self
            .answered
            .wait_timeout_while(asked_for, patience, |asked_for| asked_for.contains(&of))
            .unwrap_or_else(PoisonError::into_inner);
        asked_for.insert(of.clone()).then(|| Asking { tokens: self, of })
    }

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

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// No waiting at all, as workers do.
    const NONE: Duration = Duration::ZERO;

    #[test]
    fn one_asks_at_a_time_for_each_credential_and_scopes() {
        let tokens = Tokens::default();
        let first = tokens.begin_asking("c", "read", NONE).unwrap();
        assert!(tokens.begin_asking("c", "read", NONE).is_none());
        assert!(tokens.begin_asking("c", "read", Duration::from_millis(5)).is_none());
        // Another set of scopes is another token, and so is another credential's.
        assert!(tokens.begin_asking("c", "write", NONE).is_some());
        assert!(tokens.begin_asking("d", "read", NONE).is_some());
        drop(first);
        assert!(tokens.begin_asking("c", "read", NONE).is_some());
    }

    #[test]
    fn a_question_that_panics_leaves_the_next_one_free() {
        let tokens = Tokens::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _asking = tokens.begin_asking("c", "read", NONE).unwrap();
            std::panic::resume_unwind(Box::new("killed"));
        }));
        assert!(panicked.is_err());
        assert!(tokens.begin_asking("c", "read", NONE).is_some());
    }

    #[test]
    fn who_is_patient_is_next() {
        let tokens = Tokens::default();
        let first = tokens.begin_asking("c", "read", NONE).unwrap();
        std::thread::scope(|scope| {
            let patient =
                scope.spawn(|| tokens.begin_asking("c", "read", Duration::from_secs(60)).is_some());
            drop(first);
            assert!(patient.join().unwrap());
        });
    }
}
