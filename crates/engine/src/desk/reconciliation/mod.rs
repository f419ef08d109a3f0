//! Reconciliation («Conciliação»): each line of a statement is explained by boletos, a fee, a
//! transfer, or a person's decision.
//!
//! A statement line makes no receipt: what settles a boleto is what the bank tells of it, or a person.
//! A line that pays a boleto of which the bank tells nothing opens a pending item, no more. What a
//! person undid is never done again without one.

mod accept;
mod by_hand;
mod input;
mod list;
mod remembered;
mod run;
mod suggest;
mod totals;
mod view;
mod write;

pub use accept::{Bulk, BulkItem, accept_all, bulk};
pub use by_hand::{Chosen, Explain, MatchLine, explain, ignore, match_line, reject, undo};
pub use list::{Explained, boleto_lines, get, matches, names, open_lines, period, search};
pub use quita_store::matches::{DifferenceKind, Filter, Kind};
pub use remembered::Remembered;
pub use run::{Done, run};
pub use suggest::suggestions;
pub use totals::{Age, Totals, totals};

pub use view::{
    DifferenceView, MatchView, MatchedBoleto, StatementLineView, SuggestedBoleto, SuggestionView,
    SuggestionsView, reason_text,
};

pub(crate) use write::{corrected, taken_back};

/// Kind of the pending item of a boleto that a line pays, and of which the bank tells no payment.
pub(crate) const NOT_SETTLED: &str = "line_without_settlement";
/// Kind of the pending item of a boleto that two lines pay.
pub(crate) const PAID_TWICE: &str = "line_paid_twice";

/// Who matches without a person.
const BY_ITSELF: &str = "system";
/// Who undoes what explained a line that the bank took back or changed.
const BY_BANK: &str = "bank";
