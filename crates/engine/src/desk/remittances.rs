//! Remittances («Remessas»): what waits for the next file of an account, files made of it, and
//! what the bank has.

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::Numbering;
use quita_banks::file::{FileError, FileLayout};
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_core::party::Party;
use quita_core::terms::Term;
use quita_store::accounts::{self, Account};
use quita_store::boletos::{self, Boleto};
use quita_store::remittance_orders::{self, Instruction, Pursuit, RemittanceOrder};
use quita_store::remittances::{self, Remittance};
use quita_store::{LAST_ID, StoreError, Tx, counters, events};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::issue::Stored;
use super::once::{Request, once};
use super::read::Page;
use super::term_words;
use super::view::{beneficiary, company_and_accounts};
use super::{Actor, Permission};
use crate::by_file::{self, FILE_COUNTER};
use crate::clock::bank_time;
use crate::error::{Error, FieldErrors};
use crate::ids::{Ids, hex};
use crate::order_boleto;
use crate::trail::{self, Author};
use crate::world::World;

/// Most orders in one file; what is over waits for the one after.
pub const ORDERS_MAX: usize = 5000;

/// A file for a bank as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Remittance)]
pub struct RemittanceView {
    /// UUIDv7.
    pub id: String,
    /// Of which account.
    pub account_id: String,
    /// The bank's count of files.
    pub number: i64,
    /// Name of its layout.
    pub layout: String,
    /// Under which name it is downloaded.
    pub file_name: String,
    /// Of its content, in hex.
    pub sha256: String,
    /// Orders in it.
    pub orders: i64,
    /// Of these, new boletos.
    pub entries: i64,
    /// Sum of the new boletos, in cents.
    pub amount: i64,
    /// `user:…`, `application:…` or `system`.
    pub created_by: String,
    /// Instant, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Instant at which somebody said that the bank has it, UTC.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// Who said so.
    pub sent_by: Option<String>,
}

impl From<Remittance> for RemittanceView {
    fn from(file: Remittance) -> Self {
        let (sent_at, sent_by) = file.sent.unzip();
        Self {
            id: file.id,
            account_id: file.account_id,
            number: file.number,
            layout: file.layout,
            file_name: file.file_name,
            sha256: file.sha256,
            orders: file.orders,
            entries: file.entries,
            amount: file.amount.cents(),
            created_by: file.created_by,
            created_at: file.created_at,
            sent_at,
            sent_by,
        }
    }
}

/// An order of a file as programs see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RemittanceOrder)]
pub struct OrderView {
    /// UUIDv7.
    pub id: String,
    /// About which boleto.
    pub boleto_id: String,
    /// Its document number.
    pub document_number: String,
    /// Who owes.
    pub customer_name: String,
    /// Our number, where it has one.
    pub our_number: Option<String>,
    /// `register`, `write_off`, `write_off_paid_directly`, `change_expiration`, `change_amount`,
    /// `grant_abatement`, `cancel_abatement`, `change_interest`, `waive_interest`, `change_fine`,
    /// `waive_fine`, `change_discount`, `cancel_discount`, `protest`, `stop_protest`,
    /// `list_negatively`, `end_negative_listing`.
    pub instruction: &'static str,
    /// In Portuguese, with the new value.
    pub text: String,
    /// Nominal amount, in cents.
    pub amount: i64,
    /// Due date.
    #[schema(value_type = String, format = Date)]
    pub expiration_date: Date,
    /// Where the boleto stands.
    #[schema(value_type = String, example = "CREATED")]
    pub status: Status,
    /// Instant of the request, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl OrderView {
    fn new(order: RemittanceOrder, boleto: &Boleto) -> Self {
        let date = |date: &Date| date.strftime("%d/%m/%Y").to_string();
        let (instruction, text) = match &order.instruction {
            Instruction::Register => ("register", "Registrar".to_owned()),
            Instruction::WriteOff => ("write_off", "Cancelar (baixa)".to_owned()),
            Instruction::WriteOffPaidDirectly => {
                ("write_off_paid_directly", "Baixar: pago fora do banco".to_owned())
            }
            Instruction::ChangeExpiration(due) => {
                ("change_expiration", format!("Novo vencimento: {}", date(due)))
            }
            Instruction::ChangeAmount(amount) => {
                ("change_amount", format!("Novo valor: R$ {amount}"))
            }
            Instruction::ChangeTerm(term) => (word_of(term), term_words::asked(term)),
            Instruction::Pursue(pursuit) => match pursuit {
                Pursuit::Protest => ("protest", "Protestar".to_owned()),
                Pursuit::StopProtest => ("stop_protest", "Sustar o protesto".to_owned()),
                Pursuit::ListNegatively => ("list_negatively", "Negativar o pagador".to_owned()),
                Pursuit::EndNegativeListing => {
                    ("end_negative_listing", "Retirar a negativação".to_owned())
                }
            },
        };
        Self {
            id: order.id,
            boleto_id: order.boleto_id,
            document_number: boleto.order.document_number.clone(),
            customer_name: boleto.order.customer.name.clone(),
            our_number: boleto.our_number.clone(),
            instruction,
            text,
            amount: boleto.amount.cents(),
            expiration_date: boleto.expiration_date,
            status: boleto.status,
            created_at: order.created_at,
        }
    }
}

