//! A clock that runs like the computer's until somebody advances or freezes it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::files;

/// The clock that everything in a sandbox shares. It never goes back.
pub struct SimClock {
    state: Mutex<State>,
    changes: watch::Sender<()>,
    file: Option<PathBuf>,
}

/// Where the clock stands against the computer's.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    /// Ahead of the computer's clock by so much, while running.
    offset: SignedDuration,
    /// Stands here, while frozen.
    frozen: Option<Timestamp>,
    /// The latest instant ever told.
    last: Timestamp,
}

/// Why the clock was not set.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Asked to go back.
    #[error(
        "o relógio do ambiente de testes só anda para a frente: está em {now} e foi pedido {asked}"
    )]
    Backwards {
        /// Where it stands.
        now: Timestamp,
        /// What was asked.
        asked: Timestamp,
    },
    /// Beyond the years that can be written.
    #[error("o relógio do ambiente de testes não chega a essa data; peça um avanço menor")]
    TooFar,
    /// Its file cannot be read or written.
    #[error("o relógio do ambiente de testes não pôde ser lido ou gravado em {path} ({source})")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl SimClock {
    /// Runs with the computer's clock.
    pub fn real() -> Arc<Self> {
        Arc::new(Self::new(State::default(), None))
    }

    /// Stands at this instant until it is advanced or let run.
    pub fn frozen_at(instant: Timestamp) -> Arc<Self> {
        let state = State { frozen: Some(instant), last: instant, ..State::default() };
        Arc::new(Self::new(state, None))
    }

    /// As it was left in this file, where every change is kept; the computer's clock when there is
    /// no file yet.
    pub fn open(path: &Path) -> Result<Arc<Self>, ClockError> {
        let failed = |source| ClockError::File { path: path.to_owned(), source };
        let state = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| failed(e.into()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(failed(error)),
        };
        Ok(Arc::new(Self::new(state, Some(path.to_owned()))))
    }

    fn new(state: State, file: Option<PathBuf>) -> Self {
        Self { state: Mutex::new(state), changes: watch::Sender::new(()), file }
    }

    /// The instant it shows.
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        self.lock().frozen.is_some()
    }

    /// Goes forward to an instant.
    pub fn advance_to(&self, instant: Timestamp) -> Result<(), ClockError> {
        self.change(|state| {
            let now = state.now();
            if instant < now {
                return Err(ClockError::Backwards { now, asked: instant });
            }
            match &mut state.frozen {
                Some(frozen) => *frozen = instant,
                None => state.offset = instant.duration_since(Timestamp::now()),
            }
            Ok(())
        })
    }

    /// Goes forward by so much.
    pub fn advance(&self, by: Duration) -> Result<(), ClockError> {
        self.advance_to(self.now().checked_add(by).map_err(|_| ClockError::TooFar)?)
    }

    /// Stands still from now on.
    pub fn freeze(&self) -> Result<(), ClockError> {
        self.change(|state| {
            state.frozen = Some(state.now());
            Ok(())
        })
    }

    /// Runs again, from where it stands.
    pub fn run(&self) -> Result<(), ClockError> {
        self.change(|state| {
            if let Some(frozen) = state.frozen.take() {
                state.offset = frozen.duration_since(Timestamp::now());
            }
            Ok(())
        })
    }

    /// Tells of every advance, freeze and restart.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    fn change(
        &self,
        change: impl FnOnce(&mut State) -> Result<(), ClockError>,
    ) -> Result<(), ClockError> {
        let mut state = self.lock();
        change(&mut state)?;
        state.now();
        if let Some(path) = &self.file {
            let failed = |source| ClockError::File { path: path.clone(), source };
            let bytes = serde_json::to_vec(&*state).map_err(|e| failed(e.into()))?;
            files::write(path, &bytes).map_err(failed)?;
        }
        drop(state);
        self.changes.send_replace(());
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&mut self) -> Timestamp {
        let shown = match self.frozen {
            Some(frozen) => frozen,
            None => Timestamp::now().checked_add(self.offset).unwrap_or(Timestamp::MAX),
        };
        // The computer's clock may be set back under us.
        self.last = self.last.max(shown);
        self.last
    }
}

impl fmt::Debug for SimClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimClock").field(&*self.lock()).finish()
    }
}

impl TimeProvider for SimClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn noon() -> Timestamp {
        "2026-03-02T12:00:00-03:00".parse().unwrap()
    }

    #[test]
    fn stands_until_advanced() {
        let clock = SimClock::frozen_at(noon());
        assert_eq!(clock.now(), noon());
        clock.advance(HOUR).unwrap();
        assert_eq!(clock.now(), noon() + HOUR);
        assert!(clock.advance_to(noon()).is_err());
        assert_eq!(clock.now(), noon() + HOUR);
    }

    #[test]
    fn runs_on_from_where_it_stood() {
        let clock = SimClock::frozen_at(noon());
        clock.run().unwrap();
        let later = clock.now();
        assert!(!clock.is_frozen() && later >= noon() && later < noon() + HOUR, "{later}");
        clock.freeze().unwrap();
        assert!(clock.now() >= later);
    }

    #[test]
    fn an_advance_beyond_all_years_is_refused() {
        let clock = SimClock::frozen_at(noon());
        assert!(matches!(clock.advance(Duration::MAX), Err(ClockError::TooFar)));
    }
}
