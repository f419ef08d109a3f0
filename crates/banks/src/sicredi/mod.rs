//! Sicredi.

pub mod bank;
pub mod title;
