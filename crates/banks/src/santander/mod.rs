//! Santander.

pub mod bank;
