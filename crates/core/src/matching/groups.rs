//! Third pass: one line pays several receivables.

use jiff::civil::Date;

use crate::matching::hands::map;
use crate::matching::identity::Payer;
use crate::matching::index::{day_number, pay_days};
use crate::matching::people::{People, ROUND};
use crate::matching::singles::Claim;
use crate::matching::weight::decibans;
use crate::matching::{
    Confidence, Difference, Match, Reason, Share, State, Verdict, WhyNot, number, text,
};
use crate::money::Money;
use crate::payable::payable;

/// Receivables among which all sums are tried: 2²² of them, halved, are 4,096 sums.
const MOST: usize = 22;

/// Days before and after the line in which receivables may be due that one deposit pays.
const WINDOW: i32 = 40;

/// One receivable as an item of a sum.
#[derive(Clone, Copy)]
struct Item {
    receivable: usize,
    amount: i64,
}

/// Lines of one payer that pay several of one customer's receivables.
pub(crate) fn of_customers(state: &mut State, people: &People, claims: &[Claim]) {
    let open: Vec<usize> = claims
        .iter()
        .filter(|claim| state.decided[claim.line].is_none())
        .filter(|claim| !claim.candidates.iter().any(|c| c.fit.exact() && c.score > 0))
        .map(|claim| claim.line)
        .collect();
    let sums = map(state.settings.hands, &open, |_, line| of_customer(state, people, *line));
    for (line, mut sum) in open.into_iter().zip(sums) {
        // A line before it may have taken some of the same customer's.
        if sum.among.iter().any(|r| state.taken[*r].is_some()) {
            sum = of_customer(state, people, line);
        }
        if let Some(Sum { chosen, fee, sure, identity, certain }) = sum.found {
            decide(state, line, &chosen, fee, sure, identity, certain);
        }
    }
}

/// What one customer has open, and what of it a line may pay.
struct OfCustomer {
    among: Vec<usize>,
    found: Option<Sum>,
}

/// Several receivables that are a line's amount.
struct Sum {
    chosen: Vec<Item>,
    fee: Money,
    sure: Confidence,
    identity: Option<Reason>,
    certain: bool,
}

fn of_customer(state: &State, people: &People, line_at: usize) -> OfCustomer {
    let line = &state.lines[line_at];
    let payer = Payer::of(line, people);
    let among = of_one_customer(state, people, line_at, &payer);
    if !(2..=MOST).contains(&among.len()) {
        return OfCustomer { among, found: None };
    }
    let days = pay_days(line.date, &state.settings.calendar);
    let sum = days.iter().find_map(|day| {
        let items = items(state, &among, *day);
        match solve(&items, line.amount, &state.fees) {
            Sums::One { chosen, fee } => {
                let surprise = surprise(&items, &chosen);
                Some((chosen, fee, surprise))
            }
            _ => None,
        }
    });
    let found = sum.map(|(chosen, fee, surprise)| {
        let identity = payer.compare(chosen[0].receivable, state.receivables, people);
        let by_name = identity.reason == Some(Reason::Name) && chosen.len() <= 4;
        let certain = (by_name || identity.reason == Some(Reason::Document))
            && identity.weight >= 25
            && !in_doubt(state, &among, &chosen);
        let sure = Confidence::against((surprise + 20).min(identity.weight + 20));
        Sum { chosen, fee, sure, identity: identity.reason, certain }
    });
    OfCustomer { among, found }
}

/// Whether equal ones were left out of a sum though they may as well be meant: any, unless they
/// all fall due in a row, and just the first of them were chosen.
fn in_doubt(state: &State, all: &[usize], chosen: &[Item]) -> bool {
    let amount = |r: usize| state.receivables[r].amount;
    let is_chosen = |r: usize| chosen.iter().any(|c| c.receivable == r);
    chosen.iter().any(|c| {
        let twins = all.iter().copied().filter(|r| amount(*r) == amount(c.receivable));
        let mut twins: Vec<(i32, bool)> =
            twins.map(|r| (state.index.due[r], is_chosen(r))).collect();
        twins.sort_unstable();
        let left = twins.iter().any(|(_, chosen)| !chosen);
        let close = |two: &[(i32, bool)]| two[1].0 - two[0].0 < IN_A_ROW;
        left && (twins.windows(2).any(close) || !twins.is_sorted_by(|a, b| a.1 >= b.1))
    })
}

/// Days between instalments, at least.
const IN_A_ROW: i32 = 20;

