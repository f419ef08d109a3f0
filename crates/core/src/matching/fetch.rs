//! Which receivables are looked at for a line that names none.

use crate::matching::identity::{Payer, shown_key};
use crate::matching::people::{People, amounts, root, word_amount};
use crate::matching::{State, number};

/// Receivables of one sort that are looked at.
pub(crate) const MOST: usize = 24;

/// Receivables that nothing but the amount speaks for.
const MOST_OF_AMOUNT: usize = 8;

/// Receivables that share words with the payer and have the amount.
const MOST_BY_WORDS: usize = 40;

/// Words of the payer's name that are looked up, the rarest first.
const MOST_WORDS: usize = 4;

/// Receivables of the amount that are passed for being taken.
const MOST_STEPS: usize = 100;

/// Of so many of these words all receivables are looked at, of others where they are few.
const FEWEST_WORDS: usize = 2;
const MANY: usize = 200;

/// Names of which all receivables are looked at.
const FEW_NAMES: usize = 8;

/// What a line is looked up by.
pub(crate) struct Fetch<'a> {
    pub(crate) state: &'a State<'a>,
    pub(crate) people: &'a People,
    pub(crate) line: usize,
    pub(crate) payer: &'a Payer<'a>,
}

impl Fetch<'_> {
    /// Those whose number or other identifier stands in the line, in whatever form.
    pub(crate) fn numbered(&self) -> Vec<usize> {
        let line = &self.state.lines[self.line];
        let index = &self.state.index;
        let mut numbers: Vec<String> = number::in_memo(&line.memo);
        if let Some(told) = line.our_number.as_deref() {
            numbers.extend(number::normal(told));
            numbers.extend(number::without_wallet(told));
            numbers.extend(number::in_memo(told));
        }
        let mut found = Vec::new();
        for n in &numbers {
            found.extend(index.our_number.get(number::exact(n)).take(8));
            found.extend(index.bare_number.get(number::exact(n)).take(8));
            if let Some(bare) = number::bare(n) {
                found.extend(index.our_number.get(number::exact(bare)).take(8));
            }
        }
        for word in line.memo.split(|c: char| !c.is_ascii_alphanumeric()) {
            if word.len() >= 8 {
                found.extend(index.ids.get(number::exact(word)).take(8));
            }
        }
        self.cleared(found)
    }

    /// Those of the payer: by document, by what is shown of it, by who was paid for before, and
    /// where few customers have such a name, by name.
    pub(crate) fn of_payer(&self) -> Vec<usize> {
        let (people, payer) = (self.people, self.payer);
        let mut found = Vec::new();
        if let Some(document) = &payer.document {
            if let Some(hash) = payer.hash {
                self.nearest(people.by_document.get(hash).collect(), &mut found);
                self.nearest(self.namesakes(hash), &mut found);
            } else if let Some(shown) = shown_key(document) {
                self.nearest(people.by_shown.get(shown).collect(), &mut found);
            }
            if let Some(root) = root(document) {
                self.nearest(people.by_root.get(number::exact(root)).collect(), &mut found);
            }
        }
        for customer in &payer.pays_for {
            self.nearest(self.of_customer(*customer), &mut found);
        }
        if payer.names.len() <= FEW_NAMES {
            for name in &payer.names {
                let theirs = people.by_name.of(*name).iter().map(|r| *r as usize);
                self.nearest(theirs.collect(), &mut found);
            }
        }
        self.cleared(found)
    }

    /// Those that tell no document, of customers named like the one with this document.
    fn namesakes(&self, document: u64) -> Vec<usize> {
        let briefs = &self.people.briefs;
        let first = self.people.by_document.get(document).next();
        let Some(name) = first.and_then(|r| briefs[r].name) else { return Vec::new() };
        let theirs = self.people.by_name.of(name).iter().map(|r| *r as usize);
        theirs.filter(|r| briefs[*r].document == 0).collect()
    }

    /// All of the customer who owes one.
    fn of_customer(&self, receivable: usize) -> Vec<usize> {
        let brief = &self.people.briefs[receivable];
        match brief.name {
            _ if brief.document != 0 => self.people.by_document.get(brief.document).collect(),
            Some(name) => self.people.by_name.of(name).iter().map(|r| *r as usize).collect(),
            None => vec![receivable],
        }
    }

    /// Those of the line's amount, perhaps less a fee, whose customers share words with the
    /// payer; of too many those that share most.
    pub(crate) fn by_words(&self) -> Vec<usize> {
        let words = &self.people.words;
        let mut known: Vec<u32> = self.payer.words.iter().filter_map(|w| w.known).collect();
        if known.is_empty() {
            let cut = self.payer.words.iter().filter(|w| w.text.len() >= 3);
            known.extend(cut.flat_map(|w| words.beginning(&w.text).take(40)));
        } else {
            known.sort_unstable_by_key(|w| (words.names(*w).len(), *w));
            known.truncate(MOST_WORDS);
        }
        let index = &self.people.by_word_amount;
        let mut shared: Vec<(usize, usize)> = Vec::new();
        for amount in self.amounts() {
            let mut keys: Vec<u64> = known.iter().map(|w| word_amount(*w, amount)).collect();
            keys.retain(|key| index.count(*key) > 0);
            keys.sort_by_key(|key| index.count(*key));
            let mut places: Vec<usize> = Vec::new();
            let mut others: Vec<u64> = Vec::new();
            for (at, key) in keys.iter().enumerate() {
                // Who shares the more usual words alone is one of many.
                if at < FEWEST_WORDS || places.len() + index.count(*key) <= MANY {
                    places.extend(index.get(*key));
                } else {
                    others.push(*key);
                }
            }
            places.sort_unstable();
            let each = places.chunk_by(|a, b| a == b).map(|same| (same[0], same.len()));
            let mut these: Vec<(usize, usize)> = each.collect();
            of_most_words(&mut these, MANY);
            for (place, words) in &mut these {
                *words += others.iter().filter(|key| index.has(**key, *place)).count();
            }
            shared.append(&mut these);
        }
        of_most_words(&mut shared, MOST_BY_WORDS);
        let mut found = Vec::new();
        self.nearest_of(MOST_BY_WORDS, shared.into_iter().map(|s| s.0).collect(), &mut found);
        self.cleared(found)
    }

    /// Open ones of the line's amount, perhaps less a fee, due nearest to the day.
    pub(crate) fn of_amount(&self) -> Vec<usize> {
        let mut found = Vec::new();
        for amount in self.amounts() {
            self.nearest_of_amount(amount, &mut found);
        }
        self.cleared(found)
    }

    /// Open ones that may have come to the line's amount by fine and interest, or by a discount.
    pub(crate) fn grown(&self) -> Vec<usize> {
        let (amount, day) = (self.amount(), self.state.index.line_day[self.line]);
        let mut found = self.people.shapes.origins(self.people, amount, day);
        found.retain(|r| self.state.taken[*r].is_none());
        if found.len() > MOST_BY_WORDS {
            let words: Vec<u32> = self.payer.words.iter().filter_map(|w| w.known).collect();
            let shares = |r: &usize| {
                let name = self.people.briefs[*r].name;
                name.is_some_and(|n| self.people.names.of(n).iter().any(|w| words.contains(w)))
            };
            let (mut sharing, others): (Vec<usize>, Vec<usize>) =
                found.into_iter().partition(shares);
            self.nearest(others, &mut sharing);
            found = sharing;
        }
        self.cleared(found)
    }

    fn amount(&self) -> i64 {
        self.state.lines[self.line].amount.cents()
    }

    /// The amount of the line, and what it was before each fee.
    fn amounts(&self) -> impl Iterator<Item = i64> {
        amounts(self.state, self.line)
    }

    /// In order, each once, without those that a person refused.
    fn cleared(&self, mut found: Vec<usize>) -> Vec<usize> {
        found.retain(|r| !self.state.rejected(self.line, *r));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn nearest(&self, places: Vec<usize>, found: &mut Vec<usize>) {
        self.nearest_of(MOST, places, found);
    }

    /// So many of the line's amount and due nearest to it.
    fn nearest_of(&self, most: usize, mut places: Vec<usize>, found: &mut Vec<usize>) {
        if places.len() > most {
            let (amount, day) = (self.amount(), self.state.index.line_day[self.line]);
            places.select_nth_unstable_by_key(most - 1, |r| {
                let brief = &self.people.briefs[*r];
                (brief.expected != amount, brief.due.abs_diff(day), brief.key)
            });
            places.truncate(most);
        }
        found.extend(places);
    }

    fn nearest_of_amount(&self, amount: i64, found: &mut Vec<usize>) {
        let day = self.state.index.line_day[self.line];
        let same = self.people.open_of_amount(amount);
        let mut after = same.partition_point(|&(_, due, _)| due < day);
        let mut before = after;
        let most = found.len() + MOST_OF_AMOUNT;
        for _ in 0..MOST_STEPS {
            let back = before.checked_sub(1).map(|b| (day - same[b].1, b));
            let forth = same.get(after).map(|s| (s.1 - day, after));
            let at = match (back, forth) {
                (Some((b, at)), Some((f, _))) if b <= f => {
                    before = at;
                    at
                }
                (_, Some((_, at))) => {
                    after += 1;
                    at
                }
                (Some((_, at)), None) => {
                    before = at;
                    at
                }
                (None, None) => break,
            };
            let place = same[at].2 as usize;
            if self.state.taken[place].is_none() {
                found.push(place);
            }
            if found.len() == most {
                break;
            }
        }
    }
}

/// Keeps those that share most words until there are no more than so many, or all share as many.
fn of_most_words(shared: &mut Vec<(usize, usize)>, most: usize) {
    let mut least = 1;
    while shared.len() > most {
        least += 1;
        if shared.iter().all(|(_, words)| *words < least) {
            break;
        }
        shared.retain(|(_, words)| *words >= least);
    }
}
