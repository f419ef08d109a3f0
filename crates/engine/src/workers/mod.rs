//! Workers: what is done after the answer to the caller. Each takes a job, compares what is
//! wanted with what is, and closes the gap; each may be killed at any point and run again.

mod batch;
mod carry;
mod clarify;
mod contract;
mod follow;
mod housekeeping;
mod issue;
mod mail;
mod reconcile;
mod returns;
mod run;
mod silent_webhook;
mod statement;
mod sync;

pub use housekeeping::housekeeping;
pub use run::{Bell, Workers};
pub use statement::statement_cursor;
pub use sync::cursor;

use jiff::Timestamp;
use quita_store::jobs::{self, Job};
use quita_store::{StoreError, Tx};

use crate::call;
use crate::clock::{after, after_ms};
use crate::error::Error;
use crate::https;
use crate::ids::Ids;
use crate::world::World;

/// Kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Order a boleto at its bank.
    Issue,
    /// Find out whether an order without an answer was carried out.
    Clarify,
    /// Read one boleto until neither it nor a change of it is on its way.
    Follow,
    /// Bring the bank to what people want of a boleto: cancel, change it or its terms.
    Carry,
    /// Learn all that is new at one account.
    Sync,
    /// Issue the rows of a file.
    Batch,
    /// Send an e-mail.
    Mail,
    /// Issue the periods of a contract whose day has come.
    Contract,
    /// Read the statement of an account at its bank.
    Statement,
    /// Match the lines of an account with what is owed.
    Reconcile,
    /// Learn what a return file tells.
    Return,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Issue,
        Self::Clarify,
        Self::Follow,
        Self::Carry,
        Self::Sync,
        Self::Batch,
        Self::Mail,
        Self::Contract,
        Self::Statement,
        Self::Reconcile,
        Self::Return,
    ];

    /// Work about one boleto.
    pub const ABOUT_BOLETOS: [Self; 4] = [Self::Issue, Self::Clarify, Self::Follow, Self::Carry];

    /// The word in the queue.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Clarify => "clarify",
            Self::Follow => "follow",
            Self::Carry => "carry",
            Self::Sync => "sync",
            Self::Batch => "batch",
            Self::Mail => "mail",
            Self::Contract => "contract",
            Self::Statement => "statement",
            Self::Reconcile => "reconcile",
            Self::Return => "return",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How many jobs a worker takes at a time.
pub(crate) const LOT: usize = 8;

/// A lease outlives a lot of which each job makes two slow calls.
const LEASE_SECONDS: i64 = LOT as i64 * 2 * https::TIMEOUT.as_secs() as i64 + 60;

/// Takes up to `lot` jobs that are due and does them one after another. Gives how many.
///
/// A job that fails is put off and shows its error; the others go on.
pub fn tick(world: &World, kinds: &[Kind], lot: usize) -> Result<usize, Error> {
    let words: Vec<&'static str> = kinds.iter().map(|k| k.word()).collect();
    let jobs = world.tx(move |tx, mut ids| {
        let lease = ids.next_token();
        jobs::claim(tx, lot, &words, ids.now(), &lease, after(ids.now(), LEASE_SECONDS))
    })?;
    let count = jobs.len();
    for job in jobs {
        do_one(world, &job)?;
    }
    Ok(count)
}

/// As [`tick`], with one job of one kind for the company whose turn it is after `last`, which
/// becomes that company.
fn tick_in_turn(world: &World, kind: Kind, last: &mut String) -> Result<usize, Error> {
    let after_company = last.clone();
    let job = world.tx(move |tx, mut ids| {
        let lease = ids.next_token();
        let until = after(ids.now(), LEASE_SECONDS);
        jobs::claim_in_turn(tx, kind.word(), &after_company, ids.now(), &lease, until)
    })?;
    let Some(job) = job else { return Ok(0) };
    last.clone_from(&job.company_id);
    do_one(world, &job)?;
    Ok(1)
}

fn do_one(world: &World, job: &Job) -> Result<(), Error> {
    if let Err(error) = run(world, job) {
        tracing::error!(kind = job.kind, subject = job.subject, %error, "job failed");
        put_off(world, job, &error.to_string())?;
    }
    Ok(())
}

fn run(world: &World, job: &Job) -> Result<(), Error> {
    match Kind::from_word(&job.kind) {
        Some(Kind::Issue) => issue::run(world, job),
        Some(Kind::Clarify) => clarify::run(world, job),
        Some(Kind::Follow) => follow::run(world, job),
        Some(Kind::Carry) => carry::run(world, job),
        Some(Kind::Sync) => sync::run(world, job),
        Some(Kind::Batch) => batch::run(world, job),
        Some(Kind::Mail) => mail::run(world, job),
        Some(Kind::Contract) => contract::run(world, job),
        Some(Kind::Statement) => statement::run(world, job),
        Some(Kind::Reconcile) => reconcile::run(world, job),
        Some(Kind::Return) => returns::run(world, job),
        None => Err(Error::internal(format!("unknown kind of job: {}", job.kind))),
    }
}

fn put_off(world: &World, job: &Job, why: &str) -> Result<(), Error> {
    let at = backoff(world, job.tries);
    let (job, why) = (job.clone(), why.to_owned());
    world.tx(move |tx, _| postpone(tx, &job, at, &why))?;
    Ok(())
}

/// When to try again: somewhere in a span that doubles with each try, up to ten minutes.
fn backoff(world: &World, tries: i64) -> Timestamp {
    let span = 1000_i64 << tries.clamp(0, 10);
    let mut chance = [0; 8];
    chance.copy_from_slice(&world.entropy.bytes()[..8]);
    let chance = i64::from_le_bytes(chance) & i64::MAX;
    after_ms(world.clock.now(), 250 + chance % span.min(600_000))
}

/// Ends a job. When the lease was lost, whoever has it now will see what was done.
fn finish(tx: &mut Tx, job: &Job) -> Result<(), StoreError> {
    jobs::finish(tx, &job.id, &job.lease)?;
    Ok(())
}

/// Puts a job off, with the reason that people see. Where it only waits its turn, it was not tried.
fn postpone(tx: &mut Tx, job: &Job, at: Timestamp, why: &str) -> Result<(), StoreError> {
    let put_off = if call::is_no_trouble(why) { jobs::put_back } else { jobs::postpone };
    put_off(tx, &job.id, &job.lease, at, why)?;
    Ok(())
}

/// Adds work about a subject, or pulls forward what is there.
pub(crate) fn enqueue(
    tx: &mut Tx,
    ids: &mut Ids,
    company_id: &str,
    kind: Kind,
    subject: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let id = ids.next_id();
    let kind = kind.word();
    jobs::enqueue(
        tx,
        &jobs::NewJob { id: &id, company_id, kind, subject, run_at: at, created_at: ids.now() },
    )
}
