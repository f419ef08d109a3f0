//! A change of due date and amount: two instructions, one after the other.
//!
//! The bank takes one attribute at a time. The id of a change tells what is still to do, so that
//! the next question about it carries it out: asking for the same state twice does no harm.

use jiff::civil::Date;
use quita_core::money::Money;

/// What is still to do of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) step: Step,
    pub(super) bank_id: String,
    pub(super) expiration_date: Option<Date>,
    pub(super) amount: Option<Money>,
}

/// The next step of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Send the due date.
    DueDate,
    /// Send the amount.
    Amount,
    /// See in the detail whether the bank has carried it out: it had to wait for an approval.
    Look,
}

impl Change {
    /// A change from its beginning.
    pub(super) fn new(bank_id: &str, expiration_date: Option<Date>, amount: Option<Money>) -> Self {
        let step = if expiration_date.is_some() { Step::DueDate } else { Step::Amount };
        Self { step, bank_id: bank_id.to_owned(), expiration_date, amount }
    }

    /// What is to do once its step was taken; `None` at the end.
    pub(super) fn next(&self, waits: bool) -> Option<Self> {
        let step = match self.step {
            Step::DueDate if self.amount.is_some() => Step::Amount,
            Step::DueDate | Step::Amount if waits => Step::Look,
            Step::DueDate | Step::Amount | Step::Look => return None,
        };
        Some(Self { step, ..self.clone() })
    }

    /// `amount|2026-12-28|18000|15000005206110900000001`.
    pub(super) fn id(&self) -> String {
        let step = match self.step {
            Step::DueDate => "due_date",
            Step::Amount => "amount",
            Step::Look => "look",
        };
        let due = self.expiration_date.map(|due| due.to_string()).unwrap_or_default();
        let cents = self.amount.map(|amount| amount.cents().to_string()).unwrap_or_default();
        format!("{step}|{due}|{cents}|{}", self.bank_id)
    }

    /// From its id. What is no id of a change is looked at as the name of a boleto.
    pub(super) fn parse(id: &str) -> Self {
        let mut parts = id.splitn(4, '|');
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(step), Some(due), Some(cents), Some(bank_id)) = parts else {
            let bank_id = id.to_owned();
            return Self { step: Step::Look, bank_id, expiration_date: None, amount: None };
        };
        Self {
            step: match step {
                "due_date" => Step::DueDate,
                "amount" => Step::Amount,
                _ => Step::Look,
            },
            bank_id: bank_id.to_owned(),
            expiration_date: due.parse().ok(),
            amount: cents.parse().ok().map(Money::from_cents),
        }
    }

    /// Whether the bank has these values.
    pub(super) fn is_done(&self, due: Option<Date>, amount: Option<Money>) -> bool {
        self.expiration_date.is_none_or(|wanted| due == Some(wanted))
            && self.amount.is_none_or(|wanted| amount == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const ID: &str = "15000005206110900000001";

    #[test]
    fn a_change_goes_step_by_step_through_its_id() {
        let (due, amount) = (Some(date(2026, 12, 28)), Some(Money::from_cents(18_000)));
        let first = Change::new(ID, due, amount);
        assert_eq!(first.step, Step::DueDate);
        let second = first.next(false).unwrap();
        assert_eq!(Change::parse(&second.id()), second);
        assert_eq!((second.step, second.next(false)), (Step::Amount, None));
        let waiting = second.next(true).unwrap();
        assert_eq!(waiting.step, Step::Look);
        assert!(waiting.is_done(due, amount) && !waiting.is_done(due, None));
        assert_eq!(Change::new(ID, None, amount).step, Step::Amount);
        assert_eq!(Change::parse(ID).bank_id, ID);
    }
}
