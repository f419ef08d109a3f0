//! CNAB 240 by the FEBRABAN table: written by the engine, read back, damaged.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a broken case is a failing test")]

use std::io::BufReader;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use quita_core::money::Money;
use quita_formats::cnab::codes::{Instruction, Movement};
use quita_formats::cnab::format::FEBRABAN_240;
use quita_formats::cnab::layout::{DateOrder, Direction, Field, Kind, Record};
use quita_formats::cnab::value::{NewRow, Row, Value, Why};
use quita_formats::cnab::{CnabError, END_OF_LINE, Item, Meaning, Options, read};

/// What a file held, as text: easy to compare.
fn items(bytes: &[u8], options: Options) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let done = read(BufReader::with_capacity(7, bytes), &[&FEBRABAN_240], options, |item| {
        all.push(match item {
            Item::File(head) => format!("file {:?} {} {}", head.direction, head.bank, head.layout),
            Item::Title(title) => format!(
                "title {} {} {:?} {:?} {:?} {:?}",
                title.line,
                title.occurrence,
                title.our_number.as_deref(),
                title.paid_amount.map(Money::cents),
                title.credit_date,
                title.warnings,
            ),
            Item::Trailer(trailer) => format!("{} {}", trailer.of, trailer.titles),
            Item::Warning(warning) => format!("warning {}: {}", warning.line, warning.message),
        });
        Ok(())
    });
    match done {
        Ok(()) => Ok(all),
        Err(error) => Err(error.to_string()),
    }
}

fn record(name: &str) -> &'static Record {
    FEBRABAN_240.layout().record(name).expect("a record of the table")
}

/// Adds a record; `fill` gets the row and a way to find fields.
fn add(out: &mut Vec<u8>, name: &str, fill: impl FnOnce(&mut NewRow<'_>, &dyn Fn(&str) -> Field)) {
    let record = record(name);
    let field = |name: &str| record.field(name).expect("a field of the record").clone();
    fill(&mut record.begin(out), &field);
    out.extend_from_slice(END_OF_LINE);
}

/// A return of bank 999 with one title for each occurrence.
fn returned(occurrences: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    add(&mut out, "header_arquivo", |row, field| {
        row.digits(&field("bank_code"), "999").unwrap();
        row.digits(&field("direction"), "2").unwrap();
        row.text(&field("company_name"), "Padaria São João").unwrap();
        row.date(&field("generation_date"), Some(date(2026, 3, 10))).unwrap();
    });
    add(&mut out, "header_lote", |row, field| {
        row.text(&field("operation"), "T").unwrap();
        row.number(&field("lot"), 1).unwrap();
    });
    let mut sequence = 0;
    for (at, (occurrence, reasons)) in occurrences.iter().enumerate() {
        add(&mut out, "segmento_t", |row, field| {
            sequence += 1;
            row.number(&field("lot"), 1).unwrap();
            row.number(&field("sequence"), sequence).unwrap();
            row.digits(&field("occurrence"), occurrence).unwrap();
            row.text(&field("our_number"), &format!("77{at}")).unwrap();
            row.text(&field("document_number"), "NF 12-1").unwrap();
            row.money(&field("amount"), Money::from_cents(10_050)).unwrap();
            row.date(&field("expiration_date"), Some(date(2026, 3, 9))).unwrap();
            row.number(&field("customer_document_type"), 1).unwrap();
            row.digits(&field("customer_document"), "11144477735").unwrap();
            row.text(&field("reasons"), reasons).unwrap();
        });
        add(&mut out, "segmento_u", |row, field| {
            sequence += 1;
            row.number(&field("lot"), 1).unwrap();
            row.number(&field("sequence"), sequence).unwrap();
            row.digits(&field("occurrence"), occurrence).unwrap();
            row.money(&field("paid_amount"), Money::from_cents(10_151)).unwrap();
            row.date(&field("credit_date"), Some(date(2026, 3, 11))).unwrap();
        });
    }
    add(&mut out, "trailer_lote", |row, field| {
        row.number(&field("lot"), 1).unwrap();
        row.number(&field("records"), sequence + 2).unwrap();
    });
    add(&mut out, "trailer_arquivo", |row, field| {
        row.number(&field("lots"), 1).unwrap();
        row.number(&field("records"), sequence + 4).unwrap();
    });
    out
}

const HEAD: &str = "file Return 999 febraban-240";
const FEBRABAN: &str =
    "warning 1: não há layout CNAB 240 do banco «999»; lido pelo padrão FEBRABAN";

fn paid(line: u64, number: &str) -> String {
    format!("title {line} 06 Some(\"{number}\") Some(10151) Some(2026-03-11) []")
}

#[test]
fn segments_become_one_title() {
    let bytes = returned(&[("06", "04"), ("06", "")]);
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.is_empty() || line.len() == 241));
    let expected = [
        HEAD.into(),
        FEBRABAN.into(),
        paid(3, "770"),
        paid(5, "771"),
        "lot 2".into(),
        "file 2".into(),
    ];
    assert_eq!(items(&bytes, Options::default()).unwrap(), expected);
    // In whatever shape the lines come.
    let text = String::from_utf8(bytes).unwrap();
    let trimmed: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let run_on = text.replace("\r\n", "");
    for same in
        [text.replace('\r', ""), format!("\u{feff}{text}\u{1a}"), trimmed, format!("\n{text}\n\n")]
    {
        let found = items(same.as_bytes(), Options::default()).unwrap();
        assert_eq!(found.len(), expected.len(), "{found:?}");
    }
    let found = items(run_on.as_bytes(), Options::default()).unwrap();
    assert_eq!(found.len(), expected.len(), "{found:?}");
}

