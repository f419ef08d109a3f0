//! Customers.

use quita_core::document::Document;
use quita_core::party::{Address, Party};
use quita_store::customers::{self, Customer, Wanted};
use quita_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::issue::Stored;
use super::once::{Request, once};
use super::read::Page;
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::world::World;

/// Longest name of a customer. Banks print less; what they cut is said at issue.
const NAME_MAX: usize = 100;

/// A customer as given with a boleto or kept by itself.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// CPF or CNPJ, with or without punctuation.
    pub document: String,
    /// Name of the person or legal name of the company.
    pub legal_name: String,
    /// Where notices go.
    #[serde(default)]
    pub email: String,
    /// With area code.
    #[serde(default)]
    pub phone: String,
    /// Most banks demand it.
    #[schema(value_type = Option<super::view::AddressView>)]
    pub address: Option<Address>,
}

/// A customer as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerView {
    /// UUIDv7.
    pub id: String,
    /// Without punctuation.
    pub document: String,
    /// `cpf` or `cnpj`.
    pub document_type: String,
    /// Name of the person or legal name of the company.
    pub legal_name: String,
    /// Where notices go.
    pub email: String,
    /// With area code.
    pub phone: String,
    /// Where they are.
    #[schema(value_type = Option<super::view::AddressView>)]
    pub address: Option<Address>,
}

impl From<Customer> for CustomerView {
    fn from(customer: Customer) -> Self {
        Self {
            document_type: super::view::document_type(&customer.document).into(),
            document: customer.document.as_str().to_owned(),
            id: customer.id,
            legal_name: customer.name,
            email: customer.email,
            phone: customer.phone,
            address: customer.address,
        }
    }
}

