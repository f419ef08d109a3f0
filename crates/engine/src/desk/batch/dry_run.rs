//! What would become of a file, row by row, before anything of it is issued.

use std::collections::BTreeMap;

use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::party::Address;
use quita_store::batches::{self, Batch};
use quita_store::customers;

use super::columns::{Choice, called, order};
use super::read_choice;
use crate::clock::bank_day;
use crate::desk::customers::NewCustomer;
use crate::desk::issue::{self, NewBoleto};
use crate::desk::{Actor, Permission};
use crate::error::{Error, FieldError};
use crate::world::World;

/// What would become of a file.
#[derive(Debug)]
pub struct DryRun {
    /// Rows that can be issued.
    pub good: i64,
    /// Their sum.
    pub amount: Money,
    /// Rows that cannot.
    pub bad: i64,
    /// All that is wrong with them, in the order of the file.
    pub faults: Vec<RowFault>,
    /// What is wrong with the choice for all rows, for people.
    pub general: Vec<String>,
    /// The batch that was issued from this very file before, if any.
    pub same_file: Option<Batch>,
    rows: Vec<Checked>,
}

/// One thing that is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Line in the file, from 1.
    pub line: i64,
    /// What the user calls the column.
    pub column: String,
    /// What is wrong and what to do.
    pub message: String,
}

#[derive(Debug)]
struct Checked {
    line: i64,
    order: NewBoleto,
    faults: Vec<RowFault>,
}

/// A row that is ready to be kept.
pub(super) struct ReadyRow {
    pub(super) line: i64,
    /// The order as JSON; `None` for a row that is left out.
    pub(super) body: Option<String>,
    /// Why it is left out.
    pub(super) message: String,
}

impl DryRun {
    pub(super) fn into_rows(self) -> Result<Vec<ReadyRow>, Error> {
        let ready = self.rows.into_iter().map(|row| {
            let message: Vec<String> =
                row.faults.iter().map(|f| format!("{}: {}", f.column, f.message)).collect();
            let body = row.faults.is_empty().then(|| serde_json::to_string(&row.order)).transpose();
            let body = body.map_err(|e| Error::internal(e.to_string()))?;
            Ok(ReadyRow { line: row.line, body, message: message.join("; ") })
        });
        ready.collect()
    }
}

/// Fields that are chosen once for all rows.
const GENERAL: [&str; 2] = ["account_id", "terms_id"];

/// Checks all rows of a draft whose columns are told, as [`issue::issue`] would, and that no
/// document number stands twice, in the file or in the company.
pub fn check(world: &World, actor: &Actor, batch: &Batch) -> Result<DryRun, Error> {
    actor.must(Permission::Charge)?;
    let Some(choice) = &batch.choice else {
        return Err(Error::conflict("batch_not_mapped", "diga antes o que há em cada coluna"));
    };
    let choice = read_choice(choice)?;
    let today = bank_day(world.clock.now());
    let looked = batch.clone();
    let (rows, same_file) = world.store.read(move |tx| {
        let rows = batches::rows(tx, &looked.company_id, &looked.id)?;
        Ok((rows, batches::same_file(tx, &looked)?))
    })?;
    let (orders, unreadable): (Vec<_>, Vec<_>) =
        rows.iter().map(|row| order(&choice, &row.cells, today)).unzip();
    let orders = completed(world, actor, orders)?;
    let found = issue::dry_run::faults(world, actor, &orders)?;
    let taken = taken(world, actor, &orders)?;

    let mut first: BTreeMap<String, i64> = BTreeMap::new();
    let mut dry = DryRun {
        good: 0,
        amount: Money::ZERO,
        bad: 0,
        faults: Vec::new(),
        general: Vec::new(),
        same_file,
        rows: Vec::with_capacity(rows.len()),
    };
    for ((((row, order), mut errors), found), taken) in
        rows.iter().zip(orders).zip(unreadable).zip(found).zip(taken)
    {
        for error in found {
            if GENERAL.contains(&error.field.as_str()) {
                if !dry.general.contains(&error.message) {
                    dry.general.push(error.message);
                }
            } else if !errors.iter().any(|e: &FieldError| e.field == error.field) {
                // What could not be read was said already.
                errors.push(error);
            }
        }
        let number = order.document_number.trim().to_owned();
        if !number.is_empty() {
            let earlier = *first.entry(number).or_insert(row.line);
            if earlier != row.line {
                let message = format!("o mesmo número já está na linha {earlier}");
                errors.push(FieldError::new("document_number", "repeated", message));
            } else if taken {
                let message =
                    "já existe uma cobrança com este número; ela não será emitida de novo";
                errors.push(FieldError::new("document_number", "taken", message));
            }
        }
        dry.add(row.line, order, in_words(row.line, errors, &choice, &batch.header));
    }
    Ok(dry)
}

