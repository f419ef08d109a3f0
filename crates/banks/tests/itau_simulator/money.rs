//! Payments: what is shown of them, where and when.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::*;

#[test]
fn paid_by_barcode_it_is_credited_on_the_next_business_day() {
    let mut world = World::new();
    // A Friday: the money comes on Monday.
    world.run_to("2026-12-04T14:00:00Z");
    world.sign_in();
    let id = world.plain("00000001");
    world.pay(&id, Means::Boleto, None);
    assert_eq!(world.situation("00000001"), "Pago");
    let paid = world.detail("00000001")["pagamentos_cobranca"][0].clone();
    assert_eq!(paid["valor_pago_total_cobranca"], "123.45");
    assert_eq!(paid["data_inclusao_pagamento"], "2026-12-04");
    world.run_to("2026-12-07T09:59:00Z");
    world.sign_in();
    assert_eq!(world.situation("00000001"), "Pago");
    world.run_to("2026-12-07T10:00:00Z");
    assert_eq!(world.situation("00000001"), "Liquidado");
    assert!(world.detail("00000001").get("baixa").is_none());
    world.set("settled_word", json!("Baixado"));
    assert_eq!(world.situation("00000001"), "Baixado");
    assert_eq!(world.detail("00000001")["baixa"]["motivo_baixa"], "BAIXA POR TER SIDO LIQUIDADO");
}

#[test]
fn paid_by_qr_it_is_written_off_and_may_have_no_payment() {
    let mut world = World::new();
    let id = world.hybrid("00000001");
    world.pay(&id, Means::Pix, None);
    assert_eq!(world.situation("00000001"), "Baixado");
    let detail = world.detail("00000001");
    assert_eq!(detail["baixa"]["motivo_baixa"], "BAIXA POR TER SIDO LIQUIDADO");
    assert!(detail.get("pagamentos_cobranca").is_none());
    world.set("pix_payment_block", json!(true));
    let paid = world.detail("00000001")["pagamentos_cobranca"][0].clone();
    assert_eq!(paid["descricao_meio_pagamento"], "PIX");
    // BACEN's list has it, in either family of addresses.
    for base in ["/pix_recebimentos/v2", "/regulatorio-pix/v2"] {
        let path = format!("{base}/pix?inicio=2026-12-01T00:00:00Z&fim=2026-12-02T00:00:00Z");
        let pix = world.get(&path)["pix"][0].clone();
        assert_eq!(pix["txid"], format!("BL{ACCOUNT}109000000000000001").as_str());
        assert_eq!(pix["valor"], "123.45");
        let one = world.get(&format!("{base}/pix/{}", pix["endToEndId"].as_str().unwrap()));
        assert_eq!(one, pix);
    }
}

#[test]
fn the_daily_movement_appears_on_the_next_business_day() {
    let mut world = World::new();
    let (paid, scanned, ended) =
        (world.plain("00000001"), world.hybrid("00000002"), world.plain("00000003"));
    world.pay(&paid, Means::Boleto, None);
    world.pay(&scanned, Means::Pix, Some(13_000));
    world.send("PATCH", &format!("{CASH}/{ended}/baixa"), json!({}));
    assert_eq!(world.movements("2026-12-01"), Vec::<Json>::new());
    world.run_to("2026-12-02T09:00:00Z");
    world.sign_in();
    let told: Vec<(Json, Json, Json)> = world
        .movements("2026-12-01")
        .iter()
        .map(|m| {
            (
                m["codigo_status"].clone(),
                m["nosso_numero"].clone(),
                m["valor_liquido_lancado"].clone(),
            )
        })
        .collect();
    let row =
        |status: &str, number: &str, amount: &str| (json!(status), json!(number), json!(amount));
    assert_eq!(
        told,
        [
            row("E", "00000001", "0.00"),
            row("E", "00000002", "0.00"),
            row("E", "00000003", "0.00"),
            row("L", "00000001", "123.45"),
            row("BL", "00000002", "130.00"),
            row("B", "00000003", "0.00"),
        ]
    );
    // Pages begin with 0; filters are those of the bank.
    let base = format!("/boletos/v3/francesas/{ACCOUNT}/movimentacoes?data=2026-12-01");
    let page = world.get(&format!("{base}&page=2&page_size=2"));
    assert_eq!(
        (page["data"].as_array().unwrap().len(), page["pagination"]["total_pages"].as_i64()),
        (2, Some(3))
    );
    assert_eq!(page["pagination"]["links"]["next"], "");
    for (filter, count) in [
        ("tipo_movimentacao=entradas", 3),
        ("tipo_movimentacao=liquidacoes", 1),
        ("tipo_cobranca=bolecode", 2),
        ("nosso_numero=1", 2),
    ] {
        let rows = world.get(&format!("{base}&{filter}"));
        assert_eq!(rows["data"].as_array().unwrap().len(), count, "{filter}");
    }
    let summary = world.get(&base.replace("movimentacoes", "movimentacoes_resumidas"));
    assert_eq!(summary["data"]["movimentacao_conta"]["valores_disponiveis"], "253.45");
    let days =
        world.get("/boletos/v3/francesas?agencia=0001&conta=0012345&dac=4&mes_referencia=122026");
    assert_eq!(days["data"][0]["data_posicao"], "2026-12-01");
}

