//! The connector of Banco Inter: requests as they leave, answers as they are understood.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it cannot use"
)]

mod anything;
mod boleto;
mod callbacks;
mod check;
mod issue;
mod lists;
mod operations;
mod requests;
mod statement;
mod support;
