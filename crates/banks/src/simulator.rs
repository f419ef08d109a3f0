//! The contract of the simulators: a bank as a value, with no clock, socket or thread.
//!
//! `sandbox` holds one behind HTTPS; tests call it directly.

pub(crate) mod clock;
pub(crate) mod count;
pub(crate) mod faults;
pub(crate) mod input;
pub(crate) mod random;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::contract::HttpResponse;
use quita_core::fact::Means;
use quita_core::money::Money;

/// A bank that exists only here. It answers any client as the bank would.
pub trait Simulator: Send {
    /// Answers a request.
    fn handle(&mut self, request: &SimRequest, now: Timestamp, rng: &mut dyn Entropy) -> SimReply;

    /// As [`Simulator::handle`], for banks that sign certificates for their clients.
    fn handle_with(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
        signer: &dyn Signer,
    ) -> SimReply {
        let _ = signer;
        self.handle(request, now, rng)
    }

    /// Whether it signs certificates for its clients, so that they reach it without one.
    fn signs_certificates(&self) -> bool {
        false
    }

    /// When it next has something to do by itself.
    fn due(&self) -> Option<Timestamp>;

    /// Does what is due: state changes at their hour, calls to the client.
    fn tick(&mut self, now: Timestamp, rng: &mut dyn Entropy) -> Vec<Callback>;

    /// How a callback ended; `None` when nobody answered.
    fn called_back(&mut self, id: u64, status: Option<u16>, now: Timestamp);

    /// As [`Simulator::called_back`], for banks that read what was answered.
    fn answered(&mut self, id: u64, answer: Option<&HttpResponse>, now: Timestamp) {
        self.called_back(id, answer.map(|answer| answer.status), now);
    }

    /// Plays the payer, the bank's clerk or a fault.
    fn control(
        &mut self,
        control: &Control,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> Result<Json, ControlError>;

    /// All its state.
    fn snapshot(&self) -> Json;

    /// Takes a state back, from [`Simulator::snapshot`].
    fn restore(&mut self, snapshot: Json) -> Result<(), ControlError>;
}

/// Where a simulator's random choices come from.
pub trait Entropy {
    /// Any number.
    fn next_u64(&mut self) -> u64;
}

/// The authority behind a simulated bank, which its host has.
pub trait Signer {
    /// A client's certificate for a request (PKCS#10, PEM), valid for so many days; `None` where it
    /// cannot be read or its signature does not hold.
    fn sign(&self, request: &str, days: u16) -> Option<Signed>;
}

/// A certificate that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The CN that was asked for.
    pub common_name: String,
    /// X.509, PEM.
    pub certificate: String,
    /// SHA-256 of it in lower-case hex.
    pub fingerprint: String,
}

/// A request as it reached the bank.
#[derive(Clone, Debug, Default)]
pub struct SimRequest {
    /// Method, upper case.
    pub method: String,
    /// Path without query, as sent.
    pub path: String,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// SHA-256 of the client certificate in lower-case hex; `None` when none was shown.
    pub client_certificate: Option<String>,
}

impl SimRequest {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first query parameter of this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// What the bank does with a request.
#[derive(Clone, Debug)]
pub enum SimReply {
    /// Answers, after a while.
    Answer {
        /// The answer.
        response: HttpResponse,
        /// How long it takes.
        after: Duration,
    },
    /// Closes the connection without a word; the work may have been done.
    Drop,
    /// Sends part of the answer, then breaks the connection.
    Reset {
        /// The answer that would have been.
        response: HttpResponse,
    },
}

/// A call by the bank to its client.
#[derive(Clone, Debug)]
pub struct Callback {
    /// To report the end to [`Simulator::called_back`].
    pub id: u64,
    /// Address.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What can be done to a simulated bank from outside: the same words for every bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Control {
    /// Let a client in.
    AddClient {
        /// OAuth client id.
        client_id: String,
        /// OAuth client secret.
        client_secret: String,
        /// Scopes granted, separated by blanks; empty grants all.
        #[serde(default)]
        scopes: String,
        /// Account with check digit, digits only.
        account: String,
        /// SHA-256 of its certificate in hex; `None` takes any certificate of the bank's CA.
        #[serde(default)]
        certificate: Option<String>,
        /// Name and document of the account's owner, as the bank prints them.
        #[serde(default)]
        owner: Option<String>,
    },
    /// The customer pays.
    Pay {
        /// Any of: the bank's id, our reference, our number, barcode, writable line, txid, BR Code.
        target: String,
        /// How.
        means: Means,
        /// How much; what is due when left out.
        #[serde(default)]
        amount: Option<Money>,
    },
    /// Money moves on an account for another reason than a boleto: the company pays a bill or
    /// makes a transfer, a stranger sends a Pix to the bare key, the bank takes its monthly fee.
    Move {
        /// Account with check digit, digits only.
        account: String,
        /// Above zero comes in, below zero goes out.
        amount: Money,
        /// The bank's word for the sort of movement; its word for «other» when left out.
        #[serde(default)]
        kind: Option<String>,
        /// Name of the other side.
        #[serde(default)]
        with: Option<String>,
        /// Document of the other side, where the bank tells it.
        #[serde(default)]
        document: Option<String>,
        /// The day under which the bank shows it; today when left out. An earlier one makes it a
        /// late movement.
        #[serde(default)]
        day: Option<Date>,
    },
    /// A clerk of the company acts in the bank's own screens.
    Portal {
        /// As for paying.
        target: String,
        /// What is done.
        action: PortalAction,
    },
    /// Makes the next matching calls fail.
    Fault {
        /// How.
        fault: Fault,
        /// Only calls whose `METHOD /path` contains this text; empty matches all.
        #[serde(default)]
        on: String,
        /// How many calls.
        #[serde(default = "one")]
        times: u32,
        /// How many matching calls to let pass first.
        #[serde(default)]
        skip: u32,
    },
    /// Forgets faults not yet used.
    ClearFaults,
    /// Sets a switch of this bank, named in its folder.
    Set {
        /// Which.
        switch: String,
        /// To what.
        value: Json,
    },
    /// Delivers to the client what the bank never sent.
    Forge {
        /// Body of the false notice.
        body: String,
    },
    /// Everything worth knowing about boletos, calls and notices, for tests and people.
    Inspect,
    /// The bank's own books of an account: every movement as it is in the end, a late one or one
    /// that is shown wrong for now included.
    Ledger {
        /// Account with check digit, digits only.
        account: String,
    },
}

const fn one() -> u32 {
    1
}

/// What a clerk does in the bank's own screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalAction {
    /// Marks as received by hand.
    MarkPaid,
    /// Cancels.
    Cancel,
}

/// A fault of bank or network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Answers late.
    Slow {
        /// By how much.
        milliseconds: u64,
    },
    /// Never reaches the bank.
    RequestLost,
    /// Carried out, but the answer is lost.
    AnswerLost,
    /// Carried out, and the answer breaks off in the middle.
    Truncated,
    /// Fails before anything is done.
    ErrorBefore {
        /// Status, 5xx.
        status: u16,
    },
    /// Fails after it was done.
    ErrorAfter {
        /// Status, 5xx.
        status: u16,
    },
    /// Too many calls.
    TooMany {
        /// Seconds told to wait, where told.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// Answers 200 with a page instead of JSON; nothing was done.
    WrongBody,
}

/// A control that cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(pub String);
