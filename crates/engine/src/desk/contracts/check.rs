//! What is wrong with a contract as given.

use jiff::civil::Date;
use quita_core::order::InvoiceType;
use quita_core::rate::Rate;
use quita_store::{accounts, customers, payment_forms, terms};

use super::schedule::PERIODS_MAX;
use super::{Interval, NewContract};
use crate::desk::Actor;
use crate::error::{Error, FieldErrors};
use crate::world::World;

/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 80;
/// Longest number, in characters: `CT` before it and ` - 600/600` behind it must fit too.
const NUMBER_MAX: usize = 20;
/// Most days between issue and due date.
const DAYS_BEFORE_MAX: u16 = 180;

/// All that is wrong with a contract. `must_come` is whether its first due date is still to come.
pub(super) fn check(
    world: &World,
    actor: &Actor,
    new: &NewContract,
    today: Date,
    must_come: bool,
) -> Result<(), Error> {
    let mut errors = FieldErrors::default();
    let description = new.description.trim();
    if description.is_empty() {
        errors.add("description", "missing", "diga o que o contrato cobra");
    } else if description.chars().count() > DESCRIPTION_MAX {
        errors.add("description", "too_long", format!("use até {DESCRIPTION_MAX} caracteres"));
    }
    if let Some(number) = &new.number {
        if number.trim().is_empty() {
            errors.add("number", "missing", "informe um número, ou deixe quita dar o próximo");
        } else if number.trim().chars().count() > NUMBER_MAX {
            errors.add("number", "too_long", format!("use até {NUMBER_MAX} caracteres"));
        }
    }
    if new.amount <= 0 {
        errors.add("amount", "not_positive", "informe um valor acima de zero");
    }
    if matches!(new.invoice_type, Some(InvoiceType::Deposit | InvoiceType::Proposal)) {
        let message = "um contrato cobra com bill_of_exchange ou tuition_payment";
        errors.add("invoice_type", "invalid", message);
    }
    let percent = new.readjustment.as_ref().map(|text| text.parse::<Rate>());
    match percent {
        Some(Err(_)) => {
            let message = "use uma porcentagem em texto, com ponto: \"4.50\"";
            errors.add("readjustment", "invalid", message);
        }
        Some(Ok(rate)) if !(1..=100_000_000).contains(&rate.millionths()) => {
            errors.add("readjustment", "out_of_range", "use de 0,01 % a 100 %");
        }
        _ => {}
    }
    dates(&mut errors, new, today, must_come);
    registers(world, actor, &mut errors, new)?;
    errors.check()
}

fn dates(errors: &mut FieldErrors, new: &NewContract, today: Date, must_come: bool) {
    match new.first_due() {
        None => errors.add("expiration_date", "invalid", "use uma data AAAA-MM-DD"),
        Some(due) if must_come && due < today => {
            let message = format!("o vencimento já passou; hoje é {today}");
            errors.add("expiration_date", "in_the_past", message);
        }
        Some(_) => {}
    }
    let most = u16::try_from(PERIODS_MAX).unwrap_or(u16::MAX);
    let mut range = |field: &str, value: Option<u16>, least: u16, most: u16| {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            errors.add(field, "out_of_range", format!("use de {least} a {most}"));
        }
    };
    range("every", new.every, 1, 60);
    range("first_period", new.first_period, 1, most);
    range("periods", new.periods, new.first_period.unwrap_or(1), most);
    range("days_before", new.days_before, 0, DAYS_BEFORE_MAX);
    range("day_of_month", new.day_of_month.map(u16::from), 1, 31);
    if new.day_of_month.is_some() && new.interval == Interval::Weekly {
        let message = "semanas não têm dia fixo do mês: deixe vazio";
        errors.add("day_of_month", "not_allowed", message);
    }
    if new.periods.is_some() && new.end_date.is_some() {
        let message = "informe quantos períodos ou até que data, não ambos";
        errors.add("end_date", "ambiguous", message);
    }
    let end = new.end_date.as_ref().map(|text| text.parse::<Date>());
    match end {
        Some(Err(_)) => errors.add("end_date", "invalid", "use uma data AAAA-MM-DD"),
        Some(Ok(end)) if new.first_due().is_some_and(|due| due > end) => {
            errors.add("end_date", "too_early", "o fim vem antes do primeiro vencimento");
        }
        _ => {}
    }
}

/// Customer, payment form, account and terms must be of this company.
fn registers(
    world: &World,
    actor: &Actor,
    errors: &mut FieldErrors,
    new: &NewContract,
) -> Result<(), Error> {
    let (company, wanted) = (actor.company_id.clone(), new.clone());
    let found = world.store.read(move |tx| {
        let form = match &wanted.payment_form_id {
            Some(id) => payment_forms::get(tx, &company, id)?.is_some(),
            None => true,
        };
        let terms = match &wanted.terms_id {
            Some(id) => terms::get(tx, &company, id)?.is_some(),
            None => true,
        };
        let accounts = accounts::list(tx, &company)?;
        let account =
            wanted.account_id.as_ref().is_none_or(|id| accounts.iter().any(|a| a.id == *id));
        let customer = customers::get(tx, &company, &wanted.customer_id)?.is_some();
        Ok([
            (customer, "customer_id", "escolha um cliente cadastrado"),
            (form, "payment_form_id", "não há forma de pagamento com este id nesta empresa"),
            (account, "account_id", "não há conta com este id nesta empresa"),
            (terms, "terms_id", "não há parâmetros com este id nesta empresa"),
        ])
    })?;
    for (there, field, message) in found {
        if !there {
            errors.add(field, "not_found", message);
        }
    }
    Ok(())
}
