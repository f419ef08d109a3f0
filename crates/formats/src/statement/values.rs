//! Amounts, days and texts as the files of Brazilian banks write them.

use std::borrow::Cow;

use jiff::civil::Date;
use quita_core::money::Money;

use super::Which;
use super::csv_mapping::DecimalMark;
use crate::encoding::decoded;

/// An amount with its sign: `-1.234,56`, `1234.56`, `+12`, `R$ 12,00-`, `(12,00)`, `12,00 D`.
///
/// Without a known mark the last of two different ones begins the cents, and a single mark
/// does unless exactly three digits follow it after one to three: `1.234` may be either, and
/// is `None`, as is anything that is no exact number of cents.
pub(super) fn amount(bytes: &[u8], mark: DecimalMark) -> Option<Money> {
    let mut kept = [0_u8; 40];
    let mut length = 0;
    let (mut minus, mut plus) = (false, false);
    let mut ended = false;
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0xa0 | 0xc2 => {}
            // U+2212, the minus of typographers.
            0xe2 if after.starts_with(&[0x88, 0x92]) => {
                rest = after.get(2..).unwrap_or_default();
                sign(&mut minus, plus)?;
                ended = length > 0;
            }
            b'-' => {
                sign(&mut minus, plus)?;
                ended = length > 0;
            }
            b'+' => {
                sign(&mut plus, minus)?;
                ended = length > 0;
            }
            b'(' if length == 0 => sign(&mut minus, plus)?,
            b')' if length > 0 => ended = true,
            b'R' | b'r' if length == 0 && after.first() == Some(&b'$') => {
                rest = after.get(1..).unwrap_or_default();
            }
            b'D' | b'd' if length > 0 && !ended => {
                minus = true;
                ended = true;
            }
            b'C' | b'c' if length > 0 && !ended => ended = true,
            b'0'..=b'9' | b'.' | b',' if !ended => {
                *kept.get_mut(length)? = byte;
                length += 1;
            }
            _ => return None,
        }
    }
    let cents = unsigned(kept.get(..length)?, mark)?;
    Some(Money::from_cents(if minus { -cents } else { cents }))
}

/// Sets a sign that must be the only one.
fn sign(this: &mut bool, other: bool) -> Option<()> {
    if *this || other {
        return None;
    }
    *this = true;
    Some(())
}

fn unsigned(text: &[u8], mark: DecimalMark) -> Option<i64> {
    let last = text.iter().rposition(|b| !b.is_ascii_digit());
    let Some(last) = last else {
        return if text.is_empty() { None } else { number(text, 0)?.checked_mul(100) };
    };
    let separator = *text.get(last)?;
    let (before, after) = (text.get(..last)?, text.get(last + 1..)?);
    let others = before.iter().any(|b| !b.is_ascii_digit() && *b != separator);
    let again = before.contains(&separator);
    let decimal = match mark {
        DecimalMark::Comma => separator == b',',
        DecimalMark::Point => separator == b'.',
        DecimalMark::Any if others => true,
        DecimalMark::Any if again => false,
        DecimalMark::Any => {
            let lead = before.strip_prefix(b"0").unwrap_or(before).len();
            if after.len() == 3 && (1..=3).contains(&lead) {
                return None;
            }
            true
        }
    };
    if !decimal {
        return thousands(text, separator)?.checked_mul(100);
    }
    if again || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let thousand = if separator == b',' { b'.' } else { b',' };
    let whole = if before.is_empty() { 0 } else { thousands(before, thousand)? };
    let (cents, zeros) = after.split_at(after.len().min(2));
    if zeros.iter().any(|b| *b != b'0') {
        return None;
    }
    let cents = number(cents, 0)? * if cents.len() == 1 { 10 } else { 1 };
    whole.checked_mul(100)?.checked_add(cents)
}

/// Digits, or groups of three behind the first.
fn thousands(text: &[u8], separator: u8) -> Option<i64> {
    let mut groups = text.split(|b| *b == separator);
    let first = groups.next()?;
    let mut value = number(first, 0)?;
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 {
            return None;
        }
        value = number(group, value)?;
    }
    if grouped && !(1..=3).contains(&first.len()) {
        return None;
    }
    Some(value)
}

fn number(digits: &[u8], from: i64) -> Option<i64> {
    digits.iter().try_fold(from, |value, digit| {
        if !digit.is_ascii_digit() {
            return None;
        }
        value.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })
}

/// Digits with two decimals implied, as in CNAB; blanks count as nothing.
pub(super) fn implied_cents(text: &str) -> Option<Money> {
    let digits = text.trim();
    if digits.is_empty() {
        return None;
    }
    number(digits.as_bytes(), 0).map(Money::from_cents)
}

/// True when an amount was left out: blanks, or the marks without digits.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_whitespace() || matches!(b, b'.' | b',' | 0xa0 | 0xc2))
}

