//! Bradesco's our number and free field.
//!
//! «Layout de cobrança» of the bank: our number has eleven digits, and a check digit by modulo 11,
//! weights 2 to 7, over wallet and number, where the remainder 1 is `P` and 0 is `0`. Free field:
//! branch 4, wallet 2, our number 11 without digit, account 7, zero. Published boletos agree.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, account_or_code, as_text, branch};
use crate::title::{digits, free_field, join};

/// The rules.
pub static TITLES: BradescoTitles = BradescoTitles;

/// Our numbers and free fields of Bradesco.
#[derive(Debug)]
pub struct BradescoTitles;

impl Titles for BradescoTitles {
    /// Needs `branch`, `account` (else `beneficiary_code`), `wallet` and `our_number`.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let wallet = digits::<2>("wallet", &input.wallet, "a carteira")?;
        let number = digits::<11>("our_number", &input.our_number, "o nosso número")?;
        let (branch, _) = branch(input)?;
        let (account, _) = account_or_code::<7>(input)?;
        let digit = char::from(digit(&join::<13>(&[&wallet, &number]))).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&wallet), "/", as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&branch, &wallet, &number, &account, b"0"])?,
        })
    }

    /// `1467-2/0284025-1`; both digits by the rule of our number.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, branch_digit) = branch(input).ok()?;
        let (account, account_digit) = account_or_code::<7>(input).ok()?;
        let branch_digit = char::from(branch_digit.unwrap_or_else(|| digit(&branch)));
        let account_digit = char::from(account_digit.unwrap_or_else(|| digit(&account)));
        let (branch, account) = (as_text(&branch), as_text(&account));
        Some(format!("{branch}-{branch_digit}/{account}-{account_digit}"))
    }

    /// The free field carries no check digit; only its end is known.
    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        if field.as_str().ends_with('0') {
            return Vec::new();
        }
        let message = "O campo livre não termina em zero.".to_owned();
        vec![Warning { code: "free_field_end", message }]
    }
}

fn digit(digits: &[u8]) -> u8 {
    mod11(digits, 7, b'0', b'P')
}
