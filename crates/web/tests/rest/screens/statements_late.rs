//! Statements that are long, and rows that come late.

use jiff::ToSpan as _;
use quita_engine::world::World;
use serde_json::json;

use super::statements::{DAY, kept, moves, open, past, read, set, sorted, today};
use crate::house::House;

crate::on_both_databases! {
a_statement_of_more_parts_than_the_bank_gives_in_a_minute_is_read
a_row_that_comes_weeks_late_is_found_by_the_balance
rows_that_come_weeks_late_and_change_no_balance_are_found }

async fn a_statement_of_more_parts_than_the_bank_gives_in_a_minute_is_read(house: &House) {
    // A hundred rows in parts of four; the bank takes ten calls a minute.
    set(house, "statement_page_max", json!(4));
    let books = past(house);
    let mut minutes = 0;
    while kept(house).is_empty() {
        minutes += 1;
        assert!(minutes < 10, "it begins anew for ever");
        // What was read outlives the process.
        let mut world = house.restarted();
        world.settings.keep_limits = true;
        house.clock.pass(60);
        read(house, &world);
    }
    assert!(minutes > 2, "{minutes}");
    assert_eq!(kept(house), sorted(books.clone()));
    let looks = house.get("/v1/statement_imports").send().await.expect(200);
    let looks = looks["data"].as_array().unwrap();
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert_eq!((&looks[0]["source"], &looks[0]["new"]), (&json!("api"), &json!(books.len())));
}

/// All of sixty days is read and proved.
fn settled(house: &House) -> (World, Vec<(jiff::civil::Date, i64)>) {
    let world = house.restarted();
    let books = past(house);
    for _ in 0..8 {
        read(house, &world);
    }
    assert_eq!(kept(house), sorted(books.clone()));
    (world, books)
}

fn days(house: &House, world: &World, count: usize) {
    for _ in 0..count {
        house.clock.pass(DAY - 60);
        read(house, world);
    }
}

async fn a_row_that_comes_weeks_late_is_found_by_the_balance(house: &House) {
    let (world, mut books) = settled(house);
    let late = today(house).checked_sub(18.days()).unwrap();
    books.push(moves(house, late, 7_777, "PIX", "BRUNO EXEMPLO"));
    // One day to see that something is missing, another to look for it.
    days(house, &world, 3);
    assert_eq!(kept(house), sorted(books));
    for _ in 0..4 {
        read(house, &world);
    }
    assert!(open(house).iter().all(|day| day.1.is_none()), "{:?}", open(house));
}

async fn rows_that_come_weeks_late_and_change_no_balance_are_found(house: &House) {
    let (world, mut books) = settled(house);
    let late = today(house).checked_sub(18.days()).unwrap();
    let before = kept(house);
    books.push(moves(house, late, 7_777, "PIX", "BRUNO EXEMPLO"));
    books.push(moves(house, late, -7_777, "TRANSFERENCIA", "BRUNO EXEMPLO"));
    days(house, &world, 3);
    assert_eq!(kept(house), before, "nothing says that they are missing");
    days(house, &world, 6);
    assert_eq!(kept(house), sorted(books));
    assert!(open(house).iter().all(|day| day.1.is_none()), "{:?}", open(house));
}
