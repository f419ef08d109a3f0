//! When the periods of a contract fall due, when each is issued, and what its boleto is called.

use jiff::Span;
use jiff::civil::Date;

use super::{Interval, NewContract};
use crate::desk::origin::Origin;

/// Days before the due date on which a period is issued, unless the contract says.
pub const DAYS_BEFORE: u16 = 10;
/// Most periods of a contract that has an end: fifty years of months.
pub(super) const PERIODS_MAX: i64 = 600;

impl NewContract {
    /// The first due date that it names, where it is one.
    pub(super) fn first_due(&self) -> Option<Date> {
        self.expiration_date.parse().ok()
    }

    /// The number of the period that falls due first.
    pub fn first(&self) -> i64 {
        i64::from(self.first_period.unwrap_or(1))
    }

    /// The due date of a period, whether or not the contract has so many; `None` before the first
    /// and beyond the calendar. A day that a month does not have is its last one.
    pub fn due(&self, period: i64) -> Option<Date> {
        let first = self.first_due()?;
        let steps = i32::try_from(period.checked_sub(self.first())?).ok().filter(|n| *n >= 0)?;
        let steps = steps.checked_mul(i32::from(self.every.unwrap_or(1)))?;
        if self.interval == Interval::Weekly {
            return first.checked_add(Span::new().try_days(steps.checked_mul(7)?).ok()?).ok();
        }
        let months = if self.interval == Interval::Yearly { 12 } else { 1 };
        let later = Span::new().try_months(steps.checked_mul(months)?).ok()?;
        let Some(day) = self.day_of_month.filter(|_| steps > 0) else {
            return first.checked_add(later).ok();
        };
        let month = first.first_of_month().checked_add(later).ok()?;
        let day = i8::try_from(day).unwrap_or(31);
        month.with().day(day.clamp(1, month.days_in_month())).build().ok()
    }

    /// The number of the last period; `None` where it goes on until somebody ends it.
    pub fn last(&self) -> Option<i64> {
        if let Some(periods) = self.periods {
            return Some(i64::from(periods));
        }
        let end: Date = self.end_date.as_deref()?.parse().ok()?;
        let first = self.first();
        let due = |period: i64| self.due(period).is_some_and(|due| due <= end);
        (first..first + PERIODS_MAX).take_while(|period| due(*period)).last().or(Some(first - 1))
    }

    /// The due date of a period that the contract has.
    pub(super) fn due_within(&self, period: i64) -> Option<Date> {
        if self.last().is_some_and(|last| period > last) {
            return None;
        }
        self.due(period)
    }

    /// The day on which what is due then is issued.
    pub(super) fn issue_on(&self, due: Date) -> Date {
        let days = i32::from(self.days_before.unwrap_or(DAYS_BEFORE));
        due.checked_sub(Span::new().days(days)).unwrap_or(due)
    }

    /// The number of the boleto of a period: `CT 12 - 3/12`, or `CT 12 - 3` without an end.
    pub(super) fn document_number(&self, number: &str, period: i64) -> String {
        let number = Origin::Contract.numbered(number);
        match self.last() {
            Some(last) => format!("{number} - {period}/{last}"),
            None => format!("{number} - {period}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(contract: &NewContract, count: i64) -> Vec<String> {
        let first = contract.first();
        (first..first + count).filter_map(|n| contract.due(n)).map(|due| due.to_string()).collect()
    }

    #[test]
    fn periods_fall_due_as_agreed() {
        let monthly =
            NewContract { expiration_date: "2027-01-31".into(), ..NewContract::default() };
        assert_eq!(dates(&monthly, 3), ["2027-01-31", "2027-02-28", "2027-03-31"]);
        let fixed =
            NewContract { day_of_month: Some(30), first_period: Some(5), ..monthly.clone() };
        assert_eq!(dates(&fixed, 3), ["2027-01-31", "2027-02-28", "2027-03-30"]);
        assert_eq!(fixed.due(4), None);
        let quarterly = NewContract { every: Some(3), ..monthly.clone() };
        assert_eq!(dates(&quarterly, 3), ["2027-01-31", "2027-04-30", "2027-07-31"]);
        let weekly = NewContract { interval: Interval::Weekly, every: Some(2), ..monthly.clone() };
        assert_eq!(dates(&weekly, 3), ["2027-01-31", "2027-02-14", "2027-02-28"]);
        let leap = NewContract {
            expiration_date: "2028-02-29".into(),
            interval: Interval::Yearly,
            ..NewContract::default()
        };
        assert_eq!(dates(&leap, 2), ["2028-02-29", "2029-02-28"]);
        assert_eq!(monthly.due(1_000_000_000), None);
    }

    #[test]
    fn the_end_is_a_number_or_a_date() {
        let open = NewContract { expiration_date: "2027-01-31".into(), ..NewContract::default() };
        assert_eq!((open.last(), open.document_number("12", 3)), (None, "CT 12 - 3".into()));
        let until = NewContract { end_date: Some("2027-03-30".into()), ..open.clone() };
        assert_eq!((until.last(), until.due_within(3)), (Some(2), None));
        let twelve = NewContract { periods: Some(12), ..open.clone() };
        assert_eq!(twelve.document_number("CT 12", 3), "CT 12 - 3/12");
        let never = NewContract { end_date: Some("2026-01-01".into()), ..open };
        assert_eq!(never.last(), Some(0));
    }
}
