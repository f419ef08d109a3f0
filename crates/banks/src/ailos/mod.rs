//! Ailos.

pub mod bank;
