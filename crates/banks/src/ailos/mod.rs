//! Ailos.

pub mod bank;
pub mod cnab;
pub mod remittance;
pub mod title;
