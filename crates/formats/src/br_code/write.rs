//! Writes BR Codes into one buffer.

use std::borrow::Cow;

use quita_core::money::Money;
use quita_core::pix_id::is_static_txid;
use quita_core::pix_key::PixKey;

use super::{
    Initiation, Kind, LONGEST_CITY, LONGEST_CODE, LONGEST_LOCATION, LONGEST_NAME, PIX_DOMAIN,
    WriteError, WriteWarning, crc16,
};
use crate::ascii;

/// The largest amount: ten digits and two decimals.
const LARGEST_AMOUNT: i64 = 999_999_999_999;

/// The most characters a template holds, its length having two digits.
const TEMPLATE_ROOM: usize = 99;

/// ID and length in front of every value.
const FIELD_HEAD: usize = 4;

/// What a BR Code is to say. Text may have accents; they are stripped in writing.
#[derive(Clone, Copy, Debug)]
pub struct BrCode<'a> {
    /// Whom or what it pays.
    pub target: Target<'a>,
    /// Location of a Pix Automático recurrence to authorise as well (template 80).
    pub recurrence: Option<&'a str>,
    /// Field 01; most codes of banks have it, many static ones do not.
    pub initiation: Option<Initiation>,
    /// How Pix names itself in the templates.
    pub domain: PixDomain,
    /// Merchant category (ISO 18245), four digits; `0000` says nothing.
    pub merchant_category: &'a str,
    /// Fixed amount; without one the payer types it. In a dynamic code it says nothing.
    pub amount: Option<Money>,
    /// Receiver's name, cut to 25 characters; payers see the name that DICT knows.
    pub merchant_name: &'a str,
    /// Receiver's city, cut to 15 characters.
    pub city: &'a str,
    /// CEP; its eight digits may be punctuated.
    pub postal_code: Option<&'a str>,
    /// Reference of 1 to 25 letters and digits; `***` is written where there is none.
    pub txid: Option<&'a str>,
}

/// Whom or what a code pays.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A static code: a key, and a text for the payer.
    Key {
        /// The receiver's key.
        key: &'a PixKey,
        /// Text shown to the payer; up to 73 characters less those of the key.
        description: Option<&'a str>,
    },
    /// A dynamic code: where the bank serves the charge, at most 77 characters, no scheme.
    Location(&'a str),
    /// Nothing: the code only authorises its recurrence.
    RecurrenceOnly,
}

/// Letter case of `br.gov.bcb.pix`, in which issuers differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PixDomain {
    /// As the manual writes it.
    #[default]
    Lower,
    /// As many banks write it.
    Upper,
}

/// A dynamic code as banks issue it, to be paid once; the rest is set by the caller:
/// `BrCode { amount, ..dynamic(location, name, city) }`.
pub const fn dynamic<'a>(location: &'a str, merchant_name: &'a str, city: &'a str) -> BrCode<'a> {
    BrCode {
        initiation: Some(Initiation::Once),
        ..BrCode::new(Target::Location(location), merchant_name, city)
    }
}

impl<'a> BrCode<'a> {
    /// The mandatory parts only.
    pub const fn new(target: Target<'a>, merchant_name: &'a str, city: &'a str) -> Self {
        Self {
            target,
            recurrence: None,
            initiation: None,
            domain: PixDomain::Lower,
            merchant_category: "0000",
            amount: None,
            merchant_name,
            city,
            postal_code: None,
            txid: None,
        }
    }

    /// What a payer's application will do with the code.
    pub fn kind(&self) -> Kind {
        match self.target {
            Target::Key { .. } => Kind::Static,
            Target::Location(location) => Kind::of_location(location),
            Target::RecurrenceOnly => Kind::RecurrenceOnly,
        }
    }

    /// The code as new text, and what had to be changed.
    pub fn encode(&self) -> Result<(String, Vec<WriteWarning>), WriteError> {
        let mut code = String::new();
        let warnings = self.encode_into(&mut code)?;
        Ok((code, warnings))
    }

