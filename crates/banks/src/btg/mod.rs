//! BTG Pactual.

pub mod bank;
