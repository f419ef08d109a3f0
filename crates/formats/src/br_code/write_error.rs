//! What keeps a BR Code from being written, and what was changed in writing it.

use thiserror::Error;

use super::{LONGEST_CITY, LONGEST_LOCATION, LONGEST_NAME};

/// Why a BR Code cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WriteError {
    /// The receiver's name is blank.
    #[error("Falta o nome do recebedor (até {LONGEST_NAME} caracteres).")]
    NoMerchantName,
    /// The city is blank.
    #[error("Falta a cidade do recebedor (até {LONGEST_CITY} caracteres).")]
    NoCity,
    /// Neither a key nor a location, and no recurrence.
    #[error("Falta a chave Pix ou a location da cobrança.")]
    NothingToPay,
    /// Not between 0.01 and 9,999,999,999.99.
    #[error("O valor deve ficar entre R$ 0,01 e R$ 9.999.999.999,99; sem valor, omita o campo.")]
    Amount,
    /// Not 1 to 25 letters and digits.
    #[error("O txid deve ter de 1 a 25 letras sem acento e algarismos; sem txid, omita o campo.")]
    Txid,
    /// The description is blank.
    #[error("A descrição está vazia; escreva um texto ou omita o campo.")]
    BlankDescription,
    /// The description does not fit beside the key.
    #[error("A descrição é longa demais; com esta chave cabem {fits} caracteres.")]
    DescriptionTooLong {
        /// Characters that fit beside this key.
        fits: usize,
    },
    /// Not eight digits.
    #[error("O CEP deve ter 8 dígitos.")]
    PostalCode,
    /// Not four digits.
    #[error("O código de categoria (MCC) deve ter 4 dígitos.")]
    MerchantCategory,
    /// Blank, with another scheme than https, or with signs no address has.
    #[error("A location deve ser um endereço sem https://, espaços nem acentos.")]
    Location,
    /// Longer than 77 characters.
    #[error("A location é longa demais; o limite é {LONGEST_LOCATION} caracteres.")]
    LocationTooLong,
    /// As [`WriteError::Location`], for the recurrence.
    #[error("A location da recorrência deve ser um endereço sem https://, espaços nem acentos.")]
    Recurrence,
    /// Longer than 77 characters.
    #[error("A location da recorrência é longa demais; o limite é {LONGEST_LOCATION} caracteres.")]
    RecurrenceTooLong,
}

impl WriteError {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoMerchantName | Self::NoCity | Self::NothingToPay => "missing",
            Self::Amount => "bad_amount",
            Self::Txid => "bad_txid",
            Self::BlankDescription => "blank_description",
            Self::DescriptionTooLong { .. } => "description_too_long",
            Self::PostalCode => "bad_postal_code",
            Self::MerchantCategory => "bad_merchant_category",
            Self::Location | Self::Recurrence => "bad_location",
            Self::LocationTooLong | Self::RecurrenceTooLong => "location_too_long",
        }
    }

    /// The input at fault, as the fields of [`super::BrCode`] and [`super::Target`] are named.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoMerchantName => "merchant_name",
            Self::NoCity => "city",
            Self::NothingToPay => "key",
            Self::Amount => "amount",
            Self::Txid => "txid",
            Self::BlankDescription | Self::DescriptionTooLong { .. } => "description",
            Self::PostalCode => "postal_code",
            Self::MerchantCategory => "merchant_category",
            Self::Location | Self::LocationTooLong => "location",
            Self::Recurrence | Self::RecurrenceTooLong => "recurrence",
        }
    }
}

/// What was changed so that the code could be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteWarning {
    /// The name was cut to 25 characters.
    MerchantNameCut,
    /// The city was cut to 15 characters.
    CityCut,
    /// Signs of the name that have no ASCII counterpart were left out.
    MerchantNameSignsLost,
    /// Signs of the city that have no ASCII counterpart were left out.
    CitySignsLost,
    /// Signs of the description that have no ASCII counterpart were left out.
    DescriptionSignsLost,
    /// `https://` was taken off a location.
    SchemeRemoved,
}

impl WriteWarning {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::MerchantNameCut => "merchant_name_cut",
            Self::CityCut => "city_cut",
            Self::MerchantNameSignsLost => "merchant_name_signs_lost",
            Self::CitySignsLost => "city_signs_lost",
            Self::DescriptionSignsLost => "description_signs_lost",
            Self::SchemeRemoved => "scheme_removed",
        }
    }

    /// What was changed, in Portuguese.
    pub const fn message(self) -> &'static str {
        match self {
            Self::MerchantNameCut => "O nome do recebedor foi cortado em 25 caracteres.",
            Self::CityCut => "A cidade foi cortada em 15 caracteres.",
            Self::MerchantNameSignsLost => "Sinais do nome que o Pix não aceita foram retirados.",
            Self::CitySignsLost => "Sinais da cidade que o Pix não aceita foram retirados.",
            Self::DescriptionSignsLost => {
                "Sinais da descrição que o Pix não aceita foram retirados."
            }
            Self::SchemeRemoved => "O https:// da location foi retirado.",
        }
    }
}
