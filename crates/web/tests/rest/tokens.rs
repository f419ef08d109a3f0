//! Workers that begin together need the same token, and a bank gives few of them in a minute.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use quita_banks::contract::HttpResponse;
use quita_engine::desk::pdf;
use quita_engine::wire::{Peer, Wire, WireError, WireRequest};
use quita_engine::workers::{Kind, tick};
use quita_store::{attempts, bank_tokens};
use serde_json::{Value, json};

use crate::house::{House, SimulatedBank, boleto};

crate::on_both_databases! {
    workers_that_begin_together_ask_for_one_token
    who_waits_for_an_answer_waits_for_the_token
    a_question_for_a_token_that_fails_is_asked_again
}

/// How many work at the same time.
const WORKERS: usize = 8;
/// More than any machine needs: what waits longer fails the test.
const LONG: Duration = Duration::from_secs(60);

/// The bank, where a question for a token is held up.
#[derive(Clone)]
struct Gate {
    bank: SimulatedBank,
    inside: Arc<(Mutex<Seen>, Condvar)>,
}

#[derive(Default)]
struct Seen {
    /// Questions for tokens, by their scopes.
    asked: BTreeMap<String, usize>,
    /// Workers that came back without one.
    back: usize,
    /// So many have to come back before the bank answers.
    awaited: usize,
    /// The bank is not there for so many questions.
    fails: usize,
    /// Somebody waited too long.
    stuck: bool,
}

impl Gate {
    fn new(house: &House, awaited: usize) -> Self {
        let seen = Seen { awaited, ..Seen::default() };
        Self { bank: house.bank.clone(), inside: Arc::new((Mutex::new(seen), Condvar::new())) }
    }

    /// Waits until this holds.
    fn await_that(&self, holds: impl Fn(&Seen) -> bool) {
        let (seen, changed) = &*self.inside;
        let guard = seen.lock().unwrap();
        let (mut seen, waited) =
            changed.wait_timeout_while(guard, LONG, |seen| !holds(seen)).unwrap();
        seen.stuck |= waited.timed_out();
    }

    fn change(&self, how: impl FnOnce(&mut Seen)) {
        let (seen, changed) = &*self.inside;
        how(&mut seen.lock().unwrap());
        changed.notify_all();
    }

    fn seen<T>(&self, what: impl FnOnce(&Seen) -> T) -> T {
        what(&self.inside.0.lock().unwrap())
    }
}

impl Wire for Gate {
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError> {
        if request.path.ends_with("/token") {
            let form = String::from_utf8_lossy(&request.body).into_owned();
            let scopes = form.split('&').find(|field| field.starts_with("scope=")).unwrap_or("");
            self.change(|seen| *seen.asked.entry(scopes.to_owned()).or_default() += 1);
            self.await_that(|seen| seen.back >= seen.awaited);
            if self.seen(|seen| seen.fails > 0) {
                self.change(|seen| seen.fails -= 1);
                return Err(WireError::NoAnswer("sem resposta".to_owned()));
            }
        }
        self.bank.send(peer, request)
    }
}

async fn issue(house: &House, numbers: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..numbers {
        let number = format!("T-{number}");
        let issued = house.post("/v1/boletos", &number, &boleto(&number)).send().await;
        ids.push(issued.expect(201)["id"].as_str().unwrap().to_owned());
    }
    ids
}

async fn status(house: &House, id: &str) -> Value {
    house.get(&format!("/v1/boletos/{id}")).send().await.json()["status"].clone()
}

async fn workers_that_begin_together_ask_for_one_token(house: &House) {
    let ids = issue(house, WORKERS).await;
    let gate = Gate::new(house, WORKERS - 1);
    let world = house.restarted_with(Box::new(gate.clone()));
    // The first one's question has its answer when all others are back: nobody waits for it.
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                assert_eq!(tick(&world, &[Kind::Issue], 1).unwrap(), 1);
                gate.change(|seen| seen.back += 1);
            });
        }
    });
    assert!(gate.seen(|seen| !seen.stuck));
    assert_eq!(gate.seen(|seen| seen.asked.values().copied().collect::<Vec<_>>()), [1]);
    // Nothing was written down of those that did not call, and they do so in a moment.
    let attempts = || {
        let of = |id: &String| {
            let id = id.clone();
            world.store.read(move |tx| attempts::of_boleto(tx, &id)).unwrap().len()
        };
        ids.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(attempts().iter().sum::<usize>(), 1);
    house.clock.pass(2);
    assert_eq!(tick(&world, &[Kind::Issue], WORKERS).unwrap(), WORKERS - 1);
    assert_eq!(attempts(), [1; WORKERS]);
    house.clock.pass(60);
    while tick(&world, &Kind::ABOUT_BOLETOS, WORKERS).unwrap() > 0 {}
    for id in &ids {
        assert_eq!(status(house, id).await, "REGISTERED");
    }
    assert!(gate.seen(|seen| seen.asked.values().all(|times| *times == 1)));
}

async fn who_waits_for_an_answer_waits_for_the_token(house: &House) {
    let boleto = house.registered("T-0").await;
    let id = boleto["id"].as_str().unwrap();
    let path = format!("/v1/boletos/{id}/cancel");
    house.post(&path, "c", &json!({})).send().await.expect(202);
    assert_eq!(tick(&house.world, &[Kind::Carry], 1).unwrap(), 1);
    house.world.store.tx(|tx| bank_tokens::reap(tx, Timestamp::MAX)).unwrap();
    // Both need a token for reading: a worker that follows it, and somebody who wants its PDF.
    let gate = Gate::new(house, 1);
    let world = house.restarted_with(Box::new(gate.clone()));
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(tick(&world, &[Kind::Follow], 1).unwrap(), 1));
        gate.await_that(|seen| !seen.asked.is_empty());
        let person = scope.spawn(|| pdf::of_bank(&world, &house.ours.actor, id).is_ok());
        gate.change(|seen| seen.back += 1);
        assert!(person.join().unwrap());
    });
    assert_eq!(gate.seen(|seen| (seen.stuck, seen.asked.values().sum::<usize>())), (false, 1));
}

async fn a_question_for_a_token_that_fails_is_asked_again(house: &House) {
    let ids = issue(house, 1).await;
    let gate = Gate::new(house, 0);
    gate.change(|seen| seen.fails = 2);
    let world = house.restarted_with(Box::new(gate.clone()));
    for _ in 0..3 {
        assert_eq!(tick(&world, &[Kind::Issue], 1).unwrap(), 1);
        house.clock.pass(60);
    }
    while tick(&world, &Kind::ABOUT_BOLETOS, 1).unwrap() > 0 {}
    assert_eq!(status(house, &ids[0]).await, "REGISTERED");
}
