//! Statement and balance: the bank's rows as bank lines, pages and scrolls.

use jiff::civil::{Date, date};
use quita_banks::contract::{Bank, Done, OpKind, Outcome};
use quita_banks::inter::bank::INTER;
use quita_banks::statement::{Balance, LinePage, StatementDetail};
use quita_core::bank_line::{BankLine, Parts};
use quita_core::money::Money;
use serde_json::{Value, json};

use crate::support::{
    ERRO_SCROLL, EXTRATO, EXTRATO_COMPLETO, SALDO, TXID, answer, balance, line, request, statement,
};

fn complete(cursor: Option<&str>, body: impl AsRef<[u8]>) -> LinePage {
    lines(answer(&statement(StatementDetail::Complete, cursor), 200, body))
}

fn lines(outcome: Outcome) -> LinePage {
    match outcome {
        Outcome::Done(Done::Lines(page)) => page,
        other => panic!("lines expected: {other:?}"),
    }
}

fn balance_of(day: Option<Date>, body: &str) -> Balance {
    match answer(&balance(day), 200, body) {
        Outcome::Done(Done::Balance(balance)) => balance,
        other => panic!("a balance expected: {other:?}"),
    }
}

fn is_later(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Transient { .. })
}

/// One row of the complete statement, changed.
fn row(changes: &Value) -> Value {
    let mut row = json!({
        "idTransacao": "1", "dataTransacao": "2026-12-22", "tipoTransacao": "PIX",
        "tipoOperacao": "C", "valor": "10.00", "titulo": "Pix recebido",
    });
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn one(changes: &Value) -> BankLine {
    let page = complete(None, json!({ "transacoes": [row(changes)] }).to_string());
    assert_eq!((page.lines.len(), page.unread), (1, 0), "{page:?}");
    page.lines.into_iter().next().unwrap()
}

#[test]
fn each_reading_leaves_as_documented() {
    let period = "dataInicio=2026-12-01&dataFim=2026-12-23";
    let at = |detail, cursor| line(&statement(detail, cursor));
    let all = StatementDetail::Complete;
    assert_eq!(
        at(all, None),
        format!("GET /banking/v2/extrato/completo?{period}&pagina=0&tamanhoPagina=10000")
    );
    assert_eq!(
        at(all, Some("scroll")),
        format!("GET /banking/v2/extrato/completo?{period}&scrollEnabled=true&tamanhoPagina=10000")
    );
    assert_eq!(
        at(all, Some("scroll/25000/10000/550e8400-e29b-41d4-a716-446655440000")),
        format!(
            "GET /banking/v2/extrato/completo?{period}\
             &scrollId=550e8400-e29b-41d4-a716-446655440000"
        )
    );
    assert_eq!(at(StatementDetail::Simple, None), format!("GET /banking/v2/extrato?{period}"));
    assert_eq!(line(&balance(None)), "GET /banking/v2/saldo?");
    assert_eq!(
        line(&balance(Some(date(2026, 12, 22)))),
        "GET /banking/v2/saldo?dataSaldo=2026-12-22"
    );
    for op in [statement(all, None), statement(StatementDetail::Simple, None), balance(None)] {
        assert_eq!(request(&op).scopes, ["extrato.read"]);
        assert_eq!(INTER.info().limit(request(&op).limit, false), Some(10));
    }
    let rules = INTER.info().statement.as_ref().unwrap();
    assert_eq!((rules.first_days, rules.span_days, rules.page_size), (60, 90, 10_000));
    assert!(INTER.info().can(OpKind::Statement) && INTER.info().can(OpKind::Balance));
}

#[test]
fn a_row_becomes_a_line_with_all_that_names_a_receivable() {
    let page = complete(None, EXTRATO_COMPLETO);
    assert_eq!((page.lines.len(), page.total, page.unread), (9, Some(9), 0));
    assert_eq!((page.next, page.anew), (None, false));
    let day = date(2026, 12, 22);
    let text = |text: &str| Some(text.to_owned());
    let boleto = BankLine {
        kind: text("BOLETO_COBRANCA"),
        bank_id: text("310000201"),
        check_number: text("00000000010"),
        our_number: text("00000000010"),
        bank_reference: text("FAT-000123"),
        payer_document: text("12345678909"),
        payer_name: text("Ana Exemplo"),
        parts: Some(Parts {
            interest: Money::from_cents(82),
            fine: Money::from_cents(247),
            ..Parts::default()
        }),
        ..BankLine::new(day, Money::from_cents(12_674), "Boleto de cobrança recebido - Ana Exemplo")
    };
    assert_eq!(page.lines[0], boleto);
    // A fee names what it is for, and nobody who paid.
    let fee = BankLine {
        kind: text("TARIFA"),
        bank_id: text("310000202"),
        our_number: text("00000000010"),
        bank_reference: text("FAT-000123"),
        ..BankLine::new(day, Money::from_cents(-190), "Tarifa de cobrança")
    };
    assert_eq!(page.lines[1], fee);
    let pix = BankLine {
        kind: text("PIX"),
        bank_id: text("310000203"),
        txid: text(TXID),
        end_to_end_id: text("E00000000202612221403abcdefghijk"),
        payer_document: text("11222333000181"),
        payer_name: text("Padaria Exemplo Ltda"),
        ..BankLine::new(day, Money::from_cents(12_036), "Pix recebido - Padaria Exemplo Ltda")
    };
    assert_eq!(page.lines[2], pix);
    assert_eq!(page.lines[3].end_to_end_id, pix.end_to_end_id);
    assert_eq!(page.lines[3].amount, Money::from_cents(-50));
    // A Pix to the bare key has no txid; what the bank masks stays masked.
    assert_eq!(page.lines[4].txid, None);
    assert_eq!(page.lines[4].payer_document, text("***456789**"));
    assert_eq!(page.lines[4].payer_name, text("BRUNO EXEMPLO"));
    // Of what went out the company is the payer, which says nothing.
    assert_eq!(page.lines[5].payer_name, None);
    assert_eq!(page.lines[5].memo, "Pix enviado - Fornecedor Exemplo SA");
    assert_eq!(page.lines[5].amount, Money::from_cents(-120_000));
    // A bill that the company paid is none of its boletos.
    let bill = &page.lines[6];
    assert_eq!((&bill.our_number, &bill.payer_document, &bill.parts), (&None, &None, &None));
    // A word that nobody knows stays visible.
    assert_eq!(page.lines[8].kind, text("CRIPTO"));
    assert_eq!(page.warnings, ["tipo de lançamento desconhecido: CRIPTO"]);
}

#[test]
fn both_statements_give_the_same_days_amounts_and_kinds() {
    let key = |line: &BankLine| (line.date, line.amount, line.kind.clone());
    let whole = complete(None, EXTRATO_COMPLETO);
    let simple = lines(answer(&statement(StatementDetail::Simple, None), 200, EXTRATO));
    assert_eq!((simple.next.as_ref(), simple.unread), (None, 0));
    let sorted = |page: &LinePage| {
        let mut keys: Vec<_> = page.lines.iter().map(key).collect();
        keys.sort();
        keys
    };
    assert_eq!(sorted(&whole), sorted(&simple));
    assert!(simple.lines.iter().all(|line| line.bank_id.is_none()));
    // The title once, where the description begins with it.
    assert_eq!(simple.lines[4].memo, "PIX RECEBIDO - Cp :00000000-BRUNO EXEMPLO");
    assert_eq!(simple.lines[1].memo, "Tarifa de cobrança");
    assert_eq!(simple.lines[5].memo, "PIX ENVIADO - Cp :00000000-FORNECEDOR EXEMPLO SA");
}

#[test]
fn amounts_come_in_every_notation_and_the_letter_gives_the_sign() {
    for (valor, letter, cents) in [
        (json!("24.9"), "C", 2_490),
        (json!(24.9), "D", -2_490),
        (json!("30"), "C", 3_000),
        (json!("-30"), "D", -3_000),
        (json!(1.5e4), "C", 1_500_000),
        (json!("0"), "D", 0),
    ] {
        let line = one(&json!({ "valor": valor, "tipoOperacao": letter }));
        assert_eq!(line.amount.cents(), cents, "{valor} {letter}");
    }
}

#[test]
fn what_cannot_be_read_is_counted_and_does_not_hold_up_the_rest() {
    let bad = [
        json!({ "valor": "1,50" }),
        json!({ "valor": null }),
        json!({ "valor": "10.005" }),
        json!({ "tipoOperacao": "X" }),
        json!({ "tipoOperacao": null }),
        json!({ "valor": "-10.00" }),
        json!({ "dataTransacao": "22/12/2026" }),
        json!({ "dataTransacao": null }),
    ];
    let mut rows: Vec<Value> = bad.iter().map(row).collect();
    rows.extend([json!(7), row(&json!({}))]);
    let page = complete(None, json!({ "totalElementos": 10, "transacoes": rows }).to_string());
    assert_eq!((page.lines.len(), page.unread, page.warnings.len()), (1, 9, 9));
    assert_eq!((page.next, page.anew), (None, false));
}

#[test]
fn without_a_day_of_its_own_a_row_has_the_day_it_was_entered() {
    let changes = json!({ "dataTransacao": null, "dataInclusao": "2026-12-22 23:59:00.000" });
    assert_eq!(one(&changes).date, date(2026, 12, 22));
    let both = json!({ "dataTransacao": "2026-12-21", "dataInclusao": "2026-12-22 06:00:00.000" });
    assert_eq!(one(&both).date, date(2026, 12, 21));
}

#[test]
fn discounts_count_as_far_as_they_explain_the_amount() {
    let nominal = "07793166700000123450001112123456700000000010";
    let parts = |valor: &str, code: &str, discounts: [&str; 3]| {
        one(&json!({ "tipoTransacao": "BOLETO_COBRANCA", "valor": valor, "detalhes": {
            "codBarras": code, "juros": "0", "multa": "1.00", "abatimento": "0",
            "desconto1": discounts[0], "desconto2": discounts[1], "desconto3": discounts[2],
        } }))
        .parts
        .map(|parts| (parts.fine.cents(), parts.discount.cents()))
    };
    assert_eq!(parts("124.45", nominal, ["0", "0", "0"]), Some((100, 0)));
    assert_eq!(parts("118.45", nominal, ["1.00", "2.00", "3.00"]), Some((100, 600)));
    // Three are agreed, one was taken.
    assert_eq!(parts("122.45", nominal, ["1.00", "2.00", "3.00"]), Some((100, 200)));
    // Agreed, and too late for any.
    assert_eq!(parts("124.45", nominal, ["1.00", "2.00", "3.00"]), Some((100, 0)));
    // Paid short: nothing explains it.
    assert_eq!(parts("50.00", nominal, ["0", "0", "0"]), None);
    // Numbers of the test environment are none: what is told is taken.
    assert_eq!(parts("50.00", "123", ["2.00", "0", "0"]), Some((100, 200)));
}

#[test]
fn a_page_that_is_not_all_leads_to_a_scroll() {
    let body = |fields: Value, count: usize| {
        let mut body = fields;
        body["transacoes"] = json!(vec![row(&json!({})); count]);
        body.to_string()
    };
    for (fields, count) in [
        (json!({ "totalElementos": 3 }), 3),
        (json!({ "totalElementos": "3", "ultimaPagina": false }), 3),
        (json!({ "totalPaginas": 1 }), 3),
        (json!({ "ultimaPagina": true }), 3),
        (json!({}), 3),
        (json!({ "totalElementos": 0 }), 0),
    ] {
        let page = complete(None, body(fields.clone(), count));
        assert_eq!((page.lines.len(), page.next), (count, None), "{fields}");
    }
    for (fields, count) in [
        (json!({ "totalElementos": 25_000, "ultimaPagina": false }), 3),
        (json!({ "totalElementos": 4, "ultimaPagina": true }), 3),
        (json!({ "totalPaginas": 2 }), 3),
        (json!({ "ultimaPagina": false }), 3),
        (json!({}), 10_000),
    ] {
        let page = complete(None, body(fields.clone(), count));
        assert_eq!((page.lines.len(), page.next.as_deref()), (0, Some("scroll")), "{fields}");
        assert!(page.anew, "{fields}");
    }
}

#[test]
fn a_scroll_goes_on_by_its_id_and_ends_only_when_all_was_told() {
    let part = |fields: Value| {
        let mut body = fields;
        body["transacoes"] = json!([row(&json!({})), row(&json!({ "idTransacao": "2" }))]);
        body.to_string()
    };
    let first = part(json!({ "totalElementos": 5, "scrollId": "abc", "hasMore": true }));
    let page = complete(Some("scroll"), first);
    assert_eq!((page.lines.len(), page.total, page.anew), (2, Some(5), false));
    assert_eq!(page.next.as_deref(), Some("scroll/5/2/abc"));
    let second = part(json!({ "scrollId": "abc", "hasMore": true }));
    let page = complete(page.next.as_deref(), second);
    assert_eq!((page.next.as_deref(), page.total), (Some("scroll/5/4/abc"), Some(5)));
    let last = json!({ "scrollId": null, "hasMore": false, "transacoes": [row(&json!({}))] });
    let page = complete(page.next.as_deref(), last.to_string());
    assert_eq!((page.lines.len(), page.next, page.anew), (1, None, false));
    // A part was lost on the way: the bank went on, and we saw one row too few.
    let page = complete(Some("scroll/5/2/abc"), last.to_string());
    assert_eq!((page.lines.len(), page.next.as_deref(), page.anew), (0, Some("scroll"), true));
    // Without `hasMore` the count says whether it goes on, without any count it ends.
    let cut = json!({ "transacoes": [row(&json!({}))] }).to_string();
    let page = complete(Some("scroll/5/2/abc"), &cut);
    assert_eq!(page.next.as_deref(), Some("scroll/5/3/abc"));
    assert_eq!(complete(Some("scroll/-/2/abc"), &cut).next, None);
    // It says that it goes on, but not how.
    let lost = json!({ "hasMore": true, "transacoes": [] }).to_string();
    assert!(is_later(&answer(&statement(StatementDetail::Complete, Some("scroll")), 200, lost)));
}

#[test]
fn errors_of_a_scroll_are_told_apart() {
    let op = statement(StatementDetail::Complete, Some("scroll"));
    let Outcome::Transient { retry_after_s, .. } = answer(&op, 400, ERRO_SCROLL) else {
        panic!("another one is active");
    };
    assert_eq!(retry_after_s, Some(360));
    let expired = ERRO_SCROLL.replace("SCROLL_ALREADY_ACTIVE", "SCROLL_EXPIRED");
    let on = statement(StatementDetail::Complete, Some("scroll/5/2/abc"));
    let page = lines(answer(&on, 400, expired));
    assert_eq!((page.next.as_deref(), page.anew), (Some("scroll"), true));
    // Any other refusal is for good, any failure for now.
    let other = ERRO_SCROLL.replace("SCROLL_ALREADY_ACTIVE", "OUTRO");
    assert!(matches!(answer(&op, 400, other), Outcome::Rejected(_)));
    assert!(matches!(answer(&op, 403, "{}"), Outcome::Rejected(_)));
    for status in [404, 429, 500, 503, 504] {
        assert!(is_later(&answer(&op, status, "")), "{status}");
    }
    for body in ["", "[]", "{}", r#"{"transacoes":null}"#, "<html>", r#"{"transacoes":{}}"#] {
        assert!(is_later(&answer(&op, 200, body)), "{body}");
        let simple = statement(StatementDetail::Simple, None);
        assert!(is_later(&answer(&simple, 200, body)), "{body}");
    }
    let empty = r#"{"totalElementos":0,"transacoes":null}"#;
    assert_eq!(complete(None, empty).lines, []);
    let empty = answer(&statement(StatementDetail::Simple, None), 200, r#"{"transacoes":[]}"#);
    assert_eq!(lines(empty).lines, []);
}

#[test]
fn the_balance_is_of_the_day_asked_for_or_named() {
    let day = date(2026, 12, 22);
    let cents = Money::from_cents;
    assert_eq!(
        balance_of(None, SALDO),
        Balance {
            day: date(2026, 12, 24),
            available: cents(1_657_917),
            blocked: Some(cents(10_050))
        }
    );
    // The tests' today.
    assert_eq!(balance_of(None, r#"{"disponivel":0}"#).day, date(2026, 11, 21));
    let then = Balance { day, available: cents(-1_250), blocked: None };
    assert_eq!(balance_of(Some(day), r#"{"disponivel":-12.5}"#), then);
    assert_eq!(balance_of(Some(day), r#"{"disponivel":"-12.50","limite":1}"#), then);
    for body in ["{}", r#"{"disponivel":null}"#, r#"{"disponivel":1,"dataReferencia":"ontem"}"#] {
        assert!(is_later(&answer(&balance(None), 200, body)), "{body}");
    }
    for status in [404, 429, 503] {
        assert!(is_later(&answer(&balance(None), status, "")), "{status}");
    }
}
