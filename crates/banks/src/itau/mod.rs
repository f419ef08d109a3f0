//! Itaú.

pub mod bank;
pub mod title;
