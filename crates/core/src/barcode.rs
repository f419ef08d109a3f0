//! The barcode of a boleto (44 digits) and its writable line (47).
//!
//! Positions, fields and check digits as all banks' manuals give them (FEBRABAN, «ficha de
//! compensação»): bank 3, currency 1, general check digit 1, due factor 4, amount 10, free
//! field 25. The line holds the same digits in five fields, the first three with a check digit.
//! Everything is kept as ASCII digits in fixed arrays.

use std::fmt;

use crate::arrecadacao::Arrecadacao;
use crate::check_digit::{mod10, mod11_boleto};
use crate::due_factor::DueFactor;
use crate::money::Money;

/// The largest amount a barcode holds: R$ 99,999,999.99.
///
/// Above that old practice used the room of the due factor, which nobody can read any more.
pub const MAX_AMOUNT: Money = Money::from_cents(9_999_999_999);

/// The digit for reais in the fourth position.
const REAL: u8 = b'9';

/// A bank's clearing code (COMPE), three digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BankCode([u8; 3]);

/// The 25 digits of the barcode that each bank defines.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FreeField([u8; 25]);

/// A valid barcode of a boleto: 44 digits, its check digit right.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Barcode([u8; 44]);

/// A valid writable line of a boleto: 47 digits, its four check digits right.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WritableLine([u8; 47]);

/// What a code read from paper turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A boleto.
    Boleto(Barcode),
    /// A bill of a utility, a tax or a fine: another arrangement with other digits.
    Arrecadacao(Arrecadacao),
}

/// Why digits are not a valid code; the message is for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// No digit at all.
    #[error("informe o código de barras ou a linha digitável")]
    Empty,
    /// Something besides digits, dots, blanks and hyphens.
    #[error("o caractere {0:?} não pode aparecer em um código de barras ou linha digitável")]
    Character(char),
    /// A number of digits that no code has.
    #[error(
        "tem {0} dígitos; o código de barras tem 44 e a linha digitável 47 (48 em contas de \
         consumo e tributos)"
    )]
    Length(usize),
    /// Bills of utilities have 48 digits and begin with 8, boletos 47 and do not.
    #[error("uma linha que começa com 8 tem 48 dígitos (arrecadação) e as outras têm 47 (boleto)")]
    LengthOfOtherKind,
    /// Check digits that do not follow from the others.
    #[error("{}", wrong_digits(.0))]
    CheckDigits(Vec<WrongDigit>),
    /// The fourth digit is not 9.
    #[error("o código da moeda (4º dígito) é {0}; somente 9 (real) é aceito")]
    Currency(char),
    /// A due factor from 0001 to 0999: an amount of eleven or more digits.
    #[error("valores a partir de R$ 100.000.000,00 não são aceitos no código de barras")]
    AmountTooLarge,
    /// The third digit of an arrecadação code tells nothing known.
    #[error("o 3º dígito de uma conta de arrecadação é 6, 7, 8 ou 9, não {0}")]
    ValueKind(char),
    /// An arrecadação code where a boleto is wanted.
    #[error("é uma conta de consumo ou tributo (arrecadação), não um boleto")]
    NotABoleto,
}

/// One check digit that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongDigit {
    /// Where it stands.
    pub part: Part,
    /// The digit that was read, 0 to 9.
    pub found: u8,
    /// The digit that follows from the others, 0 to 9.
    pub expected: u8,
}

/// What a check digit guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A field of the writable line, counted from 1.
    Field(u8),
    /// The whole barcode.
    General,
}

/// Why a barcode cannot be made; the message is for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// Below zero or above [`MAX_AMOUNT`].
    #[error("o valor deve estar entre R$ 0,00 e R$ {MAX_AMOUNT}")]
    Amount,
    /// Codes that begin with 8 would be read as arrecadação.
    #[error("um código de barras que começa com 8 não é de boleto")]
    Bank,
}

impl BankCode {
    /// Three digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 3] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The three digits.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

impl FreeField {
    /// Twenty-five ASCII digits; `None` where one of them is no digit.
    pub fn new(digits: [u8; 25]) -> Option<Self> {
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// Exactly twenty-five digits without punctuation; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::new(text.as_bytes().try_into().ok()?)
    }

