//! How often a stranger may ask.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;

/// Requests of one network in a minute. A page takes four with what it loads.
const A_MINUTE: u32 = 120;
/// So many networks are remembered; beyond, those that came first are forgotten.
const NETWORKS_MAX: usize = 50_000;

/// Requests by network, in the minute at hand.
#[derive(Clone, Default)]
pub(super) struct Limit(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    minute: i64,
    requests: HashMap<IpAddr, u32>,
    /// Its networks, in the order in which they came.
    came: VecDeque<IpAddr>,
}

impl Limit {
    /// Whether one more is within the limit.
    fn takes(&self, network: IpAddr, minute: i64) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.minute != minute {
            *counted = Counted { minute, ..Counted::default() };
        }
        if let Some(requests) = counted.requests.get_mut(&network) {
            *requests = requests.saturating_add(1);
            return *requests <= A_MINUTE;
        }
        if counted.came.len() >= NETWORKS_MAX
            && let Some(first) = counted.came.pop_front()
        {
            counted.requests.remove(&first);
        }
        counted.came.push_back(network);
        counted.requests.insert(network, 1);
        true
    }
}

/// Lets requests pass within the limit.
pub(super) async fn kept(
    State((app, limit)): State<(App, Limit)>,
    request: Request,
    next: Next,
) -> Response {
    let network = app.exposure.network(request.extensions(), request.headers());
    let minute = app.world.clock.now().as_second() / 60;
    if network.is_none_or(|network| limit.takes(network, minute)) {
        return next.run(request).await;
    }
    let said = "Muitos pedidos. Espere um minuto e tente de novo.";
    (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "60")], said).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_own_minute() {
        let limit = Limit::default();
        let [one, other] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        assert!((0..A_MINUTE).all(|_| limit.takes(one, 1)));
        assert!(!limit.takes(one, 1));
        assert!(limit.takes(other, 1));
        assert!(limit.takes(one, 2));
    }

    #[test]
    fn those_that_came_first_are_forgotten_and_no_others() {
        let limit = Limit::default();
        let number = |n: usize| IpAddr::from(u32::try_from(n).unwrap().to_be_bytes());
        let exhaust = |n: usize| (0..=A_MINUTE).for_each(|_| _ = limit.takes(number(n), 1));
        exhaust(0);
        exhaust(1);
        (2..=NETWORKS_MAX).for_each(|n| assert!(limit.takes(number(n), 1)));
        assert!(!limit.takes(number(1), 1));
        // The first one made room, and made room again.
        assert!(limit.takes(number(0), 1));
        assert_eq!(limit.0.lock().unwrap().requests.len(), NETWORKS_MAX);
    }
}
