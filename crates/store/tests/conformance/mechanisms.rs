//! Jobs, idempotency, counters, cursors, inbox.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use jiff::Timestamp;
use quita_store::bank_tokens::{self, BankToken};
use quita_store::idempotency::{self, Begun};
use quita_store::inbox::{self, Inbound};
use quita_store::jobs::{self, Job, NewJob};
use quita_store::{Store, StoreError, counters, cursors};

use crate::{Place, at, on_both_engines};

on_both_engines!(
    a_job_is_claimed_once_and_finished,
    jobs_come_by_kind_and_age,
    asking_again_pulls_a_job_earlier,
    asking_while_it_runs_makes_it_run_again,
    a_postponed_job_comes_back,
    a_lease_that_ended_is_worth_nothing,
    a_job_that_ended_well_may_run_again,
    after_a_crash_every_lease_is_taken_away,
    many_workers_share_the_jobs,
    companies_take_turns,
    a_job_belongs_to_the_transaction_that_asks,
    a_request_takes_effect_once,
    one_of_many_equal_requests_is_new,
    old_requests_are_reaped,
    counters_are_apart_and_never_go_back,
    cursors_are_kept_by_account,
    a_bank_token_gives_way_to_a_newer_one_alone,
    the_inbox_keeps_what_came,
);

fn enqueue(store: &Store, kind: &'static str, subject: &str, run_at: Timestamp) {
    let subject = subject.to_owned();
    store
        .tx(move |tx| {
            let id = format!("id-{kind}-{subject}");
            let (company_id, subject) = ("company", subject.as_str());
            jobs::enqueue(
                tx,
                &NewJob { id: &id, company_id, kind, subject, run_at, created_at: at(0) },
            )
        })
        .unwrap();
}

fn claim(
    store: &Store,
    lot: usize,
    kinds: &'static [&str],
    now: Timestamp,
    lease: &str,
) -> Vec<Job> {
    let lease = lease.to_owned();
    let until = now + jiff::SignedDuration::from_secs(60);
    store.tx(move |tx| jobs::claim(tx, lot, kinds, now, &lease, until)).unwrap()
}

fn finish(store: &Store, job: &Job) -> bool {
    let (id, lease) = (job.id.clone(), job.lease.clone());
    store.tx(move |tx| jobs::finish(tx, &id, &lease)).unwrap()
}

fn due(store: &Store, now: Timestamp) -> i64 {
    store.read(move |tx| jobs::due(tx, now)).unwrap()
}

fn subjects(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.subject.as_str()).collect()
}

fn a_job_is_claimed_once_and_finished(place: &Place) {
    let store = place.open();
    enqueue(&store, "issue", "b1", at(10));
    assert_eq!(claim(&store, 10, &["issue"], at(9), "early"), []);
    assert_eq!((due(&store, at(9)), due(&store, at(10))), (0, 1));
    let jobs = claim(&store, 10, &["issue"], at(10), "one");
    let expected = Job {
        id: "id-issue-b1".to_owned(),
        company_id: "company".to_owned(),
        kind: "issue".to_owned(),
        subject: "b1".to_owned(),
        tries: 1,
        last_error: None,
        lease: "one".to_owned(),
    };
    assert_eq!(jobs, [expected]);
    assert_eq!(claim(&store, 10, &["issue"], at(11), "two"), []);
    assert_eq!(due(&store, at(11)), 0);
    let standing = store.read(|tx| jobs::standing(tx, "issue", "b1")).unwrap().unwrap();
    assert!(standing.claimed && standing.run_at == at(70) && standing.tries == 1);
    assert!(finish(&store, &jobs[0]));
    assert!(!finish(&store, &jobs[0]));
    assert_eq!(store.read(|tx| jobs::standing(tx, "issue", "b1")), Ok(None));
    assert_eq!(claim(&store, 10, &["issue"], at(1000), "three"), []);
}

fn jobs_come_by_kind_and_age(place: &Place) {
    let store = place.open();
    for (kind, subject, seconds) in
        [("poll", "p1", 1), ("issue", "i3", 3), ("issue", "i1", 1), ("issue", "i2", 2)]
    {
        enqueue(&store, kind, subject, at(seconds));
    }
    assert_eq!(subjects(&claim(&store, 0, &["issue"], at(9), "0")), Vec::<&str>::new());
    assert_eq!(subjects(&claim(&store, 2, &["issue", "poll"], at(9), "1")), ["i1", "i2"]);
    assert_eq!(subjects(&claim(&store, 2, &["other"], at(9), "2")), Vec::<&str>::new());
    assert_eq!(subjects(&claim(&store, 2, &["issue", "poll"], at(9), "3")), ["i3", "p1"]);
}

