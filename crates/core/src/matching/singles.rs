//! Second pass: one line pays one receivable, told by amount, payer and day.

use crate::matching::candidates::{self, Candidate};
use crate::matching::identity::Payer;
use crate::matching::index::{People, pay_days};
use crate::matching::{Confidence, Difference, Match, Reason, State, Verdict, WhyNot, number};

/// What a line would take.
pub(crate) struct Claim {
    pub(crate) line: usize,
    /// The likeliest first.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) confidence: Confidence,
}

/// Candidates that are kept of each line.
const KEPT: usize = 8;

/// Most rounds: each takes what became certain by what the one before took.
const ROUNDS: usize = 6;

/// Matches what is certain, and leaves suggestions for the rest.
pub(crate) fn run(state: &mut State) {
    let mut open: Vec<u32> =
        state.order.iter().copied().filter(|&l| state.decided[l as usize].is_none()).collect();
    if open.is_empty() {
        return;
    }
    let people = state.index.people(&state.settings.calendar);
    let mut claims = claim(state, &people, &open);
    for _ in 0..ROUNDS {
        if settle(state, &claims) == 0 {
            break;
        }
        claims.retain(|c| state.decided[c.line].is_none());
        let stale = |c: &Claim| {
            c.candidates.iter().any(|c| !c.taken && state.taken[c.receivable].is_some())
        };
        open = claims.iter().filter(|c| stale(c)).map(|c| c.line as u32).collect();
        let anew = claim(state, &people, &open);
        let mut anew = anew.into_iter().peekable();
        for old in &mut claims {
            if let Some(new) = anew.next_if(|n| n.line == old.line) {
                *old = new;
            }
        }
    }
    crate::matching::groups::of_customers(state, &people, &claims);
    for claim in &claims {
        let suggested = match state.decided[claim.line].take() {
            None => suggest(state, claim),
            Some(Verdict::Suggested { suggestions: sums, why }) => {
                with_sums(sums, why, suggest(state, claim), state.settings.suggestions)
            }
            Some(decided) => decided,
        };
        state.decided[claim.line] = Some(suggested);
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

/// What each line would take, if it were alone.
fn claim(state: &State, people: &People, open: &[u32]) -> Vec<Claim> {
    let mut days = (jiff::civil::Date::MIN, Vec::new());
    open.iter()
        .map(|&line| {
            let line = line as usize;
            let date = state.lines[line].date;
            if days.0 != date {
                days = (date, pay_days(date, &state.settings.calendar));
            }
            let payer = Payer::of(&state.lines[line], people);
            let mut candidates = candidates::of(state, people, line, &payer, &days.1);
            let confidence = candidates::confidence(&candidates, 0);
            candidates.truncate(KEPT);
            Claim { line, candidates, confidence }
        })
        .collect()
}

/// Accepts what is certain enough although other lines claim as well; answers how many.
fn settle(state: &mut State, claims: &[Claim]) -> usize {
    // How much each line would lose without each of its candidates, in decibans.
    let mut wanted: Vec<(usize, usize, i32)> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        for (place, candidate) in claim.candidates.iter().enumerate() {
            if !candidate.taken && candidate.score > 0 {
                wanted.push((candidate.receivable, at, advantage(claim, place)));
            }
        }
    }
    wanted.sort_unstable();
    let mut accepted = 0;
    for (at, claim) in claims.iter().enumerate() {
        let Some(best) = claim.candidates.first() else { continue };
        if !automatic(state, claim, best) || state.taken[best.receivable].is_some() {
            continue;
        }
        let from = wanted.partition_point(|w| w.0 < best.receivable);
        let mine = advantage(claim, 0);
        let rivals = wanted[from..]
            .iter()
            .take_while(|w| w.0 == best.receivable)
            .filter(|w| w.1 != at && !yields(state, claims, at, w.1, best.receivable))
            .map(|w| mine - w.2);
        let others = candidates::margins(&claim.candidates, 0, best.score);
        let sure = Confidence::against(others.chain(rivals));
        if sure >= state.settings.automatic_from {
            let mut found = candidates::as_match(state, claim.line, best, sure);
            if best.identity.reason.is_none() && !best.number {
                found.reasons.push(Reason::OnlyAmount);
            }
            state.accept(found);
            accepted += 1;
        }
    }
    accepted
}

/// How far one candidate lies above the next best, or above none.
fn advantage(claim: &Claim, place: usize) -> i32 {
    let others = claim.candidates.iter().enumerate().filter(|(i, _)| *i != place);
    claim.candidates[place].score - others.map(|(_, c)| c.score).max().unwrap_or(0).max(0)
}

/// Whether the other line gives way: the same payer's later payment of the same amount, which can
/// pay nothing else. Of a double payment the first one is the payment.
fn yields(state: &State, claims: &[Claim], at: usize, other: usize, receivable: usize) -> bool {
    let (mine, theirs) = (&state.lines[claims[at].line], &state.lines[claims[other].line]);
    let document = |l: &crate::matching::Line| l.payer_document.as_deref().map(number::document);
    let elsewhere = |c: &Candidate| c.receivable != receivable && !c.taken && c.score > 0;
    at < other
        && mine.amount == theirs.amount
        && !claims[other].candidates.iter().any(elsewhere)
        && match (document(mine), document(theirs)) {
            (Some(a), Some(b)) => a == b,
            _ => mine.payer_name.is_some() && mine.payer_name == theirs.payer_name,
        }
}

/// Whether a machine may decide on it at all.
fn automatic(state: &State, claim: &Claim, best: &Candidate) -> bool {
    let amount = match best.fit.difference {
        Difference::Due { .. } => true,
        Difference::NominalOnly => {
            matches!(best.identity.reason, Some(Reason::Document | Reason::Name)) || best.number
        }
        _ => false,
    };
    amount
        && !best.taken
        && (!best.identity.differs || best.number)
        && claim.confidence >= state.settings.automatic_from
}

/// What a person is shown.
fn suggest(state: &State, claim: &Claim) -> Verdict {
    let shown: Vec<Match> = claim
        .candidates
        .iter()
        .enumerate()
        .filter(|(_, c)| c.score > -25 || c.number || c.fit.exact())
        .take(state.settings.suggestions)
        .map(|(at, c)| {
            let sure = candidates::confidence(&claim.candidates, at);
            candidates::as_match(state, claim.line, c, sure)
        })
        .collect();
    let why = why(claim);
    if shown.is_empty() {
        Verdict::Unmatched(if why == WhyNot::AmountDiffers { why } else { WhyNot::Nothing })
    } else {
        Verdict::Suggested { suggestions: shown, why }
    }
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
    } else if claim.confidence.ppm() >= 999_500 {
        WhyNot::Contested
    } else {
        WhyNot::Weak
    }
}
