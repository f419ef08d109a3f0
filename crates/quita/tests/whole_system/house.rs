//! One installation with its simulated bank.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use quita_banks::simulator::{Control, Fault};
use quita_core::fact::Means;
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig};
use serde_json::{Value as Json, json};

/// The bank of these tests.
pub(crate) const BANK: &str = "inter";

/// A temporary directory, gone at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("quita-whole-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Bank, installation and server. Dropped in the order of the fields: server first.
pub(crate) struct House {
    server: Option<Server>,
    bank: &'static str,
    pub(crate) sandbox: Sandbox,
    token: String,
    number: AtomicU32,
    folder: Folder,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    listen: String,
    public: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl House {
    /// With the server running, on SQLite.
    pub(crate) fn new() -> Self {
        Self::on(None)
    }

    /// With the server running, on SQLite; [`Self::add_account`] follows.
    pub(crate) fn without_account() -> Self {
        let mut house = Self::closed(BANK, None);
        house.open(None);
        house
    }

    /// With the server running, on SQLite, at another bank, without account.
    pub(crate) fn at(bank: &'static str) -> Self {
        let mut house = Self::closed(bank, None);
        house.open(None);
        house
    }

    /// With the server running on this database.
    pub(crate) fn on(database: Option<&str>) -> Self {
        let mut house = Self::closed(BANK, database);
        house.open(None);
        house.add_account();
        house
    }

    /// A bank and an installation without account or server.
    fn closed(bank: &'static str, database: Option<&str>) -> Self {
        let folder = Folder::new();
        let sandbox = Sandbox::start(SandboxConfig {
            banks: vec![BankHost::of(bank).unwrap()],
            clock: SimClock::real(),
            directory: Some(folder.0.join("bank")),
            ..SandboxConfig::default()
        })
        .unwrap();
        let answer = Command::new(env!("CARGO_BIN_EXE_quita"))
            .args(["init", "--environment", "sandbox", "--without-account", "--json"])
            .args(["--document", "11222333000181", "--legal-name", "Oficina Exemplo Ltda"])
            .arg("--dir")
            .arg(folder.0.join("data"))
            .args(database.map(|url| format!("--database={url}")))
            .output()
            .unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let answer: Json = serde_json::from_slice(&answer.stdout).unwrap();
        let identity = sandbox.server_certificate(&["localhost".to_owned()]).unwrap();
        std::fs::write(folder.0.join("public.crt"), identity.certificate).unwrap();
        std::fs::write(folder.0.join("public.key"), identity.key).unwrap();
        Self {
            server: None,
            bank,
            sandbox,
            token: answer["token"].as_str().unwrap().to_owned(),
            number: AtomicU32::new(0),
            folder,
        }
    }

    /// One more client of the account at the bank.
    pub(crate) fn new_client(&self) -> ClientKit {
        let new = NewClient { account: "12345678".into(), ..NewClient::default() };
        self.sandbox.new_client(BANK, &new).unwrap()
    }

    /// Registers the account of these tests, connected.
    pub(crate) fn add_account(&self) {
        let kit = self.new_client();
        let credential = BTreeMap::from([
            ("client_id", kit.client_id),
            ("client_secret", kit.client_secret),
            ("certificate", kit.certificate),
            ("private_key", kit.key),
            ("ca", self.sandbox.ca().to_owned()),
        ]);
        let account = json!({
            "bank": BANK, "description": "Conta de teste", "branch": "0001",
            "number": "1234567", "digit": "8", "credential": credential,
            "hosts": { "api": self.sandbox.base_url(BANK).unwrap() },
        });
        self.post("/v1/accounts", &account);
    }

    /// Starts the server; it dies by itself at this crash point.
    pub(crate) fn open(&mut self, crash_at: Option<&str>) {
        let old = self.server.take().map(|mut server| {
            let _ = server.child.kill();
            let _ = server.child.wait();
            (server.listen.clone(), server.public.clone())
        });
        let free = || "127.0.0.1:0".to_owned();
        let (listen, public) = old.unwrap_or_else(|| (free(), free()));
        self.server = Some(self.start(&listen, &public, crash_at));
    }

    /// Starts one more server on the same installation; it ends when dropped.
    pub(crate) fn another_node(&self) -> Server {
        self.start("127.0.0.1:0", "127.0.0.1:0", None)
    }

    fn start(&self, listen: &str, public: &str, crash_at: Option<&str>) -> Server {
        // All that it could ever log stands in the data directory, to be searched for secrets.
        let log = std::fs::File::options().create(true).append(true).open(self.data().join("log"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_quita"));
        command
            .args(["serve", "--json", "--dir"])
            .arg(self.folder.0.join("data"))
            .args(["--listen", listen.trim_start_matches("http://"), "--public-listen", public])
            .arg("--public-certificate")
            .arg(self.folder.0.join("public.crt"))
            .arg("--public-key")
            .arg(self.folder.0.join("public.key"))
            .args(["--simulator-control", &self.sandbox.control_url()])
            .env("QUITA_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.unwrap());
        if let Some(point) = crash_at {
            command.env("QUITA_CRASH_AT", point);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Json = serde_json::from_str(&line).expect("the server says where it listens");
        Server {
            child,
            listen: ready["listen"].as_str().unwrap().to_owned(),
            public: ready["public"].as_str().unwrap().to_owned(),
        }
    }

    /// Waits until the server has died by itself.
    pub(crate) fn wait_for_death(&mut self) {
        let server = self.server.as_mut().unwrap();
        let start = Instant::now();
        while server.child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "it did not die");
            pause();
        }
    }

    /// Lets minutes pass until the server has died by itself: the bank gives few tokens in each.
    pub(crate) fn pass_until_death(&mut self) {
        for minute in 0.. {
            assert!(minute < 120, "it did not die");
            self.advance_minutes(1);
            let server = self.server.as_mut().unwrap();
            if server.child.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(500));
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.0.join("data")
    }

    pub(crate) fn listen(&self) -> &str {
        &self.server.as_ref().unwrap().listen
    }

    /// Calls the API; `None` when the server is not there.
    fn call(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: Option<&Json>,
    ) -> Option<(u16, Json)> {
        let text = body.map(Json::to_string).unwrap_or_default();
        let (status, bytes) = self.exchange(method, path, key, text.into_bytes())?;
        Some((status, serde_json::from_slice(&bytes).unwrap_or(Json::Null)))
    }

    /// As [`Self::call`], with bytes of any kind.
    fn exchange(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: Vec<u8>,
    ) -> Option<(u16, Vec<u8>)> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.listen()))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        let mut answer = agent.run(request.body(body).unwrap()).ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.body_mut().read_to_vec().ok()?))
    }

    /// The content of a file.
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let (status, bytes) =
            self.exchange("GET", path, "", Vec::new()).expect("the server answers");
        assert_eq!(status, 200, "{path}");
        bytes
    }

    /// Posts a file; `None` when the server is not there (any more).
    pub(crate) fn post_file(&self, path: &str, file: &[u8]) -> Option<Json> {
        let (status, body) = self.exchange("POST", path, "", file.to_vec())?;
        assert_eq!(status, 201, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).ok()
    }

    /// Posts, and kills the server without waiting for the answer; another one starts.
    pub(crate) fn post_and_kill(&mut self, path: &str, key: &str, body: &Json) {
        let address = self.listen().trim_start_matches("http://").to_owned();
        let (token, body) = (&self.token, body.to_string());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\nidempotency-key: {key}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
        self.open(None);
    }

    pub(crate) fn get(&self, path: &str) -> Json {
        let (status, body) = self.call("GET", path, "", None).expect("the server answers");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Posts under a new key.
    pub(crate) fn post(&self, path: &str, body: &Json) -> Json {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let (status, body) =
            self.call("POST", path, &format!("key-{number}"), Some(body)).expect("an answer");
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body
    }

    /// Any call: status and body; `None` when the server died.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> Option<(u16, Json)> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        self.call(method, path, &format!("key-{number}"), body)
    }

    /// Posts until there is an answer, always under the same key, as a careful client does.
    pub(crate) fn post_stubbornly(&self, path: &str, key: &str, body: &Json) -> Option<Json> {
        let (status, body) = self.call("POST", path, key, Some(body))?;
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        Some(body)
    }

    /// Orders a boleto and gives its id.
    pub(crate) fn issue(&self, document_number: &str) -> String {
        let boleto = self.post("/v1/boletos", &new_boleto(document_number));
        boleto["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn boleto(&self, id: &str) -> Json {
        self.get(&format!("/v1/boletos/{id}"))
    }

    /// Looks until the boleto is as awaited.
    pub(crate) fn await_boleto(&self, id: &str, awaited: impl Fn(&Json) -> bool) -> Json {
        let start = Instant::now();
        loop {
            let boleto = self.boleto(id);
            if awaited(&boleto) {
                return boleto;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "never came: {boleto}");
            pause();
        }
    }

    pub(crate) fn await_status(&self, id: &str, status: &str) -> Json {
        self.await_boleto(id, |b| b["status"] == status)
    }

    /// Looks until this holds.
    pub(crate) fn await_that(&self, what: &str, holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(start.elapsed() < Duration::from_secs(60), "never came: {what}");
            pause();
        }
    }

    /// Makes the next `times` matching calls to the bank fail.
    pub(crate) fn fault(&self, fault: Fault, on: &str, times: u32) {
        let control = Control::Fault { fault, on: on.to_owned(), times, skip: 0 };
        self.sandbox.control(self.bank, &control).unwrap();
    }

    pub(crate) fn set(&self, switch: &str, value: Json) {
        self.sandbox
            .control(self.bank, &Control::Set { switch: switch.to_owned(), value })
            .unwrap();
    }

    pub(crate) fn pay(&self, boleto: &Json, means: Means) {
        let code = if means == Means::Pix { &boleto["br_code"] } else { &boleto["barcode"] };
        let target = code.as_str().unwrap().to_owned();
        self.sandbox.control(self.bank, &Control::Pay { target, means, amount: None }).unwrap();
    }

    /// Time goes by at the bank and here.
    pub(crate) fn advance_minutes(&self, minutes: u64) {
        self.sandbox.advance(Duration::from_secs(60 * minutes)).unwrap();
    }

    /// How many boletos the bank has under the reference of this one.
    pub(crate) fn at_bank(&self, boleto: &Json) -> usize {
        let reference = boleto["bank_reference"].as_str().unwrap();
        let at_bank = self.sandbox.inspect(BANK).unwrap();
        let all = at_bank["boletos"].as_array().unwrap().clone();
        all.iter().filter(|b| b["seuNumero"] == reference).count()
    }

    /// Asks for a look at the bank now.
    pub(crate) fn sync(&self) {
        self.post("/v1/sync", &json!({}));
    }

    /// Runs a command on the data of this installation.
    pub(crate) fn command(&self, arguments: &[&str]) -> (bool, Json) {
        let answer = Command::new(env!("CARGO_BIN_EXE_quita"))
            .args(arguments)
            .arg("--json")
            .arg("--dir")
            .arg(self.data())
            .output()
            .unwrap();
        let json = serde_json::from_slice(&answer.stdout).unwrap_or(Json::Null);
        (answer.status.success(), json)
    }
}

/// Lets others run for a moment between two looks.
fn pause() {
    std::thread::park_timeout(Duration::from_millis(20));
}

pub(crate) fn new_boleto(document_number: &str) -> Json {
    let due = quita_engine::clock::bank_day(jiff::Timestamp::now())
        .checked_add(jiff::Span::new().days(20))
        .unwrap();
    json!({
        "document_number": document_number,
        "amount": 12_345,
        "expiration_date": due.to_string(),
        "customer": {
            "document": "52998224725",
            "legal_name": "Joana Exemplo",
            "address": {
                "street": "Rua Um", "number": "1", "district": "Centro", "city": "Recife",
                "state": "PE", "postal_code": "50010000"
            }
        }
    })
}

/// Reads every file below a directory.
pub(crate) fn all_bytes(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all_bytes(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap_or_default()));
        }
    }
    found
}
