//! What the house keeps: SQLite on one machine or PostgreSQL on many, behind one façade.
//!
//! [`Store::tx`] runs a closure in a transaction and returns after COMMIT; the closures of many
//! callers share one commit. Every statement is written once for both engines, in the module
//! of its noun, with [`sql!`].

mod db;
mod error;
mod group;
mod migrate;
mod postgres;
mod sql;
mod sqlite;
mod tx;
mod value;

pub use db::{Engine, Options, Store};
pub use error::StoreError;
#[doc(hidden)]
pub use inventory;
#[doc(hidden)]
pub use sql::{Registered, question_marks};
pub use sql::{Sql, statements};
pub use tx::{Tx, inside_transaction};
pub use value::{Param, Row};
