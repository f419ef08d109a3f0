//! A real client on a real socket: what it sees of the listener.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::{Extension, Router};
use quita_listener::{
    ClientCerts, Limits, Listener, PeerCertificate, TlsConfig, fingerprint, hang_up,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

struct Ca {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().clone();
        Self { issuer: Issuer::new(params, key), der }
    }

    fn issue(&self, year_of_end: i32) -> (CertificateDer<'static>, String, KeyPair) {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year_of_end, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), certificate.pem(), key)
    }

    fn server(&self, clients: ClientCerts) -> TlsConfig {
        let (_, pem, key) = self.issue(4000);
        TlsConfig::new(pem.as_bytes(), key.serialize_pem().as_bytes(), clients).unwrap()
    }

    async fn connect(
        &self,
        address: SocketAddr,
        client: Option<&(CertificateDer<'static>, String, KeyPair)>,
    ) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let builder = rustls::ClientConfig::builder().with_root_certificates(roots);
        let config = match client {
            None => builder.with_no_client_auth(),
            Some((der, _, key)) => {
                let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
                builder.with_client_auth_cert(vec![der.clone()], key).unwrap()
            }
        };
        let tcp = TcpStream::connect(address).await.unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(ServerName::try_from("localhost").unwrap(), tcp)
            .await
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Running {
    async fn start(tls: Option<TlsConfig>, limits: Limits) -> Self {
        let router = Router::new()
            .route("/", get(|| async { "ok" }))
            .route("/hang-up", get(|| async { hang_up() }))
            .route("/who", get(who));
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), tls).await.unwrap();
        let listener = listener.with_limits(limits);
        let address = listener.address();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(listener.serve(router, async { drop(stopped.await) }));
        Self { address, stop, served }
    }

    async fn plain() -> Self {
        Self::start(None, Limits::default()).await
    }
}

async fn who(
    ConnectInfo(remote): ConnectInfo<SocketAddr>,
    peer: Option<Extension<PeerCertificate>>,
) -> String {
    assert!(remote.ip().is_loopback());
    peer.map_or_else(|| "nobody".to_owned(), |Extension(peer)| peer.fingerprint)
}

