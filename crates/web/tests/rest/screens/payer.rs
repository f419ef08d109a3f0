//! The payer's page, which strangers with a link see.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use quita_store::boletos;
use serde_json::json;

use crate::house::{House, Reply, boleto};

crate::on_both_databases! {
    what_is_due_today_is_shown_with_its_reasons
    a_paid_boleto_says_so_and_can_be_paid_no_more
    what_is_to_be_cancelled_is_not_to_be_paid
    a_link_that_leads_nowhere_tells_nothing
    nothing_else_of_the_desk_is_public
}

async fn get(house: &House, path: &str) -> Reply {
    house.get(path).no_token().at(&house.public).send().await
}

fn link(house: &House, id: &str) -> String {
    let id = id.to_owned();
    house.world.store.read(move |tx| boletos::get(tx, &id)).unwrap().unwrap().public_token
}

async fn what_is_due_today_is_shown_with_its_reasons(house: &House) {
    let mut order = boleto("Mensalidade 7");
    order["expiration_date"] = json!("2026-11-24");
    order["fine"] = json!({"value": "2.00"});
    order["interest"] = json!({"face_value": 50});
    let id = house.post("/v1/boletos", "k", &order).send().await.expect(201)["id"].clone();
    let link = link(house, id.as_str().unwrap());
    let soon = get(house, &format!("/p/{link}")).await;
    assert!(soon.text().contains("O banco está registrando"));
    assert_eq!(get(house, &format!("/p/{link}/boleto.pdf")).await.status, 404);

    house.work();
    let page = get(house, &format!("/p/{link}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow, noarchive"));
    assert!(page.header("content-security-policy").is_some());
    let text = page.text();
    for shown in ["Oficina Exemplo Ltda", "Mensalidade 7", "R$\u{a0}1.250,00", "24/11/2026", "<svg"]
    {
        assert!(text.contains(shown), "{shown}");
    }
    assert!(!text.contains("Multa"));
    let boleto = house.get(&format!("/v1/boletos/{}", id.as_str().unwrap())).send().await.json();
    assert!(text.contains(boleto["br_code"].as_str().unwrap()));
    let slip = get(house, &format!("/p/{link}/boleto.pdf")).await;
    assert_eq!(slip.status, 200);
    assert!(slip.body.starts_with(b"%PDF"));

    // Ten days late: 2 % and 50 cents a day.
    house.clock.pass(11 * 86_400);
    let late = get(house, &format!("/p/{link}")).await.text();
    for shown in ["R$\u{a0}1.280,00", "Multa", "R$\u{a0}25,00", "Juros", "R$\u{a0}5,00"] {
        assert!(late.contains(shown), "{shown}");
    }
    // After the last day it cannot be paid.
    house.clock.pass(30 * 86_400);
    let over = get(house, &format!("/p/{link}")).await.text();
    assert!(over.contains("não pode mais ser pago") && !over.contains("<svg"));
}

async fn a_paid_boleto_says_so_and_can_be_paid_no_more(house: &House) {
    let boleto = house.registered("Pago-1").await;
    let link = link(house, boleto["id"].as_str().unwrap());
    let target = boleto["bank_reference"].as_str().unwrap().to_owned();
    house.bank.control(&Control::Pay { target, means: Means::Pix, amount: None });
    house.clock.pass(600);
    house.work();
    let page = get(house, &format!("/p/{link}")).await.text();
    assert!(page.contains("Pago em 23/11/2026"), "{page}");
    assert!(!page.contains("<svg") && !page.contains("Copiar"));
    assert_eq!(get(house, &format!("/p/{link}/boleto.pdf")).await.status, 404);
}

async fn what_is_to_be_cancelled_is_not_to_be_paid(house: &House) {
    let boleto = house.registered("Cancelar-1").await;
    let id = boleto["id"].as_str().unwrap();
    let link = link(house, id);
    assert!(get(house, &format!("/p/{link}")).await.text().contains("Pague com Pix"));
    // Asked of us, and the bank has not heard of it yet.
    let asked = house.post(&format!("/v1/boletos/{id}/cancel"), "c", &json!({})).send().await;
    assert!(asked.status.is_success(), "{}", asked.text());
    let page = get(house, &format!("/p/{link}")).await.text();
    assert!(page.contains("não pode mais ser pago") && !page.contains("<svg"), "{page}");
    assert_eq!(get(house, &format!("/p/{link}/boleto.pdf")).await.status, 404);
}

async fn a_link_that_leads_nowhere_tells_nothing(house: &House) {
    for path in ["/p/x", "/p/00000000000000000000000000000000", "/p/x/boleto.pdf"] {
        let answer = get(house, path).await;
        assert_eq!(answer.status, 404);
        assert!(!answer.text().contains("Oficina"));
    }
}

async fn nothing_else_of_the_desk_is_public(house: &House) {
    for path in ["/", "/entrar", "/primeiro-acesso", "/v1/boletos", "/docs", "/assets/app.css"] {
        assert_eq!(get(house, path).await.status, 404, "{path}");
    }
    for path in ["/p/assets/app.css", "/p/assets/app.js", "/p/assets/inter.woff2"] {
        assert_eq!(get(house, path).await.status, 200, "{path}");
    }
}
