//! Lines of a file as rows: one byte for each character, as wide as the layout.

use encoding_rs::WINDOWS_1252;

/// A line made into a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measured {
    /// Characters of the line.
    pub(super) length: usize,
    /// Whether something stood behind the width.
    pub(super) overflow: bool,
}

/// The line without what editors and old systems leave at its end.
pub(super) fn trimmed(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| !matches!(byte, 0x1a | 0));
    line.get(..end.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// Adds the line to `rows`, `width` bytes long: filled up with blanks or cut.
///
/// A line that has the width in bytes is taken as it is, whatever its encoding: the program that
/// wrote it counted bytes. In UTF-8 of another length each character becomes its byte in
/// Windows-1252.
pub(super) fn push(rows: &mut Vec<u8>, line: &[u8], width: usize) -> Measured {
    if line.len() == width {
        rows.extend_from_slice(line);
        return Measured { length: width, overflow: false };
    }
    let start = rows.len();
    match std::str::from_utf8(line) {
        Ok(text) if !line.is_ascii() => {
            let mut buffer = [0; 4];
            for c in text.chars() {
                let one = WINDOWS_1252.encode(c.encode_utf8(&mut buffer)).0;
                rows.push(if one.len() == 1 { one[0] } else { b'?' });
            }
        }
        _ => rows.extend_from_slice(line),
    }
    let length = rows.len() - start;
    let behind = rows.get(start + width.min(length)..).unwrap_or_default();
    let overflow = !behind.trim_ascii().is_empty();
    rows.resize(start + width, b' ');
    Measured { length, overflow }
}

/// The first `width` characters, and the rest.
pub(super) fn cut(line: &[u8], width: usize) -> (&[u8], &[u8]) {
    let text = if line.is_ascii() { None } else { std::str::from_utf8(line).ok() };
    let at = match text {
        Some(text) => text.char_indices().nth(width).map_or(line.len(), |(at, _)| at),
        None => width.min(line.len()),
    };
    line.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &[u8]) -> (Vec<u8>, usize, bool) {
        let mut rows = b"before".to_vec();
        let Measured { length, overflow } = push(&mut rows, line, 5);
        (rows.split_off(6), length, overflow)
    }

    #[test]
    fn rows_have_the_width() {
        assert_eq!(row(b"abcde"), (b"abcde".to_vec(), 5, false));
        assert_eq!(row(b"abc"), (b"abc  ".to_vec(), 3, false));
        assert_eq!(row(b"abcde   "), (b"abcde".to_vec(), 8, false));
        assert_eq!(row(b"abcdef"), (b"abcde".to_vec(), 6, true));
        assert_eq!(row("JOÃO!".as_bytes()), (b"JO\xc3O!".to_vec(), 5, false));
        assert_eq!(row(b"JO\xc3O!"), (b"JO\xc3O!".to_vec(), 5, false));
        assert_eq!(row("J北OO".as_bytes()), (b"J?OO ".to_vec(), 4, false));
        // Counted in bytes by its writer.
        assert_eq!(row("JOÃO".as_bytes()), ("JOÃO".as_bytes().to_vec(), 5, false));
        assert_eq!(trimmed(b"9\x1a\0"), b"9");
    }
}
