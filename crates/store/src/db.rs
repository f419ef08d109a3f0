//! The store: opening, writing, reading.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::group::{self, Limits, Queue, Task};
use crate::postgres::{self, PostgresSession};
use crate::sqlite::{self, Readers};
use crate::tx::{Mode, Session, inside_transaction};
use crate::{StoreError, Tx};

/// Which database is behind the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, or the memory, of this machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// How a store works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Closures run on the caller's thread, one transaction each. SQLite only; for one thread
    /// that decides about everything, as the seeded simulation.
    pub inline: bool,
    /// Connections for reading.
    pub readers: usize,
    /// Connections for writing on PostgreSQL. SQLite has one writer.
    pub writers: usize,
    /// At most so many closures in one commit.
    pub group_max: usize,
    /// A group takes no more closures after this time.
    pub group_time: Duration,
    /// At most so many closures wait; beyond, [`Store::tx`] blocks and [`Store::tx_async`]
    /// answers [`StoreError::Busy`].
    pub queue_max: usize,
    /// How long to wait for another program that writes to the same SQLite file.
    pub busy_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            inline: false,
            readers: 4,
            writers: 4,
            group_max: 256,
            group_time: Duration::from_millis(20),
            queue_max: 10_000,
            busy_timeout: Duration::from_secs(10),
        }
    }
}

/// A database. Clones share it; it is closed, after all that waits was done, with the last one.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    writing: Writing,
    reading: Reading,
    threads: Vec<JoinHandle<()>>,
}

enum Writing {
    Queued(Arc<Queue>),
    Inline(Mutex<Session>),
}

enum Reading {
    /// SQLite: on the caller's thread.
    Pool(Readers),
    /// PostgreSQL: on the store's threads.
    Queued(Arc<Queue>),
    /// With the connection that writes.
    Inline,
}

