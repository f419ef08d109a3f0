//! The loop: a seed decides who is next, what fails and when the process dies.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;
use quita_engine::clock::after;
use quita_store::{Store, StoreError};

use crate::actor::Actor;
use crate::bank::At;
use crate::plan::Plan;
use crate::trace::{self, Counts};
use crate::universe::{Crash, Universe};
use crate::{checks, house, people, proof};

/// All must be well so long after the last fault: some things are looked at once a day.
const REST_SECONDS: i64 = 30 * 3600;
/// The same where payments are told on the next business day, which a weekend with a holiday may
/// put off.
const ITAU_REST_SECONDS: i64 = 8 * 86_400;
/// The last late row is shown, is read on the next business day, and its day is proved.
const STATEMENT_REST_SECONDS: i64 = 14 * 86_400;
/// More steps than any run needs: one that goes on does not come to rest.
const STEPS: u32 = 100_000;
/// What holds at every moment is looked at after so many steps.
const CHECK_EVERY: u32 = 40;

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// Its seed.
    pub seed: u64,
    /// What was wrong; empty when all was well.
    pub violations: Vec<String>,
    /// All that happened.
    pub log: Vec<String>,
    /// The same runs have the same hash.
    pub hash: u64,
    /// How often each fault, crash and place was met.
    pub counts: Counts,
}

/// Runs one seed from the first order to the last receipt, some hours or days.
pub fn run(seed: u64) -> Run {
    run_plan(seed, Plan::draw)
}

/// Runs one seed for some days at Itaú, whose ways are its own: numbers given here, orders taken and
/// registered later, payments told on the next business day.
pub fn itau(seed: u64) -> Run {
    run_plan(seed, Plan::itau)
}

/// Runs one seed for some weeks, in which statements are read and their lines matched.
pub fn months(seed: u64) -> Run {
    run_plan(seed, Plan::months)
}

/// As [`months`], at Itaú.
pub fn itau_months(seed: u64) -> Run {
    run_plan(seed, Plan::itau_months)
}

fn run_plan(seed: u64, plan: fn(u64, Timestamp) -> Plan) -> Run {
    let start: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let universe = Arc::new(Universe::new(seed, plan(seed, start)));
    universe.log(format_args!("{:?}", universe.plan));
    let lived = catch_unwind(AssertUnwindSafe(|| live(&universe)));
    universe.set_world(None);
    match lived {
        Ok(Ok(())) => {}
        Ok(Err(error)) => universe.violated(format!("the database failed: {error}")),
        Err(panic) => universe.violated(format!("panic: {}", words(panic.as_ref()))),
    }
    let violations = universe.violations();
    let (log, counts) = universe.trace.take();
    Run { seed, violations, hash: trace::hash(&log), log, counts }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn live(universe: &Arc<Universe>) -> Result<(), StoreError> {
    let mut process = Process { universe, store: house::store(), runs: 0, steps: 0 };
    process.start();
    if let Some(world) = universe.world() {
        house::settle_in(universe, &world);
    }
    people::plan(universe);
    let end = after(universe.plan.start, universe.plan.active_seconds);
    while universe.now() < end && process.goes_on() {
        process.step(end)?;
    }
    if process.goes_on() {
        calm(universe);
        rest(&mut process)?;
    }
    Ok(())
}

/// The last fault was the last.
fn calm(universe: &Universe) {
    universe.log("no more faults");
    universe.calm();
    universe.set_skew(0);
    let now = universe.now();
    for switch in universe.bank.at.faults() {
        let value = serde_json::json!(0);
        let control = quita_banks::simulator::Control::Set { switch: (*switch).into(), value };
        universe.bank.must(&control, now);
    }
}

/// Everything becomes quiet and right by itself.
fn rest(process: &mut Process<'_>) -> Result<(), StoreError> {
    let universe = process.universe;
    let calm_at = universe.now();
    let rest = match (&universe.plan.statements, universe.plan.at) {
        (Some(_), _) => STATEMENT_REST_SECONDS,
        (None, At::Inter) => REST_SECONDS.max(2 * universe.plan.poll_seconds),
        (None, At::Itau) => ITAU_REST_SECONDS,
    };
    let deadline = after(calm_at, rest);
    let accounts = universe.people().accounts.len();
    let mut looks = universe.looks();
    loop {
        let done = universe.now() >= deadline;
        // Once every account was looked at since, all may be well already.
        let looked = universe.looks() != looks
            && checks::last_looks(&process.store, accounts)?.is_some_and(|at| at > calm_at);
        looks = universe.looks();
        if done || looked {
            if let Some(world) = universe.world() {
                while Actor::Housekeeping.work(universe, &world) {}
            }
            let wrong = checks::at_rest(universe, &process.store)?;
            if wrong.is_empty() {
                proof::count(universe, &process.store)?;
                universe.log(format_args!("all is well {}", summary(process)?));
                return Ok(());
            }
            if done {
                wrong.into_iter().for_each(|what| universe.violated(what));
                return Ok(());
            }
        }
        process.step(deadline)?;
        if !process.goes_on() {
            return Ok(());
        }
    }
}

/// What is known in the end, for the log.
fn summary(process: &Process<'_>) -> Result<String, StoreError> {
    let known = checks::known(process.universe, &process.store)?;
    let lines = known.iter().map(|one| {
        let kinds: Vec<_> = one.pending.iter().map(|item| &item.kind).collect();
        let receipts: Vec<_> = one.receipts.iter().map(|r| (&r.receipt_key, r.amount)).collect();
        let number = &one.boleto.order.document_number;
        format!("\n    {number} {:?} {receipts:?} {kinds:?}", one.boleto.status)
    });
    Ok(lines.collect())
}

/// The process under test, with the database that outlives it.
struct Process<'a> {
    universe: &'a Arc<Universe>,
    store: Store,
    runs: u64,
    steps: u32,
}

