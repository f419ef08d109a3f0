//! Issue boletos: one, the instalments of one document, or a batch. Everything is checked
//! before anything is stored; what is stored is stored in one transaction with its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::registry;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::Party;
use quita_store::accounts::{self, Account};
use quita_store::boletos::Boleto;
use quita_store::charges::{self, Charge};
use quita_store::companies::Company;
use quita_store::customers::{self, Customer};
use quita_store::remittance_orders::Instruction;
use quita_store::{StoreError, Tx, idempotency};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::classifications::{self, Labels, Registers};
use super::customers::NewCustomer;
pub use super::instalments::{InstalmentMode, NewInstalments, instalments};
use given::date;
pub(super) use given::{GivenTerms, given_terms, terms};

use super::once::{Request, known_answer};
use super::origin::Origin;
use super::replaced::Replaced;
use super::terms::{Model, NewTerms};
use super::view::{self, BoletoView};
use super::{Actor, Permission};
use crate::clock::bank_day;
use crate::error::{Error, FieldErrors};
use crate::ids::{Ids, hex};
use crate::order_boleto::{self, Beside};
use crate::world::{Environment, World};
use crate::{by_file, connection};

pub(super) mod dry_run;
mod given;
pub mod rehearse;

/// Most boletos in one request.
pub const BATCH_MAX: usize = 1000;
/// Longest document number.
const DOCUMENT_NUMBER_MAX: usize = 40;
/// Days after the due date on which a boleto can still be paid, unless the caller says.
pub(super) const DAYS_AFTER_DUE: u16 = 30;

/// A boleto to be issued, with the charge that it collects.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBoleto {
    /// At which account; may be left out when the company has only one.
    pub account_id: Option<String>,
    /// The company's number, unique among its charges: `NFe 450 - 1/1`. Up to 40 characters.
    pub document_number: String,
    /// Nominal amount in cents.
    pub amount: i64,
    /// Due date, `YYYY-MM-DD`, today or later.
    #[schema(format = Date)]
    pub expiration_date: String,
    /// Last day of payment; thirty days after the due date (or the bank's most) when left out.
    #[schema(format = Date)]
    pub limit_date: Option<String>,
    /// Who owes. This or `customer_id`.
    pub customer: Option<NewCustomer>,
    /// A customer that is kept already.
    pub customer_id: Option<String>,
    /// Guarantor («sacador avalista»).
    pub receiver: Option<NewCustomer>,
    /// `bill_of_exchange` (when left out), `proposal`, `deposit`, `tuition_payment`.
    #[schema(value_type = Option<String>)]
    pub invoice_type: Option<InvoiceType>,
    /// Terms kept under a name; what is given here beside them wins.
    pub terms_id: Option<String>,
    /// Charged once when late.
    pub fine: Option<TermValue>,
    /// Charged a day (cents) or a month (percent) when late.
    pub interest: Option<TermValue>,
    /// Given until a date.
    #[serde(default)]
    pub discounts: Vec<TermValue>,
    /// Taken off in any case, in cents.
    #[serde(default)]
    pub abatement: i64,
    /// Lines printed on the boleto.
    #[serde(default)]
    pub messages: Vec<String>,
    /// Whether a Pix QR is wanted; when left out, yes where the bank has it by API, no by file.
    pub hybrid: Option<bool>,
    /// What it is printed as: `boleto` (when left out) or `carne`.
    pub model: Option<Model>,
    /// «Local de pagamento» on the paper, up to 80 characters.
    pub payment_place: Option<String>,
    /// Which document charges: `avulso` when left out.
    pub origin: Option<String>,
    /// Id of a boleto that was refused, cancelled or has expired: this one collects its charge,
    /// whose document number it must have.
    pub replaces: Option<String>,
    /// Entry of the chart of accounts, by description or id. Never printed nor sent to the bank.
    /// With `replaces`, what is left out stays as the charge has it, and empty is none.
    pub chart_account: Option<String>,
    /// Cost centre, by description or id; as `chart_account`.
    pub cost_center: Option<String>,
    /// For the company's own people, up to 500 characters; as `chart_account`.
    pub note: Option<String>,
}

