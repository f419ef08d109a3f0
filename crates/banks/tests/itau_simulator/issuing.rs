//! Emission: what comes back, what is refused and how.

use quita_core::barcode::Barcode;
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::*;

#[test]
fn a_boleto_has_its_numbers_at_once() {
    let mut world = World::new();
    let (status, body) = world.send("POST", CASH, cash("00000001"));
    assert_eq!(status, 200);
    let one = &body["data"]["dado_boleto"]["dados_individuais_boleto"][0];
    let barcode = Barcode::parse(one["codigo_barras"].as_str().unwrap()).unwrap();
    assert_eq!(barcode.writable_line().as_str(), one["numero_linha_digitavel"]);
    assert_eq!(barcode.free_field().as_str(), "1090000000140001123454000");
    assert!(body["data"].get("dados_qrcode").is_none());
    assert_eq!(world.situation("00000001"), "Em Aberto");
    world.set("envelope", json!(false));
    let (_, bare) = world.send("POST", CASH, cash("00000002"));
    assert!(bare.get("dado_boleto").is_some());
}

#[test]
fn a_bolecode_has_a_code_that_can_be_paid() {
    let mut world = World::new();
    // Both spellings of the new address, and the old one with its own numbers.
    let (status, body) = world.send("POST", NEW, world.bolecode("00000001"));
    assert_eq!(status, 200, "{body}");
    let qr = &body["data"]["dados_qrcode"];
    assert_eq!(qr["txid"], format!("BL{ACCOUNT}109000000000000001").as_str());
    let code = qr["emv"].as_str().unwrap();
    let read = quita_formats::br_code::decode(code).unwrap();
    assert!(read.location.is_some(), "{code}");
    let underscore = world.bolecode("00000002");
    assert_eq!(
        world
            .send(
                "POST",
                &NEW.replace('-', "_").replace("recebimentos_pix", "recebimentos-pix"),
                underscore
            )
            .0,
        200
    );
    let mut old = world.bolecode("00000003");
    old["dado_boleto"]["valor_total_titulo"] = "00000000000012345".into();
    old["dado_boleto"]["dados_individuais_boleto"][0]["valor_titulo"] = "00000000000012345".into();
    assert_eq!(world.send("POST", OLD, old).0, 200);
}

#[test]
fn numbers_in_the_other_way_are_refused_by_name() {
    let mut world = World::new();
    let mut plain = cash("00000001");
    plain["data"]["dado_boleto"]["dados_individuais_boleto"][0]["valor_titulo"] = "123.45".into();
    let (status, body) = world.send("POST", CASH, plain.clone());
    assert_eq!(status, 400);
    assert!(
        fields(&body).contains(&"data.dado_boleto.dados_individuais_boleto.0.valor_titulo"),
        "{body}"
    );
    let mut digits = world.bolecode("00000001");
    digits["dado_boleto"]["valor_total_titulo"] = "00000000000012345".into();
    let (status, body) = world.send("POST", NEW, digits.clone());
    assert_eq!((status, fields(&body)[0]), (400, "dado_boleto.valor_total_titulo"));
    // The other reading of the new bolecode, and no strictness at all.
    world.set("strict_numbers", json!(false));
    assert_eq!(world.send("POST", CASH, plain).0, 200);
    digits["dado_boleto"]["dados_individuais_boleto"][0]["numero_nosso_numero"] = "00000002".into();
    assert_eq!(world.send("POST", NEW, digits).0, 200);
}

