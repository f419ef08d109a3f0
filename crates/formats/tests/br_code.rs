//! BR Codes as issuers and payers meet them, with invented people.
#![expect(clippy::unwrap_used, reason = "a failing helper is a failing test")]

use proptest::prelude::*;
use quita_core::money::Money;
use quita_core::pix_key::PixKey;
use quita_formats::br_code::{
    BrCode, FieldId, Initiation, Kind, PixDomain, ReadReason, ReadWarning, Target, WriteError,
    WriteWarning, crc16, decode, dynamic,
};

const EVP: &str = "0f1e2d3c-4b5a-4697-8877-665544332211";

fn key(text: &str) -> PixKey {
    PixKey::parse(text).unwrap()
}

fn static_code<'a>(key: &'a PixKey, description: Option<&'a str>) -> BrCode<'a> {
    BrCode::new(Target::Key { key, description }, "Oficina Imaginada", "Belo Horizonte")
}

/// A code with its checksum.
fn signed(code: &str) -> String {
    let covered = format!("{code}6304");
    let crc = crc16(covered.as_bytes());
    format!("{covered}{crc:04X}")
}

fn reason(code: &str) -> ReadReason {
    decode(code).unwrap_err().reason
}

#[test]
fn a_bank_code_for_a_charge_with_due_date_is_reproduced() {
    // Upper-case domain, `*` as receiver and an amount in the string, as one bank writes them.
    let code = BrCode {
        domain: PixDomain::Upper,
        amount: Some(Money::from_cents(12_345)),
        postal_code: Some("80030000"),
        ..dynamic(
            "spi-qrcode.bancointer.com.br/spi/pj/v2/cobv/0123456789abcdef0123456789abcdef",
            "*",
            "CURITIBA",
        )
    };
    let (text, warnings) = code.encode().unwrap();
    assert_eq!(
        text,
        "00020101021226980014BR.GOV.BCB.PIX2576spi-qrcode.bancointer.com.br/spi/pj/v2/cobv/\
         0123456789abcdef0123456789abcdef5204000053039865406123.455802BR5901*6008CURITIBA\
         61088003000062070503***6304E57B"
    );
    assert_eq!((code.kind(), warnings), (Kind::DynamicCobv, vec![]));
    let read = decode(&text).unwrap();
    assert_eq!((read.kind, read.amount), (Kind::DynamicCobv, code.amount));
    assert_eq!(read.warnings, [ReadWarning::AmountNotAuthoritative]);
}

#[test]
fn accents_are_stripped_and_cuts_are_said() {
    let key = key(EVP);
    let code = BrCode {
        merchant_name: "Padaria São João da Boa Esperança Ltda",
        city: "São José do Vale do Rio Preto",
        postal_code: Some("25.780-000"),
        ..static_code(&key, Some("Pão de açúcar 🍞"))
    };
    let (text, warnings) = code.encode().unwrap();
    let read = decode(&text).unwrap();
    assert_eq!(read.merchant_name, "Padaria Sao Joao da Boa E");
    assert_eq!(read.city, "Sao Jose do Val");
    assert_eq!(read.postal_code, Some("25780000"));
    assert_eq!(read.description, Some("Pao de acucar"));
    assert_eq!(
        warnings,
        [WriteWarning::DescriptionSignsLost, WriteWarning::MerchantNameCut, WriteWarning::CityCut]
    );
    assert_eq!((read.txid, read.warnings), (Some("***"), vec![]));
}

#[test]
fn a_recurrence_may_stand_alone_or_beside_a_charge() {
    let recurrence = Some("https://pix.example.com/rec/0123456789abcdef");
    let alone = BrCode {
        recurrence,
        ..BrCode::new(Target::RecurrenceOnly, "Academia Imaginada", "Recife")
    };
    let (text, warnings) = alone.encode().unwrap();
    let read = decode(&text).unwrap();
    assert_eq!(read.kind.name(read.recurrence.is_some()), "rec_only");
    assert_eq!(read.recurrence, Some("pix.example.com/rec/0123456789abcdef"));
    assert_eq!(warnings, [WriteWarning::SchemeRemoved]);

    let beside = BrCode { recurrence, ..dynamic("pix.example.com/v2/ab", "Academia", "Recife") };
    let (text, _) = beside.encode().unwrap();
    let read = decode(&text).unwrap();
    assert_eq!(read.kind.name(read.recurrence.is_some()), "dynamic+rec");
    assert_eq!(read.initiation, Some(Initiation::Once));

    let nothing = BrCode::new(Target::RecurrenceOnly, "Academia Imaginada", "Recife");
    assert_eq!(nothing.encode(), Err(WriteError::NothingToPay));
}

