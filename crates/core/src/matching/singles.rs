//! Second pass: one line pays one receivable, told by amount, payer and day.

use jiff::civil::Date;

use crate::matching::candidates::{self, Candidate};
use crate::matching::hands::each;
use crate::matching::identity::Payer;
use crate::matching::index::all_pay_days;
use crate::matching::people::People;
use crate::matching::together;
use crate::matching::weight::{ONE, likelihood};
use crate::matching::{Confidence, Difference, Match, Reason, State, Verdict, WhyNot};

/// What a line would take.
pub(crate) struct Claim {
    pub(crate) line: usize,
    /// A hash of the payer's document, where the whole of it is told.
    pub(crate) payer: Option<u64>,
    /// The likeliest first.
    pub(crate) candidates: Vec<Candidate>,
    /// How sure the likeliest were if there were no other lines.
    pub(crate) alone: Confidence,
    /// The likelihood of all candidates that were not kept.
    pub(crate) passed: u128,
}

/// Candidates that are kept of each line.
const KEPT: usize = 8;

/// How sure a match must be for which nothing but amount and day speak: money of other origin may
/// have the amount as well.
const NAMELESS: Confidence = Confidence::from_ppm(999_900);

/// A candidate so many decibans below the best changes nothing when it is gone.
const NEAR: i32 = 25;

/// Most rounds: each takes what became certain by what the one before took.
const ROUNDS: usize = 3;

/// Matches what is certain, and leaves suggestions for the rest.
pub(crate) fn run(state: &mut State) {
    let open: Vec<u32> =
        state.order.iter().copied().filter(|&l| state.decided[l as usize].is_none()).collect();
    if open.is_empty() {
        return;
    }
    let people = People::new(state);
    let mut claims = claim(state, &people, &open);
    for round in 0.. {
        together::weigh(&mut claims, |first, second| same_payer(state, first, second));
        if round == ROUNDS || settle(state, &claims) == 0 {
            break;
        }
        claims.retain(|c| state.decided[c.line].is_none());
        let shown = state.settings.suggestions;
        renew(state, &people, &mut claims, |claim| {
            let near = claim.candidates.first().map_or(0, |best| best.score - NEAR);
            let matters = |at: usize, c: &Candidate| at < shown || c.score >= near;
            claim.candidates.iter().enumerate().any(|(at, c)| matters(at, c) && gone(state, c))
        });
    }
    crate::matching::groups::of_customers(state, &people, &claims);
    for (claim, single) in claims.iter().zip(suggestions(state, &claims)) {
        let suggested = match state.decided[claim.line].take() {
            None => single,
            Some(Verdict::Suggested { suggestions: sums, why }) => {
                with_sums(sums, why, single, state.settings.suggestions)
            }
            Some(decided) => decided,
        };
        state.decided[claim.line] = Some(suggested);
    }
}

/// What a person is shown of each claim.
fn suggestions(state: &State, claims: &[Claim]) -> Vec<Verdict> {
    let lots: Vec<&[Claim]> = claims.chunks(LOT).collect();
    let of_lot = |at: usize| lots[at].iter().map(|c| suggest(state, c)).collect::<Vec<Verdict>>();
    each(state.settings.hands, lots.len(), of_lot).into_iter().flatten().collect()
}

/// Whether another line took it since.
fn gone(state: &State, candidate: &Candidate) -> bool {
    !candidate.taken && state.taken[candidate.receivable].is_some()
}

/// Makes some claims anew, whose candidates others took.
fn renew(state: &State, people: &People, claims: &mut [Claim], stale: impl Fn(&Claim) -> bool) {
    let open: Vec<u32> = claims.iter().filter(|c| stale(c)).map(|c| c.line as u32).collect();
    let mut anew = claim(state, people, &open).into_iter().peekable();
    for old in claims {
        if let Some(new) = anew.next_if(|n| n.line == old.line) {
            *old = new;
        }
    }
}

/// Sums first, then the single ones.
fn with_sums(mut sums: Vec<Match>, why: WhyNot, single: Verdict, most: usize) -> Verdict {
    if let Verdict::Suggested { suggestions, .. } = single {
        sums.extend(suggestions);
    }
    sums.truncate(most);
    Verdict::Suggested { suggestions: sums, why }
}

/// What each line would take, if it were alone. Lines of one amount are looked at one after
/// another: they look at the same receivables.
fn claim(state: &State, people: &People, open: &[u32]) -> Vec<Claim> {
    let mut by_amount: Vec<(i64, u32)> =
        open.iter().zip(0..).map(|(l, at)| (state.lines[*l as usize].amount.cents(), at)).collect();
    by_amount.sort_unstable();
    let dates = open.iter().map(|line| state.lines[*line as usize].date);
    let days = all_pay_days(dates, &state.settings.calendar);
    let lots: Vec<&[(i64, u32)]> = by_amount.chunks(LOT).collect();
    let of_lot = |at: usize| {
        let claim = |&(_, at): &(i64, u32)| {
            let line = open[at as usize] as usize;
            let days = days.get(&state.lines[line].date).map_or(&[][..], |days| days);
            (at, claim_of(state, people, line, days))
        };
        lots[at].iter().map(claim).collect::<Vec<(u32, Claim)>>()
    };
    let lots = each(state.settings.hands, lots.len(), of_lot);
    let mut claims: Vec<(u32, Claim)> = lots.into_iter().flatten().collect();
    claims.sort_unstable_by_key(|(at, _)| *at);
    claims.into_iter().map(|(_, claim)| claim).collect()
}

