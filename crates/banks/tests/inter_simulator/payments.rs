//! Paying: what is due, what is shown, what reaches Pix and the statement.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::{ACCOUNT, World, order, order_with};

#[test]
fn a_pix_is_received_at_once_everywhere() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let paid = world.pay(&id, Means::Pix, None);
    let e2e = paid["end_to_end_id"].as_str().unwrap().to_owned();
    assert_eq!(e2e.len(), 32);
    assert_eq!(&e2e[..21], "E00416968202612011400");
    let detail = world.detail(&id);
    assert_eq!(detail["cobranca"]["situacao"], "RECEBIDO");
    assert_eq!(detail["cobranca"]["valorTotalRecebido"], json!("123.45"));
    assert_eq!(detail["cobranca"]["origemRecebimento"], "PIX");
    let pix = world.get(&format!("/pix/v2/pix/{e2e}"));
    assert_eq!(pix["valor"], "123.45");
    assert_eq!(pix["txid"], detail["pix"]["txid"]);
    assert_eq!(pix["componentesValor"], json!({ "original": { "valor": "123.45" } }));
    let rows = world
        .get("/banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-01")["transacoes"]
        .clone();
    assert_eq!(rows[0]["tipoTransacao"], "PIX");
    assert_eq!(rows[0]["detalhes"]["endToEndId"], json!(e2e));
    assert_eq!(rows[0]["detalhes"]["codigoSolicitacao"], json!(id));
    assert_eq!(rows[1]["tipoTransacao"], "TARIFA");
    assert_eq!(rows[1]["detalhes"]["endToEndId"], json!(e2e));
    assert_eq!(world.send("GET", "/pix/v2/pix/E0", Json::Null).0, 404);
}

#[test]
fn money_by_barcode_is_in_the_statement_on_the_next_business_day() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    // Friday.
    world.run_to("2026-12-04T18:00:00Z");
    world.sign_in();
    world.pay(&id, Means::Boleto, None);
    assert_eq!(world.detail(&id)["cobranca"]["origemRecebimento"], "BOLETO");
    let period = "dataInicio=2026-12-01&dataFim=2026-12-31";
    let path = format!("/banking/v2/extrato/completo?{period}");
    world.run_to("2026-12-07T08:59:59Z");
    world.sign_in();
    assert_eq!(world.get(&path)["totalElementos"], json!(0));
    world.wait(1);
    let rows = world.get(&path)["transacoes"].clone();
    assert_eq!(rows[0]["tipoTransacao"], "BOLETO_COBRANCA");
    assert_eq!(rows[0]["dataTransacao"], "2026-12-07");
    assert_eq!(rows[0]["detalhes"]["dataTransacao"], "2026-12-04 15:00:00.000");
    assert_eq!(rows[0]["detalhes"]["seuNumero"], "A");
    assert_eq!(rows[0]["numeroDocumento"], world.detail(&id)["boleto"]["nossoNumero"]);
}

#[test]
fn the_bank_may_take_days_to_show_a_payment_by_barcode() {
    let mut world = World::new();
    world.set("boleto_settlement_days", json!(1));
    let id = world.registered(order("A"));
    world.pay(&id, Means::Boleto, None);
    assert_eq!(world.situation(&id), "A_RECEBER");
    world.run_to("2026-12-02T09:00:00Z");
    world.sign_in();
    assert_eq!(world.situation(&id), "RECEBIDO");
    // Filed under the day on which it was paid.
    let list = "/cobranca/v3/cobrancas?dataInicial=2026-12-01&dataFinal=2026-12-01\
                &filtrarDataPor=PAGAMENTO";
    assert_eq!(world.get(list)["totalElementos"], json!(1));
}

/// R$ 1.000,00 due on Sunday 2026-12-20, 10 % off until 7 days before, 2 % fine, 1 % a month.
fn with_terms() -> (World, String) {
    let mut world = World::new();
    let terms = order_with(
        "A",
        &[
            ("valorNominal", json!(1000)),
            ("dataVencimento", json!("2026-12-20")),
            (
                "desconto",
                json!({ "codigo": "PERCENTUALDATAINFORMADA", "taxa": 10, "quantidadeDias": 7 }),
            ),
            ("multa", json!({ "codigo": "PERCENTUAL", "taxa": 2 })),
            ("mora", json!({ "codigo": "TAXAMENSAL", "taxa": 1 })),
        ],
    );
    let id = world.registered(terms);
    (world, id)
}

