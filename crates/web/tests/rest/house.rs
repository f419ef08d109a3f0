//! A whole installation for a test: both databases, a simulated bank at the end of the wire,
//! a clock that stands still until it is told, and the routers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use quita_banks::contract::HttpResponse;
use quita_banks::info::FieldKind;
use quita_banks::registry;
use quita_banks::simulator::{self, Control, Signed, Signer, SimReply, SimRequest, Simulator};
use quita_engine::clock::{Clock, bank_day};
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::desk::companies::{self, NewCompany};
use quita_engine::desk::tokens::{self, NewToken};
use quita_engine::desk::{Actor, Permission};
use quita_engine::ids;
use quita_engine::secret::Vault;
use quita_engine::wire::{Peer, Wire, WireError, WireRequest};
use quita_engine::workers::{Kind, housekeeping, tick};
use quita_engine::world::{Environment, Settings, World};
use quita_store::testing::{TestFolder, postgres};
use quita_store::{Engine, Options, Store};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const BANK: &str = "077";

/// A bank that leaves our numbers to the company, has many addresses, and fetches a token from us.
pub(crate) const ITAU: &str = "itau";
const ITAU_ORIGIN: &str = "https://itau.example";

/// The instant at which every test begins: a Monday noon in São Paulo.
pub(crate) const BEGIN: &str = "2026-11-23T15:00:00Z";

pub(crate) struct House {
    pub(crate) world: Arc<World>,
    pub(crate) router: Router,
    pub(crate) public: Router,
    pub(crate) clock: HandClock,
    pub(crate) bank: SimulatedBank,
    pub(crate) itau: SimulatedBank,
    /// The company of most tests, with a connected account.
    pub(crate) ours: Tenant,
    /// Another company, which must never show.
    pub(crate) theirs: Tenant,
    _folder: TestFolder,
}

/// A company with a token that may do everything.
pub(crate) struct Tenant {
    pub(crate) actor: Actor,
    pub(crate) token: String,
    pub(crate) account_id: String,
}

#[derive(Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl HandClock {
    fn new() -> Self {
        let begin: Timestamp = BEGIN.parse().unwrap();
        Self(Arc::new(AtomicI64::new(begin.as_millisecond())))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Different numbers, the same in every run.
struct Counted(AtomicU64);

impl ids::Entropy for Counted {
    fn bytes(&self) -> [u8; 16] {
        u128::from(self.0.fetch_add(1, Ordering::SeqCst)).to_le_bytes()
    }
}

impl simulator::Entropy for Counted {
    fn next_u64(&mut self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// The bank at the end of the wire.
#[derive(Clone)]
pub(crate) struct SimulatedBank {
    inside: Arc<Mutex<(Box<dyn Simulator>, Counted)>>,
    clock: HandClock,
}

impl SimulatedBank {
    fn new(folder: &str, clock: &HandClock) -> Self {
        let simulator = registry::by_folder(folder).unwrap().simulator().unwrap();
        let inside = (simulator, Counted(AtomicU64::new(1)));
        Self { inside: Arc::new(Mutex::new(inside)), clock: clock.clone() }
    }

    pub(crate) fn control(&self, control: &Control) -> Value {
        let (simulator, chance) = &mut *self.inside.lock().unwrap();
        simulator.control(control, self.clock.now(), chance).unwrap()
    }
}

impl SimulatedBank {
    fn tick(&self) {
        let (simulator, chance) = &mut *self.inside.lock().unwrap();
        simulator.tick(self.clock.now(), chance);
    }
}

/// Both banks, each at its own name.
#[derive(Clone)]
struct Banks(SimulatedBank, SimulatedBank);

impl Wire for Banks {
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        let is_itau = peer.base_url.starts_with(ITAU_ORIGIN);
        if is_itau { self.1.send(peer, request) } else { self.0.send(peer, request) }
    }
}

impl Wire for SimulatedBank {
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        let uri = request.path.parse().unwrap();
        let query = Query::<Vec<(String, String)>>::try_from_uri(&uri).unwrap().0;
        let request = SimRequest {
            method: request.method.to_owned(),
            path: format!("{}{}", peer.base_path(), uri.path()),
            query,
            headers: request.headers.clone(),
            body: request.body.clone(),
            client_certificate: peer.identity.as_ref().map(|shown| fingerprint(&shown.certificate)),
        };
        let (simulator, chance) = &mut *self.inside.lock().unwrap();
        let now = self.clock.now();
        match simulator.handle_with(&request, now, chance, &Authority { now }) {
            SimReply::Answer { response, .. } => Ok(response),
            SimReply::Drop | SimReply::Reset { .. } => {
                Err(WireError::NoAnswer("sem resposta".to_owned()))
            }
        }
    }
}

/// What tells one certificate from another here.
fn fingerprint(pem: &str) -> String {
    let text: String = pem.split_whitespace().collect();
    text.trim_end_matches("-----ENDCERTIFICATE-----").chars().rev().take(64).collect()
}

/// Signs certificates for the clients of a simulated bank, by the clock of the house.
struct Authority {
    now: Timestamp,
}

impl Signer for Authority {
    fn sign(&self, request: &str, days: u16) -> Option<Signed> {
        let request = rcgen::CertificateSigningRequestParams::from_pem(request).ok()?;
        let name = request.params.distinguished_name.get(&rcgen::DnType::CommonName)?;
        let rcgen::DnValue::Utf8String(common_name) = name else { return None };
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, common_name.as_str());
        let date = |instant: Timestamp| {
            let day = bank_day(instant);
            rcgen::date_time_ymd(day.year().into(), day.month() as u8, day.day() as u8)
        };
        let end = self.now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()?;
        (params.not_before, params.not_after) = (date(self.now), date(end));
        let issuer = rcgen::Issuer::new(
            rcgen::CertificateParams::default(),
            rcgen::KeyPair::generate().ok()?,
        );
        let request = rcgen::CertificateSigningRequestParams { params, ..request };
        let certificate = request.signed_by(&issuer).ok()?.pem();
        let fingerprint = fingerprint(&certificate);
        Some(Signed { common_name: common_name.clone(), certificate, fingerprint })
    }
}

