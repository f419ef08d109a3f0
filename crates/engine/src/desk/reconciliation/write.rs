//! A match is written down, with all that follows from it, in one transaction.

use quita_core::fold::Status;
use quita_core::matching;
use quita_core::money::Money;
use quita_store::bank_lines::{self, KeptLine, Status as LineStatus};
use quita_store::matches::{self, Difference, DifferenceKind, Kind, Match, Share};
use quita_store::pending;
use quita_store::{StoreError, Tx, boletos, events, receipts};
use serde_json::{Value, json};

use super::input::Input;
use super::{BY_BANK, BY_ITSELF, NOT_SETTLED, PAID_TWICE};
use crate::ids::Ids;
use crate::learn::open_pending;
use crate::trail::{self, Author};

/// What a match says, before it has an id.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) shares: Vec<Share>,
    pub(super) reasons: Vec<String>,
    pub(super) confidence: i64,
    pub(super) difference: Difference,
    pub(super) fee: Money,
    pub(super) note: String,
}

/// Nothing is different.
pub(super) const AS_DUE: Difference = Difference { kind: DifferenceKind::Due, amount: Money::ZERO };

impl Draft {
    /// What the matcher found.
    pub(super) fn of(found: &matching::Match, input: &Input) -> Self {
        let share = |share: &matching::Share| Share {
            boleto_id: input.receivables.id(share.receivable).to_owned(),
            amount: share.amount,
        };
        let mut difference = difference(found.difference);
        if let [share] = found.shares.as_slice() {
            let (_, before) = input.taken_of(input.receivables.id(share.receivable));
            if before.is_positive() && before >= input.receivables.amount(share.receivable) {
                difference = Difference { kind: DifferenceKind::PaidTwice, amount: share.amount };
            }
        }
        Self {
            kind: Kind::Boletos,
            shares: found.shares.iter().map(share).collect(),
            reasons: found.reasons.iter().map(|reason| reason.word().to_owned()).collect(),
            confidence: i64::from(found.confidence.ppm()),
            difference,
            fee: found.fee,
            note: String::new(),
        }
    }

    /// A line that is explained otherwise than by boletos that it pays.
    pub(super) fn plain(kind: Kind, note: &str) -> Self {
        Self {
            kind,
            shares: Vec::new(),
            reasons: Vec::new(),
            confidence: 1_000_000,
            difference: AS_DUE,
            fee: Money::ZERO,
            note: note.to_owned(),
        }
    }
}

fn difference(found: matching::Difference) -> Difference {
    use matching::Difference as Found;
    let (kind, amount) = match found {
        Found::Due { over_nominal } => (DifferenceKind::Due, over_nominal),
        Found::NominalOnly => (DifferenceKind::NominalOnly, Money::ZERO),
        Found::Short(amount) => (DifferenceKind::Short, amount),
        Found::Over(amount) => (DifferenceKind::Over, amount),
        Found::PaidTwice => (DifferenceKind::PaidTwice, Money::ZERO),
    };
    Difference { kind, amount }
}

/// Writes it and its event; the caller writes the entry in the trail. `None`, and nothing is
/// written, when the line is no longer as it was. `look` says whether its boletos may need a person.
pub(super) fn write(
    tx: &mut Tx,
    ids: &mut Ids,
    line: &KeptLine,
    draft: &Draft,
    by: &str,
    look: bool,
) -> Result<Option<Match>, StoreError> {
    let found = Match {
        id: ids.next_id(),
        company_id: line.company_id.clone(),
        line_id: line.id.clone(),
        kind: draft.kind,
        shares: draft.shares.clone(),
        reasons: draft.reasons.clone(),
        confidence: draft.confidence,
        difference: draft.difference,
        fee: draft.fee,
        note: draft.note.clone(),
        created_by: by.to_owned(),
        created_at: ids.now(),
        undone: None,
    };
    if !matches::insert(tx, &found, line.line.amount)? {
        return Ok(None);
    }
    announce(tx, ids, &found, "line.matched", by)?;
    if look && found.kind == Kind::Boletos {
        for share in &found.shares {
            needs_person(tx, ids, line, &found, share)?;
        }
    }
    Ok(Some(found))
}

/// Writes what a person decided, with its entry in the trail.
pub(super) fn decided(
    tx: &mut Tx,
    ids: &mut Ids,
    line: &KeptLine,
    draft: &Draft,
    by: &str,
) -> Result<Option<Match>, StoreError> {
    let Some(found) = write(tx, ids, line, draft, by, true)? else { return Ok(None) };
    record(tx, ids, &found, "line.matched", by)?;
    Ok(Some(found))
}

