//! A person decides whether a doubtful line was there already.

use quita_store::accounts;
use quita_store::bank_lines::{self, Status};
use serde_json::json;

use super::{LineView, days, record};
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// What a doubtful line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A line by itself: it counts from now on.
    Another,
    /// The line that it may be: it never counts, however often its source tells it.
    Same,
}

/// Says what a doubtful line is.
pub fn resolve(
    world: &World,
    actor: &Actor,
    line_id: &str,
    answer: Answer,
) -> Result<LineView, Error> {
    actor.must(Permission::Charge)?;
    let (company, id, author) = (actor.company_id.clone(), line_id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        let Some(kept) = bank_lines::get(tx, &company, &id)? else { return Ok(None) };
        accounts::lock(tx, &kept.account_id)?;
        let Some(kept) = bank_lines::get(tx, &company, &id)? else { return Ok(None) };
        if kept.status != Status::Doubtful {
            return Ok(Some(Err(())));
        }
        let now = ids.now();
        match answer {
            Answer::Another => bank_lines::clear_doubt(tx, &company, &id, now)?,
            Answer::Same => bank_lines::set_status(tx, &company, &id, Status::GivenUp, now)?,
        }
        let word = if answer == Answer::Another { "another" } else { "same" };
        let details = json!({ "answer": word, "of": kept.doubt.as_ref().map(|(_, of)| of) });
        let whose = Author { company_id: &company, actor: &author };
        trail::record(tx, &mut ids, whose, "statement.line_resolved", &id, &details)?;
        let Some(account) = accounts::get(tx, &kept.account_id)? else { return Ok(None) };
        if answer == Answer::Another {
            days::close(tx, &account, kept.line.date, now)?;
            enqueue(tx, &mut ids, &company, Kind::Reconcile, &account.id, now)?;
        }
        record::note_doubtful(tx, &mut ids, &account)?;
        Ok(bank_lines::get(tx, &company, &id)?.map(Ok))
    })?;
    world.bell.ring();
    match done {
        Some(Ok(kept)) => Ok(LineView::new(kept)),
        Some(Err(())) => {
            Err(Error::conflict("not_doubtful", "este lançamento já não está em dúvida"))
        }
        None => Err(Error::not_found("lançamento")),
    }
}
