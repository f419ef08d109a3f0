//! What the form of a boleto holds when somebody tries a new connection out.

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::calendar::Calendar;
use quita_store::charges;

use super::companies::{self, CompanyView};
use super::credentials::of_company;
use super::{Actor, Permission};
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// Before the number of each such boleto.
const PREFIX: &str = "TESTE-";

/// A boleto to try a connection out with.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The account.
    pub account_id: String,
    /// Its name for people.
    pub description: String,
    /// The first such number that is free: `TESTE-1`.
    pub document_number: String,
    /// The least that the bank takes, in cents.
    pub amount: i64,
    /// The next business day after today.
    pub expiration_date: Date,
    /// Who charges, and who owes.
    pub company: CompanyView,
}

/// The least that shows whether an account works: the smallest amount of its bank, due on the next
/// business day, from the company to itself.
pub fn trial(world: &World, actor: &Actor, account_id: &str) -> Result<Trial, Error> {
    actor.must(Permission::Charge)?;
    let account = of_company(world, actor, account_id)?;
    let info = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?
        .info();
    let company = actor.company_id.clone();
    let taken = world.store.read(move |tx| charges::numbers(tx, &company, PREFIX))?;
    // `TESTE-7 - 1/1`, as the form numbers its instalments.
    let of = |number: &String| {
        number.strip_prefix(PREFIX)?.split(' ').next().and_then(|n| n.parse::<u32>().ok())
    };
    let last = taken.iter().filter_map(of).max().unwrap_or(0);
    let today = bank_day(world.clock.now());
    let tomorrow = today.checked_add(1.day()).unwrap_or(today);
    Ok(Trial {
        account_id: account.id,
        description: account.description,
        document_number: format!("{PREFIX}{}", last.saturating_add(1)),
        amount: info.boleto.amount_min,
        expiration_date: Calendar::national().next_business_day(tomorrow),
        company: companies::get(world, actor)?,
    })
}
