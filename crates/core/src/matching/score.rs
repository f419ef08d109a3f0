//! How right the matcher is, where the truth is known.

use std::collections::BTreeMap;

use crate::matching::generator::{Sort, World};
use crate::matching::{Share, Verdict};

/// Counts and cents of one sort of line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines and their cents.
    pub lines: Sum,
    /// Matched without a person, rightly.
    pub right: Sum,
    /// Matched without a person, wrongly.
    pub wrong: Sum,
    /// Left to a person, the right answer among the suggestions.
    pub suggested: Sum,
    /// Left to a person, the right answer not among them.
    pub missed: Sum,
}

/// Some lines and what they are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// In cents, all above zero.
    pub cents: u64,
}

impl Sum {
    fn add(&mut self, cents: u64) {
        self.count += 1;
        self.cents += cents;
    }
}

/// Compares verdicts with the truth, for each sort of line.
///
/// A line that pays nothing is right where no match was made, whatever was suggested.
pub fn score(world: &World, verdicts: &[Verdict]) -> BTreeMap<Sort, Tally> {
    let mut tallies: BTreeMap<Sort, Tally> = BTreeMap::new();
    for ((line, truth), verdict) in world.lines.iter().zip(&world.truth).zip(verdicts) {
        let tally = tallies.entry(truth.sort).or_default();
        let cents = line.amount.cents().unsigned_abs();
        tally.lines.add(cents);
        let matched = |shares: &[Share]| {
            let mut found: Vec<usize> = shares.iter().map(|s| s.receivable).collect();
            let mut wanted = truth.receivables.clone();
            found.sort_unstable();
            wanted.sort_unstable();
            found == wanted
        };
        let place = match verdict {
            Verdict::Matched(found) if matched(&found.shares) => &mut tally.right,
            Verdict::Matched(_) => &mut tally.wrong,
            _ if truth.receivables.is_empty() => &mut tally.right,
            Verdict::Suggested { suggestions, .. }
                if suggestions.iter().any(|s| matched(&s.shares)) =>
            {
                &mut tally.suggested
            }
            _ => &mut tally.missed,
        };
        place.add(cents);
    }
    tallies
}
