//! People and companies named on a boleto.

use serde::{Deserialize, Serialize};

use crate::document::Document;

/// Who pays, who is paid, or the guarantor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// CPF or CNPJ.
    pub document: Document,
    /// Name of the person or legal name of the company.
    pub name: String,
    /// Where they are; some banks demand it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Where notices go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Digits with area code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A Brazilian postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street, without the number.
    pub street: String,
    /// Number in the street, `S/N` where there is none.
    #[serde(default)]
    pub number: String,
    /// Flat, floor, block.
    #[serde(default)]
    pub complement: String,
    /// «Bairro».
    #[serde(default)]
    pub district: String,
    /// City.
    pub city: String,
    /// Two letters of the state, `MG`.
    pub state: String,
    /// CEP, eight digits.
    pub postal_code: String,
}
