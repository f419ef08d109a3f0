//! Contracts are registered, changed, paused, resumed, ended and readjusted by people.

use quita_core::money::Money;
use quita_core::rate::{Rate, Rounding};
use quita_store::contracts::{self, Contract, Period, PeriodStatus, Status};
use quita_store::{StoreError, Tx, counters, pending};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

use super::{ContractView, Kept, NewContract, STUCK, check};
use crate::clock::bank_day;
use crate::desk::issue::Stored;
use crate::desk::once::{Request, once};
use crate::desk::{Actor, Permission};
use crate::error::{Error, FieldError};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// What becomes of the periods that fell due while a contract was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are not charged.
    Skip,
    /// Each waits for a person, who gives it a due date.
    Charge,
}

/// Another status for a contract.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusChange {
    /// `active`, `paused` or `ended`.
    pub status: String,
    /// Must be said when it becomes active again and periods fell due meanwhile.
    pub missed: Option<Missed>,
}

/// What a transaction says of a contract.
enum Changed {
    Done,
    NotFound,
    Taken,
    Refused(Error),
}

/// Registers a contract, once for each key. Its first period is issued when its day has come.
pub fn create(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewContract,
) -> Result<Stored, Error> {
    let stored = once(world, actor, request, prepare(world, actor, new), ContractView::clone);
    match stored {
        Err(Error::Store(StoreError::Refused(_))) => Err(taken()),
        other => {
            world.bell.ring();
            other
        }
    }
}

fn taken() -> Error {
    Error::invalid("number", "taken", "já existe um contrato com este número")
}

fn prepare(
    world: &World,
    actor: &Actor,
    new: &NewContract,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<ContractView, StoreError> + use<>, Error> {
    actor.must(Permission::Charge)?;
    check::check(world, actor, new, bank_day(world.clock.now()), true)?;
    let (company, name, new) = (actor.company_id.clone(), actor.name.clone(), new.clone());
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let given = new.number.as_ref().map(|number| number.trim().to_owned());
        // A number that a person gave may be one that the counter comes to: then the next one.
        for _ in 0..1000 {
            let number = match &given {
                Some(number) => number.clone(),
                None => counters::next(tx, &company, "contract")?.to_string(),
            };
            let says = tidy(&new, &number);
            let row = Contract {
                id: ids.next_id(),
                company_id: company.clone(),
                number,
                customer_id: says.customer_id.clone(),
                status: Status::Active,
                body: body(&says)?,
                next_period: says.first(),
                created_by: name.clone(),
                created_at: ids.now(),
            };
            if !contracts::insert(tx, &row)? {
                if given.is_some() {
                    break;
                }
                continue;
            }
            let author = Author { company_id: &company, actor: &name };
            let details = details(&says);
            trail::record(tx, &mut ids, author, "contract.created", &row.id, &details)?;
            work(tx, &mut ids, &row)?;
            return Ok(Kept { row, says }.view(0, 0));
        }
        Err(StoreError::refused("the number of a contract is taken"))
    })
}

/// What is kept: without blanks around texts, and with its number.
fn tidy(new: &NewContract, number: &str) -> NewContract {
    let mut says = new.clone();
    says.description = says.description.trim().to_owned();
    says.number = Some(number.to_owned());
    says
}

fn body(says: &NewContract) -> Result<Box<serde_json::value::RawValue>, StoreError> {
    serde_json::value::to_raw_value(says).map_err(|e| StoreError::Internal(e.to_string()))
}

/// For the trail: ids, dates and amounts; no names, no messages.
fn details(says: &NewContract) -> Json {
    let mut details = json!(says);
    if let Some(fields) = details.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "description" | "messages"));
    }
    details
}

fn work(tx: &mut Tx, ids: &mut Ids, row: &Contract) -> Result<(), StoreError> {
    let now = ids.now();
    enqueue(tx, ids, &row.company_id, Kind::Contract, &row.id, now)
}

