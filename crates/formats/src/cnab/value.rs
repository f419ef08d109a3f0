//! The content of a field, decoded and encoded.

use jiff::civil::Date;
use quita_core::money::Money;

use super::layout::{DateOrder, Field, Kind, Record};
use crate::ascii;

/// What a field holds, as its kind says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'r> {
    /// Characters without the blanks at their end.
    Text(&'r [u8]),
    /// Digits without leading zeros; empty is zero. Letters may be among them: the CNPJ has some.
    Digits(&'r [u8]),
    /// A number in units of its last decimal: cents, where there are two.
    Decimal(u64),
    /// A day; `None` for zeros.
    Date(Option<Date>),
    /// Blanks where digits belong: some banks and programs say «nothing» so.
    Blank,
    /// Something that the kind of the field does not allow, as it stands.
    Other(&'r [u8]),
}

impl Value<'_> {
    /// The content of a field. Bytes are as [`super::rows`] gives them.
    pub fn decode<'r>(field: &Field, row: &'r [u8]) -> Value<'r> {
        let raw = raw(field, row);
        let blank = raw.iter().all(|byte| *byte == b' ');
        let decoded = match field.kind {
            _ if blank && field.kind != Kind::Text => Some(Value::Blank),
            Kind::Text => Some(Value::Text(raw.trim_ascii_end())),
            Kind::Digits => {
                let plain = raw.iter().all(u8::is_ascii_alphanumeric);
                plain.then(|| Value::Digits(without_zeros(raw)))
            }
            Kind::Decimal(_) => number(raw).map(Value::Decimal),
            Kind::Date(_) if raw.iter().all(|byte| *byte == b'0') => Some(Value::Date(None)),
            Kind::Date(order) => date(order, raw).map(|date| Value::Date(Some(date))),
        };
        decoded.unwrap_or(Value::Other(raw))
    }

    /// Writes the content into the row; what does not fit is told and nothing is written.
    pub fn encode(self, field: &Field, row: &mut [u8]) -> Result<(), Misfit> {
        let misfit = |why| Misfit { field: field.name.clone(), from: field.from(), why };
        let too_long = || misfit(Why::TooLong { room: field.length });
        let place = row.get_mut(field.start..field.to()).ok_or_else(too_long)?;
        match (self, field.kind) {
            (Value::Text(text), Kind::Text) => {
                let room = place.get_mut(..text.len()).ok_or_else(too_long)?;
                room.copy_from_slice(text);
                place.get_mut(text.len()..).unwrap_or_default().fill(b' ');
            }
            (Value::Digits(digits), Kind::Digits) => right(place, digits).ok_or_else(too_long)?,
            (Value::Decimal(number), Kind::Decimal(_) | Kind::Digits) => {
                let (mut digits, mut rest, mut first) = ([0; 20], number, 20);
                while rest > 0 {
                    first -= 1;
                    digits[first] = b'0' + (rest % 10) as u8;
                    rest /= 10;
                }
                right(place, &digits[first..]).ok_or_else(too_long)?;
            }
            (Value::Date(None), Kind::Date(_)) => place.fill(b'0'),
            (Value::Blank, _) => place.fill(b' '),
            (Value::Date(Some(date)), Kind::Date(order)) => {
                write_date(place, order, date).ok_or_else(|| misfit(Why::Year))?;
            }
            (Value::Other(raw), _) if raw.len() == place.len() => place.copy_from_slice(raw),
            _ => return Err(misfit(Why::Kind)),
        }
        Ok(())
    }
}

/// A value that a field cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("campo {field} (posição {from}): {why}")]
pub struct Misfit {
    /// Name of the field.
    pub field: String,
    /// Its first character, from 1.
    pub from: usize,
    /// Why.
    pub why: Why,
}

/// Why a field cannot hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Too many characters.
    #[error("o valor tem mais que {room} caracteres")]
    TooLong {
        /// Characters of the field.
        room: usize,
    },
    /// Text where digits stand, or the like.
    #[error("o valor não é do tipo do campo")]
    Kind,
    /// Two digits cannot tell this year.
    #[error("o ano não cabe na data")]
    Year,
    /// No negative numbers.
    #[error("o valor é negativo")]
    Negative,
}

/// A row of a known record, read by fields.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r>(pub &'r [u8]);

impl<'r> Row<'r> {
    /// The characters of a field as they stand.
    pub fn raw(self, field: &Field) -> &'r [u8] {
        raw(field, self.0)
    }

    /// A number; `None` for blanks and for what is none.
    pub fn number(self, field: &Field) -> Option<u64> {
        number(self.raw(field).trim_ascii())
    }
}

fn raw<'r>(field: &Field, row: &'r [u8]) -> &'r [u8] {
    row.get(field.start..field.to()).unwrap_or_default()
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

