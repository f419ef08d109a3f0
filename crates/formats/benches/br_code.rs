//! BR Codes written and read per second.
#![expect(clippy::unwrap_used, reason = "the codes are known to be right")]

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use quita_core::money::Money;
use quita_core::pix_key::PixKey;
use quita_formats::br_code::{self, BrCode, Target, crc16, decode, dynamic};

fn main() {
    divan::main();
}

fn key() -> PixKey {
    PixKey::parse("0f1e2d3c-4b5a-4697-8877-665544332211").unwrap()
}

fn static_code(key: &PixKey) -> BrCode<'_> {
    BrCode {
        amount: Some(Money::from_cents(12_345)),
        txid: Some("PEDIDO123"),
        ..BrCode::new(
            Target::Key { key, description: Some("Pedido 123") },
            "Padaria Imaginada Ltda",
            "Belo Horizonte",
        )
    }
}

fn dynamic_code() -> BrCode<'static> {
    BrCode {
        postal_code: Some("30140071"),
        ..dynamic(
            "pix.example.com/v2/cobv/0123456789abcdef0123456789abcdef",
            "Padaria Imaginada Ltda",
            "Belo Horizonte",
        )
    }
}

#[divan::bench]
fn encode_static(bencher: Bencher<'_, '_>) {
    let key = key();
    let code = static_code(&key);
    let mut buffer = String::new();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        code.encode_into(&mut buffer).unwrap();
        black_box(buffer.len())
    });
}

#[divan::bench]
fn encode_dynamic(bencher: Bencher<'_, '_>) {
    let code = dynamic_code();
    let mut buffer = String::new();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        code.encode_into(&mut buffer).unwrap();
        black_box(buffer.len())
    });
}

#[divan::bench]
fn encode_with_accents(bencher: Bencher<'_, '_>) {
    let code =
        BrCode {
            merchant_name: "Padaria São João do Açaí", city: "Brasília", ..dynamic_code()
        };
    let mut buffer = String::new();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        code.encode_into(&mut buffer).unwrap();
        black_box(buffer.len())
    });
}

#[divan::bench]
fn decode_static(bencher: Bencher<'_, '_>) {
    let (code, _) = static_code(&key()).encode().unwrap();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| br_code::decode(black_box(&code)).unwrap().amount);
}

#[divan::bench]
fn decode_dynamic(bencher: Bencher<'_, '_>) {
    let (code, _) = dynamic_code().encode().unwrap();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| decode(black_box(&code)).unwrap().kind);
}

#[divan::bench]
fn checksum(bencher: Bencher<'_, '_>) {
    let (code, _) = static_code(&key()).encode().unwrap();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| crc16(black_box(code.as_bytes())));
}