    /// Replaces the contents of `code` by the code, always printable ASCII of fewer than 512
    /// characters, and says what had to be changed. After an error `code` has no meaning.
    pub fn encode_into(&self, code: &mut String) -> Result<Vec<WriteWarning>, WriteError> {
        code.clear();
        code.reserve(LONGEST_CODE);
        let mut warnings = Vec::new();
        code.push_str("000201");
        if let Some(initiation) = self.initiation {
            put(code, "01", initiation.digits());
        }
        self.put_account(code, &mut warnings)?;
        if !is_digits(self.merchant_category, 4) {
            return Err(WriteError::MerchantCategory);
        }
        put(code, "52", self.merchant_category);
        code.push_str("5303986");
        if let Some(amount) = self.amount {
            put_amount(code, amount)?;
        }
        code.push_str("5802BR");
        self.put_receiver(code, &mut warnings)?;
        let txid = self.txid.unwrap_or("***");
        if !is_static_txid(txid) {
            return Err(WriteError::Txid);
        }
        put_head(code, "62", FIELD_HEAD + txid.len());
        put(code, "05", txid);
        if let Some(recurrence) = self.recurrence {
            let location = location(recurrence, &mut warnings).map_err(|flaw| match flaw {
                LocationFlaw::Form => WriteError::Recurrence,
                LocationFlaw::Length => WriteError::RecurrenceTooLong,
            })?;
            self.put_template(code, "80", FIELD_HEAD + location.len());
            put(code, "25", location);
        }
        put_crc(code);
        Ok(warnings)
    }

    /// Template 26.
    fn put_account(
        &self,
        code: &mut String,
        warnings: &mut Vec<WriteWarning>,
    ) -> Result<(), WriteError> {
        match self.target {
            Target::Key { key, description } => {
                let key = key.as_str();
                let description =
                    description.map(|text| folded_description(text, key, warnings)).transpose()?;
                let described = description.as_ref().map_or(0, |text| FIELD_HEAD + text.len());
                self.put_template(code, "26", FIELD_HEAD + key.len() + described);
                put(code, "01", key);
                if let Some(description) = description {
                    put(code, "02", &description);
                }
            }
            Target::Location(text) => {
                let location = location(text, warnings).map_err(|flaw| match flaw {
                    LocationFlaw::Form => WriteError::Location,
                    LocationFlaw::Length => WriteError::LocationTooLong,
                })?;
                self.put_template(code, "26", FIELD_HEAD + location.len());
                put(code, "25", location);
            }
            Target::RecurrenceOnly if self.recurrence.is_some() => self.put_template(code, "26", 0),
            Target::RecurrenceOnly => return Err(WriteError::NothingToPay),
        }
        Ok(())
    }

    /// Head of a Pix template that holds `length` more characters.
    fn put_template(&self, code: &mut String, id: &str, length: usize) {
        put_head(code, id, FIELD_HEAD + PIX_DOMAIN.len() + length);
        code.push_str(match self.domain {
            PixDomain::Lower => "0014br.gov.bcb.pix",
            PixDomain::Upper => "0014BR.GOV.BCB.PIX",
        });
    }

    /// Fields 59, 60 and 61.
    fn put_receiver(
        &self,
        code: &mut String,
        warnings: &mut Vec<WriteWarning>,
    ) -> Result<(), WriteError> {
        let (name, lost) = ascii::fold(self.merchant_name);
        let (name, cut) = fitted(&name, LONGEST_NAME).ok_or(WriteError::NoMerchantName)?;
        put(code, "59", name);
        if cut {
            warnings.push(WriteWarning::MerchantNameCut);
        }
        if lost {
            warnings.push(WriteWarning::MerchantNameSignsLost);
        }
        let (city, lost) = ascii::fold(self.city);
        let (city, cut) = fitted(&city, LONGEST_CITY).ok_or(WriteError::NoCity)?;
        put(code, "60", city);
        if cut {
            warnings.push(WriteWarning::CityCut);
        }
        if lost {
            warnings.push(WriteWarning::CitySignsLost);
        }
        if let Some(postal_code) = self.postal_code {
            let digits: Cow<'_, str> = if is_digits(postal_code, 8) {
                Cow::Borrowed(postal_code)
            } else {
                Cow::Owned(postal_code.chars().filter(|c| !matches!(c, '.' | '-' | ' ')).collect())
            };
            if !is_digits(&digits, 8) {
                return Err(WriteError::PostalCode);
            }
            put(code, "61", &digits);
        }
        Ok(())
    }
}

