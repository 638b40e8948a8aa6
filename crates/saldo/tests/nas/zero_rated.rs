//! Traffic that routers tell apart and the plan does not count: as a service session and as a walled garden's counters, by UDP and by
//! FreeRADIUS's rlm_rest; and what is no such traffic, or cannot be read.

use radius::{AttributeType as A, Vendor, apart};
use reqwest::Method;
use saldo::audit::Author;
use saldo::keys;
use saldo::nas::{RouterDraft, put_router};
use serde_json::{Value, json};
use store::Hidden;
use store::tables::lines::AtZero;

use crate::provider::{ALLOWANCE, LOGIN, Provider, SECRET, SPEED, megabytes};
use crate::reports::Peer;

const MB: i64 = 1_000_000;
const CHAT: &str = "WhatsApp";

/// An attribute of a vendor's own.
type Own<'a> = (Vendor, A, &'a [u8]);

/// A line whose plan does not count chat and what is in the garden.
async fn provider() -> Provider {
    let provider = Provider::open(AtZero::Slow).await;
    provider.change_plan(AtZero::Slow, SPEED).await;
    provider
}

/// Outside, total and balance of the cycle, in megabytes; and what of it each name made free.
async fn figures(provider: &Provider) -> ([i64; 3], Vec<(String, i64)>) {
    let (row, cycle) = provider.seen().await;
    assert_eq!(cycle.balance(), provider.posted());
    let app = &provider.house.running.app;
    let (from, to) = (cycle.starts_at.hour(), cycle.ends_at.hour());
    let free = app.read(move |reader| reader.zero_rated(row.wallet_no, from, to)).await.expect("a look");
    let sold = app.sold();
    let name = |no| sold.traffic_name(no).unwrap_or_default().to_owned();
    let free = free.iter().map(|row| (name(row.traffic_no), row.bytes / MB)).collect();
    ([cycle.outside / MB, cycle.total / MB, cycle.balance() / MB], free)
}

