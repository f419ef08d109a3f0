//! A charge whose boleto came to nothing, and gets another one.

use quita_core::fold::Status;
use quita_store::charges::{self, Charge};
use quita_store::{StoreError, Tx, boletos};

use super::Actor;
use crate::error::{Error, FieldErrors};
use crate::world::World;

/// The boleto whose place a new one takes.
pub(super) struct Replaced {
    boleto_id: String,
    /// The charge that the new one collects.
    pub(super) charge_id: String,
}

/// Whether a boleto can be given up for a new one of this document number.
pub(super) fn check(
    world: &World,
    actor: &Actor,
    errors: &mut FieldErrors,
    prefix: &str,
    id: &str,
    number: &str,
) -> Result<Option<Replaced>, Error> {
    let (company, wanted) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(boleto) = boletos::of_company(tx, &company, &wanted)? else { return Ok(None) };
        let charge = charges::get(tx, &company, &boleto.charge_id)?;
        Ok(charge.map(|charge| (boleto, charge)))
    })?;
    let Some((boleto, charge)) = found else {
        let message = "não há boleto com este id nesta empresa";
        errors.add(format!("{prefix}replaces"), "not_found", message);
        return Ok(None);
    };
    if !came_to_nothing(boleto.status) {
        let message = format!(
            "o boleto está «{}»: só um recusado, cancelado ou expirado dá lugar a outro",
            boleto.status.label()
        );
        errors.add(format!("{prefix}replaces"), "wrong_status", message);
    }
    if charge.document_number != number {
        let message = format!("a cobrança tem o número «{}»: mantenha-o", charge.document_number);
        errors.add(format!("{prefix}document_number"), "not_the_same", message);
    }
    Ok(Some(Replaced { boleto_id: boleto.id, charge_id: charge.id }))
}

/// Whether a boleto of this status can be given up.
pub(super) const fn came_to_nothing(status: Status) -> bool {
    matches!(status, Status::Rejected | Status::Cancelled | Status::Expired)
}

impl Replaced {
    /// Makes the charge as the new boleto has it; false when it has a live boleto by now.
    pub(super) fn give_way(&self, tx: &mut Tx, charge: &Charge) -> Result<bool, StoreError> {
        boletos::lock(tx, &self.boleto_id)?;
        let old = boletos::get(tx, &self.boleto_id)?;
        let live = boletos::live_of_charge(tx, &self.charge_id)?;
        if live.is_some() || !old.is_some_and(|old| came_to_nothing(old.status)) {
            return Ok(false);
        }
        charges::set_order(tx, charge)?;
        Ok(true)
    }
}
