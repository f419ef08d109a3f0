//! Payment forms («Formas de pagamento»): account, terms and plan of instalments under a name.

use jiff::Span;
use jiff::civil::Date;
use quita_store::payment_forms::{self, PaymentForm};
use quita_store::{StoreError, Tx, accounts, terms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::instalments::{COUNT_MAX, Plan};
use super::issue::Stored;
use super::once::{Request, once};
use super::{Actor, Permission};
use crate::error::{Error, FieldErrors};
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::world::World;

/// The type that collects by boleto.
pub const BOLETO: &str = "15";

/// Means of payment by their code in invoices (NF-e, field `tPag`), with their names.
pub const KINDS: [(&str, &str); 11] = [
    (BOLETO, "Boleto Bancário"),
    ("01", "Dinheiro"),
    ("02", "Cheque"),
    ("03", "Cartão de Crédito"),
    ("04", "Cartão de Débito"),
    ("05", "Crédito Loja"),
    ("16", "Depósito Bancário"),
    ("17", "Pix dinâmico"),
    ("18", "Transferência bancária"),
    ("90", "Sem pagamento"),
    ("99", "Outros"),
];

/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 60;
/// Farthest day of an instalment.
const DAYS_MAX: u16 = 3650;

/// A payment form to be saved.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaymentForm {
    /// Name for people, unique in the company.
    pub description: String,
    /// One of [`KINDS`].
    pub kind: String,
    /// Whether it can be chosen; yes when left out.
    #[serde(default = "yes")]
    pub active: bool,
    /// At which account; boletos need one.
    pub account_id: Option<String>,
    /// With which terms.
    pub terms_id: Option<String>,
    /// Days after the day of issue of each instalment, the first one first.
    #[serde(default)]
    pub days: Vec<u16>,
    /// The day of the month on which all but the first fall due, or the last of a shorter one.
    pub day_of_month: Option<u8>,
}

const fn yes() -> bool {
    true
}

impl NewPaymentForm {
    /// When its instalments fall due.
    pub(super) fn plan(&self) -> Plan {
        match (self.day_of_month, self.days.is_empty()) {
            (Some(day), _) => Plan::DayOfMonth(i8::try_from(day).unwrap_or(31)),
            (None, true) => Plan::Monthly,
            (None, false) => Plan::Days(self.days.clone()),
        }
    }

    /// Due date of the first instalment of what is issued on a day: so many days later, and then
    /// the next fixed day. `None` where it has no grid.
    pub(super) fn first_due(&self, issued: Date) -> Option<Date> {
        let first = self.days.first().copied().map(i32::from);
        let from = issued.checked_add(Span::new().days(first.unwrap_or(0))).ok()?;
        let Some(day) = self.day_of_month else { return first.map(|_| from) };
        let day = i8::try_from(day).unwrap_or(31);
        (0..2)
            .filter_map(|later| {
                let month = from.first_of_month().checked_add(Span::new().months(later)).ok()?;
                month.with().day(day.clamp(1, month.days_in_month())).build().ok()
            })
            .find(|date| *date >= from)
    }
}

/// The grid of so many instalments so many days apart: 30, 60, 90.
pub fn grid(count: u16, between: u16) -> Result<Vec<u16>, Error> {
    let mut errors = FieldErrors::default();
    if count == 0 || count > COUNT_MAX {
        errors.add("count", "out_of_range", format!("use de 1 a {COUNT_MAX} parcelas"));
    }
    if between == 0 || between > 365 {
        errors.add("between", "out_of_range", "use de 1 a 365 dias entre as parcelas");
    }
    errors.check()?;
    let days: Vec<u16> = (1..=count).map(|n| n.saturating_mul(between)).collect();
    if days.last().is_some_and(|last| *last > DAYS_MAX) {
        let message = "a última parcela ficaria a mais de dez anos: diminua parcelas ou dias";
        return Err(Error::invalid("between", "out_of_range", message));
    }
    Ok(days)
}

/// A payment form that is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PaymentForm)]
pub struct KeptPaymentForm {
    /// UUIDv7.
    pub id: String,
    /// What it says.
    pub form: NewPaymentForm,
}

/// Saves a payment form: a new one, or the one of this id.
pub fn save(
    world: &World,
    actor: &Actor,
    id: Option<&str>,
    new: &NewPaymentForm,
) -> Result<KeptPaymentForm, Error> {
    let write = prepare(world, actor, id, new)?;
    let saved = world.tx(write).map_err(|error| match error {
        StoreError::Refused(_) => taken(),
        other => other.into(),
    })?;
    saved.ok_or_else(|| Error::not_found("forma de pagamento"))
}

/// Adds a payment form, once for each key.
pub fn create(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewPaymentForm,
) -> Result<Stored, Error> {
    let ready = prepare(world, actor, None, new);
    match once(world, actor, request, ready, Option::<KeptPaymentForm>::clone) {
        Err(Error::Store(StoreError::Refused(_))) => Err(taken()),
        other => other,
    }
}

fn taken() -> Error {
    Error::invalid("description", "taken", "já existe uma forma de pagamento com este nome")
}

