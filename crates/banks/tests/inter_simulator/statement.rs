//! Balance and statements.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use crate::world::{ACCOUNT, World, json_of, order, order_with};

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
}

#[test]
fn on_days_without_business_the_balance_is_that_of_the_last_business_day() {
    let mut world = with_pix(1);
    // A Sunday, and a holiday on a Friday.
    for (now, reference) in
        [("2026-12-06T15:00:00Z", "04/12/2026"), ("2026-12-25T15:00:00Z", "24/12/2026")]
    {
        world.run_to(now);
        world.sign_in();
        world.move_money(10_000, "PIX", None);
        let balance = world.get("/banking/v2/saldo");
        assert_eq!(balance["dataReferencia"], reference);
        let day = now.split('T').next().unwrap();
        let asked = world.get(&format!("/banking/v2/saldo?dataSaldo={day}"));
        assert_eq!(asked, json!({ "disponivel": balance["disponivel"] }));
    }
    // The Pix of Sunday is there, that of the holiday not yet.
    assert_eq!(world.get("/banking/v2/saldo")["disponivel"], json!(124.9));
    world.run_to("2026-12-28T15:00:00Z");
    world.sign_in();
    let monday = world.get("/banking/v2/saldo");
    assert_eq!(monday["disponivel"], json!(224.9));
    assert!(monday.get("dataReferencia").is_none());
    world.set("balance_on_weekends", json!(true));
    let holiday = world.get("/banking/v2/saldo?dataSaldo=2026-12-25");
    assert_eq!(holiday["disponivel"], json!(224.9));
    world.set("opening_balance_cents", json!(-22_490));
    assert_eq!(world.get("/banking/v2/saldo")["disponivel"], json!(0.0));
}

