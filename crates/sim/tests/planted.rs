//! Defects planted in the engine are caught. A check that never fails proves nothing.

use std::collections::BTreeMap;

use quita_engine::planted::{Bug, plant};
use quita_sim::run;

/// So many seeds are tried for each defect.
const SEEDS: u64 = 60;

/// The share of the seeds, in per cent, that must catch each defect at the least.
const DEFECTS: [(Bug, u64); 5] = [
    (Bug::NoIntent, 5),
    (Bug::BlindRetry, 5),
    (Bug::AsksTooSoon, 5),
    (Bug::SilenceIsRefusal, 5),
    (Bug::CursorBeforeFacts, 1),
];

#[test]
fn every_planted_defect_is_caught() {
    for (bug, least) in DEFECTS {
        plant(Some(bug));
        let mut caught = Vec::new();
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for seed in 0..SEEDS {
            let violations = run(seed).violations;
            if let Some(first) = violations.first() {
                caught.push(seed);
                let kind = first.split(':').next().unwrap_or_default().chars().take(20).collect();
                *kinds.entry(kind).or_default() += 1;
            }
        }
        plant(None);
        let share = caught.len() as u64 * 100 / SEEDS;
        println!(
            "{bug:?}: caught in {share} % of {SEEDS} seeds, first {:?}, {kinds:?}",
            caught.first()
        );
        assert!(share >= least, "{bug:?} was caught in {share} % of the seeds");
    }
}
