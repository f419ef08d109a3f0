//! Company and accounts in memory, so that a request need not read them each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use quita_store::accounts::Account;
use quita_store::companies::Company;

use crate::clock::after;

/// Another node may have changed them: look again after so many seconds.
const FRESH_SECONDS: i64 = 5;

type Known = (Arc<Company>, Vec<Account>);

/// Companies of the last seconds.
#[derive(Debug, Default)]
pub struct CompanyCache(Mutex<HashMap<String, (Timestamp, Known)>>);

impl CompanyCache {
    /// What was put a moment ago.
    pub fn get(&self, company_id: &str, now: Timestamp) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, known) = known.get(company_id)?;
        (after(*since, FRESH_SECONDS) > now).then(|| known.clone())
    }

    /// Remembers.
    pub fn put(&self, company_id: &str, known: Known, now: Timestamp) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.insert(company_id.to_owned(), (now, known));
    }

    /// Forgets all, as after a change.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
