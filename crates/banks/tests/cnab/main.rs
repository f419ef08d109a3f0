//! CNAB files of the banks: their tables, files that we made up, and files that others published.
#![expect(clippy::expect_used, reason = "unreadable vectors are a failing test")]

mod captured;
mod orders;
mod remittances;
mod samples;
mod tables;
mod vectors;
mod writing;
