//! Filters of the list of boletos that a person keeps as tabs. They are theirs alone.

use quita_store::saved_filters::{self, SavedFilter};

use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::world::World;

/// Most tabs of one person in one company.
pub const MOST: usize = 20;
/// Longest name of a tab in characters.
const NAME_MAX: usize = 40;
/// Longest query in bytes.
const QUERY_MAX: usize = 1000;

/// The filters that the person keeps, oldest first.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<SavedFilter>, Error> {
    actor.must(Permission::Read)?;
    let (company, owner) = (actor.company_id.clone(), actor.name.clone());
    Ok(world.store.read(move |tx| saved_filters::list(tx, &company, &owner))?)
}

/// Keeps a filter, the query of an address, under a name; one of the same name is replaced.
pub fn save(world: &World, actor: &Actor, name: &str, query: &str) -> Result<(), Error> {
    let known = list(world, actor)?;
    let name = name.trim().to_owned();
    let mut errors = FieldErrors::default();
    if name.is_empty() {
        errors.add("name", "missing", "dê um nome à aba");
    } else if name.chars().count() > NAME_MAX {
        errors.add("name", "too_long", format!("use até {NAME_MAX} caracteres"));
    } else if known.len() >= MOST && !known.iter().any(|filter| filter.name == name) {
        errors.add("name", "too_many", format!("são no máximo {MOST} abas; remova uma"));
    }
    if query.len() > QUERY_MAX {
        errors.add("query", "too_long", "este filtro é longo demais para uma aba");
    }
    errors.check()?;
    let (company, owner, query) = (actor.company_id.clone(), actor.name.clone(), query.to_owned());
    world.tx(move |tx, mut ids| {
        let filter = SavedFilter {
            id: ids.next_id(),
            company_id: company.clone(),
            owner: owner.clone(),
            name: name.clone(),
            query: query.clone(),
            created_at: ids.now(),
        };
        saved_filters::save(tx, &filter)
    })?;
    Ok(())
}

/// Forgets a filter of the person.
pub fn remove(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    actor.must(Permission::Read)?;
    let (company, owner, id) = (actor.company_id.clone(), actor.name.clone(), id.to_owned());
    let removed = world.tx(move |tx, _| saved_filters::remove(tx, &company, &owner, &id))?;
    if removed { Ok(()) } else { Err(Error::not_found("aba")) }
}