#[test]
fn what_is_due_depends_on_the_day() {
    for (instant, cents) in [
        ("2026-12-13T15:00:00Z", 90_000),
        ("2026-12-14T15:00:00Z", 100_000),
        ("2026-12-20T15:00:00Z", 100_000),
        // Monday after the Sunday is still in time.
        ("2026-12-21T15:00:00Z", 100_000),
        // Two days from the due date: 20,00 fine and 0,67 interest.
        ("2026-12-22T15:00:00Z", 102_067),
        ("2027-01-19T15:00:00Z", 103_000),
    ] {
        let (mut world, id) = with_terms();
        world.run_to(instant);
        let paid = world.pay(&id, Means::Boleto, None);
        assert_eq!(paid["amount"], json!(cents), "{instant}");
    }
}

#[test]
fn the_statement_breaks_down_what_was_paid() {
    let (mut world, id) = with_terms();
    world.run_to("2026-12-22T15:00:00Z");
    world.pay(&id, Means::Boleto, None);
    world.run_to("2026-12-24T15:00:00Z");
    world.sign_in();
    let rows = world
        .get("/banking/v2/extrato/completo?dataInicio=2026-12-22&dataFim=2026-12-24")["transacoes"]
        .clone();
    assert_eq!(rows[0]["valor"], "1020.67");
    assert_eq!(rows[0]["detalhes"]["juros"], "0.67");
    assert_eq!(rows[0]["detalhes"]["multa"], "20.00");
}

#[test]
fn a_boleto_can_be_paid_by_both_ways() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    world.pay(&id, Means::Pix, Some(12_345));
    world.pay(&id, Means::Boleto, Some(12_000));
    let cobranca = world.detail(&id)["cobranca"].clone();
    assert_eq!(cobranca["valorTotalRecebido"], "243.45");
    assert_eq!(cobranca["origemRecebimento"], "BOLETO");
    world.set("double_payment_total", json!("last"));
    assert_eq!(world.detail(&id)["cobranca"]["valorTotalRecebido"], "120.00");
    world.run_to("2026-12-03T12:00:00Z");
    world.sign_in();
    let balance = world.get("/banking/v2/saldo");
    // Both credits less two fees of R$ 1,00.
    assert_eq!(balance["disponivel"], json!(241.45));
    let payments = world.inspect()["boletos"][0]["payments"].clone();
    assert_eq!((&payments[0]["means"], &payments[1]["means"]), (&json!("PIX"), &json!("BOLETO")));
}

#[test]
fn what_is_closed_is_paid_only_when_asked() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}/cancelar");
    world.send("POST", &path, json!({ "motivoCancelamento": "x" }));
    let pay = Control::Pay { target: id.clone(), means: Means::Boleto, amount: None };
    assert!(world.try_control(pay.clone()).unwrap_err().contains("pay_when_closed"));
    world.set("pay_when_closed", json!(true));
    world.set("closed_stays_closed", json!(true));
    world.control(pay.clone());
    let cobranca = world.detail(&id)["cobranca"].clone();
    assert_eq!(cobranca["situacao"], "CANCELADO");
    assert_eq!(cobranca["valorTotalRecebido"], "123.45");
    world.set("closed_stays_closed", json!(false));
    world.control(pay);
    assert_eq!(world.situation(&id), "RECEBIDO");
}

#[test]
fn a_boleto_answers_to_all_its_names() {
    let mut world = World::new();
    let id = world.registered(order("FAT-9"));
    let detail = world.detail(&id);
    let text = |place: &str, name: &str| detail[place][name].as_str().unwrap().to_owned();
    let line = text("boleto", "linhaDigitavel");
    let printed = format!("{}.{} {}", &line[..5], &line[5..10], &line[10..]);
    for name in [
        id.clone(),
        "FAT-9".to_owned(),
        text("boleto", "nossoNumero"),
        text("boleto", "codigoBarras"),
        line,
        printed,
        text("pix", "txid"),
        text("pix", "pixCopiaECola"),
    ] {
        world.pay(&name, Means::Boleto, Some(100));
    }
    let boleto = world.inspect()["boletos"][0].clone();
    assert_eq!(boleto["payments"].as_array().unwrap().len(), 8);
    // Two boletos of one reference: the bank's id is asked for.
    world.wait(3600);
    world.sign_in();
    world.registered(order("FAT-9"));
    let pay = |target: &str, means| Control::Pay { target: target.to_owned(), means, amount: None };
    let problem = world.try_control(pay("FAT-9", Means::Pix)).unwrap_err();
    assert!(problem.contains("codigoSolicitacao"));
    assert!(world.try_control(pay("nada", Means::Pix)).is_err());
    world.set("account_has_pix_key", json!(false));
    let plain = world.registered(order("FAT-10"));
    assert!(world.try_control(pay(&plain, Means::Pix)).is_err());
    let early = world.issue(order("FAT-11"));
    assert!(world.try_control(pay(&early, Means::Boleto)).is_err());
}

