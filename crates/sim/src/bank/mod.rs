//! The bank of a run: a simulator as a value, and what it lets us see.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::Bank as Folder;
use quita_banks::registry;
use quita_banks::simulator::{Callback, Control, Fault, SimReply, SimRequest, Simulator};
use quita_core::fact::Means;
use quita_core::money::Money;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::chance::Chance;

/// A bank that exists only here.
pub(crate) struct Bank {
    pub(crate) folder: &'static dyn Folder,
    inside: Mutex<(Box<dyn Simulator>, Chance)>,
}

/// A boleto as the bank has it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Held {
    #[serde(rename = "codigoSolicitacao")]
    pub(crate) id: String,
    pub(crate) account: String,
    #[serde(rename = "seuNumero")]
    pub(crate) reference: String,
    #[serde(rename = "situacao")]
    pub(crate) situation: String,
    #[serde(rename = "valorNominal")]
    pub(crate) amount: String,
    #[serde(rename = "dataVencimento")]
    pub(crate) expiration_date: Date,
    #[serde(rename = "codigoBarras")]
    pub(crate) barcode: Option<String>,
    pub(crate) payments: Vec<HeldPayment>,
}

/// A payment as the bank has it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeldPayment {
    pub(crate) means: String,
    pub(crate) amount: Money,
    pub(crate) end_to_end_id: Option<String>,
    pub(crate) settled: bool,
}

/// A movement in the bank's own books.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) day: Date,
    pub(crate) amount: Money,
    pub(crate) kind: String,
    /// The bank's id of the boleto that was paid, or that a fee is for.
    pub(crate) boleto: Option<String>,
}

impl Held {
    /// Payments that the bank shows.
    pub(crate) fn settled(&self) -> impl Iterator<Item = &HeldPayment> {
        self.payments.iter().filter(|payment| payment.settled)
    }

    /// Can be paid there now.
    pub(crate) fn is_open(&self) -> bool {
        ["A_RECEBER", "ATRASADO"].contains(&self.situation.as_str())
    }
}

impl Bank {
    /// The first bank that has a simulator.
    pub(crate) fn new(seed: u64) -> Self {
        let mut found = registry::BANKS.iter().filter_map(|b| Some((*b, b.simulator()?)));
        #[expect(clippy::expect_used, reason = "without a simulator there is nothing to run")]
        let (folder, simulator) = found.next().expect("a bank with a simulator");
        Self { folder, inside: Mutex::new((simulator, Chance::new(seed, "bank"))) }
    }

    fn inside(&self) -> MutexGuard<'_, (Box<dyn Simulator>, Chance)> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn handle(&self, request: &SimRequest, now: Timestamp) -> SimReply {
        let (simulator, chance) = &mut *self.inside();
        simulator.handle(request, now, chance)
    }

    /// As [`Bank::handle`], with a fault.
    pub(crate) fn handle_with(
        &self,
        request: &SimRequest,
        fault: Fault,
        now: Timestamp,
    ) -> SimReply {
        let armed = Control::Fault { fault, on: String::new(), times: 1, skip: 0 };
        self.must(&armed, now);
        self.handle(request, now)
    }

    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.inside().0.due()
    }

    pub(crate) fn tick(&self, now: Timestamp) -> Vec<Callback> {
        let (simulator, chance) = &mut *self.inside();
        simulator.tick(now, chance)
    }

    pub(crate) fn called_back(&self, id: u64, status: Option<u16>, now: Timestamp) {
        self.inside().0.called_back(id, status, now);
    }

    /// Does something at the bank that it may refuse.
    pub(crate) fn control(&self, control: &Control, now: Timestamp) -> Result<Json, String> {
        let (simulator, chance) = &mut *self.inside();
        simulator.control(control, now, chance).map_err(|e| e.to_string())
    }

    /// Does something at the bank that it does not refuse.
    #[expect(clippy::panic, reason = "the run itself would be wrong")]
    pub(crate) fn must(&self, control: &Control, now: Timestamp) -> Json {
        self.control(control, now).unwrap_or_else(|e| panic!("{control:?}: {e}"))
    }

    /// All its boletos.
    #[expect(clippy::expect_used, reason = "the run itself would be wrong")]
    pub(crate) fn boletos(&self, now: Timestamp) -> Vec<Held> {
        let all = self.must(&Control::Inspect, now);
        serde_json::from_value(all["boletos"].clone()).expect("the simulator's overview")
    }

    /// All that moved on an account, by its number with check digit.
    #[expect(clippy::expect_used, reason = "the run itself would be wrong")]
    pub(crate) fn ledger(&self, account: &str, now: Timestamp) -> Vec<Row> {
        let all = self.must(&Control::Ledger { account: account.to_owned() }, now);
        serde_json::from_value(all).expect("the simulator's ledger")
    }

    /// Accounts by their numbers with check digit, each with its Pix key.
    pub(crate) fn accounts(&self, now: Timestamp) -> Vec<(String, String)> {
        let all = self.must(&Control::Inspect, now);
        let word = |account: &Json, name: &str| account[name].as_str().unwrap_or("").to_owned();
        let accounts = all["accounts"].as_array().into_iter().flatten();
        accounts.map(|a| (word(a, "account"), word(a, "pix_key"))).collect()
    }

    /// The customer pays. Gives what the bank says to that.
    pub(crate) fn pay(
        &self,
        target: &str,
        means: Means,
        amount: Option<Money>,
        now: Timestamp,
    ) -> Result<Json, String> {
        self.control(&Control::Pay { target: target.to_owned(), means, amount }, now)
    }
}
