//! The bank fails in every way that it can, and there is still one boleto there and one here.

use quita_banks::simulator::{Control, Fault};
use quita_core::fact::Means;

use crate::house::{BANK, House, all_bytes};

#[test]
fn an_answer_lost_after_the_commit_makes_no_second_boleto() {
    let house = House::new();
    house.fault(Fault::AnswerLost, "POST /cobranca/v3/cobrancas", 1);
    let id = house.issue("PERDIDA-1");
    let boleto = house.await_status(&id, "REGISTERED");
    assert_eq!(house.at_bank(&boleto), 1);
    let events = house.get(&format!("/v1/boletos/{id}/events"))["data"].clone();
    let registered =
        events.as_array().unwrap().iter().filter(|e| e["kind"] == "boleto.registered").count();
    assert_eq!(registered, 1);
}

#[test]
fn whatever_fails_while_issuing_there_is_one_boleto_in_the_end() {
    let house = House::new();
    let faults = [
        Fault::RequestLost,
        Fault::Truncated,
        Fault::ErrorBefore { status: 503 },
        Fault::ErrorAfter { status: 500 },
        Fault::TooMany { retry_after: Some(1) },
        Fault::WrongBody,
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        house.fault(fault.clone(), "POST /cobranca/v3/cobrancas", 1);
        let id = house.issue(&format!("FALHA-{n}"));
        // What never arrived can be told from what is late only after a quiet time.
        house.await_that("the order is on its way", || {
            let calls = house.sandbox.inspect(BANK).unwrap();
            calls["faults"].as_array().is_none_or(Vec::is_empty)
        });
        house.advance_minutes(12);
        let boleto = house.await_status(&id, "REGISTERED");
        assert_eq!(house.at_bank(&boleto), 1, "{fault:?}");
    }
}

#[test]
fn a_bank_that_is_down_for_a_day_is_caught_up_with() {
    let house = House::new();
    let paid_before = house.issue("ANTES");
    let boleto = house.await_status(&paid_before, "REGISTERED");
    house.fault(Fault::ErrorBefore { status: 503 }, "", 1_000_000);
    let waiting: Vec<String> = (0..5).map(|n| house.issue(&format!("FORA-{n}"))).collect();
    house.pay(&boleto, Means::Boleto);
    for _ in 0..24 {
        house.advance_minutes(60);
    }
    house.sandbox.control(BANK, &Control::ClearFaults).unwrap();
    house.advance_minutes(30);
    house.sync();
    for id in &waiting {
        let boleto = house.await_status(id, "REGISTERED");
        assert_eq!(house.at_bank(&boleto), 1);
    }
    house.await_status(&paid_before, "SETTLED");
}

#[test]
fn a_refusal_is_told_with_its_reason_and_another_may_follow() {
    let house = House::new();
    house.set("issue_refused", serde_json::json!(1));
    let id = house.issue("RECUSADO");
    let boleto = house.await_status(&id, "REJECTED");
    assert!(!boleto["refusal"]["message"].as_str().unwrap().is_empty());
    let pending = house.get("/v1/pending")["data"].clone();
    assert_eq!(pending[0]["kind"], "rejected");
    house.post(&format!("/v1/boletos/{id}/replace"), &serde_json::json!({}));
    let list = house.get("/v1/boletos?document_number=RECUSADO");
    let other = list["data"].as_array().unwrap().iter().find(|b| b["id"] != id.as_str()).unwrap();
    house.await_status(other["id"].as_str().unwrap(), "REGISTERED");
}

#[test]
fn secrets_are_nowhere_in_the_clear() {
    let house = House::new();
    let id = house.issue("SEGREDO");
    house.await_status(&id, "REGISTERED");
    let kit = house.sandbox.clients(BANK).unwrap().remove(0);
    let key_line = kit.key.lines().nth(1).unwrap().to_owned();
    let files = all_bytes(&house.data());
    let log = files.iter().find(|(path, _)| path.ends_with("log")).unwrap();
    assert!(String::from_utf8_lossy(&log.1).contains("call"), "the log says what is done");
    for (path, bytes) in files {
        for secret in [&kit.client_secret, &key_line] {
            let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "a secret stands in {}", path.display());
        }
    }
    for path in ["/v1/accounts", "/v1/credentials", "/v1/events?after=0"] {
        let body = house.get(path).to_string();
        assert!(!body.contains(&kit.client_secret) && !body.contains("PRIVATE KEY"), "{path}");
    }
}
