//! What the files hold, as people and programs write it.

use jiff::ToSpan;
use jiff::civil::Date;
use quita_core::matching::{Line, Receivable};
use quita_core::money::Money;
use quita_core::rate::Rate;
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value};
use serde::Deserialize;

/// Text or a number, where programs write either.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(serde_json::Number),
}

impl Loose {
    fn text(self) -> Box<str> {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => number.to_string().into(),
        }
    }

    /// Integer cents; text with a point is reais.
    fn cents(self, field: &str) -> Result<Money, String> {
        let text = self.text();
        match text.parse::<i64>() {
            Ok(cents) => Ok(Money::from_cents(cents)),
            Err(_) => Money::from_decimal(&text)
                .ok_or_else(|| format!("{field}: «{text}» não é um valor em centavos")),
        }
    }
}

fn some(text: Option<Loose>) -> Option<Box<str>> {
    text.map(Loose::text).filter(|t| !t.trim().is_empty())
}

fn day(text: &str, field: &str) -> Result<Date, String> {
    text.get(..10)
        .and_then(|d| d.parse().ok())
        .ok_or_else(|| format!("{field}: «{text}» não é uma data AAAA-MM-DD"))
}

/// A bank line.
#[derive(Deserialize)]
pub(super) struct LineInput {
    id: Loose,
    date: String,
    amount: Loose,
    memo: Option<String>,
    our_number: Option<Loose>,
    txid: Option<Loose>,
    end_to_end_id: Option<Loose>,
    bank_reference: Option<Loose>,
    payer_document: Option<Loose>,
    payer_name: Option<String>,
}

impl LineInput {
    pub(super) fn line(self) -> Result<Line, String> {
        Ok(Line {
            id: self.id.text(),
            date: day(&self.date, "date")?,
            amount: self.amount.cents("amount")?,
            memo: self.memo.unwrap_or_default().into(),
            our_number: some(self.our_number),
            txid: some(self.txid),
            end_to_end_id: some(self.end_to_end_id),
            bank_reference: some(self.bank_reference),
            payer_document: some(self.payer_document),
            payer_name: self.payer_name.filter(|n| !n.trim().is_empty()).map(Into::into),
        })
    }
}

/// Something owed.
#[derive(Deserialize)]
pub(super) struct ReceivableInput {
    id: Loose,
    our_number: Option<Loose>,
    txid: Option<Loose>,
    end_to_end_id: Option<Loose>,
    bank_reference: Option<Loose>,
    expiration_date: String,
    amount: Loose,
    fine: Option<TermInput>,
    interest: Option<TermInput>,
    discount: Option<TermsInput>,
    discounts: Option<TermsInput>,
    abatement: Option<Loose>,
    customer_document: Option<Loose>,
    customer_name: Option<String>,
}

/// One discount or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum TermsInput {
    One(TermInput),
    Several(Vec<TermInput>),
}

/// Whole numbers up to this are a percentage: nobody asks for a fine of two cents.
const HIGHEST_PERCENT: i64 = 20;

/// A percentage as text, with a point, or as a small whole number; cents as a larger one; or either
/// with its date.
#[derive(Deserialize)]
#[serde(untagged)]
enum TermInput {
    Full(FullTerm),
    Bare(Loose),
}

#[derive(Deserialize)]
struct FullTerm {
    date: Option<String>,
    /// `fixed` and the like for cents; told by the names of the others where it is missing.
    #[serde(alias = "type")]
    kind: Option<String>,
    /// Percent, unless the kind says otherwise.
    #[serde(alias = "percent", alias = "percentage", alias = "rate", alias = "per_month")]
    value: Option<Loose>,
    /// Cents.
    #[serde(alias = "amount", alias = "fixed", alias = "per_day")]
    face_value: Option<Loose>,
}

/// A term: its day, and cents or a percentage.
type Read = (Option<Date>, Value);

impl TermInput {
    /// `None` for a term of nothing.
    fn read(self, field: &str) -> Result<Option<Read>, String> {
        let percent = |text: &str| {
            let rate: Result<Rate, _> = text.trim().trim_end_matches('%').parse();
            rate.map(Value::Percent).map_err(|_| format!("{field}: «{text}» não é um percentual"))
        };
        let (date, value) = match self {
            Self::Bare(Loose::Text(text)) => (None, percent(&text)?),
            Self::Bare(Loose::Number(number)) if number.is_f64() => {
                (None, percent(&number.to_string())?)
            }
            Self::Bare(Loose::Number(number))
                if number.as_i64().is_some_and(|whole| whole <= HIGHEST_PERCENT) =>
            {
                (None, percent(&number.to_string())?)
            }
            Self::Bare(number) => (None, Value::Fixed(number.cents(field)?)),
            Self::Full(term) => {
                let date = term.date.as_deref().map(|d| day(d, field)).transpose()?;
                let in_cents = term.kind.as_deref().is_some_and(|kind| {
                    let kind = kind.to_ascii_lowercase();
                    ["fix", "amount", "valor", "cent", "flat"].iter().any(|of| kind.starts_with(of))
                });
                let value = match (term.value, term.face_value) {
                    (Some(value), _) if in_cents => Value::Fixed(value.cents(field)?),
                    (Some(value), _) => percent(&value.text())?,
                    (None, Some(cents)) => Value::Fixed(cents.cents(field)?),
                    (None, None) => return Ok(None),
                };
                (date, value)
            }
        };
        let nothing = matches!(value, Value::Fixed(m) if m == Money::ZERO)
            || matches!(value, Value::Percent(r) if r.millionths() == 0);
        Ok((!nothing).then_some((date, value)))
    }
}

impl ReceivableInput {
    pub(super) fn receivable(self) -> Result<Receivable, String> {
        let due = day(&self.expiration_date, "expiration_date")?;
        let late = due.checked_add(1.day()).unwrap_or(due);
        let term =
            |input: Option<TermInput>, field| input.map_or(Ok(None), |input| input.read(field));
        let fine = term(self.fine, "fine")?
            .map(|(date, value)| Fine { date: date.unwrap_or(late), value });
        let interest = term(self.interest, "interest")?.map(|(date, value)| Interest {
            date: date.unwrap_or(late),
            value: match value {
                Value::Fixed(a_day) => InterestValue::PerDay(a_day),
                Value::Percent(a_month) => InterestValue::PerMonth(a_month),
            },
        });
        let mut discounts = Vec::new();
        for input in [self.discount, self.discounts].into_iter().flatten() {
            let inputs = match input {
                TermsInput::One(one) => vec![one],
                TermsInput::Several(several) => several,
            };
            for input in inputs {
                let read = input.read("discount")?;
                discounts.extend(read.map(|(date, value)| Discount {
                    date: date.unwrap_or(due),
                    value,
                    per: None,
                }));
            }
        }
        let abatement =
            self.abatement.map_or(Ok(Money::ZERO), |abatement| abatement.cents("abatement"))?;
        let terms = Terms { fine, interest, discounts, abatement, ..Terms::default() };
        Ok(Receivable {
            id: self.id.text(),
            our_number: some(self.our_number),
            txid: some(self.txid),
            end_to_end_id: some(self.end_to_end_id),
            bank_reference: some(self.bank_reference),
            expiration_date: due,
            amount: self.amount.cents("amount")?,
            terms: (terms != Terms::default()).then(|| Box::new(terms)),
            customer_document: some(self.customer_document),
            customer_name: self.customer_name.filter(|n| !n.trim().is_empty()).map(Into::into),
            received: None,
        })
    }
}
