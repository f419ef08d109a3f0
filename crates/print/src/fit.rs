//! Making a text fit its box: shrink a little, then cut with «…».

use std::borrow::Cow;

use crate::font::Font;

/// A text never shrinks below this part of its size.
const FLOOR: f32 = 0.75;

/// Where a paragraph may be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// At blanks, which disappear, and inside a word only when it is longer than a line.
    Words,
    /// Between any two characters that are not blanks: nothing is lost when the text is copied.
    Anywhere,
}

/// Makes a text drawable: one line, plain blanks, accents joined to their letters.
///
/// Control characters and exotic blanks become a space; soft hyphens and zero-width characters
/// disappear; a letter followed by a combining accent becomes one letter.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let plain = |c| matches!(c, ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}');
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => {}
            '\u{300}'..='\u{36f}' => {
                let joined = out.pop().map(|letter| compose(letter, c).unwrap_or(letter));
                out.extend(joined);
            }
            '\u{2010}' | '\u{2011}' | '\u{2212}' => {
                out.push(if c == '\u{2212}' { '–' } else { '-' })
            }
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The letters of Portuguese and its neighbours with their accent in one character.
fn compose(letter: char, accent: char) -> Option<char> {
    let (letters, joined) = match accent {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouycAEIOUYC", "áéíóúýćÁÉÍÓÚÝĆ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("aonAON", "ãõñÃÕÑ"),
        '\u{308}' => ("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ"),
        '\u{327}' => ("csCS", "çşÇŞ"),
        _ => return None,
    };
    letters.chars().zip(joined.chars()).find(|(l, _)| *l == letter).map(|(_, j)| j)
}

/// The size and text of a line that fits in `width`: same units as `size`.
pub(crate) fn line<'t>(font: &Font, text: &'t str, size: f32, width: f32) -> (f32, Cow<'t, str>) {
    let natural = font.width(text) * size;
    if natural <= width {
        (size, Cow::Borrowed(text))
    } else if natural * FLOOR <= width {
        (size * width / natural, Cow::Borrowed(text))
    } else {
        (size * FLOOR, Cow::Owned(cut(font, text, width / (size * FLOOR))))
    }
}

/// As [`line`], for the number of a document: what is cut out leaves ` - 2/12` at its end.
pub(crate) fn number<'t>(font: &Font, text: &'t str, size: f32, width: f32) -> (f32, Cow<'t, str>) {
    let room = width / (size * FLOOR);
    match text.rfind(" - ") {
        Some(at) if font.width(text) > room && font.width(&text[at..]) < room / 2.0 => {
            let (start, end) = text.split_at(at);
            let start = cut(font, start, room - font.width(end));
            (size * FLOOR, Cow::Owned(start + end))
        }
        _ => line(font, text, size, width),
    }
}

/// The beginning of a text with «…» after it, at most `width` ems wide.
fn cut(font: &Font, text: &str, width: f32) -> String {
    let room = width - font.width("…");
    let kept = &text[..prefix(font, text, room)];
    format!("{}…", kept.trim_end())
}

/// How many bytes of a text fit in `width` ems.
fn prefix(font: &Font, text: &str, width: f32) -> usize {
    let mut used = 0.0;
    for (at, c) in text.char_indices() {
        used += font.advance(c);
        if used > width {
            return at;
        }
    }
    text.len()
}

/// Lines of a paragraph text that fit a box `width` wide and `lines` lines high at `size`.
///
/// A line break in the text begins a new line; words wrap; a word longer than a line is broken.
/// When there are too many lines the size shrinks (more, shorter lines fit), and at the floor the
/// last line ends with «…».
pub(crate) fn paragraph(
    font: &Font,
    text: &str,
    how: Wrap,
    size: f32,
    width: f32,
    lines: usize,
) -> (f32, Vec<String>) {
    let cleaned: Vec<_> = text.trim_end().split('\n').map(clean).collect();
    let mut scale = 1.0;
    loop {
        let room = width / (size * scale);
        let capacity = (lines as f32 / scale) as usize;
        let mut wrapped = Vec::new();
        for paragraph in &cleaned {
            wrap(font, paragraph.trim_end(), how, room, &mut wrapped);
        }
        if wrapped.len() > capacity && scale > FLOOR {
            scale = (scale - 0.05).max(FLOOR);
            continue;
        }
        let mut shown: Vec<String> =
            wrapped.iter().take(capacity).map(|l| (*l).to_owned()).collect();
        if wrapped.len() > capacity
            && let Some(last) = shown.last_mut()
        {
            let with_mark = format!("{last}…");
            *last = if font.width(&with_mark) <= room { with_mark } else { cut(font, last, room) };
        }
        return (size * scale, shown);
    }
}

