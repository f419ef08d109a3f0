//! Reading what clients send, as tolerantly as banks do.

use jiff::civil::Date;
use quita_core::money::Money;
use serde_json::Value as Json;

use crate::simulator::SimRequest;

/// What stands at a path such as `pagador.cep`; nulls, empty texts and empty objects count as absent.
pub(crate) fn field<'a>(root: &'a Json, path: &str) -> Option<&'a Json> {
    let found = path.split('.').try_fold(root, |json, name| json.get(name))?;
    let absent = match found {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    };
    (!absent).then_some(found)
}

/// A text; a number counts as the text that it spells.
pub(crate) fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, also where it comes as text.
pub(crate) fn whole(json: &Json) -> Option<i64> {
    text(json)?.trim().parse().ok()
}

/// A number rounded half up to two decimals, in hundredths; also where it comes as text.
pub(crate) fn hundredths(json: &Json) -> Option<i64> {
    read_hundredths(text(json)?.trim())
}

fn read_hundredths(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [whole, fraction].concat();
    if whole.is_empty() || digits.len() > 40 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let exponent: i32 = exponent.trim_start_matches('+').parse().ok()?;
    // How many of the digits stand before the point once it has moved two places.
    let kept = i32::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_add(2)?;
    let kept = match usize::try_from(kept) {
        Ok(kept) if kept <= 40 => kept,
        Ok(_) => return None,
        Err(_) => return Some(0),
    };
    while digits.len() <= kept {
        digits.push('0');
    }
    let (head, tail) = digits.split_at(kept);
    let value: i64 = if head.is_empty() { 0 } else { head.parse().ok()? };
    let value = value.checked_add(i64::from(tail.as_bytes().first() >= Some(&b'5')))?;
    Some(if negative { -value } else { value })
}

/// An amount of money.
pub(crate) fn money(json: &Json) -> Option<Money> {
    hundredths(json).map(Money::from_cents)
}

/// A date `YYYY-MM-DD`, and nothing else.
pub(crate) fn date(text: &str) -> Option<Date> {
    if text.len() != 10 { None } else { text.parse().ok() }
}

/// An amount as a JSON number: `123.45`.
pub(crate) fn number(amount: Money) -> Json {
    serde_json::from_str(&amount.to_decimal()).unwrap_or(Json::Null)
}

/// Letters and digits only, as a document or a number is compared.
pub(crate) fn bare(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A query parameter; `paginacao.x` may also be written `paginacao[x]`. Empty counts as absent.
pub(crate) fn query<'a>(request: &'a SimRequest, name: &str) -> Option<&'a str> {
    let found = request.query(name).or_else(|| {
        let (object, member) = name.split_once('.')?;
        request.query(&format!("{object}[{member}]"))
    })?;
    let found = found.trim();
    (!found.is_empty()).then_some(found)
}

/// Decodes `%41` and, in forms, `+`; what is no escape stays as it is.
pub(crate) fn percent_decode(text: &str, plus_is_blank: bool) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
    let source = text.as_bytes();
    let mut bytes = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(byte) = source.get(at) {
        match (byte, hex(source.get(at + 1)), hex(source.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 2;
            }
            (b'+', _, _) if plus_is_blank => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_rounded_to_hundredths_and_never_guessed() {
        for (value, expected) in [
            (json!(123.45), Some(12_345)),
            (json!(2.5), Some(250)),
            (json!(100), Some(10_000)),
            (json!("99999999.99"), Some(9_999_999_999)),
            (json!(0.005), Some(1)),
            (json!(0.0049), Some(0)),
            (json!(1e2), Some(10_000)),
            (json!(1e-7), Some(0)),
            (json!(-1.5), Some(-150)),
            (json!(1e300), None),
            (json!("1,50"), None),
            (json!(""), None),
            (json!([]), None),
        ] {
            assert_eq!(hundredths(&value), expected, "{value}");
        }
        assert_eq!(number(Money::from_cents(12_340)).to_string(), "123.4");
    }

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(percent_decode("a%40b%2Bc+d%zz%", false), "a@b+c+d%zz%");
        assert_eq!(percent_decode("extrato.read+cob.read%20x", true), "extrato.read cob.read x");
    }
}
