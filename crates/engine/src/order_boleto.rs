//! Writes the order of a boleto down, with its numbers, its work and its trace.

use jiff::Timestamp;
use quita_banks::contract::Numbering;
use quita_banks::registry;
use quita_core::order::BoletoOrder;
use quita_store::accounts::{self, Account};
use quita_store::boletos::{self, Boleto};
use quita_store::remittance_orders::Instruction;
use quita_store::wanted::Wanted;
use quita_store::{StoreError, Tx, audit, counters, events, jobs};
use serde_json::json;

use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::Kind;
use crate::{by_file, connection};

/// Letters of the random part of a reference: 32 to the seventh are 34 thousand million.
const SUFFIX: usize = 7;

/// What is written with a new boleto: its order, its job and its trace. Made before the transaction, so
/// that the thread that commits for everybody does nothing but write.
#[derive(Clone, Debug)]
pub struct Beside {
    job_id: String,
    event_id: String,
    event: String,
    trace: audit::Entry,
    order_body: String,
    numbering: Option<Numbering>,
    /// The account where it works by files, and the id of the order in them.
    by_file: Option<(Box<Account>, String)>,
}

impl Beside {
    /// For this boleto of this account.
    pub fn new(ids: &mut Ids, boleto: &Boleto, account: &Account) -> Result<Self, StoreError> {
        let event = json!({
            "boleto_id": boleto.id,
            "document_number": boleto.order.document_number,
            "amount": boleto.amount,
            "expiration_date": boleto.expiration_date,
        });
        Ok(Self {
            order_body: boletos::order_body(&boleto.order)?,
            numbering: numbering(account, boleto.created_at),
            by_file: by_file::layout(account).map(|_| (Box::new(account.clone()), ids.next_id())),
            job_id: ids.next_id(),
            event_id: ids.next_id(),
            event: event.to_string(),
            trace: audit::Entry {
                id: ids.next_id(),
                company_id: boleto.company_id.clone(),
                at: boleto.created_at,
                actor: boleto.created_by.clone(),
                action: "boleto.created".into(),
                subject: boleto.id.clone(),
                details: json!({"amount": boleto.amount, "charge": boleto.charge_id}).to_string(),
            },
        })
    }
}

/// Adds an ordered boleto for a charge that has no live one, its work and its trace, under its own
/// number where the company gives it. The work is a job that calls the bank, or an order of the
/// next file. False, with nothing written, when its bank reference is taken: almost impossible,
/// try another.
pub fn add(tx: &mut Tx, boleto: &Boleto, beside: &Beside) -> Result<bool, StoreError> {
    let added = match &beside.numbering {
        None => boletos::insert(tx, boleto, &beside.order_body)?,
        Some(numbering) => {
            let mut numbered = boleto.clone();
            let counted = our_number(tx, &boleto.account_id, numbering)?;
            numbered.order.our_number = Some(counted.clone());
            if let Some((account, _)) = &beside.by_file {
                number(&mut numbered, account, &counted)?;
            }
            let added = boletos::insert(tx, &numbered, &boletos::order_body(&numbered.order)?)?;
            if added && beside.by_file.is_some() {
                boletos::save(tx, &numbered)?;
            }
            added
        }
    };
    if !added {
        return Ok(false);
    }
    let Boleto { id, company_id, created_at, .. } = boleto;
    match &beside.by_file {
        Some((_, order_id)) => by_file::order_as(
            tx,
            order_id.clone(),
            *created_at,
            boleto,
            Instruction::Register,
            &boleto.created_by,
        )?,
        None => {
            let job = jobs::NewJob {
                id: &beside.job_id,
                company_id,
                kind: Kind::Issue.word(),
                subject: id,
                run_at: *created_at,
                created_at: *created_at,
            };
            jobs::enqueue(tx, &job)?;
        }
    }
    let Beside { event_id, event, .. } = beside;
    events::insert(tx, event_id, company_id, "boleto.created", id, event, *created_at)?;
    audit::write(tx, &beside.trace)?;
    Ok(true)
}

/// The numbers that a boleto by file is printed with, from the one that was counted.
fn number(boleto: &mut Boleto, account: &Account, counted: &str) -> Result<(), StoreError> {
    let Some(layout) = by_file::layout(account) else { return Ok(()) };
    let agreement = by_file::agreement(account);
    let numbers = by_file::numbers(layout, &agreement, &boleto.order, counted);
    let numbers = numbers.map_err(|e| StoreError::Internal(format!("no numbers: {e}")))?;
    by_file::take_numbers(boleto, &numbers, counted);
    Ok(())
}

