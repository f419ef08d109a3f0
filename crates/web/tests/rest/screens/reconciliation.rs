//! «Conciliação»: what explains the lines of statements, by itself and by hand.

use jiff::civil::date;
use quita_banks::simulator::Control;
use quita_core::bank_line::BankLine;
use quita_core::fact::Means;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_engine::desk::people::Role;
use quita_engine::desk::reconciliation::{self, Done};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::matches;
use serde_json::{Value, json};

use super::Person;
use crate::house::{House, Tenant, boleto};

crate::on_both_databases! {
what_is_certain_is_matched_once two_runs_at_once_give_one_match
what_was_undone_waits_for_a_person a_second_payment_is_shown_as_one
a_person_splits_and_names_differences a_rejected_pair_stays_away
what_was_thought_is_thought_again_where_it_changed
programs_reconcile_too nothing_of_another_company_is_touched  the_screen_shows_and_decides the_screen_splits_between_boletos many_are_accepted_after_a_look
whoever_only_reads_decides_nothing a_period_is_exported }

/// A line of 24 November, of so many cents.
pub(crate) fn line(cents: i64, memo: &str) -> BankLine {
    BankLine::new(date(2026, 11, 24), Money::from_cents(cents), memo)
}

/// Puts lines into the statement of a company, as a look at it would; gives their ids.
pub(crate) fn stated(house: &House, tenant: &Tenant, lines: &[BankLine]) -> Vec<String> {
    let (company, account) = (tenant.actor.company_id.clone(), tenant.account_id.clone());
    let lines = lines.to_vec();
    house
        .world
        .tx(move |tx, mut ids| {
            let (import_id, now) = (ids.next_id(), ids.now());
            matches::insert_look(tx, &import_id, &company, &account, now)?;
            let mut made = Vec::new();
            for line in &lines {
                let kept = KeptLine {
                    id: ids.next_id(),
                    company_id: company.clone(),
                    account_id: account.clone(),
                    line: line.clone(),
                    source: Source::Ofx,
                    provisional: false,
                    import_id: import_id.clone(),
                    status: Status::Open,
                    doubt: None,
                    created_at: now,
                    updated_at: now,
                    missing: None,
                };
                bank_lines::insert(tx, &kept)?;
                made.push(kept.id);
            }
            Ok(made)
        })
        .unwrap()
}

