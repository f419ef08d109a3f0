//! Lines of a bank and receivables that name nothing yet.

use jiff::civil::Date;
use quita_core::matching::{Line, Receivable};
use quita_core::money::Money;

pub(crate) fn line(id: &str, on: Date, cents: i64, memo: &str) -> Line {
    Line {
        id: id.into(),
        date: on,
        amount: Money::from_cents(cents),
        memo: memo.into(),
        our_number: None,
        txid: None,
        end_to_end_id: None,
        bank_reference: None,
        payer_document: None,
        payer_name: None,
    }
}

pub(crate) fn receivable(id: &str, due: Date, cents: i64) -> Receivable {
    Receivable {
        id: id.into(),
        our_number: None,
        txid: None,
        end_to_end_id: None,
        bank_reference: None,
        expiration_date: due,
        amount: Money::from_cents(cents),
        terms: None,
        customer_document: None,
        customer_name: None,
        received: None,
    }
}