/// How boletos of an account are numbered, where the company does it.
pub(crate) fn numbering(account: &Account, now: Timestamp) -> Option<Numbering> {
    if account.layout.is_some() {
        return by_file::numbering(account);
    }
    // Neither numbers nor wallets depend on the environment.
    registry::by_folder(&account.bank)?.numbering(&connection::ctx(account, now, false))
}

/// The next number of the account: from a counter, so that none is given twice.
fn our_number(tx: &mut Tx, account: &str, numbering: &Numbering) -> Result<String, StoreError> {
    let Numbering { series, digits, first } = numbering;
    let name = by_file::number_counter(series);
    counters::bump_to(tx, account, &name, first - 1)?;
    let number = format!("{:0digits$}", counters::next(tx, account, &name)?);
    if number.len() > *digits {
        return Err(StoreError::Internal(format!("wallet {series} has no our number left")));
    }
    Ok(number)
}

/// The number that would be given next at an account, without giving it; `None` where the bank
/// numbers.
pub fn next_number(
    tx: &mut Tx,
    account: &Account,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let Some(Numbering { series, digits, first }) = numbering(account, now) else {
        return Ok(None);
    };
    let last = counters::current(tx, &account.id, &by_file::number_counter(&series))?;
    Ok(Some(format!("{:0digits$}", last.max(first - 1) + 1)))
}

/// Another number for an ordered boleto, whose own number the bank knows under another boleto.
pub fn renumber(tx: &mut Tx, ids: &mut Ids, boleto: &mut Boleto) -> Result<(), StoreError> {
    let account = accounts::get(tx, &boleto.account_id)?
        .ok_or_else(|| StoreError::corrupt("boletos: an account is missing"))?;
    let Some(numbering) = numbering(&account, ids.now()) else { return Ok(()) };
    let number = our_number(tx, &account.id, &numbering)?;
    let details = json!({"from": boleto.order.our_number, "to": number});
    boleto.order.our_number = Some(number);
    boletos::set_order(tx, &boleto.id, &boleto.order)?;
    let author = Author { company_id: &boleto.company_id, actor: "system" };
    trail::record(tx, ids, author, "boleto.renumbered", &boleto.id, &details)
}

/// The boleto that takes the place of a cancelled one.
pub fn replace(
    tx: &mut Tx,
    ids: &mut Ids,
    old: &Boleto,
    mut order: BoletoOrder,
) -> Result<(), StoreError> {
    let account = accounts::get(tx, &old.account_id)?
        .ok_or_else(|| StoreError::corrupt("boletos: an account is missing"))?;
    order.bank_reference = reference(&order.document_number, old.order.bank_reference.len(), ids);
    order.our_number = None;
    // What the former boleto was told since it was issued is its own.
    order.terms.earlier.clear();
    order.terms.accepts = None;
    let mut boleto = fresh(ids, old.company_id.clone(), order);
    boleto.account_id.clone_from(&old.account_id);
    boleto.charge_id.clone_from(&old.charge_id);
    boleto.customer_id.clone_from(&old.customer_id);
    boleto.created_by.clone_from(&old.created_by);
    for _ in 0..5 {
        let beside = Beside::new(ids, &boleto, &account)?;
        if add(tx, &boleto, &beside)? {
            return Ok(());
        }
        let order = &mut boleto.order;
        order.bank_reference = reference(&order.document_number, order.bank_reference.len(), ids);
    }
    Err(StoreError::refused("no free bank reference"))
}

/// A boleto of which nothing is known but its order; the caller names account, charge,
/// customer and author.
pub fn fresh(ids: &mut Ids, company_id: String, order: BoletoOrder) -> Boleto {
    Boleto {
        id: ids.next_id(),
        company_id,
        account_id: String::new(),
        charge_id: String::new(),
        customer_id: String::new(),
        public_token: ids.next_link(),
        created_by: String::new(),
        created_at: ids.now(),
        live: true,
        amount: order.amount,
        expiration_date: order.expiration_date,
        status: quita_core::fold::Status::Created,
        bank_id: None,
        our_number: None,
        barcode: None,
        writable_line: None,
        br_code: None,
        txid: None,
        refusal: None,
        received: quita_core::money::Money::ZERO,
        settled_by_hand: false,
        wanted: Wanted::default(),
        registered_at: None,
        settled_at: None,
        edition: 0,
        updated_at: ids.now(),
        printed: None,
        order,
    }
}

/// A reference of exactly `length` characters at most: the start that people recognise, then
/// a random part. Never taken from a counter, so that an old backup cannot repeat one.
pub fn reference(document_number: &str, length: usize, ids: &mut Ids) -> String {
    let room = length.saturating_sub(SUFFIX);
    let mut text: String = document_number
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .take(room)
        .collect();
    text.push_str(&ids.next_letters(length - room));
    text
}
