//! Every operation as it is meant to be used.

use quita_banks::simulator::Control;
use quita_core::fact::Means;
use serde_json::json;

use crate::house::{BANK, House, account, boleto, customer};

crate::on_both_databases! {
    a_boleto_from_issue_to_receipt
    many_boletos_and_instalments
    acts_on_boletos
    registers
    waiting_for_the_bank
}

async fn a_boleto_from_issue_to_receipt(house: &House) {
    let issued = house.post("/v1/boletos", "k1", &boleto("NFe 450 - 1/1")).send().await;
    assert_eq!(issued.header("idempotent-replayed"), None);
    let issued = issued.expect(201);
    assert_eq!(issued["status"], "CREATED");
    assert_eq!(issued["account_id"], house.ours.account_id);
    assert_eq!(issued["writable_line"], json!(null));
    let path = format!("/v1/boletos/{}", issued["id"].as_str().unwrap());

    let early = house.get(&format!("{path}/pdf")).send().await;
    early.problem(409, "not_registered");

    house.work();
    let registered = house.get(&path).send().await.expect(200);
    assert_eq!(registered["status"], "REGISTERED");
    assert_eq!(registered["writable_line"].as_str().unwrap().len(), 47);
    assert_eq!(registered["barcode"].as_str().unwrap().len(), 44);

    for source in ["", "?source=bank"] {
        let pdf = house.get(&format!("{path}/pdf{source}")).send().await;
        assert_eq!(pdf.status, 200, "{}", pdf.text());
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        assert!(pdf.body.starts_with(b"%PDF"), "{source}");
    }
    let several = json!({"ids": [issued["id"], issued["id"]]});
    let several = house.call("POST", "/v1/boletos/pdf").json(&several).send().await;
    assert!(several.body.starts_with(b"%PDF"));

    house.bank.control(&Control::Pay {
        target: registered["writable_line"].as_str().unwrap().to_owned(),
        means: Means::Boleto,
        amount: None,
    });
    assert_eq!(house.call("POST", "/v1/sync").send().await.expect(202)["accounts"], 1);
    house.work();
    let settled = house.get(&path).send().await.expect(200);
    assert_eq!(settled["status"], "SETTLED");
    assert_eq!(settled["received"], 125_000);
    let receipts = house.get("/v1/receipts").send().await.expect(200);
    assert_eq!(receipts["data"].as_array().unwrap().len(), 1);
    assert_eq!(receipts["data"][0]["boleto_id"], issued["id"]);
    assert_eq!(receipts["data"][0], settled["receipts"][0]);

    let charge = house.get(&format!("/v1/charges/{}", issued["charge_id"].as_str().unwrap()));
    let charge = charge.send().await.expect(200);
    assert_eq!(charge["document_number"], "NFe 450 - 1/1");
    let charges = house.get("/v1/charges").send().await.expect(200);
    assert_eq!(charges["data"], json!([charge]));

    let timeline = house.get(&format!("{path}/events")).send().await.expect(200);
    let kinds: Vec<_> =
        timeline["data"].as_array().unwrap().iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds.first(), Some(&json!("boleto.created")), "{kinds:?}");
    assert!(kinds.contains(&json!("boleto.settled")), "{kinds:?}");
    assert_eq!(house.get("/v1/pending").send().await.expect(200), json!({"data": []}));
}

