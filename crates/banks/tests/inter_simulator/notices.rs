//! What the bank tells its client, and how it insists.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::{ACCOUNT, HOOK, World, items, json_of, order, order_with};
use quita_banks::simulator::Simulator as _;

fn listening() -> World {
    let mut world = World::new();
    world.register_hook();
    world
}

#[test]
fn an_account_has_one_address() {
    let mut world = World::new();
    let path = "/cobranca/v3/cobrancas/webhook";
    assert_eq!(world.send("GET", path, Json::Null).0, 404);
    assert_eq!(world.send("DELETE", path, Json::Null).0, 404);
    for url in ["http://empresa.example", "https://empresa.example/a b", ""] {
        let (status, body) = world.send("PUT", path, json!({ "webhookUrl": url }));
        assert_eq!((status, &body["violacoes"][0]["propriedade"]), (400, &json!("webhookUrl")));
    }
    world.register_hook();
    let body = world.get(path);
    assert_eq!(body, json!({ "webhookUrl": HOOK, "criacao": "2026-12-01T14:00:00.000Z" }));
    world.wait(60);
    let other = json!({ "webhookUrl": "https://outro.example/x" });
    assert_eq!(world.send("PUT", path, other).0, 204);
    let body = world.get(path);
    assert_eq!(body["webhookUrl"], "https://outro.example/x");
    assert_eq!(body["atualizacao"], "2026-12-01T14:01:00.000Z");
    assert_eq!(world.send("DELETE", path, Json::Null), (204, Json::Null));
    assert_eq!(world.send("GET", path, Json::Null).0, 404);
}

#[test]
fn a_payment_is_told_as_documented() {
    let mut world = listening();
    let id = world.issue(order("FAT-1"));
    world.wait(2);
    let calls = world.run_to("2026-12-01T14:00:05Z");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].url, HOOK);
    assert!(calls[0].headers.contains(&("x-conta-corrente".to_owned(), ACCOUNT.to_owned())));
    let body: Json = serde_json::from_slice(&calls[0].body).unwrap();
    assert!(body.is_array());
    assert_eq!(body[0]["situacao"], "A_RECEBER");
    assert_eq!(body[0]["dataHoraSituacao"], "2026-12-01T14:00:01.500Z");
    assert!(body[0].get("valorTotalRecebido").is_none());
    world.pay(&id, Means::Pix, None);
    let told = world.told();
    let detail = world.detail(&id);
    assert_eq!(
        told,
        [json!({
            "codigoSolicitacao": id,
            "seuNumero": "FAT-1",
            "situacao": "RECEBIDO",
            "dataHoraSituacao": "2026-12-01T14:00:05.000Z",
            "valorTotalRecebido": "123.45",
            "origemRecebimento": "PIX",
            "nossoNumero": detail["boleto"]["nossoNumero"],
            "codigoBarras": detail["boleto"]["codigoBarras"],
            "linhaDigitavel": detail["boleto"]["linhaDigitavel"],
            "txid": detail["pix"]["txid"],
            "pixCopiaECola": detail["pix"]["pixCopiaECola"],
        })]
    );
}

#[test]
fn overdue_and_protested_are_never_told() {
    let mut world = listening();
    world.set("protest_after_days", json!(3));
    world.set("issue_refused", json!(1));
    world.issue(order("FALHA"));
    world.issue(order("A"));
    let cancelled = world.registered(order("B"));
    let path = format!("/cobranca/v3/cobrancas/{cancelled}/cancelar");
    world.send("POST", &path, json!({ "motivoCancelamento": "segredo" }));
    let calls = world.run_to("2027-02-01T12:00:00Z");
    let told: Vec<(String, String)> = items(&calls)
        .iter()
        .map(|item| {
            assert!(item.get("motivoCancelamento").is_none());
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            (text("seuNumero"), text("situacao"))
        })
        .collect();
    let expected = [
        ("FALHA", "FALHA_EMISSAO"),
        ("A", "A_RECEBER"),
        ("B", "A_RECEBER"),
        ("B", "CANCELADO"),
        ("A", "EXPIRADO"),
    ];
    assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn without_an_address_nothing_is_told() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    world.pay(&id, Means::Pix, None);
    assert_eq!(world.told(), Vec::<Json>::new());
}