impl Process<'_> {
    fn start(&mut self) {
        self.runs += 1;
        self.universe.log(format_args!("process {} starts", self.runs));
        house::start(self.universe, &self.store, self.runs);
    }

    /// Nothing was wrong yet.
    fn goes_on(&self) -> bool {
        if self.steps == STEPS {
            self.universe.violated(format!("{STEPS} steps and no rest"));
        }
        self.universe.violations().is_empty()
    }

    /// One thing done by whom chance picks among those who have something to do; when nobody
    /// has, time goes on to the next instant at which somebody will.
    fn step(&mut self, end: Timestamp) -> Result<(), StoreError> {
        self.steps += 1;
        let jobs = checks::next_jobs(self.universe, &self.store)?;
        let now = self.universe.process_now();
        let mut idle = Actor::of_run(&self.universe.plan);
        // Workers without work, and numbers and seals at every step, would only cost time.
        idle.retain(|actor| match actor {
            Actor::Worker(kind) => jobs.iter().any(|(k, at)| k == kind.word() && *at <= now),
            Actor::Housekeeping => self.universe.chance.happens(150),
            _ => true,
        });
        while !idle.is_empty() {
            let actor = idle.swap_remove(self.universe.chance.place(idle.len()));
            if self.works(actor)? {
                self.universe.pass_ms(self.universe.chance.between(1, 30));
                if self.steps.is_multiple_of(CHECK_EVERY) {
                    let wrong = checks::always(self.universe, &self.store)?;
                    wrong.into_iter().for_each(|what| self.universe.violated(what));
                }
                return Ok(());
            }
        }
        // The process wakes by its own clock.
        let jobs = jobs.into_iter().map(|(_, at)| after(at, -self.universe.skew()));
        let next = jobs.chain(self.universe.due()).min().unwrap_or(end);
        self.universe.pass_to(next.min(end));
        self.universe.pass_ms(self.universe.chance.between(0, 250));
        Ok(())
    }

    /// Whether an actor had something to do. If the process dies of it, another one starts.
    fn works(&mut self, actor: Actor) -> Result<bool, StoreError> {
        let universe = self.universe;
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let Some(world) = universe.world() else { return false };
            let worked = actor.work(universe, &world);
            if worked && !universe.is_calm() && universe.faults.happens(universe.plan.crash_between)
            {
                universe.crash("between");
            }
            worked
        }));
        match worked {
            Ok(worked) => Ok(worked),
            Err(end) if end.is::<Crash>() => {
                self.restart();
                Ok(true)
            }
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// All memory is gone; who waited for an answer gets none.
    fn restart(&mut self) {
        let universe = self.universe;
        universe.excuse_letters();
        universe.set_world(None);
        let unanswered = std::mem::take(&mut *universe.delivering());
        for id in unanswered {
            universe.bank.answered(id, None, universe.now());
        }
        universe.pass_ms(universe.faults.between(100, 60_000));
        self.start();
    }
}