/// The change of a term as programs see it.
const fn word_of(term: &Term) -> &'static str {
    match term {
        Term::Abatement(Money::ZERO) => "cancel_abatement",
        Term::Abatement(_) => "grant_abatement",
        Term::Interest(None) => "waive_interest",
        Term::Interest(Some(_)) => "change_interest",
        Term::Fine(None) => "waive_fine",
        Term::Fine(Some(_)) => "change_fine",
        Term::Discounts(all) if all.is_empty() => "cancel_discount",
        Term::Discounts(_) => "change_discount",
        Term::Accepts(_) => "change_accepts",
    }
}

/// Something that keeps a file from being made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RemittanceProblem)]
pub struct ProblemView {
    /// The order at fault; null where it is the account or its agreement.
    pub order_id: Option<String>,
    /// Name of the field.
    pub field: String,
    /// What is wrong and what to do, in Portuguese.
    pub message: String,
}

/// The next file of an account, as it would be now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NextRemittance)]
pub struct NextView {
    /// Of which account.
    pub account_id: String,
    /// The number that it would have.
    pub number: i64,
    /// Name of its layout.
    pub layout: String,
    /// What would be in it, up to 5,000 orders.
    pub orders: Vec<OrderView>,
    /// How many orders wait in all.
    pub waiting: i64,
    /// Sum of the new boletos, in cents.
    pub amount: i64,
    /// What keeps it from being made; empty when it can be.
    pub problems: Vec<ProblemView>,
    /// Its content as it would be. Only for screens.
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// A file to be made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewRemittance {
    /// For which account.
    pub account_id: String,
    /// Only these orders; all that wait, up to 5,000, when left out.
    pub order_ids: Option<Vec<String>>,
}

/// An account by file with what is written in its files.
struct Desk {
    account: Account,
    layout: &'static FileLayout,
    company: Party,
}

fn desk(world: &World, actor: &Actor, account_id: &str) -> Result<Desk, Error> {
    let account = account_of(world, actor, account_id)?;
    let (company, _) = company_and_accounts(world, &actor.company_id)?;
    let layout = by_file::layout(&account).ok_or_else(|| {
        let said = "esta conta fala com o banco pela API e não tem remessas";
        Error::conflict("not_by_file", said)
    })?;
    Ok(Desk { account, layout, company: beneficiary(&company) })
}

/// What waits for the next file of an account, each with its boleto.
fn waiting(
    tx: &mut Tx,
    account_id: &str,
    only: Option<&[String]>,
) -> Result<Vec<(RemittanceOrder, Boleto)>, StoreError> {
    let orders = remittance_orders::waiting(tx, account_id, i64::MAX)?;
    let is_wanted = |order: &RemittanceOrder| only.is_none_or(|ids| ids.contains(&order.id));
    with_boletos(tx, orders.into_iter().filter(is_wanted).take(ORDERS_MAX))
}

fn with_boletos(
    tx: &mut Tx,
    orders: impl Iterator<Item = RemittanceOrder>,
) -> Result<Vec<(RemittanceOrder, Boleto)>, StoreError> {
    orders
        .map(|order| {
            let boleto = boletos::get(tx, &order.boleto_id)?
                .ok_or_else(|| StoreError::corrupt("remittance_orders: a boleto is missing"))?;
            Ok((order, boleto))
        })
        .collect()
}

/// The next number of an account's files, in the six digits that layouts have.
fn next_number(tx: &mut Tx, account_id: &str) -> Result<u32, StoreError> {
    let next = counters::current(tx, account_id, FILE_COUNTER)? + 1;
    u32::try_from(next).map_err(|_| StoreError::Internal("no number of a file is left".into()))
}

