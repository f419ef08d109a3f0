//! The certificate service, with an authority that signs whatever names somebody.

use quita_banks::contract::{Bank as _, HttpRequest};
use quita_banks::enrolment::{Signing, Which};
use quita_banks::itau::bank::ITAU;
use quita_banks::simulator::{
    Control, Fault, Signed, Signer, SimReply, SimRequest, Simulator as _,
};
use serde_json::{Value as Json, json};

use crate::world::*;

/// Reads `CN=…` where a real one reads PKCS#10.
struct Authority;

impl Signer for Authority {
    fn sign(&self, request: &str, days: u16) -> Option<Signed> {
        let name = request.strip_prefix("CN=")?;
        Some(Signed {
            common_name: name.to_owned(),
            certificate: format!("CERTIFICADO DE {name} POR {days} DIAS"),
            fingerprint: "cc33".to_owned(),
        })
    }
}

/// Asks the certificate service; `None` where its answer was lost.
fn ask_of(
    signer: &dyn Signer,
    world: &mut World,
    (what, token): (&str, &str),
    csr: &str,
    shown: Option<&str>,
) -> Option<(u16, String)> {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let request = SimRequest {
        method: "POST".to_owned(),
        path: format!("/seguranca/v1/certificado/{what}"),
        headers: vec![
            header("content-type", "text/plain"),
            header("authorization", &format!("Bearer {token}")),
        ],
        body: csr.as_bytes().to_vec(),
        client_certificate: shown.map(str::to_owned),
        ..SimRequest::default()
    };
    match world.sim.handle_with(&request, world.now, &mut world.rng, signer) {
        SimReply::Answer { response, .. } => {
            Some((response.status, String::from_utf8(response.body).unwrap()))
        }
        _ => None,
    }
}

fn ask(
    world: &mut World,
    what: &str,
    token: &str,
    csr: &str,
    shown: Option<&str>,
) -> (u16, String) {
    ask_of(&Authority, world, (what, token), csr, shown).unwrap()
}

