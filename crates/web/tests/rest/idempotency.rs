//! A request takes effect once, however often and however concurrently it is sent.

use quita_store::idempotency::{self, Begun};
use serde_json::{Value, json};

use crate::house::{House, account, boleto, customer};

crate::on_both_databases! {
    a_repetition_is_answered_as_before
    another_body_is_refused
    concurrent_repetitions_take_effect_once
    a_request_under_way_is_not_repeated
    a_refused_request_leaves_its_key_free
    a_repetition_is_answered_whatever_has_changed
    secrets_are_not_kept
}

/// Each keyed operation with a body that works.
fn keyed(boleto_id: &str) -> Vec<(String, Value)> {
    let new = account("5556667");
    let new = json!({
        "bank": new.bank, "description": new.description, "branch": new.branch,
        "number": new.number, "digit": new.digit, "credential": new.credential, "hosts": new.hosts,
    });
    vec![
        ("/v1/boletos".into(), boleto("k1")),
        ("/v1/boletos/batch".into(), json!({"boletos": [boleto("k2"), boleto("k3")]})),
        (
            "/v1/boletos/instalments".into(),
            json!({"boleto": boleto("k4"), "count": 2, "mode": "divide"}),
        ),
        (format!("/v1/boletos/{boleto_id}/cancel"), json!({"reason": "x"})),
        ("/v1/customers".into(), customer()),
        ("/v1/terms".into(), json!({"description": "Padrão"})),
        ("/v1/accounts".into(), new),
        ("/v1/tokens".into(), json!({"name": "ERP", "scopes": ["read"]})),
    ]
}

async fn counts(house: &House) -> Vec<usize> {
    let mut counts = Vec::new();
    for list in ["boletos", "charges", "customers", "terms", "accounts", "credentials"] {
        let list = house.get(&format!("/v1/{list}")).send().await.expect(200);
        counts.push(list["data"].as_array().unwrap().len());
    }
    counts
}

async fn a_repetition_is_answered_as_before(house: &House) {
    let registered = house.registered("1").await;
    let id = registered["id"].as_str().unwrap();
    for (path, body) in keyed(id) {
        let first = house.post(&path, &path, &body).send().await;
        assert!(first.status.is_success(), "{path}: {}", first.text());
        assert_eq!(first.header("idempotent-replayed"), None);
        let before = counts(house).await;
        let again = house.post(&path, &path, &body).send().await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"), "{path}");
        assert_eq!(again.status, first.status);
        if path != "/v1/tokens" {
            assert_eq!(again.text(), first.text());
        }
        assert_eq!(counts(house).await, before, "{path}");
    }
}

async fn another_body_is_refused(house: &House) {
    let registered = house.registered("1").await;
    let id = registered["id"].as_str().unwrap();
    for (path, body) in keyed(id) {
        house.post(&path, &path, &body).send().await;
        let before = counts(house).await;
        let spaced = serde_json::to_string_pretty(&body).unwrap();
        let other = house.call("POST", &path).header("idempotency-key", &path);
        let other = other.header("content-type", "application/json").raw(spaced).send().await;
        other.problem(422, "idempotency_key_reused");
        assert_eq!(counts(house).await, before);
    }
    // One key for two operations, as well.
    let reused = house.post("/v1/terms", "/v1/customers", &json!({"description": "Outros"}));
    reused.send().await.problem(422, "idempotency_key_reused");
}

async fn concurrent_repetitions_take_effect_once(house: &House) {
    let registered = house.registered("1").await;
    let id = registered["id"].as_str().unwrap();
    for (path, body) in keyed(id) {
        let send = || house.post(&path, &path, &body).send();
        let answers = tokio::join!(send(), send(), send(), send());
        let answers = [answers.0, answers.1, answers.2, answers.3];
        let fresh = answers.iter().filter(|a| a.status.is_success());
        let fresh = fresh.filter(|a| a.header("idempotent-replayed").is_none()).count();
        assert_eq!(fresh, 1, "{path}: {:?}", answers.each_ref().map(|a| a.text()));
        for answer in &answers {
            match answer.status.as_u16() {
                200..300 => {}
                _ => {
                    answer.problem(409, "request_in_progress");
                    assert_eq!(answer.header("retry-after"), Some("1"));
                }
            }
        }
    }
    // One boleto before, one alone, two in the batch, two instalments.
    assert_eq!(counts(house).await, [6, 6, 1, 1, 2, 2]);
}

async fn a_request_under_way_is_not_repeated(house: &House) {
    let company = house.ours.actor.company_id.clone();
    let body = customer();
    let print =
        quita_engine::desk::issue::fingerprint("POST /v1/customers", body.to_string().as_bytes());
    let begun =
        house.world.tx(move |tx, ids| idempotency::begin(tx, &company, "k", &print, ids.now()));
    assert_eq!(begun.unwrap(), Begun::New);
    let running = house.post("/v1/customers", "k", &body).send().await;
    running.problem(409, "request_in_progress");
    assert_eq!(running.header("retry-after"), Some("1"));
    assert_eq!(counts(house).await[2], 0);
}

async fn a_refused_request_leaves_its_key_free(house: &House) {
    let mut wrong = boleto("1");
    wrong["amount"] = json!(0);
    house.post("/v1/boletos", "k", &wrong).send().await.problem(422, "invalid");
    house.post("/v1/boletos", "k", &boleto("1")).send().await.expect(201);
    let taken = house.post("/v1/boletos", "k2", &boleto("1")).send().await;
    let said = taken.problem(409, "document_number_taken")["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("número 1;"), "{said}");
    house.post("/v1/boletos", "k2", &boleto("2")).send().await.expect(201);
}

async fn a_repetition_is_answered_whatever_has_changed(house: &House) {
    let first = house.post("/v1/boletos", "k", &boleto("1")).send().await;
    first.expect(201);
    house.work();
    // The due date has passed: the same request would now be wrong.
    house.clock.pass(25 * 86_400);
    let late = house.post("/v1/boletos", "k", &boleto("1")).send().await;
    assert_eq!(late.header("idempotent-replayed"), Some("true"));
    assert_eq!(late.text(), first.text());
    house.post("/v1/boletos", "k2", &boleto("2")).send().await.problem(422, "invalid");
}

async fn secrets_are_not_kept(house: &House) {
    let new = json!({"name": "ERP", "scopes": ["read"]});
    let made = house.post("/v1/tokens", "k", &new).send().await.expect(201);
    let token = made["token"].as_str().unwrap();
    house.get("/v1/company").token(token).send().await.expect(200);
    let again = house.post("/v1/tokens", "k", &new).send().await;
    assert!(!again.text().contains(token));
    let again = again.expect(201);
    assert_eq!(again["id"], made["id"]);
    assert_eq!(again["token"], "");
    assert!(again["notice"].as_str().unwrap().contains("não fica guardado"));

    let path = "/v1/accounts".to_owned();
    let (_, new) = keyed("").into_iter().find(|(p, _)| *p == path).unwrap();
    let first = house.post(&path, "a", &new).send().await.text();
    let again = house.post(&path, "a", &new).send().await.text();
    for secret in ["segredo", "PRIVATE KEY", "CERTIFICATE"] {
        assert!(!first.contains(secret) && !again.contains(secret));
    }
}
