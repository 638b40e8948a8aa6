//! The port of accounting: datagrams in, answers out. What cannot be trusted or recorded is dropped in silence and counted.
//!
//! A repetition gets the answer that was given before: byte for byte for half a minute, by its content for two. Beyond that the book knows
//! by the counters that nothing is new.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use radius::{
    AccountingRequest, AccountingStatus, AttributeType, Authenticator, Code, Draft, PACKET_BYTES_MAX, Packet,
    StatusPort, answer_status_server, verify_request,
};
use tokio::net::UdpSocket;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use super::fading::Fading;
use super::names::{self, Router};
use super::record::{self, NotRecorded, Recorded};
use super::report::{self, Report};
use crate::app::App;

/// Packets under way at the same time; what comes beyond them is dropped and will come again.
const PACKETS_MAX: usize = 1_024;
/// How long an answer is kept for those who did not get it (RFC 5080 §2.2.2).
const ANSWERS_LAST: Duration = Duration::from_secs(30);
/// Answers that are kept.
const ANSWERS_MAX: usize = 65_536;
/// How long the content of a report is known.
const CONTENTS_LAST: Duration = Duration::from_secs(120);
/// Contents that are known.
const CONTENTS_MAX: usize = 65_536;
/// How long a datagram is known again that tells no time: whoever sends it once more can give it no other date.
const UNDATED_LAST: Duration = Duration::from_hours(24);
/// Such datagrams that are known.
const UNDATED_MAX: usize = 131_072;
/// Pause after the system refused to receive.
const RECEIVE_PAUSE: Duration = Duration::from_millis(100);

/// What makes two datagrams one.
type PacketKey = (SocketAddr, u8, Authenticator);

/// Begins to take reports at `radius.accounting_listen`, if that says where. What is returned ends when the program's end is announced
/// and no more are taken.
pub async fn listen(app: &Arc<App>) -> anyhow::Result<Option<JoinHandle<()>>> {
    let listen = &app.config.radius.accounting_listen;
    if listen.is_empty() {
        return Ok(None);
    }
    let socket = UdpSocket::bind(listen).await.with_context(|| format!("listening on UDP {listen}"))?;
    let address = socket.local_addr()?;
    // Whoever listens twice is told of the first.
    let _ = app.nas.address.set(address);
    tracing::info!(%address, "RADIUS accounting is taken");
    let port = Arc::new(Port {
        app: Arc::clone(app),
        socket,
        answers: Mutex::new(Fading::new(ANSWERS_LAST, ANSWERS_MAX)),
        contents: Mutex::new(Fading::new(CONTENTS_LAST, CONTENTS_MAX)),
        undated: Mutex::new(Fading::new(UNDATED_LAST, UNDATED_MAX)),
    });
    Ok(Some(tokio::spawn(run(port))))
}

struct Port {
    app: Arc<App>,
    socket: UdpSocket,
    /// The answer to a packet; none while it is under way.
    answers: Mutex<Fading<PacketKey, Option<Arc<[u8]>>>>,
    contents: Mutex<Fading<u128, ()>>,
    undated: Mutex<Fading<u128, ()>>,
}

/// A datagram that looks like a packet, on its way.
struct Arrived {
    bytes: Vec<u8>,
    from: SocketAddr,
    /// Its number.
    arrival: u64,
    /// Ends when what its router said before is done: a restart goes before the sessions after it.
    gate: Option<watch::Receiver<()>>,
    /// Held while this is a restart.
    closed: Option<watch::Sender<()>>,
    _place: OwnedSemaphorePermit,
}