/// What one request on this connection brings, to the end of the connection.
async fn ask<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    path: &str,
) -> std::io::Result<String> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        // Closed without TLS's farewell: what a hung-up connection looks like.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
        other => drop(other?),
    }
    Ok(String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn answers_plain_http() {
    let server = Running::plain().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let answer = ask(&mut stream, "/").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"));
}

#[tokio::test]
async fn hanging_up_sends_no_byte() {
    let server = Running::plain().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(ask(&mut stream, "/hang-up").await.unwrap(), "");

    let ca = Ca::new();
    let server = Running::start(Some(ca.server(ClientCerts::None)), Limits::default()).await;
    let mut stream = ca.connect(server.address, None).await.unwrap();
    assert_eq!(ask(&mut stream, "/hang-up").await.unwrap(), "");
    let mut stream = ca.connect(server.address, None).await.unwrap();
    assert!(ask(&mut stream, "/").await.unwrap().ends_with("ok"));
}

#[tokio::test]
async fn a_required_certificate_is_required() {
    let ca = Ca::new();
    let clients = ClientCerts::Required(vec![ca.der.clone()]);
    let server = Running::start(Some(ca.server(clients)), Limits::default()).await;

    // In TLS 1.3 the client hears of the refusal when it first reads.
    let refused = match ca.connect(server.address, None).await {
        Ok(mut stream) => ask(&mut stream, "/who").await,
        Err(error) => Err(error),
    };
    assert!(refused.is_err(), "{refused:?}");

    let client = ca.issue(4000);
    let mut stream = ca.connect(server.address, Some(&client)).await.unwrap();
    assert!(ask(&mut stream, "/who").await.unwrap().ends_with(&fingerprint(&client.0)));

    let stranger = Ca::new().issue(4000);
    let refused = match ca.connect(server.address, Some(&stranger)).await {
        Ok(mut stream) => ask(&mut stream, "/who").await,
        Err(error) => Err(error),
    };
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn an_optional_certificate_may_be_missing() {
    let ca = Ca::new();
    let clients = ClientCerts::Optional(vec![ca.der.clone()]);
    let server = Running::start(Some(ca.server(clients)), Limits::default()).await;
    let mut stream = ca.connect(server.address, None).await.unwrap();
    assert!(ask(&mut stream, "/who").await.unwrap().ends_with("nobody"));
    let client = ca.issue(4000);
    let mut stream = ca.connect(server.address, Some(&client)).await.unwrap();
    assert!(ask(&mut stream, "/who").await.unwrap().ends_with(&fingerprint(&client.0)));
}

/// A clock that stands at one instant.
#[derive(Debug)]
struct At(u64);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

#[tokio::test]
async fn client_certificates_expire_by_the_given_clock() {
    let ca = Ca::new();
    let client = ca.issue(2030);
    for (year, welcome) in [(2029_u64, true), (2031, false)] {
        let clients = ClientCerts::Required(vec![ca.der.clone()]);
        let clock = Arc::new(At((year - 1970) * 365 * 86_400 + 40 * 86_400));
        let tls = ca.server(clients).with_clock(clock);
        let server = Running::start(Some(tls), Limits::default()).await;
        let answer = match ca.connect(server.address, Some(&client)).await {
            Ok(mut stream) => ask(&mut stream, "/").await,
            Err(error) => Err(error),
        };
        assert_eq!(answer.is_ok(), welcome, "{year}: {answer:?}");
    }
}

#[tokio::test]
async fn bad_connections_do_no_harm() {
    let ca = Ca::new();
    let limits = Limits { handshake: Duration::from_millis(1), ..Limits::default() };
    let hasty = Running::start(Some(ca.server(ClientCerts::None)), limits).await;
    let mut silent = TcpStream::connect(hasty.address).await.unwrap();
    // Ends because the server gives up waiting for the handshake.
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);

    let server = Running::start(Some(ca.server(ClientCerts::None)), Limits::default()).await;
    for garbage in ["GET / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}", "\0\0\0\0"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(garbage.as_bytes()).await.unwrap();
        drop(stream);
    }
    let mut stream = ca.connect(server.address, None).await.unwrap();
    assert!(ask(&mut stream, "/").await.unwrap().ends_with("ok"));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut() {
    let limits = Limits { header: Duration::from_millis(1), ..Limits::default() };
    let server = Running::start(None, limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(!answer.contains("200"), "{answer}");
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = Running::start(None, limits).await;
    let first = TcpStream::connect(server.address).await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    // Only the end of the first lets the second in.
    drop(first);
    let mut answer = String::new();
    second.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("ok"), "{answer}");
}

#[tokio::test]
async fn shutdown_ends_idle_connections() {
    let server = Running::plain().await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    let mut used = TcpStream::connect(server.address).await.unwrap();
    used.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut head = [0; 15];
    used.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");

    server.stop.send(()).unwrap();
    server.served.await.unwrap();
    let mut rest = Vec::new();
    used.read_to_end(&mut rest).await.unwrap();
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let server = Running::plain().await;
    let error = Listener::bind(server.address, None).await.err().unwrap();
    assert!(error.to_string().contains(&server.address.to_string()), "{error}");
}

#[test]
fn a_certificate_without_its_key_is_told() {
    let ca = Ca::new();
    let (_, pem, _) = ca.issue(4000);
    let (_, _, other) = ca.issue(4000);
    let other = other.serialize_pem();
    let refused = |certificate: &str, key: &str| {
        TlsConfig::new(certificate.as_bytes(), key.as_bytes(), ClientCerts::None)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(refused(&pem, &other).contains("par"));
    assert!(refused("nada", &other).contains("nenhum certificado"));
    assert!(refused(&pem, "nada").contains("PEM"));
}
