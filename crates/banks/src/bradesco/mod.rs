//! Bradesco.

pub mod bank;
