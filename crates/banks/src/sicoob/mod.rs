//! Sicoob.

pub mod bank;
pub mod title;
