//! What was last thought of the open lines of an account, in memory.
//!
//! Thinking reads all that an account has open, and a person looks at one line after the other. So
//! it is remembered for a moment, and recalled where all that a suggestion stands on is as it was:
//! its line, its boletos, what lines have paid of them, what a person refused.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use quita_store::bank_lines::KeptLine;
use quita_store::{StoreError, Tx, matches, payables};

use super::input::{Input, sum_of};
use super::suggest::Thought;
use crate::clock::after;
use crate::error::Error;
use crate::world::World;

/// A boleto that was issued since is found after so many seconds.
const FRESH_SECONDS: i64 = 60;

/// What is remembered, by account.
#[derive(Debug, Default)]
pub struct Remembered(Mutex<HashMap<String, Arc<Snapshot>>>);

/// All of one account at an instant.
#[derive(Debug)]
struct Snapshot {
    at: Timestamp,
    /// From which day on what lines paid was counted.
    since: Date,
    /// By line.
    thoughts: BTreeMap<String, (Timestamp, Thought)>,
    /// Of each boleto that is suggested: how many lines paid it, and how much.
    paid: BTreeMap<String, (usize, Money)>,
}

/// Remembers what was read at an instant, and thought of each of its lines.
pub(super) fn remember(world: &World, at: Timestamp, input: &Input, thoughts: Vec<Thought>) {
    let Some(first) = input.lines.first() else { return };
    let mut paid = BTreeMap::new();
    for thought in &thoughts {
        for boleto in boletos_of(thought) {
            paid.entry(boleto.to_owned()).or_insert_with(|| sum_of(&input.taken, boleto));
        }
    }
    let lines = input.lines.iter().zip(thoughts);
    let snapshot = Snapshot {
        at,
        since: input.taken_since,
        thoughts: lines.map(|(line, of)| (line.id.clone(), (line.updated_at, of))).collect(),
        paid,
    };
    let mut all = world.remembered.0.lock().unwrap_or_else(PoisonError::into_inner);
    // Accounts that nobody looks at take no room.
    all.retain(|_, one| after(one.at, FRESH_SECONDS) > at);
    all.insert(first.account_id.clone(), Arc::new(snapshot));
}

/// What was thought of a line, unless anything of it may be otherwise by now.
pub(super) fn recall(world: &World, line: &KeptLine) -> Result<Option<Thought>, Error> {
    let now = world.clock.now();
    let all = world.remembered.0.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshot = all.get(&line.account_id).cloned();
    drop(all);
    let Some(snapshot) =
        snapshot.filter(|one| (one.at..after(one.at, FRESH_SECONDS)).contains(&now))
    else {
        return Ok(None);
    };
    let Some((changed_at, thought)) = snapshot.thoughts.get(&line.id).cloned() else {
        return Ok(None);
    };
    if changed_at != line.updated_at {
        return Ok(None);
    }
    let (line, wanted) = (line.clone(), thought.clone());
    let stands = world.store.read(move |tx| stands(tx, &line, &wanted, &snapshot))?;
    Ok(stands.then_some(thought))
}

fn boletos_of(thought: &Thought) -> impl Iterator<Item = &str> {
    let drafts = match thought {
        Thought::Boletos(drafts, _) => drafts.as_slice(),
        Thought::Fee => &[],
    };
    drafts.iter().flat_map(|draft| &draft.shares).map(|share| share.boleto_id.as_str())
}

fn stands(
    tx: &mut Tx,
    line: &KeptLine,
    thought: &Thought,
    snapshot: &Snapshot,
) -> Result<bool, StoreError> {
    let refused = matches::rejected_of(tx, &line.company_id, &line.id)?;
    let boletos: BTreeSet<&str> = boletos_of(thought).collect();
    for id in boletos {
        let changed_at = payables::changed_at(tx, id)?;
        let paid = matches::taken_of(tx, &line.account_id, id, snapshot.since)?;
        if refused.iter().any(|one| one == id)
            || changed_at.is_none_or(|changed_at| changed_at >= snapshot.at)
            || snapshot.paid.get(id) != Some(&sum_of(&paid, id))
        {
            return Ok(false);
        }
    }
    Ok(true)
}
