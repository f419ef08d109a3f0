//! The process is killed at every named point of the flows, and all ends as if it had not been.

use quita_core::fact::Means;
use serde_json::json;

use crate::house::{House, new_boleto};
use crate::office::{Clerk, MailServer};

/// Points of the way from the order to the registered boleto.
const ISSUE: [&str; 6] = [
    "token.kept",
    "issue.before_intent",
    "issue.intent",
    "issue.answered",
    "issue.recorded",
    "follow.answered",
];

/// Points of the way from the bank's call to the receipt.
const WEBHOOK: [&str; 4] =
    ["webhook.kept", "webhook.claimed", "webhook.fetched", "webhook.recorded"];

#[test]
fn killed_while_issuing_there_is_one_boleto() {
    let mut house = House::new();
    for point in ISSUE {
        // Each process asks for tokens of its own, and the bank gives five a minute.
        house.advance_minutes(2);
        house.open(Some(point));
        let number = format!("MORTE-{point}");
        let first = house.post_stubbornly("/v1/boletos", &number, &new_boleto(&number));
        house.wait_for_death();
        house.open(None);
        // The client that got no answer asks again under its key: the same boleto.
        let again = house.post_stubbornly("/v1/boletos", &number, &new_boleto(&number)).unwrap();
        if let Some(first) = first {
            assert_eq!(first["id"], again["id"], "{point}");
        }
        let id = again["id"].as_str().unwrap();
        // An intent that was never sent can be told from a late answer only after a quiet time.
        house.advance_minutes(12);
        let boleto = house.await_status(id, "REGISTERED");
        assert_eq!(house.at_bank(&boleto), 1, "{point}");
    }
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}

#[test]
fn killed_while_clarifying_the_boleto_is_adopted_once() {
    let mut house = House::new();
    house.advance_minutes(2);
    house.open(Some("clarify.asked"));
    house.fault(quita_banks::simulator::Fault::AnswerLost, "POST /cobranca/v3/cobrancas", 1);
    let number = "MORTE-clarify";
    house.post_stubbornly("/v1/boletos", number, &new_boleto(number));
    house.wait_for_death();
    house.open(None);
    let again = house.post_stubbornly("/v1/boletos", number, &new_boleto(number)).unwrap();
    let boleto = house.await_status(again["id"].as_str().unwrap(), "REGISTERED");
    assert_eq!(house.at_bank(&boleto), 1);
}

#[test]
fn killed_while_a_notice_is_taken_the_payment_is_one_receipt() {
    let mut house = House::new();
    for point in WEBHOOK {
        let id = house.issue(&format!("AVISO-{point}"));
        let boleto = house.await_status(&id, "REGISTERED");
        // Each process asks for tokens of its own, and the bank gives five a minute.
        house.advance_minutes(2);
        house.open(Some(point));
        house.pay(&boleto, Means::Pix);
        house.wait_for_death();
        house.open(None);
        house.advance_minutes(25);
        let boleto = house.await_status(&id, "SETTLED");
        assert_eq!(boleto["receipts"].as_array().unwrap().len(), 1, "{point}");
        assert_eq!(boleto["received"], 12_345, "{point}");
    }
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}

#[test]
fn killed_while_cancelling_it_is_cancelled_once() {
    let mut house = House::new();
    for point in ["carry.intent", "carry.answered"] {
        let id = house.issue(&format!("CANCELA-{point}"));
        house.await_status(&id, "REGISTERED");
        // Each process asks for tokens of its own, and the bank gives five a minute.
        house.advance_minutes(2);
        house.open(Some(point));
        house.post_stubbornly(&format!("/v1/boletos/{id}/cancel"), point, &json!({}));
        house.wait_for_death();
        house.open(None);
        house.advance_minutes(12);
        let boleto = house.await_status(&id, "CANCELLED");
        assert_eq!(boleto["received"], 0, "{point}");
        let pending = house.get("/v1/pending")["data"].clone();
        assert_eq!(pending, json!([]), "{point}");
    }
}

