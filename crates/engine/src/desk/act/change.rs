//! New values and terms of a boleto, and whether its bank takes them.

use jiff::civil::Date;
use quita_banks::contract::{Bank, Problem};
use quita_banks::info::BoletoRules;
use quita_core::barcode::MAX_AMOUNT;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::{Accepts, Discount, Term, TermKind};
use quita_core::terms_check;
use quita_store::accounts::Account;
use quita_store::boletos::Boleto;
use quita_store::remittance_orders::Instruction;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::USE_REPLACE;
use crate::clock::bank_day;
use crate::desk::issue::{GivenTerms, TermValue, given_terms};
use crate::desk::view::{self, AcceptsView, company_and_accounts};
use crate::error::{Error, FieldErrors};
use crate::world::{Environment, World};
use crate::{by_file, connection};

/// New values and terms of a boleto; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// New due date.
    #[schema(format = Date)]
    pub expiration_date: Option<String>,
    /// New nominal amount in cents.
    #[serde(default)]
    pub amount: Option<i64>,
    /// What is taken off whenever it is paid, in cents; 0 for nothing any more.
    #[serde(default)]
    pub abatement: Option<i64>,
    /// Charged once when late; null for no fine any more.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<TermValue>)]
    pub fine: Option<Option<TermValue>>,
    /// Charged a day (cents) or a month (percent) when late; null for no interest any more.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<TermValue>)]
    pub interest: Option<Option<TermValue>>,
    /// Given until a date, all of them in the place of those that there were; an empty list for none
    /// any more.
    #[serde(default)]
    pub discounts: Option<Vec<TermValue>>,
    /// Which amounts other than the one due the bank takes («recebimento divergente»).
    #[serde(default)]
    pub accepts: Option<AcceptsView>,
}

/// What is there, be it null.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// New values and terms, read.
#[derive(Clone, Debug, Default)]
pub(super) struct NewValues {
    pub(super) due: Option<Date>,
    pub(super) amount: Option<Money>,
    pub(super) terms: Vec<Term>,
}

impl NewValues {
    fn is_empty(&self) -> bool {
        !self.has_values() && self.terms.is_empty()
    }

    fn has_values(&self) -> bool {
        self.due.is_some() || self.amount.is_some()
    }
}

/// The order with other values and terms than those that stand now.
pub(super) fn changed(boleto: &Boleto, new: &NewValues) -> BoletoOrder {
    let due = new.due.unwrap_or(boleto.expiration_date);
    let mut order = boleto.order.changed(due, new.amount.unwrap_or(boleto.amount));
    for term in &new.terms {
        order.terms.set(term.clone());
    }
    order
}

/// What a bank changes of a registered boleto, by the way on which an account works with it.
pub(super) fn rules(bank: &dyn Bank, account: &Account) -> BoletoRules {
    by_file::layout(account).map_or(bank.info().boleto, |layout| layout.boleto_rules())
}

/// What is asked of a registered boleto, where its bank takes it.
pub(super) fn of_registered(
    world: &World,
    bank: &dyn Bank,
    account: &Account,
    boleto: &Boleto,
    change: &Change,
) -> Result<NewValues, Error> {
    let today = bank_day(world.clock.now());
    let mut new = read(change, boleto, today)?;
    let rules = rules(bank, account);
    let mut errors = FieldErrors::default();
    if new.due.is_some() && !rules.change_expiration_date {
        errors.add("expiration_date", "not_supported", USE_REPLACE);
    }
    if new.amount.is_some() && !rules.change_amount {
        errors.add("amount", "not_supported", USE_REPLACE);
    }
    for kind in new.terms.iter().map(Term::kind).filter(|kind| !rules.change_terms.has(*kind)) {
        errors.add(kind.word(), "not_supported", USE_REPLACE);
    }
    errors.check()?;
    let now = boleto.order.changed(boleto.expiration_date, boleto.amount).terms;
    let stands = |term: &Term| now.term(term.kind()).as_ref() == Some(term);
    // With a new due date the dates of terms move: what is given stands by itself.
    let known: Vec<TermKind> = match new.due {
        Some(_) => Vec::new(),
        None => new.terms.iter().filter(|term| stands(term)).map(Term::kind).collect(),
    };
    new.terms.retain(|term| !known.contains(&term.kind()));
    if new.is_empty() {
        let mut errors = FieldErrors::default();
        for kind in known {
            errors.add(kind.word(), "unchanged", format!("já está assim ({})", kind.label()));
        }
        errors.check()?;
    }
    check(world, bank, account, boleto, &new, new.has_values())?;
    Ok(new)
}

/// What another boleto in the place of this one is to have.
pub(super) fn of_replacement(
    world: &World,
    bank: &dyn Bank,
    account: &Account,
    boleto: &Boleto,
    change: &Change,
) -> Result<NewValues, Error> {
    if change.accepts.is_some() {
        let message = "isto se pede de um boleto registrado: peça-o do novo, depois do registro";
        return Err(Error::invalid("accepts", "not_supported", message));
    }
    let new = match change.says_nothing() {
        true => NewValues::default(),
        false => read(change, boleto, bank_day(world.clock.now()))?,
    };
    check(world, bank, account, boleto, &new, true)?;
    Ok(new)
}

