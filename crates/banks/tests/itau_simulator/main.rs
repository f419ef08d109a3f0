//! The simulated Itaú as strangers see it: JSON in, JSON out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets the unexpected has failed"
)]

mod certificates;
mod faults;
mod instructions;
mod issuing;
mod money;
mod notices;
mod reading;
mod terms;
mod world;
