//! What survives the end of a sandbox.

use std::path::PathBuf;
use std::time::Duration;

use quita_sandbox::clock::SimClock;
use quita_sandbox::{Sandbox, SandboxError};

use crate::client::agent;
use crate::fake::{NAME, config, ended, new_client, noon, notify, set_webhook};

/// A directory of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let name = format!("quita-sandbox-{test}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn start(&self) -> Result<Sandbox, SandboxError> {
        let mut config = config(SimClock::frozen_at(noon()));
        config.directory = Some(self.0.clone());
        Sandbox::start(config)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn count(sandbox: &Sandbox, kit: &quita_sandbox::ClientKit) -> (u64, u64) {
    let url = format!("{}/count", sandbox.base_url(NAME).unwrap());
    let mut answer = agent(sandbox, Some(kit)).post(url).send_empty().unwrap();
    let body: serde_json::Value =
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    (body["count"].as_u64().unwrap(), body["random"].as_u64().unwrap())
}

#[test]
fn state_and_certificates_survive_a_restart() {
    let folder = Folder::new("restart");
    let first = folder.start().unwrap();
    let kit = new_client(&first);
    let (_, random) = count(&first, &kit);
    let root = first.ca().to_owned();
    first.shutdown().unwrap();

    let second = folder.start().unwrap();
    assert_eq!(second.ca(), root);
    assert!(second.clients(NAME).unwrap() == [kit.clone()]);
    let (counted, other) = count(&second, &kit);
    assert_eq!(counted, 2);
    // Or the second run would give the ids of the first once more.
    assert_ne!(other, random);
}

#[test]
fn a_notice_under_way_at_the_end_is_told_as_failed_at_the_start() {
    let folder = Folder::new("pending");
    let sandbox = folder.start().unwrap();
    // Takes connections, never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    set_webhook(&sandbox, &format!("https://{}/", silent.local_addr().unwrap()));
    notify(&sandbox, "pago", 0);
    let (held, _) = silent.accept().unwrap();
    sandbox.shutdown().unwrap();

    let sandbox = folder.start().unwrap();
    assert_eq!(ended(&sandbox), [("pago".to_owned(), None, noon())]);
    drop(held);
}

#[test]
fn what_changed_is_saved_without_being_asked() {
    let folder = Folder::new("saved");
    let sandbox = folder.start().unwrap();
    notify(&sandbox, "depois", 3600);
    let file = folder.0.join(format!("{NAME}.json"));
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains("depois")) {
        std::thread::yield_now();
    }
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("keys");
    let sandbox = folder.start().unwrap();
    let kit = new_client(&sandbox);
    let keys = [folder.0.join("ca.key"), folder.0.join("webhook-ca.key"), kit.key_file.unwrap()];
    for key in keys {
        let mode = std::fs::metadata(&key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", key.display());
    }
}

#[test]
fn a_directory_serves_one_sandbox() {
    let folder = Folder::new("busy");
    let first = folder.start().unwrap();
    assert!(matches!(folder.start(), Err(SandboxError::Busy { .. })));
    first.shutdown().unwrap();
    assert!(folder.start().is_ok());
}

#[test]
fn damaged_files_are_named() {
    let folder = Folder::new("damaged");
    folder.start().unwrap().shutdown().unwrap();
    let state = folder.0.join(format!("{NAME}.json"));
    std::fs::write(&state, "{").unwrap();
    let error = folder.start().err().unwrap().to_string();
    assert!(error.contains(&state.display().to_string()), "{error}");
    std::fs::remove_file(&state).unwrap();

    let key = folder.0.join("ca.key");
    std::fs::write(&key, "nada").unwrap();
    let error = folder.start().err().unwrap().to_string();
    assert!(error.contains(&key.display().to_string()), "{error}");
}

#[test]
fn a_clock_is_kept_in_its_file() {
    let folder = Folder::new("clock");
    std::fs::create_dir_all(&folder.0).unwrap();
    let path = folder.0.join("clock.json");
    let clock = SimClock::open(&path).unwrap();
    clock.freeze().unwrap();
    clock.advance(Duration::from_secs(86_400)).unwrap();
    let again = SimClock::open(&path).unwrap();
    assert_eq!(again.now(), clock.now());
    assert!(again.is_frozen());
}
