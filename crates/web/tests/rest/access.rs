//! Who may do what, and that no company sees another.

use quita_engine::desk::{Permission, accounts, tokens};
use serde_json::json;

use crate::house::{House, boleto, customer};

crate::on_both_databases! {
    nothing_without_a_token
    a_withdrawn_token_is_out_at_once
    a_token_withdrawn_elsewhere_is_out_after_seconds
    each_operation_asks_for_its_permission
    no_company_sees_another
}

/// Every operation under `/v1`, with an id where the path has one.
async fn operations(house: &House) -> Vec<(String, String)> {
    let api = house.get("/openapi.json").no_token().send().await.expect(200);
    let mut found = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path.replace("{id}", "019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10");
            found.push((method.to_uppercase(), path));
        }
    }
    found.retain(|(_, path)| path.starts_with("/v1/"));
    assert!(found.len() > 25);
    found
}

async fn nothing_without_a_token(house: &House) {
    for (method, path) in operations(house).await {
        let none = house.call(&method, &path).no_token().send().await;
        none.problem(401, "unauthorized");
        assert_eq!(none.header("www-authenticate"), Some("Bearer"));
    }
    for wrong in ["", "quita_", "quita_0000", &"x".repeat(10_000)] {
        house.get("/v1/company").token(wrong).send().await.problem(401, "unauthorized");
    }
    let basic = house.get("/v1/company").no_token();
    basic.header("authorization", "Basic cXVpdGE6").send().await.problem(401, "unauthorized");
    let lower = format!("bearer {}", house.ours.token);
    let lower = house.get("/v1/company").no_token().header("authorization", &lower);
    lower.send().await.expect(200);
}

async fn a_withdrawn_token_is_out_at_once(house: &House) {
    let new = json!({"name": "ERP", "scopes": ["read"]});
    let made = house.post("/v1/tokens", "t", &new).send().await.expect(201);
    let token = made["token"].as_str().unwrap();
    house.get("/v1/company").token(token).send().await.expect(200);
    let path = format!("/v1/tokens/{}", made["id"].as_str().unwrap());
    let gone = house.call("DELETE", &path).send().await;
    assert_eq!(gone.status, 204);
    house.get("/v1/company").token(token).send().await.problem(401, "unauthorized");
    house.call("DELETE", &path).send().await.problem(404, "not_found");
}

async fn a_token_withdrawn_elsewhere_is_out_after_seconds(house: &House) {
    let new = json!({"name": "ERP", "scopes": ["read"]});
    let made = house.post("/v1/tokens", "t", &new).send().await.expect(201);
    let token = made["token"].as_str().unwrap();
    house.get("/v1/company").token(token).send().await.expect(200);
    tokens::revoke(&house.world, &house.ours.actor, made["id"].as_str().unwrap()).unwrap();
    house.clock.pass(5);
    house.get("/v1/company").token(token).send().await.problem(401, "unauthorized");
}

