//! The wire to the banks: one request out, one answer back, or how far it got.

use std::sync::Arc;

use quita_banks::contract::HttpResponse;

use crate::secret::Secret;

/// Sends requests. The one door to the network for calls to banks.
pub trait Wire: Send + Sync {
    /// Sends one request and waits for its complete answer.
    fn send(&self, peer: &Peer, request: &WireRequest) -> Result<HttpResponse, WireError>;
}

/// Whom to call, as whom.
#[derive(Clone, Debug)]
pub struct Peer {
    /// One connection pool for each credential.
    pub credential_id: String,
    /// `https://host:port`, with the path that all there begins with.
    pub base_url: String,
    /// Client certificate, where the bank asks for one.
    pub identity: Option<Arc<Identity>>,
    /// A CA that is trusted instead of the public ones, PEM: the simulator's.
    pub ca: Option<Arc<str>>,
}

impl Peer {
    /// The path of its address: empty, or `/cobranca/v2`.
    pub fn base_path(&self) -> &str {
        let rest = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').map_or("", |slash| &rest[slash..])
    }
}

/// A client certificate with its key.
#[derive(Debug)]
pub struct Identity {
    /// Certificate chain, PEM.
    pub certificate: String,
    /// Private key, PEM.
    pub private_key: Secret<Vec<u8>>,
}

/// A request, complete.
#[derive(Clone, Debug)]
pub struct WireRequest {
    /// Method.
    pub method: &'static str,
    /// Path and query, encoded.
    pub path: String,
    /// Headers, names in lower case. May hold a token: never logged.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// How a call without a complete answer ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It certainly did not reach the bank's service: free to try again.
    #[error("{0}")]
    NotSent(String),
    /// It may have been carried out.
    #[error("{0}")]
    NoAnswer(String),
}

/// Percent-encodes a query.
pub fn encode_query(query: &[(String, String)]) -> String {
    let mut text = String::new();
    for (i, (name, value)) in query.iter().enumerate() {
        text.push(if i == 0 { '?' } else { '&' });
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, value);
    }
    text
}

/// Percent-encodes a form body.
pub fn encode_form(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (i, (name, value)) in fields.iter().enumerate() {
        if i > 0 {
            text.push('&');
        }
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, value);
    }
    text
}

/// Everything but the unreserved characters of RFC 3986 becomes `%XX`.
fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                into.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        let query = [("a.b".to_owned(), "x y&z=ç".to_owned())];
        assert_eq!(encode_query(&query), "?a.b=x%20y%26z%3D%C3%A7");
        assert_eq!(encode_form(&[("scope", "a b"), ("c", "1")]), "scope=a%20b&c=1");
    }
}
