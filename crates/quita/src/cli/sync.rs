//! `quita sync`: looks at every account now.

use clap::Args;
use quita_engine::desk::{accounts, act};

use super::place::Place;
use crate::failure::Failure;

/// Which company.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    place: Place,
}

/// Does what was asked.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let (world, actor) = command.place.open()?;
    let since = world.clock.now().to_string();
    let count = act::sync(&world, &actor)?;
    super::work(&world, || {
        let health = accounts::health(&world, &actor)?;
        let looked = health.iter().filter(|h| {
            h.last_success.as_ref().is_some_and(|at| *at >= since) || !h.last_error.is_empty()
        });
        Ok(looked.count() >= count)
    })?;
    let health = accounts::health(&world, &actor)?;
    let output = command.place.output();
    output.json(&health)?;
    for account in health {
        let state = if account.last_error.is_empty() { "em dia" } else { &account.last_error };
        output.show(&format!("{}: {state}", account.description))?;
    }
    Ok(())
}
