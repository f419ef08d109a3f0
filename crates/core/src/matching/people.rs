//! Receivables by amount, by who owes them, and by the two together; built where lines are left
//! that name none.

use crate::matching::habits::{DayWeights, Payers};
use crate::matching::index::{ByHash, Groups, expected, of_each, places};
use crate::matching::shapes::Shapes;
use crate::matching::weight::decibans;
use crate::matching::{Receivable, State, number, text};

/// What is looked at of every receivable that may fit, close together.
#[derive(Clone, Copy)]
pub(crate) struct Brief {
    /// Decides among equals: a hash of the caller's id.
    pub(crate) key: u64,
    /// A hash of the customer's document; zero for none. Where it is not told, that of the only
    /// customer of the same name.
    pub(crate) document: u64,
    /// Place of the receivable that tells it.
    pub(crate) told_by: u32,
    /// The amount under which it is looked for, in cents.
    pub(crate) expected: i64,
    pub(crate) due: i32,
    /// The last day on which it is paid on time.
    pub(crate) last_day: i32,
    /// Place of the customer's name.
    pub(crate) name: Option<u32>,
    /// Until when just the nominal amount is due: for ever where it has no terms, never where
    /// a discount or an abatement may apply, or where the bank told what was paid.
    pub(crate) plain_until: i32,
}

/// Receivables by amount and by customer.
pub(crate) struct People {
    /// How many receivables there are.
    pub(crate) all: u64,
    pub(crate) briefs: Vec<Brief>,
    /// Amount, due day, place.
    by_amount: Vec<(i64, i32, u32)>,
    /// Those that no line took by its identifier.
    open: Vec<(i64, i32, u32)>,
    pub(crate) by_document: ByHash,
    /// By root of the CNPJ.
    pub(crate) by_root: ByHash,
    /// By what banks show of a document.
    pub(crate) by_shown: ByHash,
    /// By a word of the name and the amount, see [`word_amount`].
    pub(crate) by_word_amount: ByHash,
    /// Words of the distinct customer names.
    pub(crate) names: Groups,
    name_count: u64,
    /// Receivables by place of their name.
    pub(crate) by_name: Groups,
    pub(crate) words: Words,
    /// Receivables whose amount is a multiple of R$ 1, 10, 50, and all.
    pub(crate) round: [u64; 4],
    /// In what ways amounts grow and shrink with the days.
    pub(crate) shapes: Shapes,
    /// How usual each class of days is, in decibans.
    pub(crate) days: DayWeights,
    pub(crate) payers: Payers,
}

/// All words of names.
pub(crate) struct Words {
    /// In order of the alphabet.
    pub(crate) texts: Vec<Box<str>>,
    /// Places by hash.
    by_hash: Vec<(u64, u32)>,
    /// Names by the place of each word.
    names: Groups,
    /// How rare each word is among names, in decibans.
    pub(crate) rare: Vec<i32>,
}

impl Words {
    /// The place of a word.
    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        let hash = number::exact(word);
        let at = self.by_hash.binary_search_by_key(&hash, |&(h, _)| h).ok()?;
        Some(self.by_hash[at].1)
    }

    /// The places of words that begin so.
    pub(crate) fn beginning(&self, start: &str) -> std::ops::Range<u32> {
        let from = self.texts.partition_point(|t| t.as_ref() < start);
        let many = self.texts[from..].partition_point(|t| t.starts_with(start));
        from as u32..(from + many) as u32
    }

    /// The names that have a word.
    pub(crate) fn names(&self, word: u32) -> &[u32] {
        self.names.of(word)
    }
}

