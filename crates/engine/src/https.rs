//! The wire of production: HTTPS with client certificates.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quita_banks::contract::HttpResponse;
use rustls::AlertDescription;
use rustls_pki_types::pem::PemObject as _;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, http};

use crate::wire::{Peer, Wire, WireError, WireRequest};

/// How long a bank may take. Leases of jobs are longer.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// Largest answer that is read.
const ANSWER_MAX: u64 = 32 * 1024 * 1024;

/// HTTPS with one pool of connections for each credential and address.
#[derive(Default)]
pub struct HttpsWire {
    agents: Mutex<HashMap<(String, String), Agent>>,
}

impl HttpsWire {
    /// A wire with no connection open yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn agent(&self, peer: &Peer) -> Result<Agent, WireError> {
        let key = (peer.credential_id.clone(), peer.base_url.clone());
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&key) {
            return Ok(agent.clone());
        }
        let agent = connect(peer)?;
        agents.insert(key, agent.clone());
        Ok(agent)
    }
}

fn connect(peer: &Peer) -> Result<Agent, WireError> {
    let mut tls = TlsConfig::builder().unversioned_rustls_crypto_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ));
    if let Some(ca) = &peer.ca {
        let roots = certificates(ca)?;
        tls = tls.root_certs(RootCerts::new_with_certs(&roots));
    }
    if let Some(identity) = &peer.identity {
        let chain = certificates(&identity.certificate)?;
        let key = PrivateKey::from_pem(identity.private_key.expose())
            .map_err(|_| WireError::NotSent("a chave privada da credencial não se lê".into()))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(Agent::config_builder()
        .tls_config(tls.build())
        .https_only(peer.base_url.starts_with("https://"))
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_global(Some(TIMEOUT))
        // A connection that the bank closed while it was idle costs an unknown outcome.
        .max_idle_age(Duration::from_secs(15))
        .max_idle_connections_per_host(64)
        .max_idle_connections(64)
        .user_agent(concat!("quita/", env!("CARGO_PKG_VERSION")))
        .build()
        .into())
}

fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>, WireError> {
    let unreadable = || WireError::NotSent("o certificado da credencial não se lê".into());
    rustls_pki_types::CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|der| der.map(|der| Certificate::from_der(&der).to_owned()).map_err(|_| unreadable()))
        .collect()
}

impl Wire for HttpsWire {
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        let agent = self.agent(peer)?;
        let mut builder = http::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", peer.base_url, request.path));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let not_built = |e: http::Error| WireError::NotSent(format!("pedido malformado: {e}"));
        let answer = if request.body.is_empty() {
            agent.run(builder.body(()).map_err(not_built)?)
        } else {
            agent.run(builder.body(request.body.as_slice()).map_err(not_built)?)
        };
        let mut answer = answer.map_err(|e| classify(&e))?;
        let headers = answer.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let body = answer
            .body_mut()
            .with_config()
            .limit(ANSWER_MAX)
            .read_to_vec()
            .map_err(|e| WireError::NoAnswer(format!("a resposta se interrompeu: {e}")))?;
        Ok(HttpResponse { status, headers, body })
    }
}

/// What certainly failed before the request was read is told apart from the rest.
fn classify(error: &ureq::Error) -> WireError {
    let text = error.to_string();
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::ConnectProxyFailed(_)
        | ureq::Error::RequireHttpsOnly(_)
        | ureq::Error::Tls(_)
        | ureq::Error::TlsRequired
        | ureq::Error::Pem(_)
        | ureq::Error::Rustls(_)
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            WireError::NotSent(text)
        }
        ureq::Error::Io(e) if never_arrived(e) => WireError::NotSent(text),
        _ => WireError::NoAnswer(text),
    }
}

/// Alerts that only a handshake ends with; others may come after the request was read.
const fn of_handshake(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::HandshakeFailure
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::ProtocolVersion
            | AlertDescription::InsufficientSecurity
            | AlertDescription::UnrecognisedName
    )
}

fn never_arrived(error: &io::Error) -> bool {
    if error.kind() == io::ErrorKind::ConnectionRefused {
        return true;
    }
    let mut source = error.get_ref().map(|e| e as &(dyn std::error::Error + 'static));
    while let Some(e) = source {
        if let Some(tls) = e.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) | rustls::Error::PeerIncompatible(_) => true,
                rustls::Error::AlertReceived(alert) => of_handshake(*alert),
                _ => false,
            };
        }
        source = e.source();
    }
    false
}
