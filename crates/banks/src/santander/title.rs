//! Santander's our number and free field.
//!
//! «Cobrança Santander», layout of the barcode: our number has twelve digits and a check digit by
//! modulo 11, weights 2 to 9, where the remainders 0 and 1 give `0`. Free field: `9`, code of the
//! beneficiary 7, our number 13 with digit, IOF 1 (zero but for insurers), wallet 3 (101 fast
//! collection with registration, 102 without, 201 pledge).

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, expect_digit, free_field, optional_digits};

/// What the free field begins with.
const FIRST: u8 = b'9';

/// The rules.
pub static TITLES: SantanderTitles = SantanderTitles;

/// Our numbers and free fields of Santander.
#[derive(Debug)]
pub struct SantanderTitles;

impl Titles for SantanderTitles {
    /// Needs `beneficiary_code` (else `agreement`), `wallet` and `our_number`; insurers also
    /// `iof`.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let code = code(input)?;
        let wallet = digits::<3>("wallet", &input.wallet, "a carteira")?;
        let number = digits::<12>("our_number", &input.our_number, "o nosso número")?;
        let iof = optional_digits::<1>("iof", &input.iof, "o IOF")?.unwrap_or(*b"0");
        let digit = digit(&number);
        let field = free_field(&[&[FIRST], &code, &number, &[digit], &iof, &wallet])?;
        let digit = char::from(digit).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: field,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        code_doubt(input).into_iter().collect()
    }

    /// `1333/0707077`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, _) = branch(input).ok()?;
        Some(format!("{}/{}", as_text(&branch), as_text(&code(input).ok()?)))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        if text[0] != FIRST {
            let message = "O campo livre não começa com 9.".to_owned();
            found.push(Warning { code: "free_field_start", message });
        }
        let should = digit(&text[8..20]);
        expect_digit(&mut found, "our_number_digit", text[20], should, "do nosso número");
        found
    }
}

fn code(input: &TitleInput<'_>) -> Result<[u8; 7], TitleError> {
    digits("beneficiary_code", beneficiary_code(input), "o código do beneficiário")
}

fn digit(number: &[u8]) -> u8 {
    mod11(number, 9, b'0', b'0')
}
