//! Everything that the simulated bank remembers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::boleto::Boleto;
use super::instructions::Instruction;
use super::routes::Endpoint;
use super::switches::Switches;
use crate::simulator::faults::ArmedFault;

/// The bank.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) switches: Switches,
    pub(super) faults: Vec<ArmedFault>,
    pub(super) clients: BTreeMap<String, Client>,
    /// By access token.
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) tokens_issued: u64,
    /// By branch, account and digit: twelve digits.
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) boletos: Vec<Boleto>,
    /// Places of boletos by account, wallet and number; several where a number was used again.
    pub(super) by_id: BTreeMap<String, Vec<usize>>,
    /// What the bank will do by itself.
    pub(super) timers: BTreeSet<Timer>,
    /// Keeps timers of one instant in order.
    pub(super) timers_set: u64,
    /// Notices not yet delivered nor given up.
    pub(super) notices: BTreeMap<u64, Notice>,
    pub(super) notices_made: u64,
    pub(super) notices_lost: u64,
    /// When each waiting notice goes on.
    pub(super) deliveries: BTreeSet<(Timestamp, u64)>,
    /// Calls to clients whose end is not known, each with its notice.
    pub(super) in_flight: BTreeMap<u64, u64>,
    pub(super) dispatches_made: u64,
    /// Finished calls to clients, oldest first.
    pub(super) history: Vec<Attempt>,
    /// Calls by endpoint.
    pub(super) calls: BTreeMap<Endpoint, u64>,
}

/// A credential of a company.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) secret: String,
    pub(super) accounts: Vec<String>,
    /// SHA-256 of the certificate whose CN is this client; any where nothing is said.
    pub(super) certificate: Option<String>,
    /// When that certificate ends, where this bank signed it.
    pub(super) certificate_until: Option<Timestamp>,
    /// The one by which that was asked for, where it still works, and its end.
    #[serde(default)]
    pub(super) former: Option<(String, Option<Timestamp>)>,
    /// What the manager sent for the first certificate, and when.
    pub(super) temporary: Option<(String, Timestamp)>,
}

impl Client {
    /// When a certificate that is shown ends, where that is known; `None` where it is not accepted.
    pub(super) fn end_of(&self, shown: &str) -> Option<Option<Timestamp>> {
        match &self.certificate {
            None => Some(None),
            Some(own) if own == shown => Some(self.certificate_until),
            Some(_) => self.former.as_ref().filter(|(own, _)| own == shown).map(|(_, end)| *end),
        }
    }
}

/// A token given out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) client_id: String,
    pub(super) until: Timestamp,
    pub(super) certificate: String,
}

/// A current account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) owner: String,
    pub(super) pix_key: String,
    /// Where notices go, by the last two digits of their id.
    pub(super) notices: BTreeMap<String, Registered>,
    /// Where Pix notices go, by key.
    pub(super) pix_webhooks: BTreeMap<String, String>,
    /// The daily movement, oldest first.
    pub(super) movements: Vec<Movement>,
    /// The statement, oldest first.
    pub(super) rows: Vec<Row>,
}

/// A registration for notices.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Registered {
    pub(super) kind: NoticeKind,
    pub(super) url: String,
    pub(super) oauth_url: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) scope: String,
    pub(super) least: Money,
    pub(super) created: Timestamp,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum NoticeKind {
    BaixaEfetiva,
    BaixaOperacional,
    Pix,
    /// A false notice, asked for by control.
    Forged,
}

/// A line of the daily movement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Movement {
    pub(super) day: Date,
    pub(super) shown_from: Timestamp,
    /// `codigo_status`.
    pub(super) status: String,
    pub(super) boleto: usize,
    /// What was credited; zero where nothing was.
    pub(super) amount: Money,
    pub(super) added: Money,
    pub(super) taken_off: Money,
}

/// A line of the statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) day: Date,
    pub(super) amount: Money,
    pub(super) code: String,
    pub(super) text: String,
    pub(super) counterpart: Option<(String, String)>,
    /// Id and kind of what it came from.
    pub(super) origin: Option<(String, String)>,
    /// The boleto that it is about.
    pub(super) boleto: Option<String>,
}

/// Something that the client is to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Notice {
    pub(super) account: String,
    pub(super) kind: NoticeKind,
    pub(super) url: String,
    pub(super) body: String,
    /// How to get a token first; `None` where none is shown.
    pub(super) oauth: Option<Oauth>,
    /// The token, once it was fetched.
    pub(super) token: Option<String>,
    /// Tries so far.
    pub(super) tries: usize,
}

/// Where and how the client gives the bank a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Oauth {
    pub(super) url: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) scope: String,
}

/// A finished call to a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) kind: NoticeKind,
    pub(super) url: String,
    pub(super) payload: Json,
    pub(super) at: Timestamp,
    pub(super) status: Option<u16>,
}

/// Something that the bank will do by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Timer {
    pub(super) at: Timestamp,
    pub(super) order: u64,
    pub(super) task: Task,
}

/// What a timer does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    Register { boleto: usize },
    Credit { boleto: usize, payment: usize },
    Instruct { boleto: usize, instruction: Instruction },
    LimitDate { boleto: usize },
}

impl State {
    /// Something to be done later.
    pub(super) fn schedule(&mut self, at: Timestamp, task: Task) {
        self.timers_set += 1;
        self.timers.insert(Timer { at, order: self.timers_set, task });
    }

    /// The places of the registered boletos of a name, oldest first.
    pub(super) fn registered(&self, id: &str) -> Vec<usize> {
        let places = self.by_id.get(id).map_or(&[][..], Vec::as_slice);
        let is_there = |place: &usize| self.boletos.get(*place).is_some_and(|b| !b.pending);
        places.iter().copied().filter(is_there).collect()
    }
}
