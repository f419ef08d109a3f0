//! Brings the bank to what people want of a registered boleto: cancel it, change it or its terms.

use jiff::Timestamp;
use quita_banks::contract::{ChangeState, Done, Op, Outcome};
use quita_core::fact::{Channel, Fact};
use quita_core::fold::Status;
use quita_core::terms::TermKind;
use quita_store::attempts::Attempt;
use quita_store::boletos::{self, Boleto};
use quita_store::jobs::{self, Job};
use quita_store::wanted::Wanted;
use quita_store::{StoreError, Tx, attempts};

use super::{Kind, backoff, enqueue, finish, follow, issue, postpone};
use crate::call::{self, Called, NotNow};
use crate::changed::values_changed;
use crate::clock::after;
use crate::connection::{Connection, connect};
use crate::desk::term_words;
use crate::error::Error;
use crate::ids::Ids;
use crate::learn::{learn, learn_detail, open_pending};
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
    close_cut_off(world, &tried)?;
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
    let Some(op) = next(&boleto) else { return world_finish(world, job) };
    let asked = Asked::of(&op);
    let connection = connect(world, &boleto.account_id)?;
    // What may have been carried out is asked about before it is asked for once more.
    let is_doubtful = asked != Asked::Cancel && tried.iter().any(|a| asked.is_doubtful(a));
    if is_doubtful && !look(world, job, &connection, &boleto, asked)? {
        return Ok(());
    }
    let operation = asked.operation();
    let prepared = match call::prepare(world, &connection, op) {
        Ok(prepared) => prepared,
        Err(NotNow::Later { at, reason }) => {
            let job = job.clone();
            world.tx(move |tx, _| postpone(tx, &job, at, &reason))?;
            return Ok(());
        }
        Err(NotNow::Never(refusal)) => {
            return give_up(world, job, Some((asked, refusal.message)));
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
    record(world, job, asked, attempt, called)
}

/// What is asked of the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// To write it off.
    Cancel,
    /// Another due date or amount.
    Values,
    /// Another of its terms.
    Term(TermKind),
}

impl Asked {
    const fn of(op: &Op) -> Self {
        match op {
            Op::Cancel { .. } => Self::Cancel,
            Op::Instruct { term, .. } => Self::Term(term.kind()),
            _ => Self::Values,
        }
    }

    /// Operation of its attempts.
    const fn operation(self) -> &'static str {
        match self {
            Self::Cancel => CANCEL,
            Self::Values => "change",
            Self::Term(TermKind::Abatement) => "change_abatement",
            Self::Term(TermKind::Interest) => "change_interest",
            Self::Term(TermKind::Fine) => "change_fine",
            Self::Term(TermKind::Discounts) => "change_discounts",
            Self::Term(TermKind::Accepts) => "change_accepts",
        }
    }

    /// Whether an attempt at it may have been carried out: it got no clear answer, or a crash cut
    /// it off.
    fn is_doubtful(self, attempt: &Attempt) -> bool {
        let outcome = attempt.outcome.as_deref();
        attempt.operation == self.operation() && matches!(outcome, None | Some("unknown"))
    }
}

/// What the bank is to be told next; `None` where it has been told all, or is looked at.
fn next(boleto: &Boleto) -> Option<Op> {
    let bank_id = boleto.bank_id.clone()?;
    let wanted = &boleto.wanted;
    if let Some(reason) = &wanted.cancel {
        return Some(Op::Cancel { bank_id, reason: reason.clone() });
    }
    if wanted.has_values() {
        if wanted.taken_at.is_some() {
            return None;
        }
        let (expiration_date, amount) = (wanted.expiration_date, wanted.amount);
        return Some(match &wanted.change_id {
            Some(change_id) => Op::ChangeStatus { change_id: change_id.clone() },
            None => Op::Change { bank_id, expiration_date, amount },
        });
    }
    let untold = wanted.terms.iter().find(|wanted| wanted.taken_at.is_none())?;
    Some(Op::Instruct { bank_id, term: untold.term.clone() })
}

/// Learns what the bank shows of a boleto. True where it is still to be told what was asked; else
/// the job is put off.
fn look(
    world: &World,
    job: &Job,
    connection: &Connection,
    boleto: &Boleto,
    asked: Asked,
) -> Result<bool, Error> {
    let (asked_at, later) = (world.clock.now(), backoff(world, job.tries));
    let bank_id = boleto.bank_id.clone().unwrap_or_default();
    let (reports, at, why) = follow::read(world, connection, bank_id, later)?;
    (world.crash_point)("carry.looked");
    let job = job.clone();
    Ok(world.tx(move |tx, mut ids| {
        for report in &reports {
            learn_detail(tx, &mut ids, &job.subject, report, asked_at)?;
        }
        if reports.is_empty() {
            postpone(tx, &job, at, &why)?;
            return Ok(false);
        }
        let now = boletos::get(tx, &job.subject)?;
        let now = now.filter(|boleto| boleto.status == Status::Registered);
        let is_asked = now.as_ref().and_then(next).is_some_and(|op| Asked::of(&op) == asked);
        if !is_asked {
            // What there is to do depends on what it has become.
            postpone(tx, &job, ids.now(), "")?;
        }
        Ok(is_asked)
    })?)
}

