//! «Emitir boleto», «Parâmetros», «Formas de pagamento».

use quita_banks::simulator::Control;
use quita_core::money::Money;
use quita_engine::desk::people::Role;
use quita_store::{boletos, params, sql};
use serde_json::{Value, json};

use super::Person;
use crate::house::{House, Reply, boleto, customer};

crate::on_both_databases! {
    an_amount_is_divided_with_the_cents_on_the_first what_is_typed_freely_is_understood
every_wrong_field_is_said_beside_it a_form_that_is_sent_twice_issues_once
a_refused_boleto_is_corrected_and_issued_again the_grid_is_filled_and_used
terms_in_reais_and_percent_are_kept_and_used who_only_reads_issues_nothing
the_preview_shows_instalments_slip_and_figures a_known_customer_is_found_by_document
the_number_shows_its_origin what_a_program_gave_is_taken_over own_discounts_follow_each_due_date }

sql! {
    SET_ORDER = "UPDATE boletos SET order_body = $2 WHERE id = $1";
}

/// What a person fills in, with a new customer.
const FORM: [(&str, &str); 12] = [
    ("key", "chave-1"),
    ("document_number", "23"),
    ("amount", "1.000,00"),
    ("expiration_date", "10/12"),
    ("customer_kind", "new"),
    ("customer.document", "123.456.789-09"),
    ("customer.legal_name", "Maria Exemplo"),
    ("customer.address.street", "Rua das Acácias"),
    ("customer.address.number", "100"),
    ("customer.address.city", "Belo Horizonte"),
    ("customer.address.state", "mg"),
    ("customer.address.postal_code", "30110-000"),
];

/// The form with other fields.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| name == other));
    kept.chain(changes).copied().collect()
}

async fn emit(person: &Person, house: &House, changes: &[(&str, &str)]) -> Reply {
    person.post(house, "/boletos/emitir", &with(changes)).await
}

/// Where the boletos just issued are shown.
fn issued(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").unwrap().to_owned()
}

/// All boletos of the company by number, the first issued first.
async fn boletos(house: &House) -> Vec<Value> {
    let page = house.get("/v1/boletos").send().await.json();
    let mut all = page["data"].as_array().unwrap().clone();
    all.reverse();
    all.sort_by_key(|boleto| boleto["document_number"].as_str().unwrap().to_owned());
    all
}

async fn an_amount_is_divided_with_the_cents_on_the_first(house: &House) {
    let ana = Person::administrator(house).await;
    let page = ana.get(house, "/boletos/emitir").await.text();
    assert!(page.contains("name=\"key\" value=\""));
    // What the bank cannot do is greyed, with the reason.
    assert!(page.contains("id=\"no-fine_days\" disabled"), "{page}");
    assert!(page.contains("Este banco cobra desde o dia depois do vencimento."));
    assert!(!page.contains("id=\"no-hybrid\""));
    let sent = emit(&ana, house, &[("count", "3"), ("mode", "divide")]).await;
    let shown = ana.get(house, &issued(&sent)).await.text();
    for number in ["23 - 1/3", "23 - 2/3", "23 - 3/3", "Enviando", "data-live=\"/ao-vivo?depois="] {
        assert!(shown.contains(number), "{number}");
    }
    let all = boletos(house).await;
    let read = |field: &str| all.iter().map(|boleto| boleto[field].clone()).collect::<Vec<_>>();
    assert_eq!(read("amount"), [33_334, 33_333, 33_333]);
    assert_eq!(read("expiration_date"), ["2026-12-10", "2027-01-10", "2027-02-10"]);
    house.work();
    let row = format!("/boletos/emitidos/{}", all[0]["id"].as_str().unwrap());
    let row = ana.get(house, &row).await.text();
    assert!(row.starts_with("<tr") && row.contains("Registrado"), "{row}");
    assert!(!row.contains("data-poll"), "{row}");
}

async fn what_is_typed_freely_is_understood(house: &House) {
    let ana = Person::administrator(house).await;
    for (i, (due, amount)) in
        [("amanhã", "1.234,5"), ("+30", "1234,50"), ("24/11/26", "R$ 1.234,50")].iter().enumerate()
    {
        let number = (i + 1).to_string();
        let changes = [
            ("key", number.as_str()),
            ("document_number", &number),
            ("expiration_date", due),
            ("amount", amount),
        ];
        issued(&emit(&ana, house, &changes).await);
    }
    let all = boletos(house).await;
    let due: Vec<_> = all.iter().map(|boleto| boleto["expiration_date"].clone()).collect();
    assert_eq!(due, ["2026-11-24", "2026-12-23", "2026-11-24"]);
    assert!(all.iter().all(|boleto| boleto["amount"] == 123_450));
}

