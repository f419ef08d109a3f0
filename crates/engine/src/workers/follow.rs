//! Reads one boleto until it is no longer on its way: registered, refused, cancelled.

use quita_banks::contract::{Done, Op, Outcome};
use quita_core::fold::Status;
use quita_store::jobs::Job;
use quita_store::{StoreError, Tx, attempts, boletos};

use super::{Kind, carry, enqueue, finish, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, after_ms};
use crate::connection::connect;
use crate::error::Error;
use crate::learn::{closed_at_bank, learn_detail, open_pending};
use crate::world::World;

/// A person is told when a boleto is on its way for so long.
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
    let (reports, at, why) = match call::ask(world, &connection, Op::Get { bank_id })? {
        Err(NotNow::Later { at, reason }) => (Vec::new(), at, reason),
        Err(NotNow::Never(refusal)) => (Vec::new(), after(now, 3600), refusal.message),
        Ok(Called::NotSent(reason)) => (Vec::new(), next, reason),
        Ok(Called::Answered(Outcome::Done(Done::Reports(reports)))) => {
            (reports, next, String::new())
        }
        Ok(Called::Answered(Outcome::Page { reports, .. })) => (reports, next, String::new()),
        Ok(Called::Answered(Outcome::Transient { reason, retry_after_s })) => {
            (Vec::new(), retry_after_s.map_or(next, |s| after(now, i64::from(s))), reason)
        }
        Ok(Called::Answered(Outcome::Rejected(refusal))) => (Vec::new(), next, refusal.message),
        Ok(Called::Answered(Outcome::Unknown { reason } | Outcome::AlreadyThere { reason })) => {
            (Vec::new(), next, reason)
        }
        Ok(Called::Answered(Outcome::Unauthorized | Outcome::Done(_))) => {
            (Vec::new(), next, "o banco não respondeu à consulta".to_owned())
        }
    };
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
        let on_its_way = match current.status {
            Status::Created | Status::CancellationRequested => true,
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
        if after(current.updated_at, TELL_AFTER_SECONDS) <= ids.now() {
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

/// Whether the bank said no to closing it: a person was told, and nothing is on its way.
fn was_refused(tx: &mut Tx, boleto_id: &str) -> Result<bool, StoreError> {
    let attempts = attempts::of_boleto(tx, boleto_id)?;
    let last = attempts.iter().rfind(|attempt| attempt.operation == carry::CANCEL);
    Ok(last.is_some_and(|attempt| attempt.outcome.as_deref() == Some("rejected")))
}
