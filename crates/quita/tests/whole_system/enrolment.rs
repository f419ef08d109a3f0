//! From the letter to the account manager to a hybrid boleto that is settled, through lost answers
//! and dying processes; and what of all that stands on the disk.

use quita_banks::registry;
use quita_banks::simulator::{Control, Fault};
use quita_core::fact::Means;
use serde_json::{Value as Json, json};

use crate::house::{House, all_bytes, new_boleto};

const BANK: &str = "itau";
const CLIENT_ID: &str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
const SERVICE: &str = "/certificado/";

/// The account manager's turn: the client without a certificate, and another temporary token.
fn manager(house: &House) -> (String, String) {
    let control = Control::AddClient {
        client_id: CLIENT_ID.to_owned(),
        client_secret: "ainda nenhum".to_owned(),
        scopes: String::new(),
        account: "150000123454".to_owned(),
        certificate: None,
        owner: None,
    };
    let given = house.sandbox.control(BANK, &control).unwrap();
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    (text("temporary_token"), text("pix_key"))
}

/// Registers the account, not connected yet, and begins its road.
fn begin(house: &House, pix_key: &str) -> String {
    let base_url = house.sandbox.base_url(BANK).unwrap();
    let hosts = registry::by_folder(BANK).unwrap().info().hosts;
    let hosts: Json =
        hosts.iter().map(|host| (host.key.to_owned(), json!(host.at(&base_url)))).collect();
    let account = json!({
        "bank": BANK, "description": "Conta Itaú", "branch": "1500", "number": "12345",
        "digit": "4", "data": { "pix_key": pix_key }, "hosts": hosts,
    });
    let account = house.post("/v1/accounts", &account);
    assert_eq!(account["connected"], false);
    let id = account["id"].as_str().unwrap().to_owned();
    let letter = json!({ "data": {
        "operator_code": "123456789", "representative_name": "Ana Souza",
        "representative_phone": "81 99999-0000", "representative_email": "ana@example.com",
        "technical_name": "Caio Lima", "technical_phone": "81 98888-0000",
        "technical_email": "caio@example.com",
    }});
    let road = ok(house.send("PUT", &road(&id, ""), Some(&letter)));
    assert_eq!(road["stage"], "letter");
    id
}

fn road(account: &str, part: &str) -> String {
    format!("/v1/accounts/{account}/enrolment{part}")
}

fn ok(answer: Option<(u16, Json)>) -> Json {
    let (status, body) = answer.expect("an answer");
    assert_eq!(status, 200, "{body}");
    body
}

/// Not in the state at hand, for this reason.
fn refused(answer: Option<(u16, Json)>, why: &str) {
    let (status, body) = answer.expect("an answer");
    assert_eq!(status, 409, "{body}");
    assert!(body["type"].as_str().unwrap().ends_with(why), "{why}: {body}");
}

fn receive(house: &House, account: &str, token: &str) {
    let received = json!({
        "client_id": CLIENT_ID, "token": token, "ca": house.sandbox.ca(),
    });
    let kept = ok(house.send("PUT", &road(account, "/received"), Some(&received)));
    assert_eq!((&kept["stage"], &kept["has_token"]), (&json!("ready"), &json!(true)));
}

/// Asks for the certificate: the stage, and what is told.
fn ask(house: &House, account: &str) -> (String, String) {
    let told = ok(house.send("POST", &road(account, "/certificate"), None));
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    (text("stage"), text("message"))
}

/// Nothing of these, and no private key in any form, stands in any file of the installation.
fn nothing_secret_on_disk(house: &House, secrets: &[&str]) {
    // The beginning of every RSA key in PKCS#8 after its length, as DER and within PEM.
    let der = b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x82";
    let base64 = b"ADANBgkqhkiG9w0BAQEFAASC";
    let mut wanted: Vec<&[u8]> = vec![der, base64, b"PRIVATE KEY-----"];
    wanted.extend(secrets.iter().map(|secret| secret.as_bytes()));
    let files = all_bytes(&house.data());
    assert!(files.iter().any(|(path, bytes)| path.ends_with("log") && !bytes.is_empty()));
    for (path, bytes) in files {
        for secret in &wanted {
            let found = bytes.windows(secret.len()).any(|window| window == *secret);
            assert!(!found, "{}: {}", path.display(), String::from_utf8_lossy(secret));
        }
    }
}

