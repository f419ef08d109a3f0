//! The server as it runs in production: router, listener, store; one company with one account.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use quita_banks::info::FieldKind;
use quita_banks::registry;
use quita_banks::simulator::{Callback, Control};
use quita_engine::clock::SystemClock;
use quita_engine::desk::Actor;
use quita_engine::desk::accounts::{self, NewAccount};
use quita_engine::desk::companies::{self, NewCompany};
use quita_engine::desk::tokens::{self, NewToken};
use quita_engine::ids::SystemEntropy;
use quita_engine::secret::Vault;
use quita_engine::world::{Environment, Settings, World};
use quita_listener::{Listener, fingerprint};
use quita_store::{Options, Store, params, sql};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::bank::{Bank, ShortWire};

sql! {
    HOOK_TOKEN = "SELECT hook_token FROM accounts WHERE id = $1";
    IN_STATUS = "SELECT COUNT(*) FROM boletos WHERE status = $1";
}

/// A running server.
pub(crate) struct House {
    pub(crate) world: Arc<World>,
    pub(crate) bank: Bank,
    /// Calls by the bank that nobody has delivered yet.
    pub(crate) callbacks: Option<UnboundedReceiver<Callback>>,
    /// The API.
    pub(crate) api: SocketAddr,
    /// Where banks call.
    pub(crate) public: SocketAddr,
    /// Of a program that may do everything.
    pub(crate) token: String,
    /// Where the bank calls about the account: `/hooks/…`.
    pub(crate) hook_path: String,
    _runtime: Runtime,
}

impl House {
    /// Opens a database that is new, and serves.
    pub(crate) fn start(url: &str) -> Self {
        let (bank, callbacks) = Bank::start();
        for (switch, value) in [("limits", false.into()), ("registration_delay_ms", 0.into())] {
            bank.must(Control::Set { switch: switch.to_owned(), value });
        }
        let made = rcgen::generate_simple_self_signed(["quita.example".to_owned()]);
        let made = made.expect("a certificate");
        let certificate = fingerprint(made.cert.der());
        let world = Arc::new(World::new(
            Box::new(SystemClock),
            Box::new(SystemEntropy::new()),
            Store::open(url, Options::default()).expect("a database"),
            Box::new(ShortWire::new(&bank, certificate.clone())),
            Vault::with_key(&[7; 32]),
            Environment::Sandbox,
            Settings {
                public_url: Some("https://quita.example".into()),
                keep_limits: false,
                ..Settings::default()
            },
        ));
        let company = companies::create(
            &world,
            NewCompany {
                document: "11222333000181".into(),
                legal_name: "Empresa de Ensaio Ltda".into(),
                trade_name: String::new(),
                email: String::new(),
                phone: String::new(),
                address: None,
            },
        );
        let actor = Actor::system(company.expect("a company").id);
        bank.must(Control::AddClient {
            client_id: "ensaio".into(),
            client_secret: "segredo".into(),
            scopes: String::new(),
            account: "123456708".into(),
            certificate: Some(certificate),
            owner: None,
        });
        let folder = registry::BANKS.iter().find(|bank| bank.simulator().is_some());
        let info = folder.expect("a bank with a simulator").info();
        let credential = info.credential_fields.iter().map(|field| {
            let value = match field.kind {
                FieldKind::Text => "ensaio".to_owned(),
                FieldKind::Secret => "segredo".to_owned(),
                FieldKind::Certificate => made.cert.pem(),
                FieldKind::PrivateKey => made.signing_key.serialize_pem(),
            };
            (field.name.to_owned(), value)
        });
        let new = NewAccount {
            bank: info.folder.to_owned(),
            description: "Conta de ensaio".into(),
            branch: "0001".into(),
            number: "12345670".into(),
            digit: "8".into(),
            data: BTreeMap::new(),
            credential: credential.collect(),
            hosts: info
                .hosts
                .iter()
                .map(|host| (host.key.to_owned(), "https://bank.example".into()))
                .collect(),
            ..NewAccount::default()
        };
        let account = accounts::create(&world, &actor, &new).expect("an account").id;
        let scopes = ["read", "charge"].map(str::to_owned).to_vec();
        let token = tokens::create(&world, &actor, &NewToken { name: "ensaio".into(), scopes });
        let hook_token = world.store.read(move |tx| {
            tx.row(HOOK_TOKEN, params![&account])?.map_or(Ok(String::new()), |row| row.text(0))
        });

        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listen = |router| {
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            let listener = runtime.block_on(Listener::bind(any, None)).expect("a port");
            let address = listener.address();
            runtime.spawn(listener.serve(router, std::future::pending()));
            address
        };
        Self {
            api: listen(quita_web::router(Arc::clone(&world), quita_web::Exposure::default())),
            public: listen(quita_web::public_router(
                Arc::clone(&world),
                quita_web::Exposure::default(),
            )),
            token: token.expect("a token").token,
            hook_path: format!("/hooks/{}", hook_token.expect("an account")),
            callbacks: Some(callbacks),
            bank,
            world,
            _runtime: runtime,
        }
    }

    /// How many boletos are in a status.
    pub(crate) fn count(&self, status: &'static str) -> i64 {
        let read = move |tx: &mut quita_store::Tx<'_>| {
            tx.row(IN_STATUS, params![status])?.map_or(Ok(0), |row| row.int(0))
        };
        self.world.store.read(read).expect("a count")
    }
}
