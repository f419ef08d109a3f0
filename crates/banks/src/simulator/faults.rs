//! Faults of bank and network, asked for by control.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, SimReply, SimRequest};
use crate::contract::HttpResponse;

/// A fault that waits for its calls.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ArmedFault {
    pub(crate) fault: Fault,
    /// Text of the `METHOD /path` that it strikes.
    pub(crate) on: String,
    pub(crate) times: u32,
    pub(crate) skip: u32,
}

/// The fault that strikes this call, used up by it.
pub(crate) fn take(faults: &mut Vec<ArmedFault>, request: &SimRequest) -> Option<Fault> {
    if faults.is_empty() {
        return None;
    }
    let call = format!("{} {}", request.method, request.path);
    let mut struck = None;
    for armed in faults.iter_mut().filter(|armed| call.contains(&armed.on)) {
        if armed.skip > 0 {
            armed.skip -= 1;
        } else if struck.is_none() && armed.times > 0 {
            armed.times -= 1;
            struck = Some(armed.fault.clone());
        }
    }
    faults.retain(|armed| armed.times > 0);
    struck
}

/// An answer at once.
pub(crate) fn prompt(response: HttpResponse) -> SimReply {
    SimReply::Answer { response, after: Duration::ZERO }
}

/// A page where JSON was expected.
pub(crate) fn wrong_body() -> HttpResponse {
    let page = "<!DOCTYPE html><html><head><title>Em manutenção</title></head>\
                <body>Voltamos em breve.</body></html>";
    HttpResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: page.as_bytes().to_vec(),
    }
}
