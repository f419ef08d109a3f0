//! The chain of the audit, and hands that touch it.

use std::thread;

use quita_store::audit::{self, Entry, Verification};
use quita_store::{Sql, Store, StoreError, params};

use crate::{Place, at, on_both_engines};

on_both_engines!(
    entries_are_chained_after_their_commit,
    every_tampering_is_found,
    sealers_of_many_nodes_make_one_chain,
    the_hash_of_a_backup_tells_a_rewritten_chain,
    an_entry_goes_with_its_transaction,
);

fn entry(number: i64) -> Entry {
    Entry {
        id: format!("{number:05}"),
        company_id: "company".to_owned(),
        at: at(number),
        actor: "user:ana".to_owned(),
        action: "boleto.issued".to_owned(),
        subject: format!("boleto-{}", number % 7),
        details: format!("{{\"número\":{number}}}"),
    }
}

fn write(store: &Store, numbers: std::ops::Range<i64>) {
    store
        .tx(move |tx| {
            for number in numbers.clone() {
                audit::write(tx, &entry(number))?;
            }
            Ok(())
        })
        .unwrap();
}

fn seal(store: &Store, limit: i64) -> u64 {
    store.tx(move |tx| audit::seal(tx, limit)).unwrap()
}

fn whole(store: &Store) -> (i64, String, i64) {
    match audit::verify(store).unwrap() {
        Verification::Whole { sealed_to, head, unsealed } => (sealed_to, head, unsealed),
        Verification::Broken { seq, what } => panic!("broken at {seq}: {what}"),
    }
}

fn entries_are_chained_after_their_commit(place: &Place) {
    let store = place.open();
    assert_eq!(whole(&store), (0, "0".repeat(64), 0));
    assert_eq!(seal(&store, 100), 0);
    write(&store, 0..25);
    assert_eq!(whole(&store), (0, "0".repeat(64), 25));
    assert_eq!(seal(&store, 10), 10);
    let (sealed_to, first_head, unsealed) = whole(&store);
    assert_eq!((sealed_to, unsealed), (10, 15));
    assert_eq!(seal(&store, 100), 15);
    // More than a page of the verification; and an id below those that are sealed already.
    write(&store, 100..2100);
    write(&store, 50..51);
    assert_eq!(seal(&store, 10_000), 2001);
    let (sealed_to, head, unsealed) = whole(&store);
    assert_eq!((sealed_to, unsealed), (2026, 0));
    let found = store
        .read(|tx| Ok([audit::hash_at(tx, 10)?, audit::hash_at(tx, 2026)?, audit::hash_at(tx, 0)?]))
        .unwrap();
    assert_eq!(found, [Some(first_head), Some(head), None]);
    let mine = store.read(|tx| audit::of_subject(tx, "company", "boleto-3", 2)).unwrap();
    assert_eq!(mine, [entry(3), entry(10)]);
}

