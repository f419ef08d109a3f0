//! What a seed has in store: how much work, which faults exist at all, and how often.
//!
//! "Off" is common for every fault: channels that cover for each other hide each other's
//! defects.

use jiff::Timestamp;
use quita_engine::clock::after;
use serde_json::Value as Json;

use crate::bank::At;
use crate::chance::Chance;

/// A fault of the network or of the bank, for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Name or connection not found: the request surely never left.
    NotSent,
    /// The request never reaches the bank, and nobody says so.
    RequestLost,
    /// The request reaches the bank only after the client gave up.
    RequestLate,
    /// Carried out, the answer lost.
    AnswerLost,
    /// The answer breaks off in the middle.
    Truncated,
    /// A slow answer.
    Slow,
    /// Carried out, but slower than the client waits.
    TooSlow,
    /// 5xx, nothing done.
    ErrorBefore,
    /// 5xx, but done.
    ErrorAfter,
    /// 429.
    TooMany,
    /// 200 with a page instead of JSON.
    WrongBody,
}

impl Fault {
    pub(crate) const ALL: [Self; 11] = [
        Self::NotSent,
        Self::RequestLost,
        Self::RequestLate,
        Self::AnswerLost,
        Self::Truncated,
        Self::Slow,
        Self::TooSlow,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::TooMany,
        Self::WrongBody,
    ];
}

/// A time in which the bank does not work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) fault: Fault,
    /// Only calls whose path begins like this.
    pub(crate) on: &'static str,
}

/// What moves on the accounts besides boletos, and what may be wrong with their statements. Rates
/// are per thousand.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Movements from the time before the company told us of an account.
    pub(crate) before: usize,
    /// Bills, transfers, fees, Pix to the bare key.
    pub(crate) moves: usize,
    /// Such a movement happens twice, alike in all.
    pub(crate) twins: u32,
    /// Such a movement is booked under a day that is over.
    pub(crate) backdated: u32,
    /// How often rows come late or wrong at first, or the complete statement fails.
    pub(crate) oddities: usize,
    /// Decisions of a clerk about lines.
    pub(crate) decisions: usize,
    /// A clerk decides while lines are being matched.
    pub(crate) meddling: u32,
    /// At the places where statements are read and lines matched.
    pub(crate) crash: u32,
}

/// Rates are per thousand.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) at: At,
    pub(crate) start: Timestamp,
    /// How long people work and faults happen.
    pub(crate) active_seconds: i64,
    pub(crate) poll_seconds: i64,
    pub(crate) companies: usize,
    pub(crate) accounts: usize,
    /// Whether the companies have one account at the bank, as two programs of one company do: each
    /// counts for itself.
    pub(crate) shared_account: bool,
    /// Whether the bank can call us.
    pub(crate) webhooks: bool,
    /// Whether it plays the bank's own test environment: lower limits, odd numbers.
    pub(crate) bank_sandbox: bool,
    /// Whether the company may read its Pix.
    pub(crate) reads_pix: bool,
    /// By how much the process's clock is ahead, from some moment on each.
    pub(crate) clocks: Vec<i64>,

    pub(crate) requests: usize,
    pub(crate) actions: usize,
    pub(crate) payments: usize,
    /// A request is sent once more although it was answered.
    pub(crate) repeats: u32,
    /// A second payment follows the first.
    pub(crate) paid_twice: u32,
    /// A payment of another amount than is due.
    pub(crate) odd_amounts: u32,
    /// An order is due on the day it is given.
    pub(crate) due_today: u32,

    /// At each place where the process may be killed.
    pub(crate) crash: u32,
    /// Between two steps.
    pub(crate) crash_between: u32,
    /// A worker stops for long at such a place.
    pub(crate) asleep: u32,
    /// Another worker comes in between at each such place.
    pub(crate) meanwhile: u32,
    pub(crate) calls: Vec<(Fault, u32)>,
    pub(crate) outages: Vec<Outage>,
    /// A notice does not arrive.
    pub(crate) notice_lost: u32,
    /// Our answer to a notice does not arrive.
    pub(crate) notice_unanswered: u32,
    pub(crate) notice_doubled: u32,
    pub(crate) forged: usize,
    /// A payment or cancellation in the bank's own screens.
    pub(crate) portal: usize,
    pub(crate) switches: Vec<(&'static str, Json)>,

    /// Only in runs of months.
    pub(crate) statements: Option<Statements>,

    /// Files of boletos that are issued, and mailed.
    pub(crate) files: usize,
    /// A file is paused while it is issued.
    pub(crate) paused: u32,
    /// At each place where the process may be killed with rows issued or a letter sent.
    pub(crate) crash_in_files: u32,
    /// The mail server asks to wait.
    pub(crate) mail_busy: u32,
    /// The mail server refuses a letter.
    pub(crate) mail_refused: u32,
    /// The mail server takes a letter, and its answer does not arrive.
    pub(crate) mail_unanswered: u32,
}

