//! «Recebimentos para o contador»: what came in, by the day of the credit, with its parts.

use jiff::civil::Date;
use quita_banks::registry;
use quita_core::calendar::Calendar;
use quita_core::fact::Means;
use quita_core::fold::fold;
use quita_core::payable::{PayableRules, payable};
use quita_store::accounts::Account;
pub use quita_store::receipts::Period;
use quita_store::receipts::{self, Booked};
use quita_store::{StoreError, Tx, facts};
use serde::Serialize;
use utoipa::ToSchema;

use super::classifications::Registers;
use super::read::Page;
use super::view::company_and_accounts;
use super::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// Receipts that are read at a time.
const AT_A_TIME: i64 = 1000;
/// Most days of a period.
pub const DAYS_MAX: i32 = 366;

/// A payment received, as the books want it. Amounts are cents.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BookedReceipt)]
pub struct BookedView {
    /// UUIDv7 of the receipt.
    pub id: String,
    /// For which boleto.
    pub boleto_id: String,
    /// The company's number of the document.
    pub document_number: String,
    /// The bank's number.
    pub our_number: Option<String>,
    /// At which account.
    pub account_id: String,
    /// The account, for people.
    pub account: String,
    /// Who owed.
    pub customer_name: String,
    /// CPF or CNPJ without punctuation.
    pub customer_document: String,
    /// The day that counts: of the credit, or of the payment where the bank did not tell the other.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// When it was or will be credited, where the bank told.
    #[schema(value_type = Option<String>, format = Date)]
    pub credited_on: Option<Date>,
    /// When the customer paid, where the bank told.
    #[schema(value_type = Option<String>, format = Date)]
    pub paid_on: Option<Date>,
    /// `boleto` or `pix`.
    #[schema(value_type = String)]
    pub means: Means,
    /// What was paid.
    pub amount: i64,
    /// Nominal amount of the boleto.
    pub nominal: i64,
    /// Interest within the amount; null where it is not known.
    pub interest: Option<i64>,
    /// Fine within it.
    pub fine: Option<i64>,
    /// Discount and abatement that it lacks.
    pub discount: Option<i64>,
    /// Whether interest, fine and discount were calculated from the terms, which explain the
    /// amount to the cent; no bank told them.
    pub calculated: bool,
    /// What the bank charged; null where it is not known.
    pub fee: Option<i64>,
    /// Whether the fee is not the bank's word, but what the company typed for the account.
    pub fee_projected: bool,
    /// What of the boleto was undone or given back, whenever; not taken off the amount.
    pub reversed: i64,
    /// The amount without the fee; null where that is not known.
    pub net: Option<i64>,
    /// Entry of the chart of accounts; empty for none.
    pub chart_account: String,
    /// Cost centre; empty for none.
    pub cost_center: String,
}

/// A proper period: not too long, and its end not before its beginning.
pub fn check(period: &Period) -> Result<(), Error> {
    if period.to < period.from {
        return Err(Error::invalid("to", "invalid", "o fim vem antes do começo"));
    }
    if (period.to - period.from).get_days() >= DAYS_MAX {
        let message = format!("escolha até {DAYS_MAX} dias");
        return Err(Error::invalid("to", "out_of_range", message));
    }
    Ok(())
}