/// Changes a contract. What was issued stays as it is; the rest holds from the next period on.
///
/// `expiration_date` with `first_period` says when which period falls due. As long as they are those
/// that are kept, or the next period with its own day, nothing moves; another date is one for the
/// next period, and must be to come.
pub fn change(
    world: &World,
    actor: &Actor,
    id: &str,
    new: &NewContract,
) -> Result<ContractView, Error> {
    actor.must(Permission::Charge)?;
    let (company, wanted) = (actor.company_id.clone(), id.to_owned());
    let row = world.store.read(move |tx| contracts::get(tx, &company, &wanted))?;
    let kept = Kept::read(row.ok_or_else(|| Error::not_found("contrato"))?)?;
    let says = anchored(&kept, new);
    let moved = says.first() != kept.says.first() || says.first_due() != kept.says.first_due();
    let today = bank_day(world.clock.now());
    check::check(world, actor, &says, today, moved)?;
    let (last, next) = (says.last(), kept.row.next_period);
    if last.is_some_and(|last| last < next - 1) {
        let message = format!("o período {} já teve sua vez: use ao menos este", next - 1);
        return Err(Error::invalid("periods", "too_few", message));
    }
    let (name, before) = (actor.name.clone(), kept.row.clone());
    let changed = world.tx(move |tx, mut ids| {
        let Some(row) = contracts::lock(tx, &before.company_id, &before.id)? else {
            return Ok(Changed::NotFound);
        };
        if row.status == Status::Ended {
            return Ok(Changed::Refused(ended()));
        }
        if row.next_period != before.next_period || row.body.get() != before.body.get() {
            let message = "o contrato mudou enquanto era alterado: confira e salve de novo";
            return Ok(Changed::Refused(Error::conflict("changed_meanwhile", message)));
        }
        let number = says.number.as_deref().map_or(row.number.as_str(), str::trim).to_owned();
        let says = tidy(&says, &number);
        let customer_id = says.customer_id.clone();
        let row = Contract { number, customer_id, body: body(&says)?, ..row };
        if !contracts::change(tx, &row)? {
            return Ok(Changed::Taken);
        }
        let author = Author { company_id: &row.company_id, actor: &name };
        let details = details(&says);
        trail::record(tx, &mut ids, author, "contract.changed", &row.id, &details)?;
        work(tx, &mut ids, &row)?;
        Ok(Changed::Done)
    })?;
    done(world, actor, id, changed)
}

/// The changed contract with the dates that it is to have.
fn anchored(kept: &Kept, new: &NewContract) -> NewContract {
    let (old, next) = (&kept.says, kept.row.next_period);
    let same_steps = new.interval == old.interval
        && new.every.unwrap_or(1) == old.every.unwrap_or(1)
        && new.day_of_month == old.day_of_month;
    let as_kept = new.first_due() == old.first_due()
        && new.first_period.is_none_or(|first| i64::from(first) == old.first());
    let as_next = new.first_due().is_some() && new.first_due() == old.due(next);
    let mut says = new.clone();
    if same_steps && (as_kept || as_next) || next == old.first() && as_kept {
        says.expiration_date.clone_from(&old.expiration_date);
        says.first_period = old.first_period;
    } else {
        says.first_period = u16::try_from(next).ok();
    }
    says
}

fn ended() -> Error {
    Error::conflict("contract_ended", "o contrato está encerrado; cadastre outro")
}

/// The contract as it is now.
fn done(world: &World, actor: &Actor, id: &str, changed: Changed) -> Result<ContractView, Error> {
    match changed {
        Changed::Done => {
            world.bell.ring();
            Ok(super::look(world, &actor.company_id, id, 0)?.view)
        }
        Changed::NotFound => Err(Error::not_found("contrato")),
        Changed::Taken => Err(taken()),
        Changed::Refused(error) => Err(error),
    }
}