impl Plan {
    /// What this seed has in store.
    pub(crate) fn draw(seed: u64, start: Timestamp) -> Self {
        let chance = Chance::new(seed, "plan");
        let poll_seconds = chance.pick(&[300, 1800, 3600, 6 * 3600]);
        let active_seconds = poll_seconds * chance.between(4, 12);
        let day = 86_400;
        let start = start
            .checked_add(jiff::SignedDuration::from_secs(chance.between(0, 60 * day)))
            .unwrap_or(start);
        let rate = |rates: &[u32]| if chance.happens(500) { chance.pick(rates) } else { 0 };
        let calls = Fault::ALL.into_iter().map(|fault| (fault, rate(&[10, 40, 120]))).collect();
        let longest = [600, 600, 600, 1800, 4 * 3600];
        let outages = (0..chance.below(3))
            .map(|_| outage(&chance, start, active_seconds, &longest, ""))
            .collect();
        // Apart, so that runs without files stay as they were before there were any.
        let of_files = Chance::new(seed, "files");
        let file_rate =
            |rates: &[u32]| if of_files.happens(500) { of_files.pick(rates) } else { 0 };
        let slow_settlement = poll_seconds >= 3600 && chance.happens(300);
        Self {
            seed,
            at: At::Inter,
            start,
            active_seconds,
            poll_seconds,
            companies: if chance.happens(200) { 2 } else { 1 },
            accounts: if chance.happens(250) { 2 } else { 1 },
            shared_account: false,
            webhooks: chance.happens(600),
            bank_sandbox: chance.happens(150),
            reads_pix: chance.happens(850),
            clocks: if chance.happens(200) {
                vec![chance.between(-7200, 7200), chance.between(-300, 300)]
            } else {
                Vec::new()
            },
            requests: 1 + chance.place(5),
            actions: if chance.happens(500) { 1 + chance.place(5) } else { 0 },
            payments: chance.place(6),
            repeats: rate(&[100, 400]),
            paid_twice: rate(&[100, 500]),
            odd_amounts: rate(&[100, 300]),
            due_today: rate(&[100]),
            crash: rate(&[5, 20, 60]),
            crash_between: rate(&[5, 20, 60]),
            asleep: if chance.happens(250) { 20 } else { 0 },
            meanwhile: rate(&[50, 300]),
            calls,
            outages,
            notice_lost: rate(&[100, 500, 1000]),
            notice_unanswered: rate(&[100, 500]),
            notice_doubled: rate(&[100, 500]),
            forged: if chance.happens(300) { 3 } else { 0 },
            portal: if chance.happens(300) { 2 } else { 0 },
            switches: At::Inter.switches(&chance, slow_settlement),
            statements: None,
            files: if of_files.happens(250) { 1 + of_files.place(2) } else { 0 },
            paused: file_rate(&[300]),
            crash_in_files: file_rate(&[100, 300]),
            mail_busy: file_rate(&[100, 400]),
            mail_refused: file_rate(&[100]),
            mail_unanswered: file_rate(&[100, 300]),
        }
    }

