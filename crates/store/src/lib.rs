//! What the house keeps: SQLite on one machine or PostgreSQL on many, behind one façade.
//!
//! [`Store::tx`] runs a closure in a transaction and returns after COMMIT; the closures of many
//! callers share one commit. Every statement is written once for both engines, in the module
//! of its noun, with [`sql!`].

#[macro_use]
mod accents;

pub mod accounts;
pub mod attempts;
pub mod audit;
pub mod bank_lines;
pub mod bank_tokens;
pub mod batches;
pub mod boletos;
pub mod charges;
pub mod classifications;
pub mod companies;
pub mod contracts;
pub mod counters;
pub mod credentials;
pub mod csv_mappings;
pub mod cursors;
pub mod customers;
pub mod enrolments;
pub mod events;
pub mod facts;
pub mod figures;
pub mod idempotency;
pub mod inbox;
pub mod jobs;
pub mod logos;
pub mod mails;
pub mod matches;
pub mod payables;
pub mod payment_forms;
pub mod pending;
pub mod receipts;
pub mod remittance_orders;
pub mod remittances;
pub mod return_files;
pub mod saved_filters;
pub mod sessions;
pub mod settings;
pub mod statement_days;
pub mod statement_imports;
pub mod terms;
pub mod tokens;
pub mod users;
pub mod wanted;

#[cfg(feature = "testing")]
pub mod testing;

mod checkpoint;
mod db;
mod error;
mod group;
mod json;
mod migrate;
#[cfg(test)]
mod plan;
mod postgres;
mod sql;
mod sqlite;
mod tx;
mod value;

pub use db::{Engine, Options, Store};
pub use error::StoreError;
#[doc(hidden)]
pub use inventory;
use json::{to_json, to_json_opt};
#[doc(hidden)]
pub use sql::{Registered, question_marks};
pub use sql::{Sql, statements};
pub use tx::{Tx, inside_transaction};
pub use value::{Param, Row};

/// Sorts after every id: where a list that goes from the newest to the oldest begins.
pub const LAST_ID: &str = "~";
