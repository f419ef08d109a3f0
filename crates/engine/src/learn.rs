//! Takes in what a bank told: facts, and all that follows from them, in one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::Report;
use quita_core::calendar::Calendar;
use quita_core::fact::{Channel, Fact, PaymentKey, Situation};
use quita_core::fold::{self, Divergence, Folded, Status};
use quita_core::money::Money;
use quita_core::payable::{PayableRules, payable};
use quita_store::boletos::{self, Boleto, Outline};
use quita_store::pending::{self, PendingItem};
use quita_store::receipts::{self, Receipt};
use quita_store::wanted::Wanted;
use quita_store::{StoreError, Tx, bank_lines, events, facts, remittance_orders};
use serde_json::json;

use crate::changed::{confirm, values_changed};
use crate::clock::{after, bank_day};
use crate::desk::reconciliation::NOT_SETTLED;
use crate::ids::Ids;
use crate::order_boleto;
use crate::planted::{self, Bug};
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};

/// Kind of the pending item of an order that does not reach the bank.
pub const NOT_SENT: &str = "not_sent";

/// Receipts come many at a time: one run for all that are learned within so long.
const RECEIPTS_TOGETHER_SECONDS: i64 = 10;

/// What a bank told about boletos of one account, asked at `asked`. Boletos that are not ours
/// are left alone. Gives how many of ours changed.
pub fn learn_reports(
    tx: &mut Tx,
    ids: &mut Ids,
    account_id: &str,
    reports: &[Report],
    asked: Timestamp,
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for report in reports {
        let mut found = None;
        if let Some(bank_id) = &report.bank_id {
            found = boletos::outline_by_bank_id(tx, account_id, bank_id)?;
        }
        if found.is_none()
            && let Some(txid) = &report.txid
        {
            found = boletos::outline_by_txid(tx, account_id, txid)?;
        }
        match found {
            Some(boleto) => {
                let mut facts = in_time(&boleto, report, asked);
                for fact in &mut facts {
                    *fact = of_edition(fact, boleto.edition);
                }
                // Lists are read again and again: nearly always all of it is known.
                if !facts::all_known(tx, &boleto.id, report.channel, &facts)?
                    && learn(tx, ids, &boleto.id, report.channel, &facts)?
                {
                    changed += 1;
                }
                // Lists may lag behind: the detail decides.
                if changed_there(&boleto, report).is_some() {
                    let (company, now) = (boleto.company_id.clone(), ids.now());
                    enqueue(tx, ids, &company, Kind::Follow, &boleto.id, now)?;
                }
            }
            None => notice_twin(tx, ids, account_id, report)?,
        }
    }
    Ok(changed)
}

/// What the bank's detail shows of a boleto, asked at `asked`. Its amount and due date become
/// ours, whoever changed them; its terms, where they were asked for. False when the boleto changed
/// here since: look again.
pub fn learn_detail(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto_id: &str,
    report: &Report,
    asked: Timestamp,
) -> Result<bool, StoreError> {
    boletos::lock(tx, boleto_id)?;
    let Some(mut boleto) = boletos::get(tx, boleto_id)? else { return Ok(true) };
    let is_in_time = boleto.updated_at <= asked;
    let outline = boleto.outline();
    let facts = in_time(&outline, report, asked);
    let changed = changed_there(&outline, report).filter(|_| is_in_time);
    if let Some((amount, expiration_date)) = changed {
        values_changed(tx, ids, &mut boleto, amount, expiration_date)?;
    }
    if is_in_time && boleto.status == Status::Registered {
        confirm(tx, ids, &mut boleto, &report.terms)?;
    }
    learn_locked(tx, ids, boleto, report.channel, &facts)?;
    Ok(is_in_time)
}

/// The facts of a report. Numbers that may be older than the last change of the boleto are
/// left out: they would be taken for those that the change made.
fn in_time(boleto: &Outline, report: &Report, asked: Timestamp) -> Vec<Fact> {
    let old = boleto.edition > 0 && boleto.updated_at > asked;
    let is_kept = |fact: &&Fact| !(old && matches!(fact, Fact::Registered(_)));
    report.facts.iter().filter(is_kept).cloned().collect()
}