impl People {
    pub(crate) fn new(state: &State) -> Self {
        let receivables = state.receivables;
        let (names, name_of, words) = names(receivables);
        let documents = documents(receivables, &name_of, names.len());
        let briefs: Vec<Brief> = receivables
            .iter()
            .enumerate()
            .map(|(at, r)| Brief {
                key: number::exact(&r.id),
                document: documents[at].0,
                told_by: documents[at].1,
                expected: expected(r),
                due: state.index.due[at],
                last_day: state.index.last_day[at],
                name: name_of[at],
                plain_until: plain_until(r, state.index.due[at]),
            })
            .collect();
        let briefs_by_place = || briefs.iter().zip(0_u32..);
        let mut by_amount: Vec<(i64, i32, u32)> =
            briefs_by_place().map(|(b, p)| (b.expected, b.due, p)).collect();
        let key = |place: u32| briefs[place as usize].key;
        by_amount.sort_unstable_by(|a, b| {
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| key(a.2).cmp(&key(b.2)))
        });
        let open = by_amount.iter().copied().filter(|&(_, _, p)| state.taken[p as usize].is_none());
        let open: Vec<(i64, i32, u32)> = open.collect();
        let characters = |r: &Receivable| r.customer_document.as_deref().map(number::document);
        let by_document = || {
            let known = briefs_by_place().filter(|(b, _)| b.document != 0);
            ByHash::new(known.map(|(b, p)| (b.document, p)))
        };
        let by_root = || {
            ByHash::new(places(receivables).filter_map(|(r, p)| {
                let text = characters(r)?;
                Some((number::exact(root(&text)?), p))
            }))
        };
        let by_shown = || {
            ByHash::new(places(receivables).filter_map(|(r, p)| {
                let text = characters(r)?;
                Some((number::exact(shown(&text)?), p))
            }))
        };
        let by_word_amount = || {
            ByHash::new(briefs_by_place().flat_map(|(b, p)| {
                let words = b.name.map_or(&[][..], |name| names.of(name));
                words.iter().map(move |word| (word_amount(*word, b.expected), p))
            }))
        };
        let [by_word_amount, by_document, by_root, by_shown] =
            of_each(state.settings.hands, [&by_word_amount, &by_document, &by_root, &by_shown]);
        let mut round = [0; 4];
        for (amount, ..) in &by_amount {
            for (count, step) in round.iter_mut().zip(ROUND) {
                *count += u64::from(amount % step == 0);
            }
        }
        let name_count = names.len();
        let of_names = briefs_by_place().filter_map(|(b, p)| Some((b.name?, p)));
        let mut people = Self {
            all: receivables.len() as u64,
            by_amount,
            open,
            by_document,
            by_root,
            by_shown,
            by_word_amount,
            by_name: Groups::new(name_count, of_names),
            name_count: name_count as u64,
            names,
            words,
            round,
            shapes: Shapes::new(state),
            days: state.days.weights(),
            payers: Payers::default(),
            briefs,
        };
        people.payers = Payers::learn(state, &people);
        people
    }

    /// Among how many names a payer's is looked for.
    pub(crate) fn crowd(&self) -> u64 {
        self.name_count.max(FEWEST)
    }

    /// How many receivables have an amount between two, the second excluded.
    pub(crate) fn count_between(&self, from: i64, to: i64) -> u64 {
        between(&self.by_amount, (from, i32::MIN), (to, i32::MIN)).len() as u64
    }

    /// How many receivables have exactly this amount.
    pub(crate) fn count_of_amount(&self, amount: i64) -> u64 {
        self.count_between(amount, amount.saturating_add(1))
    }

    /// Open receivables of an amount by due day.
    pub(crate) fn open_of_amount(&self, amount: i64) -> &[(i64, i32, u32)] {
        between(&self.open, (amount, i32::MIN), (amount.saturating_add(1), i32::MIN))
    }

    /// Open receivables between two amounts, both included, that are due between two days.
    pub(crate) fn open_due(
        &self,
        amounts: (i64, i64),
        days: (i32, i32),
    ) -> impl Iterator<Item = usize> + '_ {
        let some = between(&self.open, (amounts.0, days.0), (amounts.1, days.1.saturating_add(1)));
        let due = move |&&(_, due, _): &&(i64, i32, u32)| (days.0..=days.1).contains(&due);
        some.iter().filter(due).map(|&(_, _, place)| place as usize)
    }
}

fn between(all: &[(i64, i32, u32)], from: (i64, i32), to: (i64, i32)) -> &[(i64, i32, u32)] {
    let start = all.partition_point(|&(a, d, _)| (a, d) < from);
    let many = all[start..].partition_point(|&(a, d, _)| (a, d) < to);
    &all[start..start + many]
}

/// The key of a word in a customer's name together with an amount.
pub(crate) fn word_amount(word: u32, amount: i64) -> u64 {
    number::hash(word.to_le_bytes().into_iter().chain(amount.to_le_bytes()))
}

/// Steps of round amounts, in cents.
pub(crate) const ROUND: [i64; 4] = [1, 100, 1_000, 5_000];

fn plain_until(receivable: &Receivable, due: i32) -> i32 {
    match &receivable.terms {
        _ if receivable.received.is_some() => i32::MIN,
        None => i32::MAX,
        Some(terms)
            if terms.earlier.is_empty()
                && terms.discounts.is_empty()
                && terms.abatement == Default::default() =>
        {
            due
        }
        Some(_) => i32::MIN,
    }
}

