//! Remittances written to memory, and the filling of memory beside them.
#![expect(clippy::expect_used, reason = "a broken benchmark is a bug of its own")]

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use jiff::civil::date;
use quita_banks::file::{
    Agreement, FileLayout, PixOnTitle, RemittanceHead, RemittanceOrder, layout,
};
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::{Address, Party};
use quita_core::terms::{Fine, Interest, InterestValue, Terms, Value};
use quita_formats::cnab::codes::Instruction;

fn main() {
    divan::main();
}

const TITLES: u32 = 20_000;

fn agreement() -> Agreement {
    let all = [
        ("branch", "1234"),
        ("branch_digit", "3"),
        ("account", "56789"),
        ("account_digit", "0"),
        ("wallet", "09"),
        ("agreement", "1234567"),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn company() -> Party {
    let document = Document::parse("11222333000181").expect("a CNPJ");
    Party { document, name: "Padaria Exemplo".into(), address: None, email: None, phone: None }
}

fn customer() -> Party {
    let address = Address {
        street: "Rua das Acácias".into(),
        number: "120".into(),
        complement: "ap. 31".into(),
        district: "Jardim América".into(),
        city: "São Paulo".into(),
        state: "SP".into(),
        postal_code: "01234567".into(),
    };
    Party {
        document: Document::parse("52998224725").expect("a CPF"),
        name: "José Exemplo da Conceição".into(),
        address: Some(address),
        email: None,
        phone: None,
    }
}

/// Registrations with fine and interest, numbered.
fn orders() -> Vec<RemittanceOrder> {
    let (due, late) = (date(2027, 1, 15), date(2027, 1, 16));
    let order = |at: u32| RemittanceOrder {
        instruction: Instruction::Register,
        our_number: format!("{at:08}"),
        our_number_digit: "1".into(),
        boleto: BoletoOrder {
            bank_reference: format!("R{at:08}"),
            document_number: format!("NF{at:07}"),
            our_number: None,
            invoice_type: InvoiceType::BillOfExchange,
            amount: Money::from_cents(123_456 + i64::from(at)),
            issuance_date: date(2026, 12, 1),
            expiration_date: due,
            limit_date: date(2027, 2, 14),
            customer: customer(),
            receiver: None,
            terms: Terms {
                fine: Some(Fine {
                    date: late,
                    value: Value::Percent("2".parse().expect("a rate")),
                }),
                interest: Some(Interest {
                    date: late,
                    value: InterestValue::PerDay(Money::from_cents(41)),
                }),
                ..Terms::default()
            },
            messages: Vec::new(),
            hybrid: false,
            paper: Paper::default(),
        },
        species: None,
        accepted: false,
        after_due: None,
        pix: PixOnTitle::default(),
    };
    (0..TITLES).map(order).collect()
}

fn write(layout: &'static FileLayout, orders: &[RemittanceOrder]) -> Vec<u8> {
    let (company, mut agreement) = (company(), agreement());
    if layout.name().starts_with("itau") {
        agreement.insert("wallet".into(), "109".into());
    }
    let made_at = date(2026, 12, 1).at(9, 41, 7, 0);
    let head = RemittanceHead { file_number: 7, made_at, company: &company, agreement: &agreement };
    layout.write(&head, orders).expect("a file")
}

const LAYOUTS: [(&str, &str); 3] = [("341", "400"), ("237", "400"), ("208", "240")];

#[divan::bench(args = LAYOUTS)]
fn write_remittance(bencher: Bencher<'_, '_>, (bank, width): (&str, &str)) {
    let layout = layout(bank, width).expect("a layout");
    let orders = orders();
    let bytes = write(layout, &orders).len();
    let bencher = bencher.counter(ItemsCount::new(TITLES)).counter(BytesCount::new(bytes));
    bencher.bench_local(|| write(layout, black_box(&orders)));
}

/// As the product asks for it: the check digit of our number is computed with the file.
#[divan::bench(args = LAYOUTS)]
fn write_remittance_and_digits(bencher: Bencher<'_, '_>, (bank, width): (&str, &str)) {
    let layout = layout(bank, width).expect("a layout");
    let mut orders = orders();
    orders.iter_mut().for_each(|order| order.our_number_digit.clear());
    let bencher = bencher.counter(ItemsCount::new(TITLES));
    bencher.bench_local(|| write(layout, black_box(&orders)));
}

/// What writing cannot be faster than: as many bytes, put once into memory of their own.
#[divan::bench(args = LAYOUTS)]
fn memory_fill(bencher: Bencher<'_, '_>, (bank, width): (&str, &str)) {
    let bytes = write(layout(bank, width).expect("a layout"), &orders());
    let bencher = bencher.counter(ItemsCount::new(TITLES)).counter(BytesCount::new(bytes.len()));
    bencher.bench_local(|| black_box(&bytes).clone());
}
