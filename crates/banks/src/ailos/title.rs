//! Ailos' our number and free field.
//!
//! «Informações para homologação CNAB 240» of the cooperatives: our number is the account of eight
//! digits, check digit included, and nine digits in sequence; it has no check digit of its own.
//! Free field: agreement 6, our number 17, wallet 2 (four independent programs agree). The digit
//! of an account is modulo 11, weights 2 to 9, where the remainders 0 and 1 give `0`.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, account, as_text, branch};
use crate::title::{digits, expect_digit, free_field, join};

/// The rules.
pub static TITLES: AilosTitles = AilosTitles;

/// Our numbers and free fields of Ailos.
#[derive(Debug)]
pub struct AilosTitles;

impl Titles for AilosTitles {
    /// Needs `agreement` (else `beneficiary_code`), `account`, `wallet` and `our_number`. The
    /// account's digit is computed where it is absent and believed where it is given.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let agreement = match &input.agreement {
            Some(_) => &input.agreement,
            None => &input.beneficiary_code,
        };
        let agreement = digits::<6>("agreement", agreement, "o convênio")?;
        let wallet = digits::<2>("wallet", &input.wallet, "a carteira")?;
        let account = whole_account(input)?;
        let sequence = digits::<9>("our_number", &input.our_number, "o nosso número")?;
        let number = join::<17>(&[&account, &sequence]);
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_digit: String::new(),
            our_number_formatted: as_text(&number).to_owned(),
            free_field: free_field(&[&agreement, &number, &wallet])?,
        })
    }

    /// `0101-5 / 1111111-9`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, branch_digit) = branch(input).ok()?;
        let account = whole_account(input).ok()?;
        let branch_digit = char::from(branch_digit.unwrap_or_else(|| digit(&branch)));
        let (number, account_digit) = (as_text(&account[..7]), char::from(account[7]));
        Some(format!("{}-{branch_digit} / {number}-{account_digit}", as_text(&branch)))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        expect_digit(&mut found, "account_digit", text[13], digit(&text[6..13]), "da conta");
        found
    }
}

/// The account with its check digit.
fn whole_account(input: &TitleInput<'_>) -> Result<[u8; 8], TitleError> {
    let (number, given) = account::<7>(input)?;
    let digit = given.unwrap_or_else(|| digit(&number));
    Ok(join(&[&number, &[digit]]))
}

fn digit(digits: &[u8]) -> u8 {
    mod11(digits, 9, b'0', b'0')
}
