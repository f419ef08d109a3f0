//! Requests as they leave.

use jiff::civil::date;
use quita_banks::contract::{Bank, Op, OpKind};
use quita_banks::info::Repeat;
use quita_banks::inter::bank::INTER;
use quita_core::money::Money;
use quita_core::terms::{Fine, Interest, InterestValue, Value as TermsValue};
use serde_json::{Value, json};

use crate::support::{
    BANK_ID, EMISSAO, changes, every_op, full, issue, line, plain, request, settled,
};

#[test]
fn an_emission_leaves_as_documented() {
    let request = request(&issue());
    assert_eq!((request.method, request.path.as_str()), ("POST", "/cobranca/v3/cobrancas"));
    assert!(request.query.is_empty());
    assert_eq!(request.scopes, ["boleto-cobranca.write"]);
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    let documented: Value = serde_json::from_str(EMISSAO).unwrap();
    assert_eq!(sent, documented);
    // Digits, not a float's idea of them.
    let text = String::from_utf8(request.body).unwrap();
    for exact in [r#""valorNominal":123.45,"#, r#""taxa":2.50"#, r#""valor":4.00"#] {
        assert!(text.contains(exact), "{exact} not in {text}");
    }
}

#[test]
fn a_plain_emission_leaves_out_what_is_not_there() {
    let request = request(&Op::Issue(Box::new(plain())));
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    let fields: Vec<&String> = sent.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "dataVencimento",
            "formasRecebimento",
            "numDiasAgenda",
            "pagador",
            "seuNumero",
            "valorNominal"
        ]
    );
    assert_eq!(sent["formasRecebimento"], json!(["BOLETO"]));
    assert_eq!(sent["pagador"].get("telefone"), None);
}

#[test]
fn fixed_and_percent_terms_have_their_own_codes() {
    let mut order = full();
    let percent = |text: &str| TermsValue::Percent(text.parse().unwrap());
    order.terms.fine = Some(Fine { date: date(2026, 12, 22), value: percent("2") });
    order.terms.interest = Some(Interest {
        date: date(2026, 12, 22),
        value: InterestValue::PerDay(Money::from_cents(5)),
    });
    order.terms.discounts[0].value = TermsValue::Fixed(Money::from_cents(1_000));
    order.terms.discounts[0].date = order.expiration_date;
    let sent: Value = serde_json::from_slice(&request(&Op::Issue(Box::new(order))).body).unwrap();
    assert_eq!(sent["multa"], json!({"codigo": "PERCENTUAL", "taxa": 2.00}));
    assert_eq!(sent["mora"], json!({"codigo": "VALORDIA", "valor": 0.05}));
    assert_eq!(
        sent["desconto"],
        json!({"codigo": "VALORFIXODATAINFORMADA", "valor": 10.00, "quantidadeDias": 0})
    );
}

