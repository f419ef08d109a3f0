//! What is asked of a registered boleto besides its end and its values: abatements, protest,
//! negative listing. Each goes into the next file and counts when a return confirms it.

use jiff::civil::{Date, date};
use quita_formats::cnab::codes::{Instruction, Movement};
use serde_json::{Value, json};

use super::bank::{Heard, Told, answer, hear};
use super::{BTG, ITAU, account, issue, layout, lines, one, remit, send};
use crate::house::House;

crate::on_both_databases! {
    an_abatement_follows_the_return
    other_terms_follow_the_return
    customers_are_pressed
}

const PLACES: [(&str, &str); 2] = [ITAU, BTG];

fn day(day: i8) -> Date {
    date(2026, 12, day)
}

/// An account with one registered boleto: both, and what its first remittance was.
async fn registered(house: &House, place: (&str, &str)) -> (String, Value, Vec<u8>) {
    let account_id = account(house, place);
    let boleto = issue(house, &account_id, &format!("P-{}", place.0)).await;
    let (_, bytes) = remit(house, &account_id, &format!("primeira-{}", place.0)).await;
    let told = [Told::new(&hear(&bytes)[0], Movement::Registered, day(1))];
    send(house, "entrada.ret", &answer(layout(place), &bytes, 1, day(1), &told)).await;
    (account_id, one(house, &boleto["id"]).await, bytes)
}

/// The only order of the next file.
async fn next(house: &House, account_id: &str, key: &str) -> Heard {
    let (_, bytes) = remit(house, account_id, key).await;
    let mut heard = hear(&bytes);
    assert_eq!(heard.len(), 1);
    heard.remove(0)
}

async fn an_abatement_follows_the_return(house: &House) {
    for place in PLACES {
        let layout = layout(place);
        let (account_id, boleto, bytes) = registered(house, place).await;
        assert_eq!(boleto["status"], "REGISTERED");
        let path = format!("/v1/boletos/{}/change", boleto["id"].as_str().unwrap());
        let ask = async |key: &str, cents: i64| {
            let key = format!("{key}-{}", place.0);
            house.post(&path, &key, &json!({ "abatement": cents })).send().await
        };
        assert_eq!(ask("demais", 120_000).await.faults(), ["abatement out_of_range"]);
        assert_eq!(ask("menos", -1).await.faults(), ["abatement out_of_range"]);
        assert_eq!(ask("igual", 0).await.faults(), ["abatement unchanged"]);

        // Asked for, and not yet so.
        let asked = ask("um", 25_000).await.expect(202);
        assert_eq!(asked["abatement"], 0);
        ask("outro", 30_000).await.problem(409, "already_wanted");
        let heard = next(house, &account_id, &format!("a-{}", place.0)).await;
        assert_eq!((heard.instruction, heard.abatement), (Instruction::GrantAbatement, 25_000));
        let told = [Told::new(&heard, Movement::AbatementGranted, day(3))];
        let granted = answer(layout, &bytes, 2, day(3), &told);
        let read = send(house, "abatimento.ret", &granted).await;
        assert_eq!(read["news"], 1, "{read}");
        assert_eq!(one(house, &boleto["id"]).await["abatement"], 25_000);

        // Told again it is known; another one that nobody asked for is for a person.
        let told = [Told::new(&heard, Movement::AbatementGranted, day(4))];
        let again = send(house, "de-novo.ret", &answer(layout, &bytes, 3, day(4), &told)).await;
        assert_eq!(lines(house, &again).await[0]["effect"], "known");
        let mut other = heard.clone();
        other.abatement = 99;
        let told = [Told::new(&other, Movement::AbatementGranted, day(4))];
        let strange = send(house, "outro.ret", &answer(layout, &bytes, 4, day(4), &told)).await;
        assert_eq!(lines(house, &strange).await[0]["effect"], "look");
        assert_eq!(one(house, &boleto["id"]).await["abatement"], 25_000);

        // Taken back.
        ask("nenhum", 0).await.expect(202);
        let heard = next(house, &account_id, &format!("b-{}", place.0)).await;
        assert_eq!((heard.instruction, heard.abatement), (Instruction::CancelAbatement, 0));
        let told = [Told::new(&heard, Movement::AbatementCancelled, day(5))];
        send(house, "sem.ret", &answer(layout, &bytes, 5, day(5), &told)).await;
        assert_eq!(one(house, &boleto["id"]).await["abatement"], 0);

        // Granted anew, what is paid less is not short.
        ask("final", 25_000).await.expect(202);
        let heard = next(house, &account_id, &format!("c-{}", place.0)).await;
        let told = [
            Told::new(&heard, Movement::AbatementGranted, day(6)),
            Told::paid(&heard, Movement::Settled, day(7), 100_000),
        ];
        send(house, "pago.ret", &answer(layout, &bytes, 6, day(7), &told)).await;
        assert_eq!(one(house, &boleto["id"]).await["status"], "SETTLED");
    }
    let pending = house.get("/v1/pending").send().await.expect(200);
    let kinds = pending["data"].as_array().unwrap().iter().map(|item| item["kind"].clone());
    assert!(kinds.clone().all(|kind| kind == "return_to_look_at"), "{pending}");
    assert_eq!(kinds.count(), 2);
}

