//! Many seeds: faults and crashes never lead to anything wrong.

use quita_sim::{Counts, Run, run};

/// Every place where a process may be killed.
const CRASHES: [&str; 19] = [
    "between",
    "carry.answered",
    "carry.intent",
    "clarify.asked",
    "issue.answered",
    "issue.before_intent",
    "issue.intent",
    "issue.recorded",
    "request.after",
    "request.before",
    "token.kept",
    "webhook.claimed",
    "webhook.fetched",
    "webhook.kept",
    "webhook.recorded",
    "wire.after",
    "wire.before",
    "",
    "",
];

/// One run in so many is run twice.
const TWICE: u64 = 100;

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("QUITA_SEEDS") else { return 0..200 };
    let (from, to) = text.split_once("..").expect("QUITA_SEEDS=from..to");
    from.parse().expect("a number")..to.parse().expect("a number")
}

#[test]
fn nothing_is_ever_wrong() {
    let seeds = seeds();
    let alone = seeds.end - seeds.start == 1;
    let mut counts = Counts::new();
    let mut failed: Vec<Run> = Vec::new();
    for seed in seeds.clone() {
        let run = run(seed);
        if seed % TWICE == 0 || alone {
            assert_eq!(run.hash, quita_sim::run(seed).hash, "seed {seed} went two ways");
        }
        for (what, times) in &run.counts {
            *counts.entry(what.clone()).or_default() += times;
        }
        if alone {
            println!("{}", run.log.join("\n"));
        }
        if !run.violations.is_empty() {
            failed.push(run);
        }
    }
    for (what, times) in &counts {
        println!("{times:>9} {what}");
    }
    report(&failed, alone);
    let all = seeds.end - seeds.start;
    assert!(failed.is_empty(), "{} of {all} seeds failed", failed.len());
    if all >= 200 {
        for point in CRASHES.into_iter().filter(|point| !point.is_empty()) {
            let crashes = counts.get(&format!("crash {point}")).copied().unwrap_or(0);
            assert!(crashes > 0, "no process was killed at {point}");
        }
    }
}

fn report(failed: &[Run], alone: bool) {
    for run in failed {
        println!("seed {} failed:", run.seed);
        for what in &run.violations {
            println!("  {what}");
        }
    }
    if let (Some(first), false) = (failed.first(), alone) {
        println!("event log of seed {}:\n{}", first.seed, first.log.join("\n"));
        println!(
            "again: QUITA_SEEDS={}..{} cargo test -p quita-sim --test seeds -- --nocapture",
            first.seed,
            first.seed + 1
        );
    }
}
