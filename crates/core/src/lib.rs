//! The field itself: money, dates, documents, boleto numbers, terms, facts.
//!
//! Pure: no clock, socket, file, thread, randomness; no float.
#![deny(clippy::float_arithmetic)]

pub mod arrecadacao;
pub mod bank_line;
pub mod bank_names;
pub mod barcode;
pub mod calendar;
pub mod check_digit;
pub mod document;
pub mod due_factor;
pub mod fact;
pub mod findings;
pub mod fold;
pub mod letter;
pub mod line_identity;
mod line_words;
pub mod matching;
pub mod money;
pub mod order;
pub mod party;
pub mod payable;
pub mod pix_id;
pub mod pix_key;
pub mod rate;
pub mod terms;
pub mod terms_check;
pub mod typed;