fn asking_again_pulls_a_job_earlier(place: &Place) {
    let store = place.open();
    enqueue(&store, "poll", "a", at(100));
    enqueue(&store, "poll", "a", at(200));
    assert_eq!((due(&store, at(99)), due(&store, at(100))), (0, 1));
    enqueue(&store, "poll", "a", at(50));
    assert_eq!((due(&store, at(49)), due(&store, at(50))), (0, 1));
    assert_eq!(claim(&store, 10, &["poll"], at(50), "one").len(), 1);
}

fn asking_while_it_runs_makes_it_run_again(place: &Place) {
    let store = place.open();
    enqueue(&store, "poll", "a", at(0));
    let first = claim(&store, 1, &["poll"], at(1), "one");
    enqueue(&store, "poll", "a", at(5));
    enqueue(&store, "poll", "a", at(9));
    // Not beside the one that runs.
    assert_eq!(claim(&store, 1, &["poll"], at(10), "two"), []);
    assert!(finish(&store, &first[0]));
    assert_eq!(claim(&store, 1, &["poll"], at(4), "three"), []);
    let second = claim(&store, 1, &["poll"], at(5), "four");
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].tries, 1);
    assert!(finish(&store, &second[0]));
    assert_eq!(due(&store, at(1000)), 0);

    // A crash in between: the run that follows covers what was asked before it, not what is
    // asked for later.
    enqueue(&store, "poll", "a", at(0));
    assert_eq!(claim(&store, 1, &["poll"], at(1), "crashes").len(), 1);
    enqueue(&store, "poll", "a", at(2));
    let again = claim(&store, 1, &["poll"], at(61), "after");
    assert!(finish(&store, &again[0]));
    assert_eq!(due(&store, at(1000)), 0);
    enqueue(&store, "poll", "a", at(0));
    assert_eq!(claim(&store, 1, &["poll"], at(1), "crashes again").len(), 1);
    enqueue(&store, "poll", "a", at(500));
    let again = claim(&store, 1, &["poll"], at(61), "after again");
    assert!(finish(&store, &again[0]));
    assert_eq!((due(&store, at(499)), due(&store, at(500))), (0, 1));
}

fn a_postponed_job_comes_back(place: &Place) {
    let store = place.open();
    enqueue(&store, "issue", "b1", at(0));
    let job = claim(&store, 1, &["issue"], at(0), "one").remove(0);
    let (id, lease) = (job.id.clone(), job.lease.clone());
    let postpone = move |tx: &mut quita_store::Tx<'_>| {
        jobs::postpone(tx, &id, &lease, at(30), "the bank did not answer")
    };
    assert_eq!(store.tx(postpone.clone()), Ok(true));
    assert_eq!(store.tx(postpone), Ok(false));
    assert!(!finish(&store, &job));
    assert_eq!(claim(&store, 1, &["issue"], at(29), "two"), []);
    let job = claim(&store, 1, &["issue"], at(30), "three").remove(0);
    assert_eq!((job.tries, job.last_error.as_deref()), (2, Some("the bank did not answer")));
    // Asked for meanwhile: the doorbell wins over the delay.
    enqueue(&store, "issue", "b1", at(31));
    let (id, lease) = (job.id.clone(), job.lease.clone());
    assert_eq!(store.tx(move |tx| jobs::postpone(tx, &id, &lease, at(300), "again")), Ok(true));
    let job = claim(&store, 1, &["issue"], at(31), "four").remove(0);
    assert_eq!(job.tries, 3);
    // A job that could not begin has not been tried.
    let (id, lease) = (job.id.clone(), job.lease.clone());
    let put_back =
        move |tx: &mut quita_store::Tx<'_>| jobs::put_back(tx, &id, &lease, at(40), "not yet");
    assert_eq!((store.tx(put_back.clone()), store.tx(put_back)), (Ok(true), Ok(false)));
    assert_eq!(claim(&store, 1, &["issue"], at(39), "five"), []);
    let job = claim(&store, 1, &["issue"], at(40), "six").remove(0);
    assert_eq!((job.tries, job.last_error.as_deref()), (3, Some("not yet")));
}

