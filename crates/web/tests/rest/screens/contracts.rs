//! «Contratos»: what is issued by itself each period, and what waits for a person.

use quita_engine::desk::contracts::{self, NewContract};
use quita_engine::desk::people::Role;
use serde_json::{Value, json};

use super::Person;
use crate::house::{House, customer};

crate::on_both_databases! {
    each_period_is_issued_once_by_itself what_cannot_be_issued_waits_and_is_tried_again
no_date_is_invented_for_what_is_late resuming_asks_what_becomes_of_what_was_missed
a_change_holds_from_the_next_period_on issuing_now_is_one_boleto the_preview_shows_the_dates_to_come
nobody_sees_or_changes_the_contracts_of_others programs_have_contracts_too
what_the_bank_refuses_stays_with_its_period }

const DAY: i64 = 24 * 3600;

/// A customer of ours, with or without what the bank asks for.
async fn a_customer(house: &House, complete: bool) -> String {
    let mut body = customer();
    if !complete {
        body.as_object_mut().unwrap().remove("address");
    }
    let key = format!("cliente-{complete}");
    let saved = house.post("/v1/customers", &key, &body).send().await.expect(201);
    saved["id"].as_str().unwrap().to_owned()
}

/// What a person fills in: from 30 November on, three months.
const FORM: [(&str, &str); 7] = [
    ("key", "chave-1"),
    ("description", "Mensalidade da turma A"),
    ("customer", "Maria Exemplo – 123.456.789-09"),
    ("amount", "300,00"),
    ("expiration_date", "30/11/2026"),
    ("interval", "monthly"),
    ("periods", "3"),
];

fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| name == other));
    kept.chain(changes).copied().collect()
}

/// Registers a contract; gives the address of its page.
async fn registered(house: &House, ana: &Person, changes: &[(&str, &str)]) -> String {
    let sent = ana.post(house, "/contratos/novo", &with(changes)).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    sent.header("location").unwrap().to_owned()
}

fn api(page: &str) -> String {
    page.replace("/contratos/", "/v1/contracts/")
}

async fn periods(house: &House, page: &str) -> Vec<Value> {
    let list = house.get(&format!("{}/periods", api(page))).send().await.expect(200);
    list["data"].as_array().unwrap().clone()
}

async fn statuses(house: &House, page: &str) -> Vec<String> {
    let all = periods(house, page).await;
    all.iter().map(|period| period["status"].as_str().unwrap().to_owned()).collect()
}

/// Numbers and due dates of all boletos, the first issued first.
async fn boletos(house: &House) -> Vec<(String, String)> {
    let page = house.get("/v1/boletos").send().await.json();
    let read = |boleto: &Value, field: &str| boleto[field].as_str().unwrap().to_owned();
    let mut all: Vec<_> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|boleto| (read(boleto, "document_number"), read(boleto, "expiration_date")))
        .collect();
    all.sort();
    all
}

async fn pending(house: &House) -> Vec<String> {
    let list = house.get("/v1/pending").send().await.expect(200);
    let all = list["data"].as_array().unwrap();
    all.iter().map(|item| item["message"].as_str().unwrap().to_owned()).collect()
}

fn days(house: &House, count: i64) {
    house.clock.pass(count * DAY);
    house.work();
}

async fn each_period_is_issued_once_by_itself(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let empty = ana.get(house, "/contratos").await.text();
    assert!(empty.contains("Nenhum contrato ainda"));
    let page = registered(house, &ana, &[]).await;
    // Sent twice, it is one contract.
    assert_eq!(registered(house, &ana, &[]).await, page);
    house.work();
    let one = [("CT 1 - 1/3".to_owned(), "2026-11-30".to_owned())];
    assert_eq!(boletos(house).await, one);
    // The second falls due on 30 December: ten days before it is not yet issued.
    days(house, 26);
    assert_eq!(boletos(house).await, one);
    let list = ana.get(house, "/contratos").await.text();
    for shown in ["1 de 3", "20/12/2026", "30/12/2026", "Ativo"] {
        assert!(list.contains(shown), "{shown}: {list}");
    }
    days(house, 1);
    days(house, 60);
    let all = boletos(house).await;
    let dates: Vec<&str> = all.iter().map(|(_, due)| due.as_str()).collect();
    assert_eq!(dates, ["2026-11-30", "2026-12-30"], "the third was late");
    let ana = Person::administrator(house).await;
    let shown = ana.get(house, &page).await.text();
    assert!(shown.contains("CT 1 - 3/3 venceu em 30/01/2027 sem boleto"), "{shown}");
    let skip = ana.post(house, &format!("{page}/pular"), &[("period", "3")]).await;
    assert_eq!(skip.status, 303);
    house.work();
    let ended = house.get(&api(&page)).send().await.expect(200);
    assert_eq!((&ended["status"], &ended["issued"]), (&json!("ended"), &json!(2)));
    let trail = ["contract.created", "contract.period_issued", "contract.period_skipped"];
    let company = house.ours.actor.company_id.clone();
    let subject = page.rsplit('/').next().unwrap().to_owned();
    let written = house
        .world
        .store
        .read(move |tx| quita_store::audit::of_subject(tx, &company, &subject, 100))
        .unwrap();
    for action in trail {
        assert!(written.iter().any(|entry| entry.action == action), "{action}");
    }
}

