//! Boletos, charges, receipts and pending items as they stand.

use quita_store::boletos;
pub use quita_store::boletos::{Filter, Labels, Totals};
use quita_store::charges::{self, Charge};
use quita_store::{LAST_ID, events, pending, receipts};
use serde::Serialize;
use utoipa::ToSchema;

use super::classifications::Registers;
use super::events::EventView;
use super::view::{BoletoView, ReceiptView, company_and_accounts};
use super::{Actor, Permission};
use crate::error::Error;
use crate::trail::{self, Author};
use crate::world::World;

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// What was found.
    pub data: Vec<T>,
    /// Give it back as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// One more than the page holds was read, to know whether there is more.
    pub(super) fn new<R>(
        mut rows: Vec<R>,
        limit: i64,
        id: impl Fn(&R) -> &str,
        view: impl Fn(R) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| id(row).to_owned()) } else { None };
        Self { data: rows.into_iter().map(view).collect(), next_cursor }
    }
}

/// What is owed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Charge)]
pub struct ChargeView {
    /// UUIDv7.
    pub id: String,
    /// Who owes.
    pub customer_id: String,
    /// The company's number of the document.
    pub document_number: String,
    /// Cents.
    pub amount: i64,
    /// Until when.
    #[schema(value_type = String, format = Date)]
    pub expiration_date: jiff::civil::Date,
    /// Which document charges.
    pub origin: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: jiff::Timestamp,
    /// Entry of the chart of accounts; empty for none.
    pub chart_account: String,
    /// Cost centre; empty for none.
    pub cost_center: String,
    /// For the company's own people; empty for none.
    pub note: String,
    /// Id of the entry. Only for screens.
    #[serde(skip)]
    pub chart_account_id: String,
    /// Id of the entry. Only for screens.
    #[serde(skip)]
    pub cost_center_id: String,
}

impl ChargeView {
    fn new(charge: Charge, registers: &Registers) -> Self {
        let name = |id: &Option<String>| registers.name(id.as_deref()).to_owned();
        Self {
            chart_account: name(&charge.chart_account_id),
            cost_center: name(&charge.cost_center_id),
            chart_account_id: charge.chart_account_id.unwrap_or_default(),
            cost_center_id: charge.cost_center_id.unwrap_or_default(),
            note: charge.note.unwrap_or_default(),
            id: charge.id,
            customer_id: charge.customer_id,
            document_number: charge.document_number,
            amount: charge.amount.cents(),
            expiration_date: charge.expiration_date,
            origin: charge.origin,
            created_at: charge.created_at,
        }
    }
}

/// Something that a person must look at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PendingItem)]
pub struct PendingView {
    /// UUIDv7.
    pub id: String,
    /// For programs: `paid_twice`, `outcome_unknown`…
    pub kind: String,
    /// The id of what it is about.
    pub subject: String,
    /// For people: what is wrong and what to do.
    pub message: String,
    /// Since when, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: jiff::Timestamp,
}

/// One boleto, with its receipts.
pub fn boleto(world: &World, actor: &Actor, id: &str) -> Result<BoletoView, Error> {
    actor.must(Permission::Read)?;
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (company_id, wanted) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(boleto) = boletos::of_company(tx, &company_id, &wanted)? else { return Ok(None) };
        let receipts = receipts::of_boleto(tx, &boleto.id)?;
        Ok(Some((boleto, receipts)))
    })?;
    let (boleto, receipts) = found.ok_or_else(|| Error::not_found("boleto"))?;
    let account = accounts
        .iter()
        .find(|a| a.id == boleto.account_id)
        .ok_or_else(|| Error::not_found("conta"))?;
    Ok(BoletoView::new(&boleto, &company, account, &receipts))
}

/// Boletos, newest first. Receipts are shown with a single boleto only.
pub fn boletos(
    world: &World,
    actor: &Actor,
    filter: Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<BoletoView>, Error> {
    actor.must(Permission::Read)?;
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (company_id, before) = (actor.company_id.clone(), cursor.unwrap_or(LAST_ID).to_owned());
    let rows =
        world.store.read(move |tx| boletos::page(tx, &company_id, &filter, &before, limit + 1))?;
    let known: Vec<_> = rows
        .into_iter()
        .filter_map(|b| accounts.iter().find(|a| a.id == b.account_id).map(|a| (b, a)))
        .collect();
    Ok(Page::new(known, limit, |(b, _)| &b.id, |(b, a)| BoletoView::new(&b, &company, a, &[])))
}

/// How many boletos of a filter are newer than the one of an id (empty: all), up to a limit.
pub fn newer(
    world: &World,
    actor: &Actor,
    filter: Filter,
    after: &str,
    limit: i64,
) -> Result<usize, Error> {
    actor.must(Permission::Read)?;
    let (company, after) = (actor.company_id.clone(), after.to_owned());
    Ok(world.store.read(move |tx| boletos::newer(tx, &company, &filter, &after, limit))?)
}

/// What all boletos of a filter amount to.
pub fn totals(world: &World, actor: &Actor, filter: Filter) -> Result<Totals, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    Ok(world.store.read(move |tx| boletos::totals(tx, &company, &filter))?)
}

