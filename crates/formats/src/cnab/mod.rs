//! CNAB 240 and 400: layouts as data, and one engine that reads and writes any of them.
//!
//! A layout is a table of text ([`table`] has its form) that lies with its bank, and so are the
//! meanings of its codes ([`codes`]); nothing here knows a bank.

pub mod codes;
mod describe;
mod detect;
pub mod format;
pub mod layout;
mod read;
mod rows;
pub mod table;
mod title;
mod totals;
pub mod value;
mod write;

pub use describe::Description;
pub use read::{CnabError, FileHead, Item, Options, Trailer, Warning, read};
pub use title::{Meaning, Reason, Title};
pub use write::{Rows, Template};

/// How lines end in files that are written.
pub const END_OF_LINE: &[u8] = b"\r\n";
