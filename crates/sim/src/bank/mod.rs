//! The bank of a run: a simulator as a value, and what it lets us see. What differs from bank to
//! bank in how it is played is in a file for each.

mod inter;
mod itau;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::{Bank as Folder, HttpResponse};
use quita_banks::registry;
use quita_banks::simulator::{
    Callback, Control, Fault, PortalAction, SimReply, SimRequest, Simulator,
};
use quita_core::fact::Means;
use quita_core::money::Money;
use quita_core::terms::Terms;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::chance::Chance;

/// Where a run takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Inter,
    Itau,
}

/// A bank that exists only here.
pub(crate) struct Bank {
    pub(crate) at: At,
    pub(crate) folder: &'static dyn Folder,
    inside: Mutex<(Box<dyn Simulator>, Chance)>,
}

/// Where a boleto stands at the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    /// Taken, and not registered yet.
    Pending,
    /// Taken, and refused later.
    Failed,
    Open,
    Paid,
    /// Somebody said there that it was paid elsewhere.
    MarkedPaid,
    Cancelled,
    Expired,
}

/// A boleto as the bank has it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: String,
    /// Number and digit.
    pub(crate) account: String,
    pub(crate) reference: String,
    pub(crate) situation: Situation,
    pub(crate) amount: String,
    pub(crate) expiration_date: Date,
    pub(crate) barcode: Option<String>,
    /// Where they can be changed.
    pub(crate) terms: Option<Terms>,
    pub(crate) payments: Vec<HeldPayment>,
}

/// A payment as the bank has it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HeldPayment {
    pub(crate) means: String,
    pub(crate) amount: Money,
    pub(crate) end_to_end_id: Option<String>,
    /// Where the bank shows payments at once it says nothing of it.
    #[serde(default = "at_once")]
    pub(crate) settled: bool,
}

const fn at_once() -> bool {
    true
}

/// A movement in the bank's own books.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) day: Date,
    pub(crate) amount: Money,
    pub(crate) kind: String,
    /// What the statement says, where that is more than the kind.
    #[serde(default)]
    pub(crate) text: String,
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
        self.situation == Situation::Open
    }
}

impl At {
    const fn folder(self) -> &'static str {
        match self {
            Self::Inter => "inter",
            Self::Itau => "itau",
        }
    }

    /// How the bank behaves where nobody knows, and its oddities.
    pub(crate) fn switches(
        self,
        chance: &Chance,
        slow_settlement: bool,
    ) -> Vec<(&'static str, Json)> {
        match self {
            Self::Inter => inter::switches(chance, slow_settlement),
            Self::Itau => itau::switches(chance),
        }
    }

    /// How it shows statements and balances.
    pub(crate) fn of_statements(self, chance: &Chance) -> Vec<(&'static str, Json)> {
        match self {
            Self::Inter => inter::of_statements(chance),
            Self::Itau => itau::of_statements(chance),
        }
    }

    /// How paths about statements and balances begin.
    pub(crate) const fn statement_path(self) -> &'static str {
        match self {
            Self::Inter => "/banking/",
            Self::Itau => "/account-statement/",
        }
    }

    /// Whether rows can be made to come late or wrong at first.
    pub(crate) const fn has_odd_rows(self) -> bool {
        matches!(self, Self::Inter)
    }

    /// Whether a row of its statement names the boleto that it is about.
    pub(crate) const fn names_boletos(self) -> bool {
        matches!(self, Self::Inter)
    }

    /// Whether a movement is what the bank takes for its services.
    pub(crate) fn is_fee(self, row: &Row) -> bool {
        match self {
            Self::Inter => row.kind == "TARIFA",
            Self::Itau => itau::FEES.contains(&row.text.as_str()),
        }
    }

    /// Switches that end with the last fault.
    pub(crate) const fn faults(self) -> &'static [&'static str] {
        match self {
            Self::Inter => &inter::FAULTS,
            Self::Itau => &itau::FAULTS,
        }
    }

    /// What is set for an account, from what the bank told when it let the client in.
    pub(crate) fn account_data(self, told: &Json) -> BTreeMap<String, String> {
        match self {
            Self::Inter => BTreeMap::new(),
            Self::Itau => itau::account_data(told),
        }
    }

    /// What can be done to a boleto in the bank's own screens.
    pub(crate) const fn portal(self) -> &'static [PortalAction] {
        match self {
            Self::Inter => &[PortalAction::MarkPaid, PortalAction::Cancel],
            Self::Itau => &[PortalAction::Cancel],
        }
    }

    /// A notice that nobody should believe: about a boleto, or about none.
    pub(crate) fn lie(self, about: Option<&Held>, chance: &Chance) -> String {
        let some = about.map(|held| match self {
            Self::Inter => inter::lie(held, chance),
            Self::Itau => itau::lie(held),
        });
        match chance.below(3) {
            0 => "<não é JSON>".to_owned(),
            1 => match self {
                Self::Inter => inter::lie_about_nobody(),
                Self::Itau => itau::lie_about_nobody(),
            },
            _ => some.unwrap_or_else(|| serde_json::json!({})).to_string(),
        }
    }
}

impl Bank {
    #[expect(clippy::expect_used, reason = "without a simulator there is nothing to run")]
    pub(crate) fn new(seed: u64, at: At) -> Self {
        let folder = registry::by_folder(at.folder()).expect("its folder");
        let simulator = folder.simulator().expect("its simulator");
        Self { at, folder, inside: Mutex::new((simulator, Chance::new(seed, "bank"))) }
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

    pub(crate) fn answered(&self, id: u64, answer: Option<&HttpResponse>, now: Timestamp) {
        self.inside().0.answered(id, answer, now);
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
        let all = all["boletos"].as_array().expect("the simulator's overview");
        let held = |one: &Json| match self.at {
            At::Inter => inter::held(one),
            At::Itau => itau::held(one),
        };
        all.iter().map(|one| held(one).expect("the simulator's overview")).collect()
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
