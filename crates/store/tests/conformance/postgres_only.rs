//! What only a server can do to us.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use postgres::{Client, NoTls};
use quita_store::{Options, Store, StoreError, Tx, counters, testing};

use crate::Place;
use crate::facade::{names, put};

/// Two closures that take two counters crosswise, each waiting once for the other to hold one.
#[test]
fn closures_that_block_each_other_both_succeed() {
    let store = Place::postgres().open();
    let crosswise = |mine: &'static str, other: &'static str, tell: mpsc::Sender<()>, told| {
        let told: Mutex<mpsc::Receiver<()>> = Mutex::new(told);
        let first = AtomicBool::new(true);
        move |tx: &mut Tx<'_>| {
            counters::next(tx, mine, "n")?;
            if first.swap(false, Ordering::Relaxed) {
                tell.send(()).unwrap();
                told.lock().unwrap().recv().unwrap();
            }
            counters::next(tx, other, "n")
        }
    };
    let ((tell_a, told_a), (tell_b, told_b)) = (mpsc::channel(), mpsc::channel());
    let (a, b) = (crosswise("a", "b", tell_b, told_a), crosswise("b", "a", tell_a, told_b));
    thread::scope(|scope| {
        let a = scope.spawn(|| store.tx(a));
        let b = scope.spawn(|| store.tx(b));
        let mut numbers = [a.join().unwrap().unwrap(), b.join().unwrap().unwrap()];
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2]);
    });
    let ends =
        store.read(|tx| Ok([counters::current(tx, "a", "n")?, counters::current(tx, "b", "n")?]));
    assert_eq!(ends, Ok([2, 2]));
}

fn execute(url: &str, text: &str) {
    Client::connect(url, NoTls).unwrap().batch_execute(text).unwrap();
}

const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn connections_that_were_cut_are_mended() {
    let url = testing::postgres().fresh_database();
    let store =
        Store::open(&url, Options { writers: 2, readers: 2, ..Options::default() }).unwrap();
    for round in 0..3 {
        put(&store, &round.to_string(), "").unwrap();
        assert_eq!(names(&store).len(), round + 1);
        execute(&url, CUT);
    }
}

#[test]
fn a_connection_cut_in_a_transaction_is_an_error_and_leaves_nothing() {
    let url = testing::postgres().fresh_database();
    let store = Store::open(&url, Options { writers: 1, ..Options::default() }).unwrap();
    let victim = url.clone();
    let result = store.tx(move |tx| {
        counters::next(tx, "a", "n")?;
        execute(&victim, CUT);
        counters::next(tx, "a", "n")
    });
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
    assert_eq!(store.tx(|tx| counters::next(tx, "a", "n")), Ok(1));
}

#[test]
fn a_database_that_sorts_by_a_language_is_refused() {
    let url = testing::postgres().fresh_database();
    let (address, query) = url.split_once('?').unwrap_or((&url, ""));
    let (server, name) = address.rsplit_once('/').unwrap();
    for (suffix, settings) in [
        (
            "icu",
            "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'pt-BR' LC_COLLATE 'C' LC_CTYPE 'C'",
        ),
        ("ascii", "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"),
    ] {
        execute(&url, &format!("CREATE DATABASE {name}_{suffix} TEMPLATE template0 {settings}"));
        let other = format!("{server}/{name}_{suffix}?{query}");
        let result = Store::open(&other, Options::default()).map(|_| ());
        let Err(StoreError::Refused(why)) = result else { panic!("{suffix}: {result:?}") };
        assert!(why.contains("CREATE DATABASE"), "{why}");
    }
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    let result = Store::open("postgres://nobody@/none?host=/no/such/folder", Options::default());
    assert!(matches!(result.map(|_| ()), Err(StoreError::Unavailable(_))));
    let none = testing::postgres().fresh_database().replace("quita_test_", "quita_none_");
    let result = Store::open(&none, Options::default()).map(|_| ());
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
}
