//! What a stranger with the link of a boleto may see: what to pay, how, and whether it is paid.

use std::sync::Arc;

use jiff::civil::Date;
use quita_core::barcode::Code;
use quita_core::fold::Status;
use quita_core::payable::Payable;
use quita_store::boletos::{self, Boleto};
use quita_store::{companies, receipts};

use super::logo::{self, KeptLogo};
use super::{Actor, due, pdf};
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// A boleto as its payer sees it. Nothing else of the company is told.
#[derive(Clone, Debug)]
pub struct PayerView {
    /// Who is paid: the name on the shop front, or the legal name.
    pub beneficiary: String,
    /// Whether it has a logo.
    pub has_logo: bool,
    /// Who owes.
    pub customer: String,
    /// The company's number of the document.
    pub document_number: String,
    /// Due date.
    pub expiration_date: Date,
    /// Last day of payment.
    pub limit_date: Date,
    /// What can be done about it.
    pub state: PayerState,
    /// What is due today, and why.
    pub payable: Payable,
    /// 47 digits in groups, once registered.
    pub writable_line: Option<String>,
    /// Pix «copia e cola» of a hybrid boleto, once registered.
    pub br_code: Option<String>,
}

/// Where a boleto stands for its payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayerState {
    /// It can be paid.
    Open,
    /// The bank has not registered it yet.
    Soon,
    /// It was paid, on this day where it is known.
    Paid(Option<Date>),
    /// It cannot be paid any more; the company may give another.
    Over,
}

/// The boleto of a link.
///
/// # Errors
/// [`Error::NotFound`] for a link that leads nowhere.
pub fn payer(world: &World, link: &str) -> Result<PayerView, Error> {
    let Found { boleto, company, paid_on } = find(world, link)?;
    let payable = due::today(world, &boleto)?;
    let today = bank_day(world.clock.now());
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let state = match boleto.status {
        Status::Settled => PayerState::Paid(paid_on),
        Status::Created => PayerState::Soon,
        // Nobody wants it paid any more; should the bank refuse, it is open again.
        Status::Registered if boleto.wanted.cancel.is_some() => PayerState::Over,
        Status::Registered if today <= order.limit_date => PayerState::Open,
        _ => PayerState::Over,
    };
    let open = state == PayerState::Open;
    let line = boleto.writable_line.filter(|_| open).map(|line| match Code::read(&line) {
        Ok(Code::Boleto(barcode)) => barcode.writable_line().to_string(),
        _ => line,
    });
    Ok(PayerView {
        has_logo: logo::of_company(world, &boleto.company_id)?.is_some(),
        beneficiary: company,
        customer: order.customer.name.clone(),
        document_number: order.document_number.clone(),
        expiration_date: order.expiration_date,
        limit_date: order.limit_date,
        state,
        payable,
        writable_line: line,
        br_code: boleto.br_code.filter(|_| open),
    })
}

/// The slip of a link as PDF, while it can be paid.
///
/// # Errors
/// [`Error::NotFound`] for a link that leads nowhere, or to a boleto that is not to be paid.
pub fn slip(world: &World, link: &str) -> Result<Vec<u8>, Error> {
    if payer(world, link)?.state != PayerState::Open {
        return Err(Error::not_found("boleto"));
    }
    let boleto = find(world, link)?.boleto;
    pdf::draw(world, &Actor::system(boleto.company_id), &[boleto.id])
}

/// The logo of the company whose boleto a link leads to.
///
/// # Errors
/// [`Error::NotFound`] for a link that leads nowhere, and where there is no logo.
pub fn logo(world: &World, link: &str) -> Result<Arc<KeptLogo>, Error> {
    let boleto = find(world, link)?.boleto;
    logo::of_company(world, &boleto.company_id)?.ok_or_else(|| Error::not_found("logotipo"))
}

struct Found {
    boleto: Boleto,
    /// Its name for strangers.
    company: String,
    paid_on: Option<Date>,
}

fn find(world: &World, link: &str) -> Result<Found, Error> {
    let link = link.to_owned();
    let found = world.store.read(move |tx| {
        let Some(boleto) = boletos::by_public_token(tx, &link)? else { return Ok(None) };
        let company = companies::get(tx, &boleto.company_id)?;
        let paid_on = receipts::of_boleto(tx, &boleto.id)?.iter().filter_map(|r| r.paid_on).min();
        Ok(company.map(|company| (boleto, company, paid_on)))
    })?;
    let (boleto, company, paid_on) = found.ok_or_else(|| Error::not_found("boleto"))?;
    let names = [company.trade_name, company.name];
    Ok(Found {
        boleto,
        company: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
        paid_on,
    })
}
