//! The SQLite engine: how connections are opened and statements run.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi};

use crate::checkpoint::Checkpointer;
use crate::tx::{Mode, Session};
use crate::{Param, Row, Sql, StoreError};

/// More than there are statements: none is prepared twice.
const STATEMENTS: usize = 1024;

/// One connection.
pub(crate) struct SqliteSession {
    /// Ends before the connection that it watches.
    _checkpointer: Option<Checkpointer>,
    connection: Connection,
    /// A savepoint is open.
    marked: bool,
}

/// Opens the file (made readable by its owner only) or the memory, and brings it up to date.
pub(crate) fn open(path: Option<&Path>, busy: Duration) -> Result<SqliteSession, StoreError> {
    let _alone_until_dropped = path.and_then(lock_folder);
    if let Some(path) = path {
        create_private(path)?;
    }
    let mut connection = connect(path, busy)?;
    let settings = "PRAGMA journal_mode = WAL;
                    PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -65536;";
    connection.execute_batch(settings).map_err(|e| explain("opening", &e))?;
    crate::migrate::sqlite(&mut connection)?;
    let checkpointer = match path {
        Some(path) => Some(Checkpointer::start(&mut connection, connect(Some(path), busy)?)?),
        None => None,
    };
    Ok(SqliteSession { _checkpointer: checkpointer, connection, marked: false })
}

/// Lets one program at a time prepare the file. The folder is locked and not the file: closing
/// a file drops SQLite's own locks on it. Where a folder cannot be locked, two first starts at
/// the same moment may fail one of them.
fn lock_folder(path: &Path) -> Option<File> {
    let folder = File::open(Path::new(".").join(path.parent()?)).ok()?;
    folder.lock().ok().map(|()| folder)
}

fn connect(path: Option<&Path>, busy: Duration) -> Result<Connection, StoreError> {
    let opened = match path {
        Some(path) => Connection::open(path),
        None => Connection::open_in_memory(),
    };
    let connection = opened.map_err(|e| explain("opening", &e))?;
    let settings = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                    PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;";
    connection
        .busy_timeout(busy)
        .and_then(|()| connection.execute_batch(settings))
        // A plan stands: otherwise each statement with a LIMIT is prepared at each use.
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))
        .map(|_| ())
        .map_err(|e| explain("opening", &e))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Other users of the machine must not read what customers owe. SQLite gives the files beside
/// the database the permissions of the database. A file that exists is not opened: closing it
/// would drop the locks that other connections of this program hold on it.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::Unavailable(format!("{} cannot be made: {e}", path.display())))
        }
        _ => Ok(()),
    }
}

