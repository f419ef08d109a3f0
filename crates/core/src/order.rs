//! What we ask a bank to register.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::party::Party;
use crate::terms::{Term, Terms};

/// Kind of a boleto («Tipo»), which sets the document species.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceType {
    /// Top up one's own account.
    Deposit,
    /// Optional to pay; never dunned or protested.
    Proposal,
    /// An ordinary charge.
    #[default]
    BillOfExchange,
    /// School fees.
    TuitionPayment,
}

/// The order to register one boleto, complete: what the customer will see and owe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoletoOrder {
    /// Our reference at the bank, unique in the account for ever.
    pub bank_reference: String,
    /// The company's number of the document, `NFe 450 - 1/1`.
    pub document_number: String,
    /// Our number, at banks that leave it to the company; given when the order is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub our_number: Option<String>,
    /// Kind.
    pub invoice_type: InvoiceType,
    /// Nominal amount.
    pub amount: Money,
    /// Day of issue.
    pub issuance_date: Date,
    /// Due date.
    pub expiration_date: Date,
    /// Last day on which it can be paid, from the due date on.
    pub limit_date: Date,
    /// Who owes.
    pub customer: Party,
    /// Guarantor («sacador avalista»), where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Party>,
    /// Fine, interest, discounts, abatement.
    #[serde(default)]
    pub terms: Terms,
    /// Lines printed on the boleto and sent where the bank takes them.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Whether a Pix QR is wanted beside the barcode.
    pub hybrid: bool,
    /// How it is put on paper here.
    #[serde(default, skip_serializing_if = "Paper::is_usual")]
    pub paper: Paper,
}

/// How a boleto is put on paper. Nothing of it goes to the bank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// As a carnê, three to a page, unless somebody asks for the other.
    pub carne: bool,
    /// «Local de pagamento»; the usual text when empty.
    pub payment_place: String,
}

impl Paper {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl BoletoOrder {
    /// The order with another due date and amount. Every date that hangs on the due date moves
    /// with it: the last day of payment, fine, interest, discounts.
    #[must_use]
    pub fn changed(&self, expiration_date: Date, amount: Money) -> Self {
        let days = (expiration_date - self.expiration_date).get_days();
        let moved = |date: Date| date.checked_add(jiff::Span::new().days(days)).unwrap_or(date);
        let mut order = self.clone();
        order.amount = amount;
        order.expiration_date = expiration_date;
        order.limit_date = moved(order.limit_date);
        order.terms.move_dates(days);
        order
    }

    /// Puts a term in the place of what there was, from the day `since` on. Its dates are those of
    /// a boleto that is due on `due` now; as all of them they are kept as they would be at first.
    pub fn change_term(&mut self, term: Term, due: Date, since: Date) {
        let mut now = self.changed(due, self.amount);
        now.terms.change(term, since);
        let days = (self.expiration_date - due).get_days();
        now.terms.move_dates(days);
        self.terms = now.terms;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::document::Document;
    use crate::terms::{Fine, Value};

    fn order() -> BoletoOrder {
        BoletoOrder {
            bank_reference: "R1".into(),
            document_number: "1".into(),
            our_number: None,
            invoice_type: InvoiceType::default(),
            amount: Money::from_cents(1000),
            issuance_date: date(2026, 11, 1),
            expiration_date: date(2026, 11, 30),
            limit_date: date(2026, 12, 30),
            customer: Party {
                document: Document::parse("52998224725").unwrap(),
                name: "Ana Exemplo".into(),
                address: None,
                email: None,
                phone: None,
            },
            receiver: None,
            terms: Terms {
                fine: Some(Fine {
                    date: date(2026, 12, 1),
                    value: Value::Fixed(Money::from_cents(20)),
                }),
                ..Terms::default()
            },
            messages: Vec::new(),
            hybrid: true,
            paper: Paper::default(),
        }
    }

    #[test]
    fn dates_move_with_the_due_date() {
        let order = order();
        let later = order.changed(date(2026, 12, 10), Money::from_cents(900));
        assert_eq!(later.limit_date, date(2027, 1, 9));
        assert_eq!(later.terms.fine.map(|f| f.date), Some(date(2026, 12, 11)));
        assert_eq!(later.issuance_date, order.issuance_date);
        assert_eq!(order.changed(order.expiration_date, order.amount), order);
    }

    #[test]
    fn a_term_given_for_a_later_due_date_keeps_its_day() {
        let mut order = order();
        let (due, fine) = (date(2026, 12, 10), date(2026, 12, 15));
        let term = Term::Fine(Some(Fine { date: fine, value: Value::Fixed(Money::ZERO) }));
        order.change_term(term, due, date(2026, 12, 2));
        let now = order.changed(due, order.amount).terms;
        assert_eq!(now.fine.map(|fine| fine.date), Some(fine));
        let before = now.on(date(2026, 12, 1));
        assert_eq!(before.fine.map(|fine| fine.date), Some(date(2026, 12, 11)));
        assert_eq!(order.expiration_date, date(2026, 11, 30));
    }
}
