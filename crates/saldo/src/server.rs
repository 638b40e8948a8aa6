//! The listener: connections in, each with limits, until the program ends.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{Extensions, HeaderMap, HeaderValue};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::config;

/// Connections at the same time, if the system gives as many file handles; further ones wait to be accepted.
const CONNECTIONS_MAX: usize = 8_192;
/// File handles that are left for everything else: databases, calls to others.
const HANDLES_KEPT: usize = 96;
/// Where Linux tells how many file handles a process may have.
const LIMITS_FILE: &str = "/proc/self/limits";
/// How long a client may take to send the head of a request, the first or a further one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may be silent in the middle of a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long open requests are waited for at the end.
const DRAIN_MAX: Duration = Duration::from_secs(10);
/// Pause after the system refused to accept, as when it is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a client is told whose connections are too many, before its connection is closed.
const TOO_MANY: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/problem+json\r\n\
    Retry-After: 1\r\nConnection: close\r\nContent-Length: 157\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429,\"code\":\"too_many_connections\",\
    \"detail\":\"This address holds too many connections. Close some.\"}";

/// Serves `router` on `listener` until `end` becomes true, then lets open requests finish. `end` is let go as soon as nothing more
/// is accepted.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: &config::Server,
    mut end: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(connections_max()));
    let crowds = Crowds::new(config);
    let router = router.layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = end.wait_for(|end| *end) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection could be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(seat) = crowds.enter(peer.ip()) else {
            turn_away(stream, peer);
            continue;
        };
        // Small answers leave at once. A socket that refuses this works as well.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = hyper::service::service_fn(move |request| answer(router.clone(), request, peer));
        // HTTP/1 alone: finding out which version a silent client speaks has no time limit, and behind a proxy nothing is gained.
        let mut builder = Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((place, seat));
        });
    }
    drop((listener, end));
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still open at the end");
    }
}

/// Says why, as far as that can be said without waiting, and closes the connection.
fn turn_away(stream: TcpStream, peer: SocketAddr) {
    tracing::debug!(%peer, "an address holds too many connections");
    // A new socket has room for so little; one that has not gets a closed connection for an answer.
    let _ = stream.try_write(TOO_MANY);
}

/// How many connections each address holds.
#[derive(Clone)]
struct Crowds {
    each_max: usize,
    trusted: Arc<[IpAddr]>,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The right to one connection. Dropping it gives it back.
struct Seat {
    crowds: Crowds,
    /// None for a proxy, which is not counted.
    network: Option<IpAddr>,
}

impl Crowds {
    fn new(config: &config::Server) -> Crowds {
        let trusted = config.trusted_proxies.iter().map(IpAddr::to_canonical).collect();
        Crowds { each_max: config.connections_per_address_max, trusted, held: Arc::default() }
    }

    /// Counts one more connection of this address; `None` if it holds as many as it may.
    fn enter(&self, address: IpAddr) -> Option<Seat> {
        if self.each_max == 0 || self.trusted.contains(&address.to_canonical()) {
            return Some(Seat { crowds: self.clone(), network: None });
        }
        let network = network(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(network).or_insert(0);
        if *count >= self.each_max {
            return None;
        }
        *count += 1;
        Some(Seat { crowds: self.clone(), network: Some(network) })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut held = self.crowds.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                held.remove(&network);
            }
        }
    }
}

/// What counts as one address: of IPv6 the first 64 bits, behind which one customer of a provider has as many as he likes.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// From where a request comes. A trusted proxy's word counts: the last address that is none of the proxies themselves, for those before
/// are anybody's claim.
pub(crate) fn client_address(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: &[IpAddr],
) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let is_proxy = |address: &IpAddr| trusted.iter().any(|proxy| proxy.to_canonical() == *address);
    // One proxy may stand behind another: each word leads one step back, for as long as a trusted one says it.
    let mut nearest = peer.ip().to_canonical();
    let mut words = headers.get_all("x-forwarded-for").iter().rev().flat_map(forwarded);
    while is_proxy(&nearest) {
        let Some(Some(named)) = words.next() else { break };
        nearest = named;
    }
    Some(nearest)
}

