//! The list of boletos and its summary.

use std::collections::BTreeSet;

use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::world::{World, order, order_with};

const YEAR: &str = "/cobranca/v3/cobrancas?dataInicial=2026-01-01&dataFinal=2027-12-31";

fn references(list: &Json) -> Vec<&str> {
    let rows = list["cobrancas"].as_array().unwrap();
    rows.iter().map(|row| row["cobranca"]["seuNumero"].as_str().unwrap()).collect()
}

/// A due 12-21 Maria 123.45, B due 12-10 Ana 50, C due 2027-01-05 Zilda 9.90, cancelled.
fn three() -> World {
    let mut world = World::new();
    world.issue(order("A"));
    world.wait(86_400);
    world.sign_in();
    world.issue(order_with(
        "B",
        &[
            ("dataVencimento", json!("2026-12-10")),
            ("valorNominal", json!(50)),
            ("pagador.nome", json!("Ana Exemplo")),
            ("pagador.cpfCnpj", json!("11144477735")),
        ],
    ));
    let id = world.registered(order_with(
        "C",
        &[
            ("dataVencimento", json!("2027-01-05")),
            ("valorNominal", json!(9.9)),
            ("pagador.nome", json!("Zilda Exemplo")),
        ],
    ));
    let path = format!("/cobranca/v3/cobrancas/{id}/cancelar");
    world.send("POST", &path, json!({ "motivoCancelamento": "x" }));
    world
}

#[test]
fn the_nominal_value_is_a_text_in_lists_and_a_number_in_the_detail() {
    let mut world = three();
    let list = world.get(&format!("{YEAR}&seuNumero=C"));
    let row = &list["cobrancas"][0];
    assert_eq!(row["cobranca"]["valorNominal"], "9.90");
    assert_eq!(
        row["cobranca"]["pagador"],
        json!({ "nome": "Zilda Exemplo", "cpfCnpj": "529.982.247-25" })
    );
    assert_eq!(row["cobranca"]["motivoCancelamento"], "x");
    assert_eq!(row["boleto"]["codigoBarras"].as_str().unwrap().len(), 44);
    assert!(row["pix"]["pixCopiaECola"].is_string());
    let id = row["cobranca"]["codigoSolicitacao"].as_str().unwrap().to_owned();
    assert_eq!(world.detail(&id)["cobranca"]["valorNominal"], json!(9.9));
}

#[test]
fn every_filter_filters() {
    let mut world = three();
    for (filter, expected) in [
        ("", vec!["B", "A", "C"]),
        ("&seuNumero=A", vec!["A"]),
        ("&situacao=A_RECEBER", vec!["B", "A"]),
        ("&situacao=CANCELADO", vec!["C"]),
        ("&pessoaPagadora=ana", vec!["B"]),
        ("&cpfCnpjPessoaPagadora=529.982.247-25", vec!["A", "C"]),
        ("&cpfCnpjPessoaPagadora=11144477735", vec!["B"]),
        ("&tipoCobranca=SIMPLES", vec!["B", "A", "C"]),
        ("&tipoCobranca=PARCELADO", vec![]),
        ("&filtrarDataPor=PAGAMENTO", vec![]),
        ("&desconhecido=1&situacao=", vec!["B", "A", "C"]),
    ] {
        assert_eq!(references(&world.get(&format!("{YEAR}{filter}"))), expected, "{filter}");
    }
    let list = |from: &str, to: &str, by: &str| {
        format!("/cobranca/v3/cobrancas?dataInicial={from}&dataFinal={to}&filtrarDataPor={by}")
    };
    let due = world.get(&list("2026-12-10", "2026-12-21", "VENCIMENTO"));
    assert_eq!(references(&due), ["B", "A"]);
    let issued = world.get(&list("2026-12-02", "2026-12-02", "EMISSAO"));
    assert_eq!(references(&issued), ["B", "C"]);
    world.pay("A", Means::Pix, None);
    let paid = world.get(&list("2026-12-02", "2026-12-02", "PAGAMENTO"));
    assert_eq!(references(&paid), ["A"]);
    assert_eq!(paid["cobrancas"][0]["cobranca"]["valorTotalRecebido"], "123.45");
    assert_eq!(paid["cobrancas"][0]["cobranca"]["origemRecebimento"], "PIX");
}

