//! The process is killed at every named point of the flows, and all ends as if it had not been.

use quita_core::fact::Means;
use serde_json::json;

use crate::house::{House, new_boleto};

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