/// A fine, interest or discount: `value` in percent or `face_value` in cents.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermValue {
    /// First day of fine or interest (the day after the due date when left out), last day of a
    /// discount.
    #[schema(format = Date)]
    pub date: Option<String>,
    /// Percent as decimal text, `"2.00"`; for interest, percent a month.
    pub value: Option<String>,
    /// Cents; for interest, cents a day.
    pub face_value: Option<i64>,
}

/// An answer that was stored with its effect, or was stored before.
#[derive(Clone, Debug)]
pub struct Stored {
    /// HTTP status.
    pub status: i64,
    /// Body, JSON.
    pub body: Arc<str>,
    /// Whether it is the answer to an earlier request with the same key.
    pub replayed: bool,
}

/// What makes a request the same as another one.
pub fn fingerprint(what: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(what.as_bytes());
    hash.update([0]);
    hash.update(body);
    hex(&hash.finalize())
}

/// A checked boleto.
struct Checked {
    account: Account,
    customer: CheckedCustomer,
    order: BoletoOrder,
    origin: String,
    replaces: Option<Replaced>,
    labels: Labels,
}

enum CheckedCustomer {
    /// The one of the order, perhaps new.
    New,
    Known(String),
}

/// What stands still while one request is checked.
struct Desk {
    company: Arc<Company>,
    accounts: Vec<Account>,
    now: Timestamp,
    today: Date,
    sandbox: bool,
    registers: Registers,
    /// Those that its boletos name.
    terms: BTreeMap<String, NewTerms>,
}

/// Prepares the answer of [`issue`]: one boleto, or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The boleto itself.
    One,
    /// `{"boletos": […]}`.
    Many,
}

/// Issues boletos, all or none. The answer is kept under the key, in the same transaction.
pub fn issue(
    world: &World,
    actor: &Actor,
    key: &str,
    fingerprint: &str,
    new: &[NewBoleto],
    shape: Shape,
) -> Result<Stored, Error> {
    let (result, receive) = std::sync::mpsc::sync_channel(1);
    issue_then(world, actor, key, fingerprint, new, shape, move |stored| {
        let _ = result.send(stored);
    });
    receive.recv().map_err(|_| Error::internal("the store gave no answer"))?
}

/// As [`issue`], without waiting: `done` is called after the commit, on a thread of the store.
pub fn issue_then(
    world: &World,
    actor: &Actor,
    key: &str,
    fingerprint: &str,
    new: &[NewBoleto],
    shape: Shape,
    done: impl FnOnce(Result<Stored, Error>) + Send + 'static,
) {
    issue_all(world, actor, key, fingerprint, new, shape, None, done);
}

/// What else is written with a boleto, in its transaction; false refuses all of it.
type With = Box<dyn Fn(&mut Tx, &Boleto) -> Result<bool, StoreError> + Send + Sync>;

/// As [`issue`] of one boleto, and writes something else with it. A refusal is a conflict.
pub(super) fn issue_with(
    world: &World,
    actor: &Actor,
    Request { key, fingerprint }: &Request,
    new: &NewBoleto,
    with: impl Fn(&mut Tx, &Boleto) -> Result<bool, StoreError> + Send + Sync + 'static,
) -> Result<Stored, Error> {
    let (result, receive) = std::sync::mpsc::sync_channel(1);
    let (one, with) = (std::slice::from_ref(new), Some(Box::new(with) as With));
    issue_all(world, actor, key, fingerprint, one, Shape::One, with, move |stored| {
        let _ = result.send(stored);
    });
    receive.recv().map_err(|_| Error::internal("the store gave no answer"))?
}