/// Pauses, resumes or ends a contract. Resuming asks what becomes of the periods that fell due
/// meanwhile; ending is for ever, and leaves out what waited for a person.
pub fn set_status(
    world: &World,
    actor: &Actor,
    id: &str,
    change: &StatusChange,
) -> Result<ContractView, Error> {
    actor.must(Permission::Charge)?;
    let Some(status) = Status::from_word(&change.status) else {
        return Err(Error::invalid("status", "invalid", "use active, paused ou ended"));
    };
    let (company, about, name) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    let missed = change.missed;
    let changed = world.tx(move |tx, mut ids| {
        let Some(row) = contracts::lock(tx, &company, &about)? else {
            return Ok(Changed::NotFound);
        };
        let kept = Kept::read(row).map_err(|e| StoreError::Internal(e.to_string()))?;
        if kept.row.status == status {
            return Ok(Changed::Done);
        }
        if kept.row.status == Status::Ended {
            return Ok(Changed::Refused(ended()));
        }
        let late = kept.missed(bank_day(ids.now()));
        let mut row = kept.row.clone();
        row.status = status;
        let mut details = json!({});
        if status == Status::Active && late > 0 {
            let Some(missed) = missed else {
                let message = format!(
                    "{late} período(s) venceram enquanto o contrato esteve pausado: diga se são \
                     pulados ou cobrados com outro vencimento"
                );
                let error = FieldError::new("missed", "missing", message);
                return Ok(Changed::Refused(Error::Invalid(vec![error])));
            };
            for period in row.next_period..row.next_period + late {
                let (status, message) = match missed {
                    Missed::Skip => (PeriodStatus::Skipped, "Venceu durante a pausa"),
                    Missed::Charge => (PeriodStatus::Open, ""),
                };
                let period = entry(&kept, period, status, message, &name, ids.now());
                contracts::insert_period(tx, &period)?;
            }
            row.next_period += late;
            details = json!({ "missed": missed, "periods": late });
        }
        if status == Status::Ended {
            for open in contracts::periods(tx, &company, &about)? {
                if open.status == PeriodStatus::Open {
                    let message = "Contrato encerrado";
                    let status = PeriodStatus::Skipped;
                    let skipped = entry(&kept, open.period, status, message, &name, ids.now());
                    contracts::close_period(tx, &skipped)?;
                }
            }
            pending::close(tx, STUCK, &about, &name, ids.now())?;
        }
        contracts::change(tx, &row)?;
        let action = match status {
            Status::Active => "contract.resumed",
            Status::Paused => "contract.paused",
            Status::Ended => "contract.ended",
        };
        let author = Author { company_id: &company, actor: &name };
        trail::record(tx, &mut ids, author, action, &about, &details)?;
        work(tx, &mut ids, &row)?;
        Ok(Changed::Done)
    })?;
    done(world, actor, id, changed)
}

/// A period as it is written down.
pub(super) fn entry(
    kept: &Kept,
    period: i64,
    status: PeriodStatus,
    message: &str,
    by: &str,
    now: jiff::Timestamp,
) -> Period {
    Period {
        contract_id: kept.row.id.clone(),
        company_id: kept.row.company_id.clone(),
        period,
        status,
        expiration_date: kept.says.due(period).unwrap_or_else(|| bank_day(now)),
        amount: Money::from_cents(kept.says.amount),
        charge_id: None,
        boleto_id: None,
        message: message.to_owned(),
        changed_by: by.to_owned(),
        changed_at: now,
    }
}

/// The amount with the yearly readjustment; `None` where there is none.
pub(super) fn readjusted(says: &NewContract) -> Option<Money> {
    let rate: Rate = says.readjustment.as_deref()?.parse().ok()?;
    let amount = Money::from_cents(says.amount);
    Some(amount + rate.of(amount, 1, 1, Rounding::HalfUp))
}

/// Raises the amount from the next period on by the percentage that the contract has. `from` is the
/// amount that the person saw, in cents: so that nothing is raised twice.
pub fn readjust(world: &World, actor: &Actor, id: &str, from: i64) -> Result<ContractView, Error> {
    actor.must(Permission::Charge)?;
    let (company, about, name) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    let changed = world.tx(move |tx, mut ids| {
        let Some(row) = contracts::lock(tx, &company, &about)? else {
            return Ok(Changed::NotFound);
        };
        let kept = Kept::read(row).map_err(|e| StoreError::Internal(e.to_string()))?;
        if kept.row.status == Status::Ended {
            return Ok(Changed::Refused(ended()));
        }
        if kept.says.amount != from {
            let message = "o valor já mudou: confira-o antes de reajustar";
            return Ok(Changed::Refused(Error::conflict("changed_meanwhile", message)));
        }
        let Some(amount) = readjusted(&kept.says) else {
            let message = "o contrato não tem reajuste: informe a porcentagem ao alterá-lo";
            return Ok(Changed::Refused(Error::conflict("no_readjustment", message)));
        };
        let says = NewContract { amount: amount.cents(), ..kept.says };
        let row = Contract { body: body(&says)?, ..kept.row };
        contracts::change(tx, &row)?;
        let author = Author { company_id: &company, actor: &name };
        let details = json!({ "from": from, "to": amount, "percent": says.readjustment });
        trail::record(tx, &mut ids, author, "contract.readjusted", &about, &details)?;
        work(tx, &mut ids, &row)?;
        Ok(Changed::Done)
    })?;
    done(world, actor, id, changed)
}