async fn what_cannot_be_issued_waits_and_is_tried_again(house: &House) {
    a_customer(house, false).await;
    let ana = Person::administrator(house).await;
    let page = registered(house, &ana, &[]).await;
    house.work();
    assert_eq!(statuses(house, &page).await, ["open"]);
    let told = pending(house).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("«Mensalidade da turma A» não pôde emitir: CT 1 - 1/3"), "{told:?}");
    let home = ana.get(house, "/").await.text();
    assert!(home.contains(&format!("href=\"{page}\">Ver contrato")), "{home}");
    a_customer(house, true).await;
    house.clock.pass(15 * 60);
    house.work();
    assert_eq!(statuses(house, &page).await, ["issued"]);
    assert_eq!(pending(house).await, [] as [&str; 0]);
    let shown = ana.get(house, &page).await.text();
    let boleto = periods(house, &page).await[0]["boleto_id"].as_str().unwrap().to_owned();
    assert!(shown.contains(&format!("href=\"/boletos/{boleto}\"")), "{shown}");
}

async fn no_date_is_invented_for_what_is_late(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let page = registered(house, &ana, &[("expiration_date", "20/12/2026")]).await;
    // Nobody is there until the second is late too, and the third to come.
    days(house, 65);
    assert_eq!(statuses(house, &page).await, ["open", "open"]);
    assert_eq!(boletos(house).await, []);
    let said = pending(house).await.concat();
    assert!(said.contains("CT 1 - 1/3 venceu em 20/12/2026"), "{said}");
    assert!(said.contains("CT 1 - 2/3 venceu em 20/01/2027"), "{said}");
    // Her session ended meanwhile.
    let ana = Person::administrator(house).await;
    let emit = format!("{page}/emitir");
    let past = ana.post(house, &emit, &[("period", "1"), ("expiration_date", "20/12/2026")]).await;
    assert_eq!(past.status, 422);
    let other = ana.post(house, &emit, &[("period", "1"), ("expiration_date", "05/02/2027")]).await;
    assert_eq!(other.status, 303, "{}", other.text());
    ana.post(house, &format!("{page}/pular"), &[("period", "2")]).await;
    house.work();
    assert_eq!(statuses(house, &page).await, ["issued", "skipped"]);
    assert_eq!(boletos(house).await, [("CT 1 - 1/3".to_owned(), "2027-02-05".to_owned())]);
    assert_eq!(pending(house).await, [] as [&str; 0]);
    days(house, 20);
    assert_eq!(boletos(house).await.len(), 2);
}

async fn resuming_asks_what_becomes_of_what_was_missed(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let page = registered(house, &ana, &[("periods", "6")]).await;
    house.work();
    let set = format!("{page}/situacao");
    assert_eq!(ana.post(house, &set, &[("status", "paused")]).await.status, 303);
    days(house, 45);
    assert_eq!(boletos(house).await.len(), 1);
    let shown = ana.get(house, &page).await.text();
    assert!(shown.contains("1 período venceu durante a pausa"), "{shown}");
    let asked = ana.post(house, &set, &[("status", "active")]).await;
    assert_eq!(asked.status, 422);
    assert!(asked.text().contains("diga se são pulados ou cobrados"));
    let resumed = ana.post(house, &set, &[("status", "active"), ("missed", "skip")]).await;
    assert_eq!(resumed.status, 303, "{}", resumed.text());
    house.work();
    assert_eq!(statuses(house, &page).await, ["issued", "skipped"]);
    days(house, 14);
    let all = boletos(house).await;
    assert_eq!(all[1], ("CT 1 - 3/6".to_owned(), "2027-01-30".to_owned()));
    assert_eq!(ana.post(house, &set, &[("status", "ended")]).await.status, 303);
    assert_eq!(ana.post(house, &set, &[("status", "active")]).await.status, 422);
    days(house, 60);
    assert_eq!(boletos(house).await.len(), 2);
}

