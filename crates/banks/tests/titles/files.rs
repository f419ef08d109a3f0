//! The banks used by file, on invented data; the digits were worked out apart from this program.

use quita_banks::title::titles;
use quita_core::barcode::FreeField;
use serde_json::{Value, json};

use super::{computed, refused};

/// `given` with the date and amount that every boleto needs.
fn with(given: &Value, more: Value) -> Value {
    let mut input = json!({ "expiration_date": "2026-12-21", "amount": 100 });
    for part in [given, &more] {
        input.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    }
    input
}

/// Our number as printed, and the free field.
fn of(given: &Value, more: Value) -> (String, String) {
    let title = computed(&with(given, more)).title.unwrap();
    (title.our_number_formatted, title.free_field.as_str().to_owned())
}

fn pair(formatted: &str, free_field: &str) -> (String, String) {
    (formatted.to_owned(), free_field.to_owned())
}

/// «Agência / Código do beneficiário» as printed.
fn beneficiary(given: &Value, more: Value) -> String {
    computed(&with(given, more)).beneficiary.unwrap()
}

/// The codes of the warnings of a computation.
fn warnings(given: &Value, more: Value) -> Vec<&'static str> {
    computed(&with(given, more)).warnings.iter().map(|warning| warning.code).collect()
}

/// Field and code of the refusal when `more` comes to what was given.
fn no(given: &Value, more: Value) -> (&'static str, &'static str) {
    refused(&with(given, more))
}

/// The codes of what looks wrong in a free field.
fn looks(bank: &str, field: &str) -> Vec<&'static str> {
    let field = FreeField::parse(field).unwrap();
    titles(bank).unwrap().check_free_field(&field).iter().map(|warning| warning.code).collect()
}

#[test]
fn each_bank_names_the_input_that_is_missing() {
    for (bank, inputs) in [
        (
            "001",
            json!({ "agreement": "123456", "our_number": "42", "wallet": "18",
                        "branch": "57", "account": "12345" }),
        ),
        ("033", json!({ "beneficiary_code": "123456", "our_number": "42", "wallet": "101" })),
        ("041", json!({ "beneficiary_code": "1234567", "our_number": "42", "branch": "57" })),
        ("070", json!({ "branch": "57", "account": "12345", "wallet": "2", "our_number": "42" })),
        (
            "085",
            json!({ "agreement": "101234", "our_number": "42", "wallet": "01",
                        "account": "12345" }),
        ),
        ("104", json!({ "beneficiary_code": "12345", "our_number": "42" })),
        ("208", json!({ "branch": "57", "account": "12345", "wallet": "01", "our_number": "42" })),
        ("237", json!({ "branch": "57", "account": "12345", "wallet": "09", "our_number": "42" })),
        ("336", json!({ "beneficiary_code": "123456", "our_number": "42", "wallet": "20" })),
        (
            "748",
            json!({ "branch": "100", "post": "7", "beneficiary_code": "12345",
                        "our_number": "42", "wallet": "1" }),
        ),
        (
            "756",
            json!({ "branch": "3001", "beneficiary_code": "123450", "our_number": "42",
                        "wallet": "1" }),
        ),
    ] {
        let given = with(&inputs, json!({ "bank": bank }));
        computed(&given);
        for field in inputs.as_object().unwrap().keys() {
            let mut without = given.clone();
            without.as_object_mut().unwrap().remove(field);
            assert_eq!(refused(&without), (field.as_str(), "missing"), "{bank}");
            let wrong = no(&given, json!({ field.as_str(): "1a" }));
            assert_eq!(wrong, (field.as_str(), "invalid"), "{bank}");
        }
    }
}

