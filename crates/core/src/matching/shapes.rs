//! In what ways amounts grow with delay and shrink before, turned around: from what was paid to
//! what was asked.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use crate::calendar::days_between;
use crate::matching::State;
use crate::matching::people::People;
use crate::money::Money;
use crate::payable::payable;
use crate::terms::{Interest, InterestValue, Terms, Value};

/// Terms that are looked at: a company has few, with dates counted from the due date.
const MOST: usize = 12;

/// Days after the due date that are looked at, and days before it.
const LATEST: i32 = 75;
const EARLIEST: i32 = -45;

/// A day from which all dates of terms are counted here: a Wednesday, with banking days around.
const DUE: Date = date(2026, 7, 15);

/// What was paid as a line through the nominal amount: billionths of it, and cents.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Way {
    slope: i64,
    base: i64,
    /// Days after the due date on which it holds; below zero before it.
    from: i32,
    to: i32,
}

/// All ways in which what is due differs from what was asked.
pub(crate) struct Shapes {
    ways: Vec<Way>,
    /// A bit for what is open of about an amount and about a day, to answer «none» at once.
    open: Vec<u64>,
}

/// Terms as numbers that do not depend on the due date; in this order they are compared.
type Shape = (Vec<(i32, bool, i64)>, Money);

impl Shapes {
    pub(crate) fn new(state: &State) -> Self {
        let mut shapes: BTreeMap<Shape, (usize, Terms)> = BTreeMap::new();
        let mut bits = vec![0_u64; (state.receivables.len() / 4).next_power_of_two().max(64)];
        for (at, receivable) in state.receivables.iter().enumerate() {
            if state.taken[at].is_some() || receivable.received.is_some() {
                continue;
            }
            let (word, bit) =
                bit(receivable.amount.cents() >> 2, state.index.due[at] >> 3, bits.len());
            bits[word] |= bit;
            let Some(terms) = receivable.terms.as_deref() else { continue };
            for terms in std::iter::once(terms).chain(terms.earlier.iter().map(|e| &e.terms)) {
                let entry = shapes.entry(shape(terms, receivable.expiration_date));
                let moved = || (0, moved(terms, receivable.expiration_date));
                entry.or_insert_with(moved).0 += 1;
            }
        }
        let mut shapes: Vec<(Shape, (usize, Terms))> = shapes.into_iter().collect();
        shapes.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        let ways = shapes.iter().take(MOST).flat_map(|(_, (_, terms))| ways(state, terms));
        let mut all: Vec<Way> = Vec::new();
        for way in ways {
            if !all.contains(&way) {
                all.push(way);
            }
        }
        Self { ways: all, open: bits }
    }

    /// Open receivables that may have grown or shrunk to an amount paid on a day or up to four
    /// days before it, each at most once.
    pub(crate) fn origins(&self, people: &People, amount: i64, day: i32) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for way in &self.ways {
            let nominal = way.origin(amount);
            let days = (day - way.to - 5, day - way.from + 1);
            if !self.may_be_open((nominal - 1, nominal + 1), days) {
                continue;
            }
            for n in nominal - 1..=nominal + 1 {
                found.extend(people.open_due((n, n), days));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn may_be_open(&self, amounts: (i64, i64), days: (i32, i32)) -> bool {
        (amounts.0 >> 2..=amounts.1 >> 2).any(|amount| {
            (days.0 >> 3..=days.1 >> 3).any(|day| {
                let (word, bit) = bit(amount, day, self.open.len());
                self.open[word] & bit != 0
            })
        })
    }
}

const BILLION: i64 = 1_000_000_000;

impl Way {
    /// The nominal amount of what has become so much, within a cent.
    fn origin(&self, amount: i64) -> i64 {
        let grown = amount.saturating_sub(self.base);
        match grown.checked_mul(BILLION) {
            Some(billionths) => billionths / self.slope,
            None => {
                let billionths = i128::from(grown) * i128::from(BILLION);
                i64::try_from(billionths / i128::from(self.slope)).unwrap_or(i64::MAX - 1)
            }
        }
    }
}

/// Word and bit of about an amount and about a day.
fn bit(amount: i64, day: i32, words: usize) -> (usize, u64) {
    let both = amount.unsigned_abs() << 20 ^ u64::from(day.unsigned_abs());
    let spread = both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    ((spread / 64) as usize & (words - 1), 1 << (spread % 64))
}

fn shape(terms: &Terms, due: Date) -> Shape {
    let of = |kind: i32, day: Date, value: Value| match value {
        Value::Fixed(cents) => (days_between(due, day) * 8 + kind, false, cents.cents()),
        Value::Percent(rate) => (days_between(due, day) * 8 + kind, true, rate.millionths()),
    };
    let mut all = Vec::new();
    all.extend(terms.fine.map(|f| of(0, f.date, f.value)));
    all.extend(terms.interest.map(|i| of(1, i.date, value_of(&i))));
    all.extend(terms.discounts.iter().map(|d| {
        let per = d.per.map_or(2, |per| 3 + per as i32);
        of(per, d.date, d.value)
    }));
    (all, terms.abatement)
}

const fn value_of(interest: &Interest) -> Value {
    match interest.value {
        InterestValue::PerDay(cents) => Value::Fixed(cents),
        InterestValue::PerMonth(rate) => Value::Percent(rate),
    }
}

/// The same terms with their dates as far from [`DUE`] as they are from the due date.
fn moved(terms: &Terms, due: Date) -> Terms {
    let day = |day: Date| plus(DUE, days_between(due, day));
    let mut terms = Terms { earlier: Vec::new(), ..terms.clone() };
    if let Some(fine) = &mut terms.fine {
        fine.date = day(fine.date);
    }
    if let Some(interest) = &mut terms.interest {
        interest.date = day(interest.date);
    }
    for discount in &mut terms.discounts {
        discount.date = day(discount.date);
    }
    terms
}

fn plus(day: Date, days: i32) -> Date {
    day.saturating_add(jiff::Span::new().days(days.clamp(-3_000, 3_000)))
}

/// The ways of some terms: days in a row with the same one are one way.
fn ways(state: &State, terms: &Terms) -> Vec<Way> {
    let (calendar, rules) = (&state.settings.calendar, state.settings.rules);
    let paid = |nominal: i64, on: Date| {
        payable(Money::from_cents(nominal), DUE, terms, on, calendar, rules).total.cents()
    };
    let mut ways: Vec<Way> = Vec::new();
    for days in EARLIEST..=LATEST {
        let on = plus(DUE, days);
        let (once, twice) = (paid(SAMPLE, on), paid(2 * SAMPLE, on));
        let slope = (twice - once) / (SAMPLE / BILLION);
        let way = Way { slope, base: 2 * once - twice, from: days, to: days };
        if (way.slope, way.base) == (BILLION, 0) || slope <= 0 {
            continue;
        }
        match ways.last_mut() {
            Some(last) if (last.slope, last.base, last.to + 1) == (way.slope, way.base, days) => {
                last.to = days;
            }
            _ => ways.push(way),
        }
    }
    ways
}

/// A nominal amount large enough to show billionths, in cents.
const SAMPLE: i64 = 1_000_000_000_000;
