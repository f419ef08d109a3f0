//! Finds out what became of an order that got no answer: asks by our reference, adopts what
//! is surely ours, sends again only when the bank surely does not have it.

use std::time::Duration;

use jiff::Timestamp;
use quita_banks::contract::{Op, OpKind, Outcome, Report};
use quita_banks::info::Repeat;
use quita_core::fact::{Channel, Fact, Situation};
use quita_core::fold::Status;
use quita_store::attempts::{self, Attempt};
use quita_store::boletos::{self, Boleto};
use quita_store::jobs::{self, Job};
use quita_store::pending;

use super::{Kind, backoff, enqueue, finish, issue, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, bank_day};
use crate::connection::{Connection, connect};
use crate::error::Error;
use crate::learn::{learn, open_pending};
use crate::order_boleto;
use crate::planted::{self, Bug};
use crate::world::World;

/// A person is told when the bank has not answered the question for so long.
const TELL_AFTER_SECONDS: i64 = 15 * 60;
const UNKNOWN: &str = "outcome_unknown";
/// The bank is asked for boletos issued since so many days before the attempt.
const LOOK_BACK_DAYS: i32 = 30;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let subject = job.subject.clone();
    let (boleto, attempts) = world
        .store
        .read(move |tx| Ok((boletos::get(tx, &subject)?, attempts::of_boleto(tx, &subject)?)))?;
    let open: Vec<Attempt> = attempts
        .into_iter()
        .filter(|a| a.operation == issue::OPERATION && a.closed_at.is_none())
        .collect();
    let (Some(boleto), Some(first), Some(last)) = (boleto, open.first(), open.last()) else {
        return resume(world, job, Vec::new(), "");
    };
    if !is_open(&boleto) {
        return adopt(world, job, open.clone(), None);
    }
    let connection = connect(world, &boleto.account_id)?;
    let repeat = connection.bank.info().repeat(OpKind::Issue);
    let quiet = match repeat {
        Repeat::Ask { quiet } => Some(quiet),
        Repeat::SameKey | Repeat::Harmless => return resume(world, job, open, "same_key"),
        Repeat::Human => None,
    };
    // What the bank does not show at this instant, it may still show until the quiet is over.
    let asked_at = world.clock.now();
    let silence = world.silences.length(last, &*world.clock);
    let candidates = match ask(world, &connection, &boleto, first)? {
        Answer::Found(reports) => reports,
        Answer::Later(at, why) => return wait(world, job, &boleto, first, at, why),
    };
    (world.crash_point)("clarify.asked");
    let mut ours = Vec::new();
    let mut odd = 0;
    let is_there = !candidates.is_empty();
    for report in candidates {
        if agrees(&report, &boleto) && !taken(world, &boleto, &report)? {
            ours.push(report);
        } else if resembles(&report, &boleto) {
            odd += 1;
        }
    }
    if ours.len() > 1 {
        // Those that people closed at the bank no longer count, if one is left.
        let open: Vec<Report> = ours.iter().filter(|r| !is_closed(r)).cloned().collect();
        if open.len() == 1 {
            ours = open;
        }
    }
    // The bank has it, or something like it: never order again because it cannot be read.
    let known = open.iter().any(|a| a.outcome.as_deref() == Some(issue::KNOWN));
    match ours.as_slice() {
        // What the bank has under our number is surely another boleto: of another program, or of
        // ours before a backup was restored.
        [] if known && odd == 0 && is_there && boleto.order.our_number.is_some() => {
            renumber(world, job, open)
        }
        [] if odd > 0 || known => {
            let why = "o banco tem um boleto com esta referência que não confere com o pedido";
            wait(world, job, &boleto, first, after(asked_at, 60), why.to_owned())
        }
        [] => {
            let sure = quiet.is_some_and(|quiet| quiet <= silence);
            if sure && planted::is(Bug::NumberAnew) && boleto.order.our_number.is_some() {
                return renumber(world, job, open);
            }
            if sure || planted::is(Bug::AsksTooSoon) {
                return resume(world, job, open, issue::ABSENT);
            }
            let at = match quiet {
                None => after(asked_at, 600),
                Some(quiet) => after_silence(asked_at, quiet.saturating_sub(silence)),
            };
            let why = "o banco ainda não mostra o boleto".to_owned();
            wait(world, job, &boleto, first, at, why)
        }
        [one] => adopt(world, job, open, Some(one.clone())),
        several => {
            let message = format!(
                "O boleto {} tem {} candidatos no banco com a referência {}. Confira no banco qual \
                 vale e cancele os outros.",
                boleto.order.document_number,
                several.len(),
                boleto.order.bank_reference
            );
            let (id, job) = (boleto.id.clone(), job.clone());
            world.tx(move |tx, mut ids| {
                if jobs::held(tx, &job.id, &job.lease)?
                    && let Some(boleto) = boletos::get(tx, &id)?.filter(is_open)
                {
                    open_pending(tx, &mut ids, &boleto, "several_candidates", message.clone())?;
                }
                postpone(tx, &job, after(ids.now(), 3600), &message)
            })?;
            Ok(())
        }
    }
}

