//! Starting and ending a sandbox, and acting on it, from plain synchronous code.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use quita_banks::info::Auth;
use quita_banks::registry;
use quita_banks::simulator::{Control, ControlError, Simulator};
use quita_listener::{ClientCerts, ListenError, TlsConfig, TlsError, certificates};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::sync::{mpsc, watch};

use crate::ca::{Ca, CaError, Identity, Validity};
use crate::callbacks::Caller;
use crate::clock::{ClockError, SimClock};
use crate::files;
use crate::hosted::Hosted;
use crate::house::House;
use crate::runtime::{self, Addresses, Door, Doors};

/// Any free port of this computer, reachable only from it.
const LOCAL: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A bank to host.
pub struct BankHost {
    /// Its name in the control API; the folder of a real one.
    pub name: String,
    /// What it says and does.
    pub simulator: Box<dyn Simulator>,
    /// Where it answers; port 0 takes a free one.
    pub address: SocketAddr,
    /// Whether the handshake fails without a client certificate of the bank's authority.
    pub certificate_required: bool,
}

impl BankHost {
    /// The simulator of a bank's folder, on a free port of this computer.
    pub fn of(folder: &str) -> Result<Self, SandboxError> {
        let unknown = || SandboxError::UnknownBank { bank: folder.to_owned() };
        let bank = registry::by_folder(folder).ok_or_else(unknown)?;
        let simulator = bank.simulator().ok_or_else(unknown)?;
        // Who gets a certificate there comes without one.
        let certificate_required = matches!(bank.info().auth, Auth::ClientCredentials { .. })
            && !simulator.signs_certificates();
        let name = folder.to_owned();
        Ok(Self { name, simulator, address: LOCAL, certificate_required })
    }
}

/// What a sandbox is made of.
pub struct SandboxConfig {
    /// The banks, each on an address of its own.
    pub banks: Vec<BankHost>,
    /// Where the control API answers, without TLS; port 0 takes a free one.
    pub control: SocketAddr,
    /// Where certificates and state are kept; `None` keeps nothing.
    pub directory: Option<PathBuf>,
    /// The time in the sandbox.
    pub clock: Arc<SimClock>,
    /// Repeats all random choices of the simulators, on a sandbox without kept state.
    pub seed: u64,
    /// Names of the server besides `localhost` and its addresses.
    pub server_names: Vec<String>,
    /// Roots in PEM that webhooks may have their certificates from, besides the public ones and
    /// the sandbox's own; empty for none.
    pub callback_roots: Vec<u8>,
    /// Longest call to a webhook.
    pub callback_timeout: Duration,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            banks: Vec::new(),
            control: LOCAL,
            directory: None,
            clock: SimClock::real(),
            seed: 0,
            server_names: Vec::new(),
            callback_roots: Vec::new(),
            callback_timeout: Duration::from_secs(10),
        }
    }
}

/// Why something could not be done with a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// No such bank here, or it has no simulator.
    #[error("não há simulador do banco «{bank}» neste ambiente de testes")]
    UnknownBank {
        /// What was asked for.
        bank: String,
    },
    /// The directory serves another sandbox.
    #[error("a pasta {path} já está em uso por outro ambiente de testes; escolha outra")]
    Busy {
        /// Which.
        path: PathBuf,
    },
    /// A file of the directory cannot be used.
    #[error("{path} não pôde ser lido ou gravado ({source})")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A certificate was not made or read.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// The clock was not set.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The simulator refused a control.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The system gives no threads.
    #[error("o ambiente de testes não pôde iniciar suas tarefas ({0})")]
    Threads(io::Error),
}

/// A client to let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// Account with check digit, digits only.
    pub account: String,
    /// Scopes granted, separated by blanks; empty grants all.
    #[serde(default)]
    pub scopes: String,
    /// Name and document of the account's owner, as the bank prints them.
    #[serde(default)]
    pub owner: Option<String>,
}

/// All that a client needs to speak with the bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKit {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// Account with check digit, digits only.
    pub account: String,
    /// Its certificate, PEM.
    pub certificate: String,
    /// Its private key, PEM.
    pub key: String,
    /// Where the certificate is kept.
    pub certificate_file: Option<PathBuf>,
    /// Where the key is kept.
    pub key_file: Option<PathBuf>,
}

/// A sandbox that is up. It ends when dropped.
pub struct Sandbox {
    house: Arc<House>,
    addresses: Addresses,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    /// Held so that nobody else uses the directory.
    _held: Option<File>,
}

