//! Values, errors, reads.

use std::thread;

use jiff::civil::{Date, date};
use quita_core::money::Money;
use quita_store::{Options, Param, Store, StoreError, params, sql};

use crate::{Place, at, on_both_engines};

sql! {
    pub(crate) PUT = "INSERT INTO settings (name, value) VALUES ($1, $2)";
    pub(crate) GET = "SELECT value FROM settings WHERE name = $1";
    pub(crate) NAMES = "SELECT name FROM settings ORDER BY name";
    LOCKED = "SELECT value FROM settings WHERE name = $1 /*for update*/";
    // The parameters out of order: SQLite would number them by appearance.
    CHANGE = "UPDATE settings SET value = $2 WHERE name = $1";
    PUT_ALL = "INSERT INTO inbox (id, company_id, account_id, received_at, headers, body,
        handled_at, note) VALUES ($1, 'c', 'a', $2, $3, $4, $5, $6)";
    GET_ALL = "SELECT id, received_at, headers, body, handled_at, note, handled_at IS NULL
        FROM inbox WHERE id = $1";
    COMPUTED = "SELECT 1, 'text', COUNT(*), CAST(SUM(value) AS BIGINT), NULL FROM counters";
    TWO_ROWS = "SELECT 1 UNION ALL SELECT 2";
}

pub(crate) fn put(store: &Store, name: &str, value: &str) -> Result<(), StoreError> {
    let (name, value) = (name.to_owned(), value.to_owned());
    store.tx(move |tx| tx.exec(PUT, params![&name, &value]).map(|_| ()))
}

pub(crate) fn names(store: &Store) -> Vec<String> {
    store.read(|tx| tx.rows(NAMES, &[])?.iter().map(|row| row.text(0)).collect()).unwrap()
}

on_both_engines!(
    values_come_back_as_they_went,
    the_ends_of_integers_survive,
    large_bytes_survive,
    text_sorts_by_bytes,
    parameters_count_by_their_digit,
    wrong_types_are_told,
    a_second_unique_key_is_a_conflict,
    after_a_failed_statement_the_transaction_is_over,
    a_text_with_nul_is_refused,
    reads_cannot_write,
    a_read_has_one_snapshot,
    rows_locked_before_they_are_changed_lose_nothing,
    the_store_is_not_used_inside_a_transaction,
    what_was_acknowledged_is_there_on_reopening,
);

fn values_come_back_as_they_went(place: &Place) {
    let store = place.open();
    let text = "Ação São João ✓ 𝄞 'aspas' \"\" \\ $1 ?1\n\t";
    let bytes: Vec<u8> = (0..=255).collect();
    let sent = bytes.clone();
    store
        .tx(move |tx| {
            tx.exec(PUT_ALL, params!["full", at(1), text, &sent, Some(at(2)), Some(text)])?;
            tx.exec(PUT_ALL, params!["empty", at(1), "", Vec::new(), None::<i64>, None::<&str>])
        })
        .unwrap();
    let (full, empty) = store
        .read(|tx| Ok((tx.row(GET_ALL, params!["full"])?, tx.row(GET_ALL, params!["empty"])?)))
        .unwrap();
    let (full, empty) = (full.unwrap(), empty.unwrap());
    assert_eq!(full.text(0).unwrap(), "full");
    assert_eq!(full.instant(1).unwrap(), at(1));
    assert_eq!(full.str(2).unwrap(), text);
    assert_eq!(full.bytes(3).unwrap(), bytes);
    assert_eq!(full.opt_instant(4).unwrap(), Some(at(2)));
    assert_eq!(full.opt_text(5).unwrap().as_deref(), Some(text));
    assert!(!full.boolean(6).unwrap());
    assert_eq!(empty.str(2).unwrap(), "");
    assert_eq!(empty.bytes(3).unwrap(), Vec::<u8>::new());
    assert_eq!(empty.opt_instant(4).unwrap(), None);
    assert_eq!(empty.opt_text(5).unwrap(), None);
    assert!(empty.boolean(6).unwrap());

    for (day, written) in [(date(2026, 2, 28), "2026-02-28"), (Date::MAX, "9999-12-31")] {
        store.tx(move |tx| tx.exec(PUT, params![written, day])).unwrap();
        let row = store.read(move |tx| tx.row(GET, params![written])).unwrap().unwrap();
        assert_eq!(row.date(0).unwrap(), day);
        assert_eq!(row.opt_date(0).unwrap(), Some(day));
        assert_eq!(row.str(0).unwrap(), written);
    }
    put(&store, "json", "[1,2,3]").unwrap();
    let row = store.read(|tx| tx.row(GET, params!["json"])).unwrap().unwrap();
    assert_eq!(row.json::<Vec<u8>>(0).unwrap(), [1, 2, 3]);
    assert!(matches!(row.json::<String>(0), Err(StoreError::Corrupt(_))));
    assert!(store.read(|tx| tx.row(GET, params!["nobody"])).unwrap().is_none());
}

