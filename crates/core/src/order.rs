//! What we ask a bank to register.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::party::Party;
use crate::terms::Terms;

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
}