/// Breaks one paragraph into lines at most `width` ems wide; an empty one is an empty line.
fn wrap<'t>(font: &Font, mut text: &'t str, how: Wrap, width: f32, lines: &mut Vec<&'t str>) {
    loop {
        let fits = prefix(font, text, width);
        if fits == text.len() {
            lines.push(text);
            return;
        }
        let after = |at: usize| text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        // Not even one character may fit: take one, so that the loop ends.
        let inside = if fits > 0 { fits } else { after(0) };
        let end = match how {
            // The blank may stand just behind the last character that fits.
            Wrap::Words => text[..after(fits)]
                .rmatch_indices(' ')
                .map(|(at, _)| at)
                .find(|at| !text[..*at].trim().is_empty() && !text[..*at].ends_with("R$"))
                .unwrap_or(inside),
            Wrap::Anywhere => (1..=inside)
                .rev()
                .find(|at| {
                    text.is_char_boundary(*at)
                        && !text[..*at].ends_with(' ')
                        && !text[*at..].starts_with(' ')
                })
                .unwrap_or(inside),
        };
        lines.push(text[..end].trim_end());
        text = text[end..].trim_start();
        if text.is_empty() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> Font {
        Font::regular().unwrap()
    }

    #[test]
    fn decomposed_accents_and_exotic_blanks_become_plain() {
        assert_eq!(clean("Joa\u{303}o Conceic\u{327}a\u{303}o"), "João Conceição");
        assert_eq!(clean("a\u{a0}b\tc\u{ad}d\u{200b}e\u{301}"), "a b cdé");
        assert_eq!(clean("\u{301}x"), "x");
    }

    #[test]
    fn a_line_shrinks_then_is_cut() {
        let font = font();
        let text = "Comércio de Materiais de Construção";
        let natural = font.width(text);
        assert_eq!(line(&font, text, 1.0, natural + 0.1), (1.0, text.into()));
        let (size, same) = line(&font, text, 1.0, natural * 0.8);
        assert!(size < 0.81 && size > 0.79 && same == text);
        let (size, shorter) = line(&font, text, 1.0, natural * 0.4);
        assert_eq!(size, FLOOR);
        assert!(shorter.ends_with('…') && font.width(&shorter) * size <= natural * 0.4);
    }

    #[test]
    fn a_number_that_is_cut_keeps_its_instalment() {
        let font = font();
        let text = "NFe 123456789 SERIE 1 CARNE X - 12/99";
        let natural = font.width(text);
        let (size, shorter) = number(&font, text, 1.0, natural * 0.5);
        assert!(shorter.starts_with("NFe") && shorter.ends_with("… - 12/99"), "{shorter}");
        assert!(font.width(&shorter) * size <= natural * 0.5);
        assert_eq!(number(&font, text, 1.0, natural), (1.0, text.into()));
        assert!(number(&font, "123456789012345", 1.0, 3.0).1.ends_with('…'));
    }

    #[test]
    fn a_paragraph_wraps_at_blanks_keeps_breaks_and_never_overflows() {
        let font = font();
        let (size, lines) = paragraph(&font, "um dois\n\ntrês", Wrap::Words, 1.0, 3.0, 5);
        assert_eq!(
            (size, lines),
            (1.0, vec!["um".into(), "dois".into(), String::new(), "três".into()])
        );
        let (_, lines) = paragraph(&font, &"palavra ".repeat(200), Wrap::Words, 1.0, 20.0, 4);
        assert_eq!(lines.len(), 5);
        assert!(lines[4].ends_with('…'));
        let (size, lines) = paragraph(&font, &"x".repeat(500), Wrap::Words, 2.0, 30.0, 3);
        assert!(lines.iter().all(|l| font.width(l) * size <= 30.0));
        let (_, lines) = paragraph(&font, "ab", Wrap::Words, 1.0, 0.01, 2);
        assert!(!lines.is_empty(), "a box too narrow for one letter still ends");
        let (_, lines) =
            paragraph(&font, "cobrar R$ 10,00", Wrap::Words, 1.0, font.width("cobrar R$ 1"), 3);
        assert_eq!(lines, ["cobrar", "R$ 10,00"]);
    }

    #[test]
    fn a_code_broken_anywhere_loses_nothing() {
        let font = font();
        let code = "BR59 LOJA DO JOAO 6014BELO HORIZONTE".repeat(3);
        for width in 3..20 {
            let (_, lines) = paragraph(&font, &code, Wrap::Anywhere, 1.0, width as f32, 100);
            assert!(lines.len() > 3);
            assert_eq!(lines.concat(), code);
        }
    }
}
