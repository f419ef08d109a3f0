//! Terms of a registered boleto changed at a bank with an API: what is asked, taken, shown, refused,
//! met with silence, cut off by a crash.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::civil::date;
use quita_banks::simulator::{Control, Fault};
use quita_core::order::BoletoOrder;
use quita_engine::desk::accounts;
use quita_engine::workers::{Kind, tick};
use quita_store::{attempts, boletos};
use serde_json::{Value, json};

use crate::house::{House, boleto, itau_account};
use crate::screens::Person;

crate::on_both_databases! {
    what_the_bank_shows_holds
    what_is_not_possible_is_said_at_its_field
    a_refusal_is_told_and_the_rest_goes_on
    after_silence_the_bank_is_asked_before_it_is_told_again
    what_is_taken_holds_once_it_is_shown
    what_is_never_shown_is_for_a_person
    days_that_do_not_move_with_the_due_date_are_told
    days_that_move_with_the_due_date_are_only_seen
    a_bank_that_shows_no_terms_is_believed_unless_it_waits
    killed_at_any_point_it_is_asked_once
    the_form_asks_for_what_was_changed_in_it
}

/// A registered boleto of ours at Itaú.
async fn registered(house: &House) -> Value {
    let made = house.itau.control(&Control::AddClient {
        client_id: "client-12345".into(),
        client_secret: "segredo".into(),
        scopes: String::new(),
        account: "123454".into(),
        certificate: None,
        owner: None,
    });
    let key = made["pix_key"].as_str().unwrap();
    let account = accounts::create(&house.world, &house.ours.actor, &itau_account(key)).unwrap();
    let mut order = boleto("T-1");
    order["account_id"] = account.id.into();
    let issued = house.post("/v1/boletos", "T-1", &order).send().await.expect(201);
    house.work();
    let boleto = read(house, &issued).await;
    assert_eq!(boleto["status"], "REGISTERED", "{boleto}");
    boleto
}

/// A registered boleto at a bank that changes no terms.
async fn at_another_bank(house: &House) -> Value {
    let mut order = boleto("I-1");
    order["account_id"] = house.ours.account_id.clone().into();
    let issued = house.post("/v1/boletos", "I-1", &order).send().await.expect(201);
    after(house, &issued).await
}

async fn read(house: &House, boleto: &Value) -> Value {
    house.get(&path(boleto, "")).send().await.expect(200)
}

fn path(boleto: &Value, rest: &str) -> String {
    format!("/v1/boletos/{}{rest}", boleto["id"].as_str().unwrap())
}

async fn change(house: &House, boleto: &Value, key: &str, change: &Value) -> crate::house::Reply {
    house.post(&path(boleto, "/change"), key, change).send().await
}

/// The boleto after a minute of work.
async fn after(house: &House, boleto: &Value) -> Value {
    house.work();
    read(house, boleto).await
}

fn at_bank(house: &House) -> Value {
    house.itau.control(&Control::Inspect)["boletos"][0].clone()
}

fn set(house: &House, switch: &str, value: Value) {
    house.itau.control(&Control::Set { switch: switch.into(), value });
}

/// Outcomes of the attempts at an operation, oldest first.
fn attempts(house: &House, boleto: &Value, operation: &str) -> Vec<String> {
    let id = boleto["id"].as_str().unwrap().to_owned();
    let all = house.world.store.read(move |tx| attempts::of_boleto(tx, &id)).unwrap();
    let all = all.into_iter().filter(|attempt| attempt.operation == operation);
    all.map(|attempt| attempt.outcome.unwrap_or_default()).collect()
}

async fn pending(house: &House) -> Vec<(String, String)> {
    let all = house.get("/v1/pending").send().await.expect(200)["data"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|one| (text(&one["kind"]), text(&one["message"]))).collect()
}

fn fields_wanted(boleto: &Value) -> Vec<&str> {
    let wanted = boleto["changes_wanted"].as_array().unwrap();
    wanted.iter().map(|one| one["field"].as_str().unwrap()).collect()
}

