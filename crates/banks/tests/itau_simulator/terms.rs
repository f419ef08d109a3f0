//! Terms: instructed and read by the connector, in every way in which the bank may show them.

use jiff::civil::date;
use quita_banks::contract::{Bank as _, Ctx, Done, HttpResponse, Op, Outcome};
use quita_banks::itau::bank::ITAU;
use quita_core::money::Money;
use quita_core::terms::{Accepts, Discount, Fine, Interest, InterestValue, Term, Value};
use serde_json::{Value as Json, json};

use crate::world::*;

fn ctx() -> Ctx {
    Ctx {
        account: Default::default(),
        branch: "0001".to_owned(),
        account_number: "12345".to_owned(),
        account_digit: "4".to_owned(),
        now: "2026-12-01T14:00:00Z".parse().unwrap(),
        today: date(2026, 12, 1),
        minute_of_day: 11 * 60,
        sandbox: false,
    }
}

/// The bank's answer to the connector's call.
fn call(world: &mut World, op: &Op) -> Outcome {
    let ours = ITAU.request(op, &ctx()).unwrap();
    let host = ITAU.info().hosts.iter().find(|host| host.key == ours.host).unwrap();
    let path = host.at("") + &ours.path;
    let mut request = world.request(ours.method, &path, &Json::Null);
    request.query = ours.query.clone();
    request.body = ours.body.clone();
    let (status, body) = world.answer(&request);
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    ITAU.outcome(op, &HttpResponse { status, headers: Vec::new(), body }, &ctx())
}

fn shown(world: &mut World, id: &str) -> Vec<Term> {
    match call(world, &Op::Get { bank_id: id.to_owned() }) {
        Outcome::Done(Done::Reports(mut reports)) => reports.remove(0).terms,
        other => panic!("{other:?}"),
    }
}

fn terms() -> Vec<Term> {
    let (cents, rate) = (Money::from_cents, |text: &str| text.parse().unwrap());
    let discount = |day, value| Discount { date: date(2026, 12, day), value, per: None };
    let interest = |day, value| Term::Interest(Some(Interest { date: date(2026, 12, day), value }));
    let fine = |day, value| Term::Fine(Some(Fine { date: date(2026, 12, day), value }));
    vec![
        Term::Abatement(cents(100)),
        interest(22, InterestValue::PerMonth(rate("1"))),
        interest(26, InterestValue::PerDay(cents(5))),
        Term::Interest(None),
        fine(31, Value::Percent(rate("2"))),
        fine(22, Value::Fixed(cents(250))),
        Term::Fine(None),
        Term::Discounts(vec![discount(10, Value::Fixed(cents(345)))]),
        Term::Discounts(vec![
            discount(10, Value::Percent(rate("5"))),
            discount(21, Value::Percent(rate("2.5"))),
        ]),
        Term::Discounts(Vec::new()),
        Term::Accepts(Accepts::Any),
        Term::Accepts(Accepts::Between(cents(1_000), cents(20_000))),
        Term::Accepts(Accepts::AtLeast(cents(1_000))),
        Term::Accepts(Accepts::Exact),
    ]
}

#[test]
fn what_was_instructed_is_read_however_it_is_written() {
    for codes in ["sent", "number", "internal", "internal_business"] {
        for start in ["day", "days"] {
            let mut world = World::new();
            world.set("terms_codes", json!(codes));
            world.set("terms_start", json!(start));
            let id = world.plain("00000001");
            for term in terms() {
                let told =
                    call(&mut world, &Op::Instruct { bank_id: id.clone(), term: term.clone() });
                assert!(matches!(told, Outcome::Done(Done::Change { .. })), "{term:?}: {told:?}");
                let shown = shown(&mut world, &id);
                assert!(shown.contains(&term), "{codes}, {start}: {term:?} in {shown:?}");
            }
        }
    }
}

#[test]
fn codes_and_days_are_written_as_asked() {
    let mut world = World::new();
    let id = world.plain("00000001");
    let body = json!({ "juros": {
        "codigo_tipo_juros": "90", "percentual_juros": "1.00000", "quantidade_dias_juros": 3,
    } });
    let (status, _) = world.send("PATCH", &format!("{CASH}/{id}/juros"), body);
    assert_eq!(status, 204);
    let interest = |world: &mut World| world.detail("00000001")["juros"].take();
    let told = interest(&mut world);
    assert_eq!(
        (&told["codigo_tipo_juros"], &told["data_juros"]),
        (&json!("90"), &json!("2026-12-24"))
    );
    for (codes, code) in
        [("number", json!(90)), ("internal", json!("03")), ("internal_business", json!("08"))]
    {
        world.set("terms_codes", json!(codes));
        assert_eq!(interest(&mut world)["codigo_tipo_juros"], code);
    }
    world.set("terms_start", json!("days"));
    let told = interest(&mut world);
    assert_eq!((&told["quantidade_dias_juros"], told.get("data_juros")), (&json!(3), None));
}

#[test]
fn terms_may_be_shown_in_part() {
    let mut world = World::new();
    let id = world.plain("00000001");
    for term in terms() {
        call(&mut world, &Op::Instruct { bank_id: id.clone(), term });
    }
    assert_eq!(shown(&mut world, &id).len(), 5);
    world.set("terms_shown", json!(["multa", "abatimento"]));
    let told = shown(&mut world, &id);
    assert_eq!(told, [Term::Abatement(Money::from_cents(100)), Term::Fine(None)]);
    world.set("terms_shown", json!([]));
    assert_eq!(shown(&mut world, &id), []);
}

#[test]
fn days_of_terms_may_move_with_the_due_date() {
    for (moved, days) in [
        (json!(["juros", "multa"]), ["2026-12-29", "2026-12-29", "2026-12-21"]),
        (json!([]), ["2026-12-22", "2026-12-22", "2026-12-21"]),
        (json!(["multa", "desconto"]), ["2026-12-22", "2026-12-29", "2026-12-28"]),
    ] {
        let mut world = World::new();
        world.set("moved_with_due", moved.clone());
        let id = world.plain("00000001");
        let mut patch = |what: &str, body: Json| {
            assert_eq!(world.send("PATCH", &format!("{CASH}/{id}/{what}"), body).0, 204, "{what}");
        };
        patch("juros", json!({ "codigo_tipo_juros": "93", "valor_juros": "0.05" }));
        patch("multa", json!({ "codigo_tipo_multa": "01", "valor_multa": "2.50" }));
        let discount = json!({ "data_desconto": "2026-12-21", "valor_desconto": "3.45" });
        patch("desconto", json!({ "codigo_tipo_desconto": "01", "descontos": [discount] }));
        patch("data_vencimento", json!({ "data_vencimento": "2026-12-28" }));
        let told = world.detail("00000001");
        let dates = [
            &told["juros"]["data_juros"],
            &told["multa"]["data_multa"],
            &told["desconto"]["descontos"][0]["data_desconto"],
        ];
        assert_eq!(dates, days, "{moved}");
    }
}
