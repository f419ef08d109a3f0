//! `quita sync`: looks at every account now.

use clap::Args;
use jiff::Timestamp;
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
    let since = world.clock.now();
    let count = act::sync(&world, &actor)?;
    super::work(&world, || {
        let health = accounts::health(&world, &actor)?;
        let looked = health.iter().filter_map(|h| h.last_look.as_ref()?.parse::<Timestamp>().ok());
        Ok(looked.filter(|at| *at >= since).count() >= count)
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
