//! Text as banks take it: accents stripped, printable ASCII only.

use std::borrow::Cow;

/// The text without accents, and whether some character without an ASCII counterpart was
/// left out. Borrowed where nothing had to change.
///
/// Letters of western European languages lose their marks, typographic quotes, dashes and
/// spaces become plain ones, white space of any kind becomes one blank per character.
pub fn fold(text: &str) -> (Cow<'_, str>, bool) {
    // Without a way out in the middle this loop looks at many bytes at once.
    if text.bytes().fold(true, |printable, byte| printable & is_printable(byte)) {
        return (Cow::Borrowed(text), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut lost = false;
    for c in text.chars() {
        if matches!(c, ' '..='~') {
            out.push(c);
        } else if let Some(ascii) = plain(c) {
            out.push_str(ascii);
        } else if c.is_whitespace() {
            out.push(' ');
        } else {
            lost = true;
        }
    }
    (Cow::Owned(out), lost)
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// The plain spelling of what is not ASCII; `None` for what has none and for ASCII itself.
pub(crate) const fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ª' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ð' | 'Ď' => "D",
        'ð' | 'ď' => "d",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' | 'Ẽ' => "E",
        'è'..='ë' | 'ē' | 'ę' | 'ě' | 'ẽ' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'İ' => "I",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ı' => "i",
        'Ł' => "L",
        'ł' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'º' | '°' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Ş' | 'Š' => "S",
        'ś' | 'ş' | 'š' => "s",
        'ß' => "ss",
        'Ţ' | 'Ť' => "T",
        'ţ' | 'ť' => "t",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ù'..='ü' | 'ũ' | 'ū' | 'ů' | 'ű' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '‘' | '’' | '´' => "'",
        '“' | '”' => "\"",
        '‐'..='―' | '−' => "-",
        '…' => "...",
        '·' | '•' => ".",
        // Marks that stand after their letter in decomposed text, and invisible signs.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> (String, bool) {
        let (text, lost) = fold(text);
        (text.into_owned(), lost)
    }

    #[test]
    fn portuguese_keeps_its_letters() {
        let (text, lost) = folded("São João d’Água ÇÃÕÉÊÍÓÔÚÜ nº 1ª");
        assert_eq!((text.as_str(), lost), ("Sao Joao d'Agua CAOEEIOOUU no 1a", false));
    }

    #[test]
    fn decomposed_accents_vanish_too() {
        assert_eq!(folded("JOA\u{303}O"), ("JOAO".to_owned(), false));
    }

    #[test]
    fn what_has_no_counterpart_is_left_out_and_said() {
        assert_eq!(folded("Loja \u{1f600}北"), ("Loja ".to_owned(), true));
        assert_eq!(folded("a\tb\u{a0}c\u{1}"), ("a b c".to_owned(), true));
    }
}
