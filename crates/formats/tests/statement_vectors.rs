//! Statements that others published: OFX, and CNAB 240 segment E.
//!
//! The files are not part of the repository; `QUITA_VECTORS` says where they are.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "unreadable vectors are a failing test"
)]

use std::path::PathBuf;

use jiff::civil::Date;
use quita_core::money::Money;
use quita_formats::statement::{
    Balance, Format, Line, Options, Record, Statement, Warning, Which, read,
};
use serde_json::Value;

/// What a file held.
#[derive(Default)]
struct Whole {
    statements: Vec<Statement>,
    lines: Vec<Line>,
    balances: Vec<Balance>,
    warnings: Vec<Warning>,
}

fn whole(bytes: &[u8]) -> Result<(Format, Whole), String> {
    let mut all = Whole::default();
    let format = read(bytes, &Options::default(), |record| {
        match record {
            Record::Statement(statement) => all.statements.push(statement),
            Record::Line(line) => all.lines.push(line),
            Record::Balance(balance) => all.balances.push(balance),
            Record::Warning(warning) => all.warnings.push(warning),
        }
        Ok(())
    });
    format.map(|format| (format, all)).map_err(|error| error.to_string())
}

fn run(
    name: &str,
    file: &str,
    wanted: impl Fn(&Value) -> bool,
    case: impl Fn(&Value, Format, &Whole) -> Result<bool, String>,
) {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut agreed, mut explained) = (0, 0);
    let mut failures = Vec::new();
    for vector in
        file["vectors"].as_array().expect("a list of vectors").iter().filter(|v| wanted(v))
    {
        let id = vector["id"].as_str().unwrap();
        let path = folder.join("files").join(vector["file"].as_str().unwrap());
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        match whole(&bytes).and_then(|(format, all)| case(vector, format, &all)) {
            Ok(true) => agreed += 1,
            Ok(false) => explained += 1,
            Err(why) => failures.push(format!("{id}: {why}")),
        }
    }
    let count = agreed + explained + failures.len();
    println!("{name}: {count} run / {agreed} agreed / {explained} explained");
    assert!(count > 0, "{name}: no case executed");
    assert!(failures.is_empty(), "{name}:\n{}", failures.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, expected: T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: {got:?}, expected {expected:?}")) }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str().filter(|text| !text.is_empty())
}

fn date(value: &Value) -> Option<Date> {
    value.as_str().and_then(|text| text.parse().ok())
}

fn cents(value: &Value) -> Option<Money> {
    Money::from_decimal(value.as_str()?)
}

#[test]
fn ofx_of_brazilian_banks() {
    run(
        "ofx",
        "ofx.json",
        |_| true,
        |vector, format, all| {
            same("format", format, Format::Ofx)?;
            let expected = &vector["expected"]["leitura"];
            let lines = expected["lancamentos"].as_array().unwrap();
            same("lines", all.lines.len(), lines.len())?;
            for (line, told) in all.lines.iter().zip(lines) {
                let got = &line.line;
                same("date", Some(got.date), date(&told["data"]))?;
                same("amount", Some(got.amount), cents(&told["valor"]))?;
                same("bank_id", got.bank_id.as_deref(), text(told, "fitid"))?;
                same("check_number", got.check_number.as_deref(), text(told, "checknum"))?;
                same("type", got.kind.as_deref(), text(told, "trntype"))?;
                // A file that has no memo tells it as the name.
                let memo = text(told, "memo").or(text(told, "name")).unwrap_or_default();
                same("memo", got.memo.as_str(), memo)?;
            }
            let count = expected["extratos_no_arquivo"].as_u64().unwrap();
            same("statements", u64::try_from(all.statements.len()).unwrap(), count)?;
            let first = &all.statements[0];
            same("bank", first.bank.as_deref(), text(expected, "banco"))?;
            same("account", first.account.as_deref(), text(expected, "conta"))?;
            same("account type", first.account_type.as_deref(), text(expected, "tipo_conta"))?;
            same("currency", first.currency.as_deref(), text(expected, "moeda"))?;
            let day =
                |key: &str| text(expected, key).map(|t| Date::strptime("%Y%m%d", &t[..8]).unwrap());
            same("from", first.from, day("dtstart"))?;
            same("to", first.to, day("dtend"))?;
            let closing = all.balances.iter().find(|balance| balance.which == Which::Closing);
            let told = expected["saldo"]["valor_bruto"].as_str().unwrap_or_default();
            let amount = Money::from_decimal(&told.replace(',', "."));
            same("balance", closing.map(|balance| balance.amount), amount)?;
            if let Some(closing) = closing {
                let day = expected["saldo"]["dtasof"].as_str().unwrap();
                same("balance day", closing.date, Date::strptime("%Y%m%d", &day[..8]).ok())?;
            }
            Ok(true)
        },
    );
}

#[test]
fn segment_e_of_the_banks() {
    let statement = |vector: &Value| vector["kind"] == "extrato";
    run("cnab 240 segment E", "cnab_retorno.json", statement, |vector, format, all| {
        same("format", format, Format::Cnab240E)?;
        let expected = &vector["expected"]["layout"];
        let lines = expected["lancamentos"].as_array().unwrap();
        same("lines", all.lines.len(), lines.len())?;
        for (line, told) in all.lines.iter().zip(lines) {
            let got = &line.line;
            same("line", Some(line.at), told["linha"].as_u64())?;
            same("date", Some(got.date), date(&told["data_lancamento"]))?;
            let amount = cents(&told["valor"]).unwrap();
            let out = told["tipo"] == "D";
            let amount = if out { Money::from_cents(-amount.cents()) } else { amount };
            same("amount", got.amount, amount)?;
            same("memo", Some(got.memo.as_str()), text(told, "descricao"))?;
            same("document", got.check_number.as_deref(), text(told, "documento"))?;
            same("category", got.kind.as_deref(), text(told, "categoria"))?;
        }
        same("bank", all.statements[0].bank.as_deref(), text(vector, "banco"))?;
        for (at, key) in [(0, "saldo_inicial"), (1, "saldo_final")] {
            let (got, told) = (&all.balances[at], &expected[key]);
            same(key, Some(got.amount), cents(&told["valor"]))?;
            same(key, got.date, date(&told["data"]))?;
        }
        // These files were made up by a program: their balances do not follow from their lines,
        // and the totals that it wrote do, so exactly the first is said.
        let of_balance = |w: &&Warning| w.message.starts_with("saldo inicial e lançamentos somam");
        same("proof", all.warnings.iter().filter(of_balance).count(), 1)?;
        same("warnings", all.warnings.len(), 1)?;
        Ok(true)
    });
}

#[test]
fn return_files_of_boletos_are_no_statements() {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return;
    };
    let folder = PathBuf::from(folder);
    let text = std::fs::read_to_string(folder.join("cnab_retorno.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for vector in file["vectors"].as_array().unwrap().iter().filter(|v| v["kind"] != "extrato") {
        let bytes = std::fs::read(folder.join("files").join(vector["file"].as_str().unwrap()));
        let lines = whole(&bytes.unwrap()).map(|(_, all)| all.lines.len());
        assert!(lines.is_err(), "{}: {lines:?}", vector["id"]);
        count += 1;
    }
    println!("return files refused: {count} run / {count} agreed / 0 explained");
    assert!(count > 0, "no case executed");
}
