//! Many callers, one commit.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use quita_store::{Options, Sql, Store, StoreError, Tx, counters, params};

use crate::facade::{NAMES, PUT, names, put};
use crate::{Place, on_both_engines};

/// One writer that waits in a closure, so that what follows makes one group.
struct Held {
    store: Store,
    go: Sender<()>,
    first: Receiver<Result<(), StoreError>>,
}

impl Held {
    fn new(place: &Place) -> Self {
        let slow = Duration::from_secs(60);
        let options = Options { writers: 1, group_time: slow, ..Options::default() };
        let store = place.open_with(options);
        let (go, wait) = mpsc::channel::<()>();
        let (entered, enter) = mpsc::channel();
        let (tell, first) = mpsc::channel();
        let wait = Mutex::new(wait);
        store.tx_async(
            move |tx| {
                tx.exec(PUT, params!["first", ""])?;
                // Only the first run finds somebody at the other end.
                let _ = entered.send(());
                let _ = wait.lock().unwrap().recv();
                Ok(())
            },
            move |result| tell.send(result).unwrap(),
        );
        enter.recv().unwrap();
        Self { store, go, first }
    }

    fn add<T: Send + 'static>(
        &self,
        closure: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + Sync + 'static,
    ) -> Receiver<Result<T, StoreError>> {
        let (tell, told) = mpsc::channel();
        self.store.tx_async(closure, move |result| tell.send(result).unwrap());
        told
    }

    /// Lets the group go on and gives the store and the first one's result.
    fn release(self) -> (Store, Result<(), StoreError>) {
        drop(self.go);
        (self.store, self.first.recv().unwrap())
    }
}

on_both_engines!(
    a_failing_closure_is_undone_alone,
    a_panic_is_an_error_of_its_caller_only,
    a_refusal_before_writing_costs_the_others_nothing,
    nothing_is_seen_or_answered_before_the_commit,
    if_the_commit_fails_everybody_knows,
    a_group_is_full_by_count,
    a_full_queue_says_so,
    increments_of_many_threads_lose_nothing,
    groups_that_want_the_same_rows_all_get_through,
);

fn a_failing_closure_is_undone_alone(place: &Place) {
    let held = Held::new(place);
    let before = held.add(|tx| tx.exec(PUT, params!["before", ""]));
    let conflict = held.add(|tx| {
        tx.exec(PUT, params!["undone", ""])?;
        tx.exec(PUT, params!["before", ""])
    });
    let refusal = held.add(|tx| {
        tx.exec(PUT, params!["undone", ""])?;
        Err::<(), _>(StoreError::refused("no"))
    });
    let after = held.add(|tx| {
        tx.exec(PUT, params!["after", ""])?;
        tx.rows(NAMES, &[])?.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()
    });
    let (store, first) = held.release();
    assert_eq!(first, Ok(()));
    assert_eq!(before.recv().unwrap(), Ok(1));
    assert!(matches!(conflict.recv().unwrap(), Err(StoreError::Conflict { .. })));
    assert_eq!(refusal.recv().unwrap(), Err(StoreError::refused("no")));
    let expected: Vec<String> = ["after", "before", "first"].map(str::to_owned).into();
    assert_eq!(after.recv().unwrap(), Ok(expected.clone()));
    assert_eq!(names(&store), expected);
}

fn a_panic_is_an_error_of_its_caller_only(place: &Place) {
    let held = Held::new(place);
    let panics = held.add::<()>(|tx| {
        tx.exec(PUT, params!["undone", ""])?;
        panic!("on purpose")
    });
    let after = held.add(|tx| tx.exec(PUT, params!["after", ""]));
    let (store, first) = held.release();
    assert_eq!(first, Ok(()));
    let told = panics.recv().unwrap().unwrap_err();
    assert!(matches!(&told, StoreError::Internal(why) if why.contains("on purpose")), "{told}");
    assert_eq!(after.recv().unwrap(), Ok(1));
    assert_eq!(names(&store), ["after", "first"]);
    assert!(!quita_store::inside_transaction());
    // A callback that panics does no harm either.
    store.tx_async(|_| Ok(()), |_| panic!("on purpose"));
    put(&store, "alive", "").unwrap();
    assert_eq!(names(&store), ["after", "alive", "first"]);
}

fn a_refusal_before_writing_costs_the_others_nothing(place: &Place) {
    let held = Held::new(place);
    let runs = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&runs);
    let work = held.add(move |tx| {
        count.fetch_add(1, Ordering::Relaxed);
        tx.exec(PUT, params!["work", ""])
    });
    let refusal = held.add(|tx| {
        let found = tx.rows(NAMES, &[])?.len();
        Err::<(), _>(StoreError::Refused(format!("{found} there already")))
    });
    let (store, _) = held.release();
    assert_eq!(work.recv().unwrap(), Ok(1));
    assert_eq!(refusal.recv().unwrap(), Err(StoreError::refused("2 there already")));
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(names(&store), ["first", "work"]);
}

