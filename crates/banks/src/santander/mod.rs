//! Santander.

pub mod bank;
pub mod title;
