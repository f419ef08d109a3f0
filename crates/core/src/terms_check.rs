//! Whether terms can stand: what must be corrected, and what the law makes unusual.

use jiff::civil::Date;

use crate::barcode::MAX_AMOUNT;
use crate::findings::{Problem, Warning};
use crate::money::Money;
use crate::rate::{Rate, Rounding};
use crate::terms::{Discount, InterestValue, Terms, Value};

/// Most discounts of one boleto (FEBRABAN C021).
pub const MOST_DISCOUNTS: usize = 3;

/// A discount or abatement takes at most this part of the nominal amount (Itaú CNAB manual,
/// notes 13 and table 3; Stone API).
const MOST_TAKEN_OFF: Rate = Rate::from_basis_points(90_00);

/// The customary cap of a fine: 2 % of the instalment (CDC, art. 52 §1).
const FINE_CAP: Rate = Rate::from_basis_points(2_00);

/// The customary cap of interest for delay: 1 % a month.
const INTEREST_CAP: Rate = Rate::from_basis_points(1_00);

/// What must be corrected before a boleto of `nominal` due on `due` can carry these terms;
/// empty when nothing.
pub fn problems(nominal: Money, due: Date, terms: &Terms) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut add = |field: &str, code, message: &str| {
        found.push(Problem { field: field.to_owned(), code, message: message.to_owned() });
    };
    if !nominal.is_positive() || nominal > MAX_AMOUNT {
        add("amount", "out_of_range", "O valor deve estar entre R$ 0,01 e R$ 99.999.999,99.");
    }
    if terms.abatement < Money::ZERO || terms.abatement > part(nominal, MOST_TAKEN_OFF) {
        add("abatement", "out_of_range", "O abatimento vai de zero a 90 % do valor.");
    }
    if let Some(fine) = terms.fine {
        if !is_positive(fine.value) {
            add(
                "fine.value",
                "not_positive",
                "A multa deve ser maior que zero; para não cobrar, não a informe.",
            );
        }
        if amount_of(nominal, fine.value) > nominal {
            add("fine.value", "too_large", "A multa não pode passar do valor do boleto.");
        }
        if fine.date <= due {
            add("fine.date", "not_after_due", "A multa começa depois do vencimento.");
        }
    }
    if let Some(interest) = terms.interest {
        let (positive, a_month) = match interest.value {
            InterestValue::PerDay(a_day) => {
                let a_month = Money::from_cents(a_day.cents().saturating_mul(30));
                (a_day.is_positive(), a_month)
            }
            InterestValue::PerMonth(rate) => (rate > Rate::default(), part(nominal, rate)),
        };
        if !positive {
            add(
                "interest.value",
                "not_positive",
                "Os juros devem ser maiores que zero; para não cobrar, não os informe.",
            );
        }
        if a_month > nominal {
            add(
                "interest.value",
                "too_large",
                "Os juros de um mês não podem passar do valor do boleto.",
            );
        }
        if interest.date <= due {
            add("interest.date", "not_after_due", "Os juros começam depois do vencimento.");
        }
    }
    found.extend(discount_problems(nominal, due, terms));
    found
}

/// What is wrong with the discounts, one by one and together.
fn discount_problems(nominal: Money, due: Date, terms: &Terms) -> Vec<Problem> {
    let mut found = Vec::new();
    let discounts = &terms.discounts;
    if discounts.len() > MOST_DISCOUNTS {
        found.push(Problem {
            field: "discounts".to_owned(),
            code: "too_many",
            message: format!("São no máximo {MOST_DISCOUNTS} descontos."),
        });
    }
    let mut before: Option<&Discount> = None;
    for (i, discount) in discounts.iter().enumerate() {
        let mut add = |part: &str, code, message: &str| {
            let field = format!("discounts[{i}].{part}");
            found.push(Problem { field, code, message: message.to_owned() });
        };
        if !is_positive(discount.value) {
            add("value", "not_positive", "O desconto deve ser maior que zero.");
        }
        let amount = amount_of(nominal, discount.value);
        if amount > part(nominal, MOST_TAKEN_OFF) {
            add("value", "too_large", "O desconto vai até 90 % do valor do boleto.");
        } else if amount + terms.abatement >= nominal && nominal.is_positive() {
            add("value", "too_large", "Desconto e abatimento juntos não deixam nada a pagar.");
        }
        if discount.date > due {
            add("date", "after_due", "A data do desconto não pode passar do vencimento.");
        }
        if let Some(before) = before {
            if !same_kind(before, discount) {
                add(
                    "value",
                    "mixed_kinds",
                    "Todos os descontos devem ser do mesmo tipo (valor ou percentual, único ou por dia).",
                );
            }
            if discount.date <= before.date {
                add("date", "not_in_order", "As datas dos descontos devem ser crescentes.");
            }
        }
        before = Some(discount);
    }
    found
}

/// What the customary legal caps make unusual in these terms: a contract between companies may
/// set more, so nothing is refused here.
pub fn warnings(nominal: Money, terms: &Terms) -> Vec<Warning> {
    let mut found = Vec::new();
    let fine_is_high = terms.fine.is_some_and(|fine| match fine.value {
        Value::Percent(rate) => rate > FINE_CAP,
        Value::Fixed(amount) => amount > part(nominal, FINE_CAP),
    });
    if fine_is_high {
        found.push(Warning {
            code: "fine_above_cap",
            message: "A multa passa de 2 % do valor, o limite nas relações de consumo (CDC, art. 52, § 1º)."
                .to_owned(),
        });
    }
    let interest_is_high = terms.interest.is_some_and(|interest| match interest.value {
        InterestValue::PerMonth(rate) => rate > INTEREST_CAP,
        InterestValue::PerDay(amount) => amount > INTEREST_CAP.of(nominal, 1, 30, Rounding::HalfUp),
    });
    if interest_is_high {
        found.push(Warning {
            code: "interest_above_cap",
            message:
                "Os juros passam de 1 % ao mês, o limite usual; confira se o contrato permite."
                    .to_owned(),
        });
    }
    found
}

