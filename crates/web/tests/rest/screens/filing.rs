//! What the company notes of its boletos for itself: classification, note, printing; and what its
//! accountant gets of the receipts.

use quita_banks::simulator::Control;
use quita_core::fact::{Channel, Fact, Means};
use quita_engine::desk::people::Role;
use quita_engine::learn::learn;
use quita_store::{params, sql};
use serde_json::{Value, json};

use super::{Person, batch};
use crate::house::{House, boleto, customer};

crate::on_both_databases! {
a_charge_is_classified_from_the_form_to_the_file a_file_and_programs_classify_too
classification_survives_another_boleto registers_belong_to_one_company
receipts_go_to_the_accountant a_period_is_asked_for_properly what_is_not_known_is_not_said
printing_is_noted_once what_the_bank_does_not_offer_is_greyed
new_boletos_are_told_beside_the_list a_batch_is_a_filter one_failure_stops_no_other_cancellation
issuing_empties_no_register a_zero_byte_in_an_address_is_refused the_fee_is_projected }

sql! {
    SPOIL = "UPDATE receipts SET means = '?' WHERE boleto_id = $1";
    RECEIPT = "INSERT INTO receipts (id, company_id, account_id, boleto_id, receipt_key, means,
        amount, created_at) SELECT boletos.id, company_id, account_id, id, 'k', '\"pix\"', 1, 0
        FROM boletos WHERE id = $1";
}