fn nothing_is_seen_or_answered_before_the_commit(place: &Place) {
    let held = Held::new(place);
    // The first closure has written and waits.
    assert_eq!(names(&held.store), Vec::<String>::new());
    assert!(held.first.try_recv().is_err());
    let (store, first) = held.release();
    assert_eq!(first, Ok(()));
    assert_eq!(names(&store), ["first"]);
}

fn if_the_commit_fails_everybody_knows(place: &Place) {
    // A reference that is checked at the end, which the house itself does not use.
    const TABLE: &str = "CREATE TABLE late (name TEXT REFERENCES settings (name)
        DEFERRABLE INITIALLY DEFERRED)";
    const ORPHAN: &str = "INSERT INTO late (name) VALUES ('nobody')";
    place.open().tx(|tx| tx.exec(Sql::new("TABLE", TABLE, TABLE.as_bytes()), &[])).unwrap();

    let held = Held::new(place);
    let orphan = held.add(|tx| tx.exec(Sql::new("ORPHAN", ORPHAN, ORPHAN.as_bytes()), &[]));
    let after = held.add(|tx| tx.exec(PUT, params!["after", ""]));
    let (store, first) = held.release();
    let error = first.unwrap_err();
    assert_eq!(orphan.recv().unwrap(), Err(error.clone()));
    assert_eq!(after.recv().unwrap(), Err(error));
    assert_eq!(names(&store), Vec::<String>::new());
    put(&store, "alive", "").unwrap();
    assert_eq!(names(&store), ["alive"]);
}

fn a_group_is_full_by_count(place: &Place) {
    let options = Options { writers: 1, group_max: 2, ..Options::default() };
    let store = place.open_with(options);
    let (tell, told) = mpsc::channel();
    for i in 0..20 {
        let tell = tell.clone();
        let name = format!("{i:02}");
        store.tx_async(
            move |tx| tx.exec(PUT, params![&name, ""]),
            move |result| tell.send(result).unwrap(),
        );
    }
    for _ in 0..20 {
        assert_eq!(told.recv().unwrap(), Ok(1));
    }
    assert_eq!(names(&store).len(), 20);
}

fn a_full_queue_says_so(place: &Place) {
    let store = place.open_with(Options { writers: 1, queue_max: 1, ..Options::default() });
    let (entered, enter) = mpsc::channel();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    store.tx_async(
        move |_| {
            let _ = entered.send(());
            let _ = wait.lock().unwrap().recv();
            Ok(())
        },
        |_| {},
    );
    enter.recv().unwrap();
    let (tell, told) = mpsc::channel();
    let beyond = tell.clone();
    store.tx_async(|_| Ok(()), move |result| tell.send(result).unwrap());
    store.tx_async(|_| Ok(()), move |result| beyond.send(result).unwrap());
    assert!(matches!(told.recv().unwrap(), Err(StoreError::Busy(_))));
    drop(go);
    assert_eq!(told.recv().unwrap(), Ok(()));
}

fn increments_of_many_threads_lose_nothing(place: &Place) {
    let store = place.open();
    let numbers = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for worker in 0..16 {
            let (store, numbers) = (&store, &numbers);
            scope.spawn(move || {
                for i in 0..20 {
                    // Some are undone: their numbers are given again.
                    let refuse = (worker + i) % 5 == 0;
                    let taken = store.tx(move |tx| {
                        let number = counters::next(tx, "account", "reference")?;
                        if refuse { Err(StoreError::refused("no")) } else { Ok(number) }
                    });
                    match taken {
                        Ok(number) => numbers.lock().unwrap().push(number),
                        Err(error) => assert_eq!(error, StoreError::refused("no")),
                    }
                }
            });
        }
    });
    let mut numbers = numbers.into_inner().unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=256).collect::<Vec<i64>>());
}

fn groups_that_want_the_same_rows_all_get_through(place: &Place) {
    let store = place.open();
    thread::scope(|scope| {
        for worker in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for i in 0..20 {
                    let account = ((worker * 7 + i * 3) % 8).to_string();
                    store.tx(move |tx| counters::next(tx, &account, "n")).unwrap();
                }
            });
        }
    });
    let total: i64 =
        store.read(|tx| (0..8).map(|i| counters::current(tx, &i.to_string(), "n")).sum()).unwrap();
    assert_eq!(total, 320);
}
