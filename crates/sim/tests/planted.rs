//! Defects planted in the engine are caught. A check that never fails proves nothing.

use quita_engine::planted::{Bug, plant};
use quita_sim::{Run, itau, itau_months, months, run};

/// So many seeds are tried for each defect.
const SEEDS: u64 = 40;
/// So many of long ones are tried at most: they take longer.
const LONG: u64 = 80;

/// The share of the seeds, in per cent, that must catch each defect at the least.
const DEFECTS: [(Bug, u64); 5] = [
    (Bug::NoIntent, 5),
    (Bug::BlindRetry, 5),
    (Bug::AsksTooSoon, 5),
    (Bug::SilenceIsRefusal, 5),
    (Bug::NoDedupe, 20),
];

/// Those that only a kill in a narrow place shows, in three to six seeds of a hundred: one must catch
/// each.
const RARE: [Bug; 2] = [Bug::RowsWithoutKeys, Bug::SentBeforehand];
/// So many seeds are tried at most for those.
const RARE_SEEDS: u64 = 200;

/// Those of a bank where numbers are ours and payments are told a day later: one seed of Itaú must
/// catch each.
const AT_ITAU: [Bug; 4] = [Bug::TwinIsRefusal, Bug::NumberAnew, Bug::SettledOnce, Bug::NoDedupe];

/// Those of statements, and of what explains their lines: one seed of months must catch each.
const IN_MONTHS: [Bug; 6] = [
    Bug::CursorBeforeLines,
    Bug::NoOverlap,
    Bug::AlikeIsSame,
    Bug::BalanceUnchecked,
    Bug::StatusBeforeMatch,
    Bug::TakesTaken,
];

/// Those of a statement that names no boleto: one seed of months at Itaú must catch each.
const IN_MONTHS_AT_ITAU: [Bug; 2] = [Bug::FeesLeftOpen, Bug::TakesTaken];

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

#[test]
fn every_rare_defect_is_caught() {
    one_catches("the usual runs", run, &RARE, RARE_SEEDS);
}

#[test]
fn every_defect_planted_at_itau_is_caught() {
    one_catches("Itaú", itau, &AT_ITAU, LONG);
}

#[test]
fn every_defect_planted_in_statements_is_caught() {
    one_catches("months", months, &IN_MONTHS, LONG);
}

#[test]
fn every_defect_planted_in_months_at_itau_is_caught() {
    one_catches("months at Itaú", itau_months, &IN_MONTHS_AT_ITAU, LONG);
}

fn one_catches(of: &str, run: fn(u64) -> Run, bugs: &[Bug], most: u64) {
    for bug in bugs {
        let is_wrong = |seed: u64, bug: Option<Bug>| {
            plant(bug);
            let wrong = !run(seed).violations.is_empty();
            plant(None);
            wrong
        };
        // A seed that is wrong by itself catches nothing.
        let caught = (0..most).find(|seed| is_wrong(*seed, Some(*bug)) && !is_wrong(*seed, None));
        println!("{bug:?}: caught by seed {caught:?} of {of}");
        assert!(caught.is_some(), "{bug:?} was caught by none of {most} seeds of {of}");
    }
}
