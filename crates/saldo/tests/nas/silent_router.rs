//! A router that obeys and tells nothing of it: its reports hold neither a speed nor a Class. What it acknowledged is all that is known
//! until the next report.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use book::LineStatus;
use money::Timestamp;
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

use crate::house::PATIENCE;
use crate::provider::{ALLOWANCE, LOGIN, LOOK_AGAIN, PACK, Provider, SLOW, SPEED, add_router, megabytes};
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
/// Sessions of one router that are asked for at the same time.
const PLACES: usize = 8;
/// Longer than an answer takes, and shorter than a router is waited for that gives none.
const SOON: std::time::Duration = std::time::Duration::from_secs(6);

/// The router, and the session that the line has there.
struct Quiet {
    peer: Peer,
    nas_no: u32,
    ways: Arc<Ways>,
    /// How many reports it has sent, which number them.
    told: AtomicU8,
    /// How long the session has lasted, in seconds.
    lasted: AtomicU32,
    /// The Class that the session carries.
    class: Vec<u8>,
    /// Whether it tells the time, which it has wrong.
    tells_time: bool,
}

/// How it takes what it is asked for.
struct Ways {
    /// Whose session was to be changed, and to which speed, or `end`; oldest first.
    heard: Mutex<Vec<(String, String)>>,
    /// What it answers; nothing, if that is none.
    says: Mutex<Option<ChangeAnswer>>,
    takes_classes: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Quiet {
    async fn new(provider: &Provider) -> Quiet {
        let socket = UdpSocket::bind((ADDRESS, 0)).await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let nas_no = add_router(&provider.house, "torre-muda", ADDRESS, SECRET, port).await;
        let ways = Arc::new(Ways {
            heard: Mutex::default(),
            says: Mutex::new(Some(ChangeAnswer::Acknowledged)),
            takes_classes: AtomicBool::new(true),
        });
        tokio::spawn(obey(socket, Arc::clone(&ways)));
        Quiet {
            peer: Peer::at(ADDRESS, provider, SECRET).await,
            nas_no,
            ways,
            told: AtomicU8::new(0),
            lasted: AtomicU32::new(0),
            class: Vec::new(),
            tells_time: false,
        }
    }

    fn answers(&self, says: Option<ChangeAnswer>) {
        *locked(&self.ways.says) = says;
    }

    /// What it was asked for, oldest first: a speed, or `end`.
    fn heard(&self) -> Vec<String> {
        locked(&self.ways.heard).iter().map(|(_, asked)| asked.clone()).collect()
    }

    fn has_heard_of(&self, login: &str) -> bool {
        locked(&self.ways.heard).iter().any(|(whose, _)| whose == login)
    }

    async fn until_heard(&self, provider: &Provider, expected: &[&str]) {
        provider.until("it is asked", |_| self.heard().len() >= expected.len()).await;
        assert_eq!(self.heard(), expected);
    }

    /// Waits until everything that it was asked for is known to have been acknowledged.
    async fn until_all_acknowledged(&self, provider: &Provider) {
        let name = "saldo_radius_changes_total{outcome=\"acknowledged\"}";
        let looking = async {
            while provider.metric(name).await != self.heard().len() as u64 {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        assert!(in_time.is_ok(), "{name} is {} of {:?}", provider.metric(name).await, self.heard());
    }

    /// Waits until so many sessions are known here for which it was asked for a change that it has not confirmed.
    async fn until_unconfirmed(&self, provider: &Provider, expected: u64) {
        let unconfirmed = async || {
            let routers = provider.house.get("/v1/routers").await.expect(200);
            let routers = routers["data"].as_array().expect("routers").clone();
            let itself = routers.iter().find(|router| router["address"] == ADDRESS).expect("the router");
            itself["unconfirmed_sessions"].as_u64().expect("a number")
        };
        let looking = async {
            while unconfirmed().await != expected {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, looking).await;
        assert!(in_time.is_ok(), "{} unconfirmed, not {expected}", unconfirmed().await);
    }

    /// Tells how the session of a login stands, and is answered.
    async fn tell(&self, provider: &Provider, status: AccountingStatus, login: &str, bytes: u32) {
        let (kind, counted) = (status.number().to_be_bytes(), bytes.to_be_bytes());
        let lasted = self.lasted.load(Ordering::Relaxed).to_be_bytes();
        let its_time = provider.house.running.app.ledger.now().as_seconds() - BEHIND;
        let its_time = u32::try_from(its_time).expect("a time").to_be_bytes();
        let mut attributes: Vec<(A, &[u8])> = vec![
            (A::ACCT_STATUS_TYPE, &kind),
            (A::NAS_IDENTIFIER, b"mao"),
            (A::USER_NAME, login.as_bytes()),
            (A::ACCT_SESSION_ID, b"8f000001"),
            (A::ACCT_OUTPUT_OCTETS, &counted),
            (A::ACCT_SESSION_TIME, &lasted),
        ];
        attributes.extend((!self.class.is_empty()).then_some((A::CLASS, self.class.as_slice())));
        attributes.extend(self.tells_time.then_some((A::EVENT_TIMESTAMP, its_time.as_slice())));
        let report = self.peer.request(self.told.fetch_add(1, Ordering::Relaxed), &attributes);
        assert!(self.peer.ask(&report).await.is_some(), "{status:?} {bytes}");
    }

    /// So many seconds later, tells how the session of the line stands.
    async fn tell_after(&self, provider: &Provider, seconds: u32, status: AccountingStatus, bytes: u32) {
        provider.house.advance(seconds).await;
        self.lasted.fetch_add(seconds, Ordering::Relaxed);
        self.tell(provider, status, LOGIN, bytes).await;
    }

    /// The session of the line begins, and uses all up within a minute.
    async fn use_all(&self, provider: &Provider) {
        self.tell(provider, START, LOGIN, 0).await;
        self.tell_after(provider, 60, INTERIM, ALL).await;
    }

    /// Somebody else's line, which uses all up at once.
    async fn use_all_of(&self, provider: &Provider, login: &str) {
        let new = NewLine {
            customer: provider.line.customer,
            plan_no: 1,
            anchor_day: 1,
            access_login: Some(login.to_owned()),
        };
        lines::open(&provider.house.running.app, Author::operator(), new).await.expect("a line");
        provider.seen().await;
        self.tell(provider, START, login, 0).await;
        self.tell(provider, INTERIM, login, ALL).await;
    }
}

async fn obey(socket: UdpSocket, ways: Arc<Ways>) {
    let secret = Secret::new(SECRET).expect("a secret");
    let mut bytes = [0; PACKET_BYTES_MAX];
    while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
        let packet = Packet::parse(&bytes[..length]).expect("a packet");
        let request = ChangeRequest::read(&packet).expect("a request");
        let speed = request.changes.iter().find_map(|change| match change {
            Change::RateLimit(limit) => Some(limit.to_string()),
            _ => None,
        });
        let is_end = packet.code() == Code::DisconnectRequest;
        let asked = if is_end { "end".to_owned() } else { speed.unwrap_or_default() };
        let whose = request.session.user_name.as_deref().unwrap_or_default().to_owned();
        locked(&ways.heard).push((whose, asked));
        let has_class = request.changes.iter().any(|change| matches!(change, Change::Class(_)));
        let mut said = *locked(&ways.says);
        if has_class && !ways.takes_classes.load(Ordering::Relaxed) {
            said = Some(ChangeAnswer::Refused(Some(ErrorCause::UnsupportedAttribute)));
        }
        if let Some(said) = said {
            let said = answer(&packet, said, &secret).expect("an answer");
            socket.send_to(&said, from).await.expect("it is sent");
        }
    }
}

/// A line that has used all up at such a router, which has acknowledged what was asked of it because of that.
async fn used_up(at_zero: AtZero) -> (Provider, Quiet) {
    let provider = Provider::open(at_zero).await;
    let router = Quiet::new(&provider).await;
    router.use_all(&provider).await;
    until_changes(&provider, "acknowledged", 1).await;
    (provider, router)
}

/// The same after the router has shown that it slowed, and after the subscriber has paid, which the router has acknowledged.
async fn paid() -> (Provider, Quiet) {
    let (provider, router) = used_up(AtZero::Slow).await;
    router.tell_after(&provider, 30, INTERIM, ALL).await;
    provider.until_restricted(true).await;
    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    (provider, router)
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
    let (provider, router) = used_up(AtZero::Slow).await;
    router.until_heard(&provider, &[SLOW]).await;
    assert!(!is_restricted(&provider).await, "no report has shown it yet");

    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    router.tell_after(&provider, 30, INTERIM, ALL).await;
    // What a report shows is looked at after it was answered: it has gone on, and nothing is open.
    router.until_unconfirmed(&provider, 0).await;
    provider.house.advance(600).await;
    assert_eq!(provider.metric("saldo_radius_unconfirmed_lines").await, 0);
    assert!(!is_restricted(&provider).await);
    assert_eq!(router.heard().len(), 2, "each was asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_blocked_before_the_router_has_shown_that_it_restored_is_slow_again() {
    let (provider, router) = paid().await;
    provider.set_status(LineStatus::Blocked).await;
    router.until_heard(&provider, &[SLOW, SPEED, SLOW]).await;
}

/// What gives a line its speed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Raised {
    Bought,
    Given,
    NextCycle,
    Enabled,
}

impl Raised {
    async fn happens(self, provider: &Provider) {
        let (house, line) = (&provider.house, &provider.line);
        match self {
            Raised::Bought => provider.buy().await,
            Raised::Given => {
                let grant =
                    json!({"amount": {"amount": "5000000000", "unit": "BYTE"}, "source": "promotional"});
                house.post(&format!("/v1/wallets/{}/grants", line.wallet), &grant).await.expect(201);
            }
            Raised::NextCycle => {
                let left = provider.seen().await.1.ends_at.since(house.running.app.ledger.now());
                house.advance(u32::try_from(left / Timestamp::SECOND + 1).expect("a time")).await;
            }
            Raised::Enabled => set_status(provider, "enabled").await,
        }
        // The views have it.
        provider.seen().await;
    }
}

/// As a program of the operator's would.
async fn set_status(provider: &Provider, status: &str) {
    let path = format!("/v1/lines/{}/status", provider.line.id);
    provider.house.post(&path, &json!({"status": status})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_his_speed_back_before_the_router_has_shown_that_it_slowed_is_fast_though_we_started_anew() {
    for raised in [Raised::Bought, Raised::Given, Raised::NextCycle, Raised::Enabled] {
        let provider = Provider::open(AtZero::Slow).await;
        let router = Quiet::new(&provider).await;
        if raised == Raised::Enabled {
            router.tell(&provider, START, LOGIN, 0).await;
            set_status(&provider, "blocked").await;
        } else {
            router.use_all(&provider).await;
        }
        until_changes(&provider, "acknowledged", 1).await;
        // What is asked of it now is lost, and what is known of that is lost with the memory.
        router.answers(None);
        raised.happens(&provider).await;
        let provider = provider.restart().await;
        let heard = router.heard().len();
        router.answers(Some(ChangeAnswer::Acknowledged));
        let used = if raised == Raised::Enabled { 0 } else { ALL };
        router.tell_after(&provider, 30, INTERIM, used).await;
        provider.until(&format!("{raised:?}: it is asked"), |_| router.heard().len() > heard).await;
        assert_eq!(router.heard().last().map(String::as_str), Some(SPEED), "{raised:?}");
        until_changes(&provider, "acknowledged", 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_takes_no_class_is_asked_without_one_and_ends_nothing() {
    let provider = Provider::open(AtZero::Slow).await;
    let mut router = Quiet::new(&provider).await;
    router.ways.takes_classes.store(false, Ordering::Relaxed);
    // It goes on to carry the Class with which it was let in.
    let key = keys::create(&provider.house.running.app, None, "radius", saldo::nas::SCOPE).await;
    let asked = json!({"User-Name": {"type": "string", "value": [LOGIN]}});
    let request = provider.house.request(Method::POST, "/radius/authorize");
    let request = request.basic_auth("saldo", Some(&key.expect("a key").secret)).json(&asked);
    let told = provider.house.send(request).await.json()["reply:Class"]["value"][0].clone();
    let class = told.as_str().and_then(|text| hex::decode(text.strip_prefix("0x")?).ok());
    router.class = class.expect("a Class");
    router.use_all(&provider).await;
    router.until_heard(&provider, &[SLOW, SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    router.tell_after(&provider, 30, INTERIM, ALL).await;
    provider.until_restricted(true).await;
    provider.buy().await;
    router.until_heard(&provider, &[SLOW, SLOW, SPEED]).await;
    until_changes(&provider, "acknowledged", 2).await;
    router.tell_after(&provider, 30, INTERIM, ALL).await;
    provider.until_restricted(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_after_its_speed_was_acknowledged_had_it() {
    let (provider, router) = paid().await;
    router.tell_after(&provider, 30, STOP, ALL).await;
    provider.until_restricted(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_whose_clock_is_behind_confirms_with_its_next_report_all_the_same() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet { tells_time: true, ..Quiet::new(&provider).await };
    router.use_all(&provider).await;
    router.until_heard(&provider, &[SLOW]).await;
    until_changes(&provider, "acknowledged", 1).await;
    router.tell_after(&provider, 300, INTERIM, ALL).await;
    provider.until_restricted(true).await;

    provider.buy().await;
    provider.until("it is asked", |_| router.heard().last().is_some_and(|last| last == SPEED)).await;
    router.until_all_acknowledged(&provider).await;
    router.tell_after(&provider, 300, INTERIM, ALL).await;
    provider.until_restricted(false).await;
    router.tell_after(&provider, 300, INTERIM, ALL + 1_000_000_000).await;
    // The second in which it was confirmed is the subscriber's.
    let used = PACK - provider.posted();
    assert!((990_000_000..=1_000_000_000).contains(&used), "what is used at full speed is not free: {used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_on_after_it_was_to_end_is_not_taken_for_restricted() {
    let (provider, router) = used_up(AtZero::Block).await;
    router.until_heard(&provider, &["end"]).await;
    router.tell_after(&provider, 30, INTERIM, ALL + 5).await;
    until_changes(&provider, "contradicted", 1).await;
    router.until_heard(&provider, &["end", "end"]).await;
    assert!(!is_restricted(&provider).await, "it moves bytes");
    assert_eq!(provider.posted(), -5);
    router.tell_after(&provider, 30, STOP, ALL + 5).await;
    provider.until_restricted(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_knows_no_session_of_which_it_reports_is_not_believed_for_ever() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.answers(Some(ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound))));
    router.use_all(&provider).await;
    provider.until_restricted(true).await;
    // Late on its way, or not.
    router.tell_after(&provider, 60, INTERIM, ALL + 5).await;
    until_changes(&provider, "refused", 2).await;
    router.tell_after(&provider, 60, INTERIM, ALL + 10).await;
    provider.until_restricted(false).await;
    until_changes(&provider, "refused", 4).await;
    provider.house.advance(121).await;
    assert_eq!(provider.metric("saldo_radius_unconfirmed_lines").await, 1, "staff are told");
    let before = provider.posted();
    // It has lasted two minutes longer than it had told last.
    router.lasted.fetch_add(121, Ordering::Relaxed);
    router.tell(&provider, INTERIM, LOGIN, ALL + 1_000_010).await;
    let used = before - provider.posted();
    assert!((980_000..=1_000_000).contains(&used), "what it moves is not free: {used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_at_a_router_that_was_taken_away_holds_nothing_up() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.tell(&provider, START, LOGIN, 0).await;
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
    for no in 0..40 {
        dead.use_all_of(&provider, &format!("torre-muda-{no}")).await;
    }
    provider.until("it is asked", |_| dead.heard().len() >= PLACES).await;
    // One of its sessions was at the dead one, too.
    dead.tell(&provider, START, LOGIN, 0).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    tokio::time::timeout(SOON, provider.until_speed(SLOW)).await.expect("soon");
    assert!(provider.posted() <= ALLOWANCE - 2_100_000_000);
    provider.buy().await;
    tokio::time::timeout(SOON, provider.until_speed(SPEED)).await.expect("soon");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_while_its_router_had_no_place_is_not_asked_for() {
    let provider = Provider::open(AtZero::Slow).await;
    let router = Quiet::new(&provider).await;
    router.answers(None);
    for no in 0..PLACES {
        router.use_all_of(&provider, &format!("torre-muda-{no}")).await;
    }
    provider.until("no place is left", |_| router.heard().len() >= PLACES).await;
    router.use_all_of(&provider, "ended").await;
    // It waits for a place from now on.
    router.until_unconfirmed(&provider, PLACES as u64 + 1).await;
    provider.house.advance(121).await;
    provider.until_metric("saldo_radius_unconfirmed_lines", PLACES as u64 + 1).await;
    router.tell(&provider, STOP, "ended", ALL).await;
    provider.until_metric("saldo_radius_unconfirmed_lines", PLACES as u64).await;
    // Whoever comes after it waits for a place after it.
    router.use_all_of(&provider, "later").await;
    router.answers(Some(ChangeAnswer::Acknowledged));
    provider.until("the next is asked for", |_| router.has_heard_of("later")).await;
    assert!(!router.has_heard_of("ended"));
}
