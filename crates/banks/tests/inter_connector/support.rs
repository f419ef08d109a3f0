//! Orders, operations and answers that the tests share.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use quita_banks::contract::{
    Bank, Bell, Ctx, Done, HttpRequest, HttpResponse, Inbound, Op, Outcome, Problem, Report,
};
use quita_banks::inter::bank::INTER;
use quita_banks::statement::StatementDetail;
use quita_core::document::Document;
use quita_core::fact::{Fact, Observation, Payment};
use quita_core::fold::{Status, fold};
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType};
use quita_core::party::{Address, Party};
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value as TermsValue};
use serde_json::Value;

pub(crate) const BANK_ID: &str = "0d1f2c3b-0000-4000-8000-000000000001";
pub(crate) const TXID: &str = "1234567891795221802511abcdefghijkl1";

pub(crate) const EMISSAO: &str = include_str!("../../src/inter/samples/emissao.json");
pub(crate) const EMITIDA: &str = include_str!("../../src/inter/samples/emissao-resposta.json");
pub(crate) const PROCESSANDO: &str =
    include_str!("../../src/inter/samples/detalhe-em-processamento.json");
pub(crate) const A_RECEBER: &str = include_str!("../../src/inter/samples/detalhe-a-receber.json");
pub(crate) const LISTA: &str = include_str!("../../src/inter/samples/lista.json");
pub(crate) const CALLBACK: &str = include_str!("../../src/inter/samples/callback.json");
pub(crate) const CALLBACK_2023: &str = include_str!("../../src/inter/samples/callback-2023.json");
pub(crate) const CALLBACK_PIX: &str = include_str!("../../src/inter/samples/callback-pix.json");
pub(crate) const PIX_RECEBIDOS: &str = include_str!("../../src/inter/samples/pix-recebidos.json");
pub(crate) const ERRO_400: &str = include_str!("../../src/inter/samples/erro-400.json");
pub(crate) const ERRO_403: &str = include_str!("../../src/inter/samples/erro-403.json");
pub(crate) const EDICAO: &str = include_str!("../../src/inter/samples/edicao-resposta.json");
pub(crate) const SUMARIO: &str = include_str!("../../src/inter/samples/sumario.json");
pub(crate) const EXTRATO: &str = include_str!("../../src/inter/samples/extrato.json");
pub(crate) const EXTRATO_COMPLETO: &str =
    include_str!("../../src/inter/samples/extrato-completo.json");
pub(crate) const SALDO: &str = include_str!("../../src/inter/samples/saldo.json");
pub(crate) const ERRO_SCROLL: &str = include_str!("../../src/inter/samples/erro-scroll.json");
pub(crate) const WEBHOOK: &str = include_str!("../../src/inter/samples/webhook.json");

pub(crate) fn ctx() -> Ctx {
    Ctx {
        account: BTreeMap::new(),
        branch: "0001".to_owned(),
        account_number: "00012345678".to_owned(),
        account_digit: "9".to_owned(),
        now: "2026-11-21T13:00:00Z".parse().unwrap(),
        today: date(2026, 11, 21),
        minute_of_day: 10 * 60,
        sandbox: false,
    }
}

pub(crate) fn address() -> Address {
    Address {
        street: "Rua das  Acácias".to_owned(),
        number: "12".to_owned(),
        complement: "ap 3".to_owned(),
        district: "Centro".to_owned(),
        city: "Belo Horizonte".to_owned(),
        state: "MG".to_owned(),
        postal_code: "30110000".to_owned(),
    }
}

pub(crate) fn customer() -> Party {
    Party {
        document: Document::parse("123.456.789-09").unwrap(),
        name: "Ana Exemplo\tda Silva".to_owned(),
        address: Some(address()),
        email: Some("ana@exemplo.example".to_owned()),
        phone: Some("+55 (31) 98888-7777".to_owned()),
    }
}

