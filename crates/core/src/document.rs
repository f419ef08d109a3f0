//! CPF and CNPJ, numeric and alphanumeric, as text.
//!
//! CPF: modulo 11 with weights 10..2 and 11..2. CNPJ: modulo 11 with weights 2..9 from the
//! right, over the value `ASCII − 48` of each character; since July 2026 new registrations
//! have letters in the first twelve (Receita Federal, Nota Técnica Cocad 49/2024).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::check_digit::weighted_sum;

/// A valid CPF (11 digits) or CNPJ (14 characters), without punctuation, upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Document(String);

/// Whether a document is of a person or of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Of a person, eleven digits.
    Cpf,
    /// Of a company, fourteen characters.
    Cnpj,
}

/// Why a text is neither a CPF nor a CNPJ; the message is for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Nothing but blanks or punctuation.
    #[error("informe um CPF ou CNPJ")]
    Empty,
    /// A character that is no digit, no letter of A–Z and no usual punctuation.
    #[error("o caractere {0:?} não pode aparecer em um CPF ou CNPJ")]
    Character(char),
    /// Neither 11 nor 14 characters; holds the count.
    #[error(
        "tem {0} caracteres; um CPF tem 11 e um CNPJ tem 14 (zeros à esquerda fazem parte do número)"
    )]
    Length(usize),
    /// Eleven characters, some of them letters.
    #[error("um CPF tem somente dígitos")]
    LetterInCpf,
    /// Fourteen characters with a letter in the last two.
    #[error("os dois últimos caracteres de um CNPJ são sempre dígitos")]
    LetterInCheckDigits,
    /// One character repeated, which the arithmetic would let pass.
    #[error("um número com todos os dígitos iguais não existe")]
    AllEqual(DocumentKind),
    /// The last two digits do not follow from the others.
    #[error("os dígitos verificadores não conferem; confira a digitação")]
    CheckDigits(DocumentKind),
}

impl DocumentError {
    /// What the text seems to have been meant as, by its length.
    pub fn kind(&self) -> Option<DocumentKind> {
        match self {
            Self::Empty | Self::Character(_) | Self::Length(_) => None,
            Self::LetterInCpf => Some(DocumentKind::Cpf),
            Self::LetterInCheckDigits => Some(DocumentKind::Cnpj),
            Self::AllEqual(kind) | Self::CheckDigits(kind) => Some(*kind),
        }
    }
}

impl Document {
    /// Reads a CPF or CNPJ with or without punctuation (`.`, `-`, `/`, blanks), in either case.
    ///
    /// # Errors
    /// The first reason found, in the order of [`DocumentError`].
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let mut characters = [0_u8; 14];
        let mut count = 0_usize;
        for character in text.chars() {
            let byte = match character {
                '.' | '-' | '/' => continue,
                c if c.is_whitespace() => continue,
                c if c.is_ascii_alphanumeric() => (c as u8).to_ascii_uppercase(),
                c => return Err(DocumentError::Character(c)),
            };
            if let Some(place) = characters.get_mut(count) {
                *place = byte;
            }
            count += 1;
        }
        let kind = match count {
            0 => return Err(DocumentError::Empty),
            11 => DocumentKind::Cpf,
            14 => DocumentKind::Cnpj,
            _ => return Err(DocumentError::Length(count)),
        };
        let characters = &characters[..count];
        if kind == DocumentKind::Cpf && !characters.iter().all(u8::is_ascii_digit) {
            return Err(DocumentError::LetterInCpf);
        }
        if !characters[count - 2..].iter().all(u8::is_ascii_digit) {
            return Err(DocumentError::LetterInCheckDigits);
        }
        if characters.iter().all(|c| *c == characters[0]) {
            return Err(DocumentError::AllEqual(kind));
        }
        if !check_digits_hold(characters, kind) {
            return Err(DocumentError::CheckDigits(kind));
        }
        Ok(Self(characters.iter().copied().map(char::from).collect()))
    }

    /// CPF or CNPJ.
    pub fn kind(&self) -> DocumentKind {
        if self.0.len() == 11 { DocumentKind::Cpf } else { DocumentKind::Cnpj }
    }

    /// The characters without punctuation: 11 digits or 14 digits and capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people write it: `123.456.789-09`, `12.ABC.345/01DE-35`.
    pub fn formatted(&self) -> String {
        let d = &self.0;
        match self.kind() {
            DocumentKind::Cpf => format!("{}.{}.{}-{}", &d[..3], &d[3..6], &d[6..9], &d[9..]),
            DocumentKind::Cnpj => {
                format!("{}.{}.{}/{}-{}", &d[..2], &d[2..5], &d[5..8], &d[8..12], &d[12..])
            }
        }
    }

    /// The first eight characters of a CNPJ, the same for all branches of a company.
    pub fn root(&self) -> Option<&str> {
        (self.kind() == DocumentKind::Cnpj).then(|| &self.0[..8])
    }
}

