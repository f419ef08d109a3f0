//! Every fault that can be asked for, and nonsense of every kind.

use std::time::Duration;

use proptest::prelude::*;
use quita_banks::simulator::{Control, Fault, PortalAction, SimReply};
use serde_json::{Value as Json, json};

use crate::world::*;

#[test]
fn faults_strike_once_and_say_whether_the_work_was_done() {
    for (fault, done) in [
        (Fault::RequestLost, false),
        (Fault::AnswerLost, true),
        (Fault::Truncated, true),
        (Fault::ErrorBefore { status: 503 }, false),
        (Fault::ErrorAfter { status: 500 }, true),
        (Fault::TooMany { retry_after: Some(7) }, false),
        (Fault::WrongBody, false),
        (Fault::Slow { milliseconds: 1500 }, true),
    ] {
        let mut world = World::new();
        world.fault(fault.clone(), "cash_management");
        let request = world.request("POST", CASH, &cash("00000001"));
        let reply = world.raw(&request);
        match (&fault, &reply) {
            (Fault::RequestLost | Fault::AnswerLost, SimReply::Drop) => {}
            (Fault::Truncated, SimReply::Reset { response }) => assert_eq!(response.status, 200),
            (Fault::Slow { .. }, SimReply::Answer { after, .. }) => {
                assert_eq!(*after, Duration::from_millis(1500));
            }
            (
                Fault::ErrorBefore { status } | Fault::ErrorAfter { status },
                SimReply::Answer { response, .. },
            ) => {
                assert_eq!(response.status, *status);
            }
            (Fault::TooMany { .. }, SimReply::Answer { response, .. }) => {
                assert_eq!((response.status, response.header("retry-after")), (429, Some("7")));
            }
            (Fault::WrongBody, SimReply::Answer { response, .. }) => {
                assert!(response.body.starts_with(b"<!DOCTYPE"));
            }
            other => panic!("{other:?}"),
        }
        let status = world.send("POST", CASH, cash("00000001")).0;
        assert_eq!(status, if done { 422 } else { 200 }, "{fault:?}");
    }
}

#[test]
fn a_clerk_writes_off_in_the_banks_own_screens() {
    let mut world = World::new();
    let id = world.plain("00000001");
    let act = |action| Control::Portal { target: id.clone(), action };
    assert!(world.try_control(act(PortalAction::MarkPaid)).is_err());
    world.control(act(PortalAction::Cancel));
    assert_eq!(world.situation("00000001"), "Baixado");
    assert!(world.try_control(act(PortalAction::Cancel)).is_err());
}

#[test]
fn controls_that_make_no_sense_are_refused() {
    let mut world = World::new();
    let set = |switch: &str, value: Json| Control::Set { switch: switch.to_owned(), value };
    assert!(world.try_control(set("nada", json!(1))).is_err());
    assert!(world.try_control(set("reuse_days", json!("x"))).is_err());
    let forge = || Control::Forge { body: "{}".to_owned() };
    assert!(world.try_control(forge()).is_err());
    world.register_hook();
    world.control(forge());
    let calls = world.told();
    assert_eq!((calls.len(), calls[0].body.as_slice()), (1, b"{}".as_slice()));
    let client = |account: &str| Control::AddClient {
        client_id: "id-2".to_owned(),
        client_secret: "x".to_owned(),
        scopes: String::new(),
        account: account.to_owned(),
        certificate: None,
        owner: None,
    };
    assert_eq!(world.control(client("123454"))["account"], ACCOUNT);
    for account in ["", "1", "123456789", "12345678901x"] {
        assert!(world.try_control(client(account)).is_err(), "{account}");
    }
}

fn nonsense() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "\\PC{0,20}".prop_map(Json::from),
        Just(json!("2026-12-28")),
        Just(json!("99999999999999999")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z_]{1,12}", inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nonsense_is_answered_and_changes_nothing(
        what in 0_usize..24,
        value in nonsense(),
        path in "/[a-z0-9_/]{0,40}",
    ) {
        let mut world = World::new();
        world.plain("00000001");
        let before = world.inspect()["boletos"].clone();
        // One member of a good order replaced by anything.
        let mut order = cash("00000002");
        let mut members = Vec::new();
        collect(&order, String::new(), &mut members);
        let name = &members[what % members.len()];
        if name.ends_with("beneficiario") || name.is_empty() { return Ok(()); }
        *order.pointer_mut(name).unwrap() = value.clone();
        let (status, _) = world.send("POST", CASH, order);
        prop_assert!([200, 400, 403].contains(&status), "{}: {}", name, status);
        let id = format!("{ACCOUNT}10900000001");
        for what in ["valor_nominal", "data_vencimento", "desconto", "pagador"] {
            let (status, _) = world.send("PATCH", &format!("{CASH}/{id}/{what}"), value.clone());
            prop_assert!([204, 400].contains(&status), "{}: {}", what, status);
        }
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE"] {
            let (status, _) = world.send(method, &path, value.clone());
            prop_assert!((400..500).contains(&status), "{} {}: {}", method, path, status);
        }
        prop_assert_eq!(before.as_array().unwrap().len(), 1);
        world.run_to("2027-03-01T00:00:00Z");
    }
}

/// The pointers of all members.
fn collect(json: &Json, name: String, into: &mut Vec<String>) {
    into.push(name.clone());
    match json {
        Json::Object(members) => {
            members
                .iter()
                .for_each(|(member, value)| collect(value, format!("{name}/{member}"), into));
        }
        Json::Array(items) => {
            (0..)
                .zip(items)
                .for_each(|(i, value): (usize, _)| collect(value, format!("{name}/{i}"), into));
        }
        _ => {}
    }
}