/// When to look again, with so much of the silence left.
fn after_silence(now: Timestamp, left: Duration) -> Timestamp {
    let seconds = i64::try_from(left.as_secs()).unwrap_or(60);
    after(now, (seconds + 1).clamp(1, 60))
}

/// It is still not known whether the bank has it.
pub(super) fn is_open(boleto: &Boleto) -> bool {
    boleto.bank_id.is_none() && boleto.status == Status::Created
}

enum Answer {
    Found(Vec<Report>),
    Later(Timestamp, String),
}

fn ask(
    world: &World,
    connection: &Connection,
    boleto: &Boleto,
    first: &Attempt,
) -> Result<Answer, Error> {
    // The reference is unique for ever, so that a wide window costs nothing and forgives clocks.
    let issued_from = bank_day(first.opened_at)
        .checked_sub(jiff::Span::new().days(LOOK_BACK_DAYS))
        .unwrap_or(jiff::civil::Date::MIN);
    let mut reports = Vec::new();
    let mut cursor = None;
    loop {
        let bank_reference = boleto.order.bank_reference.clone();
        let our_number = boleto.order.our_number.clone();
        let op = Op::Find { bank_reference, our_number, issued_from, cursor };
        let soon = || after(world.clock.now(), 15);
        match call::ask(world, connection, op)? {
            Err(NotNow::Later { at, reason }) => return Ok(Answer::Later(at, reason)),
            Err(NotNow::Never(refusal)) => return Ok(Answer::Later(soon(), refusal.message)),
            Ok(Called::NotSent(reason)) => return Ok(Answer::Later(soon(), reason)),
            Ok(Called::Answered(Outcome::Page { reports: page, next })) => {
                reports.extend(page);
                match next {
                    Some(next) => cursor = Some(next),
                    None => return Ok(Answer::Found(reports)),
                }
            }
            Ok(Called::Answered(Outcome::Transient { reason, retry_after_s })) => {
                let at = after(world.clock.now(), i64::from(retry_after_s.unwrap_or(15)));
                return Ok(Answer::Later(at, reason));
            }
            Ok(Called::Answered(Outcome::Rejected(refusal))) => {
                return Ok(Answer::Later(soon(), refusal.message));
            }
            Ok(Called::Answered(
                Outcome::Unknown { reason } | Outcome::AlreadyThere { reason },
            )) => {
                return Ok(Answer::Later(soon(), reason));
            }
            Ok(Called::Answered(Outcome::Unauthorized | Outcome::Done(_))) => {
                return Ok(Answer::Later(soon(), "o banco não respondeu à consulta".into()));
            }
        }
    }
}

/// Surely the boleto that we ordered: reference, amount, due date and customer agree.
fn agrees(report: &Report, boleto: &Boleto) -> bool {
    let order = &boleto.order;
    report.bank_id.is_some()
        && report.bank_reference.as_deref() == Some(order.bank_reference.as_str())
        && report.amount == Some(order.amount)
        && report.expiration_date == Some(order.expiration_date)
        && report.customer_document.as_ref() == Some(&order.customer.document)
}

/// Under our reference, or so that its reference cannot be read: it may be ours.
fn resembles(report: &Report, boleto: &Boleto) -> bool {
    let ours = &boleto.order.bank_reference;
    report.bank_reference.as_ref().is_none_or(|there| there.eq_ignore_ascii_case(ours))
}

/// Cancelled, expired or refused at the bank.
fn is_closed(report: &Report) -> bool {
    report.facts.iter().any(|fact| match fact {
        Fact::Observed(seen) => {
            matches!(seen.situation, Situation::Cancelled | Situation::Expired | Situation::Refused)
        }
        _ => false,
    })
}

