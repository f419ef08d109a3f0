//! The terms of a boleto as the query shows them.
//!
//! What an instruction asked for is confirmed by them, so what is not surely read is left out: the
//! bank writes codes with or without zeros, in text or as numbers, and those of its own systems.

use jiff::civil::Date;
use quita_core::rate::Rate;
use quita_core::terms::{
    Accepts, Anticipation, Discount, Fine, Interest, InterestValue, Term, Value,
};

use super::numbers;
use super::wire::{
    DadoBoletoLido, DescontoAteLido, DescontoLido, DivergenteLido, JurosLidos, MultaLida, Text,
};

/// Those that the bank shows of a boleto that is due on this day.
pub(super) fn shown(data: &DadoBoletoLido, due: Date) -> Vec<Term> {
    let interest = data.juros.0.as_ref().and_then(|juros| interest(juros, due));
    let fine = data.multa.0.as_ref().and_then(|multa| fine(multa, due));
    let all = [
        data.valor_abatimento.get().and_then(numbers::money).map(Term::Abatement),
        interest.map(Term::Interest),
        fine.map(Term::Fine),
        data.desconto.0.as_ref().and_then(discounts).map(Term::Discounts),
        data.recebimento_divergente.0.as_ref().and_then(accepts).map(Term::Accepts),
    ];
    all.into_iter().flatten().collect()
}

/// The day from which something is charged, told as such or as days after the due date; the one
/// after the due date where neither is told.
fn from_day(day: &Text, days: &Text, due: Date) -> Option<Date> {
    if day.get().is_some() {
        return day.date();
    }
    let days = match days.get() {
        None => 1,
        // Whether none means that day or the next is not known.
        Some(_) => days.count().filter(|days| (1..=9_999).contains(days))?,
    };
    due.checked_add(jiff::Span::new().days(i64::from(days))).ok()
}

/// A percentage in decimals, or twelve digits of which five are decimals.
fn percent(text: &Text) -> Option<Rate> {
    let text = text.get()?;
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let (whole, decimals) = text.split_at(7);
        return format!("{whole}.{decimals}").parse().ok();
    }
    text.parse().ok()
}

/// Codes 90 and 93; 03, 08 and 01, 06 are those of the bank's own systems.
fn interest(told: &JurosLidos, due: Date) -> Option<Option<Interest>> {
    let value = match told.codigo_tipo_juros.count()? {
        5 => return Some(None),
        90 | 8 | 3 => InterestValue::PerMonth(percent(&told.percentual_juros)?),
        93 | 6 | 1 => InterestValue::PerDay(numbers::money(told.valor_juros.get()?)?),
        _ => return None,
    };
    let date = from_day(&told.data_juros, &told.quantidade_dias_juros, due)?;
    Some(Some(Interest { date, value }))
}

fn fine(told: &MultaLida, due: Date) -> Option<Option<Fine>> {
    let value = match told.codigo_tipo_multa.count()? {
        3 => return Some(None),
        1 => Value::Fixed(numbers::money(told.valor_multa.get()?)?),
        2 => Value::Percent(percent(&told.percentual_multa)?),
        _ => return None,
    };
    let date = from_day(&told.data_multa, &told.quantidade_dias_multa, due)?;
    Some(Some(Fine { date, value }))
}

fn discounts(told: &DescontoLido) -> Option<Vec<Discount>> {
    let (is_percent, per) = match told.codigo_tipo_desconto.count()? {
        0 => return Some(Vec::new()),
        1 => (false, None),
        2 => (true, None),
        90 => (true, Some(Anticipation::Day)),
        91 => (false, Some(Anticipation::Day)),
        _ => return None,
    };
    let one = |told: &DescontoAteLido| {
        let value = match is_percent {
            true => Value::Percent(percent(&told.percentual_desconto)?),
            false => Value::Fixed(numbers::money(told.valor_desconto.get()?)?),
        };
        Some(Discount { date: told.data_desconto.date()?, value, per })
    };
    let all: Option<Vec<Discount>> = told.descontos.0.iter().map(one).collect();
    all.filter(|all| !all.is_empty())
}

