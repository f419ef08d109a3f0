//! The chain of days: what was there, what moved, and what the bank says is there at the end.
//!
//! A balance of the bank proves its own day and those before it that have none, back to the last
//! balance before. Where a bank moves its balance on business days only, the lines of a weekend
//! are proved by the Monday.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_store::accounts::Account;
use quita_store::statement_days::{self, StatementDay, Status};
use quita_store::{StoreError, Tx};

use crate::planted::{self, Bug};

/// Keeps balances that were told; gives the first day of which that changed anything. What the
/// bank's interface said of a day is not replaced by a file, which may be older than it looks.
pub(super) fn tell(
    tx: &mut Tx,
    account: &Account,
    source: Source,
    closings: &[(Date, Money)],
    now: Timestamp,
) -> Result<Option<Date>, StoreError> {
    let by_api = matches!(source, Source::Api | Source::ApiSimple);
    let mut first = None::<Date>;
    for (day, closing) in closings {
        let there = statement_days::of_days(tx, &account.id, *day, *day)?.pop();
        let known = there.as_ref().and_then(|day| day.closing);
        if known == Some(*closing) {
            continue;
        }
        if known.is_some() && !by_api && account.credential_id.is_some() {
            continue;
        }
        let day = *day;
        let blank = StatementDay {
            account_id: account.id.clone(),
            company_id: account.company_id.clone(),
            day,
            opening: None,
            closing: None,
            moved: Money::ZERO,
            status: Status::Open,
            difference: None,
            updated_at: now,
        };
        let told = StatementDay { closing: Some(*closing), ..there.unwrap_or(blank) };
        statement_days::put(tx, &told)?;
        first = Some(first.map_or(day, |first| first.min(day)));
    }
    Ok(first)
}

/// Counts the days again, from the last balance of the bank before `from` on.
pub(super) fn close(
    tx: &mut Tx,
    account: &Account,
    from: Date,
    now: Timestamp,
) -> Result<(), StoreError> {
    let anchor = statement_days::told_before(tx, &account.id, from)?;
    let after = anchor.as_ref().map_or(Date::constant(1, 1, 1), |anchor| anchor.day);
    let lines: BTreeMap<Date, Money> =
        statement_days::moved_after(tx, &account.id, after)?.into_iter().collect();
    let mut there: BTreeMap<Date, StatementDay> =
        statement_days::of_days(tx, &account.id, after, Date::MAX)?
            .into_iter()
            .filter(|day| anchor.is_none() || day.day > after)
            .map(|day| (day.day, day))
            .collect();
    let told: BTreeMap<Date, Option<Money>> = lines
        .keys()
        .map(|day| (*day, None))
        .chain(there.iter().filter_map(|(day, row)| Some((*day, Some(row.closing?)))))
        .collect();
    let mut days: Vec<Day> = told
        .into_iter()
        .map(|(day, closing)| Day::new(day, closing, lines.get(&day).copied()))
        .collect();
    prove(anchor.and_then(|anchor| anchor.closing), &mut days);
    for day in days {
        let before = there.remove(&day.day);
        let row = StatementDay {
            account_id: account.id.clone(),
            company_id: account.company_id.clone(),
            day: day.day,
            opening: day.opening,
            closing: day.closing,
            moved: day.moved.unwrap_or(Money::ZERO),
            status: day.status,
            difference: day.difference,
            updated_at: before.as_ref().map_or(now, |before| before.updated_at),
        };
        if before.as_ref() != Some(&row) {
            statement_days::put(tx, &StatementDay { updated_at: now, ..row })?;
        }
    }
    // Neither a line nor a balance is left of these.
    for day in there.into_keys() {
        statement_days::remove(tx, &account.id, day)?;
    }
    Ok(())
}

/// A day with a balance or lines, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Day {
    day: Date,
    opening: Option<Money>,
    closing: Option<Money>,
    /// `None` where it has no lines.
    moved: Option<Money>,
    status: Status,
    difference: Option<Money>,
}

impl Day {
    fn new(day: Date, closing: Option<Money>, moved: Option<Money>) -> Self {
        Self { day, opening: None, closing, moved, status: Status::Open, difference: None }
    }
}

/// Says of each day how it stands, from what was there before the first of them.
fn prove(before: Option<Money>, days: &mut [Day]) {
    let mut running = before;
    let mut waiting = 0;
    for at in 0..days.len() {
        let (earlier, rest) = days.split_at_mut(at);
        let Some(day) = rest.first_mut() else { break };
        day.opening = running;
        running = running.map(|sum| sum + day.moved.unwrap_or(Money::ZERO));
        let Some(closing) = day.closing else { continue };
        match running {
            None if day.moved.is_none() && earlier.get(waiting..).is_none_or(<[Day]>::is_empty) => {
                day.status = Status::Start;
            }
            None => {}
            Some(sum) => {
                day.difference = Some(closing - sum);
                if closing == sum || planted::is(Bug::BalanceUnchecked) {
                    day.status = Status::Closed;
                    for proved in earlier.iter_mut().skip(waiting) {
                        proved.status = Status::Closed;
                    }
                }
            }
        }
        running = Some(closing);
        waiting = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn day(of_month: i8, closing: Option<i64>, moved: Option<i64>) -> Day {
        let [closing, moved] = [closing, moved].map(|cents| cents.map(Money::from_cents));
        Day::new(date(2026, 11, of_month), closing, moved)
    }

    fn proved(before: Option<i64>, mut days: Vec<Day>) -> Vec<(Status, Option<i64>)> {
        prove(before.map(Money::from_cents), &mut days);
        days.iter().map(|day| (day.status, day.difference.map(Money::cents))).collect()
    }

    #[test]
    fn a_balance_proves_its_day_and_those_before_it_that_have_none() {
        let days = vec![
            day(6, Some(100), None),
            day(7, None, Some(5)),
            day(8, None, Some(-3)),
            day(9, Some(112), Some(10)),
            day(10, None, Some(1)),
        ];
        let closed = (Status::Closed, None);
        let expected = vec![
            (Status::Start, None),
            closed,
            closed,
            (Status::Closed, Some(0)),
            (Status::Open, None),
        ];
        assert_eq!(proved(None, days), expected);
    }

    #[test]
    fn what_is_missing_is_told_once_and_the_days_after_it_close() {
        let days =
            vec![day(9, None, Some(10)), day(10, Some(115), Some(2)), day(11, Some(116), Some(1))];
        let expected =
            vec![(Status::Open, None), (Status::Open, Some(3)), (Status::Closed, Some(0))];
        assert_eq!(proved(Some(100), days), expected);
    }

    #[test]
    fn lines_before_the_first_balance_stay_open() {
        let days =
            vec![day(9, None, Some(10)), day(10, Some(50), None), day(11, Some(51), Some(1))];
        let expected = vec![(Status::Open, None), (Status::Open, None), (Status::Closed, Some(0))];
        assert_eq!(proved(None, days), expected);
    }
}
