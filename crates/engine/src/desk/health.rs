//! Whether this node can work at all.

use quita_store::settings;

use crate::error::Error;
use crate::world::World;

/// Asks the database something small; an error where it does not answer.
pub fn reachable(world: &World) -> Result<(), Error> {
    world.store.read(|tx| settings::get(tx, "environment"))?;
    Ok(())
}