async fn entry(house: &House, person: &Person, place: &str, name: &str) -> String {
    let saved = person.post(house, place, &[("description", name)]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let list = person.get(house, place).await.text();
    let before = list.split(&format!("\">{name}<")).next().unwrap();
    before.rsplit('/').next().unwrap().to_owned()
}

async fn issue(house: &House, new: &Value) -> Value {
    let number = new["document_number"].as_str().unwrap();
    house.clock.pass(1);
    house.post("/v1/boletos", number, new).send().await.expect(201)
}

async fn charge_of(house: &House, boleto: &Value) -> Value {
    let path = format!("/v1/charges/{}", boleto["charge_id"].as_str().unwrap());
    house.get(&path).send().await.expect(200)
}

fn pay(house: &House, boleto: &Value, means: Means) {
    let target = boleto["our_number"].as_str().unwrap().to_owned();
    house.bank.control(&Control::Pay { target, means, amount: None });
}

/// Until the bank has told what was paid.
async fn settled(house: &House, boleto: &Value) {
    let path = format!("/v1/boletos/{}", boleto["id"].as_str().unwrap());
    for _ in 0..8 {
        house.call("POST", "/v1/sync").send().await.expect(202);
        house.work();
        if house.get(&path).send().await.expect(200)["status"] == "SETTLED" {
            return;
        }
    }
    panic!("never settled");
}

async fn a_charge_is_classified_from_the_form_to_the_file(house: &House) {
    let ana = Person::administrator(house).await;
    let form = ana.get(house, "/boletos/emitir").await.text();
    assert!(!form.contains("id=\"chart_account\"") && form.contains("id=\"note\""));
    let sales = entry(house, &ana, "/plano-de-contas", "3.1 Vendas").await;
    let rent = entry(house, &ana, "/plano-de-contas", "3.2 Aluguéis").await;
    let shop = entry(house, &ana, "/centros-de-custo", "Loja").await;
    let twice = ana.post(house, "/plano-de-contas", &[("description", "3.2 alugueis")]).await;
    assert_eq!(twice.status, 422);
    assert!(twice.text().contains("já existe «3.2 Aluguéis»"));

    issue(house, &boleto("SEM")).await;
    let client = house.post("/v1/customers", "c", &customer()).send().await.expect(201);
    assert!(client["id"].is_string());
    let fields = [
        ("key", "chave-1"),
        ("customer_kind", "known"),
        ("customer", "123.456.789-09"),
        ("document_number", "77"),
        ("amount", "100"),
        ("expiration_date", "15/12"),
        ("chart_account", &sales),
        ("cost_center", &shop),
        ("note", "combinado\ncom <Rui>"),
    ];
    let issued = ana.post(house, "/boletos/emitir", &fields).await;
    assert_eq!(issued.status, 303, "{}", issued.text());
    house.work();

    // The list by it, in its address, and the file.
    let id = issued.header("location").unwrap().rsplit('=').next().unwrap().to_owned();
    for query in [format!("chart_account_id={sales}"), format!("cost_center_id={shop}")] {
        let list = ana.get(house, &format!("/boletos?{query}")).await;
        assert_eq!(list.status, 200);
        let text = list.text();
        assert!(text.contains("77 - 1/1") && !text.contains("\">SEM<"), "{query}");
        assert!(text.contains("Total do filtro: 1 boleto<") && text.contains("selected>"));
    }
    let none = ana.get(house, &format!("/boletos?chart_account_id={rent}")).await.text();
    assert!(none.contains("Nenhum boleto neste filtro"));
    let csv = ana.get(house, "/boletos/exportar.csv").await.text();
    assert!(csv.lines().next().unwrap().contains(";Plano de contas;Centro de custo;Observação;"));
    assert!(csv.contains(";3.1 Vendas;Loja;\"combinado\ncom <Rui>\";"), "{csv}");
    let without = csv.lines().find(|line| line.starts_with("SEM;")).unwrap();
    assert!(without.ends_with(";;;;;direto"), "{without}");

    // The page shows it, escaped, and changes it; neither bank nor paper has it.
    let address = format!("/boletos/{id}");
    let page = ana.get(house, &address).await.text();
    for text in ["3.1 Vendas", "Loja", "com &lt;Rui&gt;", "Classificar e anotar"] {
        assert!(page.contains(text), "{text}");
    }
    let told = house.bank.control(&Control::Inspect).to_string();
    assert!(told.contains("771") && !told.contains("combinado") && !told.contains("Vendas"));
    let to = |chart: &'static str, note: String| {
        vec![("classificar_chart_account", chart.to_owned()), ("classificar_note", note)]
    };
    let post = async |fields: Vec<(&str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ana.post(house, &format!("{address}/classificar"), &fields).await
    };
    let long = post(to("", "x".repeat(501))).await;
    assert_eq!(long.status, 422);
    assert!(long.text().contains("use até 500 caracteres") && long.text().contains("3.1 Vendas"));
    assert_eq!(post(to("nenhuma", String::new())).await.status, 422);
    assert_eq!(post(to("", "outra".into())).await.status, 303);
    let page = ana.get(house, &address).await.text();
    assert!(page.contains("<dd>outra</dd>") && !page.contains("<dd>3.1 Vendas</dd>"));

    // An inactive entry is offered no more; whoever has it keeps it.
    let edit = format!("/plano-de-contas/{sales}");
    let renamed = ana.post(house, &edit, &[("description", "3.1 Vendas antigas")]).await;
    assert_eq!(renamed.status, 303);
    let form = ana.get(house, "/boletos/emitir").await.text();
    assert!(form.contains("3.2 Aluguéis") && !form.contains("Vendas antigas"));
    let reader = Person::with_role(house, Role::ReadOnly).await;
    assert!(reader.get(house, "/plano-de-contas").await.text().contains("3.2 Aluguéis"));
    assert_eq!(reader.post(house, &edit, &[("description", "X")]).await.status, 403);
    let denied = reader.post(house, &format!("{address}/classificar"), &[]).await;
    assert_eq!(denied.status, 403);
}

