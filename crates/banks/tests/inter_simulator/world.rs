//! A client of the simulated bank, as strangers write them: JSON in, JSON out.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use quita_banks::contract::HttpResponse;
use quita_banks::inter::sim::InterSimulator;
use quita_banks::simulator::{Callback, Control, Entropy, Fault, SimReply, SimRequest, Simulator};
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

pub(crate) const CERTIFICATE: &str = "aa11";
pub(crate) const ACCOUNT: &str = "12345678";
pub(crate) const HOOK: &str = "https://empresa.example/aviso";
pub(crate) const ALL_SCOPES: &str =
    "boleto-cobranca.read boleto-cobranca.write extrato.read pix.read webhook.read webhook.write";

/// SplitMix64.
pub(crate) struct Seed(pub(crate) u64);

impl Entropy for Seed {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

pub(crate) struct World {
    pub(crate) sim: InterSimulator,
    pub(crate) rng: Seed,
    pub(crate) now: Timestamp,
    pub(crate) token: String,
}

impl World {
    /// Tuesday, 2026-12-01, 11:00 in São Paulo; a client with every scope, no limits.
    pub(crate) fn new() -> Self {
        let mut world = Self::strict();
        world.set("limits", json!(false));
        world.sign_in();
        world
    }

    /// The same with limits and without token.
    pub(crate) fn strict() -> Self {
        let now = "2026-12-01T14:00:00Z".parse().unwrap();
        let mut world =
            Self { sim: InterSimulator::new(), rng: Seed(7), now, token: String::new() };
        world.add_client("id-1", "", ACCOUNT);
        world
    }

    pub(crate) fn add_client(&mut self, client_id: &str, scopes: &str, account: &str) -> Json {
        self.control(Control::AddClient {
            client_id: client_id.to_owned(),
            client_secret: "segredo".to_owned(),
            scopes: scopes.to_owned(),
            account: account.to_owned(),
            certificate: None,
            owner: None,
        })
    }

    pub(crate) fn control(&mut self, control: Control) -> Json {
        self.try_control(control).unwrap()
    }

    pub(crate) fn try_control(&mut self, control: Control) -> Result<Json, String> {
        self.sim.control(&control, self.now, &mut self.rng).map_err(|e| e.to_string())
    }

    pub(crate) fn set(&mut self, switch: &str, value: Json) {
        self.control(Control::Set { switch: switch.to_owned(), value });
    }

    pub(crate) fn fault(&mut self, fault: Fault, on: &str) {
        self.control(Control::Fault { fault, on: on.to_owned(), times: 1, skip: 0 });
    }

    pub(crate) fn pay(&mut self, target: &str, means: Means, cents: Option<i64>) -> Json {
        let amount = cents.map(Money::from_cents);
        self.control(Control::Pay { target: target.to_owned(), means, amount })
    }

    pub(crate) fn inspect(&mut self) -> Json {
        self.control(Control::Inspect)
    }

    /// Lets time pass without the bank's timers being called.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    /// Goes on to an instant, doing all that comes due on the way; every call is answered 200.
    pub(crate) fn run_to(&mut self, instant: &str) -> Vec<Callback> {
        self.run_answering(instant, Some(200))
    }

    pub(crate) fn run_answering(&mut self, instant: &str, status: Option<u16>) -> Vec<Callback> {
        let end: Timestamp = instant.parse().unwrap();
        let mut all = Vec::new();
        while let Some(due) = self.sim.due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            for callback in self.sim.tick(self.now, &mut self.rng) {
                self.sim.called_back(callback.id, status, self.now);
                all.push(callback);
            }
        }
        self.now = end;
        all
    }

    /// The calls that are due now, answered 200; what they carry, one item after the other.
    pub(crate) fn told(&mut self) -> Vec<Json> {
        let now = self.now.to_string();
        items(&self.run_to(&now))
    }

    pub(crate) fn raw(&mut self, request: &SimRequest) -> SimReply {
        self.sim.handle(request, self.now, &mut self.rng)
    }

    pub(crate) fn answer(&mut self, request: &SimRequest) -> HttpResponse {
        match self.raw(request) {
            SimReply::Answer { response, after } => {
                assert_eq!(after, Duration::ZERO);
                response
            }
            other => panic!("no answer: {other:?}"),
        }
    }