impl House {
    pub(crate) fn new(engine: Engine) -> Self {
        let folder = TestFolder::new();
        let url = match engine {
            Engine::Sqlite => folder.sqlite_url(),
            Engine::Postgres => postgres().fresh_database(),
        };
        let clock = HandClock::new();
        let bank = SimulatedBank::new("inter", &clock);
        let itau = SimulatedBank::new(ITAU, &clock);
        let world = Arc::new(World::new(
            Box::new(clock.clone()),
            Box::new(Counted(AtomicU64::new(1))),
            Store::open(&url, Options::default()).unwrap(),
            Box::new(Banks(bank.clone(), itau.clone())),
            Vault::with_key(&[5; 32]),
            Environment::Sandbox,
            Settings {
                keep_limits: false,
                exchange_folder: Some(folder.path().join("troca")),
                ..Settings::default()
            },
        ));
        let ours = tenant(&world, &bank, "11222333000181", "Oficina Exemplo Ltda", "7654321");
        let theirs = tenant(&world, &bank, "11444777000161", "Outra Empresa Ltda", "1112223");
        Self {
            router: quita_web::router(Arc::clone(&world), quita_web::Exposure::default()),
            public: quita_web::public_router(Arc::clone(&world), quita_web::Exposure::default()),
            world,
            clock,
            bank,
            itau,
            ours,
            theirs,
            _folder: folder,
        }
    }

    /// The world after a restart: the same database, bank and clock, and nothing in memory.
    pub(crate) fn restarted(&self) -> World {
        self.restarted_with(Box::new(Banks(self.bank.clone(), self.itau.clone())))
    }

    /// The same, with something between it and the banks.
    pub(crate) fn restarted_with(&self, wire: Box<dyn Wire>) -> World {
        let chance = self.clock.now().as_millisecond().unsigned_abs();
        World::new(
            Box::new(self.clock.clone()),
            Box::new(Counted(AtomicU64::new(chance))),
            self.world.store.clone(),
            wire,
            Vault::with_key(&[5; 32]),
            Environment::Sandbox,
            Settings { keep_limits: false, ..Settings::default() },
        )
    }

    /// A minute passes, in which the bank and the workers do all that falls due, but for reading
    /// statements, which the tests of those do.
    pub(crate) fn work(&self) {
        let kinds: Vec<Kind> =
            Kind::ALL.into_iter().filter(|kind| *kind != Kind::Statement).collect();
        for _ in 0..12 {
            self.clock.pass(5);
            self.bank.tick();
            self.itau.tick();
            while tick(&self.world, &kinds, 8).unwrap() > 0 {}
        }
        housekeeping(&self.world).unwrap();
    }

    /// A token of our company with these permissions.
    pub(crate) fn token(&self, permissions: &[Permission]) -> String {
        let scopes = permissions.iter().map(|p| p.word().to_owned()).collect();
        let new = NewToken { name: "teste".into(), scopes };
        tokens::create(&self.world, &self.ours.actor, &new).unwrap().token
    }

