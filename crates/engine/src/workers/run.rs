//! The threads of a running installation.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use quita_store::Engine;
use quita_store::jobs;

use super::housekeeping::{FULL_LOT, housekeeping};
use super::{Kind, LOT, tick, tick_in_turn};
use crate::error::Error;
use crate::exchange_folder;
use crate::world::World;

/// How long a thread rests when there is nothing to do and nobody wakes it.
const REST: Duration = Duration::from_millis(250);

/// Running workers; stopped when dropped.
pub struct Workers {
    stop: Arc<AtomicBool>,
    bells: [Arc<Bell>; 2],
    threads: Vec<JoinHandle<()>>,
}

/// Wakes resting threads.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.heard.notify_all();
    }

    fn rest(&self, heard: &mut u64) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.heard.wait_timeout_while(rung, REST, |rung| *rung == *heard);
        let (rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *heard = *rung;
    }
}

impl Workers {
    /// Starts `count` threads for boletos, one each for accounts, batches, contracts, e-mails,
    /// the exchange folder and housekeeping.
    pub fn start(world: &Arc<World>, count: usize) -> Result<Self, Error> {
        if world.store.engine() == Engine::Sqlite {
            // Nobody else works on this file: leases that stand were left by a killed process.
            world.tx(|tx, ids| jobs::release_all(tx, ids.now()))?;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let bell = Arc::clone(&world.bell);
        let mut threads = Vec::new();
        for number in 0..count.max(1) {
            let name = format!("boletos-{number}");
            let mut kinds = Kind::ABOUT_BOLETOS;
            threads.push(spawn(world, &stop, &bell, name, move |world| {
                // Each kind comes first in its turn, so that many orders starve nothing.
                kinds.rotate_left(1);
                tick(world, &kinds, LOT)
            })?);
        }
        threads.push(spawn(world, &stop, &bell, "accounts".into(), |world| {
            tick(world, &[Kind::Sync], 1)
        })?);
        threads.push(spawn(world, &stop, &bell, "batches".into(), |world| {
            tick(world, &[Kind::Return, Kind::Batch], 1)
        })?);
        threads.push(spawn(world, &stop, &bell, "contracts".into(), |world| {
            tick(world, &[Kind::Contract], 1)
        })?);
        threads.push(spawn(world, &stop, &bell, "statements".into(), |world| {
            tick(world, &[Kind::Statement, Kind::Reconcile], 1)
        })?);
        let mut last = String::new();
        threads.push(spawn(world, &stop, &bell, "mails".into(), move |world| {
            tick_in_turn(world, Kind::Mail, &mut last)
        })?);
        threads.push(spawn(world, &stop, &bell, "exchange".into(), exchange_folder::look_in_turn)?);
        // Not at every ring: it is cheap only in lots.
        let end = Arc::new(Bell::default());
        threads.push(spawn(world, &stop, &end, "housekeeping".into(), |world| {
            let done = housekeeping(world)?;
            Ok(if done < FULL_LOT { 0 } else { 1 })
        })?);
        Ok(Self { stop, bells: [bell, end], threads })
    }

    /// Lets every thread end what it is doing, and waits.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        for bell in &self.bells {
            bell.ring();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(
    world: &Arc<World>,
    stop: &Arc<AtomicBool>,
    bell: &Arc<Bell>,
    name: String,
    mut work: impl FnMut(&World) -> Result<usize, Error> + Send + 'static,
) -> Result<JoinHandle<()>, Error> {
    let (world, stop, bell) = (Arc::clone(world), Arc::clone(stop), Arc::clone(bell));
    std::thread::Builder::new()
        .name(name)
        .spawn(move || {
            let mut heard = 0;
            while !stop.load(Ordering::SeqCst) {
                match work(&world) {
                    Ok(0) => bell.rest(&mut heard),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::error!(%error, "worker");
                        bell.rest(&mut heard);
                    }
                }
            }
        })
        .map_err(|e| Error::internal(format!("no thread for a worker: {e}")))
}
