//! Banrisul's our number and free field.
//!
//! «Cobrança Banrisul» manual (CNAB 400, branch of four digits): our number has eight digits and
//! two check digits («NC»). Free field: product (1 the bank prints, 2 the client), `1`, branch 4,
//! beneficiary 7, our number 8, `40`, and the two check digits of these 23, as of our number those
//! of the ASBACE key.

use quita_core::barcode::FreeField;
use quita_core::check_digit::asbace;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, beneficiary_code, branch};
use crate::title::{code_doubt, digits, free_field, is_printed_by_bank, join, optional_digits};

/// The rules.
pub static TITLES: BanrisulTitles = BanrisulTitles;

/// Our numbers and free fields of Banrisul.
#[derive(Debug)]
pub struct BanrisulTitles;

impl Titles for BanrisulTitles {
    /// Needs `branch`, `our_number` and the beneficiary: `beneficiary_code` (else `agreement`)
    /// of 7 digits, or 9 with its two check digits, or 13 with the branch before these. `issued_by`
    /// is the company where it is absent.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let Beneficiary { branch, code, .. } = Beneficiary::read(input)?;
        let number = digits::<8>("our_number", &input.our_number, "o nosso número")?;
        let two = asbace(&number);
        let product = if is_printed_by_bank(input)? { b"1" } else { b"2" };
        let front = join::<23>(&[product, b"1", &branch, &code, &number, b"40"]);
        let digit = as_text(&two).to_owned();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&front, &asbace(&front)])?,
        })
    }

    fn doubts(&self, input: &TitleInput<'_>) -> Vec<Warning> {
        code_doubt(input).into_iter().collect()
    }

    /// `1102 / 900015.0.46`, without the end where the check digits are not given.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let Beneficiary { branch, code, check } = Beneficiary::read(input).ok()?;
        let (front, last) = code.split_at(6);
        let (branch, front, last) = (as_text(&branch), as_text(front), as_text(last));
        Some(match check {
            Some(check) => format!("{branch} / {front}.{last}.{}", as_text(&check)),
            None => format!("{branch} / {front}.{last}"),
        })
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let (front, is) = field.as_str().split_at(23);
        let should = asbace(front.as_bytes());
        let should = as_text(&should);
        if is == should {
            return Vec::new();
        }
        let message = format!("Os dígitos do campo livre são {is} e deveriam ser {should}.");
        vec![Warning { code: "free_field_digit", message }]
    }
}

/// Who is paid.
struct Beneficiary {
    branch: [u8; 4],
    code: [u8; 7],
    /// The two check digits of the code, where they are given.
    check: Option<[u8; 2]>,
}

impl Beneficiary {
    fn read(input: &TitleInput<'_>) -> Result<Self, TitleError> {
        const WHAT: &str = "o código do beneficiário";
        let given = beneficiary_code(input);
        let length = given.as_deref().map_or(0, |text| text.trim().len());
        let all: [u8; 13] = digits("beneficiary_code", given, WHAT)?;
        let (front, check) = all.split_at(11);
        let check = Some(join(&[check]));
        let code = match length {
            13 => {
                return Ok(Self {
                    branch: join(&[&front[..4]]),
                    code: join(&[&front[4..]]),
                    check,
                });
            }
            8 | 9 => {
                return Ok(Self { branch: branch(input)?.0, code: join(&[&front[4..]]), check });
            }
            _ => digits("beneficiary_code", given, WHAT)?,
        };
        let digit = match &input.beneficiary_digit {
            Some(_) => &input.beneficiary_digit,
            None => &input.agreement_digit,
        };
        let what = "os dois dígitos do código do beneficiário";
        let check = optional_digits("beneficiary_digit", digit, what)?;
        Ok(Self { branch: branch(input)?.0, code, check })
    }
}