/// Whether the bank's id belongs to another boleto here.
fn taken(world: &World, boleto: &Boleto, report: &Report) -> Result<bool, Error> {
    let Some(bank_id) = report.bank_id.clone() else { return Ok(true) };
    let account = boleto.account_id.clone();
    let owner = world.store.read(move |tx| boletos::by_bank_id(tx, &account, &bank_id))?;
    Ok(owner.is_some_and(|owner| owner.id != boleto.id))
}

fn adopt(
    world: &World,
    job: &Job,
    open: Vec<Attempt>,
    report: Option<Report>,
) -> Result<(), Error> {
    let job = job.clone();
    open.iter().for_each(|attempt| world.silences.end(&attempt.id));
    world.tx(move |tx, mut ids| {
        for attempt in &open {
            attempts::close(tx, &attempt.id, "adopted", "", ids.now())?;
        }
        if let Some(report) = &report
            && let Some(bank_id) = &report.bank_id
        {
            let mut facts = vec![Fact::Accepted { bank_id: bank_id.clone() }];
            facts.extend(report.facts.iter().cloned());
            learn(tx, &mut ids, &job.subject, Channel::Query, &facts)?;
        }
        pending::close(tx, UNKNOWN, &job.subject, "system", ids.now())?;
        pending::close(tx, "several_candidates", &job.subject, "system", ids.now())?;
        let now = ids.now();
        enqueue(tx, &mut ids, &job.company_id, Kind::Follow, &job.subject, now)?;
        finish(tx, &job)
    })?;
    Ok(())
}

/// Nothing of it reached the bank, or the bank will know it again: order once more.
fn resume(
    world: &World,
    job: &Job,
    open: Vec<Attempt>,
    outcome: &'static str,
) -> Result<(), Error> {
    let job = job.clone();
    open.iter().for_each(|attempt| world.silences.end(&attempt.id));
    world.tx(move |tx, mut ids| {
        for attempt in &open {
            let was_refused = attempt.outcome.as_deref() == Some(issue::REFUSED);
            let outcome = match outcome {
                issue::ABSENT if was_refused => issue::REFUSED_ABSENT,
                outcome => outcome,
            };
            attempts::close(tx, &attempt.id, outcome, "", ids.now())?;
        }
        pending::close(tx, UNKNOWN, &job.subject, "system", ids.now())?;
        let now = ids.now();
        enqueue(tx, &mut ids, &job.company_id, Kind::Issue, &job.subject, now)?;
        finish(tx, &job)
    })?;
    Ok(())
}

/// Our number is another boleto's: the order goes out again under the next one.
fn renumber(world: &World, job: &Job, open: Vec<Attempt>) -> Result<(), Error> {
    let job = job.clone();
    open.iter().for_each(|attempt| world.silences.end(&attempt.id));
    world.tx(move |tx, mut ids| {
        boletos::lock(tx, &job.subject)?;
        // Others may have asked too, or learned it, while the bank was asked.
        if !jobs::held(tx, &job.id, &job.lease)? {
            return Ok(());
        }
        let Some(mut boleto) = boletos::get(tx, &job.subject)?.filter(is_open) else {
            return finish(tx, &job);
        };
        order_boleto::renumber(tx, &mut ids, &mut boleto)?;
        for attempt in &open {
            attempts::close(tx, &attempt.id, "number_taken", "", ids.now())?;
        }
        pending::close(tx, UNKNOWN, &job.subject, "system", ids.now())?;
        let now = ids.now();
        enqueue(tx, &mut ids, &job.company_id, Kind::Issue, &job.subject, now)?;
        finish(tx, &job)
    })?;
    Ok(())
}

fn wait(
    world: &World,
    job: &Job,
    boleto: &Boleto,
    first: &Attempt,
    at: Timestamp,
    why: String,
) -> Result<(), Error> {
    let long = after(first.opened_at, TELL_AFTER_SECONDS) <= world.clock.now();
    let at = if long { at.max(backoff(world, job.tries)) } else { at };
    let message = format!(
        "Não se sabe ainda se o banco registrou o boleto {} ({why}). Não emita outro: o quita \
         continua perguntando ao banco.",
        boleto.order.document_number
    );
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        // Others may have asked too, or learned it, while the bank was asked.
        if !jobs::held(tx, &job.id, &job.lease)? {
            return Ok(());
        }
        let current = boletos::get(tx, &job.subject)?.filter(is_open);
        if let Some(boleto) = current.filter(|_| long) {
            open_pending(tx, &mut ids, &boleto, UNKNOWN, message.clone())?;
        }
        postpone(tx, &job, at, &why)
    })?;
    Ok(())
}
