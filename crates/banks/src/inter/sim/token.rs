//! Tokens, and who may call what.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::json;

use super::Call;
use super::reply::{self, Family};
use super::routes::{Endpoint, SCOPES};
use super::state::{State, Token};
use super::switches::{TokenErrorBody, TooManyBody};
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::input::percent_decode;
use crate::simulator::random::uuid;
use crate::simulator::{Entropy, SimRequest};

/// Life of a token in seconds.
const TOKEN_SECONDS: u64 = 3600;

impl State {
    /// `POST /oauth/v2/token`.
    pub(super) fn token(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
    ) -> HttpResponse {
        let content_type = request.header("content-type").unwrap_or_default();
        if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return self.token_refused(400, "invalid_request", "Content-Type inválido");
        }
        let form = form(&request.body);
        let value =
            |name: &str| form.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim());
        let client_id = value("client_id");
        if !self.count(client_id, Endpoint::Token, now) {
            return self.too_many();
        }
        let Some(client) = self.clients.get(client_id) else {
            return self.token_refused(401, "invalid_client", "Cliente desconhecido");
        };
        if client.secret != value("client_secret") {
            return self.token_refused(401, "invalid_client", "Segredo inválido");
        }
        let Some(certificate) = &request.client_certificate else {
            return self.token_refused(403, "invalid_client", "Certificado de cliente ausente");
        };
        if client.certificate.as_ref().is_some_and(|bound| bound != certificate) {
            return self.token_refused(
                403,
                "invalid_client",
                "O certificado não é o desta integração",
            );
        }
        if value("grant_type") != "client_credentials" {
            return self.token_refused(400, "unsupported_grant_type", "Use client_credentials");
        }
        let scopes: BTreeSet<String> =
            value("scope").split_whitespace().map(str::to_owned).collect();
        let granted = |scope: &String| {
            client.scopes.contains(scope)
                || (client.scopes.is_empty() && SCOPES.contains(&scope.as_str()))
        };
        // One scope too many refuses them all; nothing is left out in silence.
        if scopes.is_empty() || !scopes.iter().all(granted) {
            let status = self.switches.invalid_scope_status;
            return self.token_refused(status, "invalid_scope", "Escopo não concedido");
        }
        let access_token = uuid(rng);
        let scope = value("scope").split_whitespace().collect::<Vec<_>>().join(" ");
        let token = Token {
            client_id: client_id.to_owned(),
            scopes,
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
            "scope": scope,
        });
        reply::json(200, &body)
    }

    fn token_refused(&self, status: u16, error: &str, description: &str) -> HttpResponse {
        match self.switches.token_error_body {
            TokenErrorBody::Oauth => {
                reply::json(status, &json!({ "error": error, "error_description": description }))
            }
            TokenErrorBody::ErrorTitle => {
                reply::json(status, &json!({ "error_title": description }))
            }
            TokenErrorBody::Empty => reply::empty(status),
        }
    }

    /// Finds out whose call this is, or how it is refused.
    pub(super) fn admit<'a>(
        &mut self,
        request: &'a SimRequest,
        endpoint: Endpoint,
        id: String,
        now: Timestamp,
    ) -> Result<Call<'a>, HttpResponse> {
        let family = endpoint.family();
        let Some(certificate) = &request.client_certificate else {
            return Err(reply::problem(family, 403, "Certificado de cliente ausente"));
        };
        let bearer = request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let token = bearer.and_then(|bearer| self.tokens.get(bearer));
        let token = token.filter(|token| token.until > now && token.certificate == *certificate);
        let Some(token) = token else { return Err(self.unauthorized(now)) };
        let client_id = token.client_id.clone();
        let allowed = token.scopes.contains(endpoint.scope());
        if endpoint.limit(self.switches.environment).is_none() {
            return Err(reply::problem(family, 404, "Serviço inexistente neste ambiente"));
        }
        if !self.count(&client_id, endpoint, now) {
            return Err(self.too_many());
        }
        if !allowed {
            return Err(reply::problem(family, 403, "O token não tem o escopo deste serviço"));
        }
        let account = self.account_of(&client_id, request, family)?;
        Ok(Call { request, id, account, now, today: clock::day(now) })
    }

    /// The account that a call is about: the one in the header, or the only one.
    fn account_of(
        &self,
        client_id: &str,
        request: &SimRequest,
        family: Family,
    ) -> Result<String, HttpResponse> {
        let accounts = self.clients.get(client_id).map_or(&[][..], |client| &client.accounts);
        let wanted = request
            .header("x-conta-corrente")
            .or_else(|| request.header("x-inter-conta-corrente"))
            .map(str::trim)
            .filter(|account| !account.is_empty());
        match (wanted, accounts) {
            (Some(wanted), accounts) if accounts.iter().any(|account| account == wanted) => {
                Ok(wanted.to_owned())
            }
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(reply::problem(
                family,
                403,
                "A integração tem mais de uma conta: informe x-conta-corrente",
            )),
            (Some(_), _) => {
                Err(reply::problem(family, 403, "A conta informada não é desta integração"))
            }
        }
    }

    fn unauthorized(&self, now: Timestamp) -> HttpResponse {
        let mut answer = reply::empty(401);
        if self.switches.gateway_headers {
            let time = now.as_millisecond().to_string();
            answer.headers.push(("x-ca-err".to_owned(), "201".to_owned()));
            answer.headers.push(("x-rate-limit-time".to_owned(), time));
        }
        answer
    }

    /// Counts a call within its minute; false when there were too many.
    fn count(&mut self, client_id: &str, endpoint: Endpoint, now: Timestamp) -> bool {
        *self.calls.entry(endpoint).or_default() += 1;
        let Some(limit) = endpoint.limit(self.switches.environment) else { return true };
        if !self.switches.limits || !self.clients.contains_key(client_id) {
            return true;
        }
        let minute = now.as_second().div_euclid(60);
        let windows = self.windows.entry(client_id.to_owned()).or_default();
        let window = windows.entry(endpoint).or_default();
        if window.minute != minute {
            window.minute = minute;
            window.calls = 0;
        }
        window.calls = window.calls.saturating_add(1);
        window.calls <= limit
    }

    fn too_many(&self) -> HttpResponse {
        match self.switches.too_many_body {
            TooManyBody::Message => {
                reply::json(429, &json!({ "message": "Limite de requisições excedido" }))
            }
            TooManyBody::Empty => reply::empty(429),
        }
    }

    /// A 429, perhaps with the seconds to wait.
    pub(super) fn too_many_for(&self, retry_after: Option<u32>) -> HttpResponse {
        let mut answer = self.too_many();
        if let Some(seconds) = retry_after {
            answer.headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        answer
    }
}

/// The fields of a form.
fn form(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let field = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decode(name, true), percent_decode(value, true))
    };
    text.split('&').map(field).collect()
}
