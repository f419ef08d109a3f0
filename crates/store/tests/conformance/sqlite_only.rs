//! What only SQLite has: its log.

use std::fs;
use std::thread;

use quita_store::testing::TestFolder;
use quita_store::{Options, Store, inbox};

use crate::at;

/// Callers that write at the same time, so that the log never rests.
const CALLERS: u8 = 16;
/// Calls of each; all of them are many times what the log may hold.
const CALLS: i64 = 100;
const BYTES: usize = 64 * 1024;

#[test]
fn the_log_of_a_busy_database_begins_anew() {
    let folder = TestFolder::new();
    let store = Store::open(&folder.sqlite_url(), Options::default()).unwrap();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let store = &store;
            scope.spawn(move || (0..CALLS).for_each(|call| put(store, caller, call)));
        }
    });
    let written = usize::from(CALLERS) * usize::try_from(CALLS).unwrap() * BYTES;
    let mut files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let log = files.find(|path| path.to_str().unwrap().ends_with("-wal")).unwrap();
    let kept = usize::try_from(fs::metadata(log).unwrap().len()).unwrap();
    assert!(kept < written / 2, "the log has {kept} bytes after {written}");

    drop(store);
    let store = Store::open(&folder.sqlite_url(), Options::default()).unwrap();
    for caller in 0..CALLERS {
        let open = store
            .read(move |tx| inbox::open(tx, &format!("account-{caller}"), "", 2 * CALLS))
            .unwrap();
        assert_eq!(open.len(), usize::try_from(CALLS).unwrap());
        assert!(open.iter().all(|call| call.body == vec![caller; BYTES]));
    }
}

fn put(store: &Store, caller: u8, call: i64) {
    let inbound = inbox::Inbound {
        id: format!("{caller}-{call:04}"),
        company_id: "company".to_owned(),
        account_id: format!("account-{caller}"),
        received_at: at(call),
        headers: "{}".to_owned(),
        body: vec![caller; BYTES],
    };
    store.tx(move |tx| inbox::insert(tx, &inbound)).unwrap();
}