    /// Sends with token; the answer's status and body (null when empty).
    pub(crate) fn send(&mut self, method: &str, path: &str, body: Json) -> (u16, Json) {
        let request = self.request(method, path, body);
        let answer = self.answer(&request);
        (answer.status, json_of(&answer))
    }

    pub(crate) fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.send("GET", path, Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: Json) -> SimRequest {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pair = |text: &str| {
            let (name, value) = text.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        SimRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.split('&').filter(|text| !text.is_empty()).map(pair).collect(),
            headers: vec![("authorization".to_owned(), format!("Bearer {}", self.token))],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            client_certificate: Some(CERTIFICATE.to_owned()),
        }
    }

    pub(crate) fn ask_token(&mut self, form: &str) -> HttpResponse {
        let request = token_request(form);
        self.answer(&request)
    }

    pub(crate) fn sign_in(&mut self) {
        self.sign_in_as("id-1");
    }

    pub(crate) fn sign_in_as(&mut self, client_id: &str) {
        let form = format!(
            "client_id={client_id}&client_secret=segredo&grant_type=client_credentials&scope={}",
            ALL_SCOPES.replace(' ', "+")
        );
        let answer = self.ask_token(&form);
        assert_eq!(answer.status, 200);
        self.token = json_of(&answer)["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) fn register_hook(&mut self) {
        let body = json!({ "webhookUrl": HOOK });
        assert_eq!(self.send("PUT", "/cobranca/v3/cobrancas/webhook", body).0, 204);
    }

    /// Issues and gives the bank's id.
    pub(crate) fn issue(&mut self, order: Json) -> String {
        let (status, body) = self.send("POST", "/cobranca/v3/cobrancas", order);
        assert_eq!(status, 200, "{body}");
        body["codigoSolicitacao"].as_str().unwrap().to_owned()
    }

    /// Issues and waits for the registration.
    pub(crate) fn registered(&mut self, order: Json) -> String {
        let id = self.issue(order);
        self.wait(2);
        id
    }

    pub(crate) fn detail(&mut self, id: &str) -> Json {
        self.get(&format!("/cobranca/v3/cobrancas/{id}"))
    }

    pub(crate) fn situation(&mut self, id: &str) -> String {
        self.detail(id)["cobranca"]["situacao"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn token_request(form: &str) -> SimRequest {
    SimRequest {
        method: "POST".to_owned(),
        path: "/oauth/v2/token".to_owned(),
        headers: vec![(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded;charset=UTF-8".to_owned(),
        )],
        body: form.as_bytes().to_vec(),
        client_certificate: Some(CERTIFICATE.to_owned()),
        ..SimRequest::default()
    }
}

pub(crate) fn json_of(answer: &HttpResponse) -> Json {
    if answer.body.is_empty() {
        return Json::Null;
    }
    serde_json::from_slice(&answer.body).unwrap()
}

/// The items of notices, lists taken apart.
pub(crate) fn items(callbacks: &[Callback]) -> Vec<Json> {
    let body = |callback: &Callback| serde_json::from_slice::<Json>(&callback.body).unwrap();
    callbacks
        .iter()
        .flat_map(|callback| match body(callback) {
            Json::Array(items) => items,
            other => vec![other],
        })
        .collect()
}

/// A small correct order: R$ 123,45 due on 2026-12-21, payable for 30 days more.
pub(crate) fn order(reference: &str) -> Json {
    json!({
        "seuNumero": reference,
        "valorNominal": 123.45,
        "dataVencimento": "2026-12-21",
        "numDiasAgenda": 30,
        "pagador": {
            "cpfCnpj": "529.982.247-25",
            "tipoPessoa": "FISICA",
            "nome": "Maria Exemplo",
            "endereco": "Rua das Flores",
            "cidade": "Curitiba",
            "uf": "PR",
            "cep": "80000000",
        },
    })
}

/// An order with some members replaced, by path.
pub(crate) fn order_with(reference: &str, changes: &[(&str, Json)]) -> Json {
    let mut all = order(reference);
    for (path, value) in changes {
        let mut place = &mut all;
        for name in path.split('.') {
            place = &mut place[name];
        }
        *place = value.clone();
    }
    all
}
