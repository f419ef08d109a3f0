//! Durable transactions a second, with 1, 64 and 512 callers, on both engines: one of two
//! inserts, and one of the size of issuing a boleto (eight statements) for one account, whose
//! counter they all want, and spread over sixteen.
//!
//! `cargo bench -p quita-store`; PostgreSQL as for the tests.
#![expect(clippy::expect_used, reason = "a measurement that fails must stop")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quita_store::audit::{self, Entry};
use quita_store::jobs::{self, NewJob};
use quita_store::testing::{self, TestFolder};
use quita_store::{Options, Store, StoreError, Tx, counters, idempotency, params, sql};

const SPAN: Duration = Duration::from_secs(3);

sql! {
    COMPANY = "INSERT INTO companies (id, document, name, created_at) VALUES ('c', '1', 'A', 0)";
    CUSTOMER = "INSERT INTO customers (id, company_id, document, name, created_at)
        VALUES ('p', 'c', '2', 'B', 0)";
    ACCOUNT = "INSERT INTO accounts (id, company_id, bank, description, branch, number, digit,
        data, hosts, hook_token, status, created_at)
        VALUES ($1, 'c', '', '', '', $1, '', '', '', $1, '', 0)";
    CHARGE = "INSERT INTO charges (id, company_id, customer_id, document_number, amount,
        expiration_date, origin, created_at) VALUES ($1, 'c', 'p', $2, 12345, '2026-12-31', '', 0)";
    BOLETO = "INSERT INTO boletos (id, company_id, account_id, charge_id, customer_id,
        document_number, bank_reference, amount, issuance_date, expiration_date, order_body,
        public_token, created_by, created_at, live, status, updated_at)
        VALUES ($1, 'c', $4, $1, 'p', $1, $2, 12345, '2026-11-30', '2026-12-31', $3, $1, 'u', 0,
        TRUE, 'CREATED', 0)";
    EVENT = "INSERT INTO events (id, company_id, kind, subject, body, created_at)
        VALUES ($1, 'c', 'boleto.created', $1, $2, 0)";
}

/// About what an order weighs.
const BODY: &str = "{\"customer\":{\"name\":\"Padaria Estrela do Sul Ltda\",\"document\":\"00000000000191\",\
    \"address\":{\"street\":\"Rua das Laranjeiras\",\"number\":\"100\",\"city\":\"São Paulo\"}},\
    \"terms\":{\"fine\":{\"percent\":\"2\"},\"interest\":{\"percent\":\"1\"}},\"messages\":[]}";

fn two_inserts(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    tx.exec(CHARGE, params![id, id])?;
    tx.exec(EVENT, params![id, BODY]).map(|_| ())
}

fn issue_for_one(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    issue(tx, id, "0")
}

fn issue_for_sixteen(tx: &mut Tx<'_>, id: &str) -> Result<(), StoreError> {
    let number: u64 = id.parse().unwrap_or_default();
    issue(tx, id, &(number % 16).to_string())
}

fn issue(tx: &mut Tx<'_>, id: &str, account: &str) -> Result<(), StoreError> {
    let now = Timestamp::UNIX_EPOCH;
    idempotency::begin(tx, "c", id, "0123456789abcdef0123456789abcdef", now)?;
    let number = counters::next(tx, account, "reference")?;
    tx.exec(CHARGE, params![id, id])?;
    tx.exec(BOLETO, params![id, number.to_string(), BODY, account])?;
    let (company_id, kind, subject) = ("c", "issue", id);
    jobs::enqueue(tx, &NewJob { id, company_id, kind, subject, run_at: now, created_at: now })?;
    tx.exec(EVENT, params![id, BODY])?;
    let own = str::to_owned;
    let (company_id, actor, action) = (own("c"), own("user"), own("boleto.created"));
    let (id_, subject, details) = (own(id), own(id), own("{}"));
    audit::write(tx, &Entry { id: id_, company_id, at: now, actor, action, subject, details })?;
    idempotency::finish(tx, "c", id, 201, BODY)
}

type Closure = fn(&mut Tx<'_>, &str) -> Result<(), StoreError>;

/// Transactions a second, each acknowledged after its commit.
fn measure(store: &Store, callers: u64, closure: Closure) -> u64 {
    static SEQUENCE: AtomicU64 = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let before = SEQUENCE.load(Ordering::Relaxed);
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = SEQUENCE.fetch_add(1, Ordering::Relaxed);
                    // As long as a UUID, and in order, as UUIDv7 is.
                    let id = format!("{number:036}");
                    store.tx(move |tx| closure(tx, &id)).expect("a transaction");
                }
            });
        }
        thread::sleep(SPAN);
        stop.store(true, Ordering::Relaxed);
    });
    let done = SEQUENCE.load(Ordering::Relaxed) - before;
    u64::try_from(u128::from(done) * 1000 / begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn main() {
    // Not among the tests.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let folder = TestFolder::new();
    let postgres = testing::postgres().fresh_database();
    println!("engine    callers  two inserts/s  issues/s  issues/s, 16 accounts");
    for (name, url) in [("sqlite", folder.sqlite_url()), ("postgres", postgres)] {
        let store = Store::open(&url, Options::default()).expect("a database");
        store
            .tx(|tx| {
                tx.exec(COMPANY, &[])?;
                tx.exec(CUSTOMER, &[])?;
                (0..16).try_for_each(|i| tx.exec(ACCOUNT, params![i.to_string()]).map(|_| ()))
            })
            .expect("the first rows");
        for callers in [1, 64, 512] {
            let two = measure(&store, callers, two_inserts);
            let one = measure(&store, callers, issue_for_one);
            let sixteen = measure(&store, callers, issue_for_sixteen);
            println!("{name:8} {callers:>8} {two:>14} {one:>9} {sixteen:>22}");
        }
    }
}
