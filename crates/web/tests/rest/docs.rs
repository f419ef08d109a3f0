//! The description of the API and the page that shows it.

use std::collections::BTreeSet;

use quita_engine::desk::accounts::{self, Register};
use quita_engine::ids::Ids;
use quita_store::{Tx, bank_lines};
use serde_json::{Value, json};

use crate::by_file;
use crate::house::House;
use crate::screens::reconciliation;

/// The same on any database.
fn on_sqlite(test: impl AsyncFnOnce(&House)) {
    crate::run(quita_store::Engine::Sqlite, test);
}

async fn description(house: &House) -> Value {
    house.get("/openapi.json").no_token().send().await.expect(200)
}

fn operations(api: &Value) -> Vec<(String, &Value)> {
    let paths = api["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn the_description_is_the_agreed_one() {
    on_sqlite(async |house| {
        let mut api = description(house).await;
        api["info"]["version"] = json!("of the workspace");
        insta::assert_json_snapshot!("openapi", api);
    });
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(api: &Value, value: &Value, count: &mut usize) {
        match value {
            Value::Object(map) => {
                if let Some(place) = map.get("$ref").and_then(Value::as_str) {
                    let pointer = place.strip_prefix('#').unwrap();
                    assert!(api.pointer(pointer).is_some(), "{place}");
                    *count += 1;
                }
                map.values().for_each(|v| walk(api, v, count));
            }
            Value::Array(items) => items.iter().for_each(|v| walk(api, v, count)),
            _ => {}
        }
    }
    on_sqlite(async |house| {
        let api = description(house).await;
        let mut count = 0;
        walk(&api, &api, &mut count);
        assert!(count > 100);
    });
}

/// Whether a body is a file as it stands.
fn is_file(body: &Value) -> bool {
    body["content"].get("application/octet-stream").is_some()
}

#[test]
fn every_operation_is_described_whole() {
    on_sqlite(async |house| {
        let api = description(house).await;
        assert_eq!(api["openapi"], "3.1.0");
        assert_eq!(api["info"]["title"], "quita");
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&api) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|s| s.starts_with('2')), "{name}");
            for (status, response) in responses {
                if !status.starts_with('2') {
                    let schema = &response["content"]["application/problem+json"]["schema"];
                    assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{name} {status}");
                }
            }
            if !name.contains("/v1/") {
                assert_eq!(operation["security"], json!([{}]), "{name}");
                continue;
            }
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{name}");
            if name.contains("{id}") {
                assert!(responses.contains_key("404"), "{name}");
            }
            if let Some(body) = operation.get("requestBody") {
                for status in ["400", "413", "422"] {
                    assert!(responses.contains_key(status), "{name} {status}");
                }
                if is_file(body) {
                    continue;
                }
                assert!(responses.contains_key("415"), "{name}");
                let content = &body["content"]["application/json"];
                assert!(content["example"].is_object(), "{name} shows no example");
            }
        }
    });
}

#[test]
fn every_field_is_explained_in_portuguese() {
    on_sqlite(async |house| {
        let api = description(house).await;
        for (name, schema) in api["components"]["schemas"].as_object().unwrap() {
            let explained = |text: &Value, what: &str| {
                let text = text.as_str().unwrap_or_default();
                let english = [" the ", "The ", "Which ", "What ", "When ", " of "];
                let wrong = text.is_empty() || english.iter().any(|word| text.contains(word));
                assert!(!wrong, "{name}{what}: {text}");
            };
            explained(&schema["description"], "");
            for (field, property) in schema["properties"].as_object().into_iter().flatten() {
                explained(&property["description"], &format!(".{field}"));
            }
        }
    });
}

