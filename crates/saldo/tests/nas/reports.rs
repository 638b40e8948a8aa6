//! What happens to reports on their way.

use std::time::Duration;

use radius::{
    AccountingStatus, AttributeType as A, Code, Draft, PACKET_BYTES_MAX, Packet, Secret, status_server,
    verify_response,
};
use sandbox::router::Restart;
use store::tables::lines::AtZero;
use tokio::net::UdpSocket;

use crate::provider::{ALLOWANCE, LOGIN, Provider, SECRET, megabytes};

/// How long an answer is waited for that must not come.
const SILENCE: Duration = Duration::from_millis(300);

/// A router made by hand: what it sends is known to the byte.
pub(crate) struct Peer {
    pub(crate) socket: UdpSocket,
    secret: Secret,
}

impl Peer {
    pub(crate) async fn new(provider: &Provider, secret: &str) -> Peer {
        Peer::at("127.0.0.1", provider, secret).await
    }

    /// The same at another address.
    pub(crate) async fn at(address: &str, provider: &Provider, secret: &str) -> Peer {
        let socket = UdpSocket::bind((address, 0)).await.expect("a port");
        socket.connect(provider.port()).await.expect("an address");
        Peer { socket, secret: Secret::new(secret).expect("a secret") }
    }

    /// A signed report of `bytes` downloaded.
    pub(crate) fn report(
        &self,
        identifier: u8,
        status: AccountingStatus,
        login: &str,
        bytes: u32,
        more: &[(A, u32)],
    ) -> Vec<u8> {
        let mut draft = Draft::new(Code::AccountingRequest, identifier);
        draft.push_u32(A::ACCT_STATUS_TYPE, status.number()).expect("it fits");
        draft.push_text(A::NAS_IDENTIFIER, "mao").expect("it fits");
        draft.push_text(A::USER_NAME, login).expect("it fits");
        draft.push_text(A::ACCT_SESSION_ID, "8f000001").expect("it fits");
        draft.push_u32(A::ACCT_OUTPUT_OCTETS, bytes).expect("it fits");
        for (kind, value) in more {
            draft.push_u32(*kind, *value).expect("it fits");
        }
        draft.sign_request(&self.secret).expect("a request")
    }

    /// A signed request with these attributes.
    pub(crate) fn request(&self, identifier: u8, attributes: &[(A, &[u8])]) -> Vec<u8> {
        let mut draft = Draft::new(Code::AccountingRequest, identifier);
        for (kind, value) in attributes {
            draft.push(*kind, value).expect("it fits");
        }
        draft.sign_request(&self.secret).expect("a request")
    }

    pub(crate) async fn send(&self, datagram: &[u8]) {
        self.socket.send(datagram).await.expect("it is sent");
    }

    /// The answer to `request`; none if there is silence.
    pub(crate) async fn answer(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = [0; PACKET_BYTES_MAX];
        let received = tokio::time::timeout(SILENCE, self.socket.recv(&mut bytes)).await.ok()?;
        let answer = bytes[..received.expect("a datagram")].to_vec();
        let packet = Packet::parse(&answer).expect("a packet");
        verify_response(&packet, &Packet::parse(request).expect("ours"), &self.secret).expect("its answer");
        Some(answer)
    }