/// A registered boleto of so many cents; its id.
pub(crate) async fn registered(house: &House, number: &str, cents: i64) -> Value {
    let mut order = boleto(number);
    order["amount"] = json!(cents);
    let issued =
        house.post("/v1/boletos", &number.replace(" ", "-"), &order).send().await.expect(201);
    house.work();
    let path = format!("/v1/boletos/{}", issued["id"].as_str().unwrap());
    house.get(&path).send().await.expect(200)
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

fn named(cents: i64, boleto: &Value) -> BankLine {
    let our_number = boleto["our_number"].as_str().map(str::to_owned);
    BankLine { our_number, ..line(cents, "LIQUIDACAO BOLETO") }
}

fn run(house: &House) -> Done {
    reconciliation::run(&house.world, &house.ours.account_id).unwrap()
}

async fn all_matches(house: &House) -> Vec<Value> {
    house.get("/v1/matches").send().await.expect(200)["data"].as_array().unwrap().clone()
}

async fn pending(house: &House) -> Vec<String> {
    let list = house.get("/v1/pending").send().await.expect(200);
    let all = list["data"].as_array().unwrap();
    all.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

async fn what_is_certain_is_matched_once(house: &House) {
    let paid = registered(house, "NF 1", 10_000).await;
    let open = registered(house, "NF 2", 20_000).await;
    house.bank.control(&Control::Pay {
        target: paid["our_number"].as_str().unwrap().to_owned(),
        means: Means::Boleto,
        amount: None,
    });
    house.clock.pass(24 * 3600);
    house.work();
    let lines = [
        named(10_000, &paid),
        named(20_000, &open),
        line(-250, "TARIFA LIQUIDACAO COBRANCA"),
        line(-90_000, "PIX ENVIADO FORNECEDOR"),
        line(33_333, "DEPOSITO"),
    ];
    stated(house, &house.ours, &lines);
    assert_eq!(run(house), Done { matched: 2, fees: 1, again: false });
    assert_eq!(run(house), Done::default());
    let all = all_matches(house).await;
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|one| one["automatic"] == true), "{all:?}");
    let of_open = all.iter().find(|one| one["line"]["amount"] == 20_000).unwrap();
    assert_eq!(of_open["boletos"][0]["boleto_id"], open["id"]);
    assert_eq!(of_open["boletos"][0]["document_number"], "NF 2");
    assert_eq!(of_open["reasons"][0], "our_number");
    // A line settles nothing by itself: a person is told.
    let path = format!("/v1/boletos/{}", id(&open));
    assert_eq!(house.get(&path).send().await.expect(200)["status"], "REGISTERED");
    assert_eq!(pending(house).await, ["line_without_settlement"]);
    let settle = json!({ "paid_on": "2026-11-23", "amount": 20_000 });
    house.post(&format!("{path}/settle_by_hand"), "baixa", &settle).send().await.expect(202);
    assert_eq!(pending(house).await, [] as [&str; 0]);
    house.work();
    let events = house.get("/v1/events?limit=200").send().await.expect(200);
    let events = events["data"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["kind"] == "line.matched").count(), 3);
    let company = house.ours.actor.company_id.clone();
    let subject = of_open["line"]["id"].as_str().unwrap().to_owned();
    let written = house
        .world
        .store
        .read(move |tx| quita_store::audit::of_subject(tx, &company, &subject, 100))
        .unwrap();
    assert!(written.is_empty());
    let (company, account) = (house.ours.actor.company_id.clone(), house.ours.account_id.clone());
    let written = house
        .world
        .store
        .read(move |tx| quita_store::audit::of_subject(tx, &company, &account, 100))
        .unwrap();
    let entry = written.iter().find(|entry| entry.action == "lines.matched").unwrap();
    assert!(entry.details.contains(of_open["line"]["id"].as_str().unwrap()));
}

async fn two_runs_at_once_give_one_match(house: &House) {
    let mut lines = Vec::new();
    for n in 0..12 {
        let boleto = registered(house, &format!("NF {n}"), 10_000 + n).await;
        lines.push(named(10_000 + n, &boleto));
    }
    stated(house, &house.ours, &lines);
    let matched: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| run(house).matched)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    assert_eq!(matched, 12);
    assert_eq!(run(house), Done::default());
    assert_eq!(all_matches(house).await.len(), 12);
}

async fn what_was_undone_waits_for_a_person(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let lines = stated(house, &house.ours, &[named(10_000, &boleto)]);
    assert_eq!(run(house).matched, 1);
    let found = all_matches(house).await.remove(0);
    let undo = format!("/v1/matches/{}/undo", id(&found));
    for _ in 0..2 {
        let undone = house.call("POST", &undo).send().await.expect(200);
        assert!(undone["undone_at"].is_string(), "{undone}");
    }
    assert_eq!(pending(house).await, [] as [&str; 0]);
    assert_eq!(run(house), Done::default(), "left to a person");
    let path = format!("/v1/statement_lines/{}/suggestions", lines[0]);
    let suggested = house.get(&path).send().await.expect(200);
    assert_eq!(suggested["suggestions"][0]["boletos"][0]["boleto_id"], boleto["id"]);
    let body = json!({ "boletos": [{ "boleto_id": id(&boleto) }] });
    let matched = format!("/v1/statement_lines/{}/match", lines[0]);
    let first = house.call("POST", &matched).json(&body).send().await.expect(200);
    assert_eq!(first["reasons"][0], "our_number", "a suggestion keeps its reasons");
    assert_eq!(first["automatic"], false);
    // The same again is the same; another one is refused.
    let again = house.call("POST", &matched).json(&body).send().await.expect(200);
    assert_eq!(again["id"], first["id"]);
    let ignore = format!("/v1/statement_lines/{}/ignore", lines[0]);
    house.call("POST", &ignore).json(&json!({})).send().await.problem(409, "already_explained");
    let all = all_matches(house).await;
    assert_eq!(all.len(), 2, "what was undone stays as history");
}

