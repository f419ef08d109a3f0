//! Pix keys: what kind a text is, and its canonical form in DICT.
//!
//! Patterns from Bacen's DICT API and API Pix 2.9.0 (alphanumeric CNPJ). DICT checks only
//! patterns; here the check digits of CPF and CNPJ must be right too.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::document::Document;

/// The longest e-mail or key in characters.
const LONGEST_KEY: usize = 77;

/// The five kinds of Pix keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixKeyKind {
    /// A person's document, eleven digits.
    Cpf,
    /// A company's document, fourteen digits or, since July 2026, digits and letters.
    Cnpj,
    /// A telephone with its country, `+5511987654321`.
    Phone,
    /// An e-mail in lower case.
    Email,
    /// «Chave aleatória»: a UUID in lower case.
    Evp,
}

impl PixKeyKind {
    /// The kind in one word, as written in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpf => "cpf",
            Self::Cnpj => "cnpj",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Evp => "evp",
        }
    }

    /// The kind a text has by its form alone; check digits may still be wrong.
    ///
    /// Eleven bare digits are a CPF. Where they fail as one but would be a mobile number
    /// the answer is [`PixKeyError::PhoneOrCpf`]: a person must say which is meant.
    pub fn detect(text: &str) -> Result<Self, PixKeyError> {
        let text = text.trim();
        if text.contains('@') {
            return Ok(Self::Email);
        }
        if text.starts_with('+') {
            return Ok(Self::Phone);
        }
        if canonical_evp(text).is_some() {
            return Ok(Self::Evp);
        }
        let compact = without_punctuation(text).ok_or(PixKeyError::NotAKey)?;
        let digits = compact.bytes().all(|b| b.is_ascii_digit());
        let spaced = text.contains(['(', ' ']);
        match compact.len() {
            14 => Ok(Self::Cnpj),
            10 | 11 if digits && spaced => Ok(Self::Phone),
            12 | 13 if digits && compact.starts_with("55") => Ok(Self::Phone),
            11 if digits => {
                let unmarked = !text.contains('.');
                if unmarked && Document::parse(text).is_err() && is_national_number(&compact) {
                    return Err(PixKeyError::PhoneOrCpf);
                }
                Ok(Self::Cpf)
            }
            _ => Err(PixKeyError::NotAKey),
        }
    }
}

/// A Pix key in DICT's canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct PixKey {
    kind: PixKeyKind,
    text: String,
}

impl PixKey {
    /// Reads a key as people type it and detects its kind.
    pub fn parse(text: &str) -> Result<Self, PixKeyError> {
        Self::parse_as(PixKeyKind::detect(text)?, text)
    }

    /// Reads a key whose kind is known; a telephone may then lack its `+55`.
    pub fn parse_as(kind: PixKeyKind, text: &str) -> Result<Self, PixKeyError> {
        let text = text.trim();
        let canonical = match kind {
            PixKeyKind::Cpf => document(text, 11).ok_or(PixKeyError::Cpf)?,
            PixKeyKind::Cnpj => document(text, 14).ok_or(PixKeyError::Cnpj)?,
            PixKeyKind::Phone => canonical_phone(text).ok_or(PixKeyError::Phone)?,
            PixKeyKind::Email => canonical_email(text).ok_or(PixKeyError::Email)?,
            PixKeyKind::Evp => canonical_evp(text).ok_or(PixKeyError::Evp)?,
        };
        Ok(Self { kind, text: canonical })
    }

    /// Which of the five kinds it is.
    pub const fn kind(&self) -> PixKeyKind {
        self.kind
    }

    /// The canonical form, at most 77 characters of ASCII.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for PixKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<PixKey> for String {
    fn from(key: PixKey) -> Self {
        key.text
    }
}

impl<'de> Deserialize<'de> for PixKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Why a text is not a Pix key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PixKeyError {
    /// The form fits none of the five kinds.
    #[error(
        "A chave Pix não é CPF, CNPJ, telefone, e-mail nem chave aleatória; confira a digitação."
    )]
    NotAKey,
    /// Not eleven digits with right check digits.
    #[error("O CPF da chave Pix é inválido; confira os 11 dígitos.")]
    Cpf,
    /// Not fourteen characters with right check digits.
    #[error("O CNPJ da chave Pix é inválido; confira os 14 caracteres.")]
    Cnpj,
    /// Not a telephone with country and area code.
    #[error("O telefone da chave Pix é inválido; escreva +55, DDD e número.")]
    Phone,
    /// Not an e-mail DICT would take, or longer than 77 characters.
    #[error(
        "O e-mail da chave Pix é inválido; confira a digitação (até 77 caracteres, sem acentos)."
    )]
    Email,
    /// Not a UUID.
    #[error("A chave aleatória é inválida; são 32 dígitos de 0 a 9 e de A a F.")]
    Evp,
    /// Eleven digits that are a mobile number but not a CPF.
    #[error(
        "A chave parece um celular sem +55 ou um CPF errado; se for telefone, escreva +55 antes."
    )]
    PhoneOrCpf,
}

impl PixKeyError {
    /// A stable word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAKey => "not_a_pix_key",
            Self::Cpf => "bad_cpf",
            Self::Cnpj => "bad_cnpj",
            Self::Phone => "bad_phone",
            Self::Email => "bad_email",
            Self::Evp => "bad_evp",
            Self::PhoneOrCpf => "phone_or_cpf",
        }
    }
}

