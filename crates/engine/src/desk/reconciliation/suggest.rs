//! What a line may be, computed when somebody asks.

use quita_core::matching::{Match, Verdict};
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Status};

use super::input::{self, Input};
use super::remembered::{self, remember};
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
    if let Some(thought) = remembered::recall(world, line)? {
        return Ok(thought);
    }
    let (wanted, at) = (line.clone(), world.clock.now());
    let found = world.store.read(move |tx| {
        let Some(account) = accounts::get(tx, &wanted.account_id)? else { return Ok(None) };
        let input = input::read(tx, &account)?;
        Ok(Some((account, input)))
    })?;
    let nothing = Thought::Boletos(Vec::new(), None);
    let Some((account, mut input)) = found else { return Ok(nothing) };
    let verdicts = input.verdicts(&account);
    let all = thoughts_of(&input, &verdicts);
    let place = input.lines.iter().position(|one| one.id == line.id);
    let found = place.and_then(|place| all.get(place).cloned());
    remember(world, at, &input, all);
    Ok(found.unwrap_or(nothing))
}

/// What a machine thinks of each open line of an account.
pub(super) fn thoughts(
    world: &World,
    account: &Account,
) -> Result<Vec<(KeptLine, Thought)>, Error> {
    let wanted = account.clone();
    let mut input = world.store.read(move |tx| input::read(tx, &wanted))?;
    let verdicts = input.verdicts(account);
    let thoughts = thoughts_of(&input, &verdicts);
    Ok(input.lines.into_iter().zip(thoughts).collect())
}

/// What verdicts mean for each open line.
pub(super) fn thoughts_of(input: &Input, verdicts: &[Verdict]) -> Vec<Thought> {
    let draft = |found: &Match| Draft::of(found, input);
    verdicts
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
        .collect()
}
