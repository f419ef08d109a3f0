//! What is due on a given date: nominal amount, abatement, discount, fine and interest.
//!
//! The codes of FEBRABAN's 240 layout (C018 interest, G073 fine, C021 discount) say what is
//! added; Lei 7.089/1983 says that nothing is until the first business day on or after the due
//! date has passed. Two points the sources leave open are settings ([`PayableRules`]); what the
//! bank says was paid always wins over what is computed here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, days_between};
use crate::money::Money;
use crate::rate::Rounding;
use crate::terms::{Anticipation, Discount, Fine, Interest, InterestValue, Terms, Value};

/// Where the manuals leave a choice, how one bank counts and rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayableRules {
    /// How each component becomes whole cents.
    pub rounding: Rounding,
    /// From where the days of delay count.
    pub counting: DelayCounting,
}

impl PayableRules {
    /// Half a cent up, days counted from the original due date.
    pub const DEFAULT: Self = Self { rounding: Rounding::HalfUp, counting: DelayCounting::DueDate };
}

/// From where the days of delay count once a boleto is late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayCounting {
    /// From the due date as printed, also where it was no business day.
    #[default]
    DueDate,
    /// From the first business day on or after the due date.
    ShiftedDueDate,
}

/// What is due on one date, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payable {
    /// As printed.
    pub nominal: Money,
    /// Taken off whenever it is paid; never more than the nominal amount.
    pub abatement: Money,
    /// Taken off for paying early; never more than what the abatement leaves.
    pub discount: Money,
    /// Added once for paying late.
    pub fine: Money,
    /// Added for each day of delay.
    pub interest: Money,
    /// Nominal − abatement − discount + fine + interest.
    pub total: Money,
}

/// What is due on the day `on` for a boleto of `nominal` due on `due`, by the terms that held on
/// that day.
///
/// Percentages are of the nominal amount. Of several discounts still open the largest is given;
/// a discount lasts until the first business day on or after its date, and its date counts as
/// the due date where it lies behind it. Amounts below zero in the terms count as zero (see
/// [`crate::terms_check::problems`]).
pub fn payable(
    nominal: Money,
    due: Date,
    terms: &Terms,
    on: Date,
    calendar: &Calendar,
    rules: PayableRules,
) -> Payable {
    let terms = terms.on(on);
    let case = Case { nominal, due, on, calendar, rules };
    let abatement = within(terms.abatement, nominal);
    let best = terms.discounts.iter().map(|d| case.discount(d)).max().unwrap_or_default();
    let discount = within(best, nominal - abatement);
    let late = on > calendar.next_business_day(due);
    let added =
        |amount: Option<Money>| amount.filter(|_| late).unwrap_or_default().max(Money::ZERO);
    let fine = added(terms.fine.map(|f| case.fine(&f)));
    let interest = added(terms.interest.map(|i| case.interest(&i)));
    let total = nominal - abatement - discount + fine + interest;
    Payable { nominal, abatement, discount, fine, interest, total }
}

/// An amount kept between zero and a limit.
fn within(amount: Money, limit: Money) -> Money {
    amount.min(limit).max(Money::ZERO)
}

/// One boleto on one day.
struct Case<'a> {
    nominal: Money,
    due: Date,
    on: Date,
    calendar: &'a Calendar,
    rules: PayableRules,
}