/// The first eight characters of a CNPJ.
pub(crate) fn root(document: &str) -> Option<&str> {
    (document.len() == 14).then(|| document.get(..8)).flatten()
}

/// What banks show of a document where they hide the rest: six digits of a CPF behind the third,
/// of a CNPJ behind the second.
pub(crate) fn shown(document: &str) -> Option<&str> {
    match document.len() {
        11 => document.get(3..9),
        14 => document.get(2..8),
        _ => None,
    }
}

/// Where there are fewer customers, a name is believed to be as rare as among so many.
const FEWEST: u64 = 2_000;

/// Names whose words are put in order at a time.
const LOT: usize = 100_000;

/// A hash of each receivable's document and the place that tells it, zero for none.
fn documents(receivables: &[Receivable], name_of: &[Option<u32>], names: usize) -> Vec<(u64, u32)> {
    let told: Vec<(u64, u32)> = places(receivables)
        .map(|(r, place)| match r.customer_document.as_deref() {
            Some(text) => (number::hash(number::document_characters(text)), place),
            None => (0, place),
        })
        .collect();
    // Of each name the document, where all that tell one tell the same.
    let mut of_name: Vec<Option<(u64, u32)>> = vec![Some((0, 0)); names];
    for (&(hash, place), name) in told.iter().zip(name_of) {
        let Some(name) = name.filter(|_| hash != 0) else { continue };
        let known = &mut of_name[name as usize];
        match *known {
            Some((other, _)) if other != 0 && other != hash => *known = None,
            Some((0, _)) => *known = Some((hash, place)),
            _ => {}
        }
    }
    let lent = |name: &Option<u32>| name.and_then(|name| of_name[name as usize]);
    let pairs = told.iter().zip(name_of);
    pairs.map(|(&own, name)| if own.0 == 0 { lent(name).unwrap_or(own) } else { own }).collect()
}

/// Words of the distinct names, which name each receivable has, and the words themselves.
fn names(receivables: &[Receivable]) -> (Groups, Vec<Option<u32>>, Words) {
    let mut hashes: Vec<(u64, u32)> = places(receivables)
        .filter_map(|(r, p)| Some((number::hash(r.customer_name.as_deref()?.bytes()), p)))
        .collect();
    hashes.sort_unstable();
    let mut name_of = vec![None; receivables.len()];
    let mut distinct: Vec<Box<str>> = Vec::new();
    let mut last = None;
    for (hash, place) in hashes {
        if last != Some(hash) {
            last = Some(hash);
            let name = receivables[place as usize].customer_name.as_deref().unwrap_or_default();
            distinct.push(text::folded(name).into());
        }
        name_of[place as usize] = Some((distinct.len() - 1) as u32);
    }
    let mut by_hash: Vec<(u64, &str)> = Vec::new();
    for lot in distinct.chunks(LOT) {
        let words = lot.iter().flat_map(|n| text::name_words(n));
        by_hash.extend(words.map(|w| (number::exact(w), w)));
        by_hash.sort_unstable_by_key(|&(hash, _)| hash);
        by_hash.dedup_by_key(|(hash, _)| *hash);
    }
    let mut texts: Vec<(&str, u64)> = by_hash.iter().map(|&(hash, word)| (word, hash)).collect();
    texts.sort_unstable();
    let mut by_hash: Vec<(u64, u32)> =
        texts.iter().zip(0_u32..).map(|(&(_, hash), at)| (hash, at)).collect();
    by_hash.sort_unstable();
    let texts = texts.into_iter().map(|(word, _)| Box::from(word)).collect();
    let mut words =
        Words { texts, by_hash, names: Groups::new(0, std::iter::empty()), rare: Vec::new() };
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for (name, at) in distinct.iter().zip(0_u32..) {
        let from = pairs.len();
        for word in text::name_words(name).filter_map(|w| words.find(w)) {
            if pairs[from..].iter().all(|(_, w)| *w != word) {
                pairs.push((at, word));
            }
        }
    }
    let names = Groups::new(distinct.len(), pairs.iter().copied());
    let turned = pairs.iter().map(|&(name, word)| (word, name));
    words.names = Groups::new(words.texts.len(), turned);
    let all = (distinct.len() as u64).max(FEWEST);
    let rare = |word: u32| decibans(all, words.names(word).len() as u64).max(3);
    words.rare = (0..words.texts.len() as u32).map(rare).collect();
    (names, name_of, words)
}
