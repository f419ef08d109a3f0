//! Why a text is not a Pix code that may be paid.

use std::fmt;

use thiserror::Error;

/// Why a code is refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{}", Message(self))]
pub struct ReadError {
    /// What is wrong.
    pub reason: ReadReason,
    /// The EMV field at fault, where one is known.
    pub field: Option<FieldId>,
    /// Where reading stopped, counted in characters from 1, for a broken structure.
    pub position: Option<usize>,
}

/// An EMV field, or a subfield of a template; written `59`, `62-05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldId {
    /// The template that holds it.
    pub template: Option<u8>,
    /// Its ID, 0 to 99.
    pub id: u8,
}

impl FieldId {
    /// Its name in [`super::Decoded`], as far as it has one there.
    pub const fn name(self) -> Option<&'static str> {
        Some(match (self.template, self.id) {
            (None, 1) => "initiation",
            (Some(26..=51), 1) => "key",
            (Some(26..=51), 2) => "description",
            (Some(26..=51), 3) => "withdrawal_ispb",
            (Some(26..=51), 25) => "location",
            (None, 52) => "merchant_category",
            (None, 53) => "currency",
            (None, 54) => "amount",
            (None, 58) => "country",
            (None, 59) => "merchant_name",
            (None, 60) => "city",
            (None, 61) => "postal_code",
            (None, 62) | (Some(62), 5) => "txid",
            (None, 63) => "crc",
            (None, 80..=99) | (Some(80..=99), 25) => "recurrence",
            _ => return None,
        })
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(template) = self.template {
            write!(f, "{template:02}-")?;
        }
        write!(f, "{:02}", self.id)
    }
}

/// What makes a code unreadable or unpayable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadReason {
    /// Nothing but blanks.
    Empty,
    /// A field does not start with two digits.
    BadId,
    /// The length of a field is not two digits.
    BadLength,
    /// A field is longer than what is left.
    Truncated,
    /// A field occurs twice.
    Repeated,
    /// Field 63 is absent.
    CrcMissing,
    /// Field 63 is not four hexadecimal digits.
    CrcMalformed,
    /// Something follows field 63.
    CrcNotLast,
    /// The checksum belongs to another text (Bacen: such a code must be refused).
    CrcMismatch,
    /// A well-formed EMV code of another payment system.
    NotPix,
    /// The code does not start with `000201`.
    BadPayloadFormat,
    /// A mandatory field is absent or empty.
    Missing,
    /// Field 53 is not `986`, real.
    BadCurrency,
    /// Field 58 is not `BR`.
    BadCountry,
    /// Field 54 is not an amount of at most two decimals.
    BadAmount,
    /// Neither key nor location nor recurrence.
    NothingToPay,
    /// Key and location at once.
    KeyAndLocation,
}

impl ReadReason {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::BadId => "bad_id",
            Self::BadLength => "bad_length",
            Self::Truncated => "truncated",
            Self::Repeated => "repeated_field",
            Self::CrcMissing => "crc_missing",
            Self::CrcMalformed => "crc_malformed",
            Self::CrcNotLast => "crc_not_last",
            Self::CrcMismatch => "crc_mismatch",
            Self::NotPix => "not_pix",
            Self::BadPayloadFormat => "bad_payload_format",
            Self::Missing => "missing_field",
            Self::BadCurrency => "bad_currency",
            Self::BadCountry => "bad_country",
            Self::BadAmount => "bad_amount",
            Self::NothingToPay => "nothing_to_pay",
            Self::KeyAndLocation => "key_and_location",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Empty => "O código está vazio",
            Self::BadId => {
                "O código está quebrado: era esperado o número de um campo; copie-o de novo, inteiro"
            }
            Self::BadLength => {
                "O código está quebrado: era esperado o comprimento de um campo; copie-o de novo, inteiro"
            }
            Self::Truncated => {
                "O código está quebrado: falta texto no fim de um campo; copie-o de novo, inteiro"
            }
            Self::Repeated => "O código repete um campo; peça outro a quem o emitiu",
            Self::CrcMissing => {
                "O código não tem os dígitos de verificação do fim; copie-o inteiro"
            }
            Self::CrcMalformed => {
                "Os dígitos de verificação do fim não são hexadecimais; copie o código inteiro"
            }
            Self::CrcNotLast => "Há texto depois do fim do código; apague-o",
            Self::CrcMismatch => {
                "Os dígitos de verificação não conferem: o código foi alterado ou mal copiado; \
                 não pague e copie-o de novo"
            }
            Self::NotPix => "É um QR Code de pagamento, mas não é Pix",
            Self::BadPayloadFormat => "O código não começa por 000201; copie-o inteiro",
            Self::Missing => "Falta um campo obrigatório; peça outro código a quem o emitiu",
            Self::BadCurrency => "A moeda do código não é o real (986)",
            Self::BadCountry => "O país do código não é o Brasil (BR)",
            Self::BadAmount => "O valor do código é ilegível; peça outro a quem o emitiu",
            Self::NothingToPay => "O código não tem chave Pix, location nem recorrência",
            Self::KeyAndLocation => "O código tem chave Pix e location ao mesmo tempo",
        }
    }
}

/// The error as people read it: what, then where.
struct Message<'e>(&'e ReadError);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(error) = self;
        f.write_str(error.reason.message())?;
        match (error.field, error.position) {
            (Some(field), Some(position)) => write!(f, " (campo {field}, posição {position})."),
            (Some(field), None) => write!(f, " (campo {field})."),
            (None, Some(position)) => write!(f, " (posição {position})."),
            (None, None) => f.write_str("."),
        }
    }
}
