//! Amounts of money in integer cents.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// An amount in cents of real. Written as an integer in JSON and in the database.
///
/// Sums saturate at the ends of `i64` (ninety thousand billion reais), far beyond
/// what a boleto can carry; amounts read from outside are checked by their readers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount of so many cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The amount in cents.
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Reads a decimal as APIs and files write it: `123.45`, `123.4`, `123`, `-0.5`.
    ///
    /// At most two decimals count; further ones must be zeros. No thousands separator,
    /// no exponent, no blanks. `None` for anything else.
    pub fn from_decimal(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let (kept, rest) = fraction.split_at(fraction.len().min(2));
        if rest.bytes().any(|b| b != b'0') {
            return None;
        }
        let reais: i64 = whole.parse().ok()?;
        let cents: i64 = match kept.len() {
            0 => 0,
            1 => kept.parse::<i64>().ok()? * 10,
            _ => kept.parse().ok()?,
        };
        let total = reais.checked_mul(100)?.checked_add(cents)?;
        Some(Self(if negative { -total } else { total }))
    }

    /// The amount as APIs write it: `123.45`.
    pub fn to_decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", cents / 100, cents % 100)
    }

    /// True above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

/// As people in Brazil write it, without the currency: `1.234,56`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0.unsigned_abs();
        let reais = (cents / 100).to_string();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        for (i, digit) in reais.chars().enumerate() {
            if i > 0 && (reais.len() - i).is_multiple_of(3) {
                f.write_str(".")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ",{:02}", cents % 100)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, cents) in [
            ("123.45", Some(12345)),
            ("24.9", Some(2490)),
            ("30", Some(3000)),
            ("0.05", Some(5)),
            ("-1.5", Some(-150)),
            ("10.000", Some(1000)),
            ("1.005", None),
            ("1,50", None),
            ("", None),
            (".5", None),
            ("1e3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Money::from_decimal(text).map(Money::cents), cents, "{text}");
        }
    }

    #[test]
    fn people_see_dots_and_a_comma() {
        assert_eq!(Money::from_cents(123_456_789).to_string(), "1.234.567,89");
        assert_eq!(Money::from_cents(-5).to_string(), "-0,05");
        assert_eq!(Money::from_cents(100_000).to_string(), "1.000,00");
        assert_eq!(Money::from_cents(-12_345).to_decimal(), "-123.45");
    }
}
