//! `quita audit`: proves that nothing was changed behind the back of the audit trail.

use clap::{Args, Subcommand};
use quita_engine::learn;
use quita_store::{audit, boletos};
use serde_json::json;

use super::doctor::audit_says;
use super::place::Place;
use crate::failure::Failure;

/// What can be done with the audit trail.
#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(about = "Confere a cadeia de auditoria e refaz cada boleto a partir dos fatos")]
    Verify(Verify),
}

/// Which installation.
#[derive(Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    place: Place,
}

/// Does what was asked.
pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let Command::Verify(command) = command;
    let (world, _) = command.place.open()?;
    let (whole, message) = audit_says(&audit::verify(&world.store)?);
    let (checked, wrong) = refold(&world)?;
    let output = command.place.output();
    output.json(&json!({
        "audit_whole": whole,
        "audit": message,
        "boletos_checked": checked,
        "boletos_wrong": wrong,
    }))?;
    output.show(&message)?;
    output.show(&format!(
        "{checked} boletos refeitos a partir dos fatos, {} divergem",
        wrong.len()
    ))?;
    if whole && wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "a conferência encontrou divergências; guarde uma cópia dos dados e investigue",
    ))
}

/// Every boleto's cached state against the fold of its facts.
fn refold(world: &quita_engine::world::World) -> Result<(usize, Vec<String>), Failure> {
    let (mut after, mut checked, mut wrong) = (String::new(), 0, Vec::new());
    loop {
        let from = after.clone();
        let (ids, bad) = world.store.read(move |tx| {
            let ids = boletos::ids_after(tx, &from, 500)?;
            let mut bad = Vec::new();
            for id in &ids {
                let Some(kept) = boletos::get(tx, id)? else { continue };
                let mut again = kept.clone();
                again.take(&learn::folded(tx, id)?, kept.updated_at);
                // Another one may have taken its place for the charge.
                again.live = kept.live;
                again.settled_at = kept.settled_at;
                again.registered_at = kept.registered_at;
                if again != kept {
                    bad.push(id.clone());
                }
            }
            Ok((ids, bad))
        })?;
        checked += ids.len();
        wrong.extend(bad);
        match ids.last() {
            Some(last) => after.clone_from(last),
            None => return Ok((checked, wrong)),
        }
    }
}