#[test]
fn bb_goes_by_the_length_of_the_agreement() {
    let bb = json!({ "bank": "001", "branch": "0057", "account": "12345", "wallet": "18" });
    let seven = json!({ "agreement": "1234567", "our_number": "42", "wallet": "17-019" });
    let expected = pair("12345670000000042", "0000001234567000000004217");
    assert_eq!(of(&bb, seven), expected);
    let whole = json!({ "agreement": 1_234_567, "our_number": "12345670000000042", "wallet": 17 });
    assert_eq!(of(&bb, whole), expected);
    let four = json!({ "agreement": "12", "our_number": "42" });
    assert_eq!(of(&bb, four), pair("00120000042-8", "0012000004200570001234518"));
    let ten = json!({ "agreement": "123456", "our_number": "22", "our_number_digit": "x" });
    assert_eq!(of(&bb, ten), pair("12345600022-X", "1234560002200570001234518"));
    let own = json!({ "agreement": "123456", "our_number": "00000000000000042" });
    assert_eq!(of(&bb, own), pair("00000000000000042", "1234560000000000000004221"));

    let eight = json!({ "agreement": "12345678", "our_number": "42" });
    assert_eq!(warnings(&bb, eight), ["agreement_length"]);
    let stranger = json!({ "agreement": "1234567", "our_number": "76543210000000042" });
    assert_eq!(no(&bb, stranger), ("our_number", "invalid"));
    let long = json!({ "agreement": "1234567", "our_number": "12345678901" });
    assert_eq!(no(&bb, long), ("our_number", "invalid"));
    let no_digit = json!({ "agreement": "1234567", "our_number": "42", "our_number_digit": "1" });
    assert_eq!(no(&bb, no_digit), ("our_number_digit", "wrong_check_digit"));
    let four = json!({ "agreement": "12", "our_number": "42" });
    assert_eq!(beneficiary(&bb, four), "0057-4 / 12345-5");
}

#[test]
fn bradesco_writes_p_for_the_remainder_1() {
    let bradesco = json!({ "bank": "237", "branch": "57", "account": "12345", "wallet": "9" });
    let expected = pair("09/00000000002-P", "0057090000000000200123450");
    assert_eq!(of(&bradesco, json!({ "our_number": "2" })), expected);
    let nine = json!({ "our_number": "42", "our_number_digit": "9" });
    assert_eq!(of(&bradesco, nine).0, "09/00000000042-9");
    let eight = json!({ "our_number": "42", "our_number_digit": "8" });
    assert_eq!(no(&bradesco, eight), ("our_number_digit", "wrong_check_digit"));

    assert_eq!(beneficiary(&bradesco, json!({ "our_number": "2" })), "0057-4/0012345-5");
    let typed = json!({ "our_number": "2", "branch": "57-1", "account": "12345-2" });
    assert_eq!(beneficiary(&bradesco, typed), "0057-1/0012345-2");
    let twice = json!({ "our_number": "2", "account": "12345-2", "account_digit": "3" });
    assert_eq!(no(&bradesco, twice), ("account", "invalid"));
    assert_eq!(looks("237", "0057090000000000200123451"), ["free_field_end"]);
}

#[test]
fn btg_takes_the_last_eleven_digits() {
    let btg = json!({ "bank": "208", "branch": "50", "account": "12345", "wallet": "1" });
    // The worked number of the bank's manual.
    let expected = pair("01/87319177389-3", "0050018731917738900123450");
    assert_eq!(of(&btg, json!({ "our_number": "87319177389" })), expected);
    assert_eq!(of(&btg, json!({ "our_number": "123487319177389" })), expected);
    assert_eq!(looks("208", "0050018731917738900123451"), ["free_field_end"]);
}

#[test]
fn santander_carries_our_number_with_its_digit() {
    let santander = json!({ "bank": "033", "branch": "57", "wallet": "101", "our_number": "42" });
    let coded = json!({ "beneficiary_code": "123456" });
    let expected = pair("000000000042-6", "9012345600000000004260101");
    assert_eq!(of(&santander, coded.clone()), expected);
    assert_eq!(of(&santander, json!({ "agreement": "123456" })), expected);
    assert_eq!(beneficiary(&santander, coded), "0057/0123456");
    let insurer = json!({ "beneficiary_code": "123456", "iof": "7" });
    assert_eq!(of(&santander, insurer).1, "9012345600000000004267101");

    let account = json!({ "account": "123456" });
    assert_eq!(warnings(&santander, account), ["account_as_beneficiary_code"]);
    assert_eq!(looks("033", "9012345600000000004250101"), ["our_number_digit"]);
    assert_eq!(looks("033", "8012345600000000004260101"), ["free_field_start"]);
}