async fn a_second_payment_is_shown_as_one(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    stated(house, &house.ours, &[named(10_000, &boleto)]);
    assert_eq!(run(house).matched, 1);
    house.clock.pass(60);
    stated(house, &house.ours, &[named(10_000, &boleto)]);
    assert_eq!(run(house).matched, 1);
    let all = all_matches(house).await;
    assert_eq!(all[0]["difference"]["kind"], "paid_twice", "{all:?}");
    assert_eq!(all[1]["difference"]["kind"], "due", "{all:?}");
    let mut told = pending(house).await;
    told.sort();
    assert_eq!(told, ["line_paid_twice", "line_without_settlement"]);
    house.call("POST", &format!("/v1/matches/{}/undo", id(&all[0]))).send().await.expect(200);
    assert_eq!(pending(house).await, ["line_without_settlement"]);
}

async fn a_person_splits_and_names_differences(house: &House) {
    let one = registered(house, "NF 1", 10_000).await;
    let two = registered(house, "NF 2", 25_000).await;
    let three = registered(house, "NF 3", 40_000).await;
    let lines = [
        line(35_000, "DEPOSITO EM DINHEIRO"),
        line(39_500, "DEPOSITO"),
        line(-1_234, "COMPRA"),
        line(777, "RENDIMENTO"),
    ];
    let lines = stated(house, &house.ours, &lines);
    let post = |line: &str, what: &str, body: Value| {
        house.call("POST", &format!("/v1/statement_lines/{line}/{what}")).json(&body)
    };
    let both = json!({ "boletos": [{ "boleto_id": id(&one) }, { "boleto_id": id(&two) }] });
    let split = post(&lines[0], "match", both).send().await.expect(200);
    assert_eq!(split["boletos"].as_array().unwrap().len(), 2);
    let amounts: i64 =
        split["boletos"].as_array().unwrap().iter().map(|b| b["amount"].as_i64().unwrap()).sum();
    assert_eq!(amounts, 35_000);
    let third = json!({ "boletos": [{ "boleto_id": id(&three) }] });
    let refused = post(&lines[1], "match", third.clone()).send().await;
    assert_eq!(refused.faults(), ["difference missing"]);
    assert!(refused.text().contains("5,00"), "{}", refused.text());
    let mut wrong = third.clone();
    wrong["difference"] = json!("interest");
    assert_eq!(post(&lines[1], "match", wrong).send().await.faults(), ["difference invalid"]);
    let mut fee = third;
    fee["difference"] = json!("fee");
    let net = post(&lines[1], "match", fee).send().await.expect(200);
    assert_eq!((&net["fee"], &net["boletos"][0]["amount"]), (&json!(500), &json!(40_000)));
    let debit = post(&lines[2], "match", json!({ "boletos": [{ "boleto_id": id(&one) }] }));
    debit.send().await.problem(409, "outgoing");
    let other = json!({ "kind": "other" });
    assert_eq!(post(&lines[2], "explain", other).send().await.faults(), ["note missing"]);
    let other = json!({ "kind": "other", "note": "Material de escritório" });
    let explained = post(&lines[2], "explain", other).send().await.expect(200);
    assert_eq!(explained["line"]["status"], "explained");
    let ignored = post(&lines[3], "ignore", json!({})).send().await.expect(200);
    assert_eq!(ignored["kind"], "ignored");
    let totals = reconciliation::totals(&house.world, &house.ours.actor).unwrap();
    assert_eq!((totals.open().count, totals.outgoing.count, totals.share()), (0, 0, Some(100)));
}