#[expect(clippy::too_many_arguments, reason = "the one place where all of them meet")]
fn issue_all(
    world: &World,
    actor: &Actor,
    key: &str,
    fingerprint: &str,
    new: &[NewBoleto],
    shape: Shape,
    with: Option<With>,
    done: impl FnOnce(Result<Stored, Error>) + Send + 'static,
) {
    let checked = check_all(world, actor, key, new, shape);
    let (company, checked) = match checked {
        Ok(checked) => checked,
        Err(error) => return done(known_answer(world, actor, key, fingerprint, error)),
    };
    let ready = match Ready::new(world.ids(), actor, key, fingerprint, &company, checked, shape) {
        Ok(ready) => Ready { with, ..ready },
        Err(error) => return done(Err(error.into())),
    };
    let bell = Arc::clone(&world.bell);
    let write = move |tx: &mut Tx| ready.write(tx);
    world.store.tx_async(write, move |written| {
        done(match written {
            Ok(Written::Stored(stored)) => {
                bell.ring();
                Ok(stored)
            }
            Ok(Written::OtherBody) => Err(Error::OtherBody),
            Ok(Written::Running) => Err(Error::Running),
            Err(StoreError::Refused(numbers)) => Err(taken(&numbers)),
            Err(error) => Err(error.into()),
        });
    });
}

fn taken(number: &str) -> Error {
    Error::Conflict {
        code: "document_number_taken",
        message: format!(
            "já existe uma cobrança com o número {number}; use outro número ou «cancelar e reemitir»"
        ),
    }
}

fn check_all(
    world: &World,
    actor: &Actor,
    key: &str,
    new: &[NewBoleto],
    shape: Shape,
) -> Result<(Arc<Company>, Vec<Checked>), Error> {
    actor.must(Permission::Charge)?;
    check_key(key)?;
    if new.is_empty() || new.len() > BATCH_MAX {
        let message = format!("envie de 1 a {BATCH_MAX} boletos");
        return Err(Error::invalid("boletos", "out_of_range", message));
    }
    let desk = desk(world, actor, new)?;
    let mut errors = FieldErrors::default();
    let mut checked = Vec::with_capacity(new.len());
    let mut ids = world.ids();
    for (i, boleto) in new.iter().enumerate() {
        let prefix = match shape {
            Shape::One => String::new(),
            Shape::Many => format!("boletos[{i}]."),
        };
        checked.extend(check_one(world, actor, &desk, &mut ids, &mut errors, &prefix, boleto)?);
    }
    errors.check()?;
    Ok((desk.company, checked))
}

/// A boleto with the terms that it names, checked; what is wrong is added to `errors`.
fn check_one(
    world: &World,
    actor: &Actor,
    desk: &Desk,
    ids: &mut Ids,
    errors: &mut FieldErrors,
    prefix: &str,
    boleto: &NewBoleto,
) -> Result<Option<Checked>, Error> {
    let filled = super::terms::filled(&desk.terms, errors, prefix, boleto);
    check(world, actor, desk, ids, errors, prefix, filled.as_ref().unwrap_or(boleto))
}

/// All that is wrong with these boletos; nothing is issued.
pub fn check_only(world: &World, actor: &Actor, new: &[NewBoleto]) -> Result<(), Error> {
    check_all(world, actor, "check", new, Shape::Many).map(|_| ())
}

/// An Idempotency-Key that can be kept.
pub fn check_key(key: &str) -> Result<(), Error> {
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::invalid(
            "Idempotency-Key",
            if key.is_empty() { "missing" } else { "invalid" },
            "envie o cabeçalho Idempotency-Key, único para este pedido, com até 200 caracteres \
             visíveis",
        ));
    }
    Ok(())
}

