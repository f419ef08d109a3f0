//! Banco Inter: boletos with Pix, statement and balance by its API for companies (cobrança v3,
//! Pix v2, banking v2).
//!
//! See `README.md` in this folder for credentials, limits and quirks with their sources.

pub mod bank;
pub mod cnab;
pub mod remittance;
pub mod sim;
pub mod title;

mod check;
mod clean;
mod hook;
mod map;
mod outcome;
mod refusal;
mod request;
mod statement;
mod wire;
