//! Matches by itself what is certain.

use std::sync::Arc;

use quita_core::matching::Verdict;
use quita_core::money::Money;
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::matches::{self, Kind, Share, Taken};
use quita_store::{StoreError, Tx, accounts};

use super::BY_ITSELF;
use super::input::{self, Input, sum_of};
use super::write::{Draft, write};
use crate::error::Error;
use crate::ids::Ids;
use crate::planted::{self, Bug};
use crate::world::World;

/// Matches written in one transaction.
const LOT: usize = 500;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Lines that were found to pay boletos.
    pub matched: usize,
    /// Lines that were found to be fees.
    pub fees: usize,
    /// Whether somebody else changed what it had read: it is worth running again.
    pub again: bool,
}

/// One line and what explains it.
struct Planned {
    line: KeptLine,
    draft: Draft,
    /// Whether the bank has not told the payment of one of its boletos, or told it before.
    look: bool,
}

/// Matches the open lines of an account with boletos and fees where no person is needed; the rest
/// stays as it is. Run twice, or by two nodes at once, it does the same as once.
pub fn run(world: &World, account_id: &str) -> Result<Done, Error> {
    let id = account_id.to_owned();
    let found = world.store.read(move |tx| {
        let Some(account) = accounts::get(tx, &id)? else { return Ok(None) };
        let input = input::read(tx, &account.company_id, &id)?;
        Ok(Some((account, input)))
    })?;
    let mut done = Done::default();
    let Some((account, input)) = found else { return Ok(done) };
    if input.lines.is_empty() {
        return Ok(done);
    }
    let verdicts = input.verdicts(&account)?;
    let planned: Arc<Vec<Planned>> = Arc::new(plan(&input, &verdicts));
    let mut taken = input.taken;
    (world.crash_point)("reconcile.read");
    if planted::is(Bug::StatusBeforeMatch) {
        status_beforehand(world, &planned)?;
    }
    for from in (0..planned.len()).step_by(LOT) {
        let (lot, account_id) = (Arc::clone(&planned), account.id.clone());
        let (known, since) = (taken.clone(), input.taken_since);
        let to = (from + LOT).min(planned.len());
        let written = world.tx(move |tx, mut ids| {
            matches::lock_account(tx, &account_id)?;
            let now = matches::taken(tx, &account_id, since)?;
            write_lot(tx, &mut ids, &lot[from..to], &known, &now)
        })?;
        (world.crash_point)("reconcile.matched");
        for (one, is_written) in planned[from..to].iter().zip(&written) {
            match (is_written, one.draft.kind) {
                (false, _) => done.again = true,
                (true, Kind::Boletos) => done.matched += 1,
                (true, _) => done.fees += 1,
            }
            if *is_written && one.draft.kind == Kind::Boletos {
                let day = one.line.line.date;
                taken.extend(one.draft.shares.iter().map(|share| Taken {
                    boleto_id: share.boleto_id.clone(),
                    amount: share.amount,
                    day,
                }));
            }
        }
        taken.sort_by(|a, b| a.boleto_id.cmp(&b.boleto_id));
    }
    Ok(done)
}

/// A planted defect.
fn status_beforehand(world: &World, planned: &Arc<Vec<Planned>>) -> Result<(), Error> {
    let set = |in_time: bool| {
        let all = Arc::clone(planned);
        world.tx(move |tx, ids| {
            all.iter().try_for_each(|one| {
                let status = if in_time { Status::Open } else { one.draft.kind.status() };
                bank_lines::set_status(tx, &one.line.company_id, &one.line.id, status, ids.now())
            })
        })
    };
    set(false)?;
    (world.crash_point)("reconcile.read");
    Ok(set(true)?)
}

/// Says of each whether it was written.
fn write_lot(
    tx: &mut Tx,
    ids: &mut Ids,
    lot: &[Planned],
    known: &[Taken],
    now: &[Taken],
) -> Result<Vec<bool>, StoreError> {
    let mut written = Vec::with_capacity(lot.len());
    for one in lot {
        // Somebody matched the boleto meanwhile: another line may be a second payment.
        let same = |share: &Share| sum_of(known, &share.boleto_id) == sum_of(now, &share.boleto_id);
        let untouched = planted::is(Bug::TakesTaken) || one.draft.shares.iter().all(same);
        let is_written = (one.draft.kind != Kind::Boletos || untouched)
            && write(tx, ids, &one.line, &one.draft, BY_ITSELF, one.look)?.is_some();
        written.push(is_written);
    }
    Ok(written)
}

fn plan(input: &Input, verdicts: &[Verdict]) -> Vec<Planned> {
    let mut planned = Vec::new();
    for (line, verdict) in input.lines.iter().zip(verdicts) {
        // The bank may take it back, or a person undid what was matched: it waits.
        if line.provisional || input.undone.contains(&line.id) {
            continue;
        }
        let (draft, look) = match verdict {
            Verdict::Matched(found) => {
                let draft = Draft::of(found, input);
                let is_open =
                    found.shares.iter().any(|share| input.payables[share.receivable].is_open);
                let twice = draft.difference.kind == matches::DifferenceKind::PaidTwice;
                (draft, is_open || twice)
            }
            Verdict::Fee { receivable } => (fee(input, *receivable, line.line.amount), false),
            Verdict::Suggested { .. } | Verdict::Unmatched(_) => continue,
        };
        planned.push(Planned { line: line.clone(), draft, look });
    }
    planned
}

/// A fee, and the boleto that it was for.
fn fee(input: &Input, receivable: Option<usize>, amount: Money) -> Draft {
    let shares = receivable
        .map(|place| Share { boleto_id: input.payables[place].boleto_id.clone(), amount });
    Draft { shares: shares.into_iter().collect(), ..Draft::plain(Kind::Fee, "") }
}
