//! The boletos of one document: how its amount is divided and when each falls due.

use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::issue::{self, NewBoleto};
use super::origin::Origin;
use super::terms::{self, NewTerms};
use super::{Actor, payment_forms};
use crate::clock::bank_day;
use crate::error::{Error, FieldError, FieldErrors};
use crate::world::World;

/// Most boletos of one document.
pub const COUNT_MAX: u16 = 99;

/// The instalments of one document.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInstalments {
    /// The first boleto. Its document number gets ` - n/N`, its amount is repeated or divided.
    pub boleto: NewBoleto,
    /// How many, 1 to 99.
    pub count: u16,
    /// `repeat`: each has the whole amount; `divide`: the cents that remain go to the first.
    pub mode: InstalmentMode,
}

/// What the amount of instalments means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstalmentMode {
    /// Each has the whole amount.
    Repeat,
    /// The amount is divided among them.
    Divide,
}

/// When instalments fall due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A month apart, on the day of the first or the last of a shorter month.
    Monthly,
    /// On this day of each month after the first, or the last of a shorter month.
    DayOfMonth(i8),
    /// So many days after the day of issue each: only the steps between them count. Beyond the
    /// last one its step goes on.
    Days(Vec<u16>),
}

impl Plan {
    /// The due dates of `count` instalments, the first on `first`; `None` beyond the calendar.
    pub fn due_dates(&self, first: Date, count: u16) -> Option<Vec<Date>> {
        (0..count)
            .map(|i| match self {
                Self::Monthly => first.checked_add(Span::new().months(i32::from(i))).ok(),
                Self::DayOfMonth(_) if i == 0 => Some(first),
                Self::DayOfMonth(day) => {
                    let later = Span::new().months(i32::from(i));
                    let month = first.first_of_month().checked_add(later).ok()?;
                    month.with().day((*day).clamp(1, month.days_in_month())).build().ok()
                }
                Self::Days(days) => first.checked_add(Span::new().days(step(days, i))).ok(),
            })
            .collect()
    }
}

/// Days from the first instalment to that of this index.
fn step(days: &[u16], index: u16) -> i32 {
    let at = |i: usize| days.get(i).copied().map(i32::from);
    let (first, last) = (at(0).unwrap_or(0), days.last().copied().map_or(0, i32::from));
    match at(usize::from(index)) {
        Some(day) => day - first,
        None => {
            let before = days.len().checked_sub(2).and_then(at);
            let gap = before.map_or(30, |before| last - before);
            let known = i32::try_from(days.len().max(1)).unwrap_or(i32::MAX);
            let beyond = i32::from(index) + 1 - known;
            last - first + gap * beyond
        }
    }
}

/// The boletos of a document, a month apart, on the same day or the last of a shorter month.
pub fn instalments(new: &NewInstalments) -> Result<Vec<NewBoleto>, Error> {
    planned(new, &Plan::Monthly)
}

/// The boletos of a document, due as the plan says.
pub fn planned(new: &NewInstalments, plan: &Plan) -> Result<Vec<NewBoleto>, Error> {
    if new.count == 0 || new.count > COUNT_MAX {
        let message = format!("use de 1 a {COUNT_MAX} parcelas");
        return Err(Error::invalid("count", "out_of_range", message));
    }
    let first: Date = new.boleto.expiration_date.parse().map_err(|_| {
        Error::invalid("boleto.expiration_date", "invalid", "use uma data AAAA-MM-DD")
    })?;
    let dates = plan.due_dates(first, new.count).ok_or_else(|| {
        Error::invalid("boleto.expiration_date", "out_of_range", "vencimento longe demais")
    })?;
    let count = i64::from(new.count);
    let boletos = dates.into_iter().enumerate().map(|(i, due)| {
        let mut boleto = new.boleto.clone();
        boleto.expiration_date = due.to_string();
        boleto.document_number =
            format!("{} - {}/{}", new.boleto.document_number.trim(), i + 1, new.count);
        if new.mode == InstalmentMode::Divide {
            let share = new.boleto.amount / count;
            let rest = new.boleto.amount - share * count;
            boleto.amount = if i == 0 { share + rest } else { share };
        }
        boleto
    });
    Ok(boletos.collect())
}

