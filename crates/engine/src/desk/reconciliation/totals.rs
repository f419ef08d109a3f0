//! What is not reconciled, by age, and how much is.

use jiff::Span;
use quita_core::money::Money;
use quita_store::matches::{self, Sum};

use crate::clock::bank_day;
use crate::desk::{Actor, Permission};
use crate::error::Error;
use crate::world::World;

/// Lines of one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Age {
    /// How many.
    pub count: i64,
    /// Sum of their amounts.
    pub amount: Money,
}

impl Age {
    fn add(&mut self, sum: Sum) {
        self.count += sum.count;
        self.amount = self.amount + sum.amount;
    }
}

/// How far a company is reconciled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Money that came in and nothing explains, by age of its day: 0–2, 3–7, 8–30, 31 and more days.
    pub incoming: [Age; 4],
    /// Money that went out and nothing explains.
    pub outgoing: Age,
    /// What came in during the last thirty days and is explained.
    pub explained: Age,
    /// All that came in during the last thirty days.
    pub all: Age,
}

impl Totals {
    /// All that came in and nothing explains.
    pub fn open(&self) -> Age {
        self.incoming.iter().fold(Age::default(), |all, age| Age {
            count: all.count + age.count,
            amount: all.amount + age.amount,
        })
    }

    /// What is explained of the lines of the last thirty days, in per cent, rounded down; `None`
    /// without lines.
    pub fn share(&self) -> Option<i64> {
        (self.all.count > 0).then(|| self.explained.count * 100 / self.all.count)
    }
}

/// Days over which the share is counted.
const SHARE_DAYS: i32 = 30;

/// How far the company is reconciled now.
pub fn totals(world: &World, actor: &Actor) -> Result<Totals, Error> {
    actor.must(Permission::Read)?;
    let today = bank_day(world.clock.now());
    let since = today.checked_sub(Span::new().days(SHARE_DAYS)).unwrap_or(today);
    let company = actor.company_id.clone();
    let (open, (explained, rest)) = world.store.read(move |tx| {
        Ok((matches::open_by_day(tx, &company)?, matches::incoming_since(tx, &company, since)?))
    })?;
    let mut totals = Totals::default();
    for (day, is_incoming, sum) in open {
        let place = match (today - day).get_days() {
            ..=2 => 0,
            3..=7 => 1,
            8..=30 => 2,
            _ => 3,
        };
        if is_incoming { totals.incoming[place].add(sum) } else { totals.outgoing.add(sum) }
    }
    totals.explained.add(explained);
    totals.all.add(explained);
    totals.all.add(rest);
    Ok(totals)
}