fn code(body: &str) -> String {
    let told: Json = serde_json::from_str(body).unwrap();
    assert!(told["acao"].is_string());
    told["codigo"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_certificate_comes_with_the_secret_once() {
    let mut world = World::new();
    let made = world.add_client("id-2");
    let token = made["temporary_token"].as_str().unwrap().to_owned();
    let (status, body) = ask(&mut world, "solicitacao", &token, "lixo", None);
    assert_eq!((status, code(&body).as_str()), (400, "C800"));
    let (status, body) = ask(&mut world, "solicitacao", &token, "CN=id-1", None);
    assert_eq!((status, code(&body).as_str()), (400, "C800a"));
    let (status, body) = ask(&mut world, "solicitacao", &token, "CN=id-2", None);
    let (secret, rest) = body.strip_prefix("Secret: ").unwrap().split_once('\n').unwrap();
    assert_eq!((status, rest), (200, "CERTIFICADO DE id-2 POR 365 DIAS"));
    // Token and secret are those of the certificate from now on.
    let form = format!("grant_type=client_credentials&client_id=id-2&client_secret={secret}");
    assert_eq!(world.ask_token(&form, Some("cc33")).0, 200);
    assert_eq!(world.ask_token(&form, Some("aa11")).0, 401);
    assert_eq!(ask(&mut world, "solicitacao", &token, "CN=id-2", None).0, 401);
}

#[test]
fn a_temporary_token_ends() {
    for (seconds, wait) in [(604_800, 604_800), (300, 300)] {
        let mut world = World::new();
        world.set("temporary_token_seconds", json!(seconds));
        let token = world.add_client("id-2")["temporary_token"].as_str().unwrap().to_owned();
        world.wait(wait);
        assert_eq!(ask(&mut world, "solicitacao", &token, "CN=id-2", None).0, 401);
    }
}

#[test]
fn a_certificate_is_renewed_within_its_last_days() {
    let mut world = World::new();
    let temporary = world.add_client("id-2")["temporary_token"].as_str().unwrap().to_owned();
    let (_, body) = ask(&mut world, "solicitacao", &temporary, "CN=id-2", None);
    let secret = body.lines().next().unwrap().strip_prefix("Secret: ").unwrap().to_owned();
    let form = format!("grant_type=client_credentials&client_id=id-2&client_secret={secret}");
    let renew = |world: &mut World, shown: Option<&str>| {
        let (_, answer) = world.ask_token(&form, Some("cc33"));
        let token = answer["access_token"].as_str().unwrap().to_owned();
        ask(world, "renovacao", &token, "CN=id-2", shown)
    };
    let (_, body) = renew(&mut world, Some("cc33"));
    assert_eq!(code(&body), "C700");
    world.run_to("2027-11-02T14:00:00Z");
    assert_eq!(code(&renew(&mut world, None).1), "C100");
    assert_eq!(code(&renew(&mut world, Some("aa11")).1), "C600");
    let (status, body) = renew(&mut world, Some("cc33"));
    // The secret stays what it was.
    assert_eq!((status, body.as_str()), (200, "CERTIFICADO DE id-2 POR 365 DIAS"));
    world.run_to("2028-11-02T14:00:00Z");
    assert_eq!(code(&renew(&mut world, Some("cc33")).1), "C500");
}

/// As [`Authority`], with another certificate each time.
struct Numbered(std::cell::Cell<u32>);

impl Signer for Numbered {
    fn sign(&self, request: &str, days: u16) -> Option<Signed> {
        self.0.set(self.0.get() + 1);
        let signed = Authority.sign(request, days)?;
        Some(Signed { fingerprint: format!("cc{}", self.0.get()), ..signed })
    }
}

#[test]
fn a_renewal_whose_answer_is_lost_ends_the_former_certificate_or_does_not() {
    for ends_former in [true, false] {
        let mut world = World::new();
        world.set("renewal_ends_former", json!(ends_former));
        let signer = Numbered(Default::default());
        let temporary = world.add_client("id-2")["temporary_token"].as_str().unwrap().to_owned();
        let send = |world: &mut World, what: &str, token: &str, shown: Option<&str>| {
            ask_of(&signer, world, (what, token), "CN=id-2", shown)
        };
        let (_, body) = send(&mut world, "solicitacao", &temporary, None).unwrap();
        let secret = body.lines().next().unwrap().strip_prefix("Secret: ").unwrap().to_owned();
        let form = format!("grant_type=client_credentials&client_id=id-2&client_secret={secret}");
        let token = |world: &mut World, shown: &str| {
            let (status, answer) = world.ask_token(&form, Some(shown));
            (status, answer["access_token"].as_str().unwrap_or_default().to_owned())
        };
        world.run_to("2027-11-02T14:00:00Z");
        let (_, mine) = token(&mut world, "cc1");
        world.fault(Fault::AnswerLost, "/certificado/");
        assert_eq!(send(&mut world, "renovacao", &mine, Some("cc1")), None);
        let again = send(&mut world, "renovacao", &mine, Some("cc1")).unwrap();
        match ends_former {
            true => {
                assert_eq!((again.0, code(&again.1).as_str()), (400, "C700"));
                assert_eq!(token(&mut world, "cc1").0, 401);
            }
            false => {
                assert_eq!(again.0, 200);
                let known = ["cc1", "cc2", "cc3"].map(|shown| token(&mut world, shown).0);
                assert_eq!(known, [200, 401, 200]);
            }
        }
    }
}

/// What the connector makes of the bank's answer to its own request.
fn signing(world: &mut World, which: Which, token: &str, shown: Option<&str>) -> Option<Signing> {
    let road = ITAU.enrolment().unwrap();
    let HttpRequest { method, host, path, mut headers, body, .. } = road.request(which, "CN=id-2");
    let host = ITAU.info().hosts.iter().find(|known| known.key == host).unwrap();
    headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    let request = SimRequest {
        method: method.to_owned(),
        path: format!("{}{path}", host.at("")),
        headers,
        body,
        client_certificate: shown.map(str::to_owned),
        ..SimRequest::default()
    };
    let reply = world.sim.handle_with(&request, world.now, &mut world.rng, &Pem);
    match reply {
        SimReply::Answer { response, .. } => Some(road.outcome(which, &response)),
        _ => None,
    }
}

/// As [`Authority`], with a certificate in its clothes.
struct Pem;

impl Signer for Pem {
    fn sign(&self, request: &str, days: u16) -> Option<Signed> {
        let signed = Authority.sign(request, days)?;
        let certificate =
            format!("-----BEGIN CERTIFICATE-----\n{days}\n-----END CERTIFICATE-----\n");
        Some(Signed { certificate, ..signed })
    }
}

#[test]
fn the_connector_gets_its_certificates_through_faults() {
    let mut world = World::new();
    let given = |world: &mut World| {
        world.add_client("id-2")["temporary_token"].as_str().unwrap().to_owned()
    };
    let token = given(&mut world);
    let refused = |told: &Option<Signing>| match told {
        Some(Signing::Refused { code, token_spent, .. }) => (code.clone(), *token_spent),
        other => panic!("{other:?}"),
    };
    let told = signing(&mut world, Which::First, "outro", None);
    assert_eq!(refused(&told), ("401".to_owned(), true));
    // Lost before it arrived: the same token still is good. Lost after: it is used.
    world.fault(Fault::RequestLost, "/certificado/");
    assert_eq!(signing(&mut world, Which::First, &token, None), None);
    world.fault(Fault::ErrorBefore { status: 503 }, "/certificado/");
    let told = signing(&mut world, Which::First, &token, None);
    assert!(matches!(told, Some(Signing::Unknown(_))));
    world.fault(Fault::AnswerLost, "/certificado/");
    assert_eq!(signing(&mut world, Which::First, &token, None), None);
    let told = signing(&mut world, Which::First, &token, None);
    assert_eq!(refused(&told), ("401".to_owned(), true));

    let token = given(&mut world);
    let told = signing(&mut world, Which::First, &token, None);
    let Some(Signing::Signed { secret: Some(secret), certificate }) = told else { panic!() };
    assert!(certificate.contains("365"));
    let form = format!("grant_type=client_credentials&client_id=id-2&client_secret={secret}");
    let access = |world: &mut World| {
        let (_, body) = world.ask_token(&form, Some("cc33"));
        body["access_token"].as_str().unwrap().to_owned()
    };
    let now = access(&mut world);
    let told = signing(&mut world, Which::Next, &now, Some("cc33"));
    assert_eq!(refused(&told), ("C700".to_owned(), false));
    world.wait(335 * 86_400);
    let now = access(&mut world);
    let told = signing(&mut world, Which::Next, &now, None);
    assert_eq!(refused(&told), ("C100".to_owned(), false));
    let told = signing(&mut world, Which::Next, &now, Some("cc33"));
    assert!(matches!(told, Some(Signing::Signed { secret: None, .. })));
}

#[test]
fn a_client_with_a_certificate_gets_no_other_first_one() {
    let mut world = World::new();
    let made = world.control(Control::AddClient {
        client_id: "id-2".to_owned(),
        client_secret: "segredo".to_owned(),
        scopes: String::new(),
        account: ACCOUNT.to_owned(),
        certificate: Some("aa11".to_owned()),
        owner: None,
    });
    let token = made["temporary_token"].as_str().unwrap().to_owned();
    let told = signing(&mut world, Which::First, &token, None);
    assert!(matches!(told, Some(Signing::Refused { code, .. }) if code == "C700a"));
}