fn the_ends_of_integers_survive(place: &Place) {
    let store = place.open();
    for (scope, value) in [("max", i64::MAX), ("min", i64::MIN), ("zero", 0), ("minus", -1)] {
        store.tx(move |tx| quita_store::counters::bump_to(tx, scope, "n", value)).unwrap();
        let back = store.read(move |tx| quita_store::counters::current(tx, scope, "n")).unwrap();
        assert_eq!(back, value);
    }
    // Beyond the end there is an error, not a rounded number.
    assert!(store.tx(|tx| quita_store::counters::next(tx, "max", "n")).is_err());
    let back = store.read(|tx| quita_store::counters::current(tx, "max", "n")).unwrap();
    assert_eq!(back, i64::MAX);

    let money = Money::from_cents(i64::MAX);
    assert!(matches!(Param::from(money), Param::Int(i64::MAX)));
    let row = store.read(|tx| tx.row(COMPUTED, &[])).unwrap().unwrap();
    assert_eq!(row.money(0).unwrap(), Money::from_cents(1));
    assert_eq!(row.str(1).unwrap(), "text");
    assert_eq!(row.int(2).unwrap(), 4);
    assert_eq!(row.int(3).unwrap(), -2);
    assert_eq!(row.opt_money(4).unwrap(), None);
}

fn large_bytes_survive(place: &Place) {
    let store = place.open();
    let body: Vec<u8> = (0..5_000_000_u32).map(|i| (i * 31 / 7) as u8).collect();
    let text: String = body.iter().map(|b| char::from(b'a' + b % 26)).collect();
    let (sent, words) = (body.clone(), text.clone());
    store
        .tx(move |tx| {
            tx.exec(PUT_ALL, params!["big", at(0), &words, &sent, None::<i64>, None::<&str>])
        })
        .unwrap();
    let row = store.read(|tx| tx.row(GET_ALL, params!["big"])).unwrap().unwrap();
    assert!(row.bytes(3).unwrap() == body);
    assert!(row.str(2).unwrap() == text);
}

fn text_sorts_by_bytes(place: &Place) {
    let store = place.open();
    for name in ["b", "a", "B", "á", "Z", "_", "-", "10", "9", "~", "a b", "ab"] {
        put(&store, name, "").unwrap();
    }
    assert_eq!(names(&store), ["-", "10", "9", "B", "Z", "_", "a", "a b", "ab", "b", "~", "á"]);
}

fn parameters_count_by_their_digit(place: &Place) {
    let store = place.open();
    put(&store, "name", "before").unwrap();
    assert_eq!(store.tx(|tx| tx.exec(CHANGE, params!["name", "after"])), Ok(1));
    assert_eq!(store.tx(|tx| tx.exec(CHANGE, params!["other", "after"])), Ok(0));
    let row = store.read(|tx| tx.row(GET, params!["name"])).unwrap().unwrap();
    assert_eq!(row.str(0).unwrap(), "after");
    // A missing or a superfluous one is an error of the program, not a panic.
    for wrong in [1, 3] {
        let result = store.tx(move |tx| tx.exec(CHANGE, &vec![Param::from("x"); wrong]));
        assert!(matches!(result, Err(StoreError::Internal(_))), "{result:?}");
    }
}

