//! The API as programs see it, and the screens as people do: the router over a whole installation on both databases, with a
//! simulated bank at the end of the wire.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod access;
mod bad_input;
mod by_file;
mod docs;
mod endings;
mod happy;
mod hooks;
mod house;
mod idempotency;
mod lists;
mod own_numbers;
mod screens;
mod terms_changed;
mod tokens;

/// Each test on SQLite and on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                crate::run(quita_store::Engine::Sqlite, async |house| super::$name(house).await);
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                crate::run(quita_store::Engine::Postgres, async |house| super::$name(house).await);
            })*
        }
    };
}
use on_both_databases;

/// Builds the house outside of async code, then runs the test in it.
fn run(engine: quita_store::Engine, test: impl AsyncFnOnce(&house::House)) {
    let house = house::House::new(engine);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(&house));
}