/// Lines that are looked at in one piece of work.
const LOT: usize = 1_000;

fn claim_of(state: &State, people: &People, line: usize, days: &[Date]) -> Claim {
    let payer = Payer::of(&state.lines[line], people);
    let mut candidates = candidates::of(state, people, line, &payer, days);
    let passed = candidates.drain(candidates.len().min(KEPT)..);
    let passed = passed.map(|c| likelihood(c.score)).sum();
    candidates.shrink_to_fit();
    let all: u128 = candidates.iter().map(|c| likelihood(c.score)).sum();
    let best = candidates.first().map_or(0, |c| likelihood(c.score));
    let alone = Confidence::of(best, all + passed + ONE);
    Claim { line, payer: payer.hash, candidates, alone, passed }
}

/// Accepts what is certain enough; answers how many.
fn settle(state: &mut State, claims: &[Claim]) -> usize {
    let mut accepted = 0;
    for claim in claims {
        let Some(best) = claim.candidates.first() else { continue };
        if !automatic(best) || state.taken[best.receivable].is_some() {
            continue;
        }
        let nameless = best.identity.reason.is_none() && !best.number;
        let enough = if nameless {
            NAMELESS.max(state.settings.automatic_from)
        } else {
            state.settings.automatic_from
        };
        if best.sure >= enough {
            let mut found = candidates::as_match(state, claim.line, best);
            if nameless {
                found.reasons.push(Reason::OnlyAmount);
            }
            state.accept(found);
            accepted += 1;
        }
    }
    accepted
}

/// Whether two lines are equal payments by one payer.
fn same_payer(state: &State, first: &Claim, second: &Claim) -> bool {
    let amount = |claim: &Claim| state.lines[claim.line].amount;
    let name = |claim: &Claim| state.lines[claim.line].payer_name.as_deref();
    amount(first) == amount(second)
        && match (first.payer, second.payer) {
            (Some(a), Some(b)) => a == b,
            _ => name(first).is_some() && name(first) == name(second),
        }
}

/// Whether a machine may decide on it at all.
fn automatic(best: &Candidate) -> bool {
    let amount = match best.fit.difference {
        Difference::Due { .. } => true,
        Difference::NominalOnly => {
            matches!(best.identity.reason, Some(Reason::Document | Reason::Name)) || best.number
        }
        _ => false,
    };
    amount && !best.taken && (best.number || !best.identity.differs && !best.identity.thin)
}

/// What a person is shown.
fn suggest(state: &State, claim: &Claim) -> Verdict {
    let shown: Vec<Match> = shown(claim, state.settings.suggestions)
        .into_iter()
        .map(|at| candidates::as_match(state, claim.line, &claim.candidates[at]))
        .collect();
    let why = why(claim);
    if shown.is_empty() {
        Verdict::Unmatched(if why == WhyNot::AmountDiffers { why } else { WhyNot::Nothing })
    } else {
        Verdict::Suggested { suggestions: shown, why }
    }
}

/// Places of the candidates that a person is shown, the likeliest first: of the payer's that were
/// paid already no more than one, and of those with another amount no more than two, so that who
/// owes just this is shown as well.
fn shown(claim: &Claim, most: usize) -> Vec<usize> {
    let likely = |c: &Candidate| c.score > -25 || c.number || c.fit.exact();
    let (mut taken, mut other_amount) = (0, 0);
    let mut first = Vec::new();
    let mut later = Vec::new();
    for (at, c) in claim.candidates.iter().enumerate().filter(|(_, c)| likely(c)) {
        let crowded = if c.taken {
            taken += 1;
            taken > 1
        } else if !c.fit.exact() {
            other_amount += 1;
            other_amount > 2
        } else {
            false
        };
        if crowded { later.push(at) } else { first.push(at) }
    }
    first.extend(later);
    first.truncate(most);
    first.sort_unstable();
    first
}

/// What stands in the way of the likeliest candidate.
fn why(claim: &Claim) -> WhyNot {
    let Some(best) = claim.candidates.first() else { return WhyNot::Nothing };
    let second = claim.candidates.get(1);
    if best.taken {
        WhyNot::PaidAlready
    } else if best.number && !best.fit.exact() {
        WhyNot::NumberWithoutAmount
    } else if matches!(best.fit.difference, Difference::Short(_) | Difference::Over(_)) {
        WhyNot::AmountDiffers
    } else if best.identity.differs {
        WhyNot::OtherPayer
    } else if second.is_some_and(|s| best.score - s.score < 20 && s.score > 0) {
        WhyNot::Several
    } else if claim.alone.ppm() >= 999_500 {
        WhyNot::Contested
    } else {
        WhyNot::Weak
    }
}
