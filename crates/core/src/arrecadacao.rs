//! «Arrecadação»: the codes of utilities, taxes and fines, which begin with 8.
//!
//! Not boletos; they are read only to be told apart and named (FEBRABAN, «Layout padrão de
//! arrecadação/recebimento com utilização do código de barras»). Forty-four digits: product 8,
//! segment, kind of value, check digit, amount 11, and 29 of the one who is paid. The line has
//! four fields of eleven digits, each with a check digit.

use std::fmt;

use crate::barcode::{CodeError, Part, compare, number, text};
use crate::check_digit::{mod10, mod11_arrecadacao};
use crate::money::Money;

/// A valid arrecadação code: 44 digits, its check digit right.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arrecadacao([u8; 44]);

/// The arithmetic of the check digits of one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modulus {
    /// Third digit 6 or 7.
    Ten,
    /// Third digit 8 or 9.
    Eleven,
}

impl Modulus {
    /// The arithmetic that the third digit (ASCII) asks for.
    fn of(third: u8) -> Result<Self, CodeError> {
        match third {
            b'6' | b'7' => Ok(Self::Ten),
            b'8' | b'9' => Ok(Self::Eleven),
            other => Err(CodeError::ValueKind(char::from(other))),
        }
    }

    /// The check digit of ASCII digits.
    fn digit(self, digits: &[u8]) -> u8 {
        match self {
            Self::Ten => mod10(digits),
            Self::Eleven => mod11_arrecadacao(digits),
        }
    }
}

impl Arrecadacao {
    /// Checks the forty-four digits of a barcode.
    pub(crate) fn from_barcode(digits: [u8; 44]) -> Result<Self, CodeError> {
        Self::check(digits, Vec::new(), Modulus::of(digits[2])?)
    }

    /// Checks the forty-eight digits of a line.
    pub(crate) fn from_line(line: &[u8; 48]) -> Result<Self, CodeError> {
        let modulus = Modulus::of(line[2])?;
        let mut wrong = Vec::new();
        let mut digits = [b'0'; 44];
        for (place, (field, number)) in
            digits.chunks_exact_mut(11).zip(line.chunks_exact(12).zip(1..))
        {
            place.copy_from_slice(&field[..11]);
            compare(&mut wrong, Part::Field(number), field[11], modulus.digit(&field[..11]));
        }
        Self::check(digits, wrong, modulus)
    }

    fn check(
        digits: [u8; 44],
        mut wrong: Vec<crate::barcode::WrongDigit>,
        modulus: Modulus,
    ) -> Result<Self, CodeError> {
        let mut others = [b'0'; 43];
        others[..3].copy_from_slice(&digits[..3]);
        others[3..].copy_from_slice(&digits[4..]);
        compare(&mut wrong, Part::General, digits[3], modulus.digit(&others));
        if wrong.is_empty() { Ok(Self(digits)) } else { Err(CodeError::CheckDigits(wrong)) }
    }

    /// The forty-four digits.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }

    /// Who is paid, by the second digit: its number and name in Portuguese.
    pub fn segment(&self) -> (char, &'static str) {
        let name = match self.0[1] {
            b'1' => "Prefeituras",
            b'2' => "Saneamento",
            b'3' => "Energia elétrica e gás",
            b'4' => "Telecomunicações",
            b'5' => "Órgãos governamentais",
            b'6' => "Carnês e demais empresas ou órgãos",
            b'7' => "Multas de trânsito",
            b'9' => "Uso exclusivo do banco",
            _ => "Segmento desconhecido",
        };
        (char::from(self.0[1]), name)
    }

    /// The amount to pay; `None` where the code carries a reference quantity instead
    /// (third digit 7 or 9).
    pub fn amount(&self) -> Option<Money> {
        let cents = i64::try_from(number(&self.0[4..15])).unwrap_or_default();
        matches!(self.0[2], b'6' | b'8').then_some(Money::from_cents(cents))
    }

    /// The arithmetic of its check digits.
    pub fn modulus(&self) -> Modulus {
        Modulus::of(self.0[2]).unwrap_or(Modulus::Ten)
    }

    /// The forty-eight digits that people type.
    pub fn writable_line(&self) -> String {
        let fields = self.0.chunks_exact(11);
        fields.map(|field| format!("{}{}", text(field), self.modulus().digit(field))).collect()
    }
}

impl fmt::Debug for Arrecadacao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arrecadacao({})", self.as_str())
    }
}
