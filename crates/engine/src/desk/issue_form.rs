//! What whoever issues boletos may choose from, and what a former boleto gives to a new one.

use jiff::civil::Date;
use quita_banks::file::FileLayout;
use quita_banks::info::BoletoRules;
use quita_banks::registry;
use quita_core::document::Document;
use quita_core::fold::Status;
use quita_core::order::BoletoOrder;
use quita_store::{accounts, boletos, customers};

use super::classifications::Registers;
use super::customers::{CustomerView, NewCustomer};
use super::issue::rehearse;
use super::payment_forms::{self, KeptPaymentForm};
use super::read::ChargeView;
use super::terms::{self, Model, NewTerms};
use super::view::BoletoView;
use super::{Actor, Permission, read, replaced};
use crate::by_file;
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// Most customers that are offered; any other one is found by its document.
const CUSTOMERS_MAX: i64 = 500;

/// What can be chosen.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Today at the banks.
    pub today: Date,
    /// Accounts of the company.
    pub accounts: Vec<AccountChoice>,
    /// Ids and contents of all terms.
    pub terms: Vec<(String, NewTerms)>,
    /// Active payment forms that collect by boleto.
    pub payment_forms: Vec<KeptPaymentForm>,
    /// Customers, the first to be saved first.
    pub customers: Vec<CustomerView>,
    /// Chart of accounts and cost centres.
    pub registers: Registers,
}

/// An account.
#[derive(Clone, Debug)]
pub struct AccountChoice {
    /// UUIDv7.
    pub id: String,
    /// Name for people.
    pub description: String,
    /// The bank's name.
    pub bank_name: &'static str,
    /// What its boletos can carry: by its layout, or by the API of its bank.
    pub rules: BoletoRules,
    /// Why nothing can be issued at it, in Portuguese.
    pub why_not: Option<&'static str>,
    /// Whether its bank can be asked if it would register a boleto.
    pub rehearses: bool,
}

/// What can be chosen when issuing.
pub fn choices(world: &World, actor: &Actor) -> Result<Choices, Error> {
    actor.must(Permission::Charge)?;
    let company = actor.company_id.clone();
    let customers = world.store.read(move |tx| customers::page(tx, &company, "", CUSTOMERS_MAX))?;
    let forms = payment_forms::list(world, actor)?.into_iter();
    Ok(Choices {
        today: bank_day(world.clock.now()),
        accounts: account_choices(world, actor)?,
        terms: all_terms(world, actor)?,
        payment_forms: forms
            .filter(|kept| kept.form.active && kept.form.kind == payment_forms::BOLETO)
            .collect(),
        customers: customers.into_iter().map(CustomerView::from).collect(),
        registers: Registers::load(world, &actor.company_id)?,
    })
}

/// All terms of the company with their ids, read.
pub fn all_terms(world: &World, actor: &Actor) -> Result<Vec<(String, NewTerms)>, Error> {
    let all = terms::list(world, actor)?.into_iter();
    all.map(|view| Ok((view.id.clone(), view.read()?))).collect()
}

/// The accounts of the company, with what their banks can do.
pub fn account_choices(world: &World, actor: &Actor) -> Result<Vec<AccountChoice>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let rows = world.store.read(move |tx| accounts::list(tx, &company))?;
    let choice = |account: accounts::Account| {
        let info = registry::by_folder(&account.bank)?.info();
        let why_not = if account.status != accounts::ACTIVE_STATUS {
            Some("conta inativa")
        } else if account.credential_id.is_none() && account.layout.is_none() {
            Some("ainda não ligada ao banco")
        } else {
            None
        };
        Some(AccountChoice {
            rehearses: why_not.is_none() && rehearse::is_possible(&account),
            rules: by_file::layout(&account).map_or(info.boleto, FileLayout::boleto_rules),
            id: account.id,
            description: account.description,
            bank_name: info.name,
            why_not,
        })
    };
    Ok(rows.into_iter().filter_map(choice).collect())
}

/// The customer whose document a text is or ends with: `52998224725`, `Ana – 529.982.247-25`.
pub fn customer_of(
    world: &World,
    actor: &Actor,
    text: &str,
) -> Result<Option<CustomerView>, Error> {
    actor.must(Permission::Charge)?;
    let last = text.rsplit('–').next().unwrap_or(text);
    let Ok(document) = Document::parse(last.trim()) else { return Ok(None) };
    super::customers::by_document(world, actor, &document)
}

/// A boleto from which another one is made.
#[derive(Clone, Debug)]
pub struct Former {
    /// The boleto.
    pub boleto: BoletoView,
    /// Which document charges.
    pub origin: String,
    /// The charge, with its classification and note.
    pub charge: ChargeView,
    /// Whether the new one collects the same charge: this one came to nothing, and it was not
    /// its number that the bank refused.
    pub gives_way: bool,
    /// Whether a Pix QR was wanted.
    pub hybrid: bool,
}

/// What a new boleto takes over from a former one as it is, without fields of its own on a form.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// Guarantor.
    pub receiver: Option<NewCustomer>,
    /// What it is printed as.
    pub model: Option<Model>,
    /// «Local de pagamento».
    pub payment_place: Option<String>,
}

/// The boleto of this id, as the beginning of another.
pub fn former(world: &World, actor: &Actor, id: &str) -> Result<Former, Error> {
    actor.must(Permission::Charge)?;
    let boleto = read::boleto(world, actor, id)?;
    let charge = read::charge(world, actor, &boleto.charge_id)?;
    let refused = boleto.refusal.as_ref().and_then(|refusal| refusal.field.as_deref());
    let number_refused = boleto.status == Status::Rejected && refused == Some("document_number");
    let order = order(world, actor, id)?;
    Ok(Former {
        hybrid: order.hybrid,
        gives_way: replaced::came_to_nothing(boleto.status) && !number_refused,
        origin: charge.origin.clone(),
        charge,
        boleto,
    })
}

/// What a new boleto takes over from the one with this id.
pub fn carried(world: &World, actor: &Actor, id: &str) -> Result<Carried, Error> {
    actor.must(Permission::Charge)?;
    let BoletoOrder { receiver, paper, .. } = order(world, actor, id)?;
    Ok(Carried {
        receiver: receiver.map(|party| NewCustomer {
            document: party.document.as_str().to_owned(),
            legal_name: party.name,
            email: party.email.unwrap_or_default(),
            phone: party.phone.unwrap_or_default(),
            address: party.address,
        }),
        model: paper.carne.then_some(Model::Carne),
        payment_place: (!paper.payment_place.is_empty()).then_some(paper.payment_place),
    })
}

fn order(world: &World, actor: &Actor, id: &str) -> Result<BoletoOrder, Error> {
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| boletos::of_company(tx, &company, &id))?;
    found.map(|boleto| boleto.order).ok_or_else(|| Error::not_found("boleto"))
}
