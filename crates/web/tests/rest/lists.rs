//! Pages, cursors and filters.

use serde_json::{Value, json};

use crate::house::{House, boleto, customer};

crate::on_both_databases! {
    pages_hold_everything_once
    a_cursor_stands_while_new_ones_come
    filters_add_up
    customers_come_in_pages
    events_are_followed_by_number
}

async fn issue(house: &House, number: usize) -> Value {
    let mut new = boleto(&format!("doc {number}"));
    let day = 1 + number % 28;
    new["expiration_date"] = json!(format!("2026-12-{day:02}"));
    house.post("/v1/boletos", &format!("k{number}"), &new).send().await.expect(201)
}

/// All items of a list, page by page, with the sizes of the pages.
async fn walk(house: &House, path: &str) -> (Vec<String>, Vec<usize>) {
    let (mut ids, mut sizes) = (Vec::new(), Vec::new());
    let mut cursor = Value::Null;
    loop {
        let next = cursor.as_str().map(|c| format!("&cursor={c}")).unwrap_or_default();
        let page = house.get(&format!("{path}{next}")).send().await.expect(200);
        let data = page["data"].as_array().unwrap();
        sizes.push(data.len());
        ids.extend(data.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            return (ids, sizes);
        }
    }
}

async fn pages_hold_everything_once(house: &House) {
    let mut made = Vec::new();
    for number in 0..7 {
        house.clock.pass(1);
        made.push(issue(house, number).await["id"].as_str().unwrap().to_owned());
    }
    made.reverse();
    let (ids, sizes) = walk(house, "/v1/boletos?limit=3").await;
    assert_eq!(ids, made);
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(walk(house, "/v1/boletos?limit=7").await.1, [7]);
    assert_eq!(walk(house, "/v1/boletos?limit=1").await.1, [1; 7]);
    assert_eq!(walk(house, "/v1/charges?limit=2").await.1, [2, 2, 2, 1]);
    assert_eq!(walk(house, "/v1/receipts?limit=2").await.1, [0]);
}

async fn a_cursor_stands_while_new_ones_come(house: &House) {
    for number in 0..4 {
        house.clock.pass(1);
        issue(house, number).await;
    }
    let first = house.get("/v1/boletos?limit=2").send().await.expect(200);
    house.clock.pass(1);
    issue(house, 9).await;
    let path = format!("/v1/boletos?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    let second = house.get(&path).send().await.expect(200);
    let numbers: Vec<_> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["data"].as_array().unwrap())
        .map(|b| b["document_number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, ["doc 3", "doc 2", "doc 1", "doc 0"]);
}

async fn filters_add_up(house: &House) {
    let first = issue(house, 1).await;
    house.work();
    issue(house, 2).await;
    issue(house, 3).await;
    let other = json!({"document": "529.982.247-25", "legal_name": "João Exemplo"});
    let other = house.post("/v1/customers", "c", &other).send().await.expect(201);
    let maria = house.post("/v1/customers", "c2", &customer()).send().await.expect(201);

    let charge = first["charge_id"].as_str().unwrap();
    let (nobody, maria) = (other["id"].as_str().unwrap(), maria["id"].as_str().unwrap());
    let account = &house.ours.account_id;
    for (query, expected) in [
        ("".to_owned(), 3),
        ("status=REGISTERED".into(), 1),
        ("status=CREATED".into(), 2),
        ("status=".into(), 3),
        ("document_number=doc%203".into(), 1),
        ("expiration_from=2026-12-03".into(), 2),
        ("expiration_from=2026-12-03&expiration_to=2026-12-03".into(), 1),
        ("expiration_to=2026-12-03&status=CREATED".into(), 1),
        ("issuance_from=2026-11-23&issuance_to=2026-11-23".into(), 3),
        ("issuance_from=2026-11-24".into(), 0),
        (format!("charge_id={charge}"), 1),
        (format!("account_id={account}"), 3),
        (format!("account_id={}", house.theirs.account_id), 0),
        (format!("customer_id={maria}"), 3),
        (format!("customer_id={nobody}"), 0),
        (format!("customer_id={maria}&charge_id={charge}&status=CREATED"), 0),
    ] {
        let found = house.get(&format!("/v1/boletos?{query}")).send().await.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), expected, "{query}");
    }
}

async fn customers_come_in_pages(house: &House) {
    let documents = ["123.456.789-09", "529.982.247-25", "111.444.777-35"];
    let mut made = Vec::new();
    for (i, document) in documents.into_iter().enumerate() {
        house.clock.pass(1);
        let new = json!({"document": document, "legal_name": format!("Pessoa {i}")});
        let new = house.post("/v1/customers", &format!("k{i}"), &new).send().await.expect(201);
        made.push(new["id"].as_str().unwrap().to_owned());
    }
    let (ids, sizes) = walk(house, "/v1/customers?limit=2").await;
    assert_eq!(ids, made);
    assert_eq!(sizes, [2, 1]);
    let renamed = json!({"document": documents[0], "legal_name": "Outro nome"});
    let renamed = house.post("/v1/customers", "k9", &renamed).send().await.expect(201);
    assert_eq!(renamed["id"], made[0].as_str());
    let path = format!("/v1/customers/{}", made[0]);
    assert_eq!(house.get(&path).send().await.expect(200)["legal_name"], "Outro nome");
}

async fn events_are_followed_by_number(house: &House) {
    let issued = issue(house, 1).await;
    house.work();
    let (mut after, mut kinds) = (0, Vec::new());
    loop {
        let page = house.get(&format!("/v1/events?limit=1&after={after}")).send().await.expect(200);
        let Some(event) = page["data"].get(0) else {
            assert_eq!(page["next_after"], after);
            break;
        };
        assert_eq!(event["subject"], issued["id"]);
        assert!(event["seq"].as_i64().unwrap() > after);
        after = page["next_after"].as_i64().unwrap();
        kinds.push(event["kind"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds, ["boleto.created", "boleto.registered"]);
}
