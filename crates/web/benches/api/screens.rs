//! How long the server takes for the screens of a company with many boletos.

use std::time::{Duration, Instant};

use quita_engine::desk::issue::{self, NewBoleto, Shape};
use quita_engine::desk::{people, tokens};

use crate::house::House;
use crate::load::{Client, get};
use crate::samples;

/// As many as a company has after some years.
const BOLETOS: u64 = 100_000;
const BATCH: u64 = 1_000;
/// Each screen so often.
const TIMES: usize = 41;

const SCREENS: [(&str, &str); 5] = [
    ("«Início»", "/"),
    ("«Boletos», the newest hundred", "/boletos"),
    ("«Boletos», due on one day", "/boletos?expiration_from=2030-03-15&expiration_to=2030-03-15"),
    ("«Boletos», settled: none", "/boletos?status=SETTLED"),
    ("«Clientes»", "/clientes"),
];

/// Fills a house and asks for its screens, one after another.
pub(crate) fn run(house: &House) {
    fill(house);
    let (email, password) = ("ana@example.com", "cavalo bateria grampo");
    people::first_administrator(&house.world, "Ana", email, password).expect("a person");
    let cookie = people::sign_in(&house.world, email, password, None).expect("a session");
    let cookie = format!("cookie: quita_session={}\r\n", cookie.expect("the right password"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut client = Client::connect(house.api).await;
        println!("{:32} {:>9} {:>9} {:>9}", "of 100,000 boletos", "middle", "longest", "bytes");
        for (name, path) in SCREENS {
            let request = get(path, &cookie);
            let mut took: Vec<Duration> = Vec::with_capacity(TIMES);
            for _ in 0..TIMES {
                let begun = Instant::now();
                let status = client.send(&request).await;
                took.push(begun.elapsed());
                assert_eq!(status, 200, "{path}: {}", client.answer());
            }
            took.sort();
            let bytes = client.received();
            println!("{name:32} {:>9.1?} {:>9.1?} {bytes:>9}", took[TIMES / 2], took[TIMES - 1]);
        }
        println!("{:32} {:>9} {:>9} {:>9}", "first page, as transferred", "", "", "bytes");
        let mut all = 0;
        for path in ["/entrar", "/assets/app.css", "/assets/app.js", "/assets/inter.woff2"] {
            let status = client.send(&get(path, "accept-encoding: gzip, deflate\r\n")).await;
            assert_eq!(status, 200, "{path}");
            let bytes = client.received();
            all += bytes;
            println!("{path:32} {:>9} {:>9} {bytes:>9}", "", "");
        }
        println!("{:32} {:>9} {:>9} {all:>9}", "together", "", "");
    });
}

fn fill(house: &House) {
    let actor = tokens::actor(&house.world, &house.token).expect("a database").expect("a token");
    for batch in 0..BOLETOS / BATCH {
        let new: Vec<NewBoleto> = (0..BATCH)
            .map(|n| serde_json::from_str(&samples::order(batch * BATCH + n)).expect("an order"))
            .collect();
        let key = format!("lote-{batch}");
        issue::issue(&house.world, &actor, &key, &key, &new, Shape::Many).expect("boletos");
    }
}
