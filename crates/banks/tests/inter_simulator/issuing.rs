//! Issuing, registering, PDF, cancelling, changing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quita_banks::simulator::{Control, PortalAction};
use quita_core::barcode::Barcode;
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

use crate::world::{World, order, order_with};

#[test]
fn a_boleto_is_first_processed_then_registered() {
    let mut world = World::new();
    let id = world.issue(order("FAT-1"));
    let early = world.detail(&id);
    assert_eq!(early["cobranca"]["situacao"], "EM_PROCESSAMENTO");
    assert!(early.get("boleto").is_none() && early.get("pix").is_none());
    assert_eq!(world.sim_due(), Some("2026-12-01T14:00:01.5Z".to_owned()));
    world.wait(2);
    let detail = world.detail(&id);
    let cobranca = &detail["cobranca"];
    assert_eq!(cobranca["situacao"], "A_RECEBER");
    assert_eq!(cobranca["valorNominal"], json!(123.45));
    assert_eq!(cobranca["dataEmissao"], "2026-12-01");
    assert_eq!(cobranca["dataVencimento"], "2026-12-21");
    assert_eq!(cobranca["tipoCobranca"], "SIMPLES");
    assert_eq!(cobranca["pagador"]["cpfCnpj"], "529.982.247-25");
    assert!(cobranca.get("valorTotalRecebido").is_none());
    let text = |place: &str, name: &str| detail[place][name].as_str().unwrap().to_owned();
    let barcode = Barcode::parse(&text("boleto", "codigoBarras")).unwrap();
    assert_eq!(barcode.bank().as_str(), "077");
    assert_eq!(barcode.amount(), Money::from_cents(12_345));
    assert_eq!(barcode.writable_line().as_str(), text("boleto", "linhaDigitavel"));
    assert_eq!(barcode.free_field().as_str()[14..], text("boleto", "nossoNumero"));
    assert_eq!(text("pix", "txid").len(), 35);
    assert!(quita_formats::br_code::decode(&text("pix", "pixCopiaECola")).is_ok());
}

impl World {
    fn sim_due(&self) -> Option<String> {
        use quita_banks::simulator::Simulator;
        self.sim.due().map(|due| due.to_string())
    }
}

#[test]
fn sandbox_numbers_are_bogus() {
    let mut world = World::new();
    world.set("numbers", json!("sandbox"));
    let id = world.registered(order("A"));
    let detail = world.detail(&id);
    let text = |place: &str, name: &str| detail[place][name].as_str().unwrap().to_owned();
    assert!(Barcode::parse(&text("boleto", "codigoBarras")).is_err());
    assert!(Barcode::parse(&text("boleto", "linhaDigitavel")).is_err());
    assert_eq!(text("boleto", "linhaDigitavel").len(), 47);
    assert_eq!(text("boleto", "nossoNumero").len(), 10);
    let code = text("pix", "pixCopiaECola");
    let (before, checksum) = code.split_at(code.len() - 4);
    let crc = quita_formats::br_code::crc16(before.as_bytes());
    assert_eq!(format!("{crc:04X}"), checksum);
    assert!(code.starts_with("00020101021226101"), "{code}");
}

#[test]
fn what_is_not_understood_is_ignored() {
    let mut world = World::new();
    let id = world.registered(order_with(
        "A",
        &[
            ("dataEmissao", Json::Null),
            ("situacao", Json::Null),
            ("arquivada", json!(false)),
            ("valorAbatimento", json!(0)),
            ("cnpjCPFBeneficiario", json!("")),
            ("pagador.ddd", json!("")),
            ("pagador.telefone", Json::Null),
            ("pagador.numero", json!(123)),
            ("desconto", Json::Null),
            ("multa", json!({})),
            ("mora", json!({ "codigo": "ISENTO", "taxa": 0 })),
            ("mensagem", json!({ "linha1": "Obrigado", "linha2": "", "linha9": "x" })),
            ("beneficiarioFinal", json!({})),
            ("formasRecebimento", json!([])),
            ("valorNominal", json!("99.9")),
            ("numDiasAgenda", json!("60")),
        ],
    ));
    let detail = world.detail(&id);
    assert_eq!(detail["cobranca"]["valorNominal"], json!(99.9));
    assert_eq!(detail["cobranca"]["descontos"], json!([]));
    assert!(detail["cobranca"].get("mora").is_none());
}