async fn a_file_and_programs_classify_too(house: &House) {
    let ana = Person::administrator(house).await;
    let save = async |place: &str, key: &str, new: Value| {
        house.post(&format!("/v1/{place}"), key, &new).send().await
    };
    let chart = json!({ "description": "Servicos", "active": false });
    let chart = save("chart_accounts", "a", chart).await.expect(201);
    let again =
        save("chart_accounts", "b", json!({ "description": " Serviços" })).await.expect(201);
    assert_eq!((&again["id"], &again["active"]), (&chart["id"], &json!(true)));
    let long = json!({ "description": "x".repeat(61) });
    assert_eq!(save("cost_centers", "c", long).await.faults(), ["description too_long"]);
    let center = save("cost_centers", "d", json!({ "description": "Filial Sul" })).await;
    let center = center.expect(201)["id"].as_str().unwrap().to_owned();
    let listed = house.get("/v1/chart_accounts").send().await.expect(200);
    assert_eq!(
        listed["data"],
        json!([{ "id": chart["id"], "description": "Serviços", "active": true }])
    );
    let theirs = house.get("/v1/cost_centers").token(&house.theirs.token).send().await;
    assert_eq!(theirs.expect(200)["data"], json!([]));
    let mut new = boleto("P1");
    new["chart_account"] = json!("SERVICOS");
    new["cost_center"] = json!(center);
    new["note"] = json!("ligar antes");
    let issued = issue(house, &new).await;
    let charge = charge_of(house, &issued).await;
    assert_eq!(charge["chart_account"], "Serviços");
    assert_eq!(charge["cost_center"], "Filial Sul");
    assert_eq!(charge["note"], "ligar antes");
    let found = async |query: &str| {
        let list = house.get(&format!("/v1/boletos?{query}")).send().await.expect(200);
        list["data"].as_array().unwrap().len()
    };
    assert_eq!(found("chart_account=servi%C3%A7os").await, 1);
    assert_eq!(found("chart_account=outra").await, 0);
    assert_eq!(found(&format!("cost_center={center}")).await, 1);

    ana.post(house, &format!("/centros-de-custo/{center}"), &[("description", "Filial Sul")]).await;
    new["document_number"] = json!("P2");
    new["chart_account"] = json!("Sonhos");
    new["note"] = json!("x".repeat(501));
    let wrong = house.post("/v1/boletos", "P2", &new).send().await;
    let faults = ["chart_account not_found", "cost_center inactive", "note too_long"];
    assert_eq!(wrong.faults(), faults);

    let header = "Número;Nome;CPF/CNPJ;Rua;Bairro;Cidade;UF;CEP;Valor;Vencimento;Plano de contas;\
                  Observação interna";
    let row = |number: &str, chart: &str| {
        format!(
            "{number};Maria;123.456.789-09;Rua A;Centro;Belo Horizonte;MG;30110-000;10,00;\
             15/12/2026;{chart};veio do lote"
        )
    };
    let file = format!("{header}\r\n{}\r\n{}\r\n", row("L1", "serviços"), row("L2", "Sonhos"));
    let at = batch::draft(house, &ana, file.as_bytes()).await;
    let page = ana.get(house, &at).await.text();
    assert!(page.contains("não há «Sonhos» em «Plano de contas»"), "{page}");
    let started = ana.post(house, &format!("{at}/emitir"), &[("without_bad", "1")]).await;
    assert_eq!(started.status, 303);
    house.work();
    let list = house.get("/v1/boletos?document_number=L1").send().await.expect(200);
    let charge = charge_of(house, &list["data"][0]).await;
    assert_eq!(
        (&charge["chart_account"], &charge["note"]),
        (&json!("Serviços"), &json!("veio do lote"))
    );
}

async fn classification_survives_another_boleto(house: &House) {
    let ana = Person::administrator(house).await;
    entry(house, &ana, "/plano-de-contas", "Serviços").await;
    let mut new = boleto("R1");
    new["chart_account"] = json!("Serviços");
    new["note"] = json!("fica");
    let issued = issue(house, &new).await;
    house.work();
    let id = issued["id"].as_str().unwrap();
    let fields = [("key", "k1"), ("reemitir_amount", "900")];
    let replaced = ana.post(house, &format!("/boletos/{id}/reemitir"), &fields).await;
    assert_eq!(replaced.status, 303);
    for _ in 0..3 {
        house.work();
    }
    let list = house.get("/v1/boletos").send().await.expect(200);
    let newest = &list["data"][0];
    assert_eq!((&newest["amount"], &newest["charge_id"]), (&json!(90_000), &issued["charge_id"]));
    let charge = charge_of(house, newest).await;
    assert_eq!((&charge["chart_account"], &charge["note"]), (&json!("Serviços"), &json!("fica")));

    // By a program that replaces a cancelled one: silence keeps, an empty text empties.
    let id = newest["id"].as_str().unwrap();
    let path = format!("/v1/boletos/{id}/cancel");
    house.post(&path, "c", &json!({})).send().await.expect(202);
    for _ in 0..3 {
        house.work();
    }
    let mut again = boleto("R1");
    again["replaces"] = json!(id);
    again["note"] = json!("");
    let third = house.post("/v1/boletos", "R1-3", &again).send().await.expect(201);
    let charge = charge_of(house, &third).await;
    assert_eq!((&charge["chart_account"], &charge["note"]), (&json!("Serviços"), &json!("")));
}

