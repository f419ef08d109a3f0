//! How text of ours is made fit for the bank. The check counts what this leaves.
//!
//! The bank refuses `[ : < > & ; ' " ( ) # * / | ]`, `ü` and the words `http`, `javascript` and
//! `alert` anywhere in a bolecode (its OpenAPI); users report that accents and dashes are refused
//! as well. So letters lose their accents, and of the signs only blank, dot and comma stay.

/// Words that the bank takes for an attack.
const WORDS: [&str; 3] = ["http", "javascript", "alert"];

/// Letters and digits of ASCII, blanks, dots and commas; runs of blanks become one.
pub(super) fn clean(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match without_accent(character) {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | ',') => plain.push(c),
            // Marks that nobody sees and accents written apart leave no gap.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{300}'..='\u{36f}' | '\'' => {}
            _ => plain.push(' '),
        }
    }
    let is_kept = |word: &&str| {
        let word = word.to_ascii_lowercase();
        !WORDS.iter().any(|refused| word.contains(refused))
    };
    plain.split_whitespace().filter(is_kept).collect::<Vec<_>>().join(" ")
}

/// The first so many characters, without a blank at the end.
pub(super) fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect::<String>().trim_end().to_owned()
}

/// The ASCII digits alone.
pub(super) fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The letter without its accent, where Portuguese or a neighbour writes it with one.
pub(super) const fn without_accent(character: char) -> char {
    match character {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ª' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'º' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'ý' => 'y',
        'Á' | 'À' | 'Â' | 'Ã' | 'Ä' | 'Å' => 'A',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'Ç' => 'C',
        'Ñ' => 'N',
        'Ý' => 'Y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_what_the_bank_takes() {
        for (text, expected) in [
            ("  Ana\tMaria  da Conceição ", "Ana Maria da Conceicao"),
            ("Padaria D'Ávila & Cia. – nº 3 (matriz)", "Padaria DAvila Cia. no 3 matriz"),
            ("Müller [filial] #2", "Muller filial 2"),
            ("e\u{301}poca", "epoca"),
            ("veja https://exemplo.example agora", "veja exemplo.example agora"),
            ("日本", ""),
        ] {
            assert_eq!(clean(text), expected, "{text}");
        }
        assert_eq!(cut("Bairro das Flores", 15), "Bairro das Flor");
        assert_eq!(cut("Bairro das Flores", 11), "Bairro das");
    }
}