/// A day from `YYYYMMDD…`, `YYYY-MM-DD…` or `DD/MM/YYYY`; time and zone behind it are not read:
/// banks date a line in their own place.
pub(super) fn day(bytes: &[u8]) -> Option<Date> {
    let bytes = bytes.trim_ascii();
    let field = |at: usize, length: usize| {
        number(bytes.get(at..at + length)?, 0).and_then(|n| i16::try_from(n).ok())
    };
    let separator = |at: usize| bytes.get(at).filter(|b| matches!(b, b'-' | b'/' | b'.'));
    if separator(2).is_some() && separator(5).is_some() {
        return civil(field(6, 4)?, field(3, 2)?, field(0, 2)?);
    }
    if separator(4).is_some() && separator(7).is_some() {
        return civil(field(0, 4)?, field(5, 2)?, field(8, 2)?);
    }
    civil(field(0, 4)?, field(4, 2)?, field(6, 2)?)
}

/// A day of `DDMMYYYY`.
pub(super) fn day_first(text: &str) -> Option<Date> {
    let part = |at: usize, length: usize| text.get(at..at + length)?.parse::<i16>().ok();
    civil(part(4, 4)?, part(2, 2)?, part(0, 2)?)
}

/// A day of the time in which statements exist as files.
pub(super) fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    if !(1970..=2199).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A day as people in Brazil read it.
pub(super) fn shown(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// The content of an element: decoded, entities resolved, blanks at the ends and control
/// characters removed.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii();
    let plain = bytes.iter().all(|b| (0x20..0x7f).contains(b) && *b != b'&');
    let decoded = decoded(bytes);
    if plain {
        return decoded.into_owned();
    }
    let resolved = if bytes.contains(&b'&') { entities(&decoded) } else { decoded };
    cleaned(&resolved)
}

/// Without control characters, and without blanks at the ends.
pub(super) fn cleaned(text: &str) -> String {
    let invisible = |c: char| c.is_control() || matches!(c, '\u{feff}' | '\u{200b}');
    if !text.contains(invisible) {
        return text.trim().to_owned();
    }
    // An end of line with the blanks around it is one blank.
    let mut out = String::with_capacity(text.len());
    for part in text.split(invisible).map(str::trim).filter(|part| !part.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// The longest entity, without `&` and `;`.
const LONGEST_ENTITY: usize = 8;

fn entities(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let body = from.get(1..).unwrap_or_default();
        let end = body.bytes().take(LONGEST_ENTITY + 1).position(|b| b == b';');
        let found = end.and_then(|end| Some((entity(body.get(..end)?)?, end)));
        match found {
            Some((c, end)) => {
                out.push(c);
                rest = body.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = body;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix('#') {
        let code = match code.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => code.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "aacute" => 'á',
        "agrave" => 'à',
        "acirc" => 'â',
        "atilde" => 'ã',
        "eacute" => 'é',
        "ecirc" => 'ê',
        "iacute" => 'í',
        "oacute" => 'ó',
        "ocirc" => 'ô',
        "otilde" => 'õ',
        "uacute" => 'ú',
        "uuml" => 'ü',
        "ccedil" => 'ç',
        "Aacute" => 'Á',
        "Agrave" => 'À',
        "Acirc" => 'Â',
        "Atilde" => 'Ã',
        "Eacute" => 'É',
        "Ecirc" => 'Ê',
        "Iacute" => 'Í',
        "Oacute" => 'Ó',
        "Ocirc" => 'Ô',
        "Otilde" => 'Õ',
        "Uacute" => 'Ú',
        "Ccedil" => 'Ç',
        "ordm" => 'º',
        "ordf" => 'ª',
        _ => return None,
    })
}

/// Upper case letters and digits in words parted by one blank, without accents.
pub(super) fn plain_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        let c = plain_letter(c);
        if c.is_ascii_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c.to_ascii_uppercase());
        } else {
            gap = true;
        }
    }
    out
}

fn plain_letter(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'Á' | 'À' | 'Â' | 'Ã' | 'Ä' => 'A',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'ç' | 'Ç' => 'C',
        'ñ' | 'Ñ' => 'N',
        other => other,
    }
}

/// What a row is that only states a balance, which many banks write among the movements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BalanceRow {
    /// A balance that proves the days.
    Of(Which),
    /// Blocked, invested or otherwise not the account's own.
    Other,
}

