//! The seeded world: the production code of the engine in one thread, a bank as a value, and a
//! number that decides everything else: who is next, what fails, when the process dies.
//!
//! A run lets a company order, act and be paid while faults happen, then lets the faults stop
//! and waits for little more than a simulated day at most. Then nothing may be open and
//! everything must be right (see [`run`]). The same seed always gives the same run, line by line.
//!
//! Runs of months ([`months`]) are fewer and longer: statements are read and their lines matched
//! besides, and compared with the bank's own books.
//!
//! Runs at Itaú ([`itau`]) take some days at a bank whose ways are its own: our numbers are given
//! here, orders are taken and registered later, payments are told a day later. They take months too
//! ([`itau_months`]): its statement names no boleto.
//!
//! `cargo test -p quita-sim` runs seeds 0 to 199, some that found a defect once, some of months and
//! some of either kind at Itaú.
//! `QUITA_SEEDS=0..100000` runs others, and `QUITA_SEEDS=17..18` shows the event log of one.
//! `cargo test -p quita-sim --features planted --test planted` plants defects in the engine and
//! shows in which share of the seeds each is caught.

mod actor;
mod bank;
mod chance;
mod checks;
mod clerk;
mod house;
mod office;
mod people;
mod plan;
mod proof;
mod run;
mod statements;
mod trace;
mod universe;
mod wire;

pub use run::{Run, itau, itau_months, months, run};
pub use trace::Counts;