#[test]
fn what_breaks_a_rule_is_not_written() {
    let key = key(EVP);
    let good = static_code(&key, None);
    let amount = |cents| BrCode { amount: Some(Money::from_cents(cents)), ..good };
    let text = "x".repeat(38);
    let long_location = format!("pix.example.com/{}", "a".repeat(62));
    for (code, error) in [
        (BrCode { merchant_name: " ", ..good }, WriteError::NoMerchantName),
        (BrCode { merchant_name: "北京", ..good }, WriteError::NoMerchantName),
        (BrCode { city: "", ..good }, WriteError::NoCity),
        (BrCode { postal_code: Some("3014007"), ..good }, WriteError::PostalCode),
        (BrCode { txid: Some("RP-2019"), ..good }, WriteError::Txid),
        (BrCode { txid: Some(""), ..good }, WriteError::Txid),
        (BrCode { merchant_category: "75", ..good }, WriteError::MerchantCategory),
        (amount(0), WriteError::Amount),
        (amount(-1), WriteError::Amount),
        (amount(1_000_000_000_000), WriteError::Amount),
        (static_code(&key, Some(" ")), WriteError::BlankDescription),
        (static_code(&key, Some(&text)), WriteError::DescriptionTooLong { fits: 37 }),
        (dynamic("", "Loja", "Recife"), WriteError::Location),
        (dynamic("http://a.com/b", "Loja", "Recife"), WriteError::Location),
        (dynamic("pix.example.com/ção", "Loja", "Recife"), WriteError::Location),
        (dynamic(&long_location, "Loja", "Recife"), WriteError::LocationTooLong),
    ] {
        assert_eq!(code.encode(), Err(error), "{code:?}");
    }
    assert!(static_code(&key, Some(&text[1..])).encode().is_ok());
    assert!(dynamic(&long_location[1..], "Loja", "Recife").encode().is_ok());
    let (text, _) = amount(999_999_999_999).encode().unwrap();
    assert!(text.contains("54139999999999.99"), "{text}");
}

#[test]
fn what_applications_forgive_is_read_with_a_warning() {
    let code = signed(
        "00020126330014br.gov.bcb.pix0111529982247255204000053039865802BR\
         5908JOÃO LTD6008BRASÍLIA62110507AB-2019",
    );
    let read = decode(&code).unwrap();
    assert_eq!((read.merchant_name, read.city), ("JOÃO LTD", "BRASÍLIA"));
    assert_eq!(read.warnings, [ReadWarning::NonAscii, ReadWarning::TxidForm]);

    let shuffled = signed(
        "00020162070503***5802BR6006RECIFE5904LOJA530398654031.552040000\
         26330014BR.GOV.BCB.PIX011152998224725",
    );
    let (head, crc) = shuffled.split_at(shuffled.len() - 4);
    let lower = format!(" \r\n{head}{}\n", crc.to_ascii_lowercase());
    let read = decode(&lower).unwrap();
    assert_eq!(read.amount, Some(Money::from_cents(150)));
    let letters = crc.bytes().any(|b| b.is_ascii_uppercase());
    assert!(letters, "the case needs a letter in its checksum: {crc}");
    assert_eq!(read.warnings, [ReadWarning::CrcLowerCase, ReadWarning::AmountDecimals]);
}

#[test]
fn amounts_are_read_as_issuers_spell_them() {
    let with = |amount: &str| {
        signed(&format!(
            "00020126330014br.gov.bcb.pix0111529982247255204000053039\
             8654{:02}{amount}5802BR5904LOJA6006RECIFE62070503***",
            amount.len()
        ))
    };
    for (text, cents) in [
        ("10", Some(1000)),
        ("10.", Some(1000)),
        (".10", Some(10)),
        ("0.9", Some(90)),
        ("0.00", None),
        ("9999999999.99", Some(999_999_999_999)),
    ] {
        let code = with(text);
        assert_eq!(decode(&code).unwrap().amount.map(Money::cents), cents, "{text}");
    }
    for text in ["", ".", "-1.00", "1,50", "1.005", "1e3", "99999999999.99", "1.0.0"] {
        assert_eq!(reason(&with(text)), ReadReason::BadAmount, "{text}");
    }
}

#[test]
fn a_location_too_long_for_its_template_is_read_from_three_digits() {
    let location = format!("pix.example.com/v2/cobv/{}", "a".repeat(56));
    let code = signed(&format!(
        "000201010212261020014BR.GOV.BCB.PIX25{}{location}5204000053039865802BR\
         5901*6008CURITIBA62070503***",
        location.len()
    ));
    let read = decode(&code).unwrap();
    assert_eq!((read.kind, read.location), (Kind::DynamicCobv, Some(location.as_str())));
    assert_eq!(read.warnings, [ReadWarning::ThreeDigitLength, ReadWarning::LocationTooLong]);
}

