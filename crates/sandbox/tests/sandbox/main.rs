//! A sandbox with a small bank in it, seen by real clients on real sockets.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod callbacks;
mod client;
mod control_api;
mod each_bank;
mod fake;
mod kept;
mod tls;
mod wire;
