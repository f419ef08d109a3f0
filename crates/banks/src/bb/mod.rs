//! Banco do Brasil.

pub mod bank;
pub mod title;