async fn registers_belong_to_one_company(house: &House) {
    let ana = Person::administrator(house).await;
    let ours = entry(house, &ana, "/plano-de-contas", "Nossa").await;
    let mut new = boleto("T1");
    new["chart_account"] = json!(ours);
    let theirs = house.post("/v1/boletos", "T1", &new).token(&house.theirs.token).send().await;
    assert_eq!(theirs.faults(), ["chart_account not_found"]);
    let mut other = boleto("T2");
    other["note"] = json!("segredo deles");
    let other = house.post("/v1/boletos", "T2", &other).token(&house.theirs.token).send().await;
    let other = other.expect(201);
    let id = other["id"].as_str().unwrap();
    let path = format!("/boletos/{id}/classificar");
    assert_eq!(ana.post(house, &path, &[("classificar_note", "x")]).await.status, 404);
    assert!(!ana.get(house, "/boletos/exportar.csv").await.text().contains("segredo"));
    assert_eq!(ana.get(house, "/centros-de-custo/nada").await.status, 404);
    assert_eq!(ana.get(house, &format!("/centros-de-custo/{ours}")).await.status, 404);
}

async fn receipts_go_to_the_accountant(house: &House) {
    let ana = Person::administrator(house).await;
    entry(house, &ana, "/plano-de-contas", "Serviços").await;
    let mut early = boleto("E1");
    early["amount"] = json!(10_000);
    early["discounts"] = json!([{ "date": "2026-12-01", "face_value": 500 }]);
    early["chart_account"] = json!("Serviços");
    let early = issue(house, &early).await;
    let mut late = boleto("E2");
    late["expiration_date"] = json!("2026-11-23");
    late["fine"] = json!({ "value": "2.00" });
    late["interest"] = json!({ "value": "1.00" });
    let late = issue(house, &late).await;
    house.work();
    let read = async |boleto: &Value| {
        let path = format!("/v1/boletos/{}", boleto["id"].as_str().unwrap());
        house.get(&path).send().await.expect(200)
    };
    let (early, late) = (read(&early).await, read(&late).await);
    pay(house, &early, Means::Pix);
    settled(house, &early).await;
    house.clock.pass(3 * 24 * 3600);
    house.work();
    pay(house, &late, Means::Boleto);
    house.clock.pass(24 * 3600);
    settled(house, &late).await;

    let page = ana.get(house, "/recebimentos?from=01%2F11&to=hoje").await;
    assert_eq!(page.status, 200);
    let text = page.text();
    for said in ["23/11/2026", "R$\u{a0}95,00", "2 recebimentos", "calculados pelos parâmetros"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains("o banco não disse a tarifa"));

    // To programs, a page at a time.
    let path = "/v1/receipts/booked?from=2026-11-01&to=2026-12-31&limit=1";
    let first = house.get(path).send().await.expect(200);
    let line = &first["data"][0];
    assert_eq!(line["document_number"], "E1");
    assert_eq!((&line["amount"], &line["nominal"]), (&json!(9_500), &json!(10_000)));
    assert_eq!((&line["discount"], &line["fine"]), (&json!(500), &json!(0)));
    assert_eq!((&line["calculated"], &line["fee"]), (&json!(true), &Value::Null));
    assert_eq!((&line["net"], &line["chart_account"]), (&Value::Null, &json!("Serviços")));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = house.get(&format!("{path}&cursor={cursor}")).send().await.expect(200);
    let line = &second["data"][0];
    assert_eq!((&line["document_number"], &second["next_cursor"]), (&json!("E2"), &Value::Null));
    assert_eq!(line["fine"], 2_500);
    let amount = line["amount"].as_i64().unwrap();
    assert_eq!(amount, 125_000 + 2_500 + line["interest"].as_i64().unwrap());
    let stranger = house.get(path).token(&house.theirs.token).send().await.expect(200);
    assert_eq!(stranger["data"], json!([]));
    let broken = house.get(&format!("{path}&cursor=ontem")).send().await;
    assert_eq!(broken.faults(), ["cursor invalid"]);

    // The fee that the company typed is marked as such.
    let account = format!("/contas/{}", house.ours.account_id);
    let register = [("description", "Conta 7654321"), ("status", "active"), ("fee", "2,50")];
    assert_eq!(ana.post(house, &account, &register).await.status, 303);
    let csv = ana.get(house, "/recebimentos/exportar.csv?from=2026-11-01&to=2026-12-31").await;
    let name = "attachment; filename=\"recebimentos-2026-11-01-a-2026-12-31.csv\"";
    assert_eq!(csv.header("content-disposition"), Some(name));
    let text = csv.text();
    assert_eq!(text.lines().count(), 3, "{text}");
    let line = text.lines().nth(1).unwrap();
    let row = ";E1;";
    assert!(line.starts_with("23/11/2026;23/11/2026;23/11/2026") && line.contains(row), "{line}");
    let end = ";Pix;95,00;0,00;0,00;5,00;calculados pelos parâmetros;2,50;prevista (digitada);92,50;;Serviços;";
    assert!(line.ends_with(end), "{line}");
    let by_day = "/recebimentos/por-dia.csv?from=2026-11-01&to=2026-12-31";
    let by_day = ana.get(house, by_day).await.text();
    let day = by_day.lines().nth(1).unwrap();
    assert_eq!(day, "23/11/2026;1;95,00;0,00;0,00;5,00;0;2,50;0;92,50");
    assert_eq!(by_day.lines().count(), 3);
    let xlsx = "/recebimentos/exportar.xlsx?from=2026-11-01&to=2026-12-31";
    let xlsx = ana.get(house, xlsx).await;
    assert_eq!(xlsx.status, 200);
    let lines = super::boletos::unzip(&xlsx.body, "xl/worksheets/sheet1.xml");
    assert!(lines.contains("<v>92.5</v>") && lines.contains("<v>95</v>"));
    let days = super::boletos::unzip(&xlsx.body, "xl/worksheets/sheet2.xml");
    assert!(days.contains("<v>92.5</v>"));
    let elsewhere = format!("/recebimentos?from=2026-11-01&account_id={}", house.theirs.account_id);
    assert!(ana.get(house, &elsewhere).await.text().contains("Nada entrou neste período"));
}

