//! Terms kept under a name («Parâmetros de boleto»).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use quita_banks::info::BoletoRules;
use quita_core::rate::Rate;
use quita_store::terms::{self, SavedTerms};
use quita_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::issue::{NewBoleto, Stored, TermValue};
use super::once::{Request, once};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::world::World;

/// Most discounts.
const DISCOUNTS_MAX: usize = 3;
/// Farthest day from the due date.
const DAYS_MAX: u16 = 3650;

/// What boletos are printed as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// A page each.
    #[default]
    Boleto,
    /// Three to a page, each with its stub.
    Carne,
}

/// Terms under a name, relative to the due date of the boletos that use them. A fine, interest or
/// discount is either a percentage or cents.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTerms {
    /// Name for people, unique in the company.
    pub description: String,
    /// Percent charged once when late, `"2.00"`.
    pub fine_value: Option<String>,
    /// Cents charged once when late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_face_value: Option<i64>,
    /// The first day of the fine, so many days after the due date; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fine_days: Option<u16>,
    /// Percent a month charged when late, `"1.00"`.
    pub interest_value: Option<String>,
    /// Cents a day charged when late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest_face_value: Option<i64>,
    /// The first day of interest, so many days after the due date; 1 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest_days: Option<u16>,
    /// Percent given for paying early.
    pub discount_value: Option<String>,
    /// Until so many days before the due date.
    pub discount_days: Option<u16>,
    /// Up to three discounts, the earliest first; these or `discount_value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<SavedDiscount>,
    /// So many days after the due date it can still be paid.
    pub days_after_due: Option<u16>,
    /// Lines printed on the boleto.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Whether a Pix QR is wanted; as the bank has it when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hybrid: Option<bool>,
    /// `boleto` (when left out) or `carne`: what «Imprimir» makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// «Local de pagamento» on the paper; the usual text when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_place: Option<String>,
}

/// Longest «Local de pagamento» that its place on the paper holds, in characters.
pub const PAYMENT_PLACE_MAX: usize = 80;

/// Says what is wrong with a «Local de pagamento».
pub(super) fn check_place(errors: &mut FieldErrors, field: &str, place: Option<&str>) {
    if place.is_some_and(|place| place.chars().count() > PAYMENT_PLACE_MAX) {
        errors.add(field, "too_long", format!("use até {PAYMENT_PLACE_MAX} caracteres"));
    }
}

/// A discount for paying early.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedDiscount {
    /// Percent as decimal text.
    pub value: Option<String>,
    /// Cents.
    pub face_value: Option<i64>,
    /// Given until so many days before the due date.
    pub days: u16,
}

impl TermsView {
    /// What they say, read.
    pub fn read(&self) -> Result<NewTerms, Error> {
        serde_json::from_str(self.terms.get())
            .map_err(|e| Error::internal(format!("terms do not read back: {e}")))
    }
}

impl NewTerms {
    /// All discounts, wherever they are kept.
    pub fn all_discounts(&self) -> Vec<SavedDiscount> {
        let single = self.discount_value.clone().map(|value| SavedDiscount {
            value: Some(value),
            face_value: None,
            days: self.discount_days.unwrap_or(0),
        });
        single.into_iter().chain(self.discounts.iter().cloned()).collect()
    }

    /// What a bank with these rules cannot do of it, in Portuguese.
    pub fn not_at(&self, rules: &BoletoRules) -> Vec<String> {
        let mut found = Vec::new();
        let late = |days: Option<u16>| days.is_some_and(|days| days > 1);
        if !rules.late_start && (late(self.fine_days) || late(self.interest_days)) {
            found.push("multa e juros só começam no dia depois do vencimento".into());
        }
        if self.all_discounts().len() > rules.discounts_max {
            found.push(match rules.discounts_max {
                0 => "não há desconto".into(),
                1 => "só um desconto por boleto".into(),
                most => format!("até {most} descontos por boleto"),
            });
        }
        if self.days_after_due.is_some_and(|days| days > rules.days_after_due_max) {
            found.push(format!("baixa até {} dias depois do vencimento", rules.days_after_due_max));
        }
        let long = self.messages.iter().any(|line| line.chars().count() > rules.message_length);
        if !self.messages.is_empty() && (long || self.messages.len() > rules.message_lines) {
            found.push(match rules.message_lines {
                0 => "não leva mensagens".into(),
                lines => format!("até {lines} mensagens de {} caracteres", rules.message_length),
            });
        }
        if self.hybrid == Some(true) && !rules.hybrid {
            found.push("não há boleto com Pix".into());
        }
        found
    }
}

/// The terms that these boletos name, each read once; what the company has not is not among them.
pub(super) fn named(
    world: &World,
    actor: &Actor,
    new: &[NewBoleto],
) -> Result<BTreeMap<String, NewTerms>, Error> {
    let wanted: BTreeSet<&String> = new.iter().filter_map(|n| n.terms_id.as_ref()).collect();
    let mut named = BTreeMap::new();
    for id in wanted {
        named.extend(find(world, actor, id)?.map(|terms| (id.clone(), terms)));
    }
    Ok(named)
}

/// The boleto with the terms that it names filled in where it gives none of its own; `None`
/// where it names none, or none of those `named`.
pub(super) fn filled(
    named: &BTreeMap<String, NewTerms>,
    errors: &mut FieldErrors,
    prefix: &str,
    new: &NewBoleto,
) -> Option<NewBoleto> {
    let id = new.terms_id.as_ref()?;
    let Some(saved) = named.get(id) else {
        let message = "não há parâmetros com este id nesta empresa";
        errors.add(format!("{prefix}terms_id"), "not_found", message);
        return None;
    };
    Some(fill(new, saved.clone()))
}

