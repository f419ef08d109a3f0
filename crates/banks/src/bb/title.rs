//! Banco do Brasil's our number and free field.
//!
//! «Especificações técnicas para confecção de boleto» of January 2016, annexes VII to XI: our
//! number begins with the agreement, and its length follows from the agreement's.
//!
//! | agreement | our number | free field |
//! |---|---|---|
//! | 4 digits | agreement, 7 digits, check digit | our number 11, branch 4, account 8, wallet 2 |
//! | 6 digits | agreement, 5 digits, check digit | the same |
//! | 6 digits, number of 17 | 17 digits of the company's own | agreement 6, our number 17, `21` |
//! | 7 digits | agreement, 10 digits | `000000`, our number 17, wallet 2 |
//!
//! Agreements of 8 digits are not in the annexes; programs that issue them write agreement and
//! 9 digits, as for 7.

use std::borrow::Cow;

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, account, as_text, branch};
use crate::title::{digits, free_field, join};

/// What stands for a wallet behind our numbers of 17 digits of the company's own (annex X).
const OWN_NUMBERS: &[u8; 2] = b"21";

/// The rules.
pub static TITLES: BbTitles = BbTitles;

/// Our numbers and free fields of Banco do Brasil.
#[derive(Debug)]
pub struct BbTitles;

impl Titles for BbTitles {
    /// Needs `agreement` (else `beneficiary_code`), `our_number` and `wallet` (`18` or, with its variation, `18-019`);
    /// agreements of up to 6 digits also `branch` and `account`. Our number may be given with
    /// the agreement in front or without it.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let wallet = wallet(input)?;
        let (all, length) = agreement(input)?;
        let agreement = &all[all.len() - length..];
        if length == 6 && typed_length(input) == 17 {
            let number = digits::<17>("our_number", &input.our_number, "o nosso número")?;
            return Ok(without_digit(&number, free_field(&[agreement, &number, OWN_NUMBERS])?));
        }
        if length > 6 {
            let number = our_number::<17>(input, agreement)?;
            return Ok(without_digit(&number, free_field(&[b"000000", &number, &wallet])?));
        }
        let number = our_number::<11>(input, agreement)?;
        let (branch, _) = branch(input)?;
        let (account, _) = account::<8>(input)?;
        let digit = char::from(digit(&number)).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&number, &branch, &account, &wallet])?,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        if agreement(input).is_ok_and(|(_, length)| length == 8) {
            let message = "Convênios de 8 dígitos não estão no manual do banco; confira um boleto \
                           com ele antes de emitir.";
            return vec![Warning { code: "agreement_length", message: message.to_owned() }];
        }
        Vec::new()
    }

    /// `1824-4 / 76000-5`; both digits by the rule of our number.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, branch_digit) = branch(input).ok()?;
        let (account, account_digit) = account::<8>(input).ok()?;
        let branch_digit = char::from(branch_digit.unwrap_or_else(|| digit(&branch)));
        let account_digit = char::from(account_digit.unwrap_or_else(|| digit(&account)));
        let (branch, account) = (as_text(&branch), as_text(&account).trim_start_matches('0'));
        Some(format!("{branch}-{branch_digit} / {account}-{account_digit}"))
    }
}

fn without_digit(number: &[u8; 17], free_field: FreeField) -> Title {
    let number = as_text(number);
    Title {
        our_number: number.to_owned(),
        our_number_digit: String::new(),
        our_number_formatted: number.to_owned(),
        free_field,
    }
}

/// The agreement in eight digits, and how many of them its numbers carry.
fn agreement(input: &TitleInput<'_>) -> Result<([u8; 8], usize), TitleError> {
    let given = match &input.agreement {
        Some(_) => &input.agreement,
        None => &input.beneficiary_code,
    };
    let all = digits::<8>("agreement", given, "o convênio")?;
    match all.iter().position(|digit| *digit != b'0') {
        None => Err(TitleError::invalid("agreement", "O convênio não pode ser zero.")),
        Some(0) => Ok((all, 8)),
        Some(1) => Ok((all, 7)),
        Some(2 | 3) => Ok((all, 6)),
        Some(_) => Ok((all, 4)),
    }
}

/// The two digits of the wallet, without its variation.
fn wallet(input: &TitleInput<'_>) -> Result<[u8; 2], TitleError> {
    let wallet = input.wallet.as_deref().map(|text| {
        let (wallet, _variation) = text.split_once(['-', '/']).unwrap_or((text, ""));
        Cow::Borrowed(wallet)
    });
    digits("wallet", &wallet, "a carteira")
}

fn typed_length(input: &TitleInput<'_>) -> usize {
    input.our_number.as_deref().map_or(0, |text| text.trim().len())
}

/// Our number in its `N` digits, agreement in front.
fn our_number<const N: usize>(
    input: &TitleInput<'_>,
    agreement: &[u8],
) -> Result<[u8; N], TitleError> {
    let given = digits::<N>("our_number", &input.our_number, "o nosso número")?;
    let (front, own) = given.split_at(agreement.len());
    if front == agreement || front.iter().all(|digit| *digit == b'0') {
        return Ok(join(&[agreement, own]));
    }
    let message = format!(
        "Com o convênio {} o nosso número tem até {} dígitos, ou {N} que começam com o convênio.",
        as_text(agreement),
        own.len()
    );
    Err(TitleError::invalid("our_number", message))
}

/// Modulo 11 with weights 9 to 2 from the right, where the remainder is the digit and 10 is
/// `X`. Weights 2 to 9 give 11 less that remainder.
fn digit(digits: &[u8]) -> u8 {
    mod11(digits, 9, b'0', b'X')
}
