//! What the server shows of itself and asks of its clients.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Whether a client must prove who it is.
#[derive(Clone, Debug, Default)]
pub enum ClientCerts {
    /// Not asked.
    #[default]
    None,
    /// Asked; a client without one is let in, one with a bad one is not.
    Optional(Vec<CertificateDer<'static>>),
    /// The handshake fails without one signed by these roots.
    Required(Vec<CertificateDer<'static>>),
}

/// Certificate, key and client verification of a server. TLS 1.2 and 1.3.
#[derive(Clone, Debug)]
pub struct TlsConfig {
    server: ServerConfig,
}

/// Why a server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The PEM of the certificate holds none.
    #[error("o PEM do certificado não traz nenhum certificado; confira o arquivo")]
    NoCertificate,
    /// Not PEM, or damaged.
    #[error("o certificado ou a chave não são PEM válido ({0}); confira o arquivo")]
    Pem(#[from] rustls_pki_types::pem::Error),
    /// Certificate and key do not fit, or are of a kind not supported.
    #[error("o certificado e a chave não servem para TLS ({0}); confira se são um par")]
    Pair(#[from] rustls::Error),
    /// The roots for client certificates cannot be used.
    #[error("a raiz dos certificados de cliente não serve ({0})")]
    Roots(String),
}

impl TlsConfig {
    /// A server with this certificate chain and key, both PEM.
    pub fn new(
        certificate_pem: &[u8],
        key_pem: &[u8],
        clients: ClientCerts,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = verifier(clients, &provider)?;
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(certificates(certificate_pem)?, private_key(key_pem)?)?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { server })
    }

    /// Client certificates are valid or expired by this clock instead of the computer's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn TimeProvider>) -> Self {
        self.server.time_provider = clock;
        self
    }

    pub(crate) fn into_server(self) -> Arc<ServerConfig> {
        Arc::new(self.server)
    }
}

fn verifier(
    clients: ClientCerts,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let (roots, required) = match clients {
        ClientCerts::None => return Ok(WebPkiClientVerifier::no_client_auth()),
        ClientCerts::Optional(roots) => (roots, false),
        ClientCerts::Required(roots) => (roots, true),
    };
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root)?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    let builder = if required { builder } else { builder.allow_unauthenticated() };
    builder.build().map_err(|error| TlsError::Roots(error.to_string()))
}

/// All certificates in a PEM text; at least one.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() { Err(TlsError::NoCertificate) } else { Ok(found) }
}

/// The first private key in a PEM text: PKCS#8, PKCS#1 or SEC1.
pub fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    Ok(PrivateKeyDer::from_pem_slice(pem)?)
}
