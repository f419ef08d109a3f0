//! Reads the statement of an account at its bank, and the balances that prove it. The subject of
//! a job is the account.
//!
//! What was read of whole days is written in one transaction with how far it goes, so that a run
//! that ends anywhere is simply run again.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use quita_banks::contract::{Done, Op, OpKind, Outcome};
use quita_banks::info::StatementRules;
use quita_banks::statement::{Gathered, Gathering, StatementDetail};
use quita_core::bank_line::BankLine;
use quita_core::calendar::Calendar;
use quita_core::line_identity::Source;
use quita_store::jobs::{self, Job};
use quita_store::{StoreError, Tx, accounts, cursors, statement_days};

use super::{finish, postpone};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, bank_day, bank_midnight};
use crate::connection::{Connection, connect};
use crate::desk::statements::{self, Look};
use crate::error::Error;
use crate::planted::{self, Bug};
use crate::world::World;

/// Names of how far the statement of an account was read.
pub mod statement_cursor {
    /// Last day that was read.
    pub const READ_TO: &str = "statement";
    /// First day that was ever read.
    pub const READ_FROM: &str = "statement_from";
    /// Last day whose balance was asked for in a round that has not ended; empty when none is on.
    pub const BALANCES: &str = "statement_balance";
    /// Instant at which a person asked for a reading; empty once lines were read since.
    pub const WANTED: &str = "statement_wanted";
    /// Instant of the last reading, whole or not.
    pub const LAST_LOOK: &str = "statement_look";
    /// What went wrong at the last reading; empty when nothing did.
    pub const LAST_ERROR: &str = "statement_error";
}

/// Banks show lines late and correct them: so many days are read again.
const OVERLAP_DAYS: i32 = 5;
/// Hour of a business day, in São Paulo, at which the days before are read.
const HOUR: i64 = 6;
/// The first pause after a trouble, and the longest.
const FIRST_PAUSE_SECONDS: i64 = 30;
const LONGEST_PAUSE_SECONDS: i64 = 3600;

/// Why a reading ended early.
enum Stop {
    /// Not before an instant.
    Later(Timestamp, String),
    /// Our own budget of calls: nothing is wrong.
    Budget(Timestamp),
    /// It failed; another of the bank's statements may do. The bank may say when to ask again.
    Trouble(String, Option<Timestamp>),
    /// A defect.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn run(world: &World, job: &Job) -> Result<(), Error> {
    let connection = match connect(world, &job.subject) {
        Ok(connection) => connection,
        Err(Error::NotFound(_) | Error::Conflict { .. }) => return end(world, job),
        Err(error) => return Err(error),
    };
    let info = connection.bank.info();
    let rules = info.statement.as_ref().filter(|_| info.can(OpKind::Statement));
    let Some(rules) = rules else { return end(world, job) };
    let reading = Reading { world, connection: &connection, rules };
    let now = world.clock.now();
    let longest = FIRST_PAUSE_SECONDS << job.tries.clamp(1, 8) >> 1;
    let pause = after(now, longest.min(LONGEST_PAUSE_SECONDS));
    let (at, why) = match reading.everything() {
        Ok(()) => (next_run(now), String::new()),
        Err(Stop::Budget(at)) => (at, String::new()),
        Err(Stop::Later(at, why)) => (at.max(pause), why),
        Err(Stop::Trouble(why, at)) => (at.map_or(pause, |at| at.max(pause)), why),
        Err(Stop::Failed(error)) => {
            tracing::error!(account = job.subject, %error, "statement");
            (pause, error.to_string())
        }
    if !reading.is_due()? {
        return end(world, job);
    }
    };
    let job = job.clone();
    world.tx(move |tx, ids| {
        let now = ids.now();
        let id = &job.subject;
        cursors::set(tx, id, statement_cursor::LAST_LOOK, &now.to_string(), now)?;
        cursors::set(tx, id, statement_cursor::LAST_ERROR, &why, now)?;
        match why.as_str() {
            "" => jobs::again(tx, &job.id, &job.lease, at).map(|_| ()),
            why => postpone(tx, &job, at, why),
        }
    })?;
    Ok(())
}

fn end(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    Ok(world.tx(move |tx, _| finish(tx, &job))?)
}

            // Turned off: nobody has to come back, unless for what was asked meanwhile.
            "" if !is_due(tx, id)? => finish(tx, &job),
/// In the morning of the next business day.
fn next_run(now: Timestamp) -> Timestamp {
    let day = Calendar::national().add_business_days(bank_day(now), 1);
    after(bank_midnight(day), HOUR * 3600)
}

struct Reading<'a> {
/// Whether there is anything to read: every day, or what a person asked for and is not whole yet.
fn is_due(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    let account = accounts::get(tx, account_id)?;
    let mut is_set = false;
    for name in [statement_cursor::WANTED, statement_cursor::BALANCES] {
        is_set |= cursors::get(tx, account_id, name)?.is_some_and(|value| !value.is_empty());
    }
    Ok(is_set || account.is_some_and(|account| account.statement_daily))
}

    world: &'a World,
    connection: &'a Arc<Connection>,
    rules: &'static StatementRules,
}

