//! Reading banks' JSON forgivingly: a field may be missing, null, of another type or unknown to
//! us. Amounts never pass through a float: the digits of the JSON are kept as text.

use std::borrow::Cow;

use jiff::civil::Date;
use quita_core::money::Money;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

/// A scalar as the bank wrote it: the content of a string, or the digits of a number.
///
/// Null, blank text, objects and arrays are nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Option<String>);

impl Text {
    /// The text, unless there is none.
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// As an amount; exponents, which Java writes for large numbers, are resolved exactly.
    pub(crate) fn money(&self) -> Option<Money> {
        money(self.get()?)
    }

    /// As a date, also where a time follows.
    pub(crate) fn date(&self) -> Option<Date> {
        self.get()?.get(..10)?.parse().ok()
    }

    /// As a count.
    pub(crate) fn count(&self) -> Option<u32> {
        self.get()?.parse().ok()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str::<String>(raw.get()).ok(),
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => Some(raw.get().to_owned()),
            _ => None,
        };
        Ok(Self(text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())))
    }
}

/// A part that is nothing when it is missing or has another shape.
#[derive(Debug)]
pub(crate) struct Loose<T>(pub(crate) Option<T>);

impl<T> Default for Loose<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Loose<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}

/// A list that the bank also writes as its only element.
#[derive(Debug)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let many = serde_json::from_str(raw.get())
            .or_else(|_| serde_json::from_str(raw.get()).map(|one| vec![one]));
        Ok(Self(many.unwrap_or_default()))
    }
}

/// Reads a whole body, which is always an object; `None` when it is none of this shape.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let text = text(body);
    text.trim_start().starts_with('{').then(|| serde_json::from_str(&text).ok())?
}

/// A body as text, whatever its bytes, without the mark that some servers put before it.
pub(crate) fn text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
}

/// An exact amount from `123.45`, `123`, `1.2345E2`; `None` where cents would be lost.
fn money(text: &str) -> Option<Money> {
    let Some((digits, exponent)) = text.split_once(['e', 'E']) else {
        return Money::from_decimal(text);
    };
    let exponent: usize = exponent.trim_start_matches('+').parse().ok().filter(|e| *e <= 18)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let padded = format!("{fraction:0<exponent$}");
    let (moved, rest) = padded.split_at_checked(exponent)?;
    Money::from_decimal(&format!("{whole}{moved}.{rest}"))
}
