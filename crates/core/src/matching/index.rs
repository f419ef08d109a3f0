//! Where receivables are found: sorted arrays, searched by halves.

use std::collections::{BTreeMap, BTreeSet};

use crate::calendar::Calendar;
use crate::matching::{Line, Receivable, number, text};

/// Places by a hash; equal hashes in order of place.
pub(crate) struct ByHash(Vec<(u64, u32)>);

impl ByHash {
    pub(crate) fn new(pairs: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut pairs: Vec<(u64, u32)> = pairs.collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    /// The places under a hash.
    pub(crate) fn get(&self, hash: u64) -> impl ExactSizeIterator<Item = usize> + '_ {
        let from = self.0.partition_point(|&(h, _)| h < hash);
        let count = self.0[from..].iter().take_while(|&&(h, _)| h == hash).count();
        self.0[from..from + count].iter().map(|&(_, place)| place as usize)
    }

    /// How many there are under a hash, without counting beyond `most`.
    pub(crate) fn count(&self, hash: u64, most: usize) -> usize {
        let from = self.0.partition_point(|&(h, _)| h < hash);
        self.0[from..].iter().take(most).take_while(|&&(h, _)| h == hash).count()
    }
}

/// Members of groups that are numbered from zero.
pub(crate) struct Groups {
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    /// Of pairs of group and member; the members of a group stay in order.
    pub(crate) fn new(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for (group, _) in pairs.clone() {
            starts[group as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut members = vec![0; starts.last().map_or(0, |n| *n as usize)];
        for (group, member) in pairs {
            let at = &mut next[group as usize];
            members[*at as usize] = member;
            *at += 1;
        }
        Self { starts, members }
    }

    /// The members of a group.
    pub(crate) fn of(&self, group: u32) -> &[u32] {
        let at = group as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// All ways to a receivable.
pub(crate) struct Index<'a> {
    receivables: &'a [Receivable],
    /// Due dates as days, and those of the lines.
    pub(crate) due: Vec<i32>,
    pub(crate) line_day: Vec<i32>,
    pub(crate) our_number: ByHash,
    pub(crate) bare_number: ByHash,
    pub(crate) ids: ByHash,
}

impl<'a> Index<'a> {
    pub(crate) fn new(lines: &'a [Line], receivables: &'a [Receivable]) -> Self {
        let numbers = || {
            places(receivables)
                .filter_map(|(r, place)| Some((number::normal(r.our_number.as_deref()?)?, place)))
        };
        let our_number = ByHash::new(numbers().map(|(n, place)| (number::exact(&n), place)));
        let bare_number = ByHash::new(
            numbers().filter_map(|(n, place)| Some((number::exact(number::bare(&n)?), place))),
        );
        let ids = ByHash::new(places(receivables).flat_map(|(r, place)| {
            [&r.txid, &r.end_to_end_id, &r.bank_reference]
                .into_iter()
                .filter_map(move |id| Some((number::exact(id.as_deref()?), place)))
        }));
        Self {
            receivables,
            due: receivables.iter().map(|r| day_number(r.expiration_date)).collect(),
            line_day: lines.iter().map(|l| day_number(l.date)).collect(),
            our_number,
            bare_number,
            ids,
        }
    }

    /// The ways that need more work, built where lines are left that name nothing.
    pub(crate) fn people(&self, calendar: &Calendar) -> People {
        People::new(self.receivables, &self.due, calendar)
    }
}

fn places(receivables: &[Receivable]) -> impl Iterator<Item = (&Receivable, u32)> {
    receivables.iter().zip(0_u32..)
}

/// Days since 1 March of year 0 (a civil count; only differences matter).
pub(crate) fn day_number(date: jiff::civil::Date) -> i32 {
    let (year, month, day) =
        (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
}

/// Receivables by amount and by customer.
pub(crate) struct People {
    /// How many receivables there are.
    pub(crate) all: u64,
    /// The last day on which each is paid on time.
    pub(crate) last_day: Vec<i32>,
    /// Amount, due day, place.
    pub(crate) by_amount: Vec<(i64, i32, u32)>,
    pub(crate) by_document: ByHash,
    /// A hash of each receivable's customer document.
    pub(crate) document: Vec<Option<u64>>,
    /// By root of the CNPJ.
    pub(crate) by_root: ByHash,
    /// Distinct customer names.
    pub(crate) names: Vec<Name>,
    /// Place of the name of each receivable.
    pub(crate) name_of: Vec<Option<u32>>,
    /// Receivables by place of their name.
    pub(crate) by_name: Groups,
    pub(crate) words: Words,
    /// Receivables whose amount is a multiple of R$ 1, 10, 50, and all.
    pub(crate) round: [u64; 4],
}

/// A customer's name as words.
pub(crate) struct Name {
    pub(crate) words: Vec<u32>,
}

/// All words of names.
pub(crate) struct Words {
    /// In order of the alphabet.
    pub(crate) texts: Vec<Box<str>>,
    /// Names by the place of each word.
    names: Groups,
}

impl Words {
    /// The place of a word.
    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        self.texts.binary_search_by(|t| t.as_ref().cmp(word)).ok().map(|at| at as u32)
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
    fn new(receivables: &[Receivable], due: &[i32], calendar: &Calendar) -> Self {
        let mut known: BTreeMap<i32, i32> = BTreeMap::new();
        let last_day = receivables
            .iter()
            .zip(due)
            .map(|(r, due)| {
                let last = || day_number(calendar.next_business_day(r.expiration_date));
                *known.entry(*due).or_insert_with(last)
            })
            .collect();
        let mut by_amount: Vec<(i64, i32, u32)> =
            places(receivables).map(|(r, p)| (expected(r), due[p as usize], p)).collect();
        by_amount.sort_unstable();
        let document: Vec<Option<u64>> = receivables
            .iter()
            .map(|r| {
                let text = r.customer_document.as_deref()?;
                Some(number::hash(number::document_characters(text)))
            })
            .collect();
        let by_document =
            ByHash::new((0_u32..).zip(&document).filter_map(|(p, d)| Some(((*d)?, p))));
        let by_root = ByHash::new(places(receivables).filter_map(|(r, p)| {
            let text = r.customer_document.as_deref()?;
            let long = number::document_characters(text).count() == 14;
            let root = number::document_characters(text).take(8);
            long.then(|| (number::hash(root), p))
        }));
        let mut round = [0; 4];
        for (amount, ..) in &by_amount {
            for (count, step) in round.iter_mut().zip(ROUND) {
                *count += u64::from(amount % step == 0);
            }
        }
        let (names, name_of, words) = names(receivables);
        let by_name = Groups::new(
            names.len(),
            (0_u32..).zip(&name_of).filter_map(|(p, name)| Some(((*name)?, p))),
        );
        Self {
            all: receivables.len() as u64,
            last_day,
            by_amount,
            by_document,
            document,
            by_root,
            names,
            name_of,
            by_name,
            words,
            round,
        }
    }

    /// The places in `by_amount` between two amounts, the second excluded.
    pub(crate) fn between(&self, from: i64, to: i64) -> &[(i64, i32, u32)] {
        let start = self.by_amount.partition_point(|&(a, ..)| a < from);
        let end = self.by_amount.partition_point(|&(a, ..)| a < to);
        &self.by_amount[start..end.max(start)]
    }

    /// Receivables of exactly this amount, by due day.
    pub(crate) fn of_amount(&self, amount: i64) -> &[(i64, i32, u32)] {
        self.between(amount, amount.saturating_add(1))
    }
}

/// Steps of round amounts, in cents.
pub(crate) const ROUND: [i64; 4] = [1, 100, 1_000, 5_000];

/// The amount under which a receivable is looked for.
pub(crate) fn expected(receivable: &Receivable) -> i64 {
    match receivable.received {
        Some(received) => received.amount.cents(),
        None => receivable.amount.cents(),
    }
}

/// The first eight characters of a CNPJ.
pub(crate) fn root(document: &str) -> Option<&str> {
    (document.len() == 14).then(|| document.get(..8)).flatten()
}

/// Distinct names, which one each receivable has, and their words.
fn names(receivables: &[Receivable]) -> (Vec<Name>, Vec<Option<u32>>, Words) {
    let mut hashes: Vec<(u64, u32)> = places(receivables)
        .filter_map(|(r, p)| Some((number::hash(r.customer_name.as_deref()?.bytes()), p)))
        .collect();
    hashes.sort_unstable();
    let mut name_of = vec![None; receivables.len()];
    let mut distinct: Vec<String> = Vec::new();
    let mut last = None;
    for (hash, place) in hashes {
        if last != Some(hash) {
            last = Some(hash);
            let name = receivables[place as usize].customer_name.as_deref().unwrap_or_default();
            distinct.push(text::folded(name));
        }
        name_of[place as usize] = Some((distinct.len() - 1) as u32);
    }
    let texts: Vec<&str> = distinct
        .iter()
        .flat_map(|n| text::name_words(n))
        .collect::<BTreeSet<&str>>()
        .into_iter()
        .collect();
    let texts: Vec<Box<str>> = texts.into_iter().map(Box::from).collect();
    let mut words = Words { texts, names: Groups::new(0, std::iter::empty()) };
    let names: Vec<Name> = distinct
        .iter()
        .map(|n| Name { words: text::name_words(n).filter_map(|w| words.find(w)).collect() })
        .collect();
    let pairs = (0_u32..).zip(&names).flat_map(|(at, name)| {
        let first = |(i, w): &(usize, &u32)| !name.words[..*i].contains(w);
        name.words.iter().enumerate().filter(first).map(move |(_, w)| (*w, at))
    });
    words.names = Groups::new(words.texts.len(), pairs);
    (names, name_of, words)
}

/// The days on which money credited on `day` may have been paid: the day itself and back to the
/// second business day before it (a boleto is credited on the next business day, at some banks
/// one later).
pub(crate) fn pay_days(day: jiff::civil::Date, calendar: &Calendar) -> Vec<jiff::civil::Date> {
    let first = calendar.add_business_days(day, -2);
    let mut days = vec![day];
    let mut at = day;
    while at > first {
        let Ok(before) = at.yesterday() else { break };
        at = before;
        days.push(at);
    }
    days
}
