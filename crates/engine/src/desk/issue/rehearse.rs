//! Would the bank register a boleto? It is asked, and registers nothing.

use quita_banks::contract::{Op, OpKind, Outcome};
use quita_banks::registry;
use quita_core::fact::Refusal;
use quita_store::accounts::Account;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Actor;
use super::{Checked, NewBoleto, Shape, check_all};
use crate::call::{self, Called, NotNow};
use crate::connection;
use crate::error::Error;
use crate::order_boleto;
use crate::world::World;

/// What a bank says of a boleto that it was only shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rehearsal {
    /// Whether it would register it, as things stand now.
    pub accepted: bool,
    /// The bank's code of its refusal; empty where it would.
    pub code: String,
    /// Why it would not, and what to do; empty where it would.
    pub message: String,
    /// Our name of the field at fault, where the bank named one.
    pub field: Option<String>,
}

/// Whether the bank of an account can be asked.
pub(in crate::desk) fn is_possible(account: &Account) -> bool {
    let bank = registry::by_folder(&account.bank);
    account.layout.is_none() && bank.is_some_and(|bank| bank.info().can(OpKind::Rehearse))
}

/// Asks the bank whether it would register this boleto. All of our own checks come first; nothing
/// is stored and no number is used up.
pub fn rehearse(world: &World, actor: &Actor, new: &NewBoleto) -> Result<Rehearsal, Error> {
    let (_, checked) = check_all(world, actor, "rehearsal", std::slice::from_ref(new), Shape::One)?;
    let Some(Checked { account, mut order, .. }) = checked.into_iter().next() else {
        return Err(Error::internal("nothing was checked"));
    };
    if !is_possible(&account) {
        let message = "o banco desta conta não simula a emissão; confira e emita";
        return Err(Error::conflict("not_supported", message));
    }
    let (next, now) = (account.clone(), world.clock.now());
    order.our_number = world.store.read(move |tx| order_boleto::next_number(tx, &next, now))?;
    let connection = connection::connect(world, &account.id)?;
    let outcome = match call::ask_for_person(world, &connection, Op::Rehearse(Box::new(order)))? {
        Ok(Called::Answered(outcome)) => outcome,
        Err(NotNow::Never(refusal)) => Outcome::Rejected(refusal),
        Ok(Called::NotSent(reason)) | Err(NotNow::Later { reason, .. }) => {
            return Err(Error::BankUnavailable(format!("o banco não foi consultado: {reason}")));
        }
    };
    match outcome {
        Outcome::Done(_) | Outcome::Page { .. } => Ok(Rehearsal {
            accepted: true,
            code: String::new(),
            message: String::new(),
            field: None,
        }),
        Outcome::Rejected(Refusal { code, message, field }) => {
            Ok(Rehearsal { accepted: false, code, message, field })
        }
        Outcome::AlreadyThere { reason } => Ok(Rehearsal {
            accepted: false,
            code: "already_there".into(),
            message: reason,
            field: None,
        }),
        Outcome::Transient { reason, .. } => Err(Error::BankUnavailable(reason)),
        Outcome::Unknown { reason } => {
            Err(Error::BankUnavailable(format!("o banco não respondeu: {reason}")))
        }
        Outcome::Unauthorized => Err(Error::BankUnavailable("o banco não aceitou o token".into())),
    }
}
