//! Every table is sound: positions, names, codes.

use std::collections::BTreeSet;

use quita_banks::cnab::formats;
use quita_formats::cnab::layout::{Direction, Record, Role};

/// A broken table panics here and nowhere else.
#[test]
fn every_table_is_read() {
    let mut names = BTreeSet::new();
    for format in formats() {
        let layout = format.layout();
        assert_eq!((layout.name.as_str(), layout.width), format.name_and_width());
        let is_new = names.insert((layout.name.as_str(), format.bank));
        assert!(is_new, "{} a second time", layout.name);
        let codes = format.codes();
        assert!(!codes.movements.is_empty(), "{}: no movements", layout.name);
        assert!(!codes.reasons.iter().any(|table| table.texts.is_empty()), "{}", layout.name);
    }
    assert!(names.len() > 1);
}

/// What a reader needs of each direction that a layout has.
#[test]
fn titles_have_what_a_reader_needs() {
    for format in formats() {
        let layout = format.layout();
        for direction in [Direction::Return, Direction::Remittance] {
            let of: Vec<&Record> = layout
                .records
                .iter()
                .filter(|record| record.direction.is_none_or(|own| own == direction))
                .collect();
            if !of.iter().any(|record| record.role == Role::Title) {
                continue;
            }
            let has = |name: &str| of.iter().any(|record| record.field(name).is_some());
            let mut wanted = vec!["occurrence", "our_number", "document_number", "amount"];
            wanted.extend(["expiration_date", "generation_date", "bank_code"]);
            if direction == Direction::Return {
                wanted.extend(["paid_amount", "credit_date", "occurrence_date"]);
            }
            for name in wanted {
                assert!(has(name), "{}, {direction:?}: no {name}", layout.name);
            }
            for role in [Role::FileHeader, Role::FileTrailer] {
                assert!(of.iter().any(|record| record.role == role), "{}: {role:?}", layout.name);
            }
        }
    }
}
