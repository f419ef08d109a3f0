//! Lines that the bank corrects, takes back, or tells no more.

use jiff::civil::{Date, date};
use quita_core::bank_line::BankLine;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_engine::desk::people::Role;
use quita_engine::desk::reconciliation;
use quita_store::bank_lines::{KeptLine, Status as LineStatus};
use serde_json::{Value, json};

use super::Person;
use super::reconciliation::registered;
use super::statements::{DAY, kept, moves, open, page, past, read, set, sorted, today};
use crate::house::House;

crate::on_both_databases! {
a_corrected_line_that_was_explained_is_told what_explained_a_corrected_line_is_undone
what_the_bank_took_back_counts_no_longer what_no_balance_proves_stays
a_person_decides_of_what_the_bank_tells_no_more }

async fn a_corrected_line_that_was_explained_is_told(house: &House) {
    let world = house.restarted();
    set(house, "rows_corrected", json!(1));
    set(house, "rows_corrected_cents", json!(-7));
    let day = today(house);
    moves(house, day, 5_000, "PIX", "ANA EXEMPLO");
    for _ in 0..3 {
        house.clock.pass(DAY / 2 - 60);
        read(house, &world);
    }
    assert_eq!(kept(house), [(day, 4_993)]);
    let company = house.ours.actor.company_id.clone();
    let list = house.get("/v1/statement_lines").send().await.expect(200);
    let line = list["data"][0]["id"].as_str().unwrap().to_owned();
    let explained = quita_store::bank_lines::Status::Explained;
    house
        .world
        .tx(move |tx, ids| {
            quita_store::bank_lines::set_status(tx, &company, &line, explained, ids.now())
        })
        .unwrap();
    for _ in 0..6 {
        house.clock.pass(DAY / 2 - 60);
        read(house, &world);
    }
    assert_eq!(kept(house), [(day, 5_000)]);
    let pending = house.get("/v1/pending").send().await.expect(200);
    assert_eq!(pending["data"][0]["kind"], "statement_line_changed");
    assert!(pending["data"][0]["message"].as_str().unwrap().contains("era de R$ 49,93"));
}