fn wrong_types_are_told(place: &Place) {
    let store = place.open();
    put(&store, "name", "words").unwrap();
    let row = store.read(|tx| tx.row(GET, params!["name"])).unwrap().unwrap();
    let told = row.int(0).unwrap_err().to_string();
    assert!(told.contains("facade::GET") && told.contains("an integer, not a text"), "{told}");
    assert!(matches!(row.date(0), Err(StoreError::Corrupt(_))));
    assert!(matches!(row.bytes(0), Err(StoreError::Corrupt(_))));
    assert!(matches!(row.boolean(0), Err(StoreError::Corrupt(_))));
    assert!(matches!(row.int(1), Err(StoreError::Internal(_))));
    let two = store.read(|tx| tx.row(TWO_ROWS, &[]).map(|_| ()));
    assert!(matches!(two, Err(StoreError::Internal(_))), "{two:?}");
}

fn a_second_unique_key_is_a_conflict(place: &Place) {
    let store = place.open();
    put(&store, "once", "1").unwrap();
    let conflict = put(&store, "once", "2").unwrap_err();
    assert_eq!(conflict, StoreError::Conflict { constraint: "settings(name)".to_owned() });

    sql! {
        COMPANY = "INSERT INTO companies (id, document, name, created_at) VALUES ($1, $2, '', 0)";
        CUSTOMER = "INSERT INTO customers (id, company_id, document, name, created_at)
            VALUES ($1, $2, $3, '', 0)";
    }
    store.tx(|tx| tx.exec(COMPANY, params!["c1", "11"])).unwrap();
    store.tx(|tx| tx.exec(CUSTOMER, params!["p1", "c1", "22"])).unwrap();
    let two = store.tx(|tx| tx.exec(CUSTOMER, params!["p2", "c1", "22"])).unwrap_err();
    let constraint = "customers(company_id, document)".to_owned();
    assert_eq!(two, StoreError::Conflict { constraint });
    // The primary key too; a reference to nothing is another matter.
    let one = store.tx(|tx| tx.exec(CUSTOMER, params!["p1", "c1", "33"])).unwrap_err();
    assert_eq!(one, StoreError::Conflict { constraint: "customers(id)".to_owned() });
    let orphan = store.tx(|tx| tx.exec(CUSTOMER, params!["p3", "nobody", "22"])).unwrap_err();
    assert!(matches!(orphan, StoreError::Internal(_)), "{orphan:?}");
}

fn after_a_failed_statement_the_transaction_is_over(place: &Place) {
    let store = place.open();
    put(&store, "once", "1").unwrap();
    let result = store.tx(|tx| {
        tx.exec(PUT, params!["before", ""])?;
        assert!(matches!(tx.exec(PUT, params!["once", "2"]), Err(StoreError::Conflict { .. })));
        assert!(matches!(tx.exec(PUT, params!["after", ""]), Err(StoreError::Internal(_))));
        Ok(())
    });
    assert!(matches!(result, Err(StoreError::Conflict { .. })), "{result:?}");
    // A closure may say the conflict in its own words.
    let result = store.tx(|tx| {
        tx.exec(PUT, params!["before", ""])?;
        tx.exec(PUT, params!["once", "2"]).map_err(|_| StoreError::refused("already there"))
    });
    assert_eq!(result, Err(StoreError::refused("already there")));
    assert_eq!(names(&store), ["once"]);
}

fn a_text_with_nul_is_refused(place: &Place) {
    let store = place.open();
    let result = put(&store, "a\0b", "");
    assert!(matches!(result, Err(StoreError::Refused(_))), "{result:?}");
    assert_eq!(names(&store), Vec::<String>::new());
}

fn reads_cannot_write(place: &Place) {
    let store = place.open();
    let result = store.read(|tx| tx.exec(PUT, params!["a", "b"]));
    assert!(matches!(result, Err(StoreError::Internal(_))), "{result:?}");
    assert_eq!(names(&store), Vec::<String>::new());
}

