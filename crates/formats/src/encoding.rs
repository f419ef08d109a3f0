//! Bytes as text: UTF-8, Windows-1252, or the code page 850 of old systems, whatever a file says of
//! itself.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// UTF-8 where the bytes are, else one of the others; a byte of these is one character.
#[inline]
pub(crate) fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    Page::default().decoded(bytes)
}

/// Bytes at the beginning of a file that [`Page::of`] is asked for.
pub(crate) const TELLING: usize = 64 * 1024;

/// In which code page a file is, as far as its words tell: many a name alone does not, «JO\xc7O» is
/// one in either. A file that is in both, or in none that is told, is read word by word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page {
    is_850: bool,
    /// UTF-8 or Windows-1252.
    is_other: bool,
}

impl Page {
    /// What the beginning of a file tells.
    pub(crate) fn of(beginning: &[u8]) -> Self {
        let mut page = Self::default();
        beginning.split(|byte| matches!(byte, b'\r' | b'\n')).for_each(|line| page.learn(line));
        page
    }

    /// What another line of it tells.
    pub(crate) fn learn(&mut self, line: &[u8]) {
        // Without an end in the middle the processor looks at many bytes at once.
        if line.iter().fold(0, |all, byte| all | byte) < 0x80 {
            return;
        }
        if std::str::from_utf8(line).is_ok() {
            self.is_other = true;
            return;
        }
        let letters = |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphabetic();
        for word in line.split(|byte| !letters(byte)) {
            self.is_850 |= is_850(word);
            self.is_other |= is_windows(word);
        }
    }

    /// The text of some of its bytes.
    #[inline]
    pub(crate) fn decoded(self, bytes: &[u8]) -> Cow<'_, str> {
        let is_told = self.is_850 != self.is_other;
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) if if is_told { self.is_850 } else { is_850(bytes) } => {
                Cow::Owned(bytes.iter().map(|byte| of_850(*byte)).collect())
            }
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }
}

/// Code page 850 from 0x80 on.
#[rustfmt::skip]
const PAGE_850: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', 'ø', '£', 'Ø', '×', 'ƒ',
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '®', '¬', '½', '¼', '¡', '«', '»',
    '░', '▒', '▓', '│', '┤', 'Á', 'Â', 'À', '©', '╣', '║', '╗', '╝', '¢', '¥', '┐',
    '└', '┴', '┬', '├', '─', '┼', 'ã', 'Ã', '╚', '╔', '╩', '╦', '╠', '═', '╬', '¤',
    'ð', 'Ð', 'Ê', 'Ë', 'È', 'ı', 'Í', 'Î', 'Ï', '┘', '┌', '█', '▄', '¦', 'Ì', '▀',
    'Ó', 'ß', 'Ô', 'Ò', 'õ', 'Õ', 'µ', 'þ', 'Þ', 'Ú', 'Û', 'Ù', 'ý', 'Ý', '¯', '´',
    '\u{ad}', '±', '‗', '¾', '¶', '§', '÷', '¸', '°', '¨', '·', '¹', '³', '²', '■', '\u{a0}',
];

/// Letters of Portuguese.
const LETTERS: &str = "ÀÁÂÃÇÉÊÍÓÔÕÚÜàáâãçéêíóôõúüªº";

/// Of these, signs in Windows-1252 that do not stand behind a letter of a word.
const SIGNS: [u8; 14] =
    [0x80, 0x81, 0x82, 0x83, 0x87, 0x88, 0x90, 0x9a, 0xa1, 0xa2, 0xa3, 0xb5, 0xb6, 0xc6];

/// Letters of Portuguese in Windows-1252 that are none in code page 850.
const OF_WINDOWS: &[u8] =
    b"\xc0\xc1\xc2\xc3\xc9\xca\xcd\xd3\xd4\xd5\xda\xe1\xe3\xe7\xea\xed\xf3\xf4\xf5\xfa\xfc";

/// Whether one of the word's letters is one in Windows-1252 only.
fn is_windows(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii) && word.iter().any(|byte| OF_WINDOWS.contains(byte))
}

/// Whether all bytes beyond ASCII are letters in code page 850, and one of them would be a sign
/// inside a word otherwise.
fn is_850(bytes: &[u8]) -> bool {
    let mut before = b' ';
    let mut sign = false;
    for byte in bytes.iter().copied() {
        if byte >= 0x80 && !LETTERS.contains(of_850(byte)) {
            return false;
        }
        sign |= SIGNS.contains(&byte) && before.is_ascii_alphabetic();
        before = byte;
    }
    sign
}

fn of_850(byte: u8) -> char {
    let above = byte.checked_sub(0x80).and_then(|at| PAGE_850.get(usize::from(at)));
    above.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text in code page 850.
    fn in_850(text: &str) -> Vec<u8> {
        let byte = |c: char| (0x80..=0xff).find(|byte| of_850(*byte) == c);
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
    fn words_of_code_page_850_are_those_of_the_table() {
        for (bytes, text) in [
            (b"OPERA\x80\xe5ES".as_slice(), "OPERAÇÕES"),
            (b"LIQUIDA\x80\xc7O", "LIQUIDAÇÃO"),
            (
                b"AV\xb7 \xb5GUA, CAF\x90, S\xd6TIO, P\xe0S, \xe9NICO",
                "AVÀ ÁGUA, CAFÉ, SÍTIO, PÓS, ÚNICO",
            ),
            (
                b"a\x87\xc6o op\x87\xe4es voc\x88 p\x93s n\xa7 p\xa0 \xa1 av\xa2 t\xa3 av\x85",
                "ação opções você pôs nº pá í avó tú avà",
            ),
        ] {
            assert_eq!(decoded(bytes), text);
        }
    }

    #[test]
    fn one_word_tells_the_page_of_a_file() {
        let read = |lines: &[&[u8]], shown: &[u8]| {
            Page::of(&lines.join(&b"\r\n"[..])).decoded(shown).into_owned()
        };
        // «JO\xc7O» is «JOÇO» in Windows-1252, and «JO\xc3O» nothing in code page 850.
        assert_eq!(read(&[b"JO\xc7O", b"CONCEI\x80\xc7O"], b"JO\xc7O"), "JOÃO");
        assert_eq!(read(&[b"A\xc7O", b"CONCEI\xc7\xc3O"], b"A\xc7O"), "AÇO");
        assert_eq!(read(&[b"JO\xc7O"], b"JO\xc7O"), "JOÇO");
        assert_eq!(read(&["CONCEIÇÃO".as_bytes()], "JOÃO".as_bytes()), "JOÃO");
        // Both: word by word.
        let both: [&[u8]; 2] = [b"CONCEI\x80\xc7O", b"CONCEI\xc7\xc3O"];
        assert_eq!(read(&both, both[0]), "CONCEIÇÃO");
        assert_eq!(read(&both, both[1]), "CONCEIÇÃO");
        assert_eq!(read(&both, b"A\xc7O"), "AÇO");
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
