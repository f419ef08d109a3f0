//! One simulated bank while it is hosted: its state, kept up with the clock.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use quita_banks::contract::HttpResponse;
use quita_banks::simulator::{Callback, Entropy, Signer, SimReply, SimRequest, Simulator};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::sync::{Notify, mpsc};

use crate::clock::SimClock;
use crate::entropy::SplitMix;
use crate::files;

/// Times that a simulator may be told of the same instant before it counts as broken.
const PATIENCE: u32 = 1000;

/// A simulated bank, shared by its server, its timer and its callers.
pub(crate) struct Hosted {
    pub(crate) name: String,
    clock: Arc<SimClock>,
    file: Option<PathBuf>,
    state: Mutex<State>,
    outbox: mpsc::UnboundedSender<Callback>,
    /// Something may now be due, or may have changed.
    pub(crate) acted: Notify,
    /// The state is not what was last saved.
    pub(crate) unsaved: Notify,
    delivered: Condvar,
}

struct State {
    simulator: Box<dyn Simulator>,
    rng: SplitMix,
    /// Callbacks handed out and not yet reported on.
    pending: BTreeSet<u64>,
    /// The simulator has seen this instant; it sees none before it.
    latest: Timestamp,
    /// Nobody makes calls any more.
    ended: bool,
    saved: bool,
}

/// What is kept between runs.
#[derive(Serialize, Deserialize)]
struct Kept {
    simulator: Json,
    entropy: u64,
    pending: BTreeSet<u64>,
}

impl Hosted {
    /// A bank, its state taken from `file` when there is one. Callbacks go to `outbox`.
    pub(crate) fn open(
        name: String,
        simulator: Box<dyn Simulator>,
        clock: Arc<SimClock>,
        seed: u64,
        file: Option<PathBuf>,
        outbox: mpsc::UnboundedSender<Callback>,
    ) -> io::Result<Self> {
        let mut state = State {
            simulator,
            rng: SplitMix { state: seed },
            pending: BTreeSet::new(),
            latest: Timestamp::MIN,
            ended: false,
            saved: true,
        };
        if let Some(path) = &file {
            state.restore(path, clock.now())?;
        }
        Ok(Self {
            name,
            clock,
            file,
            state: Mutex::new(state),
            outbox,
            acted: Notify::new(),
            unsaved: Notify::new(),
            delivered: Condvar::new(),
        })
    }

    /// Answers a request.
    pub(crate) fn handle(&self, request: &SimRequest, signer: &dyn Signer) -> SimReply {
        self.act(|simulator, now, rng| simulator.handle_with(request, now, rng, signer))
    }

    /// Takes the end of a callback.
    pub(crate) fn called_back(&self, id: u64, answer: Option<&HttpResponse>) {
        self.act_on(|state, now| {
            state.pending.remove(&id);
            state.simulator.answered(id, answer, now);
        });
        self.delivered.notify_all();
    }

    /// Does what is due by now.
    pub(crate) fn catch_up(&self) {
        self.act(|_, _, _| ());
    }

    /// When it next has something to do by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.lock().simulator.due()
    }

    /// Waits until every callback handed out has ended.
    pub(crate) fn settle(&self) {
        let busy = |state: &mut State| !state.pending.is_empty() && !state.ended;
        drop(self.delivered.wait_while(self.lock(), busy));
    }

    /// No calls are made from now on; nobody waits for those under way.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
        self.delivered.notify_all();
    }

    /// Lets somebody act on the simulator, with all that was due before done, and done after.
    pub(crate) fn act<T>(
        &self,
        act: impl FnOnce(&mut dyn Simulator, Timestamp, &mut dyn Entropy) -> T,
    ) -> T {
        self.act_on(|state, now| act(state.simulator.as_mut(), now, &mut state.rng))
    }

    fn act_on<T>(&self, act: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.lock();
        let now = self.clock.now();
        let mut calls = state.catch_up(now, &self.name);
        state.latest = now;
        let result = act(&mut state, now);
        calls.extend(state.catch_up(now, &self.name));
        for call in calls {
            let id = call.id;
            // Under the lock, so that they leave in the order they were made. At shutdown nobody
            // takes them; they stay pending and are reported as failed on the next start.
            let _ = self.outbox.send(call);
            state.pending.insert(id);
        }
        state.saved = false;
        drop(state);
        self.acted.notify_one();
        self.unsaved.notify_one();
        result
    }

    /// Writes the state to its file, when it has one and something changed.
    pub(crate) fn save(&self) -> io::Result<()> {
        let Some(path) = &self.file else { return Ok(()) };
        let mut state = self.lock();
        if state.saved {
            return Ok(());
        }
        let kept = Kept {
            simulator: state.simulator.snapshot(),
            entropy: state.rng.state,
            pending: state.pending.clone(),
        };
        state.saved = true;
        drop(state);
        let written = serde_json::to_vec(&kept).map_err(io::Error::from);
        let written = written.and_then(|bytes| files::write(path, &bytes));
        if written.is_err() {
            self.lock().saved = false;
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Lets the simulator do, one by one and each at its hour, what is due by `now`.
    fn catch_up(&mut self, now: Timestamp, name: &str) -> Vec<Callback> {
        let mut calls = Vec::new();
        let mut standing = 0;
        while let Some(due) = self.simulator.due().filter(|due| *due <= now) {
            standing = if due > self.latest { 0 } else { standing + 1 };
            if standing > PATIENCE {
                tracing::error!(bank = name, %due, "the simulator does not do what is due");
                break;
            }
            self.latest = self.latest.max(due);
            calls.extend(self.simulator.tick(self.latest, &mut self.rng));
        }
        calls
    }

    fn restore(&mut self, path: &PathBuf, now: Timestamp) -> io::Result<()> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let kept: Kept = serde_json::from_slice(&bytes)?;
        self.simulator.restore(kept.simulator).map_err(io::Error::other)?;
        self.rng.state = kept.entropy;
        for id in kept.pending {
            self.simulator.called_back(id, None, now);
        }
        Ok(())
    }
}
