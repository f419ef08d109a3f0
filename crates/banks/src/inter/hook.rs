//! Calls that the bank makes on us.
//!
//! A callback carries no signature; the bank identifies itself only by a client certificate
//! that a proxy may have eaten. So nothing in it is believed: it only names what to ask about.
//!
//! Any complete `POST` is answered 200, readable or not. The raw body is kept by the engine,
//! and another answer would only bring the same bytes again after 20, 30, 60 and 120 minutes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::contract::{Bell, HttpResponse, Inbound, InboundReply};

use super::wire::text;

/// No id of this bank is longer: codigoSolicitacao 36, txid 35, seuNumero 15.
const LONGEST_ID: usize = 64;

/// Reads a callback of cobranças or of Pix, in every shape seen.
///
/// The path says nothing: the bank may or may not append `/pix` to what was registered.
pub(super) fn inbound(request: &Inbound) -> InboundReply {
    if !request.method.eq_ignore_ascii_case("POST") {
        return InboundReply::not_found();
    }
    let body = serde_json::from_str::<Value>(&text(&request.body)).unwrap_or_default();
    // A set, because a hostile body may repeat itself without end.
    let bells: BTreeSet<Bell> = items(&body).into_iter().filter_map(bell).collect();
    let bells = bells.into_iter().collect();
    InboundReply { response: HttpResponse { status: 200, ..HttpResponse::default() }, bells }
}

/// The items of a list, of BACEN's `{"pix":[…]}`, or the one object (sample of 2023).
fn items(body: &Value) -> Vec<&Map<String, Value>> {
    match body {
        Value::Array(list) => list.iter().filter_map(Value::as_object).collect(),
        Value::Object(object) => match object.get("pix") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).collect(),
            _ => vec![object],
        },
        _ => Vec::new(),
    }
}

/// What one item is about. The id of the 2023 sample comes last: that it is the same as
/// today's is not documented.
fn bell(item: &Map<String, Value>) -> Option<Bell> {
    let id = |name: &str| id_text(item.get(name)?);
    let pix = || id("txid").map(Bell::Pix);
    id("endToEndId")
        .and_then(|_| pix())
        .or_else(|| id("codigoSolicitacao").map(Bell::Boleto))
        .or_else(|| id("codigoCobranca").map(Bell::Boleto))
        .or_else(|| id("seuNumero").map(Bell::Reference))
        .or_else(|| id("idSolicitacao").map(Bell::Boleto))
        .or_else(pix)
}

/// A plausible id: text or number, short and printable.
fn id_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let plausible = !text.is_empty()
        && text.len() <= LONGEST_ID
        && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    plausible.then_some(text)
}
