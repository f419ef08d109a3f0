//! What holds of any numbers.

use proptest::prelude::*;
use quita_banks::registry::BANKS;
use quita_banks::title::{TitleInput, compute, titles};
use quita_core::barcode::{Barcode, FreeField};
use serde_json::{Map, Value, json};

use super::{computed, refused};

/// A bank's inputs as patterns, and where its free field has check digits.
#[derive(Debug)]
struct Shape {
    bank: &'static str,
    inputs: &'static [(&'static str, &'static str)],
    digits: &'static [usize],
}

const SHAPES: [Shape; 16] = [
    Shape {
        bank: "001",
        inputs: &[("agreement", "[1-9][0-9]{6}"), ("our_number", "[0-9]{10}"), ("wallet", "17")],
        digits: &[],
    },
    Shape {
        bank: "001",
        inputs: &[
            ("agreement", "[0-9]{3}[1-9]"),
            ("our_number", "[0-9]{7}"),
            ("wallet", "18"),
            ("branch", "[0-9]{4}"),
            ("account", "[0-9]{8}"),
        ],
        digits: &[],
    },
    Shape {
        bank: "033",
        inputs: &[
            ("beneficiary_code", "[0-9]{7}"),
            ("our_number", "[0-9]{12}"),
            ("wallet", "101|102|201"),
        ],
        digits: &[20],
    },
    Shape {
        bank: "041",
        inputs: &[
            ("beneficiary_code", "[0-9]{7}"),
            ("our_number", "[0-9]{8}"),
            ("branch", "[0-9]{4}"),
        ],
        digits: &[23, 24],
    },
    Shape {
        bank: "070",
        inputs: &[
            ("branch", "[0-9]{3}"),
            ("account", "[0-9]{7}"),
            ("wallet", "[12]"),
            ("our_number", "[0-9]{6}"),
        ],
        digits: &[23, 24],
    },
    Shape {
        bank: "077",
        inputs: &[("account_operation", "[0-9]{7}"), ("our_number", "[0-9]{10}")],
        digits: &[24],
    },
    Shape {
        bank: "085",
        inputs: &[
            ("agreement", "[0-9]{6}"),
            ("our_number", "[0-9]{9}"),
            ("wallet", "01"),
            ("account", "[0-9]{7}"),
        ],
        digits: &[13],
    },
    Shape {
        bank: "104",
        inputs: &[("beneficiary_code", "0[0-9]{5}"), ("our_number", "[0-9]{15}")],
        digits: &[6, 24],
    },
    Shape {
        bank: "104",
        inputs: &[("beneficiary_code", "[2-9][0-9]{6}"), ("our_number", "[12]4[0-9]{15}")],
        digits: &[24],
    },
    Shape { bank: "197", inputs: &[("our_number", "[0-9]{20}")], digits: &[] },
    Shape {
        bank: "208",
        inputs: &[
            ("branch", "[0-9]{4}"),
            ("account", "[0-9]{7}"),
            ("wallet", "01"),
            ("our_number", "[0-9]{11}"),
        ],
        digits: &[24],
    },
    Shape {
        bank: "237",
        inputs: &[
            ("branch", "[0-9]{4}"),
            ("account", "[0-9]{7}"),
            ("wallet", "[0-9]{2}"),
            ("our_number", "[0-9]{11}"),
        ],
        digits: &[24],
    },
    Shape {
        bank: "336",
        inputs: &[
            ("beneficiary_code", "[0-9]{12}"),
            ("our_number", "[0-9]{10}"),
            ("wallet", "10|20"),
        ],
        digits: &[],
    },
    Shape {
        bank: "341",
        inputs: &[
            ("branch", "[0-9]{4}"),
            ("account", "[0-9]{5}"),
            ("wallet", "109|112"),
            ("our_number", "[0-9]{8}"),
        ],
        digits: &[11, 21],
    },
    Shape {
        bank: "748",
        inputs: &[
            ("branch", "[0-9]{4}"),
            ("post", "[0-9]{2}"),
            ("beneficiary_code", "[0-9]{5}"),
            ("wallet", "[13]"),
            ("our_number", "2[0-9][2-9][0-9]{5}"),
        ],
        digits: &[10, 24],
    },
    Shape {
        bank: "756",
        inputs: &[
            ("branch", "[0-9]{4}"),
            ("beneficiary_code", "[0-9]{7}"),
            ("wallet", "[13]"),
            ("modality", "0[1-3]"),
            ("instalment", "[0-9]{3}"),
            ("our_number", "[0-9]{7}"),
        ],
        digits: &[21],
    },
];

