//! Input as a window of bytes that moves forward, whatever the size of the reader's chunks.

use std::io::{self, BufRead};

use encoding_rs::{CoderResult, Decoder, Encoding};
use memchr::{memchr_iter, memchr2};

/// Most bytes held at once; no single value of a statement is longer.
const WINDOW: usize = 256 * 1024;
/// Longest line of a file of lines; the rest of a longer one is left out.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;

/// Input with what has been read and not yet used.
pub(crate) struct Source<R> {
    input: R,
    window: Vec<u8>,
    at: usize,
    /// Line of the byte at `at`, from 1.
    line: u64,
    ended: bool,
    /// UTF-16 becomes UTF-8 here; everything else stays as it is.
    decoder: Option<Decoder>,
}

/// A line without its end.
pub(crate) struct TextLine {
    /// Its bytes in `buffer` of [`Source::next_line`] are cut at [`LONGEST_LINE`].
    pub(crate) cut: bool,
    /// Number from 1.
    pub(crate) number: u64,
}

impl<R: BufRead> Source<R> {
    /// Looks for a byte order mark, which is left out.
    pub(crate) fn new(input: R) -> io::Result<Self> {
        let mut source = Self {
            input,
            window: Vec::with_capacity(WINDOW),
            at: 0,
            line: 1,
            ended: false,
            decoder: None,
        };
        while source.window.len() < 3 && source.fill()? {}
        if let Some((encoding, mark)) = Encoding::for_bom(&source.window) {
            if encoding == encoding_rs::UTF_8 {
                source.at = mark;
            } else {
                let raw = source.window.split_off(mark);
                source.window.clear();
                let mut decoder = encoding.new_decoder_without_bom_handling();
                source.window.reserve(WINDOW);
                decode(&mut decoder, &raw, &mut source.window, source.ended);
                source.decoder = Some(decoder);
            }
        }
        Ok(source)
    }

    /// What has been read and not yet used.
    pub(crate) fn rest(&self) -> &[u8] {
        self.window.get(self.at..).unwrap_or_default()
    }

    /// Line of the first byte of [`Source::rest`].
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// True when nothing more will come.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// True when the window can take no more before some of it is used.
    pub(crate) fn is_full(&self) -> bool {
        self.window.len() - self.at >= WINDOW
    }

    /// Reads more into the window. False at the end of the input, or when the window is full.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.ended || self.is_full() {
            return Ok(false);
        }
        if self.at > 0 {
            self.window.drain(..self.at);
            self.at = 0;
        }
        let room = WINDOW - self.window.len();
        let chunk = loop {
            match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        // Each unit of UTF-16 is three bytes of UTF-8 at most.
        let take = match self.decoder {
            Some(_) => chunk.len().min((room / 3).max(1)),
            None => chunk.len().min(room),
        };
        let chunk = chunk.get(..take).unwrap_or_default();
        self.ended = chunk.is_empty();
        match &mut self.decoder {
            Some(decoder) => decode(decoder, chunk, &mut self.window, self.ended),
            None => self.window.extend_from_slice(chunk),
        }
        self.input.consume(take);
        Ok(!self.ended)
    }

    /// The next `count` bytes, or as many as there are; the same however the input comes.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.rest().len() < count && self.fill()? {}
        let rest = self.rest();
        Ok(rest.get(..count).unwrap_or(rest))
    }

    /// Moves on by `count` bytes.
    pub(crate) fn skip(&mut self, count: usize) {
        let used = self.rest();
        let used = used.get(..count).unwrap_or(used);
        let lines = count_lines(used);
        self.at += used.len();
        self.line += lines;
    }

    /// Puts the next line into `buffer`. Lines end in LF, CR LF or CR. `None` at the end.
    pub(crate) fn next_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<TextLine>> {
        buffer.clear();
        let number = self.line;
        let mut cut = false;
        loop {
            if self.rest().is_empty() && !self.fill()? {
                let any = !buffer.is_empty() || cut;
                return Ok(any.then_some(TextLine { cut, number }));
            }
            let rest = self.rest();
            let end = memchr2(b'\n', b'\r', rest);
            let part = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let room = LONGEST_LINE - buffer.len();
            cut |= part.len() > room;
            buffer.extend_from_slice(part.get(..room).unwrap_or(part));
            let used = part.len();
            let was_return = end.and_then(|end| rest.get(end)) == Some(&b'\r');
            self.at += used;
            if end.is_none() {
                continue;
            }
            self.at += 1;
            self.line += 1;
            if was_return {
                if self.rest().is_empty() {
                    self.fill()?;
                }
                if self.rest().first() == Some(&b'\n') {
                    self.at += 1;
                }
            }
            return Ok(Some(TextLine { cut, number }));
        }
    }
}

/// Ends of lines in `bytes`.
pub(crate) fn count_lines(bytes: &[u8]) -> u64 {
    u64::try_from(memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

fn decode(decoder: &mut Decoder, mut from: &[u8], to: &mut Vec<u8>, last: bool) {
    let mut piece = [0_u8; 4096];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(from, &mut piece, last);
        to.extend_from_slice(piece.get(..written).unwrap_or_default());
        from = from.get(read..).unwrap_or_default();
        if result == CoderResult::InputEmpty {
            return;
        }
    }
}