async fn every_wrong_field_is_said_beside_it(house: &House) {
    let ana = Person::administrator(house).await;
    let wrong = [
        ("document_number", ""),
        ("amount", "doze"),
        ("expiration_date", "31/02"),
        ("count", "muitos"),
        ("customer.document", "111"),
        ("customer.legal_name", ""),
        ("customer.address.state", "XX"),
        ("fine", "dois"),
    ];
    let refused = emit(&ana, house, &wrong).await;
    assert_eq!(refused.status, 422);
    let page = refused.text();
    for (field, _) in wrong {
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{field}: {page}");
    }
    // What was typed and the key are still there.
    assert!(page.contains("value=\"31/02\"") && page.contains("value=\"chave-1\""));
    // What is wrong with one instalment says with which.
    let refused = emit(&ana, house, &[("count", "100")]).await;
    assert!(refused.text().contains("id=\"count-error\""), "{}", refused.text());
    let little = emit(&ana, house, &[("amount", "7,49"), ("count", "3"), ("mode", "divide")]).await;
    assert!(little.text().contains("id=\"amount-error\""), "{}", little.text());
    assert!(little.text().contains("nas parcelas 2, 3: "), "{}", little.text());
    let empty = ana.post(house, "/boletos/emitir", &[("key", "k")]).await;
    assert_eq!(empty.status, 422);
    for field in ["document_number", "amount", "expiration_date", "customer"] {
        assert!(empty.text().contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    assert!(boletos(house).await.is_empty());
}

async fn a_form_that_is_sent_twice_issues_once(house: &House) {
    let ana = Person::administrator(house).await;
    let first = issued(&emit(&ana, house, &[]).await);
    let second = issued(&emit(&ana, house, &[]).await);
    assert_eq!(first, second);
    assert_eq!(boletos(house).await.len(), 1);
    // Gone back, changed and sent again: nothing is issued before a person looks.
    let changed = emit(&ana, house, &[("document_number", "24")]).await;
    assert_eq!(changed.status, 409);
    assert!(changed.text().contains("já emitiu boletos"));
    assert!(!changed.text().contains("value=\"chave-1\""));
    // Another form with the same number.
    let taken = emit(&ana, house, &[("key", "outra")]).await;
    assert_eq!(taken.status, 409);
    assert!(taken.text().contains("id=\"document_number-error\""));
    assert_eq!(boletos(house).await.len(), 1);
}

async fn a_refused_boleto_is_corrected_and_issued_again(house: &House) {
    let ana = Person::administrator(house).await;
    house.bank.control(&Control::Set { switch: "issue_refused".into(), value: json!(1) });
    let shown = issued(&emit(&ana, house, &[("fine", "2"), ("discount1", "10%")]).await);
    house.work();
    let page = ana.get(house, &shown).await.text();
    assert!(page.contains("Rejeitado") && page.contains("Corrigir e emitir outro"), "{page}");
    let old = boletos(house).await[0].clone();
    let old_id = old["id"].as_str().unwrap();
    let again = ana.get(house, &format!("/boletos/emitir?de={old_id}")).await.text();
    for kept in [
        "O banco recusou",
        "value=\"23 - 1/1\"",
        "value=\"1.000,00\"",
        "value=\"10/12/2026\"",
        "value=\"Maria Exemplo\"",
        "value=\"123.456.789-09\"",
        "value=\"30110000\"",
        "value=\"2,00\"",
        "value=\"10,00\"",
    ] {
        assert!(again.contains(kept), "{kept}: {again}");
    }
    let correction = [
        ("key", "outra"),
        ("replaces", old_id),
        ("document_number", "23 - 1/1"),
        ("customer.legal_name", "Maria Exemplo da Silva"),
        ("amount", "900"),
    ];
    let shown = issued(&emit(&ana, house, &correction).await);
    house.work();
    assert!(ana.get(house, &shown).await.text().contains("Registrado"));
    let new = boletos(house).await[1].clone();
    assert_eq!(new["charge_id"], old["charge_id"]);
    assert_eq!(new["document_number"], "23 - 1/1");
    assert_eq!(new["customer"]["legal_name"], "Maria Exemplo da Silva");
    let charge = format!("/v1/charges/{}", new["charge_id"].as_str().unwrap());
    assert_eq!(house.get(&charge).send().await.json()["amount"], 90_000);
    // Once only: the charge has a live boleto now.
    let twice = emit(&ana, house, &[correction.as_slice(), &[("key", "terceira")]].concat()).await;
    assert_eq!(twice.status, 409, "{}", twice.text());
    // A live one does not give way.
    let new_id = new["id"].as_str().unwrap();
    let live = emit(&ana, house, &[("key", "k4"), ("replaces", new_id)]).await;
    assert_eq!(live.status, 422);
    assert!(live.text().contains("só um recusado, cancelado ou expirado"), "{}", live.text());
    let of_others = emit(&ana, house, &[("key", "k5"), ("replaces", "nenhum")]).await;
    assert_eq!(of_others.status, 422);
}

async fn the_grid_is_filled_and_used(house: &House) {
    let ana = Person::administrator(house).await;
    let new = "/formas-de-pagamento/nova";
    assert!(ana.get(house, new).await.text().contains("Nenhuma parcela calculada"));
    let account = house.ours.account_id.clone();
    let typed = [("description", "Boleto em 3 vezes"), ("kind", "15"), ("account_id", &account)];
    let plan = [("count", "3"), ("between", "15"), ("insert", "yes")];
    let filled = ana.post(house, new, &[typed.as_slice(), &plan].concat()).await;
    assert_eq!(filled.status, 200);
    for days in ["value=\"15\"", "value=\"30\"", "value=\"45\"", "value=\"Boleto em 3 vezes\""] {
        assert!(filled.text().contains(days), "{days}");
    }
    let too_many = [("count", "0"), ("between", "x"), ("insert", "yes")];
    assert_eq!(ana.post(house, new, &too_many).await.status, 422);
    let days = [("days", "15"), ("days", "30"), ("days", "50"), ("active", "yes")];
    let save = [typed.as_slice(), &days].concat();
    assert_eq!(ana.post(house, new, &save).await.status, 303);
    let again = ana.post(house, new, &save).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("id=\"description-error\""));
    let list = ana.get(house, "/formas-de-pagamento").await.text();
    assert!(list.contains("3 parcelas: 15, 30, 50 dias") && list.contains("15 - Boleto Bancário"));
    let wrong = [("description", "Outra"), ("kind", "15"), ("days", "30"), ("days", "20")];
    let refused = ana.post(house, new, &wrong).await.text();
    assert!(refused.contains("id=\"account_id-error\"") && refused.contains("id=\"days-error\""));
    // Cash needs no account.
    let cash = [("description", "Dinheiro"), ("kind", "01"), ("active", "yes")];
    assert_eq!(ana.post(house, new, &cash).await.status, 303);

    let form = ana.get(house, "/boletos/emitir").await.text();
    assert!(form.contains("Boleto em 3 vezes") && !form.contains(">Dinheiro<"));
    let id = form.split("\">Boleto em 3 vezes").next().unwrap().rsplit('"').next().unwrap();
    let by_form = [("payment_form_id", id), ("expiration_date", ""), ("mode", "divide")];
    issued(&emit(&ana, house, &by_form).await);
    let all = boletos(house).await;
    let due: Vec<_> = all.iter().map(|boleto| boleto["expiration_date"].clone()).collect();
    assert_eq!(due, ["2026-12-08", "2026-12-23", "2027-01-12"]);

    let edit = format!("/formas-de-pagamento/{id}");
    assert!(ana.get(house, &edit).await.text().contains("value=\"50\""));
    let inactive = [typed.as_slice(), &[("days", "15"), ("day_of_month", "31")]].concat();
    assert_eq!(ana.post(house, &edit, &inactive).await.status, 303);
    let list = ana.get(house, "/formas-de-pagamento").await.text();
    assert!(list.contains("Inativa") && list.contains("todo dia 31"), "{list}");
    let refused = emit(&ana, house, &[("key", "k2"), ("payment_form_id", id)]).await;
    assert!(refused.text().contains("id=\"payment_form_id-error\""));
}

async fn terms_in_reais_and_percent_are_kept_and_used(house: &House) {
    let ana = Person::administrator(house).await;
    let terms = [
        ("key", "t1"),
        ("description", "Padrão"),
        ("fine", "R$ 20"),
        ("interest", "1,5"),
        ("interest_unit", "percent"),
        ("discount1", "5%"),
        ("discount1_days", "10"),
        ("days_after_due", "20"),
        ("messages", "Obrigado\n\nVolte sempre"),
    ];
    assert_eq!(ana.post(house, "/parametros", &terms).await.status, 303);
    let list = ana.get(house, "/parametros").await.text();
    for said in [
        "multa de R$\u{a0}20,00",
        "juros de 1,50 % ao mês",
        "desconto de 5,00 % até 10 dias antes",
        "Volte sempre",
    ] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let wrong = [("key", "t2"), ("description", ""), ("fine", "x"), ("discount1_days", "-1")];
    let refused = ana.post(house, "/parametros", &wrong).await;
    assert_eq!(refused.status, 422);
    for field in ["description", "fine", "discount1_days"] {
        assert!(refused.text().contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    // What the bank cannot do stands beside it.
    let late = [
        ("key", "t3"),
        ("description", "Tarde"),
        ("fine", "2"),
        ("fine_days", "5"),
        ("discount1", "3"),
        ("discount1_days", "9"),
        ("discount2", "2"),
    ];
    assert_eq!(ana.post(house, "/parametros", &late).await.status, 303);
    let list = ana.get(house, "/parametros").await.text();
    assert!(list.contains("só começam no dia depois") && list.contains("só um desconto"), "{list}");

    let id = list.split("\">Padrão").next().unwrap().rsplit('/').next().unwrap().to_owned();
    let edit = ana.get(house, &format!("/parametros/{id}")).await.text();
    for kept in
        ["value=\"20,00\"", "value=\"1,50\"", "value=\"5,00\"", "value=\"Padrão\"", "Volte sempre"]
    {
        assert!(edit.contains(kept), "{kept}: {edit}");
    }
    issued(&emit(&ana, house, &[("terms_id", &id)]).await);
    let boleto = boletos(house).await[0].clone();
    assert_eq!(boleto["fine"], json!({"date": "2026-12-11", "value": null, "face_value": 2000}));
    assert_eq!(boleto["interest"]["value"], "1.50");
    assert_eq!(boleto["discounts"][0]["date"], "2026-11-30");
    assert_eq!(boleto["limit_date"], "2026-12-30");
    assert_eq!(boleto["messages"], json!(["Obrigado", "Volte sempre"]));
    // Changed under the same description.
    let changed = [("key", "t4"), ("kept", "yes"), ("description", "Padrão"), ("fine", "2")];
    assert_eq!(ana.post(house, "/parametros", &changed).await.status, 303);
    let list = ana.get(house, "/parametros").await.text();
    assert!(list.contains("multa de 2,00 %") && !list.contains("20,00"), "{list}");
    // The old vocabulary of the API goes on.
    let old = json!({"description": "API", "discount_value": "5.00", "discount_days": 3});
    house.post("/v1/terms", "t5", &old).send().await.expect(201);
    assert!(
        ana.get(house, "/parametros").await.text().contains("desconto de 5,00 % até 3 dias antes")
    );
}

async fn who_only_reads_issues_nothing(house: &House) {
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let home = reader.get(house, "/").await.text();
    assert!(!home.contains("href=\"/boletos/emitir\""));
    assert_eq!(reader.get(house, "/boletos/emitir").await.status, 403);
    assert_eq!(emit(&reader, house, &[]).await.status, 403);
    assert_eq!(reader.post(house, "/boletos/emitir/previa", &FORM).await.status, 403);
    for place in ["/parametros", "/formas-de-pagamento"] {
        let list = reader.get(house, place).await;
        assert_eq!(list.status, 200);
        assert!(!list.text().contains("Criar"), "{place}");
    }
    for (path, form) in [
        ("/parametros", [("key", "k"), ("description", "X")]),
        ("/formas-de-pagamento/nova", [("kind", "01"), ("description", "X")]),
    ] {
        assert_eq!(reader.post(house, path, &form).await.status, 403, "{path}");
    }
    for path in ["/parametros/novo", "/formas-de-pagamento/nova"] {
        assert_eq!(reader.get(house, path).await.status, 403, "{path}");
    }
    assert!(boletos(house).await.is_empty());
    let finance = Person::with_role(house, Role::Finance).await;
    assert!(finance.get(house, "/").await.text().contains("href=\"/boletos/emitir\""));
    issued(&emit(&finance, house, &[]).await);
}

async fn the_preview_shows_instalments_slip_and_figures(house: &House) {
    let ana = Person::administrator(house).await;
    let preview = async |changes: &[(&str, &str)]| {
        ana.post(house, "/boletos/emitir/previa", &with(changes)).await.text()
    };
    // 12 December 2026 is a Saturday.
    let shown = preview(&[
        ("expiration_date", "12/12"),
        ("count", "3"),
        ("mode", "divide"),
        ("fine", "2"),
        ("interest", "1"),
        ("origin", "nfe"),
    ])
    .await;
    for said in [
        "NFe 23 - 1/3",
        "R$\u{a0}333,34",
        "R$\u{a0}1.000,00",
        "sábado",
        "Fim de semana",
        "14/12/2026",
        "Maria Exemplo",
        "Oficina Exemplo Ltda",
        "A partir de 13/12/2026, multa de 2,00 %",
        "R$\u{a0}340,34",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("<html") && !shown.contains("Assim não pode"));
    let little = preview(&[("amount", "1")]).await;
    assert!(
        little.contains("Assim não pode ser emitido") && little.contains("valor mínimo"),
        "{little}"
    );
    let nothing = preview(&[("amount", ""), ("expiration_date", "")]).await;
    assert!(nothing.contains("informe o valor"), "{nothing}");
    let wrong = preview(&[("expiration_date", "31/02")]).await;
    assert!(wrong.contains("«31/02» não é uma data"), "{wrong}");
    assert!(boletos(house).await.is_empty());
}

async fn a_known_customer_is_found_by_document(house: &House) {
    let ana = Person::administrator(house).await;
    issued(&emit(&ana, house, &[]).await);
    let page = ana.get(house, "/boletos/emitir").await.text();
    assert!(page.contains("value=\"Maria Exemplo – 123.456.789-09\""));
    for (i, typed) in ["Maria Exemplo – 123.456.789-09", "12345678909"].iter().enumerate() {
        let number = format!("n{i}");
        let known = [
            ("key", number.as_str()),
            ("document_number", &number),
            ("customer_kind", "known"),
            ("customer", typed),
        ];
        issued(&emit(&ana, house, &known).await);
    }
    let unknown = [("key", "k"), ("customer_kind", "known"), ("customer", "Fulano")];
    let refused = emit(&ana, house, &unknown).await;
    assert!(refused.text().contains("«Fulano» não está cadastrado"), "{}", refused.text());
    assert_eq!(boletos(house).await.len(), 3);
}

async fn the_number_shows_its_origin(house: &House) {
    let ana = Person::administrator(house).await;
    let origins = [
        ("avulso", "450 - 1/1"),
        ("nfe", "NFe 450 - 1/1"),
        ("nfse", "NFSe 450 - 1/1"),
        ("cte", "CTe 450 - 1/1"),
        ("sales_order", "PV 450 - 1/1"),
        ("service_order", "OS 450 - 1/1"),
        ("future_sale", "VF 450 - 1/1"),
        ("contract", "CT 450 - 1/1"),
    ];
    for (origin, _) in origins {
        let changes = [("key", origin), ("origin", origin), ("document_number", "450")];
        issued(&emit(&ana, house, &changes).await);
    }
    let all = boletos(house).await;
    let numbers: Vec<_> = all.iter().map(|b| b["document_number"].as_str().unwrap()).collect();
    let mut expected = origins.map(|(_, number)| number);
    expected.sort_unstable();
    assert_eq!(numbers, expected);
}

async fn own_discounts_follow_each_due_date(house: &House) {
    let ana = Person::administrator(house).await;
    let own =
        [("discount1", "50"), ("discount1_unit", "reais"), ("discount1_days", "5"), ("count", "2")];
    issued(&emit(&ana, house, &own).await);
    let all = boletos(house).await;
    let until: Vec<_> = all.iter().map(|b| b["discounts"][0]["date"].clone()).collect();
    assert_eq!(until, ["2026-12-05", "2027-01-05"]);
    assert_eq!(all[0]["discounts"][0]["face_value"], 5000);
}

/// The field of a page with this name, as a browser would send it; `None` where there is none.
fn sent(page: &str, name: &str) -> Option<String> {
    let tag = page.split(&format!("name=\"{name}\"")).nth(1)?.split('>').next()?;
    let value = tag.split("value=\"").nth(1)?.split('"').next()?.to_owned();
    (!tag.contains("type=\"checkbox\"") || tag.contains("checked")).then_some(value)
}

async fn what_a_program_gave_is_taken_over(house: &House) {
    let ana = Person::administrator(house).await;
    let mut order = boleto("77");
    order["hybrid"] = json!(false);
    order["model"] = json!("carne");
    order["payment_place"] = json!("Só na loja");
    order["receiver"] = customer();
    order["receiver"]["document"] = json!("529.982.247-25");
    order["receiver"]["legal_name"] = json!("Avalista Exemplo");
    house.bank.control(&Control::Set { switch: "issue_refused".into(), value: json!(1) });
    let old = house.post("/v1/boletos", "k", &order).send().await.expect(201);
    house.work();
    let id = old["id"].as_str().unwrap();
    // As at a bank that takes an abatement; this one does not.
    let (company, wanted) = (house.ours.actor.company_id.clone(), id.to_owned());
    let given = house.world.store.tx(move |tx| {
        let mut order = boletos::of_company(tx, &company, &wanted)?.unwrap().order;
        order.terms.abatement = Money::from_cents(5_000);
        tx.exec(SET_ORDER, params![&wanted, serde_json::to_string(&order).unwrap()])
    });
    assert_eq!(given.unwrap(), 1);

    let page = ana.get(house, &format!("/boletos/emitir?de={id}")).await.text();
    assert!(page.contains("Sacador avalista: Avalista Exemplo · 529.982.247-25"), "{page}");
    assert_eq!(sent(&page, "abatement").as_deref(), Some("50,00"));
    let names = ["from", "replaces", "document_number", "abatement", "receiver", "receiver_name"];
    let kept = names.map(|name| (name, sent(&page, name).unwrap()));
    let mut form: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (*n, v.as_str())).collect();
    form.extend([("amount", "1.250,00"), ("hybrid", "no")]);
    // Not left out without a word: the bank's reason is at its field, and the rest stays.
    let refused = emit(&ana, house, &form).await;
    assert_eq!(refused.status, 422);
    let refused = refused.text();
    assert!(
        refused.contains("id=\"abatement-error\"") && refused.contains("não registra abatimento")
    );
    for name in names {
        assert_eq!(sent(&refused, name), sent(&page, name), "{name}");
    }
    form.retain(|(name, _)| *name != "abatement");
    form.push(("abatement", ""));
    issued(&emit(&ana, house, &form).await);
    house.work();
    let new = find(house, "77", 2).await;
    assert_eq!((&new["charge_id"], &new["receiver"]), (&old["charge_id"], &old["receiver"]));
    assert!(new["receiver"]["legal_name"] == "Avalista Exemplo" && new["br_code"].is_null());
    let new_id = new["id"].as_str().unwrap().to_owned();
    let wanted = new_id.clone();
    let paper = house.world.store.read(move |tx| boletos::get(tx, &wanted)).unwrap().unwrap();
    let paper = paper.order.paper;
    assert_eq!((paper.carne, paper.payment_place.as_str()), (true, "Só na loja"));

    // «Reemitir» takes the order as it is.
    let fields = [("key", "r"), ("reemitir_expiration_date", "20/12/2026")];
    let again = ana.post(house, &format!("/boletos/{new_id}/reemitir"), &fields).await;
    assert_eq!(again.status, 303, "{}", again.text());
    house.work();
    let third = find(house, "77", 3).await;
    assert_eq!((&third["receiver"], &third["charge_id"]), (&old["receiver"], &old["charge_id"]));

    // Left out by a person: no guarantor.
    issued(&emit(&ana, house, &[("key", "k9"), ("document_number", "90"), ("from", id)]).await);
    assert!(find(house, "90 - 1/1", 1).await["receiver"].is_null());
    assert_eq!(emit(&ana, house, &[("key", "k10"), ("from", "nenhum")]).await.status, 404);
}

/// The newest of so many boletos of a number.
async fn find(house: &House, number: &str, count: usize) -> Value {
    let mut all = self::boletos(house).await;
    all.retain(|boleto| boleto["document_number"] == number);
    assert_eq!(all.len(), count);
    all.sort_by_key(|boleto| boleto["id"].as_str().unwrap().to_owned());
    all.remove(count - 1)
}
