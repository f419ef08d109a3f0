//! Calls by the bank.

use quita_banks::contract::Bell;

use crate::support::{BANK_ID, CALLBACK, CALLBACK_2023, CALLBACK_PIX, TXID, ring};

#[test]
fn callbacks_ring_in_every_shape() {
    let boleto = |id: &str| Bell::Boleto(id.to_owned());
    let pix = |id: &str| Bell::Pix(id.to_owned());
    let bacen = format!(r#"{{"pix":{CALLBACK_PIX}}}"#);
    for (path, body, bells) in [
        ("", CALLBACK, vec![boleto(BANK_ID), boleto("0d1f2c3b-0000-4000-8000-000000000002")]),
        ("", CALLBACK_2023, vec![Bell::Reference("FAT-000125".to_owned())]),
        ("", CALLBACK_PIX, vec![pix(TXID)]),
        ("/pix", CALLBACK_PIX, vec![pix(TXID)]),
        ("/pix", bacen.as_str(), vec![pix(TXID)]),
        ("", r#"{"codigoCobranca":"abc","seuNumero":"X"}"#, vec![boleto("abc")]),
        ("", r#"{"idSolicitacao":"abc"}"#, vec![boleto("abc")]),
        ("", r#"[{"seuNumero":15},{"seuNumero":"15"}]"#, vec![Bell::Reference("15".to_owned())]),
        ("", r#"{"endToEndId":"E1","codigoSolicitacao":"abc"}"#, vec![boleto("abc")]),
        ("", r#"{"endToEndId":"E1"}"#, vec![]),
        ("", "\u{feff}{\"codigoSolicitacao\":\"abc\"}", vec![boleto("abc")]),
        ("", r#"{"pix":[]}"#, vec![]),
        ("", r#"[[{"codigoSolicitacao":"abc"}],null,3]"#, vec![]),
        ("", r#"{"codigoSolicitacao":"a\nb"}"#, vec![]),
        ("", r#"{"codigoSolicitacao":{"a":1}}"#, vec![]),
        ("", "\"texto\"", vec![]),
        ("", "não é JSON", vec![]),
        ("", "", vec![]),
    ] {
        assert_eq!(ring("POST", path, body.as_bytes()), (200, bells), "{body}");
    }
    let long = format!(r#"{{"codigoSolicitacao":"{}"}}"#, "a".repeat(65));
    assert_eq!(ring("POST", "", long.as_bytes()), (200, vec![]));
    assert_eq!(ring("GET", "", CALLBACK.as_bytes()), (404, vec![]));
}