    /// A request with the token of our company.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call {
            router: self.router.clone(),
            request: Request::builder().method(method).uri(path),
            token: Some(self.ours.token.clone()),
            body: Vec::new(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call {
        self.call("GET", path)
    }

    /// A keyed JSON request.
    pub(crate) fn post(&self, path: &str, key: &str, body: &Value) -> Call {
        self.call("POST", path).header("idempotency-key", key).json(body)
    }

    /// A boleto issued by the API and registered at the bank.
    pub(crate) async fn registered(&self, number: &str) -> Value {
        let issued = self.post("/v1/boletos", number, &boleto(number)).send().await;
        assert_eq!(issued.status, 201, "{}", issued.text());
        self.work();
        let path = format!("/v1/boletos/{}", issued.json()["id"].as_str().unwrap());
        let boleto = self.get(&path).send().await.json();
        assert_eq!(boleto["status"], "REGISTERED", "{boleto}");
        boleto
    }
}

fn tenant(world: &World, bank: &SimulatedBank, document: &str, name: &str, number: &str) -> Tenant {
    let company = NewCompany {
        document: document.to_owned(),
        legal_name: name.to_owned(),
        trade_name: String::new(),
        email: String::new(),
        phone: String::new(),
        address: None,
    };
    let actor = Actor::system(companies::create(world, company).unwrap().id);
    let scopes = Permission::ALL.map(|p| p.word().to_owned()).to_vec();
    let token = tokens::create(world, &actor, &NewToken { name: "ERP".into(), scopes }).unwrap();
    bank.control(&Control::AddClient {
        client_id: format!("client-{number}"),
        client_secret: "segredo".into(),
        scopes: String::new(),
        account: format!("{number}8"),
        certificate: None,
        owner: None,
    });
    let account = accounts::create(world, &actor, &account(number)).unwrap();
    Tenant { actor, token: token.token, account_id: account.id }
}

/// A connected account at the simulated bank.
pub(crate) fn account(number: &str) -> NewAccount {
    let made = rcgen::generate_simple_self_signed(["cliente.example".to_owned()]).unwrap();
    let info = registry::by_code(BANK).unwrap().info();
    let credential = info.credential_fields.iter().map(|field| {
        let value = match field.kind {
            FieldKind::Text => format!("client-{number}"),
            FieldKind::Secret => "segredo".to_owned(),
            FieldKind::Certificate => made.cert.pem(),
            FieldKind::PrivateKey => made.signing_key.serialize_pem(),
        };
        (field.name.to_owned(), value)
    });
    let hosts = info.hosts.iter().map(|h| (h.key.to_owned(), "https://bank.example".to_owned()));
    NewAccount {
        bank: BANK.into(),
        description: format!("Conta {number}"),
        branch: "0001".into(),
        number: number.to_owned(),
        digit: "8".into(),
        data: BTreeMap::new(),
        credential: credential.collect(),
        hosts: hosts.collect(),
        ..NewAccount::default()
    }
}

/// An account of ours at Itaú, with this Pix key, as the desk registers it.
pub(crate) fn itau_account(pix_key: &str) -> NewAccount {
    let data = BTreeMap::from([("pix_key".to_owned(), pix_key.to_owned())]);
    let hosts = registry::by_folder(ITAU).unwrap().info().hosts.iter();
    NewAccount {
        bank: ITAU.into(),
        description: "Conta no Itaú".into(),
        number: "12345".into(),
        digit: "4".into(),
        data,
        hosts: hosts.map(|h| (h.key.to_owned(), h.at(ITAU_ORIGIN))).collect(),
        ..account("12345")
    }
}

/// The same account before it has a credential.
pub(crate) fn itau_account_alone(pix_key: &str) -> NewAccount {
    NewAccount { credential: BTreeMap::new(), ..itau_account(pix_key) }
}

/// A boleto that may be issued.
pub(crate) fn boleto(number: &str) -> Value {
    json!({
        "document_number": number,
        "amount": 125_000,
        "expiration_date": "2026-12-15",
        "customer": customer(),
    })
}

/// A customer with all that the bank asks for.
pub(crate) fn customer() -> Value {
    json!({
        "document": "123.456.789-09",
        "legal_name": "Maria Exemplo",
        "address": {
            "street": "Rua das Acácias",
            "number": "100",
            "district": "Centro",
            "city": "Belo Horizonte",
            "state": "MG",
            "postal_code": "30110000"
        }
    })
}

/// A request to be sent.
pub(crate) struct Call {
    router: Router,
    request: axum::http::request::Builder,
    token: Option<String>,
    body: Vec<u8>,
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Over a connection from this address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        let address = std::net::SocketAddr::new(address.parse().unwrap(), 40_000);
        self.request = self.request.extension(axum::extract::ConnectInfo(address));
        self
    }

    pub(crate) fn no_token(mut self) -> Self {
        self.token = None;
        self
    }

    pub(crate) fn at(mut self, router: &Router) -> Self {
        self.router = router.clone();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").raw(body.to_string())
    }

    pub(crate) fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let (parts, body) = self.begin().await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// The first piece of an answer that does not end by itself.
    pub(crate) async fn first_piece(self) -> String {
        let mut pieces = self.begin().await.into_body().into_data_stream();
        let piece = pieces.next().await.unwrap().unwrap();
        String::from_utf8_lossy(&piece).into_owned()
    }

    async fn begin(self) -> axum::response::Response {
        let mut request = self.request;
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(self.body)).unwrap();
        self.router.oneshot(request).await.unwrap()
    }
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().unwrap())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        assert_eq!(self.status, 200, "{}", self.text());
        self.body.clone()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The body of an answer with this status.
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    /// A problem of this status, complete; gives it.
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["type"], format!("/problems/{code}"), "{problem}");
        assert_eq!(problem["status"], status);
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"));
        problem
    }

    /// The fields at fault, with their codes.
    pub(crate) fn faults(&self) -> Vec<String> {
        let problem = self.problem(422, "invalid");
        let errors = problem["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|e| {
                assert!(!e["message"].as_str().unwrap().is_empty());
                format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap())
            })
            .collect()
    }
}
