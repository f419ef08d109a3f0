//! The banks: one folder each, pure translators between a bank's words and ours.
//!
//! See `contract` for what a folder gives. A folder never sends, waits, stores or retries.
#![deny(clippy::float_arithmetic)]

pub mod cnab;
pub mod contract;
pub mod enrolment;
pub mod file;
pub mod info;
pub mod registry;
pub mod simulator;
pub mod statement;
pub mod title;

mod loose;
mod pix_received;

// The folders. Written by `cargo xtask gen`.
pub mod ailos;
pub mod banrisul;
pub mod bb;
pub mod bradesco;
pub mod brb;
pub mod btg;
pub mod c6;
pub mod caixa;
pub mod inter;
pub mod itau;
pub mod santander;
pub mod sicoob;
pub mod sicredi;
pub mod stone;