    /// The twenty-five digits.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

impl Barcode {
    /// Puts a barcode together; `due_factor` is absent only for boletos without a due date.
    ///
    /// # Errors
    /// [`ComposeError`] where the amount does not fit or the bank code begins with 8.
    pub fn compose(
        bank: BankCode,
        due_factor: Option<DueFactor>,
        amount: Money,
        free_field: FreeField,
    ) -> Result<Self, ComposeError> {
        if amount < Money::ZERO || amount > MAX_AMOUNT {
            return Err(ComposeError::Amount);
        }
        if bank.0[0] == b'8' {
            return Err(ComposeError::Bank);
        }
        let mut digits = [b'0'; 44];
        digits[..3].copy_from_slice(&bank.0);
        digits[3] = REAL;
        put_number(&mut digits[5..9], due_factor.map_or(0, |f| u64::from(f.value())));
        put_number(&mut digits[9..19], amount.cents().unsigned_abs());
        digits[19..].copy_from_slice(&free_field.0);
        digits[4] = b'0' + general_digit(&digits);
        Ok(Self(digits))
    }

    /// Reads a boleto from its barcode or its writable line, punctuation tolerated.
    ///
    /// # Errors
    /// As [`Code::read`]; also [`CodeError::NotABoleto`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        match Code::read(text)? {
            Code::Boleto(barcode) => Ok(barcode),
            Code::Arrecadacao(_) => Err(CodeError::NotABoleto),
        }
    }

    /// The forty-four digits.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }

    /// The bank's clearing code.
    pub fn bank(&self) -> BankCode {
        BankCode([self.0[0], self.0[1], self.0[2]])
    }

    /// The general check digit, 1 to 9.
    pub fn check_digit(&self) -> u8 {
        self.0[4] - b'0'
    }

    /// The due factor; `None` where the boleto has no due date (credit cards, old boletos).
    pub fn due_factor(&self) -> Option<DueFactor> {
        u16::try_from(number(&self.0[5..9])).ok().and_then(DueFactor::new)
    }

    /// The nominal amount; zero where the one who pays chooses it.
    pub fn amount(&self) -> Money {
        Money::from_cents(i64::try_from(number(&self.0[9..19])).unwrap_or_default())
    }

    /// The bank's twenty-five digits.
    pub fn free_field(&self) -> FreeField {
        let mut digits = [b'0'; 25];
        digits.copy_from_slice(&self.0[19..]);
        FreeField(digits)
    }

    /// The line that people type.
    pub fn writable_line(&self) -> WritableLine {
        let code = &self.0;
        let mut line = [b'0'; 47];
        line[..4].copy_from_slice(&code[..4]);
        line[4..9].copy_from_slice(&code[19..24]);
        line[10..20].copy_from_slice(&code[24..34]);
        line[21..31].copy_from_slice(&code[34..44]);
        line[32] = code[4];
        line[33..].copy_from_slice(&code[5..19]);
        for (from, to) in FIELDS {
            line[to] = b'0' + mod10(&line[from..to]);
        }
        WritableLine(line)
    }

    /// Checks forty-four digits of which `wrong` are already known to be wrong.
    fn check(digits: [u8; 44], mut wrong: Vec<WrongDigit>) -> Result<Self, CodeError> {
        compare(&mut wrong, Part::General, digits[4], general_digit(&digits));
        if !wrong.is_empty() {
            return Err(CodeError::CheckDigits(wrong));
        }
        if digits[3] != REAL {
            return Err(CodeError::Currency(char::from(digits[3])));
        }
        if matches!(number(&digits[5..9]), 1..=999) {
            return Err(CodeError::AmountTooLarge);
        }
        Ok(Self(digits))
    }
}

impl WritableLine {
    /// The forty-seven digits.
    pub fn as_str(&self) -> &str {
        text(&self.0)
    }
}

/// As it is printed: `AAAAA.AAAAA BBBBB.BBBBBB CCCCC.CCCCCC D EEEEEEEEEEEEEE`.
impl fmt::Display for WritableLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.as_str();
        write!(f, "{}.{} {}.{} ", &t[..5], &t[5..10], &t[10..15], &t[15..21])?;
        write!(f, "{}.{} {} {}", &t[21..26], &t[26..32], &t[32..33], &t[33..])
    }
}

