//! What the matcher reads: boletos of an account, lines that are missing.

use jiff::civil::{Date, date};
use quita_core::bank_line::BankLine;
use quita_core::document::Document;
use quita_core::fold::Status as BoletoStatus;
use quita_core::line_identity::Source;
use quita_core::money::Money;
use quita_core::order::{BoletoOrder, InvoiceType, Paper};
use quita_core::party::Party;
use quita_core::terms::{Fine, Terms, Value};
use quita_store::accounts::{self, Account};
use quita_store::bank_lines::{self, KeptLine, Missing, Status};
use quita_store::boletos::{self, Boleto};
use quita_store::charges::{self, Charge};
use quita_store::companies::{self, Company};
use quita_store::customers::{self, Customer};
use quita_store::matches::{self, Difference, DifferenceKind, Kind, Match, Share};
use quita_store::payables::{self, TermsText, Window};
use quita_store::wanted::Wanted;
use quita_store::{Store, StoreError, Tx, params, sql};

use crate::{Place, at, on_both_engines};

on_both_engines!(
    all_that_lines_may_pay_is_shown_once_or_twice,
    terms_are_those_of_now,
    what_was_matched_of_a_boleto_is_told,
    lines_that_are_missing_are_marked,
);

sql! {
    FORGET_TERMS = "UPDATE boletos SET due_terms = NULL WHERE id = $1";
}

const DUE: Date = date(2026, 11, 20);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// A company with two accounts and these boletos of the first: id, cents, status, name of who owes.
fn filled(place: &Place, all: &'static [(&str, i64, BoletoStatus, &str)]) -> Store {
    let store = place.open();
    store
        .tx(move |tx| {
            let company = Company {
                id: "c".into(),
                document: Document::parse("11222333000181").unwrap(),
                name: "Empresa".into(),
                trade_name: String::new(),
                email: String::new(),
                phone: String::new(),
                address: None,
                created_at: at(0),
            };
            companies::insert(tx, &company)?;
            for id in ["a", "b"] {
                accounts::insert(tx, &account(id))?;
            }
            matches::insert_look(tx, "look", "c", "a", at(0))?;
            all.iter().try_for_each(|one| {
                let boleto = add(tx, one)?;
                boletos::save(tx, &boleto)
            })
        })
        .unwrap();
    store
}

fn account(id: &str) -> Account {
    Account {
        layout: None,
        statement_daily: true,
        id: id.into(),
        company_id: "c".into(),
        credential_id: None,
        bank: String::new(),
        description: String::new(),
        branch: "1".into(),
        number: id.into(),
        digit: String::new(),
        data: Default::default(),
        hosts: Default::default(),
        hook_token: id.into(),
        status: String::new(),
        created_at: at(0),
        is_default: false,
        fee: None,
    }
}

/// A document of its own for each name.
fn document(name: &str) -> Document {
    let text = if name.starts_with("José") { "52998224725" } else { "11222333000181" };
    Document::parse(text).unwrap()
}

