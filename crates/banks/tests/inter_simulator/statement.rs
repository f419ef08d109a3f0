//! Balance and statements.

use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::{World, order, order_with};

const DAY: &str = "dataInicio=2026-12-01&dataFim=2026-12-01";

/// So many Pix of R$ 24,90 on 2026-12-01, without fees.
fn with_pix(count: usize) -> World {
    let mut world = World::new();
    world.set("fee_cents", json!(0));
    world.set("registration_delay_ms", json!(0));
    for i in 0..count {
        let id = world.issue(order_with(&format!("F{i}"), &[("valorNominal", json!(24.9))]));
        world.pay(&id, Means::Pix, None);
    }
    world
}

#[test]
fn the_simple_statement_has_no_ids_and_does_not_pad() {
    let mut world = with_pix(1);
    world.set("fee_cents", json!(200));
    let id = world.issue(order("B"));
    world.pay(&id, Means::Boleto, Some(3_000));
    world.run_to("2026-12-02T12:00:00Z");
    world.sign_in();
    let statement = world.get("/banking/v2/extrato?dataInicio=2026-12-01&dataFim=2026-12-02");
    let our_number = world.detail(&id)["boleto"]["nossoNumero"].as_str().unwrap().to_owned();
    assert_eq!(
        statement,
        json!({ "transacoes": [
            {
                "dataEntrada": "2026-12-01", "tipoTransacao": "PIX", "tipoOperacao": "C",
                "valor": "24.9", "titulo": "Pix recebido",
                "descricao": "PIX RECEBIDO - Cp :00416968-MARIA EXEMPLO",
            },
            {
                "dataEntrada": "2026-12-02", "tipoTransacao": "BOLETO_COBRANCA",
                "tipoOperacao": "C", "valor": "30", "titulo": "Boleto de cobrança recebido",
                "descricao": format!("RECEBIMENTO TITULO - 112/{our_number}"),
            },
            {
                "dataEntrada": "2026-12-02", "tipoTransacao": "TARIFA", "tipoOperacao": "D",
                "valor": "2", "titulo": "Tarifa de cobrança",
                "descricao": format!("TARIFA COBRANCA - {our_number}"),
            },
        ] })
    );
}

#[test]
fn a_statement_covers_ninety_days_at_most() {
    let mut world = World::new();
    world.get("/banking/v2/extrato?dataInicio=2026-09-03&dataFim=2026-12-01");
    for period in [
        "dataInicio=2026-09-02&dataFim=2026-12-01",
        "dataInicio=2026-12-02&dataFim=2026-12-01",
        "dataInicio=2026-12-01",
        "dataInicio=01/12/2026&dataFim=2026-12-01",
    ] {
        for path in ["extrato", "extrato/completo", "extrato/exportar"] {
            let path = format!("/banking/v2/{path}?{period}");
            let (status, body) = world.send("GET", &path, Json::Null);
            assert_eq!(status, 400, "{path}");
            assert!(body["violacoes"][0]["propriedade"].is_string());
        }
    }
    assert!(world.get(&format!("/banking/v2/extrato/exportar?{DAY}"))["pdf"].is_string());
}

#[test]
fn the_balance_is_the_sum_of_the_statement() {
    let mut world = with_pix(3);
    let balance = world.get("/banking/v2/saldo");
    assert_eq!(balance["disponivel"], json!(74.7));
    assert_eq!(balance["bloqueadoCheque"], json!(0));
    assert!(balance.get("dataReferencia").is_none());
    assert_eq!(world.get("/banking/v2/saldo?dataSaldo=2026-11-30"), json!({ "disponivel": 0.0 }));
    assert_eq!(world.send("GET", "/banking/v2/saldo?dataSaldo=ontem", Json::Null).0, 400);
    // A Sunday.
    world.run_to("2026-12-06T15:00:00Z");
    world.sign_in();
    assert_eq!(world.get("/banking/v2/saldo")["dataReferencia"], "06/12/2026");
}

#[test]
fn the_complete_statement_has_ids_pages_and_filters() {
    let mut world = with_pix(7);
    let path = format!("/banking/v2/extrato/completo?{DAY}");
    let page = world.get(&format!("{path}&pagina=1&tamanhoPagina=5"));
    for (name, value) in [
        ("totalPaginas", json!(2)),
        ("totalElementos", json!(7)),
        ("ultimaPagina", json!(true)),
        ("primeiraPagina", json!(false)),
        ("tamanhoPagina", json!(5)),
        ("numeroDeElementos", json!(2)),
    ] {
        assert_eq!(page[name], value, "{name}");
    }
    let row = &page["transacoes"][0];
    assert_eq!(row["valor"], "24.90");
    assert_eq!(row["descricao"], "Maria Exemplo");
    assert_eq!(row["dataInclusao"], "2026-12-01 11:00:00.000");
    assert_eq!(row["idTransacao"].as_str().unwrap().len(), 36);
    for (filter, count) in [
        ("&tipoTransacao=PIX", 7),
        ("&tipoTransacao=BOLETO_COBRANCA", 0),
        ("&tipoOperacao=C", 7),
        ("&tipoOperacao=D", 0),
    ] {
        assert_eq!(world.get(&format!("{path}{filter}"))["totalElementos"], json!(count));
    }
    assert_eq!(world.get(&path)["tamanhoPagina"], json!(50));
    for bad in ["&tamanhoPagina=10001", "&pagina=1&tamanhoPagina=10000", "&pagina=x"] {
        assert_eq!(world.send("GET", &format!("{path}{bad}"), Json::Null).0, 400);
    }
    world.get(&format!("{path}&tamanhoPagina=10000"));
}

#[test]
fn a_scroll_reads_on_until_the_end_and_dies_when_idle() {
    let mut world = with_pix(5);
    let start = format!("/banking/v2/extrato/completo?{DAY}&scrollEnabled=true&tamanhoPagina=2");
    let first = world.get(&start);
    assert_eq!((&first["hasMore"], &first["numeroDeElementos"]), (&json!(true), &json!(2)));
    let (status, body) = world.send("GET", &start, Json::Null);
    assert_eq!((status, &body["typeError"]), (400, &json!("SCROLL_ALREADY_ACTIVE")));
    let id = first["scrollId"].as_str().unwrap().to_owned();
    let on = format!("/banking/v2/extrato/completo?scrollId={id}");
    world.wait(359);
    assert_eq!(world.get(&on)["hasMore"], json!(true));
    let last = world.get(&on);
    assert_eq!((&last["hasMore"], &last["numeroDeElementos"]), (&json!(false), &json!(1)));
    let (status, body) = world.send("GET", &on, Json::Null);
    assert_eq!((status, &body["typeError"]), (400, &json!("SCROLL_EXPIRED")));
    // Finished, so another may begin; left alone for six minutes it dies.
    let id = world.get(&start)["scrollId"].as_str().unwrap().to_owned();
    world.wait(360);
    let on = format!("/banking/v2/extrato/completo?scrollId={id}");
    assert_eq!(world.send("GET", &on, Json::Null).1["typeError"], "SCROLL_EXPIRED");
    world.get(&start);
}
