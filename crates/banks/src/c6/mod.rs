//! C6 Bank.

pub mod bank;
