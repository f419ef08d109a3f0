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
use serde::{Deserialize, Serialize};

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
    /// From which day on a reading goes on that has not ended; empty when none is on.
    pub const ROUND: &str = "statement_round";
    /// Last day of the reading that last went back as far as late lines are looked for.
    pub const WIDE: &str = "statement_wide";
    /// Parts of a statement that the limit of calls cut short, as JSON; empty when there are none.
    pub const PARTS: &str = "statement_parts";
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
/// What a bank shows later than that is found by going back so many days, once in so many days, and
/// whenever a balance says that a line is missing somewhere.
const WIDE_DAYS: i32 = 35;
const WIDE_EVERY_DAYS: i32 = 7;
/// Lines that are written in one transaction, to the end of their day: others wait for it.
const LOT: usize = 10_000;
/// Hour of a business day, in São Paulo, at which the days before are read.
const HOUR: i64 = 6;
/// The first pause after a trouble, and the longest.
const FIRST_PAUSE_SECONDS: i64 = 30;
const LONGEST_PAUSE_SECONDS: i64 = 3600;

/// Why a reading ended early.
enum Stop {
    /// Not before an instant.
    Later(Timestamp, String),
    /// It has to wait its turn: nothing is wrong.
    Turn(Timestamp),
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
    if !reading.is_due()? {
        return end(world, job);
    }
    let now = world.clock.now();
    let longest = FIRST_PAUSE_SECONDS << job.tries.clamp(1, 8) >> 1;
    let pause = after(now, longest.min(LONGEST_PAUSE_SECONDS));
    let (at, why) = match reading.everything() {
        Ok(()) => (next_run(now), String::new()),
        Err(Stop::Turn(at)) => (at, String::new()),
        Err(Stop::Later(at, why)) => (at.max(pause), why),
        Err(Stop::Trouble(why, at)) => (at.map_or(pause, |at| at.max(pause)), why),
        Err(Stop::Failed(error)) => {
            tracing::error!(account = job.subject, %error, "statement");
            (pause, error.to_string())
        }
    };
    let job = job.clone();
    world.tx(move |tx, ids| {
        let now = ids.now();
        let id = &job.subject;
        cursors::set(tx, id, statement_cursor::LAST_LOOK, &now.to_string(), now)?;
        cursors::set(tx, id, statement_cursor::LAST_ERROR, &why, now)?;
        match why.as_str() {
            // Turned off: nobody has to come back, unless for what was asked meanwhile.
            "" if !is_due(tx, id)? => finish(tx, &job),
            "" => jobs::again(tx, &job.id, &job.lease, at).map(|_| ()),
            why => postpone(tx, &job, at, why),
        }
    })?;
    Ok(())
}

/// Whether there is anything to read: every day, or what a person asked for and is not whole yet.
fn is_due(tx: &mut Tx, account_id: &str) -> Result<bool, StoreError> {
    let account = accounts::get(tx, account_id)?;
    let mut is_set = false;
    for name in [statement_cursor::WANTED, statement_cursor::BALANCES] {
        is_set |= cursors::get(tx, account_id, name)?.is_some_and(|value| !value.is_empty());
    }
    Ok(is_set || account.is_some_and(|account| account.statement_daily))
}

fn end(world: &World, job: &Job) -> Result<(), Error> {
    let job = job.clone();
    Ok(world.tx(move |tx, _| finish(tx, &job))?)
}

/// In the morning of the next business day.
fn next_run(now: Timestamp) -> Timestamp {
    let day = Calendar::national().add_business_days(bank_day(now), 1);
    after(bank_midnight(day), HOUR * 3600)
}

/// What was read of some days before the limit of calls cut it short.
#[derive(Serialize, Deserialize)]
struct Parts {
    from: Date,
    to: Date,
    detail: StatementDetail,
    /// Parts that were read.
    count: usize,
    /// Where the bank goes on.
    cursor: Option<String>,
    gathering: Gathering,
}

