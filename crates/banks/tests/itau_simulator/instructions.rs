//! Instructions, one attribute at a time.

use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::*;

fn patch(world: &mut World, id: &str, what: &str, body: Json) -> (u16, Json) {
    world.send("PATCH", &format!("{CASH}/{id}/{what}"), body)
}

#[test]
fn each_attribute_is_changed_by_its_own_call() {
    let mut world = World::new();
    let id = world.plain("00000001");
    for (what, body) in [
        ("data_vencimento", json!({ "data_vencimento": "2026-12-28" })),
        ("valor_nominal", json!({ "valor_titulo": "180.00" })),
        ("abatimento", json!({ "valor_abatimento": "10.00" })),
        ("multa", json!({ "codigo_tipo_multa": "02", "percentual_multa": "2.00000" })),
        ("juros", json!({ "juros": { "codigo_tipo_juros": 90, "percentual_juros": "1.00000" } })),
        (
            "desconto",
            json!({
                "codigo_tipo_desconto": "01",
                "descontos": [{ "data_desconto": "2026-12-10", "valor_desconto": "5.00" }],
            }),
        ),
        ("data_limite_pagamento", json!({ "data_limite_pagamento": "2027-03-01" })),
        ("seu_numero", json!({ "texto_seu_numero": "FAT-2" })),
        ("recebimento_divergente", json!({ "codigo_tipo_autorizacao": "01" })),
        ("protesto", json!({ "protesto": true, "quantidade_dias_protesto": 5 })),
    ] {
        let (status, answer) = patch(&mut world, &id, what, body);
        assert_eq!(status, 204, "{what}: {answer}");
    }
    let boleto = world.inspect()["boletos"][0].clone();
    assert_eq!(
        (boleto["due"].as_str(), boleto["amount"].as_i64()),
        (Some("2026-12-28"), Some(18_000))
    );
    assert_eq!(
        (boleto["limit"].as_str(), boleto["seu_numero"].as_str()),
        (Some("2027-03-01"), Some("FAT-2"))
    );
    assert_eq!(boleto["terms"]["abatement"], 1_000);
    assert_eq!(boleto["terms"]["discounts"][0]["date"], "2026-12-10");
    assert!(boleto["terms"]["fine"].is_object() && boleto["terms"]["interest"].is_object());
    let detail = world.detail("00000001");
    assert_eq!(detail["recebimento_divergente"]["codigo_tipo_autorizacao"], "01");
    assert_eq!(detail["dados_individuais_boleto"][0]["valor_titulo"], "180.00");
    assert_eq!(detail["historico"].as_array().unwrap().len(), 10);
}

#[test]
fn instructions_take_decimals_only_and_name_the_field() {
    let mut world = World::new();
    let id = world.plain("00000001");
    for (what, body, field) in [
        ("valor_nominal", json!({ "valor_titulo": "00000000000018000" }), "valor_titulo"),
        ("valor_nominal", json!({ "valor_titulo": "1,800.00" }), "valor_titulo"),
        ("valor_nominal", json!({}), "valor_titulo"),
        ("data_vencimento", json!({ "data_vencimento": "28/12/2026" }), "data_vencimento"),
        ("abatimento", json!({ "valor_abatimento": "123.45" }), "valor_abatimento"),
        (
            "multa",
            json!({ "codigo_tipo_multa": "02", "percentual_multa": "000000200000" }),
            "multa.percentual_multa",
        ),
    ] {
        let (status, answer) = patch(&mut world, &id, what, body);
        assert_eq!((status, fields(&answer)[0]), (400, field), "{what}: {answer}");
    }
    assert_eq!(patch(&mut world, &id, "nada", json!({})).0, 404);
    assert_eq!(patch(&mut world, "123", "baixa", json!({})).0, 400);
    let unknown = format!("{ACCOUNT}10900000099");
    assert_eq!(patch(&mut world, &unknown, "baixa", json!({})).0, 404);
}

#[test]
fn a_write_off_ends_a_boleto_once() {
    let mut world = World::new();
    let id = world.plain("00000001");
    assert_eq!(patch(&mut world, &id, "baixa", json!({})).0, 204);
    assert_eq!(world.situation("00000001"), "Baixado");
    let detail = world.detail("00000001");
    assert_eq!(detail["baixa"]["motivo_baixa"], "BAIXA POR SOLICITACAO DO BENEFICIARIO");
    for what in ["baixa", "seu_numero"] {
        let body = json!({ "texto_seu_numero": "X" });
        assert_eq!(patch(&mut world, &id, what, body).0, 422, "{what}");
    }
    let refused = world.try_control(quita_banks::simulator::Control::Pay {
        target: id.clone(),
        means: Means::Boleto,
        amount: None,
    });
    assert!(refused.unwrap_err().contains("pay_when_closed"));
    world.set("pay_when_closed", json!(true));
    world.pay(&id, Means::Boleto, None);
    assert_eq!(world.situation("00000001"), "Pago");
}

#[test]
fn instructions_may_have_to_wait_for_a_day_or_for_somebody() {
    let mut world = World::new();
    world.set("next_business_day", json!(true));
    let id = world.plain("00000001");
    let due = || json!({ "data_vencimento": "2026-12-28" });
    assert_eq!(patch(&mut world, &id, "data_vencimento", due()).0, 422);
    world.run_to("2026-12-02T14:00:00Z");
    world.sign_in();
    world.set("instruction_status", json!(200));
    world.set("instruction_delay_ms", json!(60_000));
    let (status, body) = patch(&mut world, &id, "data_vencimento", due());
    assert_eq!((status, body["data"]["mensagem"].as_str()), (200, Some("Aguardando aprovação")));
    let is_due = |world: &mut World| {
        world.detail("00000001")["dados_individuais_boleto"][0]["data_vencimento"].clone()
    };
    assert_eq!(is_due(&mut world), "2026-12-21");
    world.run_to("2026-12-02T14:01:00Z");
    assert_eq!(is_due(&mut world), "2026-12-28");
    world.set("instructions_refused", json!(1));
    assert_eq!(patch(&mut world, &id, "baixa", json!({})).0, 422);
}

#[test]
fn after_its_last_day_a_boleto_is_written_off() {
    let mut world = World::new();
    let mut order = cash("00000001");
    order["data"]["dado_boleto"]["dados_individuais_boleto"][0]["data_limite_pagamento"] =
        "2026-12-22".into();
    assert_eq!(world.send("POST", CASH, order).0, 200);
    world.run_to("2026-12-23T02:59:59Z");
    world.sign_in();
    assert_eq!(world.situation("00000001"), "Em Aberto");
    world.run_to("2026-12-23T03:00:00Z");
    assert_eq!(world.situation("00000001"), "Baixado");
}
