//! The PostgreSQL engine: how connections are opened and statements run.
//!
//! READ COMMITTED: statements see what others have committed meanwhile, and wait for rows that
//! others are changing. A closure that reads a row to decide what to write therefore locks it
//! first (`/*for update*/`), or changes it in one statement, or relies on a unique key.

use std::collections::HashMap;
use std::error::Error as _;

use ::postgres::config::{Host, SslMode};
use ::postgres::error::SqlState;
use ::postgres::types::private::BytesMut;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Config, Error, NoTls, Statement};

use crate::tx::Mode;
use crate::{Param, Row, Sql, StoreError};

/// One connection. Lives and dies on a thread of the store: the client drives a runtime of its
/// own and must not be used or dropped in async code.
pub(crate) struct PostgresSession {
    config: Config,
    client: Option<Client>,
    /// By the address of the statement's text.
    statements: HashMap<usize, Statement>,
    /// A savepoint is open.
    marked: bool,
}

/// Brings the database up to date and checks that it suits. Called once, on its own thread.
pub(crate) fn prepare_database(config: &Config) -> Result<(), StoreError> {
    let mut client = connect(config)?;
    // `B` before `a` is the order of bytes; every language's order has it the other way.
    let question = "SELECT 'B' < 'a' AND '-1' < '0' AND 'z' < 'á',
                    current_setting('server_encoding') = 'UTF8'";
    let answer = client.query_one(question, &[]).map_err(|e| explain("opening", &e))?;
    let (ordered, encoded): (bool, bool) = (answer.get(0), answer.get(1));
    if !(ordered && encoded) {
        return Err(StoreError::Refused(
            "the database must hold UTF-8 and sort text by its bytes; create it with: \
             CREATE DATABASE quita TEMPLATE template0 ENCODING 'UTF8' \
             LC_COLLATE 'C' LC_CTYPE 'C'"
                .to_owned(),
        ));
    }
    crate::migrate::postgres(&mut client)
}

/// TLS to the database is not built in: an address on another machine must say that the way
/// to it is safe by itself.
fn refuse_open_network(config: &Config) -> Result<(), StoreError> {
    let is_near = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    let near = config.get_hosts().iter().all(is_near);
    if near || config.get_ssl_mode() == SslMode::Disable {
        return Ok(());
    }
    Err(StoreError::refused(
        "PostgreSQL on another machine is reached without TLS: put a private network or a tunnel \
         in between and say so with sslmode=disable in the address",
    ))
}

fn connect(config: &Config) -> Result<Client, StoreError> {
    refuse_open_network(config)?;
    let mut client = config.connect(NoTls).map_err(|e| explain("connecting", &e))?;
    // What was acknowledged is on disk, whatever the server's default.
    let settings = "SELECT set_config('synchronous_commit', 'on', false)
                    WHERE current_setting('synchronous_commit') = 'off';
                    SET lock_timeout = '10s'";
    client.batch_execute(settings).map_err(|e| explain("connecting", &e))?;
    Ok(client)
}

impl PostgresSession {
    pub(crate) fn new(config: Config) -> Self {
        Self { config, client: None, statements: HashMap::new(), marked: false }
    }

    /// The open connection, if there is one.
    fn client(&mut self) -> Result<&mut Client, StoreError> {
        let gone = || StoreError::Unavailable("the connection to PostgreSQL was lost".to_owned());
        self.client.as_mut().ok_or_else(gone)
    }

    fn disconnect(&mut self) {
        self.client = None;
        self.statements.clear();
    }

    fn control(&mut self, text: &str) -> Result<(), StoreError> {
        let result = self.client()?.batch_execute(text).map_err(|e| explain(text, &e));
        self.judge(result)
    }