impl Sandbox {
    /// Starts it on threads of its own and returns when all addresses answer.
    pub fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let held = config.directory.as_deref().map(hold).transpose()?;
        let (house, doors) = prepare(config)?;
        let house = Arc::new(house);
        let (stop, stopped) = watch::channel(false);
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("sandbox")
            .enable_all()
            .build()
            .map_err(SandboxError::Threads)?;
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn({
            let house = Arc::clone(&house);
            move || {
                let bound = move |addresses| drop(tell.send(addresses));
                tokio.block_on(runtime::run(house, doors, stopped, bound));
            }
        });
        let thread = thread.map_err(SandboxError::Threads)?;
        let addresses = told.recv().map_err(|_| {
            SandboxError::Threads(io::Error::other("a tarefa terminou antes da hora"))
        })??;
        Ok(Self { house, addresses, stop, thread: Some(thread), _held: held })
    }

    /// Where a bank answers: `https://127.0.0.1:40123`.
    pub fn base_url(&self, bank: &str) -> Result<String, SandboxError> {
        let address = self.addresses.banks.get(bank);
        let address = address.ok_or_else(|| SandboxError::UnknownBank { bank: bank.to_owned() })?;
        Ok(format!("https://{}", named(*address)))
    }

    /// Where the control API answers: `http://127.0.0.1:40124`.
    pub fn control_url(&self) -> String {
        format!("http://{}", named(self.addresses.control))
    }

    /// The root that clients of the banks trust, PEM.
    pub fn ca(&self) -> &str {
        self.house.ca.bank.certificate()
    }

    /// The root of the certificate that banks show when they call webhooks, PEM.
    pub fn webhook_ca(&self) -> &str {
        self.house.ca.webhook.certificate()
    }

    /// The time in the sandbox. Set it with [`Sandbox::advance`], so that events come in order.
    pub fn clock(&self) -> &Arc<SimClock> {
        &self.house.clock
    }

    /// Plays the payer, the bank's clerk or a fault.
    pub fn control(&self, bank: &str, control: &Control) -> Result<Json, SandboxError> {
        self.house.control(bank, control)
    }

    /// Everything worth knowing about a bank's boletos, calls and notices.
    pub fn inspect(&self, bank: &str) -> Result<Json, SandboxError> {
        self.house.control(bank, &Control::Inspect)
    }

    /// Lets so much time pass, event by event; calls to webhooks have ended when it returns.
    pub fn advance(&self, by: Duration) -> Result<(), SandboxError> {
        let target = self.clock().now().checked_add(by).map_err(|_| ClockError::TooFar)?;
        self.advance_to(target)
    }

    /// As [`Sandbox::advance`], until an instant.
    pub fn advance_to(&self, instant: Timestamp) -> Result<(), SandboxError> {
        Ok(self.house.advance_to(instant)?)
    }

    /// Does what is due and waits until no call to a webhook is under way.
    pub fn settle(&self) {
        self.house.settle();
    }

    /// Makes a client with its certificate and lets it in at a bank.
    pub fn new_client(&self, bank: &str, new: &NewClient) -> Result<ClientKit, SandboxError> {
        self.house.new_client(bank, new)
    }

    /// The clients that [`Sandbox::new_client`] made for a bank in this directory, by client id.
    pub fn clients(&self, bank: &str) -> Result<Vec<ClientKit>, SandboxError> {
        self.house.clients(bank)
    }

    /// A server's certificate from the root that clients of the sandbox trust and that the banks
    /// accept at webhooks.
    pub fn server_certificate(&self, names: &[String]) -> Result<Identity, SandboxError> {
        Ok(self.house.server_certificate(names)?)
    }

    /// Ends it and saves its state.
    pub fn shutdown(mut self) -> Result<(), SandboxError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), SandboxError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.stop.send_replace(true);
        // A panic there was already printed.
        let _ = thread.join();
        let path = self.house.directory.clone().unwrap_or_default();
        self.house.save().map_err(|source| SandboxError::File { path, source })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "the sandbox's state was not saved");
        }
    }
}

/// `localhost` where the address names no computer.
fn named(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}

fn prepare(config: SandboxConfig) -> Result<(House, Doors), SandboxError> {
    let SandboxConfig { clock, directory, .. } = config;
    let validity = Validity::at(clock.now(), Timestamp::now());
    let ca = Ca::open(directory.as_deref(), &config.server_names, validity)?;
    let caller = Caller::new(&ca, &config.callback_roots, config.callback_timeout)?;

    let mut banks = BTreeMap::new();
    let mut doors = Vec::new();
    for (index, host) in (0_u64..).zip(config.banks) {
        let roots = certificates(ca.bank.certificate().as_bytes())?;
        let clients = if host.certificate_required {
            ClientCerts::Required(roots)
        } else {
            ClientCerts::Optional(roots)
        };
        let Identity { certificate, key } = &ca.server;
        let tls = TlsConfig::new(certificate.as_bytes(), key.as_bytes(), clients)?
            .with_clock(clock.clone());
        let (send, outbox) = mpsc::unbounded_channel();
        let file = directory.as_ref().map(|path| path.join(format!("{}.json", host.name)));
        let bank = Hosted::open(
            host.name.clone(),
            host.simulator,
            Arc::clone(&clock),
            config.seed.wrapping_add(index),
            file.clone(),
            send,
        )
        .map_err(|source| SandboxError::File { path: file.unwrap_or_default(), source })?;
        let bank = Arc::new(bank);
        banks.insert(host.name, Arc::clone(&bank));
        doors.push(Door { bank, address: host.address, tls, outbox });
    }
    let doors = Doors { banks: doors, control: config.control, caller };
    let house = House { clock, ca, banks, directory, moving: Mutex::new(()) };
    Ok((house, doors))
}

/// Makes the directory and holds it.
fn hold(directory: &Path) -> Result<File, SandboxError> {
    let failed = |source| SandboxError::File { path: directory.to_owned(), source };
    files::directory(directory).map_err(failed)?;
    let lock = files::hold(directory).map_err(failed)?;
    lock.ok_or_else(|| SandboxError::Busy { path: directory.to_owned() })
}
