//! What to compare with: the least that keeps a request durably. An axum server that writes the
//! body into one table of SQLite (WAL, `synchronous=FULL`), many requests to a commit, and
//! answers after it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Most requests in one commit.
const GROUP: usize = 256;

type Row = (Bytes, oneshot::Sender<()>);

/// The server; ends when dropped.
pub(crate) struct Bare {
    _runtime: Runtime,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Serves from a file that is made. Answers with `status`.
    pub(crate) fn start(file: &Path, status: StatusCode) -> Self {
        let connection = Connection::open(file).expect("a database");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -65536;
                 CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
            )
            .expect("a table");
        let (rows, taken) = channel();
        thread::spawn(move || write(&connection, &taken));
        let insert = move |State(rows): State<Sender<Row>>, body: Bytes| async move {
            let (tell, told) = oneshot::channel();
            rows.send((body, tell)).expect("the writer lives");
            told.await.expect("the writer lives");
            status
        };
        let router = Router::new().route("/", post(insert)).with_state(rows);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { _runtime: runtime, address }
    }
}

/// Takes what waits, commits it, answers all of it.
fn write(connection: &Connection, taken: &Receiver<Row>) {
    while let Ok(first) = taken.recv() {
        let group: Vec<Row> =
            std::iter::once(first).chain(taken.try_iter().take(GROUP - 1)).collect();
        connection.execute_batch("BEGIN IMMEDIATE").expect("a transaction");
        let insert = "INSERT INTO rows (body) VALUES (?1)";
        let mut insert = connection.prepare_cached(insert).expect("a statement");
        for (body, _) in &group {
            insert.execute([body.as_ref()]).expect("a row");
        }
        connection.execute_batch("COMMIT").expect("a commit");
        for (_, tell) in group {
            let _ = tell.send(());
        }
    }
}