impl Change {
    /// Whether it asks for nothing.
    pub fn says_nothing(&self) -> bool {
        self.expiration_date.is_none()
            && self.amount.is_none()
            && self.abatement.is_none()
            && self.fine.is_none()
            && self.interest.is_none()
            && self.discounts.is_none()
            && self.accepts.is_none()
    }
}

fn read(change: &Change, boleto: &Boleto, today: Date) -> Result<NewValues, Error> {
    let mut errors = FieldErrors::default();
    let due = change.expiration_date.as_deref().and_then(|text| match text.parse::<Date>() {
        Ok(date) if date >= today => Some(date),
        Ok(_) => {
            errors.add("expiration_date", "in_the_past", "o vencimento já passou");
            None
        }
        Err(_) => {
            errors.add("expiration_date", "invalid", "use uma data AAAA-MM-DD");
            None
        }
    });
    let amount = change.amount.map(Money::from_cents);
    if amount.is_some_and(|a| !a.is_positive()) {
        errors.add("amount", "out_of_range", "o valor deve ser maior que zero");
    }
    if change.says_nothing() {
        let message = "diga o novo vencimento ou o novo valor, ou o encargo que muda";
        errors.add("expiration_date", "missing", message);
    }
    let mut terms = Vec::new();
    terms.extend(change.abatement.map(|cents| Term::Abatement(Money::from_cents(cents))));
    let given = GivenTerms {
        fine: change.fine.as_ref().and_then(Option::as_ref),
        interest: change.interest.as_ref().and_then(Option::as_ref),
        discounts: change.discounts.as_deref().unwrap_or_default(),
    };
    let read = given_terms(&mut errors, "", &given, due.unwrap_or(boleto.expiration_date));
    terms.extend(change.interest.as_ref().map(|_| Term::Interest(read.interest)));
    terms.extend(change.fine.as_ref().map(|_| Term::Fine(read.fine)));
    let stand = boleto.order.changed(boleto.expiration_date, boleto.amount).terms.discounts;
    let is_late = |one: &Discount| one.date < today && !stand.contains(one);
    for (i, _) in read.discounts.iter().enumerate().filter(|(_, one)| is_late(one)) {
        errors.add(format!("discounts[{i}].date"), "in_the_past", "este dia já passou");
    }
    terms.extend(change.discounts.as_ref().map(|_| Term::Discounts(read.discounts)));
    match change.accepts.map(AcceptsView::read) {
        None => {}
        Some(None) => {
            let message = "diga o menor valor (least) com at_least, e também o maior (most) com \
                           between";
            errors.add("accepts", "invalid", message);
        }
        Some(Some(accepts)) => {
            let amounts = match accepts {
                Accepts::Exact | Accepts::Any => None,
                Accepts::AtLeast(least) => Some((least, MAX_AMOUNT)),
                Accepts::Between(least, most) => Some((least, most)),
            };
            let fits = |(least, most): (Money, Money)| {
                least.is_positive() && least <= most && most <= MAX_AMOUNT
            };
            if !amounts.is_none_or(fits) {
                let message = "o menor valor vai de R$ 0,01 ao maior, e este até R$ 99.999.999,99";
                errors.add("accepts", "out_of_range", message);
            }
            terms.push(Term::Accepts(accepts));
        }
    }
    errors.check()?;
    Ok(NewValues { due, amount, terms })
}

/// The order as it would be, by the rules of terms and of the bank. `whole`: all of it counts, and not
/// its terms alone.
fn check(
    world: &World,
    bank: &dyn Bank,
    account: &Account,
    boleto: &Boleto,
    new: &NewValues,
    whole: bool,
) -> Result<(), Error> {
    let order = changed(boleto, new);
    let now = world.clock.now();
    let mut errors = FieldErrors::default();
    if !new.terms.is_empty() {
        for problem in terms_check::problems(order.amount, order.expiration_date, &order.terms) {
            errors.add(problem.field, problem.code, problem.message);
        }
    }
    // Of terms that cannot be, a bank has no more to say.
    errors.check()?;
    let mut errors = FieldErrors::default();
    let problems: Vec<Problem> = match by_file::layout(account) {
        Some(layout) => {
            let company = view::beneficiary(&company_and_accounts(world, &boleto.company_id)?.0);
            let told = |order: &Instruction, boleto: &BoletoOrder| {
                by_file::problems(layout, account, &company, boleto, order, now)
            };
            let mut found = Vec::new();
            if whole {
                found = told(&Instruction::Register, &order);
            }
            for term in &new.terms {
                for problem in told(&Instruction::ChangeTerm(term.clone()), &order) {
                    if !found.contains(&problem) {
                        found.push(problem);
                    }
                }
            }
            found
        }
        None => {
            let sandbox = world.environment == Environment::Sandbox;
            let mut found = bank.check(&order, &connection::ctx(account, now, sandbox));
            found.retain(|problem| whole || problem.field.starts_with("terms"));
            found
        }
    };
    for Problem { field, code, message } in problems {
        let field = field.strip_prefix("terms.").unwrap_or(&field);
        errors.add(field, code, message);
    }
    errors.check()
}