/// Calls that a crash cut off: what became of them is seen at the bank, as after silence.
fn close_cut_off(world: &World, tried: &[Attempt]) -> Result<(), Error> {
    let cut_off = |a: &&Attempt| a.operation != issue::OPERATION && a.closed_at.is_none();
    let open: Vec<String> = tried.iter().filter(cut_off).map(|a| a.id.clone()).collect();
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
    asked: Asked,
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
            None => see_and_repeat(tx, &mut ids, &job, asked, later, &detail),
            Some(Outcome::Rejected(_)) => {
                // After a call without an answer, a refusal may mean that it was carried out.
                let earlier = attempts::of_boleto(tx, &job.subject)?;
                let doubt = earlier.iter().any(|a| a.id != attempt && asked.is_doubtful(a));
                if doubt && job.tries <= BELIEVED_AFTER {
                    return see_and_repeat(tx, &mut ids, &job, asked, later, &detail);
                }
                refused(tx, &mut ids, &mut boleto, asked, &detail)?;
                rest_of(tx, &ids, &job, &boleto)
            }
            Some(Outcome::Done(Done::Change { change_id, state })) => {
                match asked {
                    Asked::Term(kind) => term(tx, &mut ids, &mut boleto, kind, *state)?,
                    _ => change(tx, &mut ids, &mut boleto, change_id, *state)?,
                }
                if boleto.wanted.change_id.is_some() {
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

/// The same is asked for again later, unless the bank shows by then that it has done it.
fn see_and_repeat(
    tx: &mut Tx,
    ids: &mut Ids,
    job: &Job,
    asked: Asked,
    later: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    // Of a change this job sees by itself.
    if asked == Asked::Cancel {
        let now = ids.now();
        enqueue(tx, ids, &job.company_id, Kind::Follow, &job.subject, now)?;
    }
    postpone(tx, job, later, why)
}

/// The bank answered about due date and amount.
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
        ChangeState::Taken => {
            boleto.wanted.change_id = None;
            boleto.wanted.taken_at = Some(ids.now());
            seen_later(tx, ids, boleto)
        }
        ChangeState::Applied => {
            let amount = boleto.wanted.amount.unwrap_or(boleto.amount);
            let due = boleto.wanted.expiration_date.unwrap_or(boleto.expiration_date);
            boleto.wanted.drop_values();
            values_changed(tx, ids, boleto, amount, due)?;
            let now = ids.now();
            enqueue(tx, ids, &boleto.company_id.clone(), Kind::Follow, &boleto.id.clone(), now)
        }
        ChangeState::Failed => {
            refused(tx, ids, boleto, Asked::Values, "o banco não fez a alteração")
        }
    }
}

/// The bank answered about one of the terms.
fn term(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    kind: TermKind,
    state: ChangeState,
) -> Result<(), StoreError> {
    if state == ChangeState::Failed {
        return refused(tx, ids, boleto, Asked::Term(kind), "o banco não fez a alteração");
    }
    for wanted in boleto.wanted.terms.iter_mut().filter(|wanted| wanted.term.kind() == kind) {
        wanted.taken_at = Some(ids.now());
        wanted.waits = state == ChangeState::Processing;
    }
    seen_later(tx, ids, boleto)
}

/// What the bank took holds once its boleto shows it.
fn seen_later(tx: &mut Tx, ids: &mut Ids, boleto: &mut Boleto) -> Result<(), StoreError> {
    boleto.updated_at = ids.now();
    boletos::save(tx, boleto)?;
    let now = ids.now();
    enqueue(tx, ids, &boleto.company_id.clone(), Kind::Follow, &boleto.id.clone(), now)
}

/// Ends the job, unless the bank is still to be told something.
fn rest_of(tx: &mut Tx, ids: &Ids, job: &Job, boleto: &Boleto) -> Result<(), StoreError> {
    if next(boleto).is_none() {
        return finish(tx, job);
    }
    postpone(tx, job, after(ids.now(), 1), "")
}

/// The bank said no: it is asked for no longer, and a person is told.
fn refused(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    asked: Asked,
    why: &str,
) -> Result<(), StoreError> {
    let number = &boleto.order.document_number;
    let (kind, what) = match asked {
        Asked::Cancel | Asked::Values => {
            ("change_refused".to_owned(), "a alteração ou o cancelamento".to_owned())
        }
        Asked::Term(kind) => {
            (format!("{}_refused", kind.word()), format!("a alteração pedida ({})", kind.label()))
        }
    };
    let mut message = format!("O banco não aceitou {what} do boleto {number}: {why}");
    match asked {
        Asked::Cancel => {
            boleto.wanted.cancel = None;
            boleto.wanted.replacement = None;
        }
        Asked::Values => {
            // The days of terms that were asked with another due date are counted from it.
            if boleto.wanted.expiration_date.is_some() && !boleto.wanted.terms.is_empty() {
                let terms = std::mem::take(&mut boleto.wanted.terms);
                let said: Vec<String> = terms.iter().map(|t| term_words::said(&t.term)).collect();
                let said = said.join("; ");
                message.push_str(&format!(". O que foi pedido junto não foi enviado ({said})."));
            }
            boleto.wanted.drop_values();
        }
        Asked::Term(kind) => boleto.wanted.drop_term(kind),
    }
    boletos::save(tx, boleto)?;
    open_pending(tx, ids, boleto, &kind, message)?;
    let now = ids.now();
    enqueue(tx, ids, &boleto.company_id.clone(), Kind::Follow, &boleto.id.clone(), now)
}

/// Nothing can be done about it: the boleto has ended, or the bank has no such operation.
fn give_up(world: &World, job: &Job, why: Option<(Asked, String)>) -> Result<(), Error> {
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        boletos::lock(tx, &job.subject)?;
        let Some(mut boleto) = boletos::get(tx, &job.subject)? else { return finish(tx, &job) };
        match &why {
            Some((asked, why)) => refused(tx, &mut ids, &mut boleto, *asked, why)?,
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