/// Amount and due date at the bank, where they are not those that we know.
fn changed_there(boleto: &Outline, report: &Report) -> Option<(Money, Date)> {
    let amount = report.amount.unwrap_or(boleto.amount);
    let expiration_date = report.expiration_date.unwrap_or(boleto.expiration_date);
    let same = amount == boleto.amount && expiration_date == boleto.expiration_date;
    (!same).then_some((amount, expiration_date))
}

/// A boleto at the bank under our reference that is not the one we know: the bank took an order
/// twice. It must never be paid, so a person is told.
fn notice_twin(
    tx: &mut Tx,
    ids: &mut Ids,
    account_id: &str,
    report: &Report,
) -> Result<(), StoreError> {
    let (Some(twin), Some(reference)) = (&report.bank_id, &report.bank_reference) else {
        return Ok(());
    };
    let Some(boleto) = boletos::by_reference(tx, account_id, reference)? else { return Ok(()) };
    // While its own id is not known, the one that asks about it will find this one too.
    let Some(known) = &boleto.bank_id else { return Ok(()) };
    let message = format!(
        "O banco tem outro boleto com a referência {reference} ({twin}), além do boleto {} \
         ({known}). Cancele o outro no banco.",
        boleto.order.document_number
    );
    open_pending(tx, ids, &boleto, "twin_at_bank", message)
}

/// Adds facts to a boleto and brings everything derived up to date. False when all were known.
pub fn learn(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto_id: &str,
    channel: Channel,
    told: &[Fact],
) -> Result<bool, StoreError> {
    boletos::lock(tx, boleto_id)?;
    let Some(boleto) = boletos::get(tx, boleto_id)? else { return Ok(false) };
    learn_locked(tx, ids, boleto, channel, told)
}

fn learn_locked(
    tx: &mut Tx,
    ids: &mut Ids,
    mut boleto: Boleto,
    channel: Channel,
    told: &[Fact],
) -> Result<bool, StoreError> {
    let boleto_id = boleto.id.clone();
    let mut new = false;
    for fact in told {
        let mut fact = of_edition(fact, boleto.edition);
        if let Fact::Paid(payment) = &mut fact
            && planted::is(Bug::NoDedupe)
        {
            payment.key = PaymentKey::Id(ids.next_id());
        }
        let id = ids.next_id();
        new |= facts::insert(tx, &id, &boleto.company_id, &boleto_id, channel, &fact, ids.now())?;
    }
    if !new {
        return Ok(false);
    }
    let folded = folded(tx, &boleto_id)?;
    let (status_before, live_before) = (boleto.status, boleto.live);
    boleto.take(&folded, ids.now());
    if boleto.live && !live_before {
        // Another one stands for the charge since: this payment is shown, and changes nothing.
        boleto.live = boletos::live_of_charge(tx, &boleto.charge_id)?.is_none();
    }
    save_receipts(tx, ids, &boleto, &folded)?;
    if boleto.status != status_before {
        status_changed(tx, ids, &mut boleto, status_before)?;
    }
    save_divergences(tx, ids, &boleto, &folded)?;
    boletos::save(tx, &boleto)?;
    Ok(true)
}

/// All facts of a boleto, folded.
pub fn folded(tx: &mut Tx, boleto_id: &str) -> Result<Folded, StoreError> {
    let kept = facts::of_boleto(tx, boleto_id)?;
    Ok(fold::fold(kept.iter().map(|k| (k.channel, &k.fact))))
}

/// Whether the bank was seen to have closed it, by whatever way.
pub fn closed_at_bank(tx: &mut Tx, boleto_id: &str) -> Result<bool, StoreError> {
    let closed = |fact: &Fact| match fact {
        Fact::Observed(seen) => matches!(
            seen.situation,
            Situation::Cancelled | Situation::Expired | Situation::Paid | Situation::MarkedPaid
        ),
        _ => false,
    };
    Ok(facts::of_boleto(tx, boleto_id)?.iter().any(|kept| closed(&kept.fact)))
}