pub(crate) fn receiver() -> Party {
    Party {
        document: Document::parse("11222333000181").unwrap(),
        name: "Padaria Exemplo Ltda".to_owned(),
        address: Some(Address {
            street: "Avenida Brasil".to_owned(),
            number: "1200".to_owned(),
            complement: String::new(),
            district: "Centro".to_owned(),
            city: "Curitiba".to_owned(),
            state: "PR".to_owned(),
            postal_code: "80010-000".to_owned(),
        }),
        email: None,
        phone: None,
    }
}

/// A boleto with nothing but what must be there.
pub(crate) fn plain() -> BoletoOrder {
    BoletoOrder {
        bank_reference: "FAT-000123".to_owned(),
        document_number: "NFe 450 - 1/1".to_owned(),
        our_number: None,
        invoice_type: InvoiceType::BillOfExchange,
        amount: Money::from_cents(12_345),
        issuance_date: date(2026, 11, 21),
        expiration_date: date(2026, 12, 21),
        limit_date: date(2027, 1, 20),
        customer: Party { email: None, phone: None, ..customer() },
        receiver: None,
        terms: Terms::default(),
        messages: Vec::new(),
        hybrid: false,
        paper: quita_core::order::Paper::default(),
    }
}

/// A boleto with everything that the bank can carry.
pub(crate) fn full() -> BoletoOrder {
    BoletoOrder {
        customer: customer(),
        receiver: Some(receiver()),
        terms: Terms {
            fine: Some(Fine {
                date: date(2026, 12, 22),
                value: TermsValue::Fixed(Money::from_cents(400)),
            }),
            interest: Some(Interest {
                date: date(2026, 12, 22),
                value: InterestValue::PerMonth("1".parse().unwrap()),
            }),
            discounts: vec![Discount {
                date: date(2026, 12, 16),
                value: TermsValue::Percent("2.5".parse().unwrap()),
                per: None,
            }],
            ..Terms::default()
        },
        messages: vec!["Referente à NF 450".to_owned(), String::new(), "Obrigado\n".to_owned()],
        hybrid: true,
        ..plain()
    }
}

pub(crate) fn issue() -> Op {
    Op::Issue(Box::new(full()))
}

pub(crate) fn get() -> Op {
    Op::Get { bank_id: BANK_ID.to_owned() }
}

pub(crate) fn find() -> Op {
    Op::Find {
        bank_reference: "FAT-000123".to_owned(),
        our_number: None,
        issued_from: date(2026, 11, 20),
        cursor: None,
    }
}

pub(crate) fn settled(cursor: Option<&str>) -> Op {
    let cursor = cursor.map(str::to_owned);
    Op::Settled { from: date(2026, 12, 1), to: date(2026, 12, 2), cursor }
}

pub(crate) fn pix_received() -> Op {
    Op::PixReceived {
        from: "2026-12-01T00:00:00.9Z".parse().unwrap(),
        to: "2026-12-02T11:59:59.1Z".parse().unwrap(),
        cursor: None,
    }
}

pub(crate) fn statement(detail: StatementDetail, cursor: Option<&str>) -> Op {
    let cursor = cursor.map(str::to_owned);
    Op::Statement { from: date(2026, 12, 1), to: date(2026, 12, 23), detail, cursor }
}

pub(crate) fn balance(day: Option<Date>) -> Op {
    Op::Balance { day }
}

/// One of each kind, with nothing that the outcome depends on left out.
pub(crate) fn every_op() -> Vec<Op> {
    vec![
        issue(),
        find(),
        get(),
        Op::Cancel { bank_id: BANK_ID.to_owned(), reason: "pago em dinheiro".to_owned() },
        Op::Change {
            bank_id: BANK_ID.to_owned(),
            expiration_date: Some(date(2026, 12, 30)),
            amount: Some(Money::from_cents(20_000)),
        },
        Op::ChangeStatus { change_id: "ed17a000-0000-4000-8000-000000000001".to_owned() },
        settled(None),
        Op::States { from: date(2026, 12, 1), to: date(2026, 12, 2), cursor: None },
        pix_received(),
        Op::Pdf { bank_id: BANK_ID.to_owned() },
        Op::GetWebhook,
        Op::RegisterWebhook { url: "https://cobranca.exemplo.example/hooks/abc".to_owned() },
        Op::Probe,
        statement(StatementDetail::Complete, None),
        statement(StatementDetail::Complete, Some("scroll/9/3/abc")),
        statement(StatementDetail::Simple, None),
        balance(None),
        balance(Some(date(2026, 12, 1))),
    ]
}

