//! An account's statement and balance, as banks give them by API.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quita_core::bank_line::BankLine;
use quita_core::money::Money;

/// Which of a bank's statements.
///
/// Both show the same movements: the same day, amount and [`BankLine::kind`] for each, so that a
/// movement first read in one is recognised in the other by these.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum StatementDetail {
    /// With ids of lines, payers and what was paid.
    Complete,
    /// Day, amount and text only; asked for while the complete one fails.
    Simple,
}

/// A part of a statement, in no order that means anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinePage {
    /// What this part told.
    pub lines: Vec<BankLine>,
    /// Where to go on; none at the end of the statement.
    pub next: Option<String>,
    /// How many movements the bank says the whole period has.
    pub total: Option<usize>,
    /// What was read of this period before this part no longer counts: the bank's list moved,
    /// or its reading ended early. `next` begins again.
    pub anew: bool,
    /// Movements that could not be read, and other oddities, for people.
    pub warnings: Vec<String>,
    /// How many movements of this part could not be read. They are not in `lines`, so while there
    /// are any the period is not complete.
    pub unread: usize,
}

/// What was on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The day at whose end it was so: the day asked for, or the one that the bank names; for
    /// today it may still change.
    pub day: Date,
    /// What could be spent; below zero when overdrawn. Credit limits are not in it.
    pub available: Money,
    /// What the bank holds back besides; `None` where it does not say.
    pub blocked: Option<Money>,
}

/// How often a reading may begin anew before it is given up for now.
const BEGINNINGS: u8 = 3;

/// Parts of one statement put together so that nothing is lost and nothing doubled. It can be put
/// aside between two parts.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Gathering {
    lines: Vec<BankLine>,
    /// Places in `lines` by the bank's id.
    by_id: BTreeMap<String, Vec<usize>>,
    unread: usize,
    total: Option<usize>,
    warnings: Vec<String>,
    beginnings: u8,
}

/// What to do after a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gathered {
    /// Ask again with this cursor; without one, from the beginning.
    Next(Option<String>),
    /// All is there.
    Whole {
        /// The movements of the period.
        lines: Vec<BankLine>,
        /// Oddities, for people.
        warnings: Vec<String>,
        /// How many movements could not be read.
        unread: usize,
    },
    /// The bank's list did not hold still: try again later, or ask for the simple statement.
    GivenUp,
}

impl Gathering {
    /// Takes a part. A movement that an earlier part told under the same id counts once; where in
    /// the end some are missing, the reading begins anew.
    pub fn take(&mut self, page: LinePage) -> Gathered {
        if page.anew {
            return self.again(page.next);
        }
        self.total = page.total.or(self.total);
        self.unread += page.unread;
        self.warnings.extend(page.warnings);
        let before = self.lines.len();
        for line in page.lines {
            self.add(line, before);
        }
        if page.next.is_some() {
            return Gathered::Next(page.next);
        }
        if self.total.is_some_and(|total| self.lines.len() + self.unread < total) {
            return self.again(None);
        }
        let whole = std::mem::take(self);
        Gathered::Whole { lines: whole.lines, warnings: whole.warnings, unread: whole.unread }
    }

    fn again(&mut self, cursor: Option<String>) -> Gathered {
        *self = Self { beginnings: self.beginnings + 1, ..Self::default() };
        if self.beginnings > BEGINNINGS { Gathered::GivenUp } else { Gathered::Next(cursor) }
    }

    /// Nobody promises that ids never repeat: lines of one id are kept where they differ in
    /// anything, and where one part tells both.
    fn add(&mut self, line: BankLine, before: usize) {
        if let Some(id) = &line.bank_id {
            let places = self.by_id.entry(id.clone()).or_default();
            let mut earlier = places.iter().filter(|place| **place < before);
            if earlier.any(|place| self.lines.get(*place) == Some(&line)) {
                return;
            }
            places.push(self.lines.len());
        }
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn line(id: &str, cents: i64) -> BankLine {
        let mut line = BankLine::new(date(2026, 12, 1), Money::from_cents(cents), "Pix recebido");
        line.bank_id = (!id.is_empty()).then(|| id.to_owned());
        line
    }

    fn page(lines: Vec<BankLine>, next: Option<&str>, total: Option<usize>) -> LinePage {
        LinePage { lines, next: next.map(str::to_owned), total, ..LinePage::default() }
    }

    fn whole(gathered: Gathered) -> usize {
        let Gathered::Whole { lines, .. } = gathered else { unreachable!("{gathered:?}") };
        lines.len()
    }

    #[test]
    fn what_is_told_twice_under_one_id_counts_once() {
        let mut all = Gathering::default();
        let first = page(vec![line("a", 1), line("b", 2), line("", 3)], Some("1"), Some(5));
        assert_eq!(all.take(first), Gathered::Next(Some("1".into())));
        // Without id two equal lines are two; under one id with other content as well.
        let rest = page(vec![line("b", 2), line("", 3), line("b", 9)], None, Some(5));
        assert_eq!(whole(all.take(rest)), 5);
    }

    #[test]
    fn what_one_part_tells_twice_is_two() {
        let mut all = Gathering::default();
        let twice = page(vec![line("a", 1), line("a", 1)], None, Some(2));
        assert_eq!(whole(all.take(twice)), 2);
    }

    #[test]
    fn what_is_missing_in_the_end_makes_it_begin_anew_and_not_for_ever() {
        let mut all = Gathering::default();
        for _ in 0..BEGINNINGS {
            assert_eq!(all.take(page(vec![line("a", 1)], None, Some(2))), Gathered::Next(None));
        }
        assert_eq!(all.take(page(vec![line("a", 1)], None, Some(2))), Gathered::GivenUp);
        let mut all = Gathering::default();
        all.take(page(vec![line("a", 1)], None, Some(2)));
        assert_eq!(whole(all.take(page(vec![line("a", 1), line("b", 1)], None, Some(2)))), 2);
    }

    #[test]
    fn a_part_that_begins_anew_forgets_what_was_there() {
        let mut all = Gathering::default();
        all.take(page(vec![line("a", 1)], Some("1"), None));
        let anew = LinePage { next: Some("0".into()), anew: true, ..LinePage::default() };
        assert_eq!(all.take(anew), Gathered::Next(Some("0".into())));
        assert_eq!(whole(all.take(page(vec![line("b", 1)], None, None))), 1);
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_not_asked_for_again() {
        let mut all = Gathering::default();
        let told = LinePage {
            warnings: vec!["um lançamento sem valor".into()],
            unread: 1,
            ..page(vec![line("a", 1)], None, Some(2))
        };
        let Gathered::Whole { lines, warnings, unread } = all.take(told) else { unreachable!() };
        assert_eq!((lines.len(), warnings.len(), unread), (1, 1, 1));
    }
}
