//! Receivables by amount, by who owes them, and by the two together; built where lines are left
//! that name none.

use crate::matching::habits::{DayWeights, Payers};
use crate::matching::hands::{Hands, both, each, map};
use crate::matching::index::{ByHash, Groups, expected, mixed, of_each, places};
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
    /// By a word of the name and an amount that a line asks for, see [`word_amount`].
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
        let (receivables, hands) = (state.receivables, state.settings.hands);
        let (names, name_of, words) = names(receivables, hands);
        let documents = documents(receivables, &name_of, names.len(), hands);
        let briefs: Vec<Brief> = map(hands, receivables, |at, r| Brief {
            key: number::exact(&r.id),
            document: documents[at].0,
            told_by: documents[at].1,
            expected: expected(r),
            due: state.index.due[at],
            last_day: state.index.last_day[at],
            name: name_of[at],
            plain_until: plain_until(r, state.index.due[at]),
        });
        let briefs_by_place = || briefs.iter().zip(0_u32..);
        let by_amount = || {
            let all = briefs_by_place().map(|(b, p)| (b.expected, b.due, p));
            let mut all: Vec<(i64, i32, u32)> = all.collect();
            let key = |place: u32| briefs[place as usize].key;
            all.sort_unstable_by(|a, b| {
                (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| key(a.2).cmp(&key(b.2)))
            });
            all
        };
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
        let asked = Asked::new(state);
        let by_word_amount = || {
            let asked = briefs_by_place().filter(|(b, _)| asked.has(b.expected));
            ByHash::new(asked.flat_map(|(b, p)| {
                let words = b.name.map_or(&[][..], |name| names.of(name));
                words.iter().map(move |word| (word_amount(*word, b.expected), p))
            }))
        };
        let ([by_word_amount, by_document, by_root, by_shown], (by_amount, shapes)) = both(
            hands,
            || of_each(hands, [&by_word_amount, &by_document, &by_root, &by_shown]),
            || (by_amount(), Shapes::new(state)),
        );
        let open = by_amount.iter().copied().filter(|&(_, _, p)| state.taken[p as usize].is_none());
        let open: Vec<(i64, i32, u32)> = open.collect();
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
            shapes,
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

/// Names whose words are put in order in one piece of work; in tests few, so that there are many.
const LOT: usize = if cfg!(test) { 100 } else { 10_000 };

/// Amounts that open lines ask for, a bit for each hash: some others pass, which costs only room.
struct Asked {
    bits: Vec<u64>,
}

impl Asked {
    fn new(state: &State) -> Self {
        let open = (0..state.lines.len()).filter(|line| state.decided[*line].is_none());
        let amounts = open.flat_map(|line| amounts(state, line));
        let most = state.lines.len() * (1 + state.fees.len());
        let mut asked = Self { bits: vec![0; (most / 4).next_power_of_two().max(64)] };
        for amount in amounts {
            let (word, bit) = asked.place(amount);
            asked.bits[word] |= bit;
        }
        asked
    }

    fn has(&self, amount: i64) -> bool {
        let (word, bit) = self.place(amount);
        self.bits[word] & bit != 0
    }

    const fn place(&self, amount: i64) -> (usize, u64) {
        let spread = mixed(amount.cast_unsigned());
        ((spread >> 6) as usize & (self.bits.len() - 1), 1 << (spread & 63))
    }
}

/// The amount of a line, and what it was before each fee.
pub(crate) fn amounts(state: &State, line: usize) -> impl Iterator<Item = i64> {
    let fees = std::iter::once(0).chain(state.fees.iter().map(|f| f.cents()));
    let amount = state.lines[line].amount.cents();
    fees.map(move |fee| amount + fee)
}

/// A hash of each receivable's document and the place that tells it, zero for none.
fn documents(
    receivables: &[Receivable],
    name_of: &[Option<u32>],
    names: usize,
    hands: Hands,
) -> Vec<(u64, u32)> {
    let told: Vec<(u64, u32)> =
        map(hands, receivables, |place, r| match r.customer_document.as_deref() {
            Some(text) => (number::hash(number::document_characters(text)), place as u32),
            None => (0, place as u32),
        });
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
fn names(receivables: &[Receivable], hands: Hands) -> (Groups, Vec<Option<u32>>, Words) {
    let hashes = map(hands, receivables, |place, r| {
        Some((number::hash(r.customer_name.as_deref()?.bytes()), place as u32))
    });
    let mut hashes: Vec<(u64, u32)> = hashes.into_iter().flatten().collect();
    hashes.sort_unstable();
    let mut name_of = vec![None; receivables.len()];
    let mut firsts: Vec<u32> = Vec::new();
    let mut last = None;
    for (hash, place) in hashes {
        if last != Some(hash) {
            last = Some(hash);
            firsts.push(place);
        }
        name_of[place as usize] = Some((firsts.len() - 1) as u32);
    }
    let distinct: Vec<Box<str>> = map(hands, &firsts, |_, place| {
        let name = receivables[*place as usize].customer_name.as_deref();
        text::folded(name.unwrap_or_default()).into()
    });
    let lots: Vec<&[Box<str>]> = distinct.chunks(LOT).collect();
    let once = |words: &mut Vec<(u64, &str)>| {
        words.sort_unstable_by_key(|&(hash, _)| hash);
        words.dedup_by_key(|(hash, _)| *hash);
    };
    let by_hash = each(hands, lots.len(), |at| {
        let words = lots[at].iter().flat_map(|n| text::name_words(n));
        let mut words: Vec<(u64, &str)> = words.map(|w| (number::exact(w), w)).collect();
        once(&mut words);
        words
    });
    let mut by_hash = by_hash.concat();
    once(&mut by_hash);
    let mut texts: Vec<(&str, u64)> = by_hash.iter().map(|&(hash, word)| (word, hash)).collect();
    texts.sort_unstable();
    let mut by_hash: Vec<(u64, u32)> =
        texts.iter().zip(0_u32..).map(|(&(_, hash), at)| (hash, at)).collect();
    by_hash.sort_unstable();
    let texts = texts.into_iter().map(|(word, _)| Box::from(word)).collect();
    let mut words =
        Words { texts, by_hash, names: Groups::new(0, std::iter::empty()), rare: Vec::new() };
    let pairs = each(hands, lots.len(), |lot| {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (name, at) in lots[lot].iter().zip((lot * LOT) as u32..) {
            let from = pairs.len();
            for word in text::name_words(name).filter_map(|w| words.find(w)) {
                if pairs[from..].iter().all(|(_, w)| *w != word) {
                    pairs.push((at, word));
                }
            }
        }
        pairs
    });
    let pairs = pairs.concat();
    let names = Groups::new(distinct.len(), pairs.iter().copied());
    let turned = pairs.iter().map(|&(name, word)| (word, name));
    words.names = Groups::new(words.texts.len(), turned);
    let all = (distinct.len() as u64).max(FEWEST);
    let rare = |word: u32| decibans(all, words.names(word).len() as u64).max(3);
    words.rare = (0..words.texts.len() as u32).map(rare).collect();
    (names, name_of, words)
}
