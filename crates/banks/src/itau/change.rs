//! A change of due date and amount: two instructions, one after the other.
//!
//! The bank takes one attribute at a time. The id of a change tells what is still to do, so that
//! the next question about it carries it out: asking for the same state twice does no harm.

use jiff::civil::Date;
use quita_core::money::Money;

/// What is still to do of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) bank_id: String,
    pub(super) step: Step,
}

/// The next step of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send the due date, and then the amount where there is one.
    DueDate(Date, Option<Money>),
    /// Send the amount.
    Amount(Money),
}

impl Change {
    /// A change from its beginning; `None` where there is nothing to change.
    pub(super) fn new(bank_id: &str, due: Option<Date>, amount: Option<Money>) -> Option<Self> {
        let step = match (due, amount) {
            (Some(due), amount) => Step::DueDate(due, amount),
            (None, Some(amount)) => Step::Amount(amount),
            (None, None) => return None,
        };
        Some(Self { bank_id: bank_id.to_owned(), step })
    }

    /// What is to do once its step was taken; `None` at the end.
    pub(super) fn next(&self) -> Option<Self> {
        match self.step {
            Step::DueDate(_, amount) => Self::new(&self.bank_id, None, amount),
            Step::Amount(_) => None,
        }
    }

    /// `2026-12-28|18000|15000005206110900000001`.
    pub(super) fn id(&self) -> String {
        let (due, amount) = match self.step {
            Step::DueDate(due, amount) => (due.to_string(), amount),
            Step::Amount(amount) => (String::new(), Some(amount)),
        };
        let cents = amount.map(|amount| amount.cents().to_string()).unwrap_or_default();
        format!("{due}|{cents}|{}", self.bank_id)
    }

    /// From its id.
    pub(super) fn parse(id: &str) -> Option<Self> {
        let (due, rest) = id.split_once('|')?;
        let (cents, bank_id) = rest.split_once('|')?;
        Self::new(bank_id, due.parse().ok(), cents.parse().ok().map(Money::from_cents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const ID: &str = "15000005206110900000001";

    #[test]
    fn a_change_goes_step_by_step_through_its_id() {
        let (due, amount) = (date(2026, 12, 28), Money::from_cents(18_000));
        let first = Change::new(ID, Some(due), Some(amount)).unwrap();
        assert_eq!(Change::parse(&first.id()), Some(first.clone()));
        let second = first.next().unwrap();
        assert_eq!((second.step, second.next()), (Step::Amount(amount), None));
        assert_eq!(Change::parse(&second.id()), Some(second));
        let only_due = Change::new(ID, Some(due), None).unwrap();
        assert_eq!((Change::parse(&only_due.id()), only_due.next()), (Some(only_due), None));
        assert_eq!((Change::new(ID, None, None), Change::parse(ID)), (None, None));
    }
}
