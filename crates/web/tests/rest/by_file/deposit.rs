//! A bank that credits the boletos of a day in one sum, less its fees, and tells which ones in its
//! return.

use jiff::civil::{Date, date};
use quita_formats::cnab::codes::Movement;
use serde_json::{Value, json};

use super::bank::{Told, answer, hear};
use super::{ITAU, account, issue, layout, one, remit, send};
use crate::house::House;

crate::on_both_databases! {
the_deposit_of_a_day_pays_what_the_return_tells
two_deposits_alike_are_left_to_a_person }

const PAID: Date = date(2026, 11, 24);
/// What is credited of each: 1,250.00 less 2.50.
const NET: i64 = 124_750;

/// Boletos at an account by file, and the return by which the bank tells that all were paid on a
/// day, credits on the next, and keeps a fee of each.
async fn paid(house: &House, count: usize) -> (String, Vec<Value>, Vec<u8>) {
    let account_id = account(house, ITAU);
    let mut boletos = Vec::new();
    for n in 1..=count {
        boletos.push(issue(house, &account_id, &format!("D-{n}")).await);
    }
    let (_, bytes) = remit(house, &account_id, "r1").await;
    let told = |movement, on| move |title: &_| Told::new(title, movement, on);
    let registered: Vec<Told> = hear(&bytes).iter().map(told(Movement::Registered, PAID)).collect();
    let first = answer(layout(ITAU), &bytes, 1, PAID, &registered);
    send(house, "1.ret", &first).await;
    let paid = |title: &_| Told::paid(title, Movement::Settled, PAID, 125_000);
    let paid: Vec<Told> = hear(&bytes).iter().map(paid).collect();
    let second = answer(layout(ITAU), &bytes, 2, PAID, &paid);
    (account_id, boletos, second)
}

/// Imports a statement of 25 November with these deposits.
async fn stated(house: &House, account_id: &str, deposits: &[i64]) {
    let lines: String = deposits
        .iter()
        .enumerate()
        .map(|(at, cents)| {
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            format!(
                "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261125<TRNAMT>{amount}<FITID>{at}\
                 <MEMO>LIQUIDACAO COBRANCA</STMTTRN>\n"
            )
        })
        .collect();
    let file = format!(
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:UTF-8\n\n<OFX><BANKMSGSRSV1><STMTTRNRS>\
         <STMTRS><CURDEF>BRL<BANKTRANLIST><DTSTART>20261125<DTEND>20261125\n{lines}</BANKTRANLIST>\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    );
    let path = format!("/v1/statement_imports?account_id={account_id}&file_name=a.ofx");
    house.call("POST", &path).raw(file).send().await.expect(201);
}

async fn matches(house: &House) -> Vec<Value> {
    house.get("/v1/matches").send().await.expect(200)["data"].as_array().unwrap().clone()
}

async fn the_deposit_of_a_day_pays_what_the_return_tells(house: &House) {
    let (account_id, boletos, told) = paid(house, 4).await;
    // The statement comes first: of what the deposit is made is not known yet.
    stated(house, &account_id, &[4 * NET]).await;
    house.work();
    assert_eq!(matches(house).await, [] as [Value; 0]);
    // The return tells it, and nobody has to ask again.
    send(house, "2.ret", &told).await;
    house.work();
    let found = matches(house).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let found = &found[0];
    assert_eq!((&found["automatic"], &found["fee"]), (&json!(true), &json!(1_000)));
    assert_eq!(
        (&found["reasons"], &found["line"]["status"]),
        (&json!(["credited"]), &json!("matched"))
    );
    let shares: Vec<(&str, i64)> = found["boletos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| {
            (share["document_number"].as_str().unwrap(), share["amount"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(shares.len(), 4);
    assert!(shares.iter().all(|(number, amount)| number.starts_with("D-") && *amount == 125_000));
    for boleto in &boletos {
        assert_eq!(one(house, &boleto["id"]).await["status"], "SETTLED");
    }
    let pending = house.get("/v1/pending").send().await.expect(200);
    assert_eq!(pending["data"], json!([]));
    // Undone, it is proposed, and a person may take it back.
    let line = found["line"]["id"].as_str().unwrap();
    let undo = format!("/v1/matches/{}/undo", found["id"].as_str().unwrap());
    house.call("POST", &undo).send().await.expect(200);
    let path = format!("/v1/statement_lines/{line}/suggestions");
    let suggested = house.get(&path).send().await.expect(200);
    assert_eq!(suggested["suggestions"][0]["fee"], 1_000, "{suggested}");
    assert_eq!(suggested["suggestions"][0]["boletos"].as_array().unwrap().len(), 4);
    let all: Vec<Value> =
        boletos.iter().map(|boleto| json!({ "boleto_id": boleto["id"] })).collect();
    let path = format!("/v1/statement_lines/{line}/match");
    let again = house.call("POST", &path).json(&json!({ "boletos": all })).send().await.expect(200);
    assert_eq!((&again["fee"], &again["automatic"]), (&json!(1_000), &json!(false)));
}

async fn two_deposits_alike_are_left_to_a_person(house: &House) {
    let (account_id, boletos, told) = paid(house, 3).await;
    send(house, "2.ret", &told).await;
    stated(house, &account_id, &[3 * NET, 3 * NET]).await;
    house.work();
    assert_eq!(matches(house).await, [] as [Value; 0]);
    let lines = house.get("/v1/statement_lines?status=open").send().await.expect(200);
    let lines: Vec<&str> =
        lines["data"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let path = |line: &str, what: &str| format!("/v1/statement_lines/{line}/{what}");
    let suggested = house.get(&path(lines[0], "suggestions")).send().await.expect(200);
    assert_eq!(suggested["why_not"], "contested", "{suggested}");
    assert_eq!(suggested["suggestions"][0]["reasons"], json!(["credited"]));
    // A person decides which one it is; the other is left with nothing.
    let all: Vec<Value> =
        boletos.iter().map(|boleto| json!({ "boleto_id": boleto["id"] })).collect();
    let body = json!({ "boletos": all });
    let made = house.call("POST", &path(lines[0], "match")).json(&body).send().await.expect(200);
    assert_eq!(made["fee"], 750);
    house.work();
    let left = house.get(&path(lines[1], "suggestions")).send().await.expect(200);
    assert_eq!(left["suggestions"], json!([]), "{left}");
}
