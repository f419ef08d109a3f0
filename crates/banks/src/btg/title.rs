//! BTG Pactual's our number and free field.
//!
//! «Manual de implantação» of collection, 4.1 and 4.4.4: our number has eleven digits, the last
//! eleven where the bank's is longer, and a check digit by modulo 11, weights 2 to 7, over wallet
//! and number, where the remainder 1 is `P` and 0 is `0`. The manual's words for the last step are
//! garbled, but its worked number and its printed boleto hold. Free field: branch 4, wallet 2, our
//! number 11 without digit, account 7, zero.

use quita_core::barcode::FreeField;
use quita_core::check_digit::mod11;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, account, as_text, branch};
use crate::title::{digits, free_field, join};

/// Most digits of the bank's own numbers in its files.
const LONGEST: usize = 20;

/// The rules.
pub static TITLES: BtgTitles = BtgTitles;

/// Our numbers and free fields of BTG Pactual.
#[derive(Debug)]
pub struct BtgTitles;

impl Titles for BtgTitles {
    /// Needs `branch`, `account`, `wallet` and `our_number`.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let wallet = digits::<2>("wallet", &input.wallet, "a carteira")?;
        let all = digits::<LONGEST>("our_number", &input.our_number, "o nosso número")?;
        let number: [u8; 11] = join(&[&all[LONGEST - 11..]]);
        let (branch, _) = branch(input)?;
        let (account, _) = account::<7>(input)?;
        let digit = mod11(&join::<13>(&[&wallet, &number]), 7, b'0', b'P');
        let digit = char::from(digit).to_string();
        Ok(Title {
            our_number: as_text(&number).to_owned(),
            our_number_formatted: [as_text(&wallet), "/", as_text(&number), "-", &digit].concat(),
            our_number_digit: digit,
            free_field: free_field(&[&branch, &wallet, &number, &account, b"0"])?,
        })
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
