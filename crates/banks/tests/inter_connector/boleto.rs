//! What is learned of one boleto.

use jiff::civil::date;
use quita_banks::contract::{Op, Outcome};
use quita_core::document::Document;
use quita_core::fact::{
    Channel, Fact, Means, Observation, PaidAmount, Payment, PaymentKey, Situation,
};
use quita_core::fold::{Divergence, Status, fold};
use quita_core::money::Money;
use serde_json::{Value, json};

use crate::support::{
    A_RECEBER, BANK_ID, PROCESSANDO, TXID, answer, get, is_registered, observed, one_report, paid,
    read_detail, status_of,
};

#[test]
fn while_processing_only_the_id_is_known() {
    let report = one_report(answer(&get(), 200, PROCESSANDO));
    assert_eq!(report.facts[0], Fact::Accepted { bank_id: BANK_ID.to_owned() });
    assert_eq!(observed(&report).situation, Situation::Processing);
    assert_eq!(status_of(&report), Status::Created);
    assert!(report.warnings.is_empty());
}

#[test]
fn a_registered_boleto_brings_its_numbers() {
    let report = one_report(answer(&get(), 200, A_RECEBER));
    assert_eq!(report.warnings, Vec::<String>::new());
    assert_eq!(report.bank_reference.as_deref(), Some("FAT-000123"));
    assert_eq!(report.txid.as_deref(), Some(TXID));
    assert_eq!(report.amount, Some(Money::from_cents(12_345)));
    assert_eq!(report.expiration_date, Some(date(2026, 12, 21)));
    assert_eq!(report.customer_document, Document::parse("12345678909").ok());
    assert_eq!(report.channel, Channel::Query);
    let Fact::Registered(numbers) = &report.facts[0] else { panic!("{:?}", report.facts) };
    assert_eq!(numbers.bank_id.as_deref(), Some(BANK_ID));
    assert_eq!(numbers.our_number, "00000000010");
    assert_eq!(numbers.barcode, "07793166700000123450001112123456700000000010");
    assert_eq!(numbers.writable_line, "07790001161212345670400000000109316670000012345");
    assert!(numbers.br_code.as_ref().unwrap().ends_with("6304E57B"));
    assert_eq!(numbers.txid.as_deref(), Some(TXID));
    assert_eq!(
        report.facts[1],
        Fact::Observed(Observation {
            situation: Situation::Open,
            word: "A_RECEBER".to_owned(),
            since: Some(date(2026, 11, 21)),
            total_received: None,
            amount: Some(Money::from_cents(12_345)),
            expiration_date: Some(date(2026, 12, 21)),
        })
    );
    assert_eq!(status_of(&report), Status::Registered);
}

#[test]
fn every_situation_has_its_meaning() {
    for (word, situation, status, registered) in [
        ("EM_PROCESSAMENTO", Situation::Processing, Status::Created, false),
        ("A_RECEBER", Situation::Open, Status::Registered, true),
        ("ATRASADO", Situation::Open, Status::Registered, true),
        ("PROTESTO", Situation::Open, Status::Registered, true),
        ("RECEBIDO", Situation::Paid, Status::Settled, true),
        ("MARCADO_RECEBIDO", Situation::MarkedPaid, Status::Settled, true),
        ("CANCELADO", Situation::Cancelled, Status::Cancelled, true),
        ("EXPIRADO", Situation::Expired, Status::Expired, true),
        ("FALHA_EMISSAO", Situation::Refused, Status::Rejected, false),
        ("EMABERTO", Situation::Open, Status::Registered, true),
        ("VENCIDO", Situation::Open, Status::Registered, true),
        ("PAGO", Situation::Paid, Status::Settled, true),
        ("EM_NEGOCIACAO", Situation::Unknown, Status::Created, false),
        ("recebido", Situation::Unknown, Status::Created, false),
    ] {
        let report = read_detail(json!({"situacao": word}));
        assert_eq!(observed(&report).situation, situation, "{word}");
        assert_eq!(observed(&report).word, word);
        assert_eq!(status_of(&report), status, "{word}");
        assert_eq!(is_registered(&report), registered, "{word}");
        let money = matches!(situation, Situation::Paid);
        assert_eq!(paid(&report).len(), 0, "{word}: no origin, no payment");
        assert_eq!(report.warnings.is_empty(), !money, "{word}: {:?}", report.warnings);
    }
}

