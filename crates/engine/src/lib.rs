//! The engine: use cases, workers, and everything that reaches outside.
//!
//! Synchronous: plain functions over a [`world::World`] of clock, entropy, store and wire. In
//! production threads call them; in the seeded tests a number decides who is next.

pub mod breaker;
pub mod by_file;
pub mod call;
pub mod call_limits;
pub mod certificate_files;
mod changed;
pub mod clock;
pub mod company_cache;
pub mod connection;
pub mod credential_watch;
pub mod desk;
pub mod error;
pub mod exchange_folder;
pub mod hands;
pub mod https;
pub mod ids;
mod key_pair;
pub mod learn;
pub mod mail;
pub mod order_boleto;
pub mod password;
pub mod planted;
mod returned;
pub mod secret;
pub mod silence;
pub mod token;
pub mod trail;
pub mod wire;
pub mod workers;
pub mod world;
