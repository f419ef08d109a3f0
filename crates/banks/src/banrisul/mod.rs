//! Banrisul.

pub mod bank;
pub mod title;
