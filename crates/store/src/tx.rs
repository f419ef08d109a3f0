//! The transaction as closures see it, the same on both engines.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::postgres::PostgresSession;
use crate::sqlite::SqliteSession;
use crate::{Param, Row, Sql, StoreError};

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// True while a transaction's closure runs on this thread: no call to a bank, no file.
pub fn inside_transaction() -> bool {
    INSIDE.get()
}

/// One connection with its prepared statements.
pub(crate) enum Session {
    Sqlite(SqliteSession),
    Postgres(Box<PostgresSession>),
}

/// What a transaction is begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To write.
    Write,
    /// To read, over one snapshot.
    Read,
}

/// Passes a call on to the engine.
macro_rules! engine {
    ($session:expr, $name:ident($($argument:expr),*)) => {
        match $session {
            Session::Sqlite(session) => session.$name($($argument),*),
            Session::Postgres(session) => session.$name($($argument),*),
        }
    };
}

impl Session {
    pub(crate) fn begin(&mut self, mode: Mode) -> Result<(), StoreError> {
        engine!(self, begin(mode))
    }

    /// After an error nothing was committed, unless the text says that it is unknown.
    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        engine!(self, commit())
    }

    pub(crate) fn rollback(&mut self) {
        engine!(self, rollback());
    }

    /// From here on, statements that would have to wait for others fail soon.
    pub(crate) fn hurry(&mut self) -> Result<(), StoreError> {
        match self {
            // The only writer: nobody to wait for.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(session) => session.hurry(),
        }
    }

    /// Sets the point that [`undo`](Self::undo) goes back to.
    pub(crate) fn mark(&mut self) -> Result<(), StoreError> {
        engine!(self, mark())
    }

    /// Undoes what was done since the mark.
    pub(crate) fn undo(&mut self) -> Result<(), StoreError> {
        engine!(self, undo())
    }

    /// Prepares without running; gives the number of parameters.
    #[cfg(feature = "testing")]
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<usize, StoreError> {
        engine!(self, prepare(sql))
    }

    /// Runs one closure in the transaction that is open.
    pub(crate) fn run<T>(
        &mut self,
        mode: Mode,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Ran<T> {
        let mut tx = Tx { session: self, mode, wrote: false, failed: None };
        INSIDE.set(true);
        let outcome = catch_unwind(AssertUnwindSafe(|| closure(&mut tx)));
        INSIDE.set(false);
        let Tx { wrote, failed, .. } = tx;
        let left = match &failed {
            Some(StoreError::Busy(_)) => Left::Contended,
            Some(StoreError::Unavailable(_) | StoreError::Corrupt(_)) => Left::Lost,
            Some(_) => Left::Dirty,
            None if wrote => Left::Dirty,
            None => Left::Nothing,
        };
        let result = match outcome {
            Ok(result) => result,
            Err(panic) => Err(StoreError::Internal(format!(
                "a transaction panicked: {}",
                words_of(panic.as_ref())
            ))),
        };
        match (result, failed) {
            (Ok(value), None) => Ran { result: Ok(value), left: Left::Work },
            (Ok(_), Some(error)) => Ran { result: Err(error), left },
            (Err(_), Some(error)) if matches!(left, Left::Contended | Left::Lost) => {
                Ran { result: Err(error), left }
            }
            (Err(error), _) => Ran { result: Err(error), left },
        }
    }

    /// One closure, one transaction.
    pub(crate) fn transact<T>(
        &mut self,
        mode: Mode,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin(mode)?;
        let ran = self.run(mode, closure);
        match ran.result {
            Ok(value) => self.commit().map(|()| value),
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }
}

/// What a closure gave and what it left behind in the open transaction.
pub(crate) struct Ran<T> {
    pub(crate) result: Result<T, StoreError>,
    pub(crate) left: Left,
}

/// What is left in the open transaction after a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It succeeded: its work, to commit.
    Work,
    /// It refused before it wrote: nothing to undo.
    Nothing,
    /// It failed: work to undo.
    Dirty,
    /// Others hold what it needs: undo everything and try again.
    Contended,
    /// The transaction is gone.
    Lost,
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

/// An open transaction.
///
/// After the first statement that fails the transaction is over: further statements fail and
/// it is rolled back whatever the closure returns. (PostgreSQL works so; SQLite is held to the
/// same.) Where a row may exist already, write `ON CONFLICT`.
pub struct Tx<'a> {
    session: &'a mut Session,
    mode: Mode,
    wrote: bool,
    failed: Option<StoreError>,
}

impl Tx<'_> {
    /// Runs a statement and says how many rows it inserted, changed or deleted.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for a second row with a unique key, [`StoreError::Refused`]
    /// for a text that holds a NUL character, others as the engine says.
    pub fn exec(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.before(sql, params)?;
        let result = engine!(&mut *self.session, exec(sql, params));
        self.after(result)
    }

    /// Runs a statement and gives all its rows.
    ///
    /// # Errors
    /// As [`exec`](Self::exec).
    pub fn rows(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        self.before(sql, params)?;
        let result = engine!(&mut *self.session, rows(sql, params));
        self.after(result)
    }

    /// As [`rows`](Self::rows), but shows each row and keeps none: for many.
    ///
    /// # Errors
    /// As [`exec`](Self::exec), and those of `take`, after which the transaction is over.
    pub fn each(
        &mut self,
        sql: Sql,
        params: &[Param<'_>],
        mut take: impl FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.before(sql, params)?;
        let result = engine!(&mut *self.session, each(sql, params, &mut |row| take(row)));
        self.after(result)
    }

    /// As [`rows`](Self::rows), in the order of the first column, a text. For the few rows of
    /// one subject, where SQLite's ORDER BY would cost more than the rows: it makes a table.
    ///
    /// # Errors
    /// As [`exec`](Self::exec).
    pub fn rows_in_order(
        &mut self,
        sql: Sql,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.rows(sql, params)?;
        rows.sort_by(|a, b| a.str(0).unwrap_or_default().cmp(b.str(0).unwrap_or_default()));
        Ok(rows)
    }

    /// Runs a statement that gives one row or none. More rows than one are a fault.
    ///
    /// # Errors
    /// As [`exec`](Self::exec).
    pub fn row(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<Option<Row>, StoreError> {
        let mut rows = self.rows(sql, params)?;
        if rows.len() > 1 {
            let found = rows.len();
            return self.after(Err(StoreError::Internal(format!(
                "{} gave {found} rows where one was asked",
                sql.name
            ))));
        }
        Ok(rows.pop())
    }

    fn before(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<(), StoreError> {
        if let Some(error) = &self.failed {
            return Err(StoreError::Internal(format!(
                "{} was asked for after a statement of the same transaction failed ({error})",
                sql.name
            )));
        }
        if !sql.only_reads() {
            if self.mode == Mode::Read {
                let error = StoreError::Internal(format!("{} changes data in a read", sql.name));
                return self.after(Err(error));
            }
            self.wrote = true;
        }
        let nul = |param: &Param<'_>| matches!(param, Param::Text(t) if t.as_bytes().contains(&0));
        if params.iter().any(nul) {
            let error = StoreError::Refused("a text holds a NUL character (U+0000)".to_owned());
            return self.after(Err(error));
        }
        Ok(())
    }

    fn after<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}
