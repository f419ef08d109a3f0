//! Banrisul.

pub mod bank;