/// A percentage of the nominal amount.
fn part(nominal: Money, rate: Rate) -> Money {
    rate.of(nominal, 1, 1, Rounding::Truncate)
}

/// The cents that a value means.
fn amount_of(nominal: Money, value: Value) -> Money {
    match value {
        Value::Fixed(amount) => amount,
        Value::Percent(rate) => part(nominal, rate),
    }
}

fn is_positive(value: Value) -> bool {
    match value {
        Value::Fixed(amount) => amount.is_positive(),
        Value::Percent(rate) => rate > Rate::default(),
    }
}

/// True where two discounts have the same code in FEBRABAN C021.
fn same_kind(one: &Discount, other: &Discount) -> bool {
    matches!(one.value, Value::Fixed(_)) == matches!(other.value, Value::Fixed(_))
        && one.per == other.per
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::terms::{Anticipation, Fine, Interest};

    const NOMINAL: Money = Money::from_cents(100_000);
    const DUE: Date = date(2026, 12, 10);

    fn percent(text: &str) -> Value {
        Value::Percent(text.parse().unwrap())
    }

    fn discount(day: i8, value: Value) -> Discount {
        Discount { date: date(2026, 12, day), value, per: None }
    }

    fn told(terms: &Terms) -> Vec<(String, &'static str)> {
        problems(NOMINAL, DUE, terms).into_iter().map(|p| (p.field, p.code)).collect()
    }

    #[test]
    fn usual_terms_pass_without_a_word() {
        let terms = Terms {
            fine: Some(Fine { date: date(2026, 12, 11), value: percent("2") }),
            interest: Some(Interest {
                date: date(2026, 12, 11),
                value: InterestValue::PerDay(Money::from_cents(33)),
            }),
            discounts: vec![discount(1, percent("90")), discount(10, percent("0.5"))],
            abatement: Money::from_cents(5_000),
            ..Terms::default()
        };
        assert_eq!(told(&terms), []);
        assert_eq!(warnings(NOMINAL, &terms), []);
        assert_eq!(told(&Terms::default()), []);
    }

    #[test]
    fn each_field_at_fault_is_named() {
        let mut terms = Terms {
            fine: Some(Fine { date: DUE, value: percent("0") }),
            interest: Some(Interest { date: DUE, value: InterestValue::PerDay(Money::ZERO) }),
            discounts: vec![
                discount(5, percent("90.01")),
                discount(5, Value::Fixed(Money::ZERO)),
                discount(11, Value::Fixed(Money::from_cents(1))),
                discount(12, Value::Fixed(Money::from_cents(1))),
            ],
            abatement: Money::from_cents(90_001),
            ..Terms::default()
        };
        let field = |name: &str, code| (name.to_owned(), code);
        assert_eq!(
            told(&terms),
            [
                field("abatement", "out_of_range"),
                field("fine.value", "not_positive"),
                field("fine.date", "not_after_due"),
                field("interest.value", "not_positive"),
                field("interest.date", "not_after_due"),
                field("discounts", "too_many"),
                field("discounts[0].value", "too_large"),
                field("discounts[1].value", "not_positive"),
                field("discounts[1].value", "mixed_kinds"),
                field("discounts[1].date", "not_in_order"),
                field("discounts[2].date", "after_due"),
                field("discounts[3].date", "after_due"),
            ]
        );
        terms = Terms {
            discounts: vec![discount(1, percent("1")), discount(2, percent("1"))],
            ..Terms::default()
        };
        terms.discounts[1].per = Some(Anticipation::Day);
        assert_eq!(told(&terms), [field("discounts[1].value", "mixed_kinds")]);
        for nominal in [0, -1, MAX_AMOUNT.cents() + 1] {
            let found = problems(Money::from_cents(nominal), DUE, &Terms::default());
            assert!(found.iter().any(|p| p.field == "amount"), "{nominal}");
        }
    }

    #[test]
    fn discount_and_abatement_leave_something_to_pay() {
        let terms = Terms {
            discounts: vec![discount(1, percent("50"))],
            abatement: Money::from_cents(50_000),
            ..Terms::default()
        };
        assert_eq!(told(&terms), [("discounts[0].value".to_owned(), "too_large")]);
    }

    #[test]
    fn above_the_customary_caps_there_are_warnings() {
        let codes = |terms: &Terms| -> Vec<&str> {
            warnings(NOMINAL, terms).into_iter().map(|w| w.code).collect()
        };
        let day = date(2026, 12, 11);
        let late = |fine, interest| Terms {
            fine: Some(Fine { date: day, value: fine }),
            interest: Some(Interest { date: day, value: interest }),
            ..Terms::default()
        };
        let fixed = |cents| Value::Fixed(Money::from_cents(cents));
        let a_day = |cents| InterestValue::PerDay(Money::from_cents(cents));
        let a_month = |text: &str| InterestValue::PerMonth(text.parse().unwrap());
        let both = ["fine_above_cap", "interest_above_cap"];
        assert_eq!(codes(&late(percent("2.01"), a_month("1.01"))), both);
        assert_eq!(codes(&late(fixed(2_001), a_day(34))), both);
        assert_eq!(codes(&late(fixed(2_000), a_day(33))), [] as [&str; 0]);
        // A contract may say so: no problem, only a warning.
        assert_eq!(told(&late(percent("10"), a_month("3"))), []);
    }
}
