//! A clerk decides about lines: what they pay, what they are, what was matched wrongly.

use jiff::civil::Date;
use quita_engine::desk::Actor;
use quita_engine::desk::reconciliation::{self, Chosen, Explain, MatchLine};
use quita_engine::error::Error;
use quita_engine::world::World;

use crate::people;
use crate::universe::Universe;

/// More than any run has.
const ALL: i64 = 1_000;

/// Decides about some line, or undoes what was decided.
pub(crate) fn decide(universe: &Universe, world: &World) {
    let companies = people::companies(universe);
    let company = companies[universe.chance.place(companies.len())].clone();
    match decided(universe, world, &clerk(company)) {
        Ok(what) => universe.log(format_args!("the clerk {what}")),
        // Somebody else was quicker, or what was chosen does not fit.
        Err(Error::Conflict { .. } | Error::Invalid(_)) => universe.log("the clerk may not"),
        Err(error) => universe.violated(format!("the clerk: {error}")),
    }
}

fn clerk(company_id: String) -> Actor {
    Actor { name: "user:clerk".into(), ..Actor::system(company_id) }
}

fn decided(universe: &Universe, world: &World, actor: &Actor) -> Result<String, Error> {
    let chance = &universe.chance;
    if chance.happens(200) {
        let filter = reconciliation::Filter::default();
        let found = reconciliation::matches(world, actor, &filter, None, ALL)?.data;
        let live: Vec<_> = found.iter().filter(|one| one.undone_at.is_none()).collect();
        if let Some(one) = live.get(chance.place(live.len().max(1))) {
            reconciliation::undo(world, actor, &one.id)?;
            return Ok(format!("undoes {}", one.id));
        }
    }
    // Money that came in last is looked at first.
    let incoming = chance.happens(700).then_some(true);
    let open = reconciliation::open_lines(world, actor, incoming, (Date::MIN, ""), ALL)?;
    let Some(line) = open.iter().rev().nth(chance.place(open.len().clamp(1, 4))) else {
        return Ok("has nothing to decide".into());
    };
    let told = reconciliation::suggestions(world, actor, &line.id)?;
    if let Some(first) = told.suggestions.first().filter(|_| chance.happens(800)) {
        let chosen = |one: &reconciliation::SuggestedBoleto| Chosen {
            boleto_id: one.boleto_id.clone(),
            amount: None,
        };
        let boletos = first.boletos.iter().map(chosen).collect();
        let given = MatchLine { boletos, ..MatchLine::default() };
        reconciliation::match_line(world, actor, &line.id, &given)?;
        return Ok(format!("matches {} with {given:?}", line.id));
    }
    match chance.below(4) {
        0 => reconciliation::ignore(world, actor, &line.id, "não é nosso")?,
        n => {
            let kind = ["fee", "transfer", "other"][usize::try_from(n - 1).unwrap_or(0)];
            let given = Explain { kind: kind.into(), note: "visto".into() };
            reconciliation::explain(world, actor, &line.id, &given)?
        }
    };
    Ok(format!("explains {}", line.id))
}
