//! Copies SQLite's log into the file beside the thread that commits.
//!
//! A commit that copied the log itself would let all its callers wait for tens of milliseconds.
//! The log begins anew only once all of it is copied, and a busy writer always adds to it: so
//! the last bit, when little is left, is the writer's.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::StoreError;

/// Pages in the log (4 KiB each) from which on it is copied.
const BEGIN: usize = 2_000;
/// So few pages are left to the writer: some milliseconds.
const LITTLE: usize = 200;
/// The log is copied at most so often before the rest, whatever it is, is the writer's.
const PASSES: usize = 8;

/// The thread that copies; ends when dropped.
pub(crate) struct Checkpointer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    /// Pages in the log after the last commit.
    pages: AtomicUsize,
    /// The writer copies the rest after its next commit.
    last_bit: AtomicBool,
    wanted: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Default)]
struct Wanted {
    copy: bool,
    end: bool,
}

impl Checkpointer {
    /// Takes over from the connection that writes, with a connection of its own to the file.
    pub(crate) fn start(writer: &mut Connection, own: Connection) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let told = Arc::clone(&shared);
        let after_commit = move |log: &mut Wal, pages| {
            told.committed(log, usize::try_from(pages).unwrap_or(0));
            Ok(())
        };
        writer
            .wal_hook(Some(after_commit))
            .map_err(|e| StoreError::Internal(format!("watching the log: {e}")))?;
        let works = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || works.serve(&own))
            .map_err(|e| StoreError::Unavailable(format!("a thread could not be started: {e}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.shared.want(|wanted| wanted.end = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn want(&self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    /// After each commit, on the writer's thread.
    fn committed(&self, log: &mut Wal, pages: usize) {
        self.pages.store(pages, Relaxed);
        if self.last_bit.swap(false, Relaxed) {
            // A reader may be in the way, or another program: then the thread tries again.
            if let Err(error) = log.checkpoint() {
                tracing::warn!(%error, "the end of the log was not copied");
            }
        } else if pages >= BEGIN {
            self.want(|wanted| wanted.copy = true);
        }
    }

    fn serve(&self, own: &Connection) {
        loop {
            let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            while !wanted.copy && !wanted.end {
                wanted = self.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
            }
            if wanted.end {
                return;
            }
            wanted.copy = false;
            drop(wanted);
            if let Err(error) = self.copy(own) {
                // Nothing is lost: the log grows, and the next commit tries again.
                tracing::warn!(%error, "the log of the database was not copied");
            }
        }
    }

    /// Copies until little is left.
    fn copy(&self, own: &Connection) -> rusqlite::Result<()> {
        for _ in 0..PASSES {
            let copied: i64 =
                own.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))?;
            let copied = usize::try_from(copied).unwrap_or(0);
            if self.pages.load(Relaxed).saturating_sub(copied) <= LITTLE {
                break;
            }
        }
        self.last_bit.store(true, Relaxed);
        Ok(())
    }
}
