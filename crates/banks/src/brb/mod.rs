//! BRB.

pub mod bank;
pub mod title;