/// Start and check digit of the first three fields of the writable line.
const FIELDS: [(usize, usize); 3] = [(0, 9), (10, 20), (21, 31)];

impl Code {
    /// Reads a barcode (44 digits) or a writable line (47, arrecadação 48); dots, blanks and
    /// hyphens may stand anywhere.
    ///
    /// # Errors
    /// [`CodeError`], naming every check digit that does not hold.
    pub fn read(text: &str) -> Result<Self, CodeError> {
        let mut digits = [b'0'; 48];
        let mut count = 0_usize;
        for character in text.chars() {
            if character.is_ascii_digit() {
                if let Some(place) = digits.get_mut(count) {
                    *place = character as u8;
                }
                count += 1;
            } else if !(matches!(character, '.' | '-') || character.is_whitespace()) {
                return Err(CodeError::Character(character));
            }
        }
        match (count, digits[0]) {
            (0, _) => Err(CodeError::Empty),
            (44, b'8') => Arrecadacao::from_barcode(first(&digits)).map(Self::Arrecadacao),
            (48, b'8') => Arrecadacao::from_line(&digits).map(Self::Arrecadacao),
            (44, _) => Barcode::check(first(&digits), Vec::new()).map(Self::Boleto),
            (47, b'8') | (48, _) => Err(CodeError::LengthOfOtherKind),
            (47, _) => boleto_from_line(&first(&digits)).map(Self::Boleto),
            _ => Err(CodeError::Length(count)),
        }
    }
}

/// The barcode of the forty-seven digits of a line.
fn boleto_from_line(line: &[u8; 47]) -> Result<Barcode, CodeError> {
    let mut wrong = Vec::new();
    for ((from, to), field) in FIELDS.into_iter().zip(1..) {
        compare(&mut wrong, Part::Field(field), line[to], mod10(&line[from..to]));
    }
    let mut code = [b'0'; 44];
    code[..4].copy_from_slice(&line[..4]);
    code[4] = line[32];
    code[5..19].copy_from_slice(&line[33..]);
    code[19..24].copy_from_slice(&line[4..9]);
    code[24..34].copy_from_slice(&line[10..20]);
    code[34..44].copy_from_slice(&line[21..31]);
    Barcode::check(code, wrong)
}

/// The general check digit of forty-four digits, from the forty-three others.
fn general_digit(digits: &[u8; 44]) -> u8 {
    let mut others = [b'0'; 43];
    others[..4].copy_from_slice(&digits[..4]);
    others[4..].copy_from_slice(&digits[5..]);
    mod11_boleto(&others)
}

/// Notes a check digit (ASCII) that is not the expected one (a value).
pub(crate) fn compare(wrong: &mut Vec<WrongDigit>, part: Part, found: u8, expected: u8) {
    let found = found - b'0';
    if found != expected {
        wrong.push(WrongDigit { part, found, expected });
    }
}

/// What the user reads about wrong check digits.
fn wrong_digits(wrong: &[WrongDigit]) -> String {
    let told = wrong.iter().map(|w| {
        let part = match w.part {
            Part::Field(field) => format!("do campo {field}"),
            Part::General => "geral".to_owned(),
        };
        format!("o dígito verificador {part} é {} e deveria ser {}", w.found, w.expected)
    });
    told.collect::<Vec<_>>().join("; ")
}

/// The first `N` of forty-eight digits.
fn first<const N: usize>(digits: &[u8; 48]) -> [u8; N] {
    std::array::from_fn(|i| digits[i])
}

/// ASCII digits as text.
pub(crate) fn text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// The number that ASCII digits (at most 19) spell.
pub(crate) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0'))
}

/// Writes a number with zeros in front; digits that do not fit are lost.
fn put_number(places: &mut [u8], number: u64) {
    let mut rest = number;
    for place in places.iter_mut().rev() {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

macro_rules! digits_show_as_text {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    )+};
}
digits_show_as_text!(BankCode, FreeField, Barcode, WritableLine);
