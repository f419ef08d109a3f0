//! Reads what was typed into a form, and says beside each field what was not understood.

use jiff::civil::Date;
use quita_core::typed;
use quita_engine::error::FieldError;

use super::form::Fields;

/// A form being read.
pub(super) struct Typed<'a> {
    fields: &'a Fields,
    /// What was not understood, by the names of the fields of the page.
    pub(super) errors: Vec<FieldError>,
}

/// A fine, interest or discount as typed: percent as decimal text, or cents.
pub(super) type Term = (Option<String>, Option<i64>);

impl<'a> Typed<'a> {
    pub(super) const fn new(fields: &'a Fields) -> Self {
        Self { fields, errors: Vec::new() }
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> String {
        self.fields.get(name).to_owned()
    }

    /// A text, or `None` where nothing was typed or chosen.
    pub(super) fn some(&self, name: &str) -> Option<String> {
        let text = self.fields.get(name);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// An amount in cents.
    pub(super) fn cents(&mut self, name: &str) -> Option<i64> {
        self.read(name, "não é um valor: escreva como 1.234,56", |text| {
            typed::money(text).map(quita_core::money::Money::cents)
        })
    }

    /// A date.
    pub(super) fn date(&mut self, name: &str, today: Date) -> Option<Date> {
        let advice = "não é uma data: escreva como 10/12, 10/12/2026, amanhã ou +30";
        self.read(name, advice, |text| typed::date(text, today))
    }

    /// A whole number.
    pub(super) fn whole(&mut self, name: &str) -> Option<u16> {
        self.read(name, "não é um número inteiro", |text| text.parse().ok())
    }

    /// A percentage or an amount: as its sign says, else as the field `NAME_unit` beside it does.
    pub(super) fn term(&mut self, name: &str) -> Option<Term> {
        let text = self.fields.get(name);
        let reais = self.fields.get(&format!("{name}_unit")) == REAIS;
        let signed_reais = text.get(..2).is_some_and(|sign| sign.eq_ignore_ascii_case("r$"));
        if !text.ends_with('%') && (reais || signed_reais) {
            return self.cents(name).map(|cents| (None, Some(cents)));
        }
        let advice = "não é uma porcentagem: escreva como 2 ou 2,5";
        let rate = self.read(name, advice, typed::percent)?;
        Some((Some(rate.to_string()), None))
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(name, "invalid", message));
    }

    fn read<T>(&mut self, name: &str, advice: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.fields.get(name);
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.wrong(name, format!("«{text}» {advice}"));
        }
        value
    }
}

/// The unit of an amount, beside which a percentage is the other choice.
pub(super) const REAIS: &str = "reais";
