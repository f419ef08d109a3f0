//! The schema, brought up to date at opening. One set of files for both engines.

use crate::StoreError;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Brings an SQLite database up to date. Others must not do it at the same time.
pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    embedded::migrations::runner().run(connection).map(|_| ()).map_err(explain)
}

/// Brings a PostgreSQL database up to date; others that want to do it wait.
pub(crate) fn postgres(client: &mut ::postgres::Client) -> Result<(), StoreError> {
    const LOCK: &str = "SELECT pg_advisory_lock(7169746123)";
    const UNLOCK: &str = "SELECT pg_advisory_unlock(7169746123)";
    let lock = |e: ::postgres::Error| StoreError::Unavailable(format!("migration lock: {e}"));
    client.batch_execute(LOCK).map_err(lock)?;
    let result = embedded::migrations::runner().run(client);
    client.batch_execute(UNLOCK).map_err(lock)?;
    result.map(|_| ()).map_err(explain)
}

fn explain(error: refinery::Error) -> StoreError {
    let error = error.to_string();
    // The rest is the whole text of the migration.
    let error = error.lines().next().unwrap_or_default();
    StoreError::Unavailable(format!(
        "the schema could not be brought up to date ({error}); \
         a database of a newer version of the program, or of another program, is not touched"
    ))
}
