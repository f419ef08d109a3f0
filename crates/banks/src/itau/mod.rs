//! Itaú.

pub mod title;
