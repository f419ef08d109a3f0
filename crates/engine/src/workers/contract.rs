//! Issues the periods of a contract whose day has come. Each period is marked in the transaction of
//! its boleto, so that a run that ends in between is simply run again.

use quita_store::jobs::{self, Job};

use super::finish;
use crate::desk::contracts;
use crate::error::Error;
use crate::world::World;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let Some((kept, open)) = contracts::open_due(world, &job.company_id, &job.subject)? else {
        // Paused, ended, or gone: whoever resumes it asks for work again.
        let job = job.clone();
        return Ok(world.tx(move |tx, _| finish(tx, &job))?);
    };
    (world.crash_point)("contract.opened");
    let mut stuck = Vec::new();
    for period in &open {
        stuck.extend(contracts::try_open(world, &kept, period)?);
        (world.crash_point)("contract.issued");
    }
    let job = job.clone();
    let stuck = std::sync::Arc::new(stuck);
    world.tx(move |tx, mut ids| match contracts::look_again(tx, &mut ids, &kept, &stuck)? {
        Some(at) => jobs::again(tx, &job.id, &job.lease, at).map(|_| ()),
        None => finish(tx, &job),
    })?;
    Ok(())
}