fn add(
    tx: &mut Tx,
    (id, amount, status, name): &(&str, i64, BoletoStatus, &str),
) -> Result<Boleto, StoreError> {
    let customer = Customer {
        id: format!("customer of {id}"),
        company_id: "c".into(),
        document: document(name),
        name: (*name).into(),
        email: String::new(),
        phone: String::new(),
        address: None,
        created_at: at(0),
    };
    let customer_id = customers::upsert(tx, &customer)?;
    let charge = Charge {
        id: format!("charge of {id}"),
        company_id: "c".into(),
        customer_id: customer_id.clone(),
        document_number: (*id).into(),
        amount: cents(*amount),
        expiration_date: DUE,
        origin: String::new(),
        created_at: at(0),
        chart_account_id: None,
        cost_center_id: None,
        note: None,
    };
    charges::insert(tx, &charge)?;
    let order = BoletoOrder {
        our_number: None,
        bank_reference: format!("ref {id}"),
        document_number: (*id).into(),
        invoice_type: InvoiceType::default(),
        amount: cents(*amount),
        issuance_date: DUE,
        expiration_date: DUE,
        limit_date: DUE,
        customer: Party {
            document: customer.document,
            name: (*name).into(),
            address: None,
            email: None,
            phone: None,
        },
        receiver: None,
        terms: Terms {
            fine: Some(Fine { date: date(2026, 11, 21), value: Value::Fixed(cents(200)) }),
            ..Terms::default()
        },
        messages: Vec::new(),
        hybrid: false,
        paper: Paper::default(),
    };
    let boleto = Boleto {
        id: (*id).into(),
        company_id: "c".into(),
        account_id: "a".into(),
        charge_id: charge.id,
        customer_id,
        public_token: (*id).into(),
        created_by: "system".into(),
        created_at: at(0),
        live: true,
        amount: order.amount,
        expiration_date: DUE,
        status: *status,
        bank_id: None,
        our_number: Some(format!("7000{id}")),
        barcode: None,
        writable_line: None,
        br_code: None,
        txid: Some(format!("tx {id}")),
        refusal: None,
        received: Money::ZERO,
        settled_by_hand: *status == BoletoStatus::Settled,
        wanted: Wanted::default(),
        registered_at: None,
        settled_at: None,
        edition: 0,
        updated_at: at(0),
        printed: None,
        order,
    };
    assert!(boletos::insert(tx, &boleto, &boletos::order_body(&boleto.order)?)?);
    Ok(boleto)
}

const WINDOW: Window = Window {
    company_id: "c",
    account_id: "a",
    due_since: date(2026, 11, 1),
    received_from: DUE,
    received_to: DUE,
    taken_since: DUE,
};

const SOME: &[(&str, i64, BoletoStatus, &str)] = &[
    ("1", 10_000, BoletoStatus::Registered, "José Antônio da Silva"),
    ("2", 10_000, BoletoStatus::Created, "Padaria Estrela"),
    ("3", 12_000, BoletoStatus::CancellationRequested, "Padaria Estrela"),
    ("4", 10_000, BoletoStatus::Expired, "Padaria Estrela"),
    ("5", 10_000, BoletoStatus::Settled, "Padaria Estrela"),
    ("6", 10_000, BoletoStatus::Cancelled, "Padaria Estrela"),
];

fn all_that_lines_may_pay_is_shown_once_or_twice(place: &Place) {
    let store = filled(place, SOME);
    let mut shown = store
        .read(|tx| {
            let mut shown = Vec::new();
            payables::all(tx, &WINDOW, |one| {
                shown.push((one.boleto_id.to_owned(), one.is_open));
                Ok(())
            })?;
            Ok(shown)
        })
        .unwrap();
    shown.sort();
    let expected = [("1", true), ("2", true), ("3", true), ("4", true), ("5", false)];
    assert_eq!(shown, expected.map(|(id, is_open)| (id.to_owned(), is_open)));
}

fn terms_are_those_of_now(place: &Place) {
    let store = filled(place, &SOME[..1]);
    let read = || {
        store
            .read(|tx| {
                let mut found = Vec::new();
                payables::all(tx, &WINDOW, |one| {
                    found.push(match one.terms {
                        TermsText::Now(text) => (true, text.to_owned()),
                        TermsText::Order(text) => (false, text.to_owned()),
                    });
                    Ok(())
                })?;
                Ok(found.pop().unwrap())
            })
            .unwrap()
    };
    assert!(read().1.contains("2026-11-21"), "{:?}", read());
    store
        .tx(|tx| {
            let mut boleto = boletos::get(tx, "1")?.unwrap();
            boleto.expiration_date = date(2026, 11, 25);
            boletos::save(tx, &boleto)
        })
        .unwrap();
    let (is_now, text) = read();
    assert!(is_now && text.contains("2026-11-26") && !text.contains("2026-11-21"), "{text}");
    store.tx(|tx| tx.exec(FORGET_TERMS, params!["1"])).unwrap();
    let (is_now, text) = read();
    assert!(!is_now && text.contains("bank_reference"), "{text}");
}

