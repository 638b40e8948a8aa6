//! Traps that only the whole program can fall into, each by its name. Those of bytes stand in `radius/tests/traps.rs`, those of counters in
//! `book/tests/rules_of_traffic.rs` and `rules_of_dates.rs`, those of repetition in `reports`, those of CoA in `control`, `freeradius_router` and `nas::change`.

use radius::{AccountingStatus, AttributeType as A};
use saldo::findings::Found;
use store::tables::bank::FindingCode;
use store::tables::lines::AtZero;
use store::views::SessionRow;
use tokio::net::UdpSocket;

use crate::provider::{ALLOWANCE, LOGIN, Provider, SECRET, add_router};
use crate::reports::Peer;

const INTERIM: AccountingStatus = AccountingStatus::InterimUpdate;
/// Where a second router stands, and its secret.
const ELSEWHERE: &str = "127.0.0.9";
const OTHER_SECRET: &str = "outro segredo";

async fn dropped(provider: &Provider, why: &str) -> u64 {
    provider.metric(&format!("saldo_radius_dropped_total{{reason=\"{why}\"}}")).await
}

async fn until_answered(provider: &Provider, how: &str, count: u64) {
    provider.until_metric(&format!("saldo_radius_answered_total{{outcome=\"{how}\"}}"), count).await;
}

