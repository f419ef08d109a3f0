//! The field itself: money, dates, documents, boleto numbers, terms, facts.
//!
//! Pure: no clock, socket, file, thread, randomness; no float.
#![deny(clippy::float_arithmetic)]

pub mod check_digit;
pub mod document;
pub mod fact;
pub mod fold;
pub mod money;
pub mod order;
pub mod party;
pub mod rate;
pub mod terms;
