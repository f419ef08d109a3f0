//! An account with all that is needed to call its bank.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use quita_banks::contract::{Bank, Ctx};
use quita_banks::registry;
use quita_store::accounts::{self, Account};
use quita_store::credentials;

use crate::clock::{after, bank_day, bank_minute};
use crate::error::Error;
use crate::secret::Secret;
use crate::wire::{Identity, Peer};
use crate::world::{Environment, World};

/// Names of credential fields that the engine itself uses; folders declare them.
pub mod field {
    /// OAuth client id.
    pub const CLIENT_ID: &str = "client_id";
    /// OAuth client secret.
    pub const CLIENT_SECRET: &str = "client_secret";
    /// Certificate, PEM.
    pub const CERTIFICATE: &str = "certificate";
    /// Private key, PEM.
    pub const PRIVATE_KEY: &str = "private_key";
    /// CA of a simulator, PEM; only in a sandbox.
    pub const CA: &str = "ca";
}

/// Another node may have changed the credential: look again after so many seconds.
const FRESH_SECONDS: i64 = 60;

/// An account, its bank and its opened credential.
#[derive(Clone)]
pub struct Connection {
    /// The account.
    pub account: Account,
    /// The bank's folder.
    pub bank: &'static dyn Bank,
    /// Which credential.
    pub credential_id: String,
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: Secret<Vec<u8>>,
    identity: Option<Arc<Identity>>,
    ca: Option<Arc<str>>,
    sandbox: bool,
}

/// Connections in memory, by account.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<String, (Timestamp, Arc<Connection>)>>);

impl Connections {
    /// Forgets all, as after a credential was replaced.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The connection of an account; an error says what is missing.
pub fn connect(world: &World, account_id: &str) -> Result<Arc<Connection>, Error> {
    let now = world.clock.now();
    {
        let cache = world.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, connection)) = cache.get(account_id)
            && after(*since, FRESH_SECONDS) > now
        {
            return Ok(Arc::clone(connection));
        }
    }
    let id = account_id.to_owned();
    let (account, values) = world.store.read(move |tx| {
        let account = accounts::get(tx, &id)?;
        let values = match account.as_ref().and_then(|a| a.credential_id.as_deref()) {
            Some(credential) => credentials::values(tx, credential)?,
            None => Vec::new(),
        };
        Ok((account, values))
    })?;
    let account = account.ok_or_else(|| Error::not_found("conta"))?;
    let connection = Arc::new(open(world, account, values)?);
    let mut cache = world.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
    cache.insert(account_id.to_owned(), (now, Arc::clone(&connection)));
    Ok(connection)
}

fn open(
    world: &World,
    account: Account,
    values: Vec<(String, i64, Vec<u8>)>,
) -> Result<Connection, Error> {
    let credential_id = account.credential_id.clone().ok_or_else(|| {
        Error::conflict("not_connected", "esta conta ainda não está ligada ao banco")
    })?;
    let mut opened = HashMap::new();
    for (name, version, sealed) in values {
        opened.insert(name.clone(), world.vault.unseal(&credential_id, &name, version, &sealed)?);
    }
    with(world, account, credential_id, &opened)
}

/// A connection with a credential that is not stored, or not yet.
pub(crate) fn trial(
    world: &World,
    account: Account,
    credential_id: &str,
    given: &BTreeMap<String, String>,
) -> Result<Connection, Error> {
    let secret = |value: &String| Secret::new(value.clone().into_bytes());
    let opened = given.iter().map(|(name, value)| (name.clone(), secret(value))).collect();
    with(world, account, credential_id.to_owned(), &opened)
}

fn with(
    world: &World,
    account: Account,
    credential_id: String,
    opened: &HashMap<String, Secret<Vec<u8>>>,
) -> Result<Connection, Error> {
    let bank = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
    let text =
        |name: &str| opened.get(name).map(|v| String::from_utf8_lossy(v.expose()).into_owned());
    let missing = |name: &str| {
        Error::config(format!(
            "falta o campo {name} na credencial da conta {}",
            account.description
        ))
    };
    let identity = match (text(field::CERTIFICATE), opened.get(field::PRIVATE_KEY)) {
        (Some(certificate), Some(key)) => {
            Some(Arc::new(Identity { certificate, private_key: key.clone() }))
        }
        _ => None,
    };
    Ok(Connection {
        client_id: text(field::CLIENT_ID).ok_or_else(|| missing(field::CLIENT_ID))?,
        client_secret: opened
            .get(field::CLIENT_SECRET)
            .cloned()
            .ok_or_else(|| missing(field::CLIENT_SECRET))?,
        identity,
        ca: text(field::CA).map(Arc::from),
        sandbox: world.environment == Environment::Sandbox,
        bank,
        credential_id,
        account,
    })
}

impl Connection {
    /// The CA of the simulator that it is connected to, PEM.
    pub(crate) fn ca(&self) -> Option<&str> {
        self.ca.as_deref()
    }

    /// What surrounds a call at this instant.
    pub fn ctx(&self, now: Timestamp) -> Ctx {
        ctx(&self.account, now, self.sandbox)
    }

    /// Where one of the bank's hosts is for this account.
    pub fn peer(&self, host: &str) -> Result<Peer, Error> {
        let info = self.bank.info();
        let base_url = match self.account.hosts.get(host) {
            Some(own) => own.clone(),
            None => {
                let known = info.hosts.iter().find(|h| h.key == host).ok_or_else(|| {
                    Error::internal(format!("{} has no host {host}", info.folder))
                })?;
                (if self.sandbox { known.sandbox } else { known.production }).to_owned()
            }
        };
        Ok(Peer {
            credential_id: self.credential_id.clone(),
            base_url,
            identity: self.identity.clone(),
            ca: self.ca.clone(),
        })
    }
}

/// What surrounds a call for an account, connected or not.
pub fn ctx(account: &Account, now: Timestamp, sandbox: bool) -> Ctx {
    Ctx {
        account: account.data.clone(),
        branch: account.branch.clone(),
        account_number: account.number.clone(),
        account_digit: account.digit.clone(),
        now,
        today: bank_day(now),
        minute_of_day: bank_minute(now),
        sandbox,
    }
}