async fn other_terms_follow_the_return(house: &House) {
    let layout = layout(BTG);
    let (account_id, boleto, bytes) = registered(house, BTG).await;
    let path = format!("/v1/boletos/{}/change", boleto["id"].as_str().unwrap());
    let ask = async |key: &str, change: Value| house.post(&path, key, &change).send().await;
    let wanted = json!({
        "interest": { "value": "1.00" },
        "fine": { "value": "2.00" },
        "discounts": [{ "date": "2026-12-10", "face_value": 1_000 }],
    });
    let asked = ask("um", wanted).await.expect(202);
    assert_eq!(
        (&asked["fine"], asked["changes_wanted"].as_array().unwrap().len()),
        (&json!(null), 3)
    );
    // What no return would confirm is not asked for.
    let accepts = json!({ "accepts": { "kind": "any" } });
    assert_eq!(ask("aceita", accepts).await.faults(), ["accepts not_supported"]);
    let waiting = house.get(&format!("/v1/remittances/next?account_id={account_id}")).send().await;
    assert!(
        waiting.text().contains("Multa de 2,00 % a partir de 16/12/2026"),
        "{}",
        waiting.text()
    );

    // One order each, and one answer each; nothing counts before.
    let (_, second) = remit(house, &account_id, "segunda").await;
    let heard = hear(&second);
    let orders: Vec<Instruction> = heard.iter().map(|title| title.instruction).collect();
    use Instruction as I;
    assert_eq!(orders, [I::ChangeInterest, I::ChangeFine, I::ChangeDiscount]);
    let told = [
        Told::new(&heard[0], Movement::InterestChanged, day(3)),
        Told::new(&heard[2], Movement::DiscountsChanged, day(3)),
    ];
    let read = send(house, "dois.ret", &answer(layout, &bytes, 2, day(3), &told)).await;
    assert_eq!(read["news"], 2, "{read}");
    let now = one(house, &boleto["id"]).await;
    assert_eq!((&now["interest"]["value"], &now["fine"]), (&json!("1.00"), &json!(null)));
    assert_eq!(now["discounts"][0]["face_value"], 1_000);
    assert_eq!(now["changes_wanted"][0]["field"], "fine");
    let told = [Told::new(&heard[1], Movement::FineChanged, day(4))];
    send(house, "multa.ret", &answer(layout, &bytes, 3, day(4), &told)).await;
    let now = one(house, &boleto["id"]).await;
    assert_eq!((&now["fine"]["date"], &now["changes_wanted"]), (&json!("2026-12-16"), &json!([])));

    // An old return confirms nothing that was asked for since.
    house.clock.pass(86_400 * 20);
    ask("sem", json!({ "fine": null })).await.expect(202);
    let heard = next(house, &account_id, "terceira").await;
    assert_eq!(heard.instruction, I::WaiveFine);
    let told = [Told::new(&heard, Movement::FineChanged, day(4))];
    let old = send(house, "velho.ret", &answer(layout, &bytes, 4, day(4), &told)).await;
    assert_eq!(lines(house, &old).await[0]["effect"], "known");
    assert_eq!(one(house, &boleto["id"]).await["fine"]["value"], "2.00");
    let told = [Told::new(&heard, Movement::FineChanged, day(15))];
    send(house, "dispensa.ret", &answer(layout, &bytes, 5, day(15), &told)).await;
    assert_eq!(one(house, &boleto["id"]).await["fine"], json!(null));

    // Refused with the bank's reasons; what nobody asked for is for a person.
    ask("de-novo", json!({ "fine": { "face_value": 500 } })).await.expect(202);
    let heard = next(house, &account_id, "quarta").await;
    let mut refused = Told::new(&heard, Movement::InstructionRejected, day(16));
    refused.reasons = "59";
    send(house, "recusa.ret", &answer(layout, &bytes, 6, day(16), &[refused])).await;
    let now = one(house, &boleto["id"]).await;
    assert_eq!((&now["fine"], &now["changes_wanted"]), (&json!(null), &json!([])));
    let pending = house.get("/v1/pending").send().await.expect(200);
    let told = &pending["data"][0];
    assert_eq!(told["kind"], "instruction_refused");
    assert!(told["message"].as_str().unwrap().contains("percentual da multa inválido"), "{told}");

    // Itaú's file has an order for the fine, and nothing that would confirm it.
    let (_, elsewhere, _) = registered(house, ITAU).await;
    let path = format!("/v1/boletos/{}/change", elsewhere["id"].as_str().unwrap());
    let told = house.post(&path, "itau", &json!({ "fine": { "value": "2" } })).send().await;
    assert_eq!(told.faults(), ["fine not_supported"]);
}

