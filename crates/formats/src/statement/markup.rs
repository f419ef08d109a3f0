//! Tags of OFX (SGML or XML) and camt.053, one at a time with the text that follows.
//!
//! Nothing is demanded of the tags' order: elements may be open for ever, which SGML allows.

use std::io::{self, BufRead};
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use crate::source::{Source, count_lines};

/// Longest name and longest attributes; what is longer is no tag.
const LONGEST_NAME: usize = 64;
const LONGEST_ATTRIBUTES: usize = 4096;

/// What a tag does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<NAME>`
    Open,
    /// `</NAME>`
    Close,
    /// `<NAME/>`
    Empty,
}

/// A tag, and the text up to the next one.
#[derive(Debug)]
pub(super) struct Tag<'s> {
    pub(super) kind: Kind,
    /// Without prefix of a name space.
    pub(super) name: &'s [u8],
    pub(super) attributes: &'s [u8],
    /// As it stands, with blanks and entities.
    pub(super) text: &'s [u8],
    /// Line of the tag, from 1.
    pub(super) line: u64,
    /// The text ran into the end of the file or was too long, so it may be cut.
    pub(super) cut: bool,
    /// `</NAME>` stood right behind the text, and does not come as a tag of its own.
    pub(super) closed: bool,
}

/// Reads tags from a source.
pub(super) struct Markup<'s, R> {
    source: &'s mut Source<R>,
    /// How much of the source the last tag took.
    used: usize,
    /// A text without its comments and with its CDATA.
    pieces: Vec<u8>,
}

/// Where the parts of a tag stand in the window.
struct Found {
    kind: Kind,
    start: usize,
    name: Range<usize>,
    attributes: Range<usize>,
    text: Range<usize>,
    /// Comments or CDATA are within.
    special: bool,
    cut: bool,
    closed: bool,
    /// Where the next tag is looked for.
    end: usize,
}

enum At {
    No,
    /// More bytes are needed to tell.
    Short,
    Tag {
        kind: Kind,
        name: Range<usize>,
        attributes: Range<usize>,
        end: usize,
    },
    /// A comment, CDATA, an instruction: up to here.
    Other {
        end: usize,
    },
}

impl<'s, R: BufRead> Markup<'s, R> {
    pub(super) fn new(source: &'s mut Source<R>) -> Self {
        Self { source, used: 0, pieces: Vec::new() }
    }

    /// The line that is being read.
    pub(super) fn line(&self) -> u64 {
        self.source.line()
    }

    /// The next tag; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Tag<'_>>> {
        self.source.skip(self.used);
        self.used = 0;
        let found = loop {
            let last = self.source.ended() || self.source.is_full();
            match find(self.source.rest(), last) {
                Search::Found(found) => break found,
                // Text without a tag is not kept.
                Search::Nothing(junk) => {
                    self.source.skip(junk);
                    if !self.source.fill()? && self.source.ended() && junk == 0 {
                        return Ok(None);
                    }
                }
                Search::Short => {
                    self.source.fill()?;
                }
            }
        };
        let line = self.source.line();
        self.used = found.end;
        let rest = self.source.rest();
        let line = line + count_lines(rest.get(..found.start).unwrap_or_default());
        let name = rest.get(found.name).unwrap_or_default();
        let name = match memchr(b':', name) {
            Some(at) => name.get(at + 1..).unwrap_or_default(),
            None => name,
        };
        let mut text = rest.get(found.text).unwrap_or_default();
        if found.special {
            self.pieces.clear();
            put_together(text, &mut self.pieces);
            text = &self.pieces;
        }
        let attributes = rest.get(found.attributes).unwrap_or_default();
        let (cut, closed) = (found.cut, found.closed);
        Ok(Some(Tag { kind: found.kind, name, attributes, text, line, cut, closed }))
    }
}

enum Search {
    Found(Found),
    /// So many bytes hold no tag.
    Nothing(usize),
    Short,
}