    pub(crate) async fn ask(&self, datagram: &[u8]) -> Option<Vec<u8>> {
        self.send(datagram).await;
        self.answer(datagram).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_lost_and_out_of_order_counts_once() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.change_faults(|faults| {
        faults.duplicate = true;
        faults.reorder = true;
        faults.lose_next = 2;
    });
    for _ in 0..5 {
        provider.router.spend(&session, megabytes(100)).expect("it spends");
    }
    provider.router.change_faults(|faults| faults.reorder = false);
    // What was lost is repeated under a new identifier, with the time that has passed.
    provider.house.advance(4).await;
    provider.router.wake();
    provider.settled().await;
    assert_eq!(provider.posted(), ALLOWANCE - 500_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_that_begin_anew_are_added() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(300)).expect("it spends");
    provider.settled().await;
    provider.house.advance(60).await;
    provider.router.restart(Restart::Silent);
    provider.settled().await;
    provider.house.advance(60).await;
    let again = provider.router.sessions()[0].session_id.clone();
    assert_eq!(again, session, "its name is used again");
    provider.router.spend(&again, megabytes(200)).expect("it spends");
    provider.settled().await;
    assert_eq!(provider.posted(), ALLOWANCE - 500_000_000);

    provider.house.advance(60).await;
    provider.router.restart(Restart::Announced);
    provider.settled().await;
    provider.house.advance(60).await;
    provider.router.spend(&again, megabytes(100)).expect("it spends");
    provider.settled().await;
    assert_eq!(provider.posted(), ALLOWANCE - 600_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_without_its_upper_half_wraps() {
    let provider = Provider::open(AtZero::Slow).await;
    provider.router.change_faults(|faults| faults.omit_gigawords = true);
    let session = provider.router.dial(LOGIN).expect("a session");
    for _ in 0..3 {
        provider.house.advance(600).await;
        provider.router.spend(&session, megabytes(2_000)).expect("it spends");
        provider.settled().await;
    }
    let (_, cycle) = provider.seen().await;
    assert_eq!(cycle.total, 6_000_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_gets_the_same_answer_and_counts_once() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let report = peer.report(1, AccountingStatus::InterimUpdate, LOGIN, 1_000, &[]);
    let first = peer.ask(&report).await.expect("an answer");
    assert_eq!(peer.ask(&report).await.as_ref(), Some(&first), "byte for byte");
    let later = peer.report(2, AccountingStatus::InterimUpdate, LOGIN, 1_000, &[(A::ACCT_DELAY_TIME, 3)]);
    assert!(peer.ask(&later).await.is_some(), "under a new identifier");
    let lower = peer.report(3, AccountingStatus::InterimUpdate, LOGIN, 400, &[(A::ACCT_DELAY_TIME, 30)]);
    assert!(peer.ask(&lower).await.is_some(), "late");
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
    provider.until_metric("saldo_radius_answered_total{outcome=\"repeated\"}", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_from_the_wire_and_is_played_again_adds_nothing() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let (start, interim, stop) =
        (AccountingStatus::Start, AccountingStatus::InterimUpdate, AccountingStatus::Stop);
    let seconds = |seconds| [(A::ACCT_SESSION_TIME, seconds)];
    // A router that tells no time: nothing in its packets says how old they are.
    let life = [
        peer.report(1, start, LOGIN, 0, &seconds(0)),
        peer.report(2, interim, LOGIN, 1_000, &seconds(300)),
        peer.report(3, interim, LOGIN, 5_000, &seconds(600)),
    ];
    for datagram in &life {
        assert!(peer.ask(datagram).await.is_some());
    }
    let replay = async |datagrams: &[Vec<u8>], left: i64| {
        // From another port nothing is known of the answers that were given.
        let liar = Peer::new(&provider, SECRET).await;
        for datagram in datagrams {
            assert!(liar.ask(datagram).await.is_some(), "it is answered, as it is recorded");
            assert_eq!(provider.posted(), left);
        }
    };
    replay(&life, ALLOWANCE - 5_000).await;
    provider.house.advance(7_200).await;
    replay(&life, ALLOWANCE - 5_000).await;
    let end = peer.report(4, stop, LOGIN, 6_000, &seconds(900));
    assert!(peer.ask(&end).await.is_some());
    provider.house.advance(7_200).await;
    let all = [&life[..], &[end]].concat();
    replay(&all, ALLOWANCE - 6_000).await;
    provider.until_metric("saldo_radius_answered_total{outcome=\"repeated\"}", 10).await;
    // What was remembered of datagrams is gone; the counters are not.
    let provider = provider.restart().await;
    let liar = Peer::new(&provider, SECRET).await;
    for datagram in &all[1..] {
        assert!(liar.ask(datagram).await.is_some());
    }
    assert_eq!(provider.posted(), ALLOWANCE - 6_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_trusted_gets_no_answer_and_is_counted() {
    let provider = Provider::open(AtZero::Slow).await;
    let (peer, liar) = (Peer::new(&provider, SECRET).await, Peer::new(&provider, "outro").await);
    let interim = AccountingStatus::InterimUpdate;
    let mut looping = peer.report(1, interim, LOGIN, 1_000, &[]);
    looping[21] = 0;
    let mut long = peer.report(1, interim, LOGIN, 1_000, &[]);
    long[2..4].copy_from_slice(&4_097_u16.to_be_bytes());
    let cases = [
        (&peer, b"garbage".to_vec(), "too_short"),
        (&peer, vec![0xff; 64], "length_out_of_range"),
        (&peer, long, "length_out_of_range"),
        (&peer, peer.report(1, interim, LOGIN, 1_000, &[])[..40].to_vec(), "truncated"),
        (&peer, looping, "attribute_too_short"),
        (&liar, liar.report(1, interim, LOGIN, 1_000, &[]), "bad_authenticator"),
        (&peer, peer.report(1, interim, "maria", 1_000, &[]), "login_unknown"),
    ];
    for (peer, datagram, why) in cases {
        let name = format!("saldo_radius_dropped_total{{reason=\"{why}\"}}");
        let before = provider.metric(&name).await;
        assert_eq!(peer.ask(&datagram).await, None, "{why}");
        assert_eq!(provider.metric(&name).await, before + 1, "{why}");
    }
    assert_eq!(provider.posted(), ALLOWANCE);
    // A login that becomes known is counted from its next repetition on.
    let report = peer.report(9, interim, LOGIN, 1_000, &[]);
    assert!(peer.ask(&report).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_not_answered() {
    let provider = Provider::open(AtZero::Slow).await;
    let stranger = Peer::at("127.0.0.9", &provider, SECRET).await;
    let report = stranger.report(1, AccountingStatus::Start, LOGIN, 0, &[]);
    assert_eq!(stranger.ask(&report).await, None);
    assert_eq!(provider.metric("saldo_radius_dropped_total{reason=\"router_unknown\"}").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_garbage_leaves_the_port_alive() {
    let provider = Provider::open(AtZero::Slow).await;
    let liar = Peer::new(&provider, "outro").await;
    for number in 0..20_000_u32 {
        let identifier = u8::try_from(number % 256).expect("a byte");
        let report = liar.report(identifier, AccountingStatus::InterimUpdate, LOGIN, number, &[]);
        // A full socket takes no more for a moment: that is what a flood is like.
        let _ = liar.socket.try_send(&report);
    }
    let peer = Peer::new(&provider, SECRET).await;
    let mut answered = None;
    for identifier in 0..20 {
        let report = peer.report(identifier, AccountingStatus::InterimUpdate, LOGIN, 5_000, &[]);
        answered = peer.ask(&report).await;
        if answered.is_some() {
            break;
        }
    }
    assert!(answered.is_some(), "an honest report gets through by being repeated");
    assert_eq!(provider.posted(), ALLOWANCE - 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_whether_we_live_is_told() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let question = status_server(7, &[3; 16], &peer.secret).expect("a question");
    assert!(peer.ask(&question).await.is_some());
    let liar = Peer::new(&provider, "outro").await;
    let question = status_server(8, &[4; 16], &liar.secret).expect("a question");
    assert_eq!(liar.ask(&question).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_packet_and_answer_it_counts_once() {
    let provider = Provider::open(AtZero::Slow).await;
    let peer = Peer::new(&provider, SECRET).await;
    let report = peer.report(1, AccountingStatus::InterimUpdate, LOGIN, 1_000, &[]);
    // It is recorded; the answer is lost with the program, and with it all that it remembered.
    assert!(peer.ask(&report).await.is_some());
    let provider = provider.restart().await;
    assert!(peer.ask(&report).await.is_some(), "it is answered");
    let again = peer.report(2, AccountingStatus::InterimUpdate, LOGIN, 1_000, &[(A::ACCT_DELAY_TIME, 9)]);
    assert!(peer.ask(&again).await.is_some());
    assert_eq!(provider.posted(), ALLOWANCE - 1_000);
}
