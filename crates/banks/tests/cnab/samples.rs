//! A return of each format, made up with invented people from the positions in the manuals.
//!
//! Each tells the same: a payment with interest, a rejection with its reasons, a title closed.

use quita_banks::cnab::formats;
use quita_formats::cnab::{Item, Meaning, Options, Title, read};

/// Name, file, and its titles: code, movement, our number, document number, amount, paid amount,
/// interest, fine, fee, credit date, occurrence date, reasons.
const SAMPLES: [(&str, &[u8], [&str; 3]); 20] = [
    (
        "itau-400",
        include_bytes!("samples/itau-400.ret"),
        [
            "06 settled 00012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,10",
            "09 written_off 00012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "bradesco-400",
        include_bytes!("samples/bradesco-400.ret"),
        [
            "06 settled 00000012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00000012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,45",
            "09 written_off 00000012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "santander-400",
        include_bytes!("samples/santander-400.ret"),
        [
            "06 settled 00012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 092,101",
            "09 written_off 00012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "caixa-400",
        include_bytes!("samples/caixa-400.ret"),
        [
            "21 settled 14000000000012345 NF1234-1 15000 15345 45 300 199 2026-03-11 2026-03-10 -",
            "99 rejected 14000000000012346 NF1235-1 15001 0 0 0 0 - 2026-03-10 010",
            "02 written_off 14000000000012347 NF1236-1 15002 0 0 0 0 - 2026-03-10 -",
        ],
    ),
    (
        "sicredi-400",
        include_bytes!("samples/sicredi-400.ret"),
        [
            "06 settled 262000117 NF1234-1 15000 15345 45 300 199 2026-03-11 2026-03-10 -",
            "03 rejected 262000125 NF1235-1 15001 0 0 0 0 - 2026-03-10 B7,48",
            "09 written_off 262000133 NF1236-1 15002 0 0 0 0 - 2026-03-10 -",
        ],
    ),
    (
        "banrisul-400",
        include_bytes!("samples/banrisul-400.ret"),
        [
            "06 settled 0001234501 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 0001234602 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,45",
            "09 written_off 0001234703 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "sicoob-400",
        include_bytes!("samples/sicoob-400.ret"),
        [
            "06 settled 00000012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00000012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 -",
            "09 written_off 00000012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "bb-400",
        include_bytes!("samples/bb-400.ret"),
        [
            "06 settled 12345670000000001 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 12345670000000002 NF1235-1 15001 0 0 - 0 - 2026-03-10 33",
            "09 written_off 12345670000000003 NF1236-1 15002 0 0 - 0 - 2026-03-10 00",
        ],
    ),
    (
        "inter-400",
        include_bytes!("samples/inter-400.ret"),
        [
            "06 settled 00012345671 NF1234-1 15000 15345 - - - 2026-03-11 2026-03-10 -",
            "03 rejected 00012345682 NF1235-1 15001 0 - - - - 2026-03-10 -",
            "07 written_off 00012345693 NF1236-1 15002 0 - - - - 2026-03-10 -",
        ],
    ),
    (
        "febraban-240",
        include_bytes!("samples/febraban-240.ret"),
        [
            "06 settled 12345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 12346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 12347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "btg-240",
        include_bytes!("samples/btg-240.ret"),
        [
            "06 settled 12345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 12346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 12347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "bb-240",
        include_bytes!("samples/bb-240.ret"),
        [
            "06 settled 12345670000000001 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 12345670000000002 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 12345670000000003 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "bradesco-240",
        include_bytes!("samples/bradesco-240.ret"),
        [
            "06 settled 00000012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00000012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 00000012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "sicredi-240",
        include_bytes!("samples/sicredi-240.ret"),
        [
            "06 settled 262000117 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 262000125 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 262000133 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "banrisul-240",
        include_bytes!("samples/banrisul-240.ret"),
        [
            "06 settled 0001234501 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 0001234602 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 0001234703 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "ailos-240",
        include_bytes!("samples/ailos-240.ret"),
        [
            "06 settled 00123450000000001 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00123450000000002 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 00123450000000003 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "sicoob-240",
        include_bytes!("samples/sicoob-240.ret"),
        [
            "06 settled 0000123451 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 0000123462 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 0000123473 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "caixa-240",
        include_bytes!("samples/caixa-240.ret"),
        [
            "06 settled 14000000000012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 14000000000012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 14000000000012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "itau-240",
        include_bytes!("samples/itau-240.ret"),
        [
            "06 settled 00012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,10",
            "09 written_off 00012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
    (
        "santander-240",
        include_bytes!("samples/santander-240.ret"),
        [
            "06 settled 0000000123451 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 0000000123462 NF1235-1 15001 0 0 - 0 - 2026-03-10 08,48",
            "09 written_off 0000000123473 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
        ],
    ),
];

fn shown(title: &Title<'_>) -> String {
    let movement = match title.meaning {
        Some(Meaning::Movement(movement, _)) => serde_json::json!(movement),
        _ => serde_json::Value::Null,
    };
    let cents = |amount: Option<quita_core::money::Money>| {
        amount.map_or_else(|| "-".to_owned(), |amount| amount.cents().to_string())
    };
    let day =
        |day: Option<jiff::civil::Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let reasons: Vec<&str> = title.reasons.iter().map(|reason| reason.code.as_ref()).collect();
    let reasons = if reasons.is_empty() { "-".to_owned() } else { reasons.join(",") };
    [
        title.occurrence.to_string(),
        movement.as_str().unwrap_or("?").to_owned(),
        title.our_number.as_deref().unwrap_or("-").to_owned(),
        title.document_number.as_deref().unwrap_or("-").to_owned(),
        cents(title.amount),
        cents(title.paid_amount),
        cents(title.interest),
        cents(title.fine),
        cents(title.fee),
        day(title.credit_date),
        day(title.occurrence_date),
        reasons,
    ]
    .join(" ")
}

#[test]
fn every_format_is_read() {
    let formats = formats();
    for (name, bytes, expected) in SAMPLES {
        let (mut titles, mut warnings, mut layout) = (Vec::new(), Vec::new(), "");
        let done = read(bytes, &formats, Options::default(), |item| {
            match item {
                Item::File(head) => layout = head.layout,
                Item::Title(title) => {
                    assert!(title.reasons.iter().all(|reason| reason.text.is_some()), "{name}");
                    titles.push(shown(title));
                    warnings.extend(title.warnings.clone());
                }
                Item::Trailer(_) => {}
                Item::Warning(warning) => warnings.push(warning.message),
            }
            Ok(())
        });
        done.unwrap();
        assert_eq!(titles, expected, "{name}");
        match name {
            "febraban-240" => assert!(warnings.remove(0).ends_with("lido pelo padrão FEBRABAN")),
            "btg-240" => assert_eq!(layout, "febraban-240"),
            _ => assert_eq!(layout, name),
        }
        assert_eq!(warnings, [""; 0], "{name}");
    }
}

/// Every format has a sample.
#[test]
fn no_format_is_left_out() {
    for format in formats() {
        let (name, _) = format.name_and_width();
        assert!(SAMPLES.iter().any(|(sample, ..)| *sample == name), "{name}");
    }
}
