//! What stands in the way of boletos, without issuing them.

use super::{NewBoleto, check_one, desk};
use crate::desk::{Actor, Permission};
use crate::error::{Error, FieldError, FieldErrors};
use crate::world::World;

/// What is wrong with each of these boletos by the checks of [`super::issue`]; nothing is stored.
pub(in crate::desk) fn faults(
    world: &World,
    actor: &Actor,
    new: &[NewBoleto],
) -> Result<Vec<Vec<FieldError>>, Error> {
    actor.must(Permission::Charge)?;
    let desk = desk(world, actor, new)?;
    let mut ids = world.ids();
    let faults = new.iter().map(|boleto| {
        let mut errors = FieldErrors::default();
        check_one(world, actor, &desk, &mut ids, &mut errors, "", boleto)?;
        Ok(errors.into_all())
    });
    faults.collect()
}
