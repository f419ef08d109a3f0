//! «Plano de contas», «centro de custo» and «observação»: how a charge is filed by the company. None
//! of it is printed or sent to the bank.

use std::collections::BTreeMap;

use quita_store::boletos;
use quita_store::charges;
use quita_store::classifications::{self, Classification};
use quita_store::{LAST_ID, StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::issue::{NewBoleto, Stored};
use super::once::{Request, once};
use super::read::Filter;
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::world::World;

/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 60;
/// Longest note, in characters.
pub const NOTE_MAX: usize = 500;

/// One of the two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// Chart of accounts: what the money is for.
    ChartAccount,
    /// Cost centre: which part of the company it belongs to.
    CostCenter,
}

impl Register {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ChartAccount, Self::CostCenter];

    /// The word in the database and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ChartAccount => "chart_account",
            Self::CostCenter => "cost_center",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ChartAccount => "Plano de contas",
            Self::CostCenter => "Centro de custo",
        }
    }
}

/// An entry of a register to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = NewClassification)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// Name for people, unique in its register, up to 60 characters.
    pub description: String,
    /// Whether new boletos may have it; yes when left out.
    pub active: Option<bool>,
}

/// An entry of a register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Classification)]
pub struct Entry {
    /// UUIDv7.
    pub id: String,
    /// Name for people, unique in its register.
    pub description: String,
    /// Whether new boletos may have it.
    pub active: bool,
}

/// Both registers of a company, by description.
#[derive(Clone, Debug, Default)]
pub struct Registers(Vec<Classification>);

impl Registers {
    pub(super) fn load(world: &World, company_id: &str) -> Result<Self, Error> {
        let company = company_id.to_owned();
        Ok(Self(world.store.read(move |tx| classifications::list(tx, &company))?))
    }

    /// The entries of one.
    pub fn entries(&self, register: Register) -> impl Iterator<Item = Entry> {
        let of = self.0.iter().filter(move |entry| entry.kind == register.word());
        of.map(|entry| Entry {
            id: entry.id.clone(),
            description: entry.description.clone(),
            active: entry.active,
        })
    }

    /// Whether there is nothing in either.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What an entry is called; empty where there is none of this id.
    pub fn name(&self, id: Option<&str>) -> &str {
        let found = id.and_then(|id| self.0.iter().find(|entry| entry.id == id));
        found.map_or("", |entry| entry.description.as_str())
    }

    /// The entry that a text means: its id, or its description whatever its case and accents.
    fn find(&self, register: Register, text: &str) -> Option<&Classification> {
        let plain = |text: &str| quita_formats::ascii::fold(text.trim()).0.to_lowercase();
        let mut of = self.0.iter().filter(|entry| entry.kind == register.word());
        let mut same = of.clone().filter(|entry| plain(&entry.description) == plain(text));
        of.find(|entry| entry.id == text).or_else(|| same.next())
    }
}

/// The registers of the company.
pub fn registers(world: &World, actor: &Actor) -> Result<Registers, Error> {
    actor.must(Permission::Read)?;
    Registers::load(world, &actor.company_id)
}

/// The id of the entry that a text means, for a filter. One that is not there finds nothing.
pub fn wanted(
    world: &World,
    actor: &Actor,
    register: Register,
    text: &str,
) -> Result<Option<String>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let all = registers(world, actor)?;
    let found = all.find(register, text).map(|entry| entry.id.clone());
    Ok(Some(found.unwrap_or_else(|| text.to_owned())))
}

/// Saves an entry, once for each key; the one of the same description is changed.
pub fn keep(
    world: &World,
    actor: &Actor,
    request: &Request,
    register: Register,
    new: &NewEntry,
) -> Result<Stored, Error> {
    once(world, actor, request, prepare(world, actor, register, new), Entry::clone)
}

fn prepare(
    world: &World,
    actor: &Actor,
    register: Register,
    new: &NewEntry,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<Entry, StoreError> + use<>, Error> {
    actor.must(Permission::Charge)?;
    let mut errors = FieldErrors::default();
    let description = checked(&mut errors, &new.description);
    errors.check()?;
    let all = Registers::load(world, &actor.company_id)?;
    let known = all.find(register, &description).map(|entry| entry.id.clone());
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    let active = new.active.unwrap_or(true);
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let id = known.clone().unwrap_or_else(|| ids.next_id());
        let entry = Entry { id, description: description.clone(), active };
        if !write(tx, &mut ids, register, &company, &name, &entry, known.is_some())? {
            // Somebody else added it since.
            return Err(StoreError::Busy("the register has it by now".into()));
        }
        Ok(entry)
    })
}

/// Writes an entry with its trace; false when its description is taken.
fn write(
    tx: &mut Tx,
    ids: &mut Ids,
    register: Register,
    company: &str,
    actor: &str,
    entry: &Entry,
    is_known: bool,
) -> Result<bool, StoreError> {
    let Entry { id, description, active } = entry.clone();
    let done = if is_known {
        classifications::change(tx, company, &id, &description, active)?
    } else {
        let kind = register.word().to_owned();
        let (company_id, created_at) = (company.to_owned(), ids.now());
        let row = Classification { id, company_id, kind, description, active, created_at };
        classifications::insert(tx, &row)?
    };
    if done {
        let details = json!({ "register": register.word(), "active": active });
        let author = Author { company_id: company, actor };
        trail::record(tx, ids, author, "classification.saved", &entry.id, &details)?;
    }
    Ok(done)
}

/// A description that can be kept.
fn checked(errors: &mut FieldErrors, description: &str) -> String {
    let description = description.trim();
    if description.is_empty() {
        errors.add("description", "missing", "dê um nome");
    } else if description.chars().count() > DESCRIPTION_MAX {
        let message = format!("use até {DESCRIPTION_MAX} caracteres");
        errors.add("description", "too_long", message);
    }
    description.to_owned()
}

