//! Stone.

pub mod bank;
pub mod title;