fn find(bytes: &[u8], last: bool) -> Search {
    let mut from = 0;
    let (start, kind, name, attributes, end) = loop {
        let Some(at) = next_angle(bytes, from) else { return Search::Nothing(bytes.len()) };
        match tag_at(bytes, at, last) {
            At::Tag { kind, name, attributes, end } => break (at, kind, name, attributes, end),
            At::No => from = at + 1,
            At::Other { end } => from = end,
            At::Short if at > 0 => return Search::Nothing(at),
            At::Short => return Search::Short,
        }
    };
    let mut special = false;
    let mut from = end;
    let text_from = end;
    let (text_end, cut, closed, end) = loop {
        let Some(at) = next_angle(bytes, from) else {
            if !last {
                return Search::Short;
            }
            break (bytes.len(), true, false, bytes.len());
        };
        match tag_at(bytes, at, last) {
            At::Tag { kind: Kind::Close, name: closes, end, .. }
                if kind == Kind::Open && bytes.get(closes.clone()) == bytes.get(name.clone()) =>
            {
                let text = bytes.get(text_from..at).unwrap_or_default();
                match text.trim_ascii().is_empty() {
                    true => break (at, false, false, at),
                    false => break (at, false, true, end),
                }
            }
            At::Tag { .. } => break (at, false, false, at),
            At::No => from = at + 1,
            At::Other { end } => {
                special = true;
                from = end;
            }
            At::Short => return Search::Short,
        }
    };
    let text = text_from..text_end;
    Search::Found(Found { kind, start, name, attributes, text, special, cut, closed, end })
}

fn next_angle(bytes: &[u8], from: usize) -> Option<usize> {
    Some(from + memchr(b'<', bytes.get(from..)?)?)
}

/// What stands at the `<` of `at`. With `last` no more bytes will come.
fn tag_at(bytes: &[u8], at: usize, last: bool) -> At {
    let short = if last { At::No } else { At::Short };
    let closing = match bytes.get(at + 1) {
        None => return short,
        Some(b'/') => true,
        Some(b'!' | b'?') => return other_at(bytes, at, short),
        Some(_) => false,
    };
    let from = at + 1 + usize::from(closing);
    let mut end = from;
    while bytes.get(end).is_some_and(|b| is_of_name(*b)) {
        end += 1;
        if end - from > LONGEST_NAME {
            return At::No;
        }
    }
    let Some(&stop) = bytes.get(end) else { return short };
    // A name begins with a letter: `<3` is text.
    if end == from || bytes.get(from).is_some_and(|b| !b.is_ascii_alphabetic()) {
        return At::No;
    }
    let (name, open) = (from..end, if closing { Kind::Close } else { Kind::Open });
    if stop == b'>' {
        return At::Tag { kind: open, name, attributes: end..end, end: end + 1 };
    }
    if stop != b'/' && !stop.is_ascii_whitespace() {
        return At::No;
    }
    let room = bytes.get(end..).unwrap_or_default();
    let room = room.get(..LONGEST_ATTRIBUTES).unwrap_or(room);
    let Some(length) = memchr2(b'>', b'<', room) else {
        return if room.len() == LONGEST_ATTRIBUTES { At::No } else { short };
    };
    let inside = room.get(..length).unwrap_or_default();
    let (inside, empty) = match inside.strip_suffix(b"/") {
        Some(inside) => (inside, true),
        None => (inside, false),
    };
    let blank = inside.iter().all(u8::is_ascii_whitespace);
    if room.get(length) != Some(&b'>') || (!blank && memchr(b'=', inside).is_none()) {
        return At::No;
    }
    let kind = if empty && !closing { Kind::Empty } else { open };
    At::Tag { kind, name, attributes: end..end + inside.len(), end: end + length + 1 }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

/// `<!--…-->`, `<![CDATA[…]]>`, `<!DOCTYPE …>`, `<?…?>`.
fn other_at(bytes: &[u8], at: usize, short: At) -> At {
    let rest = bytes.get(at..).unwrap_or_default();
    let end_mark: &[u8] = if rest.starts_with(b"<?") {
        b"?>"
    } else if rest.starts_with(b"<!--") {
        b"-->"
    } else if rest.starts_with(CDATA) {
        b"]]>"
    } else if rest.starts_with(b"<!") && rest.get(2).is_some_and(u8::is_ascii_uppercase) {
        b">"
    } else if rest.len() < CDATA.len() {
        return short;
    } else {
        return At::No;
    };
    match memmem::find(rest, end_mark) {
        Some(end) => At::Other { end: at + end + end_mark.len() },
        None => short,
    }
}

const CDATA: &[u8] = b"<![CDATA[";

/// A text without comments and instructions; what CDATA protects stays protected.
fn put_together(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr(b'<', text) {
        let (before, from) = text.split_at(at);
        out.extend_from_slice(before);
        let At::Other { end } = other_at(from, 0, At::No) else {
            out.push(b'<');
            text = from.get(1..).unwrap_or_default();
            continue;
        };
        let protected = from.get(CDATA.len()..end.saturating_sub(3));
        if let Some(inside) = protected.filter(|_| from.starts_with(CDATA)) {
            for byte in inside {
                match byte {
                    b'&' => out.extend_from_slice(b"&amp;"),
                    byte => out.push(*byte),
                }
            }
        }
        text = from.get(end..).unwrap_or_default();
    }
    out.extend_from_slice(text);
}
