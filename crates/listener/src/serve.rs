//! The listening socket: takes connections, counts them, and ends them at shutdown.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::connection;
use crate::tls::TlsConfig;

/// After the system refuses a connection for want of resources.
const PAUSE: Duration = Duration::from_millis(50);

/// Bounds of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections open at once; further ones wait in the system's queue.
    pub connections: usize,
    /// Longest TLS handshake.
    pub handshake: Duration,
    /// Longest wait for a complete request head, on a new or on an idle connection.
    pub header: Duration,
    /// Longest wait at shutdown for answers under way.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 900,
            handshake: Duration::from_secs(10),
            header: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("não foi possível atender em {address} ({source}); escolha outra porta ou endereço")]
pub struct ListenError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

/// A socket that listens but does not answer yet.
pub struct Listener {
    tcp: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

impl Listener {
    /// Takes the address; port 0 takes a free one. Without `tls` it speaks plain HTTP.
    pub async fn bind(address: SocketAddr, tls: Option<TlsConfig>) -> Result<Self, ListenError> {
        let failed = |source| ListenError { address, source };
        let tcp = TcpListener::bind(address).await.map_err(failed)?;
        let bound = tcp.local_addr().map_err(failed)?;
        let tls = tls.map(|config| TlsAcceptor::from(config.into_server()));
        Ok(Self { tcp, address: bound, tls, limits: Limits::default() })
    }

    /// The same with other bounds.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The address taken, with its real port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is ready, then lets answers under way finish.
    ///
    /// No connection can end it: what goes wrong with one is logged and forgotten.
    pub async fn serve(self, router: Router, shutdown: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let (stop, stopped) = watch::channel(false);
        let mut open = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = shutdown.as_mut() => break,
                (tcp, remote, place) = self.next(&places) => {
                    let (tls, router) = (self.tls.clone(), router.clone());
                    let (limits, stopped) = (self.limits, stopped.clone());
                    open.spawn(async move {
                        connection::run(tcp, remote, tls, router, limits, stopped).await;
                        drop(place);
                    });
                }
                Some(_) = open.join_next() => {}
            }
        }
        drop(self.tcp);
        // Connections listen to it; with none open nobody does.
        let _ = stop.send(true);
        let all = async { while open.join_next().await.is_some() {} };
        if tokio::time::timeout(self.limits.drain, all).await.is_err() {
            tracing::debug!("answers under way were cut off at shutdown");
        }
    }

    async fn next(
        &self,
        places: &Arc<Semaphore>,
    ) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
        // The semaphore is never closed, so a place is always given.
        let place = Arc::clone(places).acquire_owned().await.ok();
        loop {
            match self.tcp.accept().await {
                Ok((tcp, remote)) => return (tcp, remote, place),
                Err(error) => {
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
