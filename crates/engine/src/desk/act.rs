//! Act on a boleto: cancel, change, cancel and issue again, settle by hand, press the customer, look
//! now.

mod change;
mod in_the_way;

use jiff::civil::Date;
use quita_banks::contract::Bank;
use quita_banks::registry;
use quita_core::fact::{Channel, Fact, Observation, Situation};
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_store::boletos::{self, Boleto};
use quita_store::remittance_orders::Pursuit;
use quita_store::wanted::WantedTerm;
use quita_store::{StoreError, Tx, accounts, idempotency};
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::change::Change;
use self::change::NewValues;
pub use self::in_the_way::{InTheWay, OnOff, possible, possible_for};
use super::issue::{Stored, check_key};
use super::once::known_answer;
use super::view::{BoletoView, company_and_accounts};
use super::{Actor, Permission};
use crate::by_file;
use crate::clock::bank_day;
use crate::error::Error;
use crate::ids::Ids;
use crate::learn::{learn, write_event};
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// What can be asked of a boleto.
#[derive(Clone, Debug)]
pub enum Action {
    /// Write it off at the bank.
    Cancel(Cancel),
    /// Another due date or amount, or other terms.
    Change(Change),
    /// Cancel it and, once that is known, issue another for the same charge.
    Replace(Change),
    /// It was paid outside the bank.
    SettleByHand(SettleByHand),
    /// Protest it, or stop that.
    Protest(Pursue),
    /// List the customer negatively, or end that.
    NegativeListing(Pursue),
}

/// Write a boleto off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why, up to 50 characters.
    #[serde(default)]
    pub reason: String,
}

/// Press the customer, or press no longer.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pursue {
    /// Whether it shall be so.
    pub on: bool,
}

/// A boleto paid outside the bank.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleByHand {
    /// The day on which it was paid.
    #[schema(format = Date)]
    pub paid_on: String,
    /// What was received, in cents.
    pub amount: i64,
}

/// What the transaction does, fully checked.
#[derive(Clone)]
enum Step {
    Cancel(String),
    Change(NewValues),
    Replace(NewValues),
    SettleByHand(Date, Money),
    Pursue(Pursuit),
}

/// Carries an action out as far as it depends on us; the bank follows. The answer is the
/// boleto as it stands now, kept under the key.
pub fn act(
    world: &World,
    actor: &Actor,
    key: &str,
    fingerprint: &str,
    boleto_id: &str,
    action: &Action,
) -> Result<Stored, Error> {
    actor.must(Permission::Charge)?;
    check_key(key)?;
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (id, company_id) = (boleto_id.to_owned(), actor.company_id.clone());
    let boleto = world
        .store
        .read(move |tx| boletos::of_company(tx, &company_id, &id))?
        .ok_or_else(|| Error::not_found("boleto"))?;
    let account: accounts::Account = accounts
        .iter()
        .find(|a| a.id == boleto.account_id)
        .cloned()
        .ok_or_else(|| Error::not_found("conta"))?;
    let bank = registry::by_folder(&account.bank)
        .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
    let step = match check(world, bank, &account, &boleto, action) {
        Ok(step) => step,
        Err(error) => return known_answer(world, actor, key, fingerprint, error),
    };

    let (key, print, actor_name) = (key.to_owned(), fingerprint.to_owned(), actor.name.clone());
    let written = world.tx(move |tx, mut ids| {
        match idempotency::begin(tx, &company.id, &key, &print, ids.now())? {
            idempotency::Begun::New => {}
            other => return Ok(Written::Known(other)),
        }
        boletos::lock(tx, &boleto.id)?;
        let Some(mut current) = boletos::get(tx, &boleto.id)? else {
            return Ok(Written::No(Why::Gone));
        };
        let untold = is_untold(tx, &account, &current)?;
        if let Some(why) = stands_in_the_way(&current, &step, untold) {
            // The key is free again: nothing was done under it.
            idempotency::forget(tx, &company.id, &key)?;
            return Ok(Written::No(why));
        }
        apply(tx, &mut ids, &account, &mut current, &step, &actor_name)?;
        let Some(after) = boletos::get(tx, &current.id)? else {
            return Err(StoreError::corrupt("boletos: vanished"));
        };
        let receipts = quita_store::receipts::of_boleto(tx, &after.id)?;
        let view = BoletoView::new(&after, &company, &account, &receipts);
        let body = serde_json::to_string(&view).map_err(|e| StoreError::Internal(e.to_string()))?;
        idempotency::finish(tx, &company.id, &key, 202, &body)?;
        Ok(Written::Done(body))
    });
    let written = match written {
        Err(StoreError::Refused(_)) => {
            return Err(Error::conflict("already_replaced", HAS_ANOTHER));
        }
        other => other?,
    };
    match written {
        Written::Done(body) => {
            (world.crash_point)("act.stored");
            world.bell.ring();
            Ok(Stored { status: 202, body: body.into(), replayed: false })
        }
        Written::Known(idempotency::Begun::Replay { status, body }) => {
            Ok(Stored { status, body: body.into(), replayed: true })
        }
        Written::Known(idempotency::Begun::OtherBody) => Err(Error::OtherBody),
        Written::Known(_) => Err(Error::Running),
        Written::No(Why::Gone) => Err(Error::not_found("boleto")),
        Written::No(why) => Err(Error::conflict(why.code(), why.said())),
    }
}

