//! Remittances that others published: every record is decoded and encoded again, byte for byte.
//!
//! The files are not part of the repository; `QUITA_VECTORS` says where they are.

use std::collections::BTreeSet;
use std::path::PathBuf;

use quita_banks::cnab::formats;
use quita_formats::cnab::format::Format;
use quita_formats::cnab::layout::Direction;
use quita_formats::cnab::value::Value;
use serde_json::Value as Json;

/// Codes of banks without a layout in 400 here: no manual read.
const NO_LAYOUT: [&str; 6] = ["004", "097", "136", "336", "707", "745"];

/// What the layouts do not allow: the start of a finding, why it stands in the file, and a file
/// that has it.
const EXPLAINED: &[(&str, &str, &str)] = &[
    (
        "itau-400: row 8",
        "a record of Pix that the bank's manual contradicts: it has record 3",
        "c-ece6fa9ca9ee",
    ),
    ("bradesco-400: row 8", "a record of Pix that no manual confirms", "c-208d7416bdf2"),
    ("bb-240: row 3Y  03", "a record of Pix that no manual confirms", "c-cc47524dd338"),
    ("caixa-240: row 3Y  03", "a record of Pix that no manual confirms", "c-1c516c791325"),
    (
        "itau-400 remessa_detalhe customer_document",
        "a CPF at the left, filled up with blanks",
        "c-cc8b74f20d04",
    ),
    (
        "caixa-400 remessa_detalhe customer_document",
        "a CPF at the left, filled up with blanks",
        "c-5a52876779af",
    ),
    (
        "santander-400 remessa_detalhe customer_document",
        "a CPF at the left, filled up with blanks",
        "c-324ed9708417",
    ),
    (
        "bb-240 segmento_q customer_document",
        "a CPF at the left, filled up with blanks",
        "c-30272baa8cff",
    ),
    (
        "caixa-400 remessa_header agreement",
        "six digits and a blank, of an older version",
        "c-5a52876779af",
    ),
    (
        "caixa-400 remessa_mensagem agreement",
        "six digits and a blank, of an older version",
        "c-5a52876779af",
    ),
    (
        "bradesco-400 remessa_header agreement",
        "a number that a program wrote as 1.2E+19",
        "c-c666c8dfb2f9",
    ),
    ("bradesco-400: 401 columns", "a program that writes a column too many", "c-c8f736886c75"),
    ("sicoob-240 header_lote account", "by the rules of a correspondent bank", "c-9e0206d4ce10"),
    (
        "sicoob-240 header_lote generation_date",
        "by the rules of a correspondent bank",
        "c-9e0206d4ce10",
    ),
    ("sicoob-240 segmento_p species", "by the rules of a correspondent bank", "c-9e0206d4ce10"),
];

/// The format of the bank in the header, or the standard.
fn format_of(first: &[u8]) -> Option<&'static Format> {
    let width = if first.starts_with(b"01REMESSA") { 400 } else { 240 };
    let bank = if width == 400 { first.get(76..79) } else { first.get(..3) }?;
    let formats: Vec<_> =
        formats().into_iter().filter(|format| format.name_and_width().1 == width).collect();
    let of_bank = formats.iter().find(|format| format.bank.as_bytes() == bank);
    // What is common to banks in 400 is no layout of theirs.
    let standard = || formats.iter().find(|format| format.bank.is_empty() && width == 240);
    of_bank.or_else(standard).copied()
}

/// Where the file is not as the layout wants it. What is decoded and encoded again must be the
/// file in any case.
fn findings(format: &'static Format, bytes: &[u8]) -> BTreeSet<String> {
    let layout = format.layout();
    let name = &layout.name;
    let mut found = BTreeSet::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line == b"\x1a" {
            continue;
        }
        if line.len() != layout.width {
            found.insert(format!("{name}: {} columns", line.len()));
            continue;
        }
        let Some(record) = layout.recognise(Direction::Remittance, line) else {
            let sort = if layout.width == 400 { [0..1, 0..0] } else { [7..8, 13..19] };
            let sort: Vec<u8> = sort.into_iter().flat_map(|part| line[part].to_vec()).collect();
            found.insert(format!("{name}: row {}", String::from_utf8_lossy(&sort)));
            continue;
        };
        let mut row = Vec::new();
        record.begin(&mut row);
        for field in &record.fields {
            let value = Value::decode(field, line);
            if matches!(value, Value::Other(_)) {
                found.insert(format!("{name} {} {}", record.name, field.name));
            }
            value.encode(field, &mut row).expect("what was decoded fits");
        }
        assert_eq!(String::from_utf8_lossy(&row), String::from_utf8_lossy(line));
    }
    found
}

#[test]
fn remittances_are_written_as_they_were_read() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join("cnab_remessa.json")).unwrap();
    let file: Json = serde_json::from_str(&text).unwrap();
    let (mut agreed, mut explained) = (0, 0);
    let mut failures = BTreeSet::new();
    let (mut used, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for vector in file["vectors"].as_array().expect("a list of vectors") {
        let id = vector["id"].as_str().unwrap();
        seen.insert(id);
        let path = folder.join("files").join(vector["file"].as_str().unwrap());
        let bytes = std::fs::read(path).unwrap();
        let Some(format) = format_of(&bytes) else {
            let bank = String::from_utf8_lossy(&bytes[76..79]);
            assert!(NO_LAYOUT.contains(&&*bank), "{id}: no layout of {bank}");
            explained += 1;
            continue;
        };
        let found = findings(format, &bytes);
        let reason =
            |finding: &String| EXPLAINED.iter().position(|(of, ..)| finding.starts_with(of));
        let unknown: Vec<&String> = found.iter().filter(|f| reason(f).is_none()).collect();
        used.extend(found.iter().filter_map(reason));
        if !unknown.is_empty() {
            failures.insert(format!("{id}: {unknown:?}"));
        } else if found.is_empty() {
            agreed += 1;
        } else {
            explained += 1;
        }
    }
    let count = agreed + explained + failures.len();
    println!("cnab remittances: {count} run / {agreed} agreed / {explained} explained");
    let failures: Vec<String> = failures.into_iter().collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 0, "no case executed");
    // Another set of vectors need not have all of them.
    let unused = (0..EXPLAINED.len()).filter(|at| !used.contains(at)).map(|at| EXPLAINED[at]);
    let (stale, unseen): (Vec<_>, Vec<_>) = unused.partition(|known| seen.contains(known.2));
    println!("cnab remittances: {} explanations without their file", unseen.len());
    assert_eq!(stale, [], "explains nothing any more");
}
