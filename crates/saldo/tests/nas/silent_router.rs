//! A router that obeys and tells nothing of it: its reports hold neither a speed nor a Class. What it acknowledged is all that is known
//! until the next report.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use book::LineStatus;
use radius::{
    AccountingStatus, AttributeType as A, Change, ChangeAnswer, ChangeRequest, Code, ErrorCause,
    PACKET_BYTES_MAX, Packet, Secret, answer,
};
use reqwest::Method;
use saldo::audit::Author;
use saldo::keys;
use saldo::lines::{self, NewLine};
use saldo::nas::remove_router;
use serde_json::json;
use store::tables::lines::AtZero;
use tokio::net::UdpSocket;

use crate::provider::{ALLOWANCE, LOGIN, PACK, Provider, SLOW, SPEED, add_router, megabytes};
use crate::reports::Peer;

const START: AccountingStatus = AccountingStatus::Start;
const INTERIM: AccountingStatus = AccountingStatus::InterimUpdate;
const STOP: AccountingStatus = AccountingStatus::Stop;
const ADDRESS: &str = "127.0.0.11";
const SECRET: &str = "quieto e calado";
/// All that a cycle gives, as counters count.
const ALL: u32 = 2_000_000_000;
/// How far its clock is behind where it is wrong, in seconds.
const BEHIND: i64 = 20 * 60;
/// Longer than an answer takes, and shorter than a router is waited for that gives none.
const SOON: std::time::Duration = std::time::Duration::from_secs(6);

/// The router: what it was asked for, and what it answers (nothing, if that is none).
struct Quiet {
    peer: Peer,
    nas_no: u32,
    heard: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<Option<ChangeAnswer>>>,
    takes_classes: Arc<AtomicBool>,
}

impl Quiet {
    async fn new(provider: &Provider) -> Quiet {
        let socket = UdpSocket::bind((ADDRESS, 0)).await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let nas_no = add_router(&provider.house, "torre-muda", ADDRESS, SECRET, port).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let says = Arc::new(Mutex::new(Some(ChangeAnswer::Acknowledged)));
        let takes_classes = Arc::new(AtomicBool::new(true));
        tokio::spawn(obey(socket, Arc::clone(&heard), Arc::clone(&says), Arc::clone(&takes_classes)));
        Quiet { peer: Peer::at(ADDRESS, provider, SECRET).await, nas_no, heard, says, takes_classes }
    }

    fn answers(&self, says: Option<ChangeAnswer>) {
        *self.says.lock().unwrap_or_else(PoisonError::into_inner) = says;
    }

    /// What it was asked for, oldest first: a speed, or `end`.
    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn until_heard(&self, provider: &Provider, expected: &[&str]) {
        provider.until("it is asked", |_| self.heard().len() >= expected.len()).await;
        assert_eq!(self.heard(), expected);
    }

    /// Tells how the session of the line stands that carries this Class.
    async fn tell_carrying(
        &self,
        identifier: u8,
        status: AccountingStatus,
        (bytes, seconds): (u32, u32),
        class: &[u8],
    ) {
        let (status, bytes, seconds) =
            (status.number().to_be_bytes(), bytes.to_be_bytes(), seconds.to_be_bytes());
        let attributes: [(A, &[u8]); 7] = [
            (A::ACCT_STATUS_TYPE, &status),
            (A::NAS_IDENTIFIER, b"mao"),
            (A::USER_NAME, LOGIN.as_bytes()),
            (A::ACCT_SESSION_ID, b"8f000001"),
            (A::ACCT_OUTPUT_OCTETS, &bytes),
            (A::ACCT_SESSION_TIME, &seconds),
            (A::CLASS, class),
        ];
        let report = self.peer.request(identifier, &attributes);
        assert!(self.peer.ask(&report).await.is_some());
    }

    /// Tells how the session of a login stands after so many seconds, and is answered.
    async fn tell(
        &self,
        identifier: u8,
        status: AccountingStatus,
        login: &str,
        (bytes, seconds): (u32, u32),
        more: &[(A, u32)],
    ) {
        let more = [&[(A::ACCT_SESSION_TIME, seconds)], more].concat();
        let report = self.peer.report(identifier, status, login, bytes, &more);
        assert!(self.peer.ask(&report).await.is_some(), "{status:?} {bytes}");
    }
}

