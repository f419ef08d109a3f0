//! How long this process has known of orders that got no answer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quita_store::attempts::Attempt;

use crate::clock::Clock;

/// What others have settled is forgotten after so long.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// When each open attempt was first seen, by [`Clock::steady`].
///
/// Whether a bank "surely does not have" an order hangs on the length of a silence. Measured
/// between two readings of the machine's clock, somebody who sets that clock forward would end
/// it, and an order would go out twice. A process that starts measures anew, which only waits
/// longer.
#[derive(Debug, Default)]
pub struct Silences(Mutex<HashMap<String, Duration>>);

impl Silences {
    /// For how long the silence about this attempt has lasted; begins to measure it.
    pub(crate) fn length(&self, attempt: &Attempt, clock: &dyn Clock) -> Duration {
        let Some(steady) = clock.steady() else {
            return clock.now().duration_since(attempt.opened_at).try_into().unwrap_or_default();
        };
        let mut first_seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first_seen.retain(|_, at| steady.saturating_sub(*at) < FORGOTTEN);
        let at = first_seen.entry(attempt.id.clone()).or_insert(steady);
        steady.saturating_sub(*at)
    }

    /// It is over.
    pub(crate) fn end(&self, attempt: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(attempt);
    }
}
