//! The listener: connections in, each with limits, until the program ends.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;
use tower_http::timeout::RequestBodyTimeoutLayer;

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

/// Serves `router` on `listener` until `end` becomes true, then lets open requests finish. `end` is let go as soon as nothing more
/// is accepted.
pub async fn serve(listener: TcpListener, router: Router, mut end: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(connections_max()));
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
            drop(place);
        });
    }
    drop((listener, end));
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still open at the end");
    }
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
