//! Boletos on paper: drawn here, or the bank's own.

use quita_banks::contract::{Done, Op, Outcome};
use quita_banks::registry;
use quita_core::barcode::Code;
use quita_core::fold::Status;
use quita_core::order::InvoiceType;
use quita_core::party::Party;
use quita_core::terms::{InterestValue, Terms, Value};
use quita_print as print;
use quita_store::boletos::{self, Boleto};

use super::terms::Model;
use super::view::{beneficiary, company_and_accounts, is_to_pay};
use super::{Actor, Permission, logo};
use crate::by_file;
use crate::call::{self, Called, NotNow};
use crate::clock::bank_day;
use crate::connection;
use crate::error::Error;
use crate::world::{Environment, World};

/// Most boletos in one file.
pub const FILE_MAX: usize = 2000;

/// What is printed where nothing else was wished for.
const PAYMENT_PLACE: &str = "Pagável em qualquer banco, lotérica ou aplicativo até a data limite";

/// What is printed above the instructions of a boleto that cannot be paid, or not yet.
fn unpayable(boleto: &Boleto) -> Option<&'static str> {
    const TO_BE_CANCELLED: &str = "CANCELAMENTO PEDIDO: não pague este boleto.";
    Some(match boleto.status {
        Status::Created | Status::Registered if boleto.wanted.cancel.is_some() => TO_BE_CANCELLED,
        Status::Registered => return None,
        Status::Created => {
            "Ainda não registrado no banco: pagável a partir do registro, em geral no dia útil \
             seguinte."
        }
        Status::CancellationRequested => TO_BE_CANCELLED,
        Status::Cancelled => "CANCELADO: este boleto não pode mais ser pago.",
        Status::Rejected => "RECUSADO PELO BANCO: este boleto não pode ser pago.",
        Status::Expired => "EXPIRADO: o prazo para pagar este boleto acabou.",
        Status::Settled => "PAGO: este boleto já foi liquidado.",
    })
}

/// Draws boletos in the order given: as a carnê when the terms of all of them say so, else one a
/// page.
pub fn draw(world: &World, actor: &Actor, ids: &[String]) -> Result<Vec<u8>, Error> {
    draw_as(world, actor, ids, None)
}

/// As [`draw`], as one of the two when it is given.
pub fn draw_as(
    world: &World,
    actor: &Actor,
    ids: &[String],
    model: Option<Model>,
) -> Result<Vec<u8>, Error> {
    actor.must(Permission::Read)?;
    if ids.is_empty() || ids.len() > FILE_MAX {
        let message = format!("peça de 1 a {FILE_MAX} boletos");
        return Err(Error::invalid("ids", "out_of_range", message));
    }
    let (company, accounts) = company_and_accounts(world, &actor.company_id)?;
    let (company_id, wanted) = (actor.company_id.clone(), ids.to_vec());
    let found = world.store.read(move |tx| {
        wanted
            .iter()
            .map(|id| boletos::of_company(tx, &company_id, id))
            .collect::<Result<Vec<_>, _>>()
    })?;
    let beneficiary = beneficiary(&company);
    let logo = logo::of_company(world, &actor.company_id)?;
    let sandbox = world.environment == Environment::Sandbox;
    let mut drawn = Vec::with_capacity(found.len());
    for boleto in found {
        let boleto = boleto.ok_or_else(|| Error::not_found("boleto"))?;
        let account = accounts
            .iter()
            .find(|a| a.id == boleto.account_id)
            .ok_or_else(|| Error::not_found("conta"))?;
        let bank = registry::by_folder(&account.bank)
            .ok_or_else(|| Error::config(format!("banco desconhecido: {}", account.bank)))?;
        let (Some(barcode), Some(line)) = (&boleto.barcode, &boleto.writable_line) else {
            return Err(Error::conflict(
                "not_registered",
                format!(
                    "o boleto {} ainda não tem número do banco (está «{}»)",
                    boleto.order.document_number,
                    boleto.status.label()
                ),
            ));
        };
        let ctx = connection::ctx(account, world.clock.now(), sandbox);
        let our_number = boleto.our_number.clone().unwrap_or_default();
        drawn.push(Drawn {
            printed: match by_file::layout(account) {
                Some(layout) => by_file::printed(layout, account, &boleto),
                None => bank.printed(&our_number, &ctx),
            },
            instructions: {
                let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
                let all = instructions(&order.terms, order.limit_date, &order.messages);
                match unpayable(&boleto) {
                    Some(notice) => format!("{notice}\n{all}"),
                    None => all,
                }
            },
            line: printed_line(line),
            barcode: barcode.clone(),
            processed: bank_day(boleto.registered_at.unwrap_or(boleto.created_at)),
            bank: bank.info(),
            boleto,
        });
    }
    let pages: Vec<print::Boleto> = drawn
        .iter()
        .map(|d| print::Boleto {
            logo: logo.as_ref().map(|logo| &logo.drawn),
            ..d.page(&beneficiary, sandbox)
        })
        .collect();
    let all_carne = drawn.iter().all(|one| one.boleto.order.paper.carne);
    let pdf = match model {
        Some(Model::Carne) => print::carne(&pages),
        None if all_carne => print::carne(&pages),
        _ => print::boletos(&pages),
    };
    pdf.map_err(|e| Error::internal(e.to_string()))
}

struct Drawn {
    boleto: Boleto,
    bank: &'static quita_banks::info::BankInfo,
    printed: quita_banks::contract::Printed,
    instructions: String,
    line: String,
    barcode: String,
    processed: jiff::civil::Date,
}