#[test]
fn the_bank_tries_five_times_and_remembers() {
    let mut world = listening();
    world.issue(order("A"));
    let calls = world.run_answering("2026-12-02T14:00:00Z", Some(503));
    assert_eq!(calls.len(), 5);
    world.sign_in();
    let path = "/cobranca/v3/cobrancas/webhook/callbacks\
                ?dataHoraInicio=2026-12-01T11:00-03:00&dataHoraFim=2026-12-02T11:00:00.000-03:00";
    let history = world.get(path);
    assert_eq!(history["totalElementos"], json!(5));
    let rows = history["data"].as_array().unwrap();
    let sent: Vec<&str> = rows.iter().map(|row| row["dataHoraDisparo"].as_str().unwrap()).collect();
    assert_eq!(
        sent,
        [
            "2026-12-01T17:50:01.500Z",
            "2026-12-01T15:50:01.500Z",
            "2026-12-01T14:50:01.500Z",
            "2026-12-01T14:20:01.500Z",
            "2026-12-01T14:00:01.500Z",
        ]
    );
    assert_eq!(rows[0]["numeroTentativa"], json!(5));
    assert_eq!((&rows[0]["sucesso"], &rows[0]["httpStatus"]), (&json!(false), &json!(503)));
    assert_eq!(rows[0]["payload"][0]["seuNumero"], "A");
    assert!(rows[0]["mensagemErro"].is_string());
    assert_eq!(world.sim.due().unwrap().to_string(), "2026-12-22T03:00:00Z");
}

#[test]
fn an_answer_of_200_ends_the_tries_and_silence_does_not() {
    let mut world = listening();
    world.issue(order("A"));
    let first = world.run_answering("2026-12-01T14:10:00Z", None);
    let second = world.run_answering("2026-12-02T14:00:00Z", Some(200));
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].body, second[0].body);
    let callbacks = world.inspect()["callbacks"].clone();
    assert_eq!((&callbacks[0]["status"], &callbacks[1]["status"]), (&Json::Null, &json!(200)));
    assert_eq!(callbacks[1]["attempt"], json!(2));
}

#[test]
fn history_has_pages_and_bounds() {
    let mut world = listening();
    for i in 0..25 {
        world.issue(order(&format!("F{i}")));
    }
    let last = world.issue(order("ULTIMO"));
    world.run_to("2026-12-01T14:05:00Z");
    let base = "/cobranca/v3/cobrancas/webhook/callbacks\
                ?dataHoraInicio=2026-12-01T14:00:00Z&dataHoraFim=2026-12-01T15:00:00Z";
    let first = world.get(base);
    assert_eq!(first["data"].as_array().unwrap().len(), 20);
    assert_eq!((&first["totalPaginas"], &first["ultimaPagina"]), (&json!(2), &json!(false)));
    assert_eq!(first["data"][0]["payload"][0]["seuNumero"], "ULTIMO");
    assert_eq!(world.get(&format!("{base}&pagina=1"))["data"].as_array().unwrap().len(), 6);
    let one = world.get(&format!("{base}&codigoSolicitacao={last}"));
    assert_eq!(one["totalElementos"], json!(1));
    for bad in ["&tamanhoPagina=9", "&tamanhoPagina=51"] {
        assert_eq!(world.send("GET", &format!("{base}{bad}"), Json::Null).0, 400);
    }
    let without = "/cobranca/v3/cobrancas/webhook/callbacks?dataHoraInicio=2026-12-01";
    assert_eq!(world.send("GET", without, Json::Null).0, 400);
}

#[test]
fn a_notice_can_be_asked_for_again_in_production() {
    let mut world = listening();
    let id = world.issue(order("A"));
    world.run_answering("2026-12-02T14:00:00Z", Some(500));
    world.sign_in();
    let body = json!({ "codigoSolicitacao": [id, "desconhecido"] });
    for path in
        ["/cobranca/v3/cobrancas/webhook/callbacks/retry", "/cobranca/v3/webhook/callbacks/retry"]
    {
        let (status, found) = world.send("POST", path, body.clone());
        assert_eq!((status, found), (200, json!({ "foundIds": [id] })));
        let told = world.told();
        assert_eq!((told.len(), &told[0]["situacao"]), (1, &json!("A_RECEBER")));
        let many = json!({ "codigoSolicitacao": vec!["x"; 51] });
        assert_eq!(world.send("POST", path, many).0, 400);
    }
    world.set("environment", json!("sandbox"));
    let path = "/cobranca/v3/cobrancas/webhook/callbacks/retry";
    assert_eq!(world.send("POST", path, body).0, 404);
}

#[test]
fn notices_get_lost_doubled_and_overtaken() {
    let mut world = listening();
    world.set("webhook_lost", json!(1));
    world.issue(order("A"));
    world.run_to("2026-12-01T14:00:10Z");
    assert_eq!(world.inspect()["notices_lost"], json!(1));
    assert_eq!(world.inspect()["callbacks"], json!([]));
    world.set("webhook_doubled", json!(1));
    world.issue(order("B"));
    assert_eq!(world.run_to("2026-12-01T14:00:20Z").len(), 2);
    world.set("webhook_reordered", json!(1));
    let id = world.registered(order("C"));
    assert_eq!(world.told(), Vec::<Json>::new());
    world.pay(&id, Means::Pix, None);
    let calls = world.run_to("2026-12-01T14:05:00Z");
    let situations: Vec<Json> = items(&calls).iter().map(|item| item["situacao"].clone()).collect();
    assert_eq!(situations, ["RECEBIDO", "A_RECEBER"]);
}

