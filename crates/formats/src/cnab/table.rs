//! A layout from its table: plain text that a banker can compare with the manual.
//!
//! ```text
//! # Where it is from.
//! layout febraban-240 240 Cobrança no padrão FEBRABAN
//!
//! record segmento_t return title 8=3 14=T Título: situação e rejeição
//! 001-003 N        bank_code            Código do banco
//! 008-008 N        -              =3
//! ```
//!
//! A line of a field has its positions, its kind ([`Kind`]), its name (`-` for what is only
//! filled), `=` and what always stands there (`='…'` where that has blanks), and the manual's
//! words. Each record must begin at 1, have no hole and no overlap, and end at the width.

use super::layout::{DateOrder, Direction, Field, Kind, Layout, Mark, Record, Role};
use super::title;

/// Why a table is no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {problem}", .record.as_ref().map(|r| format!(", record {r}")).unwrap_or_default())]
pub struct TableError {
    /// Line of the table, from 1.
    pub line: usize,
    /// The record it is in.
    pub record: Option<String>,
    /// What is wrong, with positions counted from 1.
    pub problem: String,
}

impl Layout {
    /// Reads a table.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut layout: Option<Self> = None;
        let mut source = String::new();
        for (at, line) in text.lines().enumerate() {
            let line_number = at + 1;
            let failed = |layout: &Option<Self>, problem: String| TableError {
                line: line_number,
                record: layout.as_ref().and_then(|l| l.records.last()).map(|r| r.name.clone()),
                problem,
            };
            let line = line.trim_end();
            if let Some(comment) = line.strip_prefix('#') {
                if layout.is_none() {
                    source.push_str(comment.trim());
                    source.push('\n');
                }
                continue;
            }
            let mut words = Words(line.trim_start());
            match words.next() {
                "" => {}
                "layout" => {
                    if layout.is_some() {
                        return Err(failed(&layout, "a second layout".to_owned()));
                    }
                    let head = head(&mut words, source.trim_end());
                    layout = Some(head.map_err(|problem| failed(&None, problem))?);
                }
                "record" => {
                    let Some(open) = &mut layout else {
                        return Err(failed(&layout, "a record before the layout".to_owned()));
                    };
                    let record = match open.finish().and_then(|()| record(&mut words)) {
                        Ok(record) => record,
                        Err(problem) => return Err(failed(&layout, problem)),
                    };
                    if open.record(&record.name).is_some() {
                        return Err(failed(&layout, format!("{} a second time", record.name)));
                    }
                    open.records.push(record);
                }
                positions => {
                    let Some(open) = layout.as_mut().and_then(|l| l.records.last_mut()) else {
                        return Err(failed(&layout, "a field before the first record".to_owned()));
                    };
                    let added = field(positions, &mut words).and_then(|field| open.add(field));
                    added.map_err(|problem| failed(&layout, problem))?;
                }
            }
        }
        let line = text.lines().count();
        let Some(mut layout) = layout else {
            return Err(TableError { line, record: None, problem: "no layout".to_owned() });
        };
        layout.finish().map_err(|problem| {
            let record = layout.records.last().map(|record| record.name.clone());
            TableError { line, record, problem }
        })?;
        Ok(layout)
    }

    /// The last record is complete.
    fn finish(&mut self) -> Result<(), String> {
        let width = self.width;
        let Some(record) = self.records.last_mut() else { return Ok(()) };
        let end = record.fields.last().map_or(0, Field::to);
        if end != width {
            return Err(format!("ends at {end} instead of {width}"));
        }
        record.places = title::places(&record.fields)?;
        record.needed = title::needed(&record.places);
        for field in &record.fields {
            match &field.fixed {
                Some(fixed) => record.blank.extend_from_slice(fixed),
                None => record.blank.extend(std::iter::repeat_n(field.kind.filler(), field.length)),
            }
        }
        Ok(())
    }
}

impl Record {
    fn add(&mut self, field: Field) -> Result<(), String> {
        let next = self.fields.last().map_or(1, |last| last.to() + 1);
        let from = field.from();
        if from > next {
            return Err(format!("a hole from {next} to {}", from - 1));
        }
        if from < next {
            return Err(format!("an overlap from {from} to {}", next - 1));
        }
        if !field.name.is_empty() && self.field(&field.name).is_some() {
            return Err(format!("position {from}: {} a second time", field.name));
        }
        self.fields.push(field);
        Ok(())
    }
}

