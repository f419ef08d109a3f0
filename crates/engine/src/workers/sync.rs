//! Learns all that is new at one account. Takes no input: the bank's call, the timer, the
//! button and the recovery from a crash all come here.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use quita_banks::contract::{Bell, Done, Inbound, Op, OpKind, Outcome, Report};
use quita_store::jobs::{self, Job};
use quita_store::pending::{self, PendingItem};
use quita_store::{StoreError, Tx, boletos, cursors, inbox};

use super::{backoff, finish, postpone, silent_webhook};
use crate::call::{self, Called, NotNow};
use crate::clock::{after, bank_day};
use crate::connection::{Connection, connect};
use crate::credential_watch::{self, Next};
use crate::desk::statements;
use crate::error::Error;
use crate::learn::learn_reports;
use crate::planted::{self, Bug};
use crate::world::{Environment, World};

/// Names of how far an account was read.
pub mod cursor {
    /// Last day whose settlements were read to the end.
    pub const SETTLED: &str = "settled";
    /// Instant until which Pix were read.
    pub const PIX: &str = "pix";
    /// Instant until which Pix and their returns were last read far back.
    pub const PIX_LONG: &str = "pix_long";
    /// Why Pix could not be read; empty when they could.
    pub const PIX_ERROR: &str = "pix_error";
    /// Instant of the last look at all open boletos.
    pub const STATES: &str = "states";
    /// The address that the bank was told.
    pub const WEBHOOK: &str = "webhook";
    /// Instant of the last complete look.
    pub const LAST_SUCCESS: &str = "last_success";
    /// Instant of the last call by the bank.
    pub const LAST_CALL: &str = "last_call";
    /// Instant of the last look, complete or not.
    pub const LAST_LOOK: &str = "last_look";
    /// What went wrong at the last look; empty when nothing did.
    pub const LAST_ERROR: &str = "last_error";
    /// Instant of the end of the last look that a call had asked for.
    pub const HEARD: &str = "heard";
}

/// Banks correct the last days: they are read again each time.
const SETTLED_OVERLAP_DAYS: i32 = 3;
/// The first look goes back so far.
const FIRST_DAYS: i32 = 60;
/// So many days at a time: some banks are asked for each day, and two months of days in one go,
/// begun anew whenever a call fails, would never be read to their end.
const SETTLED_SPAN_DAYS: i32 = 10;
/// Pix are read again so far back.
const PIX_OVERLAP_SECONDS: i64 = 3600;
/// All open boletos are looked at so often.
const STATES_EVERY_SECONDS: i64 = 6 * 3600;
/// Above so many bells, lists are cheaper than single questions.
const BELLS_ONE_BY_ONE: usize = 20;
/// Calls of the bank read at a time, and before the bank is asked.
const INBOX_LOT: i64 = 100;
const INBOX_MAX: usize = 10_000;
/// Returns hang on the instant of their Pix, up to ninety days before: so far back is read
/// once a day.
const PIX_LONG_DAYS: i64 = 90;
const PIX_LONG_EVERY_SECONDS: i64 = 24 * 3600;

/// Why a look ended early: not now, or a defect.
enum Stop {
    Later(Timestamp, String),
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
        Err(Error::NotFound(_) | Error::Conflict { .. }) => {
            let job = job.clone();
            world.tx(move |tx, _| finish(tx, &job))?;
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let look = Look { world, connection, account_id: job.subject.clone() };
    let credential = look.connection.credential_id.clone();
    let account = look.connection.account.clone();
    let test = world.environment == Environment::Sandbox;
    let mut rung = false;
    let (at, why) = match look.everything(&mut rung) {
        Ok(()) => (after(world.clock.now(), world.settings.poll_seconds), String::new()),
        Err(Stop::Later(at, why)) => (at, why),
        Err(Stop::Failed(error)) => {
            tracing::error!(account = job.subject, %error, "sync");
            (backoff(world, job.tries), error.to_string())
        }
    };
    let refused = world.tokens.refused(&credential, world.clock.now());
    let job = job.clone();
    world.tx(move |tx, mut ids| {
        let now = ids.now();
        cursors::set(tx, &job.subject, cursor::LAST_LOOK, &now.to_string(), now)?;
        if rung {
            cursors::set(tx, &job.subject, cursor::HEARD, &now.to_string(), now)?;
        }
        if why.is_empty() {
            cursors::set(tx, &job.subject, cursor::LAST_SUCCESS, &now.to_string(), now)?;
            cursors::set(tx, &job.subject, cursor::LAST_ERROR, "", now)?;
            credential_watch::accepted(tx, &mut ids, &credential, &job.subject)?;
            silent_webhook::look(tx, &mut ids, &account)?;
            statements::schedule(tx, &mut ids, &account)?;
            jobs::again(tx, &job.id, &job.lease, at)?;
            return Ok(());
        }
        let next = match refused {
            Some(status) => {
                credential_watch::refused(tx, &mut ids, &credential, status, &why, test)?
            }
            None => Next::Ask(at, why.clone()),
        };
        match next {
            Next::Ask(at, why) => {
                cursors::set(tx, &job.subject, cursor::LAST_ERROR, &why, now)?;
                postpone(tx, &job, at, &why)
            }
            Next::GiveUp(why) => {
                cursors::set(tx, &job.subject, cursor::LAST_ERROR, &why, now)?;
                finish(tx, &job)
            }
        }
    })?;
    Ok(())
}

struct Look<'a> {
    world: &'a World,
    connection: Arc<Connection>,
    account_id: String,
}

