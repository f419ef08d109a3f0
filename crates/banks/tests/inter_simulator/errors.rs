//! Faults of bank and network, and the shapes of errors.

use std::time::Duration;

use quita_banks::simulator::{Control, Fault, SimReply};
use serde_json::{Value as Json, json};

use crate::world::{World, json_of, order};

const ISSUE: &str = "POST /cobranca/v3/cobrancas";

fn issue_under(fault: Fault) -> (World, SimReply) {
    let mut world = World::new();
    world.fault(fault, ISSUE);
    let request = world.request("POST", "/cobranca/v3/cobrancas", order("A"));
    let reply = world.raw(&request);
    (world, reply)
}

fn boletos(world: &mut World) -> usize {
    world.inspect()["boletos"].as_array().unwrap().len()
}

#[test]
fn a_lost_request_does_nothing_and_a_lost_answer_does_all() {
    let (mut world, reply) = issue_under(Fault::RequestLost);
    assert!(matches!(reply, SimReply::Drop));
    assert_eq!(boletos(&mut world), 0);
    let (mut world, reply) = issue_under(Fault::AnswerLost);
    assert!(matches!(reply, SimReply::Drop));
    assert_eq!(boletos(&mut world), 1);
}

#[test]
fn an_answer_may_break_off_or_come_late() {
    let (mut world, reply) = issue_under(Fault::Truncated);
    let SimReply::Reset { response } = reply else { panic!("{reply:?}") };
    assert_eq!((response.status, boletos(&mut world)), (200, 1));
    let (mut world, reply) = issue_under(Fault::Slow { milliseconds: 70_000 });
    let SimReply::Answer { response, after } = reply else { panic!("{reply:?}") };
    assert_eq!((response.status, after), (200, Duration::from_secs(70)));
    assert_eq!(boletos(&mut world), 1);
}

#[test]
fn an_error_may_come_before_or_after_the_work() {
    for (fault, done) in
        [(Fault::ErrorBefore { status: 503 }, 0), (Fault::ErrorAfter { status: 500 }, 1)]
    {
        let (mut world, reply) = issue_under(fault);
        let SimReply::Answer { response, .. } = reply else { panic!("{reply:?}") };
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(json_of(&response)["status"], json!(response.status));
        assert_eq!(boletos(&mut world), done);
    }
}

#[test]
fn too_many_and_wrong_bodies_do_nothing() {
    let (mut world, reply) = issue_under(Fault::TooMany { retry_after: Some(7) });
    let SimReply::Answer { response, .. } = reply else { panic!("{reply:?}") };
    assert_eq!((response.status, response.header("retry-after")), (429, Some("7")));
    assert!(json_of(&response)["message"].is_string());
    assert_eq!(boletos(&mut world), 0);
    let (mut world, reply) = issue_under(Fault::WrongBody);
    let SimReply::Answer { response, .. } = reply else { panic!("{reply:?}") };
    assert_eq!(response.status, 200);
    assert!(serde_json::from_slice::<Json>(&response.body).is_err());
    assert_eq!(boletos(&mut world), 0);
}

#[test]
fn a_fault_strikes_the_calls_it_is_meant_for() {
    let mut world = World::new();
    world.control(Control::Fault {
        fault: Fault::ErrorBefore { status: 500 },
        on: ISSUE.to_owned(),
        times: 2,
        skip: 1,
    });
    world.get("/banking/v2/saldo");
    let statuses: Vec<u16> = (0..4)
        .map(|i| world.send("POST", "/cobranca/v3/cobrancas", order(&format!("F{i}"))).0)
        .collect();
    assert_eq!(statuses, [200, 500, 500, 200]);
    world.fault(Fault::RequestLost, "");
    assert_eq!(world.control(Control::ClearFaults), json!({ "cleared": 1 }));
    world.get("/banking/v2/saldo");
}

#[test]
fn errors_have_the_shape_of_their_service() {
    let mut world = World::new();
    for (method, path, status) in [
        ("GET", "/cobranca/v3/cobrancas/nada", 404),
        ("GET", "/cobranca/v3/nada", 404),
        ("PUT", "/cobranca/v3/cobrancas", 405),
        ("GET", "/cobranca/v2/boletos", 404),
        ("GET", "/", 404),
    ] {
        let (found, body) = world.send(method, path, Json::Null);
        assert_eq!((found, &body["status"]), (status, &json!(status)), "{method} {path}");
        assert!(body["title"].is_string() && body["detail"].is_string());
    }
    assert_eq!(world.send("GET", "/banking/v2/nada", Json::Null).1["status"], json!("404"));
    let (_, body) = world.send("GET", "/pix/v2/nada", Json::Null);
    assert_eq!(body["type"], "https://pix.bcb.gov.br/api/v2/error/NaoEncontrado");
    let (status, body) = world.send("POST", "/cobranca/v3/cobrancas", json!([1]));
    assert_eq!(status, 400);
    assert!(body["violacoes"][0].get("propriedade").is_none());
    world.set("empty_errors", json!(true));
    assert_eq!(world.send("POST", "/cobranca/v3/cobrancas", json!({})), (400, Json::Null));
}

#[test]
fn an_unknown_token_is_refused_without_words() {
    let mut world = World::new();
    world.token = "outro".to_owned();
    let request = world.request("GET", "/banking/v2/saldo", Json::Null);
    let answer = world.answer(&request);
    assert_eq!((answer.status, answer.body.len()), (401, 0));
    assert_eq!(answer.header("x-ca-err"), Some("201"));
    world.set("gateway_headers", json!(false));
    assert_eq!(world.answer(&request).headers, []);
}

#[test]
fn switches_take_only_what_they_know() {
    let mut world = World::new();
    let set = |switch: &str, value: Json| Control::Set { switch: switch.to_owned(), value };
    assert!(world.try_control(set("nada", json!(1))).is_err());
    assert!(world.try_control(set("limits", json!("sim"))).is_err());
    assert!(world.try_control(set("numbers", json!("outros"))).is_err());
    assert_eq!(world.control(set("webhook_lost", json!(2))), json!({ "before": 0 }));
    assert_eq!(world.control(set("webhook_lost", json!(true))), json!({ "before": 2 }));
    assert_eq!(world.control(set("webhook_lost", json!(false))), json!({ "before": true }));
}