/// A line word by word.
struct Words<'t>(&'t str);

impl<'t> Words<'t> {
    fn next(&mut self) -> &'t str {
        let (word, rest) = self.0.split_once(' ').unwrap_or((self.0, ""));
        self.0 = rest.trim_start();
        word
    }

    /// The next word, if it is one of these.
    fn next_if(&mut self, wanted: impl Fn(&str) -> bool) -> Option<&'t str> {
        let before = self.0;
        let word = self.next();
        if wanted(word) {
            return Some(word);
        }
        self.0 = before;
        None
    }
}

/// `layout febraban-240 240 Title`
fn head(words: &mut Words<'_>, source: &str) -> Result<Layout, String> {
    let name = words.next().to_owned();
    let width = words.next();
    let width = match width.parse() {
        Ok(width @ (240 | 400)) => width,
        _ => return Err(format!("{width} is no width: 240 or 400")),
    };
    let (title, source) = (words.0.to_owned(), source.to_owned());
    if name.is_empty() || title.is_empty() || source.is_empty() {
        return Err("a layout has a name, a title, and its source as comments above".to_owned());
    }
    Ok(Layout { name, title, source, width, records: Vec::new() })
}

/// `record segmento_t return title 8=3 14=T Title`
fn record(words: &mut Words<'_>) -> Result<Record, String> {
    let name = words.next().to_owned();
    let direction = match words.next() {
        "both" => None,
        "remittance" => Some(Direction::Remittance),
        "return" => Some(Direction::Return),
        other => return Err(format!("{other} is no direction: remittance, return or both")),
    };
    let role = match words.next() {
        "file_header" => Role::FileHeader,
        "lot_header" => Role::LotHeader,
        "title" => Role::Title,
        "part" => Role::Part,
        "lot_trailer" => Role::LotTrailer,
        "file_trailer" => Role::FileTrailer,
        other => return Err(format!("{other} is no role of a record")),
    };
    let mut marks = Vec::new();
    while let Some(mark) = words.next_if(|word| word.contains('=')) {
        let (from, texts) = mark.split_once('=').unwrap_or_default();
        let start = from.parse::<usize>().ok().and_then(|from| from.checked_sub(1));
        let Some(start) = start.filter(|_| !texts.is_empty()) else {
            return Err(format!("{mark} does not tell a record"));
        };
        marks.push(Mark { start, any: texts.split('|').map(Vec::from).collect() });
    }
    let title = words.0.to_owned();
    if name.is_empty() || title.is_empty() || marks.is_empty() {
        return Err("a record has a name, what tells it, and a title".to_owned());
    }
    let (fields, blank, places) = (Vec::new(), Vec::new(), Vec::new());
    let needed = 0;
    Ok(Record { name, title, direction, role, marks, fields, blank, places, needed })
}

/// `001-003 N bank_code =077 Label`
fn field(positions: &str, words: &mut Words<'_>) -> Result<Field, String> {
    let parsed = positions.split_once('-').and_then(|(from, to)| {
        let (from, to) = (from.parse::<usize>().ok()?, to.parse::<usize>().ok()?);
        (from >= 1 && to >= from).then_some((from, to))
    });
    let Some((from, to)) = parsed else {
        return Err(format!("{positions} is no place of a field"));
    };
    let length = to + 1 - from;
    let kind = kind(words.next(), length).map_err(|why| format!("position {from}: {why}"))?;
    let name = words.next();
    let fixed = match words.0.strip_prefix('=') {
        None => None,
        Some(rest) => Some(fixed(words, rest, kind, length).ok_or_else(|| {
            format!("position {from}: what always stands there does not fit or does not end")
        })?),
    };
    let label = words.0.to_owned();
    if name.is_empty() {
        return Err(format!("position {from}: a field has a name or -"));
    }
    let name = if name == "-" { String::new() } else { name.to_owned() };
    Ok(Field { name, label, start: from - 1, length, kind, fixed })
}

fn kind(word: &str, length: usize) -> Result<Kind, String> {
    let date = |order: DateOrder| match order.word().len() == length {
        true => Ok(Kind::Date(order)),
        false => Err(format!("{word} does not have {length} characters")),
    };
    match word {
        "A" => Ok(Kind::Text),
        "N" => Ok(Kind::Digits),
        "DDMMAA" => date(DateOrder::DayMonthShortYear),
        "DDMMAAAA" => date(DateOrder::DayMonthYear),
        "AAAAMMDD" => date(DateOrder::YearMonthDay),
        _ => match word.strip_prefix('N').and_then(|decimals| decimals.parse().ok()) {
            Some(decimals @ 1..=9) if length <= 18 => Ok(Kind::Decimal(decimals)),
            _ => Err(format!("{word} is no kind of a field of {length}")),
        },
    }
}

