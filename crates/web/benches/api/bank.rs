//! The simulated bank on a thread of its own, so that its processor time is told apart. It
//! answers at once; what it would call back with goes to whoever delivers.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use jiff::Timestamp;
use quita_banks::contract::HttpResponse;
use quita_banks::registry;
use quita_banks::simulator::{Callback, Control, Entropy, SimReply, SimRequest, Simulator};
use quita_engine::wire::{Peer, Wire, WireError, WireRequest};
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::samples::mixed;
use crate::usage;

/// What the thread is asked.
enum Ask {
    Call(SimRequest, Sender<SimReply>),
    Control(Control, Sender<Json>),
    CalledBack(u64, u16),
}

/// The way to the bank.
#[derive(Clone)]
pub(crate) struct Bank {
    asks: Sender<Ask>,
    pub(crate) thread: usage::Thread,
}

struct Chance(u64);

impl Entropy for Chance {
    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        mixed(self.0)
    }
}

impl Bank {
    /// The first bank that has a simulator, and its calls to us.
    pub(crate) fn start() -> (Self, UnboundedReceiver<Callback>) {
        let simulator = registry::BANKS.iter().find_map(|bank| bank.simulator());
        let simulator = simulator.expect("a bank with a simulator");
        let (asks, asked) = channel();
        let (callbacks, called) = unbounded_channel();
        let (tell, told) = channel();
        let live = move || {
            tell.send(usage::Thread::this()).expect("somebody waits");
            serve(simulator, &asked, &callbacks);
        };
        thread::Builder::new().name("bank".into()).spawn(live).expect("a thread");
        (Self { asks, thread: told.recv().expect("the thread lives") }, called)
    }

    /// Does something at the bank that it does not refuse.
    pub(crate) fn must(&self, control: Control) -> Json {
        let (tell, told) = channel();
        self.asks.send(Ask::Control(control, tell)).expect("the bank lives");
        told.recv().expect("the bank does it")
    }

    /// How a call to us ended.
    pub(crate) fn called_back(&self, id: u64, status: u16) {
        self.asks.send(Ask::CalledBack(id, status)).expect("the bank lives");
    }
}

fn serve(
    mut simulator: Box<dyn Simulator>,
    asked: &Receiver<Ask>,
    callbacks: &UnboundedSender<Callback>,
) {
    let mut chance = Chance(0);
    while let Ok(ask) = asked.recv() {
        let now = Timestamp::now();
        match ask {
            Ask::Call(request, tell) => {
                let _ = tell.send(simulator.handle(&request, now, &mut chance));
            }
            Ask::Control(control, tell) => {
                let done = simulator.control(&control, now, &mut chance).expect("no refusal");
                let _ = tell.send(done);
            }
            Ask::CalledBack(id, status) => simulator.called_back(id, Some(status), now),
        }
        if simulator.due().is_some_and(|due| due <= now) {
            for callback in simulator.tick(now, &mut chance) {
                let _ = callbacks.send(callback);
            }
        }
    }
}

/// The wire to the bank, without a network.
pub(crate) struct ShortWire {
    asks: Mutex<Sender<Ask>>,
    certificate: String,
}

impl ShortWire {
    /// Every caller shows the certificate with this fingerprint.
    pub(crate) fn new(bank: &Bank, certificate: String) -> Self {
        Self { asks: Mutex::new(bank.asks.clone()), certificate }
    }
}

impl Wire for ShortWire {
    fn send(&self, _: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let call = SimRequest {
            method: request.method.to_owned(),
            path: path.to_owned(),
            query: pairs.map(|(name, value)| (decode(name), decode(value))).collect(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            client_certificate: Some(self.certificate.clone()),
        };
        let (tell, told) = channel();
        let asks = self.asks.lock().expect("nobody panicked").clone();
        asks.send(Ask::Call(call, tell)).expect("the bank lives");
        match told.recv().expect("the bank lives") {
            SimReply::Answer { response, .. } => Ok(response),
            SimReply::Drop | SimReply::Reset { .. } => Err(WireError::NoAnswer("fault".into())),
        }
    }
}

/// Undoes the encoding of a query.
fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut hex = || bytes.next().and_then(|b| char::from(b).to_digit(16)).unwrap_or_default();
        plain.push(if byte == b'%' { (hex() * 16 + hex()) as u8 } else { byte });
    }
    String::from_utf8_lossy(&plain).into_owned()
}