fn desk(world: &World, actor: &Actor, new: &[NewBoleto]) -> Result<Desk, Error> {
    let known = view::company_and_accounts(world, &actor.company_id)?;
    let now = world.clock.now();
    Ok(Desk {
        company: known.0,
        accounts: known.1,
        now,
        today: bank_day(now),
        sandbox: world.environment == Environment::Sandbox,
        registers: match new.iter().any(classifications::names_any) {
            true => Registers::load(world, &actor.company_id)?,
            false => Registers::default(),
        },
        terms: super::terms::named(world, actor, new)?,
    })
}

fn check(
    world: &World,
    actor: &Actor,
    desk: &Desk,
    ids: &mut Ids,
    errors: &mut FieldErrors,
    prefix: &str,
    new: &NewBoleto,
) -> Result<Option<Checked>, Error> {
    let field = |name: &str| format!("{prefix}{name}");
    let number = new.document_number.trim();
    if number.is_empty() {
        errors.add(field("document_number"), "missing", "informe o número do documento");
    } else if number.chars().count() > DOCUMENT_NUMBER_MAX {
        let message = format!("use até {DOCUMENT_NUMBER_MAX} caracteres");
        errors.add(field("document_number"), "too_long", message);
    }
    let Some(account) = account(desk, errors, &field("account_id"), new.account_id.as_deref())
    else {
        return Ok(None);
    };
    let Some(bank) = registry::by_folder(&account.bank) else {
        return Err(Error::config(format!("banco desconhecido: {}", account.bank)));
    };
    let rules = &bank.info().boleto;

    let due = date(errors, &field("expiration_date"), Some(&new.expiration_date));
    if due.is_some_and(|due| due < desk.today) {
        let message = format!("o vencimento já passou; hoje é {}", desk.today);
        errors.add(field("expiration_date"), "in_the_past", message);
    }
    let limit = date(errors, &field("limit_date"), new.limit_date.as_deref());
    let days = i32::from(DAYS_AFTER_DUE.min(rules.days_after_due_max));
    let limit_date =
        limit.or_else(|| due.and_then(|due| due.checked_add(jiff::Span::new().days(days)).ok()));

    let replaces = match &new.replaces {
        Some(id) => super::replaced::check(world, actor, errors, prefix, id, number)?,
        None => None,
    };
    let customer = customer(world, actor, errors, prefix, new)?;
    let receiver =
        new.receiver.as_ref().map(|r| super::customers::check(errors, &field("receiver."), r));
    let (Some(due), Some(limit_date)) = (due, limit_date) else { return Ok(None) };
    let terms = terms(errors, prefix, new, due);
    let Some((party, customer)) = customer else { return Ok(None) };
    let order = BoletoOrder {
        bank_reference: order_boleto::reference(number, rules.reference_length, ids),
        document_number: number.to_owned(),
        our_number: None,
        invoice_type: new.invoice_type.unwrap_or_default(),
        amount: Money::from_cents(new.amount),
        issuance_date: desk.today,
        expiration_date: due,
        limit_date,
        customer: party,
        receiver: receiver.flatten(),
        terms,
        messages: new.messages.clone(),
        hybrid: new.hybrid.unwrap_or(rules.hybrid && account.layout.is_none()),
        paper: Paper {
            carne: new.model == Some(Model::Carne),
            payment_place: new.payment_place.clone().unwrap_or_default().trim().to_owned(),
        },
    };
    super::terms::check_place(errors, &field("payment_place"), new.payment_place.as_deref());
    let problems = match by_file::layout(&account) {
        Some(layout) => {
            let (company, register) = (view::beneficiary(&desk.company), Instruction::Register);
            by_file::problems(layout, &account, &company, &order, &register, desk.now)
        }
        None => bank.check(&order, &connection::ctx(&account, desk.now, desk.sandbox)),
    };
    for problem in problems {
        // Terms have the names of the request here, without the word of the inside.
        let name = problem.field.strip_prefix("terms.").unwrap_or(&problem.field);
        errors.add(field(name), problem.code, problem.message);
    }
    let origin = new.origin.clone().unwrap_or_else(|| "avulso".into());
    if Origin::from_word(&origin).is_none() {
        let message = format!("use um destes: {}", Origin::ALL.map(Origin::word).join(", "));
        errors.add(field("origin"), "invalid", message);
    }
    let labels = classifications::labels(&desk.registers, errors, prefix, new);
    Ok(Some(Checked { account, customer, order, origin, replaces, labels }))
}

