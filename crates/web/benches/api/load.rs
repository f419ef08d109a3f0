//! A load generator that costs little: connections that stay open, on one thread of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::usage;

/// One connection, HTTP/1.1.
pub(crate) struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, answer: Vec::with_capacity(4096) }
    }

    /// Sends a request and waits for its whole answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.expect("a request sent");
        self.answer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.answer).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            if let Some(status) = complete(&self.answer) {
                return status;
            }
        }
    }

    /// Bytes of the last answer, head included.
    pub(crate) fn received(&self) -> usize {
        self.answer.len()
    }

    /// The last answer, for a failure to show.
    pub(crate) fn answer(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}

/// A GET with these headers, each with its end of line.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: quita.example\r\n{headers}\r\n").into_bytes()
}

/// The status, once head and body are there.
fn complete(answer: &[u8]) -> Option<u16> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().expect("a status");
    let length = lines.filter_map(|line| line.split_once(": "));
    let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map(|(_, n)| n.parse().expect("a length")).next().unwrap_or(0);
    (answer.len() >= end + 4 + length).then_some(status)
}

/// A POST of JSON.
pub(crate) fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: quita.example\r\ncontent-type: application/json\r\n\
         {headers}content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// How hard and how long.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) connections: usize,
    /// Not counted.
    pub(crate) warm: Duration,
    pub(crate) span: Duration,
}

/// What was reached.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// Requests a second.
    pub(crate) rate: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
    /// The server's processor time for one request, the generator's taken off.
    pub(crate) cpu: Duration,
    /// The generator's for one request.
    pub(crate) generator: Duration,
    /// Bytes sent to the disk for one request.
    pub(crate) written: u64,
}

/// Makes the request of a number.
pub(crate) type Request = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// Sends requests one after another on each connection; each must be answered `status`.
pub(crate) fn run(address: SocketAddr, plan: Plan, status: u16, request: Request) -> Reached {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(drive(address, plan, status, request))
    };
    let load = thread::Builder::new().name("load".into()).spawn(work).expect("a thread");
    load.join().expect("no request failed")
}

async fn drive(address: SocketAddr, plan: Plan, status: u16, request: Request) -> Reached {
    /// So that no number comes twice in one program.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let stop = Arc::new(AtomicBool::new(false));
    let from = Instant::now() + plan.warm;
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        let (stop, request) = (Arc::clone(&stop), Arc::clone(&request));
        let mut client = Client::connect(address).await;
        connections.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let bytes = request(NUMBER.fetch_add(1, Ordering::Relaxed));
                let begun = Instant::now();
                let answered = client.send(&bytes).await;
                assert_eq!(answered, status, "{}", client.answer());
                if begun >= from {
                    latencies.push(begun.elapsed());
                }
            }
            latencies
        }));
    }
    let thread = usage::Thread::this();
    tokio::time::sleep_until(from.into()).await;
    let (begun, own, all) = (Instant::now(), thread.used(), usage::process());
    let written = usage::written();
    tokio::time::sleep(plan.span).await;
    let (span, own, all) = (begun.elapsed(), thread.used() - own, usage::process() - all);
    let written = usage::written() - written;
    stop.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    for connection in connections {
        latencies.extend(connection.await.expect("no request failed"));
    }
    // What was under way at the end of the span, at most one a connection, counts as within.
    latencies.sort_unstable();
    let count = u32::try_from(latencies.len()).expect("not so many").max(1);
    let at = |per_cent: usize| latencies.get(latencies.len() * per_cent / 100).copied();
    Reached {
        rate: f64::from(count) / span.as_secs_f64(),
        p50: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
        max: latencies.last().copied().unwrap_or_default(),
        cpu: all.saturating_sub(own) / count,
        generator: own / count,
        written: written / u64::from(count),
    }
}
