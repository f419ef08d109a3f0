//! What cannot be carried out is refused whole, with every field at fault named.

use quita_banks::simulator::{Control, Fault};
use serde_json::{Value, json};

use crate::house::{House, boleto, customer};

crate::on_both_databases! {
    each_bad_field_of_a_boleto_is_named
    all_bad_fields_are_named_at_once
    bad_fields_of_other_requests_are_named
    bodies_that_cannot_be_read
    keys_that_cannot_be_kept
    addresses_that_do_not_exist
    bad_queries_are_named
    a_bank_that_does_not_answer_is_said
}

/// `boleto` with another value at a path.
fn with(mut boleto: Value, path: &str, value: Value) -> Value {
    let pointer = format!("/{}", path.replace('.', "/"));
    if let Some(place) = boleto.pointer_mut(&pointer) {
        *place = value;
    } else {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        boleto.pointer_mut(parent).unwrap()[name] = value;
    }
    boleto
}

async fn nothing_was_stored(house: &House) {
    for list in ["boletos", "charges", "customers", "events"] {
        let list = house.get(&format!("/v1/{list}")).send().await.expect(200);
        assert_eq!(list["data"], json!([]));
    }
}

async fn each_bad_field_of_a_boleto_is_named(house: &House) {
    let cases = [
        ("document_number", json!(""), "document_number missing"),
        ("document_number", json!("x".repeat(41)), "document_number too_long"),
        ("amount", json!(0), "amount out_of_range"),
        ("amount", json!(-1), "amount out_of_range"),
        ("amount", json!(i64::MAX), "amount out_of_range"),
        ("amount", json!("125000"), "amount wrong_type"),
        ("amount", json!(1250.5), "amount wrong_type"),
        ("amount", json!(null), "amount wrong_type"),
        ("expiration_date", json!("2026-11-22"), "expiration_date in_the_past"),
        ("expiration_date", json!("15/12/2026"), "expiration_date invalid"),
        ("expiration_date", json!("2026-02-30"), "expiration_date invalid"),
        ("limit_date", json!("nunca"), "limit_date invalid"),
        ("invoice_type", json!("slip"), "invoice_type invalid"),
        ("origin", json!("carta"), "origin invalid"),
        ("customer.document", json!("123.456.789-00"), "customer.document invalid"),
        ("customer.legal_name", json!(" "), "customer.legal_name missing"),
        ("customer.email", json!("maria@"), "customer.email invalid"),
        ("customer.address.state", json!("XX"), "customer.address.state invalid"),
        (
            "customer.address.postal_code",
            json!("30.110-000"),
            "customer.address.postal_code invalid",
        ),
        ("customer.address.city", json!(7), "customer.address.city wrong_type"),
        ("customer.adress", json!({}), "customer.adress unknown"),
        ("customer_id", json!("x"), "customer ambiguous"),
        ("account_id", json!("x"), "account_id not_found"),
        ("terms_id", json!("x"), "terms_id not_found"),
        ("value", json!(1), "value unknown"),
        ("fine", json!({"value": "dois"}), "fine.value invalid"),
        ("fine", json!({"value": "2.00", "face_value": 1}), "fine ambiguous"),
        ("interest", json!({}), "interest missing"),
        ("discounts", json!([{"value": "5.00"}]), "discounts[0].date missing"),
        ("discounts", json!([{"value": 5, "date": "2026-12-01"}]), "discounts[0].value wrong_type"),
        ("messages", json!("texto"), "messages wrong_type"),
        ("hybrid", json!("sim"), "hybrid wrong_type"),
    ];
    for (i, (path, value, fault)) in cases.into_iter().enumerate() {
        let body = with(boleto("1"), path, value);
        let refused = house.post("/v1/boletos", &format!("k{i}"), &body).send().await;
        let faults = refused.faults();
        assert!(faults.contains(&fault.to_owned()), "{body}: {faults:?}, not {fault}");

        let field = fault.split(' ').next().unwrap();
        let body = json!({"boletos": [boleto("1"), body]});
        let refused = house.post("/v1/boletos/batch", &format!("b{i}"), &body).send().await;
        let faults = refused.faults();
        let inside = format!("boletos[1].{field}");
        assert!(faults.iter().any(|f| f.starts_with(&inside)), "{body}: {faults:?}");
    }
    nothing_was_stored(house).await;
}

async fn all_bad_fields_are_named_at_once(house: &House) {
    let mut body = with(boleto(""), "customer.document", json!("1"));
    body = with(body, "customer.address.state", json!("XX"));
    body = with(body, "expiration_date", json!("ontem"));
    let refused = house.post("/v1/boletos", "k", &body).send().await;
    assert_eq!(
        refused.faults(),
        [
            "document_number missing",
            "expiration_date invalid",
            "customer.document invalid",
            "customer.address.state invalid",
        ]
    );
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("4 campos"), "{detail}");
    nothing_was_stored(house).await;
}

