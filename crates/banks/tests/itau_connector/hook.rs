//! Calls that the bank makes on us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quita_banks::contract::{Bank, Bell, Inbound};
use quita_banks::itau::bank::ITAU;
use serde_json::{Value, json};

use crate::support::*;

fn call(path: &str, headers: &[(&str, &str)], body: &str) -> Inbound {
    Inbound {
        method: "POST".to_owned(),
        path: path.to_owned(),
        headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn the_bank_gets_its_token_by_form_or_basic() {
    let basic = format!("Basic {}", STANDARD.encode("quita:1a2b3c"));
    let form = "grant_type=client_credentials&client_id=quita&client_secret=1a2b3c&scope=x";
    for (headers, body) in [
        (&[][..], form),
        (&[("authorization", basic.as_str())][..], "grant_type=client_credentials"),
    ] {
        let answer = ITAU.answer(&call("/token", headers, body)).unwrap();
        assert_eq!(answer.status, 200);
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(told["access_token"], "1a2b3c");
        assert_eq!(
            (told["token_type"].as_str(), told["expires_in"].as_i64()),
            (Some("Bearer"), Some(300))
        );
    }
    for body in ["", "grant_type=client_credentials", "client_id=outro&client_secret=x"] {
        assert_eq!(ITAU.answer(&call("/token", &[], body)).unwrap().status, 401, "{body}");
    }
    let get = Inbound { method: "GET".to_owned(), ..call("/token", &[], form) };
    assert_eq!(ITAU.answer(&get).unwrap().status, 405);
    // Anything else is a notice.
    assert_eq!(ITAU.answer(&call("", &[], NOTIFICACAO)), None);
}

#[test]
fn a_notice_rings_for_its_boleto_and_proves_nothing() {
    let reply = ITAU.inbound(&call("", &[], NOTIFICACAO), &ctx());
    assert_eq!(reply.response.status, 200);
    assert_eq!(reply.bells, [Bell::Boleto(BANK_ID.to_owned())]);
    let pix = json!({ "pix": [{ "txid": TXID, "endToEndId": "E1", "valor": "1.00" }] });
    let reply = ITAU.inbound(&call("/pix", &[], &pix.to_string()), &ctx());
    assert_eq!(reply.bells, [Bell::Boleto(BANK_ID.to_owned()), Bell::Pix(TXID.to_owned())]);
    for body in ["", "x", "[]", r#"{"boletos":[{}]}"#, r#"{"boletos":[{"idBeneficiario":"x"}]}"#] {
        let reply = ITAU.inbound(&call("", &[], body), &ctx());
        assert_eq!((reply.response.status, reply.bells.len()), (200, 0), "{body}");
    }
    let get = Inbound { method: "GET".to_owned(), ..call("", &[], NOTIFICACAO) };
    assert_eq!(ITAU.inbound(&get, &ctx()).response.status, 404);
}
