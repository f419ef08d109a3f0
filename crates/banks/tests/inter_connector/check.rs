//! What is refused before anything is sent.

use jiff::civil::{Date, date};
use quita_banks::contract::{Ctx, Op};
use quita_core::money::Money;
use quita_core::order::BoletoOrder;
use quita_core::terms::{Anticipation, InterestValue, Terms, Value as TermsValue};

use crate::support::{codes, ctx, customer_address, full, plain, receiver_address, request};

#[test]
fn complete_orders_may_go() {
    assert_eq!(codes(&full(), &ctx()), Vec::<String>::new());
    assert_eq!(codes(&plain(), &ctx()), Vec::<String>::new());
}

#[test]
fn every_limit_is_checked_and_named() {
    type Change = fn(&mut BoletoOrder);
    let cases: &[(Change, &str)] = &[
        (|o| o.bank_reference = "A".repeat(16), "bank_reference too_long"),
        (|o| o.bank_reference = " ".to_owned(), "bank_reference missing"),
        (|o| o.amount = Money::from_cents(249), "amount too_small"),
        (|o| o.amount = Money::from_cents(10_000_000_000), "amount too_large"),
        (
            |o| {
                o.terms = Terms::default();
                o.expiration_date = date(2026, 11, 20);
                o.limit_date = o.expiration_date;
            },
            "expiration_date in_the_past",
        ),
        (|o| o.limit_date = date(2027, 2, 20), "limit_date too_far"),
        (|o| o.limit_date = date(2026, 12, 20), "limit_date before_expiration"),
        (|o| o.limit_date = o.expiration_date, "limit_date no_effect"),
        (|o| o.customer.name = "\u{7} ".to_owned(), "customer.name missing"),
        (|o| o.customer.name = "Ã".repeat(101), "customer.name too_long"),
        (|o| o.customer.email = Some("a".repeat(51)), "customer.email too_long"),
        (|o| o.customer.address = None, "customer.address missing"),
        (|o| customer_address(o).street.clear(), "customer.address.street missing"),
        (|o| customer_address(o).street = "R".repeat(101), "customer.address.street too_long"),
        (|o| customer_address(o).number = "1".repeat(11), "customer.address.number too_long"),
        (
            |o| customer_address(o).complement = "c".repeat(31),
            "customer.address.complement too_long",
        ),
        (|o| customer_address(o).district = "b".repeat(61), "customer.address.district too_long"),
        (|o| customer_address(o).city = "c".repeat(61), "customer.address.city too_long"),
        (|o| customer_address(o).city.clear(), "customer.address.city missing"),
        (|o| customer_address(o).state = "XX".to_owned(), "customer.address.state invalid"),
        (
            |o| customer_address(o).postal_code = "3011000".to_owned(),
            "customer.address.postal_code invalid",
        ),
        (|o| o.receiver.as_mut().unwrap().address = None, "receiver.address missing"),
        (|o| o.receiver.as_mut().unwrap().name.clear(), "receiver.name missing"),
        (|o| receiver_address(o).street = "R".repeat(96), "receiver.address.street too_long"),
        (|o| receiver_address(o).street.clear(), "receiver.address.street missing"),
        (|o| receiver_address(o).postal_code.clear(), "receiver.address.postal_code invalid"),
        (
            |o| o.terms.fine.as_mut().unwrap().date = date(2026, 12, 23),
            "terms.fine.date not_supported",
        ),
        (
            |o| o.terms.interest.as_mut().unwrap().date = date(2026, 12, 21),
            "terms.interest.date not_supported",
        ),
        (
            |o| {
                o.terms.fine.as_mut().unwrap().value = TermsValue::Percent("0.333".parse().unwrap())
            },
            "terms.fine.value too_many_decimals",
        ),
        (
            |o| {
                o.terms.interest.as_mut().unwrap().value =
                    InterestValue::PerMonth("0.033".parse().unwrap());
            },
            "terms.interest.value too_many_decimals",
        ),
        (|o| o.terms.discounts.push(o.terms.discounts[0]), "terms.discounts[1] not_supported"),
        (
            |o| o.terms.discounts[0].per = Some(Anticipation::Day),
            "terms.discounts[0].per not_supported",
        ),
        (
            |o| o.terms.discounts[0].date = date(2026, 12, 22),
            "terms.discounts[0].date after_expiration",
        ),
        (|o| o.terms.abatement = Money::from_cents(1), "terms.abatement not_supported"),
        (|o| o.messages = vec![String::new(); 6], "messages too_many"),
        (|o| o.messages[1] = "m".repeat(79), "messages[1] too_long"),
    ];
    for (change, expected) in cases {
        let mut order = full();
        change(&mut order);
        assert_eq!(codes(&order, &ctx()), [*expected]);
    }
}

#[test]
fn a_boleto_due_today_must_leave_by_19h59() {
    let mut order = plain();
    order.expiration_date = ctx().today;
    order.limit_date = ctx().today;
    for (minute, expected) in
        [(19 * 60 + 59, None), (20 * 60, Some("expiration_date too_late_today"))]
    {
        let ctx = Ctx { minute_of_day: minute, ..ctx() };
        assert_eq!(codes(&order, &ctx).first().map(String::as_str), expected);
    }
}

#[test]
fn limits_themselves_pass() {
    let mut order = full();
    order.bank_reference = "A".repeat(15);
    order.amount = Money::from_cents(250);
    order.limit_date = date(2027, 2, 19);
    order.messages = vec!["m".repeat(78); 5];
    order.customer.name = "Ã".repeat(100);
    assert_eq!(codes(&order, &ctx()), Vec::<String>::new());
}

#[test]
fn dates_of_the_calendar_do_not_overflow() {
    let mut order = full();
    order.expiration_date = Date::MAX;
    order.limit_date = Date::MAX;
    assert!(!codes(&order, &ctx()).is_empty());
    order.limit_date = Date::MIN;
    request(&Op::Issue(Box::new(order)));
}
