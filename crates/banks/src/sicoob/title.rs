//! Sicoob's our number and free field.
//!
//! Our number has seven digits and a check digit: the constant 3, 1, 9, 7 repeated from the left
//! over cooperative 4, client 10 and number 7; 11 − the sum modulo 11, and `0` for the remainders
//! 0 and 1. Free field: wallet 1, cooperative 4, modality 2, client 7, our number 8 with digit,
//! instalment 3. Read from four independent programs that issue such boletos; they agree.

use quita_core::barcode::FreeField;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, expect_digit, free_field, join, optional_digits};

/// The rules.
pub static TITLES: SicoobTitles = SicoobTitles;

/// Our numbers and free fields of Sicoob.
#[derive(Debug)]
pub struct SicoobTitles;

impl Titles for SicoobTitles {
    /// Needs `branch` (the cooperative), `wallet`, `our_number` and the client's number:
    /// `beneficiary_code` (else `agreement`) with its digit at the end or in
    /// `beneficiary_digit`. `modality` (else `wallet_variation`) is 01 and `instalment` 001 where
    /// they are absent.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let (cooperative, _) = branch(input)?;
        let client = client(input)?;
        let wallet = digits::<1>("wallet", &input.wallet, "a carteira")?;
        let modality = match &input.modality {
            Some(_) => &input.modality,
            None => &input.wallet_variation,
        };
        let modality = optional_digits::<2>("modality", modality, "a modalidade")?;
        let instalment = optional_digits::<3>("instalment", &input.instalment, "a parcela")?;
        let number = digits::<7>("our_number", &input.our_number, "o nosso número")?;
        let digit = digit(&cooperative, &client, &number);
        let field = free_field(&[
            &wallet,
            &cooperative,
            &modality.unwrap_or(*b"01"),
            &client,
            &number,
            &[digit],
            &instalment.unwrap_or(*b"001"),
        ])?;
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

    /// `4277/017227-8`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (cooperative, _) = branch(input).ok()?;
        let client = client(input).ok()?;
        let (code, digit) = (as_text(&client[..6]), char::from(client[6]));
        Some(format!("{}/{code}-{digit}", as_text(&cooperative)))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        let should = digit(&text[1..5], &text[7..14], &text[14..21]);
        expect_digit(&mut found, "our_number_digit", text[21], should, "do nosso número");
        found
    }
}

/// The client's number in its seven digits, the last of them its check digit.
fn client(input: &TitleInput<'_>) -> Result<[u8; 7], TitleError> {
    const FIELD: &str = "beneficiary_code";
    const WHAT: &str = "o código do cliente na cooperativa";
    let given = beneficiary_code(input);
    let digit = if std::ptr::eq(given, &input.beneficiary_code) {
        &input.beneficiary_digit
    } else if std::ptr::eq(given, &input.agreement) {
        &input.agreement_digit
    } else {
        &input.account_digit
    };
    match optional_digits::<1>("beneficiary_digit", digit, "o dígito do código do cliente")? {
        Some(digit) => Ok(join(&[&digits::<6>(FIELD, given, WHAT)?, &digit])),
        None => digits(FIELD, given, WHAT),
    }
}

fn digit(cooperative: &[u8], client: &[u8], number: &[u8]) -> u8 {
    let all = join::<21>(&[cooperative, b"000", client, number]);
    let constant = [3, 1, 9, 7].into_iter().cycle();
    let sum: u32 = all.iter().zip(constant).map(|(d, by)| u32::from(d - b'0') * by).sum();
    match sum % 11 {
        0 | 1 => b'0',
        remainder => b'0' + (11 - remainder) as u8,
    }
}