/// What to do where the bank never changes this.
const USE_REPLACE: &str = "o banco não altera isto: use «cancelar e reemitir»";
/// What an inactive account has is followed; nothing new is issued at it.
const INACTIVE: &str = "a conta deste boleto está inativa e não emite boletos novos: reative-a ou \
                        cancele este e emita outro em outra conta";
/// Of a charge, at most one boleto is open.
const HAS_ANOTHER: &str = "esta cobrança já tem outro boleto em aberto";

/// How a boleto was closed that was in no file yet.
const WITHDRAWN: &str = "retirado antes da remessa";

enum Written {
    Done(String),
    Known(idempotency::Begun),
    No(Why),
}

enum Why {
    Gone,
    Status(Status),
    Busy,
}

impl Why {
    const fn code(&self) -> &'static str {
        match self {
            Self::Gone => "not_found",
            Self::Status(_) => "wrong_status",
            Self::Busy => "already_wanted",
        }
    }

    fn said(self) -> String {
        match self {
            Self::Gone => "este boleto não existe mais".to_owned(),
            Self::Status(Status::Created) => {
                "o boleto ainda está a caminho do banco: espere a resposta dele".to_owned()
            }
            Self::Status(status) => {
                format!("o boleto está «{}»: isto já não se pode fazer", status.label())
            }
            Self::Busy => "já há um pedido em andamento para este boleto; espere a resposta do \
                           banco"
                .to_owned(),
        }
    }
}

fn check(
    world: &World,
    bank: &dyn Bank,
    account: &accounts::Account,
    boleto: &Boleto,
    action: &Action,
) -> Result<Step, Error> {
    let today = bank_day(world.clock.now());
    match action {
        Action::Cancel(cancel) => {
            if cancel.reason.chars().count() > 50 {
                return Err(Error::invalid("reason", "too_long", "use até 50 caracteres"));
            }
            let reason = cancel.reason.trim();
            Ok(Step::Cancel(if reason.is_empty() { "a pedido".into() } else { reason.into() }))
        }
        Action::Change(change) => {
            change::of_registered(world, bank, account, boleto, change).map(Step::Change)
        }
        Action::Replace(change) => {
            if account.status != accounts::ACTIVE_STATUS {
                return Err(Error::conflict("account_inactive", INACTIVE));
            }
            change::of_replacement(world, bank, account, boleto, change).map(Step::Replace)
        }
        Action::SettleByHand(settled) => {
            let paid_on: Date = settled
                .paid_on
                .parse()
                .map_err(|_| Error::invalid("paid_on", "invalid", "use uma data AAAA-MM-DD"))?;
            if paid_on > today {
                return Err(Error::invalid(
                    "paid_on",
                    "in_the_future",
                    "esta data ainda não chegou",
                ));
            }
            if settled.amount <= 0 {
                return Err(Error::invalid("amount", "out_of_range", "informe o valor recebido"));
            }
            Ok(Step::SettleByHand(paid_on, Money::from_cents(settled.amount)))
        }
        Action::Protest(pursue) => {
            let pursuit = if pursue.on { Pursuit::Protest } else { Pursuit::StopProtest };
            pursue_at(bank, account, boleto, today, pursuit)
        }
        Action::NegativeListing(pursue) => {
            let pursuit =
                if pursue.on { Pursuit::ListNegatively } else { Pursuit::EndNegativeListing };
            pursue_at(bank, account, boleto, today, pursuit)
        }
    }
}

fn pursue_at(
    bank: &dyn Bank,
    account: &accounts::Account,
    boleto: &Boleto,
    today: Date,
    pursuit: Pursuit,
) -> Result<Step, Error> {
    match in_the_way::of_pursuit(bank.info(), account, boleto, today, pursuit) {
        Some(why) => Err(Error::conflict("not_supported", why)),
        None => Ok(Step::Pursue(pursuit)),
    }
}

/// Whether its bank has not been told of it, and so nobody need be asked to forget it.
fn is_untold(
    tx: &mut Tx,
    account: &accounts::Account,
    boleto: &Boleto,
) -> Result<bool, StoreError> {
    let waits = account.layout.is_some() && boleto.status == Status::Created;
    Ok(waits && by_file::is_untold(tx, &boleto.id)?)
}

