//! The exchange folder, while programs at the other side of it put files there and take them away and
//! the process is killed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::bank::Manual;
use super::{Place, place, today};
use crate::house::{House, new_boleto};

/// A house whose banks are reached by a folder.
fn house() -> (House, PathBuf) {
    let mut house = House::without_account();
    let settings = house.data().join("quita.toml");
    let before = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("exchange_folder = \"troca\"\n{before}")).unwrap();
    house.open(None);
    let root = house.data().join("troca");
    (house, root)
}

/// Lets the time between two looks pass until this holds.
fn look_until(house: &House, what: &str, holds: impl Fn() -> bool) {
    house.await_that(what, || {
        house.advance_minutes(1);
        holds()
    });
}

fn die_at(house: &mut House, point: &str, what: impl FnOnce(&House)) {
    house.open(Some(point));
    what(house);
    house.pass_until_death();
}

/// Issues one boleto and makes the remittance that it goes in; the answer may be lost with the process.
fn remit(house: &House, place: &Place, number: &str) {
    let mut new = new_boleto(number);
    new["account_id"] = json!(place.account_id);
    house.post("/v1/boletos", &new);
    let body = json!({ "account_id": place.account_id });
    house.post_stubbornly("/v1/remittances", &format!("remessa-{number}"), &body);
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = files.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn killed_at_the_folder_each_file_goes_its_way_once() {
    let (mut house, root) = house();
    let mut place = place(&house, 'A', Manual::Itau400, ["341", "0057", "72192", "0"]);
    let (going, coming) = (root.join("remessas"), root.join("retornos"));
    let name = |number: u32| format!("remessa-341-0057-72192-{number:06}.rem");
    let mut sent = Vec::new();
    let mut fetch = |number: u32| {
        let file = going.join(name(number));
        sent.push(fs::read(&file).unwrap());
        fs::remove_file(file).unwrap();
    };

    // It is fetched before the database says that it was there, and does not come again.
    die_at(&mut house, "folder.placed", |house| remit(house, &place, "P-1"));
    fetch(7);
    // Killed before it has its name, it gets it afterwards.
    die_at(&mut house, "folder.whole", |house| remit(house, &place, "P-2"));
    assert!(!going.join(name(8)).exists());
    house.open(None);
    look_until(&house, "the second remittance", || going.join(name(8)).exists());
    fetch(8);
    remit(&house, &place, "P-3");
    look_until(&house, "the third remittance", || going.join(name(9)).exists());
    fetch(9);
    look_until(&house, "nothing more to place", || names(&going).is_empty());

    // The bank's return is kept, and the process dies before it is moved.
    let day = today(&house);
    sent.iter().for_each(|file| place.bank.take(file, day));
    assert_eq!(place.bank.complaints, Vec::<String>::new());
    let told = place.bank.tell(day, false);
    die_at(&mut house, "folder.kept", |_| fs::write(coming.join("CB01.RET"), told).unwrap());
    assert_eq!(names(&coming), ["CB01.RET"]);
    house.open(None);
    look_until(&house, "the return moved", || names(&coming).is_empty());
    assert_eq!(names(&coming.join("lidos")), ["CB01.RET"]);
    let registered = || {
        let all = house.get("/v1/boletos")["data"].as_array().unwrap().clone();
        all.len() == 3 && all.iter().all(|boleto| boleto["status"] == "REGISTERED")
    };
    house.await_that("all registered", registered);
    assert_eq!(house.get("/v1/returns")["data"].as_array().unwrap().len(), 1);
    assert_eq!(house.get("/v1/pending")["data"], json!([]));
}