#[test]
fn the_banks_test_environment_pays_by_a_call() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}/pagar");
    let body = json!({ "pagarCom": "PIX" });
    assert_eq!(world.send("POST", &path, body.clone()).0, 404);
    world.set("environment", json!("sandbox"));
    assert_eq!(world.send("POST", &path, json!({ "pagarCom": "DINHEIRO" })).0, 400);
    assert_eq!(world.send("POST", &path, body), (204, Json::Null));
    assert_eq!(world.situation(&id), "RECEBIDO");
}

#[test]
fn pix_lists_by_period_and_filters() {
    let mut world = World::new();
    let first = world.registered(order("A"));
    let second = world.registered(order_with("B", &[("pagador.cpfCnpj", json!("11144477735"))]));
    world.pay(&first, Means::Pix, None);
    world.wait(60);
    world.pay(&second, Means::Pix, None);
    world.pay(&second, Means::Boleto, None);
    let base = "/pix/v2/pix?inicio=2026-12-01T00:00:00Z&fim=2026-12-01T23:59:59Z";
    let all = world.get(base);
    assert_eq!(all["pix"].as_array().unwrap().len(), 2);
    assert_eq!(
        all["parametros"]["paginacao"],
        json!({
            "paginaAtual": 0,
            "itensPorPagina": 100,
            "quantidadeDePaginas": 1,
            "quantidadeTotalDeItens": 2,
        })
    );
    let txid = world.detail(&first)["pix"]["txid"].as_str().unwrap().to_owned();
    for (filter, count) in [
        (format!("&txId={txid}"), 1),
        ("&cpf=11144477735".to_owned(), 1),
        ("&devolucaoPresente=true".to_owned(), 0),
        ("&txIdPresente=true".to_owned(), 2),
        ("&txIdPresente=false".to_owned(), 0),
        ("&paginacao.itensPorPagina=1&paginacao.paginaAtual=1".to_owned(), 1),
    ] {
        let list = world.get(&format!("{base}{filter}"));
        assert_eq!(list["pix"].as_array().unwrap().len(), count, "{filter}");
    }
    let late = "/pix/v2/pix?inicio=2026-12-01T14:00:30Z&fim=2026-12-01T23:59:59-03:00";
    assert_eq!(world.get(late)["pix"].as_array().unwrap().len(), 1);
    let (status, body) = world.send("GET", "/pix/v2/pix?inicio=ontem", Json::Null);
    assert_eq!(status, 400);
    assert_eq!(body["type"], "https://pix.bcb.gov.br/api/v2/error/RequisicaoInvalida");
    assert_eq!(body["violacoes"][0]["propriedade"], "inicio");
}

#[test]
fn a_pix_to_the_bare_key_is_only_in_the_statement() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let key = world.inspect()["accounts"][0]["pix_key"].as_str().unwrap().to_owned();
    let paid = world.pay(&key, Means::Pix, Some(12_345));
    let e2e = paid["end_to_end_id"].as_str().unwrap().to_owned();
    assert_eq!(world.situation(&id), "A_RECEBER");
    assert_eq!(world.send("GET", &format!("/pix/v2/pix/{e2e}"), Json::Null).0, 404);
    let rows = world
        .get("/banking/v2/extrato/completo?dataInicio=2026-12-01&dataFim=2026-12-01")["transacoes"]
        .clone();
    assert_eq!(rows[0]["detalhes"]["endToEndId"], json!(e2e));
    assert_eq!(world.inspect()["accounts"][0]["account"], json!(ACCOUNT));
}
