//! The wire of a run: it ends at the simulator, and everything may go wrong on it.

use std::sync::Arc;

use quita_banks::contract::HttpResponse;
use quita_banks::simulator::{Fault as BankFault, SimReply, SimRequest};
use quita_engine::wire::{Peer, Wire, WireError, WireRequest};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sha2::{Digest as _, Sha256};

use crate::plan::Fault;
use crate::universe::{BEFORE_REQUEST, Universe};

/// How long a client waits for an answer.
const TIMEOUT_MS: i64 = quita_engine::https::TIMEOUT.as_millis() as i64;
/// A request that the client gave up may still reach the bank for so long: less than the
/// silence that is kept before an order is repeated, with the bank's longest delay of a list.
const LATE_MS: i64 = 300_000;

pub(crate) struct RunWire(pub(crate) Arc<Universe>);

impl Wire for RunWire {
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        let universe = &*self.0;
        let call = at_bank(peer, request);
        universe.pass_ms(universe.faults.between(1, 20));
        universe.crash_point(BEFORE_REQUEST);
        let fault = match universe.is_calm() {
            true => None,
            false => universe.plan.fault(&universe.faults, &call.path, universe.now()),
        };
        if let Some(fault) = fault {
            universe.trace.count(format!("fault {fault:?}"));
        }
        universe.late_arrive();
        let answer = carry(universe, &call, fault);
        let said = match &answer {
            Ok(answer) => answer.status.to_string(),
            Err(error) => error.to_string(),
        };
        let fault = fault.map(|f| format!(" [{f:?}]")).unwrap_or_default();
        universe.log(format_args!("  {} {} -> {said}{fault}", request.method, request.path));
        universe.crash_point("wire.after");
        answer
    }
}

fn carry(
    universe: &Universe,
    call: &SimRequest,
    fault: Option<Fault>,
) -> Result<HttpResponse, WireError> {
    let no_answer = || Err(WireError::NoAnswer("sem resposta".into()));
    let struck = match fault {
        None => {
            universe.pass_ms(universe.faults.between(5, 80));
            return answered(universe, universe.bank.handle(call, universe.now()));
        }
        Some(Fault::NotSent) => {
            universe.pass_ms(universe.faults.between(1, 10_000));
            return Err(WireError::NotSent("nome não encontrado".into()));
        }
        Some(Fault::RequestLate) => {
            let late = universe.faults.between(TIMEOUT_MS, LATE_MS);
            let at = jiff::SignedDuration::from_millis(late);
            let at = universe.now().checked_add(at).unwrap_or(universe.now());
            universe.send_late(at, call.clone());
            universe.pass_ms(TIMEOUT_MS);
            return no_answer();
        }
        Some(Fault::Slow) => {
            let milliseconds = universe.faults.below(TIMEOUT_MS.unsigned_abs());
            BankFault::Slow { milliseconds }
        }
        Some(Fault::TooSlow) => BankFault::Slow { milliseconds: TIMEOUT_MS.unsigned_abs() + 1_000 },
        Some(Fault::RequestLost) => BankFault::RequestLost,
        Some(Fault::AnswerLost) => BankFault::AnswerLost,
        Some(Fault::Truncated) => BankFault::Truncated,
        Some(Fault::ErrorBefore) => BankFault::ErrorBefore { status: server_error(universe) },
        Some(Fault::ErrorAfter) => BankFault::ErrorAfter { status: server_error(universe) },
        Some(Fault::TooMany) => {
            let retry_after = universe.faults.happens(500).then_some(30);
            BankFault::TooMany { retry_after }
        }
        Some(Fault::WrongBody) => BankFault::WrongBody,
    };
    universe.pass_ms(universe.faults.between(5, 80));
    answered(universe, universe.bank.handle_with(call, struck, universe.now()))
}

fn server_error(universe: &Universe) -> u16 {
    universe.faults.pick(&[500, 502, 503, 504])
}

/// What the client sees of the bank's reply.
fn answered(universe: &Universe, reply: SimReply) -> Result<HttpResponse, WireError> {
    match reply {
        SimReply::Answer { response, after } => {
            let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
            universe.pass_ms(after.min(TIMEOUT_MS));
            if after < TIMEOUT_MS {
                return Ok(response);
            }
            Err(WireError::NoAnswer("tempo esgotado".into()))
        }
        SimReply::Drop => {
            universe.pass_ms(universe.faults.between(1, TIMEOUT_MS));
            Err(WireError::NoAnswer("conexão encerrada".into()))
        }
        SimReply::Reset { .. } => Err(WireError::NoAnswer("a resposta se interrompeu".into())),
    }
}

/// The request as it reaches the bank.
fn at_bank(peer: &Peer, request: &WireRequest) -> SimRequest {
    let whole = format!("{}{}", peer.base_path(), request.path);
    let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
    let certificate = peer
        .identity
        .as_ref()
        .and_then(|identity| CertificateDer::from_pem_slice(identity.certificate.as_bytes()).ok());
    SimRequest {
        method: request.method.to_owned(),
        path: path.to_owned(),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect(),
        headers: request.headers.clone(),
        body: request.body.clone(),
        client_certificate: certificate.map(|der| fingerprint(&der)),
    }
}

/// SHA-256 of a certificate, lower-case hex.
pub(crate) fn fingerprint(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Undoes the encoding of a query: `%20` and the like.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let value = hex.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        rest = match (first, value) {
            (b'%', Some(value)) => {
                bytes.push(value);
                &tail[2..]
            }
            (byte, _) => {
                bytes.push(*byte);
                tail
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