#[test]
fn notices_come_in_other_shapes() {
    let mut world = listening();
    world.set("webhook_batch", json!(true));
    world.issue(order("A"));
    world.issue(order("B"));
    let calls = world.run_to("2026-12-01T14:00:10Z");
    assert_eq!((calls.len(), items(&calls).len()), (1, 2));
    world.set("webhook_shape", json!("object"));
    world.issue(order("C"));
    world.issue(order("D"));
    let calls = world.run_to("2026-12-01T14:00:20Z");
    assert_eq!(calls.len(), 2);
    let body: Json = serde_json::from_slice(&calls[0].body).unwrap();
    assert_eq!(body["seuNumero"], "C");
    world.set("webhook_shape", json!("legacy"));
    world.set("webhook_missing", json!(["seuNumero"]));
    let id = world.registered(order("E"));
    world.pay(&id, Means::Pix, None);
    let told = world.told();
    assert_eq!(told[1]["situacao"], "PAGO");
    assert_eq!(told[1]["idSolicitacao"], json!(id));
    assert_eq!(told[1]["valorTotalRecebimento"], "123.45");
    assert!(told[1].get("seuNumero").is_none());
    world.set("webhook_wrong_account", json!(true));
    world.pay(&id, Means::Boleto, None);
    let calls = world.run_to("2026-12-01T14:00:25Z");
    assert!(!calls[0].headers.contains(&("x-conta-corrente".to_owned(), ACCOUNT.to_owned())));
}

#[test]
fn anybody_can_send_a_false_notice() {
    let mut world = World::new();
    let forge = Control::Forge { body: "[{\"situacao\":\"RECEBIDO\"}]".to_owned() };
    assert!(world.try_control(forge.clone()).is_err());
    world.register_hook();
    world.control(forge);
    let calls = world.run_answering("2026-12-02T14:00:00Z", Some(500));
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].url.as_str(), &calls[0].body[..]),
        (HOOK, &b"[{\"situacao\":\"RECEBIDO\"}]"[..])
    );
}

#[test]
fn a_pix_is_told_to_the_address_of_its_key() {
    let mut world = World::new();
    let key = world.inspect()["accounts"][0]["pix_key"].as_str().unwrap().to_owned();
    let path = format!("/pix/v2/webhook/{key}");
    let body = json!({ "webhookUrl": HOOK });
    assert_eq!(world.send("GET", &path, Json::Null).0, 404);
    let (status, refusal) = world.send("PUT", "/pix/v2/webhook/alheia", body.clone());
    assert_eq!((status, &refusal["violacoes"][0]["propriedade"]), (400, &json!("chave")));
    assert_eq!(world.send("PUT", &path, body), (204, Json::Null));
    assert_eq!(world.get(&path)["chave"], json!(key));
    let id = world.registered(order("A"));
    let paid = world.pay(&id, Means::Pix, None);
    let told = world.told();
    assert_eq!(told[0]["endToEndId"], paid["end_to_end_id"]);
    assert_eq!((&told[0]["valor"], &told[0]["chave"]), (&json!("123.45"), &json!(key)));
    let history = world.get(
        "/pix/v2/webhook/callbacks?dataHoraInicio=2026-12-01T00:00Z&dataHoraFim=2026-12-02T00:00Z",
    );
    assert_eq!(history["totalElementos"], json!(1));
    let txid = told[0]["txid"].clone();
    let retry = json!({ "txId": [txid], "chavePix": key });
    let (status, found) = world.send("POST", "/pix/v2/webhook/callbacks/retry", retry);
    assert_eq!((status, found), (200, json!({ "foundIds": [txid] })));
    assert_eq!(world.told().len(), 1);
    world.set("pix_webhook_shape", json!("bacen"));
    world.set("pix_webhook_suffix", json!(true));
    let id = world.registered(order_with("B", &[]));
    world.pay(&id, Means::Pix, None);
    let calls = world.run_to("2026-12-01T14:10:00Z");
    assert_eq!(calls[0].url, format!("{HOOK}/pix"));
    let body: Json = serde_json::from_slice(&calls[0].body).unwrap();
    assert_eq!(body["pix"].as_array().unwrap().len(), 1);
    world.set("pix_webhook_shape", json!("empty"));
    world.pay(&id, Means::Pix, None);
    let calls = world.run_to("2026-12-01T14:20:00Z");
    assert_eq!(calls[0].body, b"{\"pix\":[]}");
    assert_eq!(world.send("DELETE", &path, Json::Null).0, 204);
    let request = world.request("DELETE", &path, Json::Null);
    let again = world.answer(&request);
    assert_eq!((again.status, json_of(&again)["status"].clone()), (404, json!(404)));
}
