//! A program killed while it writes.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

use quita_store::{Options, Store};

use crate::facade::{names, put};
use crate::{Place, on_both_engines};

/// Where the child writes.
const CHILD: &str = "QUITA_TEST_CRASH";

on_both_engines!(what_was_acknowledged_survives_a_kill);

fn what_was_acknowledged_survives_a_kill(place: &Place) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::the_program_that_is_killed", "--nocapture"])
        .env(CHILD, &place.url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeSet::new();
    let mut take = |line: String| {
        if let Some(name) = line.strip_prefix("acknowledged ") {
            acknowledged.insert(name.to_owned());
        }
        acknowledged.len()
    };
    for line in lines.by_ref() {
        if take(line.unwrap()) >= 500 {
            break;
        }
    }
    child.kill().unwrap();
    for line in lines {
        take(line.unwrap());
    }
    child.wait().unwrap();

    assert!(acknowledged.len() >= 500, "the child wrote {} only", acknowledged.len());
    let store = place.open();
    let stored: BTreeSet<String> = names(&store).into_iter().collect();
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    put(&store, "alive", "").unwrap();
}

/// The child of the test above; without an address there is nothing to do.
#[test]
fn the_program_that_is_killed() {
    let Ok(url) = env::var(CHILD) else { return };
    let store = Store::open(&url, Options::default()).unwrap();
    thread::scope(|scope| {
        for worker in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for i in 0_u64.. {
                    let name = format!("{worker}-{i}");
                    put(store, &name, "").unwrap();
                    // One write, so that the kill leaves no half a name.
                    let line = format!("acknowledged {name}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}