async fn bad_fields_of_other_requests_are_named(house: &House) {
    let issued = house.registered("1").await;
    let act = |act: &str| format!("/v1/boletos/{}/{act}", issued["id"].as_str().unwrap());
    let without = |name: &str| {
        let mut customer = customer();
        customer.as_object_mut().unwrap().remove(name);
        customer
    };
    let plan =
        |count: Value, mode: &str| json!({"boleto": boleto("2"), "count": count, "mode": mode});
    let account = |bank: &str, number: &str| {
        let (digit, description) = ("1", "Conta");
        json!({"bank": bank, "description": description, "branch": "1", "number": number, "digit": digit})
    };
    let cases = [
        ("/v1/customers".to_owned(), without("document"), "document missing"),
        ("/v1/customers".into(), without("legal_name"), "legal_name missing"),
        ("/v1/customers".into(), json!([]), "body wrong_type"),
        ("/v1/terms".into(), json!({"description": ""}), "description missing"),
        ("/v1/terms".into(), json!({"description": "x", "fine_value": "2%"}), "fine_value invalid"),
        (
            "/v1/terms".into(),
            json!({"description": "x", "discount_days": -1}),
            "discount_days wrong_type",
        ),
        ("/v1/tokens".into(), json!({"name": "x", "scopes": []}), "scopes missing"),
        ("/v1/tokens".into(), json!({"name": "x", "scopes": ["root"]}), "scopes[0] invalid"),
        ("/v1/accounts".into(), account("999", "1"), "bank not_found"),
        ("/v1/accounts".into(), account("077", "12-3"), "number invalid"),
        (
            "/v1/accounts".into(),
            with(account("077", "1"), "credential", json!({"client_id": "x"})),
            "credential.client_secret missing",
        ),
        (
            "/v1/accounts".into(),
            with(account("077", "1"), "credential", json!({"senha": "x"})),
            "credential.senha unknown",
        ),
        (
            "/v1/accounts".into(),
            with(account("077", "1"), "hosts", json!({"api": "http://inseguro.example"})),
            "hosts.api invalid",
        ),
        ("/v1/boletos/batch".into(), json!({"boletos": []}), "boletos out_of_range"),
        ("/v1/boletos/instalments".into(), plan(json!(0), "repeat"), "count out_of_range"),
        ("/v1/boletos/instalments".into(), plan(json!(70_000), "repeat"), "count wrong_type"),
        ("/v1/boletos/instalments".into(), plan(json!(2), "half"), "mode invalid"),
        (act("cancel"), json!({"reason": "x".repeat(51)}), "reason too_long"),
        (act("change"), json!({}), "expiration_date missing"),
        (act("change"), json!({"expiration_date": "2026-01-01"}), "expiration_date in_the_past"),
        (act("change"), json!({"amount": 0}), "amount out_of_range"),
        (act("replace"), json!({"amount": 1, "x": 1}), "x unknown"),
        (
            act("settle_by_hand"),
            json!({"paid_on": "2026-11-30", "amount": 1}),
            "paid_on in_the_future",
        ),
        (
            act("settle_by_hand"),
            json!({"paid_on": "2026-11-23", "amount": 0}),
            "amount out_of_range",
        ),
        ("/v1/boletos/pdf".into(), json!({"ids": []}), "ids out_of_range"),
    ];
    for (i, (path, body, fault)) in cases.into_iter().enumerate() {
        let refused = house.post(&path, &format!("k{i}"), &body).send().await;
        let faults = refused.faults();
        assert!(faults.contains(&fault.to_owned()), "{path} {body}: {faults:?}, not {fault}");
    }
    let list = house.get("/v1/boletos").send().await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["status"], "REGISTERED");
}

async fn bodies_that_cannot_be_read(house: &House) {
    let send = |kind: &str, body: Vec<u8>| {
        let call = house.call("POST", "/v1/boletos").header("idempotency-key", "k");
        if kind.is_empty() { call.raw(body) } else { call.header("content-type", kind).raw(body) }
    };
    let broken = send("application/json", b"{\n  \"amount\": 1,,\n}".to_vec()).send().await;
    let said = broken.problem(400, "malformed")["detail"].as_str().unwrap().to_owned();
    assert!(said.contains("linha 2, coluna 15"), "{said}");
    for body in ["", "{", "{\"amount\":", "{} {}", "\u{feff}{}"] {
        let refused = send("application/json", body.as_bytes().to_vec()).send().await;
        assert_eq!(refused.status.as_u16() / 100, 4, "{body}");
    }
    send("application/json", b"\xff\xfe".to_vec()).send().await.problem(400, "malformed");
    let twice = br#"{"amount": 1, "amount": 2}"#.to_vec();
    let twice = send("application/json", twice).send().await;
    assert_eq!(twice.faults(), ["amount duplicate"]);
    let twice = br#"{"customer": {"email": "", "email": ""}}"#.to_vec();
    let twice = send("application/json", twice).send().await;
    assert_eq!(twice.faults(), ["customer.email duplicate"]);
    let nul = boleto("a\u{0}b").to_string().into_bytes();
    send("application/json", nul).send().await.problem(422, "invalid");

    let body = boleto("1").to_string().into_bytes();
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let refused = send(kind, body.clone()).send().await;
        refused.problem(415, "unsupported_media_type");
    }
    let large = [body.as_slice(), &b" ".repeat(2 * 1024 * 1024)].concat();
    send("application/json", large).send().await.problem(413, "too_large");
    nothing_was_stored(house).await;
    send("Application/JSON; charset=utf-8", body).send().await.expect(201);
}