fn a_lease_that_ended_is_worth_nothing(place: &Place) {
    let store = place.open();
    enqueue(&store, "issue", "b1", at(0));
    let slow = claim(&store, 1, &["issue"], at(0), "slow").remove(0);
    assert_eq!(claim(&store, 1, &["issue"], at(59), "early"), []);
    let quick = claim(&store, 1, &["issue"], at(60), "quick").remove(0);
    assert_eq!(quick.tries, 2);
    assert!(!finish(&store, &slow));
    let (id, lease) = (slow.id.clone(), slow.lease.clone());
    assert_eq!(store.tx(move |tx| jobs::postpone(tx, &id, &lease, at(0), "")), Ok(false));
    assert!(finish(&store, &quick));
}

fn a_job_that_ended_well_may_run_again(place: &Place) {
    let store = place.open();
    enqueue(&store, "poll", "a", at(0));
    let job = claim(&store, 1, &["poll"], at(0), "one").remove(0);
    let (id, lease) = (job.id.clone(), job.lease.clone());
    let again = move |tx: &mut quita_store::Tx<'_>| jobs::again(tx, &id, &lease, at(40));
    assert_eq!(store.tx(again.clone()), Ok(true));
    assert_eq!(store.tx(again), Ok(false));
    assert_eq!((due(&store, at(39)), due(&store, at(40))), (0, 1));
    let job = claim(&store, 1, &["poll"], at(40), "two").remove(0);
    assert_eq!(job.tries, 1);
    // Asked for meanwhile, it runs at the earlier of the two times.
    enqueue(&store, "poll", "a", at(45));
    assert_eq!(store.tx(move |tx| jobs::again(tx, &job.id, "two", at(90))), Ok(true));
    assert_eq!((due(&store, at(44)), due(&store, at(45))), (0, 1));
}

fn after_a_crash_every_lease_is_taken_away(place: &Place) {
    let store = place.open();
    enqueue(&store, "poll", "a", at(0));
    enqueue(&store, "poll", "later", at(500));
    let lost = claim(&store, 1, &["poll"], at(0), "lost").remove(0);
    assert_eq!(store.tx(|tx| jobs::release_all(tx, at(1))), Ok(1));
    assert!(!finish(&store, &lost));
    assert_eq!(subjects(&claim(&store, 9, &["poll"], at(1), "new")), ["a"]);
}

fn many_workers_share_the_jobs(place: &Place) {
    let store = place.open();
    store
        .tx(|tx| {
            for i in 0..300 {
                let id = format!("{i:04}");
                let (company_id, kind, subject) = ("c", "issue", id.as_str());
                let job =
                    NewJob { id: &id, company_id, kind, subject, run_at: at(0), created_at: at(0) };
                jobs::enqueue(tx, &job)?;
            }
            Ok(())
        })
        .unwrap();
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for worker in 0..8 {
            let (store, done) = (&store, &done);
            scope.spawn(move || {
                for round in 0.. {
                    let jobs = claim(store, 7, &["issue"], at(1), &format!("{worker}-{round}"));
                    assert!(jobs.len() <= 7);
                    if jobs.is_empty() {
                        return;
                    }
                    for job in jobs {
                        assert!(finish(store, &job));
                        done.lock().unwrap().push(job.id);
                    }
                }
            });
        }
    });
    let done = done.into_inner().unwrap();
    let distinct: BTreeSet<_> = done.iter().collect();
    assert_eq!((done.len(), distinct.len()), (300, 300));
    assert_eq!(due(&store, at(1_000_000)), 0);
}

fn companies_take_turns(place: &Place) {
    let store = place.open();
    store
        .tx(|tx| {
            for (company_id, id) in
                [("b", "b1"), ("b", "b2"), ("b", "b3"), ("a", "a1"), ("c", "c1")]
            {
                let (kind, run_at) = ("mail", at(0));
                let job = NewJob { id, company_id, kind, subject: id, run_at, created_at: at(0) };
                jobs::enqueue(tx, &job)?;
            }
            Ok(())
        })
        .unwrap();
    let mut last = String::new();
    let mut turn = |now: Timestamp| {
        let after = last.clone();
        let job = store
            .tx(move |tx| jobs::claim_in_turn(tx, "mail", &after, now, "l", at(1000)))
            .unwrap()?;
        last = job.company_id.clone();
        Some(job.id)
    };
    let first: Vec<_> = (0..4).map(|_| turn(at(10)).unwrap()).collect();
    assert_eq!(first, ["a1", "b1", "c1", "b2"]);
    // What a company has left waits as long as it is told to; what is worked on does not change.
    store.tx(|tx| jobs::hold_back(tx, "mail", "b", at(60))).unwrap();
    assert_eq!(turn(at(59)), None);
    assert_eq!(turn(at(60)).unwrap(), "b3");
    let standing = store.read(|tx| jobs::standing(tx, "mail", "b1")).unwrap().unwrap();
    assert_eq!((standing.claimed, standing.run_at), (true, at(1000)));
}