async fn a_period_is_asked_for_properly(house: &House) {
    let ana = Person::administrator(house).await;
    let empty = ana.get(house, "/recebimentos").await;
    assert_eq!(empty.status, 200);
    assert!(empty.text().contains("value=\"01/11/2026\"") && empty.text().contains("Nada entrou"));
    for (query, said) in [
        ("from=nunca", "não é uma data"),
        ("from=10%2F12%2F2026&to=01%2F12%2F2026", "o fim vem antes do começo"),
        ("from=01%2F01%2F2020&to=01%2F01%2F2026", "escolha até 366 dias"),
    ] {
        let page = ana.get(house, &format!("/recebimentos?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.text().contains(said), "{query}");
        for file in ["exportar.csv", "exportar.xlsx", "por-dia.csv"] {
            let file = ana.get(house, &format!("/recebimentos/{file}?{query}")).await;
            assert_eq!(file.status, 422, "{query}");
        }
    }
    let none = house.get("/v1/receipts/booked").send().await;
    assert_eq!(none.faults(), ["from missing", "to missing"]);
    let attendant = Person::with_role(house, Role::Attendant).await;
    assert_eq!(attendant.get(house, "/recebimentos").await.status, 403);
}

async fn what_is_not_known_is_not_said(house: &House) {
    let ana = Person::administrator(house).await;
    let paid = house.registered("U1").await;
    let target = paid["our_number"].as_str().unwrap().to_owned();
    let amount = Some(quita_core::money::Money::from_cents(123_400));
    house.bank.control(&Control::Pay { target, means: Means::Pix, amount });
    settled(house, &paid).await;
    let text = ana.get(house, "/recebimentos/exportar.csv").await.text();
    let line = text.lines().nth(1).unwrap();
    assert!(line.ends_with(";Pix;1234,00;;;;não informados;;não informada;;;;"), "{line}");
    let page = ana.get(house, "/recebimentos").await.text();
    assert!(page.contains("De 1 recebimento não se sabe quanto foi de juros"));

    // What was given back is told beside it.
    let id = paid["id"].as_str().unwrap().to_owned();
    let back = Fact::Reversed {
        id: Some("D1".into()),
        amount: quita_core::money::Money::from_cents(1_000),
    };
    let learned = house.world.tx(move |tx, mut ids| {
        learn(tx, &mut ids, &id, Channel::PixQuery, std::slice::from_ref(&back)).map(|_| ())
    });
    learned.unwrap();
    let text = ana.get(house, "/recebimentos/exportar.csv").await.text();
    assert!(text.lines().nth(1).unwrap().ends_with(";não informada;;10,00;;"), "{text}");
    let page = ana.get(house, "/recebimentos").await.text();
    assert!(page.contains("De 1 recebimento o banco devolveu ou estornou algo"));
}

async fn printing_is_noted_once(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.registered("I1").await["id"].as_str().unwrap().to_owned();
    let row = format!("/boletos/{id}/linha");
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let pdf = format!("/boletos/{id}/pdf");
    assert_eq!(reader.get(house, &pdf).await.status, 200);
    house.get(&format!("/v1{pdf}")).send().await;
    let before = ana.get(house, &row).await.text();
    assert!(!before.contains("23/11/2026 12:") && before.contains("<td>direto</td>"), "{before}");
    assert_eq!(ana.get(house, &pdf).await.status, 200);
    let noted = ana.get(house, &row).await.text();
    assert!(noted.contains("23/11/2026 12:") && noted.contains("Ana"), "{noted}");
    house.clock.pass(24 * 3600);
    assert_eq!(ana.post(house, "/boletos/pdf", &[("ids", &id)]).await.status, 200);
    assert_eq!(ana.get(house, &row).await.text(), noted);
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert_eq!(page.matches("Impresso pela primeira vez").count(), 1);
    let csv = ana.get(house, "/boletos/exportar.csv").await.text();
    assert!(csv.contains(";23/11/2026 12:"), "{csv}");

    let second = house.registered("I2").await["id"].as_str().unwrap().to_owned();
    let both = [("ids", id.as_str()), ("ids", second.as_str())];
    assert_eq!(ana.post(house, "/boletos/pdf", &both).await.status, 200);
    let row = ana.get(house, &format!("/boletos/{second}/linha")).await.text();
    assert!(row.contains("24/11/2026 12:"), "{row}");
}

async fn what_the_bank_does_not_offer_is_greyed(house: &House) {
    let ana = Person::administrator(house).await;
    let id = house.registered("G1").await["id"].as_str().unwrap().to_owned();
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    let abatement =
        "não oferece abatimento depois do registro; use «Cancelar e reemitir» com o novo valor";
    assert!(page.contains(abatement), "{page}");
    for name in ["abatimento", "protesto", "negativacao"] {
        let button = format!("<button disabled aria-describedby=\"{name}-porque\">");
        assert!(page.contains(&button), "{name}");
    }
    // While it can be paid, how long that takes.
    assert!(page.contains("Do pagamento ao crédito: "));

    let mut proposal = boleto("G2");
    proposal["invoice_type"] = json!("proposal");
    let proposal = issue(house, &proposal).await;
    house.work();
    let page = ana.get(house, &format!("/boletos/{}", proposal["id"].as_str().unwrap())).await;
    assert!(page.text().contains("nunca é protestado nem negativado"));
    house.bank.control(&Control::Pay {
        target: id_number(house, &id).await,
        means: Means::Pix,
        amount: None,
    });
    settled(house, &json!({ "id": id })).await;
    let page = ana.get(house, &format!("/boletos/{id}")).await.text();
    assert!(!page.contains("Do pagamento ao crédito") && !page.contains("não oferece abatimento"));
}

async fn id_number(house: &House, id: &str) -> String {
    let boleto = house.get(&format!("/v1/boletos/{id}")).send().await.expect(200);
    boleto["our_number"].as_str().unwrap().to_owned()
}

async fn new_boletos_are_told_beside_the_list(house: &House) {
    let ana = Person::administrator(house).await;
    let first = issue(house, &boleto("A1")).await;
    let list = ana.get(house, "/boletos?status=due").await.text();
    let news = list.split("data-subject=\"boletos-novos\" data-refresh=\"").nth(1).unwrap();
    let news = news.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(news, format!("/boletos/novos?depois=&status=due"));
    let all = ana.get(house, "/boletos").await.text();
    let after = format!("/boletos/novos?depois={}", first["id"].as_str().unwrap());
    assert!(all.contains(&format!("data-refresh=\"{after}\"")));
    assert!(!ana.get(house, &after).await.text().contains("mostrar"));

    issue(house, &boleto("A2")).await;
    let mut other = boleto("A3");
    other["expiration_date"] = json!("2027-01-20");
    issue(house, &other).await;
    let told = ana.get(house, &after).await.text();
    assert!(told.contains("2 novos boletos – mostrar") && told.contains("href=\"/boletos?\""));
    let some = ana.get(house, &format!("{after}&expiration_to=2026-12-31")).await.text();
    assert!(some.contains("1 novo boleto – mostrar"), "{some}");
    // Not registered yet, so not to fall due.
    assert!(!ana.get(house, &news).await.text().contains("mostrar"));
    house.work();
    assert!(ana.get(house, &news).await.text().contains("3 novos boletos"));
    let page = ana.get(house, "/boletos?antes=ffffffff").await.text();
    assert!(!page.contains("boletos-novos"));
}

async fn a_batch_is_a_filter(house: &House) {
    let ana = Person::administrator(house).await;
    issue(house, &boleto("FORA")).await;
    let file = "Número;Nome;CPF/CNPJ;Rua;Bairro;Cidade;UF;CEP;Valor;Vencimento\r\n\
                B1;Maria;123.456.789-09;Rua A;Centro;Belo Horizonte;MG;30110-000;10,00;15/12/2026\r\n\
                B2;Maria;123.456.789-09;Rua A;Centro;Belo Horizonte;MG;30110-000;20,00;15/12/2026\r\n";
    let at = batch::draft(house, &ana, file.as_bytes()).await;
    assert_eq!(ana.post(house, &format!("{at}/emitir"), &[]).await.status, 303);
    house.work();
    let page = ana.get(house, &at).await.text();
    let id = at.rsplit('/').next().unwrap();
    let address = format!("/boletos?batch_id={id}");
    assert!(page.contains(&format!("href=\"{address}\"")), "{page}");
    let list = ana.get(house, &address).await.text();
    assert!(
        list.contains("Só os boletos de um lote.") && list.contains("Total do filtro: 2 boletos")
    );
    assert!(list.contains("R$\u{a0}30,00") && !list.contains("\">FORA<"));
    let csv = ana.get(house, &format!("/boletos/exportar.csv?batch_id={id}")).await.text();
    assert_eq!(csv.lines().count(), 3);
}

async fn one_failure_stops_no_other_cancellation(house: &House) {
    let ana = Person::administrator(house).await;
    let mut ids = Vec::new();
    for number in ["C1", "C2", "C3"] {
        ids.push(house.registered(number).await["id"].as_str().unwrap().to_owned());
        house.clock.pass(1);
    }
    let spoilt = ids[1].clone();
    house
        .world
        .store
        .tx(move |tx| {
            tx.exec(RECEIPT, params![&spoilt])?;
            tx.exec(SPOIL, params![&spoilt])
        })
        .unwrap();
    let mut fields = vec![("request", "r1"), ("reason", "")];
    fields.extend(ids.iter().map(|id| ("ids", id.as_str())));
    let done = ana.post(house, "/boletos/baixar/confirmar", &fields).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let text = done.text();
    assert!(text.contains("2 de 3 pedidos anotados"), "{text}");
    assert_eq!(text.matches("Cancelamento pedido ao banco").count(), 2);
    assert_eq!(text.matches("algo falhou deste lado").count(), 1);
    house.work();
    for (id, wanted) in [(&ids[0], "CANCELLED"), (&ids[2], "CANCELLED")] {
        let boleto = house.get(&format!("/v1/boletos/{id}")).send().await.expect(200);
        assert_eq!(boleto["status"], wanted);
    }
}

async fn issuing_empties_no_register(house: &House) {
    let ana = Person::administrator(house).await;
    let mut known = customer();
    known["email"] = json!("maria@example.com");
    known["phone"] = json!("31999990000");
    let saved = house.post("/v1/customers", "c1", &known).send().await.expect(201);
    let path = format!("/v1/customers/{}", saved["id"].as_str().unwrap());
    let read = async || house.get(&path).send().await.expect(200);
    issue(house, &boleto("D1")).await;
    let fields = [
        ("key", "chave-1"),
        ("customer_kind", "new"),
        ("customer.document", "123.456.789-09"),
        ("customer.legal_name", "Maria Exemplo da Silva"),
        ("customer.phone", "31 98888-0000"),
        ("customer.address.street", "Rua Nova"),
        ("customer.address.city", "Contagem"),
        ("customer.address.state", "MG"),
        ("customer.address.postal_code", "32010-000"),
        ("document_number", "78"),
        ("amount", "100"),
        ("expiration_date", "15/12"),
    ];
    assert_eq!(ana.post(house, "/boletos/emitir", &fields).await.status, 303);
    let now = read().await;
    // What was said is new, what was not stays.
    assert_eq!((&now["email"], &now["phone"]), (&known["email"], &json!("31 98888-0000")));
    assert_eq!(now["legal_name"], "Maria Exemplo da Silva");
    assert_eq!(now["address"]["city"], "Contagem");

    // The register itself says all of a customer.
    house.post("/v1/customers", "c2", &customer()).send().await.expect(201);
    assert_eq!(read().await["email"], "");
}

async fn a_zero_byte_in_an_address_is_refused(house: &House) {
    let ana = Person::administrator(house).await;
    for address in [
        "/boletos?customer=a%00b",
        "/boletos?document_number=%00",
        "/boletos/novos?depois=%00",
        "/boletos/emitir?de=%00",
        "/boletos/emitidos?ids=%00",
        "/clientes?q=%00",
        "/recebimentos?account_id=%00",
    ] {
        let page = ana.get(house, address).await;
        assert_eq!(page.status, 400, "{address}");
        assert!(page.text().contains("U+0000"), "{address}");
    }
    for address in ["/boletos/%00", "/boletos/%00/linha", "/plano-de-contas/%00"] {
        assert_eq!(ana.get(house, address).await.status, 404, "{address}");
    }
    let payer = house.call("GET", "/p/%00").no_token().at(&house.public).send().await;
    assert_eq!(payer.status, 404);
    let text = ana.get(house, "/boletos?customer=%2500").await;
    assert_eq!(text.status, 200);
}

async fn the_fee_is_projected(house: &House) {
    let ana = Person::administrator(house).await;
    let typed = [("amount", "100"), ("expiration_date", "15/12"), ("count", "3")];
    let preview = async || ana.post(house, "/boletos/emitir/previa", &typed).await.text();
    assert!(preview().await.contains("o banco não informa antes da liquidação"));
    let account = format!("/contas/{}", house.ours.account_id);
    let register = |fee: &'static str| [("description", "C"), ("status", "active"), ("fee", fee)];
    let wrong = ana.post(house, &account, &register("muito")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("não é um valor") && wrong.text().contains("value=\"muito\""));
    assert_eq!(ana.post(house, &account, &register("1.001,00")).await.status, 422);
    assert_eq!(ana.post(house, &account, &register("2,50")).await.status, 303);
    assert!(ana.get(house, &account).await.text().contains("value=\"2,50\""));
    let shown = preview().await;
    assert!(shown.contains("Tarifa prevista: R$\u{a0}7,50 (3 × R$\u{a0}2,50)"), "{shown}");
    let listed = house.get("/v1/accounts").send().await.expect(200);
    assert_eq!(listed["data"][0]["fee"], 250);
}
