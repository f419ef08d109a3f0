//! Lines that may pay the same receivables, weighed together.
//!
//! A receivable is paid once. What a line may pay is less likely the likelier another line pays
//! it, and the other things a line may pay count less the likelier others pay those. Each line
//! tells each of its receivables how much it wants it, each receivable tells the line how free it
//! is, again and again (sum-product on the graph of lines and receivables: exact where it has no
//! circle, close to it elsewhere).

use crate::matching::candidates::Candidate;
use crate::matching::singles::Claim;
use crate::matching::weight::{Confidence, ONE, divided, likelihood, scaled};

/// How often they tell each other.
const TIMES: usize = 12;

/// That a payment is made twice, where the first one is among the lines; in decibans.
const TWICE: i32 = -30;

/// Lines of one receivable that are looked back at for the first of two payments.
const BACK: usize = 8;

/// A line that may pay a receivable which others may pay as well.
struct Edge {
    receivable: usize,
    claim: usize,
    /// Among the candidates of the claim.
    place: usize,
    likelihood: u128,
    /// How free the receivable is but for this line, as a part of [`ONE`].
    free: u128,
    /// How much the line wants it against all else that it may be, as a part of [`ONE`].
    wanted: u128,
}

/// Gives each candidate its confidence. `same_payer` says whether two claims are of equal payments
/// by one payer; the claims stand in order of days.
pub(crate) fn weigh(claims: &mut [Claim], same_payer: impl Fn(&Claim, &Claim) -> bool) {
    let mut edges = contested(claims);
    // What else each line may be: nothing of ours, or what nobody contests.
    let mut rest: Vec<u128> = claims.iter().map(|claim| ONE + claim.passed).collect();
    for (claim, rest) in claims.iter_mut().zip(&mut rest) {
        for candidate in &mut claim.candidates {
            candidate.free = ONE;
            *rest += likelihood(candidate.score);
        }
    }
    for edge in &edges {
        rest[edge.claim] -= edge.likelihood;
    }
    for of_one in edges.chunk_by(|a, b| a.receivable == b.receivable) {
        for (at, edge) in of_one.iter().enumerate() {
            let first = |e: &Edge| same_payer(&claims[e.claim], &claims[edge.claim]);
            if of_one[at.saturating_sub(BACK)..at].iter().any(first) {
                let score = claims[edge.claim].candidates[edge.place].score;
                rest[edge.claim] += likelihood(score + TWICE);
            }
        }
    }
    let mut by_claim: Vec<usize> = (0..edges.len()).collect();
    by_claim.sort_unstable_by_key(|e| (edges[*e].claim, edges[*e].place));
    let starts: Vec<usize> = (0..by_claim.len())
        .filter(|at| *at == 0 || edges[by_claim[*at]].claim != edges[by_claim[at - 1]].claim)
        .chain([by_claim.len()])
        .collect();
    for _ in 0..TIMES {
        for ends in starts.windows(2) {
            let of_one = &by_claim[ends[0]..ends[1]];
            let parts = of_one.iter().map(|e| scaled(edges[*e].likelihood, edges[*e].free));
            let all = rest[edges[of_one[0]].claim] + parts.sum::<u128>();
            for e in of_one {
                let edge = &mut edges[*e];
                let others = all - scaled(edge.likelihood, edge.free);
                edge.wanted = divided(edge.likelihood, others);
            }
        }
        let mut changed = false;
        for of_one in edges.chunk_by_mut(|a, b| a.receivable == b.receivable) {
            let all = ONE + of_one.iter().map(|e| e.wanted).sum::<u128>();
            for edge in of_one {
                let free = divided(ONE, all - edge.wanted);
                changed |= free.abs_diff(edge.free) > edge.free / 4096;
                edge.free = free;
            }
        }
        if !changed {
            break;
        }
    }
    let mut all = rest;
    for edge in &edges {
        claims[edge.claim].candidates[edge.place].free = edge.free;
        all[edge.claim] += scaled(edge.likelihood, edge.free);
    }
    for (claim, all) in claims.iter_mut().zip(all) {
        for candidate in &mut claim.candidates {
            candidate.sure =
                Confidence::of(scaled(likelihood(candidate.score), candidate.free), all);
        }
        let key = |c: &Candidate| (std::cmp::Reverse(c.sure), std::cmp::Reverse(c.score));
        if !claim.candidates.is_sorted_by_key(key) {
            claim.candidates.sort_by_key(key);
        }
    }
}

/// The candidates of more than one line, by receivable and line.
fn contested(claims: &[Claim]) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        for (place, c) in claim.candidates.iter().enumerate() {
            if !c.taken && c.fit.exact() && c.score > LEAST {
                let likelihood = likelihood(c.score);
                let receivable = c.receivable;
                edges.push(Edge { receivable, claim: at, place, likelihood, free: ONE, wanted: 0 });
            }
        }
    }
    edges.sort_unstable_by_key(|e| (e.receivable, e.claim));
    let alone: Vec<bool> = edges
        .chunk_by(|a, b| a.receivable == b.receivable)
        .flat_map(|of_one| std::iter::repeat_n(of_one.len() == 1, of_one.len()))
        .collect();
    let mut alone = alone.into_iter();
    edges.retain(|_| !alone.next().unwrap_or(false));
    edges
}

/// Who is less likely than this does not contest anything; in decibans.
const LEAST: i32 = -60;