/// Tells rows like `SALDO ANTERIOR` or `S A L D O` from movements, by their whole text.
pub(super) fn balance_row(memo: &str) -> Option<BalanceRow> {
    // Nearly every line ends here.
    if !memo.trim_start().starts_with(['S', 's']) {
        return None;
    }
    let words = plain_words(memo);
    let rest = words
        .strip_prefix("SALDO")
        .or_else(|| words.strip_prefix("S A L D O"))
        .or_else(|| words.strip_prefix("SDO"))?;
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let rest = rest.trim_start();
    let first = rest.split(' ').next().unwrap_or_default();
    Some(match first {
        "ANTERIOR" | "INICIAL" => BalanceRow::Of(Which::Opening),
        "" | "DIA" | "FINAL" | "ATUAL" => BalanceRow::Of(Which::Closing),
        "DO" if rest.starts_with("DO DIA") || rest.starts_with("DO PERIODO") => {
            BalanceRow::Of(Which::Closing)
        }
        "EM" if rest.as_bytes().get(3).is_some_and(u8::is_ascii_digit) => {
            BalanceRow::Of(Which::Closing)
        }
        "EM" if rest.starts_with("EM CONTA") => BalanceRow::Of(Which::Closing),
        "DISPONIVEL" => BalanceRow::Of(Which::Available),
        "TOTAL" if rest.contains("DISPON") => BalanceRow::Of(Which::Available),
        "TOTAL" | "PARCIAL" => BalanceRow::Other,
        "BLOQ" | "BLOQUEADO" | "BLOQUEIO" | "APLIC" | "CTA" | "CONTA" | "INVEST" | "LIVRE" => {
            BalanceRow::Other
        }
        _ if first.starts_with("APLICA") || first.starts_with("INVESTI") => BalanceRow::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(text: &str, mark: DecimalMark) -> Option<i64> {
        amount(text.as_bytes(), mark).map(Money::cents)
    }

    #[test]
    fn amounts_as_banks_write_them() {
        for (text, expected) in [
            ("-530,86", -53_086),
            ("            -11,76", -1_176),
            ("13318.36 ", 1_331_836),
            ("+12", 1_200),
            ("120", 12_000),
            ("1.234,56", 123_456),
            ("-1.234.567,89", -123_456_789),
            ("1,234.56", 123_456),
            ("1.234.567", 123_456_700),
            ("12,5", 1_250),
            ("-12.3400", -1_234),
            ("0.000", 0),
            ("1234.500", 123_450),
            (".50", 50),
            ("12.", 1_200),
            ("R$ 1.234,56", 123_456),
            ("-R$ 12,00", -1_200),
            ("12,00-", -1_200),
            ("(12,00)", -1_200),
            ("12,00 D", -1_200),
            ("12,00C", 1_200),
            ("\u{2212}9,90", -990),
            ("R$\u{a0}9,90", 990),
        ] {
            assert_eq!(cents(text, DecimalMark::Any), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_may_be_two_amounts_is_none() {
        for text in
            ["", " . ", ",", "1.234", "-12,345", "--1", "1-2", "abc", "1,2,3", "1.23.456", "1e5"]
        {
            assert_eq!(cents(text, DecimalMark::Any), None, "{text}");
        }
        assert_eq!(cents("1.234", DecimalMark::Comma), Some(123_400));
        assert_eq!(cents("1.234", DecimalMark::Point), None);
        assert_eq!(cents("1,234", DecimalMark::Point), Some(123_400));
        assert_eq!(cents("99999999999999999999", DecimalMark::Any), None);
    }

    #[test]
    fn days_with_and_without_time_and_zone() {
        for text in [
            "20240323",
            "20240323000000[-3:GMT]",
            "20240323120000.000[-03:BRT]",
            "2024-03-23T10:00:00",
            "23/03/2024",
            "20240323 ",
        ] {
            assert_eq!(day(text.as_bytes()), civil(2024, 3, 23), "{text}");
        }
        for text in ["", "00000000", "20241323", "2024032", "abc", "31/02/2024", "99999999"] {
            assert_eq!(day(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn texts_in_either_encoding_with_entities() {
        assert_eq!(text("  TÍTULO COBRANÇA ".as_bytes()), "TÍTULO COBRANÇA");
        assert_eq!(text(b"T\xcdTULO COBRAN\xc7A"), "TÍTULO COBRANÇA");
        assert_eq!(text(b"A &amp; B &#38; C &#xE7;&atilde;o & D&F;"), "A & B & C ção & D&F;");
        assert_eq!(text(b"one\r\n   two\t"), "one two");
        assert_eq!(text(b"DOC   REM  1"), "DOC   REM  1");
        assert_eq!(text(b"&#0;x&#xD800;"), "x&#xD800;");
    }

    #[test]
    fn rows_that_only_state_a_balance() {
        for memo in ["SALDO ANTERIOR", "Saldo Inicial", "saldo anterior "] {
            assert_eq!(balance_row(memo), Some(BalanceRow::Of(Which::Opening)), "{memo}");
        }
        for memo in ["SALDO DIA", "S A L D O", "Saldo do dia", "SALDO EM 10/03", "SALDO FINAL"] {
            assert_eq!(balance_row(memo), Some(BalanceRow::Of(Which::Closing)), "{memo}");
        }
        for memo in ["SALDO TOTAL DISPONÍVEL DIA", "SALDO DISPONIVEL"] {
            assert_eq!(balance_row(memo), Some(BalanceRow::Of(Which::Available)), "{memo}");
        }
        for memo in ["SALDO BLOQUEADO", "SDO CTA/APL AUTOMATICAS", "SALDO APLIC AUT MAIS"] {
            assert_eq!(balance_row(memo), Some(BalanceRow::Other), "{memo}");
        }
        for memo in ["SALDOS E CIA", "SALDO DEVEDOR JUROS", "Salario", "PIX SALDO", ""] {
            assert_eq!(balance_row(memo), None, "{memo}");
        }
    }
}
