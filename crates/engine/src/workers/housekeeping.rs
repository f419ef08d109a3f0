//! What is done a few times a second: numbers for events, seals for the audit chain; and each hour
//! a look at the credentials.

use quita_store::{audit, bank_tokens, events, idempotency, inbox, sessions};

use crate::credential_watch;
use crate::error::Error;
use crate::world::World;

/// Rows at a time, so that no transaction holds the others up.
const LOT: i64 = 500;

/// After so many there are probably more.
pub(super) const FULL_LOT: u64 = LOT.unsigned_abs();

/// Numbers new events and seals new audit rows. Gives how many there were.
pub fn housekeeping(world: &World) -> Result<u64, Error> {
    let numbered = world.tx(|tx, _| events::number(tx, LOT))?;
    let sealed = world.tx(|tx, _| audit::seal(tx, LOT))?;
    world.tx(|tx, ids| {
        idempotency::reap(tx, ids.now(), LOT)?;
        inbox::reap(tx, ids.now(), LOT)?;
        bank_tokens::reap(tx, ids.now())?;
        sessions::reap(tx, ids.now())
    })?;
    credential_watch::look(world)?;
    Ok(numbered + sealed)
}
