//! What answers mean.

use jiff::civil::date;
use quita_banks::contract::{ChangeState, Done, Op, Outcome};
use quita_banks::statement::StatementDetail;
use quita_core::fact::{Channel, Fact, Means, PaidAmount, PaymentKey, Situation};
use quita_core::fold::{Divergence, Status, fold};
use quita_core::money::Money;
use quita_core::terms::Term;
use serde_json::{Value, json};

use crate::support::*;

fn registered(outcome: Outcome) -> quita_core::fact::Registration {
    let reports = reports(outcome);
    assert_eq!(reports[0].bank_id.as_deref(), Some(BANK_ID));
    assert_eq!(reports[0].warnings, Vec::<String>::new());
    let found = reports[0].facts.iter().find_map(|fact| match fact {
        Fact::Registered(numbers) => Some(numbers.clone()),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn an_emission_gives_the_numbers_with_or_without_envelope() {
    let bare = serde_json::from_str::<Value>(EMITIDA).unwrap()["data"].to_string();
    for body in [EMITIDA, &bare] {
        let numbers = registered(outcome(&issue(hybrid()), 200, body));
        assert_eq!(numbers.our_number, "00000123");
        assert_eq!(numbers.barcode, "34196166700000123451090000012350123456782000");
        assert_eq!(numbers.writable_line, "34191090080001235012034567820005616670000012345");
        assert_eq!(numbers.txid.as_deref(), Some(TXID));
        assert!(numbers.br_code.is_some());
    }
}

#[test]
fn a_pending_registration_is_taken_and_followed() {
    let body = r#"{"codigo":"202","mensagem":"Operação em andamento"}"#;
    let reports = reports(outcome(&issue(hybrid()), 202, body));
    assert_eq!(reports[0].facts, [Fact::Accepted { bank_id: BANK_ID.to_owned() }]);
}

#[test]
fn another_number_in_the_answer_is_no_answer() {
    let body = EMITIDA.replace("\"00000123\"", "\"00000999\"");
    assert!(matches!(outcome(&issue(hybrid()), 200, &body), Outcome::Unknown { .. }));
    for body in ["", "{}", "<html>", "[]"] {
        let told = outcome(&issue(hybrid()), 200, body);
        assert!(matches!(told, Outcome::Unknown { .. }), "{body}: {told:?}");
    }
}

#[test]
fn a_number_that_is_there_already_is_adopted_not_failed() {
    let told = outcome(&issue(hybrid()), 422, CADASTRADO);
    assert!(matches!(told, Outcome::AlreadyThere { .. }), "{told:?}");
    // The same words about a question say nothing about an order.
    assert!(matches!(outcome(&get(), 422, CADASTRADO), Outcome::Rejected(_)));
}

#[test]
fn a_refusal_names_our_field_and_not_the_value() {
    let Outcome::Rejected(refusal) = outcome(&issue(full()), 400, ERRO_400) else { panic!() };
    assert_eq!(refusal.field.as_deref(), Some("customer.address.postal_code"));
    assert!(refusal.message.contains("CEP do cliente: Deve ter 8 dígitos"), "{}", refusal.message);
    assert!(!refusal.message.contains("3011"), "{}", refusal.message);
    let Outcome::Rejected(refusal) = outcome(&settled(None), 400, ERRO_V3) else { panic!() };
    assert!(refusal.message.contains("Data obrigatória"), "{}", refusal.message);
}

#[test]
fn what_may_go_later_is_not_refused() {
    let issue = issue(hybrid());
    assert_eq!(outcome(&issue, 401, ""), Outcome::Unauthorized);
    assert!(matches!(outcome(&issue, 403, "{}"), Outcome::Transient { .. }));
    assert!(matches!(outcome(&issue, 429, ""), Outcome::Transient { .. }));
    assert!(matches!(outcome(&issue, 400, "<html>"), Outcome::Transient { .. }));
    for status in [404, 500, 502, 503, 504] {
        assert!(matches!(outcome(&issue, status, ""), Outcome::Unknown { .. }), "{status}");
        assert!(matches!(outcome(&get(), status, "<html>"), Outcome::Transient { .. }), "{status}");
    }
}

#[test]
fn nothing_under_our_number_is_an_answer_only_when_it_is_looked_for() {
    let body = r#"{"codigo":"404","mensagem":"Recurso não encontrado"}"#;
    assert_eq!(outcome(&find(), 404, body), Outcome::Page { reports: Vec::new(), next: None });
    assert!(matches!(outcome(&find(), 404, "<html>"), Outcome::Transient { .. }));
    assert!(matches!(outcome(&get(), 404, body), Outcome::Transient { .. }));
}

#[test]
fn an_open_boleto_has_all_that_adopting_it_needs() {
    let reports = reports(outcome(&find(), 200, DETALHE));
    let report = &reports[0];
    assert_eq!(report.bank_reference.as_deref(), Some("NFEABC1234"));
    assert_eq!(report.amount, Some(Money::from_cents(12_345)));
    assert_eq!(report.expiration_date, Some(date(2026, 12, 21)));
    assert_eq!(report.customer_document, Some(hybrid().customer.document));
    assert_eq!(observed(report).situation, Situation::Open);
    assert!(payments(report).is_empty());
}

#[test]
fn a_number_used_again_is_its_last_boleto() {
    let mut json: Value = serde_json::from_str(DETALHE).unwrap();
    let mut old = json["data"][0].clone();
    old["dado_boleto"]["dados_individuais_boleto"][0]["texto_seu_numero"] = "VELHO".into();
    json["data"] = json!([old, json["data"][0]]);
    let current = reports(outcome(&get(), 200, &json.to_string()));
    assert_eq!(current[0].bank_reference.as_deref(), Some("NFEABC1234"));
    assert_eq!(reports(outcome(&find(), 200, &json.to_string())).len(), 2);
}

#[test]
fn every_situation_has_one_meaning() {
    for (word, situation) in [
        ("Em Aberto", Situation::Open),
        ("Pago", Situation::Paid),
        ("Aguardando Crédito", Situation::Paid),
        ("Creditado", Situation::Paid),
        ("LIQUIDADO", Situation::Paid),
        ("Baixado", Situation::Cancelled),
        ("Pagamento Rejeitado", Situation::Unknown),
        ("Pagamento Devolvido", Situation::Unknown),
        ("Coisa nova", Situation::Unknown),
    ] {
        let reports = reports(outcome(&get(), 200, &detail(word, &[])));
        assert_eq!(observed(&reports[0]).situation, situation, "{word}");
    }
}

#[test]
fn written_off_because_it_was_settled_is_paid() {
    let end = |reason: &str| json!({ "motivo_baixa": reason, "data_inclusao_alteracao_baixa": "2026-12-01" });
    for (reason, situation) in [
        ("BAIXA POR TER SIDO LIQUIDADO", Situation::Paid),
        ("Baixa por ter sido liquidado", Situation::Paid),
        ("BAIXA POR SOLICITACAO DO BENEFICIARIO", Situation::Cancelled),
    ] {
        let body = detail("Baixado", &[("baixa", end(reason))]);
        let reports = reports(outcome(&get(), 200, &body));
        assert_eq!(observed(&reports[0]).situation, situation, "{reason}");
        assert_eq!(observed(&reports[0]).since, Some(date(2026, 12, 1)));
    }
}

fn paid(means: Option<&str>) -> Value {
    let mut item = json!({
        "valor_pago_total_cobranca": "123.45",
        "data_inclusao_pagamento": "2026-12-01",
    });
    if let Some(means) = means {
        item["descricao_meio_pagamento"] = means.into();
    }
    json!([item])
}

#[test]
fn a_payment_is_told_by_its_means_or_not_at_all() {
    let qr = ("qrcode_pix", json!({ "emv": "0002" }));
    let debit = Some("DÉBITO EM CONTA");
    for (means, is_hybrid, expected) in [
        (debit, false, Some(Means::Boleto)),
        (debit, true, Some(Means::Boleto)),
        (Some("Pix"), true, Some(Means::Pix)),
        (None, false, Some(Means::Boleto)),
        (None, true, None),
    ] {
        let mut more = vec![("pagamentos_cobranca", paid(means))];
        more.extend(is_hybrid.then(|| qr.clone()));
        let reports = reports(outcome(&get(), 200, &detail("Liquidado", &more)));
        let told: Vec<_> = payments(&reports[0]).iter().map(|p| p.means).collect();
        assert_eq!(told, Vec::from_iter(expected), "{means:?} {is_hybrid}");
        assert_eq!(observed(&reports[0]).total_received, Some(Money::from_cents(12_345)));
    }
}

#[test]
fn the_daily_movement_tells_payments_and_write_offs() {
    let told = outcome(&settled(Some("2026-12-01/0")), 200, FRANCESINHA);
    let Outcome::Page { reports, next } = told else { panic!() };
    assert_eq!(next.as_deref(), Some("2026-12-01/1"));
    // The entry tells nothing.
    assert_eq!(reports.len(), 3);
    assert!(reports.iter().all(|r| r.channel == Channel::DailyMovement && r.warnings.is_empty()));
    let told: Vec<_> = reports
        .iter()
        .map(|r| {
            let paid = payments(r).first().map(|p| (p.means, p.amount));
            (r.bank_id.as_deref().unwrap(), observed(r).situation, paid)
        })
        .collect();
    let exact = |cents| PaidAmount::Exact(Money::from_cents(cents));
    assert_eq!(
        told,
        [
            (BANK_ID, Situation::Paid, Some((Means::Boleto, exact(12_345)))),
            ("01230045678210900000124", Situation::Paid, Some((Means::Pix, exact(8_160)))),
            ("01230045678210900000122", Situation::Cancelled, None),
        ]
    );
    // The last page of the last day ends it; a day without movement does not.
    let last = outcome(&settled(Some("2026-12-02/1")), 200, FRANCESINHA);
    assert!(matches!(last, Outcome::Page { next: None, .. }));
    for (status, body) in [(204, ""), (404, r#"{"messages":[]}"#)] {
        let none = outcome(&settled(Some("2026-12-01/0")), status, body);
        let next = Some("2026-12-02/0".to_owned());
        assert_eq!(none, Outcome::Page { reports: Vec::new(), next }, "{status}");
    }
    assert!(matches!(outcome(&settled(None), 200, "{}"), Outcome::Transient { .. }));
}

#[test]
fn detail_and_daily_movement_tell_one_payment_and_two_days_tell_two() {
    let detail =
        reports(outcome(&get(), 200, &detail("Liquidado", &[("pagamentos_cobranca", paid(None))])));
    let day = |day: &str| {
        let body = FRANCESINHA.replace("\"2026-12-01\", \"numero", &format!("\"{day}\", \"numero"));
        reports(outcome(&settled(Some("2026-12-01/0")), 200, &body))
    };
    let (first, second) = (day("2026-12-01"), day("2026-12-02"));
    let facts = |reports: &[&quita_banks::contract::Report]| {
        let told = reports.iter().flat_map(|r| r.facts.iter().map(|f| (r.channel, f.clone())));
        told.collect::<Vec<_>>()
    };
    let one = facts(&[&detail[0], &first[0], &first[0]]);
    let boleto = fold(one.iter().map(|(channel, fact)| (*channel, fact)));
    assert_eq!((boleto.status, boleto.receipts.len()), (Status::Settled, 1));
    // The movement may have it under the day of the credit.
    let late = facts(&[&second[0], &detail[0]]);
    let boleto = fold(late.iter().map(|(channel, fact)| (*channel, fact)));
    assert_eq!(boleto.receipts.len(), 1);
    assert_eq!(boleto.receipts[0].paid_on, Some(date(2026, 12, 1)));
    let two = facts(&[&detail[0], &first[0], &second[0]]);
    let boleto = fold(two.iter().map(|(channel, fact)| (*channel, fact)));
    assert_eq!(boleto.receipts.len(), 2);
    assert!(boleto.divergences.contains(&Divergence::PaidTwice { payments: 2 }));
}

#[test]
fn a_pix_is_known_by_its_own_id_and_names_its_boleto() {
    let body = json!({
        "parametros": { "paginacao": { "paginaAtual": 0, "quantidadeDePaginas": 1 } },
        "pix": [{
            "endToEndId": "E6070119020261201150012345678901",
            "txid": TXID,
            "valor": "123.45",
            "horario": "2026-12-02T02:30:00.000Z",
        }],
    });
    let instant = |text: &str| text.parse().unwrap();
    let op = Op::PixReceived {
        from: instant("2026-12-01T00:00:00Z"),
        to: instant("2026-12-03T00:00:00Z"),
        cursor: None,
    };
    let reports = reports(outcome(&op, 200, &body.to_string()));
    assert_eq!(reports[0].bank_id.as_deref(), Some(BANK_ID));
    let payment = payments(&reports[0])[0];
    let id = "E6070119020261201150012345678901".to_owned();
    assert_eq!((&payment.key, payment.means), (&PaymentKey::Id(id), Means::Pix));
    assert_eq!(payment.paid_on, Some(date(2026, 12, 1)));
}

#[test]
fn a_change_is_two_instructions() {
    let state = |outcome| match outcome {
        Outcome::Done(Done::Change { change_id, state }) => (change_id, state),
        other => panic!("{other:?}"),
    };
    let (id, reached) = state(outcome(&change(), 204, ""));
    assert_eq!(reached, ChangeState::Processing);
    let next = Op::ChangeStatus { change_id: id };
    let sent = request(&next);
    assert_eq!((sent.method, body(&sent)), ("PATCH", json!({ "valor_titulo": "180.00" })));
    // Done, as the bank says: its boleto has to show it.
    assert_eq!(state(outcome(&next, 204, "")), (String::new(), ChangeState::Taken));
    assert!(matches!(outcome(&next, 500, ""), Outcome::Unknown { .. }));
    assert!(matches!(outcome(&next, 422, "{}"), Outcome::Rejected(_)));

    // Or taken for later.
    let waits = r#"{"data":{"codigo":"200","mensagem":"Aguardando aprovação"}}"#;
    assert_eq!(state(outcome(&next, 200, waits)).1, ChangeState::Taken);
}

#[test]
fn an_instruction_about_a_term_is_taken_or_waits_for_somebody() {
    let op = Op::Instruct { bank_id: BANK_ID.to_owned(), term: Term::Fine(None) };
    let change = |state| {
        let change_id = String::new();
        Outcome::Done(Done::Change { change_id, state })
    };
    let waits = r#"{"data":{"codigo":"200","mensagem":"Aguardando aprovação"}}"#;
    assert_eq!(outcome(&op, 204, ""), change(ChangeState::Taken));
    assert_eq!(outcome(&op, 200, "{}"), change(ChangeState::Taken));
    assert_eq!(outcome(&op, 200, waits), change(ChangeState::Processing));
    assert_eq!(outcome(&op, 202, "{}"), change(ChangeState::Processing));
    assert!(matches!(outcome(&op, 200, "<html>"), Outcome::Unknown { .. }));
    assert!(matches!(outcome(&op, 500, ""), Outcome::Unknown { .. }));
    assert!(matches!(outcome(&op, 422, "{}"), Outcome::Rejected(_)));
}

#[test]
fn a_write_off_is_taken_and_seen_later() {
    for (status, body) in [(204, ""), (200, r#"{"data":{"codigo":"200"}}"#), (202, "{}")] {
        let reports = reports(outcome(&cancel(), status, body));
        assert_eq!(reports[0].facts, [Fact::CancellationTaken], "{status}");
    }
    assert!(matches!(outcome(&cancel(), 200, "<html>"), Outcome::Unknown { .. }));
    assert!(matches!(outcome(&cancel(), 422, "{}"), Outcome::Rejected(_)));
}

#[test]
fn the_statement_is_read_in_either_shape() {
    let op = |cursor: Option<&str>| Op::Statement {
        from: date(2026, 12, 1),
        to: date(2026, 12, 2),
        detail: StatementDetail::Simple,
        cursor: cursor.map(str::to_owned),
    };
    let example: Value = serde_json::from_str(EXTRATO).unwrap();
    let mut schema = example["content"].clone();
    let pagination = json!({ "page": 1, "totalPages": 2, "totalElements": 3, "pageSize": 2 });
    schema.as_object_mut().unwrap().remove("pagination");
    schema["data"][0]["pagination"] = pagination;
    for body in [EXTRATO.to_owned(), schema.to_string()] {
        let Outcome::Done(Done::Lines(page)) = outcome(&op(None), 200, &body) else { panic!() };
        assert_eq!((page.next.as_deref(), page.total, page.unread), (Some("2"), Some(3), 0));
        let told: Vec<_> = page.lines.iter().map(|l| (l.date, l.amount.cents())).collect();
        assert_eq!(told, [(date(2026, 12, 1), 12_340), (date(2026, 12, 1), -199)]);
        let pix = &page.lines[0];
        assert_eq!(pix.end_to_end_id.as_deref(), Some("E6070119020261201145912345678901"));
        assert_eq!(pix.payer_document.as_deref(), Some("12345678909"));
        assert_eq!(page.lines[1].kind.as_deref(), Some("0170"));
        // The balance of the first is told at its end, which is the second in UTC.
        let balance = outcome(&Op::Balance { day: Some(date(2026, 12, 1)) }, 200, &body);
        let Outcome::Done(Done::Balance(balance)) = balance else { panic!("{balance:?}") };
        assert_eq!(balance.available, Money::from_cents(16_397));
    }
    let other = outcome(&Op::Balance { day: Some(date(2026, 12, 2)) }, 200, EXTRATO);
    assert!(matches!(other, Outcome::Transient { .. }));
}

#[test]
fn where_notices_go_is_told_or_nowhere() {
    let body = r#"{"data":[{"webhook_url":"https://a.example/1"}]}"#;
    let there = |status, body| outcome(&Op::GetWebhook, status, body);
    let url = Some("https://a.example/1".to_owned());
    assert_eq!(there(200, body), Outcome::Done(Done::Webhook(url)));
    assert_eq!(there(404, r#"{"codigo":"404"}"#), Outcome::Done(Done::Webhook(None)));
    assert_eq!(there(200, r#"{"data":[]}"#), Outcome::Done(Done::Webhook(None)));
    assert!(matches!(there(200, "<html>"), Outcome::Transient { .. }));
}