async fn run(port: Arc<Port>) {
    let mut end = port.app.end_announced();
    let places = Arc::new(Semaphore::new(PACKETS_MAX));
    let mut gates: HashMap<IpAddr, watch::Receiver<()>> = HashMap::new();
    let mut bytes = vec![0; PACKET_BYTES_MAX];
    loop {
        let received = tokio::select! {
            received = port.socket.recv_from(&mut bytes) => received,
            _ = end.wait_for(|end| *end) => return,
        };
        let (length, from) = match received {
            Ok(received) => received,
            Err(error) => {
                tracing::warn!(%error, "no packet could be received");
                tokio::time::sleep(RECEIVE_PAUSE).await;
                continue;
            }
        };
        let counters = &port.app.nas.counters;
        let packet = match Packet::parse(&bytes[..length]) {
            Ok(packet) => packet,
            Err(error) => {
                counters.dropped(error.code());
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            counters.dropped("queue_full");
            continue;
        };
        let gate = gates.get(&from.ip()).cloned();
        let closed = is_restart(&packet).then(|| {
            gates.retain(|_, gate| gate.has_changed().is_ok());
            let (sender, receiver) = watch::channel(());
            gates.insert(from.ip(), receiver);
            sender
        });
        let arrived = Arrived {
            bytes: packet.bytes().to_vec(),
            from,
            arrival: port.app.nas.arrived(),
            gate,
            closed,
            _place: place,
        };
        tokio::spawn(serve(Arc::clone(&port), arrived));
    }
}

fn is_restart(packet: &Packet<'_>) -> bool {
    let status = packet.u32(AttributeType::ACCT_STATUS_TYPE).ok().flatten();
    let status = status.map(AccountingStatus::from_number);
    matches!(status, Some(AccountingStatus::AccountingOn | AccountingStatus::AccountingOff))
}

async fn serve(port: Arc<Port>, arrived: Arrived) {
    let Arrived { bytes, from, arrival, gate, closed, _place } = arrived;
    if let Some(mut gate) = gate {
        while gate.changed().await.is_ok() {}
    }
    match port.take(&bytes, from, arrival).await {
        Ok(after) => {
            drop(closed);
            if let Some(observation) = after
                && let Err(problem) = record::observe(&port.app, observation).await
            {
                let (code, detail) = (problem.code, problem.detail);
                tracing::warn!(code, detail, "what a report showed of a line was not taken");
            }
        }
        Err(why) => port.app.nas.counters.dropped(why),
    }
}

impl Port {
    /// Does all that a packet asks for and answers it. What its report shows beside is for afterwards. An error is why it was dropped.
    async fn take(
        &self,
        bytes: &[u8],
        from: SocketAddr,
        arrival: u64,
    ) -> Result<Option<Box<record::Observation>>, &'static str> {
        let app = &self.app;
        let packet = Packet::parse(bytes).map_err(|error| error.code())?;
        let router = names::router_at(app, from.ip()).await.map_err(|_| "not_recorded")?;
        let router = router.ok_or("router_unknown")?;
        verify_request(&packet, &router.secret).map_err(|error| error.code())?;
        names::seen(app, &router);
        match packet.code() {
            Code::StatusServer => {
                let answer = answer_status_server(&packet, StatusPort::Accounting, &router.secret);
                self.send(&answer.map_err(|error| error.code())?, from).await?;
                app.nas.counters.answered("status");
                Ok(None)
            }
            Code::AccountingRequest => self.account(&packet, from, &router, arrival).await,
            _ => Err("unexpected_code"),
        }
    }

    async fn account(
        &self,
        packet: &Packet<'_>,
        from: SocketAddr,
        router: &Router,
        arrival: u64,
    ) -> Result<Option<Box<record::Observation>>, &'static str> {
        let key = (from, packet.identifier(), packet.authenticator());
        let known = {
            let mut answers = self.answers();
            let known = answers.get(Instant::now(), &key).cloned();
            if known.is_none() {
                answers.put(Instant::now(), key, None);
            }
            known
        };
        match known {
            Some(Some(answer)) => {
                self.send(&answer, from).await?;
                self.app.nas.counters.answered("repeated");
                return Ok(None);
            }
            Some(None) => return Err("in_progress"),
            None => {}
        }
        match self.record(packet, router, arrival).await {
            Ok((how, observation)) => {
                let answer = Draft::answering(packet, Code::AccountingResponse)
                    .and_then(|draft| draft.sign_response(packet, &router.secret))
                    .map_err(|error| error.code())?;
                let answer: Arc<[u8]> = answer.into();
                self.answers().put(Instant::now(), key, Some(Arc::clone(&answer)));
                self.send(&answer, from).await?;
                self.app.nas.counters.answered(how);
                Ok(observation)
            }
            Err(why) => {
                // It may come again unchanged and succeed.
                self.answers().remove(&key);
                Err(why)
            }
        }
    }

    async fn record(
        &self,
        packet: &Packet<'_>,
        router: &Router,
        arrival: u64,
    ) -> Result<(&'static str, Option<Box<record::Observation>>), &'static str> {
        let app = &self.app;
        let request = AccountingRequest::read(packet).map_err(|error| error.code())?;
        let said = report::content(packet);
        let content = app.hashes.hash128("radius content", &[&router.row.nas_no.to_be_bytes(), &said]);
        // Without a time of its own a report may well say the same as another; sent again, it says for how long it waited.
        let is_dated =
            request.event_timestamp.is_some() || request.delay_seconds.is_some_and(|delay| delay > 0);
        if request.status.is_of_session()
            && is_dated
            && self.contents().get(Instant::now(), &content).is_some()
        {
            return Ok(("repeated", None));
        }
        let report = Report::of_packet(&request, app.ledger.now().as_seconds());
        let datagram = (request.status.is_of_session() && !report.is_dated).then(|| {
            app.hashes.hash128("radius datagram", &[&router.row.nas_no.to_be_bytes(), packet.bytes()])
        });
        if datagram.is_some_and(|datagram| self.undated().get(Instant::now(), &datagram).is_some()) {
            return Ok(("repeated", None));
        }
        match record::record(app, router, report, content, arrival).await {
            Ok(recorded) => {
                self.contents().put(Instant::now(), content, ());
                if let Some(datagram) = datagram {
                    self.undated().put(Instant::now(), datagram, ());
                }
                Ok(match recorded {
                    Recorded::Session(observation) => ("recorded", Some(observation)),
                    Recorded::Service => ("recorded", None),
                    Recorded::Noted => ("noted", None),
                })
            }
            Err(NotRecorded::Unknown(why)) => Err(why),
            Err(NotRecorded::Failed(problem)) => {
                tracing::warn!(code = problem.code, detail = problem.detail, "a report was not recorded");
                Err("not_recorded")
            }
        }
    }

    async fn send(&self, answer: &[u8], to: SocketAddr) -> Result<(), &'static str> {
        self.socket.send_to(answer, to).await.map(|_| ()).map_err(|_| "not_sent")
    }

    fn answers(&self) -> MutexGuard<'_, Fading<PacketKey, Option<Arc<[u8]>>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn undated(&self) -> MutexGuard<'_, Fading<u128, ()>> {
        self.undated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn contents(&self) -> MutexGuard<'_, Fading<u128, ()>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
