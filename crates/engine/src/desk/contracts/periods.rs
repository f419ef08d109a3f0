//! Each period gets its boleto: by itself when its day has come, or because a person says so.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use quita_core::money::Money;
use quita_store::boletos::Boleto;
use quita_store::contracts::{self, Period, PeriodStatus, Status};
use quita_store::pending::{self, PendingItem};
use quita_store::{StoreError, Tx, accounts, events};
use serde_json::json;

use super::register::entry;
use super::{Kept, STUCK, schedule};
use crate::clock::{bank_day, bank_midnight};
use crate::desk::issue::{self, NewBoleto, fingerprint};
use crate::desk::once::Request;
use crate::desk::origin::Origin;
use crate::desk::{Actor, Permission, payment_forms};
use crate::error::Error;
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// What could not be issued is tried again so much later: a person may have corrected it.
const TRY_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// An open period that got no boleto, and why.
pub(crate) struct Stuck {
    period: i64,
    why: String,
    /// Whether only a person can go on: its due date has passed.
    late: bool,
}

/// Writes down the periods whose day of issue has come. Gives those that have no boleto yet; `None`
/// when the contract is not active.
pub(crate) fn open_due(
    world: &World,
    company_id: &str,
    id: &str,
) -> Result<Option<(Kept, Vec<Period>)>, Error> {
    let (company, id) = (company_id.to_owned(), id.to_owned());
    let found = world.tx(move |tx, mut ids| {
        let row = contracts::lock(tx, &company, &id)?.filter(|row| row.status == Status::Active);
        let Some(row) = row else { return Ok(None) };
        let mut kept = Kept::read(row).map_err(|e| StoreError::Internal(e.to_string()))?;
        let today = bank_day(ids.now());
        let before = kept.row.next_period;
        while let Some(due) = kept.says.due_within(kept.row.next_period)
            && kept.says.issue_on(due) <= today
            && kept.row.next_period < before + schedule::PERIODS_MAX
        {
            let status = PeriodStatus::Open;
            let period = entry(&kept, kept.row.next_period, status, "", "system", ids.now());
            contracts::insert_period(tx, &period)?;
            kept.row.next_period += 1;
        }
        let mut open = contracts::periods(tx, &company, &id)?;
        open.retain(|period| period.status == PeriodStatus::Open);
        let over = open.is_empty() && kept.says.due_within(kept.row.next_period).is_none();
        if over {
            kept.row.status = Status::Ended;
            let author = Author { company_id: &company, actor: "system" };
            trail::record(tx, &mut ids, author, "contract.ended", &id, &json!({}))?;
        }
        if over || kept.row.next_period != before {
            contracts::change(tx, &kept.row)?;
        }
        Ok((!over).then_some((kept, open)))
    })?;
    Ok(found)
}

/// Issues an open period, if its due date is still to come. What is wrong with it is given; an error
/// is not about the period, such as a database that does not answer.
pub(crate) fn try_open(
    world: &World,
    kept: &Kept,
    period: &Period,
) -> Result<Option<Stuck>, Error> {
    let actor = Actor {
        name: kept.row.created_by.clone(),
        company_id: kept.row.company_id.clone(),
        permissions: vec![Permission::Read, Permission::Charge],
    };
    let number = kept.says.document_number(&kept.row.number, period.period);
    let due = period.expiration_date;
    let day = due.strftime("%d/%m/%Y");
    let stuck = |why: String, late: bool| Ok(Some(Stuck { period: period.period, why, late }));
    if due < bank_day(world.clock.now()) {
        let why = format!("{number} venceu em {day} sem boleto: dê outro vencimento ou pule");
        return stuck(why, true);
    }
    let why = match issue_one(world, &actor, kept, period.period, due) {
        Ok(_) => return Ok(None),
        Err(Error::Invalid(errors)) => {
            let said: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            said.join("; ")
        }
        Err(Error::Conflict { message, .. }) => {
            if !is_open(world, kept, period.period)? {
                return Ok(None);
            }
            message
        }
        Err(error @ (Error::OtherBody | Error::NotFound(_))) => error.to_string(),
        Err(other) => return Err(other),
    };
    stuck(format!("{number}, com vencimento em {day}: {why}"), false)
}

/// Whether a period can still be issued: others may have done so, or paused the contract.
fn is_open(world: &World, kept: &Kept, period: i64) -> Result<bool, Error> {
    let (company, id) = (kept.row.company_id.clone(), kept.row.id.clone());
    Ok(world.store.read(move |tx| {
        let row = contracts::get(tx, &company, &id)?;
        let found = contracts::periods(tx, &company, &id)?.into_iter();
        let mut open = found.filter(|p| p.period == period && p.status == PeriodStatus::Open);
        Ok(row.is_some_and(|row| row.status == Status::Active) && open.next().is_some())
    })?)
}

