//! Santander.

pub mod bank;
pub mod cnab;
pub mod title;
