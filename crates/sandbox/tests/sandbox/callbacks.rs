//! The bank's calls to a webhook.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use quita_listener::{ClientCerts, Listener, PeerCertificate, TlsConfig, certificates};
use quita_sandbox::Sandbox;
use quita_sandbox::clock::SimClock;
use tokio::runtime::Runtime;

use crate::fake::{config, ended, noon, notify, set_webhook, start};

/// A webhook that demands the bank's certificate; it answers what it is told to.
struct Webhook {
    address: SocketAddr,
    seen: Arc<Seen>,
    _runtime: Runtime,
}

#[derive(Default)]
struct Seen {
    bodies: Mutex<Vec<String>>,
    /// Status of the next answers; 200 when used up.
    answers: Mutex<Vec<u16>>,
}

impl Webhook {
    fn start(sandbox: &Sandbox) -> Self {
        let runtime = Runtime::new().unwrap();
        let identity = sandbox.server_certificate(&["localhost".to_owned()]).unwrap();
        let clients = certificates(sandbox.webhook_ca().as_bytes()).unwrap();
        let tls = TlsConfig::new(
            identity.certificate.as_bytes(),
            identity.key.as_bytes(),
            ClientCerts::Required(clients),
        );
        let seen = Arc::new(Seen::default());
        let router = Router::new().fallback(take).with_state(Arc::clone(&seen));
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), Some(tls.unwrap()));
        let listener = runtime.block_on(listener).unwrap();
        let address = listener.address();
        runtime.spawn(listener.serve(router, std::future::pending()));
        Self { address, seen, _runtime: runtime }
    }

    fn url(&self) -> String {
        format!("https://localhost:{}/hooks/abc?x=1", self.address.port())
    }

    fn bodies(&self) -> Vec<String> {
        self.seen.bodies.lock().unwrap().clone()
    }
}

async fn take(
    State(seen): State<Arc<Seen>>,
    Extension(peer): Extension<PeerCertificate>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    assert_eq!(peer.fingerprint.len(), 64);
    assert_eq!(uri, "/hooks/abc?x=1");
    assert_eq!(headers["x-bank"], "fake");
    seen.bodies.lock().unwrap().push(body);
    let status = seen.answers.lock().unwrap().pop().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

#[test]
fn a_notice_arrives_with_the_banks_certificate() {
    let sandbox = start();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "pago", 0);
    sandbox.settle();
    assert_eq!(webhook.bodies(), ["pago"]);
    assert_eq!(ended(&sandbox), [("pago".to_owned(), Some(200), noon())]);
}

#[test]
fn notices_to_one_address_keep_their_order() {
    let sandbox = start();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    let bodies: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    for body in &bodies {
        notify(&sandbox, body, 0);
    }
    sandbox.settle();
    assert_eq!(webhook.bodies(), bodies);
}

#[test]
fn what_is_due_happens_when_the_clock_is_advanced() {
    let sandbox = start();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "amanhã", 24 * 3600);
    sandbox.advance(Duration::from_secs(24 * 3600 - 1)).unwrap();
    assert!(webhook.bodies().is_empty());
    sandbox.advance(Duration::from_secs(1)).unwrap();
    assert_eq!(webhook.bodies(), ["amanhã"]);
}

#[test]
fn a_refused_notice_is_repeated_at_its_hours_within_one_advance() {
    let sandbox = start();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    *webhook.seen.answers.lock().unwrap() = vec![500; 5];
    notify(&sandbox, "teimoso", 60);
    sandbox.advance(Duration::from_secs(24 * 3600)).unwrap();
    let minutes = [1, 21, 51, 111, 231];
    let expected = minutes
        .map(|minute| ("teimoso".to_owned(), Some(500), noon() + Duration::from_secs(60 * minute)));
    assert_eq!(ended(&sandbox), expected);
}

#[test]
fn nobody_at_the_webhook_is_no_answer() {
    let sandbox = start();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [&format!("https://{free}/"), "http://localhost/", "https://", "nada"] {
        set_webhook(&sandbox, url);
        notify(&sandbox, url, 0);
        sandbox.settle();
        assert_eq!(ended(&sandbox).last().unwrap(), &((*url).to_owned(), None, noon()));
    }
}

#[test]
fn a_webhook_that_keeps_silent_is_waited_for_once() {
    let mut config = config(SimClock::frozen_at(noon()));
    config.callback_timeout = Duration::from_millis(200);
    let sandbox = Sandbox::start(config).unwrap();
    // Takes connections, never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    set_webhook(&sandbox, &format!("https://{}/", silent.local_addr().unwrap()));
    let began = std::time::Instant::now();
    for n in 0..1000 {
        notify(&sandbox, &n.to_string(), 0);
    }
    sandbox.settle();
    assert!(ended(&sandbox).iter().all(|(_, status, _)| status.is_none()));
    assert_eq!(ended(&sandbox).len(), 1000);
    assert!(began.elapsed() < Duration::from_secs(100));
}

#[test]
fn a_webhook_of_an_unknown_authority_is_not_called() {
    let other = start();
    let webhook = Webhook::start(&other);
    let sandbox = start();
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "pago", 0);
    sandbox.settle();
    assert!(webhook.bodies().is_empty());

    // Its authority can be made known; the webhook then refuses a stranger bank's certificate.
    let mut config = config(SimClock::frozen_at(noon()));
    config.callback_roots = other.ca().as_bytes().to_vec();
    let sandbox = Sandbox::start(config).unwrap();
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "pago", 0);
    sandbox.settle();
    assert!(webhook.bodies().is_empty());
    assert_eq!(ended(&sandbox)[0].1, None);
}

#[test]
fn a_clock_set_by_somebody_else_wakes_the_bank() {
    let clock = SimClock::frozen_at(noon());
    let sandbox = Sandbox::start(config(Arc::clone(&clock))).unwrap();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "já", 1);
    clock.advance_to(noon() + Duration::from_secs(1)).unwrap();
    while webhook.bodies().is_empty() {
        std::thread::yield_now();
    }
}

#[test]
fn a_running_clock_reaches_what_is_due() {
    let clock = SimClock::frozen_at(noon());
    let sandbox = Sandbox::start(config(Arc::clone(&clock))).unwrap();
    let webhook = Webhook::start(&sandbox);
    set_webhook(&sandbox, &webhook.url());
    notify(&sandbox, "já", 1);
    clock.advance_to(noon() + Duration::from_millis(999)).unwrap();
    assert!(webhook.bodies().is_empty());
    clock.run().unwrap();
    while webhook.bodies().is_empty() {
        std::thread::yield_now();
    }
}