async fn what_the_bank_shows_holds(house: &House) {
    let boleto = registered(house).await;
    let all = json!({
        "fine": { "value": "2.00" },
        "interest": { "value": "1.00", "date": "2026-12-18" },
        "discounts": [{ "date": "2026-12-01", "face_value": 5_000 }],
        "abatement": 1_000,
        "accepts": { "kind": "at_least", "least": 100_000 },
    });
    let asked = change(house, &boleto, "um", &all).await.expect(202);
    let kinds = ["abatement", "interest", "fine", "discounts", "accepts"];
    assert_eq!((fields_wanted(&asked), &asked["fine"]), (kinds.to_vec(), &Value::Null));
    change(house, &boleto, "outro", &json!({ "abatement": 5 }))
        .await
        .problem(409, "already_wanted");
    let now = after(house, &boleto).await;
    assert_eq!(now["changes_wanted"], json!([]), "{now}");
    let fine = json!({ "date": "2026-12-16", "value": "2.00", "face_value": null });
    assert_eq!((&now["fine"], &now["interest"]["date"]), (&fine, &json!("2026-12-18")));
    assert_eq!(
        (&now["discounts"][0]["face_value"], &now["abatement"]),
        (&json!(5_000), &json!(1_000))
    );
    assert_eq!(now["accepts"], json!({ "kind": "at_least", "least": 100_000, "most": null }));
    assert_eq!(at_bank(house)["terms"]["abatement"], 1_000);
    for kind in kinds {
        assert_eq!(attempts(house, &boleto, &format!("change_{kind}")), ["done"], "{kind}");
    }
    // Programs are told in the shapes of the API, with the day.
    let events = house.get("/v1/events").send().await.expect(200)["data"].clone();
    let of_fine =
        |event: &&Value| event["kind"] == "boleto.changed" && event["data"]["fine"] == fine;
    let told = events.as_array().unwrap().iter().find(of_fine).unwrap();
    assert_eq!(told["data"]["since"], "2026-11-23", "{told}");

    // What stands already is no change; null and nothing take away.
    assert_eq!(
        change(house, &boleto, "igual", &json!({ "fine": { "value": "2" } })).await.faults(),
        ["fine unchanged"]
    );
    house.clock.pass(86_400 * 2);
    let none =
        json!({ "fine": null, "interest": null, "discounts": [], "accepts": { "kind": "any" } });
    change(house, &boleto, "nada", &none).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!(
        (&now["fine"], &now["interest"], &now["discounts"]),
        (&json!(null), &json!(null), &json!([]))
    );
    assert_eq!(now["accepts"]["kind"], "any");

    // What held before still counts for the days before.
    let order = order(house, &boleto);
    let held = |day| {
        let terms = order.terms.on(date(2026, 11, day)).clone();
        (terms.fine.is_some(), terms.discounts.len(), terms.abatement.cents())
    };
    assert_eq!(
        [22, 23, 24, 25].map(held),
        [(false, 0, 0), (true, 1, 1_000), (true, 1, 1_000), (false, 0, 1_000)]
    );

    // A new due date takes along what hangs on it, and a term given with it comes after it.
    let both = json!({ "expiration_date": "2026-12-20", "fine": { "value": "1.00" } });
    change(house, &boleto, "ambos", &both).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!(
        (&now["expiration_date"], &now["fine"]["date"], &now["changes_wanted"]),
        (&json!("2026-12-20"), &json!("2026-12-21"), &json!([]))
    );
    assert_eq!(pending(house).await, []);
}

/// The order as it is kept.
fn order(house: &House, boleto: &Value) -> BoletoOrder {
    let id = boleto["id"].as_str().unwrap().to_owned();
    house.world.store.read(move |tx| boletos::get(tx, &id)).unwrap().unwrap().order
}

