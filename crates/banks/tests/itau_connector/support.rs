//! Orders, operations and answers that the tests share.

use std::collections::BTreeMap;

use jiff::civil::date;
use quita_banks::contract::{Bank, Ctx, Done, HttpRequest, HttpResponse, Op, Outcome, Report};
use quita_banks::itau::bank::ITAU;
use quita_core::document::Document;
use quita_core::fact::{Fact, Observation, Payment};
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType};
use quita_core::party::{Address, Party};
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value as TermsValue};
use serde_json::Value;

pub(crate) const BANK_ID: &str = "01230045678210900000123";
pub(crate) const TXID: &str = "BL012300456782109000000000000123";

pub(crate) const EMISSAO: &str = include_str!("../../src/itau/samples/emissao.json");
pub(crate) const BOLECODE: &str = include_str!("../../src/itau/samples/bolecode.json");
pub(crate) const EMITIDA: &str = include_str!("../../src/itau/samples/emissao-resposta.json");
pub(crate) const DETALHE: &str = include_str!("../../src/itau/samples/detalhe.json");
pub(crate) const FRANCESINHA: &str = include_str!("../../src/itau/samples/francesinha.json");
pub(crate) const NOTIFICACAO: &str = include_str!("../../src/itau/samples/notificacao.json");
pub(crate) const EXTRATO: &str = include_str!("../../src/itau/samples/extrato.json");
pub(crate) const ERRO_400: &str = include_str!("../../src/itau/samples/erro-400.json");
pub(crate) const CADASTRADO: &str = include_str!("../../src/itau/samples/erro-422-cadastrado.json");
pub(crate) const ERRO_V3: &str = include_str!("../../src/itau/samples/erro-v3.json");

/// Every sample.
pub(crate) const SAMPLES: [&str; 10] = [
    EMISSAO,
    BOLECODE,
    EMITIDA,
    DETALHE,
    FRANCESINHA,
    NOTIFICACAO,
    EXTRATO,
    ERRO_400,
    CADASTRADO,
    ERRO_V3,
];

pub(crate) fn ctx() -> Ctx {
    with(&[("pix_key", "cobranca@exemplo.example")])
}

/// An account with these settings.
pub(crate) fn with(settings: &[(&str, &str)]) -> Ctx {
    let account: BTreeMap<String, String> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ctx {
        account,
        branch: "0123".to_owned(),
        account_number: "45678".to_owned(),
        account_digit: "2".to_owned(),
        now: "2026-11-23T13:00:00.123456789Z".parse().unwrap(),
        today: date(2026, 11, 23),
        minute_of_day: 10 * 60,
        sandbox: false,
    }
}

/// A hybrid boleto with nothing but what must be there.
pub(crate) fn hybrid() -> BoletoOrder {
    BoletoOrder {
        bank_reference: "NFEABC1234".to_owned(),
        document_number: "NFe 450 - 1/1".to_owned(),
        our_number: Some("00000123".to_owned()),
        invoice_type: InvoiceType::BillOfExchange,
        amount: Money::from_cents(12_345),
        issuance_date: date(2026, 11, 23),
        expiration_date: date(2026, 12, 21),
        limit_date: date(2027, 1, 20),
        customer: Party {
            document: Document::parse("123.456.789-09").unwrap(),
            name: "Ana Conceição \tda Silva".to_owned(),
            address: Some(Address {
                street: "Rua das  Acácias".to_owned(),
                number: "12".to_owned(),
                complement: "ap 3".to_owned(),
                district: "Jardim das Flores".to_owned(),
                city: "São Gonçalo do Rio Abaixo".to_owned(),
                state: "MG".to_owned(),
                postal_code: "30110-000".to_owned(),
            }),
            email: Some("ana@exemplo.example".to_owned()),
            phone: None,
        },
        receiver: None,
        terms: Terms::default(),
        messages: Vec::new(),
        hybrid: true,
        paper: quita_core::order::Paper::default(),
    }
}

/// A boleto without QR, with everything that the bank can carry.
pub(crate) fn full() -> BoletoOrder {
    let percent = |text: &str| TermsValue::Percent(text.parse().unwrap());
    let discount = |day, text| Discount { date: day, value: percent(text), per: None };
    BoletoOrder {
        hybrid: false,
        receiver: Some(Party {
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
        }),
        terms: Terms {
            fine: Some(Fine { date: date(2026, 12, 22), value: percent("2") }),
            interest: Some(Interest {
                date: date(2026, 12, 23),
                value: InterestValue::PerDay(Money::from_cents(5)),
            }),
            discounts: vec![discount(date(2026, 12, 10), "5"), discount(date(2026, 12, 15), "2.5")],
            abatement: Money::from_cents(100),
            ..Terms::default()
        },
        ..hybrid()
    }
}

pub(crate) fn issue(order: BoletoOrder) -> Op {
    Op::Issue(Box::new(order))
}

pub(crate) fn get() -> Op {
    Op::Get { bank_id: BANK_ID.to_owned() }
}

pub(crate) fn find() -> Op {
    Op::Find {
        bank_reference: "NFEABC1234".to_owned(),
        our_number: Some("00000123".to_owned()),
        issued_from: date(2026, 11, 22),
        cursor: None,
    }
}

pub(crate) fn cancel() -> Op {
    Op::Cancel { bank_id: BANK_ID.to_owned(), reason: "a pedido".to_owned() }
}

pub(crate) fn change() -> Op {
    Op::Change {
        bank_id: BANK_ID.to_owned(),
        expiration_date: Some(date(2026, 12, 28)),
        amount: Some(Money::from_cents(18_000)),
    }
}

pub(crate) fn settled(cursor: Option<&str>) -> Op {
    let cursor = cursor.map(str::to_owned);
    Op::Settled { from: date(2026, 12, 1), to: date(2026, 12, 2), cursor }
}

pub(crate) fn request(op: &Op) -> HttpRequest {
    ITAU.request(op, &ctx()).unwrap()
}

pub(crate) fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

pub(crate) fn query(request: &HttpRequest) -> Vec<(&str, &str)> {
    request.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

pub(crate) fn outcome(op: &Op, status: u16, body: &str) -> Outcome {
    let answer = HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
    ITAU.outcome(op, &answer, &ctx())
}

pub(crate) fn reports(outcome: Outcome) -> Vec<Report> {
    match outcome {
        Outcome::Done(Done::Reports(reports)) | Outcome::Page { reports, .. } => reports,
        other => panic!("no reports: {other:?}"),
    }
}

pub(crate) fn payments(report: &Report) -> Vec<&Payment> {
    let mut all = Vec::new();
    for fact in &report.facts {
        if let Fact::Paid(payment) = fact {
            all.push(payment);
        }
    }
    all
}

pub(crate) fn observed(report: &Report) -> &Observation {
    for fact in &report.facts {
        if let Fact::Observed(seen) = fact {
            return seen;
        }
    }
    panic!("nothing observed")
}

/// The detail with another situation and more in its data.
pub(crate) fn detail(situation: &str, more: &[(&str, Value)]) -> String {
    let mut json: Value = serde_json::from_str(DETALHE).unwrap();
    let data = &mut json["data"][0]["dado_boleto"];
    data["dados_individuais_boleto"][0]["situacao_geral_boleto"] = situation.into();
    for (name, value) in more {
        data[*name] = value.clone();
    }
    json.to_string()
}
