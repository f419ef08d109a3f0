//! Ailos.

pub mod bank;
pub mod title;