/// Numbers read after a change belong to the edition that the change made.
fn of_edition(fact: &Fact, edition: u32) -> Fact {
    match fact {
        Fact::Registered(numbers) => {
            let mut numbers = numbers.clone();
            numbers.edition = edition;
            Fact::Registered(numbers)
        }
        other => other.clone(),
    }
}

fn save_receipts(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &Boleto,
    folded: &Folded,
) -> Result<(), StoreError> {
    let mut known = receipts::of_boleto(tx, &boleto.id)?;
    let keys: BTreeSet<&str> = folded.receipts.iter().map(|r| r.key.as_str()).collect();
    let mut is_news = false;
    for told in &folded.receipts {
        let same_key = known.iter().position(|r| r.receipt_key == told.key);
        // A payment that was anonymous may come again with its identifier: the same receipt.
        let renamed = || {
            known.iter().position(|r| {
                !keys.contains(r.receipt_key.as_str())
                    && r.means == told.means
                    && r.amount == told.amount
            })
        };
        let position = same_key.or_else(renamed);
        let old = position.map(|i| known.swap_remove(i));
        let receipt = Receipt {
            id: old.as_ref().map_or_else(|| ids.next_id(), |r| r.id.clone()),
            company_id: boleto.company_id.clone(),
            account_id: boleto.account_id.clone(),
            boleto_id: boleto.id.clone(),
            receipt_key: told.key.clone(),
            means: told.means,
            amount: told.amount,
            paid_on: told.paid_on,
            credited_on: told.credited_on,
            settled_at: told.settled_at,
            fee: told.fee,
            end_to_end_id: told.id.clone(),
            created_at: old.as_ref().map_or(ids.now(), |r| r.created_at),
        };
        match &old {
            Some(old) if *old == receipt => continue,
            Some(old) if old.receipt_key != receipt.receipt_key => receipts::delete(tx, &old.id)?,
            _ => {}
        }
        receipts::upsert(tx, &receipt)?;
        is_news = true;
        let kind = if old.is_some() { "receipt.completed" } else { "receipt.created" };
        let body = json!({
            "receipt_id": receipt.id,
            "boleto_id": boleto.id,
            "document_number": boleto.order.document_number,
            "means": receipt.means,
            "amount": receipt.amount,
            "paid_on": receipt.paid_on,
            "end_to_end_id": receipt.end_to_end_id,
        });
        write_event(tx, ids, boleto, kind, &body.to_string())?;
    }
    // Told as one sum before its parts came with their own ids.
    for gone in known {
        receipts::delete(tx, &gone.id)?;
        let body = json!({
            "receipt_id": gone.id,
            "boleto_id": boleto.id,
            "document_number": boleto.order.document_number,
            "amount": gone.amount,
        });
        write_event(tx, ids, boleto, "receipt.withdrawn", &body.to_string())?;
    }
    if is_news { reconcile_again(tx, ids, boleto) } else { Ok(()) }
}

/// A line may have come before the receipt that explains it.
fn reconcile_again(tx: &mut Tx, ids: &mut Ids, boleto: &Boleto) -> Result<(), StoreError> {
    let Boleto { company_id, account_id, .. } = boleto;
    if !bank_lines::any_open(tx, account_id)? {
        return Ok(());
    }
    let at = after(ids.now(), RECEIPTS_TOGETHER_SECONDS);
    enqueue(tx, ids, company_id, Kind::Reconcile, account_id, at)
}

