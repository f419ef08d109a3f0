//! What the targets share.

use std::io::BufReader;

use quita_core::money::Money;
use quita_formats::statement::{Format, Options, Record, read};

/// Reads a statement at once and in small pieces: no panic, and the same records.
pub fn statement(head: &[u8], data: &[u8]) {
    let Some((&size, rest)) = data.split_first() else { return };
    let bytes = [head, rest].concat();
    let at_once = records(bytes.as_slice());
    let pieces = BufReader::with_capacity(usize::from(size) + 1, bytes.as_slice());
    assert_eq!(at_once, records(pieces));
    let (_, records) = match at_once {
        Ok(all) => all,
        Err(_) => return,
    };
    let lines = records.iter().filter_map(|record| match record {
        Record::Line(line) => Some(line),
        _ => None,
    });
    for line in lines {
        assert!(line.at >= 1);
        assert!(line.line.amount.cents().checked_neg().is_some());
        assert_eq!(line.line.memo.trim(), line.line.memo);
        let _ = line.line.amount + Money::ZERO;
    }
}

fn records(input: impl std::io::BufRead) -> Result<(Format, Vec<Record>), String> {
    let mut records = Vec::new();
    let read = read(input, &Options::default(), |record| {
        records.push(record);
        Ok(())
    });
    read.map(|format| (format, records)).map_err(|error| error.to_string())
}
