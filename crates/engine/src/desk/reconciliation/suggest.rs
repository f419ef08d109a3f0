//! What a line may be, computed when somebody asks.

use quita_core::matching::Verdict;
use quita_store::accounts;
use quita_store::bank_lines::{self, KeptLine, Status};

use super::input;
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
    let mut all = thoughts(world, &line.company_id, &line.account_id)?;
    let found = all.iter().position(|(one, _)| one.id == line.id);
    Ok(found.map_or(Thought::Boletos(Vec::new(), None), |at| all.swap_remove(at).1))
}

/// What a machine thinks of each open line of an account.
pub(super) fn thoughts(
    world: &World,
    company_id: &str,
    account_id: &str,
) -> Result<Vec<(KeptLine, Thought)>, Error> {
    let (company, id) = (company_id.to_owned(), account_id.to_owned());
    let found = world.store.read(move |tx| {
        let input = input::read(tx, &company, &id)?;
        Ok(accounts::get(tx, &id)?.map(|account| (account, input)))
    })?;
    let Some((account, mut input)) = found else { return Ok(Vec::new()) };
    let verdicts = input.verdicts(&account)?;
    let thoughts: Vec<Thought> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Matched(found) => Thought::Boletos(vec![Draft::of(found, &input)], None),
            Verdict::Suggested { suggestions, why } => Thought::Boletos(
                suggestions.iter().map(|found| Draft::of(found, &input)).collect(),
                Some((why.word(), why.text())),
            ),
            Verdict::Fee { .. } => Thought::Fee,
            Verdict::Unmatched(why) => Thought::Boletos(Vec::new(), Some((why.word(), why.text()))),
        })
        .collect();
    Ok(std::mem::take(&mut input.lines).into_iter().zip(thoughts).collect())
}
