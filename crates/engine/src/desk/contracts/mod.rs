//! Contracts, subscriptions and tuition («Contratos»): what is charged again each period, and is
//! issued by itself some days before it falls due.
//!
//! A period is written down when its turn has come (`open`), and again in the transaction of its
//! boleto (`issued`): whatever fails in between, it is neither lost nor charged twice. What cannot be
//! issued stays open, with the reason on the list of a person; nothing is skipped by itself, and no
//! due date is invented for a period whose own has passed.

mod check;
mod periods;
mod register;
mod schedule;

pub use periods::{emit, skip};
pub(crate) use periods::{look_again, open_due, try_open};
pub use register::{Missed, StatusChange, change, create, readjust, set_status};
pub use schedule::DAYS_BEFORE;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_core::fold::Status as BoletoStatus;
use quita_core::order::InvoiceType;
use quita_store::contracts::{self, Contract, Period, PeriodStatus, Status};
use quita_store::customers;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Actor, Permission};
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// Kind of the pending item of a contract with periods that could not be issued.
pub(crate) const STUCK: &str = "contract_stuck";

/// How far apart the periods of a contract are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Weeks.
    Weekly,
    /// Months.
    #[default]
    Monthly,
    /// Years.
    Yearly,
}

/// A contract to be registered or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// Name for people: what is charged.
    pub description: String,
    /// Unique among the contracts of the company; the next whole number when left out. Boletos are
    /// called `CT <number> - n/N`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Who owes: a customer that is kept already.
    pub customer_id: String,
    /// Account and terms, where none are given beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_form_id: Option<String>,
    /// At which account; the company's default one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Terms kept under a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_id: Option<String>,
    /// `bill_of_exchange` (when left out) or `tuition_payment`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub invoice_type: Option<InvoiceType>,
    /// Of each period, in cents.
    pub amount: i64,
    /// Due date of the first period to be issued, `YYYY-MM-DD`.
    #[schema(format = Date)]
    pub expiration_date: String,
    /// The number of that period; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_period: Option<u16>,
    /// `weekly`, `monthly` (when left out) or `yearly`.
    #[serde(default)]
    pub interval: Interval,
    /// Every so many weeks, months or years; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u16>,
    /// The day of the month on which all but the first fall due, or the last of a shorter one;
    /// the day of the first when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<u8>,
    /// The number of the last period. This, or `end_date`, or neither: it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<u16>,
    /// Nothing falls due after this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    pub end_date: Option<String>,
    /// Issued so many days before the due date; 10 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_before: Option<u16>,
    /// Percent by which a person raises the amount once a year, as decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readjustment: Option<String>,
    /// Lines printed on each boleto; those of the terms when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
}

/// A contract as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractView {
    /// UUIDv7.
    pub id: String,
    /// `active`, `paused` or `ended`.
    pub status: &'static str,
    /// What it says.
    pub contract: NewContract,
    /// The period to be issued next; `None` after the last one.
    pub next_period: Option<i64>,
    /// When that falls due.
    #[schema(value_type = Option<String>, format = Date)]
    pub next_expiration_date: Option<Date>,
    /// The day on which it is issued.
    #[schema(value_type = Option<String>, format = Date)]
    pub next_issue_date: Option<Date>,
    /// The number of the last period; `None` where it goes on.
    pub last_period: Option<i64>,
    /// How many periods have their boleto.
    pub issued: i64,
    /// How many periods wait for a person.
    pub waiting: i64,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A period of a contract whose turn has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ContractPeriod)]
pub struct PeriodView {
    /// Its number.
    pub period: i64,
    /// `open`: waits for a person or for its next try; `issued`; `skipped`.
    pub status: &'static str,
    /// What the boleto is or will be called.
    pub document_number: String,
    /// Due date.
    #[schema(value_type = String, format = Date)]
    pub expiration_date: Date,
    /// Cents.
    pub amount: i64,
    /// Why it could not be issued, or why it was skipped.
    pub message: String,
    /// The boleto that stands for it now.
    pub boleto_id: Option<String>,
    /// How that stands.
    #[schema(value_type = Option<String>, example = "REGISTERED")]
    pub boleto_status: Option<BoletoStatus>,
}

/// A contract with all that its own screen shows.
#[derive(Clone, Debug)]
pub struct Whole {
    /// The contract.
    pub view: ContractView,
    /// Periods whose turn has come, the first one first.
    pub periods: Vec<PeriodView>,
    /// Due dates to come: period, due date, day of issue.
    pub coming: Vec<(i64, Date, Date)>,
    /// Name and document of the customer.
    pub customer: (String, String),
    /// How many periods fell due while it was paused, and were not issued.
    pub missed: i64,
    /// The amount after the next readjustment, in cents.
    pub readjusted: Option<i64>,
}

/// A contract with its name of the customer, for the list.
#[derive(Clone, Debug)]
pub struct Line {
    /// The contract.
    pub view: ContractView,
    /// Name of the customer.
    pub customer: String,
}

/// A kept contract, read.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    row: Contract,
    says: NewContract,
}

impl Kept {
    fn read(row: Contract) -> Result<Self, Error> {
        let says = serde_json::from_str(row.body.get())
            .map_err(|e| Error::internal(format!("a contract does not read back: {e}")))?;
        Ok(Self { row, says })
    }