#[test]
fn the_other_requests_leave_as_documented() {
    let lines: Vec<String> = every_op().iter().map(line).collect();
    let list = "ordenarPor=CODIGO_COBRANCA&tipoOrdenacao=ASC&paginacao.paginaAtual=0\
                &paginacao.itensPorPagina=1000";
    let base = "/cobranca/v3/cobrancas";
    assert_eq!(
        lines,
        [
            format!("POST {base}?"),
            format!(
                "GET {base}?filtrarDataPor=EMISSAO&dataInicial=2026-11-20&dataFinal=2026-11-22\
                 &{list}&seuNumero=FAT-000123"
            ),
            format!("GET {base}/{BANK_ID}?"),
            format!("POST {base}/{BANK_ID}/cancelar?"),
            format!("PATCH {base}/{BANK_ID}?"),
            format!("GET {base}/edicao/ed17a000-0000-4000-8000-000000000001?"),
            format!(
                "GET {base}?filtrarDataPor=PAGAMENTO&dataInicial=2026-12-01&dataFinal=2026-12-02&{list}"
            ),
            format!(
                "GET {base}?filtrarDataPor=VENCIMENTO&dataInicial=2026-12-01&dataFinal=2026-12-02&{list}"
            ),
            "GET /pix/v2/pix?inicio=2026-12-01T00:00:00Z&fim=2026-12-02T12:00:00Z\
             &paginacao.paginaAtual=0&paginacao.itensPorPagina=1000"
                .to_owned(),
            format!("GET {base}/{BANK_ID}/pdf?"),
            format!("GET {base}/webhook?"),
            format!("PUT {base}/webhook?"),
            format!("GET {base}/sumario?dataInicial=2026-11-21&dataFinal=2026-11-21"),
            "GET /banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-23\
             &pagina=0&tamanhoPagina=10000"
                .to_owned(),
            "GET /banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-23\
             &scrollId=abc"
                .to_owned(),
            "GET /banking/v2/extrato?dataInicio=2026-12-01&dataFim=2026-12-23".to_owned(),
            "GET /banking/v2/saldo?".to_owned(),
            "GET /banking/v2/saldo?dataSaldo=2026-12-01".to_owned(),
        ]
    );
    assert!(line(&settled(Some("7"))).contains("paginacao.paginaAtual=7&"));
}

#[test]
fn bodies_of_the_other_changes() {
    let body = |op: &Op| String::from_utf8(request(op).body).unwrap();
    let ops = every_op();
    assert_eq!(body(&ops[3]), r#"{"motivoCancelamento":"pago em dinheiro"}"#);
    assert_eq!(body(&ops[4]), r#"{"dataVencimento":"2026-12-30","valorNominal":200.00}"#);
    assert_eq!(body(&ops[11]), r#"{"webhookUrl":"https://cobranca.exemplo.example/hooks/abc"}"#);
    let only_date = Op::Change {
        bank_id: BANK_ID.to_owned(),
        expiration_date: Some(date(2026, 12, 30)),
        amount: None,
    };
    assert_eq!(body(&only_date), r#"{"dataVencimento":"2026-12-30"}"#);
    let long = Op::Cancel { bank_id: BANK_ID.to_owned(), reason: "é".repeat(60) };
    assert_eq!(body(&long), format!(r#"{{"motivoCancelamento":"{}"}}"#, "é".repeat(50)));
}

#[test]
fn every_request_names_account_limit_and_scopes() {
    for op in every_op() {
        let request = request(&op);
        let account = request.headers.iter().find(|(n, _)| n == "x-conta-corrente");
        assert_eq!(account.map(|(_, v)| v.as_str()), Some("123456789"), "{op:?}");
        assert!(INTER.info().limit(request.limit, false).is_some(), "{op:?}");
        assert!(INTER.info().hosts.iter().any(|h| h.key == request.host), "{op:?}");
        for scope in request.scopes {
            assert!(INTER.info().scopes.iter().any(|s| s.name == *scope), "{op:?}");
        }
        assert_eq!(request.scopes.len(), 1, "{op:?}");
        assert_eq!(request.scopes[0].ends_with(".write"), changes(&op), "{op:?}");
        let json = request.headers.contains(&("content-type".into(), "application/json".into()));
        assert_eq!(json, !request.body.is_empty(), "{op:?}");
        assert!(INTER.info().can(op.kind()), "{op:?}");
    }
}

#[test]
fn an_id_cannot_leave_its_place_in_the_path() {
    let op = Op::Get { bank_id: "../webhook?x=1#é".to_owned() };
    assert_eq!(request(&op).path, "/cobranca/v3/cobrancas/%2E%2E%2Fwebhook%3Fx%3D1%23%C3%A9");
}

#[test]
fn an_unsure_emission_is_asked_for_within_the_banks_own_refusal_of_twins() {
    let Repeat::Ask { quiet } = INTER.info().repeat(OpKind::Issue) else {
        panic!("an emission must be asked for");
    };
    assert!(quiet.as_secs() < 30 * 60);
}
