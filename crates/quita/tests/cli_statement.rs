//! `quita statement read` through the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper is a failing test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn quita(arguments: &[&Path], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quita"))
        .args(["statement", "read"])
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

/// Each line of the answer; fails unless the command did.
fn read(arguments: &[&Path], input: &[u8]) -> Vec<Value> {
    let output = quita(arguments, input);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_kind<'v>(records: &'v [Value], kind: &str) -> Vec<&'v Value> {
    records.iter().filter(|record| record["kind"] == kind).collect()
}

const STDIN: &str = "-";

#[test]
fn a_statement_is_json_lines() {
    let ofx = "OFXHEADER:100\n<OFX><STMTRS><CURDEF>BRL<BANKACCTFROM><BANKID>999<ACCTID>1-2\
               </BANKACCTFROM><BANKTRANLIST><DTSTART>20260301<DTEND>20260331\n<STMTTRN>\
               <TRNTYPE>CREDIT<DTPOSTED>20260310<TRNAMT>1.234,56<MEMO>Açaí</STMTTRN>\n\
               <STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260310<TRNAMT>x<MEMO>y</STMTTRN>\n\
               </BANKTRANLIST><LEDGERBAL><BALAMT>10,00<DTASOF>20260331</LEDGERBAL></STMTRS></OFX>";
    let records = read(&[Path::new(STDIN)], ofx.as_bytes());
    assert_eq!(
        records,
        [
            json!({"kind": "statement", "bank": "999", "branch": null, "account": "1-2",
                   "account_type": null, "currency": "BRL", "from": "2026-03-01",
                   "to": "2026-03-31"}),
            json!({"kind": "line", "date": "2026-03-10", "amount": 123_456, "memo": "Açaí",
                   "bank_id": null, "check_number": null, "type": "CREDIT", "line": 3}),
            json!({"kind": "warning", "line": 4,
                   "message": "lançamento sem valor que se entenda (TRNAMT «x»); não foi lido"}),
            json!({"kind": "balance", "date": "2026-03-31", "amount": 1_000, "which": "closing",
                   "line": 5}),
        ]
    );
}

#[test]
fn what_is_no_statement_is_an_error() {
    for (input, words) in [
        (&b"hello"[..], "não é um extrato"),
        (b"", "vazio"),
        (b"a;b\n1;2\n", "informe o mapeamento"),
    ] {
        let output = quita(&[Path::new(STDIN)], input);
        assert_eq!(output.status.code(), Some(1));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.starts_with("quita: -: ") && errors.contains(words), "{errors}");
        assert_eq!(output.stdout, b"");
    }
    let output = quita(&[Path::new("/nowhere/at/all.ofx")], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("/nowhere/at/all.ofx"));
}

#[test]
fn the_columns_of_a_csv_may_be_told() {
    let folder = quita_store::testing::TestFolder::new();
    let mapping = folder.path().join("mapping.json");
    std::fs::write(&mapping, r#"{"date":1,"amount":{"signed":3},"memo":[2]}"#).unwrap();
    let csv = b"01/02/2026;x;1.234,50\n02/02/2026;y;-2,00\n";
    let arguments = [Path::new(STDIN), Path::new("--csv-mapping"), &mapping];
    let records = read(&arguments, csv);
    let amounts: Vec<&Value> =
        of_kind(&records, "line").into_iter().map(|line| &line["amount"]).collect();
    assert_eq!(amounts, [123_450, -200]);

    std::fs::write(&mapping, r#"{"date":1,"amunt":2}"#).unwrap();
    let output = quita(&arguments, csv);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("o mapeamento não é válido"), "{errors}");
}

#[test]
fn published_statements() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join("ofx.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for vector in vectors["vectors"].as_array().unwrap() {
        let file = folder.join("files").join(vector["file"].as_str().unwrap());
        let records = read(&[&file], b"");
        let told = vector["expected"]["leitura"]["lancamentos"].as_array().unwrap();
        let lines = of_kind(&records, "line");
        assert_eq!(lines.len(), told.len(), "{}", vector["id"]);
        for (line, told) in lines.into_iter().zip(told) {
            let reais = told["valor"].as_str().unwrap();
            let cents: i64 = reais.replace('.', "").parse().unwrap();
            assert_eq!((&line["date"], &line["amount"]), (&told["data"], &json!(cents)));
        }
        count += 1;
    }
    println!("statement read: {count} run / {count} agreed / 0 explained");
    assert!(count > 0, "no case executed");
}