/// Open receivables of the customer who paid, where that is one.
fn of_one_customer(state: &State, people: &People, line_at: usize, payer: &Payer) -> Vec<usize> {
    let open = |r: &usize| {
        state.taken[*r].is_none()
            && state.receivables[*r].received.is_none()
            && !state.rejected(line_at, *r)
    };
    let by_document: Vec<usize> = payer
        .document
        .as_ref()
        .map(|d| people.by_document.get(number::exact(d)).filter(open).collect())
        .unwrap_or_default();
    if !by_document.is_empty() || payer.words.len() < 2 {
        return by_document;
    }
    let only = only_name(people, payer);
    let theirs = only.map_or(&[][..], |name| people.by_name.of(name));
    theirs.iter().map(|r| *r as usize).filter(open).collect()
}

/// The name that has just the payer's words, where no other has them.
fn only_name(people: &People, payer: &Payer) -> Option<u32> {
    let words: Option<Vec<u32>> = payer.words.iter().map(|w| w.known).collect();
    let words = words?;
    let first = people.words.names(*words.first()?);
    let mut same = first.iter().filter(|n| {
        let theirs = people.names.of(**n);
        theirs.len() == words.len() && words.iter().all(|w| theirs.contains(w))
    });
    let name = same.next()?;
    same.next().is_none().then_some(*name)
}

/// Deposits that name nobody: many boletos at once, by amounts alone.
pub(crate) fn run(state: &mut State) {
    let mut by_due: Vec<(i32, usize)> = (0..state.receivables.len())
        .filter(|&r| state.taken[r].is_none() && state.receivables[r].received.is_none())
        .map(|r| (state.index.due[r], r))
        .collect();
    by_due.sort_unstable();
    for at in 0..state.order.len() {
        let line_at = state.order[at] as usize;
        let line = &state.lines[line_at];
        let open = match &state.decided[line_at] {
            None | Some(Verdict::Unmatched(WhyNot::Nothing | WhyNot::AmountDiffers)) => true,
            Some(Verdict::Suggested { suggestions, .. }) => {
                suggestions.iter().all(|s| !matches!(s.difference, Difference::Due { .. }))
            }
            _ => false,
        };
        let nameless = line.payer_document.is_none() && line.payer_name.is_none();
        if !open || !line.amount.is_positive() || !nameless || !is_collection(&line.memo) {
            continue;
        }
        let day = state.index.line_day[line_at];
        let from = by_due.partition_point(|&(due, _)| due < day - WINDOW);
        let to = by_due.partition_point(|&(due, _)| due <= day + WINDOW);
        let places: Vec<usize> = by_due[from..to]
            .iter()
            .take(MOST * 8)
            .map(|&(_, r)| r)
            .filter(|&r| state.taken[r].is_none() && !state.rejected(line_at, r))
            .collect();
        let days = pay_days(line.date, &state.settings.calendar);
        let mut found: Option<(Vec<Item>, Money, i32)> = None;
        // Of too many any amount can be made.
        let mut several = places.len() > MOST;
        for day in days.into_iter().filter(|_| places.len() <= MOST) {
            let items = items(state, &places, day);
            match solve(&items, line.amount, &state.fees) {
                Sums::One { chosen, fee } => match &found {
                    None => {
                        let surprise = surprise(&items, &chosen);
                        found = Some((chosen, fee, surprise));
                    }
                    Some((before, ..)) if same(before, &chosen) => {}
                    Some(_) => several = true,
                },
                Sums::Several => several = true,
                Sums::None => {}
            }
        }
        match found {
            Some((chosen, fee, surprise)) if !several => {
                let sure = Confidence::against(surprise + 5);
                let certain = sure >= state.settings.automatic_from;
                decide(state, line_at, &chosen, fee, sure, None, certain);
            }
            _ if several => {
                if let Some(Verdict::Suggested { why, .. }) = &mut state.decided[line_at] {
                    *why = WhyNot::SeveralSums;
                } else {
                    state.decided[line_at] = Some(Verdict::Unmatched(WhyNot::SeveralSums));
                }
            }
            _ => {}
        }
    }
}

/// Whether a bank's text speaks of boletos that it collected, and not of one who paid.
fn is_collection(memo: &str) -> bool {
    text::has_word_of(memo, &["COBR", "LIQ", "TITULO", "BOLETO", "RECEB", "DEP"])
        && !text::has_word_of(memo, &["PIX", "TED", "TEF", "TRANSF", "DINHEIRO", "CHEQUE"])
}

/// How surprising it would be that some of anybody's receivables add up to an amount by chance, in
/// decibans: one of 2ⁿ sums hits one of as many amounts as there are up to it. Of round amounts there
/// are fewer, so a sum of round ones hits one sooner: then only those among these count.
fn surprise(items: &[Item], chosen: &[Item]) -> i32 {
    let amount: i64 = chosen.iter().map(|item| item.amount).sum();
    let of_step = |step: &i64| {
        let as_round = items.iter().filter(|item| item.amount % step == 0).count();
        decibans((amount / step).unsigned_abs(), 1 << as_round)
    };
    ROUND.iter().filter(|step| amount % **step == 0).map(of_step).min().unwrap_or(0)
}