#[test]
fn what_moves_on_a_sunday_may_be_shown_on_monday() {
    let mut world = World::new();
    world.run_to("2026-12-06T15:00:00Z");
    world.sign_in();
    let shown = |world: &mut World| {
        let path = "/banking/v2/extrato?dataInicio=2026-12-01&dataFim=2026-12-31";
        let days = world.get(path)["transacoes"].clone();
        let days = days.as_array().unwrap().iter();
        days.map(|row| row["dataEntrada"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    world.move_money(100, "PIX", None);
    assert_eq!(shown(&mut world), ["2026-12-06"]);
    world.set("weekend_rows", json!("next_business_day"));
    world.move_money(100, "PIX", None);
    assert_eq!(shown(&mut world), ["2026-12-06"]);
    world.run_to("2026-12-07T02:59:59Z");
    world.sign_in();
    assert_eq!(shown(&mut world), ["2026-12-06"]);
    world.wait(1);
    assert_eq!(shown(&mut world), ["2026-12-06", "2026-12-07"]);
}

#[test]
fn other_movements_are_in_both_statements_in_the_banks_words() {
    let mut world = World::new();
    for (cents, kind) in
        [(-120_000, "PIX"), (8_000, "PIX"), (-25_010, "PAGAMENTO"), (-990, "TARIFA")]
    {
        world.move_money(cents, kind, Some("12345678909"));
    }
    let simple = world.get(&format!("/banking/v2/extrato?{DAY}"));
    assert_eq!(
        simple["transacoes"][0],
        json!({
            "dataEntrada": "2026-12-01", "tipoTransacao": "PIX", "tipoOperacao": "D",
            "valor": "1200", "titulo": "Pix enviado ",
            "descricao": "PIX ENVIADO - Cp :00416968-BRUNO EXEMPLO",
        })
    );
    world.set("payer_masked", json!(true));
    let complete = world.get(&format!("/banking/v2/extrato/completo?{DAY}"));
    let rows = complete["transacoes"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0]["detalhes"]["nomeRecebedor"], "Bruno Exemplo");
    assert_eq!(rows[1]["detalhes"]["cpfCnpjPagador"], "***.456.789-**");
    assert_eq!(rows[1]["detalhes"]["tipoDetalhe"], "COMPLETE");
    assert_eq!(rows[2]["detalhes"]["valorTotal"], "250.10");
    assert_eq!(rows[3]["tipoOperacao"], "D");
    let mut refused = |account: &str, cents: i64, day: &str| {
        let control = Control::Move {
            account: account.to_owned(),
            amount: Money::from_cents(cents),
            kind: None,
            with: None,
            document: None,
            day: Some(day.parse().unwrap()),
        };
        world.try_control(control).unwrap_err()
    };
    assert!(refused("999", 1, "2026-12-01").contains("999"));
    assert!(refused(ACCOUNT, 0, "2026-12-01").contains("zero"));
    assert!(refused(ACCOUNT, 1, "2026-12-02").contains("futuro"));
}

#[test]
fn the_complete_statement_may_be_down_while_the_simple_one_works() {
    let mut world = with_pix(1);
    world.set("statement_down", json!(1));
    let path = format!("/banking/v2/extrato/completo?{DAY}");
    let (status, body) = world.send("GET", &path, Json::Null);
    assert_eq!((status, &body["status"]), (503, &json!("503")));
    world.get(&path);
    world.set("statement_down", json!(true));
    assert_eq!(world.send("GET", &path, Json::Null).0, 503);
    assert_eq!(world.send("GET", &path, Json::Null).0, 503);
    world.get(&format!("/banking/v2/extrato?{DAY}"));
}

impl World {
    fn move_money(&mut self, cents: i64, kind: &str, document: Option<&str>) {
        self.control(Control::Move {
            account: ACCOUNT.to_owned(),
            amount: Money::from_cents(cents),
            kind: Some(kind.to_owned()),
            with: Some("Bruno Exemplo".to_owned()),
            document: document.map(str::to_owned),
            day: None,
        });
    }
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
    assert_eq!(first["totalElementos"], json!(5));
    let (status, body) = world.send("GET", &start, Json::Null);
    assert_eq!((status, &body["typeError"]), (400, &json!("SCROLL_ALREADY_ACTIVE")));
    let id = first["scrollId"].as_str().unwrap().to_owned();
    let on = format!("/banking/v2/extrato/completo?scrollId={id}");
    world.wait(359);
    assert_eq!(world.get(&on)["hasMore"], json!(true));
    let last = world.get(&on);
    assert_eq!((&last["hasMore"], &last["numeroDeElementos"]), (&json!(false), &json!(1)));
    assert_eq!((&last["totalElementos"], &last["scrollId"]), (&json!(5), &Json::Null));
    let (status, body) = world.send("GET", &on, Json::Null);
    assert_eq!((status, &body["typeError"]), (400, &json!("SCROLL_EXPIRED")));
    // Finished, so another may begin; left alone for six minutes it dies.
    let id = world.get(&start)["scrollId"].as_str().unwrap().to_owned();
    world.wait(360);
    let on = format!("/banking/v2/extrato/completo?scrollId={id}");
    assert_eq!(world.send("GET", &on, Json::Null).1["typeError"], "SCROLL_EXPIRED");
    world.get(&start);
}

#[test]
fn a_scroll_is_steered_by_headers_as_well() {
    let mut world = with_pix(3);
    let path = format!("/banking/v2/extrato/completo?{DAY}&tamanhoPagina=2");
    let mut send = |name: &str, value: &str| {
        let mut request = world.request("GET", &path, Json::Null);
        request.headers.push((name.to_owned(), value.to_owned()));
        json_of(&world.answer(&request))
    };
    let first = send("x-inter-scroll-enabled", "true");
    assert_eq!(first["hasMore"], json!(true));
    let last = send("x-inter-scroll-id", first["scrollId"].as_str().unwrap());
    assert_eq!((&last["hasMore"], &last["numeroDeElementos"]), (&json!(false), &json!(1)));
}

#[test]
fn the_books_tell_what_is_not_shown_yet_and_what_was_paid() {
    let mut world = World::new();
    world.set("fee_cents", json!(100));
    world.set("registration_delay_ms", json!(0));
    world.set("rows_late", json!(1));
    world.set("rows_corrected", json!(2));
    world.set("rows_corrected_cents", json!(7));
    let id = world.issue(order("B"));
    world.pay(&id, Means::Pix, Some(3_000));
    world.sign_in();
    let shown = world.get(&format!("/banking/v2/extrato/completo?{DAY}"))["transacoes"].clone();
    assert_eq!(shown.as_array().unwrap().len(), 1);
    assert_eq!(shown[0]["valor"], "0.93");
    let books = world.control(Control::Ledger { account: ACCOUNT.into() });
    let told: Vec<_> =
        books.as_array().unwrap().iter().map(|row| (&row["kind"], &row["amount"])).collect();
    assert_eq!(told, [(&json!("PIX"), &json!(3_000)), (&json!("TARIFA"), &json!(-100))]);
    assert!(books.as_array().unwrap().iter().all(|row| row["boleto"] == id.as_str()));
    assert_eq!(books[1]["id"], shown[0]["idTransacao"]);
}
