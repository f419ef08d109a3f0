//! A sandbox from inside: what its servers and its handle share.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use quita_banks::simulator::{Control, Signed, Signer};
use serde_json::Value as Json;

use crate::ca::{Ca, CaError, Identity, Validity};
use crate::clock::{ClockError, SimClock};
use crate::entropy::uuid;
use crate::files;
use crate::host::{ClientKit, NewClient, SandboxError};
use crate::hosted::Hosted;

/// Banks, authorities and clock of a sandbox.
pub(crate) struct House {
    pub(crate) clock: Arc<SimClock>,
    pub(crate) ca: Ca,
    pub(crate) banks: BTreeMap<String, Arc<Hosted>>,
    pub(crate) directory: Option<PathBuf>,
    /// Held by who moves the clock.
    pub(crate) moving: Mutex<()>,
}

impl House {
    fn bank(&self, name: &str) -> Result<&Arc<Hosted>, SandboxError> {
        self.banks.get(name).ok_or_else(|| SandboxError::UnknownBank { bank: name.to_owned() })
    }

    pub(crate) fn control(&self, bank: &str, control: &Control) -> Result<Json, SandboxError> {
        let bank = self.bank(bank)?;
        Ok(bank.act(|simulator, now, rng| simulator.control(control, now, rng))?)
    }

    pub(crate) fn new_client(
        &self,
        bank: &str,
        new: &NewClient,
    ) -> Result<ClientKit, SandboxError> {
        let (client_id, client_secret) = {
            let bank = self.bank(bank)?;
            bank.act(|_, _, rng| (uuid(rng), uuid(rng)))
        };
        let identity = self.ca.bank.client(&client_id, self.validity())?;
        let control = Control::AddClient {
            client_id: client_id.clone(),
            client_secret: client_secret.clone(),
            scopes: new.scopes.clone(),
            account: new.account.clone(),
            certificate: Some(identity.fingerprint()),
            owner: new.owner.clone(),
        };
        self.control(bank, &control)?;
        let mut kit = ClientKit {
            client_id,
            client_secret,
            account: new.account.clone(),
            certificate: identity.certificate,
            key: identity.key,
            certificate_file: None,
            key_file: None,
        };
        if let Some(folder) = self.clients_folder(bank) {
            keep(&folder, &mut kit)
                .map_err(|source| SandboxError::File { path: folder, source })?;
        }
        Ok(kit)
    }

    /// The clients made here for a bank, as they were kept.
    pub(crate) fn clients(&self, bank: &str) -> Result<Vec<ClientKit>, SandboxError> {
        self.bank(bank)?;
        let Some(folder) = self.clients_folder(bank) else { return Ok(Vec::new()) };
        kept(&folder).map_err(|source| SandboxError::File { path: folder, source })
    }

    fn clients_folder(&self, bank: &str) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join("clients").join(bank))
    }

    pub(crate) fn server_certificate(&self, names: &[String]) -> Result<Identity, CaError> {
        self.ca.bank.server(names, self.validity())
    }

    fn validity(&self) -> Validity {
        Validity::at(self.clock.now(), Timestamp::now())
    }

    /// Moves the clock from event to event, each with its calls to webhooks ended, as if the time
    /// had really passed.
    pub(crate) fn advance_to(&self, target: Timestamp) -> Result<(), ClockError> {
        let _alone = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if target < now {
            return Err(ClockError::Backwards { now, asked: target });
        }
        let mut reached = now;
        loop {
            self.settle();
            // What a broken simulator leaves undone is not waited for.
            let next = self.banks.values().filter_map(|bank| bank.due());
            let Some(next) = next.filter(|due| (reached..=target).contains(due)).min() else {
                break;
            };
            reached = next.checked_add(Duration::from_nanos(1)).unwrap_or(next);
            self.set(next)?;
        }
        self.set(target)?;
        self.settle();
        Ok(())
    }

    /// The clock runs while we look at it, and may have passed the instant by itself.
    fn set(&self, instant: Timestamp) -> Result<(), ClockError> {
        match self.clock.advance_to(instant) {
            Err(ClockError::Backwards { .. }) => Ok(()),
            other => other,
        }
    }

    /// Does what is due and waits until no call to a webhook is under way.
    pub(crate) fn settle(&self) {
        for bank in self.banks.values() {
            bank.catch_up();
            bank.settle();
        }
    }

    pub(crate) fn save(&self) -> io::Result<()> {
        self.banks.values().try_for_each(|bank| bank.save())
    }
}

impl Signer for House {
    fn sign(&self, request: &str, days: u16) -> Option<Signed> {
        self.ca.bank.requested(request, days, self.validity()).ok()
    }
}

/// Writes a client's certificate, key and data, named by its id.
fn keep(folder: &Path, kit: &mut ClientKit) -> io::Result<()> {
    let file = |extension: &str| folder.join(format!("{}.{extension}", kit.client_id));
    let (certificate, key, data) = (file("crt"), file("key"), file("json"));
    files::directory(folder)?;
    files::write(&certificate, kit.certificate.as_bytes())?;
    files::write(&key, kit.key.as_bytes())?;
    kit.certificate_file = Some(certificate);
    kit.key_file = Some(key);
    files::write(&data, &serde_json::to_vec(kit)?)
}

fn kept(folder: &Path) -> io::Result<Vec<ClientKit>> {
    let mut files = match std::fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| Ok(entry?.path()))
            .filter(|path| path.as_ref().map_or(true, |p| p.extension() == Some("json".as_ref())))
            .collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    files.sort();
    files.iter().map(|path| Ok(serde_json::from_slice(&std::fs::read(path)?)?)).collect()
}