/// The lines of a span in lots of whole days, which together are all of its days.
fn lots(
    mut lines: Vec<BankLine>,
    from: Date,
    to: Date,
    most: usize,
) -> Vec<(Date, Date, Vec<BankLine>)> {
    if lines.len() > most {
        lines.sort_by_key(|line| line.date);
    }
    let (mut lots, mut first) = (Vec::new(), from);
    while let Some(day) = lines.get(most).map(|line| line.date) {
        // What fills the lot up goes with its whole day.
        let end = match lines.partition_point(|line| line.date < day) {
            0 => lines.partition_point(|line| line.date <= day),
            end => end,
        };
        let Some(last) = lines.get(end - 1).map(|line| line.date) else { break };
        if end == lines.len() {
            break;
        }
        let rest = lines.split_off(end);
        lots.push((first, last, std::mem::replace(&mut lines, rest)));
        first = last.saturating_add(1.days());
    }
    lots.push((first, to, lines));
    lots
}

struct Reading<'a> {
    world: &'a World,
    connection: &'a Arc<Connection>,
    rules: &'static StatementRules,
}

impl Reading<'_> {
    fn is_due(&self) -> Result<bool, Error> {
        let id = self.connection.account.id.clone();
        Ok(self.world.store.read(move |tx| is_due(tx, &id))?)
    }

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
    /// changed or are not proved. A round that was cut short goes on where it was.
    fn lines(&self, first: Date, to: Date, read_to: Option<Date>) -> Result<(), Stop> {
        let mut from = match self.day(statement_cursor::ROUND)? {
            Some(day) => day,
            None => self.begin(first, to, read_to)?,
        };
        while from <= to {
            let span = i32::from(self.rules.span_days.max(1)) - 1;
            let last = from.saturating_add(span.days()).min(to);
            self.span(from, last, last == to)?;
            from = last.saturating_add(1.days());
        }
        Ok(())
    }

    /// Where a round begins.
    fn begin(&self, first: Date, to: Date, read_to: Option<Date>) -> Result<Date, Stop> {
        let wide = self.day(statement_cursor::WIDE)?;
        let mut is_wide = wide.is_none_or(|day| day <= to.saturating_sub(WIDE_EVERY_DAYS.days()));
        let mut from = first;
        if let Some(read_to) = read_to {
            let overlap = if planted::is(Bug::NoOverlap) { 0 } else { OVERLAP_DAYS };
            let id = self.connection.account.id.clone();
            let open =
                self.world.store.read(move |tx| statements::open_days(tx, &id, first, to))?;
            from = read_to.min(to).saturating_sub((overlap - 1).days());
            from = open.first().map_or(from, |open| from.min(open.day));
            is_wide |= open.iter().any(|day| day.difference.is_some());
            if is_wide && !planted::is(Bug::NoOverlap) {
                from = from.min(first.max(to.saturating_sub((WIDE_DAYS - 1).days())));
            }
        }
        let id = self.connection.account.id.clone();
        self.world.tx(move |tx, ids| {
            let now = ids.now();
            if is_wide {
                cursors::set(tx, &id, statement_cursor::WIDE, &to.to_string(), now)?;
            }
            cursors::set(tx, &id, statement_cursor::ROUND, &from.to_string(), now)
        })?;
        Ok(from)
    }

    fn span(&self, from: Date, to: Date, is_last: bool) -> Result<(), Stop> {
        if planted::is(Bug::CursorBeforeLines) {
            let id = self.connection.account.id.clone();
            self.world.tx(move |tx, ids| {
                cursors::set(tx, &id, statement_cursor::ROUND, "", ids.now())?;
                cursors::set(tx, &id, statement_cursor::READ_TO, &to.to_string(), ids.now())
            })?;
        }
        // Some banks have one statement alone, with ids in it.
        let best = match self.rules.complete {
            true => StatementDetail::Complete,
            false => StatementDetail::Simple,
        };
        let source = if self.rules.stable_ids { Source::Api } else { Source::ApiSimple };
        let (read, source) = match self.gather(from, to, best) {
            Err(Stop::Trouble(why, _)) if self.rules.complete && self.rules.simple => {
                tracing::warn!(account = self.connection.account.id, why, "complete statement");
                (self.gather(from, to, StatementDetail::Simple)?, Source::ApiSimple)
            }
            read => (read?, source),
        };
        (self.world.crash_point)("statement.fetched");
        let (lines, mut warnings, unread) = read;
        if unread > 0 {
            warnings.push(format!(
                "{unread} movimentos não puderam ser lidos: seus dias ficam em aberto"
            ));
        }
        let last = to;
        for (from, to, lines) in lots(lines, from, to, LOT) {
            let look = Look {
                account: self.connection.account.clone(),
                source,
                lines,
                whole: Some((from, to)),
                days: Some((from, to)),
                closings: Vec::new(),
                unread,
                warnings: std::mem::take(&mut warnings),
                file: None,
                by: "system".into(),
            };
            self.write(look, from, to, is_last && to == last)?;
        }
        Ok(())
    }

    /// Writes lines of whole days, and how far the reading is with them.
    fn write(&self, look: Look, from: Date, to: Date, is_last: bool) -> Result<(), Stop> {
        let look = Arc::new(look);
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
            let next = to.saturating_add(1.days()).to_string();
            let round = if is_last { "" } else { &next };
            cursors::set(tx, id, statement_cursor::ROUND, round, now)
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
        let mut parts = self.put_aside(from, to, detail)?;
        if parts.count > 0 {
            self.keep_parts(None)?;
        }
        loop {
            let cursor = parts.cursor.clone();
            let page = match self.ask(Op::Statement { from, to, detail, cursor }) {
                Ok(Outcome::Done(Done::Lines(page))) => page,
                Ok(other) => return Err(unexpected(&other)),
                Err(Stop::Turn(at)) if parts.count > 0 => {
                    // However many there are: they go on when the bank takes calls again.
                    self.keep_parts(Some(&parts))?;
                    return Err(Stop::Turn(at));
                }
                Err(stop) => return Err(stop),
            };
            parts.count += 1;
            match parts.gathering.take(page) {
                Gathered::Next(next) => parts.cursor = next,
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

    /// The parts of a reading of these days that was cut short, or none.
    fn put_aside(&self, from: Date, to: Date, detail: StatementDetail) -> Result<Parts, Stop> {
        let kept = self.cursor(statement_cursor::PARTS)?.unwrap_or_default();
        let parts = serde_json::from_str::<Parts>(&kept).ok();
        let same = |parts: &Parts| (parts.from, parts.to, parts.detail) == (from, to, detail);
        Ok(parts.filter(same).unwrap_or_else(|| Parts {
            from,
            to,
            detail,
            count: 0,
            cursor: None,
            gathering: Gathering::default(),
        }))
    }

    fn keep_parts(&self, parts: Option<&Parts>) -> Result<(), Stop> {
        let id = self.connection.account.id.clone();
        let text = parts
            .map(serde_json::to_string)
            .transpose()
            .map_err(|error| Error::internal(error.to_string()))?;
        let text = text.unwrap_or_default();
        self.world
            .tx(move |tx, ids| cursors::set(tx, &id, statement_cursor::PARTS, &text, ids.now()))?;
        Ok(())
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
            Err(NotNow::Later { at, reason }) if call::is_no_trouble(&reason) => {
                Err(Stop::Turn(at))
            }
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use quita_core::money::Money;

    use super::*;

    #[test]
    fn lots_are_of_whole_days_and_leave_no_day_out() {
        let day = |n: i8| date(2026, 11, n);
        let line = |n: i8| BankLine::new(day(n), Money::from_cents(i64::from(n)), "");
        let days = [3, 3, 5, 5, 5, 5, 9, 2, 9];
        let lines: Vec<BankLine> = days.into_iter().map(line).collect();
        let made = |most: usize| -> Vec<(i8, i8, usize)> {
            let lots = lots(lines.clone(), day(1), day(12), most);
            lots.iter().map(|(from, to, lines)| (from.day(), to.day(), lines.len())).collect()
        };
        assert_eq!(made(9), [(1, 12, 9)]);
        assert_eq!(made(8), [(1, 5, 7), (6, 12, 2)]);
        // A day that is too large by itself is a lot of its own.
        assert_eq!(made(3), [(1, 3, 3), (4, 5, 4), (6, 12, 2)]);
        assert_eq!(made(1), [(1, 2, 1), (3, 3, 2), (4, 5, 4), (6, 12, 2)]);
        assert_eq!(lots(Vec::new(), day(1), day(12), 3), [(day(1), day(12), Vec::new())]);
        for (from, to, lines) in lots(lines.clone(), day(1), day(12), 2) {
            assert!(lines.iter().all(|line| (from..=to).contains(&line.date)));
        }
    }
}