fn record(
    tx: &mut Tx,
    ids: &mut Ids,
    found: &Match,
    what: &str,
    by: &str,
) -> Result<(), StoreError> {
    let author = Author { company_id: &found.company_id, actor: by };
    trail::record(tx, ids, author, what, &found.line_id, &told(found, by))
}

fn announce(
    tx: &mut Tx,
    ids: &mut Ids,
    found: &Match,
    what: &str,
    by: &str,
) -> Result<(), StoreError> {
    let (id, now, body) = (ids.next_id(), ids.now(), told(found, by).to_string());
    events::insert(tx, &id, &found.company_id, what, &found.line_id, &body, now)
}

/// What is said of a match.
pub(super) fn told(found: &Match, by: &str) -> Value {
    let shares = found.shares.iter();
    let shares: Vec<_> =
        shares.map(|s| json!({"boleto_id": s.boleto_id, "amount": s.amount})).collect();
    json!({
        "match_id": found.id,
        "line_id": found.line_id,
        "kind": found.kind.word(),
        "boletos": shares,
        "by": by,
    })
}

/// A boleto that is paid twice, or of which the bank tells no payment, is put before a person.
fn needs_person(
    tx: &mut Tx,
    ids: &mut Ids,
    line: &KeptLine,
    found: &Match,
    share: &Share,
) -> Result<(), StoreError> {
    let Some(boleto) = boletos::get(tx, &share.boleto_id)? else { return Ok(()) };
    let number = &boleto.order.document_number;
    let (day, amount) = (line.line.date.strftime("%d/%m/%Y"), share.amount);
    if found.difference.kind == DifferenceKind::PaidTwice {
        // What the bank itself told twice has its item already.
        if receipts::of_boleto(tx, &boleto.id)?.len() < 2 {
            let message = format!(
                "O extrato de {day} traz outro pagamento (R$ {amount}) do boleto {number}, que já \
                 estava pago. Confira e devolva o que sobrou."
            );
            open_pending(tx, ids, &boleto, PAID_TWICE, message)?;
        }
        return Ok(());
    }
    if matches!(boleto.status, Status::Settled | Status::Cancelled | Status::Rejected) {
        return Ok(());
    }
    let message = format!(
        "O extrato de {day} mostra R$ {amount} do boleto {number}, mas o banco não o informou como \
         pago. Se foi pago por fora (Pix na chave, depósito), dê baixa nele: assim também é \
         cancelado no banco."
    );
    open_pending(tx, ids, &boleto, NOT_SETTLED, message)
}

/// Undoes a match, which stays as history, and all that was opened for it; false when it was undone
/// already.
pub(super) fn undo(
    tx: &mut Tx,
    ids: &mut Ids,
    found: &Match,
    by: &str,
) -> Result<bool, StoreError> {
    if !matches::undo(tx, &found.company_id, &found.id, by, ids.now())? {
        return Ok(false);
    }
    bank_lines::set_status(tx, &found.company_id, &found.line_id, LineStatus::Open, ids.now())?;
    close_pending(tx, ids, found, by)?;
    announce(tx, ids, found, "line.unmatched", by)?;
    record(tx, ids, found, "line.unmatched", by)?;
    Ok(true)
}

/// The bank corrects a line or takes it back: what explained it no longer does, where its amount is
/// another or it is gone (`is_other`). True when it was matched by itself, and so will be again;
/// false when a person is to be told.
pub(crate) fn corrected(
    tx: &mut Tx,
    ids: &mut Ids,
    line: &KeptLine,
    is_other: bool,
) -> Result<bool, StoreError> {
    let Some(found) = matches::of_line(tx, &line.company_id, &line.id)? else { return Ok(false) };
    if found.created_by == BY_ITSELF {
        return undo(tx, ids, &found, BY_ITSELF);
    }
    if is_other {
        undo(tx, ids, &found, BY_BANK)?;
    }
    Ok(false)
}

/// A person says that the bank took a line back: what explained it is undone.
pub(crate) fn taken_back(
    tx: &mut Tx,
    ids: &mut Ids,
    line: &KeptLine,
    by: &str,
) -> Result<(), StoreError> {
    if let Some(found) = matches::of_line(tx, &line.company_id, &line.id)? {
        undo(tx, ids, &found, by)?;
    }
    Ok(())
}

/// What was opened for a match goes with it.
fn close_pending(tx: &mut Tx, ids: &Ids, found: &Match, by: &str) -> Result<(), StoreError> {
    for share in found.shares.iter().filter(|_| found.kind == Kind::Boletos) {
        let kind = match found.difference.kind {
            DifferenceKind::PaidTwice => PAID_TWICE,
            _ => NOT_SETTLED,
        };
        pending::close(tx, kind, &share.boleto_id, by, ids.now())?;
    }
    Ok(())
}