fn same(a: &[Item], b: &[Item]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.receivable == y.receivable)
}

/// What each receivable asked for on a day.
fn items(state: &State, places: &[usize], day: Date) -> Vec<Item> {
    let settings = state.settings;
    let mut items: Vec<Item> = places
        .iter()
        .map(|&receivable| {
            let r = &state.receivables[receivable];
            let amount = match &r.terms {
                None => r.amount,
                Some(terms) => {
                    let (calendar, rules) = (&settings.calendar, settings.rules);
                    payable(r.amount, r.expiration_date, terms, day, calendar, rules).total
                }
            };
            Item { receivable, amount: amount.cents() }
        })
        .collect();
    // Of equal ones those that are not late are paid first, the earliest before the others.
    let today = day_number(day);
    items.sort_by_key(|i| {
        let due = state.index.due[i.receivable];
        let late = due < today - 5;
        let order = if late { today - due } else { due };
        (i.amount, late, order, &state.receivables[i.receivable].id)
    });
    items
}

/// The sets of two or more that add up.
enum Sums {
    None,
    One { chosen: Vec<Item>, fee: Money },
    Several,
}

/// Looks for sets of at least two items that add up to an amount plus a fee for each.
///
/// Meet in the middle: the sums of one half are looked up among those of the other. `items` stand by
/// amount and likelihood; of equal ones the first are taken, and that counts as one way.
fn solve(items: &[Item], amount: Money, fees: &[Money]) -> Sums {
    if items.len() > MOST || items.len() < 2 {
        return if items.len() > MOST { Sums::Several } else { Sums::None };
    }
    let mut found: Option<(u32, Money)> = None;
    for fee in std::iter::once(Money::ZERO).chain(fees.iter().copied()) {
        let net: Vec<i64> = items.iter().map(|i| i.amount - fee.cents()).collect();
        let (left, right) = net.split_at(net.len() / 2);
        let mut sums: Vec<(i64, u32)> = subsets(left);
        sums.sort_unstable();
        for (sum, set) in subsets(right) {
            let rest = amount.cents() - sum;
            let from = sums.partition_point(|&(s, _)| s < rest);
            for &(_, other) in sums[from..].iter().take_while(|&&(s, _)| s == rest) {
                let chosen = other | (set << left.len());
                let skips = |at: usize| {
                    let has = |at: usize| chosen >> at & 1 == 1;
                    items[at].amount == items[at - 1].amount && has(at) && !has(at - 1)
                };
                if chosen.count_ones() < 2 || (1..items.len()).any(skips) {
                    continue;
                }
                if found.is_some() {
                    return Sums::Several;
                }
                found = Some((chosen, fee));
            }
        }
    }
    match found {
        None => Sums::None,
        Some((set, fee)) => Sums::One {
            chosen: (0..items.len()).filter(|at| set >> at & 1 == 1).map(|at| items[at]).collect(),
            fee,
        },
    }
}

/// All sums, with the sets they are of.
fn subsets(amounts: &[i64]) -> Vec<(i64, u32)> {
    let mut sums = vec![(0, 0)];
    for (at, amount) in amounts.iter().enumerate() {
        for i in 0..sums.len() {
            let (sum, set): (i64, u32) = sums[i];
            sums.push((sum.saturating_add(*amount), set | 1 << at));
        }
    }
    sums
}

/// Writes a sum down: as a match where it is certain, else as the first suggestion.
fn decide(
    state: &mut State,
    line: usize,
    chosen: &[Item],
    fee: Money,
    confidence: Confidence,
    identity: Option<Reason>,
    certain: bool,
) {
    let shares: Vec<Share> = chosen
        .iter()
        .map(|i| Share { receivable: i.receivable, amount: Money::from_cents(i.amount) })
        .collect();
    let nominal: Money = chosen.iter().map(|i| state.receivables[i.receivable].amount).sum();
    let paid: Money = shares.iter().map(|s| s.amount).sum();
    let mut reasons = vec![Reason::OnlySum];
    reasons.extend(identity);
    let found = Match {
        line,
        shares,
        reasons,
        confidence,
        difference: Difference::Due { over_nominal: paid - nominal },
        fee: Money::from_cents(fee.cents() * chosen.len() as i64),
    };
    if certain && confidence >= state.settings.automatic_from {
        state.accept(found);
        return;
    }
    let mut suggestions = match state.decided[line].take() {
        Some(Verdict::Suggested { suggestions, .. }) => suggestions,
        _ => Vec::new(),
    };
    suggestions.insert(0, found);
    suggestions.truncate(state.settings.suggestions.max(1));
    state.decided[line] = Some(Verdict::Suggested { suggestions, why: WhyNot::Weak });
}
