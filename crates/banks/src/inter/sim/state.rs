//! Everything that the simulated bank remembers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::money::Money;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::boleto::Boleto;
use super::routes::Endpoint;
use super::switches::Switches;
use crate::simulator::clock;
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
    /// By account number with check digit.
    pub(super) accounts: BTreeMap<String, Account>,
    pub(super) boletos: Vec<Boleto>,
    /// By `codigoEdicao`.
    pub(super) edits: BTreeMap<String, Edit>,
    /// What the bank will do by itself.
    pub(super) timers: BTreeSet<Timer>,
    /// Keeps timers of one instant in order.
    pub(super) timers_set: u64,
    /// Notices not yet delivered nor given up.
    pub(super) notices: BTreeMap<u64, Notice>,
    pub(super) notices_made: u64,
    pub(super) notices_lost: u64,
    /// When each waiting notice goes out.
    pub(super) deliveries: BTreeSet<(Timestamp, u64)>,
    /// Calls to clients whose end is not known, each with its notices.
    pub(super) in_flight: BTreeMap<u64, Dispatch>,
    pub(super) dispatches_made: u64,
    /// Calls by endpoint.
    pub(super) calls: BTreeMap<Endpoint, u64>,
    /// Calls in the current minute, by client id.
    pub(super) windows: BTreeMap<String, BTreeMap<Endpoint, Window>>,
    #[serde(skip)]
    pub(super) index: Index,
}

/// An integration that the company set up at the bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) secret: String,
    /// Empty grants all.
    pub(super) scopes: BTreeSet<String>,
    pub(super) accounts: Vec<String>,
    pub(super) certificate: Option<String>,
}

/// A token given out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) client_id: String,
    pub(super) scopes: BTreeSet<String>,
    pub(super) until: Timestamp,
    /// The certificate it was asked for with.
    pub(super) certificate: String,
}

/// A current account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) owner: String,
    /// Contract of collection: seven digits of the barcode.
    pub(super) operation: String,
    pub(super) pix_key: String,
    /// Boletos registered so far; the next one gets the next number.
    pub(super) numbered: u64,
    pub(super) webhook: Option<Webhook>,
    /// By Pix key.
    pub(super) pix_webhooks: BTreeMap<String, Webhook>,
    /// Finished and lost calls to the client, oldest first.
    pub(super) history: Vec<Attempt>,
    /// The ledger, oldest first.
    pub(super) movements: Vec<Movement>,
    pub(super) scroll: Option<Scroll>,
}

/// Where the client wants to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) created: Timestamp,
    pub(super) updated: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Topic {
    Cobranca,
    Pix,
    /// A false notice, asked for by control.
    Forged,
}

/// Something that the client is to be told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Notice {
    pub(super) account: String,
    pub(super) topic: Topic,
    pub(super) url: String,
    /// `codigoSolicitacao` or txid.
    pub(super) subject: String,
    pub(super) item: Json,
    /// Which try comes next, from 1.
    pub(super) attempt: u8,
    /// Account in the header.
    pub(super) header_account: String,
}

/// A call to the client under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Dispatch {
    pub(super) notices: Vec<u64>,
    pub(super) payload: Json,
    pub(super) sent_at: Timestamp,
}

/// A call to the client that ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) callback: u64,
    pub(super) topic: Topic,
    pub(super) url: String,
    pub(super) subjects: Vec<String>,
    pub(super) payload: Json,
    pub(super) number: u8,
    pub(super) sent_at: Timestamp,
    /// `None` when nobody answered.
    pub(super) status: Option<u16>,
}

/// A row of the statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Movement {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) day: Date,
    /// `tipoTransacao`.
    pub(super) kind: String,
    /// Positive for credits, negative for debits.
    pub(super) amount: Money,
    /// `titulo`.
    pub(super) title: String,
    /// `descricao` of the simple statement.
    pub(super) description: String,
    /// `descricao` of the complete statement: the counterpart's name.
    pub(super) counterpart: String,
    /// `numeroDocumento`.
    pub(super) document_number: String,
    /// `detalhes`.
    pub(super) details: Json,
    /// `codigoSolicitacao` of the boleto that was paid, or that a fee is for.
    #[serde(default)]
    pub(super) boleto: Option<String>,
    /// Not shown before.
    #[serde(default)]
    pub(super) shown_from: Option<Timestamp>,
    /// What is shown in its place at first.
    #[serde(default)]
    pub(super) draft: Option<Draft>,
}

/// A row before the bank corrects it: no kind, no text, perhaps another amount.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) until: Timestamp,
    pub(super) amount: Money,
}

