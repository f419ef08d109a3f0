//! All that one run consists of: time, chance, bank, the process under test and who deals
//! with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use quita_banks::simulator::{Callback, SimRequest};
use quita_engine::clock::{Clock, after};
use quita_engine::workers::Kind;
use quita_engine::world::World;

use crate::actor::Actor;
use crate::bank::Bank;
use crate::chance::Chance;
use crate::clerk;
use crate::office;

use crate::people::{People, Task};
use crate::plan::Plan;
use crate::trace::Trace;

/// The end of the process, thrown at a place where it may be killed.
pub(crate) struct Crash;

/// Workers that come in between go no deeper.
const DEEPEST: usize = 2;
/// Others take a worker's jobs when it sleeps for so long.
const LEASE_MS: i64 = 600_000;
/// What others do while a worker sleeps.
const STEPS_ASLEEP: u32 = 12;
/// The last place before a request leaves.
pub(crate) const BEFORE_REQUEST: &str = "wire.before";

/// Where lines and boletos were read, and matches are not written yet.
const MATCHING: &str = "reconcile.read";

/// One run.
pub(crate) struct Universe {
    pub(crate) plan: Plan,
    pub(crate) bank: Bank,
    pub(crate) trace: Trace,
    /// Who is next, and what people do.
    pub(crate) chance: Chance,
    /// What fails.
    pub(crate) faults: Chance,
    micros: AtomicI64,
    skew: AtomicI64,
    quiet: AtomicBool,
    depth: AtomicUsize,
    world: Mutex<Option<Arc<World>>>,
    notices: Mutex<Vec<Callback>>,
    delivering: Mutex<Vec<u64>>,
    late: Mutex<Vec<(Timestamp, SimRequest)>>,
    agenda: Mutex<BTreeMap<(Timestamp, u64), Task>>,
    planned: AtomicI64,
    people: Mutex<People>,
    post: Mutex<office::Taken>,
    /// Looks at accounts so far.
    looks: AtomicUsize,
    violations: Mutex<Vec<String>>,
}

