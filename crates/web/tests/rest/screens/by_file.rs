//! «Contas» by file, «Remessas» and «Retornos» as a person walks them.

use jiff::civil::date;
use quita_formats::cnab::codes::Movement;
use serde_json::json;

use super::{Person, upload};
use crate::by_file::bank::{Told, answer, hear};
use crate::by_file::{ITAU, folder, issue, layout, learn};
use crate::house::House;

crate::on_both_databases! { from_the_account_to_the_report }

/// Where a form led to.
fn led_to(answer: &crate::house::Reply) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location").unwrap().to_owned()
}

async fn from_the_account_to_the_report(house: &House) {
    let ana = Person::administrator(house).await;
    let text = async |path: &str| {
        let page = ana.get(house, path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page.text()
    };
    assert!(text("/remessas").await.contains("Nenhuma conta por arquivo"));

    // The account: what is wrong is told beside what was typed.
    let wizard = format!("/contas/nova/{}/arquivo", folder());
    assert!(text("/contas/nova").await.contains(&wizard));
    let typed = [
        ("description", "Cobrança em arquivo"),
        ("branch", "0057"),
        ("number", "72192"),
        ("layout", ITAU.1),
        ("data.wallet", "109"),
    ];
    let wrong = ana.post(house, &wizard, &[&typed[..], &[("digit", "7")]].concat()).await;
    assert_eq!(wrong.status, 422);
    for said in ["O dígito da conta é 7", "informe o número da próxima remessa", "72192"] {
        assert!(wrong.text().contains(said), "{said}: {}", wrong.text());
    }
    let right = [&typed[..], &[("digit", "0"), ("next_remittance", "3")]].concat();
    let place = led_to(&ana.post(house, &wizard, &right).await);
    let account = place.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    let page = text(&format!("/contas/{account}")).await;
    for said in ["Por arquivo", "O que o banco faz", "a empresa dá o nosso número", "itau-400"] {
        assert!(page.contains(said), "{said}");
    }

    // A boleto can be printed at once, and says that the bank does not know it.
    let boleto = issue(house, &account, "T-1").await;
    let path = format!("/boletos/{}", boleto["id"].as_str().unwrap());
    let page = text(&path).await;
    assert!(page.contains("Ainda não registrado no banco") && page.contains("Ver PDF"), "{page}");
    let link = format!("/p/{}", boleto["public_token"].as_str().unwrap());
    let payer = house.call("GET", &link).no_token().at(&house.public).send().await;
    assert_eq!(payer.status, 200);
    assert!(!payer.text().contains(boleto["writable_line"].as_str().unwrap()));

    // The next file, made once however often the form is sent.
    let next = format!("/remessas/proxima/{account}");
    assert!(text("/remessas").await.contains(&next));
    let page = text(&next).await;
    for said in ["T-1", "Gerar a remessa 3", "Ver o arquivo", "REMESSA"] {
        assert!(page.contains(said), "{said}");
    }
    let made = led_to(&ana.post(house, &next, &[("key", "uma")]).await);
    assert_eq!(led_to(&ana.post(house, &next, &[("key", "uma")]).await), made);
    let nothing = ana.post(house, &next, &[("key", "outra")]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("nenhum pedido espera"));
    let low = ana.post(house, &format!("{next}/numero"), &[("last_number", "1")]).await;
    assert_eq!(low.status, 422);
    assert!(low.text().contains("um número nunca volta"));
    assert!(text(&made).await.contains("A enviar ao banco"));
    led_to(&ana.post(house, &format!("{made}/enviada"), &[]).await);
    assert!(text(&made).await.contains("Enviada"));
    assert!(text(&path).await.contains("número 3"));
    let file = ana.get(house, &format!("{made}/arquivo")).await;
    assert!(file.header("content-disposition").unwrap().contains("remessa-341-000003.rem"));

    // The return: no other file is taken, and this one once.
    let send = async |name: &str, bytes: &[u8]| {
        let call = ana.call(house, "POST", "/retornos/enviar");
        upload(call, &[("csrf", &ana.csrf)], &[("file", name, bytes)]).send().await
    };
    let remittance = send("remessa.rem", &file.bytes()).await;
    assert_eq!(remittance.status, 422);
    assert!(remittance.text().contains("é uma remessa"));
    let told = Told::new(&hear(&file.bytes())[0], Movement::Registered, date(2026, 11, 24));
    let bytes = answer(layout(ITAU), &file.bytes(), 1, date(2026, 11, 24), &[told]);
    let report = led_to(&send("RETORNO.RET", &bytes).await);
    assert!(text(&report).await.contains("Lendo…"));
    learn(&house.world);
    let page = text(&report).await;
    for said in ["RETORNO.RET", "Lido", "T-1", &path, "Novidade", "Entrada confirmada"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(text(&format!("{report}?efeito=unknown")).await.contains("Nada assim"));
    let again = led_to(&send("outro-nome.txt", &bytes).await);
    assert_eq!(again, format!("{report}?conhecido=1"));
    assert!(text(&again).await.contains("já tinha sido enviado"));
    assert!(!text(&path).await.contains("Ainda não registrado no banco"));
    assert_eq!(crate::by_file::one(house, &boleto["id"]).await["status"], json!("REGISTERED"));
}
