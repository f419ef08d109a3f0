//! The company itself.

use quita_core::document::Document;
use quita_core::party::Address;
use quita_store::StoreError;
use quita_store::companies::{self, Company};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::customers::{check_address, check_email};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::trail::{self, Author};
use crate::world::World;

/// A company as it is registered or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCompany {
    /// CPF or CNPJ, with or without punctuation.
    pub document: String,
    /// Legal name.
    pub legal_name: String,
    /// Name on the shop front.
    #[serde(default)]
    pub trade_name: String,
    /// Shown to customers.
    #[serde(default)]
    pub email: String,
    /// Shown to customers.
    #[serde(default)]
    pub phone: String,
    /// Shown to customers.
    #[schema(value_type = Option<super::view::AddressView>)]
    pub address: Option<Address>,
}

/// What of a company can be changed: everything but its document. The customer sees it on the
/// boleto.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompanyData {
    /// Legal name.
    pub legal_name: String,
    /// Name on the shop front.
    #[serde(default)]
    pub trade_name: String,
    /// Shown to customers.
    #[serde(default)]
    pub email: String,
    /// Shown to customers.
    #[serde(default)]
    pub phone: String,
    /// Shown to customers; law 12.039/2009 wants it on the boleto.
    #[schema(value_type = Option<super::view::AddressView>)]
    pub address: Option<Address>,
}

impl CompanyData {
    fn check(&self, errors: &mut FieldErrors) {
        if self.legal_name.trim().is_empty() {
            errors.add("legal_name", "missing", "informe a razão social");
        }
        check_email(errors, "email", &self.email);
        if let Some(address) = &self.address {
            check_address(errors, "address", address);
        }
    }
}

/// A company as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Company)]
pub struct CompanyView {
    /// UUIDv7.
    pub id: String,
    /// Without punctuation.
    pub document: String,
    /// `cpf` or `cnpj`.
    pub document_type: String,
    /// Legal name.
    pub legal_name: String,
    /// Name on the shop front.
    pub trade_name: String,
    /// Shown to customers.
    pub email: String,
    /// Shown to customers.
    pub phone: String,
    /// Shown to customers.
    #[schema(value_type = Option<super::view::AddressView>)]
    pub address: Option<Address>,
}

impl From<Company> for CompanyView {
    fn from(company: Company) -> Self {
        Self {
            document_type: super::view::document_type(&company.document).into(),
            document: company.document.as_str().to_owned(),
            id: company.id,
            legal_name: company.name,
            trade_name: company.trade_name,
            email: company.email,
            phone: company.phone,
            address: company.address,
        }
    }
}

/// Says everything that is wrong with a company, before there is anywhere to keep it.
pub fn check(new: &NewCompany) -> Result<(), Error> {
    checked(new.clone()).map(|_| ())
}

fn checked(new: NewCompany) -> Result<(Document, CompanyData), Error> {
    let mut errors = FieldErrors::default();
    let document = Document::parse(&new.document)
        .map_err(|e| errors.add("document", "invalid", e.to_string()))
        .ok();
    let data = CompanyData {
        legal_name: new.legal_name,
        trade_name: new.trade_name,
        email: new.email,
        phone: new.phone,
        address: new.address,
    };
    data.check(&mut errors);
    errors.check()?;
    let document = document.ok_or_else(|| Error::internal("document"))?;
    Ok((document, data))
}

/// Registers a company. Only the owner of the machine does this.
pub fn create(world: &World, new: NewCompany) -> Result<CompanyView, Error> {
    let (document, data) = checked(new)?;
    let company = world.tx(move |tx, mut ids| {
        let company = Company {
            id: ids.next_id(),
            document: document.clone(),
            name: data.legal_name.trim().to_owned(),
            trade_name: data.trade_name.clone(),
            email: data.email.clone(),
            phone: data.phone.clone(),
            address: data.address.clone(),
            created_at: ids.now(),
        };
        companies::insert(tx, &company)?;
        let author = Author { company_id: &company.id, actor: "system" };
        let details = serde_json::json!({});
        trail::record(tx, &mut ids, author, "company.created", &company.id, &details)?;
        Ok(company)
    });
    match company {
        Err(StoreError::Conflict { .. }) => {
            Err(Error::conflict("company_exists", "esta empresa já está cadastrada"))
        }
        other => Ok(other?.into()),
    }
}

/// Changes the company of whoever asks, as a whole.
pub fn update(world: &World, actor: &Actor, data: CompanyData) -> Result<CompanyView, Error> {
    actor.must(Permission::Configure)?;
    let mut errors = FieldErrors::default();
    data.check(&mut errors);
    errors.check()?;
    let mut company = load(world, &actor.company_id)?;
    company.name = data.legal_name.trim().to_owned();
    company.trade_name = data.trade_name;
    company.email = data.email;
    company.phone = data.phone;
    company.address = data.address;
    let (saved, name) = (company.clone(), actor.name.clone());
    world.tx(move |tx, mut ids| {
        companies::update(tx, &saved)?;
        let author = Author { company_id: &saved.id, actor: &name };
        let details = serde_json::json!({});
        trail::record(tx, &mut ids, author, "company.changed", &saved.id, &details)
    })?;
    world.companies.forget();
    Ok(company.into())
}

/// The company of whoever asks.
pub fn get(world: &World, actor: &Actor) -> Result<CompanyView, Error> {
    actor.must(Permission::Read)?;
    Ok(load(world, &actor.company_id)?.into())
}

/// All companies of this installation, for its owner.
pub fn list(world: &World) -> Result<Vec<CompanyView>, Error> {
    Ok(world.store.read(companies::list)?.into_iter().map(CompanyView::from).collect())
}

pub(super) fn load(world: &World, id: &str) -> Result<Company, Error> {
    let id = id.to_owned();
    world.store.read(move |tx| companies::get(tx, &id))?.ok_or_else(|| Error::not_found("empresa"))
}
