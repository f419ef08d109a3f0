//! Bradesco.

pub mod bank;
pub mod title;
