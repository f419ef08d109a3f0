//! Everything outside: time, chance, database, network, the key of secrets.

use std::path::PathBuf;
use std::sync::Arc;

use quita_store::{Store, StoreError, Tx};

use crate::breaker::Breakers;
use crate::call_limits::CallLimits;
use crate::clock::Clock;
use crate::company_cache::CompanyCache;
use crate::connection::Connections;
use crate::credential_watch::Watch;
use crate::desk::reconciliation::Remembered;
use crate::exchange_folder::Looks;
use crate::ids::{Entropy, Ids};
use crate::mail::{Post, Smtp};
use crate::secret::Vault;
use crate::silence::Silences;
use crate::token::Tokens;
use crate::wire::Wire;
use crate::workers::Bell;

/// What an installation is for, chosen at its creation, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Real money.
    Production,
    /// Simulators; nothing has value.
    Sandbox,
}

impl Environment {
    /// The word in settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
    }

    /// Reads [`Environment::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Production, Self::Sandbox].into_iter().find(|e| e.word() == word)
    }
}

/// The outside of the engine.
pub struct World {
    /// Time.
    pub clock: Box<dyn Clock>,
    /// Chance.
    pub entropy: Box<dyn Entropy>,
    /// Database.
    pub store: Store,
    /// Network.
    pub wire: Box<dyn Wire>,
    /// E-mail.
    pub post: Box<dyn Post>,
    /// Key of the secrets.
    pub vault: Vault,
    /// What this installation is for.
    pub environment: Environment,
    /// How it is set up.
    pub settings: Settings,
    /// Where the process may be killed, for tests: called with the name of each such point.
    pub crash_point: Box<dyn Fn(&'static str) + Send + Sync>,
    /// Wakes the workers.
    pub bell: Arc<Bell>,
    /// Open connections to banks.
    pub connections: Connections,
    /// Companies and their accounts, for a moment.
    pub companies: CompanyCache,
    /// Tokens of banks.
    pub tokens: Tokens,
    /// Calls of the last minute.
    pub rates: CallLimits,
    /// Banks that do not answer.
    pub breakers: Breakers,
    /// Orders that got no answer.
    pub silences: Silences,
    /// When credentials were last looked at.
    pub watch: Watch,
    /// What was seen in the exchange folder.
    pub looks: Looks,
    /// What was last thought of open lines.
    pub remembered: Remembered,
}

/// How an installation is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where banks reach us, `https://cobranca.example.com`; `None` where they cannot.
    pub public_url: Option<String>,
    /// Seconds between two looks at each account when nothing rings.
    pub poll_seconds: i64,
    /// Whether to keep to the limits that banks publish; off in benchmarks alone.
    pub keep_limits: bool,
    /// The folder in which files come from banks and go to them; `None` where people carry them.
    pub exchange_folder: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { public_url: None, poll_seconds: 300, keep_limits: true, exchange_folder: None }
    }
}

impl World {
    /// A world with nothing in memory yet, and e-mail by SMTP.
    pub fn new(
        clock: Box<dyn Clock>,
        entropy: Box<dyn Entropy>,
        store: Store,
        wire: Box<dyn Wire>,
        vault: Vault,
        environment: Environment,
        settings: Settings,
    ) -> Self {
        Self {
            clock,
            entropy,
            store,
            wire,
            post: Box::new(Smtp),
            vault,
            environment,
            settings,
            crash_point: Box::new(|_| {}),
            bell: Arc::default(),
            connections: Connections::default(),
            companies: CompanyCache::default(),
            tokens: Tokens::default(),
            rates: CallLimits::default(),
            breakers: Breakers::default(),
            silences: Silences::default(),
            watch: Watch::default(),
            looks: Looks::default(),
            remembered: Remembered::default(),
        }
    }

    /// Ids for one transaction, with its instant.
    pub fn ids(&self) -> Ids {
        Ids::new(self.clock.now(), &*self.entropy)
    }

    /// One transaction. The closure gets its own copy of the ids, so that a second run
    /// writes the same rows.
    pub fn tx<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx, Ids) -> Result<T, StoreError> + Send + Sync + 'static,
    {
        let ids = self.ids();
        self.store.tx(move |tx| f(tx, ids.clone()))
    }
}
