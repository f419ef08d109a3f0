//! Orders a boleto at its bank: intent, commit, call, outcome.

use std::time::Duration;

use jiff::Timestamp;
use quita_banks::contract::{Done, Op, Outcome};
use quita_core::fact::{Channel, Fact, Refusal};
use quita_core::fold::Status;
use quita_store::boletos::{self, Boleto};
use quita_store::jobs::Job;
use quita_store::{StoreError, attempts};

use super::clarify::is_open;
use super::{Kind, backoff, enqueue, finish, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, after_ms};
use crate::connection::connect;
use crate::error::Error;
use crate::learn::{NOT_SENT, learn, open_pending};
use crate::planted::{self, Bug};
use crate::world::World;

/// The word of these attempts.
pub(super) const OPERATION: &str = "issue";

/// Outcome of an order that the bank surely does not have.
pub(super) const ABSENT: &str = "absent";
/// As [`ABSENT`], after the bank had refused it.
pub(super) const REFUSED_ABSENT: &str = "refused_absent";
/// What the outcome of an open attempt seems to be when the bank refused it.
pub(super) const REFUSED: &str = "refused";

/// What the outcome of an open attempt seems to be when the bank says that it has it already.
pub(super) const KNOWN: &str = "known";

/// A person is told when an order has not reached the bank for so long.
const TELL_AFTER_SECONDS: i64 = 15 * 60;

/// An intent of this age is not followed by its call any more.
const STALE_SECONDS: i64 = 60;

/// First look at a boleto that the bank took.
const FIRST_LOOK_MS: i64 = 500;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let subject = job.subject.clone();
    let (boleto, tried) = world
        .store
        .read(move |tx| Ok((boletos::get(tx, &subject)?, attempts::of_boleto(tx, &subject)?)))?;
    let Some(boleto) = boleto else { return end(world, job) };
    if boleto.status != Status::Created || boleto.bank_id.is_some() {
        return end(world, job);
    }
    let earlier = tried.iter().filter(|a| a.operation == OPERATION);
    if earlier.clone().any(|a| a.closed_at.is_none()) && !planted::is(Bug::BlindRetry) {
        return clarify(world, job, &boleto, None, "");
    }
    // After an order that may have arrived, a refusal may be the bank knowing it already. A
    // second refusal is believed: after the first the bank surely did not have it.
    let mut looked_for = earlier.filter_map(|a| a.outcome.as_deref());
    let doubt = looked_for.rfind(|o| o.ends_with(ABSENT)) == Some(ABSENT);

    let connection = connect(world, &boleto.account_id)?;
    let op = Op::Issue(Box::new(boleto.order.clone()));
    let prepared = match call::prepare(world, &connection, op) {
        Ok(prepared) => prepared,
        Err(NotNow::Later { at, reason }) => return put_off(world, job, at, reason),
        Err(NotNow::Never(refusal)) => return refused(world, job, None, refusal),
    };
    (world.crash_point)("issue.before_intent");
    let intended = (world.clock.now(), world.clock.steady());
    let attempt = match open_intent(world, &boleto)? {
        Intent::Open(attempt) => attempt,
        Intent::Moved => return end(world, job),
        Intent::InDoubt => return clarify(world, job, &boleto, None, ""),
    };
    (world.crash_point)("issue.intent");
    if is_stale(world, intended) {
        // This machine was stopped: others may have found the intent, and ordered instead.
        let reason = "o envio demorou a começar".to_owned();
        return not_done(world, job, &attempt, "not_sent", reason, None);
    }
    let called = call::send(world, &connection, prepared)?;
    (world.crash_point)("issue.answered");

    match called {
        Called::NotSent(reason) => not_done(world, job, &attempt, "not_sent", reason, None),
        Called::Answered(Outcome::Transient { reason, retry_after_s }) => {
            not_done(world, job, &attempt, "transient", reason, retry_after_s)
        }
        Called::Answered(Outcome::Unauthorized) => {
            let reason = "o banco não aceitou o token".to_owned();
            not_done(world, job, &attempt, "not_sent", reason, Some(60))
        }
        Called::Answered(Outcome::Rejected(refusal)) if doubt => {
            clarify(world, job, &boleto, Some((&attempt, Some(REFUSED))), &refusal.message)
        }
        Called::Answered(Outcome::Rejected(refusal)) => refused(world, job, Some(attempt), refusal),
        Called::Answered(Outcome::Done(Done::Reports(reports))) => {
            let facts: Vec<Fact> = reports.into_iter().flat_map(|r| r.facts).collect();
            taken(world, job, &boleto, attempt, facts)
        }
        Called::Answered(Outcome::Unknown { reason }) if planted::is(Bug::SilenceIsRefusal) => {
            refused(world, job, Some(attempt), Refusal { message: reason, ..Refusal::default() })
        }
        Called::Answered(Outcome::Unknown { reason }) => {
            clarify(world, job, &boleto, Some((&attempt, None)), &reason)
        }
        Called::Answered(Outcome::AlreadyThere { reason }) if planted::is(Bug::TwinIsRefusal) => {
            refused(world, job, Some(attempt), Refusal { message: reason, ..Refusal::default() })
        }
        Called::Answered(Outcome::AlreadyThere { reason }) => {
            clarify(world, job, &boleto, Some((&attempt, Some(KNOWN))), &reason)
        }
        Called::Answered(Outcome::Done(_) | Outcome::Page { .. }) => {
            let reason = "resposta inesperada do banco";
            clarify(world, job, &boleto, Some((&attempt, None)), reason)
        }
    }
}