/// Digits only, at most as many as fit.
#[inline]
pub(super) fn number(digits: &[u8]) -> Option<u64> {
    // Nineteen digits fit whatever they are; leading zeros do not count.
    let digits = match digits.len() {
        0 => return None,
        1..=19 => digits,
        _ => without_zeros(digits),
    };
    if digits.len() > 19 {
        return None;
    }
    let (eights, rest) = digits.as_rchunks::<8>();
    let mut value = 0_u64;
    let mut others = false;
    for byte in eights {
        let digit = byte.wrapping_sub(b'0');
        others |= digit > 9;
        value = value * 10 + u64::from(digit);
    }
    for eight in rest {
        let word = u64::from_le_bytes(*eight);
        others |= !are_digits(word);
        value = value * 100_000_000 + eight_digits(word);
    }
    (!others).then_some(value)
}

/// Whether all bytes are digits: their upper halves are 3, and stay so when 6 is added.
const fn are_digits(word: u64) -> bool {
    const UPPER: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const THREES: u64 = 0x3030_3030_3030_3030;
    word & UPPER == THREES && word.wrapping_add(0x0606_0606_0606_0606) & UPPER == THREES
}

/// Eight digits at once: pairs, then fours, then all of them in one word.
const fn eight_digits(word: u64) -> u64 {
    let digits = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

/// The day; `None` for what is none, zeros included.
#[inline]
pub(super) fn date(order: DateOrder, text: &[u8]) -> Option<Date> {
    let pair = |at: usize| match text.get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            Some(i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
        }
        _ => None,
    };
    let (year, month, day) = match order {
        DateOrder::DayMonthShortYear => {
            let year = pair(4)?;
            (year + if year >= 70 { 1900 } else { 2000 }, pair(2)?, pair(0)?)
        }
        DateOrder::DayMonthYear => (pair(4)? * 100 + pair(6)?, pair(2)?, pair(0)?),
        DateOrder::YearMonthDay => (pair(0)? * 100 + pair(2)?, pair(4)?, pair(6)?),
    };
    // Also what stands for «no date»: 01/01/0001, 31/12/9999.
    if !(1970..=2199).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn write_date(place: &mut [u8], order: DateOrder, date: Date) -> Option<()> {
    let year = u16::try_from(date.year()).ok()?;
    let two = |number: u16| [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
    let [day, month] = [date.day(), date.month()].map(|part| two(u16::from(part.unsigned_abs())));
    let (century, short) = (two(year / 100), two(year));
    let pairs = match order {
        DateOrder::DayMonthShortYear if (1970..2070).contains(&year) => [day, month, short, [0; 2]],
        DateOrder::DayMonthShortYear => return None,
        DateOrder::DayMonthYear => [day, month, century, short],
        DateOrder::YearMonthDay => [century, short, month, day],
    };
    place.copy_from_slice(pairs.as_flattened().get(..place.len())?);
    Some(())
}

/// The text in capitals without accents, filled up with blanks; whether all of it has found room.
/// Signs that banks refuse become blanks, and what has no plain spelling is left out.
fn fill_with_text(place: &mut [u8], text: &str) -> bool {
    let text = text.trim_end();
    if text.is_ascii() {
        let (front, end) = place.split_at_mut(text.len().min(place.len()));
        for (to, byte) in front.iter_mut().zip(text.bytes()) {
            *to = CAPITALS[usize::from(byte & 0x7f)];
        }
        end.fill(b' ');
        return text.len() <= front.len();
    }
    let mut rest = place.iter_mut();
    for character in text.chars() {
        let mut one = [0; 4];
        let plain = match character.is_ascii() {
            true => character.encode_utf8(&mut one),
            false if character.is_whitespace() => " ",
            false => ascii::plain(character).unwrap_or_default(),
        };
        for byte in plain.bytes() {
            let Some(to) = rest.next() else { return false };
            *to = CAPITALS[usize::from(byte & 0x7f)];
        }
    }
    rest.into_slice().fill(b' ');
    true
}

/// What stands for each character of ASCII.
const CAPITALS: [u8; 128] = {
    let mut all = [b' '; 128];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        all[at] = match byte {
            b'!' | b'"' | b'<' | b'>' | b'?' | b'[' | b'\\' | b']' | b'^' | b'`' => b' ',
            b'{' | b'|' | b'}' | b'~' => b' ',
            b'#'..=b'z' => byte.to_ascii_uppercase(),
            _ => b' ',
        };
        at += 1;
    }
    all
};

/// At the right, filled up with zeros.
fn right(place: &mut [u8], digits: &[u8]) -> Option<()> {
    let room = place.len().checked_sub(digits.len())?;
    let (zeros, end) = place.split_at_mut(room);
    zeros.fill(b'0');
    end.copy_from_slice(digits);
    Some(())
}

/// A row that is being written.
#[derive(Debug)]
pub struct NewRow<'b>(&'b mut [u8]);

impl Record {
    /// Adds a row of this record to `out`, with its defaults. The end of the line is
    /// [`super::END_OF_LINE`], to be added when the row is complete.
    pub fn begin<'b>(&self, out: &'b mut Vec<u8>) -> NewRow<'b> {
        let at = out.len();
        out.extend_from_slice(&self.blank);
        NewRow(out.get_mut(at..).unwrap_or_default())
    }
}