impl SqliteSession {
    fn statement(&self, sql: Sql) -> Result<CachedStatement<'_>, StoreError> {
        self.connection.prepare_cached(sql.for_sqlite()).map_err(|e| explain(sql.name, &e))
    }

    fn control(&self, text: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.raw_execute())
            .map(|_| ())
            .map_err(|e| explain(text, &e))
    }

    pub(crate) fn begin(&mut self, mode: Mode) -> Result<(), StoreError> {
        self.marked = false;
        self.control(if mode == Mode::Read { "BEGIN" } else { "BEGIN IMMEDIATE" })
    }

    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        let result = self.control("COMMIT");
        if result.is_err() {
            self.rollback();
        }
        result
    }

    pub(crate) fn rollback(&mut self) {
        // After a full disk or an I/O error SQLite has rolled back by itself.
        if !self.connection.is_autocommit()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(%error, "rollback failed");
        }
    }

    pub(crate) fn mark(&mut self) -> Result<(), StoreError> {
        if std::mem::replace(&mut self.marked, true) {
            self.control("RELEASE member")?;
        }
        self.control("SAVEPOINT member")
    }

    pub(crate) fn undo(&mut self) -> Result<(), StoreError> {
        self.control("ROLLBACK TO member")
    }

    #[cfg(feature = "testing")]
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<usize, StoreError> {
        self.statement(sql).map(|statement| statement.parameter_count())
    }

    pub(crate) fn exec(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.statement(sql)?;
        bind(&mut statement, params)
            .and_then(|()| statement.raw_execute())
            .map(|changed| u64::try_from(changed).unwrap_or(u64::MAX))
            .map_err(|e| explain(sql.name, &e))
    }

    pub(crate) fn rows(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        self.each(sql, params, &mut |row| {
            let next = Row::like(row);
            found.push(std::mem::replace(row, next));
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn each(
        &mut self,
        sql: Sql,
        params: &[Param<'_>],
        take: &mut dyn FnMut(&mut Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut statement = self.statement(sql)?;
        let columns = statement.column_count();
        let mut copy = Row::new(sql.name);
        bind(&mut statement, params).map_err(|e| explain(sql.name, &e))?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|e| explain(sql.name, &e))? {
            copy.clear();
            for column in 0..columns {
                match row.get_ref(column).map_err(|e| explain(sql.name, &e))? {
                    ValueRef::Null => copy.add_null(),
                    ValueRef::Integer(value) => copy.add_int(value),
                    ValueRef::Text(value) => copy.add_text(value),
                    ValueRef::Blob(value) => copy.add_bytes(value),
                    ValueRef::Real(_) => {
                        let kind = rusqlite::types::Type::Real;
                        let name = sql.name.to_owned();
                        let wrong = rusqlite::Error::InvalidColumnType(column, name, kind);
                        return Err(explain(sql.name, &wrong));
                    }
                }
            }
            take(&mut copy)?;
        }
        Ok(())
    }
}

fn bind(statement: &mut CachedStatement<'_>, params: &[Param<'_>]) -> rusqlite::Result<()> {
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        return Err(rusqlite::Error::InvalidParameterCount(params.len(), wanted));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, param)?;
    }
    Ok(())
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(value) => ValueRef::Integer(*value),
            Param::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Param::Text(value) => ValueRef::Text(value.as_bytes()),
            Param::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

fn explain(place: &str, error: &rusqlite::Error) -> StoreError {
    let (code, extended) = match error {
        rusqlite::Error::SqliteFailure(e, _) => (e.code, e.extended_code),
        _ => return StoreError::Internal(format!("{place}: {error}")),
    };
    match code {
        ErrorCode::ConstraintViolation
            if extended == ffi::SQLITE_CONSTRAINT_UNIQUE
                || extended == ffi::SQLITE_CONSTRAINT_PRIMARYKEY =>
        {
            StoreError::Conflict { constraint: constraint(&error.to_string()) }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            StoreError::Busy(format!("{place}: another program is writing to the file"))
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            StoreError::Corrupt(format!("{place}: {error}"))
        }
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied => StoreError::Unavailable(format!("{place}: {error}")),
        _ => StoreError::Internal(format!("{place}: {error}")),
    }
}

/// `UNIQUE constraint failed: charges.company_id, charges.document_number` as
/// `charges(company_id, document_number)`.
fn constraint(message: &str) -> String {
    let columns = message.rsplit("failed: ").next().unwrap_or(message);
    let mut table = "";
    let mut names = Vec::new();
    for column in columns.split(", ") {
        match column.split_once('.') {
            Some((of, name)) => {
                table = of;
                names.push(name);
            }
            None => return columns.to_owned(),
        }
    }
    format!("{table}({})", names.join(", "))
}

/// Connections for reading, each lent to one caller at a time.
pub(crate) struct Readers {
    free: Mutex<Vec<Session>>,
    returned: Condvar,
}

impl Readers {
    /// Opens so many connections to a file that [`open`] has brought up to date.
    pub(crate) fn open(path: &Path, count: usize, busy: Duration) -> Result<Self, StoreError> {
        let mut free = Vec::with_capacity(count);
        for _ in 0..count.max(1) {
            let connection = connect(Some(path), busy)?;
            let settings = "PRAGMA query_only = ON; PRAGMA cache_size = -16384;";
            connection.execute_batch(settings).map_err(|e| explain("opening", &e))?;
            free.push(Session::Sqlite(SqliteSession {
                _checkpointer: None,
                connection,
                marked: false,
            }));
        }
        Ok(Self { free: Mutex::new(free), returned: Condvar::new() })
    }

    /// Waits for a free connection and lends it.
    pub(crate) fn lend<T>(&self, borrow: impl FnOnce(&mut Session) -> T) -> T {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut session = loop {
            match free.pop() {
                Some(session) => break session,
                None => free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(free);
        let given = borrow(&mut session);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        self.returned.notify_one();
        given
    }
}
