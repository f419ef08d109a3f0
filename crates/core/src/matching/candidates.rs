//! Which receivables a line without an identifier may pay, and what speaks for each.

use jiff::civil::Date;

use crate::calendar::days_between;
use crate::matching::amount::{Fit, fit};
use crate::matching::identity::{Identity, Payer};
use crate::matching::index::{People, ROUND, day_number, expected};
use crate::matching::weight::{Confidence, decibans};
use crate::matching::{Difference, Match, Reason, Share, State, number};

/// A receivable that a line may pay.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) receivable: usize,
    /// Decibans; zero is as likely as that the line pays none.
    pub(crate) score: i32,
    pub(crate) fit: Fit,
    pub(crate) identity: Identity,
    /// Its number stands in the text.
    pub(crate) number: bool,
    /// Another line paid it.
    pub(crate) taken: bool,
    /// Paid about when it was due.
    pub(crate) timely: bool,
}

/// That a line pays some receivable is three times likelier than that it pays none.
const PAYS: i32 = 5;

/// Candidates of one sort that are looked at.
const MOST: usize = 24;

/// Names of which all receivables are looked at.
const FEW_NAMES: usize = 8;

/// Receivables around an amount that are tried for fine, interest and discount.
const MOST_AROUND: usize = 800;

/// All candidates of a line, the likeliest first.
pub(crate) fn of(
    state: &State,
    people: &People,
    line_at: usize,
    payer: &Payer,
    days: &[Date],
) -> Vec<Candidate> {
    let line = &state.lines[line_at];
    let (numbered, mut places) = named(state, people, line_at, payer);
    let weigh = |r: usize| weigh(state, people, line_at, payer, days, r, numbered.contains(&r));
    let exact = |c: &Candidate| c.fit.exact() && !c.taken;
    let mut found: Vec<Candidate> = places.iter().map(|&r| weigh(r)).collect();
    let known = |c: &Candidate| {
        exact(c) && matches!(c.identity.reason, Some(Reason::Document | Reason::Name))
    };
    // Where the payer owes just this, those of others cannot be meant.
    if !found.iter().any(known) {
        let more = of_amount(state, people, line_at);
        let more: Vec<usize> = more.into_iter().filter(|r| !places.contains(r)).collect();
        found.extend(more.iter().map(|&r| weigh(r)));
        places.extend(more);
    }
    if !found.iter().any(exact) {
        for r in around(state, people, line_at) {
            if places.contains(&r) {
                continue;
            }
            let reading = fit(line.amount, &state.receivables[r], days, &[], state.settings);
            if reading.exact() {
                found.push(weigh(r));
            }
        }
    }
    earliest_first(state, people, &mut found);
    found.sort_by(|a, b| {
        let id = |c: &Candidate| &state.receivables[c.receivable].id;
        (b.score, state.index.due[a.receivable], id(a)).cmp(&(
            a.score,
            state.index.due[b.receivable],
            id(b),
        ))
    });
    found
}

/// Those that the line names somehow: whose number stands in the text, and of the payer.
fn named(
    state: &State,
    people: &People,
    line_at: usize,
    payer: &Payer,
) -> (Vec<usize>, Vec<usize>) {
    let line = &state.lines[line_at];
    let mut numbers: Vec<String> = number::in_memo(&line.memo);
    if let Some(told) = line.our_number.as_deref() {
        // The bank's number in another form: with the wallet before it, with or without digit.
        numbers.extend(number::normal(told));
        numbers.extend(number::in_memo(told));
    }
    let mut numbered = Vec::new();
    for n in &numbers {
        numbered.extend(state.index.our_number.get(number::exact(n)).take(8));
        numbered.extend(state.index.bare_number.get(number::exact(n)).take(8));
        if let Some(bare) = number::bare(n) {
            numbered.extend(state.index.our_number.get(number::exact(bare)).take(8));
        }
    }
    for word in line.memo.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 8) {
        numbered.extend(state.index.ids.get(number::exact(word)).take(8));
    }
    let mut all = numbered.clone();
    if let Some(document) = &payer.document {
        let same: Vec<usize> = people.by_document.get(number::exact(document)).collect();
        all.extend(nearest(state, same, line_at));
        if let Some(root) = crate::matching::index::root(document) {
            let same: Vec<usize> = people.by_root.get(number::exact(root)).collect();
            all.extend(nearest(state, same, line_at));
        }
    }
    all.extend(by_name(state, people, payer, line_at));
    all.retain(|r| !state.rejected(line_at, *r));
    all.sort_unstable();
    all.dedup();
    (numbered, all)
}

/// Open ones of the line's amount, also with a fee of the bank.
fn of_amount(state: &State, people: &People, line_at: usize) -> Vec<usize> {
    let day = state.index.line_day[line_at];
    let fees = std::iter::once(0).chain(state.fees.iter().map(|f| f.cents()));
    let amounts = fees.map(|fee| state.lines[line_at].amount.cents() + fee);
    let mut all: Vec<usize> =
        amounts.flat_map(|amount| nearest_of_amount(state, people, amount, day)).collect();
    all.retain(|r| !state.rejected(line_at, *r));
    all.sort_unstable();
    all.dedup();
    all
}