fn status_changed(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &mut Boleto,
    before: Status,
) -> Result<(), StoreError> {
    let kind = match boleto.status {
        Status::Created => "boleto.created",
        Status::Rejected => "boleto.rejected",
        Status::Registered => "boleto.registered",
        Status::CancellationRequested => "boleto.cancellation_requested",
        Status::Expired => "boleto.expired",
        Status::Cancelled => "boleto.cancelled",
        Status::Settled => "boleto.settled",
    };
    let body = json!({
        "boleto_id": boleto.id,
        "document_number": boleto.order.document_number,
        "status": boleto.status,
        "previous_status": before,
        "our_number": boleto.our_number,
        "received": boleto.received,
        "refusal": boleto.refusal,
    });
    write_event(tx, ids, boleto, kind, &body.to_string())?;
    // What a person did is told by an entry of its own; this one tells what became of it.
    let by_hand = boleto.settled_by_hand && !boleto.received.is_positive();
    let actor = if by_hand { "system" } else { "bank" };
    let author = Author { company_id: &boleto.company_id, actor };
    let details = json!({"from": before, "to": boleto.status});
    trail::record(tx, ids, author, kind, &boleto.id, &details)?;
    match boleto.status {
        Status::Rejected => {
            let why = boleto.refusal.as_ref().map_or("", |r| r.message.as_str());
            let message = format!(
                "O boleto {} foi recusado pelo banco: {why} Corrija e emita de novo.",
                boleto.order.document_number
            );
            open_pending(tx, ids, boleto, "rejected", message)?;
        }
        Status::Cancelled | Status::Expired => {
            remittance_orders::drop_waiting(tx, &boleto.id)?;
            if let Some(order) = boleto.wanted.replacement.take() {
                // The old one no longer stands for the charge; this must be seen before the
                // new one can.
                boleto.live = false;
                boletos::save(tx, boleto)?;
                order_boleto::replace(tx, ids, boleto, *order)?;
            }
            boleto.wanted = Wanted::default();
        }
        Status::Settled => {
            pending::close(tx, NOT_SETTLED, &boleto.id, "system", ids.now())?;
            if boleto.wanted.replacement.is_some() {
                let message = format!(
                    "O boleto {} foi pago antes de ser cancelado; o substituto não foi emitido.",
                    boleto.order.document_number
                );
                open_pending(tx, ids, boleto, "paid_before_replacement", message)?;
            }
            // Settled by hand still has to be cancelled at the bank; paid there, no more.
            if !boleto.settled_by_hand || boleto.received.is_positive() {
                remittance_orders::drop_waiting(tx, &boleto.id)?;
                boleto.wanted = Wanted::default();
            }
        }
        Status::Created | Status::Registered | Status::CancellationRequested => {}
    }
    let ended: &[&str] = match before {
        Status::Rejected => &["rejected"],
        Status::Created => &[NOT_SENT, "registration_late"],
        Status::CancellationRequested => &["registration_late"],
        _ => &[],
    };
    for kind in ended {
        pending::close(tx, kind, &boleto.id, "system", ids.now())?;
    }
    Ok(())
}

