//! How many boleto numbers one core computes and reads in a second.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::civil::date;
use quita_core::barcode::{BankCode, Barcode, Code, FreeField};
use quita_core::due_factor::DueFactor;
use quita_core::money::Money;

fn main() {
    divan::main();
}

const FREE_FIELD: &str = "1091234567800057123457000";

fn compose() -> Option<Barcode> {
    let bank = BankCode::parse(black_box("001"))?;
    let factor = DueFactor::of_date(black_box(date(2026, 12, 21))).ok();
    let free_field = FreeField::parse(black_box(FREE_FIELD))?;
    Barcode::compose(bank, factor, Money::from_cents(black_box(12_345)), free_field).ok()
}

/// Due factor, barcode and writable line from their parts.
#[divan::bench]
fn barcode_and_line(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(1_usize)).bench(|| compose().map(|code| code.writable_line()));
}

/// A printed line, all check digits verified, to its barcode.
#[divan::bench]
fn read_line(bencher: Bencher<'_, '_>) {
    let line = "34191.09123 34567.800056 71234.570001 1 16670000012345";
    bencher.counter(ItemsCount::new(1_usize)).bench(|| Code::read(black_box(line)));
}
