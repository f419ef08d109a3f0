//! A client of the simulated bank.

use jiff::{SignedDuration, Timestamp};
use quita_banks::contract::HttpResponse;
use quita_banks::itau::sim::ItauSimulator;
use quita_banks::simulator::{Callback, Control, Entropy, Fault, SimReply, SimRequest, Simulator};
use quita_core::fact::Means;
use quita_core::money::Money;
use serde_json::{Value as Json, json};

/// Branch 0001, account 12345, digit 4.
pub(crate) const ACCOUNT: &str = "000100123454";
pub(crate) const HOOK: &str = "https://empresa.example/aviso";
pub(crate) const CASH: &str = "/cash_management/v2/boletos";
pub(crate) const NEW: &str = "/recebimentos-pix/v1/boletos-pix";
pub(crate) const OLD: &str = "/pix_recebimentos_conciliacoes/v2/boletos_pix";

const CERTIFICATE: &str = "aa11";

/// SplitMix64.
pub(crate) struct Seed(u64);

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
    pub(crate) sim: ItauSimulator,
    pub(crate) rng: Seed,
    pub(crate) now: Timestamp,
    pub(crate) token: String,
    pub(crate) pix_key: String,
}

impl World {
    /// Tuesday, 2026-12-01, 11:00 in São Paulo, signed in.
    pub(crate) fn new() -> Self {
        let now = "2026-12-01T14:00:00Z".parse().unwrap();
        let (sim, rng) = (ItauSimulator::new(), Seed(7));
        let mut world = Self { sim, rng, now, token: String::new(), pix_key: String::new() };
        let made = world.control(Control::AddClient {
            client_id: "id-1".to_owned(),
            client_secret: "segredo".to_owned(),
            scopes: String::new(),
            account: ACCOUNT.to_owned(),
            certificate: Some(CERTIFICATE.to_owned()),
            owner: None,
        });
        world.pix_key = made["pix_key"].as_str().unwrap().to_owned();
        world.sign_in();
        world
    }

