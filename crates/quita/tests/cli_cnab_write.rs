//! `quita cnab write` through the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper is a failing test")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn quita(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quita"))
        .arg("cnab")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

const ITAU: [&str; 17] = [
    "write",
    "--bank=341",
    "--layout=400",
    "--file-number=7",
    "--made-at=2026-12-01T09:41:07",
    "--company-document",
    "12.ABC.345/01DE-35",
    "--company-name",
    "Padaria São João",
    "--agreement",
    "branch=1234",
    "--agreement",
    "account=56789",
    "--agreement",
    "account_digit=0",
    "--agreement",
    "wallet=109",
];

fn title() -> Value {
    json!({
        "our_number": "12345",
        "document_number": "NFe 450 - 1/1",
        "bank_reference": "R17",
        "amount": 123_456,
        "expiration_date": "2027-01-15",
        "customer": {
            "document": "529.982.247-25",
            "legal_name": "Ana Exemplo",
            "address": {
                "street": "Rua das Acácias", "number": "120", "district": "Centro",
                "city": "São Paulo", "state": "SP", "postal_code": "01234-567"
            }
        },
        "fine": {"value": "2.00"},
        "interest": {"face_value": 41},
        "discounts": [{"date": "2027-01-10", "face_value": 1000}]
    })
}

/// Written by one command, read by the other.
#[test]
fn a_remittance_is_written_and_read_back() {
    let hybrid = {
        let mut order = title();
        order["hybrid"] = json!(true);
        order["pix"] = json!({"key": "vendas@example.com"});
        order
    };
    let written = quita(&ITAU, &format!("{}\n\n{hybrid}\n", title()));
    let errors = String::from_utf8_lossy(&written.stderr).into_owned();
    assert!(written.status.success(), "{errors}");
    let text = String::from_utf8(written.stdout).unwrap();
    let kinds: String = text.lines().filter_map(|line| line.chars().next()).collect();
    assert_eq!(kinds, "0121239");
    assert!(text.contains("vendas@example.com "), "a key keeps its letters");
    let read = quita(&["read", "-"], &text);
    let lines: Vec<Value> = String::from_utf8(read.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[1]["movement"], "register");
    assert_eq!(lines[2]["movement"], "register_with_pix");
    assert_eq!(
        (&lines[1]["amount"], &lines[1]["document_number"]),
        (&json!(123_456), &json!("NFE450-1/1"))
    );
    assert!(quita(&["check", "-"], &text).status.success());
}

/// Everything that is wrong is told with its line, and nothing is written.
#[test]
fn errors_are_told_by_line_and_nothing_is_written() {
    let mut poor = title();
    poor["customer"].as_object_mut().unwrap().remove("address");
    poor["species"] = json!("NPR");
    let output = quita(&ITAU, &format!("{}\n{poor}\n", title()));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("linha 2: customer.address: o banco exige"), "{told}");
    assert!(told.contains("linha 2: species: "), "{told}");
    assert!(!told.contains("linha 1"), "{told}");

    let output = quita(&["write", "--bank=341", "--layout=500"], "");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("tem itau-400, itau-240"), "{told}");
    let output = quita(&ITAU, "{\"amount\": 1}\n");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("linha 1: "));
}
