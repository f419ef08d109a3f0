//! Banco do Brasil.

pub mod bank;
