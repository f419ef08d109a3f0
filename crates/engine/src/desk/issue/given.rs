//! Dates, fine, interest and discounts as a request gives them.

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value};
use quita_core::terms_check;

use super::{NewBoleto, TermValue};
use crate::error::FieldErrors;

pub(super) fn date(errors: &mut FieldErrors, field: &str, text: Option<&str>) -> Option<Date> {
    let text = text?;
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    if date.is_none() {
        errors.add(field, "invalid", "use uma data AAAA-MM-DD");
    }
    date
}

/// Fine, interest, discounts and abatement as they are given, with their dates.
pub(in crate::desk) fn terms(
    errors: &mut FieldErrors,
    prefix: &str,
    new: &NewBoleto,
    due: Date,
) -> Terms {
    let given = GivenTerms {
        fine: new.fine.as_ref(),
        interest: new.interest.as_ref(),
        discounts: &new.discounts,
    };
    let mut terms = given_terms(errors, prefix, &given, due);
    terms.abatement = Money::from_cents(new.abatement);
    for problem in terms_check::problems(Money::from_cents(new.amount), due, &terms) {
        errors.add(format!("{prefix}{}", problem.field), problem.code, problem.message);
    }
    terms
}

/// Terms as a request gives them.
pub(in crate::desk) struct GivenTerms<'a> {
    pub(in crate::desk) fine: Option<&'a TermValue>,
    pub(in crate::desk) interest: Option<&'a TermValue>,
    pub(in crate::desk) discounts: &'a [TermValue],
}

/// These terms with their dates; whether they can stand is not looked at.
pub(in crate::desk) fn given_terms(
    errors: &mut FieldErrors,
    prefix: &str,
    given: &GivenTerms<'_>,
    due: Date,
) -> Terms {
    let next = due.tomorrow().unwrap_or(due);
    let mut at = |name: &str, term: &TermValue, otherwise: Option<Date>| {
        let field = format!("{prefix}{name}");
        let date = date(errors, &format!("{field}.date"), term.date.as_deref()).or(otherwise);
        if date.is_none() && term.date.is_none() {
            errors.add(format!("{field}.date"), "missing", "diga até que dia vale o desconto");
        }
        let value = value(errors, &field, term);
        Some((date?, value?))
    };
    let fine = given.fine.and_then(|t| at("fine", t, Some(next)));
    let interest = given.interest.and_then(|t| at("interest", t, Some(next)));
    let discounts = given.discounts.iter().enumerate();
    let discounts: Vec<(Date, Value)> =
        discounts.filter_map(|(i, t)| at(&format!("discounts[{i}]"), t, None)).collect();
    Terms {
        discounts: discounts
            .into_iter()
            .map(|(date, value)| Discount { date, value, per: None })
            .collect(),
        fine: fine.map(|(date, value)| Fine { date, value }),
        interest: interest.map(|(date, value)| Interest {
            date,
            value: match value {
                Value::Fixed(amount) => InterestValue::PerDay(amount),
                Value::Percent(rate) => InterestValue::PerMonth(rate),
            },
        }),
        ..Terms::default()
    }
}

fn value(errors: &mut FieldErrors, field: &str, term: &TermValue) -> Option<Value> {
    match (&term.value, term.face_value) {
        (Some(percent), None) => match percent.parse() {
            Ok(rate) => Some(Value::Percent(rate)),
            Err(_) => {
                let message = "use uma porcentagem em texto, com ponto: \"2.00\"";
                errors.add(format!("{field}.value"), "invalid", message);
                None
            }
        },
        (None, Some(cents)) => Some(Value::Fixed(Money::from_cents(cents))),
        (None, None) => {
            errors.add(field, "missing", "informe value (porcentagem) ou face_value (centavos)");
            None
        }
        (Some(_), Some(_)) => {
            errors.add(field, "ambiguous", "informe value ou face_value, não ambos");
            None
        }
    }
}
