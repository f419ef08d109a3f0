//! What happened in a run, line by line, and how often each crash and fault was met.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

/// How often each thing was met.
pub type Counts = BTreeMap<String, u64>;

/// The event log of one run.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    lines: Mutex<Vec<String>>,
    counts: Mutex<Counts>,
}

impl Trace {
    /// Adds a line.
    pub(crate) fn line(&self, line: String) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Counts something.
    pub(crate) fn count(&self, what: String) {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    /// Everything: lines and counts.
    pub(crate) fn take(&self) -> (Vec<String>, Counts) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        let counts =
            std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        (lines, counts)
    }
}

/// The same lines have the same hash.
pub(crate) fn hash(lines: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    lines.hash(&mut hasher);
    hasher.finish()
}