/// A document as people enter it, which a payment form may complete.
#[derive(Clone, Debug)]
pub struct NewDocument {
    /// The first boleto; its number is without the prefix of its origin and without ` - n/N`.
    /// Its due date may be empty where the payment form gives one.
    pub boleto: NewBoleto,
    /// How many boletos; when left out as many as the payment form says, else one.
    pub count: Option<u16>,
    /// What the amount means.
    pub mode: InstalmentMode,
    /// Account, terms and plan, where the boleto gives none of its own.
    pub payment_form_id: Option<String>,
    /// Its own terms, which win over those that are kept under a name.
    pub terms: NewTerms,
}

/// The boletos of a document as entered. One that replaces another keeps its number.
pub fn boletos_of(
    world: &World,
    actor: &Actor,
    document: &NewDocument,
) -> Result<Vec<NewBoleto>, Error> {
    let mut boleto = document.boleto.clone();
    let today = bank_day(world.clock.now());
    let mut errors = FieldErrors::default();
    let form = match &document.payment_form_id {
        None => None,
        Some(id) => {
            let found = payment_forms::find(world, actor, id)?;
            if !found.as_ref().is_some_and(|form| form.active) {
                let message = "não há forma de pagamento ativa com este id nesta empresa";
                errors.add("payment_form_id", "not_found", message);
            }
            found
        }
    };
    let mut plan = Plan::Monthly;
    let mut count = 1;
    if let Some(form) = form {
        plan = form.plan();
        count = u16::try_from(form.days.len()).unwrap_or(COUNT_MAX).max(1);
        if boleto.expiration_date.is_empty() {
            let first = form.first_due(today).map(|date| date.to_string());
            boleto.expiration_date = first.unwrap_or_default();
        }
        boleto.account_id = boleto.account_id.or(form.account_id);
        boleto.terms_id = boleto.terms_id.or(form.terms_id);
    }
    if boleto.expiration_date.is_empty() {
        errors.add("expiration_date", "missing", "informe o vencimento");
    }
    errors.check()?;
    if boleto.replaces.is_some() {
        return Ok(vec![terms::fill(&boleto, document.terms.clone())]);
    }
    let number = boleto.document_number.trim();
    if number.is_empty() {
        // Said by the check of each boleto, were it not for the ` - 1/1`.
        return Err(Error::invalid("document_number", "missing", "informe o número do documento"));
    }
    let origin = boleto.origin.as_deref().and_then(Origin::from_word);
    boleto.document_number = origin.map_or_else(|| number.to_owned(), |o| o.numbered(number));
    let count = document.count.unwrap_or(count);
    let boletos = planned(&NewInstalments { boleto, count, mode: document.mode }, &plan)?;
    Ok(boletos.iter().map(|boleto| terms::fill(boleto, document.terms.clone())).collect())
}

/// All that is wrong with a document; nothing is issued.
pub fn wrong(
    world: &World,
    actor: &Actor,
    document: &NewDocument,
) -> Result<Vec<FieldError>, Error> {
    let (mut found, boletos) = match boletos_of(world, actor, document) {
        Ok(boletos) => (Vec::new(), boletos),
        Err(Error::Invalid(errors)) => {
            // What else is wrong is found with a date that stands in.
            let mut boleto = document.boleto.clone();
            if boleto.expiration_date.parse::<Date>().is_err() {
                boleto.expiration_date = bank_day(world.clock.now()).to_string();
            }
            (errors, vec![terms::fill(&boleto, document.terms.clone())])
        }
        Err(other) => return Err(other),
    };
    match issue::check_only(world, actor, &boletos) {
        Err(Error::Invalid(errors)) => found.extend(errors),
        other => other?,
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn dates(plan: &Plan, count: u16) -> Vec<String> {
        let dates = plan.due_dates(date(2027, 1, 31), count).unwrap();
        dates.into_iter().map(|date| date.to_string()).collect()
    }

    #[test]
    fn instalments_fall_due_as_planned() {
        assert_eq!(dates(&Plan::Monthly, 3), ["2027-01-31", "2027-02-28", "2027-03-31"]);
        assert_eq!(dates(&Plan::DayOfMonth(30), 3), ["2027-01-31", "2027-02-28", "2027-03-30"]);
        let days = Plan::Days(vec![30, 45, 60]);
        assert_eq!(dates(&days, 4), ["2027-01-31", "2027-02-15", "2027-03-02", "2027-03-17"]);
        assert_eq!(dates(&Plan::Days(vec![30]), 2), ["2027-01-31", "2027-03-02"]);
        assert_eq!(dates(&Plan::Days(Vec::new()), 2), ["2027-01-31", "2027-03-02"]);
        assert_eq!(Plan::Monthly.due_dates(Date::MAX, 2), None);
    }
}