#[test]
fn every_example_works() {
    on_sqlite(async |house| {
        let api = description(house).await;
        let mut operations = operations(&api);
        // A second account last: with it each boleto would have to name its own.
        operations.sort_by_key(|(name, _)| name.ends_with("/v1/accounts"));
        let by_file = by_file::account(house, by_file::ITAU);
        by_file::issue(house, &by_file, "Arquivo-1").await;
        // Boletos that name no account are issued where the bank answers.
        let register = Register {
            description: "A de sempre".into(),
            active: true,
            is_default: true,
            fee: None,
        };
        let ours = &house.ours;
        accounts::change(&house.world, &ours.actor, &ours.account_id, &register).unwrap();
        let mut sent = 0;
        for (name, operation) in operations {
            let Some(body) = operation.get("requestBody") else { continue };
            // A certificate and its key cannot be shown as an example that works.
            // Some banks alone have an enrolment or a rehearsal; their tests send these.
            let of_some = name.contains("/enrolment") || name.ends_with("/rehearsal");
            if name.ends_with("/credential") || of_some || is_file(body) {
                continue;
            }
            // By file, and for what is overdue: `by_file::instructions` asks for them.
            if name.ends_with("/protest") || name.ends_with("/negative_listing") {
                continue;
            }
            let mut body = body["content"]["application/json"]["example"].clone();
            let boleto = house.registered(&format!("para-{sent}")).await;
            if body.get("ids").is_some() {
                body["ids"] = json!([boleto["id"]]);
            }
            let (method, path) = name.split_once(' ').unwrap();
            if body.get("customer_id").is_some() {
                let customers = house.get("/v1/customers").send().await.json();
                body["customer_id"] = customers["data"][0]["id"].clone();
            }
            if body.get("boleto_id").is_some() {
                body["boleto_id"] = boleto["id"].clone();
            }
            if path == "/v1/remittances" {
                body["account_id"] = json!(by_file);
            }
            if let Some(first) = body.pointer_mut("/boletos/0/boleto_id") {
                *first = boleto["id"].clone();
            }
            let id = match path.split('/').nth(2) {
                Some("accounts") if path.ends_with("/statement") => json!(ours.account_id),
                Some("accounts") => json!(by_file),
                Some("statement_lines") => {
                    let line = reconciliation::line(125_000, "DEPOSITO");
                    let line = reconciliation::stated(house, &house.ours, &[line]).remove(0);
                    if path.ends_with("/missing") {
                        let (company, id) = (ours.actor.company_id.clone(), line.clone());
                        let told_no_more = move |tx: &mut Tx, ids: Ids| {
                            bank_lines::set_missing(tx, &company, &id, Some(ids.now()))
                        };
                        house.world.tx(told_no_more).unwrap();
                    }
                    json!(line)
                }
                Some(list @ ("contracts" | "payment-forms")) => {
                    let list = house.get(&format!("/v1/{list}")).send().await.json();
                    list["data"][0]["id"].clone()
                }
                _ => boleto["id"].clone(),
            };
            let path = path.replace("{id}", id.as_str().unwrap_or_default());
            let call = house.call(&method.to_uppercase(), &path);
            let key = format!("exemplo-{sent}");
            let answer = call.header("idempotency-key", &key).json(&body).send().await;
            assert!(answer.status.is_success(), "{name}: {}", answer.text());
            sent += 1;
        }
        assert_eq!(sent, 29);
    });
}

#[test]
fn the_page_shows_every_operation_and_needs_nothing_from_elsewhere() {
    on_sqlite(async |house| {
        let page = house.get("/docs").no_token().send().await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
        let text = page.text();
        assert!(text.contains("lang=\"pt-BR\""));
        for (name, operation) in operations(&description(house).await) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(text.contains(&format!("id=\"{id}\"")), "{name}");
            assert!(text.contains(&format!("href=\"#{id}\"")), "{name}");
        }
        let style = house.get("/docs/style.css").no_token().send().await;
        assert_eq!(style.status, 200);
        for source in [&text, &style.text()] {
            for outside in ["src=", "@import", "url(", "<script", "href=\"http", "//cdn"] {
                assert!(!source.contains(outside), "{outside}");
            }
        }
        // Every link within the page arrives.
        for link in text.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(text.contains(&format!("id=\"{id}\"")), "#{id}");
        }
    });
}

#[test]
fn the_type_of_a_problem_leads_to_its_explanation() {
    on_sqlite(async |house| {
        let problem = house.get("/v1/none").send().await.problem(404, "not_found");
        let kind = problem["type"].as_str().unwrap();
        let page = house.get(kind).no_token().send().await;
        assert_eq!(page.status, 303);
        assert_eq!(page.header("location"), Some("/docs#problemas"));
    });
}