fn write(
    desk: &Desk,
    number: u32,
    now: Timestamp,
    orders: &[(RemittanceOrder, Boleto)],
) -> Result<Vec<u8>, Vec<FileError>> {
    let told: Vec<(Instruction, Boleto)> =
        orders.iter().map(|(order, boleto)| (order.instruction.clone(), boleto.clone())).collect();
    let Desk { account, layout, company } = desk;
    by_file::write(layout, account, company, number, bank_time(now), &told)
}

fn entries(orders: &[(RemittanceOrder, Boleto)]) -> impl Iterator<Item = &Boleto> {
    let new = orders.iter().filter(|(order, _)| order.instruction == Instruction::Register);
    new.map(|(_, boleto)| boleto)
}

fn problems(errors: Vec<FileError>, orders: &[(RemittanceOrder, Boleto)]) -> Vec<ProblemView> {
    let view = |error: FileError| ProblemView {
        order_id: error.order.and_then(|at| orders.get(at)).map(|(order, _)| order.id.clone()),
        field: error.problem.field,
        message: error.problem.message,
    };
    errors.into_iter().map(view).collect()
}

/// The next file of an account, as it would be now. Nothing is stored, no number is used.
pub fn next(world: &World, actor: &Actor, account_id: &str) -> Result<NextView, Error> {
    actor.must(Permission::Read)?;
    let desk = desk(world, actor, account_id)?;
    let id = account_id.to_owned();
    let (orders, waiting, number) = world.store.read(move |tx| {
        let orders = waiting(tx, &id, None)?;
        Ok((orders, remittance_orders::count_waiting(tx, &id)?, next_number(tx, &id)?))
    })?;
    let written = match orders.is_empty() {
        true => Ok(Vec::new()),
        false => write(&desk, number, world.clock.now(), &orders),
    };
    let (content, problems) = match written {
        Ok(content) => (content, Vec::new()),
        Err(errors) => (Vec::new(), problems(errors, &orders)),
    };
    Ok(NextView {
        account_id: desk.account.id,
        number: i64::from(number),
        layout: desk.layout.name().to_owned(),
        amount: entries(&orders).map(|boleto| boleto.amount).sum::<Money>().cents(),
        orders: orders.into_iter().map(|(order, boleto)| OrderView::new(order, &boleto)).collect(),
        waiting,
        problems,
        content,
    })
}

/// Makes the next file of an account, once for each key: its number, its content and the orders
/// in it are one transaction, so that no number is used twice and none without its file.
pub fn make(
    world: &World,
    actor: &Actor,
    request: &Request,
    new: &NewRemittance,
) -> Result<Stored, Error> {
    actor.must(Permission::Charge)?;
    if new.account_id.is_empty() {
        return Err(Error::invalid("account_id", "missing", "diga de qual conta"));
    }
    let desk = desk(world, actor, &new.account_id)?;
    let (author, only) = (actor.name.clone(), new.order_ids.clone());
    let to_place = world.settings.exchange_folder.is_some();
    let ready = move |tx: &mut Tx, mut ids: Ids| {
        let account_id = &desk.account.id;
        accounts::lock(tx, account_id)?;
        let orders = waiting(tx, account_id, only.as_deref())?;
        if orders.is_empty() {
            return Err(StoreError::refused(NOTHING));
        }
        let number = next_number(tx, account_id)?;
        let bytes = write(&desk, number, ids.now(), &orders)
            .map_err(|errors| StoreError::refused(told(errors, &orders)))?;
        counters::bump_to(tx, account_id, FILE_COUNTER, i64::from(number))?;
        let company = &desk.account.company_id;
        let file = Remittance {
            id: ids.next_id(),
            company_id: company.clone(),
            account_id: account_id.clone(),
            number: i64::from(number),
            layout: desk.layout.name().to_owned(),
            file_name: format!("remessa-{}-{number:06}.rem", desk.layout.bank),
            sha256: hex(&Sha256::digest(&bytes)),
            orders: count(orders.len()),
            entries: count(entries(&orders).count()),
            amount: entries(&orders).map(|boleto| boleto.amount).sum(),
            created_by: author.clone(),
            created_at: ids.now(),
            sent: None,
        };
        remittances::insert(tx, &file, &bytes, to_place)?;
        for (order, _) in &orders {
            if !remittance_orders::set_remittance(tx, &order.id, &file.id)? {
                return Err(StoreError::Busy("an order went into another file".into()));
            }
        }
        let details = serde_json::json!({
            "account": account_id, "number": file.number, "sha256": file.sha256,
            "orders": file.orders, "entries": file.entries, "amount": file.amount,
        });
        let by = Author { company_id: company, actor: &author };
        trail::record(tx, &mut ids, by, "remittance.made", &file.id, &details)?;
        let (event, body, now) = (ids.next_id(), details.to_string(), ids.now());
        events::insert(tx, &event, company, "remittance.made", &file.id, &body, now)?;
        Ok(RemittanceView::from(file))
    };
    let made = once(world, actor, request, Ok(ready), RemittanceView::clone);
    (world.crash_point)("remittance.made");
    match made {
        Err(Error::Store(StoreError::Refused(why))) if why == NOTHING => {
            Err(Error::conflict("nothing_waits", NOTHING))
        }
        Err(Error::Store(StoreError::Refused(why))) => Err(Error::conflict("not_writable", why)),
        other => other,
    }
}