/// ID and length of a field; no length exceeds 99, by the limits of each field.
fn put_head(code: &mut String, id: &str, length: usize) {
    code.push_str(id);
    code.push(digit(length / 10));
    code.push(digit(length));
}

/// The last decimal digit of a number.
fn digit(number: usize) -> char {
    char::from(b'0' + (number % 10) as u8)
}

fn put(code: &mut String, id: &str, value: &str) {
    put_head(code, id, value.len());
    code.push_str(value);
}

fn put_amount(code: &mut String, amount: Money) -> Result<(), WriteError> {
    if !(1..=LARGEST_AMOUNT).contains(&amount.cents()) {
        return Err(WriteError::Amount);
    }
    // By hand, from the right: formatting would take a fifth of the time of the whole code.
    let mut text = [b'.'; 13];
    let mut start = text.len();
    let mut rest = amount.cents();
    while rest > 0 || start > text.len() - 4 {
        start -= if start == text.len() - 2 { 2 } else { 1 };
        text[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    put(code, "54", std::str::from_utf8(&text[start..]).unwrap_or_default());
    Ok(())
}

fn put_crc(code: &mut String) {
    code.push_str("6304");
    let crc = crc16(code.as_bytes());
    for shift in [12, 8, 4, 0] {
        code.push(char::from(b"0123456789ABCDEF"[usize::from(crc >> shift & 0xF)]));
    }
}

/// The text trimmed and cut, and whether it was cut; `None` when nothing is left.
fn fitted(ascii: &str, longest: usize) -> Option<(&str, bool)> {
    let text = ascii.trim();
    let fitted = text.get(..longest).unwrap_or(text).trim_end();
    (!fitted.is_empty()).then_some((fitted, text.len() > longest))
}

fn folded_description<'t>(
    text: &'t str,
    key: &str,
    warnings: &mut Vec<WriteWarning>,
) -> Result<Cow<'t, str>, WriteError> {
    let (folded, lost) = ascii::fold(text);
    let folded = match folded {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    if folded.is_empty() {
        return Err(WriteError::BlankDescription);
    }
    let heads = 3 * FIELD_HEAD;
    let fits = TEMPLATE_ROOM.saturating_sub(heads + PIX_DOMAIN.len() + key.len());
    if folded.len() > fits {
        return Err(WriteError::DescriptionTooLong { fits });
    }
    if lost {
        warnings.push(WriteWarning::DescriptionSignsLost);
    }
    Ok(folded)
}

/// What is wrong with a location.
enum LocationFlaw {
    Form,
    Length,
}

/// The location without its scheme.
fn location<'t>(text: &'t str, warnings: &mut Vec<WriteWarning>) -> Result<&'t str, LocationFlaw> {
    let trimmed = text.trim();
    let location = match trimmed.strip_prefix("https://") {
        Some(rest) => {
            warnings.push(WriteWarning::SchemeRemoved);
            rest
        }
        None => trimmed,
    };
    let graphic = location.bytes().all(|b| b.is_ascii_graphic());
    if location.is_empty() || !graphic || location.contains("://") {
        return Err(LocationFlaw::Form);
    }
    if location.len() > LONGEST_LOCATION {
        return Err(LocationFlaw::Length);
    }
    Ok(location)
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}
