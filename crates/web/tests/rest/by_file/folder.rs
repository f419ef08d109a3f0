//! The folder in which programs leave returns and fetch remittances.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jiff::civil::date;
use quita_engine::exchange_folder::{Standing, check, look};
use quita_formats::cnab::codes::Movement;
use serde_json::Value;

use super::bank::{Told, answer, hear};
use super::{BTG, ITAU, account, issue, layout, learn, one, remit};
use crate::house::House;

crate::on_both_databases! {
    returns_are_read_when_they_are_complete
    what_cannot_be_read_is_set_aside
    remittances_are_put_there_once
    what_was_taken_before_a_crash_does_not_come_again
}

fn root(house: &House) -> PathBuf {
    house.world.settings.exchange_folder.clone().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    let mut names: Vec<_> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A boleto that waits for its return, and that return.
async fn awaited(house: &House) -> (Value, Vec<u8>) {
    let account_id = account(house, ITAU);
    let boleto = issue(house, &account_id, "F-1").await;
    let (_, bytes) = remit(house, &account_id, "r").await;
    let day = date(2026, 12, 1);
    let told = [Told::new(&hear(&bytes)[0], Movement::Registered, day)];
    (boleto, answer(layout(ITAU), &bytes, 1, day, &told))
}

async fn status(house: &House, boleto: &Value) -> Value {
    learn(&house.world);
    one(house, &boleto["id"]).await["status"].clone()
}

async fn returns_are_read_when_they_are_complete(house: &House) {
    let (boleto, bytes) = awaited(house).await;
    look(&house.world).unwrap();
    let returns = root(house).join("retornos");
    let dropped = returns.join("CB0112.RET");

    // It still grows, and is looked at in between.
    fs::write(&dropped, &bytes[..400]).unwrap();
    assert_eq!(look(&house.world).unwrap(), 0);
    fs::write(&dropped, &bytes).unwrap();
    assert_eq!(look(&house.world).unwrap(), 0);
    assert_eq!(status(house, &boleto).await, "CREATED");
    assert_eq!(look(&house.world).unwrap(), 1);
    assert_eq!(status(house, &boleto).await, "REGISTERED");
    assert_eq!(
        (names(&returns), names(&returns.join("lidos"))),
        (vec![], vec!["CB0112.RET".into()])
    );

    // The same content again under either name, as after a crash before it was moved.
    fs::write(&dropped, &bytes).unwrap();
    fs::write(returns.join("copia de CB0112.RET"), &bytes).unwrap();
    fs::write(returns.join("a caminho.part"), &bytes).unwrap();
    fs::write(returns.join("vazio.ret"), b"").unwrap();
    look(&house.world).unwrap();
    assert_eq!(look(&house.world).unwrap(), 2);
    assert_eq!(names(&returns), ["a caminho.part", "vazio.ret"]);
    let read = ["CB0112-2.RET", "CB0112.RET", "copia de CB0112.RET"];
    assert_eq!(names(&returns.join("lidos")), read);
    let kept = house.get("/v1/returns").send().await.expect(200);
    assert_eq!(kept["data"].as_array().unwrap().len(), 1);
}

async fn what_cannot_be_read_is_set_aside(house: &House) {
    let (_, bytes) = awaited(house).await;
    look(&house.world).unwrap();
    let returns = root(house).join("retornos");
    let text = String::from_utf8(bytes).unwrap();
    // Of a bank account that nobody has, a letter, and what should have gone to the bank.
    fs::write(returns.join("alheio.ret"), text.replace("0057", "0058").replace("72192", "99999"))
        .unwrap();
    fs::write(returns.join("carta.txt"), "Prezado cliente").unwrap();
    let made = root(house).join("remessas").join("remessa-341-0057-72192-000007.rem");
    fs::copy(&made, returns.join("remessa.rem")).unwrap();
    look(&house.world).unwrap();
    assert_eq!(look(&house.world).unwrap(), 3);
    assert!(names(&returns).is_empty());
    let broken = returns.join("com-problema");
    let all = [
        "alheio.ret",
        "alheio.ret.txt",
        "carta.txt",
        "carta.txt.txt",
        "remessa.rem",
        "remessa.rem.txt",
    ];
    assert_eq!(names(&broken), all);
    let report = |name: &str| fs::read_to_string(broken.join(name)).unwrap();
    assert!(report("alheio.ret.txt").contains("nenhuma conta por arquivo"));
    assert!(report("carta.txt.txt").contains("Motivo: "));
    assert!(report("remessa.rem.txt").contains("é uma remessa"));
    let standing = check(&root(house)).unwrap();
    assert_eq!(standing, Standing { waiting: 0, broken: 3 });
}

async fn remittances_are_put_there_once(house: &House) {
    let folder = root(house).join("remessas");
    for (place, number) in [(ITAU, "F-2"), (BTG, "F-3")] {
        let account_id = account(house, place);
        issue(house, &account_id, number).await;
        let (made, bytes) = remit(house, &account_id, place.0).await;
        assert_eq!(look(&house.world).unwrap(), 1);
        let name = format!("remessa-{}-0057-72192-000007.rem", place.0);
        assert_eq!(fs::read(folder.join(&name)).unwrap(), bytes);
        assert_eq!(made["file_name"], format!("remessa-{}-000007.rem", place.0));
        // Whoever fetches it takes it away: it does not come again.
        fs::remove_file(folder.join(&name)).unwrap();
        assert_eq!(look(&house.world).unwrap(), 0);
        assert!(names(&folder).is_empty());
    }
}

/// A process that dies at this point while it looks.
fn look_and_die(house: &House, at: &'static str) {
    let mut world = house.restarted();
    world.settings.exchange_folder = house.world.settings.exchange_folder.clone();
    world.crash_point = Box::new(move |point| {
        if point == at {
            std::panic::resume_unwind(Box::new("killed"));
        }
    });
    assert!(catch_unwind(AssertUnwindSafe(|| look(&world))).is_err());
}

async fn what_was_taken_before_a_crash_does_not_come_again(house: &House) {
    let folder = root(house).join("remessas");
    let account_id = account(house, ITAU);
    let name = |number: u32| format!("remessa-341-0057-72192-{number:06}.rem");
    let mark = |number: u32| folder.join(format!(".{}.mark", name(number)));
    let file = async |key: &str| {
        issue(house, &account_id, key).await;
        remit(house, &account_id, &format!("{key}-remessa")).await.1
    };

    // It had its name, and somebody took it.
    let bytes = file("F-1").await;
    look_and_die(house, "folder.placed");
    assert_eq!(fs::read(folder.join(name(7))).unwrap(), bytes);
    fs::remove_file(folder.join(name(7))).unwrap();
    assert_eq!(look(&house.world).unwrap(), 1);
    assert!(names(&folder).is_empty());

    // It had none yet.
    let bytes = file("F-2").await;
    look_and_die(house, "folder.whole");
    assert!(!folder.join(name(8)).exists());
    assert_eq!(look(&house.world).unwrap(), 1);
    assert_eq!(fs::read(folder.join(name(8))).unwrap(), bytes);
    assert_eq!(names(&folder), [name(8)]);

    // Without a trace, or with one of another file, as after a backup was restored: again.
    let bytes = file("F-3").await;
    look_and_die(house, "folder.placed");
    fs::remove_file(folder.join(name(9))).unwrap();
    fs::remove_file(mark(9)).unwrap();
    assert_eq!(look(&house.world).unwrap(), 1);
    assert_eq!(fs::read(folder.join(name(9))).unwrap(), bytes);
    let bytes = file("F-4").await;
    fs::write(mark(10), "of another file").unwrap();
    assert_eq!(look(&house.world).unwrap(), 1);
    assert_eq!(fs::read(folder.join(name(10))).unwrap(), bytes);
}
