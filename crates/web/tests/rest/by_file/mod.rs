//! Accounts that work by files: from the account to the last payment, at two banks whose layouts
//! have nothing in common.

pub(crate) mod bank;
mod crashes;
mod deposit;
mod folder;
mod instructions;
mod month;
mod registering;

use std::collections::BTreeMap;

use quita_banks::file::FileLayout;
use quita_banks::registry;
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::desk::once::Request;
use quita_engine::desk::remittances::{self, NewRemittance};
use quita_engine::desk::returns::{self, GivenReturn};
use quita_engine::workers::{Kind, tick};
use quita_engine::world::World;
use quita_formats::cnab::codes::Movement;
use serde_json::{Value, json};

use self::bank::Told;
use crate::house::{House, Tenant, boleto};

/// Itaú in 400.
pub(crate) const ITAU: (&str, &str) = ("341", "itau-400");
/// BTG Pactual, by the standard of FEBRABAN in 240.
pub(crate) const BTG: (&str, &str) = ("208", "febraban-240");

/// Banco Inter in 400: the bank gives the numbers.
pub(crate) const INTER: (&str, &str) = ("077", "inter-400");

/// The layout of a bank.
pub(crate) fn layout((bank, name): (&str, &str)) -> &'static FileLayout {
    quita_banks::file::layout(bank, name).unwrap_or_else(|| panic!("{bank} has no {name}"))
}

/// An account by file of the company of most tests, as it is registered.
pub(crate) fn new_account(place: (&str, &str)) -> NewAccount {
    let known = BTreeMap::from([
        ("wallet", "109"),
        ("agreement", "12345678901234567890"),
        ("account_operation", "7654321"),
    ]);
    let own = ["branch", "account", "account_digit"];
    let fields = layout(place).agreement.iter().filter(|field| !own.contains(&field.name));
    let data = fields
        .filter_map(|field| Some((field.name.to_owned(), (*known.get(field.name)?).to_owned())));
    let mut data: BTreeMap<String, String> = data.collect();
    if place == BTG {
        data.insert("wallet".into(), "1".into());
    }
    NewAccount {
        bank: place.0.into(),
        description: format!("Por arquivo {}", place.0),
        branch: if place == INTER { "0001" } else { "0057" }.into(),
        number: "72192".into(),
        digit: "0".into(),
        data,
        layout: Some(place.1.into()),
        next_remittance: Some(7),
        first_our_number: Some(1001),
        ..NewAccount::default()
    }
}

/// The id of a new account by file.
pub(crate) fn account(house: &House, place: (&str, &str)) -> String {
    account_of(house, &house.ours, place)
}

/// As [`account`], of any company.
pub(crate) fn account_of(house: &House, tenant: &Tenant, place: (&str, &str)) -> String {
    accounts::create(&house.world, &tenant.actor, &new_account(place)).unwrap().id
}

/// An account by file of a company, a remittance of it, and a return: their ids.
pub(crate) async fn remitted(house: &House, tenant: &Tenant) -> [String; 3] {
    let (world, actor) = (&house.world, &tenant.actor);
    let account_id = account_of(house, tenant, ITAU);
    let mut new = boleto("Alheio 9");
    new["account_id"] = json!(account_id);
    let issued = house.post("/v1/boletos", "por-arquivo", &new).token(&tenant.token).send().await;
    issued.expect(201);
    let request = Request { key: "remessa".into(), fingerprint: "remessa".into() };
    let new = NewRemittance { account_id: account_id.clone(), order_ids: None };
    let made = remittances::make(world, actor, &request, &new).unwrap();
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let remittance = made["id"].as_str().unwrap().to_owned();
    let (_, bytes) = remittances::download(world, actor, &remittance).unwrap();
    let day = jiff::civil::date(2026, 11, 24);
    let told: Vec<Told> = bank::hear(&bytes)
        .iter()
        .map(|title| Told::new(title, Movement::Registered, day))
        .collect();
    let bytes = bank::answer(layout(ITAU), &bytes, 1, day, &told);
    let given = GivenReturn { name: "alheio.ret".into(), bytes };
    let kept = returns::import(world, actor, &given).unwrap();
    learn(world);
    [account_id, remittance, kept.id]
}

/// Issues a boleto at an account; gives it as it is right afterwards.
pub(crate) async fn issue(house: &House, account_id: &str, number: &str) -> Value {
    let mut new = boleto(number);
    new["account_id"] = json!(account_id);
    let id = house.post("/v1/boletos", number, &new).send().await.expect(201)["id"].clone();
    one(house, &id).await
}

/// A boleto as it is now.
pub(crate) async fn one(house: &House, id: &Value) -> Value {
    house.get(&format!("/v1/boletos/{}", id.as_str().unwrap())).send().await.expect(200)
}

/// Makes the next remittance of an account; gives it and its content.
pub(crate) async fn remit(house: &House, account_id: &str, key: &str) -> (Value, Vec<u8>) {
    let body = json!({ "account_id": account_id });
    let made = house.post("/v1/remittances", key, &body).send().await.expect(201);
    let path = format!("/v1/remittances/{}/file", made["id"].as_str().unwrap());
    let bytes = house.get(&path).send().await.bytes();
    (made, bytes)
}

/// Sends a return and has it read; gives it as it is then.
pub(crate) async fn send(house: &House, name: &str, bytes: &[u8]) -> Value {
    let call = house.call("POST", &format!("/v1/returns?file_name={name}"));
    let kept = call
        .header("content-type", "application/octet-stream")
        .raw(bytes.to_vec())
        .send()
        .await
        .expect(201);
    learn(&house.world);
    let path = format!("/v1/returns/{}", kept["id"].as_str().unwrap());
    let mut read = house.get(&path).send().await.expect(200);
    assert!(!read["done_at"].is_null(), "{read}");
    read["known"] = kept["known"].clone();
    read
}

/// Reads the returns that wait.
pub(crate) fn learn(world: &World) {
    while tick(world, &[Kind::Return], 1).unwrap() > 0 {}
}

/// The titles of a return.
pub(crate) async fn lines(house: &House, read: &Value) -> Vec<Value> {
    let path = format!("/v1/returns/{}/lines?limit=200", read["id"].as_str().unwrap());
    house.get(&path).send().await.expect(200)["data"].as_array().unwrap().clone()
}

/// The folder of a bank that works by file.
pub(crate) fn folder() -> &'static str {
    registry::by_code(ITAU.0).unwrap().info().folder
}
