//! Matches by itself what is certain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use quita_core::matching::Verdict;
use quita_core::money::Money;
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::matches::{self, Kind, Share, Taken};
use quita_store::{StoreError, Tx};
use serde_json::{Value, json};

use super::BY_ITSELF;
use super::input::{self, Input, sum_of};
use super::remembered::remember;
use super::suggest::thoughts_of;
use super::write::{Draft, told, write};
use crate::error::Error;
use crate::ids::Ids;
use crate::planted::{self, Bug};
use crate::trail::{self, Author};
use crate::world::World;

/// Matches written in one transaction, which other writers wait for: some 20 ms on SQLite.
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
    let (id, at) = (account_id.to_owned(), world.clock.now());
    let found = world.store.read(move |tx| {
        let Some(account) = accounts::get(tx, &id)? else { return Ok(None) };
        let input = input::read(tx, &account)?;
        Ok(Some((account, input)))
    })?;
    let mut done = Done::default();
    let Some((account, mut input)) = found else { return Ok(done) };
    if input.lines.is_empty() {
        return Ok(done);
    }
    let verdicts = input.verdicts(&account);
    let planned: Arc<Vec<Planned>> = Arc::new(plan(&input, &verdicts));
    remember(world, at, &input, thoughts_of(&input, &verdicts));
    (world.crash_point)("reconcile.read");
    if planted::is(Bug::StatusBeforeMatch) {
        status_beforehand(world, &planned)?;
    }
    let seen = Arc::new(Seen { account, taken: input.taken, since: input.taken_since });
    // What this run itself has matched of those.
    let again = more_than_once(&planned);
    let mut own: Vec<Taken> = Vec::new();
    for from in (0..planned.len()).step_by(LOT) {
        let (lot, seen, before) = (Arc::clone(&planned), Arc::clone(&seen), own.clone());
        let to = (from + LOT).min(planned.len());
        let written =
            world.tx(move |tx, mut ids| write_lot(tx, &mut ids, &lot[from..to], &seen, &before))?;
        (world.crash_point)("reconcile.matched");
        for (one, is_written) in planned[from..to].iter().zip(&written) {
            match (is_written, one.draft.kind) {
                (false, _) => done.again = true,
                (true, Kind::Boletos) => done.matched += 1,
                (true, _) => done.fees += 1,
            }
            if *is_written && one.draft.kind == Kind::Boletos {
                own.extend(shares_of(one).filter(|share| again.contains(&share.boleto_id)));
            }
        }
        own.sort_by(|a, b| a.boleto_id.cmp(&b.boleto_id));
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

/// Boletos that more than one line pays.
fn more_than_once(planned: &[Planned]) -> BTreeSet<String> {
    let shares = planned.iter().flat_map(|one| &one.draft.shares);
    let mut all: Vec<&str> = shares.map(|share| share.boleto_id.as_str()).collect();
    all.sort_unstable();
    all.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].to_owned()).collect()
}

/// What was matched when the run began.
struct Seen {
    account: Account,
    taken: Vec<Taken>,
    since: Date,
}

fn shares_of(one: &Planned) -> impl Iterator<Item = Taken> + '_ {
    one.draft.shares.iter().map(|share| Taken {
        boleto_id: share.boleto_id.clone(),
        amount: share.amount,
        day: one.line.line.date,
    })
}

/// Says of each whether it was written. One entry in the trail tells of the whole lot.
fn write_lot(
    tx: &mut Tx,
    ids: &mut Ids,
    lot: &[Planned],
    seen: &Seen,
    before: &[Taken],
) -> Result<Vec<bool>, StoreError> {
    let account = &seen.account;
    matches::lock_account(tx, &account.id)?;
    let mut own: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
    let mut written = Vec::with_capacity(lot.len());
    let mut entries: Vec<Value> = Vec::with_capacity(lot.len());
    for one in lot {
        let is_new = one.draft.kind != Kind::Boletos
            || planted::is(Bug::TakesTaken)
            || one.draft.shares.iter().try_fold(true, |all, share| {
                let mut known = own.get(share.boleto_id.as_str()).copied().unwrap_or_default();
                for (count, sum) in
                    [&seen.taken[..], before].map(|all| sum_of(all, &share.boleto_id))
                {
                    known = (known.0 + count, known.1 + sum);
                }
                // Somebody matched it meanwhile: another line may be a second payment.
                let now = matches::taken_of(tx, &account.id, &share.boleto_id, seen.since)?;
                Ok::<bool, StoreError>(all && sum_of(&now, &share.boleto_id) == known)
            })?;
        let found = match is_new {
            true => write(tx, ids, &one.line, &one.draft, BY_ITSELF, one.look)?,
            false => None,
        };
        if let Some(found) = &found {
            entries.push(told(found, BY_ITSELF));
            for share in one.draft.shares.iter().filter(|_| one.draft.kind == Kind::Boletos) {
                let (count, sum) = own.entry(&share.boleto_id).or_default();
                (*count, *sum) = (*count + 1, *sum + share.amount);
            }
        }
        written.push(found.is_some());
    }
    if !entries.is_empty() {
        let author = Author { company_id: &account.company_id, actor: BY_ITSELF };
        let body = json!({ "matches": entries });
        trail::record(tx, ids, author, "lines.matched", &account.id, &body)?;
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
                    found.shares.iter().any(|share| input.receivables.is_open(share.receivable));
                let twice = draft.difference.kind == matches::DifferenceKind::PaidTwice;
                (draft, is_open || twice)
            }
            Verdict::Fee { .. } if planted::is(Bug::FeesLeftOpen) => continue,
            Verdict::Fee { receivable } => (fee(input, *receivable, line.line.amount), false),
            Verdict::Suggested { .. } | Verdict::Unmatched(_) => continue,
        };
        planned.push(Planned { line: line.clone(), draft, look });
    }
    planned
}

/// A fee, and the boleto that it was for.
fn fee(input: &Input, receivable: Option<usize>, amount: Money) -> Draft {
    let shares =
        receivable.map(|place| Share { boleto_id: input.receivables.id(place).to_owned(), amount });
    Draft { shares: shares.into_iter().collect(), ..Draft::plain(Kind::Fee, "") }
}