    fn view(&self, issued: i64, waiting: i64) -> ContractView {
        let Self { row, says } = self;
        let next = says.due_within(row.next_period).filter(|_| row.status != Status::Ended);
        ContractView {
            id: row.id.clone(),
            status: row.status.word(),
            contract: says.clone(),
            next_period: next.map(|_| row.next_period),
            next_expiration_date: next,
            next_issue_date: next.map(|due| says.issue_on(due)),
            last_period: says.last(),
            issued,
            waiting,
            created_by: row.created_by.clone(),
            created_at: row.created_at,
        }
    }

    /// How many periods from the next one on fell due before today.
    fn missed(&self, today: Date) -> i64 {
        let late = |n: &i64| self.says.due_within(*n).is_some_and(|due| due < today);
        let next = self.row.next_period;
        let count = (next..next + schedule::PERIODS_MAX).take_while(late).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

/// All contracts of the company, newest first.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<Line>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let (rows, counts, names) = world.store.read(move |tx| {
        let rows = contracts::list(tx, &company)?;
        let mut names = Vec::with_capacity(rows.len());
        for row in &rows {
            let customer = customers::get(tx, &company, &row.customer_id)?;
            names.push(customer.map(|customer| customer.name).unwrap_or_default());
        }
        Ok((rows, contracts::counts(tx, &company)?, names))
    })?;
    let count = |id: &str, status: PeriodStatus| {
        let found = counts.iter().find(|(of, what, _)| of == id && *what == status);
        found.map_or(0, |(_, _, count)| *count)
    };
    let lines = rows.into_iter().zip(names).map(|(row, customer)| {
        let (issued, waiting) =
            (count(&row.id, PeriodStatus::Issued), count(&row.id, PeriodStatus::Open));
        Ok(Line { view: Kept::read(row)?.view(issued, waiting), customer })
    });
    lines.collect()
}

/// One contract.
pub fn get(world: &World, actor: &Actor, id: &str) -> Result<ContractView, Error> {
    Ok(whole(world, actor, id, 0)?.view)
}

/// The periods of a contract whose turn has come.
pub fn periods(world: &World, actor: &Actor, id: &str) -> Result<Vec<PeriodView>, Error> {
    Ok(whole(world, actor, id, 0)?.periods)
}

/// A contract with its periods and so many due dates to come.
pub fn whole(world: &World, actor: &Actor, id: &str, coming: usize) -> Result<Whole, Error> {
    actor.must(Permission::Read)?;
    look(world, &actor.company_id, id, coming)
}

/// As [`whole`], for whoever may.
fn look(world: &World, company_id: &str, id: &str, coming: usize) -> Result<Whole, Error> {
    let (company, wanted) = (company_id.to_owned(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(row) = contracts::get(tx, &company, &wanted)? else { return Ok(None) };
        let periods = contracts::periods(tx, &company, &wanted)?;
        let standing = contracts::standing(tx, &company, &wanted)?;
        let customer = customers::get(tx, &company, &row.customer_id)?;
        Ok(Some((row, periods, standing, customer)))
    })?;
    let (row, periods, standing, customer) = found.ok_or_else(|| Error::not_found("contrato"))?;
    let kept = Kept::read(row)?;
    let today = bank_day(world.clock.now());
    let of = |status: PeriodStatus| {
        let count = periods.iter().filter(|period| period.status == status).count();
        i64::try_from(count).unwrap_or(0)
    };
    let mut view = kept.view(of(PeriodStatus::Issued), of(PeriodStatus::Open));
    view.contract.number = Some(kept.row.number.clone());
    let next = kept.row.next_period;
    let coming = (next..)
        .map_while(|n| kept.says.due_within(n).map(|due| (n, due, kept.says.issue_on(due))))
        .take(if kept.row.status == Status::Ended { 0 } else { coming })
        .collect();
    let missed = if kept.row.status == Status::Paused { kept.missed(today) } else { 0 };
    let periods = periods.into_iter().map(|period| {
        let stands = standing.iter().find(|one| one.period == period.period);
        period_view(&kept, period, stands)
    });
    Ok(Whole {
        periods: periods.collect(),
        coming,
        customer: customer.map_or_else(Default::default, |c| (c.name, c.document.to_string())),
        missed,
        readjusted: register::readjusted(&kept.says).map(quita_core::money::Money::cents),
        view,
    })
}

fn period_view(kept: &Kept, period: Period, stands: Option<&contracts::Standing>) -> PeriodView {
    let number = || kept.says.document_number(&kept.row.number, period.period);
    PeriodView {
        period: period.period,
        status: period.status.word(),
        document_number: stands.map_or_else(number, |one| one.document_number.clone()),
        expiration_date: stands.map_or(period.expiration_date, |one| one.expiration_date),
        amount: stands.map_or(period.amount, |one| one.amount).cents(),
        message: period.message,
        boleto_id: stands.map(|one| one.boleto_id.clone()),
        boleto_status: stands.map(|one| one.status),
    }
}

/// The due dates that a contract would have, the first ones: period, due date, day of issue.
pub fn preview(new: &NewContract, from: i64, count: usize) -> Vec<(i64, Date, Date)> {
    (from..)
        .map_while(|n| new.due_within(n).map(|due| (n, due, new.issue_on(due))))
        .take(count)
        .collect()
}
