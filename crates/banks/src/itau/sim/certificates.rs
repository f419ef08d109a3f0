//! The certificate service: the first certificate for a temporary token, and its renewal.
//!
//! The request comes and the certificate goes as plain text; the secret stands before the first
//! certificate and is never shown again. Errors are the bank's codes C100 to C800.

use jiff::Timestamp;
use serde_json::json;

use super::reply;
use super::state::State;
use crate::contract::HttpResponse;
use crate::simulator::clock;
use crate::simulator::random::uuid;
use crate::simulator::{Entropy, Signer, SimRequest};

/// Days that a certificate lives.
const DAYS: u16 = 365;

/// Whether a path is of this service, in either of its versions.
pub(super) fn is_asked_for(path: &str) -> bool {
    path.starts_with("/seguranca/v1/certificado/") || path.starts_with("/seguranca/v2/certificado/")
}

impl State {
    /// `POST /seguranca/v1/certificado/solicitacao` and `…/renovacao`.
    pub(super) fn certificate(
        &mut self,
        request: &SimRequest,
        now: Timestamp,
        rng: &mut dyn Entropy,
        signer: &dyn Signer,
    ) -> HttpResponse {
        if request.method != "POST" {
            return reply::message(405, "Método não permitido");
        }
        let kind = request.header("content-type").unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("text/plain") {
            return reply::message(415, "Content-Type deve ser text/plain");
        }
        let bearer = request.header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let bearer = bearer.unwrap_or_default();
        let first = request.path.ends_with("/solicitacao");
        let client_id = match (first, request.path.ends_with("/renovacao")) {
            (true, _) => self.newcomer(bearer, now),
            (_, true) => self.renewing(bearer, request, now),
            _ => return reply::message(404, "Recurso Inexistente"),
        };
        let client_id = match client_id {
            Ok(client_id) => client_id,
            Err(refusal) => return refusal,
        };
        let text = String::from_utf8_lossy(&request.body);
        let Some(signed) = signer.sign(&text, DAYS) else {
            return refused(400, "C800", "CSR inválido", "Gere o CSR novamente");
        };
        if signed.common_name != client_id {
            let action = "Gere o CSR com CN igual ao client_id";
            return refused(400, "C800a", "CN do CSR difere do client_id", action);
        }
        let Some(client) = self.clients.get_mut(&client_id) else {
            return reply::message(401, "Unauthorized");
        };
        if first
            && client.certificate.is_some()
            && client.certificate_until.is_none_or(|until| until > now)
        {
            let action = "Utilize o certificado atual ou solicite a revogação";
            return refused(409, "C700a", "Certificado ainda válido", action);
        }
        let shown = request.client_certificate.as_ref().filter(|_| !first);
        client.former = match shown.filter(|_| !self.switches.renewal_ends_former) {
            Some(shown) => client.end_of(shown).map(|end| (shown.clone(), end)),
            None => None,
        };
        client.certificate = Some(signed.fingerprint);
        client.certificate_until = Some(clock::later(now, u64::from(DAYS) * 86_400_000));
        let mut body = String::new();
        if first {
            client.temporary = None;
            client.secret = uuid(rng);
            body = format!("Secret: {}\n", client.secret);
        }
        body.push_str(&signed.certificate);
        let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
        HttpResponse { status: 200, headers, body: body.into_bytes() }
    }

    /// Whose temporary token this is.
    fn newcomer(&self, token: &str, now: Timestamp) -> Result<String, HttpResponse> {
        let life = self.switches.temporary_token_seconds.saturating_mul(1000);
        let is_theirs = |given: &Option<(String, Timestamp)>| {
            given
                .as_ref()
                .is_some_and(|(own, since)| own == token && clock::later(*since, life) > now)
        };
        let found = self.clients.iter().find(|(_, client)| is_theirs(&client.temporary));
        found
            .map(|(client_id, _)| client_id.clone())
            .ok_or_else(|| reply::message(401, "Token temporário inválido ou expirado"))
    }

    /// Who renews: by its token and by the certificate that it still has.
    fn renewing(
        &self,
        token: &str,
        request: &SimRequest,
        now: Timestamp,
    ) -> Result<String, HttpResponse> {
        let token = self.tokens.get(token).filter(|token| token.until > now);
        let Some(token) = token else { return Err(reply::message(401, "Unauthorized")) };
        let Some(shown) = &request.client_certificate else {
            let action = "Envie o certificado atual";
            return Err(refused(401, "C100", "Certificado não informado", action));
        };
        if *shown != token.certificate {
            let action = "Use o certificado do client_id";
            return Err(refused(401, "C600", "CN do certificado difere do client_id", action));
        }
        let client = self.clients.get(&token.client_id);
        let end = client.and_then(|c| c.end_of(shown).unwrap_or(c.certificate_until));
        if let Some(until) = end {
            if until <= now {
                let action = "Peça um novo token temporário ao gerente";
                return Err(refused(401, "C500", "Certificado expirado", action));
            }
            let window = u64::from(self.switches.renewal_days) * 86_400_000;
            if clock::later(now, window) < until {
                let action = "Renove perto do vencimento";
                return Err(refused(400, "C700", "Certificado ainda válido", action));
            }
        }
        Ok(token.client_id.clone())
    }
}

fn refused(status: u16, code: &str, text: &str, action: &str) -> HttpResponse {
    reply::json(status, &json!({ "codigo": code, "mensagem": text, "acao": action }))
}
