//! An ordinary HTTPS client.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use quita_listener::{certificates, private_key};
use quita_sandbox::{ClientKit, Sandbox};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::fake::NAME;

/// Trusts the sandbox's root; shows a certificate when it has one.
pub(crate) fn agent(sandbox: &Sandbox, kit: Option<&ClientKit>) -> Agent {
    let root = Certificate::from_pem(sandbox.ca().as_bytes()).unwrap();
    let client = kit.map(|kit| {
        let certificate = Certificate::from_pem(kit.certificate.as_bytes()).unwrap();
        let key = PrivateKey::from_pem(kit.key.as_bytes()).unwrap();
        ClientCert::new_with_certs(&[certificate], key)
    });
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::new_with_certs(&[root]))
        .client_cert(client)
        .build();
    Agent::config_builder().tls_config(tls).http_status_as_error(false).build().into()
}

/// For the control API: no TLS.
pub(crate) fn plain_agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

/// Every byte that one request to the bank brings, up to the end of the connection.
pub(crate) fn raw(sandbox: &Sandbox, kit: &ClientKit, path: &str) -> Vec<u8> {
    let mut roots = RootCertStore::empty();
    for root in certificates(sandbox.ca().as_bytes()).unwrap() {
        roots.add(root).unwrap();
    }
    let config = ClientConfig::builder().with_root_certificates(roots);
    let chain = certificates(kit.certificate.as_bytes()).unwrap();
    let config =
        config.with_client_auth_cert(chain, private_key(kit.key.as_bytes()).unwrap()).unwrap();
    let tls = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let url = sandbox.base_url(NAME).unwrap();
    let tcp = TcpStream::connect(url.strip_prefix("https://").unwrap()).unwrap();
    let mut stream = StreamOwned::new(tls, tcp);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    // A connection cut without TLS's farewell.
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    answer
}
