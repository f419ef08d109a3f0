//! Lines against receivables: `cargo bench -p quita-core --bench matching`.

use std::sync::atomic::{AtomicUsize, Ordering};

use divan::Bencher;
use divan::counter::ItemsCount;
use quita_core::matching::generator::{Mix, generate};
use quita_core::matching::{Settings, reconcile};

fn main() {
    divan::main();
}

/// As the product does it, on a machine of two cores.
fn two_cores(pieces: usize, piece: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                at if at < pieces => piece(at),
                _ => return,
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
}

/// As many lines as receivables, a third of the lines without a number of the bank.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn lines_and_receivables(bencher: Bencher, size: usize) {
    let world = generate(Mix::Hard, 1, size);
    let settings = Settings { hands: two_cores, ..Settings::default() };
    bencher
        .counter(ItemsCount::new(world.lines.len()))
        .bench(|| reconcile(&world.lines, &world.receivables, &settings));
}

/// A day's lines against all that is open.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn ten_thousand_lines_and_two_hundred_thousand_open(bencher: Bencher) {
    let world = generate(Mix::Hard, 2, 200_000);
    let step = world.lines.len() / 10_000;
    let lines: Vec<_> = world.lines.iter().step_by(step).cloned().collect();
    let settings = Settings { hands: two_cores, ..Settings::default() };
    bencher
        .counter(ItemsCount::new(lines.len()))
        .bench(|| reconcile(&lines, &world.receivables, &settings));
}