#[test]
fn terms_come_back_as_sent_and_rounded() {
    let mut world = World::new();
    let id = world.registered(order_with(
        "A",
        &[
            (
                "desconto",
                json!({ "codigo": "PERCENTUALDATAINFORMADA", "taxa": 5, "quantidadeDias": 7 }),
            ),
            ("multa", json!({ "codigo": "VALORFIXO", "valor": 2.469 })),
            ("mora", json!({ "codigo": "TAXAMENSAL", "taxa": 1.005 })),
        ],
    ));
    let cobranca = world.detail(&id)["cobranca"].clone();
    assert_eq!(
        cobranca["descontos"],
        json!([{ "codigo": "PERCENTUALDATAINFORMADA", "taxa": 5.0, "quantidadeDias": 7 }])
    );
    assert_eq!(cobranca["multa"], json!({ "codigo": "VALORFIXO", "valor": 2.47 }));
    assert_eq!(cobranca["mora"], json!({ "codigo": "TAXAMENSAL", "taxa": 1.01 }));
}

#[test]
fn each_bad_field_is_named() {
    let long = "x".repeat(101);
    for (path, value) in [
        ("seuNumero", json!("1234567890123456")),
        ("seuNumero", json!("")),
        ("valorNominal", json!(2.49)),
        ("valorNominal", json!(100_000_000)),
        ("valorNominal", json!("1,50")),
        ("dataVencimento", json!("21/12/2026")),
        ("dataVencimento", json!("2026-11-30")),
        ("dataVencimento", json!("2100-01-01")),
        ("numDiasAgenda", json!(61)),
        ("numDiasAgenda", Json::Null),
        ("pagador.cpfCnpj", json!("123")),
        ("pagador.tipoPessoa", json!("OUTRA")),
        ("pagador.nome", json!(long)),
        ("pagador.endereco", Json::Null),
        ("pagador.cidade", json!([])),
        ("pagador.uf", json!("XX")),
        ("pagador.cep", json!("80000-000")),
        ("pagador.ddd", json!("041")),
        ("pagador.bairro", json!("x".repeat(61))),
        ("mensagem", json!({ "linha3": "x".repeat(79) })),
        ("multa", json!({ "codigo": "QUALQUER", "valor": 1 })),
        ("mora", json!({ "codigo": "VALORDIA", "taxa": 1 })),
        ("desconto", json!({ "codigo": "VALORFIXODATAINFORMADA", "valor": 1 })),
        ("formasRecebimento", json!(["PIX"])),
        ("formasRecebimento", json!(["BOLETO", "BOLETO"])),
        ("beneficiarioFinal", json!({ "nome": "X" })),
        ("notaFiscal", json!({ "chaveNFe": "1", "numero": 1, "serie": 1 })),
    ] {
        let mut world = World::new();
        let (status, body) =
            world.send("POST", "/cobranca/v3/cobrancas", order_with("A", &[(path, value)]));
        assert_eq!(status, 400, "{path}");
        let first = &body["violacoes"][0];
        let property = first["propriedade"].as_str().unwrap_or_default();
        assert!(property.starts_with(path), "{path}: {body}");
        assert!(first["razao"].is_string() && body["title"].is_string());
        assert!(body["timestamp"].as_str().unwrap().ends_with("-03:00"));
        assert_eq!(world.inspect()["boletos"], json!([]));
    }
}

#[test]
fn a_boleto_due_today_is_taken_until_a_minute_to_eight() {
    let mut world = World::new();
    let today = |reference| order_with(reference, &[("dataVencimento", json!("2026-12-01"))]);
    world.run_to("2026-12-01T22:59:59Z");
    world.sign_in();
    world.issue(today("A"));
    world.wait(1);
    let (status, body) = world.send("POST", "/cobranca/v3/cobrancas", today("B"));
    assert_eq!(status, 400);
    assert!(body["violacoes"][0].get("propriedade").is_none());
}

#[test]
fn the_same_boleto_is_refused_for_thirty_minutes_and_then_taken_as_new() {
    let mut world = World::new();
    let first = world.issue(order("A"));
    world.wait(30 * 60 - 1);
    assert_eq!(world.send("POST", "/cobranca/v3/cobrancas", order("A")).0, 400);
    // Another amount, date or customer makes another boleto; seuNumero alone does not count.
    world.issue(order_with("A", &[("valorNominal", json!(123.46))]));
    world.issue(order_with("A", &[("pagador.cpfCnpj", json!("11144477735"))]));
    // Punctuation of the document does not.
    let bare = order_with("A", &[("pagador.cpfCnpj", json!("52998224725"))]);
    assert_eq!(world.send("POST", "/cobranca/v3/cobrancas", bare).0, 400);
    world.wait(1);
    let second = world.issue(order("A"));
    assert_ne!(first, second);
    world.set("duplicate_minutes", json!(0));
    world.issue(order("A"));
    let boletos = world.inspect()["boletos"].clone();
    assert_eq!(boletos.as_array().unwrap().len(), 5);
}

