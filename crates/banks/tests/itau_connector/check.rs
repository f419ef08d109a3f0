//! What stands in the way of an order before anything is stored.

use jiff::civil::date;
use quita_banks::contract::{Bank, Ctx};
use quita_banks::itau::bank::ITAU;
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::{Anticipation, Discount, Value};

use crate::support::*;

fn problems(order: &BoletoOrder, ctx: &Ctx) -> Vec<(String, &'static str)> {
    ITAU.check(order, ctx).into_iter().map(|p| (p.field, p.code)).collect()
}

#[test]
fn good_orders_pass() {
    assert_eq!(problems(&hybrid(), &ctx()), []);
    assert_eq!(problems(&full(), &with(&[])), []);
    let unnumbered = BoletoOrder { our_number: None, ..hybrid() };
    assert_eq!(problems(&unnumbered, &ctx()), []);
}

#[test]
fn each_rule_names_its_field() {
    type Change = fn(&mut BoletoOrder);
    let cases: &[(Change, &str, &str)] = &[
        (|o| o.bank_reference = "12345678901".into(), "bank_reference", "too_long"),
        (|o| o.amount = Money::from_cents(10_000_000_000), "amount", "too_large"),
        (|o| o.expiration_date = date(2026, 11, 22), "expiration_date", "in_the_past"),
        (|o| o.issuance_date = date(2026, 11, 24), "issuance_date", "in_the_future"),
        (|o| o.limit_date = date(2026, 12, 20), "limit_date", "before_expiration"),
        (|o| o.limit_date = date(2036, 12, 31), "limit_date", "too_far"),
        (|o| o.customer.name = "日本".into(), "customer.name", "missing"),
        (|o| o.customer.name = "a".repeat(51), "customer.name", "too_long"),
        (|o| o.customer.address = None, "customer.address", "missing"),
        (|o| address(o).district.clear(), "customer.address.district", "missing"),
        (|o| address(o).state = "XX".into(), "customer.address.state", "invalid"),
        (|o| address(o).postal_code = "301".into(), "customer.address.postal_code", "invalid"),
        (|o| o.terms.abatement = Money::from_cents(12_345), "terms.abatement", "too_large"),
        (
            |o| o.terms.discounts = vec![discount(None, "0.123456")],
            "terms.discounts[0].value",
            "too_many_decimals",
        ),
        (
            |o| o.terms.discounts = vec![discount(Some(Anticipation::BusinessDay), "1")],
            "terms.discounts[0].per",
            "not_supported",
        ),
        (
            |o| {
                let other =
                    Discount { value: Value::Fixed(Money::from_cents(1)), ..discount(None, "1") };
                o.terms.discounts = vec![discount(None, "1"), other];
            },
            "terms.discounts[1]",
            "not_supported",
        ),
    ];
    for (change, field, code) in cases {
        let mut order = hybrid();
        change(&mut order);
        assert_eq!(problems(&order, &ctx()), [((*field).to_owned(), *code)], "{field}");
    }
}

fn address(order: &mut BoletoOrder) -> &mut quita_core::party::Address {
    order.customer.address.as_mut().unwrap()
}

fn discount(per: Option<Anticipation>, percent: &str) -> Discount {
    Discount { date: date(2026, 12, 10), value: Value::Percent(percent.parse().unwrap()), per }
}

#[test]
fn the_account_must_be_fit_for_it() {
    let of = |settings: &[(&str, &str)]| problems(&hybrid(), &with(settings));
    assert_eq!(of(&[]), [("hybrid".to_owned(), "missing")]);
    let key = ("pix_key", "x");
    for setting in [
        ("wallet", "1090"),
        ("bolecode", "novissimo"),
        ("addresses", "lunar"),
        ("our_number_first", "x"),
    ] {
        assert_eq!(of(&[key, setting]), [("account_id".to_owned(), "invalid")], "{setting:?}");
    }
    // The bank gives the numbers of this wallet.
    assert_eq!(of(&[key, ("wallet", "112")]), [("account_id".to_owned(), "not_supported")]);
    let long = Ctx { account_number: "12345678".to_owned(), ..ctx() };
    assert_eq!(problems(&hybrid(), &long), [("account_id".to_owned(), "invalid")]);
}

#[test]
fn numbers_are_given_by_the_company_within_a_wallet() {
    let numbering = |settings: &[(&str, &str)]| ITAU.numbering(&with(settings)).unwrap();
    let usual = numbering(&[]);
    assert_eq!((usual.series.as_str(), usual.digits, usual.first), ("109", 8, 1));
    let own = numbering(&[("wallet", "157"), ("our_number_first", "5000")]);
    assert_eq!((own.series.as_str(), own.first), ("157", 5000));
    let printed = ITAU.printed("00000123", &ctx());
    assert_eq!(printed.our_number, "109/00000123-5");
    assert_eq!(
        (printed.wallet.as_str(), printed.beneficiary_code.as_str()),
        ("109", "0123/45678-2")
    );
}