#[test]
fn caixa_scatters_our_number() {
    let caixa = json!({ "bank": "104", "branch": "57", "our_number": "42" });
    let coded = json!({ "beneficiary_code": "12345" });
    let expected = pair("14000000000000042-1", "0123455000100040000000422");
    assert_eq!(of(&caixa, coded.clone()), expected);
    let whole = json!({ "agreement": "12345", "our_number": "14000000000000042" });
    assert_eq!(of(&caixa, whole), expected);
    let front = |more| of(&caixa, with(&coded, more)).0[..2].to_owned();
    assert_eq!(front(json!({ "wallet": "SR" })), "24");
    assert_eq!(front(json!({ "wallet": "RG", "issued_by": "bank" })), "11");
    assert_eq!(front(json!({ "wallet": "21" })), "21");
    assert_eq!(beneficiary(&caixa, coded), "0057/012345-5");

    let seven = json!({ "beneficiary_code": "1100001", "our_number": "24123456789012345" });
    let expected = pair("24123456789012345-6", "1100001123245647890123453");
    assert_eq!(of(&caixa, seven.clone()), expected);
    assert_eq!(beneficiary(&caixa, seven), "0057/1100001");

    for (wrong, expected) in [
        (json!({ "beneficiary_code": "1099999" }), ("beneficiary_code", "invalid")),
        (
            json!({ "beneficiary_code": "12345", "beneficiary_digit": "4" }),
            ("beneficiary_digit", "wrong_check_digit"),
        ),
        (
            json!({ "beneficiary_code": "12345", "our_number": "94000000000000042" }),
            ("our_number", "invalid"),
        ),
        (json!({ "beneficiary_code": "12345", "wallet": "3" }), ("wallet", "invalid")),
        (json!({ "beneficiary_code": "12345", "issued_by": "eu" }), ("issued_by", "invalid")),
    ] {
        assert_eq!(no(&caixa, wrong), expected);
    }
    assert_eq!(looks("104", "0123455000100040000000423"), ["free_field_digit"]);
    assert_eq!(looks("104", "0123454000100040000000420").len(), 2);
    // Of SINCO and SICOB nothing can be told.
    assert_eq!(looks("104", "1012345900000000000000042"), ["old_layout"]);
    assert_eq!(looks("104", "8000000042005787000000123"), ["old_layout"]);
}

#[test]
fn sicoob_weighs_with_3_1_9_7() {
    let sicoob = json!({ "bank": "756", "branch": "3001", "wallet": "1", "our_number": "42" });
    let expected = pair("0000042-7", "1300101012345000000427001");
    assert_eq!(of(&sicoob, json!({ "beneficiary_code": "123450" })), expected);
    let apart = json!({ "beneficiary_code": "12345", "beneficiary_digit": "0" });
    assert_eq!(of(&sicoob, apart), expected);
    let third = json!({ "agreement": "123450", "modality": "2", "instalment": 3 });
    assert_eq!(of(&sicoob, third).1, "1300102012345000000427003");
    assert_eq!(beneficiary(&sicoob, json!({ "agreement": "123450" })), "3001/012345-0");
    assert_eq!(looks("756", "1300101012345000000428001"), ["our_number_digit"]);
}

#[test]
fn sicredi_carries_the_year_of_issue() {
    let sicredi = json!({
        "bank": "748", "branch": "100", "post": "7", "beneficiary_code": "12345", "wallet": "1",
        "our_number": "26200042",
    });
    let expected = pair("26/200042-0", "1126200042001000712345106");
    assert_eq!(of(&sicredi, json!({})), expected);
    let issued = json!({ "our_number": "42", "issuance_date": "2026-11-30" });
    assert_eq!(of(&sicredi, issued.clone()), expected);
    assert_eq!(warnings(&sicredi, issued), [] as [&str; 0]);
    let before = json!({ "our_number": "42", "issuance_date": "2025-12-30", "byte": 3 });
    assert_eq!(of(&sicredi, before).0.split_once('-').unwrap().0, "25/300042");
    assert_eq!(warnings(&sicredi, json!({ "our_number": "42" })), ["year_of_our_number"]);
    let without_amount = of(&sicredi, json!({ "amount": 0 }));
    assert_eq!(without_amount.1, "1126200042001000712345009");
    assert_eq!(beneficiary(&sicredi, json!({})), "0100.07.12345");

    assert_eq!(no(&sicredi, json!({ "wallet": "2" })), ("wallet", "invalid"));
    let zero = json!({ "our_number": "42", "byte": "0" });
    assert_eq!(no(&sicredi, zero), ("byte", "invalid"));
    assert_eq!(looks("748", "1126200042001000712345107"), ["free_field_digit"]);
    assert_eq!(looks("748", "1126200042101000712345106"), ["our_number_digit", "free_field_digit"]);
}

