//! The house under test: its database, its process, its companies and accounts.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use quita_banks::contract::{Ctx, Op};
use quita_banks::info::FieldKind;
use quita_banks::simulator::Control;
use quita_engine::clock::bank_day;
use quita_engine::desk::Actor;
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::desk::companies::{self, NewCompany};
use quita_engine::desk::contracts::{self, Interval, NewContract};
use quita_engine::desk::customers::{self, NewCustomer};
use quita_engine::desk::once::Request;
use quita_engine::secret::Vault;
use quita_engine::world::{Environment, Settings, World};
use quita_store::{Options, Store, jobs};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::chance::Chance;
use crate::office::{self, RunPost};
use crate::statements;
use crate::universe::{RunClock, Universe};
use crate::wire::{RunWire, fingerprint};

/// Where banks find us, when they can.
pub(crate) const PUBLIC_URL: &str = "https://quita.example";

/// Owners of accounts; invented.
const OWNERS: [&str; 2] = ["11222333000181", "11444777000161"];

/// The database, which outlives every process.
#[expect(clippy::expect_used, reason = "without a database there is nothing to run")]
pub(crate) fn store() -> Store {
    let options = Options { inline: true, ..Options::default() };
    Store::open("sqlite::memory:", options).expect("a database in memory")
}

/// Starts a process on the database: nothing is in its memory yet.
#[expect(clippy::expect_used, reason = "the database is in memory and does not fail")]
pub(crate) fn start(universe: &Arc<Universe>, store: &Store, run: u64) {
    let settings = Settings {
        exchange_folder: None,
        public_url: universe.plan.webhooks.then(|| PUBLIC_URL.to_owned()),
        poll_seconds: universe.plan.poll_seconds,
        keep_limits: true,
    };
    let mut world = World::new(
        Box::new(RunClock(Arc::clone(universe))),
        Box::new(Chance::new(universe.plan.seed, &format!("process {run}"))),
        store.clone(),
        Box::new(RunWire(Arc::clone(universe))),
        Vault::with_key(&[7; 32]),
        Environment::Sandbox,
        settings,
    );
    world.post = Box::new(RunPost(Arc::clone(universe)));
    let points = Arc::clone(universe);
    // The end of a request is a place of its own here: `request.after`.
    world.crash_point = Box::new(move |name| {
        if name != "act.stored" {
            points.crash_point(name);
        }
    });
    // As the workers do when they start on a database that is theirs alone.
    world.tx(|tx, ids| jobs::release_all(tx, ids.now())).expect("leases released");
    universe.set_world(Some(Arc::new(world)));
}

/// A client certificate with its key, PEM, and its fingerprint.
struct Identity {
    certificate: String,
    key: String,
    fingerprint: String,
}

/// One for all runs: nothing that is looked at depends on it.
#[expect(clippy::expect_used, reason = "a certificate can always be made")]
fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(["quita.example".to_owned()])
            .expect("a certificate");
        let certificate = made.cert.pem();
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("its own PEM");
        Identity {
            fingerprint: fingerprint(&der),
            key: made.signing_key.serialize_pem(),
            certificate,
        }
    })
}

/// What the company granted its integration; nothing for everything.
fn scopes(universe: &Universe) -> String {
    if universe.plan.reads_pix {
        return String::new();
    }
    let now = universe.now();
    let ctx = Ctx {
        account: BTreeMap::new(),
        branch: String::new(),
        account_number: String::new(),
        account_digit: String::new(),
        now,
        today: bank_day(now),
        minute_of_day: 0,
        sandbox: true,
    };
    let pix = Op::PixReceived { from: now, to: now, cursor: None };
    let of_pix = universe.bank.folder.request(&pix, &ctx).map_or(&[][..], |r| r.scopes);
    let all = universe.bank.folder.info().scopes.iter().map(|scope| scope.name);
    all.filter(|scope| !of_pix.contains(scope)).collect::<Vec<_>>().join(" ")
}

