//! Each payment is one receipt, whoever tells it and however often; what nobody paid is none.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use serde_json::json;

use crate::house::{BANK, House};

#[test]
fn a_forged_notice_brings_no_money() {
    let house = House::new();
    let id = house.issue("FORJADO");
    let boleto = house.await_status(&id, "REGISTERED");
    let at_bank = house.sandbox.inspect(BANK).unwrap();
    let code = at_bank["boletos"][0]["codigoSolicitacao"].clone();
    let body = json!([{
        "codigoSolicitacao": code, "seuNumero": boleto["bank_reference"],
        "situacao": "RECEBIDO", "valorTotalRecebido": "123.45", "origemRecebimento": "PIX",
        "dataHoraSituacao": "2026-11-21T12:00:00.000Z"
    }]);
    house.await_that("the bank knows where to call", || {
        let at_bank = house.sandbox.inspect(BANK).unwrap();
        at_bank["accounts"].as_array().unwrap().iter().any(|a| a["webhook"].is_string())
    });
    house.sandbox.control(BANK, &Control::Forge { body: body.to_string() }).unwrap();
    house.await_that("the notice was taken and the bank asked", || {
        let health = house.get("/v1/accounts/health")["data"].clone();
        let (call, look) = (&health[0]["last_webhook"], &health[0]["last_success"]);
        call.is_string() && look.as_str() > call.as_str()
    });
    let boleto = house.boleto(&id);
    assert_eq!(boleto["status"], "REGISTERED");
    assert_eq!(boleto["received"], 0);
}

#[test]
fn doubled_and_reordered_notices_make_one_receipt() {
    let house = House::new();
    house.set("webhook_doubled", json!(true));
    house.set("webhook_reordered", json!(1));
    let id = house.issue("DOBRADO");
    let boleto = house.await_status(&id, "REGISTERED");
    house.pay(&boleto, Means::Pix);
    house.advance_minutes(5);
    let boleto = house.await_status(&id, "SETTLED");
    house.advance_minutes(180);
    house.sync();
    assert_eq!(boleto["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(boleto["received"], 12_345);
    assert_eq!(house.get("/v1/receipts")["data"].as_array().unwrap().len(), 1);
}

#[test]
fn paid_by_barcode_and_by_pix_both_are_shown() {
    let house = House::new();
    let id = house.issue("DUAS-VEZES");
    let boleto = house.await_status(&id, "REGISTERED");
    house.pay(&boleto, Means::Pix);
    house.pay(&boleto, Means::Boleto);
    house.advance_minutes(10);
    house.sync();
    let boleto = house.await_boleto(&id, |b| b["receipts"].as_array().unwrap().len() == 2);
    assert_eq!(boleto["received"], 2 * 12_345);
    house.await_that("a person is told", || {
        let pending = house.get("/v1/pending")["data"].clone();
        pending.as_array().unwrap().iter().any(|p| p["kind"] == "paid_twice")
    });
}

#[test]
fn without_notices_polling_finds_the_payment() {
    let house = House::new();
    house.set("webhook_lost", json!(true));
    let id = house.issue("SEM-AVISO");
    let boleto = house.await_status(&id, "REGISTERED");
    house.pay(&boleto, Means::Boleto);
    house.advance_minutes(6);
    house.await_status(&id, "SETTLED");
}

#[test]
fn cancel_change_replace_and_settle_by_hand_reach_the_bank() {
    let house = House::new();
    let ids: Vec<String> = (0..4).map(|n| house.issue(&format!("ACAO-{n}"))).collect();
    for id in &ids {
        house.await_status(id, "REGISTERED");
    }
    let path = |n: usize, action: &str| format!("/v1/boletos/{}/{action}", ids[n]);
    house.post(&path(0, "cancel"), &json!({ "reason": "desistiu" }));
    house.await_status(&ids[0], "CANCELLED");

    let due = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let due = due.checked_add(jiff::Span::new().days(40)).unwrap().to_string();
    let before = house.boleto(&ids[1]);
    house.post(&path(1, "change"), &json!({ "expiration_date": due }));
    house.await_that("the change was asked", || {
        let calls = house.sandbox.inspect(BANK).unwrap()["calls"].clone();
        calls["edit"].as_i64().is_some_and(|n| n > 0)
    });
    house.advance_minutes(35);
    let changed = house.await_boleto(&ids[1], |b| {
        b["expiration_date"] == due.as_str() && b["barcode"] != before["barcode"]
    });
    assert_eq!(changed["status"], "REGISTERED");

    house.post(&path(2, "replace"), &json!({ "amount": 20_000 }));
    house.await_status(&ids[2], "CANCELLED");
    let list = house.get("/v1/boletos?document_number=ACAO-2");
    let other = list["data"].as_array().unwrap().iter().find(|b| b["id"] != ids[2].as_str());
    let other = house.await_status(other.unwrap()["id"].as_str().unwrap(), "REGISTERED");
    assert_eq!(other["amount"], 20_000);

    let today = quita_engine::clock::bank_day(jiff::Timestamp::now()).to_string();
    house.post(&path(3, "settle_by_hand"), &json!({ "paid_on": today, "amount": 12_345 }));
    let settled = house.await_status(&ids[3], "SETTLED");
    assert_eq!(settled["settled_by_hand"], true);
    assert_eq!(settled["received"], 0, "nothing came through the bank");
    house.await_that("the bank cancelled it", || {
        let at_bank = house.sandbox.inspect(BANK).unwrap();
        let all = at_bank["boletos"].as_array().unwrap().clone();
        all.iter()
            .any(|b| b["seuNumero"] == settled["bank_reference"] && b["situacao"] == "CANCELADO")
    });
}
