//! The public address: banks' calls and nothing else.

use quita_store::{accounts, inbox};
use serde_json::json;

use crate::house::{Call, House};

crate::on_both_databases! {
    a_call_is_kept_and_rings_the_bell
    strangers_learn_nothing
}

fn hook(house: &House, path: &str) -> Call {
    house.call("POST", path).no_token().at(&house.public)
}

async fn token_of_hook(house: &House) -> String {
    let company = house.ours.actor.company_id.clone();
    house.world.store.read(move |tx| accounts::list(tx, &company)).unwrap().remove(0).hook_token
}

async fn a_call_is_kept_and_rings_the_bell(house: &House) {
    let token = token_of_hook(house).await;
    let before = house.get("/v1/accounts/health").send().await.expect(200);
    assert_eq!(before["data"][0]["last_webhook"], json!(null));
    for rest in ["", "/", "/pix"] {
        let call = hook(house, &format!("/hooks/{token}{rest}")).json(&json!([{"x": 1}]));
        let answer = call.send().await;
        assert!(answer.status.is_success(), "{rest}: {} {}", answer.status, answer.text());
    }
    let after = house.get("/v1/accounts/health").send().await.expect(200);
    assert!(after["data"][0]["last_webhook"].is_string());
    let account = house.ours.account_id.clone();
    let kept = house.world.store.read(move |tx| inbox::open(tx, &account, "", 10)).unwrap();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|call| call.body == br#"[{"x":1}]"#));
}

async fn strangers_learn_nothing(house: &House) {
    let unknown = "0".repeat(32);
    for path in
        [format!("/hooks/{unknown}"), format!("/hooks/{unknown}/pix"), "/hooks/a%00b".into()]
    {
        let answer = hook(house, &path).json(&json!({})).send().await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.is_empty());
    }
    for path in ["/", "/docs", "/v1/company", "/health", "/openapi.json", "/hooks"] {
        let answer = house.get(path).at(&house.public).send().await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.is_empty());
    }
    let token = token_of_hook(house).await;
    let large =
        hook(house, &format!("/hooks/{token}")).raw(vec![b' '; 1024 * 1024 + 1]).send().await;
    assert_eq!(large.status, 413);
    house.call("POST", &format!("/hooks/{token}")).send().await.problem(404, "not_found");
}
