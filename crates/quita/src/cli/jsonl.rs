//! One answer a line: standard input to standard output, in input order.
//!
//! Shared by the commands that compute without a database. Every input line gets exactly
//! one line of JSON, an answer or an error, so that callers can pair them by position.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;

use serde::Serialize;

/// The longest line that is read, in bytes; a longer one is answered by an error.
const LONGEST_LINE: usize = 1 << 20;

/// Why a line has no answer, written as `{"error":{"code","message","field"}}`.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// A stable word for programs.
    pub(crate) code: &'static str,
    /// What is wrong and what to do, in Portuguese.
    pub(crate) message: String,
    /// The input field at fault, where there is one.
    pub(crate) field: Option<&'static str>,
}

impl Failure {
    /// A failure of the line as a whole.
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    /// A failure of one input field.
    pub(crate) fn of_field(
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), field: Some(field) }
    }
}

/// Answers the argument, or each line of standard input where there is none.
///
/// The exit code is 1 when any line failed or standard input broke. Standard output closed
/// by the reader (`| head`) ends quietly.
pub(crate) fn run<A, F>(argument: Option<OsString>, answer: F) -> ExitCode
where
    A: Serialize,
    F: FnMut(&str) -> Result<A, Failure>,
{
    let output = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let done = match argument {
        Some(text) => answer_lines(text.as_encoded_bytes(), output, answer),
        None => {
            let input = BufReader::with_capacity(64 * 1024, io::stdin().lock());
            answer_lines(input, output, answer)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quita: falha ao ler a entrada ou escrever a saída: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers every line of `input`; true when none failed.
///
/// What is written is flushed whenever no further input is waiting, so that a program may
/// hold the process open and ask line by line.
fn answer_lines<A, F>(
    mut input: impl BufReadAhead,
    mut output: impl Write,
    mut answer: F,
) -> io::Result<bool>
where
    A: Serialize,
    F: FnMut(&str) -> Result<A, Failure>,
{
    let mut line = Vec::with_capacity(4096);
    let mut text = Vec::with_capacity(4096);
    let mut all_well = true;
    while read_line(&mut input, &mut line)? {
        text.clear();
        match decode(&line).and_then(&mut answer) {
            Ok(value) => serde_json::to_writer(&mut text, &value)?,
            Err(failure) => {
                all_well = false;
                serde_json::to_writer(&mut text, &ErrorLine { error: failure })?;
            }
        }
        text.push(b'\n');
        output.write_all(&text)?;
        if !input.has_more_at_hand() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(all_well)
}

/// The shape of an error line.
#[derive(Serialize)]
struct ErrorLine {
    error: Failure,
}

/// Input that knows whether the next read could block.
trait BufReadAhead: BufRead {
    /// True while bytes already read are waiting.
    fn has_more_at_hand(&self) -> bool;
}

impl<R: Read> BufReadAhead for BufReader<R> {
    fn has_more_at_hand(&self) -> bool {
        !self.buffer().is_empty()
    }
}

impl BufReadAhead for &[u8] {
    fn has_more_at_hand(&self) -> bool {
        !self.is_empty()
    }
}

/// Fills `line` with the next line, its end included, or with the first bytes of one that is
/// too long, whose rest is skipped. False at the end of the input.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let limit = LONGEST_LINE as u64 + 1;
    if input.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.len() > LONGEST_LINE && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
    }
    Ok(true)
}

/// The text of one line, without its end.
fn decode(line: &[u8]) -> Result<&str, Failure> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() >= LONGEST_LINE {
        let message =
            format!("A linha tem mais de {LONGEST_LINE} bytes; quebre-a em linhas menores.");
        return Err(Failure::new("line_too_long", message));
    }
    let text = std::str::from_utf8(line).map_err(|error| {
        let at = error.valid_up_to() + 1;
        Failure::new(
            "not_utf8",
            format!("A linha não é texto UTF-8 (byte {at}); converta o arquivo."),
        )
    })?;
    if text.trim().is_empty() {
        return Err(Failure::new("empty_line", "A linha está vazia."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(input: impl BufReadAhead) -> (bool, String) {
        let mut output = Vec::new();
        let well = answer_lines(input, &mut output, |text: &str| Ok(text.len())).unwrap();
        (well, String::from_utf8(output).unwrap())
    }

    #[test]
    fn each_line_has_one_answer_in_order() {
        assert_eq!(lengths(&b"a\nbcd\r\nef"[..]), (true, "1\n3\n2\n".to_owned()));
        assert_eq!(lengths(&b""[..]), (true, String::new()));
    }

    #[test]
    fn bad_lines_get_error_lines_and_the_others_their_answer() {
        let mut input = b"a\n\n\xff\xfe\n".to_vec();
        input.extend(vec![b'x'; 3 * LONGEST_LINE]);
        input.extend(b"\nlast\n");
        let (well, output) = lengths(BufReader::new(&input[..]));
        let lines: Vec<&str> = output.lines().collect();
        assert!(!well);
        assert_eq!(lines.len(), 5, "{output}");
        assert_eq!((lines[0], lines[4]), ("1", "4"));
        for (line, code) in lines[1..4].iter().zip(["empty_line", "not_utf8", "line_too_long"]) {
            assert!(line.starts_with(&format!("{{\"error\":{{\"code\":\"{code}\"")), "{line}");
        }
    }

    #[test]
    fn the_longest_line_may_end_exactly_at_the_limit() {
        let mut input = vec![b'x'; LONGEST_LINE - 1];
        input.extend(b"\nb\n");
        assert_eq!(lengths(&input[..]), (true, format!("{}\n1\n", LONGEST_LINE - 1)));
    }
}
