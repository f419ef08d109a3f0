//! A client of the API, as an ERP would be one.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value as Json;
use ureq::{Agent, Body, http};

use crate::failure::Failure;

/// Calls the API of one server with one token.
pub(super) struct Api {
    agent: Agent,
    base_url: String,
    token: String,
}

impl Api {
    pub(super) fn new(base_url: &str, token: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, base_url: base_url.to_owned(), token: token.to_owned() }
    }

    /// The day at the banks.
    pub(super) fn today(&self) -> Date {
        quita_engine::clock::bank_day(Timestamp::now())
    }

    pub(super) fn get(&self, path: &str) -> Result<Json, Failure> {
        Ok(serde_json::from_slice(&self.bytes(path)?)?)
    }

    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let request = self.agent.get(format!("{}{path}", self.base_url));
        read(request.header("authorization", format!("Bearer {}", self.token)).call()?)
    }

    pub(super) fn post(&self, path: &str, body: &Json) -> Result<Json, Failure> {
        Ok(serde_json::from_slice(&self.post_for_bytes(path, body)?)?)
    }

    pub(super) fn post_for_bytes(&self, path: &str, body: &Json) -> Result<Vec<u8>, Failure> {
        let request = self
            .agent
            .post(format!("{}{path}", self.base_url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("demo{}", path.replace('/', "-")));
        read(request.send(body.to_string())?)
    }
}

fn read(mut answer: http::Response<Body>) -> Result<Vec<u8>, Failure> {
    let body = answer.body_mut().read_to_vec()?;
    if answer.status().is_success() {
        return Ok(body);
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    Err(Failure::new(format!("a API respondeu {}: {text}", answer.status().as_u16())))
}
