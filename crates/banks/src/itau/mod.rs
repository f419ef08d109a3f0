//! Itaú: boletos with and without Pix (cash management v2, bolecode), daily movement, notices,
//! Pix received and the statement, by its API for companies.
//!
//! See `README.md` in this folder for credentials, limits and quirks with their sources.

pub mod bank;
pub mod cnab;
pub mod remittance;
pub mod sim;
pub mod title;

mod change;
mod check;
mod clean;
mod enrolment;
mod hook;
mod ids;
mod map;
mod movements;
mod numbers;
mod outcome;
mod refusal;
mod request;
mod settings;
mod statement;
mod terms;
mod wire;