/// Those of the line's amount and due nearest to it.
fn nearest(state: &State, mut places: Vec<usize>, line_at: usize) -> Vec<usize> {
    if places.len() > MOST {
        let (amount, day) = (state.lines[line_at].amount.cents(), state.index.line_day[line_at]);
        let distance = |r: &usize| {
            let other = expected(&state.receivables[*r]) != amount;
            (other, state.index.due[*r].abs_diff(day), *r)
        };
        places.select_nth_unstable_by_key(MOST - 1, distance);
        places.truncate(MOST);
    }
    places
}

/// Open ones of an amount, due nearest to a day.
fn nearest_of_amount(state: &State, people: &People, amount: i64, day: i32) -> Vec<usize> {
    let same = people.of_amount(amount);
    let mut after = same.partition_point(|&(_, due, _)| due < day);
    let mut before = after;
    let mut found = Vec::new();
    let mut steps = 0;
    while found.len() < MOST && steps < 20 * MOST {
        steps += 1;
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
        if state.taken[place].is_none() {
            found.push(place);
        }
    }
    found
}

/// Those of customers whose names agree best with the payer's.
///
/// Where many agree equally well, all that have the line's amount: to leave out some would make
/// the others look certain.
fn by_name(state: &State, people: &People, payer: &Payer, line_at: usize) -> Vec<usize> {
    let of = |name: &u32| people.by_name.of(*name).iter().map(|r| *r as usize);
    if payer.names.len() <= FEW_NAMES {
        let each = |name| nearest(state, of(name).collect(), line_at);
        return payer.names.iter().flat_map(each).collect();
    }
    let likely = |r: &usize| {
        expected(&state.receivables[*r]) == state.lines[line_at].amount.cents()
            || may_be_due(state, line_at, *r)
    };
    payer.names.iter().flat_map(|name| of(name).filter(likely)).collect()
}

/// Open ones whose amount with fine and interest, or less a discount, may be that of the line.
fn around(state: &State, people: &People, line_at: usize) -> Vec<usize> {
    let amount = state.lines[line_at].amount.cents();
    let near = people.between(amount - amount / 6, amount + amount / 5);
    if near.len() > MOST_AROUND {
        return Vec::new();
    }
    near.iter()
        .map(|&(_, _, place)| place as usize)
        .filter(|&r| state.taken[r].is_none() && may_be_due(state, line_at, r))
        .filter(|&r| !state.rejected(line_at, r))
        .collect()
}

/// Whether the line's amount may be that of a receivable with fine and interest, or less a
/// discount: more than asked is paid late, less is paid early.
fn may_be_due(state: &State, line_at: usize, place: usize) -> bool {
    let (amount, receivable) = (state.lines[line_at].amount.cents(), &state.receivables[place]);
    let Some(terms) = receivable.terms.as_deref() else { return false };
    let asked = expected(receivable);
    let after = state.index.due[place] - state.index.line_day[line_at];
    if asked < amount {
        amount - asked <= asked / 5 && (-75..=0).contains(&after)
    } else {
        asked - amount <= asked / 6
            && (-3..=45).contains(&after)
            && (!terms.discounts.is_empty() || terms.abatement.is_positive())
    }
}

/// What speaks for one receivable.
fn weigh(
    state: &State,
    people: &People,
    line_at: usize,
    payer: &Payer,
    days: &[Date],
    receivable: usize,
    numbered: bool,
) -> Candidate {
    let line = &state.lines[line_at];
    let asked = &state.receivables[receivable];
    let mut fit = fit(line.amount, asked, days, &state.fees, state.settings);
    let identity = payer.compare(receivable, asked, people);
    let rare = rarity(people, line.amount.cents() + fit.fee.cents());
    // A customer's payment of just what the customer owes is hardly for something else.
    let (rare, pays) = match identity.reason {
        Some(Reason::Document) => (rare.max(25), PAYS + 20),
        Some(Reason::Name) => (rare.max(20), PAYS + 15),
        Some(Reason::NamePart) => (rare.max(12), PAYS + 6),
        _ => (rare, PAYS),
    };
    let amount = match fit.difference {
        Difference::Due { .. } if fit.fee.is_positive() => rare - 8,
        Difference::Due { .. } => rare,
        Difference::NominalOnly => rare - 12,
        Difference::Short(off) | Difference::Over(off) => {
            let share = off.cents().saturating_mul(100) / asked.amount.cents().max(1);
            if share <= 6 { -2 } else { -10 }
        }
        Difference::PaidTwice => -10,
    };
    let taken = state.taken[receivable].is_some();
    if taken {
        fit.difference = Difference::PaidTwice;
    }
    let number = if numbered { number_weight(asked) } else { 0 };
    let timing = timing(state, people, receivable, &fit);
    let score = pays - decibans(people.all, 1) + amount + timing + identity.weight + number
        - if taken { 38 } else { 0 };
    Candidate { receivable, score, fit, identity, number: numbered, taken, timely: timing >= 6 }
}