/// The boleto with these terms where it gives none of its own; as it is without a proper date.
pub(super) fn fill(new: &NewBoleto, saved: NewTerms) -> NewBoleto {
    let mut filled = new.clone();
    let Ok(due) = new.expiration_date.parse::<Date>() else { return filled };
    let days = |count: i32| due.checked_add(jiff::Span::new().days(count)).ok();
    let term = |value: Option<String>, face_value: Option<i64>, on: Option<i32>| {
        (value.is_some() || face_value.is_some()).then(|| {
            let date = on.and_then(days).map(|d| d.to_string());
            TermValue { date, value, face_value }
        })
    };
    let discounts = saved.all_discounts();
    let start = saved.fine_days.map(i32::from);
    filled.fine = filled.fine.or_else(|| term(saved.fine_value, saved.fine_face_value, start));
    let start = saved.interest_days.map(i32::from);
    filled.interest =
        filled.interest.or_else(|| term(saved.interest_value, saved.interest_face_value, start));
    if filled.discounts.is_empty() {
        let all = discounts.into_iter();
        filled.discounts =
            all.filter_map(|d| term(d.value, d.face_value, Some(-i32::from(d.days)))).collect();
    }
    if filled.limit_date.is_none() {
        let limit = saved.days_after_due.and_then(|n| days(i32::from(n)));
        filled.limit_date = limit.map(|d| d.to_string());
    }
    if filled.messages.is_empty() {
        filled.messages = saved.messages;
    }
    filled.hybrid = filled.hybrid.or(saved.hybrid);
    filled.model = filled.model.or(saved.model);
    filled.payment_place = filled.payment_place.or(saved.payment_place);
    filled
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
    let mut value = |field: &str, percent: Option<&String>, cents: Option<i64>| {
        if percent.is_some_and(|v| v.parse::<Rate>().is_err()) {
            let message = "use uma porcentagem em texto, com ponto: \"2.00\"";
            errors.add(format!("{field}_value"), "invalid", message);
        }
        if cents.is_some_and(|cents| cents <= 0) {
            errors.add(format!("{field}_face_value"), "not_positive", "use um valor acima de zero");
        }
        if percent.is_some() && cents.is_some() {
            let message = "use uma porcentagem ou um valor em centavos, não ambos";
            errors.add(format!("{field}_face_value"), "ambiguous", message);
        }
    };
    value("fine", new.fine_value.as_ref(), new.fine_face_value);
    value("interest", new.interest_value.as_ref(), new.interest_face_value);
    value("discount", new.discount_value.as_ref(), None);
    check_days(&mut errors, new);
    check_discounts(&mut errors, new);
    check_place(&mut errors, "payment_place", new.payment_place.as_deref());
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

fn check_days(errors: &mut FieldErrors, new: &NewTerms) {
    for (field, days, least) in [
        ("fine_days", new.fine_days, 1),
        ("interest_days", new.interest_days, 1),
        ("discount_days", new.discount_days, 0),
        ("days_after_due", new.days_after_due, 0),
    ] {
        if days.is_some_and(|days| !(least..=DAYS_MAX).contains(&days)) {
            errors.add(field, "out_of_range", format!("use de {least} a {DAYS_MAX} dias"));
        }
    }
}

fn check_discounts(errors: &mut FieldErrors, new: &NewTerms) {
    if new.discount_value.is_some() && !new.discounts.is_empty() {
        errors.add("discounts", "ambiguous", "use discount_value ou discounts, não ambos");
    }
    if new.discounts.len() > DISCOUNTS_MAX {
        let message = format!("são no máximo {DISCOUNTS_MAX} descontos");
        errors.add("discounts", "too_many", message);
    }
    let mut before: Option<&SavedDiscount> = None;
    for (i, discount) in new.discounts.iter().enumerate() {
        let mut add = |part: &str, code, message: &str| {
            errors.add(format!("discounts[{i}]{part}"), code, message);
        };
        match (&discount.value, discount.face_value) {
            (None, None) => add("", "missing", "informe a porcentagem ou o valor do desconto"),
            (Some(_), Some(_)) => add("", "ambiguous", "use porcentagem ou valor, não ambos"),
            (Some(percent), None) if percent.parse::<Rate>().is_err() => {
                add(".value", "invalid", "use uma porcentagem em texto, com ponto: \"2.00\"");
            }
            (None, Some(cents)) if cents <= 0 => {
                add(".face_value", "not_positive", "use um valor acima de zero");
            }
            _ => {}
        }
        if discount.days > DAYS_MAX {
            add(".days", "out_of_range", "use menos dias antes do vencimento");
        }
        if let Some(before) = before {
            if before.value.is_some() != discount.value.is_some() {
                add(
                    ".value",
                    "mixed_kinds",
                    "todos os descontos em porcentagem, ou todos em reais",
                );
            }
            if before.days <= discount.days {
                let message =
                    "ponha os descontos em ordem: primeiro o de mais dias antes do vencimento";
                add(".days", "not_in_order", message);
            }
        }
        before = Some(discount);
    }
}

/// All terms of the company.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<TermsView>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let rows = world.store.read(move |tx| terms::list(tx, &company))?;
    Ok(rows.into_iter().map(|t| TermsView { id: t.id, terms: t.body }).collect())
}

/// What the terms of this id say; `None` when the company has none such.
fn find(world: &World, actor: &Actor, id: &str) -> Result<Option<NewTerms>, Error> {
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let row = world.store.read(move |tx| terms::get(tx, &company, &id))?;
    row.map(|t| serde_json::from_str(t.body.get()))
        .transpose()
        .map_err(|e| Error::internal(format!("terms do not read back: {e}")))
}