#[test]
fn an_unknown_word_is_shown_and_changes_nothing() {
    let report = read_detail(json!({"situacao": "EM_NEGOCIACAO"}));
    let folded = fold(report.facts.iter().map(|f| (report.channel, f)));
    let word = "EM_NEGOCIACAO".to_owned();
    assert_eq!(folded.divergences, [Divergence::UnknownWord { word }]);
    let report = read_detail(json!({"situacao": null}));
    assert_eq!(observed(&report).situation, Situation::Unknown);
}

#[test]
fn a_payment_is_told_as_a_total() {
    for (origin, means) in [("BOLETO", Means::Boleto), ("PIX", Means::Pix)] {
        let report = read_detail(json!({
            "situacao": "RECEBIDO", "dataSituacao": "2026-12-22",
            "valorTotalRecebido": "125.70", "origemRecebimento": origin,
        }));
        let total = Money::from_cents(12_570);
        assert_eq!(
            paid(&report),
            [&Payment {
                key: PaymentKey::Nth(1),
                means,
                amount: PaidAmount::RunningTotal(total),
                paid_on: Some(date(2026, 12, 22)),
                credited_on: None,
                settled_at: None,
                fee: None,
            }]
        );
        assert_eq!(observed(&report).total_received, Some(total));
        let folded = fold(report.facts.iter().map(|f| (report.channel, f)));
        assert_eq!(folded.received(), total);
        assert_eq!(folded.divergences, []);
    }
}

#[test]
fn money_after_the_end_is_a_payment_too() {
    let end = |word: &str, origin: Option<&str>| {
        let report = read_detail(json!({
            "situacao": word, "dataSituacao": "2026-12-22",
            "valorTotalRecebido": "125.70", "origemRecebimento": origin,
        }));
        let folded = fold(report.facts.iter().map(|f| (report.channel, f)));
        (folded.received().cents(), folded.status, folded.divergences)
    };
    for word in ["CANCELADO", "EXPIRADO"] {
        let late = (12_570, Status::Settled, vec![Divergence::PaidAfterEnd]);
        assert_eq!(end(word, Some("BOLETO")), late, "{word}");
    }
    let total = Money::from_cents(12_570);
    let differs = Divergence::TotalDiffers { bank: total, receipts: Money::ZERO };
    assert_eq!(end("CANCELADO", None), (0, Status::Cancelled, vec![differs]));
}

#[test]
fn a_payment_without_origin_or_amount_is_not_guessed() {
    for changes in [
        json!({"situacao": "RECEBIDO", "valorTotalRecebido": "125.70"}),
        json!({"situacao": "RECEBIDO", "valorTotalRecebido": "125.70", "origemRecebimento": "TED"}),
        json!({"situacao": "RECEBIDO", "origemRecebimento": "PIX"}),
        json!({"situacao": "RECEBIDO", "valorTotalRecebido": "0", "origemRecebimento": "PIX"}),
        json!({"situacao": "RECEBIDO", "valorTotalRecebido": "1,5", "origemRecebimento": "PIX"}),
    ] {
        let report = read_detail(changes.clone());
        assert!(paid(&report).is_empty(), "{changes}");
        assert_eq!(report.warnings.len(), 1, "{changes}");
        let folded = fold(report.facts.iter().map(|f| (report.channel, f)));
        assert_eq!(folded.status, Status::Settled, "{changes}");
        assert_eq!(folded.divergences, [Divergence::PaidWithoutReceipt], "{changes}");
    }
}

#[test]
fn marked_by_hand_is_no_payment() {
    let report = read_detail(json!({
        "situacao": "MARCADO_RECEBIDO", "valorTotalRecebido": "123.45", "origemRecebimento": "BOLETO",
    }));
    assert!(paid(&report).is_empty());
    let folded = fold(report.facts.iter().map(|f| (report.channel, f)));
    assert!(folded.settled_by_hand);
}

#[test]
fn a_failed_emission_is_a_refusal_that_says_why() {
    let report =
        read_detail(json!({"situacao": "FALHA_EMISSAO", "motivoCancelamento": "CEP inexistente"}));
    let Fact::Refused(refusal) = &report.facts[0] else { panic!("{:?}", report.facts) };
    assert_eq!(refusal.code, "FALHA_EMISSAO");
    assert!(refusal.message.contains("CEP inexistente"), "{}", refusal.message);
}

