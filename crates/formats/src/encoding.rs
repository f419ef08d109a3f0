//! Bytes as text: UTF-8, Windows-1252, or the code page 850 of old systems, whatever a file says of
//! itself.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// UTF-8 where the bytes are, else one of the others; a byte of these is one character.
#[inline]
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_850(bytes) => Cow::Owned(bytes.iter().map(|byte| of_850(*byte)).collect()),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Letters of Portuguese in code page 850.
const LETTERS: [(u8, char); 27] = [
    (0x80, 'Ç'),
    (0x81, 'ü'),
    (0x82, 'é'),
    (0x83, 'â'),
    (0x85, 'à'),
    (0x87, 'ç'),
    (0x88, 'ê'),
    (0x90, 'É'),
    (0x93, 'ô'),
    (0x9a, 'Ü'),
    (0xa0, 'á'),
    (0xa1, 'í'),
    (0xa2, 'ó'),
    (0xa3, 'ú'),
    (0xa6, 'ª'),
    (0xa7, 'º'),
    (0xb5, 'Á'),
    (0xb6, 'Â'),
    (0xb7, 'À'),
    (0xc6, 'ã'),
    (0xc7, 'Ã'),
    (0xd2, 'Ê'),
    (0xd6, 'Í'),
    (0xe0, 'Ó'),
    (0xe2, 'Ô'),
    (0xe4, 'õ'),
    (0xe9, 'Ú'),
];

/// Of these, signs in Windows-1252 that do not stand behind a letter of a word.
const SIGNS: [u8; 14] =
    [0x80, 0x81, 0x82, 0x83, 0x87, 0x88, 0x90, 0x9a, 0xa1, 0xa2, 0xa3, 0xb5, 0xb6, 0xc6];

/// Whether all bytes beyond ASCII are letters in code page 850, and one of them would be a sign
/// inside a word otherwise.
fn is_850(bytes: &[u8]) -> bool {
    let mut before = b' ';
    let mut sign = false;
    for byte in bytes.iter().copied() {
        if byte >= 0x80 && !LETTERS.iter().any(|(own, _)| *own == byte) {
            return false;
        }
        sign |= SIGNS.contains(&byte) && before.is_ascii_alphabetic();
        before = byte;
    }
    sign
}

fn of_850(byte: u8) -> char {
    let letter = LETTERS.iter().find(|(own, _)| *own == byte);
    letter.map_or(char::from(byte), |(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text in code page 850.
    fn in_850(text: &str) -> Vec<u8> {
        let byte = |c: char| LETTERS.iter().find(|(_, own)| *own == c).map(|(byte, _)| *byte);
        text.chars().map(|c| byte(c).unwrap_or_else(|| u8::try_from(c).unwrap())).collect()
    }

    #[test]
    fn words_are_read_in_all_three() {
        for text in
            ["LIQUIDAÇÃO", "José da Conceição", "Cobrança não paga", "ANDRÉ", "Antônio e José"]
        {
            let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
            assert_eq!(decoded(text.as_bytes()), text);
            assert_eq!(decoded(&latin), text);
            assert_eq!(decoded(&in_850(text)), text);
        }
    }

    #[test]
    fn signs_of_windows_stay_signs() {
        for (bytes, text) in [
            (b"10 \x80".as_slice(), "10 €"),
            (b"\x93aspas\x94", "“aspas”"),
            (b"R$\xa050", "R$\u{a0}50"),
            (b"PAG\xa0BOLETO", "PAG\u{a0}BOLETO"),
            (b"Sch\xe4fer", "Schäfer"),
            (b"a\x80\xf1o", "a€ño"),
        ] {
            assert_eq!(decoded(bytes), text);
        }
    }
}