/// How surprising it would be to find this amount by chance.
fn rarity(people: &People, amount: i64) -> i32 {
    let near = people.between(amount - amount / 10, amount + amount / 10 + 1).len() as u64;
    let width = u64::try_from(amount / 5).unwrap_or(0).max(100);
    let class = ROUND.iter().rposition(|step| amount % step == 0).unwrap_or(0);
    let step = ROUND[class].unsigned_abs();
    let spread = decibans(people.all, 1) + decibans(width, near.max(1))
        - decibans(people.round[class].max(1) * step, people.all);
    let same = people.of_amount(amount).len() as u64;
    let by_count = if same > 1 { decibans(people.all, same - 1) } else { i32::MAX };
    spread.min(by_count).clamp(0, 70)
}

/// What a number in the text is worth: each digit divides chance by nearly ten.
fn number_weight(receivable: &crate::matching::Receivable) -> i32 {
    let digits =
        receivable.our_number.as_deref().and_then(number::normal).map_or(10, |n| n.len() as i32);
    8 * digits.min(9)
}

/// How usual it is to pay so long before or after the due date, against any day of a year.
fn timing(state: &State, people: &People, receivable: usize, fit: &Fit) -> i32 {
    let asked = &state.receivables[receivable];
    if let Some(received) = asked.received {
        // The bank told the day itself.
        return match days_between(received.on, fit.paid_on).abs() {
            0 => 15,
            1..=3 => 8,
            _ => -15,
        };
    }
    match day_number(fit.paid_on) - people.last_day[receivable] {
        ..=-121 => -26,
        -120..=-61 => -20,
        -60..=-31 => -10,
        -30..=-16 => 0,
        -15..=-8 => 4,
        -7..=1 => 12,
        2..=5 => 6,
        6..=15 => 2,
        16..=45 => -2,
        46..=120 => -8,
        _ => -16,
    }
}

/// Of equal receivables of one customer that are not late the earliest is paid first, but for rare
/// cases; where they are due within days of each other the order says little. A late one may stay
/// unpaid while others are paid, so it says nothing of them.
fn earliest_first(state: &State, people: &People, found: &mut [Candidate]) {
    let exact: Vec<usize> =
        (0..found.len()).filter(|&at| found[at].fit.exact() && !found[at].taken).collect();
    if exact.len() < 2 {
        return;
    }
    let due = |at: usize| state.index.due[found[at].receivable];
    let customer = |at: usize| {
        let place = found[at].receivable;
        (people.document[place], people.name_of[place])
    };
    let on_time = |at: usize| due(at) >= day_number(found[at].fit.paid_on) - 5;
    let before = |other: usize, me: usize| {
        other != me
            && on_time(other)
            && (due(other), found[other].receivable) < (due(me), found[me].receivable)
            && customer(other) == customer(me)
    };
    let less: Vec<(usize, i32)> = exact
        .iter()
        .filter_map(|&me| {
            let gaps = exact.iter().filter(|&&o| before(o, me)).map(|&o| due(me) - due(o));
            gaps.max().map(|gap| (me, if gap >= 20 { 22 } else { 8 }))
        })
        .collect();
    for (at, penalty) in less {
        found[at].score -= penalty;
    }
}

/// How sure one of some candidates is, against the others and none.
pub(crate) fn confidence(found: &[Candidate], at: usize) -> Confidence {
    let Some(one) = found.get(at) else { return Confidence::from_ppm(0) };
    Confidence::against(margins(found, at, one.score))
}

/// How far all else lies below one candidate.
pub(crate) fn margins(
    found: &[Candidate],
    at: usize,
    score: i32,
) -> impl Iterator<Item = i32> + '_ {
    let others = found.iter().enumerate().filter(move |(i, _)| *i != at);
    others.map(move |(_, c)| score - c.score).chain(std::iter::once(score))
}

/// A candidate as a match.
pub(crate) fn as_match(state: &State, line: usize, c: &Candidate, sure: Confidence) -> Match {
    let fee = c.fit.fee;
    let mut reasons = Vec::new();
    if c.number {
        reasons.push(Reason::NumberInMemo);
    }
    reasons.extend(c.identity.reason);
    match c.fit.difference {
        Difference::Due { .. } if fee.is_positive() => reasons.push(Reason::AmountLessFee),
        Difference::Due { .. } => reasons.push(Reason::Amount),
        _ => {}
    }
    if c.timely {
        reasons.push(Reason::Date);
    }
    let amount = state.lines[line].amount + fee;
    Match {
        line,
        shares: vec![Share { receivable: c.receivable, amount }],
        reasons,
        confidence: sure,
        difference: c.fit.difference,
        fee,
    }
}
