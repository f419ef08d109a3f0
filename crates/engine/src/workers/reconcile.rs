//! Matches the lines of an account with what is owed. The subject of a job is the account.

use quita_store::jobs::{self, Job};

use super::finish;
use crate::clock::after;
use crate::desk::reconciliation;
use crate::error::Error;
use crate::world::World;

/// What somebody else changed meanwhile is looked at so soon again.
const AGAIN_SECONDS: i64 = 5;

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let done = reconciliation::run(world, &job.subject)?;
    let again = done.again.then(|| after(world.clock.now(), AGAIN_SECONDS));
    let job = job.clone();
    world.tx(move |tx, _| match again {
        Some(at) => jobs::again(tx, &job.id, &job.lease, at).map(|_| ()),
        None => finish(tx, &job),
    })?;
    Ok(())
}