/// Inputs of some bank, and where its free field has check digits.
fn inputs() -> impl Strategy<Value = (Value, &'static [usize])> {
    let given = (0..SHAPES.len()).prop_flat_map(|at| {
        let shape = &SHAPES[at];
        let values: Vec<_> = shape
            .inputs
            .iter()
            .map(|(name, pattern)| {
                let text = proptest::string::string_regex(pattern).unwrap();
                text.prop_map(move |text| ((*name).to_owned(), Value::from(text)))
            })
            .collect();
        (values, Just(shape))
    });
    (given, 0_i64..=9_999_999_999, 1_u32..=28).prop_map(|((values, shape), amount, day)| {
        let mut input: Map<_, _> = values.into_iter().collect();
        input.insert("bank".to_owned(), json!(shape.bank));
        input.insert("amount".to_owned(), json!(amount));
        input.insert("expiration_date".to_owned(), json!(format!("2027-02-{day:02}")));
        (Value::Object(input), shape.digits)
    })
}

#[test]
fn every_bank_with_rules_is_tried() {
    for info in BANKS.iter().filter(|bank| bank.titles().is_some()).map(|bank| bank.info()) {
        assert!(SHAPES.iter().any(|shape| shape.bank == info.code), "{}", info.name);
    }
}

proptest! {
    #[test]
    fn numbers_come_back_from_the_line_and_look_right((input, _) in inputs()) {
        let numbers = computed(&input);
        let title = numbers.title.unwrap();
        let line = numbers.barcode.writable_line().to_string();
        let back = Barcode::parse(&line).unwrap();
        prop_assert_eq!(&back, &numbers.barcode);
        prop_assert_eq!(back.free_field(), title.free_field);
        let rules = titles(back.bank().as_str()).unwrap();
        prop_assert_eq!(rules.check_free_field(&back.free_field()), []);
    }

    #[test]
    fn a_false_digit_in_a_free_field_is_noticed((input, places) in inputs(), more in 1_u8..=9) {
        let numbers = computed(&input);
        let rules = titles(numbers.barcode.bank().as_str()).unwrap();
        for place in places {
            let mut field = numbers.barcode.free_field().as_str().as_bytes().to_vec();
            field[*place] = b'0' + (field[*place] - b'0' + more) % 10;
            let field = FreeField::parse(std::str::from_utf8(&field).unwrap()).unwrap();
            prop_assert_ne!(rules.check_free_field(&field), [], "{}", place);
        }
    }

    #[test]
    fn the_digit_of_our_number_is_verified((mut input, _) in inputs()) {
        let title = computed(&input).title.unwrap();
        input["our_number_digit"] = json!(title.our_number_digit);
        let again = computed(&input).title.unwrap();
        prop_assert_eq!(&again, &title);
        input["our_number_digit"] = json!(if title.our_number_digit == "1" { "2" } else { "1" });
        prop_assert_eq!(refused(&input), ("our_number_digit", "wrong_check_digit"));
    }

    /// Whatever is typed: an answer or an error with its field, the same whenever it is asked.
    #[test]
    fn no_input_is_too_strange(
        at in 0..BANKS.len(),
        texts in proptest::collection::vec("[0-9]{0,3}|[0-9]{4,21}|[0-9]{1,5}-[0-9X]|[ -~é]{0,4}", 23),
    ) {
        let names = TitleInput::FIELDS.iter().filter(|name| {
            !["bank", "free_field", "issuance_date", "expiration_date", "amount"].contains(name)
        });
        let mut input: Map<_, _> =
            names.zip(texts).map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        input.insert("bank".to_owned(), json!(BANKS[at].info().code));
        input.insert("amount".to_owned(), json!(1));
        input.insert("expiration_date".to_owned(), json!("2027-02-01"));
        let text = Value::Object(input).to_string();
        let input: TitleInput<'_> = serde_json::from_str(&text).unwrap();
        let (first, second) = (compute(&input), compute(&input));
        prop_assert_eq!(&first, &second);
        if let Err(error) = first {
            prop_assert!(TitleInput::FIELDS.contains(&error.field));
        }
    }
}