#[test]
fn every_order_orders_both_ways() {
    let mut world = three();
    for (order, expected) in [
        ("PESSOA_PAGADORA", ["B", "A", "C"]),
        ("TIPO_COBRANCA", ["A", "B", "C"]),
        ("IDENTIFICADOR", ["A", "B", "C"]),
        ("DATA_EMISSAO", ["A", "B", "C"]),
        ("DATA_VENCIMENTO", ["B", "A", "C"]),
        ("VALOR", ["C", "B", "A"]),
        ("STATUS", ["A", "B", "C"]),
    ] {
        let path = format!("{YEAR}&ordenarPor={order}");
        assert_eq!(references(&world.get(&path)), expected, "{order}");
        let mut backwards = expected;
        backwards.reverse();
        let path = format!("{path}&tipoOrdenacao=DESC");
        assert_eq!(references(&world.get(&path)), backwards, "{order}");
    }
    let by_code = world.get(&format!("{YEAR}&ordenarPor=CODIGO_COBRANCA"));
    let codes: Vec<&str> = by_code["cobrancas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["cobranca"]["codigoSolicitacao"].as_str().unwrap())
        .collect();
    assert!(codes.is_sorted());
}

#[test]
fn pages_count_from_zero_in_both_spellings() {
    let mut world = World::new();
    for i in 0..25 {
        world.issue(order(&format!("F{i:02}")));
    }
    let ordered = format!("{YEAR}&ordenarPor=IDENTIFICADOR");
    let first = world.get(&format!("{ordered}&paginacao.itensPorPagina=10"));
    for (name, value) in [
        ("totalPaginas", json!(3)),
        ("totalElementos", json!(25)),
        ("tamanhoPagina", json!(10)),
        ("primeiraPagina", json!(true)),
        ("ultimaPagina", json!(false)),
        ("numeroDeElementos", json!(10)),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    let last =
        world.get(&format!("{ordered}&paginacao[itensPorPagina]=10&paginacao[paginaAtual]=2"));
    assert_eq!(references(&last), ["F20", "F21", "F22", "F23", "F24"]);
    assert_eq!((&last["ultimaPagina"], &last["primeiraPagina"]), (&json!(true), &json!(false)));
    let beyond = world.get(&format!("{ordered}&paginacao.paginaAtual=9"));
    assert_eq!((&beyond["cobrancas"], &beyond["ultimaPagina"]), (&json!([]), &json!(true)));
    assert_eq!(world.get(&ordered)["tamanhoPagina"], json!(100));
    world.set("pages_shuffled", json!(true));
    let pages: Vec<Json> = (0..4).map(|_| world.get(&ordered)).collect();
    let distinct: BTreeSet<Vec<&str>> = pages.iter().map(references).collect();
    assert!(distinct.len() > 1);
    let seen: BTreeSet<&str> = references(&pages[0]).into_iter().collect();
    assert_eq!(seen.len(), 25);
}

#[test]
fn bad_questions_are_refused_with_the_name_of_the_field() {
    let mut world = World::new();
    for (query, property) in [
        ("", "dataInicial"),
        ("?dataInicial=2026-01-01", "dataFinal"),
        ("?dataInicial=01/01/2026&dataFinal=2026-01-02", "dataInicial"),
        ("?dataInicial=2026-01-02&dataFinal=2026-01-01", "dataFinal"),
        ("?dataInicial=2026-01-01&dataFinal=2026-01-02&situacao=PAGO", "situacao"),
        ("?dataInicial=2026-01-01&dataFinal=2026-01-02&ordenarPor=X", "ordenarPor"),
        ("?dataInicial=2026-01-01&dataFinal=2026-01-02&tipoOrdenacao=X", "tipoOrdenacao"),
        (
            "?dataInicial=2026-01-01&dataFinal=2026-01-02&paginacao.itensPorPagina=1001",
            "paginacao.itensPorPagina",
        ),
        (
            "?dataInicial=2026-01-01&dataFinal=2026-01-02&paginacao.paginaAtual=-1",
            "paginacao.paginaAtual",
        ),
    ] {
        let path = format!("/cobranca/v3/cobrancas{query}");
        let (status, body) = world.send("GET", &path, Json::Null);
        assert_eq!((status, body["violacoes"][0]["propriedade"].as_str()), (400, Some(property)));
    }
}

#[test]
fn the_summary_has_all_nine_situations() {
    let mut world = three();
    world.pay("A", Means::Boleto, None);
    let path = YEAR.replace("cobrancas?", "cobrancas/sumario?");
    let summary = world.get(&path);
    let rows = summary.as_array().unwrap();
    assert_eq!(rows.len(), 9);
    let row = |word: &str| rows.iter().find(|row| row["situacao"] == word).unwrap().clone();
    assert_eq!(
        row("A_RECEBER"),
        json!({ "situacao": "A_RECEBER", "valor": 50.0, "quantidade": 1 })
    );
    assert_eq!(row("RECEBIDO")["valor"], json!(123.45));
    assert_eq!(row("PROTESTO")["quantidade"], json!(0));
}

#[test]
fn a_detail_may_go_back_lack_its_id_or_say_a_new_word() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    world.pay(&id, Means::Pix, None);
    world.set("situation_back", json!(1));
    let back = world.detail(&id);
    assert_eq!(back["cobranca"]["situacao"], "A_RECEBER");
    assert!(back["cobranca"].get("valorTotalRecebido").is_none());
    assert_eq!(world.situation(&id), "RECEBIDO");
    assert_eq!(world.detail(&id)["cobranca"]["codigoSolicitacao"], json!(id));
    world.set("detail_has_id", json!(false));
    assert!(world.detail(&id)["cobranca"].get("codigoSolicitacao").is_none());
    world.set("situation_word", json!("EM_ANALISE"));
    assert_eq!(world.situation(&id), "EM_ANALISE");
}
