//! Writes the order of a boleto down, with its reference, its work and its trace.

use quita_core::order::BoletoOrder;
use quita_store::boletos::{self, Boleto, Wanted};
use quita_store::{StoreError, Tx, audit, events, jobs};
use serde_json::json;

use crate::ids::Ids;
use crate::workers::Kind;

/// Letters of the random part of a reference: 32 to the seventh are 34 thousand million.
const SUFFIX: usize = 7;

/// Adds an ordered boleto, its job and its trace, for a charge that has no live one.
pub fn add(tx: &mut Tx, ids: &mut Ids, boleto: &mut Boleto) -> Result<(), StoreError> {
    let length = boleto.order.bank_reference.len();
    let mut tries = 0;
    while !boletos::insert(tx, boleto)? {
        // The random part was taken: almost impossible, so a few tries are plenty.
        tries += 1;
        if tries == 5 {
            return Err(StoreError::refused("no free bank reference"));
        }
        boleto.order.bank_reference = reference(&boleto.order.document_number, length, ids);
    }
    jobs::enqueue(
        tx,
        &jobs::NewJob {
            id: &ids.next_id(),
            company_id: &boleto.company_id,
            kind: Kind::Issue.word(),
            subject: &boleto.id,
            run_at: ids.now(),
            created_at: ids.now(),
        },
    )?;
    let body = json!({
        "boleto_id": boleto.id,
        "document_number": boleto.order.document_number,
        "amount": boleto.amount,
        "expiration_date": boleto.expiration_date,
    });
    let id = ids.next_id();
    let (company, subject) = (&boleto.company_id, &boleto.id);
    events::insert(tx, &id, company, "boleto.created", subject, &body.to_string(), ids.now())?;
    audit::write(
        tx,
        &audit::Entry {
            id: ids.next_id(),
            company_id: boleto.company_id.clone(),
            at: ids.now(),
            actor: boleto.created_by.clone(),
            action: "boleto.created".into(),
            subject: boleto.id.clone(),
            details: json!({"amount": boleto.amount, "charge": boleto.charge_id}).to_string(),
        },
    )
}

/// The boleto that takes the place of a cancelled one.
pub fn replace(
    tx: &mut Tx,
    ids: &mut Ids,
    old: &Boleto,
    mut order: BoletoOrder,
) -> Result<(), StoreError> {
    order.bank_reference = reference(&order.document_number, old.order.bank_reference.len(), ids);
    let mut boleto = fresh(ids, old.company_id.clone(), order);
    boleto.account_id.clone_from(&old.account_id);
    boleto.charge_id.clone_from(&old.charge_id);
    boleto.customer_id.clone_from(&old.customer_id);
    boleto.created_by.clone_from(&old.created_by);
    add(tx, ids, &mut boleto)
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
        public_token: ids.next_token(),
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