fn a_read_has_one_snapshot(place: &Place) {
    let store = place.open();
    let other = store.clone();
    let (asked, ask) = std::sync::mpsc::sync_channel::<()>(0);
    let (done, wait) = std::sync::mpsc::channel();
    let wait = std::sync::Mutex::new(wait);
    let writer = thread::spawn(move || {
        ask.recv().unwrap();
        put(&other, "new", "").unwrap();
        done.send(()).unwrap();
    });
    let seen = store
        .read(move |tx| {
            let before = tx.rows(NAMES, &[])?.len();
            asked.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
            Ok((before, tx.rows(NAMES, &[])?.len()))
        })
        .unwrap();
    writer.join().unwrap();
    assert_eq!(seen, (0, 0));
    assert_eq!(names(&store), ["new"]);
}

fn rows_locked_before_they_are_changed_lose_nothing(place: &Place) {
    let store = place.open();
    put(&store, "sum", "0").unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let add = |tx: &mut quita_store::Tx<'_>| {
                        let row = tx.row(LOCKED, params!["sum"])?;
                        let sum: i64 = row.map_or(Ok(0), |row| row.json(0))?;
                        tx.exec(CHANGE, params!["sum", (sum + 1).to_string()])
                    };
                    store.tx(add).unwrap();
                }
            });
        }
    });
    let row = store.read(|tx| tx.row(GET, params!["sum"])).unwrap().unwrap();
    assert_eq!(row.str(0).unwrap(), "200");
}

fn the_store_is_not_used_inside_a_transaction(place: &Place) {
    let store = place.open();
    let inner = store.clone();
    assert!(!quita_store::inside_transaction());
    let results = store
        .tx(move |_| {
            let inside = quita_store::inside_transaction();
            let read = inner.read(|_| Ok(())).is_err();
            Ok((inside, inner.tx(|_| Ok(())).is_err(), read))
        })
        .unwrap();
    assert_eq!(results, (true, true, true));
    assert!(!quita_store::inside_transaction());
}

fn what_was_acknowledged_is_there_on_reopening(place: &Place) {
    let store = place.open();
    let (tell, told) = std::sync::mpsc::channel();
    for i in 0..300 {
        let tell = tell.clone();
        let name = format!("{i:03}");
        store.tx_async(
            move |tx| tx.exec(PUT, params![&name, ""]),
            move |result| tell.send(result).unwrap(),
        );
    }
    // Dropped with work waiting: the work is done first.
    drop(store);
    drop(tell);
    let done = told.iter().filter(|result| *result == Ok(1)).count();
    assert_eq!(done, 300);
    let again = place.open();
    assert_eq!(names(&again).len(), 300);
}

#[test]
fn addresses_that_do_not_suit_are_refused_without_repeating_them() {
    let options = Options::default;
    for url in ["mysql://user:secret@host/db", "quita.db", "", "postgres://user:secret@host:x/db"] {
        let Err(error) = Store::open(url, options()) else { panic!("{url} was opened") };
        assert!(matches!(error, StoreError::Refused(_)), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let inline = Options { inline: true, ..options() };
    assert!(Store::open("postgres://user@host/db", inline.clone()).is_err());
    assert!(Store::open("sqlite::memory:", options()).is_err());

    let store = Store::open("sqlite::memory:", inline).unwrap();
    put(&store, "inline", "").unwrap();
    assert!(put(&store, "inline", "").is_err());
    let panicked: Result<(), _> = store.tx(|tx| {
        tx.exec(PUT, params!["lost", ""])?;
        panic!("on purpose")
    });
    assert!(matches!(panicked, Err(StoreError::Internal(_))));
    assert_eq!(names(&store), ["inline"]);
}

#[test]
fn files_of_others_are_not_taken_for_a_database() {
    let folder = quita_store::testing::TestFolder::new();
    std::fs::write(folder.path().join("quita.db"), "a letter, not a database".repeat(100)).unwrap();
    let result = Store::open(&folder.sqlite_url(), Options::default()).map(|_| ());
    assert!(matches!(result, Err(StoreError::Corrupt(_))), "{result:?}");
    let nowhere = format!("sqlite:{}/no/such/folder/quita.db", folder.path().display());
    let result = Store::open(&nowhere, Options::default()).map(|_| ());
    assert!(matches!(result, Err(StoreError::Unavailable(_))), "{result:?}");
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = quita_store::testing::TestFolder::new();
    let store = Store::open(&folder.sqlite_url(), Options::default()).unwrap();
    put(&store, "a", "b").unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
    }
}
