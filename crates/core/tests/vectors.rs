//! Published test vectors: documents, due factors, holidays, barcodes and writable lines of all
//! banks. Read from the folder that QUITA_VECTORS names; skipped where it is unset.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it cannot use")]

use quita_core::barcode::{BankCode, Barcode, Code, CodeError, FreeField};
use quita_core::calendar::{Calendar, has_no_banking_hours, national_holidays};
use quita_core::document::{Document, DocumentKind};
use quita_core::due_factor::DueFactor;
use quita_core::money::Money;
use serde_json::Value;

/// The vectors of a file; `None` where no folder is named.
fn vectors(file: &str) -> Option<Vec<Value>> {
    let Ok(folder) = std::env::var("QUITA_VECTORS") else {
        println!("vectors: skipped (QUITA_VECTORS unset)");
        return None;
    };
    let path = std::path::Path::new(&folder).join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut whole: Value = serde_json::from_str(&text).unwrap();
    let Value::Array(all) = whole["vectors"].take() else { panic!("{file}: no vectors") };
    Some(all)
}

/// Says how a suite went; one without a case is a failure.
fn report(suite: &str, run: usize) {
    assert!(run > 0, "{suite}: no case executed");
    println!("{suite}: {run} run / {run} agreed / 0 explained");
}

fn digits(value: &Value) -> Option<String> {
    value.as_str().map(|text| text.chars().filter(char::is_ascii_digit).collect())
}

#[test]
fn documents() {
    let Some(all) = vectors("documentos.json") else { return };
    for vector in &all {
        let text = vector["entrada"].as_str().unwrap();
        let kind = match vector["tipo"].as_str().unwrap() {
            "cpf" => DocumentKind::Cpf,
            _ => DocumentKind::Cnpj,
        };
        let valid = Document::parse(text).is_ok_and(|document| document.kind() == kind);
        assert_eq!(valid, vector["esperado"].as_bool().unwrap(), "{vector}");
    }
    report("documents", all.len());
}

#[test]
fn due_factors() {
    let Some(all) = vectors("fator_vencimento.json") else { return };
    for vector in &all {
        let due = vector["vencimento"].as_str().unwrap().parse().unwrap();
        let factor = DueFactor::of_date(due).unwrap();
        assert_eq!(u64::from(factor.value()), vector["fator"].as_u64().unwrap(), "{due}");
        assert_eq!(factor.date_read_on(due), Ok(due));
    }
    report("due factors", all.len());
}

#[test]
fn bank_holidays() {
    let Some(all) = vectors("feriados.json") else { return };
    let calendar = Calendar::national();
    let mut run = 0;
    for vector in &all {
        let dates = |key: &str| -> Vec<jiff::civil::Date> {
            let listed = vector[key].as_array().cloned().unwrap_or_default();
            listed.iter().map(|day| day.as_str().unwrap().parse().unwrap()).collect()
        };
        let year = i16::try_from(vector["ano"].as_i64().unwrap()).unwrap();
        let complete = dates("feriados");
        if !complete.is_empty() {
            // A bank's list leaves Easter Sunday and the like out, as ours does.
            assert_eq!(national_holidays(year), complete, "{year}");
        }
        for day in
            dates("feriados_em_dia_de_semana_citados").iter().chain(&dates("feriados_citados"))
        {
            assert!(national_holidays(year).contains(day), "{day}");
            assert!(!calendar.is_business_day(*day), "{day}");
            run += 1;
        }
        for day in dates("sem_atendimento") {
            assert!(has_no_banking_hours(day) && calendar.is_business_day(day), "{day}");
            run += 1;
        }
        run += complete.len();
    }
    report("bank holidays", run);
}

/// Every barcode and line of every bank: read, converted both ways, taken apart, composed.
#[test]
fn barcodes_and_lines_of_all_banks() {
    let Some(all) = vectors("boletos.json") else { return };
    let mut run = 0;
    for vector in &all {
        let (expected, parts) = (&vector["expected"], &vector["derivado"]);
        let line = digits(&expected["linha_digitavel"]);
        let code = digits(&expected["codigo_barras"]);
        let Some(any) = code.clone().or(line.clone()) else { continue };
        run += 1;
        let barcode = match Code::read(&any) {
            Ok(Code::Boleto(barcode)) => barcode,
            Ok(Code::Arrecadacao(bill)) => {
                assert!(any.starts_with('8'), "{vector}");
                assert_eq!(Code::read(&bill.writable_line()), Ok(Code::Arrecadacao(bill)));
                continue;
            }
            Err(error) => panic!("{error}: {vector}"),
        };
        if let Some(code) = code {
            assert_eq!(barcode.as_str(), code, "{vector}");
        }
        if let Some(line) = line {
            assert_eq!(barcode.writable_line().as_str(), line, "{vector}");
            let printed = expected["linha_digitavel"].as_str().unwrap();
            if printed.contains('.') {
                assert_eq!(barcode.writable_line().to_string(), printed, "{vector}");
            }
        }
        assert_eq!(Barcode::parse(barcode.writable_line().as_str()), Ok(barcode));
        assert_eq!(Barcode::parse(&barcode.writable_line().to_string()), Ok(barcode));

        let factor = barcode.due_factor();
        if parts.is_object() {
            let text = format!("{:04}", factor.map_or(0, DueFactor::value));
            assert_eq!(text, parts["fator"].as_str().unwrap(), "{vector}");
            assert_eq!(Some(barcode.amount().cents()), parts["valor_centavos"].as_i64());
            assert_eq!(barcode.free_field().as_str(), parts["campo_livre"].as_str().unwrap());
            assert_eq!(barcode.check_digit().to_string(), parts["dv_geral"].as_str().unwrap());
        }
        let input = &vector["input"];
        let due =
            input["vencimento"].as_str().map(|d| DueFactor::of_date(d.parse().unwrap()).unwrap());
        let amount = input["valor"].as_str().map(|v| Money::from_decimal(v).unwrap());
        let composed = Barcode::compose(
            BankCode::parse(&barcode.as_str()[..3]).unwrap(),
            due.or(factor),
            amount.unwrap_or(barcode.amount()),
            FreeField::parse(&barcode.as_str()[19..]).unwrap(),
        );
        assert_eq!(composed, Ok(barcode), "{vector}");
    }
    report("barcodes and writable lines", run);
}

#[test]
fn valid_and_invalid_lines() {
    let Some(all) = vectors("boletos.json") else { return };
    let mut run = 0;
    for vector in &all {
        let (text, valid) = match vector["kind"].as_str().unwrap() {
            "validity" => (&vector["input"]["linha_digitavel"], &vector["expected"]["valido"]),
            "func" => (&vector["input"]["entrada"], &vector["expected"]["resultado"]),
            _ => continue,
        };
        run += 1;
        let read = Code::read(text.as_str().unwrap());
        let expected = valid.as_bool().unwrap_or_else(|| valid.as_str() == Some("true"));
        assert_eq!(read.is_ok(), expected, "{vector}");
        assert_ne!(read, Err(CodeError::Empty));
    }
    report("validity of lines", run);
}
