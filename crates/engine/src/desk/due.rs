//! What is to be paid for a boleto today.

use quita_banks::registry;
use quita_core::calendar::Calendar;
use quita_core::payable::{Payable, PayableRules, payable};
use quita_store::boletos::{self, Boleto};

use super::view::company_and_accounts;
use super::{Actor, Permission};
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// What is due for a boleto on the bank day at hand, by the rules of its bank: whatever its
/// status, so it means something only while it can be paid.
pub fn today(world: &World, boleto: &Boleto) -> Result<Payable, Error> {
    let (_, accounts) = company_and_accounts(world, &boleto.company_id)?;
    let account = accounts.iter().find(|account| account.id == boleto.account_id);
    let bank = account.and_then(|account| registry::by_folder(&account.bank));
    let rules = bank.map_or(PayableRules::DEFAULT, |bank| bank.info().payable);
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let on = bank_day(world.clock.now());
    let (due, calendar) = (order.expiration_date, Calendar::national());
    Ok(payable(order.amount, due, &order.terms, on, &calendar, rules))
}

/// As [`today`], for a boleto of the company.
pub fn of(world: &World, actor: &Actor, id: &str) -> Result<Payable, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let boleto = world.store.read(move |tx| boletos::of_company(tx, &company, &id))?;
    today(world, &boleto.ok_or_else(|| Error::not_found("boleto"))?)
}
