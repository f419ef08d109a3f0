//! How this desk stands in the world.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use quita_engine::desk::accounts::NewAccount;

use crate::app::App;

/// What the pages must know of the way to them.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// People reach the desk by HTTPS, from here or from a proxy: cookies are for HTTPS only.
    pub secure: bool,
    /// It is reached over plain HTTP from elsewhere, which every page says.
    pub unprotected: bool,
    /// Machines whose word about the real client is believed. Where there are any, nobody else but
    /// this machine itself may connect.
    pub trusted_proxies: Vec<IpAddr>,
    /// What `quita serve` printed for whoever makes the first administrator; empty where that is
    /// not asked for.
    pub first_run_code: String,
    /// In a sandbox with a simulator inside: how to get an account there.
    pub connect_simulator: Option<ConnectSimulator>,
}

/// Lets a company in at the simulated bank: from the name of the account's owner, the account as
/// the desk registers it, or why there is none.
#[derive(Clone)]
pub struct ConnectSimulator(pub Arc<Connect>);

/// See [`ConnectSimulator`].
pub type Connect = dyn Fn(&str) -> Result<NewAccount, String> + Send + Sync;

impl fmt::Debug for ConnectSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectSimulator")
    }
}

impl Exposure {
    /// Whether this is the code that was printed.
    pub(crate) fn first_run_code_is(&self, given: &str) -> bool {
        self.first_run_code == given
    }

    /// Who really asks: behind a trusted proxy, the last address that no trusted proxy has.
    pub(crate) fn client(&self, remote: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = remote.to_canonical();
        let named: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .collect();
        for address in named.into_iter().rev() {
            // What stands before an address that nobody trusted wrote may be invented.
            if !self.trusts(client) {
                break;
            }
            let Ok(address) = address.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }

    /// The network of who really asks; `None` where no connection is known.
    pub(crate) fn network(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let remote = extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip();
        Some(network(self.client(remote, headers)))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical())
    }

    fn lets_in(&self, remote: IpAddr) -> bool {
        self.trusted_proxies.is_empty()
            || remote.to_canonical().is_loopback()
            || self.trusts(remote)
    }
}

/// All that one subscriber has at will: one IPv4 address, or 64 bits of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

/// The network from which a request comes; `None` where no connection is known.
pub(crate) struct Network(pub(crate) Option<IpAddr>);

impl FromRequestParts<App> for Network {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(app.exposure.network(&parts.extensions, &parts.headers)))
    }
}

/// Refuses whoever goes around the proxy.
pub(crate) async fn through_proxies(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let remote = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if remote.is_none_or(|remote| app.exposure.lets_in(remote)) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "Use o endereço do proxy.").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let [proxy, other, client] =
            [[10, 0, 0, 1], [10, 0, 0, 9], [203, 0, 113, 7]].map(IpAddr::from);
        let exposure = Exposure { trusted_proxies: vec![proxy], ..Exposure::default() };
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.1, 203.0.113.7, 10.0.0.1".parse().unwrap());
        assert_eq!(exposure.client(proxy, &headers), client);
        assert_eq!(exposure.client(other, &headers), other);
        assert_eq!(exposure.client(proxy, &HeaderMap::new()), proxy);
        assert_eq!(exposure.client("::ffff:10.0.0.1".parse().unwrap(), &headers), client);
        headers.insert("x-forwarded-for", "198.51.100.1, 203.0.113.7:5678".parse().unwrap());
        assert_eq!(exposure.client(proxy, &headers), proxy);
        assert!(exposure.lets_in(proxy) && exposure.lets_in(IpAddr::from([127, 0, 0, 1])));
        assert!(!exposure.lets_in(other));
        assert!(Exposure::default().lets_in(other));
    }

    #[test]
    fn a_subscriber_is_one_address_or_64_bits() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("203.0.113.7"), "203.0.113.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
    }
}
