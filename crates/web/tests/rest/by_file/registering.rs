//! What a new account by file must say, and what it does at once.

use std::collections::BTreeSet;

use jiff::civil::date;
use quita_banks::registry;
use quita_core::check_digit::mod10;
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::error::Error;
use quita_formats::cnab::codes::Movement;
use serde_json::json;

use super::bank::{Told, answer, hear};
use super::{BTG, INTER, ITAU, account, issue, layout, new_account, one, remit, send};
use crate::house::{House, boleto};

crate::on_both_databases! {
    what_is_missing_is_told_at_once
    boletos_are_numbered_and_printed_at_once
    what_a_file_cannot_carry_is_refused_at_once
    a_boleto_in_no_file_yet_is_withdrawn
    numbers_of_files_only_rise
    our_numbers_only_rise
    what_the_bank_numbers_is_printed_after_the_return
}

fn faults(house: &House, new: &NewAccount) -> BTreeSet<String> {
    match accounts::create(&house.world, &house.ours.actor, new) {
        Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

async fn what_is_missing_is_told_at_once(house: &House) {
    let good = new_account(ITAU);
    let fields = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let unknown = NewAccount { layout: Some("febraban-999".into()), ..good.clone() };
    assert_eq!(faults(house, &unknown), fields(&["layout"]));
    let empty = NewAccount {
        next_remittance: None,
        first_our_number: Some(0),
        data: Default::default(),
        ..good.clone()
    };
    let told = faults(house, &empty);
    let expected: BTreeSet<String> =
        fields(&["next_remittance", "data.wallet", "first_our_number"]);
    assert_eq!(told, expected);
    let mut strange = good.clone();
    strange.data.insert("posto".into(), "1".into());
    strange.credential.insert("client_id".into(), "x".into());
    assert!(faults(house, &strange).contains("data.posto"));
    assert!(faults(house, &strange).contains("credential"));
    let long = NewAccount { number: "123456789".into(), ..good.clone() };
    assert_eq!(faults(house, &long), fields(&["number"]));
    let mistyped = NewAccount { digit: "7".into(), ..good };
    assert_eq!(faults(house, &mistyped), fields(&["digit"]));
}

async fn boletos_are_numbered_and_printed_at_once(house: &House) {
    for place in [ITAU, BTG] {
        let account_id = account(house, place);
        let mut numbers = BTreeSet::new();
        for n in 1..=3 {
            let issued = issue(house, &account_id, &format!("{}-{n}", place.0)).await;
            assert_eq!(issued["status"], "CREATED");
            let number = issued["our_number"].as_str().unwrap().to_owned();
            assert!(number.ends_with(&(1000 + n).to_string()), "{number}");
            numbers.insert(number);
            // The barcode is one of this bank, for this amount and due date.
            let barcode = quita_core::barcode::Barcode::parse(issued["barcode"].as_str().unwrap());
            let barcode = barcode.unwrap();
            assert_eq!(barcode.bank().as_str(), place.0);
            assert_eq!(barcode.amount().cents(), 125_000);
            let bank = registry::by_code(place.0).unwrap();
            let found = bank.titles().unwrap().check_free_field(&barcode.free_field());
            assert_eq!(found, Vec::new());
            let path = format!("/v1/boletos/{}/pdf", issued["id"].as_str().unwrap());
            assert_eq!(house.get(&path).send().await.status, 200);
        }
        assert_eq!(numbers.len(), 3);
    }
    // No bank is called.
    house.work();
    let boletos = house.get("/v1/boletos?limit=200").send().await.expect(200);
    assert!(boletos["data"].as_array().unwrap().iter().all(|b| b["status"] == "CREATED"));
}

async fn what_a_file_cannot_carry_is_refused_at_once(house: &House) {
    let account_id = account(house, ITAU);
    let mut new = boleto("NFe 123456 - 1/10");
    new["account_id"] = json!(account_id);
    new["customer"]["address"]["postal_code"] = json!("");
    let refused = house.post("/v1/boletos", "longo", &new).send().await.problem(422, "invalid");
    let fields: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert!(fields.contains(&"document_number"), "{refused}");
    let next = house.get(&format!("/v1/remittances/next?account_id={account_id}")).send().await;
    assert_eq!(next.expect(200)["waiting"], 0);
}

async fn a_boleto_in_no_file_yet_is_withdrawn(house: &House) {
    let account_id = account(house, ITAU);
    let (kept, gone) =
        (issue(house, &account_id, "F-1").await, issue(house, &account_id, "F-2").await);
    let path = format!("/v1/boletos/{}/cancel", gone["id"].as_str().unwrap());
    house.post(&path, "c", &json!({})).send().await.expect(202);
    assert_eq!(one(house, &gone["id"]).await["status"], "CANCELLED");
    let (made, _) = remit(house, &account_id, "r").await;
    assert_eq!((&made["orders"], &made["entries"]), (&json!(1), &json!(1)));
    // In a file, it is the bank's.
    let path = format!("/v1/boletos/{}/cancel", kept["id"].as_str().unwrap());
    house.post(&path, "d", &json!({})).send().await.problem(409, "wrong_status");
    let pending = house.get("/v1/pending").send().await.expect(200);
    assert_eq!(pending["data"], json!([]));
}

async fn numbers_of_files_only_rise(house: &House) {
    let account_id = account(house, ITAU);
    issue(house, &account_id, "F-1").await;
    let (first, bytes) = remit(house, &account_id, "r1").await;
    assert_eq!(first["number"], 7);
    // The same key is the same file; nothing waits any more.
    let again = house.post("/v1/remittances", "r1", &json!({ "account_id": account_id }));
    assert_eq!(again.send().await.expect(201)["id"], first["id"]);
    let path = format!("/v1/remittances/{}/file", first["id"].as_str().unwrap());
    assert_eq!(house.get(&path).send().await.bytes(), bytes);
    let none = house.post("/v1/remittances", "r2", &json!({ "account_id": account_id }));
    none.send().await.problem(409, "nothing_waits");
    // After a restored backup somebody says what the bank took last.
    let path = format!("/v1/accounts/{account_id}/last_remittance");
    let back = house.call("POST", &path).json(&json!({ "last_number": 3 })).send().await;
    back.problem(422, "invalid");
    let on = house.call("POST", &path).json(&json!({ "last_number": 41 })).send().await;
    assert_eq!(on.expect(200)["next_number"], 42);
    issue(house, &account_id, "F-2").await;
    assert_eq!(remit(house, &account_id, "r3").await.0["number"], 42);
    let sent = format!("/v1/remittances/{}/sent", first["id"].as_str().unwrap());
    let once = house.call("POST", &sent).send().await.expect(200);
    let twice = house.call("POST", &sent).send().await.expect(200);
    assert!(!once["sent_at"].is_null());
    assert_eq!(once, twice);
    // An account by API has none.
    let body = json!({ "account_id": house.ours.account_id });
    house.post("/v1/remittances", "r4", &body).send().await.problem(409, "not_by_file");
}

async fn our_numbers_only_rise(house: &House) {
    let account_id = account(house, ITAU);
    assert_eq!(issue(house, &account_id, "F-1").await["our_number"], "00001001");
    let path = format!("/v1/accounts/{account_id}/last_our_number");
    let say = async |number: i64| {
        house.call("POST", &path).json(&json!({ "last_our_number": number })).send().await
    };
    assert_eq!(say(1000).await.faults(), ["last_our_number out_of_range"]);
    assert_eq!(say(99_999_999).await.faults(), ["last_our_number out_of_range"]);
    assert_eq!(say(5000).await.expect(200)["next_number"], 5001);
    assert_eq!(issue(house, &account_id, "F-2").await["our_number"], "00005001");
    // Where the bank numbers there is nothing to say.
    let of_bank = account(house, INTER);
    let path = format!("/v1/accounts/{of_bank}/last_our_number");
    let body = json!({ "last_our_number": 1 });
    let answer = house.call("POST", &path).json(&body).send().await;
    answer.problem(409, "bank_numbers");
}

async fn what_the_bank_numbers_is_printed_after_the_return(house: &House) {
    let account_id = account(house, INTER);
    let issued = issue(house, &account_id, "F-1").await;
    assert_eq!((&issued["our_number"], &issued["barcode"]), (&json!(null), &json!(null)));
    let pdf = format!("/v1/boletos/{}/pdf", issued["id"].as_str().unwrap());
    assert_eq!(house.get(&pdf).send().await.status, 409);
    let (_, bytes) = remit(house, &account_id, "r").await;
    let heard = hear(&bytes);
    assert_eq!(heard[0].our_number.trim_matches('0'), "");
    assert_eq!(house.get(&pdf).send().await.status, 409);
    let number = format!("0012345678{}", mod10(b"00011120012345678"));
    let told = [Told::new(&heard[0].numbered(&number), Movement::Registered, date(2026, 12, 1))];
    let bytes = answer(layout(INTER), &bytes, 1, date(2026, 12, 1), &told);
    let read = send(house, "inter.ret", &bytes).await;
    assert_eq!((&read["news"], &read["open"]), (&json!(1), &json!(0)), "{read}");
    let registered = one(house, &issued["id"]).await;
    assert_eq!(
        (&registered["status"], &registered["our_number"]),
        (&json!("REGISTERED"), &json!("0012345678"))
    );
    assert_eq!(registered["barcode"].as_str().unwrap().len(), 44);
    assert_eq!(house.get(&pdf).send().await.status, 200);
}
