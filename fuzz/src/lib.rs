//! What the targets share.

use std::io::BufReader;

use quita_banks::cnab::formats;
use quita_core::money::Money;
use quita_formats::cnab::{self, Item};
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

/// Reads a CNAB file at once and in small pieces, as a reader and as one who checks: no panic, and
/// the same items. What does not begin with a digit gets a header in front.
pub fn cnab(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let head = match choice % 3 {
        _ if choice.is_ascii_digit() => String::from(char::from(choice)),
        0 => format!("02RETORNO01COBRANCA{:57}341BANCO{:312}000001\n", "", ""),
        1 => format!("03300000{:134}2{:97}\n", "", ""),
        _ => format!("10400000{:134}1{:97}\n", "", ""),
    };
    let bytes = [head.as_bytes(), rest].concat();
    for strict in [false, true] {
        let at_once = cnab_items(bytes.as_slice(), strict);
        let pieces = BufReader::with_capacity(usize::from(choice) + 1, bytes.as_slice());
        assert_eq!(at_once, cnab_items(pieces, strict));
    }
}

fn cnab_items(input: impl std::io::BufRead, strict: bool) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    let read = cnab::read(input, &formats(), cnab::Options { strict }, |item| {
        if let Item::Title(title) = &item {
            assert!(title.line >= 1);
            assert!(title.paid_amount.is_none_or(|paid| paid >= Money::ZERO));
        }
        items.push(format!("{item:?}"));
        Ok(())
    });
    read.map(|()| items).map_err(|error| error.to_string())
}
