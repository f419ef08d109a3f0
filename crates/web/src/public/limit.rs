//! How often a stranger may ask.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;

/// Requests of one address in a minute. A page takes four with what it loads.
const A_MINUTE: u32 = 120;
/// So many addresses are remembered; beyond, all begin anew.
const ADDRESSES_MAX: usize = 50_000;

/// Requests by address, in the minute at hand.
#[derive(Clone, Default)]
pub(super) struct Limit(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    minute: i64,
    requests: HashMap<IpAddr, u32>,
}

impl Limit {
    /// Whether one more is within the limit.
    fn takes(&self, address: IpAddr, minute: i64) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.minute != minute || counted.requests.len() >= ADDRESSES_MAX {
            *counted = Counted { minute, requests: HashMap::new() };
        }
        let requests = counted.requests.entry(address).or_default();
        *requests += 1;
        *requests <= A_MINUTE
    }
}

/// Lets requests pass within the limit.
pub(super) async fn kept(
    State((app, limit)): State<(App, Limit)>,
    request: Request,
    next: Next,
) -> Response {
    let remote = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = remote.map(|remote| app.exposure.client(remote, request.headers()));
    let minute = app.world.clock.now().as_second() / 60;
    if address.is_none_or(|address| limit.takes(address, minute)) {
        return next.run(request).await;
    }
    let said = "Muitos pedidos. Espere um minuto e tente de novo.";
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "60")], said).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_own_minute() {
        let limit = Limit::default();
        let [one, other] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        assert!((0..A_MINUTE).all(|_| limit.takes(one, 1)));
        assert!(!limit.takes(one, 1));
        assert!(limit.takes(other, 1));
        assert!(limit.takes(one, 2));
    }
}
