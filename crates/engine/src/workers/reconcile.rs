//! Matches the lines of an account with what is owed. The subject of a job is the account.

use quita_store::jobs::Job;

use super::finish;
use crate::error::Error;
use crate::world::World;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    Ok(world.tx(move |tx, _| finish(tx, &job))?)
}