fn account(
    desk: &Desk,
    errors: &mut FieldErrors,
    field: &str,
    wanted: Option<&str>,
) -> Option<Account> {
    let mut active = desk.accounts.iter().filter(|a| a.status == accounts::ACTIVE_STATUS);
    let found = match wanted {
        Some(id) => {
            let found = active.find(|a| a.id == id);
            if found.is_none() {
                errors.add(field, "not_found", "não há conta ativa com este id nesta empresa");
            }
            found
        }
        None => {
            let default = active.clone().find(|a| a.is_default);
            let (first, second) = (active.next(), active.next());
            if default.is_none() && first.is_none() {
                errors.add(field, "missing", "cadastre antes uma conta bancária");
            } else if default.is_none() && second.is_some() {
                errors.add(field, "missing", "a empresa tem mais de uma conta: diga qual");
            }
            default.or(first.filter(|_| second.is_none()))
        }
    };
    if found.is_some_and(|a| a.credential_id.is_none() && a.layout.is_none()) {
        errors.add(field, "not_connected", "esta conta ainda não está ligada ao banco");
        return None;
    }
    found.cloned()
}

fn customer(
    world: &World,
    actor: &Actor,
    errors: &mut FieldErrors,
    prefix: &str,
    new: &NewBoleto,
) -> Result<Option<(Party, CheckedCustomer)>, Error> {
    match (&new.customer, &new.customer_id) {
        (Some(customer), None) => {
            let party = super::customers::check(errors, &format!("{prefix}customer."), customer);
            Ok(party.map(|party| (party, CheckedCustomer::New)))
        }
        (None, Some(id)) => {
            let (company, wanted) = (actor.company_id.clone(), id.clone());
            match world.store.read(move |tx| customers::get(tx, &company, &wanted))? {
                Some(known) => Ok(Some((party_of(&known), CheckedCustomer::Known(known.id)))),
                None => {
                    let message = "não há cliente com este id nesta empresa";
                    errors.add(format!("{prefix}customer_id"), "not_found", message);
                    Ok(None)
                }
            }
        }
        (None, None) => {
            errors.add(format!("{prefix}customer"), "missing", "informe customer ou customer_id");
            Ok(None)
        }
        (Some(_), Some(_)) => {
            let message = "informe customer ou customer_id, não ambos";
            errors.add(format!("{prefix}customer"), "ambiguous", message);
            Ok(None)
        }
    }
}

fn party_of(customer: &customers::Customer) -> Party {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Party {
        document: customer.document.clone(),
        name: customer.name.clone(),
        address: customer.address.clone(),
        email: some(&customer.email),
        phone: some(&customer.phone),
    }
}

enum Written {
    Stored(Stored),
    OtherBody,
    Running,
}

/// All that one request writes, the answer included, made before its transaction.
struct Ready {
    company_id: String,
    key: String,
    fingerprint: String,
    now: Timestamp,
    body: Arc<str>,
    orders: Vec<ReadyOrder>,
    with: Option<With>,
}

/// A charge with its boleto; both still lack the customer's id.
struct ReadyOrder {
    customer: ReadyCustomer,
    charge: Charge,
    boleto: Boleto,
    beside: Beside,
    replaces: Option<Replaced>,
}

enum ReadyCustomer {
    New(Box<Customer>),
    Known(String),
}