/// What a mutex guards, whatever happened to others that held it.
fn within<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Universe {
    pub(crate) fn new(seed: u64, plan: Plan) -> Self {
        Self {
            micros: AtomicI64::new(plan.start.as_microsecond()),
            skew: AtomicI64::new(0),
            bank: Bank::new(seed, plan.at),
            plan,
            trace: Trace::default(),
            chance: Chance::new(seed, "schedule"),
            faults: Chance::new(seed, "faults"),
            quiet: AtomicBool::new(false),
            depth: AtomicUsize::new(0),
            world: Mutex::default(),
            notices: Mutex::default(),
            delivering: Mutex::default(),
            late: Mutex::default(),
            agenda: Mutex::default(),
            planned: AtomicI64::new(0),
            people: Mutex::default(),
            post: Mutex::default(),
            looks: AtomicUsize::new(0),
            violations: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.micros.load(Ordering::Relaxed)).unwrap_or(Timestamp::MAX)
    }

    /// The time on the process's clock, which may be wrong.
    pub(crate) fn process_now(&self) -> Timestamp {
        after(self.now(), self.skew())
    }

    /// By how many seconds the process's clock is ahead of the bank's.
    pub(crate) fn skew(&self) -> i64 {
        self.skew.load(Ordering::Relaxed)
    }

    /// Sets the process's clock ahead of the bank's, or behind.
    pub(crate) fn set_skew(&self, seconds: i64) {
        self.log(format_args!("the process's clock is {seconds} s ahead"));
        self.skew.store(seconds, Ordering::Relaxed);
        // Leases may have ended by that.
        self.excuse_letters();
    }

    /// Lets so much time pass.
    pub(crate) fn pass_ms(&self, milliseconds: i64) {
        self.micros.fetch_add(milliseconds * 1000, Ordering::Relaxed);
    }

    /// Goes on to an instant; never back.
    pub(crate) fn pass_to(&self, instant: Timestamp) {
        self.micros.fetch_max(instant.as_microsecond(), Ordering::Relaxed);
    }

    /// A line of the event log.
    pub(crate) fn log(&self, text: impl std::fmt::Display) {
        let depth = "  ".repeat(self.depth.load(Ordering::Relaxed));
        self.trace.line(format!("{} {depth}{text}", self.now()));
    }

    /// Something that must never be.
    pub(crate) fn violated(&self, what: String) {
        self.log(format_args!("VIOLATION {what}"));
        within(&self.violations).push(what);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        within(&self.violations).clone()
    }

    /// No more faults from here on.
    pub(crate) fn calm(&self) {
        self.quiet.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.quiet.load(Ordering::Relaxed)
    }

    /// Whether a fault of this rate happens now.
    pub(crate) fn fails(&self, what: &str, per_thousand: u32) -> bool {
        let happens = !self.is_calm() && self.faults.happens(per_thousand);
        if happens {
            self.trace.count(format!("fault {what}"));
        }
        happens
    }

    /// A place where the process may be killed, where a worker may be stopped for long (as a
    /// machine that is put to sleep), or where another may come in between.
    pub(crate) fn crash_point(&self, name: &'static str) {
        self.trace.count(format!("point {name}"));
        let rate = match name {
            // Places that few runs come by.
            "batch.issued" | "mail.sent" => self.plan.crash.max(self.plan.crash_in_files),
            "statement.fetched" | "statement.recorded" | MATCHING | "reconcile.matched" => {
                self.plan.crash.max(self.plan.statements.as_ref().map_or(0, |s| s.crash))
            }
            _ => self.plan.crash,
        };
        if !self.is_calm() && self.faults.happens(rate) {
            self.crash(name);
        }
        let meddling = self.plan.statements.as_ref().map_or(0, |s| s.meddling);
        if name == MATCHING
            && self.chance.happens(meddling)
            && let Some(world) = self.world()
        {
            clerk::decide(self, &world);
        }
        // Just before a request leaves, only the operating system could still hold it up.
        if name != BEFORE_REQUEST && self.fails("asleep", self.plan.asleep) {
            self.log(format_args!("asleep at {name}"));
            self.pass_ms(self.faults.between(LEASE_MS, 2 * LEASE_MS));
            self.excuse_letters();
            for _ in 0..STEPS_ASLEEP {
                self.meanwhile();
            }
        } else if self.chance.happens(self.plan.meanwhile) {
            self.meanwhile();
        }
    }

    /// Kills the process.
    pub(crate) fn crash(&self, name: &'static str) -> ! {
        self.trace.count(format!("crash {name}"));
        self.log(format_args!("CRASH at {name}"));
        // Not a panic to report: no hook is called.
        std::panic::resume_unwind(Box::new(Crash))
    }

    /// Another worker of the same process, or whoever else has something to do.
    fn meanwhile(&self) {
        if self.depth.load(Ordering::Relaxed) >= DEEPEST {
            return;
        }
        let Some(world) = self.world() else { return };
        let mut idle = Actor::of_run(&self.plan);
        self.depth.fetch_add(1, Ordering::Relaxed);
        while !idle.is_empty() {
            let actor = idle.swap_remove(self.chance.place(idle.len()));
            if actor.work(self, &world) {
                self.trace.count(format!("meanwhile {actor:?}"));
                break;
            }
        }
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// A worker did a job.
    pub(crate) fn worked(&self, kind: Kind) {
        if kind == Kind::Sync {
            self.looks.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How often an account was looked at.
    pub(crate) fn looks(&self) -> usize {
        self.looks.load(Ordering::Relaxed)
    }

    /// The process, while it runs.
    pub(crate) fn world(&self) -> Option<Arc<World>> {
        within(&self.world).clone()
    }

    /// A process starts, or is gone.
    pub(crate) fn set_world(&self, world: Option<Arc<World>>) {
        self.depth.store(0, Ordering::Relaxed);
        let old = std::mem::replace(&mut *within(&self.world), world);
        drop(old);
    }

    /// Notices of the bank on their way to us.
    pub(crate) fn notices(&self) -> MutexGuard<'_, Vec<Callback>> {
        within(&self.notices)
    }

    /// Notices that we have not answered yet.
    pub(crate) fn delivering(&self) -> MutexGuard<'_, Vec<u64>> {
        within(&self.delivering)
    }

    /// A request will reach the bank late.
    pub(crate) fn send_late(&self, at: Timestamp, request: SimRequest) {
        within(&self.late).push((at, request));
    }

    /// Late requests whose time has come reach the bank. False when there were none.
    pub(crate) fn late_arrive(&self) -> bool {
        let now = self.now();
        let mut arrived: Vec<_> = within(&self.late).extract_if(.., |(at, _)| *at <= now).collect();
        arrived.sort_by_key(|(at, _)| *at);
        for (at, request) in &arrived {
            self.log(format_args!("  {} {} came late, at {at}", request.method, request.path));
            self.bank.handle(request, *at);
        }
        !arrived.is_empty()
    }

    pub(crate) fn people(&self) -> MutexGuard<'_, People> {
        within(&self.people)
    }

    /// The letters that the mail server took.
    pub(crate) fn post(&self) -> MutexGuard<'_, office::Taken> {
        within(&self.post)
    }

    /// A process that had letters taken, and did not write it down yet, is gone or too late: they
    /// may be sent once more.
    pub(crate) fn excuse_letters(&self) {
        if let Some(world) = self.world().filter(|_| self.plan.files > 0) {
            office::excuse(self, &world);
        }
    }

    /// Plans something that people do.
    pub(crate) fn plan_task(&self, at: Timestamp, task: Task) {
        let order = self.planned.fetch_add(1, Ordering::Relaxed).unsigned_abs();
        within(&self.agenda).insert((at, order), task);
    }

    /// The next thing that people do, if its time has come.
    pub(crate) fn next_task(&self) -> Option<Task> {
        let mut agenda = within(&self.agenda);
        let first = agenda.first_entry()?;
        (first.key().0 <= self.now()).then(|| first.remove())
    }

    /// When something is due that is not the engine's work.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let task = within(&self.agenda).first_key_value().map(|((at, _), _)| *at);
        let late = within(&self.late).iter().map(|(at, _)| *at).min();
        [task, late, self.bank.due()].into_iter().flatten().min()
    }
}

/// The clock of the process.
pub(crate) struct RunClock(pub(crate) Arc<Universe>);

impl Clock for RunClock {
    fn now(&self) -> Timestamp {
        self.0.process_now()
    }

    fn steady(&self) -> Option<Duration> {
        Some(Duration::from_micros(self.0.now().as_microsecond().unsigned_abs()))
    }
}