/// The text behind `=` in full length; moves `words` behind it.
fn fixed<'t>(words: &mut Words<'t>, rest: &'t str, kind: Kind, length: usize) -> Option<Vec<u8>> {
    let text = match rest.strip_prefix('\'') {
        Some(quoted) => {
            let (text, after) = quoted.split_once('\'')?;
            words.0 = after.trim_start();
            text
        }
        None => {
            words.0 = rest;
            words.next()
        }
    };
    let room = length.checked_sub(text.len()).filter(|_| text.is_ascii())?;
    let filler = |with: u8| std::iter::repeat_n(with, room);
    Some(match kind {
        // `=' '` says that blanks stand where zeros would.
        _ if text.trim().is_empty() => vec![b' '; length],
        Kind::Text => text.bytes().chain(filler(b' ')).collect(),
        _ => filler(b'0').chain(text.bytes()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# A manual of 2026.\nlayout test-240 240 Um teste\n";

    fn problem(fields: &str) -> String {
        let text = format!("{HEAD}record detalhe return title 8=3 14=T|U Detalhe\n{fields}");
        Layout::parse(&text).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn a_table_is_a_layout() {
        let text = format!(
            "{HEAD}record detalhe return title 8=3 14=T|U Um detalhe\n\
             001-003 N bank_code =77 Código do banco\n\
             004-023 A nome ='DE A' Nome\n\
             024-031 DDMMAAAA - Data\n\
             032-046 N2 amount Valor\n\
             047-240 A -\n"
        );
        let layout = Layout::parse(&text).unwrap();
        assert_eq!(
            (layout.name.as_str(), layout.source.as_str()),
            ("test-240", "A manual of 2026.")
        );
        let record = &layout.records[0];
        assert_eq!((record.title.as_str(), record.role), ("Um detalhe", Role::Title));
        let fixed = record.field("nome").unwrap().fixed.as_deref();
        assert_eq!(fixed, Some(b"DE A                ".as_slice()));
        let blank = format!("{:<23}{:023}{:194}", "077DE A", 0, "");
        assert_eq!(record.blank, blank.as_bytes());
        assert!(layout.recognise(Direction::Return, b"       3     U").is_some());
        assert!(layout.recognise(Direction::Return, b"       3     V").is_none());
        assert!(layout.recognise(Direction::Remittance, b"       3     U").is_none());
    }

    #[test]
    fn holes_overlaps_and_wrong_ends_are_told_with_record_and_position() {
        for (fields, expected) in [
            ("002-240 A x X", "line 4, record detalhe: a hole from 1 to 1"),
            ("001-100 A x X\n099-240 A y Y", "line 5, record detalhe: an overlap from 99 to 100"),
            ("001-239 A x X", "line 4, record detalhe: ends at 239 instead of 240"),
            (
                "001-100 A x X\n101-240 A x X",
                "line 5, record detalhe: position 101: x a second time",
            ),
            ("001-240 B x X", "line 4, record detalhe: position 1: B is no kind of a field of 240"),
            (
                "001-005 DDMMAA x X",
                "line 4, record detalhe: position 1: DDMMAA does not have 5 characters",
            ),
            ("9-1 A x X", "line 4, record detalhe: 9-1 is no place of a field"),
        ] {
            assert_eq!(problem(fields), expected);
        }
        assert!(problem("001-002 A x ='A X").contains("does not end"));
        assert!(problem("001-002 A x =ABC X").contains("does not fit"));
    }

    #[test]
    fn a_record_stands_in_a_layout() {
        for text in ["", "record a both title 1=1 A", "001-001 A x X", "layout a 240 A"] {
            assert!(Layout::parse(text).is_err(), "{text}");
        }
        assert!(Layout::parse("# x\nlayout a 241 A").is_err());
        assert!(Layout::parse("# x\nlayout a 240 A\nrecord b both title B").is_err());
        assert!(Layout::parse("# x\nlayout a 240 A\nrecord b both thing 1=1 B").is_err());
    }
}