/// Why no file is made of nothing.
const NOTHING: &str = "não há nada para enviar ao banco: nenhum pedido espera a próxima remessa";

/// Everything that keeps a file from being made, with the boleto that it is about.
fn told(errors: Vec<FileError>, orders: &[(RemittanceOrder, Boleto)]) -> String {
    let one = |error: FileError| {
        let order = error.order.and_then(|at| orders.get(at));
        let about = order.map(|(_, boleto)| format!("boleto {}: ", boleto.order.document_number));
        about.unwrap_or_default() + &error.problem.message
    };
    errors.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Files of the company, or of one account, the newest first.
pub fn list(
    world: &World,
    actor: &Actor,
    account_id: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<RemittanceView>, Error> {
    actor.must(Permission::Read)?;
    let (company, account) = (actor.company_id.clone(), account_id.map(str::to_owned));
    let before = cursor.unwrap_or(LAST_ID).to_owned();
    let rows = world.store.read(move |tx| {
        remittances::page(tx, &company, account.as_deref(), &before, limit.saturating_add(1))
    })?;
    Ok(Page::new(rows, limit, |row| &row.id, RemittanceView::from))
}

/// One file, and what is in it.
pub fn get(
    world: &World,
    actor: &Actor,
    id: &str,
) -> Result<(RemittanceView, Vec<OrderView>), Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(file) = remittances::get(tx, &company, &id)? else { return Ok(None) };
        let orders = remittance_orders::of_remittance(tx, &id)?;
        Ok(Some((file, with_boletos(tx, orders.into_iter())?)))
    })?;
    let (file, orders) = found.ok_or_else(|| Error::not_found("remessa"))?;
    let orders = orders.into_iter().map(|(order, boleto)| OrderView::new(order, &boleto));
    Ok((file.into(), orders.collect()))
}

/// The files that a boleto went in, the first one first.
pub fn of_boleto(
    world: &World,
    actor: &Actor,
    boleto_id: &str,
) -> Result<Vec<RemittanceView>, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), boleto_id.to_owned());
    let found = world.store.read(move |tx| {
        let mut files = Vec::new();
        for order in remittance_orders::of_boleto(tx, &id)? {
            if let Some(file) = order.remittance_id {
                files.extend(remittances::get(tx, &company, &file)?);
            }
        }
        files.dedup();
        Ok(files)
    })?;
    Ok(found.into_iter().map(RemittanceView::from).collect())
}

/// Name and content of a file, the same however often it is asked for.
pub fn download(world: &World, actor: &Actor, id: &str) -> Result<(String, Vec<u8>), Error> {
    actor.must(Permission::Charge)?;
    let (company, id) = (actor.company_id.clone(), id.to_owned());
    let found = world.store.read(move |tx| {
        let Some(file) = remittances::get(tx, &company, &id)? else { return Ok(None) };
        Ok(remittances::bytes(tx, &company, &id)?.map(|bytes| (file.file_name, bytes)))
    })?;
    found.ok_or_else(|| Error::not_found("remessa"))
}

/// Somebody says that the bank has the file. Saying it again changes nothing.
pub fn mark_sent(world: &World, actor: &Actor, id: &str) -> Result<RemittanceView, Error> {
    actor.must(Permission::Charge)?;
    let (company, id, by) = (actor.company_id.clone(), id.to_owned(), actor.name.clone());
    let found = world.tx(move |tx, mut ids| {
        if remittances::set_sent(tx, &company, &id, ids.now(), &by)? {
            let author = Author { company_id: &company, actor: &by };
            let nothing = serde_json::json!({});
            trail::record(tx, &mut ids, author, "remittance.sent", &id, &nothing)?;
        }
        remittances::get(tx, &company, &id)
    })?;
    found.map(RemittanceView::from).ok_or_else(|| Error::not_found("remessa"))
}

