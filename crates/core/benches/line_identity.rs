//! Lines of a statement told apart per second.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::civil::date;
use quita_core::bank_line::BankLine;
use quita_core::line_identity::{Batch, Incoming, Known, Source, judge};
use quita_core::money::Money;

fn main() {
    divan::main();
}

const LINES: usize = 10_000;

/// Ten thousand lines of a month, many alike, as a source tells them.
fn lines(source: Source) -> Vec<BankLine> {
    let one = |n: usize| {
        let day = i8::try_from(n % 28 + 1).unwrap_or(1);
        let cents = i64::try_from(n % 500 * 10 + 100).unwrap_or(100);
        let memo = match source {
            Source::Api => format!("Pix recebido cliente {}", n * 7919 % 3000 + 10_000),
            _ => format!("PIX RECEBIDO CLIENTE {}", n * 7919 % 3000 + 10_000),
        };
        let mut line = BankLine::new(date(2026, 3, day), Money::from_cents(cents), memo);
        line.bank_id = (source == Source::Api).then(|| format!("id-{n}"));
        line
    };
    (0..LINES).map(one).collect()
}

fn run(bencher: Bencher<'_, '_>, known_by: Option<Source>, source: Source, new: usize) {
    let known: Vec<Known> = known_by
        .map(|source| {
            let known = |line| Known { line, source, provisional: false };
            lines(source).into_iter().map(known).collect()
        })
        .unwrap_or_default();
    let incoming: Vec<Incoming> =
        lines(source).into_iter().map(|line| Incoming { line, provisional: false }).collect();
    let whole = Some((date(2026, 3, 1), date(2026, 3, 31)));
    bencher.counter(ItemsCount::new(LINES)).bench_local(|| {
        let judged = judge(black_box(&known), &Batch { lines: &incoming, source, whole });
        assert_eq!((judged.new_count(), judged.doubtful_count()), (new, 0));
    });
}

#[divan::bench]
fn all_new(bencher: Bencher<'_, '_>) {
    run(bencher, None, Source::Api, LINES);
}

#[divan::bench]
fn the_same_again(bencher: Bencher<'_, '_>) {
    run(bencher, Some(Source::Api), Source::Api, 0);
}

#[divan::bench]
fn of_another_source(bencher: Bencher<'_, '_>) {
    run(bencher, Some(Source::Api), Source::Ofx, 0);
}

#[divan::bench]
fn a_file_again(bencher: Bencher<'_, '_>) {
    run(bencher, Some(Source::Csv), Source::Csv, 0);
}