#[test]
fn refusals_say_what_and_where() {
    let (good, _) = static_code(&key(EVP), None).encode().unwrap();
    assert_eq!(reason(" \n"), ReadReason::Empty);
    assert_eq!(reason("olá"), ReadReason::BadId);
    assert_eq!(reason(&good[..good.len() - 8]), ReadReason::CrcMissing);
    assert_eq!(reason(&good[..good.len() - 1]), ReadReason::Truncated);
    assert_eq!(reason(&format!("{good}0")), ReadReason::CrcNotLast);
    assert_eq!(reason(&good.replace("Oficina", "0ficina")), ReadReason::CrcMismatch);
    let head = "00020126330014br.gov.bcb.pix011152998224725";
    let tail = "5204000053039865802BR5904LOJA6006RECIFE";
    for (code, reason, field) in [
        (format!("{head}{tail}5904LOJA"), ReadReason::Repeated, "59"),
        (format!("{head}{}", &tail[..29]), ReadReason::Missing, "60"),
        (format!("{head}{}", tail.replace("986", "840")), ReadReason::BadCurrency, "53"),
        (format!("{head}{}", tail.replace("BR", "PT")), ReadReason::BadCountry, "58"),
        (format!("{head}{tail}62060505**"), ReadReason::Truncated, "62-05"),
        (format!("01021100020126{}{tail}", &head[8..]), ReadReason::BadPayloadFormat, "00"),
    ] {
        let error = decode(&signed(&code)).unwrap_err();
        assert_eq!(error.reason, reason, "{code}");
        assert_eq!(error.field.map(|field| field.to_string()).as_deref(), Some(field), "{code}");
    }
    let neither = format!("00020126180014br.gov.bcb.pix{tail}");
    assert_eq!(reason(&signed(&neither)), ReadReason::NothingToPay);
    let both = format!("00020126400014br.gov.bcb.pix0103abc2511example.com{tail}");
    assert_eq!(reason(&signed(&both)), ReadReason::KeyAndLocation);

    let error = decode("000201\u{e7}9").unwrap_err();
    assert_eq!((error.field, error.position), (None, Some(7)));
    let error = decode("0002015904LOJ").unwrap_err();
    assert_eq!((error.field, error.position), (Some(FieldId { template: None, id: 59 }), Some(7)));
    assert_eq!(
        error.to_string(),
        "O código está quebrado: falta texto no fim de um campo; copie-o de novo, inteiro \
         (campo 59, posição 7)."
    );
}

fn keys() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("52998224725".to_owned()),
        Just("12ABC34501DE35".to_owned()),
        "\\+55[1-9]{2}9[0-9]{8}",
        "[a-z0-9.]{1,30}@[a-z]{1,20}\\.com",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ]
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        key in proptest::option::of(keys()),
        location in "[a-z0-9/.-]{1,77}",
        recurrence in proptest::option::of("[a-z0-9/.-]{1,77}"),
        name in "[A-Za-z0-9çãéÍ .&*]{0,30}[A-Z]",
        city in "[A-Zã]{1,20}",
        postal_code in proptest::option::of("[0-9]{8}"),
        amount in proptest::option::of(1_i64..=999_999_999_999),
        txid in proptest::option::of("[A-Za-z0-9]{1,25}"),
        upper in any::<bool>(),
        once in proptest::option::of(any::<bool>()),
    ) {
        let key = key.map(|text| PixKey::parse(&text).unwrap());
        let target = match &key {
            Some(key) => Target::Key { key, description: None },
            None => Target::Location(&location),
        };
        let code = BrCode {
            recurrence: recurrence.as_deref(),
            initiation: once.map(|o| if o { Initiation::Once } else { Initiation::Reusable }),
            domain: if upper { PixDomain::Upper } else { PixDomain::Lower },
            amount: amount.map(Money::from_cents),
            postal_code: postal_code.as_deref(),
            txid: txid.as_deref(),
            ..BrCode::new(target, &name, &city)
        };
        let (text, _) = code.encode().unwrap();
        prop_assert!(text.len() <= 512 && text.bytes().all(|b| matches!(b, b' '..=b'~')));
        let read = decode(&text).unwrap();
        prop_assert_eq!(read.kind, code.kind());
        prop_assert_eq!(read.key, key.as_ref().map(PixKey::as_str));
        prop_assert_eq!(read.location, key.is_none().then_some(location.as_str()));
        prop_assert_eq!(read.recurrence, recurrence.as_deref());
        prop_assert_eq!(read.amount, code.amount);
        prop_assert_eq!(read.initiation, code.initiation);
        prop_assert_eq!(read.postal_code, postal_code.as_deref());
        prop_assert_eq!(read.txid, Some(txid.as_deref().unwrap_or("***")));
        prop_assert!(!read.merchant_name.is_empty() && read.merchant_name.len() <= 25);
    }

    #[test]
    fn no_text_breaks_the_reader(text in any::<String>()) {
        let _ = decode(&text);
    }

    #[test]
    fn no_damage_breaks_the_reader(
        at in 0_usize..140,
        damage in any::<String>(),
        digits in "[0-9]{0,4}",
        cut in 0_usize..8,
    ) {
        let key = key(EVP);
        let (text, _) = static_code(&key, Some("Pedido 123")).encode().unwrap();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        for wound in [&damage, &digits] {
            let damaged = format!("{}{wound}{}", &text[..at], &text[end..]);
            if decode(&damaged).is_ok() {
                // Only blanks around the code may be added unnoticed.
                prop_assert_eq!(damaged.trim_matches(
                    |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
                ), &text);
            }
            // The same with a checksum that matches, so that the fields are reached.
            let covered = damaged.rsplit_once("6304").map_or(damaged.as_str(), |(head, _)| head);
            let _ = decode(&signed(covered));
        }
    }
}