async fn obey(
    socket: UdpSocket,
    heard: Arc<Mutex<Vec<String>>>,
    says: Arc<Mutex<Option<ChangeAnswer>>>,
    takes_classes: Arc<AtomicBool>,
) {
    let secret = Secret::new(SECRET).expect("a secret");
    let mut bytes = [0; PACKET_BYTES_MAX];
    while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
        let packet = Packet::parse(&bytes[..length]).expect("a packet");
        let request = ChangeRequest::read(&packet).expect("a request");
        let speed = request.changes.iter().find_map(|change| match change {
            Change::RateLimit(limit) => Some(limit.to_string()),
            _ => None,
        });
        let asked = if packet.code() == Code::DisconnectRequest {
            "end".to_owned()
        } else {
            speed.unwrap_or_default()
        };
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let has_class = request.changes.iter().any(|change| matches!(change, Change::Class(_)));
        let mut said = *says.lock().unwrap_or_else(PoisonError::into_inner);
        if has_class && !takes_classes.load(Ordering::Relaxed) {
            said = Some(ChangeAnswer::Refused(Some(ErrorCause::UnsupportedAttribute)));
        }
        if let Some(said) = said {
            let said = answer(&packet, said, &secret).expect("an answer");
            socket.send_to(&said, from).await.expect("it is sent");
        }
    }
}

async fn is_restricted(provider: &Provider) -> bool {
    provider.seen().await.0.restricted_since.is_some()
}

