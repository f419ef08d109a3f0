//! Requests with invented people, each another one.

use std::sync::Arc;

use crate::load::{Request, post};

/// Customers take turns.
const CUSTOMERS: u64 = 5_000;

/// An order as a shop's program sends it, customer and terms included.
pub(crate) fn order(number: u64) -> String {
    let document = cpf(100_000_000 + number % CUSTOMERS * 7);
    let amount = 5_000 + number % 90_000;
    format!(
        r#"{{"document_number":"NFe {number} - 1/1","amount":{amount},"expiration_date":"2030-03-15",
"customer":{{"document":"{document}","legal_name":"Maria das Dores Oliveira",
"email":"maria@example.com","phone":"31999990000","address":{{"street":"Rua das Laranjeiras",
"number":"100","complement":"","district":"Centro","city":"Belo Horizonte","state":"MG",
"postal_code":"30140071"}}}},"fine":{{"value":"2.00"}},"interest":{{"value":"1.00"}},
"messages":["Referente ao pedido {number}","Dúvidas: financeiro@example.com"]}}"#
    )
}

/// `POST /v1/boletos` of one order.
pub(crate) fn issue(path: &'static str, token: &str) -> Request {
    let authorization = format!("authorization: Bearer {token}\r\n");
    Arc::new(move |number| {
        let headers = format!("{authorization}idempotency-key: {}\r\n", uuid(number));
        post(path, &headers, &order(number))
    })
}

/// A notice as banks send them.
pub(crate) fn notice(path: String) -> Request {
    Arc::new(move |number| {
        let id = uuid(number);
        let body = format!(
            r#"[{{"codigoSolicitacao":"{id}","seuNumero":"NFE{number:012}","situacao":"RECEBIDO",
"dataHoraSituacao":"2026-11-30T14:20:00.123Z","valorTotalRecebido":"123.45",
"origemRecebimento":"PIX","nossoNumero":"00123456789",
"codigoBarras":"00091123400000123450001112345678901234567890",
"linhaDigitavel":"00090001111234567890012345678901911230000012345",
"txid":"{number:035}","pixCopiaECola":"00020101021226780014br.gov.bcb.pix2556pix.example.com/cobv/{id}5204000053039865802BR5913EMPRESA TESTE6014BELO HORIZONTE62070503***6304ABCD"}}]"#
        );
        post(&path, "x-conta-corrente: 123456708\r\n", &body)
    })
}

/// As unordered as a random UUID, and never twice.
fn uuid(number: u64) -> String {
    let (a, b) = (mixed(number), mixed(!number));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

/// The finalizer of splitmix64: a permutation.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Nine digits with their two check digits (Receita Federal).
fn cpf(nine: u64) -> String {
    let mut digits: Vec<u64> = format!("{nine:09}").bytes().map(|b| u64::from(b - b'0')).collect();
    for length in [9_u64, 10] {
        let sum: u64 =
            digits.iter().zip((2..=length + 1).rev()).map(|(d, weight)| d * weight).sum();
        digits.push(sum * 10 % 11 % 10);
    }
    digits.iter().map(u64::to_string).collect()
}