/// Whether an intent of that instant is too old, by either way of measuring.
fn is_stale(world: &World, (at, steady): (Timestamp, Option<Duration>)) -> bool {
    let passed = world.clock.steady().zip(steady).map(|(now, then)| now.saturating_sub(then));
    after(at, STALE_SECONDS) <= world.clock.now()
        || passed.is_some_and(|passed| passed.as_secs() >= STALE_SECONDS.unsigned_abs())
}

/// What became of writing the intent down.
enum Intent {
    /// Committed, under this id.
    Open(String),
    /// The boleto has moved on in the meantime.
    Moved,
    /// Another worker has called, and what came of it is not known.
    InDoubt,
}

/// Commits the intent, unless something has happened since the boleto was read.
fn open_intent(world: &World, boleto: &Boleto) -> Result<Intent, Error> {
    let (id, company) = (boleto.id.clone(), boleto.company_id.clone());
    let attempt = world.tx(move |tx, mut ids| {
        let attempt = ids.next_id();
        boletos::lock(tx, &id)?;
        let current = boletos::get(tx, &id)?;
        if current.is_none_or(|b| b.status != Status::Created || b.bank_id.is_some()) {
            return Ok(Intent::Moved);
        }
        let tried = attempts::of_boleto(tx, &id)?;
        let mut open = tried.iter().filter(|a| a.operation == OPERATION && a.closed_at.is_none());
        if open.next().is_some() && !planted::is(Bug::BlindRetry) {
            return Ok(Intent::InDoubt);
        }
        if !planted::is(Bug::NoIntent) {
            attempts::open(tx, &attempt, &company, &id, OPERATION, ids.now())?;
        }
        Ok(Intent::Open(attempt))
    })?;
    Ok(attempt)
}

fn taken(
    world: &World,
    job: &Job,
    boleto: &Boleto,
    attempt: String,
    facts: Vec<Fact>,
) -> Result<(), Error> {
    let (job, id, company) = (job.clone(), boleto.id.clone(), boleto.company_id.clone());
    world.tx(move |tx, mut ids| {
        attempts::close(tx, &attempt, "done", "", ids.now())?;
        learn(tx, &mut ids, &id, Channel::Query, &facts)?;
        let look = after_ms(ids.now(), FIRST_LOOK_MS);
        enqueue(tx, &mut ids, &company, Kind::Follow, &id, look)?;
        finish(tx, &job)
    })?;
    (world.crash_point)("issue.recorded");
    Ok(())
}

fn refused(
    world: &World,
    job: &Job,
    attempt: Option<String>,
    refusal: Refusal,
) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        if let Some(attempt) = &attempt {
            attempts::close(tx, attempt, "rejected", &refusal.message, ids.now())?;
        }
        let facts = [Fact::Refused(refusal.clone())];
        learn(tx, &mut ids, &job.subject, Channel::Query, &facts)?;
        finish(tx, &job)
    })?;
    Ok(())
}

fn not_done(
    world: &World,
    job: &Job,
    attempt: &str,
    outcome: &'static str,
    reason: String,
    retry_after_s: Option<u32>,
) -> Result<(), Error> {
    let at = match retry_after_s {
        Some(seconds) => after(world.clock.now(), i64::from(seconds)),
        None => backoff(world, job.tries),
    };
    let (job, attempt) = (job.clone(), attempt.to_owned());
    world.tx(move |tx, mut ids| {
        attempts::close(tx, &attempt, outcome, &reason, ids.now())?;
        if let Some(boleto) = boletos::get(tx, &job.subject)?.filter(is_open)
            && after(boleto.created_at, TELL_AFTER_SECONDS) <= ids.now()
        {
            let message = format!(
                "O boleto {} ainda não foi ao banco: {reason}. O quita continua tentando.",
                boleto.order.document_number
            );
            open_pending(tx, &mut ids, &boleto, NOT_SENT, message)?;
        }
        postpone(tx, &job, at, &reason)
    })?;
    Ok(())
}

/// The outcome is unknown, whatever it seems to be: the intent stays open, and asking takes
/// over.
fn clarify(
    world: &World,
    job: &Job,
    boleto: &Boleto,
    attempt: Option<(&str, Option<&'static str>)>,
    reason: &str,
) -> Result<(), Error> {
    if planted::is(Bug::BlindRetry) {
        return put_off(world, job, after(world.clock.now(), 1), reason.to_owned());
    }
    let (job, id, company) = (job.clone(), boleto.id.clone(), boleto.company_id.clone());
    let attempt = attempt.map(|(id, seems)| (id.to_owned(), seems));
    let reason = reason.to_owned();
    world.tx(move |tx, mut ids| -> Result<(), StoreError> {
        if let Some((attempt, seems)) = &attempt {
            attempts::note(tx, attempt, *seems, &reason)?;
        }
        let at = after(ids.now(), 1);
        enqueue(tx, &mut ids, &company, Kind::Clarify, &id, at)?;
        finish(tx, &job)
    })?;
    Ok(())
}

fn put_off(world: &World, job: &Job, at: Timestamp, why: String) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, _| postpone(tx, &job, at, &why))?;
    Ok(())
}

fn end(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, _| finish(tx, &job))?;
    Ok(())
}
