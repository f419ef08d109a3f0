//! Stone.

pub mod title;
