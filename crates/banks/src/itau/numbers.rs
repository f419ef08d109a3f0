//! Amounts and percentages as each version of the API writes them.
//!
//! The bank has two ways and takes only the one of the service (OpenAPI of cash management
//! 2.75.111, of the query 1.2.0 and of «recebimentos-pix» 1.0.7): digits alone when a boleto is
//! issued, decimals in instructions, answers and the newer bolecode.

use quita_core::money::Money;
use quita_core::rate::Rate;

/// Decimal places of a percentage.
const PLACES: u32 = 5;

/// How a service writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `00000000000010500` and `000000200000`: cents, and hundred-thousandths of a percent.
    Digits,
    /// `105.00` and `2.00000`.
    Decimal,
}

impl Format {
    /// An amount, not below zero.
    pub(super) fn money(self, amount: Money) -> String {
        match self {
            Self::Digits => format!("{:017}", amount.cents()),
            Self::Decimal => amount.to_decimal(),
        }
    }

    /// A percentage, not below zero. More than five places do not come here: see `check`.
    pub(super) fn percent(self, rate: Rate) -> String {
        let exact = rate.to_decimal_exact(PLACES);
        let text = exact.unwrap_or_else(|| format!("{}.00000", rate.millionths() / 1_000_000));
        match self {
            Self::Decimal => text,
            Self::Digits => format!("{:0>12}", text.replace('.', "")),
        }
    }
}

/// Whether the bank can carry a percentage exactly.
pub(super) fn fits(rate: Rate) -> bool {
    rate.to_decimal_exact(PLACES).is_some()
}

/// An amount in either way: seventeen digits are cents, anything else is decimal.
pub(super) fn money(text: &str) -> Option<Money> {
    if text.len() == 17 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Money::from_cents);
    }
    Money::from_decimal(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_writes_amounts_and_percentages() {
        let amount = Money::from_cents(10_500);
        assert_eq!(Format::Digits.money(amount), "00000000000010500");
        assert_eq!(Format::Decimal.money(amount), "105.00");
        for (percent, digits, decimal) in [
            ("1", "000000100000", "1.00000"),
            ("2.5", "000000250000", "2.50000"),
            ("0.03333", "000000003333", "0.03333"),
            ("100", "000010000000", "100.00000"),
        ] {
            let rate: Rate = percent.parse().unwrap();
            assert_eq!(Format::Digits.percent(rate), digits);
            assert_eq!(Format::Decimal.percent(rate), decimal);
        }
        assert!(fits("0.03333".parse().unwrap()) && !fits("0.033333".parse().unwrap()));
    }

    #[test]
    fn amounts_are_read_in_either_way() {
        let cents = |text| money(text).map(Money::cents);
        assert_eq!(cents("00000000000010500"), Some(10_500));
        assert_eq!(cents("105.00"), Some(10_500));
        assert_eq!(cents("105"), Some(10_500));
        assert_eq!(cents("99999999999999999"), Some(99_999_999_999_999_999));
        assert_eq!(cents("1,05"), None);
    }
}