async fn a_rejected_pair_stays_away(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let lines = stated(house, &house.ours, &[named(10_000, &boleto)]);
    let reject = format!("/v1/statement_lines/{}/reject", lines[0]);
    let pair = json!({ "boleto_id": id(&boleto) });
    for _ in 0..2 {
        assert_eq!(house.call("POST", &reject).json(&pair).send().await.status, 204);
    }
    assert_eq!(run(house), Done::default());
    let path = format!("/v1/statement_lines/{}/suggestions", lines[0]);
    let suggested = house.get(&path).send().await.expect(200);
    assert_eq!(suggested["suggestions"], json!([]), "{suggested}");
    assert!(suggested["why_not_text"].is_string(), "{suggested}");
    // A person may still think better of it.
    let body = json!({ "boletos": [pair] });
    let path = format!("/v1/statement_lines/{}/match", lines[0]);
    let matched = house.call("POST", &path).json(&body).send().await.expect(200);
    assert_eq!(matched["boletos"][0]["amount"], 10_000);
}

async fn what_was_thought_is_thought_again_where_it_changed(house: &House) {
    let one = registered(house, "NF 1", 10_000).await;
    let other = registered(house, "NF 2", 10_000).await;
    let lines = stated(house, &house.ours, &[by_the_customer(10_000), by_the_customer(10_000)]);
    let first = async || {
        let path = format!("/v1/statement_lines/{}/suggestions", lines[0]);
        let found = house.get(&path).send().await.expect(200)["suggestions"][0].clone();
        (found["boletos"][0]["boleto_id"].as_str().unwrap().to_owned(), found)
    };
    let (before, _) = first().await;
    assert_eq!(first().await.0, before, "a second look says the same");
    let body = json!({ "boletos": [{ "boleto_id": before }] });
    let path = format!("/v1/statement_lines/{}/match", lines[1]);
    house.call("POST", &path).json(&body).send().await.expect(200);
    let (after, found) = first().await;
    let left = if before == id(&one) { id(&other) } else { id(&one) };
    assert_eq!(after, left, "{found}");
    let reject = format!("/v1/statement_lines/{}/reject", lines[0]);
    house.call("POST", &reject).json(&json!({ "boleto_id": left })).send().await;
    assert_ne!(first().await.0, left);
}

async fn programs_reconcile_too(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let lines = stated(house, &house.ours, &[named(10_000, &boleto), line(-300, "TARIFA")]);
    assert_eq!(run(house), Done { matched: 1, fees: 1, again: false });
    let page = house.get("/v1/matches?limit=1").send().await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = house.get(&format!("/v1/matches?limit=1&cursor={next}")).send().await.expect(200);
    assert!(rest["next_cursor"].is_null(), "{rest}");
    let since = house.get("/v1/matches?from=2026-11-25").send().await.expect(200);
    assert_eq!(since["data"], json!([]));
    let by_hand = house.get("/v1/matches?by=person").send().await.expect(200);
    assert_eq!(by_hand["data"], json!([]));
    assert_eq!(house.get("/v1/matches?from=ontem").send().await.faults(), ["from invalid"]);
    let reader = house.token(&[quita_engine::desk::Permission::Read]);
    house.get("/v1/matches").token(&reader).send().await.expect(200);
    let undo = format!("/v1/matches/{}/undo", id(&page["data"][0]));
    house.call("POST", &undo).token(&reader).send().await.problem(403, "forbidden");
    for what in ["match", "explain", "ignore", "reject"] {
        let body = match what {
            "match" => json!({ "boletos": [] }),
            "explain" => json!({ "kind": "fee" }),
            "ignore" => json!({}),
            _ => json!({ "boleto_id": id(&boleto) }),
        };
        let path = format!("/v1/statement_lines/{}/{what}", lines[0]);
        let refused = house.call("POST", &path).token(&reader).json(&body).send().await;
        refused.problem(403, "forbidden");
    }
}

