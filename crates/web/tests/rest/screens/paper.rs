//! What «Imprimir» makes: boletos, or a carnê where the terms say so or a person asks for it.

use quita_store::boletos;
use quita_store::testing::TestFolder;
use serde_json::json;

use super::Person;
use crate::house::{House, boleto};

crate::on_both_databases! { terms_say_what_is_printed the_form_keeps_model_and_place
what_cannot_be_paid_says_so }

/// How many pages a PDF has.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf);
    let count = text.split("/Count ").nth(1).unwrap();
    count.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// The words of a PDF.
fn words(pdf: &[u8]) -> String {
    let folder = TestFolder::new();
    let path = folder.path().join("boleto.pdf");
    std::fs::write(&path, pdf).unwrap();
    let text = std::process::Command::new("pdftotext").arg(&path).arg("-").output().unwrap();
    assert!(text.status.success(), "{text:?}");
    String::from_utf8(text.stdout).unwrap()
}

async fn what_cannot_be_paid_says_so(house: &House) {
    let ana = Person::administrator(house).await;
    let boleto = house.registered("VF7").await;
    let id = boleto["id"].as_str().unwrap();
    let paper = async || {
        let pdf = house.get(&format!("/v1/boletos/{id}/pdf")).send().await;
        let page = ana.get(house, &format!("/boletos/{id}")).await.text();
        (words(&pdf.bytes()), page)
    };
    let (pdf, page) = paper().await;
    assert!(pdf.contains("Pix") && !pdf.contains("CANCELA"), "{pdf}");
    assert!(page.contains("Para pagar") && page.contains("Pix copia e cola"), "{page}");
    let reason = json!({ "reason": "pedido errado" });
    house.post(&format!("/v1/boletos/{id}/cancel"), "c", &reason).send().await.expect(202);
    house.work();
    let (pdf, page) = paper().await;
    assert!(pdf.contains("CANCELADO: este boleto não pode mais ser pago."), "{pdf}");
    assert!(!pdf.contains("Pague com Pix"), "{pdf}");
    assert!(!page.contains("Para pagar") && !page.contains("Pix copia e cola"), "{page}");
    assert!(!page.contains("Link do pagador"), "{page}");
}

async fn terms_say_what_is_printed(house: &House) {
    let ana = Person::administrator(house).await;
    let terms =
        json!({"description": "Carnê da loja", "model": "carne", "payment_place": "Só na loja"});
    let terms = house.post("/v1/terms", "t", &terms).send().await.expect(201);
    let mut ids = Vec::new();
    for n in 1..=4 {
        let mut new = boleto(&format!("VF 9 - {n}/4"));
        new["terms_id"] = terms["id"].clone();
        let key = format!("b{n}");
        let issued = house.post("/v1/boletos", &key, &new).send().await.expect(201);
        ids.push(issued["id"].as_str().unwrap().to_owned());
    }
    house.work();
    let body = json!({ "ids": ids });
    let pdf = house.call("POST", "/v1/boletos/pdf").json(&body).send().await;
    assert_eq!(pages(&pdf.body), 2);
    let body = json!({ "ids": ids, "model": "boleto" });
    let pdf = house.call("POST", "/v1/boletos/pdf").json(&body).send().await;
    assert_eq!(pages(&pdf.body), 4);
    // One that is no carnê makes all of them pages of their own.
    ids.push(house.registered("1").await["id"].as_str().unwrap().to_owned());
    let fields: Vec<_> = ids.iter().map(|id| ("ids", id.as_str())).collect();
    let pdf = ana.post(house, "/boletos/pdf", &fields).await;
    assert_eq!(pages(&pdf.body), 5);
    let with_model: Vec<_> = fields.iter().copied().chain([("model", "carne")]).collect();
    let pdf = ana.post(house, "/boletos/pdf", &with_model).await;
    assert_eq!(pages(&pdf.body), 2);
    let shown = ana.get(house, &format!("/boletos/emitidos?ids={}", ids.join(","))).await.text();
    assert!(shown.contains("name=\"model\" value=\"carne\""));

    let (company, id) = (house.ours.actor.company_id.clone(), ids[0].clone());
    let kept = house.world.store.read(move |tx| boletos::of_company(tx, &company, &id)).unwrap();
    assert_eq!(kept.unwrap().order.paper.payment_place, "Só na loja");
    let long = json!({"description": "x", "payment_place": "x".repeat(81)});
    let refused = house.post("/v1/terms", "long", &long).send().await;
    assert_eq!(refused.faults(), ["payment_place too_long"]);
    let mut new = boleto("2");
    new["payment_place"] = json!("x".repeat(81));
    let refused = house.post("/v1/boletos", "long-2", &new).send().await;
    assert_eq!(refused.faults(), ["payment_place too_long"]);
}

async fn the_form_keeps_model_and_place(house: &House) {
    let ana = Person::administrator(house).await;
    let page = ana.get(house, "/parametros/novo").await.text();
    for greyed in ["no-protest_days", "no-negative_listing_days"] {
        assert!(page.contains(&format!("id=\"{greyed}\" disabled")), "{greyed}");
    }
    let fields = [
        ("key", "k"),
        ("description", "Carnê"),
        ("model", "carne"),
        ("payment_place", "Pague na loja"),
    ];
    assert_eq!(ana.post(house, "/parametros", &fields).await.status, 303);
    let list = ana.get(house, "/parametros").await.text();
    assert!(list.contains("impresso como carnê; local de pagamento: Pague na loja"), "{list}");
    let id = list.split("/parametros/").find(|part| part.contains("Carnê")).unwrap();
    let form = ana.get(house, &format!("/parametros/{}", id.split('"').next().unwrap())).await;
    let form = form.text();
    assert!(form.contains("value=\"carne\" selected") && form.contains("value=\"Pague na loja\""));
    let form = ana.get(house, "/formas-de-pagamento/nova").await.text();
    assert!(
        form.contains("id=\"no-agreement\" disabled") && form.contains("Nenhuma parcela calculada")
    );
}