/// Divergences become pending items; those that are gone are closed.
fn save_divergences(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &Boleto,
    folded: &Folded,
) -> Result<(), StoreError> {
    let number = &boleto.order.document_number;
    let mut standing = BTreeSet::new();
    for divergence in &folded.divergences {
        let (kind, message) = match divergence {
            Divergence::PaidTwice { payments } => (
                "paid_twice",
                format!(
                    "O boleto {number} foi pago {payments} vezes (R$ {} ao todo). Confira e \
                     devolva o que sobrou.",
                    folded.received()
                ),
            ),
            Divergence::PaidAfterEnd => (
                "paid_after_end",
                format!(
                    "O boleto {number} foi pago depois de cancelado ou expirado. Confira no \
                     extrato e devolva, se for o caso."
                ),
            ),
            Divergence::TotalDiffers { bank, receipts } => (
                "total_differs",
                format!(
                    "Boleto {number}: o banco mostra R$ {bank} recebidos, os recebimentos somam \
                     R$ {receipts}. Confira no extrato."
                ),
            ),
            Divergence::PaidWithoutReceipt => (
                "paid_without_receipt",
                format!(
                    "Boleto {number}: o banco o dá como pago, sem dizer o pagamento. Confira no \
                     extrato."
                ),
            ),
            Divergence::RefusedAfterRegistration => (
                "refused_after_registration",
                format!("Boleto {number}: o banco o registrou e também o recusou. Ligue ao banco."),
            ),
            Divergence::AmountsDisagree { .. } => (
                "amounts_disagree",
                format!(
                    "Boleto {number}: o banco informou valores diferentes do mesmo pagamento. \
                     Confira no extrato qual vale."
                ),
            ),
            Divergence::UnknownWord { word } => (
                "unknown_word",
                format!(
                    "Boleto {number}: o banco mostra a situação desconhecida «{word}». Confira \
                     no banco o que ela significa."
                ),
            ),
        };
        standing.insert(kind);
        open_pending(tx, ids, boleto, kind, message)?;
    }
    let paid_on = folded.receipts.iter().filter_map(|receipt| receipt.paid_on).min();
    let terms = boleto.order.terms.on(paid_on.unwrap_or_else(|| bank_day(ids.now())));
    let short = boleto.status == Status::Settled
        && !boleto.settled_by_hand
        && boleto.received.is_positive()
        && boleto.received < boleto.amount - terms.abatement
        && terms.discounts.is_empty();
    if short {
        standing.insert("paid_short");
        let message = format!(
            "O boleto {number} recebeu R$ {} de R$ {}. Cobre a diferença ou dê-a por quitada.",
            boleto.received, boleto.amount
        );
        open_pending(tx, ids, boleto, "paid_short", message)?;
    }
    if let [receipt] = folded.receipts.as_slice()
        && let paid_on = receipt.paid_on.unwrap_or_else(|| bank_day(ids.now()))
        && receipt.amount > most_due(boleto, paid_on)
    {
        standing.insert("paid_over");
        let message = format!(
            "O boleto {number} recebeu R$ {}, mais do que o devido. Confira se foi pago mais de \
             uma vez e devolva o que sobrou.",
            receipt.amount
        );
        open_pending(tx, ids, boleto, "paid_over", message)?;
    }
    for open in pending::of_subject(tx, &boleto.id)? {
        let ours = DIVERGENCE_KINDS.contains(&open.kind.as_str());
        if ours && !standing.contains(open.kind.as_str()) {
            pending::close(tx, &open.kind, &boleto.id, "system", ids.now())?;
        }
    }
    Ok(())
}

/// The most that one payment on this day may be: what is due, and one per cent, since banks
/// count days and round in ways of their own.
fn most_due(boleto: &Boleto, paid_on: Date) -> Money {
    let order = boleto.order.changed(boleto.expiration_date, boleto.amount);
    let (due, calendar, rules) =
        (order.expiration_date, Calendar::national(), PayableRules::DEFAULT);
    let total = payable(order.amount, due, &order.terms, paid_on, &calendar, rules).total;
    total + Money::from_cents(total.cents() / 100)
}

/// Kinds that come and go with the facts.
const DIVERGENCE_KINDS: [&str; 9] = [
    "paid_twice",
    "paid_after_end",
    "total_differs",
    "paid_without_receipt",
    "refused_after_registration",
    "amounts_disagree",
    "unknown_word",
    "paid_short",
    "paid_over",
];

/// Puts a boleto on the list of a person, once for each kind of trouble.
pub fn open_pending(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &Boleto,
    kind: &str,
    message: String,
) -> Result<(), StoreError> {
    let item = PendingItem {
        id: ids.next_id(),
        company_id: boleto.company_id.clone(),
        kind: kind.to_owned(),
        subject: boleto.id.clone(),
        message,
        opened_at: ids.now(),
    };
    if pending::open(tx, &item)? {
        let body = json!({
            "boleto_id": boleto.id,
            "document_number": boleto.order.document_number,
            "kind": kind,
            "message": item.message,
        });
        write_event(tx, ids, boleto, "pending.opened", &body.to_string())?;
    }
    Ok(())
}

/// An event about a boleto.
pub fn write_event(
    tx: &mut Tx,
    ids: &mut Ids,
    boleto: &Boleto,
    kind: &str,
    body: &str,
) -> Result<(), StoreError> {
    let id = ids.next_id();
    events::insert(tx, &id, &boleto.company_id, kind, &boleto.id, body, ids.now())
}