pub(crate) fn changes(op: &Op) -> bool {
    matches!(op, Op::Issue(_) | Op::Cancel { .. } | Op::Change { .. } | Op::RegisterWebhook { .. })
}

pub(crate) fn request(op: &Op) -> HttpRequest {
    INTER.request(op, &ctx()).unwrap()
}

pub(crate) fn line(op: &Op) -> String {
    let request = request(op);
    let query: Vec<String> = request.query.iter().map(|(n, v)| format!("{n}={v}")).collect();
    format!("{} {}?{}", request.method, request.path, query.join("&"))
}

pub(crate) fn answer(op: &Op, status: u16, body: impl AsRef<[u8]>) -> Outcome {
    answer_with(op, status, &[], body)
}

pub(crate) fn answer_with(
    op: &Op,
    status: u16,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Outcome {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    INTER.outcome(op, &HttpResponse { status, headers, body: body.as_ref().to_vec() }, &ctx())
}

pub(crate) fn one_report(outcome: Outcome) -> Report {
    match outcome {
        Outcome::Done(Done::Reports(mut reports)) if reports.len() == 1 => reports.remove(0),
        other => panic!("one report expected: {other:?}"),
    }
}

pub(crate) fn page(outcome: Outcome) -> (Vec<Report>, Option<String>) {
    match outcome {
        Outcome::Page { reports, next } => (reports, next),
        other => panic!("a page expected: {other:?}"),
    }
}

/// The detail of the samples with some fields of `cobranca` replaced, null to remove.
pub(crate) fn detail(changes: Value) -> String {
    let mut detail: Value = serde_json::from_str(A_RECEBER).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        let cobranca = detail["cobranca"].as_object_mut().unwrap();
        if value.is_null() {
            cobranca.remove(name);
        } else {
            cobranca.insert(name.clone(), value.clone());
        }
    }
    detail.to_string()
}

pub(crate) fn read_detail(changes: Value) -> Report {
    one_report(answer(&get(), 200, detail(changes)))
}

pub(crate) fn status_of(report: &Report) -> Status {
    fold(report.facts.iter().map(|f| (report.channel, f))).status
}

pub(crate) fn observed(report: &Report) -> &Observation {
    let found = report.facts.iter().find_map(|f| match f {
        Fact::Observed(o) => Some(o),
        _ => None,
    });
    found.expect("an observation")
}

pub(crate) fn paid(report: &Report) -> Vec<&Payment> {
    let found = report.facts.iter().filter_map(|f| match f {
        Fact::Paid(p) => Some(p),
        _ => None,
    });
    found.collect()
}

pub(crate) fn is_registered(report: &Report) -> bool {
    report.facts.iter().any(|f| matches!(f, Fact::Registered(_)))
}

pub(crate) fn codes(order: &BoletoOrder, ctx: &Ctx) -> Vec<String> {
    let problems: Vec<Problem> = INTER.check(order, ctx);
    for problem in &problems {
        assert!(problem.message.ends_with('.'), "{problem:?}");
    }
    problems.iter().map(|p| format!("{} {}", p.field, p.code)).collect()
}

pub(crate) fn customer_address(order: &mut BoletoOrder) -> &mut Address {
    order.customer.address.as_mut().unwrap()
}

pub(crate) fn receiver_address(order: &mut BoletoOrder) -> &mut Address {
    order.receiver.as_mut().unwrap().address.as_mut().unwrap()
}

pub(crate) fn ring(method: &str, path: &str, body: &[u8]) -> (u16, Vec<Bell>) {
    let reply = INTER.inbound(
        &Inbound {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: body.to_vec(),
        },
        &ctx(),
    );
    (reply.response.status, reply.bells)
}
