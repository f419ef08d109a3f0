//! Invented companies, agreements and orders for remittances.

use jiff::civil::{Date, DateTime, date};
use quita_banks::file::{
    Agreement, FileLayout, NumberedBy, PixOnTitle, RemittanceHead, RemittanceOrder,
};
use quita_core::document::Document;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::{Address, Party};
use quita_core::terms::{Discount, Fine, Interest, InterestValue, Terms, Value};
use quita_formats::cnab::codes::Instruction;

/// When the files were made.
pub(crate) const MADE_AT: DateTime = date(2026, 12, 1).at(9, 41, 7, 0);
/// The due date of every order.
pub(crate) const DUE: Date = date(2027, 1, 15);

/// An invented agreement for a layout.
pub(crate) fn agreement(layout: &FileLayout) -> Agreement {
    let mut all: Agreement = [
        ("branch", "1234"),
        ("branch_digit", "3"),
        ("account", "56789"),
        ("account_digit", "0"),
        ("wallet", "9"),
        ("wallet_variation", "019"),
        ("agreement", "1234567"),
        ("beneficiary_code", "65432"),
        ("transmission_code", "12340567890012345678"),
        ("post", "07"),
        ("modality", "01"),
        ("account_operation", "7654321"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let own: &[(&str, &str)] = match layout.name() {
        "itau-400" | "itau-240" => &[("wallet", "109")],
        "bb-240" | "bb-400" => &[("wallet", "17")],
        "santander-400" => &[("wallet", "101")],
        "santander-240" => &[("wallet", "101"), ("transmission_code", "123400005678900")],
        "sicoob-240" | "sicoob-400" | "sicredi-240" | "sicredi-400" => &[("wallet", "1")],
        "ailos-240" => &[("wallet", "01"), ("agreement", "123456")],
        _ => &[],
    };
    all.extend(own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    all.retain(|name, _| layout.agreement.iter().any(|field| field.name == name));
    all
}

pub(crate) fn company() -> Party {
    Party {
        document: Document::parse("12ABC34501DE35").expect("a CNPJ with letters"),
        name: "Padaria São João Ltda".into(),
        address: None,
        email: None,
        phone: None,
    }
}

pub(crate) fn customer() -> Party {
    Party {
        document: Document::parse("52998224725").expect("a CPF"),
        name: "José d'Ávila Conceição".into(),
        address: Some(Address {
            street: "Rua das Acácias".into(),
            number: "120".into(),
            complement: "ap. 31".into(),
            district: "Jardim América".into(),
            city: "São Paulo".into(),
            state: "SP".into(),
            postal_code: "01234-567".into(),
        }),
        email: None,
        phone: None,
    }
}

pub(crate) fn head<'a>(company: &'a Party, agreement: &'a Agreement) -> RemittanceHead<'a> {
    RemittanceHead { file_number: 42, made_at: MADE_AT, company, agreement }
}

/// A plain registration.
pub(crate) fn order(layout: &FileLayout) -> RemittanceOrder {
    let by_bank = matches!((layout.numbered_by)(&agreement(layout)), NumberedBy::Bank);
    RemittanceOrder {
        instruction: Instruction::Register,
        our_number: if by_bank { String::new() } else { "12345".into() },
        our_number_digit: String::new(),
        boleto: BoletoOrder {
            bank_reference: "REF0000017".into(),
            document_number: "NFe 450 - 1/1".into(),
            our_number: None,
            invoice_type: InvoiceType::BillOfExchange,
            amount: Money::from_cents(123_456),
            issuance_date: date(2026, 12, 1),
            expiration_date: DUE,
            limit_date: date(2027, 2, 14),
            customer: customer(),
            receiver: None,
            terms: Terms::default(),
            messages: Vec::new(),
            hybrid: false,
            paper: Paper::default(),
        },
        species: None,
        accepted: false,
        after_due: None,
        pix: PixOnTitle::default(),
    }
}

/// Terms that most layouts take.
pub(crate) fn terms() -> Terms {
    let late = date(2027, 1, 16);
    Terms {
        fine: Some(Fine { date: late, value: Value::Percent("2".parse().expect("a rate")) }),
        interest: Some(Interest {
            date: late,
            value: InterestValue::PerDay(Money::from_cents(41)),
        }),
        discounts: vec![Discount {
            date: date(2027, 1, 10),
            value: Value::Fixed(Money::from_cents(1_000)),
            per: None,
        }],
        abatement: Money::from_cents(500),
        ..Terms::default()
    }
}
