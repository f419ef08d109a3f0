//! Calls that the bank makes on us: for a token, and with notices.
//!
//! Before a notice the bank fetches a token at an address that was registered with it, and shows
//! it with the notice. The address itself is the secret, so the token proves nothing more; what a
//! notice says is not believed in any case, it only names what to ask about.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::contract::{Bell, HttpResponse, Inbound, InboundReply};

use super::ids::BoletoId;
use super::request::HOOK_CLIENT;
use super::wire::text;

/// Behind our address, where the bank fetches its token.
pub(super) const TOKEN: &str = "/token";

/// Seconds that such a token is said to live: as long as the bank's own.
const TOKEN_SECONDS: u32 = 300;

/// No txid is longer.
const LONGEST_TXID: usize = 35;

/// The token, where this call asks for it. The bank's client credentials come in the form or as
/// Basic; both are taken, as no page says which.
pub(super) fn token(request: &Inbound) -> Option<HttpResponse> {
    if request.path.trim_end_matches('/') != TOKEN {
        return None;
    }
    if !request.method.eq_ignore_ascii_case("POST") {
        return Some(HttpResponse { status: 405, ..HttpResponse::default() });
    }
    let answer = match credentials(request) {
        Some((client, secret)) if client == HOOK_CLIENT && !secret.is_empty() => reply(
            200,
            &json!({
                "access_token": secret,
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
            }),
        ),
        _ => reply(401, &json!({ "error": "invalid_client" })),
    };
    Some(answer)
}

fn reply(status: u16, body: &Value) -> HttpResponse {
    let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    HttpResponse { status, headers, body: body.to_string().into_bytes() }
}

fn credentials(request: &Inbound) -> Option<(String, String)> {
    let header = request.headers.iter().find(|(name, _)| name == "authorization");
    if let Some((scheme, code)) = header.and_then(|(_, value)| value.split_once(' '))
        && scheme.eq_ignore_ascii_case("basic")
    {
        let decoded = String::from_utf8(STANDARD.decode(code.trim()).ok()?).ok()?;
        let (client, secret) = decoded.split_once(':')?;
        return Some((client.to_owned(), secret.to_owned()));
    }
    let body = text(&request.body);
    let field = |name: &str| {
        let pairs = body.trim().split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
    };
    // Ours are letters and digits, which no form escapes.
    Some((field("client_id")?, field("client_secret")?))
}

/// Reads a notice about boletos or about Pix.
///
/// Any complete `POST` is answered 200, readable or not. The raw body is kept by the engine, and
/// another answer would only bring the same bytes again.
pub(super) fn inbound(request: &Inbound) -> InboundReply {
    if !request.method.eq_ignore_ascii_case("POST") {
        return InboundReply::not_found();
    }
    let body = serde_json::from_str::<Value>(&text(&request.body)).unwrap_or_default();
    let items = |name: &str| match body.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).collect(),
        Some(Value::Object(one)) => vec![one],
        _ => Vec::new(),
    };
    // A set, because a hostile body may repeat itself without end.
    let mut bells: BTreeSet<Bell> = items("boletos").into_iter().filter_map(boleto).collect();
    bells.extend(items("pix").into_iter().flat_map(pix));
    let response = HttpResponse { status: 200, ..HttpResponse::default() };
    InboundReply { response, bells: bells.into_iter().collect() }
}

/// The boleto of a notice, by account, wallet and number.
fn boleto(item: &Map<String, Value>) -> Option<Bell> {
    let part = |name: &str| match item.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (account, wallet) = (part("idBeneficiario")?, part("codigoCarteira")?);
    let id = BoletoId::new(&account, &wallet, &part("numeroNossoNumero")?);
    id.text().map(Bell::Boleto)
}

/// A Pix, and the boleto whose QR was paid.
fn pix(item: &Map<String, Value>) -> Vec<Bell> {
    let txid = item.get("txid").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let is_plausible = (1..=LONGEST_TXID).contains(&txid.len())
        && txid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plausible {
        return Vec::new();
    }
    let boleto = BoletoId::of_txid(txid).and_then(|boleto| boleto.text()).map(Bell::Boleto);
    std::iter::once(Bell::Pix(txid.to_owned())).chain(boleto).collect()
}