/// Registers companies and accounts here and at the bank.
#[expect(clippy::expect_used, reason = "without accounts there is nothing to run")]
pub(crate) fn settle_in(universe: &Universe, world: &World) {
    let now = universe.now();
    for (switch, value) in &universe.plan.switches {
        let control = Control::Set { switch: (*switch).to_owned(), value: value.clone() };
        universe.bank.must(&control, now);
    }
    let info = universe.bank.folder.info();
    // At a simulator's own address the limits of production hold.
    let hosts = match universe.plan.bank_sandbox {
        true => {
            let control = Control::Set { switch: "environment".into(), value: "sandbox".into() };
            universe.bank.must(&control, now);
            BTreeMap::new()
        }
        false => {
            info.hosts.iter().map(|h| (h.key.to_owned(), h.at("https://bank.example"))).collect()
        }
    };
    for (place, owner) in OWNERS.iter().take(universe.plan.companies).enumerate() {
        let company = NewCompany {
            document: (*owner).to_owned(),
            legal_name: format!("Empresa {place} Ltda"),
            trade_name: String::new(),
            email: String::new(),
            phone: String::new(),
            address: None,
        };
        let company = companies::create(world, company).expect("a company").id;
        let actor = Actor::system(company.clone());
        if universe.plan.files > 0 {
            office::settle_in(world, &actor);
        }
        for account in 0..universe.plan.accounts {
            let owner = if universe.plan.shared_account { 0 } else { place };
            let number = format!("12345{owner}{account}");
            let client_id = format!("client-{number}");
            let identity = identity();
            let told = universe.bank.must(
                &Control::AddClient {
                    client_id: client_id.clone(),
                    client_secret: "segredo".into(),
                    scopes: scopes(universe),
                    account: format!("{number}8"),
                    certificate: Some(identity.fingerprint.clone()),
                    owner: None,
                },
                now,
            );
            let credential = info.credential_fields.iter().map(|field| {
                let value = match field.kind {
                    FieldKind::Text => client_id.clone(),
                    FieldKind::Secret => "segredo".to_owned(),
                    FieldKind::Certificate => identity.certificate.clone(),
                    FieldKind::PrivateKey => identity.key.clone(),
                };
                (field.name.to_owned(), value)
            });
            let new = NewAccount {
                bank: info.folder.to_owned(),
                description: format!("Conta {account}"),
                branch: "0001".into(),
                number,
                digit: "8".into(),
                data: universe.bank.at.account_data(&told),
                credential: credential.collect(),
                hosts: hosts.clone(),
                ..NewAccount::default()
            };
            let made = accounts::create(world, &actor, &new).expect("an account");
            universe.people().accounts.push((company.clone(), made.id));
        }
        contract(universe, world, &actor);
    }
    statements::before(universe);
}

/// Periods of each contract.
pub(crate) const PERIODS: u16 = 2;

/// A contract whose periods are all to be issued at once, and fall due long after the end, so that no
/// clock that is set forward makes them late.
#[expect(clippy::expect_used, reason = "what is written here can be saved")]
fn contract(universe: &Universe, world: &World, actor: &Actor) {
    let request = |key: &str| Request { key: key.into(), fingerprint: key.into() };
    let customer = serde_json::json!({
        "document": "52998224725",
        "legal_name": "Cliente de Teste",
        "address": {
            "street": "Rua das Flores", "number": "10", "district": "Centro",
            "city": "Belo Horizonte", "state": "MG", "postal_code": "30130010",
        },
    });
    let customer: NewCustomer = serde_json::from_value(customer).expect("a customer");
    let saved = customers::save(world, actor, &request("customer"), &customer).expect("saved");
    let saved: serde_json::Value = serde_json::from_str(&saved.body).expect("a customer");
    let due = bank_day(universe.now()).checked_add(jiff::Span::new().days(90)).expect("a day");
    let new = NewContract {
        description: "Mensalidade".into(),
        customer_id: saved["id"].as_str().unwrap_or_default().to_owned(),
        account_id: universe.people().accounts.last().map(|(_, account)| account.clone()),
        amount: 10_000,
        expiration_date: due.to_string(),
        interval: Interval::Weekly,
        periods: Some(PERIODS),
        days_before: Some(180),
        ..NewContract::default()
    };
    contracts::create(world, actor, &request("contract"), &new).expect("a contract");
}
