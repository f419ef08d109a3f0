//! `quita pix` through the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper is a failing test")]

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Feeds `input` to `quita pix <verb>`; each line of the answer, and whether it exited with 0.
fn pix(verb: &str, input: &[u8]) -> (Vec<Value>, bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quita"))
        .args(["pix", verb])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, output.status.success())
}

fn encode_one(input: Value) -> (Value, bool) {
    let (mut lines, well) = pix("encode", input.to_string().as_bytes());
    assert_eq!(lines.len(), 1);
    (lines.remove(0), well)
}

#[test]
fn a_static_code_is_written_and_reads_back() {
    let (answer, well) = encode_one(json!({
        "key": "(81) 98765-4321",
        "merchant_name": "Padaria São João",
        "city": "Recife",
        "amount": 12345,
        "txid": "PEDIDO1",
        "description": "Pedido nº 1",
        "postal_code": "50030-150",
    }));
    assert!(well);
    let code = answer["br_code"].as_str().unwrap();
    assert_eq!(
        code,
        "00020126510014br.gov.bcb.pix0114+55819876543210211Pedido no 15204000053039865406123.45\
         5802BR5916Padaria Sao Joao6006Recife61085003015062110507PEDIDO163049DD5"
    );
    assert_eq!(answer["kind"], "static");
    assert_eq!(answer["key_type"], "phone");
    assert_eq!(answer["txid"], "PEDIDO1");
    assert_eq!(answer["warnings"], json!([]));

    let (lines, well) = pix("decode", code.as_bytes());
    assert!(well);
    assert_eq!(
        lines,
        [json!({
            "kind": "static",
            "initiation": null,
            "key": "+5581987654321",
            "key_type": "phone",
            "description": "Pedido no 1",
            "withdrawal_ispb": null,
            "location": null,
            "recurrence": null,
            "merchant_category": "0000",
            "amount": 12345,
            "merchant_name": "Padaria Sao Joao",
            "city": "Recife",
            "postal_code": "50030150",
            "txid": "PEDIDO1",
            "crc": "9DD5",
            "warnings": [],
        })]
    );
}

#[test]
fn a_dynamic_code_with_a_recurrence_is_written() {
    let (answer, well) = encode_one(json!({
        "location": "https://pix.example.com/v2/cobv/0123456789abcdef",
        "recurrence": "pix.example.com/rec/0123456789abcdef",
        "merchant_name": "Academia Imaginada do Recife Antigo",
        "city": "Recife",
        "initiation": "once",
        "domain": "upper",
    }));
    assert!(well);
    assert_eq!((&answer["kind"], &answer["txid"]), (&json!("dynamic_cobv+rec"), &json!("***")));
    let codes: Vec<&Value> =
        answer["warnings"].as_array().unwrap().iter().map(|w| &w["code"]).collect();
    assert_eq!(codes, ["scheme_removed", "merchant_name_cut"]);
    let (lines, _) = pix("decode", answer["br_code"].as_str().unwrap().as_bytes());
    assert_eq!(lines[0]["location"], "pix.example.com/v2/cobv/0123456789abcdef");
    assert_eq!(lines[0]["merchant_name"], "Academia Imaginada do Rec");
    assert_eq!(lines[0]["initiation"], "once");
}

#[test]
fn what_cannot_be_written_says_which_field_and_why() {
    let good = json!({"key": "vendas@example.com", "merchant_name": "Loja", "city": "Recife"});
    for (change, code, field) in [
        (json!({"key": "31987654321"}), "phone_or_cpf", json!("key")),
        (json!({"key": "52998224726", "key_type": "cpf"}), "bad_cpf", json!("key")),
        (json!({"key": null}), "missing", json!("key")),
        (json!({"location": "pix.example.com/v2/1"}), "key_and_location", json!("location")),
        (
            json!({"key": null, "location": "a.com/b", "description": "x"}),
            "description_without_key",
            json!("description"),
        ),
        (json!({"city": null}), "missing", json!("city")),
        (json!({"amount": 0}), "bad_amount", json!("amount")),
        (json!({"amount": 1.5}), "invalid", json!("amount")),
        (json!({"amount": "1.50"}), "invalid", json!("amount")),
        (json!({"txid": "RP-2019"}), "bad_txid", json!("txid")),
        (json!({"initiation": "12"}), "invalid", json!("initiation")),
        (json!({"ammount": 100}), "unknown_field", Value::Null),
    ] {
        let mut input = good.clone();
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (answer, well) = encode_one(input);
        assert!(!well);
        let error = &answer["error"];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{answer}");
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{answer}");
    }
}

#[test]
fn bad_lines_do_not_stop_the_good_ones() {
    let good = br#"{"key":"vendas@example.com","merchant_name":"Loja","city":"Recife"}"#;
    let mut input = b"[]\n{\n\n\xff\xfe\n{\"city\":\"a\",\"city\":\"b\"}\n".to_vec();
    input.extend_from_slice(good);
    let (lines, well) = pix("encode", &input);
    assert!(!well);
    let codes: Vec<&Value> = lines.iter().map(|line| &line["error"]["code"]).collect();
    let expected = ["not_an_object", "invalid_json", "empty_line", "not_utf8", "invalid_json"];
    assert_eq!(codes[..5], expected.map(|code| json!(code)).each_ref()[..]);
    assert_eq!(lines[5]["kind"], "static");

    let code = lines[5]["br_code"].as_str().unwrap();
    let broken = code.replace("Loja", "Lojb");
    let input = format!("{code}\nolá\n{broken}\n  {code}\r\n{}", &code[..40]);
    let (lines, well) = pix("decode", input.as_bytes());
    assert!(!well);
    let codes: Vec<&Value> = lines.iter().map(|line| &line["error"]["code"]).collect();
    let expected = [json!(null), json!("bad_id"), json!("crc_mismatch"), json!(null)];
    assert_eq!(codes[..4], expected.each_ref()[..]);
    assert_eq!(lines[2]["error"]["field"], "crc");
    assert_eq!(lines[4]["error"]["code"], "truncated");
}

#[test]
fn one_code_may_be_the_argument() {
    let output = Command::new(env!("CARGO_BIN_EXE_quita"))
        .args(["pix", "decode", "00020102080004hoge6304ABCD"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "not_pix");
}

/// Noise from a fixed seed: no byte may make the program fail otherwise than by error lines.
#[test]
fn any_bytes_get_an_answer_a_line() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    let mut noise: Vec<u8> = (0..200_000).map(|_| byte()).collect();
    noise.extend(b"\n");
    let lines = noise.iter().filter(|b| **b == b'\n').count();
    for verb in ["encode", "decode"] {
        let (answers, well) = pix(verb, &noise);
        assert_eq!((answers.len(), well), (lines, false), "{verb}");
        assert!(answers.iter().all(|answer| answer["error"]["code"].is_string()), "{verb}");
    }
}
