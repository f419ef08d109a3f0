//! Where receivables are found: sorted arrays.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::matching::hands::{Hands, both, each, map};
use crate::matching::{Line, Receivable, Settings, number};

/// Places by a hash; equal hashes in order of place.
pub(crate) struct ByHash {
    pairs: Vec<(u64, u32)>,
    /// Where the pairs of each value of the highest bits begin.
    starts: Vec<u32>,
    shift: u32,
}

impl ByHash {
    pub(crate) fn new(pairs: impl Iterator<Item = (u64, u32)>) -> Self {
        let mut pairs: Vec<(u64, u32)> = pairs.map(|(h, place)| (mixed(h), place)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let bits = usize::BITS - pairs.len().leading_zeros();
        let shift = u64::BITS - bits.clamp(1, 31);
        let mut starts = vec![0_u32; (1 << (u64::BITS - shift)) + 1];
        for (hash, _) in &pairs {
            starts[(hash >> shift) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { pairs, starts, shift }
    }

    fn of(&self, hash: u64) -> &[(u64, u32)] {
        let hash = mixed(hash);
        let top = (hash >> self.shift) as usize;
        let some = &self.pairs[self.starts[top] as usize..self.starts[top + 1] as usize];
        let from = some.partition_point(|&(h, _)| h < hash);
        let many = some[from..].partition_point(|&(h, _)| h == hash);
        &some[from..from + many]
    }

    /// The places under a hash.
    pub(crate) fn get(&self, hash: u64) -> impl ExactSizeIterator<Item = usize> + '_ {
        self.of(hash).iter().map(|&(_, place)| place as usize)
    }

    /// Whether a place is under a hash.
    pub(crate) fn has(&self, hash: u64, place: usize) -> bool {
        self.of(hash).binary_search_by_key(&place, |&(_, at)| at as usize).is_ok()
    }

    /// How many there are under a hash.
    pub(crate) fn count(&self, hash: u64) -> usize {
        self.of(hash).len()
    }
}

/// Makes some of them, perhaps at the same time.
pub(crate) fn of_each<const N: usize>(
    hands: Hands,
    make: [&(dyn Fn() -> ByHash + Sync); N],
) -> [ByHash; N] {
    let mut made = each(hands, N, |at| make[at]()).into_iter();
    std::array::from_fn(|at| made.next().unwrap_or_else(make[at]))
}

/// Spreads a hash over all bits (the last step of SplitMix64).
pub(crate) const fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
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

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The members of a group.
    pub(crate) fn of(&self, group: u32) -> &[u32] {
        let at = group as usize;
        &self.members[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// The ways to a receivable by what a bank names, and the days.
pub(crate) struct Index {
    /// Due dates as days.
    pub(crate) due: Vec<i32>,
    /// The last day on which each is paid on time.
    pub(crate) last_day: Vec<i32>,
    pub(crate) line_day: Vec<i32>,
    /// By our number, with and without the wallet.
    pub(crate) our_number: ByHash,
    /// The same without the check digit.
    pub(crate) bare_number: ByHash,
    pub(crate) ids: ByHash,
}

impl Index {
    pub(crate) fn new(lines: &[Line], receivables: &[Receivable], settings: &Settings) -> Self {
        let numbers =
            || places(receivables).filter_map(|(r, place)| Some((r.our_number.as_deref()?, place)));
        let our_number = || {
            ByHash::new(numbers().flat_map(|(text, place)| {
                number::forms(text).map(move |(normal, _)| (normal, place))
            }))
        };
        let bare_number = || {
            ByHash::new(numbers().flat_map(|(text, place)| {
                number::forms(text).filter_map(move |(_, bare)| Some((bare?, place)))
            }))
        };
        let ids = || {
            ByHash::new(places(receivables).flat_map(|(r, place)| {
                [&r.txid, &r.end_to_end_id, &r.bank_reference]
                    .into_iter()
                    .filter_map(move |id| Some((number::exact(id.as_deref()?), place)))
            }))
        };
        let days = || {
            let due = map(settings.hands, receivables, |_, r| day_number(r.expiration_date));
            let mut known: BTreeMap<i32, i32> = BTreeMap::new();
            let last_day = receivables.iter().zip(&due).map(|(r, due)| {
                let last = || day_number(settings.calendar.next_business_day(r.expiration_date));
                *known.entry(*due).or_insert_with(last)
            });
            (last_day.collect(), due)
        };
        let ([our_number, bare_number, ids], (last_day, due)) = both(
            settings.hands,
            || of_each(settings.hands, [&our_number, &bare_number, &ids]),
            days,
        );
        Self {
            last_day,
            due,
            line_day: lines.iter().map(|l| day_number(l.date)).collect(),
            our_number,
            bare_number,
            ids,
        }
    }
}

pub(crate) fn places(receivables: &[Receivable]) -> impl Iterator<Item = (&Receivable, u32)> {
    receivables.iter().zip(0_u32..)
}

/// Days since 1 March of year 0 (a civil count; only differences matter).
pub(crate) fn day_number(date: Date) -> i32 {
    let (year, month, day) =
        (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
}

/// The amount under which a receivable is looked for.
pub(crate) fn expected(receivable: &Receivable) -> i64 {
    match receivable.received {
        Some(received) => received.amount.cents(),
        None => receivable.amount.cents(),
    }
}

/// The [`pay_days`] of some days, each once.
pub(crate) fn all_pay_days(
    days: impl Iterator<Item = Date>,
    calendar: &Calendar,
) -> BTreeMap<Date, Vec<Date>> {
    let mut all = BTreeMap::new();
    for day in days {
        all.entry(day).or_insert_with(|| pay_days(day, calendar));
    }
    all
}

/// The days on which money credited on `day` may have been paid: the day itself and back to the
/// second business day before it (a boleto is credited on the next business day, at some banks
/// one later).
pub(crate) fn pay_days(day: Date, calendar: &Calendar) -> Vec<Date> {
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
