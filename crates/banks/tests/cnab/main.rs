//! CNAB files of the banks: their tables, files that we made up, and files that others published.
#![expect(clippy::expect_used, reason = "unreadable vectors are a failing test")]

mod orders;
mod remittance;
mod tables;
mod vectors;
