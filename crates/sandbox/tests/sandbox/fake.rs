//! A bank of few words: it counts, repeats, breaks off and calls back.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use quita_banks::contract::HttpResponse;
use quita_banks::simulator::{
    Callback, Control, ControlError, Entropy, SimReply, SimRequest, Simulator,
};
use quita_sandbox::clock::SimClock;
use quita_sandbox::{BankHost, ClientKit, NewClient, Sandbox, SandboxConfig};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Bytes of the answer to `/reset`: more than one packet.
pub(crate) const LONG: usize = 200_000;

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Fake {
    count: u64,
    webhook: String,
    next_id: u64,
    /// Notices to send, by hour.
    waiting: BTreeMap<Timestamp, Vec<Notice>>,
    /// Notices sent whose end is not known.
    sent: BTreeMap<u64, Notice>,
    /// What became of every notice.
    ended: Vec<Ended>,
    /// Fingerprints of certificates let in.
    certificates: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Notice {
    body: String,
    tries: u32,
}

#[derive(Serialize, Deserialize)]
struct Ended {
    body: String,
    status: Option<u16>,
    at: Timestamp,
}

impl Simulator for Fake {
    fn handle(&mut self, request: &SimRequest, _: Timestamp, rng: &mut dyn Entropy) -> SimReply {
        let answer = |body: Json, after| SimReply::Answer {
            response: HttpResponse {
                status: 200,
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: body.to_string().into_bytes(),
            },
            after,
        };
        let long = || HttpResponse { status: 200, headers: Vec::new(), body: vec![b'x'; LONG] };
        match request.path.as_str() {
            "/drop" => SimReply::Drop,
            "/reset" => SimReply::Reset { response: long() },
            "/late" => answer(json!({}), Duration::from_secs(3600)),
            "/count" => {
                self.count += 1;
                answer(json!({ "count": self.count, "random": rng.next_u64() }), Duration::ZERO)
            }
            _ => {
                let certificate = request.client_certificate.clone();
                let known = certificate.is_some_and(|shown| self.certificates.contains(&shown));
                let body = json!({
                    "method": request.method, "path": request.path, "query": request.query,
                    "said": request.header("x-said"), "known": known,
                    "body": String::from_utf8(request.body.clone()).unwrap(),
                });
                answer(body, Duration::ZERO)
            }
        }
    }

    fn due(&self) -> Option<Timestamp> {
        self.waiting.keys().next().copied()
    }

    fn tick(&mut self, now: Timestamp, _: &mut dyn Entropy) -> Vec<Callback> {
        let later = self.waiting.split_off(&(now + Duration::from_nanos(1)));
        let due = std::mem::replace(&mut self.waiting, later);
        let mut calls = Vec::new();
        for notice in due.into_values().flatten() {
            self.next_id += 1;
            calls.push(Callback {
                id: self.next_id,
                url: self.webhook.clone(),
                headers: vec![("x-bank".to_owned(), "fake".to_owned())],
                body: notice.body.clone().into_bytes(),
            });
            self.sent.insert(self.next_id, notice);
        }
        calls
    }

    fn called_back(&mut self, id: u64, status: Option<u16>, now: Timestamp) {
        let mut notice = self.sent.remove(&id).unwrap();
        self.ended.push(Ended { body: notice.body.clone(), status, at: now });
        notice.tries += 1;
        if status != Some(200) && notice.tries < 5 {
            let wait = Duration::from_secs(60 * [20, 30, 60, 120][notice.tries as usize - 1]);
            self.waiting.entry(now + wait).or_default().push(notice);
        }
    }

    fn control(
        &mut self,
        control: &Control,
        now: Timestamp,
        _: &mut dyn Entropy,
    ) -> Result<Json, ControlError> {
        match control {
            Control::AddClient { certificate, .. } => {
                self.certificates.extend(certificate.clone());
            }
            Control::Set { switch, value } if switch == "webhook" => {
                self.webhook = value.as_str().unwrap().to_owned();
            }
            Control::Set { switch, value } => {
                let after = Duration::from_secs(value.as_u64().unwrap());
                let notice = Notice { body: switch.clone(), tries: 0 };
                self.waiting.entry(now + after).or_default().push(notice);
            }
            Control::Inspect => {
                return Ok(json!({ "count": self.count, "ended": self.ended, "now": now }));
            }
            _ => return Err(ControlError("o banco falso não faz isso".to_owned())),
        }
        Ok(json!({}))
    }

    fn snapshot(&self) -> Json {
        serde_json::to_value(self).unwrap()
    }

    fn restore(&mut self, snapshot: Json) -> Result<(), ControlError> {
        *self = serde_json::from_value(snapshot).map_err(|e| ControlError(e.to_string()))?;
        Ok(())
    }
}

pub(crate) const NAME: &str = "fake";

pub(crate) fn noon() -> Timestamp {
    "2026-03-02T12:00:00-03:00".parse().unwrap()
}

pub(crate) fn config(clock: Arc<SimClock>) -> SandboxConfig {
    let bank = BankHost {
        name: NAME.to_owned(),
        simulator: Box::new(Fake::default()),
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        certificate_required: true,
    };
    SandboxConfig { banks: vec![bank], clock, seed: 1, ..SandboxConfig::default() }
}

/// A sandbox whose clock stands at [`noon`].
pub(crate) fn start() -> Sandbox {
    Sandbox::start(config(SimClock::frozen_at(noon()))).unwrap()
}

pub(crate) fn new_client(sandbox: &Sandbox) -> ClientKit {
    let new = NewClient { account: "12345678".to_owned(), ..NewClient::default() };
    sandbox.new_client(NAME, &new).unwrap()
}

/// In so many seconds, this is sent to the webhook.
pub(crate) fn notify(sandbox: &Sandbox, body: &str, in_seconds: u64) {
    let control = Control::Set { switch: body.to_owned(), value: json!(in_seconds) };
    sandbox.control(NAME, &control).unwrap();
}

pub(crate) fn set_webhook(sandbox: &Sandbox, url: &str) {
    let control = Control::Set { switch: "webhook".to_owned(), value: json!(url) };
    sandbox.control(NAME, &control).unwrap();
}

/// What became of every notice: body, status, instant.
pub(crate) fn ended(sandbox: &Sandbox) -> Vec<(String, Option<u16>, Timestamp)> {
    let inspected = sandbox.inspect(NAME).unwrap();
    let ended: Vec<Ended> = serde_json::from_value(inspected["ended"].clone()).unwrap();
    ended.into_iter().map(|e| (e.body, e.status, e.at)).collect()
}