/// Saves an entry: a new one, or the one of this id. Gives its id.
pub fn save(
    world: &World,
    actor: &Actor,
    register: Register,
    id: Option<&str>,
    description: &str,
    active: bool,
) -> Result<String, Error> {
    actor.must(Permission::Charge)?;
    let all = Registers::load(world, &actor.company_id)?;
    let mut errors = FieldErrors::default();
    let description = checked(&mut errors, description);
    if let Some(same) = all.find(register, &description)
        && Some(same.id.as_str()) != id
    {
        errors.add("description", "taken", format!("já existe «{}»", same.description));
    }
    errors.check()?;
    if id.is_some_and(|id| !all.entries(register).any(|entry| entry.id == id)) {
        return Err(Error::not_found("item do cadastro"));
    }
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    let known = id.map(str::to_owned);
    let saved = world.tx(move |tx, mut ids| {
        let id = known.clone().unwrap_or_else(|| ids.next_id());
        let entry = Entry { id, description: description.clone(), active };
        let done = write(tx, &mut ids, register, &company, &name, &entry, known.is_some())?;
        Ok(done.then_some(entry.id))
    });
    let taken = || Error::invalid("description", "taken", "já existe um com este nome");
    match saved {
        Ok(saved) => saved.ok_or_else(taken),
        Err(StoreError::Conflict { .. }) => Err(taken()),
        Err(error) => Err(error.into()),
    }
}

/// How a charge is filed: `None` says nothing, an empty text says «none».
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Labels {
    pub(super) chart_account_id: Option<String>,
    pub(super) cost_center_id: Option<String>,
    pub(super) note: Option<String>,
}

/// Whether it says anything for which the registers must be read.
pub(super) fn names_any(new: &NewBoleto) -> bool {
    new.chart_account.is_some() || new.cost_center.is_some()
}

/// How a new boleto is filed; what is wrong is added to `errors`.
pub(super) fn labels(
    all: &Registers,
    errors: &mut FieldErrors,
    prefix: &str,
    new: &NewBoleto,
) -> Labels {
    let mut id = |register: Register, text: &Option<String>| {
        let text = text.as_deref()?.trim();
        if text.is_empty() {
            return Some(String::new());
        }
        let field = format!("{prefix}{}", register.word());
        match all.find(register, text) {
            Some(entry) if entry.active => Some(entry.id.clone()),
            Some(entry) => {
                let message = format!("«{}» está inativo: escolha outro", entry.description);
                errors.add(field, "inactive", message);
                None
            }
            None => {
                let message =
                    format!("não há «{text}» em «{}»: cadastre-o antes", register.label());
                errors.add(field, "not_found", message);
                None
            }
        }
    };
    let chart_account_id = id(Register::ChartAccount, &new.chart_account);
    let cost_center_id = id(Register::CostCenter, &new.cost_center);
    let note = new.note.as_deref().map(|note| note.trim().to_owned());
    if note.as_deref().is_some_and(|note| note.chars().count() > NOTE_MAX) {
        errors.add(format!("{prefix}note"), "too_long", format!("use até {NOTE_MAX} caracteres"));
    }
    Labels { chart_account_id, cost_center_id, note }
}

/// Files a charge anew. Ids of entries and the note; empty is none. An entry that became inactive
/// may stay where it is.
pub fn file(
    world: &World,
    actor: &Actor,
    charge_id: &str,
    chart_account_id: &str,
    cost_center_id: &str,
    note: &str,
) -> Result<(), Error> {
    actor.must(Permission::Charge)?;
    let all = Registers::load(world, &actor.company_id)?;
    let (company, id) = (actor.company_id.clone(), charge_id.to_owned());
    let known = world.store.read(move |tx| charges::get(tx, &company, &id))?;
    let known = known.ok_or_else(|| Error::not_found("cobrança"))?;
    let mut errors = FieldErrors::default();
    for (register, given, had) in [
        (Register::ChartAccount, chart_account_id, &known.chart_account_id),
        (Register::CostCenter, cost_center_id, &known.cost_center_id),
    ] {
        let is_there = all.entries(register).any(|entry| entry.id == given && entry.active);
        if !given.is_empty() && !is_there && had.as_deref() != Some(given) {
            errors.add(register.word(), "not_found", "escolha um item ativo da lista");
        }
    }
    let note = note.trim().to_owned();
    if note.chars().count() > NOTE_MAX {
        errors.add("note", "too_long", format!("use até {NOTE_MAX} caracteres"));
    }
    errors.check()?;
    let (chart, center) = (chart_account_id.to_owned(), cost_center_id.to_owned());
    let name = actor.name.clone();
    world.tx(move |tx, mut ids| {
        charges::set_labels(tx, &known.company_id, &known.id, &chart, &center, &note)?;
        let details = json!({ "chart_account": chart, "cost_center": center });
        let author = Author { company_id: &known.company_id, actor: &name };
        trail::record(tx, &mut ids, author, "charge.filed", &known.id, &details)
    })?;
    Ok(())
}

/// How the boletos of a page of [`super::read::boletos`] are filed, by id of the boleto.
pub fn of_page(
    world: &World,
    actor: &Actor,
    filter: Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<BTreeMap<String, boletos::Labels>, Error> {
    actor.must(Permission::Read)?;
    let (company, before) = (actor.company_id.clone(), cursor.unwrap_or(LAST_ID).to_owned());
    let rows =
        world.store.read(move |tx| boletos::labels(tx, &company, &filter, &before, limit))?;
    Ok(rows.into_iter().map(|labels| (labels.boleto_id.clone(), labels)).collect())
}