/// The addresses of one header, the last first; `None` for what is not an address.
fn forwarded(header: &HeaderValue) -> impl Iterator<Item = Option<IpAddr>> {
    // A header that is no text is one word that is no address.
    let text = header.to_str().unwrap_or_default();
    text.rsplit(',').map(|word| Some(word.trim().parse::<IpAddr>().ok()?.to_canonical()))
}

async fn answer(
    router: Router,
    request: hyper::Request<hyper::body::Incoming>,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request: Request = request.map(axum::body::Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

/// As many connections as there are file handles for.
fn connections_max() -> usize {
    let limits = std::fs::read_to_string(LIMITS_FILE).unwrap_or_default();
    let handles = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|line| line.split_whitespace().next())
        .and_then(|soft| soft.parse::<usize>().ok());
    // Where nobody tells, the constant holds.
    handles.map_or(CONNECTIONS_MAX, |handles| handles.saturating_sub(HANDLES_KEPT).clamp(1, CONNECTIONS_MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::config::Config;

    fn crowds(each_max: usize) -> Crowds {
        let mut config = Config::embedded().expect("settings").server;
        config.connections_per_address_max = each_max;
        Crowds::new(&config)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn each_address_has_its_own_places_and_gives_them_back() {
        let crowds = crowds(2);
        let first = crowds.enter(ip("192.0.2.1")).expect("a place");
        let _second = crowds.enter(ip("::ffff:192.0.2.1")).expect("the same address, written otherwise");
        assert!(crowds.enter(ip("192.0.2.1")).is_none());
        assert!(crowds.enter(ip("192.0.2.2")).is_some(), "others come in");
        drop(first);
        assert!(crowds.enter(ip("192.0.2.1")).is_some());
        let one_network = ["2001:db8::1", "2001:db8::2"].map(|text| crowds.enter(ip(text)).expect("a place"));
        assert!(crowds.enter(ip("2001:db8::3")).is_none() && crowds.enter(ip("2001:db8:0:1::3")).is_some());
        drop(one_network);
        let proxied: Vec<_> = (0..5).map(|_| crowds.enter(ip("127.0.0.1"))).collect();
        assert!(proxied.iter().all(Option::is_some), "a trusted proxy is not counted");
        let held = crowds.held.lock().expect("nobody panics").len();
        assert_eq!(held, 1, "addresses that hold nothing are forgotten");
    }

    #[test]
    fn no_limit_is_none() {
        let crowds = crowds(0);
        let many: Vec<_> = (0..1_000).map(|_| crowds.enter(ip("192.0.2.1"))).collect();
        assert!(many.iter().all(Option::is_some));
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1, 198.51.100.2".parse().expect("a value"));
        for (peer, expected) in [
            ("127.0.0.1:1", "198.51.100.2"),
            ("[::ffff:127.0.0.1]:1", "198.51.100.2"),
            ("192.0.2.7:1", "192.0.2.7"),
        ] {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().expect("an address")));
            let trusted = [ip("127.0.0.1")];
            assert_eq!(client_address(&extensions, &headers, &trusted), Some(ip(expected)), "{peer}");
        }
    }

    #[test]
    fn proxies_in_a_row_are_walked_back_to_the_first_that_is_none() {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo::<SocketAddr>("127.0.0.1:1".parse().expect("an address")));
        let trusted = [ip("127.0.0.1"), ip("10.0.0.5")];
        for (words, expected) in [
            (&["203.0.113.9, 198.51.100.1, 10.0.0.5"][..], "198.51.100.1"),
            (&["203.0.113.9, 198.51.100.1", "10.0.0.5"], "198.51.100.1"),
            (&["198.51.100.1, 10.0.0.6"], "10.0.0.6"),
            (&["198.51.100.1, unknown, 10.0.0.5"], "10.0.0.5"),
            (&["10.0.0.5"], "10.0.0.5"),
            (&["198.51.100.1, unknown"], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for word in words {
                headers.append("x-forwarded-for", word.parse().expect("a value"));
            }
            assert_eq!(client_address(&extensions, &headers, &trusted), Some(ip(expected)), "{words:?}");
        }
    }

    #[test]
    fn the_answer_is_as_long_as_it_says() {
        let text = std::str::from_utf8(TOO_MANY).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{}", body.len());
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
    }
}