/// Writes down what could not be issued, in the transaction that ends the work. Gives when to look at
/// the contract again; `None` when nobody needs to.
pub(crate) fn look_again(
    tx: &mut Tx,
    ids: &mut Ids,
    kept: &Kept,
    stuck: &[Stuck],
) -> Result<Option<Timestamp>, StoreError> {
    let (company, id) = (&kept.row.company_id, &kept.row.id);
    for one in stuck {
        contracts::say(tx, company, id, one.period, &one.why)?;
    }
    if stuck.is_empty() {
        pending::close(tx, STUCK, id, "system", ids.now())?;
    } else {
        let all: Vec<&str> = stuck.iter().map(|one| one.why.as_str()).collect();
        let message =
            format!("O contrato «{}» não pôde emitir: {}.", kept.says.description, all.join(". "));
        tell(tx, ids, kept, message)?;
    }
    let next = kept.says.due_within(kept.row.next_period).map(|due| kept.says.issue_on(due));
    let again = stuck.iter().any(|one| !one.late).then(|| ids.now().checked_add(TRY_AGAIN).ok());
    let next = next.map(bank_midnight).into_iter().chain(again.flatten()).min();
    // The last period has its boleto: only the end is left to be written.
    Ok(if next.is_none() && stuck.is_empty() { Some(ids.now()) } else { next })
}

fn tell(tx: &mut Tx, ids: &mut Ids, kept: &Kept, message: String) -> Result<(), StoreError> {
    let item = PendingItem {
        id: ids.next_id(),
        company_id: kept.row.company_id.clone(),
        kind: STUCK.to_owned(),
        subject: kept.row.id.clone(),
        message,
        opened_at: ids.now(),
    };
    if pending::open(tx, &item)? {
        let body = json!({ "contract_id": kept.row.id, "kind": STUCK, "message": item.message });
        let (company, subject) = (&item.company_id, &item.subject);
        let id = ids.next_id();
        let body = body.to_string();
        events::insert(tx, &id, company, "pending.opened", subject, &body, ids.now())?;
    }
    Ok(())
}

/// «Emitir agora»: the next period, before its day, or an open one, which may get another due date.
/// Gives the id of its boleto.
pub fn emit(
    world: &World,
    actor: &Actor,
    id: &str,
    period: i64,
    due: Option<Date>,
) -> Result<String, Error> {
    actor.must(Permission::Charge)?;
    let (company, wanted) = (actor.company_id.clone(), id.to_owned());
    let (row, periods) = world.store.read(move |tx| {
        Ok((contracts::get(tx, &company, &wanted)?, contracts::periods(tx, &company, &wanted)?))
    })?;
    let kept = Kept::read(row.ok_or_else(|| Error::not_found("contrato"))?)?;
    if kept.row.status != Status::Active {
        let message = "o contrato não está ativo: retome-o para emitir";
        return Err(Error::conflict("contract_not_active", message));
    }
    let written = periods.into_iter().find(|one| one.period == period);
    if let Some(Period { status: PeriodStatus::Issued, boleto_id: Some(boleto), .. }) = written {
        return Ok(boleto);
    }
    let known = match &written {
        Some(one) if one.status == PeriodStatus::Open => Some(one.expiration_date),
        None if period == kept.row.next_period => kept.says.due_within(period),
        _ => None,
    };
    let known = known.ok_or_else(not_its_turn)?;
    match issue_one(world, actor, &kept, period, due.unwrap_or(known)) {
        // Somebody else was quicker, or it is the number that is taken.
        Err(Error::Conflict { .. }) if written.is_some() && !is_open(world, &kept, period)? => {
            Err(not_its_turn())
        }
        other => other,
    }
}

fn not_its_turn() -> Error {
    let message = "este período já foi emitido ou pulado, ou não é a vez dele; confira a lista";
    Error::conflict("not_its_turn", message)
}

/// A person decides that a period is not charged: the next one, or an open one.
pub fn skip(world: &World, actor: &Actor, id: &str, period: i64) -> Result<(), Error> {
    actor.must(Permission::Charge)?;
    let (company, id, name) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        let Some(row) = contracts::lock(tx, &company, &id)? else { return Ok(None) };
        let mut kept = Kept::read(row).map_err(|e| StoreError::Internal(e.to_string()))?;
        let status = PeriodStatus::Skipped;
        let skipped = entry(&kept, period, status, "Pulado", &name, ids.now());
        let is_next = period == kept.row.next_period && kept.says.due_within(period).is_some();
        let done = if is_next && kept.row.status != Status::Ended {
            kept.row.next_period += 1;
            contracts::insert_period(tx, &skipped)? && contracts::change(tx, &kept.row)?
        } else {
            contracts::close_period(tx, &skipped)?
        };
        if done {
            let author = Author { company_id: &company, actor: &name };
            let details = json!({ "period": period });
            trail::record(tx, &mut ids, author, "contract.period_skipped", &id, &details)?;
            let now = ids.now();
            enqueue(tx, &mut ids, &company, Kind::Contract, &id, now)?;
        }
        Ok(Some(done))
    })?;
    world.bell.ring();
    let done = done.ok_or_else(|| Error::not_found("contrato"))?;
    if done { Ok(()) } else { Err(not_its_turn()) }
}