/// Whether the last two characters are the check digits of the others.
fn check_digits_hold(characters: &[u8], kind: DocumentKind) -> bool {
    let highest_weight = match kind {
        DocumentKind::Cpf => 11,
        DocumentKind::Cnpj => 9,
    };
    let digit_of = |base: &[u8]| match weighted_sum(base, highest_weight) % 11 {
        0 | 1 => b'0',
        remainder => b'0' + (11 - remainder) as u8,
    };
    let count = characters.len();
    digit_of(&characters[..count - 2]) == characters[count - 2]
        && digit_of(&characters[..count - 1]) == characters[count - 1]
}

impl FromStr for Document {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Document {
    type Error = DocumentError;

    fn try_from(text: String) -> Result<Self, DocumentError> {
        Self::parse(&text)
    }
}

impl From<Document> for String {
    fn from(document: Document) -> Self {
        document.0
    }
}

/// Without punctuation, as it is stored and sent.
impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_and_case_do_not_matter() {
        for (text, stored, formatted, root) in [
            ("529.982.247-25", "52998224725", "529.982.247-25", None),
            (" 52998224725\t", "52998224725", "529.982.247-25", None),
            ("11222333000181", "11222333000181", "11.222.333/0001-81", Some("11222333")),
            ("12.abc.345/01de-35", "12ABC34501DE35", "12.ABC.345/01DE-35", Some("12ABC345")),
        ] {
            let document = Document::parse(text).unwrap();
            assert_eq!(document.as_str(), stored);
            assert_eq!(document.formatted(), formatted);
            assert_eq!(document.root(), root);
        }
    }

    #[test]
    fn each_reason_is_told() {
        use DocumentError as E;
        for (text, reason) in [
            (" - ", E::Empty),
            ("529.982.247=25", E::Character('=')),
            ("５２９９８２２４７２５", E::Character('５')),
            ("2998224725", E::Length(10)),
            ("112223330001811", E::Length(15)),
            ("5299822472A", E::LetterInCpf),
            ("12ABC34501DE3X", E::LetterInCheckDigits),
            ("11111111111", E::AllEqual(DocumentKind::Cpf)),
            ("00000000000000", E::AllEqual(DocumentKind::Cnpj)),
            ("52998224724", E::CheckDigits(DocumentKind::Cpf)),
            ("12ABC34501DE45", E::CheckDigits(DocumentKind::Cnpj)),
        ] {
            assert_eq!(Document::parse(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn reading_json_validates() {
        let read = |json: &str| serde_json::from_str::<Document>(json);
        assert_eq!(read("\"529.982.247-25\"").unwrap().as_str(), "52998224725");
        let error = read("\"52998224724\"").unwrap_err().to_string();
        assert!(error.starts_with("os dígitos verificadores não conferem"), "{error}");
        let document = Document::parse("12ABC34501DE35").unwrap();
        assert_eq!(serde_json::to_string(&document).unwrap(), "\"12ABC34501DE35\"");
    }
}