fn accepts(told: &DivergenteLido) -> Option<Accepts> {
    let is_money = told.codigo_tipo_recebimento.get() == Some("V");
    let amount = |text: &Text| text.get().filter(|_| is_money).and_then(numbers::money);
    Some(match told.codigo_tipo_autorizacao.count()? {
        1 => Accepts::Any,
        2 => Accepts::Between(amount(&told.valor_minimo)?, amount(&told.valor_maximo)?),
        3 => Accepts::Exact,
        4 => Accepts::AtLeast(amount(&told.valor_minimo)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use quita_core::money::Money;
    use serde_json::json;

    use super::*;

    const DUE: Date = date(2026, 12, 21);

    fn read(told: &serde_json::Value) -> Vec<Term> {
        shown(&serde_json::from_value(told.clone()).unwrap(), DUE)
    }

    #[test]
    fn terms_are_read_in_every_way_in_which_the_bank_writes_them() {
        let cents = Money::from_cents;
        let rate = |text: &str| text.parse::<Rate>().unwrap();
        let monthly = |date| {
            Term::Interest(Some(Interest { date, value: InterestValue::PerMonth(rate("1")) }))
        };
        let late = date(2026, 12, 22);
        for (told, term) in [
            (json!({ "valor_abatimento": "10.00" }), Term::Abatement(cents(1_000))),
            (
                json!({ "juros": { "codigo_tipo_juros": 90, "percentual_juros": "1.00000" } }),
                monthly(late),
            ),
            (
                json!({ "juros": {
                    "codigo_tipo_juros": "08", "percentual_juros": "000000100000",
                    "data_juros": "2026-12-28",
                } }),
                monthly(date(2026, 12, 28)),
            ),
            (
                json!({ "juros": {
                    "codigo_tipo_juros": "3", "percentual_juros": "1.00", "quantidade_dias_juros": 5,
                } }),
                monthly(date(2026, 12, 26)),
            ),
            (json!({ "juros": { "codigo_tipo_juros": "5" } }), Term::Interest(None)),
            (
                json!({ "multa": {
                    "codigo_tipo_multa": "1", "valor_multa": "2.50", "quantidade_dias_multa": "10",
                } }),
                Term::Fine(Some(Fine {
                    date: date(2026, 12, 31),
                    value: Value::Fixed(cents(250)),
                })),
            ),
            (
                json!({ "multa": { "codigo_tipo_multa": "01", "valor_multa": "2.50" } }),
                Term::Fine(Some(Fine { date: late, value: Value::Fixed(cents(250)) })),
            ),
            (json!({ "desconto": { "codigo_tipo_desconto": "00" } }), Term::Discounts(Vec::new())),
            (
                json!({ "desconto": { "codigo_tipo_desconto": "02", "descontos": [
                    { "data_desconto": "2026-12-10", "percentual_desconto": "5.00000" },
                ] } }),
                Term::Discounts(vec![Discount {
                    date: date(2026, 12, 10),
                    value: Value::Percent(rate("5")),
                    per: None,
                }]),
            ),
            (
                json!({ "recebimento_divergente": {
                    "codigo_tipo_autorizacao": "04", "codigo_tipo_recebimento": "V",
                    "valor_minimo": "50.00",
                } }),
                Term::Accepts(Accepts::AtLeast(cents(5_000))),
            ),
        ] {
            assert_eq!(read(&told), [term], "{told}");
        }
    }

    #[test]
    fn what_is_not_surely_read_is_left_out() {
        for told in [
            json!({}),
            json!({ "juros": { "codigo_tipo_juros": "91", "percentual_juros": "1" } }),
            json!({ "juros": { "codigo_tipo_juros": "90" } }),
            json!({ "multa": { "codigo_tipo_multa": "02", "percentual_multa": "dois" } }),
            json!({ "multa": {
                "codigo_tipo_multa": "01", "valor_multa": "2.50", "data_multa": "amanhã",
            } }),
            json!({ "multa": {
                "codigo_tipo_multa": "01", "valor_multa": "2.50", "quantidade_dias_multa": 0,
            } }),
            json!({ "desconto": { "codigo_tipo_desconto": "01", "descontos": [{}] } }),
            json!({ "desconto": { "codigo_tipo_desconto": "01" } }),
            json!({ "recebimento_divergente": {
                "codigo_tipo_autorizacao": "04", "codigo_tipo_recebimento": "P",
                "percentual_minimo": "50",
            } }),
        ] {
            assert_eq!(read(&told), [], "{told}");
        }
    }
}
