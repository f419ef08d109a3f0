//! `quita reconcile` through the real binary.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing helper is a failing test")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn quita(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quita"))
        .arg("reconcile")
        .args(arguments)
        .output()
        .expect("the binary starts")
}

fn rows(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("quita-reconcile-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_was_generated_is_matched_as_it_truly_is() {
    let folder = Folder::new("truth");
    let into = folder.path("");
    assert!(quita(&["generate", "--seed", "9", "--size", "800", "--into", &into]).status.success());
    let (lines, receivables) = (folder.path("lines.jsonl"), folder.path("receivables.jsonl"));
    let found = rows(&quita(&["--lines", &lines, "--receivables", &receivables]));
    let truth: BTreeMap<String, Vec<String>> = std::fs::read_to_string(folder.path("truth.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|row| {
            let paid = row["receivables"].as_array().unwrap().iter();
            (
                row["line"].as_str().unwrap().to_owned(),
                paid.map(|p| p.as_str().unwrap().to_owned()).collect(),
            )
        })
        .collect();
    let (mut right, mut wrong) = (0, 0);
    for row in found.iter().filter(|row| row["kind"] == "match") {
        assert_eq!(row["automatic"], true);
        let mut said: Vec<&str> =
            row["receivables"].as_array().unwrap().iter().map(|r| r.as_str().unwrap()).collect();
        let mut wanted: Vec<&str> =
            truth[row["line"].as_str().unwrap()].iter().map(String::as_str).collect();
        said.sort_unstable();
        wanted.sort_unstable();
        if said == wanted { right += 1 } else { wrong += 1 }
    }
    assert_eq!(wrong, 0);
    assert!(right > 500, "{right}");
    assert!(found.iter().any(|row| row["kind"] == "suggestion" && row["rank"] == 1));
    assert!(found.iter().any(|row| row["kind"] == "fee"));
}

#[test]
fn the_same_seed_gives_the_same_world() {
    let world = |seed: &str| quita(&["generate", "--seed", seed, "--size", "50"]).stdout;
    assert_eq!(world("4"), world("4"));
    assert_ne!(world("4"), world("5"));
    let mixed = |mix| quita(&["generate", "--seed", "4", "--size", "50", "--mix", mix]).stdout;
    assert_eq!(world("4"), mixed("hard"));
    assert_ne!(world("4"), mixed("easy"));
}

#[test]
fn terms_are_read_as_programs_write_them() {
    let folder = Folder::new("terms");
    let lines = folder.file(
        "l.jsonl",
        r#"{"id":1,"date":"2026-03-20","amount":102333,"memo":"PIX","payer_document":"52998224725"}"#,
    );
    for (fine, interest) in [
        (r#""2.00""#, r#""1%""#),
        ("2", "1"),
        ("2.0", "1.0"),
        ("2000", r#"{"per_month":1}"#),
        (r#"{"type":"percentage","value":2}"#, r#"{"type":"percentage","value":"1"}"#),
        (r#"{"kind":"fixed","value":2000}"#, r#"{"rate":1.0}"#),
    ] {
        let owed = format!(
            r#"{{"id":"a","expiration_date":"2026-03-10","amount":100000,"fine":{fine},"interest":{interest},"customer_document":"52998224725"}}"#
        );
        let receivables = folder.file("r.jsonl", &owed);
        let found = &rows(&quita(&["--lines", &lines, "--receivables", &receivables]))[0];
        assert_eq!(found["difference"], "due", "{owed}: {found}");
        assert_eq!(found["difference_amount"], 2333, "{owed}: {found}");
    }
}

#[test]
fn reasons_are_explained_in_words() {
    let folder = Folder::new("words");
    let lines = folder.file(
        "l.jsonl",
        r#"{"id":1,"date":"2026-03-23","amount":102333,"memo":"PIX","payer_document":"529.982.247-25"}
           {"id":2,"date":"2026-03-23","amount":-500,"memo":"PAGAMENTO"}"#,
    );
    let receivables = folder.file(
        "r.jsonl",
        r#"{"id":"a","our_number":"123456","expiration_date":"2026-03-10","amount":100000,"fine":{"date":"2026-03-11","value":"2.00"},"interest":{"date":"2026-03-11","value":"1.00"},"customer_document":"52998224725","customer_name":"Maria Prado"}"#,
    );
    let found = rows(&quita(&["--lines", &lines, "--receivables", &receivables, "--explain"]));
    assert_eq!(found[0]["receivables"], serde_json::json!(["a"]));
    let said = found[0]["explanation"].as_str().unwrap();
    assert_eq!(said, "CPF/CNPJ, valor devido no dia; inclui R$ 23,33 de multa e juros");
    assert_eq!((&found[1]["kind"], &found[1]["why_not"]), (&"unmatched".into(), &"debit".into()));
}

#[test]
fn a_faulty_file_is_told_by_line_and_nothing_is_matched() {
    let folder = Folder::new("faulty");
    let lines = folder.file(
        "l.jsonl",
        "{\"id\":\"a\",\"date\":\"2026-03-10\",\"amount\":1}\n\n{\"id\":\"b\",\"date\":\"hoje\",\"amount\":1}\n",
    );
    let receivables = folder.file("r.jsonl", "");
    let output = quita(&["--lines", &lines, "--receivables", &receivables]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert_eq!(output.stdout, b"");
    assert!(said.contains("l.jsonl, linha 3: date: «hoje» não é uma data AAAA-MM-DD"), "{said}");
}