    /// What this seed has in store for some days at Itaú: its daily movement tells on the next
    /// business day, and instructions may have to wait for that.
    pub(crate) fn itau(seed: u64, start: Timestamp) -> Self {
        let days = Self::draw(seed, start);
        let chance = Chance::new(seed, "itau");
        let shared_account = chance.happens(250);
        Self {
            at: At::Itau,
            active_seconds: chance.between(1, 4) * 86_400,
            poll_seconds: chance.pick(&[6, 12, 24]) * 3600,
            companies: if shared_account { 2 } else { days.companies },
            shared_account,
            accounts: 1,
            bank_sandbox: false,
            reads_pix: true,
            requests: 2 + chance.place(5),
            // Each day is a call of its own: more faults and deaths would only repeat them.
            calls: days.calls.into_iter().map(|(fault, rate)| (fault, rate.min(20))).collect(),
            crash: days.crash.min(10),
            crash_between: days.crash_between.min(20),
            switches: At::Itau.switches(&chance, false),
            files: 0,
            ..days
        }
    }

    /// What this seed has in store for some weeks, in which statements are read and lines matched.
    pub(crate) fn months(seed: u64, start: Timestamp) -> Self {
        Self::weeks(Self::draw(seed, start), &Chance::new(seed, "months"))
    }

    /// The same at Itaú, whose statement names no boleto.
    pub(crate) fn itau_months(seed: u64, start: Timestamp) -> Self {
        let days = Self { shared_account: false, ..Self::itau(seed, start) };
        Self::weeks(days, &Chance::new(seed, "months at itau"))
    }

    fn weeks(days: Self, chance: &Chance) -> Self {
        let (at, start) = (days.at, days.start);
        let active_seconds = chance.between(20, 45) * 86_400;
        let mut outages = days.outages;
        for (longest, on) in [(3600, ""), (3 * 86_400, at.statement_path())] {
            let more =
                (0..chance.below(3)).map(|_| outage(chance, start, active_seconds, &[longest], on));
            outages.extend(more);
        }
        let mut switches = days.switches;
        switches.extend(at.of_statements(chance));
        let rate = |rates: &[u32]| if chance.happens(500) { chance.pick(rates) } else { 0 };
        Self {
            active_seconds,
            poll_seconds: chance.pick(&[12, 24, 24]) * 3600,
            companies: if chance.happens(100) { 2 } else { 1 },
            accounts: if chance.happens(150) { 2 } else { 1 },
            requests: 3 + chance.place(6),
            payments: 4 + chance.place(10),
            // Some thousand places are passed.
            crash: rate(&[1, 3]),
            crash_between: rate(&[1, 3]),
            asleep: if chance.happens(250) { 4 } else { 0 },
            outages,
            switches,
            files: 0,
            statements: Some(Statements {
                before: 5 + chance.place(30),
                moves: 5 + chance.place(30),
                twins: rate(&[200, 500]),
                backdated: rate(&[100, 300]),
                oddities: match chance.happens(700) {
                    true if at.has_odd_rows() => 2 + chance.place(10),
                    _ => 0,
                },
                decisions: if chance.happens(500) { 3 + chance.place(8) } else { 0 },
                meddling: rate(&[300, 800]),
                crash: rate(&[100, 300]),
            }),
            ..Self { outages: Vec::new(), switches: Vec::new(), ..days }
        }
    }

    /// The fault of a call made now.
    pub(crate) fn fault(&self, chance: &Chance, path: &str, now: Timestamp) -> Option<Fault> {
        let is_down = |o: &&Outage| o.from <= now && now < o.to && path.starts_with(o.on);
        let down = self.outages.iter().find(is_down);
        down.map(|o| o.fault).or_else(|| {
            let struck = self.calls.iter().find(|(_, rate)| chance.happens(*rate));
            struck.map(|(fault, _)| *fault)
        })
    }
}

/// A time in which the bank does not work; at most as long as one of these, in seconds.
fn outage(
    chance: &Chance,
    start: Timestamp,
    active_seconds: i64,
    longest: &[i64],
    on: &'static str,
) -> Outage {
    let from = chance.between(0, active_seconds);
    let longest = chance.pick(longest);
    let length = chance.between(60, longest.min(active_seconds / 2));
    let at = |seconds| after(start, seconds);
    let faults = [Fault::NotSent, Fault::ErrorBefore, Fault::RequestLost];
    Outage { from: at(from), to: at(from + length), fault: chance.pick(&faults), on }
}