/// The one scroll over the complete statement that an account may have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Scroll {
    pub(super) id: String,
    /// What is still to be told, as it was when the scroll began.
    pub(super) rows: VecDeque<Json>,
    pub(super) total: usize,
    pub(super) size: usize,
    pub(super) used: Timestamp,
}

/// A change of a boleto.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Edit {
    pub(super) boleto: usize,
    pub(super) due: Option<Date>,
    pub(super) amount: Option<Money>,
    pub(super) to_fail: bool,
    pub(super) status: EditStatus,
}

/// How a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum EditStatus {
    Processando,
    Sucesso,
    Falha,
}

/// Calls of one client to one endpoint within one minute.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) minute: i64,
    pub(super) calls: u32,
}

/// Something that the bank will do by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Timer {
    pub(super) at: Timestamp,
    order: u64,
    pub(super) task: Task,
}

/// What it will do; boletos and payments by their places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Task {
    Register {
        boleto: usize,
    },
    /// A day begins on which the boleto may be overdue, expired or protested.
    NewDay {
        boleto: usize,
    },
    Cancel {
        boleto: usize,
        reason: String,
    },
    Edit {
        id: String,
    },
    Settle {
        boleto: usize,
        payment: usize,
    },
    Credit {
        boleto: usize,
        payment: usize,
    },
}

/// Ways to find boletos, rebuilt from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) by_id: BTreeMap<String, usize>,
    pub(super) by_reference: BTreeMap<String, Vec<usize>>,
    /// Our number, barcode, line, txid, Pix location.
    pub(super) by_number: BTreeMap<String, Vec<usize>>,
    /// Boleto and payment.
    pub(super) by_end_to_end_id: BTreeMap<String, (usize, usize)>,
    /// By account.
    pub(super) by_account: BTreeMap<String, DateIndex>,
}

/// The boletos of an account by day.
#[derive(Clone, Debug, Default)]
pub(super) struct DateIndex {
    pub(super) due: BTreeSet<(Date, usize)>,
    pub(super) issued: BTreeSet<(Date, usize)>,
    pub(super) paid: BTreeSet<(Date, usize)>,
    /// Instant, boleto, payment.
    pub(super) pix: BTreeSet<(Timestamp, usize, usize)>,
}

impl Index {
    /// Adds a boleto without its numbers and payments.
    pub(super) fn add(&mut self, place: usize, boleto: &Boleto) {
        self.by_id.insert(boleto.id.clone(), place);
        self.by_reference.entry(boleto.reference.clone()).or_default().push(place);
        let dates = self.by_account.entry(boleto.account.clone()).or_default();
        dates.due.insert((boleto.due, place));
        dates.issued.insert((boleto.issued_on, place));
    }

    /// Adds the numbers that it has now.
    pub(super) fn add_numbers(&mut self, place: usize, boleto: &Boleto) {
        let title = boleto.title.iter().flat_map(|title| {
            [title.our_number.clone(), title.barcode.clone(), title.writable_line.clone()]
        });
        let qr = boleto.qr.iter().flat_map(|qr| [qr.txid.clone(), qr.location.clone()]);
        for number in title.chain(qr) {
            let places = self.by_number.entry(number).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }

    /// Adds a settled payment.
    pub(super) fn add_payment(&mut self, place: usize, boleto: &Boleto, number: usize) {
        let Some(payment) = boleto.payments.get(number) else { return };
        let dates = self.by_account.entry(boleto.account.clone()).or_default();
        dates.paid.insert((clock::day(payment.paid_at), place));
        if let Some(id) = &payment.end_to_end_id {
            dates.pix.insert((payment.paid_at, place, number));
            self.by_end_to_end_id.insert(id.clone(), (place, number));
        }
    }
}

impl State {
    /// Builds the index anew, after a snapshot was read.
    pub(super) fn rebuild_index(&mut self) {
        let mut index = Index::default();
        for (place, boleto) in self.boletos.iter().enumerate() {
            index.add(place, boleto);
            index.add_numbers(place, boleto);
            for (number, payment) in boleto.payments.iter().enumerate() {
                if payment.settled {
                    index.add_payment(place, boleto, number);
                }
            }
        }
        self.index = index;
    }

    /// Something to be done later.
    pub(super) fn schedule(&mut self, at: Timestamp, task: Task) {
        self.timers_set += 1;
        self.timers.insert(Timer { at, order: self.timers_set, task });
    }

    /// The boleto of this id in this account.
    pub(super) fn find(&self, account: &str, id: &str) -> Option<(usize, &Boleto)> {
        let place = *self.index.by_id.get(id)?;
        let boleto = self.boletos.get(place)?;
        (boleto.account == account).then_some((place, boleto))
    }
}