async fn what_is_not_possible_is_said_at_its_field(house: &House) {
    let boleto = registered(house).await;
    for (wanted, faults) in [
        (json!({}), &["expiration_date missing"][..]),
        (json!({ "fine": { "value": "2", "face_value": 1 } }), &["fine ambiguous"]),
        (json!({ "fine": { "value": "2", "date": "2026-12-15" } }), &["fine.date not_after_due"]),
        (json!({ "interest": {} }), &["interest missing"]),
        (json!({ "discounts": [{ "value": "5" }] }), &["discounts[0].date missing"]),
        (
            json!({ "discounts": [{ "value": "5", "date": "2026-11-22" }] }),
            &["discounts[0].date in_the_past"],
        ),
        (
            json!({ "discounts": [{ "value": "95", "date": "2026-12-01" }] }),
            &["discounts[0].value too_large"],
        ),
        (json!({ "fine": { "value": "0.000001" } }), &["fine.value too_many_decimals"]),
        (json!({ "accepts": { "kind": "at_least" } }), &["accepts invalid"]),
        (json!({ "accepts": { "kind": "any", "least": 1 } }), &["accepts invalid"]),
        (
            json!({ "accepts": { "kind": "between", "least": 2, "most": 1 } }),
            &["accepts out_of_range"],
        ),
    ] {
        let told = change(house, &boleto, &wanted.to_string(), &wanted).await;
        assert_eq!(told.faults(), faults, "{wanted}");
    }
    // A bank that changes no terms.
    let elsewhere = at_another_bank(house).await;
    let wanted = json!({ "fine": { "value": "2" }, "discounts": [] });
    let told = change(house, &elsewhere, "inter", &wanted).await;
    assert_eq!(told.faults(), ["fine not_supported", "discounts not_supported"]);
    // Past its due date it may still be eased.
    house.clock.pass(86_400 * 30);
    change(house, &boleto, "vencido", &json!({ "fine": { "value": "2" } })).await.expect(202);
    assert_eq!(after(house, &boleto).await["fine"]["value"], "2.00");
}

async fn a_refusal_is_told_and_the_rest_goes_on(house: &House) {
    let boleto = registered(house).await;
    set(house, "instructions_refused", json!(1));
    let wanted = json!({ "interest": { "value": "1" }, "fine": { "value": "2" } });
    change(house, &boleto, "um", &wanted).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["interest"], &now["fine"]["value"]), (&Value::Null, &json!("2.00")));
    assert_eq!(now["changes_wanted"], json!([]));
    let told = pending(house).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "interest_refused");
    assert!(
        told[0].1.contains("juros") && told[0].1.contains("Instrução não permitida"),
        "{told:?}"
    );
    // What was asked with a due date that is refused would have its days by that one.
    set(house, "instructions_refused", json!(1));
    let both = json!({ "expiration_date": "2026-12-28", "interest": { "value": "1" } });
    change(house, &boleto, "dois", &both).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["interest"], &now["changes_wanted"]), (&Value::Null, &json!([])));
    let told = pending(house).await;
    let refused = told.iter().find(|(kind, _)| kind == "change_refused").unwrap();
    assert!(
        refused.1.ends_with("não foi enviado (juros de 1,00 % ao mês a partir de 29/12/2026).")
    );
}

fn lose(house: &House, fault: Fault, on: &str) {
    house.itau.control(&Control::Fault { fault, on: on.into(), times: 1, skip: 0 });
}

