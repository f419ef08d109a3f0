//! Notices: registered for each kind, sent with a token that is fetched first.

use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::*;

const PATH: &str = "/boletos/v3/notificacoes_boletos";

fn payload(callback: &quita_banks::simulator::Callback) -> Json {
    serde_json::from_slice(&callback.body).unwrap()
}

#[test]
fn each_kind_is_a_record_that_can_be_read_changed_and_removed() {
    let mut world = World::new();
    let there = format!("{PATH}?id_beneficiario={ACCOUNT}");
    assert_eq!(world.send("GET", &there, Json::Null).0, 404);
    world.register_hook();
    let rows = world.get(&there)["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[0]["id_notificacao_boleto"], format!("{ACCOUNT}01").as_str());
    assert_eq!(rows[1]["tipo_notificacao"], "BAIXA_OPERACIONAL");
    let one = format!("{PATH}/{ACCOUNT}01");
    let patch = json!({ "data": { "webhook_url": "https://outra.example/x" } });
    assert_eq!(world.send("PATCH", &one, patch).0, 204);
    assert_eq!(world.get(&there)["data"][0]["webhook_url"], "https://outra.example/x");
    assert_eq!(world.send("DELETE", &one, Json::Null).0, 204);
    assert_eq!(world.send("DELETE", &one, Json::Null).0, 404);
    assert_eq!(world.get(&there)["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_registration_must_be_whole() {
    let mut world = World::new();
    let (status, body) = world.send(
        "POST",
        PATH,
        json!({ "data": {
            "id_beneficiario": ACCOUNT,
            "webhook_url": "https://10.0.0.1/aviso",
            "webhook_oauth_url": "http://empresa.example/token",
            "webhook_client_id": "nos",
            "tipos_notificacoes": ["TUDO"],
        }}),
    );
    assert_eq!(status, 400);
    assert_eq!(
        fields(&body),
        [
            "data.webhook_url",
            "data.webhook_oauth_url",
            "data.webhook_client_secret",
            "data.tipos_notificacoes",
        ]
    );
}

#[test]
fn a_payment_is_told_twice_each_time_with_a_fresh_token() {
    let mut world = World::new();
    world.register_hook();
    let id = world.plain("00000001");
    world.pay(&id, Means::Boleto, None);
    let calls = world.told();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].url, format!("{HOOK}/token"));
    let form = String::from_utf8(calls[0].body.clone()).unwrap();
    assert_eq!(form, "grant_type=client_credentials&client_id=nos&client_secret=senha");
    assert_eq!(calls[1].url, HOOK);
    assert!(calls[1].headers.contains(&("authorization".to_owned(), "Bearer ficha".to_owned())));
    let told = payload(&calls[1])["boletos"][0].clone();
    assert_eq!(
        (told["idBeneficiario"].as_str(), told["numeroNossoNumero"].as_str()),
        (Some(ACCOUNT), Some("00000001"))
    );
    assert_eq!(
        (told["valorPagoTotalCobranca"].as_str(), &told["dataCredito"]),
        (Some("123.45"), &Json::Null)
    );
    // The money comes the next day.
    let calls = world.run_to("2026-12-02T14:00:00Z");
    assert_eq!(calls.len(), 2);
    assert_eq!(payload(&calls[1])["boletos"][0]["dataCredito"], "2026-12-02");
    let told: Vec<Json> = world.inspect()["callbacks"].as_array().unwrap().clone();
    let kinds: Vec<&str> = told.iter().map(|c| c["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["BAIXA_OPERACIONAL", "BAIXA_EFETIVA"]);
}

#[test]
fn without_a_token_there_is_no_notice_and_it_is_tried_again() {
    let mut world = World::new();
    world.register_hook();
    world.set("token_credentials", json!("basic"));
    let id = world.plain("00000001");
    world.pay(&id, Means::Boleto, None);
    let calls = world.run_answering("2026-12-01T14:00:30Z", Some((401, "")));
    assert_eq!(calls.len(), 1);
    // «nos:senha» in Base64.
    assert!(
        calls[0].headers.contains(&("authorization".to_owned(), "Basic bm9zOnNlbmhh".to_owned()))
    );
    let calls = world.run_to("2026-12-01T14:01:30Z");
    assert_eq!(calls.len(), 2);
    assert_eq!(world.inspect()["notices_waiting"], 0);
}

#[test]
fn a_notice_that_nobody_takes_is_given_up_in_the_end() {
    let mut world = World::new();
    world.register_hook();
    let id = world.plain("00000001");
    world.pay(&id, Means::Boleto, None);
    let calls = world.run_answering("2026-12-01T15:00:00Z", None);
    assert_eq!(calls.len(), 4);
    assert_eq!(world.inspect()["notices_lost"], 1);
}

#[test]
fn notices_can_be_lost_doubled_late_and_out_of_order() {
    let mut world = World::new();
    world.register_hook();
    let ids: Vec<String> = (1..=4).map(|n| world.plain(&format!("{n:08}"))).collect();
    world.set("webhook_lost", json!(1));
    world.pay(&ids[0], Means::Boleto, None);
    world.set("webhook_doubled", json!(1));
    world.pay(&ids[1], Means::Boleto, None);
    world.set("webhook_reordered", json!(1));
    world.pay(&ids[2], Means::Boleto, None);
    world.pay(&ids[3], Means::Boleto, None);
    let calls = world.run_to("2026-12-01T14:05:00Z");
    let told: Vec<Json> = calls
        .iter()
        .filter(|call| call.url == HOOK)
        .map(|call| payload(call)["boletos"][0]["numeroNossoNumero"].clone())
        .collect();
    assert_eq!(told, ["00000002", "00000002", "00000004", "00000003"]);
}

#[test]
fn pix_is_told_behind_the_address_of_its_key() {
    let mut world = World::new();
    let key = world.pix_key.clone();
    let path = format!("/regulatorio-pix/v2/webhook/{key}");
    assert_eq!(world.send("PUT", &path, json!({ "webhookUrl": HOOK })).0, 204);
    assert_eq!(world.get(&path)["webhookUrl"], HOOK);
    let id = world.hybrid("00000001");
    world.pay(&id, Means::Pix, None);
    let calls = world.told();
    assert_eq!((calls.len(), calls[0].url.as_str()), (1, "https://empresa.example/aviso/pix"));
    assert_eq!(payload(&calls[0])["pix"][0]["valor"], "123.45");
    assert_eq!(world.send("DELETE", &path, Json::Null).0, 204);
    assert_eq!(world.send("GET", &path, Json::Null).0, 404);
}
