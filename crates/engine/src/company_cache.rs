//! Company and accounts in memory, so that a request need not read them each time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use quita_store::accounts::Account;
use quita_store::companies::Company;

use crate::clock::after;
use crate::desk::logo::KeptLogo;

/// Another node may have changed them: look again after so many seconds.
const FRESH_SECONDS: i64 = 5;

/// Calls of a bank within so many seconds share one look.
const LOOK_SECONDS: i64 = 3;

type Known = (Arc<Company>, Vec<Account>);

/// Companies of the last seconds.
#[derive(Debug, Default)]
pub struct CompanyCache {
    companies: Mutex<Recent<Known>>,
    /// By company; that it has none is known too.
    logos: Mutex<Recent<Option<Arc<KeptLogo>>>>,
    /// By the token in the address that the bank calls.
    hooks: Mutex<Recent<Arc<Account>>>,
    /// By account, for when a look was last asked for because the bank called.
    looks: Mutex<HashMap<String, Timestamp>>,
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

    /// The logo that was put a moment ago; the inner `None` where the company has none.
    pub fn logo(&self, company_id: &str, now: Timestamp) -> Option<Option<Arc<KeptLogo>>> {
        fresh(&lock(&self.logos), company_id, now)
    }

    /// Remembers a logo; those of companies that nobody asked for lately take no room.
    pub fn put_logo(&self, company_id: &str, logo: Option<Arc<KeptLogo>>, now: Timestamp) {
        let mut logos = lock(&self.logos);
        logos.retain(|_, (since, _)| is_fresh(*since, now));
        logos.insert(company_id.to_owned(), (now, logo));
    }

    /// The account whose bank calls with this token.
    pub fn by_hook_token(&self, token: &str, now: Timestamp) -> Option<Arc<Account>> {
        fresh(&lock(&self.hooks), token, now)
    }

    /// Remembers an account that exists; what strangers ask for is not kept.
    pub fn put_hook(&self, account: Arc<Account>, now: Timestamp) {
        lock(&self.hooks).insert(account.hook_token.clone(), (now, account));
    }

    /// When to look at an account whose bank calls now: at once, unless it called a moment ago.
    /// Calls that come in a crowd share one look, since a look reads whole lists.
    pub fn look_at(&self, account_id: &str, now: Timestamp) -> Timestamp {
        let mut looks = lock(&self.looks);
        let at = match looks.get(account_id) {
            Some(last) if *last > now => return *last,
            Some(last) => after(*last, LOOK_SECONDS).max(now),
            None => now,
        };
        looks.insert(account_id.to_owned(), at);
        at
    }

    /// Forgets all, as after a change.
    pub fn forget(&self) {
        lock(&self.companies).clear();
        lock(&self.hooks).clear();
        lock(&self.logos).clear();
    }
}

fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fresh<T: Clone>(cache: &Recent<T>, key: &str, now: Timestamp) -> Option<T> {
    let (since, known) = cache.get(key)?;
    is_fresh(*since, now).then(|| known.clone())
}

fn is_fresh(since: Timestamp, now: Timestamp) -> bool {
    after(since, FRESH_SECONDS) > now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_of_calls_shares_one_look() {
        let cache = CompanyCache::default();
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let looks = [100, 100, 101, 102, 103, 104, 107, 200];
        let looks = looks.map(|now| cache.look_at("account", at(now)).as_second());
        // One that comes when a look begins may have come too late for it.
        assert_eq!(looks, [100, 103, 103, 103, 106, 106, 109, 200]);
    }
}
