//! How text of ours is made fit for the bank. The check counts what these leave.
//!
//! Users report that the bank refuses names with characters that it documents nowhere
//! (openboleto issue 71). Control characters are the only ones that are never wanted: they
//! become blanks, runs of blanks become one, and the ends are trimmed. Nothing else is changed,
//! because a name on a boleto must stay the customer's name.

/// Without control characters, superfluous blanks and invisible marks.
pub(super) fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The ASCII digits alone.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Area code (2) and number (8 or 9 digits) of a Brazilian phone, with or without `+55`.
///
/// `None` for any other, which is then not sent: the bank does not need it.
pub(super) fn phone(text: &str) -> Option<(String, String)> {
    let digits = digits(text);
    let national = match digits.len() {
        10 | 11 => digits.as_str(),
        12 | 13 => digits.strip_prefix("55")?,
        _ => return None,
    };
    let (area, number) = national.split_at(2);
    Some((area.to_owned(), number.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_loses_what_nobody_sees() {
        assert_eq!(clean("  Ana\tMaria\r\n\u{0}da\u{200b} Silva "), "Ana Maria da Silva");
        assert_eq!(clean("Padaria D'Ávila & Cia – nº 3"), "Padaria D'Ávila & Cia – nº 3");
        assert_eq!(clean("\u{1}\u{2}"), "");
    }

    #[test]
    fn phones_are_split_or_left_out() {
        let split = |t| phone(t).map(|(a, n)| format!("{a}/{n}"));
        assert_eq!(split("(31) 98888-7777").as_deref(), Some("31/988887777"));
        assert_eq!(split("+55 31 3333-4444").as_deref(), Some("31/33334444"));
        assert_eq!(split("3333-4444"), None);
        assert_eq!(split("+1 415 555 0100 22"), None);
    }
}