#[test]
fn banrisul_has_two_digits() {
    let banrisul = json!({ "bank": "041", "branch": "57", "our_number": "42" });
    let expected = pair("00000042-27", "2100571234567000000424006");
    assert_eq!(of(&banrisul, json!({ "beneficiary_code": "1234567" })), expected);
    assert_eq!(of(&banrisul, json!({ "beneficiary_code": "123456789" })), expected);
    assert_eq!(of(&banrisul, json!({ "beneficiary_code": "0057123456789" })), expected);
    // 16 gives the remainder 1 with its first digit 6, so that becomes 7.
    let again = json!({ "beneficiary_code": "1234567", "our_number": "16" });
    assert_eq!(of(&banrisul, again), pair("00000016-78", "2100571234567000000164039"));

    let printed = json!({ "beneficiary_code": "1234567", "beneficiary_digit": "89" });
    assert_eq!(beneficiary(&banrisul, printed), "0057 / 123456.7.89");
    let by_bank = json!({ "beneficiary_code": "1234567", "issued_by": "bank" });
    assert!(of(&banrisul, by_bank).1.starts_with("11"));
    let by_whom = json!({ "beneficiary_code": "1234567", "issued_by": "eu" });
    assert_eq!(no(&banrisul, by_whom), ("issued_by", "invalid"));
    assert_eq!(looks("041", "2100571234567000000424007"), ["free_field_digit"]);
}

#[test]
fn c6_says_that_its_rules_are_not_published() {
    let c6 = json!({ "bank": "336", "branch": "1", "beneficiary_code": "123456",
                     "our_number": "42", "wallet": "20" });
    assert_eq!(of(&c6, json!({})), pair("0000000042-3", "0000001234560000000042204"));
    assert!(of(&c6, json!({ "wallet": "10" })).1.ends_with("103"));
    assert_eq!(warnings(&c6, json!({})), ["rules_not_published"]);
    assert_eq!(beneficiary(&c6, json!({})), "0001 / 000000123456");
    assert_eq!(looks("336", "0000001234560000000042205"), ["free_field_end"]);
}

#[test]
fn ailos_puts_the_account_in_our_number() {
    let ailos = json!({ "bank": "085", "branch": "57", "account": "12345", "agreement": "101234",
                        "our_number": "42", "wallet": "1" });
    let expected = pair("00123455000000042", "1012340012345500000004201");
    assert_eq!(of(&ailos, json!({})), expected);
    assert_eq!(of(&ailos, json!({ "account": "12345-5" })), expected);
    assert_eq!(beneficiary(&ailos, json!({})), "0057-4 / 0012345-5");
    assert_eq!(looks("085", "1012340012345600000004201"), ["account_digit"]);
}

#[test]
fn brb_ends_our_number_with_the_digits_of_the_key() {
    let brb = json!({ "bank": "070", "branch": "57", "account": "1234-5", "wallet": "2",
                      "our_number": "42" });
    assert_eq!(of(&brb, json!({})), pair("200004207088", "0000570012345200004207088"));
    assert_eq!(of(&brb, json!({ "account": "12345" })).1, "0000570012345200004207088");
    assert_eq!(beneficiary(&brb, json!({})), "000 - 057 - 0012345");
    assert_eq!(no(&brb, json!({ "wallet": "3" })), ("wallet", "invalid"));
    assert_eq!(no(&brb, json!({ "account": "1234567-8" })), ("account", "invalid"));
}