impl Case<'_> {
    /// What one discount takes off on the day; zero once it has ended.
    fn discount(&self, discount: &Discount) -> Money {
        let last_day = self.calendar.next_business_day(discount.date.min(self.due));
        if self.on > last_day {
            return Money::ZERO;
        }
        let times = match discount.per {
            None => 1,
            Some(Anticipation::Day) => days_between(self.on, self.due),
            Some(Anticipation::BusinessDay) => {
                self.calendar.business_days_between(self.on, self.due)
            }
        };
        self.times(discount.value, times.max(0))
    }

    /// The fine, where its first day has come.
    fn fine(&self, fine: &Fine) -> Money {
        if self.on < fine.date { Money::ZERO } else { self.times(fine.value, 1) }
    }

    /// Interest from its first day to the day itself, both counted.
    fn interest(&self, interest: &Interest) -> Money {
        let counted_from = match self.rules.counting {
            DelayCounting::DueDate => self.due,
            DelayCounting::ShiftedDueDate => self.calendar.next_business_day(self.due),
        };
        let latest_start = days_between(counted_from, self.on);
        let days = days_between(interest.date, self.on).saturating_add(1).min(latest_start).max(0);
        match interest.value {
            InterestValue::PerDay(amount) => self.times(Value::Fixed(amount), days),
            InterestValue::PerMonth(rate) => {
                rate.of(self.nominal, i64::from(days), 30, self.rules.rounding)
            }
        }
    }

    /// A value so many times.
    fn times(&self, value: Value, times: i32) -> Money {
        match value {
            Value::Fixed(amount) => {
                Money::from_cents(amount.cents().saturating_mul(i64::from(times)))
            }
            Value::Percent(rate) => rate.of(self.nominal, i64::from(times), 1, self.rules.rounding),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::rate::Rate;

    const NOMINAL: Money = Money::from_cents(100_000);
    // A Friday and a national holiday: paid on time until Monday the 23rd.
    const HOLIDAY: Date = date(2026, 11, 20);

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    fn late_terms(day_after: Date) -> Terms {
        Terms {
            fine: Some(Fine { date: day_after, value: Value::Percent(rate("2")) }),
            interest: Some(Interest { date: day_after, value: InterestValue::PerMonth(rate("1")) }),
            ..Terms::default()
        }
    }

    fn on(day: Date, terms: &Terms, rules: PayableRules) -> Payable {
        payable(NOMINAL, HOLIDAY, terms, day, &Calendar::national(), rules)
    }

    #[test]
    fn a_due_date_on_a_holiday_moves_and_the_delay_counts_from_the_printed_date() {
        let terms = late_terms(date(2026, 11, 21));
        let rules = PayableRules::DEFAULT;
        assert_eq!(on(date(2026, 11, 23), &terms, rules).total, NOMINAL);
        let late = on(date(2026, 12, 2), &terms, rules);
        assert_eq!((late.fine.cents(), late.interest.cents()), (2_000, 400));
        assert_eq!(late.total.cents(), 102_400);

        let shifted = PayableRules { counting: DelayCounting::ShiftedDueDate, ..rules };
        // Nine days after the 23rd.
        assert_eq!(on(date(2026, 12, 2), &terms, shifted).interest.cents(), 300);
    }

    #[test]
    fn interest_by_day_and_late_starts() {
        let mut terms = late_terms(date(2026, 11, 21));
        terms.interest = Some(Interest {
            date: date(2026, 11, 30),
            value: InterestValue::PerDay(Money::from_cents(33)),
        });
        terms.fine =
            Some(Fine { date: date(2026, 12, 1), value: Value::Fixed(Money::from_cents(7)) });
        let totals = [24, 30, 31, 32].map(|day| {
            let day = if day > 30 { date(2026, 12, day - 30) } else { date(2026, 11, day) };
            on(day, &terms, PayableRules::DEFAULT).total.cents()
        });
        assert_eq!(totals, [100_000, 100_033, 100_073, 100_106]);
    }

    #[test]
    fn rounding_is_a_setting() {
        let terms = late_terms(date(2026, 11, 21));
        // 1,000.00 × 1 % / 30 × 5 = 1.666…
        let interest = |rounding| {
            let rules = PayableRules { rounding, ..PayableRules::DEFAULT };
            on(date(2026, 11, 25), &terms, rules).interest.cents()
        };
        assert_eq!(interest(Rounding::HalfUp), 167);
        assert_eq!(interest(Rounding::Truncate), 166);
    }

    #[test]
    fn the_best_open_discount_is_given_until_the_business_day_after_its_date() {
        let until = |day: Date, percent: &str| Discount {
            date: day,
            value: Value::Percent(rate(percent)),
            per: None,
        };
        let terms = Terms {
            // The 1st of November 2026 is a Sunday and the 2nd a holiday.
            discounts: vec![until(date(2026, 11, 1), "10"), until(date(2026, 11, 10), "5")],
            abatement: Money::from_cents(1_000),
            ..Terms::default()
        };
        let total = |day| on(day, &terms, PayableRules::DEFAULT).total.cents();
        assert_eq!(total(date(2026, 11, 3)), 100_000 - 1_000 - 10_000);
        assert_eq!(total(date(2026, 11, 4)), 100_000 - 1_000 - 5_000);
        assert_eq!(total(date(2026, 11, 11)), 99_000);
    }

    #[test]
    fn anticipation_counts_calendar_or_business_days() {
        let per = |per, value| Terms {
            discounts: vec![Discount { date: HOLIDAY, value, per: Some(per) }],
            ..Terms::default()
        };
        let cents = Value::Fixed(Money::from_cents(10));
        // From Friday the 13th: seven calendar days; the 15th is a Sunday, the 20th a holiday.
        let thirteenth = date(2026, 11, 13);
        for (terms, discount) in [
            (per(Anticipation::Day, cents), 70),
            (per(Anticipation::BusinessDay, cents), 40),
            (per(Anticipation::Day, Value::Percent(rate("0.1"))), 700),
            (per(Anticipation::BusinessDay, Value::Percent(rate("0.1"))), 400),
        ] {
            let payable = on(thirteenth, &terms, PayableRules::DEFAULT);
            assert_eq!(payable.discount.cents(), discount, "{terms:?}");
        }
    }

    #[test]
    fn each_day_has_the_terms_that_held_then() {
        let mut terms = late_terms(date(2026, 11, 3));
        let day = date(2026, 11, 30);
        let with_fine = on(day, &terms, PayableRules::DEFAULT);
        terms.change(crate::terms::Term::Fine(None), date(2026, 12, 1));
        assert_eq!(on(day, &terms, PayableRules::DEFAULT), with_fine);
        let after = on(date(2026, 12, 1), &terms, PayableRules::DEFAULT);
        assert!(with_fine.fine.is_positive() && after.fine == Money::ZERO);
        assert!(after.interest.is_positive());
    }

    #[test]
    fn the_total_never_falls_below_zero() {
        let terms = Terms {
            abatement: Money::from_cents(60_000),
            discounts: vec![Discount {
                date: HOLIDAY,
                value: Value::Fixed(Money::from_cents(60_000)),
                per: None,
            }],
            ..Terms::default()
        };
        let payable = on(date(2026, 11, 1), &terms, PayableRules::DEFAULT);
        assert_eq!((payable.discount.cents(), payable.total), (40_000, Money::ZERO));
    }
}
