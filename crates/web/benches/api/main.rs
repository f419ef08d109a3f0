//! What the whole server does in a second, and what of it is the machine's: `POST /v1/boletos`
//! and the calls of banks over loopback TCP, beside a bare server that writes one row; the screens
//! of a company with many boletos; the processor time of one boleto from order to settlement.
//!
//! `cargo bench -p quita-web` measures all. Names (`issue`, `hooks`, `screens`, `path`) measure only some;
//! `--seconds 1 --rounds 1` is a quick look, `--no-postgres` leaves that engine out. Linux;
//! PostgreSQL as for the tests.
#![expect(clippy::expect_used, reason = "a measurement that fails must stop")]

mod bank;
mod bare;
mod house;
mod load;
mod samples;
mod screens;
mod usage;
mod whole_path;

use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use quita_store::testing::{self, TestFolder};

use crate::bare::Bare;
use crate::house::House;
use crate::load::{Plan, Reached, Request};

struct Wanted {
    names: Vec<String>,
    postgres: bool,
    seconds: u64,
    rounds: usize,
    boletos: u32,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut wanted =
        Wanted { names: Vec::new(), postgres: true, seconds: 4, rounds: 5, boletos: 4000 };
    let mut measuring = false;
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).expect("a number");
        match argument.as_str() {
            "--bench" => measuring = true,
            "--no-postgres" => wanted.postgres = false,
            "--seconds" => wanted.seconds = number(),
            "--rounds" => wanted.rounds = number() as usize,
            "--boletos" => wanted.boletos = number() as u32,
            name => wanted.names.push(name.to_owned()),
        }
    }
    // Not among the tests.
    if !measuring {
        return;
    }
    let measures = |name: &str| wanted.names.is_empty() || wanted.names.iter().any(|n| n == name);
    println!("synced writes of 4 KiB: {:.0}/s", synced_writes());
    if measures("issue") {
        println!("\nissue: POST /v1/boletos");
        issue(&wanted);
    }
    if measures("hooks") {
        println!("\nhooks: a bank's call");
        hooks(&wanted);
    }
    if measures("screens") {
        println!("\nscreens: one after another, SQLite");
        let folder = TestFolder::new();
        screens::run(&House::start(&folder.sqlite_url()));
    }
    if measures("path") {
        println!("\npath: from order to settlement, SQLite");
        path(&wanted);
    }
}

/// How often the disk of the temporary folder keeps a page, one after another.
fn synced_writes() -> f64 {
    let folder = TestFolder::new();
    let mut file = std::fs::File::create(folder.path().join("page")).expect("a file");
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(1) {
        file.seek(SeekFrom::Start(count % 64 * 4096)).expect("a place");
        file.write_all(&[count as u8; 4096]).expect("a page");
        file.sync_data().expect("a page kept");
        count += 1;
    }
    count as f64 / begun.elapsed().as_secs_f64()
}

/// Rounds of each in turn; the middle of each, and the middle of their ratios to the first.
fn in_turn(wanted: &Wanted, runs: &[(&str, &dyn Fn(Plan) -> Reached)]) {
    let span = Duration::from_secs(wanted.seconds);
    let plan = Plan { connections: 64, warm: span / 4, span };
    let mut all: Vec<Vec<Reached>> = vec![Vec::new(); runs.len()];
    for _ in 0..wanted.rounds {
        for ((_, run), reached) in runs.iter().zip(&mut all) {
            reached.push(run(plan));
        }
    }
    println!(
        "{:12} {:>8} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "per s", "ratio", "p50", "p99", "max", "CPU each", "generator", "written"
    );
    for ((name, _), reached) in runs.iter().zip(&all) {
        let rate = middle(reached.iter().map(|r| r.rate));
        let ratio = middle(reached.iter().zip(&all[0]).map(|(own, first)| own.rate / first.rate));
        // A database server is another process, whose disk and processor are not counted.
        let written = match middle(reached.iter().map(|r| r.written as f64 / 1024.0)) {
            0.0 => "elsewhere".to_owned(),
            kib => format!("{kib:.1} KiB"),
        };
        let time = |of: fn(&Reached) -> Duration| {
            let seconds = middle(reached.iter().map(|r| of(r).as_secs_f64()));
            format!("{:.1?}", Duration::from_secs_f64(seconds))
        };
        println!(
            "{name:12} {rate:>8.0} {ratio:>6.2} {:>9} {:>9} {:>9} {:>9} {:>9} {written:>9}",
            time(|r| r.p50),
            time(|r| r.p99),
            time(|r| r.max),
            time(|r| r.cpu),
            time(|r| r.generator),
        );
    }
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Durable issues, workers at rest.
fn issue(wanted: &Wanted) {
    let issue = |house: &House, plan| {
        load::run(house.api, plan, 201, samples::issue("/v1/boletos", &house.token))
    };
    beside_bare(wanted, StatusCode::CREATED, samples::issue("/", "none"), &issue);
}

/// Calls by the bank, kept before they are answered; workers at rest.
fn hooks(wanted: &Wanted) {
    let call = |house: &House, plan| {
        load::run(house.public, plan, 200, samples::notice(house.hook_path.clone()))
    };
    beside_bare(wanted, StatusCode::OK, samples::notice("/".into()), &call);
}

/// A server on each engine beside the bare one, which gets the same requests.
fn beside_bare(
    wanted: &Wanted,
    status: StatusCode,
    request: Request,
    run: &dyn Fn(&House, Plan) -> Reached,
) {
    let folder = TestFolder::new();
    let bare = Bare::start(&folder.path().join("bare.db"), status);
    let bare = |plan| load::run(bare.address, plan, status.as_u16(), Arc::clone(&request));
    let sqlite = House::start(&folder.sqlite_url());
    let sqlite = |plan| run(&sqlite, plan);
    let mut runs: Vec<(&str, &dyn Fn(Plan) -> Reached)> =
        vec![("bare server", &bare), ("SQLite", &sqlite)];
    let postgres = wanted.postgres.then(|| House::start(&testing::postgres().fresh_database()));
    let postgres = postgres.map(|house| move |plan| run(&house, plan));
    if let Some(postgres) = &postgres {
        runs.push(("PostgreSQL", postgres));
    }
    in_turn(wanted, &runs);
}

/// From order to settlement.
fn path(wanted: &Wanted) {
    println!(
        "{:24} {:>8} {:>9} {:>9} {:>9}",
        "CPU of one boleto", "per s", "quita", "bank", "load"
    );
    for round in 0..wanted.rounds {
        let folder = TestFolder::new();
        let mut house = House::start(&folder.sqlite_url());
        let cost = whole_path::run(&mut house, wanted.boletos);
        let name = format!("round {}", round + 1);
        let times = [cost.quita, cost.bank, cost.load].map(|time| format!("{time:.2?}"));
        println!("{name:24} {:>8.0} {:>9} {:>9} {:>9}", cost.rate, times[0], times[1], times[2]);
    }
}