impl Look<'_> {
    /// One failing step does not keep the others from learning; the first trouble is told.
    /// `rung` becomes true when calls of the bank were there.
    fn everything(&self, rung: &mut bool) -> Result<(), Stop> {
        let (calls, bells) = self.read_inbox()?;
        *rung = !calls.is_empty();
        (self.world.crash_point)("webhook.claimed");
        let one_by_one = bells.len() <= BELLS_ONE_BY_ONE;
        let mut answered = Ok(());
        if one_by_one {
            answered = bells.iter().try_for_each(|bell| self.answer(bell));
        }
        let settled = self.settled();
        let states = self.states(!one_by_one || answered.is_err());
        // What a bell could not tell, the lists have.
        if answered.is_ok() && one_by_one || settled.is_ok() && states.is_ok() {
            self.handled(&calls)?;
        }
        let pix = self.note_pix(self.pix(), settled.is_ok());
        let webhook = self.webhook();
        settled.and(states).and(answered).and(pix).and(webhook)
    }

    fn can(&self, kind: OpKind) -> bool {
        self.connection.bank.info().can(kind)
    }

    /// Asks, and turns everything but an answer into a reason to stop.
    fn ask(&self, op: Op) -> Result<Outcome, Stop> {
        let soon = || after(self.world.clock.now(), 30);
        match call::ask(self.world, &self.connection, op)? {
            Err(NotNow::Later { at, reason }) => Err(Stop::Later(at, reason)),
            Err(NotNow::Never(refusal)) => Ok(Outcome::Rejected(refusal)),
            Ok(Called::NotSent(reason)) => Err(Stop::Later(soon(), reason)),
            Ok(Called::Answered(Outcome::Transient { reason, retry_after_s })) => {
                let seconds = i64::from(retry_after_s.unwrap_or(30));
                Err(Stop::Later(after(self.world.clock.now(), seconds), reason))
            }
            Ok(Called::Answered(
                Outcome::Unknown { reason } | Outcome::AlreadyThere { reason },
            )) => Err(Stop::Later(soon(), reason)),
            Ok(Called::Answered(Outcome::Unauthorized)) => {
                Err(Stop::Later(soon(), "o banco não aceitou o token".into()))
            }
            Ok(Called::Answered(outcome)) => Ok(outcome),
        }
    }

    fn cursor(&self, name: &'static str) -> Result<Option<String>, Stop> {
        let id = self.account_id.clone();
        Ok(self.world.store.read(move |tx| cursors::get(tx, &id, name))?)
    }

    /// Writes what a page told, and with the last page how far we are.
    fn learn(
        &self,
        reports: Vec<Report>,
        asked: Timestamp,
        cursor: Option<(&'static str, String)>,
    ) -> Result<(), Stop> {
        let id = self.account_id.clone();
        self.world.tx(move |tx, mut ids| {
            learn_reports(tx, &mut ids, &id, &reports, asked)?;
            if let Some((name, value)) = &cursor {
                cursors::set(tx, &id, name, value, ids.now())?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Reads a list to its end, page by page.
    fn list(
        &self,
        op: impl Fn(Option<String>) -> Op,
        done: (&'static str, String),
    ) -> Result<(), Stop> {
        let mut next = None;
        loop {
            let asked = self.world.clock.now();
            match self.ask(op(next))? {
                Outcome::Page { reports, next: Some(cursor) } => {
                    self.learn(reports, asked, None)?;
                    next = Some(cursor);
                }
                Outcome::Page { reports, next: None } => {
                    return self.learn(reports, asked, Some(done));
                }
                Outcome::Done(Done::Reports(reports)) => {
                    return self.learn(reports, asked, Some(done));
                }
                Outcome::Rejected(refusal) => {
                    return Err(Stop::Later(
                        after(self.world.clock.now(), 300),
                        format!("{}: {}", refusal.code, refusal.message),
                    ));
                }
                _ => {
                    let later = after(self.world.clock.now(), 60);
                    return Err(Stop::Later(later, "resposta inesperada do banco".into()));
                }
            }
        }
    }

    fn settled(&self) -> Result<(), Stop> {
        if !self.can(OpKind::Settled) {
            return Ok(());
        }
        let today = bank_day(self.world.clock.now());
        let read_to = self.cursor(cursor::SETTLED)?.and_then(|d| d.parse::<Date>().ok());
        let mut from = match read_to {
            Some(day) if planted::is(Bug::SettledOnce) => days_before(day, -1).min(today),
            Some(day) => days_before(day.min(today), SETTLED_OVERLAP_DAYS),
            None => days_before(today, FIRST_DAYS),
        };
        loop {
            let to = days_before(from, -SETTLED_SPAN_DAYS).min(today);
            let op = |cursor| Op::Settled { from, to, cursor };
            self.list(op, (cursor::SETTLED, to.to_string()))?;
            if to == today {
                return Ok(());
            }
            from = days_before(to, -1);
        }
    }

    /// Where the integration may not read Pix, all the rest works: it is shown, no more.
    fn note_pix(&self, read: Result<(), Stop>, rest_works: bool) -> Result<(), Stop> {
        let why = match read {
            Ok(()) => String::new(),
            Err(Stop::Later(_, why)) if rest_works => why,
            Err(stop) => return Err(stop),
        };
        if self.cursor(cursor::PIX_ERROR)?.unwrap_or_default() == why {
            return Ok(());
        }
        let id = self.account_id.clone();
        self.world.tx(move |tx, ids| cursors::set(tx, &id, cursor::PIX_ERROR, &why, ids.now()))?;
        Ok(())
    }

    /// Pix by their own ids, and once a day those of long ago, for their returns.
    fn pix(&self) -> Result<(), Stop> {
        if !self.can(OpKind::PixReceived) {
            return Ok(());
        }
        let now = self.world.clock.now();
        let instant = |text: Option<String>| text.and_then(|t| t.parse::<Timestamp>().ok());
        let long = instant(self.cursor(cursor::PIX_LONG)?);
        let (from, done) = match (long, instant(self.cursor(cursor::PIX)?)) {
            (Some(long), Some(read_to)) if after(long, PIX_LONG_EVERY_SECONDS) > now => {
                (after(read_to.min(now), -PIX_OVERLAP_SECONDS), cursor::PIX)
            }
            (_, Some(_)) => (after(now, -PIX_LONG_DAYS * 86_400), cursor::PIX_LONG),
            (_, None) => (after(now, -PIX_LONG_DAYS * 86_400), cursor::PIX),
        };
        self.list(|cursor| Op::PixReceived { from, to: now, cursor }, (done, now.to_string()))
    }

    fn states(&self, now_please: bool) -> Result<(), Stop> {
        if !self.can(OpKind::States) {
            return Ok(());
        }
        let now = self.world.clock.now();
        let last = self.cursor(cursor::STATES)?.and_then(|t| t.parse::<Timestamp>().ok());
        let due = last.is_none_or(|last| after(last, STATES_EVERY_SECONDS) <= now);
        if !due && !now_please {
            return Ok(());
        }
        let id = self.account_id.clone();
        let Some((from, to, _)) =
            self.world.store.read(move |tx| boletos::open_due_range(tx, &id))?
        else {
            return Ok(());
        };
        self.list(|cursor| Op::States { from, to, cursor }, (cursor::STATES, now.to_string()))
    }

    /// The ids of the calls that nobody has handled, and what they ring about.
    fn read_inbox(&self) -> Result<(Vec<String>, BTreeSet<Bell>), Stop> {
        let (mut calls, mut bells) = (Vec::<String>::new(), BTreeSet::new());
        loop {
            let id = self.account_id.clone();
            let last = calls.last().cloned().unwrap_or_default();
            let open = move |tx: &mut Tx| inbox::open(tx, &id, &last, INBOX_LOT);
            let lot = self.world.store.read(open)?;
            for call in &lot {
                bells.extend(self.bells(call));
                calls.push(call.id.clone());
            }
            if lot.is_empty() || calls.len() >= INBOX_MAX {
                return Ok((calls, bells));
            }
        }
    }

    fn bells(&self, call: &inbox::Inbound) -> Vec<Bell> {
        let request = Inbound {
            method: "POST".into(),
            path: String::new(),
            headers: serde_json::from_str(&call.headers).unwrap_or_default(),
            body: call.body.clone(),
        };
        self.connection.bank.inbound(&request, &self.connection.ctx(call.received_at)).bells
    }

    /// A bell proves nothing: the bank is asked about what it is said to be about.
    fn answer(&self, bell: &Bell) -> Result<(), Stop> {
        let id = self.account_id.clone();
        let boleto = match bell {
            Bell::Boleto(bank_id) => {
                let bank_id = bank_id.clone();
                self.world.store.read(move |tx| boletos::by_bank_id(tx, &id, &bank_id))?
            }
            Bell::Reference(reference) => {
                let reference = reference.clone();
                self.world.store.read(move |tx| boletos::by_reference(tx, &id, &reference))?
            }
            // The list of Pix follows in any case.
            Bell::Pix(_) => None,
        };
        let Some(bank_id) = boleto.and_then(|b| b.bank_id) else { return Ok(()) };
        let asked = self.world.clock.now();
        match self.ask(Op::Get { bank_id })? {
            Outcome::Done(Done::Reports(reports)) | Outcome::Page { reports, .. } => {
                (self.world.crash_point)("webhook.fetched");
                self.learn(reports, asked, None)
            }
            _ => Ok(()),
        }
    }

    fn handled(&self, calls: &[String]) -> Result<(), Stop> {
        if calls.is_empty() {
            return Ok(());
        }
        let done = calls.to_vec();
        self.world.tx(move |tx, ids| {
            for call in &done {
                inbox::handled(tx, call, ids.now(), None)?;
            }
            Ok(())
        })?;
        (self.world.crash_point)("webhook.recorded");
        Ok(())
    }

    /// Tells the bank where to call, without taking the place of another program's address.
    fn webhook(&self) -> Result<(), Stop> {
        let Some(public_url) = &self.world.settings.public_url else { return Ok(()) };
        if !self.can(OpKind::RegisterWebhook) {
            return Ok(());
        }
        let token = &self.connection.account.hook_token;
        let url = format!("{}/hooks/{token}", public_url.trim_end_matches('/'));
        let told = self.cursor(cursor::WEBHOOK)?;
        if told.as_deref() == Some(url.as_str()) {
            return Ok(());
        }
        let there = match self.ask(Op::GetWebhook)? {
            Outcome::Done(Done::Webhook(there)) => there,
            _ => return Ok(()),
        };
        let ours = there.as_deref().is_none_or(|t| t == url || Some(t) == told.as_deref());
        if !ours {
            return self.foreign_webhook(there.unwrap_or_default());
        }
        if let Outcome::Done(_) = self.ask(Op::RegisterWebhook { url: url.clone() })? {
            let id = self.account_id.clone();
            self.world.tx(move |tx, ids| {
                pending::close(tx, FOREIGN_WEBHOOK, &id, "system", ids.now())?;
                cursors::set(tx, &id, cursor::WEBHOOK, &url, ids.now())
            })?;
        }
        Ok(())
    }

    fn foreign_webhook(&self, there: String) -> Result<(), Stop> {
        let account = self.connection.account.clone();
        self.world.tx(move |tx: &mut Tx, mut ids| {
            let message = format!(
                "O banco já avisa outro endereço ({there}) sobre a conta {}. O quita não o \
                 substitui e segue perguntando ao banco; se o endereço não é mais usado, \
                 remova-o no banco.",
                account.description
            );
            let item = PendingItem {
                id: ids.next_id(),
                company_id: account.company_id.clone(),
                kind: FOREIGN_WEBHOOK.into(),
                subject: account.id.clone(),
                message,
                opened_at: ids.now(),
            };
            pending::open(tx, &item)?;
            Ok(())
        })?;
        Ok(())
    }
}

const FOREIGN_WEBHOOK: &str = "foreign_webhook";

fn days_before(day: Date, days: i32) -> Date {
    day.checked_sub(jiff::Span::new().days(days)).unwrap_or(day)
}