/// A page of the receipts of a period, oldest day first. A cursor is a day and an id, `_` between them.
pub fn page(
    world: &World,
    actor: &Actor,
    period: &Period,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<BookedView>, Error> {
    actor.must(Permission::Read)?;
    check(period)?;
    let after = match cursor {
        None => (period.from, String::new()),
        Some(cursor) => read_cursor(cursor)?,
    };
    let (_, accounts) = company_and_accounts(world, &actor.company_id)?;
    let registers = Registers::load(world, &actor.company_id)?;
    let (company, wanted) = (actor.company_id.clone(), period.clone());
    let mut rows = world.store.read(move |tx| {
        let rows = receipts::booked(tx, &company, &wanted, (after.0, &after.1), limit + 1)?;
        let with_reversals = rows.into_iter().map(|row| {
            let reversed = if row.is_reversed { reversed(tx, &row.receipt.boleto_id)? } else { 0 };
            Ok((row, reversed))
        });
        with_reversals.collect::<Result<Vec<_>, StoreError>>()
    })?;
    let most = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    let next_cursor = rows.last().filter(|_| more);
    let next_cursor = next_cursor.map(|(row, _)| format!("{}_{}", row.day, row.receipt.id));
    let calendar = Calendar::national();
    let view = |(row, reversed)| view(row, reversed, &accounts, &registers, &calendar);
    Ok(Page { data: rows.into_iter().map(view).collect(), next_cursor })
}

/// What of a boleto was undone or given back, in cents.
fn reversed(tx: &mut Tx, boleto_id: &str) -> Result<i64, StoreError> {
    let kept = facts::of_boleto(tx, boleto_id)?;
    Ok(fold(kept.iter().map(|kept| (kept.channel, &kept.fact))).reversed.cents())
}

fn read_cursor(cursor: &str) -> Result<(Date, String), Error> {
    let (day, id) = cursor.split_once('_').unwrap_or_default();
    let is_id = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    match day.parse() {
        Ok(day) if is_id => Ok((day, id.to_owned())),
        _ => {
            let message = "devolva o next_cursor da página anterior, como veio";
            Err(Error::invalid("cursor", "invalid", message))
        }
    }
}

fn view(
    booked: Booked,
    reversed: i64,
    accounts: &[Account],
    registers: &Registers,
    calendar: &Calendar,
) -> BookedView {
    let Booked { receipt, day, amount, expiration_date, order, .. } = booked;
    let account = accounts.iter().find(|account| account.id == receipt.account_id);
    let bank = account.and_then(|account| registry::by_folder(&account.bank));
    let rules = bank.map_or(PayableRules::DEFAULT, |bank| bank.info().payable);
    let order = order.changed(expiration_date, amount);
    // Only what comes to the very cent is an explanation; anything else would be a guess.
    let due = receipt
        .paid_on
        .map(|on| payable(order.amount, order.expiration_date, &order.terms, on, calendar, rules));
    let due = due.filter(|due| due.total == receipt.amount);
    let typed = account.and_then(|account| account.fee);
    let fee = receipt.fee.or(typed);
    BookedView {
        document_number: order.document_number,
        our_number: booked.our_number,
        account: account.map(|account| account.description.clone()).unwrap_or_default(),
        account_id: receipt.account_id,
        customer_name: order.customer.name,
        customer_document: order.customer.document.as_str().to_owned(),
        day,
        credited_on: receipt.credited_on,
        paid_on: receipt.paid_on,
        means: receipt.means,
        amount: receipt.amount.cents(),
        nominal: amount.cents(),
        interest: due.map(|due| due.interest.cents()),
        fine: due.map(|due| due.fine.cents()),
        discount: due.map(|due| (due.discount + due.abatement).cents()),
        calculated: due.is_some(),
        fee: fee.map(|fee| fee.cents()),
        fee_projected: receipt.fee.is_none() && fee.is_some(),
        reversed,
        net: fee.map(|fee| (receipt.amount - fee).cents()),
        chart_account: registers.name(booked.chart_account_id.as_deref()).to_owned(),
        cost_center: registers.name(booked.cost_center_id.as_deref()).to_owned(),
        id: receipt.id,
        boleto_id: receipt.boleto_id,
    }
}

/// What came in on one day, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayTotals {
    /// Which.
    pub day: Date,
    /// How many receipts.
    pub count: i64,
    /// What was paid.
    pub amount: i64,
    /// Interest, as far as it is known.
    pub interest: i64,
    /// Fines, as far as they are known.
    pub fine: i64,
    /// Discounts and abatements, as far as they are known.
    pub discount: i64,
    /// Of how many interest, fine and discount were calculated.
    pub calculated: i64,
    /// Of how many they are not known.
    pub without_parts: i64,
    /// Of how many the fee is what the company typed.
    pub projected: i64,
    /// Of how many it is not known.
    pub without_fee: i64,
    /// Of how many something was undone or given back, on whatever day.
    pub reversed: i64,
    fees: i64,
}

impl DayTotals {
    fn add(&mut self, receipt: &BookedView) {
        let one = |yes: bool| i64::from(yes);
        self.count += 1;
        self.amount += receipt.amount;
        self.interest += receipt.interest.unwrap_or(0);
        self.fine += receipt.fine.unwrap_or(0);
        self.discount += receipt.discount.unwrap_or(0);
        self.calculated += one(receipt.calculated);
        self.without_parts += one(receipt.interest.is_none());
        self.fees += receipt.fee.unwrap_or(0);
        self.projected += one(receipt.fee_projected);
        self.without_fee += one(receipt.fee.is_none());
        self.reversed += one(receipt.reversed > 0);
    }

    /// Fees, as far as they are known; `None` where none is.
    pub fn fee(&self) -> Option<i64> {
        (self.without_fee < self.count).then_some(self.fees)
    }

    /// What is left without the fees; `None` unless all of them are known.
    pub fn net(&self) -> Option<i64> {
        (self.without_fee == 0).then_some(self.amount - self.fees)
    }
}

/// What a period amounts to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Each day that had anything, the first one first.
    pub days: Vec<DayTotals>,
    /// All of them.
    pub total: DayTotals,
    /// How many receipts of the company have no day at all, whatever the period.
    pub undated: i64,
}

/// What came in on each day of a period. It is read a page at a time, however long it is.
pub fn summary(world: &World, actor: &Actor, period: &Period) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut cursor = None;
    loop {
        let page = page(world, actor, period, cursor.as_deref(), AT_A_TIME)?;
        for receipt in &page.data {
            if summary.days.last().is_none_or(|last| last.day != receipt.day) {
                summary.days.push(DayTotals { day: receipt.day, ..DayTotals::default() });
            }
            if let Some(last) = summary.days.last_mut() {
                last.add(receipt);
            }
            summary.total.add(receipt);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let company = actor.company_id.clone();
    summary.undated = world.store.read(move |tx| receipts::undated(tx, &company))?;
    Ok(summary)
}

/// How many receipts a period has.
pub fn count(world: &World, actor: &Actor, period: &Period) -> Result<i64, Error> {
    actor.must(Permission::Read)?;
    check(period)?;
    let (company, period) = (actor.company_id.clone(), period.clone());
    Ok(world.store.read(move |tx| receipts::count(tx, &company, &period))?)
}
