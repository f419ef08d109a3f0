//! The banks: one folder each, pure translators between a bank's words and ours.
#![deny(clippy::float_arithmetic)]

pub mod registry;
pub mod title;

pub mod inter;
pub mod itau;
pub mod stone;