    /// Forgets a connection that broke.
    fn judge<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Unavailable(_))) {
            self.disconnect();
        }
        result
    }

    pub(crate) fn begin(&mut self, mode: Mode) -> Result<(), StoreError> {
        let text = match mode {
            Mode::Write => "BEGIN",
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.marked = false;
        // An idle connection may have been cut: that is found out here, and mended.
        if self.client.is_some() && self.control(text).is_ok() {
            return Ok(());
        }
        self.disconnect();
        self.client = Some(connect(&self.config)?);
        self.control(text)
    }

    pub(crate) fn commit(&mut self) -> Result<(), StoreError> {
        self.control("COMMIT").map_err(|error| match error {
            StoreError::Unavailable(why) => StoreError::Unavailable(format!(
                "{why}; the commit was sent, whether it happened is unknown"
            )),
            error => error,
        })
    }

    pub(crate) fn rollback(&mut self) {
        if self.client.is_some() && self.control("ROLLBACK").is_err() {
            self.disconnect();
        }
    }

    pub(crate) fn hurry(&mut self) -> Result<(), StoreError> {
        self.control("SET LOCAL lock_timeout = '2ms'")
    }

    pub(crate) fn mark(&mut self) -> Result<(), StoreError> {
        let again = std::mem::replace(&mut self.marked, true);
        self.control(if again {
            "RELEASE SAVEPOINT member; SAVEPOINT member"
        } else {
            "SAVEPOINT member"
        })
    }

    pub(crate) fn undo(&mut self) -> Result<(), StoreError> {
        self.control("ROLLBACK TO SAVEPOINT member")
    }

    #[cfg(feature = "testing")]
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<usize, StoreError> {
        self.statement(sql).map(|statement| statement.params().len())
    }

    fn statement(&mut self, sql: Sql) -> Result<Statement, StoreError> {
        let key = sql.text.as_ptr().addr();
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let prepared = self.client()?.prepare(&sql.for_postgres());
        let statement = prepared.map_err(|e| explain(sql.name, &e))?;
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    pub(crate) fn exec(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let result = self.statement(sql).and_then(|statement| {
            check_count(sql, &statement, params)?;
            let given = self.client()?.execute(&statement, &references(params));
            given.map_err(|e| explain(sql.name, &e))
        });
        self.judge(result)
    }

    pub(crate) fn rows(&mut self, sql: Sql, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let result = self.statement(sql).and_then(|statement| {
            check_count(sql, &statement, params)?;
            let given = self.client()?.query(&statement, &references(params));
            given.map_err(|e| explain(sql.name, &e))
        });
        let rows = self.judge(result)?;
        rows.iter().map(|row| copy(sql, row)).collect()
    }

    pub(crate) fn each(
        &mut self,
        sql: Sql,
        params: &[Param<'_>],
        take: &mut dyn FnMut(&mut Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.rows(sql, params)?.iter_mut().try_for_each(take)
    }
}

/// A wrong count would make the client panic.
fn check_count(sql: Sql, statement: &Statement, params: &[Param<'_>]) -> Result<(), StoreError> {
    let (wanted, given) = (statement.params().len(), params.len());
    if wanted == given {
        return Ok(());
    }
    Err(StoreError::Internal(format!("{} takes {wanted} parameters, not {given}", sql.name)))
}

fn references<'a>(params: &'a [Param<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

fn copy(sql: Sql, row: &::postgres::Row) -> Result<Row, StoreError> {
    let mut copy = Row::new(sql.name);
    for (index, column) in row.columns().iter().enumerate() {
        let int = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index),
            Type::INT4 => row.try_get::<_, Option<i32>>(index).map(|value| value.map(i64::from)),
            Type::BOOL => row.try_get::<_, Option<bool>>(index).map(|value| value.map(i64::from)),
            Type::TEXT | Type::VARCHAR | Type::NAME => {
                match row.try_get::<_, Option<&str>>(index).map_err(|e| explain(sql.name, &e))? {
                    Some(value) => copy.add_text(value.as_bytes()),
                    None => copy.add_null(),
                }
                continue;
            }
            Type::BYTEA => {
                match row.try_get::<_, Option<&[u8]>>(index).map_err(|e| explain(sql.name, &e))? {
                    Some(value) => copy.add_bytes(value),
                    None => copy.add_null(),
                }
                continue;
            }
            ref other => {
                return Err(StoreError::Internal(format!(
                    "column {index} of {} is of type {other}: cast it to BIGINT or TEXT",
                    sql.name
                )));
            }
        };
        match int.map_err(|e| explain(sql.name, &e))? {
            Some(value) => copy.add_int(value),
            None => copy.add_null(),
        }
    }
    Ok(copy)
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(value) if *kind == Type::INT8 => value.to_sql(kind, out),
            Param::Int(value) if *kind == Type::INT4 => i32::try_from(*value)?.to_sql(kind, out),
            Param::Bool(value) if *kind == Type::BOOL => value.to_sql(kind, out),
            Param::Text(value) if <&str as ToSql>::accepts(kind) => {
                value.as_ref().to_sql(kind, out)
            }
            Param::Bytes(value) if *kind == Type::BYTEA => value.as_ref().to_sql(kind, out),
            other => Err(format!("{other:?} was given for a parameter of type {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn explain(place: &str, error: &Error) -> StoreError {
    let Some(told) = error.as_db_error() else {
        let why = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        // Without an answer of the server: either the connection, or a value that does not fit.
        let conversion = error.to_string().contains("serializing parameter")
            || error.to_string().contains("deserializing column");
        let text = format!("{place}: {error}{why}");
        return if conversion { StoreError::Internal(text) } else { StoreError::Unavailable(text) };
    };
    let state = told.code();
    let text = format!("{place}: {} ({})", told.message(), state.code());
    if *state == SqlState::UNIQUE_VIOLATION {
        return StoreError::Conflict { constraint: constraint(told) };
    }
    let waiting = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    if waiting.contains(state) {
        return StoreError::Busy(text);
    }
    match state.code().get(..2) {
        // Connections, resources, the operator's hand, the system's failure.
        Some("08" | "53" | "57" | "58" | "28" | "3D") => StoreError::Unavailable(text),
        Some("XX") => StoreError::Corrupt(text),
        _ => StoreError::Internal(text),
    }
}

/// The detail reads `Key (company_id, document_number)=(…) already exists`, in the server's
/// language; the values stay out.
fn constraint(told: &::postgres::error::DbError) -> String {
    let columns = told
        .detail()
        .and_then(|detail| detail.split_once(")=("))
        .and_then(|(before, _)| before.split_once('('))
        .map(|(_, columns)| columns);
    match (told.table(), columns) {
        (Some(table), Some(columns)) => format!("{table}({columns})"),
        _ => told.constraint().unwrap_or("unique key").to_owned(),
    }
}