async fn after_silence_the_bank_is_asked_before_it_is_told_again(house: &House) {
    let boleto = registered(house).await;
    // Carried out, and the answer lost: seen at the bank, and not told once more.
    lose(house, Fault::AnswerLost, "/juros");
    change(house, &boleto, "um", &json!({ "interest": { "value": "1" } })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["interest"]["value"], &now["changes_wanted"]), (&json!("1.00"), &json!([])));
    assert_eq!(attempts(house, &boleto, "change_interest"), ["unknown"]);
    // Lost on the way: asked, not there, told again.
    lose(house, Fault::RequestLost, "/multa");
    change(house, &boleto, "dois", &json!({ "fine": { "value": "2" } })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"]["value"], &now["changes_wanted"]), (&json!("2.00"), &json!([])));
    assert_eq!(attempts(house, &boleto, "change_fine"), ["unknown", "done"]);
    // The same for a due date.
    lose(house, Fault::AnswerLost, "/data_vencimento");
    change(house, &boleto, "tres", &json!({ "expiration_date": "2026-12-20" })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!(
        (&now["expiration_date"], &now["changes_wanted"]),
        (&json!("2026-12-20"), &json!([]))
    );
    assert_eq!(attempts(house, &boleto, "change"), ["unknown"]);
    assert_eq!(pending(house).await, []);
}

async fn what_is_taken_holds_once_it_is_shown(house: &House) {
    let boleto = registered(house).await;
    set(house, "instruction_delay_ms", json!(3 * 3_600_000));
    let wanted = json!({ "expiration_date": "2026-12-20", "amount": 130_000 });
    change(house, &boleto, "um", &wanted).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["expiration_date"], &now["amount"]), (&json!("2026-12-15"), &json!(125_000)));
    assert_eq!(fields_wanted(&now), ["expiration_date", "amount"]);
    assert!(now["changes_wanted"][0]["taken_at"].is_string(), "{now}");
    house.clock.pass(3 * 3600);
    let now = after(house, &boleto).await;
    assert_eq!((&now["expiration_date"], &now["amount"]), (&json!("2026-12-20"), &json!(130_000)));
    assert_eq!(now["changes_wanted"], json!([]));

    change(house, &boleto, "dois", &json!({ "fine": { "value": "2" } })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"], fields_wanted(&now)), (&Value::Null, vec!["fine"]));
    house.clock.pass(3 * 3600);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"]["value"], &now["changes_wanted"]), (&json!("2.00"), &json!([])));
    assert_eq!(attempts(house, &boleto, "change_fine"), ["done"]);
    assert_eq!(pending(house).await, []);
}

async fn what_is_never_shown_is_for_a_person(house: &House) {
    let boleto = registered(house).await;
    set(house, "instruction_delay_ms", json!(30 * 86_400_000_i64));
    let wanted = json!({ "fine": { "value": "2" }, "abatement": 500 });
    change(house, &boleto, "um", &wanted).await.expect(202);
    assert_eq!(fields_wanted(&after(house, &boleto).await), ["abatement", "fine"]);
    assert_eq!(pending(house).await, []);
    for _ in 0..3 {
        house.clock.pass(9 * 3600);
        house.work();
    }
    let now = read(house, &boleto).await;
    assert_eq!((&now["changes_wanted"], &now["fine"]), (&json!([]), &Value::Null));
    let told = pending(house).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "change_not_shown");
    assert!(told[0].1.contains("abatimento de R$ 5,00; multa de 2,00 %"), "{told:?}");
}

/// A boleto with fine and discount, and with a later due date since.
async fn due_later(house: &House) -> Value {
    let boleto = registered(house).await;
    let terms = json!({
        "fine": { "value": "2.00" }, "discounts": [{ "date": "2026-12-10", "face_value": 500 }],
    });
    change(house, &boleto, "um", &terms).await.expect(202);
    after(house, &boleto).await;
    change(house, &boleto, "dois", &json!({ "expiration_date": "2026-12-20" })).await.expect(202);
    let now = after(house, &boleto).await;
    let (due, wanted) = (&now["expiration_date"], &now["changes_wanted"]);
    assert_eq!((due, wanted), (&json!("2026-12-20"), &json!([])));
    let days = (&now["fine"]["date"], &now["discounts"][0]["date"]);
    assert_eq!(days, (&json!("2026-12-21"), &json!("2026-12-15")));
    let there = at_bank(house)["terms"].take();
    assert_eq!(days, (&there["fine"]["date"], &there["discounts"][0]["date"]));
    now
}

