//! Acting on the sandbox from another program.

use serde_json::{Value as Json, json};

use crate::client::{agent, plain_agent};
use crate::fake::{NAME, noon, start};

fn post(url: &str, body: &Json) -> (u16, Json) {
    let request = plain_agent().post(url).header("content-type", "application/json");
    let mut answer = request.send(body.to_string()).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
}

fn get(url: &str) -> String {
    plain_agent().get(url).call().unwrap().body_mut().read_to_string().unwrap()
}

#[test]
fn a_client_is_made_and_let_in() {
    let sandbox = start();
    let url = sandbox.control_url();
    let (status, kit) =
        post(&format!("{url}/_sim/{NAME}/clients"), &json!({ "account": "12345678" }));
    assert_eq!(status, 200);
    let kit = quita_sandbox::ClientKit {
        client_id: kit["client_id"].as_str().unwrap().to_owned(),
        client_secret: kit["client_secret"].as_str().unwrap().to_owned(),
        account: "12345678".to_owned(),
        certificate: kit["certificate"].as_str().unwrap().to_owned(),
        key: kit["key"].as_str().unwrap().to_owned(),
        certificate_file: None,
        key_file: None,
    };
    let answer = agent(&sandbox, Some(&kit)).get(sandbox.base_url(NAME).unwrap()).call();
    assert_eq!(answer.unwrap().status(), 200);
}

#[test]
fn the_clock_is_moved_and_read() {
    let sandbox = start();
    let url = format!("{}/_sim/clock", sandbox.control_url());
    let now = || get(&url);
    assert_eq!(now(), r#"{"frozen":true,"now":"2026-03-02T15:00:00Z"}"#);
    for (body, expected) in [
        (json!({ "advance": 60 }), "2026-03-02T15:01:00Z"),
        (json!({ "advance": "PT24H" }), "2026-03-03T15:01:00Z"),
        (json!({ "advance": "P1M" }), "2026-04-03T15:01:00Z"),
        (json!({ "to": "2026-04-04T00:00:00-03:00" }), "2026-04-04T03:00:00Z"),
    ] {
        let (status, answer) = post(&url, &body);
        assert_eq!((status, answer["now"].as_str().unwrap()), (200, expected));
    }
    let (status, problem) = post(&url, &json!({ "to": noon() }));
    assert_eq!(status, 422);
    assert!(problem["detail"].as_str().unwrap().contains("só anda para a frente"));
    assert_eq!(post(&url, &json!({ "freeze": false })).1["frozen"], false);
}

#[test]
fn the_roots_are_given() {
    let sandbox = start();
    let url = sandbox.control_url();
    assert_eq!(get(&format!("{url}/_sim/ca.pem")), sandbox.ca());
    assert_eq!(get(&format!("{url}/_sim/webhook-ca.pem")), sandbox.webhook_ca());
    let (status, made) =
        post(&format!("{url}/_sim/server-certificates"), &json!({ "names": ["localhost"] }));
    assert_eq!(status, 200);
    assert!(made["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn a_control_is_carried_out_or_refused() {
    let sandbox = start();
    let url = format!("{}/_sim/{NAME}", sandbox.control_url());
    let set = json!({ "do": "set", "switch": "webhook", "value": "https://localhost/" });
    assert_eq!(post(&format!("{url}/control"), &set), (200, json!({})));
    let inspected: Json = serde_json::from_str(&get(&format!("{url}/inspect"))).unwrap();
    assert_eq!(inspected["count"], 0);

    let (status, problem) = post(&format!("{url}/control"), &json!({ "do": "clear_faults" }));
    assert_eq!(status, 422);
    assert_eq!(problem["detail"], "o banco falso não faz isso");
    let (status, problem) = post(&format!("{url}/control"), &json!({ "do": "nada" }));
    assert_eq!((status, problem["title"].as_str()), (400, Some("Pedido inválido")));
    let nowhere = format!("{}/_sim/nenhum/control", sandbox.control_url());
    let (status, problem) = post(&nowhere, &json!({ "do": "inspect" }));
    assert_eq!(status, 404);
    assert!(problem["detail"].as_str().unwrap().contains("nenhum"));
    assert_eq!(post(&sandbox.control_url(), &json!({})).0, 404);
}
