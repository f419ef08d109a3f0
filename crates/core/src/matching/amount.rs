//! How the amount of a line compares with what a receivable asked for on the day.

use jiff::civil::Date;

use crate::matching::{Difference, Receivable, Settings};
use crate::money::Money;
use crate::payable::payable;
use crate::terms::Terms;

/// The best reading of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) difference: Difference,
    /// What the bank kept.
    pub(crate) fee: Money,
    /// The likeliest day of payment.
    pub(crate) paid_on: Date,
}

impl Fit {
    /// Whether it is just what was due, or that less a fee.
    pub(crate) const fn exact(&self) -> bool {
        matches!(self.difference, Difference::Due { .. })
    }
}

/// Reads an amount against one receivable.
///
/// `days` are those on which it may have been paid, the latest first; `fees` what the bank may
/// have kept. Of several readings the one that needs least is taken: just what was due, then the
/// nominal amount, then what was due less a fee, then more or less than was due.
pub(crate) fn fit(
    amount: Money,
    receivable: &Receivable,
    days: &[Date],
    fees: &[Money],
    settings: &Settings,
) -> Fit {
    let latest = days.first().copied().unwrap_or(receivable.expiration_date);
    let plain = |difference, paid_on| Fit { difference, fee: Money::ZERO, paid_on };
    if let Some(received) = receivable.received {
        let over_nominal = received.amount - receivable.amount;
        if amount == received.amount {
            return plain(Difference::Due { over_nominal }, received.on);
        }
        let fee = received.amount - amount;
        if fees.contains(&fee) {
            return Fit { difference: Difference::Due { over_nominal }, fee, paid_on: received.on };
        }
        return plain(compare(amount, received.amount), received.on);
    }
    let held_on = |day: Date| receivable.terms.as_deref().map(|terms| terms.on(day));
    let due_on = |day: Date| match held_on(day) {
        None => receivable.amount,
        Some(terms) if terms.discounts.is_empty() && day <= receivable.expiration_date => {
            receivable.amount - terms.abatement
        }
        Some(terms) => {
            let (calendar, rules) = (&settings.calendar, settings.rules);
            payable(receivable.amount, receivable.expiration_date, terms, day, calendar, rules)
                .total
        }
    };
    // Where no fine, interest or discount comes near, what was due on the last day will do.
    let far = amount.cents().abs_diff(receivable.amount.cents())
        > receivable.amount.cents().unsigned_abs() / 2;
    let mut less_fee = None;
    let mut nearest: Option<(Money, Date)> = None;
    for &day in days.iter().take(if far { 1 } else { days.len() }) {
        let total = due_on(day);
        if total == amount {
            let over_nominal = total - receivable.amount;
            return plain(Difference::Due { over_nominal }, day);
        }
        let fee = total - amount;
        if less_fee.is_none() && fees.contains(&fee) {
            let over_nominal = total - receivable.amount;
            less_fee =
                Some(Fit { difference: Difference::Due { over_nominal }, fee, paid_on: day });
        }
        let off = |total: Money| total.cents().abs_diff(amount.cents());
        if nearest.is_none_or(|(before, _)| off(total) < off(before)) {
            nearest = Some((total, day));
        }
        // Nothing changes on the days before.
        let settled = |t: &Terms| {
            t.earlier.is_empty() && t.discounts.is_empty() && day <= receivable.expiration_date
        };
        if receivable.terms.as_deref().is_none_or(settled) {
            break;
        }
    }
    let abatement = held_on(latest).map_or(Money::ZERO, |t| t.abatement);
    if amount == receivable.amount || amount == receivable.amount - abatement {
        return plain(Difference::NominalOnly, latest);
    }
    if let Some(fit) = less_fee {
        return fit;
    }
    let (total, day) = nearest.unwrap_or((receivable.amount, latest));
    plain(compare(amount, total), day)
}

/// More, less, or just what was due.
pub(crate) fn compare(amount: Money, due: Money) -> Difference {
    match amount.cmp(&due) {
        std::cmp::Ordering::Less => Difference::Short(due - amount),
        std::cmp::Ordering::Greater => Difference::Over(amount - due),
        std::cmp::Ordering::Equal => Difference::Due { over_nominal: Money::ZERO },
    }
}
