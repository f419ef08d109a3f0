//! How many boletos one core computes in a second: free field, our number, barcode, line.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::civil::date;
use quita_banks::title::{self, TitleInput};

fn main() {
    divan::main();
}

/// Itaú, wallet 109: two check digits of the bank's own.
fn input() -> TitleInput<'static> {
    TitleInput {
        bank: Some("341".into()),
        branch: Some("0057".into()),
        account: Some("12345".into()),
        account_digit: Some("7".into()),
        wallet: Some("109".into()),
        our_number: Some("12345678".into()),
        expiration_date: Some(date(2026, 12, 21)),
        amount: Some(12_345),
        ..TitleInput::default()
    }
}

/// All numbers of a boleto, and its writable line.
#[divan::bench]
fn compute(bencher: Bencher<'_, '_>) {
    let input = input();
    bencher.counter(ItemsCount::new(1_usize)).bench(|| {
        let numbers = title::compute(black_box(&input)).ok()?;
        let line = numbers.barcode.writable_line();
        Some((numbers.title, line))
    });
}