fn line(id: &str, amount: i64) -> KeptLine {
    KeptLine {
        id: id.into(),
        company_id: "c".into(),
        account_id: "a".into(),
        line: BankLine::new(DUE, cents(amount), "PIX"),
        source: Source::Api,
        provisional: false,
        import_id: "look".into(),
        status: Status::Open,
        doubt: None,
        created_at: at(0),
        updated_at: at(0),
        missing: None,
    }
}

fn what_was_matched_of_a_boleto_is_told(place: &Place) {
    let store = filled(place, SOME);
    let taken = |tx: &mut Tx, account: &str, since| matches::taken_of(tx, account, "1", since);
    let found = Match {
        id: "m".into(),
        company_id: "c".into(),
        line_id: "l".into(),
        kind: Kind::Boletos,
        shares: vec![Share { boleto_id: "1".into(), amount: cents(10_000) }],
        reasons: Vec::new(),
        confidence: 1_000_000,
        difference: Difference { kind: DifferenceKind::Due, amount: Money::ZERO },
        fee: Money::ZERO,
        note: String::new(),
        created_by: "system".into(),
        created_at: at(0),
        undone: None,
    };
    store
        .tx(move |tx| {
            bank_lines::insert(tx, &line("l", 10_000))?;
            assert!(matches::insert(tx, &found, cents(10_000))?);
            assert!(!matches::insert(tx, &found, cents(10_000))?);
            let all = taken(tx, "a", DUE)?;
            assert_eq!(all.len(), 1);
            assert_eq!((all[0].amount, all[0].day), (cents(10_000), DUE));
            assert_eq!(taken(tx, "b", DUE)?, []);
            assert_eq!(taken(tx, "a", date(2026, 11, 21))?, []);
            assert!(matches::undo(tx, "c", "m", "bank", at(1))?);
            assert_eq!(taken(tx, "a", DUE)?, []);
            bank_lines::set_status(tx, "c", "l", Status::Open, at(1))?;
            assert_eq!(matches::undone(tx, "c", "a")?, ["l"]);
            Ok(())
        })
        .unwrap();
}

fn lines_that_are_missing_are_marked(place: &Place) {
    let store = filled(place, &[]);
    store
        .tx(move |tx| {
            for (id, amount) in [("1", 500), ("2", 900), ("3", -900)] {
                bank_lines::insert(tx, &line(id, amount))?;
            }
            bank_lines::set_missing(tx, "c", "2", Some(at(5)))?;
            bank_lines::set_missing(tx, "other", "1", Some(at(5)))?;
            let missing = bank_lines::missing(tx, "a")?;
            assert_eq!(missing.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["2"]);
            let decided =
                |tx: &mut Tx| Ok::<_, StoreError>(bank_lines::get(tx, "c", "2")?.unwrap().missing);
            assert_eq!(decided(tx)?, Some(Missing::Undecided));
            // Decided, nobody is asked any more; told again, nothing is left of it.
            bank_lines::decide_missing(tx, "other", "2", Missing::Discarded)?;
            bank_lines::decide_missing(tx, "c", "2", Missing::Kept)?;
            assert_eq!(decided(tx)?, Some(Missing::Kept));
            assert!(bank_lines::missing(tx, "a")?.is_empty());
            bank_lines::set_missing(tx, "c", "2", None)?;
            assert_eq!(decided(tx)?, None);
            bank_lines::set_missing(tx, "c", "2", Some(at(6)))?;
            assert_eq!(bank_lines::missing(tx, "a")?.len(), 1);
            Ok(())
        })
        .unwrap();
}