async fn sessions(provider: &Provider) -> Vec<SessionRow> {
    let wallet_no = provider.seen().await.0.wallet_no;
    let app = &provider.house.running.app;
    app.read(move |reader| reader.sessions_of(wallet_no, 10)).await.expect("sessions")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_follows_the_source_address_and_never_what_a_packet_calls_its_router() {
    let provider = Provider::open(AtZero::Slow).await;
    add_router(&provider.house, "torre-2", ELSEWHERE, OTHER_SECRET, 3_799).await;
    let elsewhere = u32::from_be_bytes([127, 0, 0, 9]);
    let named = [(A::NAS_IP_ADDRESS, elsewhere)];
    let liar = Peer::new(&provider, OTHER_SECRET).await;
    assert_eq!(liar.ask(&liar.report(1, INTERIM, LOGIN, 1_000, &named)).await, None);
    assert_eq!(dropped(&provider, "bad_authenticator").await, 1);
    let honest = Peer::at(ELSEWHERE, &provider, OTHER_SECRET).await;
    assert!(honest.ask(&honest.report(1, INTERIM, LOGIN, 1_000, &named)).await.is_some());
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_that_comes_again_with_another_authenticator_is_another_request() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    for bytes in [1_000, 3_000, 7_000] {
        assert!(peer.ask(&peer.report(7, INTERIM, LOGIN, bytes, &[])).await.is_some());
    }
    assert_eq!(provider.posted(), ALLOWANCE - 7_000);
    until_answered(&provider, "recorded", 3).await;
    until_answered(&provider, "repeated", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_datagram_ten_times_at_once_is_recorded_once() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let report = peer.report(7, INTERIM, LOGIN, 1_000, &[]);
    for _ in 0..10 {
        peer.send(&report).await;
    }
    let first = peer.answer(&report).await.expect("an answer");
    while let Some(again) = peer.answer(&report).await {
        assert_eq!(again, first);
    }
    until_answered(&provider, "recorded", 1).await;
    let in_progress = dropped(&provider, "in_progress").await;
    until_answered(&provider, "repeated", 9 - in_progress).await;
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_recorded_is_not_answered_and_counts_when_it_comes_again() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let report = peer.report(7, INTERIM, LOGIN, 1_000, &[]);
    let ledger = &provider.house.running.app.ledger;
    ledger.end();
    while ledger.settle_all().await.is_ok() {}
    assert_eq!(peer.ask(&report).await, None);
    assert_eq!(dropped(&provider, "not_recorded").await, 1);
    assert_eq!(provider.posted(), ALLOWANCE);
    let provider = provider.restart().await;
    assert!(peer.ask(&report).await.is_some());
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_tunnels_and_failures_is_answered_and_counts_nothing() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    for number in 9..=15_u8 {
        let status = AccountingStatus::from_number(u32::from(number));
        let report = peer.report(number, status, LOGIN, 1_000, &[]);
        assert!(peer.ask(&report).await.is_some(), "status {number}");
    }
    until_answered(&provider, "noted", 7).await;
    assert_eq!(provider.posted(), ALLOWANCE);
    assert!(sessions(&provider).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_length_is_padding_and_what_is_oversize_is_dropped() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let mut padded = peer.report(1, INTERIM, LOGIN, 1_000, &[]);
    padded.resize(5_000, 0xaa);
    peer.send(&padded).await;
    assert!(peer.answer(&peer.report(1, INTERIM, LOGIN, 1_000, &[])).await.is_some());
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
    let mut oversize = peer.report(2, INTERIM, LOGIN, 2_000, &[]);
    oversize.resize(60_000, 0);
    oversize[2..4].copy_from_slice(&60_000_u16.to_be_bytes());
    assert_eq!(peer.ask(&oversize[..60_000]).await, None);
    assert_eq!(dropped(&provider, "length_out_of_range").await, 1);
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_accounting_must_not_hold_and_what_it_must_is_dropped_by_name() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let status: (A, &[u8]) = (A::ACCT_STATUS_TYPE, &[0, 0, 0, 3]);
    let session: (A, &[u8]) = (A::ACCT_SESSION_ID, b"8f000001");
    let login: (A, &[u8]) = (A::USER_NAME, LOGIN.as_bytes());
    let router: (A, &[u8]) = (A::NAS_IDENTIFIER, b"mao");
    for (identifier, (attributes, why)) in (1_u8..).zip([
        (vec![status, session, login, router, (A::USER_PASSWORD, &[0; 16])], "forbidden"),
        (vec![status, session, login], "nas_unnamed"),
        (vec![status, login, router], "missing"),
        (vec![session, login, router], "missing"),
        (vec![status, session, router], "login_missing"),
        (vec![status, session, login, router, (A::ACCT_OUTPUT_OCTETS, &[1])], "wrong_length"),
    ]) {
        let before = dropped(&provider, why).await;
        assert_eq!(peer.ask(&peer.request(identifier, &attributes)).await, None, "{why}");
        assert_eq!(dropped(&provider, why).await, before + 1, "{why}");
    }
    assert_eq!(provider.posted(), ALLOWANCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_that_jump_by_terabytes_are_answered_count_nothing_and_are_shown_to_staff() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let told = |identifier, bytes, high, seconds| {
        let more = [(A::ACCT_OUTPUT_GIGAWORDS, high), (A::ACCT_SESSION_TIME, seconds)];
        peer.report(identifier, INTERIM, LOGIN, bytes, &more)
    };
    assert!(peer.ask(&told(1, 1_000, 0, 60)).await.is_some());
    assert!(peer.ask(&told(2, 1_000, 5_000, 61)).await.is_some(), "21 TB in a second");
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
    let [session] = &sessions(&provider).await[..] else { panic!("one session") };
    assert_eq!(session.anomaly.as_deref(), Some("counter_jump"));
    // It is counted on from what puts it right.
    assert!(peer.ask(&told(3, 2_000, 0, 62)).await.is_some());
    assert!(peer.ask(&told(4, 2_500, 0, 63)).await.is_some());
    assert_eq!(provider.posted(), ALLOWANCE - 1_500);

    // What the router itself put right is nobody's to look at.
    let app = &provider.house.running.app;
    let open = async || {
        provider.seen().await;
        app.read(|reader| reader.open_findings(None, 9)).await.expect("findings").rows
    };
    assert!(open().await.is_empty());
    let log = app.read(|reader| reader.last_change("1", "finding.resolve")).await.expect("the log");
    assert_eq!(log.map(|change| change.actor).as_deref(), Some("router"));

    // A person is told what was not counted; what jumps again is added to it, and what is put right taken off.
    let not_counted = async || {
        let [finding] = &open().await[..] else { panic!("one finding of the session") };
        assert_eq!((finding.code, finding.customer.is_some()), (FindingCode::UsageJump, true));
        let Some(Found::UsageJump { login, bytes, .. }) = Found::read(finding) else { panic!("{finding:?}") };
        assert_eq!(login, LOGIN);
        bytes
    };
    let jump = 5_000_i64 << 32;
    for (identifier, high, seconds, expected) in
        [(5, 5_000, 64, jump), (6, 10_000, 65, 2 * jump), (7, 5_000, 66, jump), (8, 10_000, 67, 2 * jump)]
    {
        assert!(peer.ask(&told(identifier, 2_500, high, seconds)).await.is_some());
        assert_eq!(not_counted().await, expected, "report {identifier}");
    }
    assert_eq!(provider.posted(), ALLOWANCE - 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_login_on_two_routers_is_counted_on_both_and_slowed_on_both() {
    let provider = Provider::open(AtZero::Slow).await;
    let changes = UdpSocket::bind((ELSEWHERE, 0)).await.expect("a port");
    let port = changes.local_addr().expect("an address").port();
    add_router(&provider.house, "torre-2", ELSEWHERE, OTHER_SECRET, port).await;
    let other = Peer::at(ELSEWHERE, &provider, OTHER_SECRET).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, crate::provider::megabytes(900)).expect("it spends");
    provider.settled().await;
    assert!(other.ask(&other.report(1, INTERIM, LOGIN, 1_100_000_000, &[])).await.is_some());
    assert_eq!(provider.posted(), 0);
    assert_eq!(sessions(&provider).await.len(), 2);
    let mut heard = [0; 4_096];
    let asked = tokio::time::timeout(crate::house::PATIENCE, changes.recv(&mut heard));
    let length = asked.await.expect("the second router is asked, too").expect("a datagram");
    let request = radius::Packet::parse(&heard[..length]).expect("a packet");
    assert_eq!(request.text(A::ACCT_SESSION_ID).expect("a text").as_deref(), Some("8f000001"));
    provider.until_speed(crate::provider::SLOW).await;
    assert_eq!(provider.seen().await.0.restricted_since, None, "one of both still has its speed");
}
