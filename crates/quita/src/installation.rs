//! A data directory: configuration, key file, database, and in a sandbox the simulator's files.
//!
//! ```text
//! DIR/quita.toml     configuration
//! DIR/quita.key      key of the secrets; back it up apart from the database
//! DIR/quita.db       database, unless the configuration names another
//! DIR/simulator/     certificates, clock and state of the simulated banks (sandbox only)
//! ```

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quita_engine::clock::{Clock, SystemClock};
use quita_engine::https::HttpsWire;
use quita_engine::ids::SystemEntropy;
use quita_engine::secret::Vault;
use quita_engine::world::{Environment, Settings, World};
use quita_sandbox::clock::SimClock;
use quita_store::{Options, Store, settings};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// `quita.toml`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `sqlite:/path` or `postgres://…`; `quita.db` in the data directory when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) database: String,
    /// Where banks and customers reach this installation, `https://cobranca.example.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,
    /// Seconds between two looks at each account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) poll_seconds: Option<i64>,
    /// Off in benchmarks alone: whether to keep to the calls a minute that banks publish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_limits: Option<bool>,
    /// The folder in which files come from banks and go to them; in the data directory where it
    /// is no whole path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exchange_folder: Option<PathBuf>,
}

/// An opened data directory.
pub(crate) struct Installation {
    /// Where it is.
    pub(crate) directory: PathBuf,
    /// What it is for.
    pub(crate) environment: Environment,
    config: Config,
    store: Store,
}

const ENVIRONMENT: &str = "environment";

impl Installation {
    /// Makes a new one. A directory that holds one already is left as it is, with an error.
    pub(crate) fn create(
        directory: &Path,
        environment: Environment,
        config: &Config,
    ) -> Result<Self, Failure> {
        let file = directory.join("quita.toml");
        if Self::is_at(directory) {
            return Err(Failure::new(format!(
                "já existe uma instalação em {}; escolha outra pasta com --dir",
                directory.display()
            )));
        }
        fs::create_dir_all(directory).map_err(|e| Failure::file(directory, &e))?;
        let text = toml::to_string(config).map_err(|e| Failure::new(e.to_string()))?;
        let store = store(directory, config)?;
        let stands = store.tx(move |tx| settings::put_once(tx, ENVIRONMENT, environment.word()))?;
        if stands != environment.word() {
            return Err(Failure::new(format!("este banco de dados já é de {stands}, para sempre")));
        }
        Vault::create(&directory.join("quita.key"))?;
        // Last: a directory without it holds no installation yet.
        write_private(&file, text.as_bytes())?;
        Ok(Self { directory: directory.to_owned(), environment, config: config.clone(), store })
    }

    /// Whether there is one.
    pub(crate) fn is_at(directory: &Path) -> bool {
        directory.join("quita.toml").exists()
    }

    /// Opens one.
    pub(crate) fn open(directory: &Path) -> Result<Self, Failure> {
        let file = directory.join("quita.toml");
        let text = fs::read_to_string(&file).map_err(|e| {
            if e.kind() == std::io::ErrorKind::NotFound {
                Failure::new(format!(
                    "não há instalação em {}; crie uma com: quita init --dir {}",
                    directory.display(),
                    directory.display()
                ))
            } else {
                Failure::file(&file, &e)
            }
        })?;
        let config: Config = toml::from_str(&text)
            .map_err(|e| Failure::new(format!("{}: {}", file.display(), e.message())))?;
        let store = store(directory, &config)?;
        let word = store.read(|tx| settings::get(tx, ENVIRONMENT))?;
        let environment = word.as_deref().and_then(Environment::from_word).ok_or_else(|| {
            Failure::new("o banco de dados não diz se é de produção ou de testes".to_owned())
        })?;
        Ok(Self { directory: directory.to_owned(), environment, config, store })
    }

    /// Where the simulated banks keep their files.
    pub(crate) fn simulator_directory(&self) -> PathBuf {
        self.directory.join("simulator")
    }

    /// Where the world reaches this installation, as far as its configuration says.
    pub(crate) fn public_url(&self) -> Option<String> {
        self.config.public_url.clone()
    }

    /// The clock of this installation: the simulator's in a sandbox.
    pub(crate) fn clock(&self) -> Result<Box<dyn Clock>, Failure> {
        match self.environment {
            Environment::Production => Ok(Box::new(SystemClock)),
            Environment::Sandbox => {
                let file = self.simulator_directory().join("clock.json");
                Ok(Box::new(SandboxClock(SimClock::open(&file)?)))
            }
        }
    }

    /// The world of the engine over this installation.
    ///
    /// `public_url` comes from the command line and wins over the configuration.
    pub(crate) fn world(
        self,
        clock: Box<dyn Clock>,
        public_url: Option<String>,
    ) -> Result<World, Failure> {
        let default = Settings::default();
        let settings = Settings {
            public_url: public_url.or(self.config.public_url),
            poll_seconds: self.config.poll_seconds.unwrap_or(default.poll_seconds),
            keep_limits: self.config.keep_limits.unwrap_or(true),
            exchange_folder: self.config.exchange_folder.map(|path| self.directory.join(path)),
        };
        let vault = Vault::open(&self.directory.join("quita.key"))?;
        let mut world = World::new(
            clock,
            Box::new(SystemEntropy::new()),
            self.store,
            Box::new(HttpsWire::new()),
            vault,
            self.environment,
            settings,
        );
        if self.environment == Environment::Sandbox {
            world.crash_point = crash_point();
        }
        Ok(world)
    }
}

/// Writes a file that only its owner can read: it may hold the password of a database.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| Failure::file(path, &e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Failure::file(path, &e))
}

/// A simulator's clock as the engine's.
pub(crate) struct SandboxClock(pub(crate) Arc<SimClock>);

impl Clock for SandboxClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

fn store(directory: &Path, config: &Config) -> Result<Store, Failure> {
    let url = if config.database.is_empty() {
        format!("sqlite:{}", directory.join("quita.db").display())
    } else {
        config.database.clone()
    };
    Ok(Store::open(&url, Options::default())?)
}

/// In a sandbox, `QUITA_CRASH_AT=name` or `name:n` ends the process, as a power cut would, the
/// first or nth time it passes that point.
fn crash_point() -> Box<dyn Fn(&'static str) + Send + Sync> {
    let Ok(wanted) = std::env::var("QUITA_CRASH_AT") else { return Box::new(|_| {}) };
    let (name, nth) = match wanted.split_once(':') {
        Some((name, nth)) => (name.to_owned(), nth.parse().unwrap_or(1)),
        None => (wanted, 1),
    };
    let passed = std::sync::atomic::AtomicU32::new(0);
    Box::new(move |point| {
        if point == name && passed.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1 == nth {
            std::process::abort();
        }
    })
}
