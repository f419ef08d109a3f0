//! One connection, from handshake to end.

use std::convert::Infallible;
use std::fmt::{self, Write as _};
use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper::{Request, body};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::serve::Limits;

/// The certificate that the client showed; an extension of the request when there is one.
///
/// The remote address is there too, as [`ConnectInfo<SocketAddr>`].
#[derive(Clone, Debug)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate, 64 lower-case hex digits.
    pub fingerprint: String,
    /// The certificate itself.
    pub der: CertificateDer<'static>,
}

/// SHA-256 of a certificate, 64 lower-case hex digits.
pub fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// An answer that is never sent: the connection is closed without a byte.
pub fn hang_up() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(HangUp);
    response
}

/// Marks the response of [`hang_up`].
#[derive(Clone, Copy)]
struct HangUp;

/// What hyper is told so that it closes.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed without an answer, as asked")
    }
}

impl std::error::Error for HungUp {}

/// Serves one connection until it ends or `stop` becomes true and its last answer is out.
pub(crate) async fn run(
    tcp: TcpStream,
    remote: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    // Without it small answers wait for the client's acknowledgement.
    let _ = tcp.set_nodelay(true);
    let Some(tls) = tls else {
        return http(tcp, remote, None, router, limits, stop).await;
    };
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(limits.handshake, tls.accept(tcp)) => shaken,
        () = stopped(&mut stop) => return,
    };
    match shaken {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let peer = shown.map(|der| PeerCertificate {
                fingerprint: fingerprint(der),
                der: der.clone().into_owned(),
            });
            http(stream, remote, peer, router, limits, stop).await;
        }
        Ok(Err(error)) => tracing::debug!(%remote, %error, "TLS handshake failed"),
        Err(_) => tracing::debug!(%remote, "TLS handshake took too long"),
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server itself is gone.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

async fn http<S>(
    stream: S,
    remote: SocketAddr,
    peer: Option<PeerCertificate>,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(remote));
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        let answer = router.call(request);
        async move { keep_or_hang_up(answer.await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header)
            .serve_connection(TokioIo::new(stream), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%remote, %error, "connection ended");
    }
}

fn keep_or_hang_up(
    answer: Result<Response, Infallible>,
) -> Result<Response<impl body::Body<Data = body::Bytes, Error = axum::Error>>, HungUp> {
    match answer {
        Ok(response) if response.extensions().get::<HangUp>().is_some() => Err(HungUp),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
