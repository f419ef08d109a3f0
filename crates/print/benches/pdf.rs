//! PDFs per second on one core: each boleto a file of its own, and a thousand in one file.

#[path = "../tests/sample/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod sample;

use divan::Bencher;
use divan::counter::ItemsCount;
use quita_print::Boleto;

fn main() {
    for kind in KINDS {
        let bytes = |n| quita_print::boletos(&vec![sample(kind); n]).map_or(0, |file| file.len());
        println!("{kind}: {} bytes alone, {} a page in a lot", bytes(1), bytes(1000) / 1000);
    }
    divan::main();
}

const KINDS: [&str; 2] = ["plain", "hybrid"];

fn sample(kind: &str) -> Boleto<'static> {
    if kind == "hybrid" { sample::hybrid() } else { sample::plain() }
}

/// A file each, as the customer's page and e-mail need it.
#[divan::bench(args = KINDS)]
fn alone(bencher: Bencher, kind: &str) {
    let boleto = [sample(kind)];
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| quita_print::boletos(divan::black_box(&boleto)));
}

/// A thousand in one file.
#[divan::bench(args = KINDS, sample_count = 20)]
fn lot(bencher: Bencher, kind: &str) {
    let boletos = vec![sample(kind); 1000];
    bencher
        .counter(ItemsCount::new(boletos.len()))
        .bench_local(|| quita_print::boletos(divan::black_box(&boletos)));
}

/// A thousand instalments, three to a page.
#[divan::bench(args = KINDS, sample_count = 20)]
fn carne(bencher: Bencher, kind: &str) {
    let boletos = vec![sample(kind); 1000];
    bencher
        .counter(ItemsCount::new(boletos.len()))
        .bench_local(|| quita_print::carne(divan::black_box(&boletos)));
}
