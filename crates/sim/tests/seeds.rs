//! Many seeds: faults and crashes never lead to anything wrong.
#![expect(clippy::expect_used, reason = "a wrong QUITA_SEEDS must fail")]

use quita_sim::{Counts, Run, run};

/// Every place where a process may be killed.
const CRASHES: [&str; 22] = [
    "batch.issued",
    "between",
    "carry.answered",
    "carry.intent",
    "clarify.asked",
    "contract.issued",
    "contract.opened",
    "follow.answered",
    "issue.answered",
    "issue.before_intent",
    "issue.intent",
    "issue.recorded",
    "mail.sent",
    "request.after",
    "request.before",
    "token.kept",
    "webhook.claimed",
    "webhook.fetched",
    "webhook.kept",
    "webhook.recorded",
    "wire.after",
    "wire.before",
];

/// One run in so many is run twice.
const TWICE: u64 = 100;

/// Seeds of long runs that showed a defect once: the clock set forward ended a silence too early
/// (5382); a worker whose lease had ended put an item on the list that was settled already
/// (5633 to 6028); what is looked at once a day needed more than a day of rest (7123).
const FOUND: [u64; 6] = [5382, 5633, 5655, 5848, 6028, 7123];

fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("QUITA_SEEDS") else { return (0..200).chain(FOUND).collect() };
    let (from, to) = text.split_once("..").expect("QUITA_SEEDS=from..to");
    let number = |text: &str| text.parse::<u64>().expect("QUITA_SEEDS=from..to");
    (number(from)..number(to)).collect()
}

#[test]
fn nothing_is_ever_wrong() {
    let seeds = seeds();
    let count = seeds.len() as u64;
    let mut counts = Counts::new();
    let mut failed: Vec<Run> = Vec::new();
    for seed in seeds {
        let run = run(seed);
        if seed % TWICE == 0 || count == 1 {
            assert_eq!(run.hash, quita_sim::run(seed).hash, "seed {seed} went two ways");
        }
        for (what, times) in &run.counts {
            *counts.entry(what.clone()).or_default() += times;
        }
        if count == 1 {
            println!("{}", run.log.join("\n"));
        }
        if !run.violations.is_empty() {
            failed.push(run);
        }
    }
    for (what, times) in &counts {
        println!("{times:>9} {what}");
    }
    report(&failed, count);
    assert!(failed.is_empty(), "{} of {count} seeds failed", failed.len());
    every_crash_happened(&counts, count);
}

/// Says how to see each failed run again, and what happened in the first.
fn report(failed: &[Run], count: u64) {
    for run in failed {
        let (seed, next) = (run.seed, run.seed + 1);
        println!(
            "seed {seed} failed, again with \
             QUITA_SEEDS={seed}..{next} cargo test -p quita-sim --test seeds -- --nocapture"
        );
        for what in &run.violations {
            println!("  {what}");
        }
    }
    if let Some(first) = failed.first().filter(|_| count > 1) {
        println!("event log of seed {}:\n{}", first.seed, first.log.join("\n"));
    }
}

/// A place that no run was killed at proves nothing, nor does one that nobody listed.
fn every_crash_happened(counts: &Counts, count: u64) {
    for what in counts.keys().filter_map(|what| what.strip_prefix("point ")) {
        assert!(CRASHES.contains(&what), "{what} is not in the list");
    }
    if count < 200 {
        return;
    }
    for point in CRASHES {
        let crashes = counts.get(&format!("crash {point}")).copied().unwrap_or(0);
        assert!(crashes > 0, "no process was killed at {point}");
    }
}
