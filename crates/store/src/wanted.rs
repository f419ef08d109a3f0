//! What was asked of a registered boleto and is not confirmed: kept in its row.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::{Term, TermKind};
use serde::{Deserialize, Serialize};

use crate::remittance_orders::Pursuit;

/// What people asked of a registered boleto; the workers bring the bank to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Write it off, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    /// Once it is known to be cancelled, order this one for the same charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Box<BoletoOrder>>,
    /// A new due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Date>,
    /// A new nominal amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The bank's id of the change of these two under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// When the bank took the change of these two; it holds once the boleto shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// New terms, at most one of a kind, in the order in which the bank is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<WantedTerm>,
    /// Protest, negative listing, or their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pursuit: Option<Pursuit>,
}

/// One of the terms as it is to be, and how far that has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedTerm {
    /// What is to hold.
    pub term: Term,
    /// When the bank took it; it holds once the boleto shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// Taken, it waits for somebody at the bank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

impl Wanted {
    /// Nothing asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether another due date or amount is asked for.
    pub fn has_values(&self) -> bool {
        self.expiration_date.is_some() || self.amount.is_some()
    }

    /// Due date and amount are asked for no longer.
    pub fn drop_values(&mut self) {
        self.expiration_date = None;
        self.amount = None;
        self.change_id = None;
        self.taken_at = None;
    }

    /// What is asked for of this kind.
    pub fn term(&self, kind: TermKind) -> Option<&Term> {
        self.terms.iter().map(|wanted| &wanted.term).find(|term| term.kind() == kind)
    }

    /// It is asked for no longer.
    pub fn drop_term(&mut self, kind: TermKind) {
        self.terms.retain(|wanted| wanted.term.kind() != kind);
    }

    /// Since when the bank is looked at for what it took; `None` where it took nothing.
    pub fn taken_since(&self) -> Option<Timestamp> {
        self.terms.iter().filter_map(|wanted| wanted.taken_at).chain(self.taken_at).min()
    }
}

impl WantedTerm {
    /// Not told to the bank yet.
    pub fn new(term: Term) -> Self {
        Self { term, taken_at: None, waits: false }
    }
}
