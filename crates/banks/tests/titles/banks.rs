//! Each bank's rules, on invented data.

use quita_banks::title::titles;
use quita_core::barcode::FreeField;
use serde_json::{Value, json};

use super::{computed, refused};

#[test]
fn itau_asks_for_what_is_missing_and_refuses_what_cannot_be() {
    let good = json!({
        "bank": "341", "branch": "57", "account": 12345, "wallet": "109", "our_number": "12345678",
        "expiration_date": "2026-12-21", "amount": 12345,
    });
    let whole = computed(&good);
    assert_eq!(whole.barcode.as_str(), "34191166700000123451091234567800057123457000");
    for field in ["branch", "account", "wallet", "our_number", "expiration_date", "amount"] {
        let mut input = good.clone();
        input.as_object_mut().unwrap().remove(field);
        assert_eq!(refused(&input), (field, "missing"));
    }
    for (field, wrong) in [
        ("our_number", json!("123456789")),
        ("branch", json!("12a4")),
        ("account", json!("123456")),
        ("account_digit", json!("X")),
        ("amount", json!(-1)),
        ("amount", json!(10_000_000_000_i64)),
        ("expiration_date", json!("2049-10-14")),
        ("bank", json!("34B")),
        ("free_field", json!("123")),
    ] {
        let mut input = good.clone();
        input[field] = wrong;
        assert_eq!(refused(&input), (field, "invalid"));
    }
}

#[test]
fn itau_wallets_that_carry_the_document_number() {
    let mut input = json!({
        "bank": "341", "branch": "1234", "account": "12345", "wallet": "198",
        "our_number": "98712345", "expiration_date": "2026-12-21", "amount": 100,
        "beneficiary_code": "12345", "document_number": "1234567",
    });
    let numbers = computed(&input);
    let field = numbers.barcode.free_field();
    // Wallet, our number, document number, client, modulo 10 of these, zero.
    assert_eq!(field.as_str(), "1989871234512345671234580");
    assert_eq!(titles("341").unwrap().check_free_field(&field), []);
    // Some programs call the client's code an agreement.
    let code = input.as_object_mut().unwrap().remove("beneficiary_code").unwrap();
    assert_eq!(refused(&input), ("beneficiary_code", "missing"));
    input["agreement"] = code;
    assert_eq!(computed(&input).barcode, numbers.barcode);
    input.as_object_mut().unwrap().remove("document_number");
    assert_eq!(refused(&input), ("document_number", "missing"));
}

#[test]
fn itau_notices_wrong_digits_in_a_free_field_from_elsewhere() {
    let rules = titles("341").unwrap();
    let codes = |field: &str| -> Vec<&str> {
        let field = FreeField::parse(field).unwrap();
        rules.check_free_field(&field).into_iter().map(|w| w.code).collect()
    };
    assert_eq!(codes("1091234567800057123457000"), [] as [&str; 0]);
    assert_eq!(codes("1091234567810057123457000"), ["our_number_digit"]);
    assert_eq!(codes("1091234567800057123450000"), ["account_digit"]);
}

#[test]
fn inter_verifies_the_digit_of_our_number() {
    let good = json!({
        "bank": "077", "account_operation": "1234567", "our_number": "00000000010",
        "expiration_date": "2026-12-21", "amount": 12345,
    });
    let numbers = computed(&good);
    assert_eq!(numbers.barcode.as_str(), "07793166700000123450001112123456700000000010");
    let title = numbers.title.unwrap();
    assert_eq!(title.our_number_formatted, "00019/112/0000000001-0");
    let with = |field: &str, value: Value| {
        let mut input = good.clone();
        input[field] = value;
        refused(&input)
    };
    assert_eq!(with("our_number", json!("00000000011")), ("our_number", "wrong_check_digit"));
    assert_eq!(with("our_number", Value::Null), ("our_number", "missing"));
    assert_eq!(with("account_operation", Value::Null), ("account_operation", "missing"));
    assert_eq!(with("branch", json!("0002")), ("branch", "invalid"));
    let wrong = FreeField::parse("0001112123456700000000011").unwrap();
    let told = titles("077").unwrap().check_free_field(&wrong);
    assert_eq!(told.iter().map(|w| w.code).collect::<Vec<_>>(), ["our_number_digit"]);
}

#[test]
fn stone_lays_out_what_the_bank_assigned() {
    let good = json!({
        "bank": "197", "our_number": "20200310150334476155",
        "expiration_date": "2020-03-11", "amount": 2000,
    });
    let numbers = computed(&good);
    assert_eq!(numbers.barcode.as_str(), "19795819100000020000000020200310150334476155");
    let mut without = good.clone();
    without.as_object_mut().unwrap().remove("our_number");
    assert_eq!(refused(&without), ("our_number", "missing"));
}

#[test]
fn any_bank_takes_a_ready_free_field() {
    let input = json!({
        "bank": 4, "free_field": "0".repeat(25), "expiration_date": "2026-12-21", "amount": 0,
    });
    let numbers = computed(&input);
    assert_eq!(numbers.title, None);
    assert!(numbers.barcode.as_str().starts_with("0049"));
    let mut without = input.clone();
    without.as_object_mut().unwrap().remove("free_field");
    assert_eq!(refused(&without), ("free_field", "unknown_bank"));
    let mut utility = input;
    utility["bank"] = json!("804");
    assert_eq!(refused(&utility), ("bank", "invalid"));
}
