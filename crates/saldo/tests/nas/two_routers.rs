//! A provider with two routers and one subscriber who is at both, moves from one to the other, or stays while one of them goes.

use radius::{AccountingStatus, AttributeType as A};
use saldo::audit::Author;
use saldo::nas::{RouterDraft, put_router};
use sandbox::router::Restart;
use store::Hidden;
use store::tables::lines::AtZero;
use store::views::SessionRow;
use tokio::net::UdpSocket;

use crate::provider::{ALLOWANCE, LOGIN, Provider, SECRET, SLOW, SPEED, add_router, megabytes};
use crate::reports::Peer;

const START: AccountingStatus = AccountingStatus::Start;
const INTERIM: AccountingStatus = AccountingStatus::InterimUpdate;
const STOP: AccountingStatus = AccountingStatus::Stop;
/// Where the second router stands, its secret, and where it stands later.
const ELSEWHERE: &str = "127.0.0.9";
const MOVED_TO: &str = "127.0.0.10";
const OTHER_SECRET: &str = "outro segredo";
/// A megabyte, as counters count.
const MB: u32 = 1_000_000;

/// The second router, which hears of changes at `changes`; its number.
async fn second(provider: &Provider, changes: &UdpSocket) -> (Peer, u32) {
    let port = changes.local_addr().expect("an address").port();
    let nas_no = add_router(&provider.house, "torre-2", ELSEWHERE, OTHER_SECRET, port).await;
    (Peer::at(ELSEWHERE, provider, OTHER_SECRET).await, nas_no)
}

async fn changes_at(address: &str) -> UdpSocket {
    UdpSocket::bind((address, 0)).await.expect("a port")
}

/// Tells how a session stands after so many seconds, and is answered.
async fn tell(peer: &Peer, identifier: u8, status: AccountingStatus, bytes: u32, seconds: u32) {
    let report = peer.report(identifier, status, LOGIN, bytes, &[(A::ACCT_SESSION_TIME, seconds)]);
    assert!(peer.ask(&report).await.is_some(), "{status:?} {bytes}");
}

/// Says that the router has started or is about to stop: it holds no session.
async fn tell_of_router(peer: &Peer, identifier: u8, status: AccountingStatus) {
    let number = status.number().to_be_bytes();
    let request = peer.request(identifier, &[(A::ACCT_STATUS_TYPE, &number), (A::NAS_IDENTIFIER, b"mao")]);
    assert!(peer.ask(&request).await.is_some(), "{status:?}");
}

/// The line's sessions, by router: its number and the session's state, the oldest first.
async fn sessions(provider: &Provider) -> Vec<(u32, String)> {
    let wallet_no = provider.seen().await.0.wallet_no;
    let app = &provider.house.running.app;
    let rows: Vec<SessionRow> =
        app.read(move |reader| reader.sessions_of(wallet_no, 10)).await.expect("sessions");
    let mut found: Vec<_> = rows.into_iter().map(|row| (row.started_at, row.nas_no, row.state)).collect();
    found.sort();
    found.into_iter().map(|(_, nas_no, state)| (nas_no, state)).collect()
}