    /// Another client of the account, without a certificate yet.
    pub(crate) fn add_client(&mut self, client_id: &str) -> Json {
        self.control(Control::AddClient {
            client_id: client_id.to_owned(),
            client_secret: "nenhum".to_owned(),
            scopes: String::new(),
            account: ACCOUNT.to_owned(),
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

    /// Goes on to an instant; our token service gives a token, every notice is answered 200.
    pub(crate) fn run_to(&mut self, instant: &str) -> Vec<Callback> {
        self.run_answering(instant, Some((200, r#"{"access_token":"ficha"}"#)))
    }

    pub(crate) fn run_answering(
        &mut self,
        instant: &str,
        answer: Option<(u16, &str)>,
    ) -> Vec<Callback> {
        let end: Timestamp = instant.parse().unwrap();
        let answer = answer.map(|(status, body)| HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        });
        let mut all = Vec::new();
        while let Some(due) = self.sim.due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            for callback in self.sim.tick(self.now, &mut self.rng) {
                self.sim.answered(callback.id, answer.as_ref(), self.now);
                all.push(callback);
            }
        }
        self.now = end;
        all
    }

    /// The calls that are due now.
    pub(crate) fn told(&mut self) -> Vec<Callback> {
        let now = self.now.to_string();
        self.run_to(&now)
    }

    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    pub(crate) fn raw(&mut self, request: &SimRequest) -> SimReply {
        self.sim.handle(request, self.now, &mut self.rng)
    }

    pub(crate) fn answer(&mut self, request: &SimRequest) -> (u16, Json) {
        match self.raw(request) {
            SimReply::Answer { response, .. } => {
                (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
            }
            other => panic!("no answer: {other:?}"),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: &Json) -> SimRequest {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pair = |text: &str| {
            let (name, value) = text.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        SimRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.split('&').filter(|text| !text.is_empty()).map(pair).collect(),
            headers: vec![
                header("authorization", &format!("Bearer {}", self.token)),
                header("x-itau-apikey", "id-1"),
                header("x-itau-correlationid", "0"),
            ],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            client_certificate: Some(CERTIFICATE.to_owned()),
        }
    }

    /// Sends with token; the answer's status and body (null when empty).
    pub(crate) fn send(&mut self, method: &str, path: &str, body: Json) -> (u16, Json) {
        let request = self.request(method, path, &body);
        self.answer(&request)
    }

    pub(crate) fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.send("GET", path, Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) fn ask_token(&mut self, form: &str, certificate: Option<&str>) -> (u16, Json) {
        let request = SimRequest {
            method: "POST".to_owned(),
            path: "/api/oauth/token".to_owned(),
            body: form.as_bytes().to_vec(),
            client_certificate: certificate.map(str::to_owned),
            ..SimRequest::default()
        };
        self.answer(&request)
    }

    pub(crate) fn sign_in(&mut self) {
        let form = "grant_type=client_credentials&client_id=id-1&client_secret=segredo";
        let (status, body) = self.ask_token(form, Some(CERTIFICATE));
        assert_eq!(status, 200);
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) fn register_hook(&mut self) {
        let body = json!({ "data": {
            "id_beneficiario": ACCOUNT,
            "webhook_url": HOOK,
            "webhook_oauth_url": format!("{HOOK}/token"),
            "webhook_client_id": "nos",
            "webhook_client_secret": "senha",
            "tipos_notificacoes": ["BAIXA_EFETIVA", "BAIXA_OPERACIONAL"],
        }});
        assert_eq!(self.send("POST", "/boletos/v3/notificacoes_boletos", body).0, 201);
    }

    /// Issues a boleto without QR and gives its id.
    pub(crate) fn plain(&mut self, number: &str) -> String {
        let (status, body) = self.send("POST", CASH, cash(number));
        assert_eq!(status, 200, "{body}");
        format!("{ACCOUNT}109{number}")
    }

    /// Issues a bolecode and gives its id.
    pub(crate) fn hybrid(&mut self, number: &str) -> String {
        let order = self.bolecode(number);
        let (status, body) = self.send("POST", NEW, order);
        assert_eq!(status, 200, "{body}");
        format!("{ACCOUNT}109{number}")
    }

    /// An order of a bolecode, with decimals.
    pub(crate) fn bolecode(&self, number: &str) -> Json {
        let mut order = cash(number)["data"].take();
        order.as_object_mut().unwrap().remove("codigo_canal_operacao");
        let data = &mut order["dado_boleto"];
        data["descricao_instrumento_cobranca"] = "boleto_pix".into();
        data["valor_total_titulo"] = "123.45".into();
        data["dados_individuais_boleto"][0]["valor_titulo"] = "123.45".into();
        order["dados_qrcode"] = json!({ "chave": self.pix_key });
        order
    }

    /// The query by our number.
    pub(crate) fn detail(&mut self, number: &str) -> Json {
        let path = format!(
            "/boletoscash/v2/boletos?id_beneficiario={ACCOUNT}&codigo_carteira=109&nosso_numero={number}"
        );
        self.get(&path)["data"].as_array().unwrap().last().unwrap()["dado_boleto"].clone()
    }

    /// The situation in the query.
    pub(crate) fn situation(&mut self, number: &str) -> String {
        let detail = self.detail(number);
        let word = &detail["dados_individuais_boleto"][0]["situacao_geral_boleto"];
        word.as_str().unwrap().to_owned()
    }

    /// The movements of a day.
    pub(crate) fn movements(&mut self, day: &str) -> Vec<Json> {
        let path = format!("/boletos/v3/francesas/{ACCOUNT}/movimentacoes?data={day}");
        match self.send("GET", &path, Json::Null) {
            (204, _) => Vec::new(),
            (200, body) => body["data"].as_array().unwrap().clone(),
            other => panic!("{other:?}"),
        }
    }
}

/// An order of R$ 123,45 due on 2026-12-21, of cash management.
pub(crate) fn cash(number: &str) -> Json {
    json!({ "data": {
        "etapa_processo_boleto": "efetivacao",
        "codigo_canal_operacao": "API",
        "beneficiario": { "id_beneficiario": ACCOUNT },
        "dado_boleto": {
            "descricao_instrumento_cobranca": "boleto",
            "tipo_boleto": "a vista",
            "codigo_carteira": "109",
            "valor_total_titulo": "00000000000012345",
            "codigo_especie": "01",
            "data_emissao": "2026-12-01",
            "pagador": {
                "pessoa": {
                    "nome_pessoa": "Ana Exemplo",
                    "tipo_pessoa": {
                        "codigo_tipo_pessoa": "F",
                        "numero_cadastro_pessoa_fisica": "12345678909",
                    },
                },
                "endereco": {
                    "nome_logradouro": "Rua A 1",
                    "nome_bairro": "Centro",
                    "nome_cidade": "Belo Horizonte",
                    "sigla_UF": "MG",
                    "numero_CEP": "30110000",
                },
            },
            "dados_individuais_boleto": [{
                "numero_nosso_numero": number,
                "data_vencimento": "2026-12-21",
                "valor_titulo": "00000000000012345",
                "texto_seu_numero": "FAT-1",
            }],
        },
    }})
}

/// The names of the fields that an answer complains about.
pub(crate) fn fields(body: &Json) -> Vec<&str> {
    let fields = body["campos"].as_array().unwrap();
    fields.iter().map(|field| field["campo"].as_str().unwrap()).collect()
}
