//! Sixty days and a month of statements, with faults, late and corrected lines, and the process
//! killed: in the end every line of the bank is here once, and every day is proved.

use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::Date;
use quita_banks::simulator::Control;
use quita_core::calendar::Calendar;
use quita_core::money::Money;
use quita_engine::clock::bank_day;
use serde_json::{Value as Json, json};

use crate::house::{BANK, House};

/// The account of these tests at the bank.
const ACCOUNT: &str = "12345678";

/// A house, what must stand in its statement in the end, and how far its clock is set forward.
struct Books {
    house: House,
    lines: Vec<(String, i64)>,
    minutes: u64,
}

impl Books {
    fn pass(&mut self, minutes: u64) {
        self.house.advance_minutes(minutes);
        self.minutes += minutes;
    }

    fn today(&self) -> Date {
        let forward = jiff::SignedDuration::from_mins(i64::try_from(self.minutes).unwrap());
        bank_day(jiff::Timestamp::now().checked_add(forward).unwrap())
    }

    /// Money moves at the bank.
    fn moves(&mut self, day: Date, cents: i64, kind: &str) {
        let moved = Control::Move {
            account: ACCOUNT.into(),
            amount: Money::from_cents(cents),
            kind: Some(kind.into()),
            with: Some("ANA EXEMPLO".into()),
            document: None,
            day: Some(day),
        };
        self.house.sandbox.control(BANK, &moved).unwrap();
        self.lines.push((day.to_string(), cents));
    }

    /// Every line of the bank is here once.
    fn agree(&self, when: &str) {
        let mut expected = self.lines.clone();
        expected.sort();
        let kept = kept(&self.house);
        assert_eq!(kept.len(), expected.len(), "{when}");
        assert_eq!(kept, expected, "{when}");
    }

    /// Days that are not proved, up to the last business day before the last reading.
    fn open(&self) -> Vec<Json> {
        let accounts = self.house.get("/v1/accounts");
        let account = accounts["data"][0]["id"].as_str().unwrap();
        let today = self.today();
        let calendar = Calendar::national();
        let is_read_today = calendar.is_business_day(today);
        let last = calendar.add_business_days(today, if is_read_today { -1 } else { -2 });
        let first = today.checked_sub(200.days()).unwrap();
        let path = format!("/v1/statement_days?account_id={account}&from={first}&to={last}");
        let days = self.house.get(&path)["data"].as_array().unwrap().clone();
        let has_last = days.iter().any(|day| day["day"] == last.to_string().as_str());
        let mut open: Vec<Json> = days.into_iter().filter(|day| day["status"] == "open").collect();
        if !has_last {
            open.push(json!({ "missing": last.to_string() }));
        }
        open
    }

    /// Minutes go by until all days are proved: the bank gives ten balances in each.
    fn await_proof(&mut self) {
        let start = Instant::now();
        loop {
            let open = self.open();
            if open.is_empty() {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "never proved: {open:?}");
            self.pass(1);
            std::thread::park_timeout(Duration::from_millis(400));
        }
    }

    /// Waits for the reading of this day, if it is one of business.
    fn await_reading_on_business_days(&self) {
        if Calendar::national().is_business_day(self.today()) {
            self.await_reading();
        }
    }

    /// Waits until yesterday was read.
    fn await_reading(&self) {
        let yesterday = self.today().yesterday().unwrap().to_string();
        self.house.await_that("yesterday's statement", || {
            let last = self.house.get("/v1/statement_imports?limit=1");
            last["data"][0]["last_day"] == yesterday.as_str()
        });
    }
}

/// Day and amount of all lines that count, in order.
fn kept(house: &House) -> Vec<(String, i64)> {
    let mut lines = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house.get(&format!("/v1/statement_lines?limit=200&cursor={cursor}"));
        for line in page["data"].as_array().unwrap() {
            assert_ne!(line["status"], "doubtful", "{line}");
            if line["status"] != "given_up" {
                let day = line["date"].as_str().unwrap().to_owned();
                lines.push((day, line["amount"].as_i64().unwrap()));
            }
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    lines.sort();
    lines
}

#[test]
fn two_months_and_a_month_of_days_with_faults_and_deaths() {
    let mut books = Books { house: House::without_account(), lines: Vec::new(), minutes: 0 };
    // The account has moved for longer than we know it.
    books.house.new_client();
    let first = books.today().checked_sub(60.days()).unwrap();
    for (n, day) in (0..60).zip(first.series(1.day())) {
        books.moves(day, 1_000 + n, "PIX");
        if n % 3 == 0 {
            books.moves(day, 1_000 + n, "PIX");
            books.moves(day, -100, "TARIFA");
        }
    }
    books.house.add_account();
    books.await_reading();
    books.agree("after the first reading");
    books.await_proof();

    let deaths = ["statement.fetched", "statement.recorded", "statement.fetched"];
    for n in 0..33_i64 {
        let day = books.today();
        let house = &books.house;
        match n % 7 {
            1 => house.set("rows_late", json!(1)),
            3 => {
                house.set("rows_corrected", json!(1));
                house.set("rows_corrected_cents", json!(-7));
            }
            5 => house.set("statement_down", json!(2)),
            6 => house.set("statement_shuffled", json!(true)),
            _ => {}
        }
        books.moves(day, 5_000 + n, "PIX");
        if n % 2 == 0 {
            books.moves(day, 700, "PIX");
            books.moves(day, 700, "PIX");
        }
        books.pass(24 * 60);
        let point = usize::try_from(n / 8).ok().and_then(|at| deaths.get(at));
        if let Some(point) = point.filter(|_| n % 8 == 4) {
            books.await_reading_on_business_days();
            // A late row may have come after this morning's reading: else the next one would bring it.
            books.house.post_stubbornly("/v1/statements/fetch", &format!("late {n}"), &json!({}));
            // While balances are still asked for, no line is.
            books.await_proof();
            books.house.open(Some(point));
            books.house.post_stubbornly("/v1/statements/fetch", "now", &json!({}));
            books.house.wait_for_death();
            books.house.open(None);
            // Each process asks for tokens of its own, and the bank gives five a minute.
            books.pass(2);
        }
        books.await_reading_on_business_days();
    }
    // What was late or wrong at the end is told by then, and read on the business day after it.
    for _ in 0..7 {
        books.pass(24 * 60);
        books.await_reading_on_business_days();
    }
    books.await_proof();
    books.agree("in the end");
    let (ok, verified) = books.house.command(&["audit", "verify"]);
    assert!(ok, "{verified}");
}
