//! The commands of an operator, with a server at work on the same installation.

use std::process::Command;

use serde_json::json;

use crate::house::{Folder, House, new_boleto};

#[test]
fn a_boleto_goes_its_whole_way_by_commands() {
    let house = House::new();
    let file = house.data().join("novo.json");
    std::fs::write(&file, new_boleto("CMD 1").to_string()).unwrap();
    let file = file.to_str().unwrap();

    let (ok, issued) = house.command(&["boleto", "issue", file, "--key", "a"]);
    assert!(ok, "{issued}");
    assert_eq!(issued["status"], "REGISTERED");
    let (ok, again) = house.command(&["boleto", "issue", file, "--key", "a"]);
    assert!(ok && again["id"] == issued["id"], "the same key, the same boleto");
    let (ok, _) = house.command(&["boleto", "issue", file, "--key", "b"]);
    assert!(!ok, "the document number is taken");
    let id = issued["id"].as_str().unwrap();

    let (ok, list) = house.command(&["boleto", "list", "--status", "registered"]);
    assert!(ok);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let (ok, shown) = house.command(&["boleto", "show", id]);
    assert!(ok);
    assert_eq!(shown["events"][0]["kind"], "boleto.created");

    // The bank gives five tokens a minute: each command, a process of its own, goes on with those
    // that another asked for.
    for of_bank in [&[] as &[&str], &["--of-bank"]] {
        let pdf = house.data().join("boleto.pdf");
        let arguments = [&["boleto", "pdf", id, "--output", pdf.to_str().unwrap()], of_bank];
        let (ok, written) = house.command(&arguments.concat());
        assert!(ok, "{written}");
        assert!(std::fs::read(&pdf).unwrap().starts_with(b"%PDF"), "{of_bank:?}");
    }

    let (ok, health) = house.command(&["sync"]);
    assert!(ok);
    assert_eq!(health[0]["last_error"], "");
    let (ok, cancelled) = house.command(&["boleto", "cancel", id, "--reason", "engano"]);
    assert!(ok, "{cancelled}");
    assert_eq!(cancelled["status"], "CANCELLED");
    let (ok, imports) = house.command(&["statement", "fetch"]);
    assert!(ok, "{imports}");
    assert_eq!(imports[0]["source"], "api", "{imports}");
    // It asks for a token of its own.
    house.advance_minutes(1);
    let (ok, findings) = house.command(&["doctor"]);
    assert!(ok, "{findings}");
}

#[test]
fn an_account_by_file_is_registered_by_command() {
    let house = House::new();
    let add = |more: &[&str]| {
        let own = ["account", "add", "--bank", "208", "--description", "Por arquivo", "--branch"];
        let rest = ["0050", "--account", "123450", "--layout", "febraban-240"];
        house.command(&[&own[..], &rest[..], more].concat())
    };
    let (ok, missing) = add(&[]);
    assert!(!ok, "{missing}");
    let (ok, added) = add(&[
        "--data",
        "wallet=1",
        "--data",
        "agreement=1234567",
        "--next-remittance",
        "7",
        "--first-our-number",
        "501",
    ]);
    assert!(ok, "{added}");
    assert_eq!(added["account"]["layout"], "febraban-240");
    let account = added["account"]["id"].as_str().unwrap();
    let stands = |more: &[&str]| {
        house.command(&[&["remittance", "last-number", "--account", account], more].concat())
    };
    let (ok, numbers) = stands(&[]);
    assert!(ok, "{numbers}");
    assert_eq!(numbers, json!({ "remittance": 6, "our_number": 500 }));
    let (ok, _) = stands(&["--our-number", "400"]);
    assert!(!ok, "a number never goes back");
    let (ok, numbers) = stands(&["--remittance", "40", "--our-number", "900"]);
    assert!(ok && numbers == json!({ "remittance": 40, "our_number": 900 }), "{numbers}");
}