#[test]
fn from_the_letter_to_a_hybrid_boleto_settled_through_faults() {
    let house = House::at(BANK);
    let (token, pix_key) = manager(&house);
    let id = begin(&house, &pix_key);

    let letter = house.get(&road(&id, "/letter"));
    let text = letter["text"].as_str().unwrap();
    for said in ["11.222.333/0001-81", "12345-4", "Ana Souza", "CNAB 240", "BEGIN PUBLIC KEY"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("PRIVATE"));

    // A wrong token: the bank says no, and it is not tried again.
    receive(&house, &id, "token-de-outra-empresa");
    let (stage, said) = ask(&house, &id);
    assert!(stage == "refused" && said.contains("não vale"), "{stage}: {said}");
    refused(house.send("POST", &road(&id, "/certificate"), None), "no_token");

    // The request is lost: the token is still good, and nobody knows.
    receive(&house, &id, &token);
    house.fault(Fault::RequestLost, SERVICE, 1);
    assert_eq!(ask(&house, &id).0, "unknown");
    // The answer is lost after the bank had signed: the token is used.
    house.fault(Fault::AnswerLost, SERVICE, 1);
    assert_eq!(ask(&house, &id).0, "unknown");
    let (stage, said) = ask(&house, &id);
    assert_eq!(stage, "refused");
    assert!(said.contains("tentativa anterior ficou sem resposta"), "{said}");
    assert_eq!(house.get("/v1/accounts")["data"][0]["connected"], false);

    let (second, _) = manager(&house);
    receive(&house, &id, &second);
    assert_eq!(ask(&house, &id).0, "done");
    let done = house.get(&road(&id, ""));
    let credential = house.get("/v1/credentials")["data"][0].clone();
    assert_eq!(done["credential_id"], credential["id"]);
    assert_eq!(credential["responsible_email"], "caio@example.com");
    let steps = house.post(&format!("/v1/accounts/{id}/probe"), &json!({}));
    let steps = steps["steps"].as_array().or(steps["data"].as_array()).unwrap().clone();
    assert!(!steps.is_empty() && steps.iter().all(|step| step["ok"] == true), "{steps:?}");

    // A hybrid boleto of this account, through the bank's usual faults, is paid by its QR code.
    house.fault(Fault::AnswerLost, "POST /recebimentos-pix/", 1);
    let mut order = new_boleto("CARTA-1");
    order["hybrid"] = json!(true);
    let boleto = house.post("/v1/boletos", &order)["id"].as_str().unwrap().to_owned();
    house.advance_minutes(5);
    let registered = house.await_status(&boleto, "REGISTERED");
    assert!(registered["br_code"].is_string(), "{registered}");
    house.pay(&registered, Means::Pix);
    // Whoever asks for many tokens at once is told to wait a minute: time goes on until it is known.
    let mut settled = Json::Null;
    for _ in 0..30 {
        house.advance_minutes(5);
        house.sync();
        settled = house.await_boleto(&boleto, |b| b["status"] == "SETTLED");
        if settled["received"] == 12_345 {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(500));
    }
    assert_eq!((&settled["status"], &settled["received"]), (&json!("SETTLED"), &json!(12_345)));
    assert_eq!(settled["receipts"].as_array().unwrap().len(), 1, "{settled}");

    // The next certificate: not before its time, then with the credential that there is.
    let renewal = format!("/v1/accounts/{id}/credential/renewal");
    refused(house.send("POST", &renewal, None), "too_early");
    house.advance_minutes(340 * 24 * 60);
    // The server's clock follows the bank's in a moment.
    house.await_that("the last days have come", || {
        house.send("POST", &renewal, None).is_some_and(|(status, _)| status == 200)
    });
    let renewed = house.get(&road(&id, ""));
    assert_eq!(renewed["stage"], "done", "{renewed}");
    let now = house.get("/v1/credentials")["data"].clone();
    let newest = now.as_array().unwrap().iter().find(|c| c["id"] == renewed["credential_id"]);
    assert!(newest.unwrap()["not_after"].as_str() > credential["not_after"].as_str());
    let steps = house.post(&format!("/v1/accounts/{id}/probe"), &json!({}));
    assert!(!steps.to_string().contains("\"ok\":false"), "{steps}");

    nothing_secret_on_disk(&house, &[&token, &second]);
    let (verified, told) = house.command(&["audit", "verify"]);
    assert!(verified, "{told}");
}

#[test]
fn killed_while_asking_for_the_certificate_nothing_is_lost_that_can_be_kept() {
    let mut house = House::at(BANK);
    let (token, pix_key) = manager(&house);
    let id = begin(&house, &pix_key);
    receive(&house, &id, &token);
    let stage = |house: &House| house.get(&road(&id, ""))["stage"].as_str().unwrap().to_owned();

    // Killed before anything was sent: unknown, and the same token gives the certificate. While the
    // call might still run, nobody asks twice.
    house.open(Some("certificate.answered"));
    house.fault(Fault::ErrorBefore { status: 503 }, SERVICE, 1);
    assert!(house.send("POST", &road(&id, "/certificate"), None).is_none());
    house.wait_for_death();
    house.open(None);
    assert_eq!(stage(&house), "unknown");
    refused(house.send("POST", &road(&id, "/certificate"), None), "in_progress");
    house.advance_minutes(1);

    // Killed with the answer in hand: the bank refuses the used token, and another one helps.
    house.open(Some("certificate.answered"));
    assert!(house.send("POST", &road(&id, "/certificate"), None).is_none());
    house.wait_for_death();
    // Before it starts: a running one reads the time of the simulator a moment later.
    house.advance_minutes(1);
    house.open(None);
    assert_eq!(stage(&house), "unknown");
    let (now, said) = ask(&house, &id);
    assert!(now == "refused" && said.contains("sem resposta"), "{now}: {said}");

    // Killed when all was written: it is there.
    let (second, _) = manager(&house);
    receive(&house, &id, &second);
    house.open(Some("certificate.recorded"));
    assert!(house.send("POST", &road(&id, "/certificate"), None).is_none());
    house.wait_for_death();
    house.open(None);
    assert_eq!(stage(&house), "done");
    let steps = house.post(&format!("/v1/accounts/{id}/probe"), &json!({}));
    assert!(!steps.to_string().contains("\"ok\":false"), "{steps}");
    nothing_secret_on_disk(&house, &[&token, &second]);
}
