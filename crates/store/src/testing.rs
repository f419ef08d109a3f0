//! Databases for tests: a PostgreSQL cluster of their own and SQLite files.
//!
//! `QUITA_TEST_POSTGRES` may hold the address of a running server
//! (`postgres://user@/postgres?host=/socket/folder`, allowed to create databases). Without it
//! the first test of a program starts a cluster from the binaries that Debian installs, on a
//! socket in a folder for temporary files; it ends with the program, however that ends.
#![expect(clippy::expect_used, clippy::panic, reason = "a test without its database must fail")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use ::postgres::{Client, NoTls};

use crate::tx::{Mode, Session};
use crate::{Engine, Options, Store, StoreError, sqlite};

/// A server that tests share.
pub struct TestPostgres {
    url: String,
    /// Ends the cluster when the pipe to it closes: when this program ends.
    _guardian: Option<Child>,
}

/// The server of this program's tests.
///
/// # Panics
/// Where there is none and none can be started.
pub fn postgres() -> &'static TestPostgres {
    static SERVER: OnceLock<TestPostgres> = OnceLock::new();
    SERVER.get_or_init(|| match env::var("QUITA_TEST_POSTGRES") {
        Ok(url) => TestPostgres { url, _guardian: None },
        Err(_) => start_cluster(),
    })
}

impl TestPostgres {
    /// The address of a new database without tables.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub fn fresh_database(&self) -> String {
        let name = unique_name();
        // Not on the caller's thread, which may run async code.
        let create = || {
            let mut client = Client::connect(&self.url, NoTls).expect("PostgreSQL for tests");
            // Numbers of processes come again, and a server may outlive those it was made for.
            let gone = format!("DROP DATABASE IF EXISTS {name}");
            client.batch_execute(&gone).expect("an old database for tests");
            let text = format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' \
                 LC_COLLATE 'C' LC_CTYPE 'C'"
            );
            client.batch_execute(&text).expect("a database for a test");
        };
        thread::scope(|scope| scope.spawn(create).join()).expect("a database for a test");
        self.url_of(&name)
    }

    fn url_of(&self, database: &str) -> String {
        let (rest, query) = match self.url.split_once('?') {
            Some((rest, query)) => (rest, format!("?{query}")),
            None => (self.url.as_str(), String::new()),
        };
        let (scheme, rest) = rest.split_once("://").expect("an address postgres://…");
        let server = rest.split_once('/').map_or(rest, |(server, _)| server);
        format!("{scheme}://{server}/{database}{query}")
    }
}

/// A folder of its own, removed when dropped.
pub struct TestFolder {
    path: PathBuf,
}

impl TestFolder {
    /// Makes an empty folder among the temporary files.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn new() -> Self {
        let path = env::temp_dir().join(unique_name());
        // Numbers of processes come again, and one that was killed leaves its folder.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder for a test");
        Self { path }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The address of an SQLite file in it.
    pub fn sqlite_url(&self) -> String {
        format!("sqlite:{}", self.path.join("quita.db").display())
    }
}

impl Default for TestFolder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's cleaner of temporary files.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Prepares every statement of the program; gives their names, or the complaints.
///
/// # Errors
/// A line for each statement that the engine does not take, or that takes other parameters
/// than its text says.
pub fn prepare_all(url: &str) -> Result<Vec<&'static str>, Vec<String>> {
    let store = Store::open(url, Options::default()).map_err(|e| vec![e.to_string()])?;
    let mut session = session(&store, url).map_err(|e| vec![e.to_string()])?;
    let mut names = Vec::new();
    let mut complaints = Vec::new();
    for sql in crate::statements() {
        names.push(sql.name());
        let highest = (1..100).rev().find(|n| sql.text.contains(&format!("${n}"))).unwrap_or(0);
        session.begin(Mode::Write).map_err(|e| vec![e.to_string()])?;
        match session.prepare(sql) {
            Ok(count) if count == highest => {}
            Ok(count) => complaints.push(format!("{}: {count} of ${highest}", sql.name())),
            Err(error) => complaints.push(error.to_string()),
        }
        session.rollback();
    }
    if complaints.is_empty() { Ok(names) } else { Err(complaints) }
}

fn session(store: &Store, url: &str) -> Result<Session, StoreError> {
    match store.engine() {
        Engine::Sqlite => {
            let path = url.strip_prefix("sqlite:").unwrap_or(url);
            sqlite::open(Some(Path::new(path)), Duration::from_secs(10)).map(Session::Sqlite)
        }
        Engine::Postgres => {
            let config = url.parse().expect("the address was just used");
            let session = crate::postgres::PostgresSession::new(config);
            Ok(Session::Postgres(Box::new(session)))
        }
    }
}

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("quita_test_{}_{count}", process::id())
}

const MISSING: &str = "the tests need PostgreSQL: apt-get install postgresql";

/// Starts a cluster.
fn start_cluster() -> TestPostgres {
    let binaries = newest_binaries().unwrap_or_else(|| panic!("{MISSING}"));
    let folder = env::temp_dir().join(format!("{}_pg", unique_name()));
    // The server refuses to run as root: there, it runs as the user of Debian's package.
    let root = output(Command::new("id").arg("-u")).trim() == "0";
    let user = ["--reuid=postgres", "--regid=postgres", "--init-groups", "--"];
    let prefix: Vec<&str> =
        if root { ["setpriv"].into_iter().chain(user).collect() } else { vec!["env"] };
    let (program, arguments) = prefix.split_first().expect("a program");

    let mut initdb = Command::new(program);
    initdb.args(arguments).arg(binaries.join("initdb")).arg("-D").arg(&folder);
    initdb.args(["-U", "quita", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    output(initdb.current_dir("/"));

    let guardian = r#"
        trap '' INT TERM HUP
        folder=$1; shift
        "$@" -D "$folder" -k "$folder" -c listen_addresses= -c max_connections=400 \
            -c shared_buffers=64MB -c logging_collector=off </dev/null >/dev/null 2>&1 &
        server=$!
        read -r _
        kill -INT $server
        wait $server
        rm -rf "$folder"
    "#;
    let mut command = Command::new("sh");
    command.args(["-c", guardian, "guardian"]).arg(&folder).arg(program).args(arguments);
    command.arg(binaries.join("postgres")).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let guardian = command.spawn().expect("a shell");

    let url = format!("postgres://quita@/postgres?host={}", folder.display());
    let deadline = Instant::now() + Duration::from_secs(60);
    while let Err(error) = Client::connect(&url, NoTls) {
        assert!(Instant::now() < deadline, "PostgreSQL did not start: {error}");
        thread::sleep(Duration::from_millis(50));
    }
    TestPostgres { url, _guardian: Some(guardian) }
}

fn newest_binaries() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, path)| path.join("initdb").exists() && path.join("postgres").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, path)| path)
}

fn output(command: &mut Command) -> String {
    let told = command.output().unwrap_or_else(|error| panic!("{MISSING} ({error})"));
    let complaint = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "{command:?} failed: {complaint}");
    String::from_utf8_lossy(&told.stdout).into_owned()
}