#[test]
fn codes_are_explained() {
    let bytes = returned(&[("03", "0848"), ("28", "04"), ("99", "")]);
    let mut seen = Vec::new();
    read(bytes.as_slice(), &[&FEBRABAN_240], Options::default(), |item| {
        if let Item::Title(title) = item {
            let means = match title.meaning {
                Some(Meaning::Movement(movement, _)) => Some(movement),
                _ => None,
            };
            let reasons = title.reasons.iter().map(|reason| reason.text.unwrap_or("?"));
            seen.push((means, reasons.collect::<Vec<_>>().join(", "), title.warnings.len()));
            assert_eq!(title.customer_document.as_deref(), Some("11144477735"));
        }
        Ok(())
    })
    .unwrap();
    let rejected = "Nosso número inválido, CEP inválido".to_owned();
    assert_eq!(
        seen,
        [
            (Some(Movement::Rejected), rejected, 0),
            (Some(Movement::Fee), "Tarifa de protesto".to_owned(), 0),
            (None, String::new(), 1),
        ]
    );
}

#[test]
fn what_is_broken_is_told_and_the_rest_is_kept() {
    let whole = String::from_utf8(returned(&[("06", ""), ("06", ""), ("06", "")])).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let damaged = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        change(&mut lines);
        let found = items(lines.join("\n").as_bytes(), Options::default()).unwrap();
        let titles = found.iter().filter(|item| item.starts_with("title")).count();
        let warnings = found.into_iter().filter(|item| item.starts_with("warning")).skip(1);
        (titles, warnings.collect::<Vec<_>>())
    };
    // A segment U that is cut before the amounts: its title is not shown as paid with nothing.
    let (titles, warnings) = damaged(&|lines| lines[5].truncate(60));
    assert_eq!(titles, 2);
    assert!(warnings[0].starts_with("warning 6: Segmento U"), "{warnings:?}");
    assert!(warnings[0].ends_with("o título da linha 5 não foi lido"), "{warnings:?}");
    // A segment T that is missing.
    let (titles, warnings) = damaged(&|lines| drop(lines.remove(2)));
    assert_eq!(titles, 2);
    assert!(warnings[0].starts_with("warning 3: Segmento U"), "{warnings:?}");
    assert!(warnings[1].contains("registros no lote: lidos 7, informados 8"), "{warnings:?}");
    // A day that does not exist, and an amount that is none.
    let (titles, warnings) = damaged(&|lines| {
        lines[3].replace_range(145..153, "31022026");
        lines[3].replace_range(77..92, "0000000000A0000");
    });
    assert_eq!((titles, warnings.len()), (3, 0));
    // A row of nobody.
    let (titles, warnings) = damaged(&|lines| lines[4].replace_range(13..14, "W"));
    assert_eq!(titles, 2);
    assert!(warnings[0].contains("segmento W não está no layout febraban-240"), "{warnings:?}");
    // The end is missing.
    let (titles, warnings) = damaged(&|lines| lines.truncate(7));
    assert_eq!(titles, 3);
    assert!(
        warnings.iter().any(|w| w.contains("termina sem o registro final (9)")),
        "{warnings:?}"
    );
}

