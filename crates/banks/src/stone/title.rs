//! Stone's our number and free field.
//!
//! The bank assigns twenty digits, without a check digit. Free field: five zeros and the twenty
//! (read from the samples of Stone's public API documentation).

use quita_core::barcode::FreeField;
use quita_core::findings::Warning;

use crate::title::{Title, TitleError, TitleInput, Titles, as_text, digits, free_field};

/// What the free field begins with.
const ZEROS: [u8; 5] = *b"00000";

/// The rules.
pub static TITLES: StoneTitles = StoneTitles;

/// Our numbers and free fields of Stone.
#[derive(Debug)]
pub struct StoneTitles;

impl Titles for StoneTitles {
    /// Needs `our_number`.
    fn compute(&self, input: &TitleInput<'_>) -> Result<Title, TitleError> {
        let what = "o nosso número, que o banco atribui ao registrar o boleto,";
        let number = digits::<20>("our_number", &input.our_number, what)?;
        let text = as_text(&number);
        Ok(Title {
            our_number: text.to_owned(),
            our_number_digit: String::new(),
            our_number_formatted: text.to_owned(),
            free_field: free_field(&[&ZEROS, &number])?,
        })
    }

    fn check_free_field(&self, field: &FreeField) -> Vec<Warning> {
        if field.as_str().as_bytes().starts_with(&ZEROS) {
            return Vec::new();
        }
        let message = "O campo livre não começa com cinco zeros.".to_owned();
        vec![Warning { code: "free_field_start", message }]
    }
}
