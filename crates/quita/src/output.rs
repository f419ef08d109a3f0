//! What commands say: data on stdout, talk on stderr.

use std::io::Write as _;

use serde::Serialize;

use crate::failure::Failure;

/// Where the answer goes.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// As JSON for programs, or in words for people.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Data for programs; nothing for people.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string(value)?;
            line(&text)?;
        }
        Ok(())
    }

    /// Talk for people; nothing for programs.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            eprintln!("{text}");
        }
    }

    /// Data for people, such as a table; nothing for programs.
    pub(crate) fn show(self, text: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { line(text) }
    }
}

/// A line on stdout. A reader that has gone away is no error.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}
