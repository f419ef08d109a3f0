//! What lines that name their receivable teach of those that name none: when customers pay, and
//! who pays for whom.

use crate::matching::identity::name_key;
use crate::matching::people::People;
use crate::matching::weight::decibans;
use crate::matching::{State, Verdict, number};

/// First days after the last day in time, below zero before it, of each class but the first.
const CLASSES: [i32; 12] = [-120, -60, -30, -15, -7, -3, 0, 2, 6, 16, 46, 121];

/// Of ten thousand payments so many fall into each class, where nothing was learned.
const USUAL: [u64; 13] = [3, 7, 40, 200, 700, 1_600, 2_700, 3_600, 700, 300, 120, 25, 5];

/// So many payments are believed to have been as usual, besides those that were seen.
const BELIEVED: u64 = 60;

/// Days that the first and the last class are taken for.
const OPEN_ENDED: i32 = 120;

/// What each class of days is worth, in decibans.
pub(crate) type DayWeights = [i32; CLASSES.len() + 1];

/// Days of payment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Days {
    seen: [u64; CLASSES.len() + 1],
}

impl Days {
    /// Somebody paid so many days after the last day in time.
    pub(crate) fn learn(&mut self, after: i32) {
        self.seen[class(after)] += 1;
    }

    /// How usual it is to pay so many days after the last day in time, against any day of a year;
    /// in decibans.
    pub(crate) fn weights(&self) -> DayWeights {
        let all: u64 = self.seen.iter().sum::<u64>() + BELIEVED;
        std::array::from_fn(|class| {
            let first = class.checked_sub(1).map_or(CLASSES[0] - OPEN_ENDED, |c| CLASSES[c]);
            let next = CLASSES.get(class).copied().unwrap_or(first + OPEN_ENDED);
            let width = u64::from(first.abs_diff(next)).max(1);
            // Ten thousandths, so that what was believed keeps its parts.
            let share = self.seen[class] * 10_000 + USUAL[class] * BELIEVED;
            decibans(share * 365, all * width * 10_000).clamp(-36, 18)
        })
    }
}

/// The place in [`Days::weights`] of so many days.
pub(crate) fn class(after: i32) -> usize {
    CLASSES.partition_point(|first| *first <= after)
}

/// Who paid for somebody else: a hash of the payer, and a receivable of the customer.
#[derive(Default)]
pub(crate) struct Payers(Vec<(u64, u32)>);

/// Customers of one payer that are looked at.
const MOST_CUSTOMERS: usize = 4;

impl Payers {
    /// Learns from the lines that were matched by identifier.
    pub(crate) fn learn(state: &State, people: &People) -> Self {
        let mut pairs = Vec::new();
        for (line, verdict) in state.lines.iter().zip(&state.decided) {
            let Some(Verdict::Matched(found)) = verdict else { continue };
            let [share] = found.shares.as_slice() else { continue };
            let customer = &people.briefs[share.receivable];
            let theirs = &state.receivables[share.receivable].customer_name;
            if line.payer_document.is_none() && line.payer_name == *theirs {
                continue;
            }
            let document = line.payer_document.as_deref().and_then(document_key);
            let name = line.payer_name.as_deref().and_then(name_key);
            if document == Some(customer.document)
                || name.is_some() && name == theirs.as_deref().and_then(name_key)
            {
                continue;
            }
            let keys = [document, name];
            pairs.extend(keys.into_iter().flatten().map(|key| (key, share.receivable as u32)));
        }
        let customer = |r: u32| {
            let brief = &people.briefs[r as usize];
            (brief.document, brief.name)
        };
        let key = |r: u32| people.briefs[r as usize].key;
        pairs.sort_unstable_by_key(|&(payer, r)| (payer, customer(r), key(r)));
        pairs.dedup_by_key(|&mut (payer, r)| (payer, customer(r)));
        Self(pairs)
    }

    /// A receivable of each customer that somebody paid for; none where there are too many to
    /// say anything.
    pub(crate) fn customers(&self, document: Option<u64>, name: Option<&str>) -> Vec<usize> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return found;
        }
        for key in [document, name.and_then(name_key)].into_iter().flatten() {
            let from = self.0.partition_point(|&(k, _)| k < key);
            let some = self.0[from..].iter().take_while(|&&(k, _)| k == key);
            found.extend(some.take(MOST_CUSTOMERS + 1).map(|&(_, r)| r as usize));
        }
        if found.len() > 2 * MOST_CUSTOMERS { Vec::new() } else { found }
    }
}

/// A hash of a document, unless a part of it is hidden.
pub(crate) fn document_key(text: &str) -> Option<u64> {
    let document = number::document(text);
    (document.len() >= 11 && !document.contains('*')).then(|| number::exact(&document))
}
