//! Serves an axum router over HTTP or HTTPS, where client certificates may be asked for.
//!
//! Used by the web desk (certificate files) and by the simulated banks (mutual TLS). HTTP/1.1
//! only: banks and their clients speak nothing else.

mod connection;
mod serve;
mod tls;

pub use connection::{PeerCertificate, fingerprint, hang_up};
pub use serve::{Limits, ListenError, Listener};
pub use tls::{ClientCerts, TlsConfig, TlsError, certificates, private_key};
