//! A line of a bank statement («lançamento») as a bank or a file told it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// One movement of an account.
///
/// What was not told is `None`; nothing here is guessed from the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BankLine {
    /// The day under which the bank shows it.
    pub date: Date,
    /// Above zero for money that came in, below zero for money that went out.
    pub amount: Money,
    /// The bank's text for people, blanks at the ends removed.
    #[serde(default)]
    pub memo: String,
    /// The bank's word for the sort of movement: `CREDIT`, `PIX`, `TARIFA`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The bank's own id of the line; may repeat or change at some banks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_id: Option<String>,
    /// Number of the cheque or document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_number: Option<String>,
    /// Our number of the boleto that the bank names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub our_number: Option<String>,
    /// Our own reference that the bank repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<String>,
    /// Of the Pix charge that was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub txid: Option<String>,
    /// Of the Pix itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<String>,
    /// CPF or CNPJ of who paid, digits and letters only; `*` where the bank masks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_document: Option<String>,
    /// Name of who paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_name: Option<String>,
    /// Interest, fine and deductions that the bank says the amount holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Parts>,
}

/// What a payment was made of, where the bank tells it. Amounts are never below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parts {
    /// Interest paid.
    pub interest: Money,
    /// Fine paid.
    pub fine: Money,
    /// Discounts taken off.
    pub discount: Money,
    /// Abatement taken off.
    pub abatement: Money,
}

impl BankLine {
    /// A line of which only day, amount and text are known.
    pub fn new(date: Date, amount: Money, memo: impl Into<String>) -> Self {
        Self {
            date,
            amount,
            memo: memo.into(),
            kind: None,
            bank_id: None,
            check_number: None,
            our_number: None,
            bank_reference: None,
            txid: None,
            end_to_end_id: None,
            payer_document: None,
            payer_name: None,
            parts: None,
        }
    }
}