fn a_job_belongs_to_the_transaction_that_asks(place: &Place) {
    let store = place.open();
    let undone = store.tx(|tx| {
        let (company_id, kind, subject) = ("c", "issue", "b1");
        let (run_at, created_at) = (at(0), at(0));
        let job = NewJob { id: "1", company_id, kind, subject, run_at, created_at };
        jobs::enqueue(tx, &job)?;
        Err::<(), _>(StoreError::refused("no"))
    });
    assert!(undone.is_err());
    assert_eq!(due(&store, at(0)), 0);
}

fn begin(store: &Store, key: &str, fingerprint: &str) -> Begun {
    let (key, fingerprint) = (key.to_owned(), fingerprint.to_owned());
    store.tx(move |tx| idempotency::begin(tx, "c", &key, &fingerprint, at(0))).unwrap()
}

fn a_request_takes_effect_once(place: &Place) {
    let store = place.open();
    assert_eq!(begin(&store, "k", "body"), Begun::New);
    assert_eq!(begin(&store, "k", "body"), Begun::Running { since: at(0) });
    assert_eq!(begin(&store, "k", "other"), Begun::OtherBody);
    let answer = |tx: &mut quita_store::Tx<'_>| idempotency::finish(tx, "c", "k", 201, "{\"a\":1}");
    assert_eq!(store.tx(answer), Ok(()));
    assert!(matches!(store.tx(answer), Err(StoreError::Internal(_))));
    let replay = Begun::Replay { status: 201, body: "{\"a\":1}".to_owned() };
    assert_eq!(begin(&store, "k", "body"), replay);
    assert_eq!(begin(&store, "k", "other"), Begun::OtherBody);
    // What was answered is not forgotten; what runs is.
    assert_eq!(store.tx(|tx| idempotency::forget(tx, "c", "k")), Ok(false));
    assert_eq!(begin(&store, "passing", "body"), Begun::New);
    assert_eq!(store.tx(|tx| idempotency::forget(tx, "c", "passing")), Ok(true));
    assert_eq!(begin(&store, "passing", "body"), Begun::New);
    // Another company may use the same key.
    let other = store.tx(|tx| idempotency::begin(tx, "d", "k", "x", at(0)));
    assert_eq!(other, Ok(Begun::New));
}

