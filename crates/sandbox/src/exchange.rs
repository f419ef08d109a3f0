//! A request off the wire becomes a simulator's request; its reply goes back on the wire.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, DATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Frame, SizeHint};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use quita_banks::contract::HttpResponse;
use quita_banks::simulator::{SimReply, SimRequest};
use quita_listener::{PeerCertificate, hang_up};

use crate::clock::SimClock;
use crate::hosted::Hosted;
use crate::house::House;

/// Longest request body.
const BODY: usize = 4 << 20;

/// What a request needs.
#[derive(Clone)]
pub(crate) struct Counter {
    pub(crate) bank: Arc<Hosted>,
    pub(crate) house: Arc<House>,
}

/// Answers any request as the bank would.
pub(crate) async fn answer(
    State(Counter { bank, house }): State<Counter>,
    peer: Option<Extension<PeerCertificate>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let request = SimRequest {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map_or_else(Vec::new, decode_query),
        headers: head.headers.iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect(),
        body: body.to_vec(),
        client_certificate: peer.map(|Extension(peer)| peer.fingerprint),
    };
    let clock = &house.clock;
    match bank.handle(&request, &*house) {
        SimReply::Answer { response, after } => {
            wait(clock, after).await;
            let (parts, body) = whole(response, clock);
            Response::from_parts(parts, Body::from(body))
        }
        SimReply::Drop => hang_up(),
        // Without a body there is nothing to break off.
        SimReply::Reset { response } if response.body.is_empty() => hang_up(),
        SimReply::Reset { response } => {
            let (mut parts, body) = whole(response, clock);
            let full = body.len();
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(full));
            let half = Bytes::from(body).slice(..full / 2);
            Response::from_parts(parts, Body::new(BrokenOff { full, half, step: Step::Half }))
        }
    }
}

/// Until so much has passed, by the computer's clock or, when that is advanced, by the sandbox's.
async fn wait(clock: &SimClock, after: Duration) {
    if after.is_zero() {
        return;
    }
    let mut changes = clock.changes();
    let until = clock.now().checked_add(after).unwrap_or(Timestamp::MAX);
    let advanced = async { while clock.now() < until && changes.changed().await.is_ok() {} };
    tokio::select! {
        () = tokio::time::sleep(after) => {}
        () = advanced => {}
    }
}

fn whole(response: HttpResponse, clock: &SimClock) -> (axum::http::response::Parts, Vec<u8>) {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = StatusCode::from_u16(response.status).unwrap_or_else(|_| {
        tracing::error!(status = response.status, "the simulator answered an impossible status");
        StatusCode::INTERNAL_SERVER_ERROR
    });
    // A server's date is that of its own clock.
    if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&clock.now())
        && let Ok(date) = HeaderValue::from_str(&date)
    {
        parts.headers.insert(DATE, date);
    }
    for (name, value) in &response.headers {
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            // The length is counted from the body.
            (Ok(CONTENT_LENGTH), _) => {}
            (Ok(name), Ok(value)) => drop(parts.headers.append(name, value)),
            _ => tracing::error!(name, "the simulator answered an impossible header"),
        }
    }
    (parts, response.body)
}

/// `a=1&b%5Bc%5D=x+y` as pairs, decoded; what cannot be decoded stays as it is.
fn decode_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let (decoded, used) = match (byte, tail) {
            (b'+', _) => (b' ', 1),
            (b'%', [high, low, ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, 3),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        bytes.push(decoded);
        rest = &rest[used..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A body that promises its whole length and fails in the middle.
struct BrokenOff {
    full: usize,
    half: Bytes,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Half,
    /// Gives the server a turn to send the half.
    Pause,
    Break,
}

impl hyper::body::Body for BrokenOff {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.step {
            Step::Half => {
                self.step = Step::Pause;
                Poll::Ready(Some(Ok(Frame::data(self.half.clone()))))
            }
            Step::Pause => {
                self.step = Step::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Break => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.full as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let pairs = decode_query("paginacao%5BpaginaAtual%5D=2&nome=Jos%C3%A9+da+Silva&a=%zz%2&b");
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            pairs,
            [("paginacao[paginaAtual]", "2"), ("nome", "José da Silva"), ("a", "%zz%2"), ("b", "")]
        );
    }
}
