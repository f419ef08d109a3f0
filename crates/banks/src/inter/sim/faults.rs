//! Faults of bank and network, asked for by control.

use std::time::Duration;

use super::reply::{self, Family};
use super::state::State;
use crate::contract::HttpResponse;
use crate::simulator::{Fault, SimReply, SimRequest};

impl State {
    /// The fault that strikes this call, used up by it.
    pub(super) fn take_fault(&mut self, request: &SimRequest) -> Option<Fault> {
        if self.faults.is_empty() {
            return None;
        }
        let call = format!("{} {}", request.method, request.path);
        let mut struck = None;
        for armed in self.faults.iter_mut().filter(|armed| call.contains(&armed.on)) {
            if armed.skip > 0 {
                armed.skip -= 1;
            } else if struck.is_none() && armed.times > 0 {
                armed.times -= 1;
                struck = Some(armed.fault.clone());
            }
        }
        self.faults.retain(|armed| armed.times > 0);
        struck
    }
}

/// An answer at once.
pub(super) fn prompt(response: HttpResponse) -> SimReply {
    SimReply::Answer { response, after: Duration::ZERO }
}

/// The error of a service that broke down.
pub(super) fn broken(path: &str, status: u16) -> HttpResponse {
    let family = match path.split('/').nth(1) {
        Some("pix") => Family::Pix,
        Some("banking") => Family::Banking,
        Some("oauth") => Family::Token,
        _ => Family::Cobranca,
    };
    reply::problem(family, status, "Não foi possível atender a requisição")
}

/// A page where JSON was expected.
pub(super) fn wrong_body() -> HttpResponse {
    let page = "<!DOCTYPE html><html><head><title>Em manutenção</title></head>\
                <body>Voltamos em breve.</body></html>";
    reply::typed(200, "text/html; charset=utf-8", page.as_bytes().to_vec())
}
