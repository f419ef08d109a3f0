//! Sicredi.

pub mod bank;