/// Checks a customer; every field at fault is added under `prefix`.
pub(super) fn check(errors: &mut FieldErrors, prefix: &str, new: &NewCustomer) -> Option<Party> {
    let name = |field: &str| format!("{prefix}{field}");
    let document = Document::parse(&new.document)
        .map_err(|e| errors.add(name("document"), "invalid", e.to_string()))
        .ok();
    let legal_name = new.legal_name.trim();
    if legal_name.is_empty() {
        errors.add(name("legal_name"), "missing", "informe o nome ou a razão social");
    } else if legal_name.chars().count() > NAME_MAX {
        errors.add(name("legal_name"), "too_long", format!("use até {NAME_MAX} caracteres"));
    }
    check_email(errors, &name("email"), &new.email);
    if let Some(address) = &new.address {
        check_address(errors, &name("address"), address);
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(Party {
        document: document?,
        name: legal_name.to_owned(),
        address: new.address.clone(),
        email: some(&new.email),
        phone: some(&new.phone),
    })
}

pub(super) fn check_email(errors: &mut FieldErrors, field: &str, email: &str) {
    let plausible = |email: &str| {
        let (local, domain) = email.rsplit_once('@')?;
        (!local.is_empty() && domain.contains('.') && !email.contains(char::is_whitespace))
            .then_some(())
    };
    if !email.is_empty() && plausible(email).is_none() {
        errors.add(field, "invalid", "e-mail inválido");
    }
}

/// The letters of each state.
pub const STATES: [&str; 27] = [
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE",
    "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];

pub(super) fn check_address(errors: &mut FieldErrors, field: &str, address: &Address) {
    for (name, value) in [("street", &address.street), ("city", &address.city)] {
        if value.trim().is_empty() {
            errors.add(format!("{field}.{name}"), "missing", "preencha este campo do endereço");
        }
    }
    if !STATES.contains(&address.state.as_str()) {
        errors.add(format!("{field}.state"), "invalid", "use a sigla do estado, como MG");
    }
    let digits =
        address.postal_code.len() == 8 && address.postal_code.bytes().all(|b| b.is_ascii_digit());
    if !digits {
        errors.add(format!("{field}.postal_code"), "invalid", "o CEP tem 8 dígitos");
    }
}

/// A row for a checked customer.
pub(super) fn row(ids: &mut Ids, company_id: &str, party: &Party) -> Customer {
    Customer {
        id: ids.next_id(),
        company_id: company_id.to_owned(),
        document: party.document.clone(),
        name: party.name.clone(),
        email: party.email.clone().unwrap_or_default(),
        phone: party.phone.clone().unwrap_or_default(),
        address: party.address.clone(),
        created_at: ids.now(),
    }
}

/// Saves a customer, once for each key; the one with the same document is brought up to date.
pub fn save(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewCustomer,
) -> Result<Stored, Error> {
    once(world, actor, request, prepare(actor, new), CustomerView::clone)
}

fn prepare(
    actor: &Actor,
    new: &NewCustomer,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<CustomerView, StoreError> + use<>, Error> {
    actor.must(Permission::Charge)?;
    let mut errors = FieldErrors::default();
    let party = check(&mut errors, "", new);
    errors.check()?;
    let Some(party) = party else { return Err(Error::internal("customer")) };
    let (company, name) = (actor.company_id.clone(), actor.name.clone());
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let mut customer = row(&mut ids, &company, &party);
        customer.id = customers::upsert(tx, &customer)?;
        let author = Author { company_id: &company, actor: &name };
        let details = serde_json::json!({});
        trail::record(tx, &mut ids, author, "customer.saved", &customer.id, &details)?;
        Ok(customer.into())
    })
}

/// Saves a customer that somebody typed. Where `new_only`, a document that is known already is
/// an error instead of a change.
pub fn put(
    world: &World,
    actor: &Actor,
    new: &NewCustomer,
    new_only: bool,
) -> Result<CustomerView, Error> {
    let write = prepare(actor, new)?;
    if new_only
        && let Ok(document) = Document::parse(&new.document)
        && let Some(known) = by_document(world, actor, &document)?
    {
        let message = format!("já cadastrado: {}", known.legal_name);
        return Err(Error::invalid("document", "customer_exists", message));
    }
    Ok(world.tx(write)?)
}

/// The customer with this CPF or CNPJ.
pub fn by_document(
    world: &World,
    actor: &Actor,
    document: &Document,
) -> Result<Option<CustomerView>, Error> {
    actor.must(Permission::Read)?;
    let (company, document) = (actor.company_id.clone(), document.clone());
    let found = world.store.read(move |tx| customers::by_document(tx, &company, &document))?;
    Ok(found.map(CustomerView::from))
}

/// Customers by name, of which the name holds `text`, whatever its case and accents, or of which
/// the document begins with it; all where it is empty.
pub fn search(
    world: &World,
    actor: &Actor,
    text: &str,
    cursor: &str,
    limit: i64,
) -> Result<Page<CustomerView>, Error> {
    actor.must(Permission::Read)?;
    let plain = quita_formats::ascii::fold(text.trim()).0.to_lowercase();
    let document: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    // Letters alone are a name, and would find alphanumeric documents by chance.
    let document = if document.contains(|c: char| c.is_ascii_digit()) {
        document.to_uppercase()
    } else {
        String::new()
    };
    let wanted = Wanted { name: plain, document };
    let (company, after) = (actor.company_id.clone(), cursor.to_owned());
    let rows =
        world.store.read(move |tx| customers::search(tx, &company, &wanted, &after, limit + 1))?;
    Ok(Page::new(rows, limit, |c| &c.id, CustomerView::from))
}

/// One customer.
pub fn get(world: &World, actor: &Actor, id: &str) -> Result<CustomerView, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| customers::get(tx, &company, &id))?;
    Ok(found.ok_or_else(|| Error::not_found("cliente"))?.into())
}

/// Customers, in the order in which they were first saved.
pub fn list(
    world: &World,
    actor: &Actor,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<CustomerView>, Error> {
    actor.must(Permission::Read)?;
    let (company, after) = (actor.company_id.clone(), cursor.unwrap_or_default().to_owned());
    let rows = world.store.read(move |tx| customers::page(tx, &company, &after, limit + 1))?;
    Ok(Page::new(rows, limit, |c| &c.id, CustomerView::from))
}
