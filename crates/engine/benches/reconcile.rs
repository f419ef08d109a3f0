//! A day's statement against all that is open, with the database: SQLite on disk, 10,000 new lines,
//! 200,000 open boletos, and what somebody sees who looks at one line meanwhile.
//!
//! `cargo bench -p quita-engine --bench reconcile`; after `--` how many lines and boletos.
#![expect(clippy::expect_used, reason = "a measurement that fails must stop")]

mod invented;

use std::time::{Duration, Instant};

use invented::Invented;
use quita_core::matching::generator::{Mix, generate};
use quita_core::matching::{Line, Settings, reconcile};
use quita_engine::desk::reconciliation;
use quita_engine::hands::all_cores;
use quita_store::payables::{self, Window};
use quita_store::testing::TestFolder;

fn main() {
    let mut given = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (lines, boletos) = (given.next().unwrap_or(10_000), given.next().unwrap_or(200_000));
    let folder = TestFolder::new();
    let world = generate(Mix::Hard, 2, boletos);
    let step = (world.lines.len() / lines).max(1);
    let lines: Vec<Line> = world.lines.iter().step_by(step).cloned().collect();
    println!("{} lines, {} open boletos", lines.len(), world.receivables.len());
    let made = Invented::new(&folder, &world.receivables, &lines);
    let settings = Settings { hands: all_cores, ..Settings::default() };
    least("the matcher alone", || {
        assert_eq!(reconcile(&lines, &world.receivables, &settings).len(), lines.len());
    });
    least("the boletos read alone", || read(&made));
    look("a look at one line before", &made);
    let (begun, used) = (Instant::now(), processor());
    let done = reconciliation::run(&made.world, &made.account.id).expect("a run");
    let (all, used) = (begun.elapsed(), processor() - used);
    println!("the run: {all:.1?}, processor {used:.1?}, {done:?}");
    look("a look at one line after", &made);
    least("another run over what is left", || {
        reconciliation::run(&made.world, &made.account.id).expect("a run");
    });
}

/// The least of five times, by the clock and of the processor.
fn least(what: &str, mut run: impl FnMut()) {
    let mut times: Vec<(Duration, Duration)> = Vec::new();
    for _ in 0..5 {
        let (begun, used) = (Instant::now(), processor());
        run();
        times.push((begun.elapsed(), processor() - used));
    }
    let clock = times.iter().map(|time| time.0).min().unwrap_or_default();
    let used = times.iter().map(|time| time.1).min().unwrap_or_default();
    println!("{what}: {clock:.1?}, processor {used:.1?}");
}

/// What this process has used of the processor, in steps of ten milliseconds; nothing where Linux
/// does not tell.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

fn read(made: &Invented) {
    let account = made.account.clone();
    let count = made.world.store.read(move |tx| {
        let day = jiff::civil::date(2026, 6, 1);
        let window = Window {
            company_id: &account.company_id,
            account_id: &account.id,
            due_since: day,
            received_from: day,
            received_to: day,
            taken_since: day,
        };
        let mut count = 0;
        payables::all(tx, &window, |_| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    });
    assert!(count.expect("boletos") > 0);
}

/// The first look at a line may read all that is open; those at others recall it.
fn look(what: &str, made: &Invented) {
    let mut times: Vec<Duration> = Vec::new();
    for id in made.lines.iter().step_by((made.lines.len() / 20).max(1)) {
        let begun = Instant::now();
        reconciliation::suggestions(&made.world, &made.actor, id).expect("a look");
        times.push(begun.elapsed());
    }
    let first = times.remove(0);
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{what}: first {first:.1?}, middle of the next {middle:.1?}");
}
