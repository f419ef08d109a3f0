//! «Conciliação»: what explains the lines of statements, by itself and by hand.

use jiff::civil::date;
use quita_banks::simulator::Control;
use quita_core::bank_line::BankLine;
use quita_core::fact::Means;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_engine::desk::reconciliation::{self, Done};
use quita_store::bank_lines::{self, KeptLine, Status};
use quita_store::matches;
use serde_json::{Value, json};

use crate::house::{House, Tenant, boleto};

crate::on_both_databases! {
what_is_certain_is_matched_once two_runs_at_once_give_one_match
what_was_undone_waits_for_a_person a_second_payment_is_shown_as_one
a_person_splits_and_names_differences a_rejected_pair_stays_away
programs_reconcile_too nothing_of_another_company_is_touched }

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
    assert!(written.iter().any(|entry| entry.action == "line.matched"));
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