async fn nothing_of_another_company_is_touched(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let lines = stated(house, &house.ours, &[named(10_000, &boleto)]);
    let theirs = stated(house, &house.theirs, &[line(10_000, "DEPOSITO")]);
    let token = house.theirs.token.clone();
    let body = json!({ "boletos": [{ "boleto_id": id(&boleto) }] });
    let post = |line: &str, what: &str, body: &Value| {
        house.call("POST", &format!("/v1/statement_lines/{line}/{what}")).token(&token).json(body)
    };
    post(&lines[0], "match", &body).send().await.problem(404, "not_found");
    post(&theirs[0], "match", &body).send().await.problem(404, "not_found");
    post(&lines[0], "ignore", &json!({})).send().await.problem(404, "not_found");
    post(&lines[0], "explain", &json!({ "kind": "fee" })).send().await.problem(404, "not_found");
    let pair = json!({ "boleto_id": id(&boleto) });
    post(&lines[0], "reject", &pair).send().await.problem(404, "not_found");
    post(&theirs[0], "reject", &pair).send().await.problem(404, "not_found");
    let path = format!("/v1/statement_lines/{}/suggestions", lines[0]);
    house.get(&path).token(&token).send().await.problem(404, "not_found");
    assert_eq!(run(house).matched, 1);
    let found = all_matches(house).await.remove(0);
    let undo = format!("/v1/matches/{}/undo", id(&found));
    house.call("POST", &undo).token(&token).send().await.problem(404, "not_found");
    let list = house.get("/v1/matches").token(&token).send().await.expect(200);
    assert_eq!(list["data"], json!([]));
}

/// A line that the customer of all boletos paid.
fn by_the_customer(cents: i64) -> BankLine {
    BankLine {
        payer_name: Some("Maria Exemplo".into()),
        payer_document: Some("12345678909".into()),
        ..line(cents, "PIX RECEBIDO")
    }
}

