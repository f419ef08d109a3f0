//! Tokens, and who may call what.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

use super::Call;
use super::reply;
use super::routes::Endpoint;
use super::state::{State, Token};
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::percent_decode;
use crate::simulator::random::hex32;
use crate::simulator::{Entropy, SimRequest};

/// Life of a token in seconds.
const TOKEN_SECONDS: u64 = 300;

impl State {
    /// `POST /api/oauth/token`.
    pub(super) fn token(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let text = String::from_utf8_lossy(&request.body);
        let form: Vec<(String, String)> = text
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (percent_decode(name, true), percent_decode(value, true))
            })
            .collect();
        let value =
            |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim());
        let refused = |status: u16, error: &str, description: &str| {
            reply::json(status, &json!({ "error": error, "error_description": description }))
        };
        if value("grant_type") != "client_credentials" {
            return refused(400, "unsupported_grant_type", "grant_type inválido");
        }
        let client_id = value("client_id");
        let Some(client) = self.clients.get(client_id) else {
            return refused(401, "invalid_client", "Cliente desconhecido");
        };
        if client.secret != value("client_secret") {
            return refused(401, "invalid_client", "Segredo inválido");
        }
        let Some(certificate) = &request.client_certificate else {
            return refused(401, "invalid_client", "C100 - Certificado não informado");
        };
        if client.end_of(certificate).is_none() {
            return refused(401, "invalid_client", "C600 - CN do certificado difere do client_id");
        }
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let ends = now.as_second() + i64::try_from(TOKEN_SECONDS).unwrap_or(0);
        let body = part(json!({ "sub": client_id, "exp": ends, "jti": hex32(rng) }));
        let access_token = format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(hex32(rng)));
        let token = Token {
            client_id: client_id.to_owned(),
            until: clock::later(now, TOKEN_SECONDS * 1000),
            certificate: certificate.clone(),
        };
        self.tokens.retain(|_, token| token.until > now);
        self.tokens.insert(access_token.clone(), token);
        self.tokens_issued += 1;
        let body = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "scope": "",
            "active": true,
        });
        reply::json(200, &body)
    }

    /// Finds out whose call this is, or how it is refused.
    pub(super) fn admit<'a>(
        &self,
        request: &'a SimRequest,
        endpoint: Endpoint,
        now: Timestamp,
    ) -> Result<Call<'a>, HttpResponse> {
        let error = |status: u16, text: &str| match endpoint {
            Endpoint::PixList
            | Endpoint::PixGet
            | Endpoint::PixWebhookPut
            | Endpoint::PixWebhookGet
            | Endpoint::PixWebhookDelete => reply::pix(status, "AcessoNegado", text),
            Endpoint::Statement => reply::statement(status, text),
            _ if endpoint.is_v3() => reply::v3(status, text, &[]),
            _ => reply::message(status, text),
        };
        let Some(certificate) = &request.client_certificate else {
            return Err(error(401, "Unauthorized"));
        };
        let bearer = request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = bearer.and_then(|bearer| self.tokens.get(bearer));
        let token = token.filter(|token| token.until > now && token.certificate == *certificate);
        let Some(token) = token else { return Err(error(401, "Unauthorized")) };
        if self.switches.apikey {
            match request.header("x-itau-apikey") {
                Some(key) if key.trim() == token.client_id => {}
                Some(_) => return Err(error(403, "Acesso Proibido")),
                None => return Err(error(401, "x-itau-apikey não informado")),
            }
        }
        let named = request.header("x-itau-correlationid").is_some_and(|id| !id.trim().is_empty());
        if self.switches.correlation && endpoint.is_v3() && !named {
            return Err(error(400, "x-itau-correlationID é obrigatório"));
        }
        let client_id = token.client_id.clone();
        Ok(Call { request, client_id, now, today: clock::day(now) })
    }

    /// Whether the client may act for this account.
    pub(super) fn may(&self, call: &Call<'_>, account: &str) -> bool {
        let client = self.clients.get(&call.client_id);
        client.is_some_and(|client| client.accounts.iter().any(|own| own == account))
    }

    /// The client's only account, or the one of a Pix key.
    pub(super) fn accounts_of(&self, call: &Call<'_>) -> &[String] {
        self.clients.get(&call.client_id).map_or(&[], |client| &client.accounts)
    }
}
