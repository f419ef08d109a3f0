//! The figures of the first screen, and what needs a person.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use quita_core::calendar::Calendar;
use quita_core::fold::Status;
use quita_core::money::Money;
use quita_store::figures;

use super::accounts::{self, Health};
use super::read::{self, PendingView};
use super::{Actor, Permission, reconciliation};
use crate::clock::bank_day;
use crate::error::Error;
use crate::world::World;

/// How many boletos and for how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: i64,
    /// Sum of nominal amounts.
    pub amount: Money,
}

impl Sum {
    fn add(&mut self, due: &figures::Due) {
        self.count += due.count;
        self.amount = self.amount + due.amount;
    }
}

/// What was expected and what came on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub on: Date,
    /// Due then, whatever became of it, but for what was refused or cancelled.
    pub expected: Money,
    /// Paid then.
    pub received: Money,
}

/// The first screen.
#[derive(Clone, Debug)]
pub struct Home {
    /// The bank day.
    pub today: Date,
    /// Paid today.
    pub received_today: Money,
    /// Paid since the first of the month.
    pub received_month: Money,
    /// Open and due from today to six days on.
    pub due_in_7_days: Sum,
    /// Open and overdue for 1–30, 31–60, 61–90 and more days.
    pub overdue: [Sum; 4],
    /// Two weeks back to two weeks ahead.
    pub days: Vec<Day>,
    /// Open, by due date, in this month and the next.
    pub calendar: Vec<(Date, Sum)>,
    /// What a person must look at.
    pub pending: Vec<PendingView>,
    /// How each account stands.
    pub accounts: Vec<Health>,
    /// Whether there is any boleto yet.
    pub has_boletos: bool,
    /// How far the statements are reconciled.
    pub reconciliation: reconciliation::Totals,
}

/// Days of the chart on each side of today.
const CHART_DAYS: i32 = 14;

/// The figures of the company as they stand now.
pub fn home(world: &World, actor: &Actor) -> Result<Home, Error> {
    actor.must(Permission::Read)?;
    let today = bank_day(world.clock.now());
    let shifted = |days: i32| today.checked_add(Span::new().days(days)).unwrap_or(today);
    let (first, last) = (shifted(-CHART_DAYS), shifted(CHART_DAYS));
    let month = today.first_of_month();
    let calendar_end = month.checked_add(1.month()).unwrap_or(month).last_of_month();
    let company = actor.company_id.clone();
    let from = first.min(month);
    let (due, received, has_boletos) = world.store.read(move |tx| {
        let due = figures::due(tx, &company, from, calendar_end.max(last))?;
        Ok((due, figures::received(tx, &company, from)?, figures::any(tx, &company)?))
    })?;

    let mut home = Home {
        today,
        received_today: Money::ZERO,
        received_month: Money::ZERO,
        due_in_7_days: Sum::default(),
        overdue: [Sum::default(); 4],
        days: (-CHART_DAYS..=CHART_DAYS)
            .map(|days| Day { on: shifted(days), expected: Money::ZERO, received: Money::ZERO })
            .collect(),
        calendar: Vec::new(),
        pending: read::pending(world, actor)?,
        accounts: accounts::health(world, actor)?,
        has_boletos,
        reconciliation: reconciliation::totals(world, actor)?,
    };
    for one in &due {
        home.count_due(one);
    }
    for one in &received {
        if one.on == today {
            home.received_today = one.amount;
        }
        if one.on >= month && one.on <= today {
            home.received_month = home.received_month + one.amount;
        }
        if let Some(day) = home.days.iter_mut().find(|day| day.on == one.on) {
            day.received = one.amount;
        }
    }
    Ok(home)
}

impl Home {
    fn count_due(&mut self, due: &figures::Due) {
        if !matches!(due.status, Status::Rejected | Status::Cancelled)
            && let Some(day) = self.days.iter_mut().find(|day| day.on == due.on)
        {
            day.expected = day.expected + due.amount;
        }
        let open = matches!(
            due.status,
            Status::Created | Status::Registered | Status::CancellationRequested | Status::Expired
        );
        if !open {
            return;
        }
        let late = (self.today - due.on).get_days();
        let overdue = due.on <= Calendar::national().last_overdue(self.today);
        match late {
            // Due on a weekend or holiday, it can still be paid on time.
            1.. if !overdue => self.due_in_7_days.add(due),
            1..=30 => self.overdue[0].add(due),
            31..=60 => self.overdue[1].add(due),
            61..=90 => self.overdue[2].add(due),
            91.. => self.overdue[3].add(due),
            -6..=0 => self.due_in_7_days.add(due),
            _ => {}
        }
        if due.on >= self.today.first_of_month() {
            match self.calendar.last_mut() {
                Some((on, sum)) if *on == due.on => sum.add(due),
                _ => {
                    let mut sum = Sum::default();
                    sum.add(due);
                    self.calendar.push((due.on, sum));
                }
            }
        }
    }
}
