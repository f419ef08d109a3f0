//! What a bank changed of a registered boleto: its values and its terms.

use jiff::civil::Date;
use quita_banks::registry;
use quita_core::money::Money;
use quita_core::terms::{Term, TermKind};
use quita_store::boletos::{self, Boleto};
use quita_store::wanted::WantedTerm;
use quita_store::{StoreError, Tx, accounts, charges};
use serde_json::json;

use crate::clock::bank_day;
use crate::desk::view;
use crate::ids::Ids;
use crate::learn::write_event;
use crate::trail::{self, Author};

/// The bank has other values now, and perhaps other numbers: those are read under the next
/// edition.
pub(crate) fn values_changed(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    amount: Money,
    expiration_date: Date,
) -> Result<(), StoreError> {
    boleto.edition += 1;
    boleto.amount = amount;
    boleto.expiration_date = expiration_date;
    boleto.updated_at = ids.now();
    boletos::save(tx, boleto)?;
    charges::set_values(tx, &boleto.charge_id, amount, expiration_date)?;
    let details = json!({"amount": amount, "expiration_date": expiration_date});
    let author = Author { company_id: &boleto.company_id, actor: "bank" };
    trail::record(tx, ids, author, "boleto.changed", &boleto.id, &details)?;
    let body = json!({
        "boleto_id": boleto.id,
        "amount": boleto.amount,
        "expiration_date": boleto.expiration_date,
    });
    write_event(tx, ids, boleto, "boleto.changed", &body.to_string())
}

/// The bank has other terms since a day: they hold wherever the boleto is shown or paid on that
/// day or later, and what there was for the days before it.
pub(crate) fn terms_changed(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    terms: &[Term],
    since: Date,
) -> Result<(), StoreError> {
    let now = |boleto: &Boleto| boleto.order.changed(boleto.expiration_date, boleto.amount).terms;
    let was = now(boleto);
    let before: Vec<Term> = terms.iter().filter_map(|term| was.term(term.kind())).collect();
    for term in terms {
        boleto.order.change_term(term.clone(), boleto.expiration_date, since);
    }
    boleto.updated_at = ids.now();
    boletos::set_order(tx, &boleto.id, &boleto.order)?;
    boletos::save(tx, boleto)?;
    let details = json!({"terms": terms, "before": before, "since": since});
    let author = Author { company_id: &boleto.company_id, actor: "bank" };
    trail::record(tx, ids, author, "boleto.changed", &boleto.id, &details)?;
    let mut body = view::terms(&now(boleto), terms);
    body.insert("boleto_id".into(), json!(boleto.id));
    body.insert("since".into(), json!(since));
    write_event(tx, ids, boleto, "boleto.changed", &json!(body).to_string())
}

/// The bank shows its boleto with these terms, and with the values that ours has by now: what was
/// asked and is seen is asked for no longer.
pub(crate) fn confirm(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    shown: &[Term],
) -> Result<(), StoreError> {
    let wanted = &mut boleto.wanted;
    if wanted.has_values() {
        let stands = wanted.expiration_date.is_none_or(|due| due == boleto.expiration_date)
            && wanted.amount.is_none_or(|amount| amount == boleto.amount);
        // The dates of terms hang on the due date: they come after it.
        if !stands {
            return Ok(());
        }
        let is_moved = wanted.expiration_date.is_some();
        wanted.drop_values();
        if is_moved {
            move_terms(tx, boleto, shown, bank_day(ids.now()))?;
        }
        return boletos::save(tx, boleto);
    }
    let is_seen = |wanted: &WantedTerm| {
        match shown.iter().find(|shown| shown.kind() == wanted.term.kind()) {
            Some(shown) => *shown == wanted.term,
            // Of what it does not show, the bank's «done» has to do.
            None => wanted.taken_at.is_some() && !wanted.waits,
        }
    };
    let (seen, rest): (Vec<_>, Vec<_>) = wanted.terms.drain(..).partition(is_seen);
    wanted.terms = rest;
    if seen.is_empty() {
        return Ok(());
    }
    let seen: Vec<Term> = seen.into_iter().map(|wanted| wanted.term).collect();
    let today = bank_day(ids.now());
    terms_changed(tx, ids, boleto, &seen, today)
}

/// Here the days of terms moved with the due date. Whether they do at the bank is not known: unless it
/// shows them there, it is told.
fn move_terms(
    tx: &mut Tx,
    boleto: &mut Boleto,
    shown: &[Term],
    today: Date,
) -> Result<(), StoreError> {
    let account = accounts::get(tx, &boleto.account_id)?;
    let bank = account.and_then(|account| registry::by_folder(&account.bank));
    let Some(can) = bank.map(|bank| bank.info().boleto.change_terms) else { return Ok(()) };
    let now = boleto.order.changed(boleto.expiration_date, boleto.amount).terms;
    for kind in [TermKind::Interest, TermKind::Fine, TermKind::Discounts] {
        let has_days = match kind {
            TermKind::Interest => now.interest.is_some(),
            TermKind::Fine => now.fine.is_some(),
            _ => !now.discounts.is_empty(),
        };
        let Some(mut term) = now.term(kind).filter(|term| has_days && !shown.contains(term)) else {
            continue;
        };
        // A bank is not asked for days that are over.
        if let Term::Discounts(all) = &mut term {
            all.retain(|discount| discount.date >= today);
        }
        // What was asked together with the due date was asked for this one.
        if can.has(kind) && boleto.wanted.term(kind).is_none() {
            boleto.wanted.terms.push(WantedTerm::new(term));
        }
    }
    Ok(())
}