/// How often changes came so far.
async fn until_changes(provider: &Provider, outcome: &str, count: u64) {
    provider.until_metric(&format!("saldo_radius_changes_total{{outcome=\"{outcome}\"}}"), count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_before_the_router_has_shown_that_it_slowed_is_fast_again() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    router.until_heard(&provider, &[SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    assert!(!is_restricted(&provider).await, "no report has shown it yet");

    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    provider.house.advance(30).await;
    router.tell(3, INTERIM, LOGIN, (ALL, 90), &[]).await;
    provider.house.advance(600).await;
    assert_eq!(provider.metric("saldo_radius_unconfirmed_lines").await, 0, "it has gone on: nothing is open");
    assert!(!is_restricted(&provider).await);
    assert_eq!(router.heard().len(), 2, "each was asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_before_the_router_has_shown_that_it_restored_is_slow_again() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    router.until_heard(&provider, &[SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    provider.house.advance(30).await;
    router.tell(3, INTERIM, LOGIN, (ALL, 90), &[]).await;
    provider.until_restricted(true).await;

    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    provider.set_status(LineStatus::Blocked).await;
    router.until_heard(&provider, &[SLOW, SPEED, SLOW]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_before_the_router_has_shown_that_it_slowed_is_fast_again_though_we_started_anew_meanwhile()
{
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    router.until_heard(&provider, &[SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    // What is asked of it now is lost, and what is known of that is lost with the memory.
    router.answers(None);
    provider.buy().await;
    provider.seen().await;
    let provider = provider.restart().await;
    let heard = router.heard().len();
    router.answers(Some(ChangeAnswer::Acknowledged));
    router.tell(3, INTERIM, LOGIN, (ALL, 90), &[]).await;
    provider.until("it is asked", |_| router.heard().len() > heard).await;
    assert_eq!(router.heard().last().map(String::as_str), Some(SPEED));
    until_changes(&provider, "acknowledged", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_takes_no_class_is_asked_without_one_and_ends_nothing() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.takes_classes.store(false, Ordering::Relaxed);
    // It goes on to carry the Class with which it was let in.
    let key = keys::create(&provider.house.running.app, None, "radius", saldo::nas::SCOPE).await;
    let asked = json!({"User-Name": {"type": "string", "value": [LOGIN]}});
    let request = provider.house.request(Method::POST, "/radius/authorize");
    let request = request.basic_auth("saldo", Some(&key.expect("a key").secret)).json(&asked);
    let told = provider.house.send(request).await.json()["reply:Class"]["value"][0].clone();
    let class = told.as_str().and_then(|text| hex::decode(text.strip_prefix("0x")?).ok()).expect("a Class");
    router.tell_carrying(1, START, (0, 0), &class).await;
    provider.house.advance(60).await;
    router.tell_carrying(2, INTERIM, (ALL, 60), &class).await;
    router.until_heard(&provider, &[SLOW, SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    provider.house.advance(30).await;
    router.tell_carrying(3, INTERIM, (ALL, 90), &class).await;
    provider.until_restricted(true).await;
    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    provider.house.advance(30).await;
    router.tell_carrying(4, INTERIM, (ALL, 120), &class).await;
    provider.until_restricted(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_after_its_speed_was_acknowledged_had_it() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    until_changes(&provider, "acknowledged", 1).await;
    provider.house.advance(30).await;
    router.tell(3, INTERIM, LOGIN, (ALL, 90), &[]).await;
    provider.until_restricted(true).await;
    provider.buy().await;
    until_changes(&provider, "acknowledged", 2).await;
    provider.house.advance(30).await;
    router.tell(4, STOP, LOGIN, (ALL, 120), &[]).await;
    provider.until_restricted(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_whose_clock_is_behind_confirms_with_its_next_report_all_the_same() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    let its_time = || {
        let seconds = provider.house.running.app.ledger.now().as_seconds() - BEHIND;
        [(A::EVENT_TIMESTAMP, u32::try_from(seconds).expect("a time"))]
    };
    router.tell(1, START, LOGIN, (0, 0), &its_time()).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &its_time()).await;
    router.until_heard(&provider, &[SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    provider.house.advance(300).await;
    router.tell(3, INTERIM, LOGIN, (ALL, 360), &its_time()).await;
    provider.until_restricted(true).await;

    provider.buy().await;
    provider.until("it is asked", |_| router.heard().last().is_some_and(|last| last == SPEED)).await;
    provider.house.advance(300).await;
    router.tell(4, INTERIM, LOGIN, (ALL, 660), &its_time()).await;
    provider.until_restricted(false).await;
    provider.house.advance(300).await;
    router.tell(5, INTERIM, LOGIN, (ALL + 1_000_000_000, 960), &its_time()).await;
    // The second in which it was confirmed is the subscriber's.
    let used = PACK - provider.posted();
    assert!((990_000_000..=1_000_000_000).contains(&used), "what is used at full speed is not free: {used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_on_after_it_was_to_end_is_not_taken_for_restricted() {
    let provider = Provider::open(AtZero::Block).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    router.until_heard(&provider, &["end"]).await;
    until_changes(&provider, "acknowledged", 1).await;
    provider.house.advance(30).await;
    router.tell(3, INTERIM, LOGIN, (ALL + 5, 90), &[]).await;
    until_changes(&provider, "contradicted", 1).await;
    router.until_heard(&provider, &["end", "end"]).await;
    assert!(!is_restricted(&provider).await, "it moves bytes");
    assert_eq!(provider.posted(), -5);
    provider.house.advance(30).await;
    router.tell(4, STOP, LOGIN, (ALL + 5, 120), &[]).await;
    provider.until_restricted(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_knows_no_session_of_which_it_reports_is_not_believed_for_ever() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.answers(Some(ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound))));
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(60).await;
    router.tell(2, INTERIM, LOGIN, (ALL, 60), &[]).await;
    provider.until_restricted(true).await;
    // Late on its way, or not.
    provider.house.advance(60).await;
    router.tell(3, INTERIM, LOGIN, (ALL + 5, 120), &[]).await;
    until_changes(&provider, "refused", 2).await;
    provider.house.advance(60).await;
    router.tell(4, INTERIM, LOGIN, (ALL + 10, 180), &[]).await;
    provider.until_restricted(false).await;
    until_changes(&provider, "refused", 4).await;
    provider.house.advance(121).await;
    assert_eq!(provider.metric("saldo_radius_unconfirmed_lines").await, 1, "staff are told");
    let before = provider.posted();
    router.tell(5, INTERIM, LOGIN, (ALL + 1_000_010, 301), &[]).await;
    let used = before - provider.posted();
    assert!((980_000..=1_000_000).contains(&used), "what it moves is not free: {used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_a_router_that_was_taken_away_holds_nothing_up() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(1, START, LOGIN, (0, 0), &[]).await;
    provider.house.advance(16 * 60).await;
    let app = &provider.house.running.app;
    remove_router(app, Author::operator(), router.nas_no).await.expect("it is taken away");
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    provider.until_speed(SLOW).await;
    provider.until_restricted(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_answer_keeps_nobody_waiting_at_another() {
    let provider = Provider::open(AtZero::Slow).await;
    let dead = Quiet::new(&provider).await;
    dead.answers(None);
    let app = &provider.house.running.app;
    for no in 0..40_u8 {
        let login = format!("torre-muda-{no}");
        let new = NewLine {
            customer: provider.line.customer,
            plan_no: 1,
            anchor_day: 1,
            access_login: Some(login.clone()),
        };
        lines::open(app, Author::operator(), new).await.expect("a line");
        provider.seen().await;
        dead.tell(no, START, &login, (0, 0), &[]).await;
        dead.tell(no + 100, INTERIM, &login, (ALL, 1), &[]).await;
    }
    provider.until("it is asked", |_| dead.heard().len() >= 8).await;
    // One of its sessions was at the dead one, too.
    dead.tell(200, START, LOGIN, (0, 0), &[]).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    tokio::time::timeout(SOON, provider.until_speed(SLOW)).await.expect("soon");
    assert!(provider.posted() <= ALLOWANCE - 2_100_000_000);
    provider.buy().await;
    tokio::time::timeout(SOON, provider.until_speed(SPEED)).await.expect("soon");
}