async fn open_at(provider: &Provider) -> Vec<u32> {
    let mut open: Vec<u32> =
        sessions(provider).await.into_iter().filter(|(_, state)| state == "open").map(|(no, _)| no).collect();
    open.sort_unstable();
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_from_one_router_to_the_other_is_counted_at_both_and_once() {
    let provider = Provider::open(AtZero::Slow).await;
    let first = Peer::new(&provider, SECRET).await;
    let (other, other_no) = second(&provider, &changes_at(ELSEWHERE).await).await;
    tell(&first, 1, START, 0, 0).await;
    provider.house.advance(300).await;
    tell(&first, 2, INTERIM, 500 * MB, 300).await;
    // The other begins before the first has said that he is gone, and gives the session the very same id.
    tell(&other, 1, START, 0, 0).await;
    provider.house.advance(300).await;
    tell(&other, 2, INTERIM, 300 * MB, 300).await;
    assert_eq!(open_at(&provider).await, [provider.nas_no, other_no]);
    assert_eq!(provider.posted(), ALLOWANCE - 800 * i64::from(MB));

    // The first one's last word comes late; what it says again, and from elsewhere, counts once.
    tell(&first, 3, STOP, 600 * MB, 310).await;
    tell(&first, 4, STOP, 600 * MB, 310).await;
    tell(&first, 5, INTERIM, 500 * MB, 300).await;
    assert_eq!(open_at(&provider).await, [other_no]);
    provider.house.advance(300).await;
    tell(&other, 3, INTERIM, 400 * MB, 600).await;
    assert_eq!(provider.posted(), ALLOWANCE - 1_000 * i64::from(MB));
    // Back at the first one, under the same id: a new session.
    tell(&first, 6, START, 0, 0).await;
    tell(&other, 4, STOP, 400 * MB, 600).await;
    provider.house.advance(60).await;
    tell(&first, 7, INTERIM, 50 * MB, 60).await;
    assert_eq!(open_at(&provider).await, [provider.nas_no]);
    assert_eq!(provider.posted(), ALLOWANCE - 1_050 * i64::from(MB));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_router_starts_anew_the_sessions_of_the_other_go_on() {
    let provider = Provider::open(AtZero::Slow).await;
    let (other, other_no) = second(&provider, &changes_at(ELSEWHERE).await).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(100)).expect("it spends");
    provider.settled().await;
    tell(&other, 1, START, 0, 0).await;
    provider.house.advance(300).await;
    tell(&other, 2, INTERIM, 200 * MB, 300).await;
    assert_eq!(open_at(&provider).await, [provider.nas_no, other_no]);

    for (identifier, status) in [(3, AccountingStatus::AccountingOff), (4, AccountingStatus::AccountingOn)] {
        tell_of_router(&other, identifier, status).await;
        assert_eq!(open_at(&provider).await, [provider.nas_no], "{status:?} of the other");
    }
    provider.house.advance(60).await;
    provider.router.spend(&session, megabytes(100)).expect("it spends on");
    provider.settled().await;
    assert_eq!(provider.posted(), ALLOWANCE - 400 * i64::from(MB), "counted on, not anew");
    // After its start the other gives the same id again and counts from nothing.
    tell(&other, 5, START, 0, 0).await;
    provider.house.advance(60).await;
    tell(&other, 6, INTERIM, 50 * MB, 60).await;
    assert_eq!(provider.posted(), ALLOWANCE - 450 * i64::from(MB));

    provider.router.restart(Restart::Announced);
    provider.settled().await;
    assert!(open_at(&provider).await.contains(&other_no), "{:?}", sessions(&provider).await);
    provider.house.advance(60).await;
    tell(&other, 7, INTERIM, 80 * MB, 120).await;
    assert_eq!(provider.posted(), ALLOWANCE - 480 * i64::from(MB));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_gets_another_address_is_counted_on_and_the_old_one_is_a_stranger() {
    let provider = Provider::open(AtZero::Slow).await;
    let changes = changes_at(ELSEWHERE).await;
    let (old, nas_no) = second(&provider, &changes).await;
    tell(&old, 1, START, 0, 0).await;
    provider.house.advance(300).await;
    tell(&old, 2, INTERIM, 300 * MB, 300).await;
    let draft = RouterDraft {
        name: "torre-2".to_owned(),
        address: MOVED_TO.to_owned(),
        secret: None::<Hidden<String>>,
        coa_port: changes.local_addr().expect("an address").port(),
        counts_all: true,
    };
    let app = &provider.house.running.app;
    put_router(app, Author::operator(), Some(nas_no), draft).await.expect("it is moved");
    let unknown = "saldo_radius_dropped_total{reason=\"router_unknown\"}";
    let before = provider.metric(unknown).await;
    let lost = old.report(3, INTERIM, LOGIN, 900 * MB, &[(A::ACCT_SESSION_TIME, 400)]);
    assert_eq!(old.ask(&lost).await, None);
    assert_eq!(provider.metric(unknown).await, before + 1);
    assert_eq!(open_at(&provider).await, [nas_no], "its session is still there");

    let moved = Peer::at(MOVED_TO, &provider, OTHER_SECRET).await;
    provider.house.advance(300).await;
    tell(&moved, 4, INTERIM, 350 * MB, 600).await;
    assert_eq!(provider.posted(), ALLOWANCE - 350 * i64::from(MB), "counted on, not anew");
    tell_of_router(&moved, 5, AccountingStatus::AccountingOn).await;
    assert_eq!(open_at(&provider).await, Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_slowed_when_each_of_its_routers_has_shown_it_or_holds_it_no_more() {
    let provider = Provider::open(AtZero::Slow).await;
    let changes = changes_at(ELSEWHERE).await;
    let (other, _) = second(&provider, &changes).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    tell(&other, 1, START, 0, 0).await;
    provider.house.advance(60).await;
    tell(&other, 2, INTERIM, 1_000 * MB, 60).await;
    provider.router.spend(&session, megabytes(1_100)).expect("it spends");
    provider.until_speed(SLOW).await;
    let mut heard = [0; 4_096];
    let asked = tokio::time::timeout(crate::house::PATIENCE, changes.recv(&mut heard)).await;
    asked.expect("the second router is asked, too").expect("a datagram");
    assert_eq!(provider.seen().await.0.restricted_since, None, "one of both still has its speed");
    // The other one never answers; then it says that he hung up there.
    provider.house.advance(60).await;
    provider.router.report(&session).expect("a report");
    provider.settled().await;
    tell(&other, 3, STOP, 1_000 * MB, 120).await;
    provider.until_restricted(true).await;
    let before = provider.posted();
    provider.house.advance(5).await;
    provider.router.spend(&session, megabytes(100)).expect("it spends slowly");
    provider.settled().await;
    assert_eq!(provider.posted(), before, "what is used while it is slowed lowers nothing");
    provider.buy().await;
    provider.until_speed(SPEED).await;
    provider.until_restricted(false).await;
}