impl Drawn {
    fn page<'a>(&'a self, beneficiary: &'a Party, sandbox: bool) -> print::Boleto<'a> {
        let order = &self.boleto.order;
        print::Boleto {
            bank_name: self.bank.name,
            bank_code: self.bank.printed_code,
            beneficiary,
            logo: None,
            beneficiary_code: &self.printed.beneficiary_code,
            customer: &order.customer,
            receiver: order.receiver.as_ref(),
            document_number: &order.document_number,
            our_number: &self.printed.our_number,
            wallet: &self.printed.wallet,
            species: match order.invoice_type {
                InvoiceType::BillOfExchange => "DM",
                InvoiceType::TuitionPayment => "ME",
                InvoiceType::Proposal => "BP",
                InvoiceType::Deposit => "BDA",
            },
            accepted: false,
            issuance_date: order.issuance_date,
            processing_date: self.processed,
            expiration_date: self.boleto.expiration_date,
            amount: self.boleto.amount,
            abatement: order.terms.abatement,
            instructions: &self.instructions,
            payment_place: match order.paper.payment_place.as_str() {
                "" => PAYMENT_PLACE,
                place => place,
            },
            writable_line: &self.line,
            barcode: &self.barcode,
            // A reader of codes does not read what stands beside them.
            br_code: self
                .boleto
                .br_code
                .as_deref()
                .filter(|_| is_to_pay(self.boleto.status, self.boleto.wanted.cancel.is_some())),
            instalment: instalment(&order.document_number),
            sandbox,
        }
    }
}

/// `(2, 3)` of `NFe 450 - 2/3`.
fn instalment(document_number: &str) -> Option<(u16, u16)> {
    let (_, instalment) = document_number.rsplit_once(" - ")?;
    let (number, of) = instalment.split_once('/')?;
    Some((number.parse().ok()?, of.parse().ok()?))
}

/// The 47 digits with dots and blanks; as the bank gave them where they do not check.
pub(crate) fn printed_line(line: &str) -> String {
    match Code::read(line) {
        Ok(Code::Boleto(barcode)) => barcode.writable_line().to_string(),
        _ => line.to_owned(),
    }
}

/// What the till must know, in the words that people expect, then the company's messages.
pub(super) fn instructions(terms: &Terms, limit: jiff::civil::Date, messages: &[String]) -> String {
    let mut lines = Vec::new();
    let date = |d: jiff::civil::Date| d.strftime("%d/%m/%Y").to_string();
    let value = |v: Value| match v {
        Value::Fixed(amount) => format!("R$ {amount}"),
        Value::Percent(rate) => format!("{} %", rate.to_string().replace('.', ",")),
    };
    for discount in &terms.discounts {
        lines.push(format!("Até {}, desconto de {}.", date(discount.date), value(discount.value)));
    }
    let fine = terms.fine.map(|fine| (fine.date, format!("multa de {}", value(fine.value))));
    let interest = terms.interest.map(|interest| {
        let text = match interest.value {
            InterestValue::PerDay(amount) => format!("juros de R$ {amount} por dia"),
            InterestValue::PerMonth(rate) => {
                format!("juros de {} % ao mês", rate.to_string().replace('.', ","))
            }
        };
        (interest.date, text)
    });
    match (fine, interest) {
        // One line, so that there is room for the messages.
        (Some((from, fine)), Some((same, interest))) if from == same => {
            lines.push(format!("A partir de {}, {fine} e {interest}.", date(from)));
        }
        (fine, interest) => {
            let each = fine.into_iter().chain(interest);
            lines.extend(each.map(|(from, what)| format!("A partir de {}, {what}.", date(from))));
        }
    }
    lines.push(format!("Não receber após {}.", date(limit)));
    lines.extend(messages.iter().cloned());
    lines.join("\n")
}

/// The PDF that the bank itself makes.
pub fn of_bank(world: &World, actor: &Actor, id: &str) -> Result<Vec<u8>, Error> {
    actor.must(Permission::Read)?;
    let (company, wanted) = (actor.company_id.clone(), id.to_owned());
    let boleto = world
        .store
        .read(move |tx| boletos::of_company(tx, &company, &wanted))?
        .ok_or_else(|| Error::not_found("boleto"))?;
    let bank_id = boleto.bank_id.ok_or_else(|| {
        Error::conflict("not_registered", "o banco ainda não registrou este boleto")
    })?;
    let connection = connection::connect(world, &boleto.account_id)?;
    let unavailable = |reason: String| Error::BankUnavailable(reason);
    match call::ask_for_person(world, &connection, Op::Pdf { bank_id })? {
        Err(NotNow::Later { reason, .. }) | Ok(Called::NotSent(reason)) => Err(unavailable(reason)),
        Err(NotNow::Never(refusal)) => Err(Error::conflict("not_supported", refusal.message)),
        Ok(Called::Answered(Outcome::Done(Done::Pdf(bytes)))) => Ok(bytes),
        Ok(Called::Answered(Outcome::Rejected(refusal))) => {
            Err(Error::conflict("refused", refusal.message))
        }
        Ok(Called::Answered(Outcome::Transient { reason, .. } | Outcome::Unknown { reason })) => {
            Err(unavailable(reason))
        }
        Ok(Called::Answered(_)) => Err(unavailable("o banco não mandou o PDF".into())),
    }
}