#[test]
fn every_rule_names_its_field() {
    let mut world = World::new();
    let long = "x".repeat(51);
    for (pointer, value) in [
        ("etapa_processo_boleto", json!("simulacao")),
        ("codigo_canal_operacao", json!("WEB")),
        ("beneficiario/id_beneficiario", json!("1")),
        ("dado_boleto/tipo_boleto", json!("parcelado")),
        ("dado_boleto/codigo_especie", json!("77")),
        ("dado_boleto/data_emissao", json!("2026-12-02")),
        ("dado_boleto/pagador/pessoa/nome_pessoa", json!(long)),
        ("dado_boleto/pagador/pessoa/tipo_pessoa/codigo_tipo_pessoa", json!("X")),
        ("dado_boleto/pagador/endereco/nome_bairro", json!("Jardim das Flores")),
        ("dado_boleto/pagador/endereco/numero_CEP", json!("30110-000")),
        ("dado_boleto/dados_individuais_boleto/0/numero_nosso_numero", json!("1")),
        ("dado_boleto/dados_individuais_boleto/0/data_vencimento", json!("2026-11-30")),
        ("dado_boleto/dados_individuais_boleto/0/data_limite_pagamento", json!("2026-12-01")),
        ("dado_boleto/dados_individuais_boleto/0/texto_seu_numero", json!("12345678901")),
    ] {
        let mut order = cash("00000001");
        let place = order["data"].pointer_mut(&format!("/{pointer}"));
        match place {
            Some(place) => *place = value,
            None => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                order["data"].pointer_mut(&format!("/{parent}")).unwrap()[name] = value;
            }
        }
        let (status, body) = world.send("POST", CASH, order);
        let name = format!("data.{}", pointer.replace('/', "."));
        assert_eq!(status, 400, "{pointer}: {body}");
        assert!(fields(&body).contains(&name.as_str()), "{name}: {body}");
    }
    assert_eq!(world.inspect()["boletos"], json!([]));
}

#[test]
fn a_bolecode_takes_no_signs_and_perhaps_no_accents() {
    let mut world = World::new();
    let named = |world: &World, name: &str| {
        let mut order = world.bolecode("00000001");
        order["dado_boleto"]["pagador"]["pessoa"]["nome_pessoa"] = name.into();
        order
    };
    for name in ["Ana & Cia", "D'Avila", "veja http aqui", "Müller"] {
        let (status, body) = world.send("POST", NEW, named(&world, name));
        let field = "dado_boleto.pagador.pessoa.nome_pessoa";
        assert_eq!((status, fields(&body)[0]), (400, field), "{name}");
    }
    world.set("accents_refused", json!(true));
    assert_eq!(world.send("POST", NEW, named(&world, "Conceição")).0, 400);
    world.set("accents_refused", json!(false));
    assert_eq!(world.send("POST", NEW, named(&world, "Conceição")).0, 200);
}

#[test]
fn a_trial_registers_nothing() {
    let mut world = World::new();
    let mut order = cash("00000001");
    order["data"]["etapa_processo_boleto"] = "validacao".into();
    let (status, body) = world.send("POST", CASH, order.clone());
    assert_eq!((status, body["data"]["etapa_processo_boleto"].as_str()), (200, Some("validacao")));
    let mut hybrid = world.bolecode("00000001");
    hybrid["etapa_processo_boleto"] = "simulacao".into();
    assert_eq!(world.send("POST", NEW, hybrid).0, 200);
    assert_eq!(world.inspect()["boletos"], json!([]));
    // It runs all checks, the twin included.
    world.plain("00000001");
    assert_eq!(world.send("POST", CASH, order).0, 422);
}

