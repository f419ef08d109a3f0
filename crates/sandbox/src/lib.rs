//! The simulated banks behind real HTTPS: certificates, a clock that can be advanced, calls to
//! webhooks, and a control API.
//!
//! [`Sandbox::start`] runs it all on threads of its own, so that plain synchronous code can start
//! it, act on it and end it. What a bank says and does is decided by its folder's
//! [`Simulator`](quita_banks::simulator::Simulator); here are only the wires.

pub mod ca;
pub mod clock;

mod callbacks;
mod control;
mod entropy;
mod exchange;
mod files;
mod host;
mod hosted;
mod house;
mod runtime;

pub use host::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig, SandboxError};
