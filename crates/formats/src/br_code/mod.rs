//! BR Code: the text of a Pix QR code, also called «Pix copia e cola».
//!
//! Rules: Bacen, Manual do BR Code 1.0 and Manual de Padrões para Iniciação do Pix; EMVCo,
//! Merchant-Presented QR Code 1.1; API Pix 2.9.0 for the composite codes of Pix Automático.
//! A code is a row of fields `ID LEN VALUE`, two digits each for ID and LEN; LEN counts
//! characters, not bytes.

mod crc;
mod fields;
mod read;
mod read_error;
mod write;
mod write_error;

pub use crc::crc16;
pub use read::{Decoded, ReadWarning, decode};
pub use read_error::{FieldId, ReadError, ReadReason};
pub use write::{BrCode, PixDomain, Target, dynamic};
pub use write_error::{WriteError, WriteWarning};

/// The name of Pix inside a template («GUI»), in lower case; readers ignore the case.
const PIX_DOMAIN: &str = "br.gov.bcb.pix";

/// The longest code, in characters (API Pix 2.9.0, `pixCopiaECola`).
const LONGEST_CODE: usize = 512;

/// The longest receiver name, in characters (field 59).
const LONGEST_NAME: usize = 25;

/// The longest city, in characters (field 60).
const LONGEST_CITY: usize = 15;

/// The longest location, in characters (subfield 25).
const LONGEST_LOCATION: usize = 77;

/// What a payer's application does with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pays a key; everything is in the code.
    Static,
    /// Asks the location for an immediate charge (cob).
    Dynamic,
    /// Asks the location for a charge with due date (cobv).
    DynamicCobv,
    /// Only authorises a recurrence (Pix Automático); pays nothing now.
    RecurrenceOnly,
}

impl Kind {
    /// The kind of charge behind a location: with due date where its path says `/cobv/`.
    fn of_location(location: &str) -> Self {
        if location.contains("/cobv/") { Self::DynamicCobv } else { Self::Dynamic }
    }

    /// The kind in one word; `+rec` where the code also carries a recurrence.
    pub const fn name(self, with_recurrence: bool) -> &'static str {
        match (self, with_recurrence) {
            (Self::Static, false) => "static",
            (Self::Static, true) => "static+rec",
            (Self::Dynamic, false) => "dynamic",
            (Self::Dynamic, true) => "dynamic+rec",
            (Self::DynamicCobv, false) => "dynamic_cobv",
            (Self::DynamicCobv, true) => "dynamic_cobv+rec",
            (Self::RecurrenceOnly, _) => "rec_only",
        }
    }
}

/// Field 01. It does not tell static from dynamic: many codes carry the wrong one or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiation {
    /// `11`: may be paid many times.
    Reusable,
    /// `12`: to be paid once.
    Once,
}

impl Initiation {
    /// Its two digits.
    pub const fn digits(self) -> &'static str {
        match self {
            Self::Reusable => "11",
            Self::Once => "12",
        }
    }
}
