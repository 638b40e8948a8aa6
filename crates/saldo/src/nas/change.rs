//! One CoA or Disconnect on its way: sent, sent again unchanged, and answered or not (RFC 5176 §2.3, RFC 5080 §2.2.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use radius::{Change, ChangeAnswer, PACKET_BYTES_MAX, Packet, SessionIdentity, verify_response};
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::names::Router;
use crate::clock;

/// How long each sending waits for its answer.
const PATIENCE: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// The next identifier. Each exchange has a port of its own besides, so that it may come again.
static IDENTIFIER: AtomicU8 = AtomicU8::new(0);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    /// The request cannot be made.
    #[error("the request cannot be made")]
    Unwritable(#[from] radius::Error),
    /// There is no socket for it.
    #[error("there is no socket for it")]
    Unsendable(#[from] std::io::Error),
    /// Nothing came in time.
    #[error("no answer came")]
    Silent,
}

/// Asks a router to change a session.
pub(super) async fn coa(
    router: &Router,
    session: &SessionIdentity<'_>,
    changes: &[Change<'_>],
) -> Result<ChangeAnswer, Unanswered> {
    let identifier = IDENTIFIER.fetch_add(1, Ordering::Relaxed);
    exchange(router, radius::coa(identifier, session, changes, now())?.sign_request(&router.secret)?).await
}

/// Asks a router to end a session.
pub(super) async fn disconnect(
    router: &Router,
    session: &SessionIdentity<'_>,
) -> Result<ChangeAnswer, Unanswered> {
    let identifier = IDENTIFIER.fetch_add(1, Ordering::Relaxed);
    exchange(router, radius::disconnect(identifier, session, now())?.sign_request(&router.secret)?).await
}

/// By the machine's clock, as routers judge it by theirs.
fn now() -> u32 {
    u32::try_from(clock::now().as_seconds()).unwrap_or(u32::MAX)
}

async fn exchange(router: &Router, request: Vec<u8>) -> Result<ChangeAnswer, Unanswered> {
    let any: IpAddr = match router.address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(SocketAddr::new(router.address, router.row.coa_port)).await?;
    let asked = Packet::parse(&request)?;
    for patience in PATIENCE {
        let until = Instant::now() + patience;
        // What the network does not take is as good as lost on it.
        let _ = socket.send(&request).await;
        if let Ok(answer) = tokio::time::timeout_at(until, answer(&socket, &asked, router, until)).await {
            return Ok(answer);
        }
    }
    Err(Unanswered::Silent)
}

/// The first datagram that is this router's answer to this request.
async fn answer(socket: &UdpSocket, asked: &Packet<'_>, router: &Router, until: Instant) -> ChangeAnswer {
    let mut bytes = [0; PACKET_BYTES_MAX];
    loop {
        let Ok(length) = socket.recv(&mut bytes).await else {
            // Nobody listens there now; somebody may at the next sending.
            tokio::time::sleep_until(until).await;
            continue;
        };
        let Ok(packet) = Packet::parse(&bytes[..length]) else { continue };
        if verify_response(&packet, asked, &router.secret).is_ok()
            && let Ok(answer) = ChangeAnswer::read(&packet)
        {
            return answer;
        }
    }
}