/// Kinds of what waits for a person.
async fn waiting(house: &House) -> Vec<String> {
    let list = house.get("/v1/pending").send().await.expect(200);
    let all = list["data"].as_array().unwrap();
    all.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

/// A person says that a line pays a boleto; the match.
async fn matched(house: &House, line: &str, boleto: &Value) -> Value {
    let body = json!({ "boletos": [{ "boleto_id": boleto["id"] }] });
    let path = format!("/v1/statement_lines/{line}/match");
    house.call("POST", &path).json(&body).send().await.expect(200)
}

/// How a match stands now.
async fn one_match(house: &House, made: &Value) -> Value {
    let list = house.get("/v1/matches").send().await.expect(200);
    list["data"].as_array().unwrap().iter().find(|one| one["id"] == made["id"]).unwrap().clone()
}

async fn what_explained_a_corrected_line_is_undone(house: &House) {
    let boleto = registered(house, "NF 1", 4_993).await;
    let world = house.restarted();
    set(house, "rows_corrected", json!(1));
    set(house, "rows_corrected_cents", json!(-7));
    let day = today(house);
    moves(house, day, 5_000, "PIX", "ANA EXEMPLO");
    for _ in 0..3 {
        house.clock.pass(DAY / 2 - 60);
        read(house, &world);
    }
    assert_eq!(kept(house), [(day, 4_993)]);
    let list = house.get("/v1/statement_lines").send().await.expect(200);
    let line = list["data"][0]["id"].as_str().unwrap().to_owned();
    let made = matched(house, &line, &boleto).await;
    assert_eq!(waiting(house).await, ["line_without_settlement"]);
    for _ in 0..6 {
        house.clock.pass(DAY / 2 - 60);
        read(house, &world);
    }
    assert_eq!(kept(house), [(day, 5_000)]);
    // What the line proved is open again, and a person is told why.
    assert_eq!(waiting(house).await, ["statement_line_changed"]);
    let undone = one_match(house, &made).await;
    assert_eq!((&undone["undone_by"], &undone["line"]["status"]), (&json!("bank"), &json!("open")));
    assert_eq!(undone["line"]["amount"], 5_000);
    // A run leaves it to the person.
    let done = reconciliation::run(&house.world, &house.ours.account_id).unwrap();
    assert_eq!(done.matched, 0);
}

/// Lines that the bank has told once and tells no more; their ids.
fn told_once(house: &House, day: Date, all: &[(i64, Source)]) -> Vec<String> {
    let (company, account) = (house.ours.actor.company_id.clone(), house.ours.account_id.clone());
    let all = all.to_vec();
    let made = house.world.tx(move |tx, mut ids| {
        let (look, now) = (ids.next_id(), ids.now());
        quita_store::matches::insert_look(tx, &look, &company, &account, now)?;
        let mut made = Vec::new();
        for (cents, source) in &all {
            let line = BankLine::new(day, Money::from_cents(*cents), "PIX RECEBIDO");
            let kept = KeptLine {
                id: ids.next_id(),
                company_id: company.clone(),
                account_id: account.clone(),
                line: BankLine { bank_id: Some(format!("gone-{cents}")), ..line },
                source: *source,
                provisional: false,
                import_id: look.clone(),
                status: LineStatus::Open,
                doubt: None,
                created_at: now,
                updated_at: now,
                missing: None,
            };
            quita_store::bank_lines::insert(tx, &kept)?;
            made.push(kept.id);
        }
        Ok(made)
    });
    made.unwrap()
}

async fn what_the_bank_took_back_counts_no_longer(house: &House) {
    let boleto = registered(house, "NF 1", 33_333).await;
    let world = house.restarted();
    let books = sorted(past(house));
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), books);
    let unproved = open(house);
    let friday = date(2026, 11, 20);
    let gone = told_once(house, friday, &[(33_333, Source::Api)]).remove(0);
    let made = matched(house, &gone, &boleto).await;
    house.clock.pass(DAY);
    for _ in 0..4 {
        read(house, &world);
    }
    assert_eq!(kept(house), books);
    assert!(open(house).iter().all(|day| day.1.is_none()), "{unproved:?} {:?}", open(house));
    let undone = one_match(house, &made).await;
    assert_eq!(undone["undone_by"], "bank");
    assert_eq!(undone["line"]["status"], "given_up");
    assert_eq!(waiting(house).await, ["statement_line_changed"]);
    // It stays to be seen.
    let list = house.get("/v1/statement_lines?status=given_up").send().await.expect(200);
    assert_eq!(list["data"][0]["id"], json!(gone));
}

async fn what_no_balance_proves_stays(house: &House) {
    let world = house.restarted();
    let books = past(house);
    for _ in 0..8 {
        read(house, &world);
    }
    let friday = date(2026, 11, 20);
    told_once(house, friday, &[(33_333, Source::Api), (22_222, Source::Ofx)]);
    house.clock.pass(DAY);
    for _ in 0..4 {
        read(house, &world);
    }
    // Without the first the day does not close either.
    let with = [(friday, 33_333), (friday, 22_222)];
    assert_eq!(kept(house), sorted(books.into_iter().chain(with).collect()));
    let differences: Vec<i64> = open(house).iter().filter_map(|day| day.1).collect();
    assert_eq!(differences, [-55_555]);
    assert_eq!(waiting(house).await, ["statement_lines_missing"]);
}