#[test]
fn a_number_is_taken_until_45_days_after_its_end() {
    let mut world = World::new();
    let id = world.plain("00000001");
    let (status, body) = world.send("POST", CASH, cash("00000001"));
    assert_eq!((status, body["codigo"].as_str()), (422, Some("422")));
    assert_eq!(body["campos"][0]["mensagem"], "Título já cadastrado");
    // A bolecode of the same number is the same number.
    assert_eq!(world.send("POST", NEW, world.bolecode("00000001")).0, 422);
    world.pay(&id, Means::Boleto, None);
    let later = |world: &mut World, instant: &str, day: &str| {
        world.run_to(instant);
        world.sign_in();
        let mut order = cash("00000001");
        order["data"]["dado_boleto"]["data_emissao"] = day.into();
        order["data"]["dado_boleto"]["dados_individuais_boleto"][0]["data_vencimento"] =
            "2027-02-20".into();
        world.send("POST", CASH, order).0
    };
    assert_eq!(later(&mut world, "2027-01-14T14:00:00Z", "2027-01-14"), 422);
    assert_eq!(later(&mut world, "2027-01-15T14:00:00Z", "2027-01-15"), 200);
    // The query has both, the current one last.
    let path = format!(
        "/boletoscash/v2/boletos?id_beneficiario={ACCOUNT}&codigo_carteira=109&nosso_numero=00000001"
    );
    let all = world.get(&path);
    let word = |place: usize| {
        all["data"][place]["dado_boleto"]["dados_individuais_boleto"][0]["situacao_geral_boleto"]
            .clone()
    };
    assert_eq!((word(0), word(1)), (json!("Liquidado"), json!("Em Aberto")));
}

#[test]
fn a_pending_bolecode_appears_later_and_counts_at_once() {
    let mut world = World::new();
    world.set("bolecode_pending", json!(1));
    let order = world.bolecode("00000001");
    let (status, body) = world.send("POST", NEW, order.clone());
    assert_eq!((status, body["codigo"].as_str()), (202, Some("202")));
    let path = format!(
        "/boletoscash/v2/boletos?id_beneficiario={ACCOUNT}&codigo_carteira=109&nosso_numero=00000001"
    );
    assert_eq!(world.send("GET", &path, Json::Null).0, 404);
    assert_eq!(world.send("POST", NEW, order).0, 422);
    world.run_to("2026-12-01T14:00:05Z");
    assert_eq!(world.situation("00000001"), "Em Aberto");
}

#[test]
fn tokens_live_five_minutes_and_belong_to_a_certificate() {
    let mut world = World::new();
    let good = "grant_type=client_credentials&client_id=id-1&client_secret=segredo";
    for (form, certificate, status) in [
        (good, Some("aa11"), 200),
        (good, Some("bb22"), 401),
        (good, None, 401),
        ("grant_type=client_credentials&client_id=id-1&client_secret=x", Some("aa11"), 401),
        ("grant_type=client_credentials&client_id=x&client_secret=segredo", Some("aa11"), 401),
        ("client_id=id-1&client_secret=segredo", Some("aa11"), 400),
    ] {
        let (got, body) = world.ask_token(form, certificate);
        assert_eq!(got, status, "{form} {certificate:?}");
        assert_eq!(body["access_token"].is_string(), status == 200);
        if status == 200 {
            assert_eq!(body["expires_in"], 300);
            assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
        }
    }
    world.wait(299);
    assert_eq!(world.send("POST", CASH, cash("00000001")).0, 200);
    world.wait(1);
    assert_eq!(world.send("POST", CASH, cash("00000002")).0, 401);
}

#[test]
fn calls_name_the_client_the_account_and_themselves() {
    let mut world = World::new();
    let path = format!("/boletos/v3/francesas/{ACCOUNT}/movimentacoes?data=2026-12-01");
    let without = |world: &World, name: &str| {
        let mut request = world.request("GET", &path, &Json::Null);
        request.headers.retain(|(header, _)| header != name);
        request
    };
    let (status, body) = world.answer(&without(&world, "x-itau-correlationid"));
    assert_eq!((status, body["messages"][0]["codigo"].as_str()), (400, Some("validation_error")));
    assert_eq!(world.answer(&without(&world, "x-itau-apikey")).0, 401);
    let mut other = world.request("GET", &path, &Json::Null);
    other.headers[1].1 = "id-2".to_owned();
    assert_eq!(world.answer(&other).0, 403);
    let foreign = cash("00000001").to_string().replace(ACCOUNT, "000100999990");
    let foreign = serde_json::from_str(&foreign).unwrap();
    assert_eq!(world.send("POST", CASH, foreign).0, 403);
    assert_eq!(world.send("GET", "/nada", Json::Null).0, 404);
}
