//! Records as bytes: what banks and payers exchange, read and written.
//!
//! Pure: no clock, socket, file, thread, randomness; no float. Reading never panics.
#![deny(clippy::float_arithmetic)]

pub mod ascii;
pub mod br_code;
pub mod cnab;
mod encoding;
mod source;
pub mod statement;
pub mod table;
