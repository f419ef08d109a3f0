//! When the bank is asked for the statement of an account, and how that went.

use jiff::Timestamp;
use quita_banks::contract::OpKind;
use quita_banks::registry;
use quita_store::accounts::{self, Account};
use quita_store::{StoreError, Tx, cursors, jobs};

use super::{mine, no_account};
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::ids::Ids;
use crate::trail::{self, Author};
use crate::workers::{Kind, enqueue, statement_cursor};
use crate::world::World;

/// How the reading of an account's statement at its bank stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The last reading, whole or not.
    pub last_look: Option<Timestamp>,
    /// The last day that was read.
    pub read_to: Option<jiff::civil::Date>,
    /// What went wrong at the last reading; empty when nothing did.
    pub last_error: String,
    /// Balances of days are still being asked for, a few a minute.
    pub proving: bool,
    /// The next reading; `None` before the bank was reached for the first time.
    pub next_run: Option<Timestamp>,
    /// It is being read right now.
    pub running: bool,
    /// It is read every business day, and not only when somebody asks.
    pub daily: bool,
}

/// Whether the bank of an account gives statements, and the account is connected to it.
pub(crate) fn gives_statements(account: &Account) -> bool {
    let bank = registry::by_folder(&account.bank).map(|bank| bank.info());
    account.credential_id.is_some()
        && bank.is_some_and(|info| info.statement.is_some() && info.can(OpKind::Statement))
}

/// Has the statement of an account read from now on, unless that is so already or was turned off.
pub(crate) fn schedule(tx: &mut Tx, ids: &mut Ids, account: &Account) -> Result<(), StoreError> {
    let daily = accounts::get(tx, &account.id)?.is_some_and(|account| account.statement_daily);
    if !daily || !gives_statements(account) {
        return Ok(());
    }
    if jobs::standing(tx, Kind::Statement.word(), &account.id)?.is_some() {
        return Ok(());
    }
    let now = ids.now();
    enqueue(tx, ids, &account.company_id, Kind::Statement, &account.id, now)
}

/// How the reading stands; `None` where only files come in.
pub(super) fn standing(tx: &mut Tx, account: &Account) -> Result<Option<Schedule>, StoreError> {
    if !gives_statements(account) {
        return Ok(None);
    }
    let mut cursor = |name| cursors::get(tx, &account.id, name);
    let last_look = cursor(statement_cursor::LAST_LOOK)?;
    let read_to = cursor(statement_cursor::READ_TO)?;
    let last_error = cursor(statement_cursor::LAST_ERROR)?.unwrap_or_default();
    let proving = cursor(statement_cursor::BALANCES)?.is_some_and(|day| !day.is_empty());
    let wanted = cursor(statement_cursor::WANTED)?.is_some_and(|at| !at.is_empty());
    let job = jobs::standing(tx, Kind::Statement.word(), &account.id)?;
    // The job of an account that was turned off ends by itself when its time comes.
    let runs = account.statement_daily || wanted || proving;
    Ok(Some(Schedule {
        daily: account.statement_daily,
        last_look: last_look.and_then(|at| at.parse().ok()),
        read_to: read_to.and_then(|day| day.parse().ok()),
        last_error,
        proving,
        running: job.as_ref().is_some_and(|job| job.claimed),
        next_run: job.filter(|job| runs && !job.claimed).map(|job| job.run_at),
    }))
}

/// How the reading of an account's statement stands; `None` where only files come in.
pub fn schedule_of(
    world: &World,
    actor: &Actor,
    account_id: &str,
) -> Result<Option<Schedule>, Error> {
    actor.must(Permission::Read)?;
    let (company, id) = (actor.company_id.clone(), account_id.to_owned());
    let found = world.store.read(move |tx| match mine(tx, &company, &id)? {
        Some(account) => standing(tx, &account).map(Some),
        None => Ok(None),
    })?;
    found.ok_or_else(no_account)
}

/// Turns the daily reading of an account's statement on or off. What was asked for by a person is
/// read in any case; turned on again, all that was missed is read at once.
pub fn set_daily(world: &World, actor: &Actor, account_id: &str, daily: bool) -> Result<(), Error> {
    actor.must(Permission::Configure)?;
    let (company, id, author) =
        (actor.company_id.clone(), account_id.to_owned(), actor.name.clone());
    let done = world.tx(move |tx, mut ids| {
        let Some(account) = mine(tx, &company, &id)? else { return Ok(None) };
        if !gives_statements(&account) {
            return Ok(Some(false));
        }
        if account.statement_daily != daily {
            accounts::set_statement_daily(tx, &id, daily)?;
            let author = Author { company_id: &company, actor: &author };
            let details = serde_json::json!({ "daily": daily });
            trail::record(tx, &mut ids, author, "statement.daily_changed", &id, &details)?;
            schedule(tx, &mut ids, &account)?;
        }
        Ok(Some(true))
    })?;
    if !done.ok_or_else(no_account)? {
        return Err(no_statement());
    }
    world.connections.forget();
    world.companies.forget();
    world.bell.ring();
    Ok(())
}

fn no_statement() -> Error {
    Error::conflict(
        "no_statement",
        "esta conta não está ligada a um banco que dê extrato; importe um arquivo",
    )
}

/// Reads the statement at the bank now: of one account, or of all that can be. Gives how many.
pub fn fetch_now(world: &World, actor: &Actor, account_id: Option<&str>) -> Result<usize, Error> {
    actor.must(Permission::Charge)?;
    let (company, wanted) = (actor.company_id.clone(), account_id.map(str::to_owned));
    let author = actor.name.clone();
    let count = world.tx(move |tx, mut ids| {
        let accounts = match &wanted {
            Some(id) => match mine(tx, &company, id)? {
                Some(account) => vec![account],
                None => return Ok(None),
            },
            None => accounts::list(tx, &company)?,
        };
        let mut count = 0;
        for account in accounts.iter().filter(|account| gives_statements(account)) {
            let now = ids.now();
            // Lines again, even while balances are still being asked for.
            cursors::set(tx, &account.id, statement_cursor::WANTED, &now.to_string(), now)?;
            enqueue(tx, &mut ids, &company, Kind::Statement, &account.id, now)?;
            let author = Author { company_id: &company, actor: &author };
            let details = serde_json::json!({});
            trail::record(tx, &mut ids, author, "statement.fetch", &account.id, &details)?;
            count += 1;
        }
        Ok(Some(count))
    })?;
    world.bell.ring();
    match count.ok_or_else(no_account)? {
        0 if account_id.is_some() => Err(no_statement()),
        count => Ok(count),
    }
}