#[test]
fn issuing_can_fail_after_it_was_accepted() {
    let mut world = World::new();
    world.set("issue_refused", json!(1));
    let lost = world.issue(order("A"));
    let good = world.issue(order("B"));
    assert_eq!(world.situation(&lost), "EM_PROCESSAMENTO");
    world.wait(2);
    assert_eq!(world.situation(&lost), "FALHA_EMISSAO");
    assert!(world.detail(&lost).get("boleto").is_none());
    assert_eq!(world.situation(&good), "A_RECEBER");
}

#[test]
fn detail_and_list_may_lag() {
    let mut world = World::new();
    world.set("not_found_window_ms", json!(5_000));
    world.set("list_lag_ms", json!(60_000));
    let id = world.issue(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}");
    assert_eq!(world.send("GET", &path, Json::Null).0, 404);
    world.wait(5);
    assert_eq!(world.situation(&id), "A_RECEBER");
    let list = "/cobranca/v3/cobrancas?dataInicial=2026-12-01&dataFinal=2026-12-31&seuNumero=A";
    assert_eq!(world.get(list)["totalElementos"], json!(0));
    world.wait(55);
    assert_eq!(world.get(list)["totalElementos"], json!(1));
}

#[test]
fn without_pix_key_the_boleto_is_plain() {
    let mut world = World::new();
    world.set("account_has_pix_key", json!(false));
    let id = world.registered(order("A"));
    assert!(world.detail(&id).get("boleto").is_some());
    assert!(world.detail(&id).get("pix").is_none());
    world.set("account_has_pix_key", json!(true));
    let plain = order_with("B", &[("formasRecebimento", json!(["BOLETO"]))]);
    let id = world.registered(plain);
    assert!(world.detail(&id).get("pix").is_none());
}

#[test]
fn documents_are_checked_only_when_asked() {
    let wrong = || order_with("A", &[("pagador.cpfCnpj", json!("52998224724"))]);
    let mut world = World::new();
    world.issue(wrong());
    world.set("check_documents", json!(true));
    let (status, body) = world.send("POST", "/cobranca/v3/cobrancas", wrong());
    assert_eq!((status, body["violacoes"][0]["valor"].as_str()), (400, Some("52998224724")));
}

#[test]
fn the_pdf_comes_in_base64_once_there_is_one() {
    let mut world = World::new();
    let id = world.issue(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}/pdf");
    assert_eq!(world.send("GET", &path, Json::Null).0, 406);
    world.wait(2);
    let body = world.get(&path);
    let file = STANDARD.decode(body["pdf"].as_str().unwrap()).unwrap();
    assert!(file.starts_with(b"%PDF-1.4") && file.ends_with(b"%%EOF\n"));
    world.set("pdf_raw", json!(true));
    let request = world.request("GET", &path, Json::Null);
    let raw = world.answer(&request);
    assert_eq!((raw.header("content-type"), &raw.body), (Some("application/pdf"), &file));
}

#[test]
fn cancelling_answers_202_without_body() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}/cancelar");
    let reason = |text: &str| json!({ "motivoCancelamento": text });
    assert_eq!(world.send("POST", &path, reason(&"x".repeat(51))).0, 400);
    assert_eq!(world.send("POST", &path, json!({})).0, 400);
    // The words of the second version are free text too.
    assert_eq!(world.send("POST", &path, reason("APEDIDODOCLIENTE")), (202, Json::Null));
    let detail = world.detail(&id);
    assert_eq!(detail["cobranca"]["situacao"], "CANCELADO");
    assert_eq!(detail["cobranca"]["motivoCancelamento"], "APEDIDODOCLIENTE");
    assert_eq!(world.send("POST", &path, reason("de novo")).0, 400);
    let unknown = "/cobranca/v3/cobrancas/nada/cancelar";
    assert_eq!(world.send("POST", unknown, reason("x")).0, 404);
}

#[test]
fn a_payment_may_overtake_a_cancellation() {
    let mut world = World::new();
    world.set("cancel_delay_ms", json!(60_000));
    let id = world.registered(order("A"));
    let path = format!("/cobranca/v3/cobrancas/{id}/cancelar");
    let reason = json!({ "motivoCancelamento": "engano" });
    assert_eq!(world.send("POST", &path, reason).0, 202);
    assert_eq!(world.situation(&id), "A_RECEBER");
    world.pay(&id, Means::Pix, None);
    world.wait(120);
    assert_eq!(world.situation(&id), "RECEBIDO");
}