#[test]
fn a_payment_without_amount_is_doubtful() {
    let mut lines: Vec<String> =
        String::from_utf8(returned(&[("06", "")])).unwrap().lines().map(str::to_owned).collect();
    lines[3].replace_range(77..92, "0000000000A0000");
    let found = items(lines.join("\n").as_bytes(), Options::default()).unwrap();
    assert!(found[2].contains("«0000000000A0000» não é um valor"), "{}", found[2]);
    assert!(found[2].contains("o pagamento sem o valor pago"), "{}", found[2]);
}

#[test]
fn a_strict_reader_finds_what_a_bank_refuses() {
    let strict = Options { strict: true };
    let whole = String::from_utf8(returned(&[("06", "")])).unwrap();
    let bank = whole.replace("\r\n000", "\r\n999");
    let found = |text: &str| -> Vec<String> {
        let all = items(text.as_bytes(), strict).unwrap();
        let warnings = all.into_iter().filter(|item| item.starts_with("warning"));
        warnings.filter(|item| item != FEBRABAN).collect()
    };
    assert_eq!(found(&bank), [""; 0]);
    let wide = bank.replacen("NF 12-1", "NF 12-11", 1);
    assert!(
        found(&wide)[0].contains("a linha tem 241 colunas em vez de 240"),
        "{:?}",
        found(&wide)
    );
    let jump = bank.replacen("3  00002U", "3  00003U", 1).replacen("300002U", "300003U", 1);
    let jump = found(&jump);
    assert!(jump[0].contains("«00003» e deveria ser 2"), "{jump:?}");
    let accent = found(&bank.replacen("PADARIA SAO", "PADARIA SÃO", 1));
    assert!(accent[0].contains("tem acentos"), "{accent:?}");
}

#[test]
fn other_files_are_refused_with_advice() {
    for (bytes, words) in [
        (b"".as_slice(), "vazio"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"name;amount\n", "cabeçalho"),
        (b"02RETORNO01COBRANCA", "CNAB 400 do banco"),
    ] {
        let error = items(bytes, Options::default()).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let stop = read(returned(&[]).as_slice(), &[&FEBRABAN_240], Options::default(), |_| {
        Err(std::io::Error::other("enough"))
    });
    assert!(matches!(stop, Err(CnabError::Io(_))));
}

#[test]
fn remittances_are_read_too() {
    let mut out = Vec::new();
    add(&mut out, "header_arquivo", |row, field| {
        row.digits(&field("bank_code"), "999").unwrap();
        row.digits(&field("direction"), "1").unwrap();
    });
    add(&mut out, "header_lote", |row, field| row.text(&field("operation"), "R").unwrap());
    add(&mut out, "segmento_p", |row, field| {
        row.digits(&field("occurrence"), "06").unwrap();
        row.money(&field("amount"), Money::from_cents(1)).unwrap();
    });
    add(&mut out, "segmento_q", |row, field| {
        row.digits(&field("occurrence"), "06").unwrap();
        row.cut_text(&field("customer_name"), &"Ação ".repeat(30)).unwrap();
    });
    let mut seen = Vec::new();
    read(out.as_slice(), &[&FEBRABAN_240], Options::default(), |item| {
        match item {
            Item::File(head) => assert_eq!(head.direction, Direction::Remittance),
            Item::Title(title) => {
                let name = title.customer_name.as_deref().unwrap().to_owned();
                seen.push((title.meaning, title.amount, name));
            }
            _ => {}
        }
        Ok(())
    })
    .unwrap();
    let meaning = Meaning::Instruction(Instruction::ChangeExpiration, "Alteração de vencimento");
    let name = "ACAO ACAO ACAO ACAO ACAO ACAO ACAO ACAO".to_owned();
    assert_eq!(seen, [(Some(meaning), Some(Money::from_cents(1)), name)]);
}

#[test]
fn the_table_documents_itself() {
    let text = FEBRABAN_240.describe().to_string();
    assert!(
        text.contains("segmento_t: Segmento T: situação do título (8=3, 14=T, retorno)"),
        "{text}"
    );
    assert!(
        text.contains(" 82-96   15  N2        amount                      Valor nominal"),
        "{text}"
    );
    assert!(text.contains("06  Liquidação (motivos: liquidacao)"), "{text}");
    let json = serde_json::to_value(FEBRABAN_240.describe()).unwrap();
    assert_eq!(json["layout"]["records"][0]["fields"][0]["from"], 1);
}

fn field(kind: Kind, length: usize) -> Field {
    let (name, label) = ("f".to_owned(), String::new());
    Field { name, label, start: 3, length, kind, fixed: None }
}

#[test]
fn what_does_not_fit_is_told_and_not_written() {
    let mut row = [b'.'; 20];
    let mut refused = |value: Value<'_>, kind, length| {
        let error = value.encode(&field(kind, length), &mut row).unwrap_err();
        assert_eq!((error.from, row), (4, [b'.'; 20]));
        error.why
    };
    assert_eq!(refused(Value::Text(b"abc"), Kind::Text, 2), Why::TooLong { room: 2 });
    assert_eq!(refused(Value::Digits(b"123"), Kind::Digits, 2), Why::TooLong { room: 2 });
    assert_eq!(refused(Value::Decimal(100), Kind::Decimal(2), 2), Why::TooLong { room: 2 });
    assert_eq!(refused(Value::Text(b"1"), Kind::Digits, 2), Why::Kind);
    let (old, short) = (Some(date(1969, 1, 1)), DateOrder::DayMonthShortYear);
    assert_eq!(refused(Value::Date(old), Kind::Date(short), 6), Why::Year);
    assert_eq!(refused(Value::Text(b"abc"), Kind::Text, 18), Why::TooLong { room: 18 });
}