fn left(spent: i64) -> i64 {
    ALLOWANCE / MB - spent
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_session_is_free_and_what_its_session_counts_of_it_is_not_counted_twice() {
    let provider = provider().await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(300)).expect("spent");
    provider.router.spend_on(&session, CHAT, megabytes(500)).expect("spent");
    provider.settled().await;
    assert_eq!(figures(&provider).await, ([500, 800, left(300)], vec![(CHAT.to_owned(), 500)]));

    // Each report twice, in another order, and some of them lost on their way.
    provider.router.change_faults(|faults| {
        (faults.duplicate, faults.reorder, faults.lose_next) = (true, true, 2);
    });
    for _ in 0..3 {
        provider.router.spend_on(&session, CHAT, megabytes(100)).expect("spent");
    }
    provider.router.change_faults(|faults| *faults = Default::default());
    provider.router.report(&session).expect("reported");
    provider.until("all is told", |provider| provider.posted() / MB == left(300)).await;
    provider.settled().await;
    assert_eq!(figures(&provider).await, ([800, 1_100, left(300)], vec![(CHAT.to_owned(), 800)]));

    // Chat alone takes more than is left: once it is told what it was, the line has its speed again.
    provider.router.spend_on(&session, CHAT, megabytes(2_500)).expect("spent");
    provider.settled().await;
    provider.until_speed(SPEED).await;
    provider.router.hang_up(&session).expect("hung up");
    provider.settled().await;
    assert_eq!(figures(&provider).await.0, [3_300, 3_600, left(300)]);
    let seen = provider.house.running.app.read(|reader| reader.services_seen()).await.expect("a look");
    assert_eq!(
        seen.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        [CHAT],
        "for those who list them"
    );
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_counts_services_elsewhere_adds_them_to_what_was_used() {
    let provider = provider().await;
    let draft = RouterDraft {
        name: "torre-1".to_owned(),
        address: "127.0.0.1".to_owned(),
        secret: None::<Hidden<String>>,
        coa_port: provider.router.change_address().port(),
        counts_all: false,
    };
    let app = &provider.house.running.app;
    put_router(app, Author::operator(), Some(provider.nas_no), draft).await.expect("a changed router");
    let peer = Peer::new(&provider, SECRET).await;
    let service = |id: u8, name: &[u8], bytes: u32| {
        report(&peer, id, name[0], &[(Vendor::JUNIPER_ERX, apart::ERX_SERVICE_SESSION, name)], bytes)
    };
    assert!(peer.ask(&report(&peer, 1, b'-', &[], 300_000_000)).await.is_some());
    assert!(peer.ask(&service(2, b"WhatsApp(1280000, 5120000)", 500_000_000)).await.is_some());
    assert!(peer.ask(&service(3, b"Netflix", 200_000_000)).await.is_some());
    assert_eq!(figures(&provider).await, ([500, 1_000, left(500)], vec![(CHAT.to_owned(), 500)]));
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_of_it_is_passed_over_and_the_session_is_counted() {
    let provider = provider().await;
    let peer = Peer::new(&provider, SECRET).await;
    let (erx, chilli) = (Vendor::JUNIPER_ERX, Vendor::CHILLISPOT);
    let long = [b'x'; 240];
    let cases: [(u8, u8, &[Own<'_>], u32); 7] = [
        (1, b'a', &[(erx, apart::ERX_SERVICE_SESSION, b"")], 100_000_000),
        (2, b'b', &[(erx, apart::ERX_SERVICE_SESSION, &long)], 50_000_000),
        (3, b'c', &[(erx, apart::ERX_SERVICE_SESSION, b"\xff\0\"<script>'")], 50_000_000),
        (4, b'd', &[(chilli, apart::GARDEN_OUTPUT_OCTETS, b"lot")], 0),
        (5, b'e', &[(chilli, apart::GARDEN_OUTPUT_OCTETS, b"a lot more")], 100_000_000),
        (6, b'f', &[(chilli, apart::GARDEN_INPUT_GIGAWORDS, b"\0\0\0\x09")], 100_000_000),
        (7, b'g', &[(chilli, apart::GARDEN_OUTPUT_OCTETS, &60_000_000_u32.to_be_bytes())], 100_000_000),
    ];
    for (identifier, session, vendor, bytes) in cases {
        let request = report(&peer, identifier, session, vendor, bytes);
        assert!(peer.ask(&request).await.is_some(), "report {identifier} is answered");
    }
    let [outside, total, _] = figures(&provider).await.0;
    // What is of services that nobody listed stands in sessions; nobody told of those here.
    assert_eq!((outside, total), (60, 400), "each session once");
    let unknown = "saldo_radius_dropped_total{reason=\"login_unknown\"}";
    let before = provider.metric(unknown).await;
    let strangers = request(&peer, 9, "ninguem", b'h', &[(erx, apart::ERX_SERVICE_SESSION, b"WhatsApp")], 1);
    assert!(peer.ask(&strangers).await.is_none(), "nobody's line: it is sent again");
    assert_eq!(provider.metric(unknown).await, before + 1);
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn freeradius_passes_services_and_gardens_on() {
    let provider = provider().await;
    let key = keys::create(&provider.house.running.app, None, "radius", saldo::nas::SCOPE).await;
    let key = key.expect("a key").secret;
    let post = async |more: Value, session: &str, bytes: i64| {
        let mut body = json!({
            "User-Name": {"type": "string", "value": [LOGIN]},
            "Acct-Status-Type": {"type": "integer", "value": ["Interim-Update"]},
            "Acct-Session-Id": {"type": "string", "value": [session]},
            "NAS-IP-Address": {"type": "ipaddr", "value": ["127.0.0.1"]},
            "Acct-Session-Time": {"type": "integer", "value": [bytes / MB]},
            "Acct-Output-Octets": {"type": "integer", "value": [bytes]},
        });
        let attributes = body.as_object_mut().expect("an object");
        attributes.extend(more.as_object().expect("an object").clone());
        let request =
            provider.house.request(Method::POST, "/radius/accounting").basic_auth("saldo", Some(&key));
        let answer = provider.house.send(request.json(&body)).await;
        assert_eq!(answer.status.as_u16(), 204, "{}", answer.text);
    };
    post(json!({"ERX-Service-Session": {"type": "string", "value": [CHAT]}}), "a1:000001", 400 * MB).await;
    assert_eq!(figures(&provider).await, ([0, 0, left(0)], vec![]), "owed");
    post(json!({}), "a1", 700 * MB).await;
    assert_eq!(figures(&provider).await, ([400, 700, left(300)], vec![(CHAT.to_owned(), 400)]));
    // FreeRADIUS knows no name of a garden's counters.
    let garden = json!({"Attr-26.14559.81": {"type": "octets", "value": ["0x0bebc200"]}});
    post(garden, "b2", 300 * MB).await;
    let named = vec![(CHAT.to_owned(), 400), ("garden".to_owned(), 200)];
    assert_eq!(figures(&provider).await, ([600, 1_000, left(400)], named));
    provider.house.close().await;
}

/// A report of João's session of this name.
fn report(peer: &Peer, identifier: u8, session: u8, vendor: &[Own<'_>], bytes: u32) -> Vec<u8> {
    request(peer, identifier, LOGIN, session, vendor, bytes)
}

fn request(peer: &Peer, identifier: u8, login: &str, session: u8, vendor: &[Own<'_>], bytes: u32) -> Vec<u8> {
    let attribute = |(vendor, kind, value): &Own<'_>| {
        let length = u8::try_from(value.len() + 2).expect("it fits");
        [&vendor.0.to_be_bytes(), &[kind.0, length][..], value].concat()
    };
    let vendor: Vec<Vec<u8>> = vendor.iter().map(attribute).collect();
    let bytes = bytes.to_be_bytes();
    let session = [session];
    let mut attributes: Vec<(A, &[u8])> = vec![
        (A::ACCT_STATUS_TYPE, &[0, 0, 0, 3]),
        (A::NAS_IP_ADDRESS, &[127, 0, 0, 1]),
        (A::USER_NAME, login.as_bytes()),
        (A::ACCT_SESSION_ID, &session),
        (A::ACCT_OUTPUT_OCTETS, &bytes),
    ];
    attributes.extend(vendor.iter().map(|value| (A::VENDOR_SPECIFIC, value.as_slice())));
    peer.request(identifier, &attributes)
}
