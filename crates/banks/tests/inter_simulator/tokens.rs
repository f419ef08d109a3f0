//! Tokens, scopes, certificates, accounts, limits.

use quita_banks::simulator::Control;
use serde_json::{Value as Json, json};

use crate::world::{ALL_SCOPES, CERTIFICATE, World, json_of, order, token_request};

const FORM: &str = "client_id=id-1&client_secret=segredo&grant_type=client_credentials&scope=";

#[test]
fn a_token_is_opaque_and_lives_for_an_hour() {
    let mut world = World::strict();
    let answer = world.ask_token(&format!("{FORM}extrato.read%20pix.read"));
    let body = json_of(&answer);
    assert_eq!(answer.status, 200);
    assert_eq!(body["expires_in"], json!(3600));
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], "extrato.read pix.read");
    world.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.token.len(), 36);
    world.wait(3599);
    world.get("/banking/v2/saldo");
    world.wait(1);
    assert_eq!(world.send("GET", "/banking/v2/saldo", Json::Null), (401, Json::Null));
}

#[test]
fn one_scope_too_many_refuses_the_whole_token() {
    let mut world = World::strict();
    world.add_client("id-2", "extrato.read boleto-cobranca.read", "87654321");
    let form = FORM.replace("id-1", "id-2");
    let refused = world.ask_token(&format!("{form}extrato.read+pix.read"));
    assert_eq!(refused.status, 400);
    assert_eq!(json_of(&refused)["error"], "invalid_scope");
    assert_eq!(world.ask_token(&format!("{form}extrato.read")).status, 200);
    // A client without list has every official scope, and no invented one.
    assert_eq!(world.ask_token(&format!("{FORM}saldo.read")).status, 400);
    assert_eq!(world.ask_token(FORM).status, 400);
}

#[test]
fn a_wrong_client_is_refused_in_each_known_shape() {
    let mut world = World::strict();
    let form = FORM.replace("segredo", "outro") + "extrato.read";
    let answer = world.ask_token(&form);
    assert_eq!((answer.status, json_of(&answer)["error"].as_str()), (401, Some("invalid_client")));
    world.set("token_error_body", json!("error_title"));
    assert!(json_of(&world.ask_token(&form))["error_title"].is_string());
    world.set("token_error_body", json!("empty"));
    assert!(world.ask_token(&form).body.is_empty());
    assert_eq!(world.ask_token("").status, 401);
    let mut as_json = token_request(&form);
    as_json.headers[0].1 = "application/json".to_owned();
    assert_eq!(world.answer(&as_json).status, 400);
}

#[test]
fn without_client_certificate_nothing_is_served() {
    let mut world = World::new();
    let mut token = token_request(&format!("{FORM}extrato.read"));
    token.client_certificate = None;
    assert_eq!(world.answer(&token).status, 403);
    let mut call = world.request("GET", "/banking/v2/saldo", Json::Null);
    call.client_certificate = None;
    assert_eq!(world.answer(&call).status, 403);
    // A token belongs to the certificate that it was asked for with.
    call.client_certificate = Some("bb22".to_owned());
    assert_eq!(world.answer(&call).status, 401);
    call.client_certificate = Some(CERTIFICATE.to_owned());
    assert_eq!(world.answer(&call).status, 200);
}

#[test]
fn a_bound_client_needs_its_own_certificate() {
    let mut world = World::strict();
    world.control(Control::AddClient {
        client_id: "id-3".to_owned(),
        client_secret: "segredo".to_owned(),
        scopes: String::new(),
        account: "555".to_owned(),
        certificate: Some("BB22".to_owned()),
        owner: Some("Padaria Exemplo".to_owned()),
    });
    let mut request = token_request(&(FORM.replace("id-1", "id-3") + "extrato.read"));
    assert_eq!(world.answer(&request).status, 403);
    request.client_certificate = Some("bb22".to_owned());
    assert_eq!(world.answer(&request).status, 200);
}

#[test]
fn the_fifth_token_of_a_minute_is_the_last() {
    let mut world = World::strict();
    world.wait(30);
    let form = format!("{FORM}extrato.read");
    for _ in 0..5 {
        assert_eq!(world.ask_token(&form).status, 200);
    }
    let refused = world.ask_token(&form);
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_none());
    world.wait(30);
    assert_eq!(world.ask_token(&form).status, 200);
}

#[test]
fn each_service_has_its_own_minute() {
    let mut world = World::strict();
    world.sign_in();
    for _ in 0..10 {
        world.get("/banking/v2/saldo");
    }
    assert_eq!(world.send("GET", "/banking/v2/saldo", Json::Null).0, 429);
    world.get("/banking/v2/extrato?dataInicio=2026-12-01&dataFim=2026-12-01");
    for i in 0..120 {
        world.issue(order(&format!("F{i}")));
    }
    assert_eq!(world.send("POST", "/cobranca/v3/cobrancas", order("F120")).0, 429);
    // Somebody else's calls do not count.
    world.add_client("id-2", "", "87654321");
    world.sign_in_as("id-2");
    world.get("/banking/v2/saldo");
    // The bank's test environment allows ten.
    world.wait(60);
    world.set("environment", json!("sandbox"));
    for i in 0..10 {
        world.issue(order(&format!("S{i}")));
    }
    assert_eq!(world.send("POST", "/cobranca/v3/cobrancas", order("S10")).0, 429);
    assert_eq!(world.inspect()["calls"]["issue"], json!(132));
}

#[test]
fn a_token_serves_only_its_scopes() {
    let mut world = World::strict();
    let answer = world.ask_token(&format!("{FORM}boleto-cobranca.read"));
    world.token = json_of(&answer)["access_token"].as_str().unwrap().to_owned();
    let (status, body) = world.send("POST", "/cobranca/v3/cobrancas", order("A"));
    assert_eq!((status, body["status"].clone()), (403, json!(403)));
    let (status, body) = world.send("GET", "/banking/v2/saldo", Json::Null);
    assert_eq!((status, body["status"].clone()), (403, json!("403")));
    let (status, body) = world.send("GET", "/pix/v2/pix", Json::Null);
    assert_eq!(status, 403);
    assert_eq!(body["type"], "https://pix.bcb.gov.br/api/v2/error/AcessoNegado");
}

#[test]
fn an_integration_with_two_accounts_says_which() {
    let mut world = World::new();
    world.add_client("id-1", ALL_SCOPES, "99887766");
    let mut call = world.request("GET", "/banking/v2/saldo", Json::Null);
    assert_eq!(world.answer(&call).status, 403);
    call.headers.push(("x-conta-corrente".to_owned(), "99887766".to_owned()));
    assert_eq!(world.answer(&call).status, 200);
    call.headers[1].1 = "11111111".to_owned();
    assert_eq!(world.answer(&call).status, 403);
    // A boleto of one account is not seen from the other.
    let mut issue = world.request("POST", "/cobranca/v3/cobrancas", order("A"));
    issue.headers.push(("x-conta-corrente".to_owned(), "12345678".to_owned()));
    let body = json_of(&world.answer(&issue));
    let id = body["codigoSolicitacao"].as_str().unwrap();
    let mut detail = world.request("GET", &format!("/cobranca/v3/cobrancas/{id}"), Json::Null);
    detail.headers.push(("x-conta-corrente".to_owned(), "99887766".to_owned()));
    assert_eq!(world.answer(&detail).status, 404);
    detail.headers[1].1 = "12345678".to_owned();
    assert_eq!(world.answer(&detail).status, 200);
}