async fn a_change_holds_from_the_next_period_on(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let page =
        registered(house, &ana, &[("expiration_date", "30/11/2026"), ("readjustment", "10")]).await;
    house.work();
    let form = ana.get(house, &format!("{page}/alterar")).await.text();
    assert!(form.contains("value=\"30/12/2026\""), "the next due date: {form}");
    assert!(form.contains("name=\"first_period\" value=\"2\""), "the next period: {form}");
    let stale = [("expiration_date", "30/12/2026"), ("first_period", "1"), ("number", "1")];
    let stale = ana.post(house, &format!("{page}/alterar"), &with(&stale)).await;
    assert_eq!(stale.status, 422);
    assert!(stale.text().contains("enquanto o contrato era alterado"));
    let changes = [
        ("amount", "320,00"),
        ("expiration_date", "30/12/2026"),
        ("readjustment", "10"),
        ("number", "1"),
    ];
    let changed = ana.post(house, &format!("{page}/alterar"), &with(&changes)).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    let from = [("from", "32000")];
    assert_eq!(ana.post(house, &format!("{page}/reajustar"), &from).await.status, 303);
    // Pressed twice, it raises once.
    assert_eq!(ana.post(house, &format!("{page}/reajustar"), &from).await.status, 422);
    let changes = [
        ("amount", "352,00"),
        ("expiration_date", "05/01/2027"),
        ("day_of_month", "5"),
        ("number", "1"),
    ];
    let moved = ana.post(house, &format!("{page}/alterar"), &with(&changes)).await;
    assert_eq!(moved.status, 303, "{}", moved.text());
    days(house, 34);
    days(house, 30);
    let all = periods(house, &page).await;
    let amounts: Vec<_> = all.iter().map(|period| period["amount"].clone()).collect();
    assert_eq!(amounts, [30_000, 35_200, 35_200]);
    let dates: Vec<_> = all.iter().map(|period| period["expiration_date"].clone()).collect();
    assert_eq!(dates, ["2026-11-30", "2027-01-05", "2027-02-05"]);
}

async fn issuing_now_is_one_boleto(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let page = registered(house, &ana, &[("expiration_date", "10/02/2027")]).await;
    house.work();
    assert_eq!(boletos(house).await, []);
    let emit = format!("{page}/emitir");
    for _ in 0..2 {
        assert_eq!(ana.post(house, &emit, &[("period", "1")]).await.status, 303);
    }
    // It is not the turn of the third, which would leave the second out.
    assert_eq!(ana.post(house, &emit, &[("period", "3")]).await.status, 422);
    house.work();
    assert_eq!(boletos(house).await, [("CT 1 - 1/3".to_owned(), "2027-02-10".to_owned())]);
    let shown = ana.get(house, &page).await.text();
    assert!(shown.contains("CT 1 - 1/3") && shown.contains("Registrado"), "{shown}");
    // Many at once, as two nodes would: still one for each period.
    let id = page.rsplit('/').next().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| contracts::emit(&house.world, &house.ours.actor, id, 2, None));
        }
    });
    house.work();
    assert_eq!(boletos(house).await.len(), 2);
    assert_eq!(statuses(house, &page).await, ["issued", "issued"]);
}

async fn what_the_bank_refuses_stays_with_its_period(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    house.bank.control(&quita_banks::simulator::Control::Set {
        switch: "issue_refused".into(),
        value: json!(1),
    });
    let page = registered(house, &ana, &[]).await;
    house.work();
    let period = periods(house, &page).await[0].clone();
    assert_eq!(period["boleto_status"], "REJECTED");
    assert_eq!(pending(house).await.len(), 1);
    let old = period["boleto_id"].as_str().unwrap();
    let again = json!({
        "document_number": "CT 1 - 1/3",
        "amount": 30_000,
        "expiration_date": "2026-12-05",
        "customer": customer(),
        "origin": "contract",
        "replaces": old,
    });
    house.post("/v1/boletos", "corrigido", &again).send().await.expect(201);
    house.work();
    let period = periods(house, &page).await[0].clone();
    assert_eq!(period["boleto_status"], "REGISTERED");
    assert_eq!(period["expiration_date"], "2026-12-05");
}