impl Ready {
    fn new(
        mut ids: Ids,
        actor: &Actor,
        key: &str,
        fingerprint: &str,
        company: &Company,
        checked: Vec<Checked>,
        shape: Shape,
    ) -> Result<Self, StoreError> {
        let mut views = Vec::with_capacity(checked.len());
        let mut orders = Vec::with_capacity(checked.len());
        for Checked { account, customer, order, origin, replaces, labels } in checked {
            let charge = Charge {
                id: replaces.as_ref().map_or_else(|| ids.next_id(), |old| old.charge_id.clone()),
                company_id: company.id.clone(),
                customer_id: String::new(),
                document_number: order.document_number.clone(),
                amount: order.amount,
                expiration_date: order.expiration_date,
                origin,
                created_at: ids.now(),
                chart_account_id: labels.chart_account_id,
                cost_center_id: labels.cost_center_id,
                note: labels.note,
            };
            let customer = match customer {
                CheckedCustomer::Known(id) => ReadyCustomer::Known(id),
                CheckedCustomer::New => {
                    let row = super::customers::row(&mut ids, &company.id, &order.customer);
                    ReadyCustomer::New(Box::new(row))
                }
            };
            let mut boleto = order_boleto::fresh(&mut ids, company.id.clone(), order);
            boleto.account_id.clone_from(&account.id);
            boleto.charge_id.clone_from(&charge.id);
            boleto.created_by.clone_from(&actor.name);
            let beside = Beside::new(&mut ids, &boleto, &account)?;
            views.push(BoletoView::new(&boleto, company, &account, &[]));
            orders.push(ReadyOrder { customer, charge, boleto, beside, replaces });
        }
        let body = match (shape, views.as_slice()) {
            (Shape::One, [one]) => serde_json::to_string(one),
            _ => serde_json::to_string(&Issued { boletos: views }),
        };
        let body = body.map_err(|e| StoreError::Internal(e.to_string()))?.into();
        let (key, fingerprint) = (key.to_owned(), fingerprint.to_owned());
        let (company_id, now) = (company.id.clone(), ids.now());
        Ok(Self { company_id, key, fingerprint, now, body, orders, with: None })
    }

    fn write(&self, tx: &mut Tx) -> Result<Written, StoreError> {
        let Self { company_id, key, fingerprint, now, body, orders, with } = self;
        let begun = idempotency::begin_answered(tx, company_id, key, fingerprint, *now, 201, body)?;
        match begun {
            idempotency::Begun::New => {}
            idempotency::Begun::Running { .. } => return Ok(Written::Running),
            idempotency::Begun::OtherBody => return Ok(Written::OtherBody),
            idempotency::Begun::Replay { status, body } => {
                return Ok(Written::Stored(Stored { status, body: body.into(), replayed: true }));
            }
        }
        for order in orders {
            let boleto = order.write(tx)?;
            if let Some(with) = with
                && !with(tx, &boleto)?
            {
                return Err(StoreError::Refused(boleto.order.document_number));
            }
        }
        let body = Arc::clone(body);
        Ok(Written::Stored(Stored { status: 201, body, replayed: false }))
    }
}

impl ReadyOrder {
    /// Refusing undoes what the whole request wrote before, the key included.
    fn write(&self, tx: &mut Tx) -> Result<Boleto, StoreError> {
        let customer_id = match &self.customer {
            ReadyCustomer::Known(id) => id.clone(),
            ReadyCustomer::New(customer) => customers::complete(tx, customer)?,
        };
        let charge = Charge { customer_id: customer_id.clone(), ..self.charge.clone() };
        let free = match &self.replaces {
            Some(old) => old.give_way(tx, &charge)?,
            None => charges::insert(tx, &charge)?,
        };
        if !free {
            return Err(StoreError::Refused(charge.document_number));
        }
        let boleto = Boleto { customer_id, ..self.boleto.clone() };
        if !order_boleto::add(tx, &boleto, &self.beside)? {
            return Err(StoreError::Busy("the bank reference was taken".into()));
        }
        Ok(boleto)
    }
}

/// The answer to many.
#[derive(Serialize)]
struct Issued {
    boletos: Vec<BoletoView>,
}
