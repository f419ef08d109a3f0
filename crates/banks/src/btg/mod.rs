//! BTG Pactual.

pub mod bank;
pub mod title;
