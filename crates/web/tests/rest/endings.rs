//! What is asked of a bank again and again comes to an end, though calls fail on the way.

use quita_banks::simulator::{Control, Fault};
use quita_core::fact::Means;
use quita_engine::clock::bank_day;
use quita_engine::workers::{Kind, cursor, tick};
use quita_store::{cursors, jobs};
use serde_json::{Value, json};

use crate::house::{House, boleto};
use crate::own_numbers::{account, issue, read};

crate::on_both_databases! {
    a_closing_that_the_bank_refuses_is_told_once_and_followed_no_more
    a_first_look_that_fails_every_time_gets_to_today_all_the_same
    of_a_payment_told_meanwhile_no_cancellation_is_awaited
}

fn fault(house: &House, fault: Fault, on: &str, skip: u32) {
    house.itau.control(&Control::Fault { fault, on: on.to_owned(), times: 1, skip });
}

async fn a_closing_that_the_bank_refuses_is_told_once_and_followed_no_more(house: &House) {
    let account = account(house);
    let boleto = issue(house, &account, "E-1").await;
    house.work();
    // The bank takes no instruction today, and its first answer is lost, so that its refusals are in
    // doubt for a while.
    let switch = "next_business_day".to_owned();
    house.itau.control(&Control::Set { switch, value: json!(true) });
    fault(house, Fault::AnswerLost, "/baixa", 0);
    let id = boleto["id"].as_str().unwrap().to_owned();
    let paid = json!({ "paid_on": "2026-11-23", "amount": 125_000 });
    let path = format!("/v1/boletos/{id}/settle_by_hand");
    house.post(&path, "p", &paid).send().await.expect(202);
    for _ in 0..20 {
        house.work();
    }
    let told = house.get("/v1/pending").send().await.json()["data"].clone();
    let kinds: Vec<&Value> = told.as_array().unwrap().iter().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["change_refused"], "{told}");
    assert_eq!(read(house, &boleto).await["status"], "SETTLED");
    for kind in [Kind::Carry, Kind::Follow] {
        let id = id.clone();
        let left = house.world.store.read(move |tx| jobs::standing(tx, kind.word(), &id)).unwrap();
        assert_eq!(left, None, "{kind:?}");
    }
}

async fn a_first_look_that_fails_every_time_gets_to_today_all_the_same(house: &House) {
    let account = account(house);
    let mut looks = 0;
    let read_to = || {
        let account = account.clone();
        house.world.store.read(move |tx| cursors::get(tx, &account, cursor::SETTLED)).unwrap()
    };
    let today = bank_day(house.world.clock.now()).to_string();
    // The bank is asked for each of sixty days, and fails at the twentieth question of each look.
    while read_to().as_ref() != Some(&today) {
        looks += 1;
        assert!(looks <= 10, "{:?}", read_to());
        fault(house, Fault::ErrorBefore { status: 503 }, "/movimentacoes", 19);
        house.clock.pass(60);
        while tick(&house.world, &[Kind::Sync], 8).unwrap() > 0 {}
    }
    assert!(looks > 1);
}

async fn of_a_payment_told_meanwhile_no_cancellation_is_awaited(house: &House) {
    let issued = house.post("/v1/boletos", "e", &boleto("E-3")).send().await.expect(201);
    assert_eq!(tick(&house.world, &[Kind::Issue], 1).unwrap(), 1);
    // Its detail is never told: what becomes of it is learned from the bank's lists.
    let fault = Fault::ErrorBefore { status: 503 };
    let on = "/cobrancas/".to_owned();
    house.bank.control(&Control::Fault { fault, on, times: 9_999, skip: 0 });
    let target = issued["bank_reference"].as_str().unwrap().to_owned();
    house.clock.pass(60);
    house.bank.control(&Control::Pay { target, means: Means::Boleto, amount: None });
    house.call("POST", "/v1/sync").send().await.expect(202);
    house.work();
    assert_eq!(read(house, &issued).await["status"], "SETTLED");
    for _ in 0..26 {
        house.clock.pass(3_600);
        house.work();
    }
    let id = issued["id"].as_str().unwrap().to_owned();
    let standing = house.world.store.read(move |tx| jobs::standing(tx, Kind::Follow.word(), &id));
    assert!(standing.unwrap().is_some(), "it is still looked for");
    assert_eq!(house.get("/v1/pending").send().await.expect(200), json!({ "data": [] }));
}
