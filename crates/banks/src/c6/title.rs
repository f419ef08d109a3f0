//! C6 Bank's our number and free field.
//!
//! No manual of the bank is public. Read from programs that issue such boletos: free field of
//! beneficiary 12, our number 10, wallet 2 and a digit for the layout, 4 in wallet 20 (the company
//! prints) and 3 elsewhere. The check digit of our number, which the barcode does not carry, is in
//! one program only: modulo 11, weights 2 to 7, over `0`, wallet 2 and number 10, where the
//! remainder 1 is `P` and 0 is `0`. Computed numbers carry a warning that says so.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, free_field, join};

/// The rules.
pub static TITLES: C6Titles = C6Titles;

/// Our numbers and free fields of C6 Bank.
#[derive(Debug)]
pub struct C6Titles;

impl Titles for C6Titles {
    /// Needs `beneficiary_code` (else `agreement`), `wallet` and `our_number`.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let code = code(input)?;
        let wallet = digits::<2>("wallet", &input.wallet, "a carteira")?;
        let number = digits::<10>("our_number", &input.our_number, "o nosso número")?;
        let digit = mod11(&join::<13>(&[b"0", &wallet, &number]), 7, b'0', b'P');
        let digit = char::from(digit).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&code, &number, &wallet, &[layout(&wallet)]])?,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        let message = "O C6 não publica suas regras; o campo livre segue dois programas e o dígito \
                       do nosso número um só. Confira um boleto com o banco antes de emitir.";
        let unsure = Warning { code: "rules_not_published", message: message.to_owned() };
        code_doubt(input).into_iter().chain([unsure]).collect()
    }

    /// `0001 / 000000123456`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, _) = branch(input).ok()?;
        Some(format!("{} / {}", as_text(&branch), as_text(&code(input).ok()?)))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        if matches!(text[24], b'3' | b'4') {
            return Vec::new();
        }
        let message = "O campo livre não termina em 3 nem em 4.".to_owned();
        vec![Warning { code: "free_field_end", message }]
    }
}

fn code(input: &TitleInput<'_>) -> Result<[u8; 12], TitleError> {
    digits("beneficiary_code", beneficiary_code(input), "o código do beneficiário")
}

/// The digit of the layout.
fn layout(wallet: &[u8; 2]) -> u8 {
    if wallet == b"20" { b'4' } else { b'3' }
}