async fn keys_that_cannot_be_kept(house: &House) {
    let paths = ["customers", "accounts", "terms", "tokens", "boletos", "boletos/batch"];
    for path in paths.map(|p| format!("/v1/{p}")) {
        let none = house.call("POST", &path).json(&json!({})).send().await;
        let problem = none.problem(400, "idempotency_key");
        assert_eq!(problem["errors"][0]["field"], "Idempotency-Key");
        for key in ["", "com espaço", &"x".repeat(201)] {
            house.post(&path, key, &json!({})).send().await.problem(400, "idempotency_key");
        }
    }
    nothing_was_stored(house).await;
}

async fn addresses_that_do_not_exist(house: &House) {
    let none = house.get("/v2/boletos").send().await;
    none.problem(404, "not_found");
    house.get("/nada").no_token().send().await.problem(404, "not_found");
    // A person gets a page.
    let page = house.get("/nada").no_token().header("accept", "text/html,*/*").send().await;
    assert_eq!(page.status, 404);
    assert!(page.text().starts_with("<!DOCTYPE html>"));
    assert!(page.header("content-security-policy").is_some());
    let method = house.call("PUT", "/v1/boletos").send().await;
    method.problem(405, "method_not_allowed");
    let allowed = method.header("allow").unwrap();
    assert!(allowed.contains("POST") && allowed.contains("GET"), "{allowed}");
    for id in ["x", "%00", "..%2f..%2fetc", "019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10", "%ff"] {
        house.get(&format!("/v1/boletos/{id}")).send().await.problem(404, "not_found");
    }
    let named = house.get("/v1/none").header("x-request-id", "meu-pedido.1").send().await;
    assert_eq!(named.problem(404, "not_found")["request_id"], "meu-pedido.1");
    let odd = house.get("/v1/company").header("x-request-id", "a b\"c").send().await;
    assert_eq!(odd.header("x-request-id").unwrap().len(), 36);
}

async fn bad_queries_are_named(house: &House) {
    for (query, fault) in [
        ("boletos?limit=0", "limit out_of_range"),
        ("boletos?limit=201", "limit out_of_range"),
        ("boletos?limit=x", "limit out_of_range"),
        ("boletos?cursor=x", "cursor invalid"),
        ("boletos?status=registered", "status invalid"),
        ("boletos?expiration_from=2026-13-01", "expiration_from invalid"),
        ("boletos?expiration_to=20261201", "expiration_to invalid"),
        ("boletos?issuance_from=hoje", "issuance_from invalid"),
        ("boletos?issuance_to=hoje", "issuance_to invalid"),
        ("boletos?situacao=x", "situacao unknown"),
        ("boletos?status=SETTLED&status=CREATED", "status duplicate"),
        ("boletos?document_number=%00", "document_number invalid"),
        ("charges?limit=-1", "limit out_of_range"),
        ("receipts?cursor=%27", "cursor invalid"),
        ("customers?offset=1", "offset unknown"),
        ("events?after=-1", "after out_of_range"),
        ("events?limit=9999", "limit out_of_range"),
        ("boletos/019ab0c2-7d5e-7001-8a4b-2f6c9d3e5a10/pdf?source=outro", "source invalid"),
    ] {
        let refused = house.get(&format!("/v1/{query}")).send().await;
        assert_eq!(refused.faults(), [fault], "{query}");
    }
    let both = house.get("/v1/boletos?limit=0&status=x&cursor=y").send().await;
    assert_eq!(both.faults(), ["status invalid", "cursor invalid", "limit out_of_range"]);
}

async fn a_bank_that_does_not_answer_is_said(house: &House) {
    let boleto = house.registered("1").await;
    let fault = Fault::ErrorBefore { status: 503 };
    house.bank.control(&Control::Fault { fault, on: "/pdf".into(), times: 1, skip: 0 });
    let path = format!("/v1/boletos/{}/pdf?source=bank", boleto["id"].as_str().unwrap());
    let refused = house.get(&path).send().await;
    refused.problem(503, "bank_unavailable");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(house.get(&path).send().await.status, 200);
}
