//! How SQLite goes about a statement, for tests of what must not grow with the years.

use crate::Sql;

/// Its steps, with `; ` between.
pub(crate) fn plan(sql: Sql) -> String {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    crate::migrate::sqlite(&mut connection).unwrap();
    let text = format!("EXPLAIN QUERY PLAN {}", sql.for_sqlite());
    let mut statement = connection.prepare(&text).unwrap();
    // Nothing is bound: it is not run.
    let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("; ")
}
