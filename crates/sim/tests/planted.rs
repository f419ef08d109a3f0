//! Defects planted in the engine are caught. A check that never fails proves nothing.

use quita_engine::planted::{Bug, plant};
use quita_sim::run;

/// So many seeds are tried for each defect.
const SEEDS: u64 = 40;

/// The share of the seeds, in per cent, that must catch each defect at the least.
const DEFECTS: [(Bug, u64); 7] = [
    (Bug::NoIntent, 5),
    (Bug::BlindRetry, 5),
    (Bug::AsksTooSoon, 5),
    (Bug::SilenceIsRefusal, 5),
    (Bug::NoDedupe, 20),
    (Bug::RowsWithoutKeys, 2),
    (Bug::SentBeforehand, 2),
];

#[test]
fn every_planted_defect_is_caught() {
    for (bug, least) in DEFECTS {
        plant(Some(bug));
        let caught = (0..SEEDS).filter(|seed| !run(*seed).violations.is_empty()).count() as u64;
        plant(None);
        let share = caught * 100 / SEEDS;
        println!("{bug:?}: caught in {share} % of {SEEDS} seeds");
        assert!(share >= least, "{bug:?} was caught in {share} % of the seeds");
    }
}
