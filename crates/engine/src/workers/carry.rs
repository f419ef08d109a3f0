//! Brings the bank to what people want of a registered boleto: cancel it, change it.

use quita_banks::contract::{ChangeState, Done, Op, Outcome};
use quita_core::fact::{Channel, Fact};
use quita_core::fold::Status;
use quita_store::attempts::Attempt;
use quita_store::boletos::{self, Boleto, Wanted};
use quita_store::jobs::{self, Job};
use quita_store::{StoreError, Tx, attempts};

use super::{Kind, backoff, enqueue, finish, issue, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::after;
use crate::connection::connect;
use crate::error::Error;
use crate::ids::Ids;
use crate::learn::{learn, open_pending, values_changed};
use crate::world::World;

/// A refusal in doubt is believed after so many tries, each with a look in between.
const BELIEVED_AFTER: i64 = 4;

/// Operation of the attempts to cancel.
pub(super) const CANCEL: &str = "cancel";

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let subject = job.subject.clone();
    let (boleto, tried) = world
        .store
        .read(move |tx| Ok((boletos::get(tx, &subject)?, attempts::of_boleto(tx, &subject)?)))?;
    let Some(boleto) = boleto else { return world_finish(world, job) };
    close_cut_off(world, tried)?;
    let wanted = &boleto.wanted;
    let by_hand = boleto.settled_by_hand && !boleto.received.is_positive();
    match boleto.status {
        _ if wanted.is_empty() => return world_finish(world, job),
        // A cancellation that was taken and did not happen can be asked for again.
        Status::Registered | Status::CancellationRequested => {}
        // Settled outside the bank, it must still be closed there.
        Status::Settled if by_hand && wanted.cancel.is_some() => {}
        Status::Created => {
            let job = job.clone();
            world.tx(move |tx, ids| {
                postpone(tx, &job, after(ids.now(), 5), "o boleto ainda está a caminho")
            })?;
            return Ok(());
        }
        _ => return give_up(world, job, None),
    }
    let Some(bank_id) = boleto.bank_id.clone() else { return world_finish(world, job) };
    let nothing_to_say = wanted.cancel.is_none()
        && wanted.change_id.is_none()
        && wanted.expiration_date.is_none()
        && wanted.amount.is_none();
    if nothing_to_say {
        return world_finish(world, job);
    }
    let op = match (&wanted.cancel, &wanted.change_id) {
        (Some(reason), _) => Op::Cancel { bank_id, reason: reason.clone() },
        (None, Some(change_id)) => Op::ChangeStatus { change_id: change_id.clone() },
        (None, None) => {
            Op::Change { bank_id, expiration_date: wanted.expiration_date, amount: wanted.amount }
        }
    };
    let operation = match op {
        Op::Cancel { .. } => CANCEL,
        Op::Change { .. } => "change",
        _ => "change_status",
    };
    let connection = connect(world, &boleto.account_id)?;
    let prepared = match call::prepare(world, &connection, op) {
        Ok(prepared) => prepared,
        Err(NotNow::Later { at, reason }) => {
            let job = job.clone();
            world.tx(move |tx, _| postpone(tx, &job, at, &reason))?;
            return Ok(());
        }
        Err(NotNow::Never(refusal)) => {
            return give_up(world, job, Some((operation, refusal.message)));
        }
    };
    let (id, company) = (boleto.id.clone(), boleto.company_id.clone());
    let attempt = world.tx(move |tx, mut ids| {
        let attempt = ids.next_id();
        attempts::open(tx, &attempt, &company, &id, operation, ids.now())?;
        Ok(attempt)
    })?;
    (world.crash_point)("carry.intent");
    let called = call::send(world, &connection, prepared)?;
    (world.crash_point)("carry.answered");
    record(world, job, operation, attempt, called)
}

/// Calls that a crash cut off: what became of them is seen at the bank, as after silence.
fn close_cut_off(world: &World, tried: Vec<Attempt>) -> Result<(), Error> {
    let cut_off = |a: &Attempt| a.operation != issue::OPERATION && a.closed_at.is_none();
    let open: Vec<String> = tried.into_iter().filter(cut_off).map(|a| a.id).collect();
    if open.is_empty() {
        return Ok(());
    }
    world.tx(move |tx, ids| {
        for attempt in &open {
            attempts::close(tx, attempt, "unknown", "interrompida", ids.now())?;
        }
        Ok(())
    })?;
    Ok(())
}

