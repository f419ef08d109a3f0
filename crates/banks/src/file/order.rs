//! One order of a remittance.

use quita_core::order::BoletoOrder;
use quita_formats::cnab::codes::Instruction;
use serde::{Deserialize, Serialize};

use super::Species;

/// What is ordered about one title, and the title as it shall be: a change of the due date has
/// the new one in [`BoletoOrder::expiration_date`], an abatement stands in the terms, and so on.
///
/// Only what the instruction is about is told to the bank; a registration tells everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemittanceOrder {
    /// What to do. A registration of a hybrid boleto is one with Pix by itself.
    pub instruction: Instruction,
    /// Our number: with its digit beside it in full, as [`crate::title::Title::our_number`]; without
    /// one as the bank's rules take it, and both are made complete by them. Empty for the
    /// registration of what the bank numbers.
    pub our_number: String,
    /// Its check digit, where it is at hand.
    pub our_number_digit: String,
    /// The title. Its `bank_reference` goes where the bank gives the company's own words back.
    pub boleto: BoletoOrder,
    /// Species of the document; by the kind of the boleto where it is absent.
    pub species: Option<Species>,
    /// «Aceite»: the customer acknowledged the debt in writing.
    pub accepted: bool,
    /// What the bank does by itself some days after the due date.
    pub after_due: Option<AfterDue>,
    /// Of a hybrid boleto, where the company does not leave it to the bank.
    pub pix: PixOnTitle,
}

/// What the bank does some days after the due date, if it is not paid. Never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterDue {
    /// Protest it.
    Protest {
        /// So many days after the due date.
        days: u8,
        /// Bank days instead of days of the calendar.
        #[serde(default)]
        business_days: bool,
    },
    /// List the customer negatively.
    NegativeListing {
        /// So many days after the due date.
        days: u8,
    },
}

/// The Pix of a hybrid boleto; empty for what the bank chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PixOnTitle {
    /// Key of the account.
    pub key: String,
    /// Address of the payload, made before by the Pix API.
    pub location: String,
    /// Identifier of the charge.
    pub txid: String,
}
