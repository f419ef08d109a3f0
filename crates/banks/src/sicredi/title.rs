//! Sicredi's our number and free field.
//!
//! «Cobrança Sicredi» manual: our number is the year in two digits, a byte (1 the cooperative made
//! the number, 2 to 9 the company) and five digits in sequence, printed `26/200004-1`; its check
//! digit is modulo 11, weights 2 to 9, over cooperative 4, post 2, code of the beneficiary 5 and
//! number 8, where 10 and 11 give `0`. Free field: kind (1 registered, 3 not), `1` for the simple
//! wallet, our number 9 with digit, cooperative 4, post 2, beneficiary 5, `1` where the boleto has
//! an amount, `0`, and modulo 11 of all these by the same rule.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, expect_digit, free_field, join, optional_digits};

/// The rules.
pub static TITLES: SicrediTitles = SicrediTitles;

/// Our numbers and free fields of Sicredi.
#[derive(Debug)]
pub struct SicrediTitles;

impl Titles for SicrediTitles {
    /// Needs `branch` (the cooperative), `post`, `beneficiary_code` (else `agreement`), `wallet`
    /// (1 registered, 3 not) and `our_number`: its eight digits, or up to five, before which come
    /// the year of `issuance_date` and `byte` (2 where it is absent).
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let Beneficiary { cooperative, post, code } = Beneficiary::read(input)?;
        let wallet = wallet(input)?;
        let number = our_number(input)?;
        let digit = digit(&join::<19>(&[&cooperative, &post, &code, &number]));
        let has_amount = if input.amount == Some(0) { b'0' } else { b'1' };
        let front = join::<24>(&[
            &[wallet, b'1'],
            &number,
            &[digit],
            &cooperative,
            &post,
            &code,
            &[has_amount, b'0'],
        ]);
        let (year, rest) = number.split_at(2);
        let digit = char::from(digit).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(year), "/", as_text(rest), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&front, &[self::digit(&front)]])?,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        let mut found: Vec<_> = code_doubt(input).into_iter().collect();
        let sequence = digits::<5>("our_number", &input.our_number, "o nosso número");
        if sequence.is_ok() && input.issuance_date.is_none() {
            let message = "O ano do nosso número é o do vencimento, porque falta a data de \
                           emissão (issuance_date).";
            found.push(Warning { code: "year_of_our_number", message: message.to_owned() });
        }
        found
    }

    /// `0710.65.00129`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let Beneficiary { cooperative, post, code } = Beneficiary::read(input).ok()?;
        Some([as_text(&cooperative), as_text(&post), as_text(&code)].join("."))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        let should = digit(&join::<19>(&[&text[11..22], &text[2..10]]));
        expect_digit(&mut found, "our_number_digit", text[10], should, "do nosso número");
        expect_digit(
            &mut found,
            "free_field_digit",
            text[24],
            digit(&text[..24]),
            "do campo livre",
        );
        found
    }
}

/// Who is paid.
struct Beneficiary {
    cooperative: [u8; 4],
    post: [u8; 2],
    code: [u8; 5],
}

impl Beneficiary {
    fn read(input: &TitleInput<'_>) -> Result<Self, TitleError> {
        // Some programs put the post where other banks have the operation of the account.
        let post = match (&input.post, &input.account_operation) {
            (None, Some(_)) => &input.account_operation,
            _ => &input.post,
        };
        Ok(Self {
            cooperative: branch(input)?.0,
            post: digits("post", post, "o posto da cooperativa")?,
            code: digits("beneficiary_code", beneficiary_code(input), "o código do beneficiário")?,
        })
    }
}

fn wallet(input: &TitleInput<'_>) -> Result<u8, TitleError> {
    match digits::<1>("wallet", &input.wallet, "a carteira")? {
        [wallet @ (b'1' | b'3')] => Ok(wallet),
        _ => Err(TitleError::invalid(
            "wallet",
            "A carteira do Sicredi é 1 (com registro) ou 3 (sem registro).",
        )),
    }
}

/// The eight digits of our number.
fn our_number(input: &TitleInput<'_>) -> Result<[u8; 8], TitleError> {
    let given = digits::<8>("our_number", &input.our_number, "o nosso número")?;
    if given[..3] != *b"000" {
        return Ok(given);
    }
    let date = input.issuance_date.or(input.expiration_date);
    let date = date.ok_or_else(|| TitleError::missing("issuance_date", "a data de emissão"))?;
    let year = date.year().unsigned_abs() % 100;
    let byte = optional_digits::<1>("byte", &input.byte, "o byte")?.unwrap_or(*b"2");
    if byte == *b"0" {
        let message = "O byte é de 2 a 9 (1 quando a cooperativa numera).";
        return Err(TitleError::invalid("byte", message));
    }
    Ok(join(&[format!("{year:02}").as_bytes(), &byte, &given[3..]]))
}

fn digit(digits: &[u8]) -> u8 {
    mod11(digits, 9, b'0', b'0')
}
