//! The process is killed at each point of the way of files; whoever starts again comes to the
//! same end, and no number of a file is used twice or left out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::civil::date;
use quita_engine::desk::issue::{NewBoleto, Shape, issue};
use quita_engine::desk::once::Request;
use quita_engine::desk::remittances::{self, NewRemittance};
use quita_engine::desk::returns::{self, GivenReturn};
use quita_engine::workers::{Kind, tick};
use quita_engine::world::World;
use quita_formats::cnab::codes::Movement;

use super::bank::{Told, answer, hear};
use super::{ITAU, account, layout};
use crate::house::{House, boleto};

crate::on_both_databases! { a_month_survives_every_kill }

/// More titles than are learned in one transaction.
const TITLES: usize = 450;

async fn a_month_survives_every_kill(house: &House) {
    let account_id = account(house, ITAU);
    let actor = house.ours.actor.clone();
    let new: Vec<NewBoleto> = (0..TITLES)
        .map(|n| {
            let mut new = boleto(&format!("K-{n}"));
            new["account_id"] = account_id.clone().into();
            serde_json::from_value(new).unwrap()
        })
        .collect();
    issue(&house.world, &actor, "lote", "lote", &new, Shape::Many).unwrap();
    let remit = |world: &World, key: &str| {
        let request = Request { key: key.into(), fingerprint: "f".into() };
        let new = NewRemittance { account_id: account_id.clone(), order_ids: None };
        remittances::make(world, &actor, &request, &new)
    };
    let killed = killed(house, "remittance.made", 1, |world| {
        let _ = remit(world, "r");
    });
    assert!(killed);
    // The caller did not hear of it, and asks again with its key.
    let made = remit(&house.restarted(), "r").unwrap();
    assert!(made.replayed);
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    assert_eq!((&made["number"], &made["orders"]), (&7.into(), &TITLES.into()));
    let page = remittances::list(&house.world, &actor, None, None, 10).unwrap();
    assert_eq!(page.data.len(), 1);
    let id = made["id"].as_str().unwrap();
    let (_, bytes) = remittances::download(&house.world, &actor, id).unwrap();

    let heard = hear(&bytes);
    let told: Vec<Told> = heard
        .iter()
        .map(|title| Told::new(title, Movement::Registered, date(2026, 12, 1)))
        .chain(
            heard
                .iter()
                .map(|title| Told::paid(title, Movement::Settled, date(2026, 12, 4), 125_000)),
        )
        .collect();
    let file = answer(layout(ITAU), &bytes, 1, date(2026, 12, 5), &told);
    let given = GivenReturn { name: "retorno.ret".into(), bytes: file };
    let send = |world: &World| returns::import(world, &actor, &given).unwrap();
    assert!(killed_at_send(house, &send));
    // Each start gets one transaction further, however often it is killed.
    let mut kills = 0;
    while self::killed(house, "return.lot", 1, learn) {
        kills += 1;
    }
    assert_eq!(kills, 5);
    assert!(!self::killed(house, "return.read", 1, learn), "it had been read to its end");
    let known = send(&house.restarted());
    assert!(known.known && known.done_at.is_some());
    assert_eq!((known.titles, known.news, known.open), (900, 900, 0));
    assert_eq!(known.received, 450 * 125_000);
    let lines = returns::lines(&house.world, &actor, &known.id, 0, None, 2000).unwrap();
    assert_eq!(lines.len(), 900);
    let boletos = house.get("/v1/boletos?status=SETTLED&limit=200").send().await.expect(200);
    assert_eq!(boletos["data"].as_array().unwrap().len(), 200);
    let receipts = house.get("/v1/receipts?limit=200").send().await.expect(200);
    assert_eq!(receipts["data"].as_array().unwrap().len(), 200);
    let pending = house.get("/v1/pending").send().await.expect(200);
    assert_eq!(pending["data"], serde_json::json!([]));
}

fn killed_at_send(house: &House, send: &dyn Fn(&World) -> returns::ReturnView) -> bool {
    killed(house, "return.kept", 1, |world| {
        let _ = send(world);
    })
}

/// Learns what waits; a lease of a killed one is over by then.
fn learn(world: &World) {
    while tick(world, &[Kind::Return], 1).unwrap() > 0 {}
}

/// Does something with a process that is killed at the nth passing of a point. Whether it was.
fn killed(house: &House, point: &'static str, nth: usize, what: impl FnOnce(&World)) -> bool {
    // What a killed process had in hand comes back when its lease ends.
    house.clock.pass(3600);
    let passed = AtomicUsize::new(0);
    let mut world = house.restarted();
    world.crash_point = Box::new(move |name| {
        if name == point && passed.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            // Not `panic!`, which would be told as a failure.
            std::panic::resume_unwind(Box::new("killed"));
        }
    });
    catch_unwind(AssertUnwindSafe(|| what(&world))).is_err()
}
