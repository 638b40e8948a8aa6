//! A router on free ports, the server it reports to, and somebody who sends it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use radius::{
    AccountingRequest, AccountingStatus, AttributeType, ChangeAnswer, Code, Draft, Octets, Packet, Secret,
    TerminateCause, lasting_attributes, mikrotik::RateLimit, verify_request, verify_response,
};
use sandbox::router::{Router, RouterConfig, Subscriber};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::mpsc;

pub(crate) const LOGIN: &str = "joao";
/// The router's clock at the start.
pub(crate) const NOW_SECONDS: i64 = 1_795_000_000;
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Stage {
    pub(crate) router: Router,
    now_ms: Arc<AtomicI64>,
    answers: Arc<AtomicBool>,
    heard: mpsc::UnboundedReceiver<Heard>,
    changes: UdpSocket,
    client: reqwest::Client,
}

/// A report as the server read it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) datagram: Vec<u8>,
    pub(crate) identifier: u8,
    pub(crate) lasting: Vec<(AttributeType, Vec<u8>)>,
    pub(crate) status: AccountingStatus,
    pub(crate) session_id: String,
    /// The lower half where the upper was not said.
    pub(crate) upload: Option<u64>,
    pub(crate) download: Option<u64>,
    pub(crate) gigawords: Option<u32>,
    pub(crate) session_seconds: Option<u32>,
    pub(crate) delay_seconds: Option<u32>,
    pub(crate) occurred_at: i64,
    pub(crate) rate_limit: String,
    pub(crate) class: Vec<u8>,
    pub(crate) cause: Option<TerminateCause>,
}

fn secret() -> Secret {
    Secret::new("segredo").unwrap()
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let now_ms = Arc::new(AtomicI64::new(NOW_SECONDS * 1_000));
        let answers = Arc::new(AtomicBool::new(true));
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let accounting_server = server.local_addr().unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(serve(server, Arc::clone(&answers), Arc::clone(&now_ms), tell));
        let clock = Arc::clone(&now_ms);
        let config = RouterConfig {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            changes: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
            accounting_server,
            secret: secret(),
            identifier: "torre-1".into(),
            ip: "10.0.0.1".parse().unwrap(),
            interim_seconds: 60,
            services: vec!["WhatsApp".to_owned()],
            subscribers: vec![Subscriber {
                login: LOGIN.into(),
                ip: "100.64.0.9".parse().unwrap(),
                rate_limit: RateLimit::steady(10_000_000, 20_000_000),
            }],
            clock: Arc::new(move || clock.load(Ordering::SeqCst)),
        };
        let router = Router::start(config).await.unwrap();
        let changes = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        changes.connect(router.change_address()).await.unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { router, now_ms, answers, heard, changes, client }
    }

    /// Moves the clock once every report has been answered: none of them is repeated.
    pub(crate) async fn advance(&self, seconds: i64) {
        self.settled().await;
        self.advance_unanswered(seconds);
    }

    /// Moves the clock while a report may wait for its answer.
    pub(crate) fn advance_unanswered(&self, seconds: i64) {
        self.now_ms.fetch_add(seconds * 1_000, Ordering::SeqCst);
        self.router.wake();
    }

    pub(crate) fn answer_nothing(&self) {
        self.answers.store(false, Ordering::SeqCst);
    }

    pub(crate) fn answer_everything(&self) {
        self.answers.store(true, Ordering::SeqCst);
    }

    /// The next report that reaches the server.
    pub(crate) async fn heard(&mut self) -> Heard {
        tokio::time::timeout(PATIENCE, self.heard.recv()).await.expect("a report").expect("a server")
    }

    /// Waits until every report has been answered.
    pub(crate) async fn settled(&self) {
        self.until(|stage| stage.router.unanswered() == 0).await;
    }

    /// Waits until something is true.
    pub(crate) async fn until(&self, is_true: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !is_true(self) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("it becomes true");
    }

    pub(crate) async fn send_change(&self, draft: Draft) -> Vec<u8> {
        let request = draft.sign_request(&secret()).unwrap();
        self.changes.send(&request).await.unwrap();
        request
    }

    /// Sends a change and reads the next answer; none when that belongs to another request.
    pub(crate) async fn ask(&self, draft: Draft) -> Option<ChangeAnswer> {
        let request = self.send_change(draft).await;
        let mut bytes = [0; 4_096];
        let received = tokio::time::timeout(PATIENCE, self.changes.recv(&mut bytes)).await;
        let answer = Packet::parse(&bytes[..received.expect("an answer").unwrap()]).unwrap();
        verify_response(&answer, &Packet::parse(&request).unwrap(), &secret()).ok()?;
        Some(ChangeAnswer::read(&answer).unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("{}{path}", self.router.url())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> u16 {
        let request = self.client.post(format!("{}{path}", self.router.url()));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form.to_owned()).send().await.unwrap().status().as_u16()
    }
}

/// Keeps every report, and answers while it is told to.
async fn serve(
    socket: UdpSocket,
    answers: Arc<AtomicBool>,
    now_ms: Arc<AtomicI64>,
    tell: mpsc::UnboundedSender<Heard>,
) {
    let mut bytes = [0; 4_096];
    while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
        let packet = Packet::parse(&bytes[..length]).unwrap();
        verify_request(&packet, &secret()).unwrap();
        let answering = answers.load(Ordering::SeqCst);
        // Who stops the test listens no more.
        let _ = tell.send(read(&packet, now_ms.load(Ordering::SeqCst) / 1_000));
        if answering {
            let draft = Draft::answering(&packet, Code::AccountingResponse).unwrap();
            let _ = socket.send_to(&draft.sign_response(&packet, &secret()).unwrap(), from).await;
        }
    }
}

fn read(packet: &Packet<'_>, arrival: i64) -> Heard {
    let report = AccountingRequest::read(packet).unwrap();
    let bytes = |octets: Octets| octets.full().unwrap_or(u64::from(octets.low));
    Heard {
        datagram: packet.bytes().to_vec(),
        identifier: packet.identifier(),
        lasting: lasting_attributes(packet).map(|it| (it.kind, it.value.to_vec())).collect(),
        status: report.status,
        session_id: report.session_id.as_deref().unwrap_or_default().to_owned(),
        upload: report.upload.map(bytes),
        download: report.download.map(bytes),
        gigawords: report.download.and_then(|octets| octets.gigawords),
        session_seconds: report.session_seconds,
        delay_seconds: report.delay_seconds,
        occurred_at: report.occurred_at(arrival),
        rate_limit: report.rate_limit.as_deref().unwrap_or_default().to_owned(),
        class: report.classes.first().copied().unwrap_or_default().to_vec(),
        cause: report.terminate_cause,
    }
}
