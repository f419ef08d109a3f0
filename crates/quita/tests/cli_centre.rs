//! The commands that need no database, run as a user runs them.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it cannot use")]

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

fn quita(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_quita"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Answers to lines on standard input, and whether all went well.
fn answers(arguments: &[&str], input: &[u8]) -> (Vec<Value>, bool) {
    let mut child = quita(arguments);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, output.status.success())
}

fn answer(arguments: &[&str]) -> Value {
    let (mut lines, _) = answers(arguments, b"");
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

/// A sample of an invented company at Itaú, whose free field annex 4 of the manual works out.
const SAMPLE: &str = r#"{"bank":"341","branch":"0057","account":"12345","account_digit":"7","wallet":"109","our_number":"12345678","expiration_date":"2026-12-21","amount":12345}"#;

#[test]
fn compute_gives_all_numbers_of_a_boleto() {
    let expected = json!({
        "our_number": "12345678",
        "our_number_digit": "0",
        "our_number_formatted": "109/12345678-0",
        "free_field": "1091234567800057123457000",
        "due_factor": 1667,
        "barcode": "34191166700000123451091234567800057123457000",
        "writable_line": "34191091233456780005671234570001116670000012345",
        "writable_line_formatted": "34191.09123 34567.800056 71234.570001 1 16670000012345",
    });
    assert_eq!(answer(&["boleto", "compute", SAMPLE]), expected);
    let (lines, well) =
        answers(&["boleto", "compute"], format!("{SAMPLE}\n{SAMPLE}\r\n{SAMPLE}").as_bytes());
    assert!(well);
    assert_eq!(lines, [expected.clone(), expected.clone(), expected]);
}

#[test]
fn compute_says_which_field_a_bank_needs_and_what_it_assumed() {
    let with = |more: &str| {
        let sample = r#"{"bank":"748","branch":"0100","beneficiary_code":"12345","wallet":"1","our_number":"42","expiration_date":"2026-12-21","amount":100"#;
        answer(&["boleto", "compute", &format!("{sample}{more}}}")])
    };
    assert_eq!(
        with("")["error"],
        json!({ "code": "missing", "field": "post", "message": "Informe o posto da cooperativa." })
    );
    let assumed = with(r#","post":"07""#);
    assert_eq!(assumed["beneficiary_formatted"], "0100.07.12345");
    assert_eq!(assumed["our_number_formatted"], "26/200042-0");
    assert_eq!(assumed["warnings"][0]["code"], "year_of_our_number");
    let told = with(r#","post":"07","issuance_date":"2026-11-30","our_number_digit":"0""#);
    assert_eq!(told["warnings"], json!(null));
    assert_eq!(told["barcode"], assumed["barcode"]);
    let wrong = with(r#","post":"07","our_number_digit":"1""#);
    assert_eq!(wrong["error"]["code"], "wrong_check_digit");
    assert_eq!(wrong["error"]["field"], "our_number_digit");
    assert_eq!(with(r#","issuance_date":"ontem""#)["error"]["field"], "issuance_date");
}

#[test]
fn read_takes_apart_what_compute_made() {
    let line = "34191.09123 34567.800056 71234.570001 1 16670000012345";
    let expected = json!({
        "kind": "boleto",
        "bank": "341",
        "bank_name": "Itaú Unibanco S.A.",
        "amount": 12345,
        "expiration_date": "2026-12-21",
        "due_factor": 1667,
        "free_field": "1091234567800057123457000",
        "barcode": "34191166700000123451091234567800057123457000",
        "writable_line": "34191091233456780005671234570001116670000012345",
        "writable_line_formatted": line,
    });
    assert_eq!(answer(&["boleto", "read", line, "--on", "2026-11-21"]), expected);
    let barcode = expected["barcode"].as_str().unwrap();
    assert_eq!(answer(&["boleto", "read", "--on", "2026-11-21", barcode]), expected);
}

#[test]
fn the_reading_day_decides_the_due_date() {
    // Factor 5316: due in 2012 when read in 2012, in 2036 when read in 2026.
    let free_field = "0".repeat(25);
    let input = format!(
        r#"{{"bank":"001","free_field":"{free_field}","expiration_date":"2012-04-27","amount":0}}"#
    );
    let computed = answer(&["boleto", "compute", &input]);
    assert_eq!(computed["due_factor"], 5316);
    let code = computed["barcode"].as_str().unwrap();
    let due = |on: &str| answer(&["boleto", "read", code, "--on", on])["expiration_date"].clone();
    assert_eq!(due("2012-04-01"), "2012-04-27");
    assert_eq!(due("2026-11-21"), "2036-12-17");
    // Between the windows no date is told, and the answer says why.
    let unsure = answer(&["boleto", "read", code, "--on", "2021-11-21"]);
    assert_eq!(unsure["expiration_date"], Value::Null);
    assert_eq!(unsure["warnings"][0]["code"], "due_factor_outside_window");
    assert_eq!(unsure["barcode"], computed["barcode"]);
}

#[test]
fn bills_of_utilities_are_named_and_not_taken_for_boletos() {
    let bill = answer(&["boleto", "read", "82670000000653301602023123106000000002830894"]);
    assert_eq!(
        bill,
        json!({
            "kind": "arrecadacao",
            "segment": "2",
            "segment_name": "Saneamento",
            "amount": 6533,
            "modulus": 10,
            "barcode": "82670000000653301602023123106000000002830894",
            "writable_line": "826700000001653301602021312310600001000028308948",
        })
    );
}

#[test]
fn bad_lines_fail_alone_and_in_their_place() {
    let mut input = Vec::new();
    let mut expected = Vec::new();
    let mut add = |line: &[u8], code: &'static str, field: Option<&'static str>| {
        input.extend_from_slice(line);
        input.push(b'\n');
        expected.push((code, field));
    };
    add(SAMPLE.as_bytes(), "", None);
    add(b"", "empty_line", None);
    add(b"\xff\xfe{", "not_utf8", None);
    add(b"{\"bank\":", "invalid_json", None);
    add(b"[1,2]", "not_an_object", None);
    add(b"\"341\"", "not_an_object", None);
    add(b"{\"bank\":\"341\",\"bank\":\"077\"}", "invalid_json", None);
    add("[".repeat(100_000).as_bytes(), "invalid_json", None);
    add(&vec![b'9'; 3 << 20], "line_too_long", None);
    let text = |old: &str, new: &str| SAMPLE.replace(old, new).into_bytes();
    add(&text("12345678", "123456789"), "invalid", Some("our_number"));
    add(&text("\"109\"", "{}"), "invalid", Some("wallet"));
    add(&text("\"109\"", "null"), "missing", Some("wallet"));
    add(&text(":12345}", ":123.45}"), "invalid", Some("amount"));
    add(&text(":12345}", ":\"123\"}"), "invalid", Some("amount"));
    add(&text(":12345}", ":-1}"), "invalid", Some("amount"));
    add(&text(":12345}", ":99999999999999999999}"), "invalid", Some("amount"));
    add(&text("2026-12-21", "2026-02-30"), "invalid", Some("expiration_date"));
    add(&text("\"341\"", "\"998\""), "unknown_bank", Some("free_field"));
    add(&text("0057", "00\u{0}57"), "invalid_json", None);
    add(SAMPLE.as_bytes(), "", None);
    let (lines, well) = answers(&["boleto", "compute"], &input);
    assert!(!well);
    let told: Vec<(&str, Option<&str>)> = lines
        .iter()
        .map(|line| {
            let error = &line["error"];
            let message = error["message"].as_str();
            assert_eq!(message.is_some_and(|m| m.ends_with('.')), error.is_object(), "{line}");
            (error["code"].as_str().unwrap_or(""), error["field"].as_str())
        })
        .collect();
    assert_eq!(told, expected);
    assert_eq!(lines[0], lines[lines.len() - 1]);
}

#[test]
fn a_wrong_digit_is_named() {
    let (lines, well) = answers(
        &["boleto", "read"],
        b"34191.09123 34567.800056 71234.570001 2 16670000012345\nabc\n123\n",
    );
    assert!(!well);
    let message = lines[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("dígito verificador geral é 2 e deveria ser 1"), "{message}");
    let codes: Vec<&Value> = lines.iter().map(|line| &line["error"]["code"]).collect();
    assert_eq!(codes, ["wrong_check_digit", "bad_character", "wrong_length"]);
}

#[test]
fn documents_are_answered_valid_or_not() {
    let (lines, well) =
        answers(&["document", "check"], b"529.982.247-25\n12abc34501de35\n52998224724\n1\n");
    assert!(well, "an invalid document is an answer, not a failure");
    assert_eq!(
        lines[0],
        json!({
            "kind": "cpf", "valid": true, "digits": "52998224725",
            "formatted": "529.982.247-25", "reason": null,
        })
    );
    assert_eq!(lines[1]["formatted"], "12.ABC.345/01DE-35");
    assert_eq!((&lines[2]["kind"], &lines[2]["valid"]), (&json!("cpf"), &json!(false)));
    assert!(lines[2]["reason"].as_str().unwrap().contains("dígitos verificadores"));
    assert_eq!(lines[3]["kind"], Value::Null);
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let mut child = quita(&["boleto", "compute"]);
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let line = format!("{SAMPLE}\n").into_bytes();
        // Ends when the command does.
        while stdin.write_all(&line).is_ok() {}
    });
    let mut start = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    writer.join().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn an_open_pipe_is_answered_line_by_line() {
    let mut child = quita(&["document", "check"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    for text in ["529.982.247-25", "x"] {
        writeln!(stdin, "{text}").unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_gets_an_error_line() {
    use std::os::unix::ffi::OsStrExt;
    let output = Command::new(env!("CARGO_BIN_EXE_quita"))
        .args([OsStr::new("document"), OsStr::new("check"), OsStr::from_bytes(b"\xff")])
        .output()
        .unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["error"]["code"], "not_utf8");
    assert!(!output.status.success());
}

/// Every published barcode and line, through the command.
#[test]
fn published_barcodes_are_read() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let path = std::path::Path::new(&folder).join("boletos.json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let whole: Value = serde_json::from_str(&text).unwrap();
    let (mut input, mut expected) = (String::new(), Vec::new());
    for vector in whole["vectors"].as_array().unwrap() {
        for key in ["codigo_barras", "linha_digitavel"] {
            if let Some(code) = vector["expected"][key].as_str() {
                input.push_str(code);
                input.push('\n');
                expected.push(vector);
            }
        }
    }
    let (lines, well) = answers(&["boleto", "read"], input.as_bytes());
    assert!(well);
    assert!(!lines.is_empty());
    assert_eq!(lines.len(), expected.len());
    for (line, vector) in lines.iter().zip(&expected) {
        let parts = &vector["derivado"];
        if parts.is_object() {
            assert_eq!(line["barcode"], parts["codigo_barras"], "{vector}");
            assert_eq!(line["writable_line"], parts["linha_digitavel"], "{vector}");
            assert_eq!(line["amount"], parts["valor_centavos"], "{vector}");
            assert_eq!(line["free_field"], parts["campo_livre"], "{vector}");
        }
    }
    let run = lines.len();
    println!("published barcodes by command: {run} run / {run} agreed / 0 explained");
}