async fn the_screen_shows_and_decides(house: &House) {
    let ana = Person::administrator(house).await;
    let empty = ana.get(house, "/conciliacao").await.text();
    assert!(empty.contains("Nenhum lançamento em aberto"), "{empty}");
    let one = registered(house, "NF 1", 10_000).await;
    registered(house, "NF 2", 10_000).await;
    let ana = Person::administrator(house).await;
    let lines = [by_the_customer(10_000), line(70_000, "DEPOSITO"), line(-5_000, "COMPRA")];
    let lines = stated(house, &house.ours, &lines);
    assert_eq!(run(house), Done::default(), "either boleto fits");
    let shown = ana.get(house, &format!("/conciliacao?linha={}", lines[0])).await.text();
    for part in
        ["PIX RECEBIDO", "Mais de uma cobrança serve igualmente", "NF 1", "NF 2", "CPF/CNPJ"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("COMPRA"), "what went out is in another list");
    let other = ana.get(house, "/conciliacao?lado=saidas").await.text();
    assert!(other.contains("COMPRA") && other.contains("Saída de dinheiro"), "{other}");
    let accept = format!("/conciliacao/{}/conciliar", lines[0]);
    let fields = [("boleto_id", one["id"].as_str().unwrap()), ("proxima", lines[1].as_str())];
    let sent = ana.post(house, &accept, &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let to = sent.header("location").unwrap().to_owned();
    assert!(to.contains(&format!("linha={}", lines[1])), "{to}");
    let next = ana.get(house, &to).await.text();
    for part in ["Conciliado: ", "O banco não informou o pagamento do boleto NF 1", "DEPOSITO"] {
        assert!(next.contains(part), "{part}: {next}");
    }
    let made = all_matches(house).await.remove(0);
    let page = ana.get(house, "/conciliacao/feitas?to=24/11/2026").await.text();
    assert!(page.contains("NF 1") && page.contains("Ana"), "{page}");
    let undo = format!("/conciliacao/feitas/{}/desfazer", id(&made));
    let undone = ana.post(house, &undo, &[]).await;
    assert_eq!(undone.status, 303, "{}", undone.text());
    let back = ana.get(house, undone.header("location").unwrap()).await.text();
    assert!(back.contains("Desfeito: ") && back.contains("PIX RECEBIDO"), "{back}");
    let page = ana.get(house, "/conciliacao/feitas?to=24/11/2026").await.text();
    assert!(page.contains("Desfeita"), "{page}");
    let reject = format!("/conciliacao/{}/rejeitar", lines[0]);
    let refused = ana.post(house, &reject, &[("boleto_id", one["id"].as_str().unwrap())]).await;
    assert_eq!(refused.status, 303);
    let shown = ana.get(house, &format!("/conciliacao?linha={}", lines[0])).await.text();
    assert!(!shown.contains("NF 1 ·") && shown.contains("NF 2"), "{shown}");
    let ignore = format!("/conciliacao/{}/ignorar", lines[2]);
    assert_eq!(ana.post(house, &ignore, &[]).await.status, 303);
    let explain = format!("/conciliacao/{}/explicar", lines[1]);
    let asked = ana.post(house, &explain, &[("kind", "other")]).await;
    assert_eq!(asked.status, 422);
    assert!(asked.text().contains("escreva o que é este lançamento"), "{}", asked.text());
    let said = [("kind", "other"), ("note", "Aporte dos sócios")];
    assert_eq!(ana.post(house, &explain, &said).await.status, 303);
    let page = ana.get(house, "/conciliacao/feitas?to=24/11/2026").await.text();
    assert!(page.contains("Aporte dos sócios"), "{page}");
    let home = ana.get(house, "/").await.text();
    assert!(home.contains("A conciliar"), "{home}");
}

async fn the_screen_splits_between_boletos(house: &House) {
    let one = registered(house, "NF 1", 10_000).await;
    let two = registered(house, "NF 2", 25_500).await;
    let ana = Person::administrator(house).await;
    let lines = stated(house, &house.ours, &[line(35_000, "DEPOSITO EM DINHEIRO")]);
    let look = format!("/conciliacao/{}/procurar", lines[0]);
    let (one, two) = (id(&one), id(&two));
    let sent = ana.post(house, &look, &[("busca", "nf 2"), ("boleto_id", &one)]).await;
    assert_eq!(sent.status, 303);
    let shown = ana.get(house, sent.header("location").unwrap()).await.text();
    let box_of = |id: &str| format!("name=\"boleto_id\" value=\"{id}\"");
    assert!(shown.contains(&format!("{} checked", box_of(&one))), "{shown}");
    assert!(shown.contains(&box_of(&two)), "{shown}");
    let by_name = ana.get(house, &format!("/conciliacao?linha={}&busca=MARIA", lines[0])).await;
    assert!(by_name.text().contains(&box_of(&two)));
    let by_amount = ana.get(house, &format!("/conciliacao?linha={}&busca=255,00", lines[0])).await;
    assert!(by_amount.text().contains(&box_of(&two)) && !by_amount.text().contains(&box_of(&one)));
    let both = format!("/conciliacao/{}/conciliar", lines[0]);
    let fields = [("boleto_id", one.as_str()), ("boleto_id", two.as_str())];
    let refused = ana.post(house, &both, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("diga o que é a diferença de R$ 5,00"), "{}", refused.text());
    let amount = format!("amount_{two}");
    let wrong = [fields.as_slice(), &[(amount.as_str(), "muito")]].concat();
    assert_eq!(ana.post(house, &both, &wrong).await.status, 422);
    let named = [fields.as_slice(), &[("difference", "discount")]].concat();
    let made = ana.post(house, &both, &named).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let made = all_matches(house).await.remove(0);
    assert_eq!(
        made["difference"],
        json!({
            "kind": "discount", "amount": 500, "text": "R$ 5,00 de desconto",
        })
    );
    let page = ana.get(house, &format!("/boletos/{two}")).await.text();
    assert!(page.contains("DEPOSITO EM DINHEIRO"), "the boleto shows its line: {page}");
}

async fn many_are_accepted_after_a_look(house: &House) {
    let one = registered(house, "NF 1", 10_000).await;
    let two = registered(house, "NF 2", 25_000).await;
    let ana = Person::administrator(house).await;
    let lines = [named(10_000, &one), named(25_000, &two), line(1_111, "DEPOSITO")];
    stated(house, &house.ours, &lines);
    // What a machine would do is what a person would see, were it left to them.
    let shown = ana.get(house, "/conciliacao/varias?de=95").await.text();
    assert!(shown.contains("2 lançamentos") && shown.contains("350,00"), "{shown}");
    assert_eq!(all_matches(house).await, [] as [Value; 0], "a look changes nothing");
    let first = shown.split("name=\"par\" value=\"").nth(1).unwrap();
    let key = first.split('"').next().unwrap();
    let sent = ana.post(house, "/conciliacao/varias", &[("de", "95"), ("par", key)]).await;
    assert!(sent.text().contains("1 lançamento conciliado"), "{}", sent.text());
    assert_eq!(all_matches(house).await.len(), 1);
    let again = ana.post(house, "/conciliacao/varias", &[("de", "95"), ("par", key)]).await;
    assert!(again.text().contains("ficou em aberto"), "{}", again.text());
    assert_eq!(ana.get(house, "/conciliacao/varias?de=10").await.status, 422);
}

async fn whoever_only_reads_decides_nothing(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let lines = stated(house, &house.ours, &[named(10_000, &boleto)]);
    let reader = Person::with_role(house, Role::ReadOnly).await;
    let shown = reader.get(house, "/conciliacao").await;
    assert_eq!(shown.status, 200);
    let text = shown.text();
    assert!(text.contains("LIQUIDACAO BOLETO") && !text.contains("Aceitar"), "{text}");
    assert_eq!(reader.get(house, "/conciliacao/feitas").await.status, 200);
    assert_eq!(reader.get(house, "/conciliacao/varias").await.status, 403);
    for what in ["conciliar", "explicar", "ignorar", "rejeitar"] {
        let path = format!("/conciliacao/{}/{what}", lines[0]);
        let fields = [("boleto_id", boleto["id"].as_str().unwrap()), ("kind", "fee")];
        assert_eq!(reader.post(house, &path, &fields).await.status, 403, "{what}");
    }
    assert_eq!(run(house).matched, 1);
    let made = all_matches(house).await.remove(0);
    let undo = format!("/conciliacao/feitas/{}/desfazer", id(&made));
    assert_eq!(reader.post(house, &undo, &[]).await.status, 403);
    assert_eq!(reader.post(house, "/conciliacao/varias", &[]).await.status, 403);
}

async fn a_period_is_exported(house: &House) {
    let boleto = registered(house, "NF 1", 10_000).await;
    let ana = Person::administrator(house).await;
    let lines = [named(10_000, &boleto), line(-300, "TARIFA"), line(55_555, "DEPOSITO")];
    stated(house, &house.ours, &lines);
    stated(house, &house.theirs, &[line(99_999, "DEPOSITO ALHEIO")]);
    assert_eq!(run(house).matched, 1);
    let period = "from=01/11/2026&to=30/11/2026";
    let file = ana.get(house, &format!("/conciliacao/exportar.xlsx?{period}")).await;
    assert_eq!(file.status, 200);
    let read = |sheet: &str| {
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(file.body.clone())).unwrap();
        let range = calamine::Reader::worksheet_range(&mut book, sheet).unwrap();
        range
            .rows()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect::<Vec<Vec<_>>>()
    };
    let all = read("Lançamentos");
    assert_eq!(all.len(), 4, "{all:?}");
    assert!(all.iter().any(|row| row[5] == "Boletos" && row[6] == "NF 1" && row[7] == "100"));
    let open = read("Em aberto");
    assert_eq!((open.len(), open[1][4].as_str()), (2, "555.55"), "{open:?}");
    let totals = read("Totais");
    let total = totals.last().unwrap();
    assert_eq!(total[..], ["Total", "2", "655.55", "1", "-3"], "{totals:?}");
    let none = ana.get(house, "/conciliacao/exportar.xlsx?from=31/12/2026&to=01/12/2026").await;
    assert_eq!(none.status, 422);
}