#[test]
fn years_of_two_digits_are_near() {
    let field = field(Kind::Date(DateOrder::DayMonthShortYear), 6);
    for (text, day) in [("...010170", date(1970, 1, 1)), ("...311269", date(2069, 12, 31))] {
        assert_eq!(Value::decode(&field, text.as_bytes()), Value::Date(Some(day)));
    }
    assert_eq!(Value::decode(&field, b"...300226"), Value::Other(b"300226"));
    assert_eq!(Value::decode(&field, b"...000000"), Value::Date(None));
}

fn kinds() -> impl Strategy<Value = (Kind, usize)> {
    prop_oneof![
        (1_usize..=16).prop_map(|length| (Kind::Text, length)),
        (1_usize..=16).prop_map(|length| (Kind::Digits, length)),
        (1_usize..=16).prop_map(|length| (Kind::Decimal(2), length)),
        Just((Kind::Date(DateOrder::DayMonthShortYear), 6)),
        Just((Kind::Date(DateOrder::DayMonthYear), 8)),
        Just((Kind::Date(DateOrder::YearMonthDay), 8)),
    ]
}

proptest! {
    /// Whatever stands in a field is written back as it stood, or said to be what the kind does
    /// not allow.
    #[test]
    fn fields_are_written_back((kind, length) in kinds(), text in "[0-9A-Z ]{20}") {
        let field = field(kind, length);
        let value = Value::decode(&field, text.as_bytes());
        let mut row = [b'.'; 20];
        value.encode(&field, &mut row).unwrap();
        prop_assert_eq!(&row[field.start..field.to()], &text.as_bytes()[field.start..field.to()]);
        prop_assert!(row[..3].iter().chain(&row[field.to()..]).all(|byte| *byte == b'.'));
    }

    /// Amounts and days come back.
    #[test]
    fn values_come_back(cents in 0..10_i64.pow(15), days in 0..70_000_i32) {
        let amount = field(Kind::Decimal(2), 15);
        let mut row = [b' '; 20];
        Value::Decimal(cents.unsigned_abs()).encode(&amount, &mut row).unwrap();
        prop_assert_eq!(Row(&row).number(&amount), Some(cents.unsigned_abs()));
        let day: Date = date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        for order in [DateOrder::DayMonthYear, DateOrder::YearMonthDay] {
            let field = field(Kind::Date(order), 8);
            Value::Date(Some(day)).encode(&field, &mut row).unwrap();
            prop_assert_eq!(Value::decode(&field, &row), Value::Date(Some(day)));
        }
    }

    /// No bytes make the reader panic, and their pieces do not matter.
    #[test]
    fn anything_is_read(
        cuts in proptest::collection::vec((0_usize..2_500, any::<u8>()), 0..12),
        end in 0_usize..2_500,
    ) {
        let mut bytes = returned(&[("06", "04"), ("03", "08"), ("28", "")]);
        for (at, byte) in cuts {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(end);
        let _ = items(&bytes, Options::default());
        let _ = items(&bytes, Options { strict: true });
    }
}