fn record(
    world: &World,
    job: &Job,
    operation: &'static str,
    attempt: String,
    called: Called,
) -> Result<(), Error> {
    let later = backoff(world, job.tries);
    let job = job.clone();
    let (outcome, detail, rest) = match called {
        Called::NotSent(reason) => ("not_sent", reason, None),
        Called::Answered(Outcome::Transient { reason, .. }) => ("transient", reason, None),
        Called::Answered(Outcome::Unauthorized) => ("not_sent", "token".to_owned(), None),
        Called::Answered(Outcome::Unknown { reason } | Outcome::AlreadyThere { reason }) => {
            ("unknown", reason, None)
        }
        Called::Answered(Outcome::Rejected(refusal)) => {
            ("rejected", refusal.message.clone(), Some(Outcome::Rejected(refusal)))
        }
        Called::Answered(outcome) => ("done", String::new(), Some(outcome)),
    };
    world.tx(move |tx, mut ids| {
        attempts::close(tx, &attempt, outcome, &detail, ids.now())?;
        boletos::lock(tx, &job.subject)?;
        if !jobs::held(tx, &job.id, &job.lease)? {
            // Others have asked since, and what is wanted may be something else by now.
            return Ok(());
        }
        let Some(mut boleto) = boletos::get(tx, &job.subject)? else { return finish(tx, &job) };
        match &rest {
            // Asking for the same once more does no harm; first see what became of it.
            None => {
                let now = ids.now();
                enqueue(tx, &mut ids, &job.company_id, Kind::Follow, &job.subject, now)?;
                postpone(tx, &job, later, &detail)
            }
            Some(Outcome::Rejected(_)) => {
                // After a call without an answer, a refusal may mean that it was carried out.
                let earlier = attempts::of_boleto(tx, &job.subject)?;
                // One still open was cut off by a crash.
                let unknown = |o: Option<&str>| matches!(o, None | Some("unknown"));
                let doubt =
                    earlier.iter().any(|a| a.id != attempt && unknown(a.outcome.as_deref()));
                if doubt && job.tries <= BELIEVED_AFTER {
                    let now = ids.now();
                    enqueue(tx, &mut ids, &job.company_id, Kind::Follow, &job.subject, now)?;
                    return postpone(tx, &job, later, &detail);
                }
                refused(tx, &mut ids, &mut boleto, operation, &detail)?;
                rest_of(tx, &ids, &job, &boleto)
            }
            Some(Outcome::Done(Done::Change { change_id, state })) => {
                change(tx, &mut ids, &mut boleto, change_id, *state)?;
                if *state == ChangeState::Processing {
                    postpone(tx, &job, later, "o banco está fazendo a alteração")
                } else {
                    rest_of(tx, &ids, &job, &boleto)
                }
            }
            Some(_) => {
                let was_cancel = boleto.wanted.cancel.is_some();
                if was_cancel {
                    boleto.wanted.cancel = None;
                    boletos::save(tx, &boleto)?;
                    let facts = [Fact::CancellationTaken];
                    learn(tx, &mut ids, &job.subject, Channel::Query, &facts)?;
                }
                let now = ids.now();
                enqueue(tx, &mut ids, &job.company_id, Kind::Follow, &job.subject, now)?;
                finish(tx, &job)
            }
        }
    })?;
    Ok(())
}

fn change(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    change_id: &str,
    state: ChangeState,
) -> Result<(), StoreError> {
    match state {
        ChangeState::Processing => {
            boleto.wanted.change_id = Some(change_id.to_owned());
            boletos::save(tx, boleto)
        }
        ChangeState::Applied => {
            let amount = boleto.wanted.amount.take().unwrap_or(boleto.amount);
            let due = boleto.wanted.expiration_date.take().unwrap_or(boleto.expiration_date);
            boleto.wanted.change_id = None;
            values_changed(tx, ids, boleto, amount, due)?;
            let now = ids.now();
            enqueue(tx, ids, &boleto.company_id.clone(), Kind::Follow, &boleto.id.clone(), now)
        }
        ChangeState::Failed => refused(tx, ids, boleto, "change", "o banco não fez a alteração"),
    }
}

/// Ends the job, unless something else is still wanted.
fn rest_of(tx: &mut Tx, ids: &Ids, job: &Job, boleto: &Boleto) -> Result<(), StoreError> {
    if boleto.wanted.is_empty() {
        return finish(tx, job);
    }
    postpone(tx, job, after(ids.now(), 1), "")
}

/// The bank said no to this operation: what it was for is no longer wanted, and a person is
/// told.
fn refused(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    operation: &str,
    why: &str,
) -> Result<(), StoreError> {
    let message = format!(
        "O banco não aceitou a alteração ou o cancelamento do boleto {}: {why}",
        boleto.order.document_number
    );
    if operation == CANCEL {
        boleto.wanted.cancel = None;
        boleto.wanted.replacement = None;
    } else {
        boleto.wanted.expiration_date = None;
        boleto.wanted.amount = None;
        boleto.wanted.change_id = None;
    }
    boletos::save(tx, boleto)?;
    open_pending(tx, ids, boleto, "change_refused", message)?;
    let now = ids.now();
    enqueue(tx, ids, &boleto.company_id.clone(), Kind::Follow, &boleto.id.clone(), now)
}

/// Nothing can be done about it: the boleto has ended, or the bank has no such operation.
fn give_up(world: &World, job: &Job, why: Option<(&'static str, String)>) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        boletos::lock(tx, &job.subject)?;
        let Some(mut boleto) = boletos::get(tx, &job.subject)? else { return finish(tx, &job) };
        match &why {
            Some((operation, why)) => refused(tx, &mut ids, &mut boleto, operation, why)?,
            None => {
                boleto.wanted = Wanted::default();
                boletos::save(tx, &boleto)?;
            }
        }
        rest_of(tx, &ids, &job, &boleto)
    })?;
    Ok(())
}

fn world_finish(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, _| finish(tx, &job))?;
    Ok(())
}
