//! The list, and the same bank after a snapshot.

use quita_banks::itau::sim::ItauSimulator;
use quita_banks::simulator::Simulator as _;
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::*;

#[test]
fn the_list_is_asked_by_day_and_has_numbers() {
    let mut world = World::new();
    let paid = world.plain("00000001");
    world.plain("00000002");
    world.pay(&paid, Means::Boleto, None);
    let base = format!(
        "/boletos/v3/boletos?id_beneficiario={ACCOUNT}&data_inicial=2026-12-21&data_final=2026-12-21&tipo_data=vencimento"
    );
    let rows = world.get(&base)["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[0]["situacao_geral_boleto"]["descricao"], "PAGA");
    assert_eq!(rows[0]["valor_titulo"].to_string(), "123.45");
    assert_eq!(rows[1]["status_vencimento"]["codigo"], "401");
    let none = base.replace("vencimento", "emissao");
    assert_eq!(world.get(&none)["data"], json!([]));
    // An account of five digits, as v3 also names it.
    let short = base.replace(ACCOUNT, "0001123454");
    assert_eq!(world.get(&short)["data"].as_array().unwrap().len(), 2);
    let (status, body) = world.send("GET", "/boletos/v3/boletos", Json::Null);
    assert_eq!(status, 400);
    assert_eq!(body["messages"][0]["campos"].as_array().unwrap().len(), 4);
}

#[test]
fn a_question_without_its_parts_is_refused_by_name() {
    let mut world = World::new();
    let (status, body) = world.send("GET", "/boletoscash/v2/boletos?view=tudo", Json::Null);
    assert_eq!(status, 400);
    assert_eq!(fields(&body), ["id_beneficiario", "codigo_carteira", "nosso_numero", "view"]);
}

#[test]
fn a_snapshot_is_the_same_bank() {
    let mut world = World::new();
    world.register_hook();
    world.set("bolecode_pending", json!(1));
    world.plain("00000001");
    let order = world.bolecode("00000002");
    assert_eq!(world.send("POST", NEW, order).0, 202);
    world.pay("00000001", Means::Boleto, None);
    let text = world.sim.snapshot().to_string();
    let before = world.inspect();
    world.sim = ItauSimulator::new();
    world.sim.restore(serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(world.inspect(), before);
    assert_eq!(world.run_to("2026-12-01T14:00:05Z").len(), 2);
    assert_eq!(world.situation("00000002"), "Em Aberto");
    assert!(world.sim.restore(json!({ "boletos": 1 })).is_err());
}
