//! «Extrato»: lines that come in by themselves and by file, and the proof of each day.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use quita_banks::simulator::Control;
use quita_core::calendar::Calendar;
use quita_core::money::Money;
use quita_engine::clock::Clock as _;
use quita_engine::clock::bank_day;
use quita_engine::desk::statements;
use quita_engine::workers::{Kind, tick};
use quita_engine::world::World;
use serde_json::json;

use crate::house::House;

crate::on_both_databases! {
    two_months_and_a_month_of_days_are_read_once_and_proved
killed_at_any_point_nothing_is_lost_or_doubled }

/// The account of our company at the bank.
const ACCOUNT: &str = "76543218";
const DAY: i64 = 24 * 3600;

/// Money moves at the bank; gives what a statement must show of it in the end.
fn moves(house: &House, day: Date, cents: i64, kind: &str, with: &str) -> (Date, i64) {
    house.bank.control(&Control::Move {
        account: ACCOUNT.into(),
        amount: Money::from_cents(cents),
        kind: Some(kind.into()),
        with: Some(with.into()),
        document: None,
        day: Some(day),
    });
    (day, cents)
}

fn set(house: &House, switch: &str, value: serde_json::Value) {
    house.bank.control(&Control::Set { switch: switch.into(), value });
}

fn today(house: &House) -> Date {
    bank_day(house.clock.now())
}

/// Sixty days of movements before today; some alike.
fn past(house: &House) -> Vec<(Date, i64)> {
    let first = today(house).checked_sub(60.days()).unwrap();
    let mut books = Vec::new();
    for (n, day) in (0..60).zip(first.series(1.day())) {
        books.push(moves(house, day, 1_000 + n, "PIX", "ANA EXEMPLO"));
        if n % 3 == 0 {
            books.push(moves(house, day, 1_000 + n, "PIX", "ANA EXEMPLO"));
            books.push(moves(house, day, -100, "TARIFA", "TARIFA DE PACOTE"));
        }
    }
    books
}

/// What is kept of the account: day and amount of each line that counts.
fn kept(house: &House) -> Vec<(Date, i64)> {
    let (from, to) = (today(house).checked_sub(200.days()).unwrap(), today(house));
    let id = &house.ours.account_id;
    let found = statements::statement(&house.world, &house.ours.actor, id, from, to).unwrap();
    assert_eq!(found.doubtful, 0);
    let lines = found.days.iter().flat_map(|day| &day.lines);
    let mut lines: Vec<_> =
        lines.filter(|line| line.standing.counts()).map(|line| (line.date, line.amount)).collect();
    lines.sort_unstable();
    lines
}

/// Days that are not proved, with the difference of each.
fn open(house: &House) -> Vec<(Date, Option<i64>)> {
    let (from, to) = (today(house).checked_sub(200.days()).unwrap(), today(house));
    let id = &house.ours.account_id;
    let days = statements::days(&house.world, &house.ours.actor, id, from, to).unwrap();
    let open = days.iter().filter(|day| day.status == "open");
    open.map(|day| (day.day, day.difference)).collect()
}

/// The statement worker does what falls due within a minute.
fn read(house: &House, world: &World) {
    for _ in 0..4 {
        house.clock.pass(15);
        house.bank.control(&Control::Set { switch: "rounding".into(), value: json!("half_up") });
        while tick(world, &[Kind::Sync, Kind::Statement], 8).unwrap() > 0 {}
    }
}

fn sorted(mut books: Vec<(Date, i64)>) -> Vec<(Date, i64)> {
    books.sort_unstable();
    books
}

async fn two_months_and_a_month_of_days_are_read_once_and_proved(house: &House) {
    let mut world = house.restarted();
    // Ten calls a minute, as the bank wants.
    world.settings.keep_limits = true;
    let mut books = past(house);
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books.clone()));
    // The Sunday before is in Monday's balance.
    let weekend = |(day, difference): &(Date, Option<i64>)| {
        !Calendar::national().is_business_day(*day) && difference.is_none()
    };
    assert!(open(house).iter().all(weekend), "{:?}", open(house));

    // A month with weekends, a holiday, late and corrected rows, and a bank that fails.
    for n in 0..38_i64 {
        let day = today(house);
        match n % 7 {
            1 => set(house, "rows_late", json!(1)),
            3 => {
                set(house, "rows_corrected", json!(1));
                set(house, "rows_corrected_cents", json!(-7));
            }
            5 => set(house, "statement_down", json!(3)),
            _ => {}
        }
        books.push(moves(house, day, 5_000 + n, "PIX", "BRUNO EXEMPLO"));
        if n % 2 == 0 {
            books.push(moves(house, day, 700, "PIX", "CARLA EXEMPLO"));
            books.push(moves(house, day, 700, "PIX", "CARLA EXEMPLO"));
        }
        // Through the night, in which one of the readings falls if the day is one of business.
        for _ in 0..6 {
            house.clock.pass(DAY / 6 - 60);
            read(house, &world);
        }
    }
    // What was late or wrong at the end is told by then.
    for _ in 0..8 {
        house.clock.pass(DAY - 60);
        read(house, &world);
    }
    assert_eq!(today(house) > date(2027, 1, 1), true, "a holiday was among them");
    for _ in 0..4 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books));
    assert!(open(house).iter().all(weekend), "{:?}", open(house));
}

async fn killed_at_any_point_nothing_is_lost_or_doubled(house: &House) {
    let books = past(house);
    for point in ["statement.fetched", "statement.recorded", "statement.fetched"] {
        let mut world = house.restarted();
        let killed = std::sync::Arc::new(AtomicBool::new(false));
        let once = std::sync::Arc::clone(&killed);
        world.crash_point = Box::new(move |name| {
            if name == point && !once.swap(true, Ordering::SeqCst) {
                panic!("killed at {point}");
            }
        });
        let actor = &house.ours.actor;
        statements::fetch_now(&world, actor, Some(&house.ours.account_id)).unwrap();
        for _ in 0..3 {
            let run = || while tick(&world, &[Kind::Statement], 1).unwrap() > 0 {};
            let _ = catch_unwind(AssertUnwindSafe(run));
            // The lease of who was killed ends.
            house.clock.pass(3600);
        }
        assert!(killed.load(Ordering::SeqCst), "{point}");
    }
    let world = house.restarted();
    for _ in 0..6 {
        read(house, &world);
        house.clock.pass(60);
    }
    assert_eq!(kept(house), sorted(books));
}