/// These boletos, in the order given, without their receipts.
pub fn some(world: &World, actor: &Actor, ids: &[String]) -> Result<Vec<BoletoView>, Error> {
    actor.must(Permission::Read)?;
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (company_id, ids) = (actor.company_id.clone(), ids.to_vec());
    let found = world.store.read(move |tx| {
        ids.iter().map(|id| boletos::of_company(tx, &company_id, id)).collect::<Result<Vec<_>, _>>()
    })?;
    found
        .into_iter()
        .map(|boleto| {
            let boleto = boleto.ok_or_else(|| Error::not_found("boleto"))?;
            let account = accounts.iter().find(|account| account.id == boleto.account_id);
            let account = account.ok_or_else(|| Error::not_found("conta"))?;
            Ok(BoletoView::new(&boleto, &company, account, &[]))
        })
        .collect()
}

/// What happened to one boleto, oldest first.
pub fn timeline(world: &World, actor: &Actor, id: &str) -> Result<Vec<EventView>, Error> {
    boleto(world, actor, id)?;
    let id = id.to_owned();
    let events = world.store.read(move |tx| events::of_subject(tx, &id))?;
    Ok(events.into_iter().map(EventView::from).collect())
}

/// One charge.
pub fn charge(world: &World, actor: &Actor, id: &str) -> Result<ChargeView, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| charges::get(tx, &company, &id))?;
    let found = found.ok_or_else(|| Error::not_found("cobrança"))?;
    Ok(ChargeView::new(found, &Registers::load(world, &actor.company_id)?))
}

/// Charges, newest first.
pub fn charges(
    world: &World,
    actor: &Actor,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<ChargeView>, Error> {
    actor.must(Permission::Read)?;
    let (company, before) = (actor.company_id.clone(), cursor.unwrap_or(LAST_ID).to_owned());
    let rows = world.store.read(move |tx| charges::page(tx, &company, &before, limit + 1))?;
    let registers = Registers::load(world, &actor.company_id)?;
    Ok(Page::new(rows, limit, |c| &c.id, |charge| ChargeView::new(charge, &registers)))
}

/// Receipts, newest first.
pub fn receipts(
    world: &World,
    actor: &Actor,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<ReceiptView>, Error> {
    actor.must(Permission::Read)?;
    let (company, before) = (actor.company_id.clone(), cursor.unwrap_or(LAST_ID).to_owned());
    let rows = world.store.read(move |tx| receipts::page(tx, &company, &before, limit + 1))?;
    Ok(Page::new(rows, limit, |r| &r.id, |r| ReceiptView::new(&r)))
}

/// A person has looked at it: the item leaves the list.
pub fn close_pending(world: &World, actor: &Actor, id: &str) -> Result<(), Error> {
    actor.must(Permission::Charge)?;
    let (company, id, name) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    let closed = world.tx(move |tx, mut ids| {
        let subject = pending::close_one(tx, &company, &id, &name, ids.now())?;
        if let Some(subject) = &subject {
            let author = Author { company_id: &company, actor: &name };
            let details = serde_json::json!({ "item": id });
            trail::record(tx, &mut ids, author, "pending.closed", subject, &details)?;
        }
        Ok(subject)
    })?;
    closed.map(|_| ()).ok_or_else(|| Error::not_found("pendência"))
}

/// All that a person must look at, oldest first.
pub fn pending(world: &World, actor: &Actor) -> Result<Vec<PendingView>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let items = world.store.read(move |tx| pending::list(tx, &company))?;
    Ok(items
        .into_iter()
        .map(|item| PendingView {
            id: item.id,
            kind: item.kind,
            subject: item.subject,
            message: item.message,
            opened_at: item.opened_at,
        })
        .collect())
}
