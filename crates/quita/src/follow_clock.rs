//! The clock of a simulator in another process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quita_engine::clock::Clock;
use serde::Deserialize;

use crate::failure::Failure;

/// Runs ahead of the computer's clock by as much as the simulator's does, asked ten times a
/// second.
pub(crate) struct FollowedClock {
    ahead_us: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Deserialize)]
struct Told {
    now: Timestamp,
}

impl FollowedClock {
    /// Follows the clock behind this control address.
    pub(crate) fn start(control_url: &str) -> Result<Self, Failure> {
        let url = format!("{}/_sim/clock", control_url.trim_end_matches('/'));
        let ahead_us = Arc::new(AtomicI64::new(ask(&url)?));
        let stop = Arc::new(AtomicBool::new(false));
        let (kept, ended) = (Arc::clone(&ahead_us), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("clock".into()).spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                if let Ok(ahead) = ask(&url) {
                    kept.store(ahead, Ordering::Relaxed);
                }
                std::thread::park_timeout(Duration::from_millis(100));
            }
        })?;
        Ok(Self { ahead_us, stop, thread: Some(thread) })
    }
}

impl Clock for FollowedClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_micros(self.ahead_us.load(Ordering::Relaxed));
        Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }
}

impl Drop for FollowedClock {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Microseconds by which the simulator is ahead of this computer.
fn ask(url: &str) -> Result<i64, Failure> {
    let mut answer = ureq::get(url).call()?;
    let body = answer.body_mut().read_to_vec()?;
    let told: Told = serde_json::from_slice(&body)?;
    Ok(told.now.as_microsecond() - Timestamp::now().as_microsecond())
}
