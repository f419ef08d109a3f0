//! The bank's calls to its clients' webhooks.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use hyper::Uri;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use quita_banks::contract::HttpResponse;
use quita_banks::simulator::Callback;
use quita_listener::{TlsError, certificates, private_key};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::ca::{Ca, Identity};
use crate::hosted::Hosted;

/// Longest answer that is read.
const ANSWER: usize = 64 << 10;

/// Posts to webhooks, showing the bank's certificate.
#[derive(Clone)]
pub(crate) struct Caller {
    tls: TlsConnector,
    timeout: Duration,
}

impl Caller {
    /// Trusts the public roots, the sandbox's own and those of `roots_pem`.
    pub(crate) fn new(ca: &Ca, roots_pem: &[u8], timeout: Duration) -> Result<Self, TlsError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in certificates(ca.bank.certificate().as_bytes())? {
            roots.add(root)?;
        }
        if !roots_pem.is_empty() {
            for root in certificates(roots_pem)? {
                roots.add(root)?;
            }
        }
        let Identity { certificate, key } = &ca.webhook_client;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(
                certificates(certificate.as_bytes())?,
                private_key(key.as_bytes())?,
            )?;
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), timeout })
    }

    async fn call(&self, callback: Callback) -> End {
        let (id, url) = (callback.id, callback.url.clone());
        match tokio::time::timeout(self.timeout, self.post(callback)).await {
            Ok(Ok(answer)) => End::Answered(answer),
            Ok(Err(error)) => {
                tracing::info!(id, url, %error, "webhook not reached");
                End::Failed
            }
            Err(_) => {
                tracing::info!(id, url, "webhook did not answer in time");
                End::Silent
            }
        }
    }

    async fn post(&self, callback: Callback) -> io::Result<HttpResponse> {
        let url: Uri = callback.url.parse().map_err(io::Error::other)?;
        let (Some("https"), Some(authority)) = (url.scheme_str(), url.authority()) else {
            return Err(io::Error::other("not an https address"));
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let tcp = TcpStream::connect((host, authority.port_u16().unwrap_or(443))).await?;
        let tls = self.tls.connect(name, tcp).await?;

        let path = url.path_and_query().map_or("/", |path| path.as_str());
        let mut request = hyper::Request::post(path)
            .header(HOST, authority.as_str())
            .header(CONNECTION, "close")
            .body(Body::from(callback.body))
            .map_err(io::Error::other)?;
        for (name, value) in &callback.headers {
            let name: HeaderName = name.parse().map_err(io::Error::other)?;
            let value = HeaderValue::from_str(value).map_err(io::Error::other)?;
            request.headers_mut().insert(name, value);
        }
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(tls)).await.map_err(io::Error::other)?;
        // It ends by itself when the exchange does.
        let connection = tokio::spawn(connection);
        let answer = read(sender.send_request(request).await).await;
        connection.abort();
        answer
    }
}

/// An answer with its body: some banks read it.
async fn read(answer: hyper::Result<hyper::Response<Incoming>>) -> io::Result<HttpResponse> {
    let (head, body) = answer.map_err(io::Error::other)?.into_parts();
    let body = to_bytes(Body::new(body), ANSWER).await.map_err(io::Error::other)?;
    Ok(HttpResponse { status: head.status.as_u16(), headers: Vec::new(), body: body.to_vec() })
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq)]
enum End {
    /// With this answer.
    Answered(HttpResponse),
    /// Not reached, or broken off.
    Failed,
    /// Nobody answered in time.
    Silent,
}

/// Makes the calls that come in, one at a time to each address, several addresses at once, and
/// reports their ends. Calls that wait behind one that nobody answers end with it, as if made at
/// the same time. Never ends by itself.
pub(crate) async fn run(
    bank: Arc<Hosted>,
    caller: Caller,
    mut incoming: mpsc::UnboundedReceiver<Callback>,
) {
    let mut waiting: HashMap<String, VecDeque<Callback>> = HashMap::new();
    let mut calls = JoinSet::new();
    let start = |calls: &mut JoinSet<_>, callback: Callback| {
        let caller = caller.clone();
        calls.spawn(async move {
            let (id, url) = (callback.id, callback.url.clone());
            (id, url, caller.call(callback).await)
        });
    };
    loop {
        tokio::select! {
            Some(callback) = incoming.recv() => match waiting.get_mut(&callback.url) {
                Some(queue) => queue.push_back(callback),
                None => {
                    waiting.insert(callback.url.clone(), VecDeque::new());
                    start(&mut calls, callback);
                }
            },
            Some(Ok((id, url, end))) = calls.join_next() => {
                let mut queue = waiting.remove(&url).unwrap_or_default();
                let lost = if end == End::Silent { queue.split_off(0) } else { VecDeque::new() };
                if let Some(next) = queue.pop_front() {
                    waiting.insert(url, queue);
                    start(&mut calls, next);
                }
                let answer = match end {
                    End::Answered(answer) => Some(answer),
                    End::Failed | End::Silent => None,
                };
                bank.called_back(id, answer.as_ref());
                lost.into_iter().for_each(|call| bank.called_back(call.id, None));
            }
            else => return,
        }
    }
}
