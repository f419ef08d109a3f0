//! `quita cnab` through the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper is a failing test")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const RETURN: &[u8] = include_bytes!("../../banks/tests/cnab/samples/itau-400.ret");

fn quita(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quita"))
        .arg("cnab")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_return_is_json_lines() {
    let output = quita(&["read", "-"], RETURN);
    assert!(output.status.success());
    let lines: Vec<Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["file", "record", "record", "record", "trailer"]);
    assert_eq!(lines[0]["direction"], "return");
    assert_eq!(lines[0]["layout"], "itau-400");
    assert_eq!(
        lines[1],
        json!({"kind": "record", "movement": "settled",
               "occurrence": {"code": "06", "text": "Liquidação normal"},
               "our_number": "00012345", "our_number_digit": "1", "document_number": "NF1234-1",
               "amount": 15_000, "paid_amount": 15_345, "interest": 345, "fine": null,
               "discount": null, "abatement": null, "fee": 199, "credit_date": "2026-03-11",
               "occurrence_date": "2026-03-10", "expiration_date": "2026-03-09", "reasons": [],
               "line": 2, "warnings": [], "wallet": "109", "collecting_bank": "341",
               "settlement_means": "B2", "customer_name": "ANA SOUZA DE LIMA"})
    );
    assert_eq!(lines[2]["movement"], "rejected");
    let reasons = json!([
        {"code": "08", "text": "Nome do pagador não informado ou deslocado"},
        {"code": "10", "text": "Logradouro não informado ou deslocado"},
    ]);
    assert_eq!(lines[2]["reasons"], reasons);
    assert_eq!(lines[4]["titles"], 3);
}

#[test]
fn a_sound_file_passes_and_a_broken_one_does_not() {
    let sound = include_str!("../../banks/tests/cnab/samples/btg-240.ret");
    let output = quita(&["check", "-"], sound.as_bytes());
    assert!(output.status.success(), "{}", out(&output));
    assert_eq!(out(&output), "");
    let broken = sound.replacen("09032026", "31022026", 1).replacen("00003T", "00004T", 1);
    let output = quita(&["check", "-"], broken.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    // A title is complete, and told, when the next one begins.
    assert_eq!(
        out(&output),
        "linha 5: o sequencial do registro é «00004» e deveria ser 3\n\
         linha 3: Vencimento (posições 74 a 81): «31022026» não é uma data\n\
         linha 6: o sequencial do segmento é «00004» e deveria ser 5\n"
    );
}

#[test]
fn a_layout_documents_itself() {
    let names = out(&quita(&["layout"], b""));
    assert!(names.lines().any(|name| name == "itau-400"), "{names}");
    let text = out(&quita(&["layout", "itau-400"], b""));
    assert!(text.contains("julho de 2021"), "{text}");
    assert!(text.contains("06  Liquidação normal"), "{text}");
    let json: Value =
        serde_json::from_str(&out(&quita(&["layout", "itau-400", "--json"], b""))).unwrap();
    assert_eq!(json["layout"]["width"], 400);
    let unknown = quita(&["layout", "nenhum"], b"");
    assert_eq!(unknown.status.code(), Some(1));
    let errors = String::from_utf8(unknown.stderr).unwrap();
    assert!(errors.contains("não há layout «nenhum»"), "{errors}");
}

#[test]
fn what_is_no_cnab_is_refused_with_advice() {
    let output = quita(&["read", "-"], b"%PDF-1.7");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("PDF"), "{errors}");
}