/// Issues a period, and writes that down in the same transaction. Gives the id of the boleto.
fn issue_one(
    world: &World,
    actor: &Actor,
    kept: &Kept,
    period: i64,
    due: Date,
) -> Result<String, Error> {
    let new = order(world, actor, kept, period, due)?;
    let (company, id) = (kept.row.company_id.clone(), kept.row.id.clone());
    // The key is kept for a while only; the period is written down for ever.
    let key = format!("contract:{id}:{period}");
    let request = Request { fingerprint: fingerprint("contract", key.as_bytes()), key };
    let (ids, by, amount) = (world.ids(), actor.name.clone(), new.amount);
    let stored = issue::issue_with(world, actor, &request, &new, move |tx, boleto: &Boleto| {
        let row = contracts::lock(tx, &company, &id)?.filter(|row| row.status == Status::Active);
        let Some(mut row) = row else { return Ok(false) };
        let issued = Period {
            contract_id: id.clone(),
            company_id: company.clone(),
            period,
            status: PeriodStatus::Issued,
            expiration_date: due,
            amount: Money::from_cents(amount),
            charge_id: Some(boleto.charge_id.clone()),
            boleto_id: Some(boleto.id.clone()),
            message: String::new(),
            changed_by: by.clone(),
            changed_at: ids.now(),
        };
        let mut ids = ids.clone();
        if period == row.next_period {
            row.next_period += 1;
            if !contracts::insert_period(tx, &issued)? || !contracts::change(tx, &row)? {
                return Ok(false);
            }
        } else if !contracts::close_period(tx, &issued)? {
            return Ok(false);
        }
        let author = Author { company_id: &company, actor: &by };
        let details = json!({ "period": period, "boleto": boleto.id, "amount": amount });
        trail::record(tx, &mut ids, author, "contract.period_issued", &id, &details)?;
        let now = ids.now();
        enqueue(tx, &mut ids, &company, Kind::Contract, &id, now)?;
        Ok(true)
    })?;
    let body: serde_json::Value = serde_json::from_str(&stored.body)
        .map_err(|e| Error::internal(format!("answer of a boleto: {e}")))?;
    Ok(body["id"].as_str().unwrap_or_default().to_owned())
}

/// The boleto of a period.
fn order(
    world: &World,
    actor: &Actor,
    kept: &Kept,
    period: i64,
    due: Date,
) -> Result<NewBoleto, Error> {
    let says = &kept.says;
    let (mut account_id, mut terms_id) = (says.account_id.clone(), says.terms_id.clone());
    if let Some(id) = &says.payment_form_id {
        let form = payment_forms::find(world, actor, id)?.filter(|form| form.active);
        let Some(form) = form else {
            let message =
                "a forma de pagamento está inativa: reative-a ou escolha outra no contrato";
            return Err(Error::invalid("payment_form_id", "inactive", message));
        };
        account_id = account_id.or(form.account_id);
        terms_id = terms_id.or(form.terms_id);
    }
    if let Some(id) = account_id.clone() {
        let company = actor.company_id.clone();
        let mut found = world.store.read(move |tx| accounts::list(tx, &company))?.into_iter();
        let inactive = |a: &accounts::Account| a.id == id && a.status != accounts::ACTIVE_STATUS;
        if let Some(account) = found.find(inactive) {
            let message = format!(
                "a conta «{}» está inativa: reative-a ou escolha outra no contrato",
                account.description
            );
            return Err(Error::invalid("account_id", "inactive", message));
        }
    }
    Ok(NewBoleto {
        chart_account: None,
        cost_center: None,
        note: None,
        account_id,
        document_number: says.document_number(&kept.row.number, period),
        amount: says.amount,
        expiration_date: due.to_string(),
        limit_date: None,
        customer: None,
        customer_id: Some(says.customer_id.clone()),
        receiver: None,
        invoice_type: says.invoice_type,
        terms_id,
        fine: None,
        interest: None,
        discounts: Vec::new(),
        abatement: 0,
        messages: says.messages.clone(),
        hybrid: None,
        model: None,
        payment_place: None,
        origin: Some(Origin::Contract.word().to_owned()),
        replaces: None,
    })
}
