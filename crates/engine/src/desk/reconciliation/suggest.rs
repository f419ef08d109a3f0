//! What a line may be, computed when somebody asks.

use quita_core::matching::{Match, Verdict};
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Status};

use super::input::{self, Input};
use super::view::{SuggestionsView, suggestions_view};
use super::write::Draft;
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// What a machine thinks of a line.
#[derive(Clone, Debug)]
pub(super) enum Thought {
    /// It pays one of these, the likeliest first; the word and text of what stands in the way.
    Boletos(Vec<Draft>, Option<(&'static str, &'static str)>),
    /// The bank's fee.
    Fee,
}

/// What may explain a line, and why no person can be spared. Nothing for a line that is explained.
pub fn suggestions(world: &World, actor: &Actor, line_id: &str) -> Result<SuggestionsView, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), line_id.to_owned());
    let line = world
        .store
        .read(move |tx| bank_lines::get(tx, &company, &id))?
        .ok_or_else(|| Error::not_found("lançamento"))?;
    let thought = thought_of(world, &line)?;
    suggestions_view(world, actor, line, thought)
}

/// The matches that are suggested for a line.
pub(super) fn drafts_of(world: &World, line: &KeptLine) -> Result<Vec<Draft>, Error> {
    Ok(match thought_of(world, line)? {
        Thought::Boletos(drafts, _) => drafts,
        Thought::Fee => Vec::new(),
    })
}

fn thought_of(world: &World, line: &KeptLine) -> Result<Thought, Error> {
    if line.status != Status::Open {
        return Ok(Thought::Boletos(Vec::new(), None));
    }
    let wanted = line.clone();
    let found = world.store.read(move |tx| {
        let Some(account) = accounts::get(tx, &wanted.account_id)? else { return Ok(None) };
        let input = input::read(tx, &account)?;
        Ok(Some((account, input)))
    })?;
    let mut all = found.map(|(account, input)| thoughts_of(&account, input)).unwrap_or_default();
    let found = all.iter().position(|(one, _)| one.id == line.id);
    Ok(found.map_or(Thought::Boletos(Vec::new(), None), |at| all.swap_remove(at).1))
}

/// What a machine thinks of each open line of an account.
pub(super) fn thoughts(
    world: &World,
    account: &Account,
) -> Result<Vec<(KeptLine, Thought)>, Error> {
    let wanted = account.clone();
    let input = world.store.read(move |tx| input::read(tx, &wanted))?;
    Ok(thoughts_of(account, input))
}

fn thoughts_of(account: &Account, mut input: Input) -> Vec<(KeptLine, Thought)> {
    let verdicts = input.verdicts(account);
    let draft = |found: &Match| Draft::of(found, &input);
    let thoughts: Vec<Thought> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Matched(found) => Thought::Boletos(vec![draft(found)], None),
            Verdict::Suggested { suggestions, why } => Thought::Boletos(
                suggestions.iter().map(draft).collect(),
                Some((why.word(), why.text())),
            ),
            Verdict::Fee { .. } => Thought::Fee,
            Verdict::Unmatched(why) => Thought::Boletos(Vec::new(), Some((why.word(), why.text()))),
        })
        .collect();
    std::mem::take(&mut input.lines).into_iter().zip(thoughts).collect()
}
