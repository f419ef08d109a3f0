//! Reads one boleto until it is no longer on its way: registered, refused, cancelled, shown with what
//! the bank took of a change.

use jiff::Timestamp;
use quita_banks::contract::{Done, Op, Outcome, Report};
use quita_core::fold::Status;
use quita_store::boletos::{self, Boleto};
use quita_store::jobs::Job;
use quita_store::{StoreError, Tx, attempts};

use super::{Kind, carry, enqueue, finish, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, after_ms};
use crate::connection::{Connection, connect};
use crate::desk::term_words;
use crate::error::Error;
use crate::ids::Ids;
use crate::learn::{closed_at_bank, learn_detail, open_pending};
use crate::world::World;

/// A person is told when a boleto, or a change of one, is on its way for so long.
const TELL_AFTER_SECONDS: i64 = 24 * 3600;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let subject = job.subject.clone();
    let boleto = world.store.read(move |tx| boletos::get(tx, &subject))?;
    let done = job.clone();
    let Some((boleto, bank_id)) = boleto.and_then(|b| b.bank_id.clone().map(|id| (b, id))) else {
        world.tx(move |tx, _| finish(tx, &done))?;
        return Ok(());
    };
    let connection = connect(world, &boleto.account_id)?;
    let now = world.clock.now();
    // Quick at first, since people wait; then less and less often.
    let mut wait_ms = 500;
    for _ in 1..job.tries.min(20) {
        wait_ms += wait_ms / 2;
    }
    let next = after_ms(now, wait_ms.min(300_000));
    let (reports, at, why) = read(world, &connection, bank_id, next)?;
    (world.crash_point)("follow.answered");
    let answered = !reports.is_empty();
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        let mut in_time = true;
        for report in &reports {
            in_time &= learn_detail(tx, &mut ids, &job.subject, report, now)?;
        }
        boletos::lock(tx, &job.subject)?;
        let Some(current) = boletos::get(tx, &job.subject)? else { return finish(tx, &job) };
        // Settled outside the bank, it must be seen to be closed there.
        let by_hand = current.settled_by_hand && !current.received.is_positive();
        let taken = current.wanted.taken_since();
        let on_its_way = match current.status {
            Status::Created | Status::CancellationRequested => true,
            // Taken by the bank, a change holds once the boleto shows it.
            Status::Registered => taken.is_some(),
            Status::Settled if by_hand && current.wanted.is_empty() => {
                !closed_at_bank(tx, &job.subject)? && !was_refused(tx, &job.subject)?
            }
            _ => false,
        };
        if answered && in_time && !on_its_way {
            if !current.wanted.is_empty() {
                let now = ids.now();
                enqueue(tx, &mut ids, &job.company_id, Kind::Carry, &job.subject, now)?;
            }
            return finish(tx, &job);
        }
        if let Some(taken) = taken.filter(|_| current.status == Status::Registered) {
            if after(taken, TELL_AFTER_SECONDS) <= ids.now() {
                not_shown(tx, &mut ids, current)?;
                return finish(tx, &job);
            }
            return postpone(tx, &job, at, &why);
        }
        // Of one that ended by what another way told, nothing is awaited.
        if on_its_way && after(current.updated_at, TELL_AFTER_SECONDS) <= ids.now() {
            let number = &current.order.document_number;
            let message = match current.status {
                Status::Created => format!(
                    "O boleto {number} está há mais de um dia em processamento no banco. Ligue ao \
                     banco."
                ),
                _ => format!(
                    "O cancelamento do boleto {number} foi pedido há mais de um dia e o banco \
                     ainda o mostra aberto. Cancele de novo ou ligue ao banco."
                ),
            };
            open_pending(tx, &mut ids, &current, "registration_late", message)?;
        }
        postpone(tx, &job, at, &why)
    })?;
    Ok(())
}

/// What the bank shows of a boleto now; nothing where it did not answer well, with the instant from
/// which to ask again and the reason.
pub(super) fn read(
    world: &World,
    connection: &Connection,
    bank_id: String,
    next: Timestamp,
) -> Result<(Vec<Report>, Timestamp, String), Error> {
    Ok(match call::ask(world, connection, Op::Get { bank_id })? {
        Err(NotNow::Later { at, reason }) => (Vec::new(), at, reason),
        Err(NotNow::Never(refusal)) => {
            (Vec::new(), after(world.clock.now(), 3600), refusal.message)
        }
        Ok(Called::NotSent(reason)) => (Vec::new(), next, reason),
        Ok(Called::Answered(Outcome::Done(Done::Reports(reports)))) => {
            (reports, next, String::new())
        }
        Ok(Called::Answered(Outcome::Page { reports, .. })) => (reports, next, String::new()),
        Ok(Called::Answered(Outcome::Transient { reason, retry_after_s })) => {
            let at = retry_after_s.map(|s| after(world.clock.now(), i64::from(s)));
            (Vec::new(), at.unwrap_or(next), reason)
        }
        Ok(Called::Answered(Outcome::Rejected(refusal))) => (Vec::new(), next, refusal.message),
        Ok(Called::Answered(Outcome::Unknown { reason } | Outcome::AlreadyThere { reason })) => {
            (Vec::new(), next, reason)
        }
        Ok(Called::Answered(Outcome::Unauthorized | Outcome::Done(_))) => {
            (Vec::new(), next, "o banco não respondeu à consulta".to_owned())
        }
    })
}

/// The bank took a change and does not show it: it is waited for no longer, and a person is told.
fn not_shown(tx: &mut Tx, ids: &mut Ids, mut boleto: Boleto) -> Result<(), StoreError> {
    let wanted = &boleto.wanted;
    let due = wanted.expiration_date.map(|due| format!("vencimento {}", due.strftime("%d/%m/%Y")));
    let amount = wanted.amount.map(|amount| format!("valor R$ {amount}"));
    let terms = wanted.terms.iter().map(|wanted| term_words::said(&wanted.term));
    let asked: Vec<String> = due.into_iter().chain(amount).chain(terms).collect();
    let message = format!(
        "O banco aceitou há mais de um dia a alteração do boleto {} ({}) e ainda não a mostra. \
         Confira no banco. Se ela valer lá, peça a mesma alteração de novo: assim que o banco a \
         mostrar, ela passa a valer também aqui.",
        boleto.order.document_number,
        asked.join("; ")
    );
    boleto.wanted.drop_values();
    boleto.wanted.terms.clear();
    boleto.updated_at = ids.now();
    boletos::save(tx, &boleto)?;
    open_pending(tx, ids, &boleto, "change_not_shown", message)?;
    if boleto.wanted.is_empty() {
        return Ok(());
    }
    let now = ids.now();
    enqueue(tx, ids, &boleto.company_id.clone(), Kind::Carry, &boleto.id, now)
}

/// Whether the bank said no to closing it: a person was told, and nothing is on its way.
fn was_refused(tx: &mut Tx, boleto_id: &str) -> Result<bool, StoreError> {
    let attempts = attempts::of_boleto(tx, boleto_id)?;
    let last = attempts.iter().rfind(|attempt| attempt.operation == carry::CANCEL);
    Ok(last.is_some_and(|attempt| attempt.outcome.as_deref() == Some("rejected")))
}
