//! The whole system: the real binary, a real database, real TLS with client certificates, and
//! the simulated bank with its faults on. Seen from outside, as an ERP and a bank would.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod by_file;
mod commands;
mod enrolment;
mod faults;
mod house;
mod killed;
mod money;
mod nodes;
mod office;
mod statements;
