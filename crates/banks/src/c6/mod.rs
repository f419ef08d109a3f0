//! C6 Bank.

pub mod bank;
pub mod title;
