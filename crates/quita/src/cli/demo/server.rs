//! The server of the demonstration: another process, so that it can be killed for real.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use quita_sandbox::Sandbox;
use serde::Deserialize;

use crate::failure::Failure;

/// Certificate and key of the public address.
pub(super) struct Pki {
    certificate: PathBuf,
    key: PathBuf,
}

impl Pki {
    /// From the simulator's CA, which the simulated bank trusts.
    pub(super) fn write(directory: &Path, sandbox: &Sandbox) -> Result<Self, Failure> {
        let identity = sandbox.server_certificate(&["localhost".to_owned()])?;
        let certificate = directory.join("publico.crt");
        let key = directory.join("publico.key");
        std::fs::write(&certificate, identity.certificate)
            .map_err(|e| Failure::file(&certificate, &e))?;
        std::fs::write(&key, identity.key).map_err(|e| Failure::file(&key, &e))?;
        Ok(Self { certificate, key })
    }
}

/// Where a server listened, to start it there again.
pub(super) struct Addresses {
    listen: String,
    public: String,
}

/// A running server.
pub(super) struct Server {
    child: Child,
    ready: Ready,
}

#[derive(Deserialize)]
struct Ready {
    listen: String,
    public: String,
    public_url: String,
    first_run: Option<String>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(super) fn start(
        data: &Path,
        pki: &Pki,
        simulator_control: &str,
        at: Option<Addresses>,
    ) -> Result<Self, Failure> {
        let free = || "127.0.0.1:0".to_owned();
        let is_restart = at.is_some();
        let at = at.unwrap_or_else(|| Addresses { listen: free(), public: free() });
        let mut command = Command::new(std::env::current_exe()?);
        if is_restart {
            // Tests end the first server at a chosen point.
            command.env_remove("QUITA_CRASH_AT");
        }
        let mut child = command
            .arg("serve")
            .arg("--json")
            .arg("--dir")
            .arg(data)
            .args(["--listen", at.listen.trim_start_matches("http://")])
            .args(["--public-listen", &at.public])
            .arg("--public-certificate")
            .arg(&pki.certificate)
            .arg("--public-key")
            .arg(&pki.key)
            .args(["--simulator-control", simulator_control])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        match serde_json::from_str(&line) {
            Ok(ready) => Ok(Self { child, ready }),
            Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(Failure::new("o servidor não começou; veja a mensagem acima"))
            }
        }
    }

    /// Where the first administrator is made.
    pub(super) fn first_run(&self) -> Option<&str> {
        self.ready.first_run.as_deref()
    }

    /// `http://127.0.0.1:…`.
    pub(super) fn listen(&self) -> &str {
        &self.ready.listen
    }

    /// Where the bank calls.
    pub(super) fn public_url(&self) -> &str {
        &self.ready.public_url
    }

    /// Whether it ended by itself.
    pub(super) fn has_ended(&mut self) -> Result<bool, Failure> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Ends it without a warning, as a power cut would.
    pub(super) fn kill(mut self) -> Result<Addresses, Failure> {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.child.wait()?;
        Ok(Addresses { listen: self.ready.listen.clone(), public: self.ready.public.clone() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
