//! A bank that leaves our numbers to the company: given once each, and what follows when its answer
//! is lost, comes late, or a payment is told by a call of the bank.

use quita_banks::simulator::{Control, Fault};
use quita_core::fact::Means;
use quita_engine::desk::accounts;
use quita_store::inbox;
use serde_json::{Value, json};

use crate::house::{House, boleto, itau_account};

crate::on_both_databases! {
    numbers_are_given_once_and_silence_makes_no_second_boleto
    a_number_of_another_program_is_passed_over
    the_bank_gets_its_token_and_its_notice_settles
    a_boleto_is_shown_to_the_bank_before_it_is_issued
}

pub(crate) fn account(house: &House) -> String {
    account_and_key(house).0
}

/// Our account at that bank, and its Pix key.
fn account_and_key(house: &House) -> (String, String) {
    let made = house.itau.control(&Control::AddClient {
        client_id: "client-12345".into(),
        client_secret: "segredo".into(),
        scopes: String::new(),
        account: "123454".into(),
        certificate: None,
        owner: None,
    });
    let key = made["pix_key"].as_str().unwrap().to_owned();
    let made = accounts::create(&house.world, &house.ours.actor, &itau_account(&key)).unwrap();
    (made.id, key)
}

pub(crate) async fn issue(house: &House, account: &str, number: &str) -> Value {
    let mut order = boleto(number);
    order["account_id"] = account.into();
    house.post("/v1/boletos", number, &order).send().await.expect(201)
}

pub(crate) async fn read(house: &House, boleto: &Value) -> Value {
    let path = format!("/v1/boletos/{}", boleto["id"].as_str().unwrap());
    house.get(&path).send().await.expect(200)
}

async fn numbers_are_given_once_and_silence_makes_no_second_boleto(house: &House) {
    let account = account(house);
    let first = issue(house, &account, "A-1").await;
    house.itau.control(&Control::Fault {
        fault: Fault::AnswerLost,
        on: "recebimentos-pix".into(),
        times: 1,
        skip: 0,
    });
    house.work();
    // Adopted: asked by our number, not ordered again.
    let first = read(house, &first).await;
    assert_eq!(
        (&first["status"], &first["our_number"]),
        (&json!("REGISTERED"), &json!("00000001"))
    );

    house.itau.control(&Control::Set { switch: "bolecode_pending".into(), value: json!(1) });
    let second = issue(house, &account, "A-2").await;
    house.itau.control(&Control::Fault {
        fault: Fault::RequestLost,
        on: "recebimentos-pix".into(),
        times: 1,
        skip: 0,
    });
    // The request was lost: after the silence the same order goes out, and waits for the bank.
    for _ in 0..4 {
        house.work();
    }
    let second = read(house, &second).await;
    assert_eq!(
        (&second["status"], &second["our_number"]),
        (&json!("REGISTERED"), &json!("00000002"))
    );
    let inspected = house.itau.control(&Control::Inspect);
    let numbers: Vec<&Value> =
        inspected["boletos"].as_array().unwrap().iter().map(|b| &b["nosso_numero"]).collect();
    assert_eq!(numbers, ["00000001", "00000002"]);

    // Due date and amount go as two instructions, and a replacement has a number of its own.
    let path = |boleto: &Value, rest: &str| {
        format!("/v1/boletos/{}{rest}", boleto["id"].as_str().unwrap())
    };
    let change = json!({ "expiration_date": "2026-12-28", "amount": 130_000 });
    house.post(&path(&first, "/change"), "m", &change).send().await.expect(202);
    house.work();
    let changed = read(house, &first).await;
    assert_eq!(
        (&changed["amount"], &changed["expiration_date"]),
        (&json!(130_000), &json!("2026-12-28"))
    );
    house
        .post(&path(&second, "/cancel"), "c", &json!({ "reason": "a pedido" }))
        .send()
        .await
        .expect(202);
    house.work();
    assert_eq!(read(house, &second).await["status"], "CANCELLED");
}

