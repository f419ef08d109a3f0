//! Everything that happened to a boleto, and who did it: its events, with what the audit trail
//! knows about each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use quita_store::{audit, events, tokens, users};
use serde_json::Value as Json;

use super::read;
use super::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// The kind of the event: `boleto.registered`…
    pub kind: String,
    /// Who did it.
    pub who: Who,
    /// What the event says.
    pub data: Json,
    /// What the audit trail says besides; null where it has nothing.
    pub details: Json,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person, by name.
    Person(String),
    /// A program of the company, by the name of its token.
    Program(String),
    /// The bank, or what was learned from it.
    Bank,
    /// This installation.
    System,
}

/// Most entries of the trail that are read for one boleto.
const TRAIL_MAX: i64 = 1000;

/// What happened to a boleto, oldest first.
pub fn of(world: &World, actor: &Actor, id: &str) -> Result<Vec<Moment>, Error> {
    actor.must(Permission::Read)?;
    read::boleto(world, actor, id)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let (events, trail, names) = world.store.read(move |tx| {
        let events = events::of_subject(tx, &id)?;
        let trail = audit::of_subject(tx, &company, &id, TRAIL_MAX)?;
        let mut names = BTreeMap::new();
        for entry in &trail {
            if let Some(user) = entry.actor.strip_prefix("user:")
                && let Some(user) = users::get(tx, user)?
            {
                names.insert(entry.actor.clone(), user.name);
            }
        }
        for token in tokens::list(tx, &company)? {
            names.insert(format!("application:{}", token.id), token.name);
        }
        Ok((events, trail, names))
    })?;
    let json = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
    // An event and its entry were written in one transaction, at its instant; one transaction may
    // write several of a kind, in the same order.
    let mut alone = trail;
    let mut told: Vec<Moment> = Vec::with_capacity(events.len());
    for event in &events {
        let own = |entry: &audit::Entry| entry.action == event.kind && entry.at == event.created_at;
        let entry = alone.iter().position(own).map(|at| alone.remove(at));
        told.push(Moment {
            at: event.created_at,
            kind: event.kind.clone(),
            who: entry
                .as_ref()
                .map_or_else(|| unsigned(&event.kind), |entry| who(&entry.actor, &names)),
            data: json(event.body.get()),
            details: entry.map_or(Json::Null, |entry| json(&entry.details)),
        });
    }
    let alone = alone.iter().map(|entry| Moment {
        at: entry.at,
        kind: entry.action.clone(),
        who: who(&entry.actor, &names),
        data: Json::Null,
        details: json(&entry.details),
    });
    let mut moments: Vec<Moment> = alone.chain(told).collect();
    moments.sort_by_key(|moment| moment.at);
    Ok(moments)
}

fn who(actor: &str, names: &BTreeMap<String, String>) -> Who {
    let name = || names.get(actor).cloned().unwrap_or_default();
    match actor {
        "bank" => Who::Bank,
        actor if actor.starts_with("user:") => Who::Person(name()),
        actor if actor.starts_with("application:") => Who::Program(name()),
        _ => Who::System,
    }
}

/// Whose doing an event without an entry of its own is: receipts are the bank's word.
fn unsigned(kind: &str) -> Who {
    if kind.starts_with("receipt.") { Who::Bank } else { Who::System }
}