/// The operator says which number the bank took last, as after a backup was restored: the next
/// file gets one above it. Numbers never go back.
pub fn set_last_number(
    world: &World,
    actor: &Actor,
    account_id: &str,
    last: i64,
) -> Result<i64, Error> {
    actor.must(Permission::Configure)?;
    let desk = desk(world, actor, account_id)?;
    let (company, by, id) = (actor.company_id.clone(), actor.name.clone(), desk.account.id);
    let known = world.tx(move |tx, mut ids| {
        accounts::lock(tx, &id)?;
        let known = counters::current(tx, &id, FILE_COUNTER)?;
        if last >= known && last < 999_999 {
            counters::bump_to(tx, &id, FILE_COUNTER, last)?;
            let details = serde_json::json!({ "from": known, "to": last });
            let author = Author { company_id: &company, actor: &by };
            trail::record(tx, &mut ids, author, "remittance.number_set", &id, &details)?;
        }
        Ok(known)
    })?;
    let mut errors = FieldErrors::default();
    if last < known {
        let said = format!(
            "a última remessa feita aqui é a {known}: um número nunca volta, para que o banco não \
             a recuse"
        );
        errors.add("last_number", "out_of_range", said);
    } else if last >= 999_999 {
        errors.add("last_number", "out_of_range", "o número da remessa tem até 6 dígitos");
    }
    errors.check()?;
    Ok(last + 1)
}

/// Where the counts of an account stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LastNumbers {
    /// Number of the last remittance; `None` for an account by API.
    pub remittance: Option<i64>,
    /// The last of our numbers; `None` where the bank gives them.
    pub our_number: Option<i64>,
}

/// Where the counts of an account stand.
pub fn last_numbers(world: &World, actor: &Actor, account_id: &str) -> Result<LastNumbers, Error> {
    actor.must(Permission::Read)?;
    let account = account_of(world, actor, account_id)?;
    let numbering = order_boleto::numbering(&account, world.clock.now());
    let found = world.store.read(move |tx| {
        let our_number = match &numbering {
            Some(Numbering { series, first, .. }) => {
                let name = by_file::number_counter(series);
                Some(counters::current(tx, &account.id, &name)?.max(first - 1))
            }
            None => None,
        };
        let remittance = match account.layout {
            Some(_) => Some(counters::current(tx, &account.id, FILE_COUNTER)?),
            None => None,
        };
        Ok(LastNumbers { remittance, our_number })
    })?;
    Ok(found)
}

fn account_of(world: &World, actor: &Actor, account_id: &str) -> Result<Account, Error> {
    let (_, accounts) = company_and_accounts(world, &actor.company_id)?;
    let account = accounts.into_iter().find(|account| account.id == account_id);
    account.ok_or_else(|| Error::not_found("conta"))
}

/// The operator says which of our numbers was given last, as after a backup was restored: the next
/// boleto gets one above it. Numbers never go back. Gives the next one.
pub fn set_last_our_number(
    world: &World,
    actor: &Actor,
    account_id: &str,
    last: i64,
) -> Result<i64, Error> {
    actor.must(Permission::Configure)?;
    let account = account_of(world, actor, account_id)?;
    let numbering = order_boleto::numbering(&account, world.clock.now()).ok_or_else(|| {
        Error::conflict("bank_numbers", "nesta conta é o banco que dá o nosso número")
    })?;
    let (company, by, id) = (actor.company_id.clone(), actor.name.clone(), account.id);
    let Numbering { series, digits, first } = numbering;
    let most = 10_i64.checked_pow(u32::try_from(digits).unwrap_or(u32::MAX));
    let most = most.map_or(i64::MAX, |over| over - 1);
    let known = world.tx(move |tx, mut ids| {
        let name = by_file::number_counter(&series);
        accounts::lock(tx, &id)?;
        let known = counters::current(tx, &id, &name)?.max(first - 1);
        if last >= known && last < most {
            counters::bump_to(tx, &id, &name, last)?;
            let details = serde_json::json!({ "wallet": series, "from": known, "to": last });
            let author = Author { company_id: &company, actor: &by };
            trail::record(tx, &mut ids, author, "our_number.set", &id, &details)?;
        }
        Ok(known)
    })?;
    let mut errors = FieldErrors::default();
    if last < known {
        let said = format!(
            "o último nosso número dado aqui é {known}: um número nunca volta, para que dois \
             boletos não tenham o mesmo"
        );
        errors.add("last_our_number", "out_of_range", said);
    } else if last >= most {
        let said = format!("nesta carteira o nosso número vai até {most}, e é preciso sobrar um");
        errors.add("last_our_number", "out_of_range", said);
    }
    errors.check()?;
    Ok(last + 1)
}
