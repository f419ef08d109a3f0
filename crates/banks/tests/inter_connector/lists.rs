//! Pages of boletos and of Pix received.

use jiff::Timestamp;
use jiff::civil::date;
use quita_banks::contract::Outcome;
use quita_core::document::Document;
use quita_core::fact::{Channel, Means, PaidAmount, Payment, PaymentKey};
use quita_core::fold::{Status, fold};
use quita_core::money::Money;
use serde_json::{Value, json};

use crate::support::{
    BANK_ID, LISTA, PIX_RECEBIDOS, TXID, answer, find, page, paid, pix_received, settled, status_of,
};

#[test]
fn a_page_of_the_list_is_read_like_the_detail() {
    for op in [find(), settled(None)] {
        let (reports, next) = page(answer(&op, 200, LISTA));
        assert_eq!(next.as_deref(), Some("1"));
        assert_eq!(reports.len(), 2);
        assert_eq!(reports[0].amount, Some(Money::from_cents(12_345)));
        assert_eq!(
            paid(&reports[0])[0].amount,
            PaidAmount::RunningTotal(Money::from_cents(12_036))
        );
        assert_eq!(paid(&reports[0])[0].means, Means::Pix);
        assert_eq!(status_of(&reports[0]), Status::Settled);
        assert_eq!(reports[1].bank_reference.as_deref(), Some("FAT-000124"));
        assert_eq!(reports[1].customer_document, Document::parse("11222333000181").ok());
        assert_eq!(status_of(&reports[1]), Status::Cancelled);
    }
    let (_, next) = page(answer(&settled(Some("2")), 200, LISTA));
    assert_eq!(next, None);
}

#[test]
fn pages_end_by_count_by_mark_or_by_size() {
    let item = json!({"cobranca": {"codigoSolicitacao": BANK_ID, "situacao": "A_RECEBER"}});
    let next = |fields: Value, items: usize| {
        let mut body = fields;
        body["cobrancas"] = json!(vec![item.clone(); items]);
        page(answer(&settled(None), 200, body.to_string())).1
    };
    assert_eq!(next(json!({"totalPaginas": 1, "ultimaPagina": true}), 1), None);
    assert_eq!(next(json!({"totalPaginas": "2"}), 1).as_deref(), Some("1"));
    assert_eq!(next(json!({"ultimaPagina": false}), 1).as_deref(), Some("1"));
    assert_eq!(next(json!({"ultimaPagina": "true"}), 1), None);
    assert_eq!(next(json!({}), 999), None);
    assert_eq!(next(json!({}), 1000).as_deref(), Some("1"));
    assert_eq!(next(json!({"totalPaginas": 0, "totalElementos": 0}), 0), None);
}

#[test]
fn an_empty_list_is_told_from_a_broken_one() {
    let (reports, next) = page(answer(&find(), 200, r#"{"totalElementos":0,"cobrancas":null}"#));
    assert!(reports.is_empty() && next.is_none());
    for body in [
        "{}",
        r#"{"cobrancas":null}"#,
        r#"{"cobrancas":{"a":1}}"#,
        r#"{"totalPaginas":3,"cobrancas":[]}"#,
        "[]",
    ] {
        let outcome = answer(&find(), 200, body);
        assert!(matches!(outcome, Outcome::Transient { .. }), "{body}: {outcome:?}");
    }
    // One unreadable item does not hold up the others.
    let body = json!({"cobrancas": [1, {"cobranca": null}, {"cobranca": {"seuNumero": 7}}]});
    let (reports, _) = page(answer(&find(), 200, body.to_string()));
    assert_eq!(reports[0].warnings.len(), 1);
    assert_eq!(reports[1].warnings.len(), 1);
    assert_eq!(reports[2].bank_reference.as_deref(), Some("7"));
}

#[test]
fn pix_received_are_identified_payments() {
    let (reports, next) = page(answer(&pix_received(), 200, PIX_RECEBIDOS));
    assert_eq!(next, None);
    assert_eq!(reports[0].txid.as_deref(), Some(TXID));
    assert_eq!(reports[0].channel, Channel::PixQuery);
    // 01:30 in Greenwich is still the day before in São Paulo.
    assert_eq!(
        paid(&reports[0]),
        [&Payment {
            key: PaymentKey::Id("E00416968202612011403abcdefghijk".to_owned()),
            means: Means::Pix,
            amount: PaidAmount::Exact(Money::from_cents(12_036)),
            paid_on: Some(date(2026, 12, 1)),
            credited_on: Some(date(2026, 12, 1)),
            settled_at: Some("2026-12-02T01:30:00Z".parse::<Timestamp>().unwrap()),
            fee: None,
        }]
    );
    // Two returns of the same amount stay two; one under way does not count.
    let folded = fold(reports[1].facts.iter().map(|f| (reports[1].channel, f)));
    assert_eq!(folded.received(), Money::from_cents(20_000));
    assert_eq!(folded.reversed, Money::from_cents(10_000));
}

#[test]
fn a_pix_that_cannot_be_read_is_shown() {
    let body = json!({"pix": [
        {"txid": TXID, "valor": "1.00"},
        {"endToEndId": "E1", "valor": "1,00"},
        {"endToEndId": "E2", "valor": "1.00", "horario": "ontem"},
        {"endToEndId": "E3", "valor": 1, "horario": "2026-12-01T00:00:00-03:00",
         "devolucoes": {"id": "D", "valor": "1.00", "status": "NOVA"}},
        7,
    ]});
    let (reports, _) = page(answer(&pix_received(), 200, body.to_string()));
    let told: Vec<(usize, usize)> =
        reports.iter().map(|r| (r.facts.len(), r.warnings.len())).collect();
    assert_eq!(told, [(0, 1), (0, 1), (1, 1), (1, 1), (0, 1)]);
    let empty = r#"{"parametros":{"paginacao":{"quantidadeTotalDeItens":0}}}"#;
    assert!(page(answer(&pix_received(), 200, empty)).0.is_empty());
}

/// The list tells a total, the Pix list an identified payment: one receipt.
#[test]
fn both_lists_together_make_one_receipt() {
    let (list, _) = page(answer(&settled(None), 200, LISTA));
    let (pix, _) = page(answer(&pix_received(), 200, PIX_RECEBIDOS));
    let facts = list[0].facts.iter().map(|f| (list[0].channel, f));
    let folded = fold(facts.chain(pix[0].facts.iter().map(|f| (pix[0].channel, f))));
    assert_eq!(folded.receipts.len(), 1);
    assert_eq!(folded.received(), Money::from_cents(12_036));
    assert_eq!(folded.divergences, []);
}
