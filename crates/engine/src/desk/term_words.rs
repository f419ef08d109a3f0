//! Terms in words for people.

use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::rate::Rate;
use quita_core::terms::{Accepts, Anticipation, Discount, InterestValue, Term, Value};

/// What is to hold, as it is asked of a bank: «Multa de 2,00 % a partir de 11/12/2026».
pub fn asked(term: &Term) -> String {
    let text = said(term);
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// What holds: «multa de 2,00 % a partir de 11/12/2026», «sem juros».
pub fn said(term: &Term) -> String {
    match term {
        Term::Abatement(Money::ZERO) => "sem abatimento".to_owned(),
        Term::Abatement(amount) => format!("abatimento de {}", reais(*amount)),
        Term::Interest(None) => "sem juros".to_owned(),
        Term::Interest(Some(interest)) => {
            let value = match interest.value {
                InterestValue::PerDay(amount) => format!("{} por dia", reais(amount)),
                InterestValue::PerMonth(rate) => format!("{} ao mês", percent(rate)),
            };
            format!("juros de {value} a partir de {}", day(interest.date))
        }
        Term::Fine(None) => "sem multa".to_owned(),
        Term::Fine(Some(fine)) => {
            format!("multa de {} a partir de {}", value(fine.value), day(fine.date))
        }
        Term::Discounts(all) if all.is_empty() => "sem desconto".to_owned(),
        Term::Discounts(all) => {
            let one = |discount: &Discount| {
                let per = match discount.per {
                    None => "",
                    Some(Anticipation::Day) => " por dia de antecipação",
                    Some(Anticipation::BusinessDay) => " por dia útil de antecipação",
                };
                format!("{}{per} até {}", value(discount.value), day(discount.date))
            };
            format!("desconto de {}", all.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Term::Accepts(Accepts::Exact) => "só o valor devido é recebido".to_owned(),
        Term::Accepts(Accepts::Any) => "qualquer valor é recebido".to_owned(),
        Term::Accepts(Accepts::AtLeast(least)) => {
            format!("qualquer valor a partir de {} é recebido", reais(*least))
        }
        Term::Accepts(Accepts::Between(least, most)) => {
            format!("qualquer valor de {} a {} é recebido", reais(*least), reais(*most))
        }
    }
}

fn value(value: Value) -> String {
    match value {
        Value::Fixed(amount) => reais(amount),
        Value::Percent(rate) => percent(rate),
    }
}

fn reais(amount: Money) -> String {
    format!("R$ {amount}")
}

fn percent(rate: Rate) -> String {
    format!("{} %", rate.to_string().replace('.', ","))
}

fn day(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use quita_core::terms::{Fine, Interest};

    use super::*;

    #[test]
    fn terms_are_said_in_portuguese() {
        let (late, early) = (date(2026, 12, 11), date(2026, 12, 1));
        let rate = |text: &str| text.parse().unwrap();
        let cents = Money::from_cents;
        let discount = |value| Discount { date: early, value, per: None };
        let interest = |value| Term::Interest(Some(Interest { date: late, value }));
        for (term, text) in [
            (Term::Abatement(cents(1_000)), "abatimento de R$ 10,00"),
            (Term::Abatement(Money::ZERO), "sem abatimento"),
            (
                Term::Fine(Some(Fine { date: late, value: Value::Percent(rate("2")) })),
                "multa de 2,00 % a partir de 11/12/2026",
            ),
            (
                interest(InterestValue::PerMonth(rate("1.5"))),
                "juros de 1,50 % ao mês a partir de 11/12/2026",
            ),
            (
                interest(InterestValue::PerDay(cents(33))),
                "juros de R$ 0,33 por dia a partir de 11/12/2026",
            ),
            (Term::Interest(None), "sem juros"),
            (
                Term::Discounts(vec![discount(Value::Fixed(cents(500)))]),
                "desconto de R$ 5,00 até 01/12/2026",
            ),
            (
                Term::Accepts(Accepts::Between(cents(100), cents(90_000))),
                "qualquer valor de R$ 1,00 a R$ 900,00 é recebido",
            ),
        ] {
            assert_eq!(said(&term), text);
        }
        assert_eq!(asked(&Term::Fine(None)), "Sem multa");
    }
}
