//! CNAB: returns read, rows written, and the walk through memory beside them.
#![expect(clippy::expect_used, reason = "a broken benchmark is a bug of its own")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use quita_banks::cnab::{by_name, formats};
use quita_formats::cnab::layout::{Direction, Field, Record};
use quita_formats::cnab::{END_OF_LINE, Item, Options, read};

fn main() {
    divan::main();
}

const TITLES: u64 = 50_000;

/// A return of so many paid titles.
fn returned(name: &str) -> Vec<u8> {
    let layout = by_name(name).expect("a format").layout();
    let mut out = Vec::new();
    for record in layout.records.iter().filter(|r| r.direction != Some(Direction::Remittance)) {
        let times = match record.name.as_str() {
            "retorno_header" | "header_arquivo" | "header_lote" => 1,
            _ => continue,
        };
        for _ in 0..times {
            add(&mut out, record, 0);
        }
    }
    let titles: &[&str] =
        if layout.width == 400 { &["retorno_detalhe"] } else { &["segmento_t", "segmento_u"] };
    for at in 0..TITLES {
        for name in titles {
            add(&mut out, layout.record(name).expect("a record"), at);
        }
    }
    let trailers: &[&str] = if layout.width == 400 {
        &["retorno_trailer"]
    } else {
        &["trailer_lote", "trailer_arquivo"]
    };
    for name in trailers {
        add(&mut out, layout.record(name).expect("a record"), 0);
    }
    out
}

fn add(out: &mut Vec<u8>, record: &Record, at: u64) {
    let mut row = record.begin(out);
    let mut number = |name: &str, value: u64| {
        if let Some(field) = record.field(name) {
            row.number(field, value).expect("it fits");
        }
    };
    number("bank_code", 341);
    number("direction", 2);
    number("occurrence", 6);
    number("amount", 12_345 + at);
    number("paid_amount", 12_400 + at);
    number("interest", 55);
    number("fee", 199);
    for name in ["occurrence_date", "credit_date", "expiration_date", "generation_date"] {
        if let Some(field) = record.field(name) {
            row.date(field, Some(jiff::civil::date(2026, 3, 10))).expect("it fits");
        }
    }
    for (name, text) in [("document_number", format!("NF{at}")), ("customer_name", "JOSE".into())] {
        if let Some(field) = record.field(name) {
            row.text(field, &text).expect("it fits");
        }
    }
    if let Some(field) = record.field("our_number") {
        let number = format!("{at:08}");
        row.digits(field, &number).or_else(|_| row.text(field, &number)).expect("it fits");
    }
    out.extend_from_slice(END_OF_LINE);
}

#[divan::bench(args = ["itau-400", "febraban-240"])]
fn read_returns(bencher: Bencher<'_, '_>, name: &str) {
    let (bytes, formats) = (returned(name), formats());
    let bencher = bencher.counter(ItemsCount::new(TITLES)).counter(BytesCount::new(bytes.len()));
    bencher.bench_local(|| {
        let mut paid = 0;
        let each = |item: Item<'_>| {
            if let Item::Title(title) = item {
                paid += title.paid_amount.map_or(0, |amount| amount.cents());
                black_box(title);
            }
            Ok(())
        };
        read(bytes.as_slice(), &formats, Options::default(), each).expect("a file");
        paid
    });
}

/// What reading cannot be faster than: every byte looked at once, for the ends of lines.
#[divan::bench(args = ["itau-400", "febraban-240"])]
fn memory_scan(bencher: Bencher<'_, '_>, name: &str) {
    let bytes = returned(name);
    let bencher = bencher.counter(ItemsCount::new(TITLES)).counter(BytesCount::new(bytes.len()));
    bencher.bench_local(|| memchr::memchr_iter(b'\n', black_box(&bytes)).count());
}

/// Title rows of 400 with all that a title has, into one buffer.
#[divan::bench]
fn write_rows(bencher: Bencher<'_, '_>) {
    let layout = by_name("itau-400").expect("a format").layout();
    let record = layout.record("remessa_detalhe").expect("a record");
    let field = |name: &str| -> &Field { record.field(name).expect("a field") };
    let numbers: Vec<&Field> = [
        "company_document_type",
        "company_document",
        "branch",
        "account",
        "account_digit",
        "our_number",
        "wallet",
        "occurrence",
        "customer_document_type",
        "customer_document",
        "customer_zip",
        "sequence",
        "amount",
        "interest_amount",
    ]
    .map(field)
    .to_vec();
    let texts: Vec<&Field> =
        ["company_use", "document_number", "customer_name", "customer_address", "customer_city"]
            .map(field)
            .to_vec();
    let days: Vec<&Field> = ["expiration_date", "issuance_date"].map(field).to_vec();
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(TITLES)).bench_local(|| {
        out.clear();
        for at in 0..TITLES {
            let mut row = record.begin(&mut out);
            for field in &numbers {
                row.number(field, at % 10).expect("it fits");
            }
            for field in &texts {
                row.cut_text(field, "Rua das Laranjeiras").expect("it fits");
            }
            for field in &days {
                row.date(field, Some(jiff::civil::date(2026, 3, 10))).expect("it fits");
            }
            out.extend_from_slice(END_OF_LINE);
        }
        out.len()
    });
}