async fn the_preview_shows_the_dates_to_come(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let fields = with(&[("expiration_date", "31/12/2026"), ("day_of_month", "31")]);
    let shown = ana.post(house, "/contratos/previa", &fields).await.text();
    for part in ["31/12/2026", "31/01/2027", "28/02/2027", "21/12/2026", "900,00"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let wrong = [
        ("amount", "doze"),
        ("expiration_date", "31/02"),
        ("customer", "Ninguém"),
        ("every", "muitos"),
    ];
    let refused = ana.post(house, "/contratos/novo", &with(&wrong)).await;
    assert_eq!(refused.status, 422);
    for (field, _) in wrong {
        assert!(refused.text().contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    for (field, value) in
        [("end_date", "10/12/2027"), ("expiration_date", "01/11/2026"), ("day_of_month", "32")]
    {
        let refused = ana.post(house, "/contratos/novo", &with(&[(field, value)])).await;
        assert!(refused.text().contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    assert!(ana.get(house, "/contratos").await.text().contains("Nenhum contrato ainda"));
}

async fn nobody_sees_or_changes_the_contracts_of_others(house: &House) {
    a_customer(house, true).await;
    let ana = Person::administrator(house).await;
    let page = registered(house, &ana, &[]).await;
    let reader = Person::with_role(house, Role::ReadOnly).await;
    assert_eq!(reader.get(house, &page).await.status, 200);
    for (path, fields) in [
        ("/contratos/novo".to_owned(), with(&[])),
        (format!("{page}/alterar"), with(&[])),
        (format!("{page}/emitir"), vec![("period", "1")]),
        (format!("{page}/pular"), vec![("period", "1")]),
        (format!("{page}/situacao"), vec![("status", "ended")]),
        (format!("{page}/reajustar"), vec![("from", "30000")]),
    ] {
        assert_eq!(reader.post(house, &path, &fields).await.status, 403, "{path}");
    }
    let mut elsewhere = Person::administrator(house).await;
    elsewhere.switch(house, &house.theirs.actor.company_id).await;
    assert_eq!(elsewhere.get(house, &page).await.status, 404);
    assert!(!elsewhere.get(house, "/contratos").await.text().contains(&page));
    let status = [("status", "ended")];
    let ended = elsewhere.post(house, &format!("{page}/situacao"), &status).await;
    assert_eq!(ended.status, 404);
    // Nor can a contract name the customer of another company.
    let ours = house.get("/v1/customers").send().await.json();
    let stolen = NewContract {
        description: "De outro".into(),
        customer_id: ours["data"][0]["id"].as_str().unwrap().to_owned(),
        amount: 1000,
        expiration_date: "2026-12-30".into(),
        ..NewContract::default()
    };
    let refused = house.call("POST", "/v1/contracts").token(&house.theirs.token);
    let refused = refused.header("idempotency-key", "roubo").json(&json!(stolen)).send().await;
    assert_eq!(refused.faults(), ["customer_id not_found"]);
}

async fn programs_have_contracts_too(house: &House) {
    let customer_id = a_customer(house, true).await;
    let new = json!({
        "description": "Assinatura", "customer_id": customer_id, "amount": 5000,
        "expiration_date": "2026-12-01", "interval": "weekly", "first_period": 7,
    });
    let made = house.post("/v1/contracts", "c1", &new).send().await.expect(201);
    let again = house.post("/v1/contracts", "c1", &new).send().await.expect(201);
    assert_eq!(made["id"], again["id"]);
    house.work();
    assert_eq!(boletos(house).await[0].0, "CT 1 - 7");
    let path = format!("/v1/contracts/{}", made["id"].as_str().unwrap());
    let mut changed = made["contract"].clone();
    changed["amount"] = json!(6000);
    let after = house.call("PUT", &path).json(&changed).send().await.expect(200);
    assert_eq!((&after["contract"]["amount"], &after["next_period"]), (&json!(6000), &json!(8)));
    assert_eq!(after["contract"]["expiration_date"], "2026-12-01", "nothing moved");
    let paused = json!({"status": "paused"});
    let status = house.call("PUT", &format!("{path}/status")).json(&paused).send().await;
    assert_eq!(status.expect(200)["status"], "paused");

    let form = json!({"description": "À vista", "kind": "01"});
    let kept = house.post("/v1/payment-forms", "f1", &form).send().await.expect(201);
    assert_eq!(kept["form"]["active"], true);
    let twice = house.post("/v1/payment-forms", "f2", &form).send().await;
    assert_eq!(twice.faults(), ["description taken"]);
    let path = format!("/v1/payment-forms/{}", kept["id"].as_str().unwrap());
    let changed = json!({"description": "Boleto 30/60", "kind": "15", "days": [30, 60]});
    assert_eq!(
        house.call("PUT", &path).json(&changed).send().await.faults(),
        ["account_id missing"]
    );
    let changed = json!({"description": "À vista", "kind": "01", "active": false});
    house.call("PUT", &path).json(&changed).send().await.expect(200);
    assert_eq!(house.get(&path).send().await.expect(200)["form"]["active"], false);
    let list = house.get("/v1/payment-forms").send().await.expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}