impl Reading<'_> {
    fn everything(&self) -> Result<(), Stop> {
        let today = bank_day(self.world.clock.now());
        let to = today.saturating_sub(1.days());
        let start = self.start(today)?;
        // No day after that balance is left out: lines of a weekend are in the next one.
        let first = start.saturating_add(1.days());
        let read_to = self.day(statement_cursor::READ_TO)?;
        let asked = self.day(statement_cursor::BALANCES)?;
        let wanted = self.cursor(statement_cursor::WANTED)?.filter(|at| !at.is_empty());
        // A round of balances that the budget of calls cut short goes on where it was.
        if asked.is_none() || wanted.is_some() || read_to.is_none_or(|day| day < to) {
            self.lines(first, to, read_to)?;
            self.fulfilled(wanted)?;
        }
        self.balances(start, to)
    }

    /// The day of the balance from which all is counted. Of what was read first it is that before
    /// it, however many days pass until the bank tells it.
    fn start(&self, today: Date) -> Result<Date, Stop> {
        let eve = |day: Date| match self.rules.business_days_only {
            true => Calendar::national().add_business_days(day, -1),
            false => day.saturating_sub(1.days()),
        };
        let start = eve(today.saturating_sub(i32::from(self.rules.first_days).days()));
        Ok(match self.day(statement_cursor::READ_FROM)? {
            Some(from) if !self.is_proved(eve(from))? => start.min(eve(from)),
            _ => start,
        })
    }

    fn cursor(&self, name: &'static str) -> Result<Option<String>, Stop> {
        let id = self.connection.account.id.clone();
        Ok(self.world.store.read(move |tx| cursors::get(tx, &id, name))?)
    }

    fn day(&self, name: &'static str) -> Result<Option<Date>, Stop> {
        Ok(self.cursor(name)?.and_then(|day| day.parse().ok()))
    }

    /// What a person asked for was done, unless somebody has asked again since.
    fn fulfilled(&self, wanted: Option<String>) -> Result<(), Stop> {
        let Some(wanted) = wanted else { return Ok(()) };
        let id = self.connection.account.id.clone();
        self.world.tx(move |tx, ids| match cursors::get(tx, &id, statement_cursor::WANTED)? {
            Some(now) if now == wanted => {
                cursors::set(tx, &id, statement_cursor::WANTED, "", ids.now())
            }
            _ => Ok(()),
        })?;
        Ok(())
    }

    /// Reads all days from where the last reading ended, and those before it that may have
    fn is_due(&self) -> Result<bool, Error> {
        let id = self.connection.account.id.clone();
        Ok(self.world.store.read(move |tx| is_due(tx, &id))?)
    }

    /// changed or are not proved.
    fn lines(&self, first: Date, to: Date, read_to: Option<Date>) -> Result<(), Stop> {
        let mut from = first;
        if let Some(read_to) = read_to {
            let overlap = if planted::is(Bug::NoOverlap) { 0 } else { OVERLAP_DAYS };
            let again = read_to.min(to).saturating_sub((overlap - 1).days());
            let id = self.connection.account.id.clone();
            let open =
                self.world.store.read(move |tx| statements::open_days(tx, &id, first, to))?;
            from = open.first().map_or(again, |open| again.min(*open));
        }
        while from <= to {
            let span = i32::from(self.rules.span_days.max(1)) - 1;
            let last = from.saturating_add(span.days()).min(to);
            self.span(from, last)?;
            from = last.saturating_add(1.days());
        }
        Ok(())
    }

    fn span(&self, from: Date, to: Date) -> Result<(), Stop> {
        if planted::is(Bug::CursorBeforeLines) {
            let id = self.connection.account.id.clone();
            self.world.tx(move |tx, ids| {
                cursors::set(tx, &id, statement_cursor::READ_TO, &to.to_string(), ids.now())
            })?;
        }
        let read = match self.rules.complete {
            true => self.gather(from, to, StatementDetail::Complete),
            false => Err(trouble("o banco não tem extrato completo")),
        };
        let (read, source) = match read {
            Err(Stop::Trouble(why, _)) if self.rules.simple => {
                tracing::warn!(account = self.connection.account.id, why, "complete statement");
                (self.gather(from, to, StatementDetail::Simple)?, Source::ApiSimple)
            }
            Err(stop) => return Err(stop),
            Ok(read) if self.rules.stable_ids => (read, Source::Api),
            Ok(read) => (read, Source::ApiSimple),
        };
        (self.world.crash_point)("statement.fetched");
        let (lines, mut warnings, unread) = read;
        if unread > 0 {
            warnings.push(format!(
                "{unread} movimentos não puderam ser lidos: seus dias ficam em aberto"
            ));
        }
        let look = Arc::new(Look {
            account: self.connection.account.clone(),
            source,
            lines,
            whole: Some((from, to)),
            days: Some((from, to)),
            closings: Vec::new(),
            unread,
            warnings,
            file: None,
            by: "system".into(),
        });
        self.world.tx(move |tx, mut ids| {
            statements::record(tx, &mut ids, &look)?;
            let (id, now) = (&look.account.id, ids.now());
            cursors::set(tx, id, statement_cursor::BALANCES, "", now)?;
            if cursors::get(tx, id, statement_cursor::READ_FROM)?.is_none() {
                cursors::set(tx, id, statement_cursor::READ_FROM, &from.to_string(), now)?;
            }
            let before = cursors::get(tx, id, statement_cursor::READ_TO)?;
            if before.and_then(|day| day.parse::<Date>().ok()).is_none_or(|day| day < to) {
                cursors::set(tx, id, statement_cursor::READ_TO, &to.to_string(), now)?;
            }
            Ok(())
        })?;
        (self.world.crash_point)("statement.recorded");
        Ok(())
    }

    fn gather(
        &self,
        from: Date,
        to: Date,
        detail: StatementDetail,
    ) -> Result<(Vec<BankLine>, Vec<String>, usize), Stop> {
        let mut gathering = Gathering::default();
        let mut cursor = None;
        loop {
            let page = match self.ask(Op::Statement { from, to, detail, cursor })? {
                Outcome::Done(Done::Lines(page)) => page,
                other => return Err(unexpected(&other)),
            };
            match gathering.take(page) {
                Gathered::Next(next) => cursor = next,
                Gathered::Whole { lines, warnings, unread } => {
                    // What a bank tells of other days is not whole, and will be told with its own.
                    let mut lines = lines;
                    lines.retain(|line| (from..=to).contains(&line.date));
                    return Ok((lines, warnings, unread));
                }
                Gathered::GivenUp => {
                    return Err(trouble("o extrato mudava enquanto era lido"));
                }
            }
        }
    }

    /// Asks for the balance of each day that is not proved, the first one first: a balance that is
    /// corrected opens the days after it, which are asked for in their turn.
    fn balances(&self, start: Date, to: Date) -> Result<(), Stop> {
        if !self.connection.bank.info().can(OpKind::Balance) {
            return Ok(());
        }
        let calendar = Calendar::national();
        let is_told = |day: Date| !self.rules.business_days_only || calendar.is_business_day(day);
        let asked = self.day(statement_cursor::BALANCES)?;
        let mut day = asked.map_or(start, |day| day.saturating_add(1.days()));
        while day <= to {
            if is_told(day) && !self.is_proved(day)? {
                self.balance(day)?;
            }
            day = day.saturating_add(1.days());
        }
        let id = self.connection.account.id.clone();
        self.world
            .tx(move |tx, ids| cursors::set(tx, &id, statement_cursor::BALANCES, "", ids.now()))?;
        Ok(())
    }

    fn is_proved(&self, day: Date) -> Result<bool, Stop> {
        let id = self.connection.account.id.clone();
        let there = self.world.store.read(move |tx| statement_days::of_days(tx, &id, day, day))?;
        Ok(there.iter().any(|day| day.status != statement_days::Status::Open))
    }

    fn balance(&self, day: Date) -> Result<(), Stop> {
        let told = match self.ask(Op::Balance { day: Some(day) })? {
            Outcome::Done(Done::Balance(balance)) => balance,
            other => return Err(unexpected(&other)),
        };
        let account = self.connection.account.clone();
        self.world.tx(move |tx: &mut Tx, mut ids| {
            let held = told.blocked.unwrap_or_default();
            let now = ids.now();
            statements::balance(tx, &account, day, told.available + held, &mut ids)?;
            cursors::set(tx, &account.id, statement_cursor::BALANCES, &day.to_string(), now)
        })?;
        Ok(())
    }

    /// Asks, and turns everything but an answer into a reason to stop.
    fn ask(&self, op: Op) -> Result<Outcome, Stop> {
        match call::ask(self.world, self.connection, op)? {
            Err(NotNow::Later { at, reason }) if reason == call::NO_BUDGET => Err(Stop::Budget(at)),
            Err(NotNow::Later { at, reason }) => Err(Stop::Later(at, reason)),
            Err(NotNow::Never(refusal)) => Err(trouble(refusal.message)),
            Ok(Called::NotSent(reason)) => Err(trouble(reason)),
            Ok(Called::Answered(Outcome::Transient { reason, retry_after_s })) => {
                let at = retry_after_s.map(|s| after(self.world.clock.now(), s.into()));
                Err(Stop::Trouble(reason, at))
            }
            Ok(Called::Answered(
                Outcome::Unknown { reason } | Outcome::AlreadyThere { reason },
            )) => Err(trouble(reason)),
            Ok(Called::Answered(Outcome::Unauthorized)) => {
                Err(trouble("o banco não aceitou o token"))
            }
            Ok(Called::Answered(outcome)) => Ok(outcome),
        }
    }
}

fn trouble(why: impl Into<String>) -> Stop {
    Stop::Trouble(why.into(), None)
}

fn unexpected(outcome: &Outcome) -> Stop {
    match outcome {
        Outcome::Rejected(refusal) => trouble(format!("{}: {}", refusal.code, refusal.message)),
        _ => trouble("resposta inesperada do banco"),
    }
}
