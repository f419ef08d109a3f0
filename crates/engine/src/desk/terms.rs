//! Terms kept under a name («Parâmetros de boleto»).

use quita_core::rate::Rate;
use quita_store::terms::{self, SavedTerms};
use quita_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::issue::Stored;
use super::once::{Request, once};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::world::World;

/// Terms under a name, relative to the due date of the boletos that use them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTerms {
    /// Name for people, unique in the company.
    pub description: String,
    /// Percent charged once when late, `"2.00"`.
    pub fine_value: Option<String>,
    /// Percent a month charged when late, `"1.00"`.
    pub interest_value: Option<String>,
    /// Percent given for paying early.
    pub discount_value: Option<String>,
    /// Until so many days before the due date.
    pub discount_days: Option<u16>,
    /// So many days after the due date it can still be paid.
    pub days_after_due: Option<u16>,
    /// Lines printed on the boleto.
    #[serde(default)]
    pub messages: Vec<String>,
}

/// Terms as programs see them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Terms)]
pub struct TermsView {
    /// UUIDv7.
    pub id: String,
    /// What they say.
    #[schema(value_type = NewTerms)]
    pub terms: Box<RawValue>,
}

/// Saves terms, once for each key; those of the same description are changed.
pub fn save(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewTerms,
) -> Result<Stored, Error> {
    once(world, actor, request, prepare(actor, new), TermsView::clone)
}

fn prepare(
    actor: &Actor,
    new: &NewTerms,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<TermsView, StoreError> + use<>, Error> {
    actor.must(Permission::Charge)?;
    let mut errors = FieldErrors::default();
    if new.description.trim().is_empty() {
        errors.add("description", "missing", "dê um nome a estes parâmetros");
    }
    for (field, value) in [
        ("fine_value", &new.fine_value),
        ("interest_value", &new.interest_value),
        ("discount_value", &new.discount_value),
    ] {
        if value.as_ref().is_some_and(|v| v.parse::<Rate>().is_err()) {
            errors.add(field, "invalid", "use uma porcentagem em texto, com ponto: \"2.00\"");
        }
    }
    errors.check()?;
    let body = serde_json::value::to_raw_value(new).map_err(|e| Error::internal(e.to_string()))?;
    let (company, description) = (actor.company_id.clone(), new.description.trim().to_owned());
    let name = actor.name.clone();
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let row = SavedTerms {
            id: ids.next_id(),
            company_id: company.clone(),
            description: description.clone(),
            body: body.clone(),
            created_at: ids.now(),
        };
        let id = terms::upsert(tx, &row)?;
        let author = Author { company_id: &company, actor: &name };
        let details = serde_json::json!({ "terms": row.body });
        trail::record(tx, &mut ids, author, "terms.saved", &id, &details)?;
        Ok(TermsView { id, terms: row.body })
    })
}

/// All terms of the company.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<TermsView>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let rows = world.store.read(move |tx| terms::list(tx, &company))?;
    Ok(rows.into_iter().map(|t| TermsView { id: t.id, terms: t.body }).collect())
}

/// What the terms of this id say; `None` when the company has none such.
pub(super) fn get(world: &World, actor: &Actor, id: &str) -> Result<Option<NewTerms>, Error> {
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let row = world.store.read(move |tx| terms::get(tx, &company, &id))?;
    row.map(|t| serde_json::from_str(t.body.get()))
        .transpose()
        .map_err(|e| Error::internal(format!("terms do not read back: {e}")))
}
