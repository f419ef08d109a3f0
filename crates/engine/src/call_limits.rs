//! Keeps to the calls a minute that banks publish, for each credential and kind of call.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::clock::after;

/// Calls of the last minute, by credential and limit.
#[derive(Debug, Default)]
pub struct CallLimits(Mutex<HashMap<(String, &'static str), VecDeque<Timestamp>>>);

impl CallLimits {
    /// Takes one call from the budget, or tells when there will be one.
    ///
    /// Counted over the last sixty seconds: whichever way the bank cuts its minutes, none
    /// of them holds more.
    pub fn take(
        &self,
        credential_id: &str,
        limit: &'static str,
        per_minute: u32,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = calls.entry((credential_id.to_owned(), limit)).or_default();
        while calls.front().is_some_and(|first| after(*first, 60) <= now) {
            calls.pop_front();
        }
        if calls.len() >= per_minute.max(1) as usize {
            return Err(calls.front().map_or(now, |first| after(*first, 60)));
        }
        calls.push_back(now);
        Ok(())
    }

    /// Calls that were taken in the last minute.
    pub fn taken(&self, credential_id: &str, limit: &'static str, now: Timestamp) -> usize {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(calls) = calls.get(&(credential_id.to_owned(), limit)) else { return 0 };
        calls.iter().filter(|call| after(**call, 60) > now).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sixty_seconds_hold_more_than_the_limit() {
        let rates = CallLimits::default();
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut made = Vec::new();
        for second in 0..300 {
            let now = after(start, second);
            if rates.take("c", "token", 5, now).is_ok() {
                made.push(second);
            }
        }
        assert_eq!(made.len(), 25);
        assert!(made.windows(6).all(|w| w[5] - w[0] >= 60));
        assert_eq!(rates.take("c", "token", 5, after(start, 299)), Err(after(start, 300)));
        assert_eq!(rates.taken("c", "token", after(start, 299)), 5);
        assert_eq!(rates.taken("c", "token", after(start, 400)), 0);
        assert!(rates.take("other", "token", 5, after(start, 299)).is_ok());
    }
}