async fn days_that_do_not_move_with_the_due_date_are_told(house: &House) {
    set(house, "moved_with_due", json!(["multa"]));
    let boleto = due_later(house).await;
    assert_eq!(attempts(house, &boleto, "change_discounts"), ["done", "done"]);
    assert_eq!(attempts(house, &boleto, "change_fine"), ["done"]);
    // A day that is over by now is not asked for.
    house.clock.pass(10 * 86_400);
    let earlier = json!({ "expiration_date": "2026-12-06" });
    change(house, &boleto, "tres", &earlier).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["discounts"], &now["changes_wanted"]), (&json!([]), &json!([])));
    assert_eq!(at_bank(house)["terms"].get("discounts"), None);
    assert_eq!(pending(house).await, []);
}

async fn days_that_move_with_the_due_date_are_only_seen(house: &House) {
    set(house, "moved_with_due", json!(["juros", "multa", "desconto"]));
    let boleto = due_later(house).await;
    assert_eq!(attempts(house, &boleto, "change_discounts"), ["done"]);
    assert_eq!(attempts(house, &boleto, "change_fine"), ["done"]);
}

async fn a_bank_that_shows_no_terms_is_believed_unless_it_waits(house: &House) {
    let boleto = registered(house).await;
    set(house, "terms_shown", json!([]));
    change(house, &boleto, "um", &json!({ "fine": { "value": "2" } })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"]["value"], &now["changes_wanted"]), (&json!("2.00"), &json!([])));
    set(house, "instruction_status", json!(200));
    change(house, &boleto, "dois", &json!({ "fine": null })).await.expect(202);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"]["value"], fields_wanted(&now)), (&json!("2.00"), vec!["fine"]));
}

async fn killed_at_any_point_it_is_asked_once(house: &House) {
    let boleto = registered(house).await;
    for (n, point) in ["carry.intent", "carry.answered", "carry.looked", "follow.answered"]
        .into_iter()
        .enumerate()
    {
        let cents = 100 * (1 + n);
        if point == "carry.looked" {
            lose(house, Fault::AnswerLost, "/abatimento");
        }
        let wanted = json!({ "abatement": cents, "fine": { "face_value": cents } });
        change(house, &boleto, point, &wanted).await.expect(202);
        let mut world = house.restarted();
        world.crash_point = Box::new(move |name| {
            if name == point {
                // Not `panic!`, which would be told as a failure.
                std::panic::resume_unwind(Box::new("killed"));
            }
        });
        let killed = catch_unwind(AssertUnwindSafe(|| {
            for _ in 0..3 {
                house.clock.pass(5);
                while tick(&world, &Kind::ABOUT_BOLETOS, 8).unwrap() > 0 {}
            }
        }));
        assert!(killed.is_err(), "{point} was not passed");
        // What the killed one had in hand comes back when its lease ends.
        house.clock.pass(3600);
        let now = after(house, &boleto).await;
        assert_eq!((&now["abatement"], &now["fine"]["face_value"]), (&json!(cents), &json!(cents)));
        assert_eq!(now["changes_wanted"], json!([]), "{point}");
        assert_eq!(at_bank(house)["terms"]["abatement"], cents, "{point}");
    }
    assert_eq!(pending(house).await, []);
    // Cut off before it was sent, it was looked at and sent; after the answer, it was seen.
    let outcomes = attempts(house, &boleto, "change_abatement");
    assert_eq!(outcomes, ["unknown", "done", "unknown", "unknown", "done"]);
}

async fn the_form_asks_for_what_was_changed_in_it(house: &House) {
    let boleto = registered(house).await;
    let ana = Person::administrator(house).await;
    let page = format!("/boletos/{}", boleto["id"].as_str().unwrap());
    let shown = ana.get(house, &page).await.text();
    for said in ["Alterar encargos", "name=\"fine\"", "name=\"accepts\"", "Como foi emitido"] {
        assert!(shown.contains(said), "{said}");
    }
    let form = format!("{page}/encargos");
    let sent = |fine: &'static str, key: &'static str| {
        [
            ("key", key),
            ("fine", fine),
            ("fine_unit", "percent"),
            ("interest", "0,33"),
            ("interest_unit", "reais"),
            ("discount1", "5"),
            ("discount1_unit", "percent"),
            ("discount1_days", "5"),
            ("accepts", "between"),
            ("accepts_least", "100,00"),
            ("accepts_most", "1.250,00"),
        ]
    };
    let wrong = ana.post(house, &form, &sent("dois", "a")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("não é uma porcentagem") && wrong.text().contains("1.250,00"));
    let no_amount = [("key", "b"), ("accepts", "at_least"), ("accepts_least", "")];
    let wrong = ana.post(house, &form, &no_amount).await;
    assert!(wrong.status == 422 && wrong.text().contains("diga o valor"), "{}", wrong.text());
    assert_eq!(ana.post(house, &form, &sent("2", "c")).await.status, 303);
    let shown = ana.get(house, &page).await.text();
    assert!(shown.contains("Pedido ao banco e ainda não confirmado"), "{shown}");
    assert!(shown.contains("qualquer valor de R$ 100,00 a R$ 1.250,00 é recebido"), "{shown}");

    let now = after(house, &boleto).await;
    assert_eq!(
        (&now["fine"]["value"], &now["interest"]["face_value"]),
        (&json!("2.00"), &json!(33))
    );
    assert_eq!(now["discounts"][0]["date"], "2026-12-10");
    assert_eq!(now["accepts"], json!({ "kind": "between", "least": 10_000, "most": 125_000 }));
    let shown = ana.get(house, &page).await.text();
    for said in [
        "Alterado no banco",
        "juros de R$ 0,33 por dia a partir de 16/12/2026",
        "Recebimento divergente",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // Once as asked for, once as changed.
    for said in ["multa de 2,00 %", "juros de R$ 0,33", "desconto de 5,00 %"] {
        assert_eq!(shown.matches(said).count(), 2, "{said}: {shown}");
    }
    // Sent as it is shown, nothing changes.
    let same = ana.post(house, &form, &of_form(&shown, "encargos", &[])).await;
    assert!(same.status == 422 && same.text().contains("nada foi mudado"), "{}", same.text());
    // Past the day of the discount, what else there is can be changed; and what others have changed
    // since the form was shown stays.
    house.clock.pass(19 * 86_400);
    let other = json!({ "interest": { "value": "1.00" } });
    change(house, &boleto, "de-outro", &other).await.expect(202);
    after(house, &boleto).await;
    let no_fine = of_form(&shown, "encargos", &[("fine", "")]);
    assert_eq!(ana.post(house, &form, &no_fine).await.status, 303);
    let now = after(house, &boleto).await;
    assert_eq!((&now["fine"], &now["interest"]["value"]), (&Value::Null, &json!("1.00")), "{now}");
    assert_eq!(now["discounts"][0]["date"], "2026-12-10");
    // A bank without it says why.
    let elsewhere = at_another_bank(house).await;
    let shown =
        ana.get(house, &format!("/boletos/{}", elsewhere["id"].as_str().unwrap())).await.text();
    assert!(shown.contains("não oferece alteração de multa depois do registro"), "{shown}");
}

/// What a browser sends of a form of the page, with these fields filled in otherwise.
fn of_form<'a>(
    page: &'a str,
    name: &str,
    otherwise: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let form = page.split(&format!("/{name}\">")).nth(1).unwrap().split("</form>").next().unwrap();
    let attribute = |tag: &'a str, name: &str| {
        Some(tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next().unwrap())
    };
    let mut all = Vec::new();
    for tag in form.split('<').skip(1) {
        let text = tag.split('>').next().unwrap();
        let value = attribute(text, "value").unwrap_or_default();
        match text.split(' ').next() {
            Some("input") => all.extend(attribute(text, "name").map(|name| (name, value))),
            Some("select") => all.extend(attribute(text, "name").map(|name| (name, ""))),
            Some("option") if text.ends_with(" selected") => all.last_mut().unwrap().1 = value,
            _ => {}
        }
    }
    for (name, value) in &mut all {
        let given = otherwise.iter().find(|(own, _)| own == name);
        *value = given.map_or(*value, |(_, value)| value);
    }
    all
}