#[test]
fn killed_with_a_file_half_issued_each_row_is_one_boleto_and_one_letter() {
    let mut house = House::new();
    let clerk = Clerk::new(&house);
    let server = MailServer::start();
    let settings = [
        ("host", "127.0.0.1"),
        ("port", server.port.as_str()),
        ("security", "none"),
        ("sender", "cobranca@example.com"),
    ];
    clerk.post(&house, "/email", &settings).unwrap();

    let due = new_boleto("")["expiration_date"].as_str().unwrap().to_owned();
    let row = |number: &str, amount: &str, email: &str| {
        format!(
            "{number};529.982.247-25;Joana Exemplo;{email}@example.com;50010000;Rua Um;1;Centro;\
             Recife;PE;{amount};{due}\n"
        )
    };
    let file = [
        "numero;cpf;nome;email;cep;rua;num;bairro;cidade;uf;valor;vencimento\n".to_owned(),
        row("LOTE-1", "10,00", "um"),
        row("LOTE-2", "dez", "ninguem"),
        row("LOTE-3", "30,00", "tres"),
    ];
    let columns = clerk.upload(&house, "/boletos/lote", &file.concat());
    let batch = columns.strip_suffix("/colunas").unwrap().to_owned();
    let names = [
        "number",
        "document",
        "name",
        "email",
        "postal_code",
        "street",
        "street_number",
        "district",
        "city",
        "state",
        "amount",
        "due",
    ];
    let places: Vec<String> = (0..names.len()).map(|place| place.to_string()).collect();
    let chosen: Vec<_> = names.into_iter().zip(places.iter().map(String::as_str)).collect();
    clerk.post(&house, &columns, &chosen).unwrap();

    // Each process asks for tokens of its own, and the bank gives five a minute.
    house.advance_minutes(2);
    house.open(Some("batch.issued"));
    // The answer may come before the end or not.
    clerk.post(&house, &format!("{batch}/emitir"), &[("without_bad", "1")]);
    house.wait_for_death();
    house.open(None);
    house.advance_minutes(12);
    let all = || house.get("/v1/boletos")["data"].as_array().unwrap().clone();
    let registered = || all().iter().filter(|b| b["status"] == "REGISTERED").count() == 2;
    house.await_that("both registered", registered);
    let mut numbers: Vec<_> = all().iter().map(|b| b["document_number"].to_string()).collect();
    numbers.sort();
    assert_eq!(numbers, ["\"LOTE-1\"", "\"LOTE-3\""]);
    for boleto in all() {
        assert_eq!(house.at_bank(&boleto), 1, "{boleto}");
    }
    let told = clerk.page(&house, &batch);
    assert!(told.contains("2 de 2 boletos concluídos"), "{told}");
    assert!(told.contains("Deixada de fora") && !told.contains("Não emitida"), "{told}");

    house.advance_minutes(2);
    house.open(Some("mail.sent"));
    clerk.post(&house, &format!("{batch}/email"), &[]);
    house.wait_for_death();
    assert_eq!(server.taken().values().sum::<usize>(), 1);
    house.open(None);
    house.await_that("both sent", || clerk.page(&house, "/email").matches("Enviado").count() >= 2);
    // The letter at which it died came twice, as one; the other one once.
    let taken = server.taken();
    assert_eq!(taken.len(), 2, "{taken:?}");
    let mut times: Vec<_> = taken.into_values().collect();
    times.sort_unstable();
    assert_eq!(times, [1, 2]);
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}

#[test]
fn killed_while_a_contract_issues_each_period_has_one_boleto() {
    let mut house = House::new();
    for point in ["contract.opened", "contract.issued"] {
        let body = new_boleto(point);
        let customer = house.post("/v1/customers", &body["customer"]);
        // Each process asks for tokens of its own, and the bank gives five a minute.
        house.advance_minutes(2);
        house.open(Some(point));
        // Two periods have their day of issue behind them.
        let contract = json!({
            "description": point,
            "customer_id": customer["id"],
            "amount": body["amount"],
            "expiration_date": body["expiration_date"],
            "interval": "weekly",
            "periods": 2,
            "days_before": 90,
        });
        house.post_stubbornly("/v1/contracts", point, &contract);
        house.wait_for_death();
        house.open(None);
        let contract = house.post_stubbornly("/v1/contracts", point, &contract).unwrap();
        let path = format!("/v1/contracts/{}", contract["id"].as_str().unwrap());
        house.await_that("the end of the contract", || house.get(&path)["status"] == "ended");
        house.advance_minutes(12);
        let periods = house.get(&format!("{path}/periods"))["data"].clone();
        assert_eq!(periods.as_array().unwrap().len(), 2, "{point}");
        for period in periods.as_array().unwrap() {
            let boleto = house.await_status(period["boleto_id"].as_str().unwrap(), "REGISTERED");
            assert_eq!(house.at_bank(&boleto), 1, "{point}");
        }
    }
    let all = house.get("/v1/boletos")["data"].as_array().unwrap().len();
    assert_eq!(all, 4);
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}

#[test]
fn killed_while_lines_are_matched_each_is_matched_once() {
    let mut house = House::new();
    for point in ["reconcile.read", "reconcile.matched"] {
        let id = house.issue(&format!("EXTRATO-{point}"));
        let boleto = house.await_status(&id, "REGISTERED");
        house.pay(&boleto, Means::Pix);
        house.await_status(&id, "SETTLED");
        // Each process asks for tokens of its own, and the bank gives five a minute.
        house.advance_minutes(2);
        house.open(Some(point));
        // The bank's statement tells of days that are over.
        house.advance_minutes(24 * 60);
        house.post_stubbornly("/v1/statements/fetch", point, &json!({}));
        house.pass_until_death();
        house.open(None);
        let paid = || {
            let lines = house.get("/v1/statement_lines")["data"].clone();
            let lines = lines.as_array().unwrap().clone();
            assert!(lines.iter().all(|line| line["status"] != "explained"), "{lines:?}");
            lines.iter().filter(|line| line["status"] != "open").count()
        };
        let all = if point == "reconcile.read" { 2 } else { 4 };
        house.await_that("the payment and its fee explained", || paid() == all);
        let matches = house.get("/v1/matches")["data"].as_array().unwrap().clone();
        assert_eq!(matches.len(), all, "{point}: {matches:?}");
        let of_boleto = |one: &&serde_json::Value| {
            one["kind"] == "boletos" && one["boletos"][0]["boleto_id"] == id
        };
        assert_eq!(matches.iter().filter(of_boleto).count(), 1, "{point}: {matches:?}");
        assert_eq!(house.get("/v1/pending")["data"], json!([]), "{point}");
    }
    let (ok, verified) = house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}
