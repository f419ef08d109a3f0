//! Exact percentages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::money::Money;

/// How a fraction of a cent becomes a whole one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Half a cent goes up, the usual commercial rule.
    #[default]
    HalfUp,
    /// Fractions are dropped (Pix manual, annex III, and some banks).
    Truncate,
}

/// A percentage, exact to a millionth of a percent. `2.5` is two and a half percent.
///
/// Written as decimal text in JSON (`"2.50"`), as the banks that care about exactness do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

/// Units of [`Rate`] in one percent.
const UNITS_PER_PERCENT: i64 = 1_000_000;

impl Rate {
    /// So many hundredths of a percent: `from_basis_points(250)` is 2.50 %.
    pub const fn from_basis_points(points: i64) -> Self {
        Self(points * (UNITS_PER_PERCENT / 100))
    }

    /// The rate in millionths of a percent.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// `base × rate × times / divisor`, multiplied first and rounded once.
    ///
    /// `of(base, 1, 1, …)` is the plain percentage; a month pro rata for `n` days is
    /// `of(base, n, 30, …)`. A divisor of zero counts as one.
    pub fn of(self, base: Money, times: i64, divisor: i64, rounding: Rounding) -> Money {
        let product = i128::from(base.cents()) * i128::from(self.0);
        // Two i64 always fit; a third one only for amounts that no boleto has.
        let numerator = product.saturating_mul(i128::from(times));
        let denominator = 100
            * i128::from(UNITS_PER_PERCENT)
            * i128::from(if divisor == 0 { 1 } else { divisor });
        let (numerator, denominator) = if denominator < 0 {
            (numerator.saturating_neg(), -denominator)
        } else {
            (numerator, denominator)
        };
        let cents = match rounding {
            Rounding::Truncate => numerator / denominator,
            Rounding::HalfUp if numerator < 0 => {
                -(numerator.saturating_neg().saturating_add(denominator / 2) / denominator)
            }
            Rounding::HalfUp => numerator.saturating_add(denominator / 2) / denominator,
        };
        Money::from_cents(i64::try_from(cents).unwrap_or(if cents < 0 {
            i64::MIN
        } else {
            i64::MAX
        }))
    }

    /// The rate rounded to `decimals` (0 to 6) places, as banks with fewer places need it;
    /// `None` when that would lose something.
    pub fn to_decimal_exact(self, decimals: u32) -> Option<String> {
        let step = 10_i64.pow(6_u32.saturating_sub(decimals.min(6)));
        (self.0 % step == 0).then(|| {
            let sign = if self.0 < 0 { "-" } else { "" };
            let value = self.0.unsigned_abs();
            let whole = value / 1_000_000;
            let fraction = format!("{:06}", value % 1_000_000);
            match decimals.min(6) as usize {
                0 => format!("{sign}{whole}"),
                n => format!("{sign}{whole}.{}", &fraction[..n]),
            }
        })
    }
}

/// Decimal text with at least two places: `2.00`, `0.0333`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = (2..=6).find_map(|n| self.to_decimal_exact(n)).unwrap_or_default();
        f.write_str(&text)
    }
}

/// The text is not a percentage with at most six decimals.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a percentage is decimal text with at most six places, such as 2.5")]
pub struct NotARate;

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(NotARate);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 6 {
            return Err(NotARate);
        }
        let millionths = format!("{fraction:0<6}").parse::<i64>().map_err(|_| NotARate)?;
        let value = whole
            .parse::<i64>()
            .ok()
            .and_then(|w| w.checked_mul(UNITS_PER_PERCENT)?.checked_add(millionths))
            .ok_or(NotARate)?;
        Ok(Self(if negative { -value } else { value }))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn text_goes_both_ways() {
        assert_eq!(rate("2").to_string(), "2.00");
        assert_eq!(rate("0.033300").to_string(), "0.0333");
        assert_eq!(rate("-1.5").to_string(), "-1.50");
        assert_eq!(rate("0.0333").to_decimal_exact(2), None);
        assert_eq!("0.0000001".parse::<Rate>(), Err(NotARate));
        assert_eq!("1,5".parse::<Rate>(), Err(NotARate));
    }

    #[test]
    fn it_multiplies_first_and_rounds_once() {
        let base = Money::from_cents(10_000);
        // 100.00 × 1 % / 30 × 5 = 0.1666…
        assert_eq!(rate("1").of(base, 5, 30, Rounding::HalfUp).cents(), 17);
        assert_eq!(rate("1").of(base, 5, 30, Rounding::Truncate).cents(), 16);
        assert_eq!(rate("2").of(base, 1, 1, Rounding::HalfUp).cents(), 200);
    }

    #[test]
    fn absurd_amounts_saturate() {
        let (most, least) = (Money::from_cents(i64::MAX), Money::from_cents(i64::MIN));
        let rate = rate("9000000000000");
        for rounding in [Rounding::HalfUp, Rounding::Truncate] {
            assert_eq!(rate.of(most, i64::MAX, 1, rounding), most);
            assert_eq!(rate.of(least, i64::MAX, 1, rounding), least);
            assert_eq!(rate.of(most, i64::MAX, -1, rounding), least);
        }
    }
}