/// Letters and digits without the marks people put between them; `None` on any other sign.
fn without_punctuation(text: &str) -> Option<String> {
    let mut compact = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' | 'A'..='Z' | 'a'..='z' => compact.push(c),
            '.' | '-' | '/' | '(' | ')' | ' ' => {}
            _ => return None,
        }
    }
    Some(compact)
}

fn document(text: &str, length: usize) -> Option<String> {
    let document = Document::parse(text).ok()?;
    (document.as_str().len() == length).then(|| document.as_str().to_owned())
}

/// `+`, country, number; Brazilian where no country is given.
fn canonical_phone(text: &str) -> Option<String> {
    let (international, rest) = match text.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = without_punctuation(rest)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match digits.strip_prefix("55") {
        Some(national) if is_national_number(national) => Some(format!("+{digits}")),
        Some(_) if international => None,
        _ if international => {
            // DICT: ^\+[1-9][0-9]\d{1,14}$
            let fits = (3..=16).contains(&digits.len()) && !digits.starts_with('0');
            fits.then(|| format!("+{digits}"))
        }
        _ => is_national_number(&digits).then(|| format!("+55{digits}")),
    }
}

/// DDD and eight digits, or nine that start with 9. No DDD has a zero.
fn is_national_number(digits: &str) -> bool {
    match digits.as_bytes() {
        [b'1'..=b'9', b'1'..=b'9', b'9', rest @ ..] if rest.len() == 8 => true,
        [b'1'..=b'9', b'1'..=b'9', b'1'..=b'9', rest @ ..] => rest.len() == 7,
        _ => false,
    }
}

/// DICT's pattern: a local part without quotes, labels of letters, digits and inner hyphens.
fn canonical_email(text: &str) -> Option<String> {
    let email = text.to_ascii_lowercase();
    let (local, domain) = email.split_once('@')?;
    let local_char = |b: u8| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || b".!#$%&'*+/=?^_`{|}~-".contains(&b)
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let fits = email.len() <= LONGEST_KEY
        && !local.is_empty()
        && local.bytes().all(local_char)
        && domain.split('.').all(label);
    fits.then_some(email)
}

/// Lower case, 8-4-4-4-12; read with these hyphens or without any.
fn canonical_evp(text: &str) -> Option<String> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let hyphenated = match text.len() {
        36 => true,
        32 => false,
        _ => return None,
    };
    let mut canonical = String::with_capacity(36);
    for (i, b) in text.bytes().enumerate() {
        if hyphenated && HYPHENS.contains(&i) {
            if b != b'-' {
                return None;
            }
            continue;
        }
        if !b.is_ascii_hexdigit() {
            return None;
        }
        if HYPHENS.contains(&canonical.len()) {
            canonical.push('-');
        }
        canonical.push(char::from(b.to_ascii_lowercase()));
    }
    Some(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_recognised_as_people_type_them() {
        for (text, kind, canonical) in [
            ("529.982.247-25", PixKeyKind::Cpf, "52998224725"),
            ("52998224725", PixKeyKind::Cpf, "52998224725"),
            ("11.222.333/0001-81", PixKeyKind::Cnpj, "11222333000181"),
            ("12.abc.345/01DE-35", PixKeyKind::Cnpj, "12ABC34501DE35"),
            (" Vendas@Loja-Azul.COM.br ", PixKeyKind::Email, "vendas@loja-azul.com.br"),
            ("+1 212 555 0100", PixKeyKind::Phone, "+12125550100"),
            ("(31) 3333-4444", PixKeyKind::Phone, "+553133334444"),
            ("31 98765-4321", PixKeyKind::Phone, "+5531987654321"),
            ("5531987654321", PixKeyKind::Phone, "+5531987654321"),
            (
                "0F1E2D3C4B5A46978877665544332211",
                PixKeyKind::Evp,
                "0f1e2d3c-4b5a-4697-8877-665544332211",
            ),
        ] {
            let key = PixKey::parse(text).unwrap();
            assert_eq!((key.kind(), key.as_str()), (kind, canonical), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        for (text, error) in [
            ("", PixKeyError::NotAKey),
            ("chave pix", PixKeyError::NotAKey),
            ("3133334444", PixKeyError::NotAKey),
            ("529.982.247-26", PixKeyError::Cpf),
            ("11222333000182", PixKeyError::Cnpj),
            ("31987654321", PixKeyError::PhoneOrCpf),
            ("+55 31 8765-43210", PixKeyError::Phone),
            ("+55 00 98765-4321", PixKeyError::Phone),
            ("josé@loja.com", PixKeyError::Email),
            ("a@b@c.com", PixKeyError::Email),
            ("a@-b.com", PixKeyError::Email),
            ("gggggggg-gggg-gggg-gggg-gggggggggggg", PixKeyError::NotAKey),
        ] {
            assert_eq!(PixKey::parse(text), Err(error), "{text}");
        }
        let long = format!("{}@loja.com", "a".repeat(69));
        assert_eq!(long.len(), 78);
        assert_eq!(PixKey::parse(&long), Err(PixKeyError::Email));
        assert!(PixKey::parse(&long[1..]).is_ok());
    }

    #[test]
    fn eleven_digits_are_a_telephone_only_where_somebody_says_so() {
        // A valid CPF that is a mobile number too.
        assert_eq!(PixKey::parse("11912345684").unwrap().kind(), PixKeyKind::Cpf);
        let phone = PixKey::parse_as(PixKeyKind::Phone, "11912345684").unwrap();
        assert_eq!(phone.as_str(), "+5511912345684");
    }
}