async fn a_number_of_another_program_is_passed_over(house: &House) {
    let (account, key) = account_and_key(house);
    // Another installation of the same account at the bank, which counts for itself.
    let other = accounts::create(&house.world, &house.theirs.actor, &itau_account(&key)).unwrap();
    let mut order = boleto("X-1");
    order["account_id"] = other.id.into();
    let token = format!("Bearer {}", house.theirs.token);
    let call = house.post("/v1/boletos", "X-1", &order).no_token();
    call.header("authorization", &token).send().await.expect(201);
    house.work();
    let issued = issue(house, &account, "C-1").await;
    for _ in 0..3 {
        house.work();
    }
    let told = read(house, &issued).await;
    assert_eq!((&told["status"], &told["our_number"]), (&json!("REGISTERED"), &json!("00000002")));
    let inspected = house.itau.control(&Control::Inspect);
    assert_eq!(inspected["boletos"].as_array().unwrap().len(), 2);
}

async fn a_boleto_is_shown_to_the_bank_before_it_is_issued(house: &House) {
    let (account, key) = account_and_key(house);
    let mut order = boleto("S-1");
    order["account_id"] = account.clone().into();
    let ask = |order: &Value| house.call("POST", "/v1/boletos/rehearsal").json(order).send();
    let told = ask(&order).await.expect(200);
    assert_eq!((&told["accepted"], &told["message"]), (&json!(true), &json!("")));
    // Our own checks come first.
    let mut late = order.clone();
    late["expiration_date"] = "2026-11-01".into();
    assert!(ask(&late).await.faults().contains(&"expiration_date in_the_past".to_owned()));
    // Nothing was kept, at the bank or here: the number is still the first one.
    assert_eq!(house.get("/v1/boletos").send().await.json()["data"], json!([]));
    assert_eq!(house.itau.control(&Control::Inspect)["boletos"], json!([]));

    // Another program takes that number: the bank says so before anything is issued.
    let other = accounts::create(&house.world, &house.theirs.actor, &itau_account(&key)).unwrap();
    let mut theirs = boleto("X-1");
    theirs["account_id"] = other.id.into();
    house.post("/v1/boletos", "X-1", &theirs).token(&house.theirs.token).send().await.expect(201);
    house.work();
    let told = ask(&order).await.expect(200);
    assert_eq!(told["accepted"], false, "{told}");
    assert!(told["message"].as_str().unwrap().len() > 10, "{told}");

    // A bank that does not answer is no answer, and a bank without that mode is told.
    let lost = Fault::RequestLost;
    let on = "recebimentos-pix".into();
    house.itau.control(&Control::Fault { fault: lost, on, times: 1, skip: 0 });
    ask(&order).await.problem(503, "bank_unavailable");
    let mut elsewhere = boleto("S-2");
    elsewhere["account_id"] = house.ours.account_id.clone().into();
    ask(&elsewhere).await.problem(409, "not_supported");
}

async fn the_bank_gets_its_token_and_its_notice_settles(house: &House) {
    let account = account(house);
    let issued = issue(house, &account, "B-1").await;
    house.work();
    let id = account.clone();
    let token = house
        .world
        .store
        .read(move |tx| quita_store::accounts::get(tx, &id))
        .unwrap()
        .unwrap()
        .hook_token;
    let hook = |rest: &str, body: String| {
        let call = house.call("POST", &format!("/hooks/{token}{rest}")).no_token();
        call.at(&house.public).raw(body.into_bytes()).send()
    };
    let form = "grant_type=client_credentials&client_id=quita&client_secret=x".to_owned();
    assert_eq!(hook("/token", form).await.expect(200)["access_token"], "x");
    let unread = || {
        let id = account.clone();
        house.world.store.read(move |tx| inbox::open(tx, &id, "", 10)).unwrap().len()
    };
    // Nothing of it is kept: it holds a secret, and tells nothing.
    assert_eq!(unread(), 0);

    let paid = read(house, &issued).await["our_number"].as_str().unwrap().to_owned();
    house.itau.control(&Control::Pay {
        target: "00000001".into(),
        means: Means::Pix,
        amount: None,
    });
    let notice = json!({ "boletos": [{
        "idBeneficiario": "000100123454", "codigoCarteira": "109", "numeroNossoNumero": paid,
    }]});
    assert_eq!(hook("", notice.to_string()).await.status, 200);
    assert_eq!(unread(), 1);
    house.work();
    let settled = read(house, &issued).await;
    assert_eq!((&settled["status"], unread()), (&json!("SETTLED"), 0), "{settled}");
}