#[test]
fn companies_do_not_see_one_another() {
    let house = House::new();
    let id = house.issue("DA PRIMEIRA");
    let (ok, other) = house.command(&[
        "company",
        "add",
        "--document",
        "12ABC34501DE35",
        "--legal-name",
        "Outra Empresa Ltda",
    ]);
    assert!(ok, "{other}");
    let company = other["id"].as_str().unwrap();
    let (ok, _) = house.command(&["boleto", "show", &id]);
    assert!(!ok, "with two companies one must be named");
    let (ok, _) = house.command(&["boleto", "show", &id, "--company", company]);
    assert!(!ok, "a boleto of another company");
    let (ok, list) = house.command(&["boleto", "list", "--company", company]);
    assert!(ok);
    assert_eq!(list["data"], json!([]));
    let (ok, token) = house.command(&[
        "token",
        "create",
        "--name",
        "erp",
        "--scope",
        "read",
        "--company",
        company,
    ]);
    assert!(ok && token["token"].as_str().unwrap().starts_with("quita_"));
}

#[test]
fn a_credential_is_replaced_before_it_ends() {
    let house = House::new();
    let before = house.issue("ANTES DA TROCA");
    house.await_status(&before, "REGISTERED");
    let kit = house.new_client();
    let write = |name: &str, text: &str| {
        let path = house.data().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let fields = [
        format!("client_id={}", kit.client_id),
        format!("client_secret={}", write("novo.segredo", &kit.client_secret)),
        format!("certificate={}", write("novo.crt", &kit.certificate)),
        format!("private_key={}", write("novo.key", &kit.key)),
        format!("ca={}", write("simulador.pem", house.sandbox.ca())),
    ];
    let accounts = house.get("/v1/accounts")["data"].clone();
    let id = accounts[0]["id"].as_str().unwrap().to_owned();
    let mut arguments = vec!["account", "reconnect", &id];
    for field in &fields {
        arguments.extend(["--credential", field]);
    }
    let (ok, probed) = house.command(&arguments);
    assert!(ok, "{probed}");
    assert!(probed["probe"].as_array().unwrap().iter().all(|step| step["ok"] == true), "{probed}");
    assert_eq!(house.get("/v1/credentials")["data"].as_array().unwrap().len(), 2);
    // A key of another certificate is refused, and nothing changes.
    let other = house.new_client();
    let wrong = format!("private_key={}", write("outra.key", &other.key));
    let at = arguments.iter().position(|a| a.starts_with("private_key=")).unwrap();
    arguments[at] = &wrong;
    let (ok, _) = house.command(&arguments);
    assert!(!ok);
    assert_eq!(house.get("/v1/credentials")["data"].as_array().unwrap().len(), 2);
    let after = house.issue("DEPOIS DA TROCA");
    house.await_status(&after, "REGISTERED");
}

#[test]
fn the_owner_of_the_machine_lets_people_in() {
    let house = House::new();
    let add = ["user", "add", "--email", "ana@example.com", "--name", "Ana"];
    let (ok, first) = house.command(&add);
    assert!(ok && first["password"].is_string(), "{first}");
    let (ok, _) = house.command(&add);
    assert!(!ok, "she is there already");
    let (ok, other) = house.command(&[
        "company",
        "add",
        "--document",
        "11444777000161",
        "--legal-name",
        "Outra Empresa Ltda",
    ]);
    assert!(ok);
    let company = ["--company", other["id"].as_str().unwrap()];
    let (ok, again) = house.command(&[&add[..], &company[..]].concat());
    assert!(ok && again["password"].is_null(), "the password she has: {again}");
    let (ok, people) = house.command(&[&["user", "list"][..], &company[..]].concat());
    assert!(ok);
    assert_eq!(people[0]["role"], "administrator");
    let (ok, reset) = house.command(&["user", "password", "ana@example.com"]);
    assert!(ok && reset["password"] != first["password"]);
}

/// At any moment, and in the worst: when the order is written down and may have gone out.
#[test]
fn the_demonstration_ends_well_wherever_it_is_killed() {
    for crash_at in [None, Some("issue.intent")] {
        let folder = Folder::new();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_quita"));
        demo.args(["demo", "--exit", "--dir"]).arg(folder.as_ref());
        if let Some(point) = crash_at {
            demo.env("QUITA_CRASH_AT", point);
        }
        let demo = demo.output().unwrap();
        let said = String::from_utf8_lossy(&demo.stderr);
        assert!(demo.status.success(), "{said}");
        assert!(crash_at.is_none() || said.contains("relógio simulado"), "{said}");
    }
}
