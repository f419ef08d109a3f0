//! BRB's our number and free field.
//!
//! «Manual de orientações sobre a composição e cálculos da chave Asbace, código de barras e linha
//! digitável», March 2012, chapters 1, 2 and 8, as four independent programs carry it out. Free
//! field: `000`, branch 3, account 7 with its digit, category 1 (1 not registered, 2 registered),
//! sequence 6, the bank's code, and the two check digits of the ASBACE key of these 23. Our number
//! is what stands behind the account: category, sequence, bank, and the two digits. The manual's
//! way of widening the sequence by the first three places (chapter 9) is not here.

use quita_core::barcode::FreeField;
use quita_core::check_digit::asbace;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, account, as_text, digits};
use crate::title::{free_field, join};

/// The bank's code, with which the key ends.
const BANK: &[u8; 3] = b"070";

/// The rules.
pub static TITLES: BrbTitles = BrbTitles;

/// Our numbers and free fields of BRB.
#[derive(Debug)]
pub struct BrbTitles;

impl Titles for BrbTitles {
    /// Needs `branch` of three digits, `account` of seven with its digit (or six and
    /// `account_digit`), `wallet` (the category) and `our_number` of up to six digits.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let [category] = digits::<1>("wallet", &input.wallet, "a carteira")?;
        if !matches!(category, b'1' | b'2') {
            let message = "A carteira do BRB é 1 (sem registro) ou 2 (com registro).";
            return Err(TitleError::invalid("wallet", message));
        }
        let sequence = digits::<6>("our_number", &input.our_number, "o nosso número")?;
        let (branch, account) = (branch(input)?, whole_account(input)?);
        let number = join::<10>(&[&[category], &sequence, BANK]);
        let key = join::<23>(&[b"000", &branch, &account, &number]);
        let two = asbace(&key);
        let (number, digit) = (as_text(&number), as_text(&two));
        Ok(Title {
            our_number: number.to_owned(),
            our_number_digit: digit.to_owned(),
            our_number_formatted: [number, digit].concat(),
            free_field: free_field(&[&key, &two])?,
        })
    }

    /// `000 - 082 - 0000528`.
    fn beneficiary(&self, input: &TitleInput<'_>) -> Option<String> {
        let (branch, account) = (branch(input).ok()?, whole_account(input).ok()?);
        Some(["000", as_text(&branch), as_text(&account)].join(" - "))
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        let (key, is) = field.as_str().split_at(23);
        let two = asbace(key.as_bytes());
        let should = as_text(&two);
        if is == should {
            return Vec::new();
        }
        let message = format!("Os dígitos do campo livre são {is} e deveriam ser {should}.");
        vec![Warning { code: "free_field_digit", message }]
    }
}

fn branch(input: &TitleInput<'_>) -> Result<[u8; 3], TitleError> {
    digits("branch", &input.branch, "a agência")
}

/// The account with its check digit.
fn whole_account(input: &TitleInput<'_>) -> Result<[u8; 7], TitleError> {
    let (number, digit) = account::<7>(input)?;
    match digit {
        None => Ok(number),
        Some(digit) if number[0] == b'0' && digit.is_ascii_digit() => {
            Ok(join(&[&number[1..], &[digit]]))
        }
        Some(_) => {
            let message = "A conta do BRB tem até 6 dígitos e mais um, o verificador.";
            Err(TitleError::invalid("account", message))
        }
    }
}
