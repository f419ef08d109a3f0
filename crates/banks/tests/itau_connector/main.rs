//! The Itaú folder as a translator: requests as documented, answers understood, nothing guessed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected has failed"
)]

mod answers;
mod anything;
mod check;
mod hook;
mod requests;
mod support;