#[test]
fn a_day_without_movement_is_told_in_one_of_three_ways() {
    let mut world = World::new();
    let path = format!("/boletos/v3/francesas/{ACCOUNT}/movimentacoes?data=2026-11-30");
    for status in [204, 404, 200] {
        world.set("no_movement_status", json!(status));
        assert_eq!(world.send("GET", &path, Json::Null).0, status);
    }
}

#[test]
fn the_statement_agrees_with_boletos_and_fees() {
    let mut world = World::new();
    world.set("opening_balance_cents", json!(100_000));
    let (paid, scanned) = (world.plain("00000001"), world.hybrid("00000002"));
    world.pay(&paid, Means::Boleto, None);
    world.pay(&scanned, Means::Pix, None);
    world.run_to("2026-12-02T14:00:00Z");
    world.sign_in();
    let of = |from: &str, to: &str| {
        format!(
            "/account-statement/v1/statements/{ACCOUNT}?type=current_account&start_date={from}&end_date={to}"
        )
    };
    let read = world.get(&of("2026-12-01", "2026-12-02"));
    let events = read["data"][0]["events"].as_array().unwrap().clone();
    let signed = |event: &Json| {
        let cents = (event["amount"]["value"].as_f64().unwrap() * 100.0).round() as i64;
        if event["operation"] == "C" { cents } else { -cents }
    };
    let amounts: Vec<i64> = events.iter().map(signed).collect();
    assert_eq!(amounts, [12_345, -199, 12_345, -199]);
    let books = world.control(Control::Ledger { account: ACCOUNT.to_owned() });
    let told = |row: &Json| (row["amount"].as_i64().unwrap(), row["boleto"].clone());
    let expected = [(12_345, &scanned), (-199, &scanned), (12_345, &paid), (-199, &paid)];
    let expected = expected.map(|(cents, id)| (cents, json!(id)));
    assert_eq!(books.as_array().unwrap().iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(events[0]["origin"]["type"], "PIX");
    let balance = read["data"][0]["balances"][0]["amount"]["value"].as_f64().unwrap();
    assert_eq!((balance * 100.0).round() as i64, 100_000 + 2 * (12_345 - 199));
    let page = world.get(&format!("{}&page=2&page_size=3", of("2026-12-01", "2026-12-02")));
    assert_eq!(page["data"][0]["events"].as_array().unwrap().len(), 1);
    assert_eq!(page["data"][0]["pagination"]["totalPages"], 2);
    world.set("statement_shape", json!("example"));
    let example = world.get(&of("2026-12-01", "2026-12-01"));
    assert_eq!(example["content"]["pagination"]["total_elements"], 2);
    assert_eq!(world.send("GET", &of("2026-12-02", "2026-12-01"), Json::Null).0, 400);
}

#[test]
fn late_payments_hold_fine_and_interest() {
    let mut world = World::new();
    let mut order = cash("00000001");
    let data = &mut order["data"]["dado_boleto"];
    data["multa"] = json!({
        "codigo_tipo_multa": "02", "quantidade_dias_multa": 1, "percentual_multa": "000000200000",
    });
    data["juros"] = json!({
        "codigo_tipo_juros": "90", "quantidade_dias_juros": 1, "percentual_juros": "000000100000",
    });
    assert_eq!(world.send("POST", CASH, order).0, 200);
    world.run_to("2026-12-31T14:00:00Z");
    world.sign_in();
    let paid = world.pay("FAT-1", Means::Boleto, None);
    // 2 % and ten days of 1 % a month of R$ 123,45.
    assert_eq!(paid["amount"], 12_345 + 247 + 41);
    let shown = world.detail("00000001")["pagamentos_cobranca"][0].clone();
    assert_eq!(
        (shown["valor_pago_multa_cobranca"].as_str(), shown["valor_pago_juro_cobranca"].as_str()),
        (Some("2.47"), Some("0.41"))
    );
}

#[test]
fn the_movement_has_a_payment_under_one_of_three_days() {
    for (switch, days) in [
        ("business_day", ["2026-12-07", "2026-12-07"]),
        ("paid", ["2026-12-05", "2026-12-05"]),
        // Paid by QR it is credited at once, by barcode on the business day after.
        ("credited", ["2026-12-07", "2026-12-05"]),
    ] {
        let mut world = World::new();
        world.set("movement_day", json!(switch));
        world.set("movement_lag_days", json!(0));
        // A Saturday.
        world.run_to("2026-12-05T14:00:00Z");
        world.sign_in();
        let (paid, scanned) = (world.plain("00000001"), world.hybrid("00000002"));
        world.pay(&paid, Means::Boleto, None);
        world.pay(&scanned, Means::Pix, None);
        for (number, day) in ["00000001", "00000002"].into_iter().zip(days) {
            let movements = world.movements(day);
            let is_paid =
                |m: &&Json| m["nosso_numero"] == number && m["valor_liquido_lancado"] == "123.45";
            assert_eq!(movements.iter().filter(is_paid).count(), 1, "{switch} {number}");
        }
    }
}
