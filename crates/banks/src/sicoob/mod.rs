//! Sicoob.

pub mod bank;