impl Store {
    /// Opens a database and brings its schema up to date.
    ///
    /// `sqlite:/path/quita.db`, `sqlite::memory:` (inline only) or
    /// `postgres://user@host/quita` (`postgres://user@/quita?host=/run/postgresql` for a
    /// socket). A PostgreSQL database must hold UTF-8 and sort text by bytes (`LC_COLLATE 'C'`),
    /// so that pages by key come in the same order on both engines; another one is refused.
    /// May be called from any thread.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an address or a database that does not suit, others where
    /// the database cannot be reached.
    pub fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = (path != ":memory:").then(|| Path::new(path));
            return Self::open_sqlite(path, &options);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, &options);
        }
        // The address itself is not repeated: it may hold a password.
        Err(StoreError::refused("the database must be sqlite:<path> or postgres://<address>"))
    }

    fn open_sqlite(path: Option<&Path>, options: &Options) -> Result<Self, StoreError> {
        let mut session = Session::Sqlite(sqlite::open(path, options.busy_timeout)?);
        let engine = Engine::Sqlite;
        if options.inline {
            let writing = Writing::Inline(Mutex::new(session));
            return Ok(Self::from(engine, writing, Reading::Inline, Vec::new()));
        }
        let Some(path) = path else {
            return Err(StoreError::refused("sqlite::memory: works inline only"));
        };
        let readers = Readers::open(path, options.readers, options.busy_timeout)?;
        let queue = Arc::new(Queue::new(options.queue_max));
        let limits = options.limits();
        let writer = spawn("store-writer", &queue, move |queue| {
            group::serve_writes(queue, &mut session, limits);
        })?;
        Ok(Self::from(engine, Writing::Queued(queue), Reading::Pool(readers), vec![writer]))
    }

    fn open_postgres(url: &str, options: &Options) -> Result<Self, StoreError> {
        if options.inline {
            return Err(StoreError::refused("the inline mode works on SQLite only"));
        }
        let mut config: ::postgres::Config = url.parse().map_err(|e: ::postgres::Error| {
            StoreError::Refused(format!("the database's address cannot be read: {e}"))
        })?;
        if config.get_application_name().is_none() {
            config.application_name("quita");
        }
        thread::scope(|scope| scope.spawn(|| postgres::prepare_database(&config)).join())
            .unwrap_or_else(|_| {
                Err(StoreError::Internal("opening the database panicked".into()))
            })?;

        let writes = Arc::new(Queue::new(options.queue_max));
        let reads = Arc::new(Queue::new(options.queue_max));
        let limits = options.limits();
        let mut threads = Vec::new();
        for _ in 0..options.writers.max(1) {
            let session = PostgresSession::new(config.clone());
            threads.push(spawn("store-writer", &writes, move |queue| {
                group::serve_writes(queue, &mut Session::Postgres(Box::new(session)), limits);
            })?);
        }
        for _ in 0..options.readers.max(1) {
            let session = PostgresSession::new(config.clone());
            threads.push(spawn("store-reader", &reads, move |queue| {
                group::serve_reads(queue, &mut Session::Postgres(Box::new(session)));
            })?);
        }
        let reading = Reading::Queued(reads);
        Ok(Self::from(Engine::Postgres, Writing::Queued(writes), reading, threads))
    }

    fn from(
        engine: Engine,
        writing: Writing,
        reading: Reading,
        threads: Vec<JoinHandle<()>>,
    ) -> Self {
        Self { inner: Arc::new(Inner { engine, writing, reading, threads }) }
    }

    /// Which database is behind.
    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Runs a closure in a transaction and returns once it is committed.
    ///
    /// The closure may run more than once, on another thread, in one commit with the closures
    /// of others; ids, instants and randomness come from outside. An error or a panic undoes
    /// this closure alone. It must not call a bank, touch a file or use the store.
    ///
    /// On PostgreSQL closures run at the same time (READ COMMITTED): one that reads a row to
    /// decide what to write locks it first (`/*for update*/`), or changes it in one statement,
    /// or relies on a unique key. Closures that lock several rows lock them in the same order.
    ///
    /// # Errors
    /// What the closure returned, or what kept it from being committed.
    pub fn tx<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    {
        refuse_nesting()?;
        match &self.inner.writing {
            Writing::Inline(session) => {
                let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
                session.transact(Mode::Write, |tx| closure(tx))
            }
            Writing::Queued(queue) => through(queue, closure),
        }
    }

    /// As [`tx`](Self::tx), but returns at once; `done` is called after the commit, on a thread
    /// of the store, and must be quick.
    pub fn tx_async<T, F>(
        &self,
        closure: F,
        done: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    {
        if let Err(error) = refuse_nesting() {
            return done(Err(error));
        }
        match &self.inner.writing {
            Writing::Inline(_) => done(self.tx(closure)),
            Writing::Queued(queue) => {
                if let Err(work) = queue.try_push(Box::new(Task::new(closure, done))) {
                    let why = "too many transactions wait already".to_owned();
                    work.answer(Err(StoreError::Busy(why)));
                }
            }
        }
    }

    /// Runs a closure that only reads, over one snapshot of what is committed.
    ///
    /// # Errors
    /// What the closure returned; [`StoreError::Internal`] for a statement that is no SELECT.
    pub fn read<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    {
        refuse_nesting()?;
        match (&self.inner.reading, &self.inner.writing) {
            (Reading::Pool(readers), _) => {
                readers.lend(|session| session.transact(Mode::Read, |tx| closure(tx)))
            }
            (Reading::Queued(queue), _) | (Reading::Inline, Writing::Queued(queue)) => {
                through(queue, closure)
            }
            (Reading::Inline, Writing::Inline(session)) => {
                let mut session = session.lock().unwrap_or_else(PoisonError::into_inner);
                session.transact(Mode::Read, |tx| closure(tx))
            }
        }
    }
}

impl Options {
    fn limits(&self) -> Limits {
        Limits { count: self.group_max.max(1), time: self.group_time }
    }
}

/// A closure that waited for the store would wait for itself.
fn refuse_nesting() -> Result<(), StoreError> {
    if inside_transaction() {
        return Err(StoreError::Internal("the store was used inside a transaction".to_owned()));
    }
    Ok(())
}

fn through<T, F>(queue: &Queue, closure: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    let (tell, told) = mpsc::sync_channel(1);
    queue.push(Box::new(Task::new(closure, move |result| {
        // Nobody can have left: the caller waits on the next line.
        let _ = tell.send(result);
    })));
    told.recv().unwrap_or_else(|_| Err(StoreError::Unavailable("the store has stopped".into())))
}

fn spawn(
    name: &str,
    queue: &Arc<Queue>,
    serve: impl FnOnce(&Queue) + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    let queue = Arc::clone(queue);
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || serve(&queue))
        .map_err(|e| StoreError::Unavailable(format!("a thread could not be started: {e}")))
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Writing::Queued(queue) = &self.writing {
            queue.close();
        }
        if let Reading::Queued(queue) = &self.reading {
            queue.close();
        }
        for thread in self.threads.drain(..) {
            // The last clone may be dropped by a callback, on one of these threads.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}
