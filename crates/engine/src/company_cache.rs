//! Company and accounts in memory, so that a request need not read them each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use quita_store::accounts::Account;
use quita_store::companies::Company;

use crate::clock::after;

/// Another node may have changed them: look again after so many seconds.
const FRESH_SECONDS: i64 = 5;

type Known = (Arc<Company>, Vec<Account>);

/// Companies of the last seconds.
#[derive(Debug, Default)]
pub struct CompanyCache {
    companies: Mutex<Recent<Known>>,
    /// By the token in the address that the bank calls.
    hooks: Mutex<Recent<Arc<Account>>>,
}

/// With the instant at which each was read.
type Recent<T> = HashMap<String, (Timestamp, T)>;

impl CompanyCache {
    /// What was put a moment ago.
    pub fn get(&self, company_id: &str, now: Timestamp) -> Option<Known> {
        fresh(&lock(&self.companies), company_id, now)
    }

    /// Remembers.
    pub fn put(&self, company_id: &str, known: Known, now: Timestamp) {
        lock(&self.companies).insert(company_id.to_owned(), (now, known));
    }

    /// The account whose bank calls with this token.
    pub fn by_hook_token(&self, token: &str, now: Timestamp) -> Option<Arc<Account>> {
        fresh(&lock(&self.hooks), token, now)
    }

    /// Remembers an account that exists; what strangers ask for is not kept.
    pub fn put_hook(&self, account: Arc<Account>, now: Timestamp) {
        lock(&self.hooks).insert(account.hook_token.clone(), (now, account));
    }

    /// Forgets all, as after a change.
    pub fn forget(&self) {
        lock(&self.companies).clear();
        lock(&self.hooks).clear();
    }
}

fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fresh<T: Clone>(cache: &Recent<T>, key: &str, now: Timestamp) -> Option<T> {
    let (since, known) = cache.get(key)?;
    (after(*since, FRESH_SECONDS) > now).then(|| known.clone())
}