impl<'b> NewRow<'b> {
    /// Adds a copy of a row, with its end of line, to `out`.
    pub(super) fn copy(row: &[u8], out: &'b mut Vec<u8>) -> Self {
        let at = out.len();
        out.extend_from_slice(row);
        Self(out.get_mut(at..).unwrap_or_default())
    }
}

impl NewRow<'_> {
    /// Writes a text as the kind of the field has it: what holds numbers takes digits, of which
    /// zeros in front that find no room are left out, or blanks in the length of the field.
    pub fn put(&mut self, field: &Field, text: &str) -> Result<(), Misfit> {
        let misfit = |why| Misfit { field: field.name.clone(), from: field.from(), why };
        match field.kind {
            Kind::Text => self.text(field, text),
            _ if text.len() == field.length && text.trim().is_empty() => {
                Value::Other(text.as_bytes()).encode(field, self.0)
            }
            Kind::Digits => {
                let zeros = text.len() - text.trim_start_matches('0').len();
                let surplus = text.len().saturating_sub(field.length).min(zeros);
                self.digits(field, text.get(surplus..).unwrap_or_default())
            }
            Kind::Decimal(_) => {
                let number = number(text.as_bytes()).ok_or_else(|| misfit(Why::Kind))?;
                self.number(field, number)
            }
            Kind::Date(_) => Err(misfit(Why::Kind)),
        }
    }

    /// Writes a text in capitals without accents; what is too long is an error. Signs that banks
    /// refuse in names and addresses become blanks.
    pub fn text(&mut self, field: &Field, text: &str) -> Result<(), Misfit> {
        let misfit = |why| Misfit { field: field.name.clone(), from: field.from(), why };
        let place = self.0.get_mut(field.start..field.to()).unwrap_or_default();
        match (field.kind, fill_with_text(place, text)) {
            (Kind::Text, true) => Ok(()),
            (Kind::Text, false) => Err(misfit(Why::TooLong { room: field.length })),
            _ => Err(misfit(Why::Kind)),
        }
    }

    /// Writes a text as it is, for what people compare letter by letter: keys, addresses.
    pub fn exact_text(&mut self, field: &Field, text: &str) -> Result<(), Misfit> {
        let misfit = |why| Misfit { field: field.name.clone(), from: field.from(), why };
        if !text.is_ascii() {
            return Err(misfit(Why::Kind));
        }
        Value::Text(text.trim_ascii_end().as_bytes()).encode(field, self.0)
    }

    /// Like [`NewRow::text`]; what is too long loses its end.
    pub fn cut_text(&mut self, field: &Field, text: &str) -> Result<(), Misfit> {
        match self.text(field, text) {
            Err(Misfit { why: Why::TooLong { .. }, .. }) => Ok(()),
            other => other,
        }
    }

    /// Writes digits, and letters of a CNPJ, at the right.
    pub fn digits(&mut self, field: &Field, digits: &str) -> Result<(), Misfit> {
        if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Misfit { field: field.name.clone(), from: field.from(), why: Why::Kind });
        }
        Value::Digits(digits.as_bytes()).encode(field, self.0)
    }

    /// Writes a whole number.
    pub fn number(&mut self, field: &Field, number: u64) -> Result<(), Misfit> {
        Value::Decimal(number).encode(field, self.0)
    }

    /// Writes an amount.
    pub fn money(&mut self, field: &Field, amount: Money) -> Result<(), Misfit> {
        let misfit = |why| Misfit { field: field.name.clone(), from: field.from(), why };
        let cents = u64::try_from(amount.cents()).map_err(|_| misfit(Why::Negative))?;
        match field.kind {
            Kind::Decimal(2) => Value::Decimal(cents).encode(field, self.0),
            _ => Err(misfit(Why::Kind)),
        }
    }

    /// Writes a day, or zeros.
    pub fn date(&mut self, field: &Field, date: Option<Date>) -> Result<(), Misfit> {
        Value::Date(date).encode(field, self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_length() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("12345678", Some(12_345_678)),
            ("0000000012345", Some(12_345)),
            ("9999999999999999999", Some(9_999_999_999_999_999_999)),
            ("00000000000000000000000000000000", Some(0)),
            ("00000000000000009999999999999999999", Some(9_999_999_999_999_999_999)),
            ("99999999999999999999", None),
            ("", None),
            ("1234567a", None),
            ("12345678/", None),
            ("1:345678", None),
            (" 1", None),
        ] {
            assert_eq!(number(text.as_bytes()), value, "{text}");
        }
        for value in (0..2_000_000_000_u64).step_by(7_654_321) {
            for text in [value.to_string(), format!("{value:013}"), format!("{value:018}")] {
                assert_eq!(number(text.as_bytes()), Some(value), "{text}");
            }
        }
    }
}
