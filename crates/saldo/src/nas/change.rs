//! One CoA or Disconnect on its way: sent, sent again unchanged, and answered or not (RFC 5176 §2.3, RFC 5080 §2.2.1).

use std::future::{Future, pending};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use radius::{Change, ChangeAnswer, PACKET_BYTES_MAX, Packet, SessionIdentity, verify_response};
use tokio::net::UdpSocket;

use super::names::Router;
use crate::clock;

/// How long each sending waits for its answer: the last is sent 3 s after the first, and after 7 s there is none.
const PATIENCE: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

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

/// How time passes while an answer is waited for.
pub(super) trait Waiting {
    /// Ends when so much time has passed.
    fn pass(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// By the machine's clock.
#[derive(Debug, Default)]
pub(super) struct Asleep;

impl Waiting for Asleep {
    fn pass(&self, time: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(time)
    }
}

/// Asks routers. Each exchange has a port and an identifier of its own, so that there may be more than 256 of them at a time.
#[derive(Debug, Default)]
pub(super) struct Asker<W = Asleep> {
    identifier: AtomicU8,
    waiting: W,
}

impl<W: Waiting> Asker<W> {
    /// Asks a router to change a session.
    pub(super) async fn coa(
        &self,
        router: &Router,
        session: &SessionIdentity<'_>,
        changes: &[Change<'_>],
    ) -> Result<ChangeAnswer, Unanswered> {
        let request = radius::coa(self.identifier(), session, changes, now())?;
        self.exchange(router, request.sign_request(&router.secret)?).await
    }

    /// Asks a router to end a session.
    pub(super) async fn disconnect(
        &self,
        router: &Router,
        session: &SessionIdentity<'_>,
    ) -> Result<ChangeAnswer, Unanswered> {
        let request = radius::disconnect(self.identifier(), session, now())?;
        self.exchange(router, request.sign_request(&router.secret)?).await
    }

    /// The next one of 256.
    fn identifier(&self) -> u8 {
        self.identifier.fetch_add(1, Ordering::Relaxed)
    }

    async fn exchange(&self, router: &Router, request: Vec<u8>) -> Result<ChangeAnswer, Unanswered> {
        let any: IpAddr = match router.address {
            IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(SocketAddr::new(router.address, router.row.coa_port)).await?;
        let asked = Packet::parse(&request)?;
        for patience in PATIENCE {
            // What the network does not take is as good as lost on it.
            let _ = socket.send(&request).await;
            tokio::select! {
                answer = answer(&socket, &asked, router) => return Ok(answer),
                () = self.waiting.pass(patience) => {}
            }
        }
        Err(Unanswered::Silent)
    }
}

/// By the machine's clock, as routers judge it by theirs.
fn now() -> u32 {
    u32::try_from(clock::now().as_seconds()).unwrap_or(u32::MAX)
}

/// The first datagram that is this router's answer to this request.
async fn answer(socket: &UdpSocket, asked: &Packet<'_>, router: &Router) -> ChangeAnswer {
    let mut bytes = [0; PACKET_BYTES_MAX];
    loop {
        let Ok(length) = socket.recv(&mut bytes).await else {
            // Nobody listens there now; somebody may at the next sending.
            return pending().await;
        };
        let Ok(packet) = Packet::parse(&bytes[..length]) else { continue };
        if verify_response(&packet, asked, &router.secret).is_ok()
            && let Ok(answer) = ChangeAnswer::read(&packet)
        {
            return answer;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use std::collections::BTreeSet;
    use std::sync::Arc;

    use money::{RouterId, Timestamp};
    use radius::{AttributeType, ErrorCause, Secret};
    use store::Hidden;
    use store::tables::lines::RouterRow;
    use tokio::sync::{mpsc, oneshot};

    use super::*;

    /// Time passes when the test says so: it is told for how long somebody waits, and lets him go on.
    struct ByHand(mpsc::UnboundedSender<(Duration, oneshot::Sender<()>)>);

    impl Waiting for ByHand {
        async fn pass(&self, time: Duration) {
            let (go_on, gone_on) = oneshot::channel();
            // Whoever does not look lets nothing pass.
            let _ = self.0.send((time, go_on));
            let _ = gone_on.await;
        }
    }

    /// What reached a router.
    type Heard = (Vec<u8>, SocketAddr);

    /// A router that does what the test does, and somebody who asks it.
    struct Stage {
        socket: UdpSocket,
        router: Arc<Router>,
        asker: Arc<Asker<ByHand>>,
        waits: mpsc::UnboundedReceiver<(Duration, oneshot::Sender<()>)>,
    }

    impl Stage {
        async fn new() -> Stage {
            let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
            let address = socket.local_addr().expect("an address");
            let row = RouterRow {
                nas_no: 1,
                id: RouterId::from_u128(1),
                name: "torre-1".to_owned(),
                address: address.ip().to_string(),
                secret: Hidden("segredo".to_owned()),
                coa_port: address.port(),
                last_seen_at: None,
                created_at: Timestamp::EPOCH,
                counts_all: 1,
            };
            let secret = Secret::new("segredo").expect("a secret");
            let (passing, waits) = mpsc::unbounded_channel();
            let asker = Asker { identifier: AtomicU8::new(250), waiting: ByHand(passing) };
            let router = Router { row, address: address.ip(), secret };
            Stage { socket, router: Arc::new(router), asker: Arc::new(asker), waits }
        }

        /// Begins to ask for a speed.
        fn ask(&self, speed: &str) -> tokio::task::JoinHandle<Result<ChangeAnswer, Unanswered>> {
            let (asker, router) = (Arc::clone(&self.asker), Arc::clone(&self.router));
            let change = Change::RateLimit(speed.parse().expect("a speed"));
            let session =
                SessionIdentity { session_id: Some("81000001".into()), ..SessionIdentity::default() };
            tokio::spawn(async move { asker.coa(&router, &session, &[change]).await })
        }

        async fn hear(&self) -> Heard {
            let mut bytes = [0; PACKET_BYTES_MAX];
            let (length, from) = self.socket.recv_from(&mut bytes).await.expect("a datagram");
            (bytes[..length].to_vec(), from)
        }

        async fn answer(&self, heard: &Heard, answer: ChangeAnswer, secret: &str) {
            let secret = Secret::new(secret).expect("a secret");
            let request = Packet::parse(&heard.0).expect("a packet");
            let bytes = radius::answer(&request, answer, &secret).expect("an answer");
            self.socket.send_to(&bytes, heard.1).await.expect("it is sent");
        }

        /// How long is waited now, and the word to let that pass.
        async fn wait(&mut self) -> (Duration, oneshot::Sender<()>) {
            self.waits.recv().await.expect("somebody waits")
        }

        /// True if nothing more has come.
        fn is_silent(&self) -> bool {
            self.socket.try_recv(&mut [0; 1]).is_err()
        }
    }

    #[tokio::test]
    async fn a_request_is_repeated_byte_by_byte_from_the_same_port_at_0_1_and_3_seconds_and_given_up_at_7() {
        let mut stage = Stage::new().await;
        let asked = stage.ask("256k/1M");
        let (mut sent, mut clock) = (Vec::new(), Duration::ZERO);
        for _ in PATIENCE {
            sent.push((clock, stage.hear().await));
            let (wait, go_on) = stage.wait().await;
            assert!(stage.is_silent(), "one datagram at a time");
            clock += wait;
            go_on.send(()).expect("it waits");
        }
        assert!(matches!(asked.await.expect("it ends"), Err(Unanswered::Silent)));
        assert!(stage.is_silent(), "nothing is sent after the last");
        let times: Vec<u64> = sent.iter().map(|(at, _)| at.as_secs()).collect();
        assert_eq!((times, clock.as_secs()), (vec![0, 1, 3], 7));
        let (_, first) = &sent[0];
        assert!(
            sent.iter().all(|(_, heard)| heard == first),
            "identifier, authenticator, time and port stay"
        );
        let packet = Packet::parse(&first.0).expect("a packet");
        assert!(packet.u32(AttributeType::EVENT_TIMESTAMP).expect("a time").is_some());
    }

    #[tokio::test]
    async fn an_answer_to_any_sending_ends_it_and_what_is_none_does_not() {
        for (told, expected) in [
            (ChangeAnswer::Acknowledged, ChangeAnswer::Acknowledged),
            (
                ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound)),
                ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound)),
            ),
            (ChangeAnswer::Refused(None), ChangeAnswer::Refused(None)),
        ] {
            let mut stage = Stage::new().await;
            let asked = stage.ask("256k/1M");
            let first = stage.hear().await;
            stage.answer(&first, ChangeAnswer::Acknowledged, "outro").await;
            stage.socket.send_to(b"garbage", first.1).await.expect("it is sent");
            stage.wait().await.1.send(()).expect("it waits still");
            let second = stage.hear().await;
            stage.answer(&second, told, "segredo").await;
            assert_eq!(asked.await.expect("it ends").expect("an answer"), expected);
        }
    }

    #[tokio::test]
    async fn each_other_content_has_an_identifier_of_its_own_and_all_256_are_used() {
        let stage = Stage::new().await;
        let mut identifiers = Vec::new();
        for number in 1..=257_u32 {
            let asked = stage.ask(&format!("{number}k/{number}k"));
            let heard = stage.hear().await;
            identifiers.push(Packet::parse(&heard.0).expect("a packet").identifier());
            stage.answer(&heard, ChangeAnswer::Acknowledged, "segredo").await;
            asked.await.expect("it ends").expect("an answer");
        }
        assert_eq!(identifiers[..256].iter().collect::<BTreeSet<_>>().len(), 256);
        assert_eq!(identifiers[256], identifiers[0], "then they begin again");
    }

    #[tokio::test]
    async fn more_than_256_at_a_time_are_told_apart_by_their_ports() {
        let stage = Stage::new().await;
        let mut waiting = Vec::new();
        for number in 1..=300_u32 {
            let asked = stage.ask(&format!("{number}k/{number}k"));
            waiting.push((asked, stage.hear().await, number % 2 == 0));
        }
        let name = |heard: &Heard| (heard.1.port(), heard.0[1]);
        let names: BTreeSet<_> = waiting.iter().map(|(_, heard, _)| name(heard)).collect();
        assert_eq!(names.len(), waiting.len());
        let told = |even: bool| if even { ChangeAnswer::Acknowledged } else { ChangeAnswer::Refused(None) };
        for (_, heard, even) in waiting.iter().rev() {
            stage.answer(heard, told(*even), "segredo").await;
        }
        for (asked, _, even) in waiting {
            assert_eq!(asked.await.expect("it ends").expect("an answer"), told(even));
        }
    }
}
