//! Lists: open lines, matches, and the lines of a period with what explains each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::typed;
use quita_store::matches::{self, Filter};
use quita_store::{LAST_ID, users};

use super::view::{MatchView, StatementLineView, one_view};
use crate::desk::read::Page;
use crate::desk::view::BoletoView;
use crate::desk::{Actor, Permission, read};
use crate::error::Error;
use crate::world::World;

/// A line with what explains it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The line.
    pub line: StatementLineView,
    /// What explains it; `None` while nothing does.
    pub found: Option<MatchView>,
}

/// Boletos that a search shows.
const FOUND: i64 = 20;

/// Open lines, the oldest first, after a day and id: of all or money that came in (`Some(true)`) or
/// went out.
pub fn open_lines(
    world: &World,
    actor: &Actor,
    incoming: Option<bool>,
    after: (Date, &str),
    limit: i64,
) -> Result<Vec<StatementLineView>, Error> {
    actor.must(Permission::Read)?;
    let (company, day, id) = (actor.company_id.clone(), after.0, after.1.to_owned());
    let lines = world
        .store
        .read(move |tx| matches::open_page(tx, &company, incoming, (day, &id), limit))?;
    Ok(lines.iter().map(StatementLineView::new).collect())
}

/// Matches, live and undone, newest first.
pub fn matches(
    world: &World,
    actor: &Actor,
    filter: &Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<MatchView>, Error> {
    actor.must(Permission::Read)?;
    let (company, filter) = (actor.company_id.clone(), filter.clone());
    let before = cursor.unwrap_or(LAST_ID).to_owned();
    let rows =
        world.store.read(move |tx| matches::page(tx, &company, &filter, &before, limit + 1))?;
    let rows: Vec<MatchView> = rows
        .into_iter()
        .filter_map(|row| Some(MatchView::new(row.found?, &row.line, row.document_numbers)))
        .collect();
    Ok(Page::new(rows, limit, |found| &found.id, |found| found))
}

/// Lines of a period with what explains each, after a day and id; without those in no balance.
pub fn period(
    world: &World,
    actor: &Actor,
    account_id: Option<&str>,
    days: (Date, Date),
    after: (Date, &str),
    limit: i64,
) -> Result<Vec<Explained>, Error> {
    actor.must(Permission::Read)?;
    let (company, account_id) = (actor.company_id.clone(), account_id.map(str::to_owned));
    let (day, id) = (after.0, after.1.to_owned());
    let rows = world.store.read(move |tx| {
        matches::period(tx, &company, account_id.as_deref(), days, (day, &id), limit)
    })?;
    Ok(rows
        .into_iter()
        .map(|row| Explained {
            line: StatementLineView::new(&row.line),
            found: row.found.map(|found| MatchView::new(found, &row.line, row.document_numbers)),
        })
        .collect())
}

/// The lines that are explained by a boleto.
pub fn boleto_lines(
    world: &World,
    actor: &Actor,
    boleto_id: &str,
) -> Result<Vec<MatchView>, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), boleto_id.to_owned());
    let rows = world.store.read(move |tx| matches::of_boleto(tx, &company, &id))?;
    Ok(rows.into_iter().map(|(line, found)| MatchView::new(found, &line, Vec::new())).collect())
}

/// Boletos whose number, customer or amount is like what was typed, newest first.
pub fn search(world: &World, actor: &Actor, text: &str) -> Result<Vec<BoletoView>, Error> {
    actor.must(Permission::Read)?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let company = actor.company_id.clone();
    let amount: Option<Money> = typed::money(&text);
    let ids = world.store.read(move |tx| matches::search(tx, &company, &text, amount, FOUND))?;
    read::some(world, actor, &ids)
}

/// One match.
pub fn get(world: &World, actor: &Actor, match_id: &str) -> Result<MatchView, Error> {
    actor.must(Permission::Read)?;
    one_view(world, actor, match_id)
}

/// Names of the people who made or undid these, by `user:…`.
pub fn names(
    world: &World,
    actor: &Actor,
    found: &[MatchView],
) -> Result<BTreeMap<String, String>, Error> {
    actor.must(Permission::Read)?;
    let all = found.iter().flat_map(|one| [Some(&one.created_by), one.undone_by.as_ref()]);
    let wanted: BTreeSet<String> = all.flatten().cloned().collect();
    Ok(world.store.read(move |tx| {
        let mut names = BTreeMap::new();
        for by in &wanted {
            let Some(id) = by.strip_prefix("user:") else { continue };
            if let Some(user) = users::get(tx, id)? {
                names.insert(by.clone(), user.name);
            }
        }
        Ok(names)
    })?)
}
