//! A return of each format, made up with invented people from the positions in the manuals.
//!
//! Each tells the same: a payment with interest, a rejection with its reasons, a title closed.

use std::io::BufReader;

use proptest::prelude::*;
use quita_banks::cnab::formats;
use quita_formats::cnab::{Item, Meaning, Options, Title, read};

/// Name, file, and its titles: code, movement, our number, document number, amount, paid amount,
/// interest, fine, fee, credit date, occurrence date, reasons.
const SAMPLES: [(&str, &[u8], [&str; 3]); 21] = [
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
    (
        "comum-400",
        include_bytes!("samples/comum-400.ret"),
        [
            "06 settled 00000012345 NF1234-1 15000 15345 345 - 199 2026-03-11 2026-03-10 -",
            "03 rejected 00000012346 NF1235-1 15001 0 0 - 0 - 2026-03-10 -",
            "09 written_off 00000012347 NF1236-1 15002 0 0 - 0 - 2026-03-10 -",
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
            "comum-400" => {
                assert!(warnings.remove(0).ends_with("confira nosso número e movimentos"))
            }
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

/// Our numbers, customers and warnings of a file.
fn read_back(bytes: &[u8]) -> (Vec<(String, String)>, Vec<String>) {
    let (mut titles, mut warnings) = (Vec::new(), Vec::new());
    let done = read(bytes, &formats(), Options::default(), |item| {
        match item {
            Item::Title(title) => {
                let name = title.customer_name.as_deref().unwrap_or_default().to_owned();
                titles.push((shown(title), name));
            }
            Item::Warning(warning) => warnings.push(warning.message),
            _ => {}
        }
        Ok(())
    });
    done.expect("a file that can be read");
    (titles, warnings)
}

/// Accents in either encoding leave every field behind them where it is.
#[test]
fn accents_are_read_in_either_encoding() {
    for name in ["itau-400", "caixa-240"] {
        let (_, bytes, expected) = SAMPLES.iter().find(|(sample, ..)| *sample == name).unwrap();
        let text = std::str::from_utf8(bytes).unwrap().replace("ANA SOUZA DE", "ANA SOUZÃ DÉ");
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
        for file in [text.into_bytes(), latin] {
            let (titles, warnings) = read_back(&file);
            assert_eq!(titles[0], (expected[0].to_owned(), "ANA SOUZÃ DÉ LIMA".to_owned()));
            assert_eq!((titles.len(), warnings), (3, Vec::new()), "{name}");
        }
    }
}

/// A name that is one in either code page is read as the others of its file are.
#[test]
fn a_file_is_in_one_code_page() {
    let (_, bytes, _) = SAMPLES.iter().find(|(sample, ..)| *sample == "itau-400").unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let names = |first: &[u8], second: &[u8]| {
        let mut lines: Vec<Vec<u8>> = text.lines().map(|line| line.as_bytes().to_vec()).collect();
        lines[1].splice(324..324 + first.len(), first.iter().copied());
        lines[2].splice(324..324 + second.len(), second.iter().copied());
        let (titles, _) = read_back(&lines.join(&b"\r\n"[..]));
        titles.into_iter().take(2).map(|(_, name)| name).collect::<Vec<_>>()
    };
    let old = names(b"JO\xc7O LIMA         ", b"ANA CONCEI\x80\xc7O    ");
    assert_eq!(old, ["JOÃO LIMA", "ANA CONCEIÇÃO"]);
    let windows = names(b"A\xc7O LIMA          ", b"ANA CONCEI\xc7\xc3O    ");
    assert_eq!(windows, ["AÇO LIMA", "ANA CONCEIÇÃO"]);
}

/// Old files have 444 columns; what stands behind the 400 is told once and not read.
#[test]
fn wider_lines_are_read_up_to_the_width() {
    let (_, bytes, expected) = SAMPLES[0];
    let text = std::str::from_utf8(bytes).unwrap().replace("\r\n", &format!("{:44}\r\n", "X"));
    let (titles, warnings) = read_back(text.as_bytes());
    let shown: Vec<&String> = titles.iter().map(|(title, _)| title).collect();
    assert_eq!(shown, expected.iter().collect::<Vec<_>>());
    assert_eq!(warnings, ["linhas com 444 colunas; só as primeiras 400 foram lidas"]);
}

/// A letter where a number belongs is found, except in a CNPJ.
#[test]
fn letters_in_numbers_are_found() {
    let (_, bytes, _) = SAMPLES.iter().find(|(sample, ..)| *sample == "btg-240").unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let found = |text: &str| {
        let mut found = Vec::new();
        let done = read(text.as_bytes(), &formats(), Options { strict: true }, |item| {
            if let Item::Warning(warning) = item {
                found.push(warning.message);
            }
            Ok(())
        });
        done.unwrap();
        found
    };
    assert_eq!(found(text), [""; 0]);
    assert_eq!(found(&text.replace("11222333000181", "12ABC34501DE35")), [""; 0]);
    let letter = found(&text.replacen("101500", "1O1500", 1));
    assert_eq!(letter, ["Hora de geração (posições 152 a 157): «1O1500» não é um número"]);
}

/// Days and amounts elsewhere: better no reading than a wrong one.
#[test]
fn unusual_positions_are_refused() {
    let (_, bytes, _) = SAMPLES.last().unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    // Days of eight digits push what is behind them.
    let pushed = text.replace("100326NF", "10032026NF").replace("05032600000", "050320260");
    let refused = everything(pushed.as_bytes(), false).unwrap_err();
    assert!(refused.contains("não há layout CNAB 400 do banco «999»"), "{refused}");
    // As in some banks' files: the day of the credit at 176, the fee behind it, and no day at 296.
    let mut elsewhere: Vec<String> = text.lines().map(str::to_owned).collect();
    elsewhere[1].replace_range(175..188, "1103260000199");
    elsewhere[1].replace_range(295..301, "00000A");
    let found = everything(elsewhere.join("\n").as_bytes(), false);
    assert!(found.as_ref().is_err_and(|told| told.contains("não há layout CNAB 400")), "{found:?}");
    elsewhere[1].replace_range(295..301, "000000");
    let found = everything(elsewhere.join("\n").as_bytes(), false);
    assert!(found.as_ref().is_err_and(|told| told.contains("não há layout CNAB 400")), "{found:?}");
    // A second file behind the first is looked at as the first is.
    let (titles, warnings) = read_back(format!("{text}{pushed}").as_bytes());
    assert_eq!(titles.len(), 3, "{titles:?}");
    let behind = "linha depois do fim do arquivo; não foi lida";
    assert_eq!(warnings.iter().filter(|told| *told == behind).count(), 5, "{warnings:?}");
    let (titles, _) = read_back(format!("{text}{pushed}").replace("\r\n", "").as_bytes());
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert_eq!(read_back(format!("{text}{text}").as_bytes()).0.len(), 6);
    // A file without titles has nothing that could be read wrongly.
    let empty: Vec<&str> = text.lines().filter(|line| !line.starts_with('1')).collect();
    assert_eq!(everything(empty.join("\r\n").as_bytes(), false).unwrap().len(), 3);
}

/// The segments tell the direction where the header tells another, as some banks' do.
#[test]
fn segments_tell_the_direction() {
    let (_, bytes, expected) = SAMPLES.iter().find(|(sample, ..)| *sample == "ailos-240").unwrap();
    let mut bytes = bytes.to_vec();
    bytes[142] = b'1';
    for file in [bytes.clone(), bytes.into_iter().filter(|b| !b"\r\n".contains(b)).collect()] {
        let (titles, warnings) = read_back(&file);
        let shown: Vec<&String> = titles.iter().map(|(title, _)| title).collect();
        assert_eq!(shown, expected.iter().collect::<Vec<_>>());
        assert_eq!(warnings, ["o cabeçalho diz remessa, mas os registros são de retorno"]);
    }
}

/// A segment of a lost title gives its amounts to no other, and swapped ones are still one title.
#[test]
fn amounts_stay_with_their_title() {
    let (_, bytes, expected) = SAMPLES.iter().find(|(sample, ..)| *sample == "sicoob-240").unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let details: Vec<usize> =
        (0..lines.len()).filter(|at| lines[*at].get(7..8) == Some("3")).collect();
    let titles_of = |lines: &[&str]| {
        let (titles, warnings) = read_back(lines.join("\n").as_bytes());
        (titles.into_iter().map(|(title, _)| title).collect::<Vec<_>>(), warnings)
    };
    // The second title's segment T is lost.
    let mut lost = lines.clone();
    lost.remove(details[2]);
    let (titles, warnings) = titles_of(&lost);
    assert_eq!(titles, [expected[0], expected[2]]);
    assert!(warnings[0].ends_with("sem o seu título; não foi lido"), "{warnings:?}");
    // Each U stands before its T, with its number or in the numbers of the lot.
    let mut swapped = lines.clone();
    for pair in details.chunks(2) {
        swapped.swap(pair[0], pair[1]);
    }
    assert_eq!(titles_of(&swapped), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let numbered: Vec<String> = swapped
        .iter()
        .zip(&lines)
        .map(|(line, number)| match line.get(7..8) {
            Some("3") => format!("{}{}{}", &line[..8], &number[8..13], &line[13..]),
            _ => (*line).to_owned(),
        })
        .collect();
    let numbered: Vec<&str> = numbered.iter().map(String::as_str).collect();
    assert_eq!(titles_of(&numbered), (expected.map(str::to_owned).to_vec(), Vec::new()));
    // The first U stands behind the second T.
    let mut crossed = lines.clone();
    crossed.swap(details[1], details[2]);
    let (titles, warnings) = titles_of(&crossed);
    assert!(!titles[0].contains("15345"), "{titles:?}");
    assert_eq!(titles[1..], expected[1..]);
    assert!(warnings.iter().any(|told| told.contains("sem o seu título")), "{warnings:?}");
    // The first T is lost: what follows does not move.
    let mut headless = lines.clone();
    headless.remove(details[0]);
    assert_eq!(titles_of(&headless).0, [expected[1], expected[2]]);
    // Lines that are lost side by side, in files of either order: a title has its own amounts, or
    // none, and that is told. Of a file with its amounts first that has lost its own first line
    // nothing says that it is one.
    let part = |title: &str, at: usize| title.split(' ').nth(at).map(str::to_owned);
    for (file, begin) in [(&lines, 0), (&numbered, 1)] {
        for from in begin..details.len() {
            for count in 1..=3.min(details.len() - from) {
                let mut lost = file.clone();
                lost.drain(details[from]..details[from] + count);
                let (titles, warnings) = titles_of(&lost);
                for title in &titles {
                    let own = expected.iter().find(|own| part(own, 2) == part(title, 2)).unwrap();
                    let told = part(title, 5);
                    assert!(told == part(own, 5) || told.as_deref() == Some("-"), "{titles:?}");
                }
                assert!(!warnings.is_empty(), "{from} {count}");
            }
        }
    }
    let mut between = lines.clone();
    between.drain(details[1]..details[3]);
    let (titles, warnings) = titles_of(&between);
    assert_eq!((titles.len(), part(&titles[0], 5).as_deref()), (2, Some("-")));
    assert!(warnings.iter().any(|told| told.contains("sem o seu título")), "{warnings:?}");
}

/// By the same marks FEBRABAN has data of the payer and other programs a Pix: told, and not taken for
/// either. What stands behind it stays where it is.
#[test]
fn a_segment_without_a_manual_is_told() {
    let (_, bytes, expected) =
        SAMPLES.iter().find(|(sample, ..)| *sample == "santander-240").unwrap();
    let text = std::str::from_utf8(bytes).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = lines.iter().position(|line| line.get(13..14) == Some("U")).unwrap();
    let start = lines[at][..8].to_owned();
    let payer = "AVENIDA 2 DE JULHO 100";
    let segment = |number: u8| format!("{start}{number:05}Y 0603{:56}{payer:<165}", "");
    lines.insert(at, segment(2));
    lines[at + 1].replace_range(8..13, "00003");
    lines.insert(at + 2, segment(4));
    let mut found = Vec::new();
    let done = read(lines.join("\r\n").as_bytes(), &formats(), Options::default(), |item| {
        if let Item::Title(title) = item {
            found.push((shown(title), title.txid.is_some() || title.pix_location.is_some()));
        }
        Ok(())
    });
    done.unwrap();
    assert_eq!(found, expected.map(|title| (title.to_owned(), false)));
    let (_, warnings) = read_back(lines.join("\r\n").as_bytes());
    assert!(warnings[0].contains("segmento Y não está no layout santander-240"), "{warnings:?}");
}

fn everything(input: impl std::io::BufRead, strict: bool) -> Result<Vec<String>, String> {
    let mut items = Vec::new();
    let done = read(input, &formats(), Options { strict }, |item| {
        items.push(format!("{item:?}"));
        Ok(())
    });
    done.map(|()| items).map_err(|error| error.to_string())
}

/// Where the decisive rows stand so far behind the header that they are not looked at, that does not
/// depend on how the bytes come.
#[test]
fn what_is_looked_at_does_not_depend_on_pieces() {
    let (_, bytes, _) = SAMPLES.iter().find(|(sample, ..)| *sample == "ailos-240").unwrap();
    let mut bytes = bytes.to_vec();
    bytes[142] = b'1';
    let head = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes.splice(head..head, std::iter::repeat_n(b'\n', 5_000));
    let at_once = everything(bytes.as_slice(), false);
    assert_eq!(at_once, everything(BufReader::with_capacity(100, bytes.as_slice()), false));
}

proptest! {
    /// Whatever happens to a file, reading does not panic, and pieces of any size give the same.
    #[test]
    fn damaged_files_are_read_the_same_in_pieces(
        sample in 0..SAMPLES.len(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..10),
        cut in any::<proptest::sample::Index>(),
        piece in 1_usize..600,
        strict in any::<bool>(),
        empty in prop_oneof![Just(0_usize), 3_000_usize..6_000],
    ) {
        let mut bytes = SAMPLES[sample].1.to_vec();
        // What tells the layout stands far behind the header.
        let head = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        bytes.splice(head..head, std::iter::repeat_n(b'\n', empty));
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let hole = cut.index(bytes.len());
        bytes.drain(hole..(hole + piece % 7).min(bytes.len()));
        let at_once = everything(bytes.as_slice(), strict);
        prop_assert_eq!(at_once, everything(BufReader::with_capacity(piece, bytes.as_slice()), strict));
    }
}
