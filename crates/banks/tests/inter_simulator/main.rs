//! The simulated Banco Inter as a client sees it, behaviour by behaviour.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected has failed"
)]

mod anything;
mod errors;
mod issuing;
mod lists;
mod notices;
mod payments;
mod reading;
mod statement;
mod tokens;
mod world;
