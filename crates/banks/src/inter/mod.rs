//! Inter.

pub mod title;