fn one_of_many_equal_requests_is_new(place: &Place) {
    let store = place.open();
    let outcomes = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for caller in 0..16 {
            let (store, outcomes) = (&store, &outcomes);
            scope.spawn(move || {
                for request in 0..10 {
                    let outcome = store
                        .tx(move |tx| {
                            let key = format!("{request}");
                            let begun = idempotency::begin(tx, "c", &key, "same", at(0))?;
                            if begun == Begun::New {
                                counters::next(tx, "effects", &key)?;
                                let body = format!("by {caller}");
                                idempotency::finish(tx, "c", &key, 201, &body)?;
                            }
                            Ok(begun)
                        })
                        .unwrap();
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    assert_eq!(outcomes.iter().filter(|begun| **begun == Begun::New).count(), 10);
    let replays = outcomes.iter().filter(|begun| matches!(begun, Begun::Replay { .. }));
    assert_eq!(replays.count(), 150);
    for request in 0..10 {
        let effects =
            store.read(move |tx| counters::current(tx, "effects", &request.to_string())).unwrap();
        assert_eq!(effects, 1);
    }
}

fn old_requests_are_reaped(place: &Place) {
    let store = place.open();
    for (key, seconds) in [("old", 0), ("older", -1), ("young", 10)] {
        let begun = store.tx(move |tx| idempotency::begin(tx, "c", key, "f", at(seconds)));
        assert_eq!(begun, Ok(Begun::New));
    }
    let month = 30 * 24 * 3600;
    assert_eq!(store.tx(move |tx| idempotency::reap(tx, at(month - 1), 100)), Ok(0));
    assert_eq!(store.tx(move |tx| idempotency::reap(tx, at(month + 5), 1)), Ok(1));
    assert_eq!(store.tx(move |tx| idempotency::reap(tx, at(month + 5), 100)), Ok(1));
    assert_eq!(begin(&store, "young", "f"), Begun::Running { since: at(10) });
    assert_eq!(begin(&store, "old", "f"), Begun::New);
}

fn counters_are_apart_and_never_go_back(place: &Place) {
    let store = place.open();
    let next = |scope: &'static str, name: &'static str| {
        store.tx(move |tx| counters::next(tx, scope, name)).unwrap()
    };
    assert_eq!([next("a", "x"), next("a", "x"), next("a", "y"), next("b", "x")], [1, 2, 1, 1]);
    store.tx(|tx| counters::bump_to(tx, "a", "x", 1000)).unwrap();
    store.tx(|tx| counters::bump_to(tx, "a", "x", 5)).unwrap();
    store.tx(|tx| counters::bump_to(tx, "new", "x", 7)).unwrap();
    assert_eq!([next("a", "x"), next("new", "x"), next("b", "x")], [1001, 8, 2]);
    assert_eq!(store.read(|tx| counters::current(tx, "nobody", "x")), Ok(0));
}

fn a_bank_token_gives_way_to_a_newer_one_alone(place: &Place) {
    let store = place.open();
    let token = |text: &str, second| BankToken { sealed: text.into(), good_until: at(second) };
    let get = |scopes: &'static str| store.read(|tx| bank_tokens::get(tx, "c", scopes)).unwrap();
    assert_eq!(get("read"), None);
    for (scopes, token) in
        [("read", token("old", 1)), ("read", token("new", 5)), ("write", token("w", 9))]
    {
        store.tx(move |tx| bank_tokens::put(tx, "c", scopes, &token)).unwrap();
    }
    store.tx(|tx| bank_tokens::forget(tx, "c", "read", b"old")).unwrap();
    assert_eq!(get("read"), Some(token("new", 5)), "somebody asked for a newer one");
    store.tx(|tx| bank_tokens::reap(tx, at(5))).unwrap();
    assert_eq!((get("read"), get("write")), (None, Some(token("w", 9))));
    store.tx(|tx| bank_tokens::forget_all(tx, "c")).unwrap();
    assert_eq!(get("write"), None);
}

fn cursors_are_kept_by_account(place: &Place) {
    let store = place.open();
    assert_eq!(store.read(|tx| cursors::get(tx, "a", "settled")), Ok(None));
    store.tx(|tx| cursors::set(tx, "a", "settled", "2026-07-01", at(0))).unwrap();
    store.tx(|tx| cursors::set(tx, "a", "settled", "2026-07-02", at(1))).unwrap();
    store.tx(|tx| cursors::set(tx, "b", "settled", "2026-07-03", at(1))).unwrap();
    let get =
        |account: &'static str| store.read(move |tx| cursors::get(tx, account, "settled")).unwrap();
    assert_eq!(get("a").as_deref(), Some("2026-07-02"));
    store.tx(|tx| cursors::clear(tx, "a")).unwrap();
    assert_eq!((get("a"), get("b").as_deref()), (None, Some("2026-07-03")));
}

fn the_inbox_keeps_what_came(place: &Place) {
    let store = place.open();
    let call = |id: &str, account: &str| Inbound {
        id: id.to_owned(),
        company_id: "c".to_owned(),
        account_id: account.to_owned(),
        received_at: at(7),
        headers: "{\"content-type\":\"application/json\"}".to_owned(),
        body: vec![0, 159, 146, 150, 255],
    };
    for (id, account) in [("2", "a"), ("1", "a"), ("3", "a"), ("4", "b")] {
        let call = call(id, account);
        store.tx(move |tx| inbox::insert(tx, &call)).unwrap();
    }
    let open = |limit: i64| store.read(move |tx| inbox::open(tx, "a", "", limit)).unwrap();
    assert_eq!(open(2), [call("1", "a"), call("2", "a")]);
    assert_eq!(store.tx(|tx| inbox::handled(tx, "1", at(8), Some("nothing new"))), Ok(true));
    assert_eq!(store.tx(|tx| inbox::handled(tx, "1", at(9), None)), Ok(false));
    assert_eq!(open(9), [call("2", "a"), call("3", "a")]);
    assert_eq!(store.read(|tx| inbox::find(tx, "1")), Ok(Some(call("1", "a"))));
    assert_eq!(store.read(|tx| inbox::find(tx, "9")), Ok(None));
}