async fn each_operation_asks_for_its_permission(house: &House) {
    let issued = house.registered("1").await;
    let boleto_path = |act: &str| format!("/v1/boletos/{}{act}", issued["id"].as_str().unwrap());
    let charge_path = format!("/v1/charges/{}", issued["charge_id"].as_str().unwrap());
    let saved = house.post("/v1/customers", "c", &customer()).send().await.expect(201);
    let customer_path = format!("/v1/customers/{}", saved["id"].as_str().unwrap());
    let probe_path = format!("/v1/accounts/{}/probe", house.ours.account_id);
    let road = crate::screens::begun(house, &house.ours);
    // Boletos that name no account are issued at the other one.
    let inactive =
        accounts::Register { description: "x".into(), active: false, is_default: false, fee: None };
    accounts::change(&house.world, &house.ours.actor, &road, &inactive).unwrap();
    let road = |part: &str| format!("/v1/accounts/{road}{part}");
    let form = json!({"description": "x", "kind": "01"});
    let other_form = json!({"description": "y", "kind": "01"});
    let kept = house.post("/v1/payment-forms", "f", &form).send().await.expect(201);
    let form_path = format!("/v1/payment-forms/{}", kept["id"].as_str().unwrap());
    let contract = json!({
        "description": "x", "customer_id": saved["id"], "amount": 30_000,
        "expiration_date": "2027-06-10",
    });
    let kept = house.post("/v1/contracts", "k", &contract).send().await.expect(201);
    let contract_path =
        |part: &str| format!("/v1/contracts/{}{part}", kept["id"].as_str().unwrap());
    let no_body = json!(null);
    let operations = [
        ("GET", "/v1/company".to_owned(), no_body.clone(), Permission::Read),
        ("GET", "/v1/accounts".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/accounts/health".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/banks".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/customers".into(), no_body.clone(), Permission::Read),
        ("GET", customer_path, no_body.clone(), Permission::Read),
        ("GET", "/v1/terms".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/payment-forms".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/contracts".into(), no_body.clone(), Permission::Read),
        ("GET", contract_path(""), no_body.clone(), Permission::Read),
        ("GET", contract_path("/periods"), no_body.clone(), Permission::Read),
        ("GET", "/v1/boletos".into(), no_body.clone(), Permission::Read),
        ("GET", boleto_path(""), no_body.clone(), Permission::Read),
        ("GET", boleto_path("/events"), no_body.clone(), Permission::Read),
        ("GET", boleto_path("/pdf"), no_body.clone(), Permission::Read),
        ("GET", boleto_path("/pdf?source=bank"), no_body.clone(), Permission::Read),
        ("POST", "/v1/boletos/pdf".into(), json!({"ids": [issued["id"]]}), Permission::Read),
        ("GET", "/v1/charges".into(), no_body.clone(), Permission::Read),
        ("GET", charge_path, no_body.clone(), Permission::Read),
        ("GET", "/v1/receipts".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/events".into(), no_body.clone(), Permission::Read),
        ("GET", "/v1/pending".into(), no_body.clone(), Permission::Read),
        ("POST", "/v1/sync".into(), no_body.clone(), Permission::Charge),
        ("POST", "/v1/customers".into(), customer(), Permission::Charge),
        ("POST", "/v1/terms".into(), json!({"description": "x"}), Permission::Charge),
        ("POST", "/v1/payment-forms".into(), other_form, Permission::Charge),
        ("PUT", form_path, form, Permission::Charge),
        ("POST", "/v1/contracts".into(), contract.clone(), Permission::Charge),
        ("PUT", contract_path(""), contract, Permission::Charge),
        ("PUT", contract_path("/status"), json!({"status": "paused"}), Permission::Charge),
        ("POST", "/v1/boletos".into(), boleto("2"), Permission::Charge),
        ("POST", "/v1/boletos/rehearsal".into(), boleto("2r"), Permission::Charge),
        ("POST", "/v1/boletos?wait=1s".into(), boleto("3"), Permission::Charge),
        ("POST", "/v1/boletos/batch".into(), json!({"boletos": [boleto("4")]}), Permission::Charge),
        (
            "POST",
            "/v1/boletos/instalments".into(),
            json!({"boleto": boleto("5"), "count": 2, "mode": "repeat"}),
            Permission::Charge,
        ),
        ("POST", boleto_path("/change"), json!({"amount": 3_000}), Permission::Charge),
        ("POST", boleto_path("/replace"), json!({"amount": 3_000}), Permission::Charge),
        ("POST", boleto_path("/cancel"), json!({}), Permission::Charge),
        (
            "POST",
            boleto_path("/settle_by_hand"),
            json!({"paid_on": "2026-11-23", "amount": 1}),
            Permission::Charge,
        ),
        ("GET", "/v1/credentials".into(), no_body.clone(), Permission::Configure),
        ("POST", probe_path, no_body.clone(), Permission::Configure),
        ("GET", road("/enrolment"), no_body.clone(), Permission::Configure),
        ("GET", road("/enrolment/letter"), no_body.clone(), Permission::Configure),
        ("GET", road("/enrolment/letter/pdf"), no_body.clone(), Permission::Configure),
        (
            "PUT",
            road("/enrolment/received"),
            json!({"client_id": "a", "token": "b"}),
            Permission::Configure,
        ),
        ("POST", road("/enrolment/certificate"), no_body.clone(), Permission::Configure),
        ("POST", road("/credential/renewal"), no_body.clone(), Permission::Configure),
        ("DELETE", road("/enrolment"), no_body.clone(), Permission::Configure),
        (
            "POST",
            "/v1/accounts".into(),
            json!({"bank": "077", "description": "x", "branch": "1", "number": "1", "digit": "1"}),
            Permission::Configure,
        ),
        (
            "POST",
            "/v1/tokens".into(),
            json!({"name": "x", "scopes": ["configure"]}),
            Permission::Configure,
        ),
        (
            "DELETE",
            "/v1/tokens/019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10".into(),
            no_body.clone(),
            Permission::Configure,
        ),
    ];
    tokio::time::pause();
    let others = |wanted| Permission::ALL.into_iter().filter(move |p| *p != wanted).collect();
    for (i, (method, path, body, wanted)) in operations.iter().enumerate() {
        let call = |token: &str, key: String| {
            let call = house.call(method, path).token(token).header("idempotency-key", &key);
            if body.is_null() { call } else { call.json(body) }
        };
        let others: Vec<Permission> = others(*wanted);
        let without = call(&house.token(&others), format!("no-{i}")).send().await;
        let problem = without.problem(403, "forbidden");
        let said = problem["detail"].as_str().unwrap();
        assert!(said.contains(wanted.word()), "{method} {path}: {said}");
        let with = call(&house.token(&[*wanted]), format!("yes-{i}")).send().await;
        let answered = with.status.is_success() || [404, 409].contains(&with.status.as_u16());
        assert!(answered, "{method} {path} with {}: {}", wanted.word(), with.text());
    }
    // Nobody makes a token that may do more than its maker.
    let configure = house.token(&[Permission::Configure]);
    let more = json!({"name": "x", "scopes": ["charge"]});
    let more = house.post("/v1/tokens", "more", &more).token(&configure).send().await;
    more.problem(403, "forbidden");
}

async fn no_company_sees_another(house: &House) {
    let ours = house.registered("segredo-nosso").await;
    let id = ours["id"].as_str().unwrap();
    let saved = house.post("/v1/customers", "c", &customer()).send().await.expect(201);
    let form = json!({"description": "segredo-nosso", "kind": "01"});
    let form = house.post("/v1/payment-forms", "f", &form).send().await.expect(201);
    let contract = json!({
        "description": "segredo-nosso", "customer_id": saved["id"], "amount": 30_000,
        "expiration_date": "2027-06-10",
    });
    let contract = house.post("/v1/contracts", "k", &contract).send().await.expect(201);
    let contract = format!("/v1/contracts/{}", contract["id"].as_str().unwrap());
    let terms = json!({"description": "segredo-nosso"});
    let terms = house.post("/v1/terms", "t", &terms).send().await.expect(201);
    let theirs = &house.theirs.token;
    let road = crate::screens::begun(house, &house.ours);
    let mine = tokens::create(
        &house.world,
        &house.ours.actor,
        &tokens::NewToken { name: "x".into(), scopes: vec!["read".into()] },
    )
    .unwrap();

    for (method, path) in [
        ("GET", format!("/v1/boletos/{id}")),
        ("GET", format!("/v1/boletos/{id}/events")),
        ("GET", format!("/v1/boletos/{id}/pdf")),
        ("GET", format!("/v1/boletos/{id}/pdf?source=bank")),
        ("GET", format!("/v1/charges/{}", ours["charge_id"].as_str().unwrap())),
        ("GET", format!("/v1/customers/{}", saved["id"].as_str().unwrap())),
        ("GET", format!("/v1/payment-forms/{}", form["id"].as_str().unwrap())),
        ("GET", contract.clone()),
        ("GET", format!("{contract}/periods")),
        ("POST", format!("/v1/accounts/{}/probe", house.ours.account_id)),
        ("DELETE", format!("/v1/tokens/{}", mine.id)),
        ("GET", format!("/v1/accounts/{road}/enrolment")),
        ("GET", format!("/v1/accounts/{road}/enrolment/letter")),
        ("POST", format!("/v1/accounts/{road}/enrolment/certificate")),
        ("POST", format!("/v1/accounts/{road}/credential/renewal")),
        ("DELETE", format!("/v1/accounts/{road}/enrolment")),
    ] {
        house.call(method, &path).token(theirs).send().await.problem(404, "not_found");
    }
    house.get("/v1/company").token(&mine.token).send().await.expect(200);
    for act in ["cancel", "change", "replace", "settle_by_hand"] {
        let body = match act {
            "cancel" => json!({}),
            "settle_by_hand" => json!({"paid_on": "2026-11-23", "amount": 1}),
            _ => json!({"amount": 3_000}),
        };
        let path = format!("/v1/boletos/{id}/{act}");
        house.post(&path, act, &body).token(theirs).send().await.problem(404, "not_found");
    }
    let several = house.call("POST", "/v1/boletos/pdf").json(&json!({"ids": [id]}));
    several.token(theirs).send().await.problem(404, "not_found");
    let paused =
        house.call("PUT", &format!("{contract}/status")).json(&json!({"status": "paused"}));
    paused.token(theirs).send().await.problem(404, "not_found");
    let paths = ["boletos", "charges", "receipts", "customers", "terms", "pending", "events"];
    for path in paths.into_iter().chain(["payment-forms", "contracts"]) {
        let list = house.get(&format!("/v1/{path}")).token(theirs).send().await.expect(200);
        assert_eq!(list["data"], json!([]), "{path}");
    }
    for path in ["accounts", "credentials", "accounts/health"] {
        let list = house.get(&format!("/v1/{path}")).token(theirs).send().await;
        assert_eq!(list.expect(200)["data"].as_array().unwrap().len(), 1, "{path}");
        assert!(!list.text().contains(&house.ours.account_id), "{path}");
    }
    let ids = [("account_id", json!(house.ours.account_id)), ("terms_id", terms["id"].clone())];
    for (field, value) in ids {
        let mut issue = boleto("1");
        issue[field] = value;
        let refused = house.post("/v1/boletos", field, &issue).token(theirs).send().await;
        assert_eq!(refused.faults(), [format!("{field} not_found")]);
    }
    let mut issue = boleto("1");
    issue.as_object_mut().unwrap().remove("customer");
    issue["customer_id"] = saved["id"].clone();
    let refused = house.post("/v1/boletos", "c", &issue).token(theirs).send().await;
    assert_eq!(refused.faults(), ["customer_id not_found"]);

    // The same key and the same number are free for another company.
    let same = house.post("/v1/boletos", "segredo-nosso", &boleto("segredo-nosso"));
    let same = same.token(theirs).send().await;
    assert_eq!(same.header("idempotent-replayed"), None);
    assert_ne!(same.expect(201)["id"], ours["id"]);
}