#[test]
fn amounts_are_exact_as_numbers_and_as_texts() {
    let numbers = A_RECEBER.to_owned();
    for (written, cents) in [
        ("123.45", Some(12_345)),
        ("\"123.45\"", Some(12_345)),
        ("123.4", Some(12_340)),
        ("99999999.99", Some(9_999_999_999)),
        ("9.999999999E7", Some(9_999_999_999)),
        ("0.1", Some(10)),
        ("\"R$ 1,00\"", None),
        ("null", None),
        ("{}", None),
    ] {
        let body =
            numbers.replace("\"valorNominal\": 123.45", &format!("\"valorNominal\": {written}"));
        let report = one_report(answer(&get(), 200, body));
        assert_eq!(report.amount.map(Money::cents), cents, "{written}");
        assert_eq!(observed(&report).amount.map(Money::cents), cents, "{written}");
    }
}

#[test]
fn numbers_that_do_not_hold_are_kept_and_shown() {
    let numbers = |name: &str, value: &str| {
        let mut detail: Value = serde_json::from_str(A_RECEBER).unwrap();
        detail["boleto"][name] = json!(value);
        one_report(answer(&get(), 200, detail.to_string()))
    };
    let bogus = "0".repeat(43) + "1";
    let report = numbers("codigoBarras", &bogus);
    assert!(is_registered(&report));
    assert!(report.warnings[0].starts_with("código de barras do banco: "), "{:?}", report.warnings);
    let report = numbers("linhaDigitavel", &"1".repeat(47));
    assert_eq!(report.warnings, ["a linha digitável do banco não corresponde ao código de barras"]);
    let report = numbers("nossoNumero", "00000000028");
    assert_eq!(report.warnings, ["o nosso número não corresponde ao código de barras"]);
    let report = read_detail(json!({"valorNominal": 99}));
    assert_eq!(report.warnings, ["o código de barras diz R$ 123,45 e o boleto vale R$ 99,00"]);
    let report = read_detail(json!({"dataVencimento": "2026-12-22"}));
    assert_eq!(report.warnings, ["o código de barras não corresponde ao vencimento 2026-12-22"]);
    // Another bank's barcode, valid in itself, and our number's digit wrong in the free field.
    let other = numbers("codigoBarras", "00193373700000001000500940144816060680935031");
    assert!(other.warnings.iter().any(|w| w == "o código de barras é do banco 001"));
}

#[test]
fn a_printed_line_loses_its_dots() {
    let mut detail: Value = serde_json::from_str(A_RECEBER).unwrap();
    detail["boleto"]["linhaDigitavel"] =
        json!("07790.00116 12123.456704 00000.000109 3 16670000012345");
    let report = one_report(answer(&get(), 200, detail.to_string()));
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn numbers_that_are_missing_are_waited_for() {
    for boleto in [json!(null), json!({}), json!("x"), json!({"nossoNumero": "1"})] {
        let mut detail: Value = serde_json::from_str(A_RECEBER).unwrap();
        detail["boleto"] = boleto;
        let report = one_report(answer(&get(), 200, detail.to_string()));
        assert_eq!(report.facts[0], Fact::Accepted { bank_id: BANK_ID.to_owned() });
        assert_eq!(report.warnings, ["o banco não mandou todos os números do boleto"]);
    }
    let mut detail: Value = serde_json::from_str(A_RECEBER).unwrap();
    detail.as_object_mut().unwrap().remove("pix");
    let report = one_report(answer(&get(), 200, detail.to_string()));
    let Fact::Registered(numbers) = &report.facts[0] else { panic!("{:?}", report.facts) };
    assert_eq!((&numbers.br_code, &numbers.txid), (&None, &None));
}

#[test]
fn an_answer_about_another_boleto_is_not_taken() {
    let op = Op::Get { bank_id: "0d1f2c3b-0000-4000-8000-0000000000ff".to_owned() };
    assert!(matches!(answer(&op, 200, A_RECEBER), Outcome::Transient { .. }));
    // Letters of an id may differ in case, and the id may be missing.
    let op = Op::Get { bank_id: BANK_ID.to_uppercase() };
    let report = one_report(answer(&op, 200, A_RECEBER));
    assert_eq!(report.bank_id, Some(BANK_ID.to_uppercase()));
    let report = read_detail(json!({"codigoSolicitacao": null, "situacao": "EM_PROCESSAMENTO"}));
    assert_eq!(report.facts[0], Fact::Accepted { bank_id: BANK_ID.to_owned() });
}