#[test]
fn a_change_takes_its_time_and_makes_new_numbers() {
    let mut world = World::new();
    let id = world.registered(order("A"));
    let before = world.detail(&id);
    let path = format!("/cobranca/v3/cobrancas/{id}");
    assert_eq!(world.send("PATCH", &path, json!({})).0, 400);
    assert_eq!(world.send("PATCH", &path, json!({ "dataVencimento": "2026-11-01" })).0, 400);
    let change = json!({ "dataVencimento": "2027-01-15", "valorNominal": 200.0 });
    let (status, body) = world.send("PATCH", &path, change.clone());
    assert_eq!((status, body["status"].as_str()), (200, Some("PROCESSANDO")));
    let code = body["codigoEdicao"].as_str().unwrap();
    let progress = format!("/cobranca/v3/cobrancas/edicao/{code}");
    assert_eq!(world.get(&progress), json!({ "status": "PROCESSANDO" }));
    assert_eq!(world.detail(&id), before);
    world.wait(60);
    assert_eq!(world.get(&progress), json!({ "status": "SUCESSO" }));
    let after = world.detail(&id);
    assert_eq!(after["cobranca"]["dataVencimento"], "2027-01-15");
    assert_eq!(after["boleto"]["nossoNumero"], before["boleto"]["nossoNumero"]);
    let barcode = Barcode::parse(after["boleto"]["codigoBarras"].as_str().unwrap()).unwrap();
    assert_eq!(barcode.amount(), Money::from_cents(20_000));
    world.set("edit_refused", json!(1));
    let (_, body) = world.send("PATCH", &path, change);
    world.wait(60);
    let code = body["codigoEdicao"].as_str().unwrap();
    let progress = world.get(&format!("/cobranca/v3/cobrancas/edicao/{code}"));
    assert_eq!(progress, json!({ "status": "FALHA" }));
}

#[test]
fn midnight_in_sao_paulo_makes_overdue_and_expired() {
    let mut world = World::new();
    let late = world.registered(order("A"));
    let strict = world.registered(order_with("B", &[("numDiasAgenda", json!(0))]));
    let protested = world.registered(order("C"));
    // 23:59:59 of the due date in São Paulo.
    world.run_to("2026-12-22T02:59:59Z");
    world.sign_in();
    assert_eq!(world.situation(&late), "A_RECEBER");
    world.run_to("2026-12-22T03:00:00Z");
    assert_eq!(world.situation(&late), "ATRASADO");
    assert_eq!(world.situation(&strict), "EXPIRADO");
    let detail = world.detail(&strict);
    assert_eq!(detail["cobranca"]["dataSituacao"], "2026-12-22");
    // Moving the due date brings an overdue boleto back.
    let path = format!("/cobranca/v3/cobrancas/{protested}");
    world.send("PATCH", &path, json!({ "dataVencimento": "2027-01-10" }));
    world.wait(60);
    assert_eq!(world.situation(&protested), "A_RECEBER");
    // The 30th day after is the last; the day after that the boleto is dead.
    world.run_to("2027-01-21T02:59:59Z");
    world.sign_in();
    assert_eq!(world.situation(&late), "ATRASADO");
    world.run_to("2027-01-21T03:00:00Z");
    assert_eq!(world.situation(&late), "EXPIRADO");
    assert_eq!(world.situation(&protested), "ATRASADO");
}

#[test]
fn an_overdue_boleto_may_be_protested() {
    let mut world = World::new();
    world.set("protest_after_days", json!(5));
    let id = world.registered(order("A"));
    world.run_to("2026-12-27T02:59:59Z");
    world.sign_in();
    assert_eq!(world.situation(&id), "ATRASADO");
    world.run_to("2026-12-27T03:00:00Z");
    assert_eq!(world.situation(&id), "PROTESTO");
    world.pay(&id, Means::Boleto, None);
    assert_eq!(world.situation(&id), "RECEBIDO");
}

#[test]
fn a_clerk_can_mark_and_cancel_in_the_banks_screens() {
    let mut world = World::new();
    let marked = world.registered(order("A"));
    let cancelled = world.registered(order("B"));
    let portal = |target: &str, action| Control::Portal { target: target.to_owned(), action };
    world.control(portal("A", PortalAction::MarkPaid));
    world.control(portal(&cancelled, PortalAction::Cancel));
    let detail = world.detail(&marked);
    assert_eq!(detail["cobranca"]["situacao"], "MARCADO_RECEBIDO");
    assert_eq!(detail["cobranca"]["valorTotalRecebido"], "123.45");
    assert!(detail["cobranca"].get("origemRecebimento").is_none());
    assert_eq!(world.situation(&cancelled), "CANCELADO");
    assert!(world.try_control(portal("A", PortalAction::Cancel)).is_err());
}