/// What a row does not say of a customer, the register does, or a row above: issuing brings the
/// register up to date, and would empty it.
fn completed(
    world: &World,
    actor: &Actor,
    mut orders: Vec<NewBoleto>,
) -> Result<Vec<NewBoleto>, Error> {
    let company = actor.company_id.clone();
    let of = |order: &NewBoleto| Document::parse(&order.customer.as_ref()?.document).ok();
    let documents: Vec<Option<Document>> = orders.iter().map(of).collect();
    let wanted = documents.clone();
    let known = world.store.read(move |tx| {
        let known = wanted.iter().map(|document| match document {
            Some(document) => customers::by_document(tx, &company, document),
            None => Ok(None),
        });
        known.collect::<Result<Vec<_>, _>>()
    })?;
    let mut said: BTreeMap<String, NewCustomer> = BTreeMap::new();
    for ((order, document), known) in orders.iter_mut().zip(documents).zip(known) {
        let (Some(customer), Some(document)) = (&mut order.customer, document) else { continue };
        if let Some(said) = said.get(document.as_str()) {
            fill(customer, &said.email, &said.phone, said.address.as_ref());
        }
        if let Some(known) = known {
            fill(customer, &known.email, &known.phone, known.address.as_ref());
        }
        said.insert(document.as_str().to_owned(), customer.clone());
    }
    Ok(orders)
}

fn fill(customer: &mut NewCustomer, email: &str, phone: &str, address: Option<&Address>) {
    for (field, value) in [(&mut customer.email, email), (&mut customer.phone, phone)] {
        if field.is_empty() {
            value.clone_into(field);
        }
    }
    if customer.address.is_none() {
        customer.address = address.cloned();
    }
}

impl DryRun {
    fn add(&mut self, line: i64, order: NewBoleto, faults: Vec<RowFault>) {
        if faults.is_empty() {
            self.good += 1;
            self.amount = self.amount + Money::from_cents(order.amount);
        } else {
            self.bad += 1;
        }
        self.faults.extend(faults.iter().cloned());
        self.rows.push(Checked { line, order, faults });
    }
}

/// Errors in the user's words; what our rules and the bank's say of one column alike is said once.
fn in_words(
    line: i64,
    errors: Vec<FieldError>,
    choice: &Choice,
    header: &[String],
) -> Vec<RowFault> {
    let mut said: Vec<(String, String)> = Vec::new();
    let mut faults = Vec::new();
    for error in errors {
        let column = called(&error.field, choice, header);
        let once = (column.clone(), error.code);
        if !said.contains(&once) {
            said.push(once);
            faults.push(RowFault { line, column, message: error.message });
        }
    }
    faults
}

fn taken(world: &World, actor: &Actor, orders: &[NewBoleto]) -> Result<Vec<bool>, Error> {
    let company = actor.company_id.clone();
    let numbers: Vec<String> = orders.iter().map(|o| o.document_number.trim().to_owned()).collect();
    Ok(world.store.read(move |tx| {
        numbers.iter().map(|number| batches::is_taken(tx, &company, number)).collect()
    })?)
}
