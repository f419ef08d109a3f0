//! Inter's our number and free field.
//!
//! The bank assigns our number: ten digits and a check digit by modulo 10 over branch, wallet
//! and the ten (Inter, «Manual de remessa CNAB 400», 6.1.3; real boletos agree). Free field:
//! branch 4, wallet 3, operation 7, our number with digit 11. The operation is a number of the
//! account that the bank shows.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod10;
use quita_core::findings::Warning;

use crate::contract::Printed;
use crate::title::{Title, TitleError, TitleInput, Titles, as_text, digits, free_field};
use crate::title::{join, optional_digits};

/// The only branch and, printed without a hyphen, its check digit.
const BRANCH: [u8; 4] = *b"0001";
const BRANCH_DIGIT: char = '9';

/// The wallet of boletos that the bank numbers.
const WALLET: [u8; 3] = *b"112";

/// The rules.
pub static TITLES: InterTitles = InterTitles;

/// Our numbers and free fields of Inter.
#[derive(Debug)]
pub struct InterTitles;

impl Titles for InterTitles {
    /// Needs `our_number` and the operation (`account_operation` or `transmission_code`).
    /// With eleven digits the last one of our number is its check digit and is verified.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let branch = optional_digits::<4>("branch", &input.branch, "a agência")?;
        if branch.is_some_and(|branch| branch != BRANCH) {
            return Err(TitleError::invalid("branch", "A agência do Inter é sempre 0001."));
        }
        let wallet = optional_digits::<3>("wallet", &input.wallet, "a carteira")?.unwrap_or(WALLET);
        let operation = match &input.account_operation {
            Some(_) => &input.account_operation,
            None => &input.transmission_code,
        };
        let operation = digits::<7>("account_operation", operation, "o número da operação")?;
        let number = our_number(input, wallet)?;
        let digit = check_digit(wallet, number);
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_digit: digit.to_string(),
            our_number_formatted: format!(
                "{}{BRANCH_DIGIT}/{}/{}-{digit}",
                as_text(&BRANCH),
                as_text(&wallet),
                as_text(&number)
            ),
            free_field: free_field(&[&BRANCH, &wallet, &operation, &number, &[b'0' + digit]])?,
        })
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        if text[..4] != BRANCH {
            let message = format!("O campo livre não começa com a agência {}.", as_text(&BRANCH));
            found.push(Warning { code: "branch", message });
        }
        let wallet = std::array::from_fn(|i| text[4 + i]);
        let number = std::array::from_fn(|i| text[14 + i]);
        let digit = check_digit(wallet, number);
        if text[24] != b'0' + digit {
            found.push(Warning {
                code: "our_number_digit",
                message: format!(
                    "O dígito do nosso número {} é {} e deveria ser {digit}.",
                    as_text(&number),
                    char::from(text[24])
                ),
            });
        }
        found
    }
}

/// Our number, wallet and beneficiary as the bank prints them: `00019/112/0078997334-6`.
/// Numbers of the bank's test environment have other lengths and are printed as they are.
pub(super) fn printed(our_number: &str, account: &str) -> Printed {
    let wallet = as_text(&WALLET);
    let formatted = match our_number.split_at_checked(10) {
        Some((number, digit)) if digit.len() == 1 && our_number.is_ascii() => {
            format!("{}{BRANCH_DIGIT}/{wallet}/{number}-{digit}", as_text(&BRANCH))
        }
        _ => our_number.to_owned(),
    };
    Printed {
        our_number: formatted,
        wallet: wallet.to_owned(),
        beneficiary_code: format!("{}-{BRANCH_DIGIT}/{account}", as_text(&BRANCH)),
    }
}

/// The ten digits of our number, its check digit verified where it was given.
fn our_number(input: &TitleInput<'_>, wallet: [u8; 3]) -> Result<[u8; 10], TitleError> {
    const WHAT: &str = "o nosso número, que o banco atribui ao registrar o boleto,";
    let given = input.our_number.as_deref().map_or("", str::trim);
    if given.len() != 11 {
        return digits("our_number", &input.our_number, WHAT);
    }
    let [number @ .., digit] = digits::<11>("our_number", &input.our_number, WHAT)?;
    let expected = b'0' + check_digit(wallet, number);
    if digit != expected {
        return Err(TitleError {
            field: "our_number",
            code: "wrong_check_digit",
            message: format!(
                "O dígito do nosso número {} é {} e deveria ser {}; confira a carteira e a digitação.",
                as_text(&number),
                char::from(digit),
                char::from(expected)
            ),
        });
    }
    Ok(number)
}

/// Modulo 10 over branch, wallet and our number.
fn check_digit(wallet: [u8; 3], number: [u8; 10]) -> u8 {
    mod10(&join::<17>(&[&BRANCH, &wallet, &number]))
}
