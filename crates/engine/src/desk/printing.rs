//! When a boleto was first printed by a person, and by whom.

use std::collections::BTreeMap;

use quita_store::{StoreError, boletos, events, users};
use serde_json::json;

use super::view::BoletoView;
use super::{Actor, Permission};
use crate::error::Error;
use crate::trail::{self, Author};
use crate::world::World;

/// Notes that a person has these boletos on paper. Who may only look changes nothing, and neither
/// do programs; nor does printing a second time.
pub fn record(world: &World, actor: &Actor, ids: &[String]) -> Result<(), Error> {
    if !actor.name.starts_with("user:") || actor.must(Permission::Charge).is_err() {
        return Ok(());
    }
    let (company, asked) = (actor.company_id.clone(), ids.to_vec());
    let new = world.store.read(move |tx| {
        let mut new = Vec::new();
        for id in &asked {
            if boletos::is_unprinted(tx, &company, id)? {
                new.push(id.clone());
            }
        }
        Ok(new)
    })?;
    if new.is_empty() {
        return Ok(());
    }
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    world.tx(move |tx, mut ids| {
        for boleto in &new {
            if boletos::set_printed(tx, &company, boleto, ids.now(), &name)? {
                let body = json!({ "boleto_id": boleto, "by": name }).to_string();
                let (event, now) = (ids.next_id(), ids.now());
                events::insert(tx, &event, &company, "boleto.printed", boleto, &body, now)?;
                let author = Author { company_id: &company, actor: &name };
                trail::record(tx, &mut ids, author, "boleto.printed", boleto, &json!({}))?;
            }
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

/// Names of those who printed these boletos, by `user:…`.
pub fn names(
    world: &World,
    actor: &Actor,
    boletos: &[BoletoView],
) -> Result<BTreeMap<String, String>, Error> {
    actor.must(Permission::Read)?;
    let mut wanted: Vec<String> =
        boletos.iter().filter_map(|b| b.printed.as_ref().map(|(_, by)| by.clone())).collect();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(world.store.read(move |tx| {
        let mut names = BTreeMap::new();
        for by in &wanted {
            let id = by.strip_prefix("user:").unwrap_or_default();
            if let Some(user) = users::get(tx, id)? {
                names.insert(by.clone(), user.name);
            }
        }
        Ok(names)
    })?)
}