fn every_tampering_is_found(place: &Place) {
    // The text of a statement that an intruder would run, and the seal where it must be noticed.
    let hands: [(&'static str, i64); 16] = [
        ("UPDATE audit SET company_id = 'other' WHERE id = '00003'", 4),
        ("UPDATE audit SET at = at + 1 WHERE id = '00003'", 4),
        ("UPDATE audit SET actor = 'user:bia' WHERE id = '00003'", 4),
        ("UPDATE audit SET action = 'boleto.seen' WHERE id = '00003'", 4),
        ("UPDATE audit SET subject = 'boleto-4' WHERE id = '00003'", 4),
        ("UPDATE audit SET details = '{}' WHERE id = '00003'", 4),
        ("UPDATE audit SET seq = NULL, hash = NULL WHERE id = '00003'", 4),
        // Moved from one field to its neighbour.
        ("UPDATE audit SET actor = 'user:anab', action = 'oleto.issued' WHERE id = '00003'", 4),
        ("UPDATE audit SET hash = '00' WHERE seq = 4", 4),
        ("UPDATE audit SET hash = NULL WHERE seq = 4", 4),
        ("UPDATE audit SET seq = 99 WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 4", 4),
        // Taken from the end, so that no link is missing.
        ("DELETE FROM audit WHERE seq = 9", 9),
        ("UPDATE audit SET seq = NULL, hash = NULL WHERE seq = 9", 9),
        ("UPDATE audit SET seq = 10, hash = 'beef' WHERE id = '00009'", 10),
        (
            "INSERT INTO audit (id, company_id, at, actor, action, subject, details, seq, hash)
          VALUES ('x', 'company', 0, 'a', 'b', 'c', '', 10, 'beef')",
            10,
        ),
    ];
    let store = place.open();
    write(&store, 0..9);
    assert_eq!(seal(&store, 100), 9);
    write(&store, 9..10);
    for (hand, broken) in hands {
        let before = dump(&store);
        let sql = Sql::new("hand", hand, hand.as_bytes());
        assert_eq!(store.tx(move |tx| tx.exec(sql, &[])), Ok(1), "{hand}");
        match audit::verify(&store).unwrap() {
            Verification::Broken { seq, .. } => assert_eq!(seq, broken, "{hand}"),
            Verification::Whole { .. } => panic!("not noticed: {hand}"),
        }
        restore(&store, before);
        assert_eq!(whole(&store).0, 9);
    }
}

/// All entries with their seals.
type Dump = Vec<(Entry, Option<i64>, Option<String>)>;

const ENTRIES: &str =
    "SELECT id, company_id, at, actor, action, subject, details, seq, hash FROM audit";

fn dump(store: &Store) -> Dump {
    store
        .read(|tx| {
            let mut entries = Vec::new();
            for row in tx.rows(Sql::new("entries", ENTRIES, ENTRIES.as_bytes()), &[])? {
                let entry = Entry {
                    id: row.text(0)?,
                    company_id: row.text(1)?,
                    at: row.instant(2)?,
                    actor: row.text(3)?,
                    action: row.text(4)?,
                    subject: row.text(5)?,
                    details: row.text(6)?,
                };
                entries.push((entry, row.opt_int(7)?, row.opt_text(8)?));
            }
            Ok(entries)
        })
        .unwrap()
}

fn restore(store: &Store, dump: Dump) {
    const NO_ENTRIES: &str = "DELETE FROM audit";
    quita_store::sql! { SEAL = "UPDATE audit SET seq = $2, hash = $3 WHERE id = $1"; }
    store
        .tx(move |tx| {
            tx.exec(Sql::new("no entries", NO_ENTRIES, NO_ENTRIES.as_bytes()), &[])?;
            for (entry, seq, hash) in &dump {
                audit::write(tx, entry)?;
                tx.exec(SEAL, params![&entry.id, *seq, hash])?;
            }
            Ok(())
        })
        .unwrap();
}

fn sealers_of_many_nodes_make_one_chain(place: &Place) {
    let store = place.open();
    let other = place.open();
    thread::scope(|scope| {
        let (store, other) = (&store, &other);
        for writer in 0..4 {
            scope.spawn(move || {
                for i in 0..20 {
                    let number = writer * 1000 + i * 3;
                    write(if i % 2 == 0 { store } else { other }, number..number + 3);
                }
            });
        }
        for node in [store, other, store] {
            scope.spawn(move || {
                for _ in 0..20 {
                    seal(node, 7);
                }
            });
        }
    });
    while seal(&store, 100) > 0 {}
    let (sealed_to, _, unsealed) = whole(&store);
    assert_eq!((sealed_to, unsealed), (4 * 60, 0));
}

fn the_hash_of_a_backup_tells_a_rewritten_chain(place: &Place) {
    let store = place.open();
    write(&store, 0..5);
    seal(&store, 100);
    let (kept_at, kept, _) = whole(&store);
    // An intruder who knows the method changes an entry and makes the whole chain anew.
    let mut entries = dump(&store);
    entries[1].0.actor = "user:bia".to_owned();
    let unsealed = entries.into_iter().map(|(entry, ..)| (entry, None, None));
    restore(&store, unsealed.collect());
    seal(&store, 100);
    assert_eq!(whole(&store).0, 5);
    let now = store.read(move |tx| audit::hash_at(tx, kept_at)).unwrap();
    assert!(now.is_some() && now != Some(kept));
}

fn an_entry_goes_with_its_transaction(place: &Place) {
    let store = place.open();
    let undone = store.tx(|tx| {
        audit::write(tx, &entry(1))?;
        Err::<(), _>(StoreError::refused("no"))
    });
    assert!(undone.is_err());
    assert_eq!(whole(&store).2, 0);
}
