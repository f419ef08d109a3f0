//! Leaves a bank alone for a while when it does not answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::clock::after;

/// After so many failures in a row.
const FAILURES: u32 = 5;
/// So many seconds of rest.
const REST_SECONDS: i64 = 30;

/// Failures in a row, by credential.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<HashMap<String, Breaker>>);

#[derive(Clone, Copy, Debug, Default)]
struct Breaker {
    failures: u32,
    closed_until: Option<Timestamp>,
}

impl Breakers {
    /// Whether to call; else from when on.
    pub fn check(&self, credential_id: &str, now: Timestamp) -> Result<(), Timestamp> {
        let breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match breakers.get(credential_id).and_then(|b| b.closed_until) {
            Some(until) if until > now => Err(until),
            _ => Ok(()),
        }
    }

    /// The bank answered, whatever it said.
    pub fn answered(&self, credential_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(credential_id);
    }

    /// The bank did not answer, or answered that it cannot work.
    pub fn failed(&self, credential_id: &str, now: Timestamp) {
        let mut breakers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(credential_id.to_owned()).or_default();
        breaker.failures += 1;
        if breaker.failures >= FAILURES {
            // One call is let through after the rest; if it fails too, another rest.
            breaker.closed_until = Some(after(now, REST_SECONDS));
        }
    }
}
