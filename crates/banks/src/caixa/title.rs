//! Caixa's our number and free field (SIGCB).
//!
//! «Boleto de cobrança» manual of 2020, 4.2.10 and annex III. Our number has 17 digits: whether it
//! is registered (1) or not (2), who prints it (4 the company, 1 the bank), and 15 of one's own;
//! its check digit is modulo 11, weights 2 to 9, where 10 and 11 give `0`. Free field: code of the
//! beneficiary 6 and its digit, or 7 without digit from 1100000 on; positions 3 to 5 of our
//! number, 1, 6 to 8, 2, 9 to 17; modulo 11 of all these. The two digits of a code follow the same
//! rule.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, expect_digit, free_field, is_printed_by_bank, join};

/// Codes from here on take seven places and have no check digit.
const CODES_OF_SEVEN: &[u8; 7] = b"1100000";

/// The rules.
pub static TITLES: CaixaTitles = CaixaTitles;

/// Our numbers and free fields of Caixa.
#[derive(Debug)]
pub struct CaixaTitles;

impl Titles for CaixaTitles {
    /// Needs `beneficiary_code` (else `agreement`) and `our_number`: either its 17 digits or up
    /// to 15, before which come `wallet` (`14`, `24`, `11`, `21`, or `1` or `RG`, `2` or `SR`; 1
    /// where it is absent) and `issued_by` (the company where it is absent).
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let (code, _) = code(input)?;
        let n = our_number(input)?;
        let front = join::<24>(&[&code, &n[2..5], &n[..1], &n[5..8], &n[1..2], &n[8..]]);
        let digit = char::from(digit(&n)).to_string();
        Ok(Title {
            our_number: as_text(&n).to_owned(),
            our_number_formatted: [as_text(&n), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&front, &[self::digit(&front)]])?,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        code_doubt(input).into_iter().collect()
    }

    /// `1825/245274-0`, without a digit where the code has none.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, _) = branch(input).ok()?;
        let (code, has_digit) = code(input).ok()?;
        let branch = as_text(&branch);
        Some(if has_digit {
            format!("{branch}/{}-{}", as_text(&code[..6]), char::from(code[6]))
        } else {
            format!("{branch}/{}", as_text(&code))
        })
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let text = field.as_str().as_bytes();
        let mut found = Vec::new();
        expect_digit(
            &mut found,
            "free_field_digit",
            text[24],
            digit(&text[..24]),
            "do campo livre",
        );
        if text[..7] < CODES_OF_SEVEN[..] {
            let should = digit(&text[..6]);
            expect_digit(&mut found, "beneficiary_digit", text[6], should, "do beneficiário");
        }
        if !found.is_empty() && is_of_an_older_system(text) {
            let message = "Parece um boleto dos sistemas antigos da Caixa (SINCO ou SICOB), cujos \
                           dígitos não são conferidos.";
            return vec![Warning { code: "old_layout", message: message.to_owned() }];
        }
        found
    }
}

/// The seven places of the beneficiary's code, and whether the last of them is a check digit.
fn code(input: &TitleInput<'_>) -> Result<([u8; 7], bool), TitleError> {
    const FIELD: &str = "beneficiary_code";
    let code = digits::<7>(FIELD, beneficiary_code(input), "o código do beneficiário")?;
    if code[0] != b'0' {
        if code < *CODES_OF_SEVEN {
            let message = "O código do beneficiário tem até 6 dígitos, ou 7 a partir de 1100000.";
            return Err(TitleError::invalid(FIELD, message));
        }
        return Ok((code, false));
    }
    let should = digit(&code[1..]);
    let given = input.beneficiary_digit.as_deref().map_or("", str::trim);
    if !given.is_empty() && given.as_bytes() != [should] {
        let (code, should) = (as_text(&code[1..]), char::from(should));
        return Err(TitleError {
            field: "beneficiary_digit",
            code: "wrong_check_digit",
            message: format!(
                "O dígito do código do beneficiário {code} é {given} e deveria ser {should}; \
                 confira a digitação."
            ),
        });
    }
    Ok((join(&[&code[1..], &[should]]), true))
}

/// The 17 digits of our number.
fn our_number(input: &TitleInput<'_>) -> Result<[u8; 17], TitleError> {
    let given = digits::<17>("our_number", &input.our_number, "o nosso número")?;
    if given[..2] != *b"00" {
        return match given[..2] {
            [b'1' | b'2', b'1' | b'4'] => Ok(given),
            _ => {
                let message = "Com 17 dígitos, o nosso número começa com 14, 24, 11 ou 21.";
                Err(TitleError::invalid("our_number", message))
            }
        };
    }
    Ok(join(&[&modality(input)?, &given[2..]]))
}

/// The first two digits of our number.
fn modality(input: &TitleInput<'_>) -> Result<[u8; 2], TitleError> {
    // Some programs put the system's name in front: `SIG14`.
    let wallet = input.wallet.as_deref().map_or("", str::trim).trim_start_matches("SIG");
    let registered = match wallet {
        "14" | "24" | "11" | "21" => return Ok(join(&[wallet.as_bytes()])),
        "" | "1" | "01" | "RG" => b'1',
        "2" | "02" | "SR" => b'2',
        _ => {
            let message = format!("A carteira da Caixa é 14, 24, 11, 21, RG ou SR, não {wallet}.");
            return Err(TitleError::invalid("wallet", message));
        }
    };
    let printed_by = if is_printed_by_bank(input)? { b'1' } else { b'4' };
    Ok([registered, printed_by])
}

/// Whether this may be a free field of SINCO (`1`, code 6, `9`, our number 17) or of SICOB (our
/// number 10 that begins with 80, 81, 82 or 9, and branch, operation and code), of which both
/// carry no check digit.
fn is_of_an_older_system(text: &[u8]) -> bool {
    let is_sinco = text[0] == b'1' && text[7] == b'9';
    is_sinco || matches!(text[..2], [b'8', b'0'..=b'2'] | [b'9', _])
}

fn digit(digits: &[u8]) -> u8 {
    mod11(digits, 9, b'0', b'0')
}
