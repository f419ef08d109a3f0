//! Lines that the bank no longer tells.
//!
//! A line that was told once and is missing from a later, complete statement of its day may have been
//! taken back; or the bank left it out by mistake. Its balance decides: where the day does not close
//! with the missing lines, and closes to the cent without them, they were taken back. Otherwise they
//! stay and count, and a person is told, who may say what became of them.

use jiff::civil::Date;
use quita_core::money::Money;
use quita_store::accounts::Account;
use quita_store::bank_lines::{self, KeptLine, Missing, Status as LineStatus};
use quita_store::pending::{self, PendingItem};
use quita_store::statement_days::{self, StatementDay, Status};
use quita_store::{StoreError, Tx, accounts};
use serde_json::json;

use super::{LineView, mine};
use super::{days, record};
use crate::desk::{Actor, Permission, reconciliation};
use crate::error::Error;
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue};
use crate::world::World;

/// Kind of the pending item of an account with lines that its bank no longer tells.
pub(crate) const MISSING: &str = "statement_lines_missing";

/// Gives up the missing lines that balances prove to be taken back, on days from `from` on and those
/// that a balance then proves with them; tells a person of the others.
pub(super) fn give_up_proved(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &Account,
    from: Date,
) -> Result<(), StoreError> {
    let missing = bank_lines::missing(tx, &account.id)?;
    if missing.is_empty() {
        return pending::close(tx, MISSING, &account.id, "system", ids.now());
    }
    let anchor = statement_days::told_before(tx, &account.id, from)?;
    let first = anchor.map_or(Date::MIN, |anchor| anchor.day);
    let days = statement_days::of_days(tx, &account.id, first, Date::MAX)?;
    let gone = taken_back(&days, &missing);
    for line in &gone {
        record::give_up(tx, ids, line)?;
        bank_lines::set_missing(tx, &line.company_id, &line.id, None)?;
    }
    if let Some(first) = gone.iter().map(|line| line.line.date).min() {
        let now = ids.now();
        days::close(tx, account, first, now)?;
        enqueue(tx, ids, &account.company_id, Kind::Reconcile, &account.id, now)?;
    }
    let left: Vec<&KeptLine> =
        missing.iter().filter(|line| gone.iter().all(|other| other.id != line.id)).collect();
    tell(tx, ids, account, &left)
}

/// The missing lines of spans that a balance proves without them, and not with them.
fn taken_back<'l>(days: &[StatementDay], missing: &'l [KeptLine]) -> Vec<&'l KeptLine> {
    let told: Vec<&StatementDay> = days.iter().filter(|day| day.closing.is_some()).collect();
    let mut gone = Vec::new();
    for pair in told.windows(2) {
        let [before, day] = pair else { continue };
        let is_in = |line: &&KeptLine| (before.day < line.line.date) && line.line.date <= day.day;
        let span: Vec<&KeptLine> = missing.iter().filter(is_in).collect();
        let sum: Money = span.iter().map(|line| line.line.amount).sum();
        let proves = day.difference.is_some_and(|difference| difference + sum == Money::ZERO);
        if day.status == Status::Open && sum != Money::ZERO && proves {
            gone.extend(span);
        }
    }
    gone
}

fn tell(
    tx: &mut Tx,
    ids: &mut Ids,
    account: &Account,
    left: &[&KeptLine],
) -> Result<(), StoreError> {
    let [first, rest @ ..] = left else {
        return pending::close(tx, MISSING, &account.id, "system", ids.now());
    };
    let more = match rest.len() {
        0 => String::new(),
        1 => " e mais 1 lançamento".to_owned(),
        more => format!(" e mais {more} lançamentos"),
    };
    let item = PendingItem {
        id: ids.next_id(),
        company_id: account.company_id.clone(),
        kind: MISSING.into(),
        subject: account.id.clone(),
        message: format!(
            "O banco deixou de mostrar no extrato da conta {} o lançamento de R$ {} em {}{more}, e \
             nenhum saldo prova que foi retirado. Ele continua a contar: confira no banco e decida \
             em «Extrato».",
            account.description,
            first.line.amount,
            first.line.date.strftime("%d/%m/%Y"),
        ),
        opened_at: ids.now(),
    };
    pending::open(tx, &item).map(|_| ())
}

/// Why a line cannot be decided upon.
enum No {
    /// There is none.
    Gone,
    /// The bank tells it, or balances have decided.
    Told,
    /// Discarded, and told by the bank since: that one counts.
    Again,
}

/// A person decides of a line that the bank no longer tells: [`Missing::Discarded`], it took it back,
/// or [`Missing::Kept`], it counts as before. Either undoes the other; a match of a line that was
/// discarded stays undone.
pub fn decide_missing(
    world: &World,
    actor: &Actor,
    line_id: &str,
    decision: Missing,
) -> Result<LineView, Error> {
    actor.must(Permission::Charge)?;
    let (company, id, by) = (actor.company_id.clone(), line_id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        let Some(line) = bank_lines::get(tx, &company, &id)? else { return Ok(Err(No::Gone)) };
        accounts::lock(tx, &line.account_id)?;
        let Some(account) = mine(tx, &company, &line.account_id)? else { return Ok(Err(No::Gone)) };
        let Some(line) = bank_lines::get(tx, &company, &id)? else { return Ok(Err(No::Gone)) };
        let before = match line.missing {
            None => return Ok(Err(No::Told)),
            Some(same) if same == decision => return Ok(Ok(line)),
            Some(before) => before,
        };
        if decision == Missing::Kept && before == Missing::Discarded && is_told_again(tx, &line)? {
            return Ok(Err(No::Again));
        }
        let now = ids.now();
        if decision == Missing::Discarded {
            reconciliation::taken_back(tx, &mut ids, &line, &by)?;
            bank_lines::set_status(tx, &company, &id, LineStatus::GivenUp, now)?;
        } else if before == Missing::Discarded {
            bank_lines::set_status(tx, &company, &id, LineStatus::Open, now)?;
        }
        bank_lines::decide_missing(tx, &company, &id, decision)?;
        let author = Author { company_id: &company, actor: &by };
        let details = json!({ "decision": decision.word(), "before": before.word() });
        trail::record(tx, &mut ids, author, "statement.missing_decided", &id, &details)?;
        days::close(tx, &account, line.line.date, now)?;
        give_up_proved(tx, &mut ids, &account, line.line.date)?;
        enqueue(tx, &mut ids, &company, Kind::Reconcile, &account.id, now)?;
        Ok(bank_lines::get(tx, &company, &id)?.ok_or(No::Gone))
    })?;
    world.bell.ring();
    match done {
        Ok(line) => Ok(LineView::new(line)),
        Err(No::Gone) => Err(Error::not_found("lançamento")),
        Err(No::Told) => Err(Error::conflict(
            "not_missing",
            "o banco mostra este lançamento, ou um saldo já decidiu: não há o que decidir",
        )),
        Err(No::Again) => Err(Error::conflict(
            "told_again",
            "o banco voltou a mostrar este lançamento: ele já está no extrato e conta",
        )),
    }
}

/// Whether a line of the bank's id stands beside one that was discarded.
fn is_told_again(tx: &mut Tx, line: &KeptLine) -> Result<bool, StoreError> {
    let day = line.line.date;
    let others = bank_lines::of_days(tx, &line.account_id, day, day)?;
    Ok(others.iter().any(|other| {
        other.id != line.id && other.status.counts() && other.line.bank_id == line.line.bank_id
    }))
}
