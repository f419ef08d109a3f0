//! Rows of a CSV: one a line, with quotes that may hold separators or ends of lines.

use std::io::{self, BufRead};

use crate::encoding::{self, Page};
use crate::source::Source;

/// Most lines of one row; a quote that nobody closes ends here.
const MOST_LINES: usize = 8;

/// Characters that part columns, the likeliest first.
pub(super) const SEPARATORS: [char; 4] = [';', '\t', '|', ','];

/// A line of the file as text.
#[derive(Clone, Debug)]
pub(super) struct RawLine {
    pub(super) at: u64,
    pub(super) text: String,
}

/// Lines of a source, with some given back.
pub(super) struct RawLines<'s, R> {
    source: &'s mut Source<R>,
    buffer: Vec<u8>,
    page: Page,
    /// Lines that are read again, the next one last.
    ahead: Vec<RawLine>,
}

impl<'s, R: BufRead> RawLines<'s, R> {
    pub(super) fn new(source: &'s mut Source<R>) -> io::Result<Self> {
        let page = Page::of(source.peek(encoding::TELLING)?);
        Ok(Self { source, buffer: Vec::new(), page, ahead: Vec::new() })
    }

    /// The next line; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<RawLine>> {
        if let Some(line) = self.ahead.pop() {
            return Ok(Some(line));
        }
        Ok(self.source.next_line(&mut self.buffer)?.map(|line| {
            self.page.learn(&self.buffer);
            let text = self.page.decoded(&self.buffer).trim_end_matches('\u{1a}').to_owned();
            RawLine { at: line.number, text }
        }))
    }

    /// Up to `count` lines, which will come again.
    pub(super) fn peek(&mut self, count: usize) -> io::Result<Vec<RawLine>> {
        let mut lines = Vec::new();
        while lines.len() < count
            && let Some(line) = self.next()?
        {
            lines.push(line);
        }
        self.ahead.extend(lines.iter().rev().cloned());
        Ok(lines)
    }

    /// The next row's cells into `cells`; its first line, or `None` at the end.
    pub(super) fn row(
        &mut self,
        separator: char,
        cells: &mut Vec<String>,
    ) -> io::Result<Option<u64>> {
        let Some(first) = self.next()? else { return Ok(None) };
        if split(&first.text, separator, true, cells) {
            return Ok(Some(first.at));
        }
        // A quote is open: the row may go on in the next lines.
        let mut whole = first.text.clone();
        let mut taken = Vec::new();
        while taken.len() < MOST_LINES
            && let Some(line) = self.next()?
        {
            whole.push('\n');
            whole.push_str(&line.text);
            taken.push(line);
            if split(&whole, separator, true, cells) {
                return Ok(Some(first.at));
            }
        }
        // It does not: the quote is a character like others.
        self.ahead.extend(taken.into_iter().rev());
        split(&first.text, separator, false, cells);
        Ok(Some(first.at))
    }
}

/// Parts a row into cells without blanks around them. False when a quote stays open.
pub(super) fn split(row: &str, separator: char, quotes: bool, cells: &mut Vec<String>) -> bool {
    cells.clear();
    let mut cell = String::new();
    let mut chars = row.chars().peekable();
    // A cell is quoted when it begins with a quote.
    let (mut quoted, mut fresh) = (false, true);
    while let Some(c) = chars.next() {
        if quoted {
            match c {
                '"' if chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' => quoted = false,
                c => cell.push(c),
            }
        } else if c == separator {
            cells.push(clean(&cell));
            cell.clear();
            fresh = true;
            continue;
        } else if c == '"' && quotes && fresh {
            quoted = true;
        } else {
            cell.push(c);
        }
        fresh = fresh && c == ' ' && !quoted;
    }
    cells.push(clean(&cell));
    !quoted
}

fn clean(cell: &str) -> String {
    super::values::cleaned(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str, separator: char) -> (Vec<String>, bool) {
        let mut cells = Vec::new();
        let well = split(row, separator, true, &mut cells);
        (cells, well)
    }

    #[test]
    fn rows_are_parted_at_separators_outside_quotes() {
        assert_eq!(cells("a; b ;c", ';').0, ["a", "b", "c"]);
        assert_eq!(cells(r#""a;b";"say ""hi""";"#, ';').0, ["a;b", "say \"hi\"", ""]);
        assert_eq!(cells(r#"PIX "X"; "y" "#, ';').0, ["PIX \"X\"", "y"]);
        assert_eq!(cells("", ';').0, [""]);
        assert!(!cells("\"open;x", ';').1);
    }
}