/// `untold`: its bank has not been told of it.
fn stands_in_the_way(boleto: &Boleto, step: &Step, untold: bool) -> Option<Why> {
    if untold && matches!(step, Step::Cancel(_)) {
        return None;
    }
    let allowed = match step {
        Step::SettleByHand(..) => matches!(
            boleto.status,
            Status::Registered | Status::Expired | Status::CancellationRequested
        ),
        Step::Replace(..) => matches!(
            boleto.status,
            Status::Registered | Status::Rejected | Status::Cancelled | Status::Expired
        ),
        Step::Change(_) | Step::Pursue(_) => boleto.status == Status::Registered,
        // A cancellation that was taken and did not happen may be asked for again.
        Step::Cancel(_) => {
            matches!(boleto.status, Status::Registered | Status::CancellationRequested)
        }
    };
    if !allowed {
        return Some(Why::Status(boleto.status));
    }
    let settling = matches!(step, Step::SettleByHand(..));
    (!settling && !boleto.wanted.is_empty()).then_some(Why::Busy)
}

fn apply(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &accounts::Account,
    boleto: &mut Boleto,
    step: &Step,
    actor: &str,
) -> Result<(), StoreError> {
    let mut withdrawn = false;
    let action = match step {
        Step::Cancel(_) if boleto.status == Status::Created => {
            withdrawn = true;
            "boleto.cancellation_asked"
        }
        Step::Cancel(reason) => {
            boleto.wanted.cancel = Some(reason.clone());
            "boleto.cancellation_asked"
        }
        Step::Change(new) => {
            boleto.wanted.expiration_date = new.due;
            boleto.wanted.amount = new.amount;
            boleto.wanted.terms = new.terms.iter().cloned().map(WantedTerm::new).collect();
            "boleto.change_asked"
        }
        Step::Pursue(pursuit) => {
            boleto.wanted.pursuit = Some(*pursuit);
            "boleto.pursuit_asked"
        }
        Step::Replace(new) => {
            let mut order = change::changed(boleto, new);
            order.issuance_date = bank_day(ids.now());
            if boleto.status == Status::Registered {
                boleto.wanted.cancel = Some("substituição".into());
                boleto.wanted.replacement = Some(Box::new(order));
            } else {
                if let Some(live) = boletos::live_of_charge(tx, &boleto.charge_id)? {
                    return Err(StoreError::Refused(live.id));
                }
                let mut old = boleto.clone();
                old.created_by = actor.to_owned();
                crate::order_boleto::replace(tx, ids, &old, order)?;
            }
            "boleto.replacement_asked"
        }
        Step::SettleByHand(paid_on, amount) => {
            if boleto.status == Status::Registered {
                boleto.wanted.cancel = Some("pago por fora".into());
                boleto.wanted.replacement = None;
            }
            boletos::save(tx, boleto)?;
            let fact = Fact::SettledByHand { paid_on: *paid_on, amount: *amount };
            learn(tx, ids, &boleto.id, Channel::Hand, &[fact])?;
            "boleto.settled_by_hand"
        }
    };
    if !matches!(step, Step::SettleByHand(..)) {
        boleto.updated_at = ids.now();
        boletos::save(tx, boleto)?;
    }
    let body = serde_json::json!({"boleto_id": boleto.id, "by": actor}).to_string();
    write_event(tx, ids, boleto, action, &body)?;
    let author = Author { company_id: &boleto.company_id, actor };
    trail::record(tx, ids, author, action, &boleto.id, &details(step))?;
    if withdrawn {
        // The bank never heard of it: it is closed by what we know.
        let fact = Fact::Observed(Observation {
            situation: Situation::Cancelled,
            word: WITHDRAWN.into(),
            since: Some(bank_day(ids.now())),
            total_received: None,
            amount: None,
            expiration_date: None,
        });
        return learn(tx, ids, &boleto.id, Channel::Hand, &[fact]).map(|_| ());
    }
    if boleto.wanted.is_empty() {
        return Ok(());
    }
    if let Some(layout) = by_file::layout(account) {
        for instruction in by_file::instructions(layout, boleto) {
            by_file::order(tx, ids, boleto, instruction, actor)?;
        }
        return Ok(());
    }
    let now = ids.now();
    enqueue(tx, ids, &boleto.company_id, Kind::Carry, &boleto.id, now)
}

/// What was asked, for the audit trail.
fn details(step: &Step) -> serde_json::Value {
    match step {
        Step::Cancel(reason) => serde_json::json!({ "reason": reason }),
        Step::Change(NewValues { due, amount, terms })
        | Step::Replace(NewValues { due, amount, terms }) => {
            serde_json::json!({ "expiration_date": due, "amount": amount, "terms": terms })
        }
        Step::Pursue(pursuit) => serde_json::json!({ "pursuit": pursuit }),
        Step::SettleByHand(paid_on, amount) => {
            serde_json::json!({ "paid_on": paid_on, "amount": amount })
        }
    }
}

/// Looks at every account of the company now.
pub fn sync(world: &World, actor: &Actor) -> Result<usize, Error> {
    actor.must(Permission::Charge)?;
    let company = actor.company_id.clone();
    let count = world.tx(move |tx, mut ids| {
        let mut count = 0;
        for account in accounts::list(tx, &company)? {
            if account.credential_id.is_some() {
                let now = ids.now();
                enqueue(tx, &mut ids, &company, Kind::Sync, &account.id, now)?;
                count += 1;
            }
        }
        Ok(count)
    })?;
    world.bell.ring();
    Ok(count)
}
