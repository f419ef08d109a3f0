//! Who is let in.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use quita_sandbox::Sandbox;

use crate::client::agent;
use crate::fake::{NAME, config, new_client, start};

#[test]
fn without_a_certificate_the_handshake_is_refused() {
    let sandbox = start();
    let url = sandbox.base_url(NAME).unwrap();
    let refused = agent(&sandbox, None).get(&url).call().unwrap_err().to_string();
    assert!(refused.contains("CertificateRequired"), "{refused}");

    let kit = new_client(&sandbox);
    let mut answer = agent(&sandbox, Some(&kit)).get(&url).call().unwrap();
    let answer = answer.body_mut().read_to_string().unwrap();
    assert!(answer.contains(r#""known":true"#), "{answer}");
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let sandbox = start();
    let other = start();
    let kit = new_client(&other);
    let url = sandbox.base_url(NAME).unwrap();
    assert!(agent(&sandbox, Some(&kit)).get(&url).call().is_err());
}

#[test]
fn a_bank_without_mutual_tls_lets_anybody_in() {
    let mut config = config(quita_sandbox::clock::SimClock::real());
    config.banks[0].certificate_required = false;
    let sandbox = Sandbox::start(config).unwrap();
    let url = sandbox.base_url(NAME).unwrap();
    assert_eq!(agent(&sandbox, None).get(&url).call().unwrap().status(), 200);
    let kit = new_client(&sandbox);
    assert_eq!(agent(&sandbox, Some(&kit)).get(&url).call().unwrap().status(), 200);
}

#[test]
fn a_clients_certificate_expires_in_the_sandboxs_time() {
    let sandbox = Sandbox::start(config(quita_sandbox::clock::SimClock::real())).unwrap();
    let url = sandbox.base_url(NAME).unwrap();
    let kit = new_client(&sandbox);
    assert!(agent(&sandbox, Some(&kit)).get(&url).call().is_ok());

    let now = sandbox.clock().now().to_zoned(TimeZone::UTC);
    sandbox.advance_to((&now + 1.year() + 2.days()).timestamp()).unwrap();
    let refused = agent(&sandbox, Some(&kit)).get(&url).call().unwrap_err().to_string();
    assert!(refused.contains("CertificateExpired"), "{refused}");
    // A renewed one is welcome, and the server's own still stands.
    let renewed = new_client(&sandbox);
    assert!(agent(&sandbox, Some(&renewed)).get(&url).call().is_ok());
}