async fn a_person_decides_of_what_the_bank_tells_no_more(house: &House) {
    let boleto = registered(house, "NF 1", 33_333).await;
    let world = house.restarted();
    let books = sorted(past(house));
    for _ in 0..8 {
        read(house, &world);
    }
    let friday = date(2026, 11, 20);
    let gone = told_once(house, friday, &[(33_333, Source::Api), (22_222, Source::Ofx)]).remove(0);
    let made = matched(house, &gone, &boleto).await;
    let other = a_told_line(house).await;
    house.clock.pass(DAY);
    for _ in 0..4 {
        read(house, &world);
    }
    assert_eq!(waiting(house).await, ["line_without_settlement", "statement_lines_missing"]);
    let ana = Person::administrator(house).await;
    let shown = ana.get(house, &page(house)).await.text();
    for part in ["deixou de mostrar 1 lançamento", "O banco retirou: descartar", "Manter"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let listed = async || {
        let day = "/v1/statement_lines?from=2026-11-20&to=2026-11-20";
        let list = house.get(day).send().await.expect(200);
        let all = list["data"].as_array().unwrap();
        all.iter().find(|line| line["id"] == json!(gone)).unwrap().clone()
    };
    assert_eq!(listed().await["missing"], "undecided");
    // Kept: it counts, and nobody is asked again, however often the bank leaves it out.
    let decide = async |who: &Person, word: &str| {
        let path = format!("{}/lancamentos/{gone}/{word}", page(house));
        who.post(house, &path, &[]).await
    };
    let reader = Person::with_role(house, Role::ReadOnly).await;
    assert_eq!(decide(&reader, "manter").await.status, 403);
    assert_eq!(decide(&ana, "manter").await.status, 303);
    assert_eq!(waiting(house).await, ["line_without_settlement"]);
    house.clock.pass(DAY);
    for _ in 0..4 {
        read(house, &world);
    }
    assert_eq!(waiting(house).await, ["line_without_settlement"]);
    let line = listed().await;
    assert_eq!((&line["missing"], &line["status"]), (&json!("kept"), &json!("matched")));
    // Discarded after all: it counts no longer, and what it paid is open again.
    let path = format!("/v1/statement_lines/{gone}/missing");
    let put = |word: &str| house.call("PUT", &path).json(&json!({ "decision": word }));
    let line = put("discarded").send().await.expect(200);
    assert_eq!((&line["missing"], &line["status"]), (&json!("discarded"), &json!("given_up")));
    let again = put("discarded").send().await.expect(200);
    assert_eq!(again["updated_at"], line["updated_at"]);
    assert_eq!(waiting(house).await, [] as [&str; 0]);
    let undone = one_match(house, &made).await;
    assert!(undone["undone_by"].as_str().unwrap().starts_with("application:"), "{undone}");
    let left = sorted(books.into_iter().chain([(friday, 22_222)]).collect());
    assert_eq!(kept(house), left);
    // And back: the line counts, its match stays undone.
    assert_eq!(decide(&ana, "manter").await.status, 303);
    let line = listed().await;
    assert_eq!((&line["missing"], &line["status"]), (&json!("kept"), &json!("open")));
    assert_eq!(kept(house).len(), left.len() + 1);
    // Of what the bank tells there is nothing to decide, nor for others.
    let told = format!("/v1/statement_lines/{other}/missing");
    let body = json!({ "decision": "kept" });
    house.call("PUT", &told).json(&body).send().await.problem(409, "not_missing");
    assert_eq!(put("perdido").send().await.faults(), ["decision invalid"]);
    put("kept").token(&house.theirs.token).send().await.problem(404, "not_found");
    let token = house.token(&[quita_engine::desk::Permission::Read]);
    put("kept").token(&token).send().await.problem(403, "forbidden");
    let (company, id) = (house.ours.actor.company_id.clone(), gone.clone());
    let read =
        move |tx: &mut quita_store::Tx| quita_store::audit::of_subject(tx, &company, &id, 100);
    let trail = house.world.store.read(read).unwrap();
    let told = trail.iter().filter(|entry| entry.action == "statement.missing_decided");
    assert_eq!(told.count(), 3);
}

/// Some line that the bank tells.
async fn a_told_line(house: &House) -> String {
    let list = house.get("/v1/statement_lines?limit=1&to=2026-11-10").send().await.expect(200);
    list["data"][0]["id"].as_str().unwrap().to_owned()
}