async fn many_boletos_and_instalments(house: &House) {
    let batch = json!({"boletos": [boleto("1"), boleto("2")]});
    let batch = house.post("/v1/boletos/batch", "k1", &batch).send().await.expect(201);
    assert_eq!(batch["boletos"][1]["document_number"], "2");

    let mut first = boleto("OS 7");
    first["amount"] = json!(100_000);
    first["expiration_date"] = json!("2027-01-31");
    let plan = json!({"boleto": first, "count": 3, "mode": "divide"});
    let plan = house.post("/v1/boletos/instalments", "k2", &plan).send().await.expect(201);
    let rows: Vec<_> = plan["boletos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| (b["document_number"].clone(), b["amount"].clone(), b["expiration_date"].clone()))
        .collect();
    assert_eq!(
        rows,
        [
            (json!("OS 7 - 1/3"), json!(33_334), json!("2027-01-31")),
            (json!("OS 7 - 2/3"), json!(33_333), json!("2027-02-28")),
            (json!("OS 7 - 3/3"), json!(33_333), json!("2027-03-31")),
        ]
    );
}

async fn acts_on_boletos(house: &House) {
    let path = |boleto: &serde_json::Value, act: &str| {
        format!("/v1/boletos/{}{act}", boleto["id"].as_str().unwrap())
    };
    let to_cancel = house.registered("1").await;
    let asked = json!({"reason": "venda desfeita"});
    let asked = house.post(&path(&to_cancel, "/cancel"), "c", &asked).send().await.expect(202);
    assert_eq!(asked["cancellation_wanted"], true);
    let again = house.post(&path(&to_cancel, "/cancel"), "c2", &json!({})).send().await;
    again.problem(409, "already_wanted");

    let to_change = house.registered("2").await;
    let change = json!({"expiration_date": "2026-12-20"});
    house.post(&path(&to_change, "/change"), "d", &change).send().await.expect(202);

    let to_replace = house.registered("3").await;
    let change = json!({"amount": 130_000});
    house.post(&path(&to_replace, "/replace"), "e", &change).send().await.expect(202);

    let by_hand = house.registered("4").await;
    let paid = json!({"paid_on": "2026-11-23", "amount": 125_000});
    let paid = house.post(&path(&by_hand, "/settle_by_hand"), "f", &paid).send().await.expect(202);
    assert_eq!(paid["settled_by_hand"], true);
    assert_eq!(paid["status"], "SETTLED");

    house.work();
    house.clock.pass(3600);
    house.work();
    let cancelled = house.get(&path(&to_cancel, "")).send().await.expect(200);
    assert_eq!(cancelled["status"], "CANCELLED");
    let changed = house.get(&path(&to_change, "")).send().await.expect(200);
    assert_eq!(changed["expiration_date"], "2026-12-20");
    let of_charge = format!("/v1/boletos?charge_id={}", to_replace["charge_id"].as_str().unwrap());
    let both = house.get(&of_charge).send().await.expect(200);
    assert_eq!(both["data"][0]["amount"], 130_000, "{both}");
    assert_eq!(both["data"][1]["status"], "CANCELLED");
    let gone = house.post(&path(&to_cancel, "/cancel"), "g", &json!({})).send().await;
    gone.problem(409, "wrong_status");
}

async fn registers(house: &House) {
    let company = house.get("/v1/company").send().await.expect(200);
    assert_eq!(company["legal_name"], "Oficina Exemplo Ltda");

    let saved = house.post("/v1/customers", "c1", &customer()).send().await.expect(201);
    let path = format!("/v1/customers/{}", saved["id"].as_str().unwrap());
    assert_eq!(house.get(&path).send().await.expect(200), saved);
    let mut issue = boleto("com cliente");
    issue.as_object_mut().unwrap().remove("customer");
    issue["customer_id"] = saved["id"].clone();

    let terms = json!({"description": "Padrão", "fine_value": "2.00", "messages": ["Obrigado"]});
    let terms = house.post("/v1/terms", "t1", &terms).send().await.expect(201);
    assert_eq!(house.get("/v1/terms").send().await.expect(200), json!({"data": [terms]}));
    issue["terms_id"] = terms["id"].clone();
    let issued = house.post("/v1/boletos", "b1", &issue).send().await.expect(201);
    assert_eq!(issued["fine"]["value"], "2.00");
    assert_eq!(issued["customer"]["document"], "12345678909");

    let banks = house.get("/v1/banks").send().await.expect(200);
    let bank = banks["data"].as_array().unwrap().iter().find(|b| b["code"] == BANK).unwrap();
    assert!(!bank["credential_fields"].as_array().unwrap().is_empty());
    let new = account("5556667");
    let new = json!({
        "bank": new.bank, "description": new.description, "branch": new.branch,
        "number": new.number, "digit": new.digit, "credential": new.credential, "hosts": new.hosts,
    });
    let made = house.post("/v1/accounts", "a1", &new).send().await.expect(201);
    assert_eq!(made["connected"], true);
    let accounts = house.get("/v1/accounts").send().await.expect(200);
    assert_eq!(accounts["data"].as_array().unwrap().len(), 2);
    house.post("/v1/accounts", "a2", &new).send().await.problem(409, "account_exists");
    let credentials = house.get("/v1/credentials").send().await;
    assert_eq!(credentials.expect(200)["data"].as_array().unwrap().len(), 2);
    assert!(!credentials.text().contains("segredo"));

    let probe = format!("/v1/accounts/{}/probe", house.ours.account_id);
    let steps = house.call("POST", &probe).send().await.expect(200);
    let steps = steps["data"].as_array().unwrap();
    assert!(steps.len() == 6 && steps.iter().all(|s| s["ok"] == true), "{steps:?}");
    let health = house.get("/v1/accounts/health").send().await.expect(200);
    assert_eq!(health["data"].as_array().unwrap().len(), 2);

    let health = house.get("/health").no_token().send().await.expect(200);
    assert_eq!(health["status"], "ok");
    assert_eq!(health["environment"], "sandbox");
}

async fn waiting_for_the_bank(house: &House) {
    // Nobody works for this one: the time passes and the boleto is still on its way.
    tokio::time::pause();
    let slow = house.post("/v1/boletos?wait=1s", "k0", &boleto("0")).send().await.expect(201);
    assert_eq!(slow["status"], "CREATED");

    let waiting = house.post("/v1/boletos?wait=30s", "k1", &boleto("1")).send();
    let working = async {
        for _ in 0..20 {
            house.work();
            let found = house.get("/v1/boletos?status=REGISTERED").send().await.expect(200);
            if found["data"].as_array().unwrap().len() == 2 {
                return;
            }
        }
        panic!("the boletos were not registered");
    };
    let (answer, ()) = tokio::join!(waiting, working);
    let answer = answer.expect(201);
    assert_eq!(answer["status"], "REGISTERED");
    assert_eq!(answer["writable_line"].as_str().unwrap().len(), 47);

    let again = house.post("/v1/boletos?wait=5s", "k1", &boleto("1")).send().await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.expect(201)["writable_line"], answer["writable_line"]);
    for wrong in ["0s", "31s", "x", "-1s"] {
        let path = format!("/v1/boletos?wait={wrong}");
        let refused = house.post(&path, "k2", &boleto("2")).send().await;
        assert_eq!(refused.faults(), ["wait out_of_range"], "{wrong}");
    }
}