async fn customers_are_pressed(house: &House) {
    let mut all = Vec::new();
    for place in PLACES {
        all.push((place, registered(house, place).await));
    }
    let ask = async |boleto: &Value, what: &str, key: &str, on: bool| {
        let id = boleto["id"].as_str().unwrap();
        let path = format!("/v1/boletos/{id}/{what}");
        house.post(&path, &format!("{key}-{id}"), &json!({ "on": on })).send().await
    };
    let (_, (_, boleto, _)) = &all[0];
    ask(boleto, "protest", "cedo", true).await.problem(409, "not_supported");
    house.clock.pass(60 * 60 * 24 * 30);
    for (place, (account_id, boleto, bytes)) in &all {
        let layout = layout(*place);
        for (nth, on, instruction, movement) in [
            (1, true, Instruction::Protest, Movement::ProtestRequested),
            (2, false, Instruction::StopProtest, Movement::ProtestStopped),
        ] {
            let key = format!("{nth}");
            ask(boleto, "protest", &key, on).await.expect(202);
            let busy = ask(boleto, "protest", &format!("{key}-de-novo"), on).await;
            busy.problem(409, "already_wanted");
            let heard = next(house, account_id, &format!("{key}-{}", place.0)).await;
            assert_eq!(heard.instruction, instruction);
            let told = [Told::new(&heard, movement, day(26))];
            let number = 10 + nth;
            send(house, "p.ret", &answer(layout, bytes, number, day(26), &told)).await;
        }
        assert_eq!(one(house, &boleto["id"]).await["status"], "REGISTERED");
        // No return of FEBRABAN's confirms a listing: it would be waited for without an end.
        if *place != ITAU {
            ask(boleto, "negative_listing", "n", true).await.problem(409, "not_supported");
            continue;
        }
        // A listing is refused by the bank: a person is told, and it may be asked for again.
        ask(boleto, "negative_listing", "n", true).await.expect(202);
        let heard = next(house, account_id, &format!("n-{}", place.0)).await;
        assert_eq!(heard.instruction, Instruction::ListNegatively);
        let told = [Told::new(&heard, Movement::InstructionRejected, day(27))];
        send(house, "n.ret", &answer(layout, bytes, 20, day(27), &told)).await;
        ask(boleto, "negative_listing", "n2", true).await.expect(202);
    }
    let pending = house.get("/v1/pending").send().await.expect(200);
    let kinds: Vec<_> = pending["data"].as_array().unwrap().iter().map(|i| &i["kind"]).collect();
    assert_eq!(kinds, ["instruction_refused", "return_to_look_at"]);
}