/// Refused when the description is taken; `None` when there is none of this id.
fn prepare(
    world: &World,
    actor: &Actor,
    id: Option<&str>,
    new: &NewPaymentForm,
) -> Result<impl Fn(&mut Tx, Ids) -> Result<Option<KeptPaymentForm>, StoreError> + use<>, Error> {
    actor.must(Permission::Charge)?;
    check(world, actor, new)?;
    let body = serde_json::value::to_raw_value(new).map_err(|e| Error::internal(e.to_string()))?;
    let (company, name, new) = (actor.company_id.clone(), actor.name.clone(), new.clone());
    let (known, description) = (id.map(str::to_owned), new.description.trim().to_owned());
    Ok(move |tx: &mut Tx, mut ids: Ids| {
        let row = PaymentForm {
            id: known.clone().unwrap_or_else(|| ids.next_id()),
            company_id: company.clone(),
            description: description.clone(),
            body: body.clone(),
            created_at: ids.now(),
        };
        let done = match &known {
            None => payment_forms::insert(tx, &row)?,
            Some(id) if payment_forms::get(tx, &company, id)?.is_none() => return Ok(None),
            Some(_) => payment_forms::change(tx, &row)?,
        };
        if !done {
            return Err(StoreError::refused("the description of a payment form is taken"));
        }
        let author = Author { company_id: &company, actor: &name };
        let details = serde_json::json!({ "payment_form": row.body });
        trail::record(tx, &mut ids, author, "payment_form.saved", &row.id, &details)?;
        Ok(Some(KeptPaymentForm { id: row.id, form: new.clone() }))
    })
}

fn check(world: &World, actor: &Actor, new: &NewPaymentForm) -> Result<(), Error> {
    let mut errors = FieldErrors::default();
    let description = new.description.trim();
    if description.is_empty() {
        errors.add("description", "missing", "dê um nome a esta forma de pagamento");
    } else if description.chars().count() > DESCRIPTION_MAX {
        let message = format!("use até {DESCRIPTION_MAX} caracteres");
        errors.add("description", "too_long", message);
    }
    if !KINDS.iter().any(|(code, _)| *code == new.kind) {
        errors.add("kind", "invalid", "escolha um tipo da lista");
    }
    let (company, account_id, terms_id) =
        (actor.company_id.clone(), new.account_id.clone(), new.terms_id.clone());
    let (account, terms) = world.store.read(move |tx| {
        let account = accounts::list(tx, &company)?
            .into_iter()
            .find(|account| Some(&account.id) == account_id.as_ref());
        let terms = match &terms_id {
            Some(id) => terms::get(tx, &company, id)?,
            None => None,
        };
        Ok((account, terms))
    })?;
    match (&new.account_id, account) {
        (Some(_), None) => {
            errors.add("account_id", "not_found", "não há conta com este id nesta empresa");
        }
        (None, _) if new.kind == BOLETO => {
            errors.add("account_id", "missing", "um boleto precisa de uma conta");
        }
        _ => {}
    }
    if new.terms_id.is_some() && terms.is_none() {
        errors.add("terms_id", "not_found", "não há parâmetros com este id nesta empresa");
    }
    if new.days.len() > usize::from(COUNT_MAX) {
        errors.add("days", "too_many", format!("use até {COUNT_MAX} parcelas"));
    }
    if new.days.iter().any(|days| *days > DAYS_MAX) {
        errors.add("days", "out_of_range", "uma parcela pode vencer até dez anos depois");
    }
    if new.days.iter().zip(new.days.iter().skip(1)).any(|(one, next)| one >= next) {
        errors.add("days", "not_in_order", "cada parcela vence depois da anterior");
    }
    if new.day_of_month.is_some_and(|day| !(1..=31).contains(&day)) {
        errors.add("day_of_month", "out_of_range", "use um dia de 1 a 31");
    }
    errors.check()
}

/// All payment forms of the company, by description.
pub fn list(world: &World, actor: &Actor) -> Result<Vec<KeptPaymentForm>, Error> {
    actor.must(Permission::Read)?;
    let company = actor.company_id.clone();
    let rows = world.store.read(move |tx| payment_forms::list(tx, &company))?;
    rows.into_iter().map(|row| Ok(KeptPaymentForm { form: read(&row)?, id: row.id })).collect()
}

/// One payment form.
pub fn get(world: &World, actor: &Actor, id: &str) -> Result<NewPaymentForm, Error> {
    actor.must(Permission::Read)?;
    find(world, actor, id)?.ok_or_else(|| Error::not_found("forma de pagamento"))
}

/// What the payment form of this id says; `None` when the company has none such.
pub(super) fn find(
    world: &World,
    actor: &Actor,
    id: &str,
) -> Result<Option<NewPaymentForm>, Error> {
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let row = world.store.read(move |tx| payment_forms::get(tx, &company, &id))?;
    row.as_ref().map(read).transpose()
}

fn read(row: &PaymentForm) -> Result<NewPaymentForm, Error> {
    serde_json::from_str(row.body.get())
        .map_err(|e| Error::internal(format!("a payment form does not read back: {e}")))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_instalment_follows_the_grid_and_the_fixed_day() {
        let form = |days: &[u16], day_of_month| NewPaymentForm {
            description: String::new(),
            kind: BOLETO.into(),
            active: true,
            account_id: None,
            terms_id: None,
            days: days.to_vec(),
            day_of_month,
        };
        let issued = date(2027, 1, 20);
        for (days, day, first) in [
            (&[30, 60][..], None, Some(date(2027, 2, 19))),
            (&[30, 60], Some(31), Some(date(2027, 2, 28))),
            (&[30, 60], Some(10), Some(date(2027, 3, 10))),
            (&[], Some(25), Some(date(2027, 1, 25))),
            (&[], None, None),
        ] {
            assert_eq!(form(days, day).first_due(issued), first, "{days:?} {day:?}");
        }
        assert_eq!(grid(3, 30).unwrap(), [30, 60, 90]);
        assert!(grid(0, 0).is_err() && grid(99, 365).is_err());
    }
}
