//! A router and the server it reports to: a small one, written here, that keeps what arrives and answers when it is told to.

#![allow(clippy::unwrap_used, reason = "tests")]

mod stage;

use radius::mikrotik::{Both, RateLimit};
use radius::{
    AccountingStatus, Change, ChangeAnswer, ErrorCause, SessionIdentity, TerminateCause, coa, disconnect,
};
use sandbox::router::{ChangeBehaviour, Restart, RouterRefusal};
use stage::{LOGIN, NOW_SECONDS, Stage};

const GB: u64 = 1_000_000_000;

fn both(upload: u64, download: u64) -> Both {
    Both { upload, download }
}

fn of_session(id: &str) -> SessionIdentity<'static> {
    SessionIdentity {
        user_name: Some(LOGIN.into()),
        session_id: Some(id.to_owned().into()),
        ..SessionIdentity::default()
    }
}

#[tokio::test]
async fn a_session_from_dialling_to_hanging_up() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    let start = stage.heard().await;
    assert_eq!((start.status, start.session_id.as_str()), (AccountingStatus::Start, id.as_str()));
    assert_eq!((start.upload, start.download), (None, None), "nothing is counted yet");
    assert_eq!(start.rate_limit, "10M/20M");

    // 8 Mbit/s for a minute, which is when it reports by itself: 60 MB.
    stage.router.demand(&id, both(800_000, 8_000_000)).unwrap();
    stage.advance(60).await;
    let interim = stage.heard().await;
    assert_eq!(interim.status, AccountingStatus::InterimUpdate);
    assert_eq!((interim.upload, interim.download), (Some(6_000_000), Some(60_000_000)));
    assert_eq!((interim.session_seconds, interim.occurred_at), (Some(60), NOW_SECONDS + 60));

    // More than the line gives: 20 Mbit/s for ten seconds.
    stage.router.demand(&id, both(0, 100_000_000)).unwrap();
    stage.advance(10).await;
    stage.router.hang_up(&id).unwrap();
    let stop = stage.heard().await;
    assert_eq!((stop.status, stop.cause), (AccountingStatus::Stop, Some(TerminateCause::UserRequest)));
    assert_eq!((stop.upload, stop.download), (Some(6_000_000), Some(85_000_000)));
    assert!(stage.router.sessions().is_empty());

    assert_eq!(stage.router.dial("nobody"), Err(RouterRefusal::UnknownLogin));
    // A line that is added while it runs may dial, once it was let.
    let speed = RateLimit::steady(5_000_000, 5_000_000);
    assert!(stage.router.let_dial("nobody", speed) && !stage.router.let_dial("nobody", speed));
    let added = stage.router.dial("nobody").unwrap();
    let start = stage.heard().await;
    assert_eq!((start.session_id.as_str(), start.rate_limit.as_str()), (added.as_str(), "5M/5M"));
    assert_eq!(stage.router.sessions()[0].ip.to_string(), "100.64.0.10");
    stage.router.hang_up(&added).unwrap();
    stage.heard().await;
    assert_eq!(stage.router.hang_up(&id), Err(RouterRefusal::UnknownSession));
    stage.router.stop().await;
}

#[tokio::test]
async fn a_report_is_repeated_under_a_new_identifier_until_it_is_answered() {
    let mut stage = Stage::new().await;
    stage.answer_nothing();
    stage.router.dial(LOGIN).unwrap();
    let first = stage.heard().await;
    stage.advance_unanswered(3);
    let second = stage.heard().await;
    assert_eq!((first.delay_seconds, second.delay_seconds), (Some(0), Some(3)));
    assert_ne!(first.identifier, second.identifier);
    assert_eq!(first.lasting, second.lasting, "it says the same");
    assert_eq!(second.occurred_at, NOW_SECONDS, "and when it happened has not changed");
    assert_eq!(stage.router.unanswered(), 1);
    stage.answer_everything();
    stage.advance_unanswered(3);
    assert_eq!(stage.heard().await.delay_seconds, Some(6));
    stage.settled().await;
}

#[tokio::test]
async fn the_network_duplicates_loses_and_reorders() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;

    stage.router.change_faults(|faults| faults.duplicate = true);
    stage.router.spend(&id, both(0, GB)).unwrap();
    let (one, two) = (stage.heard().await, stage.heard().await);
    assert_eq!((one.datagram, one.download), (two.datagram, Some(GB)), "byte by byte");

    stage.settled().await;
    stage.router.change_faults(|faults| {
        faults.duplicate = false;
        faults.lose_next = 1;
    });
    stage.router.spend(&id, both(0, GB)).unwrap();
    stage.until(|stage| stage.router.faults().lose_next == 0).await;
    stage.advance_unanswered(3);
    let again = stage.heard().await;
    assert_eq!((again.download, again.delay_seconds), (Some(2 * GB), Some(3)));

    stage.router.change_faults(|faults| faults.reorder = true);
    stage.router.spend(&id, both(0, GB)).unwrap();
    stage.router.spend(&id, both(0, GB)).unwrap();
    assert_eq!(stage.heard().await.download, Some(4 * GB));
    assert_eq!(stage.heard().await.download, Some(3 * GB), "overtaken");

    stage.router.change_faults(|faults| {
        faults.reorder = false;
        faults.drop_next = 1;
    });
    stage.router.spend(&id, both(0, GB)).unwrap();
    stage.router.spend(&id, both(0, GB)).unwrap();
    assert_eq!(stage.heard().await.download, Some(6 * GB), "one was never sent");
}

#[tokio::test]
async fn counters_pass_four_gigabytes_with_and_without_gigawords() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    stage.router.spend(&id, both(0, 5 * GB)).unwrap();
    let whole = stage.heard().await;
    assert_eq!((whole.download, whole.gigawords), (Some(5 * GB), Some(1)));
    stage.router.change_faults(|faults| faults.omit_gigawords = true);
    stage.router.report(&id).unwrap();
    let wrapped = stage.heard().await;
    assert_eq!((wrapped.download, wrapped.gigawords), (Some(5 * GB - (1 << 32)), None));
    stage.router.reset_counters(&id).unwrap();
    assert_eq!(stage.heard().await.download, Some(0));
}

#[tokio::test]
async fn restarts() {
    for (how, before) in [
        (Restart::Announced, &[AccountingStatus::AccountingOff, AccountingStatus::AccountingOn][..]),
        (Restart::Silent, &[]),
    ] {
        let mut stage = Stage::new().await;
        let id = stage.router.dial(LOGIN).unwrap();
        stage.heard().await;
        stage.router.spend(&id, both(0, GB)).unwrap();
        stage.heard().await;
        stage.router.restart(how);
        for status in before {
            assert_eq!(stage.heard().await.status, *status);
        }
        let start = stage.heard().await;
        assert_eq!((start.status, &start.session_id), (AccountingStatus::Start, &id), "the id comes again");
        stage.router.report(&id).unwrap();
        assert_eq!(stage.heard().await.download, Some(0));
    }
}

#[tokio::test]
async fn a_change_is_answered_and_then_shown() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    stage.router.demand(&id, both(0, 20_000_000)).unwrap();
    stage.advance(8).await;
    let changes = [
        Change::RateLimit(RateLimit::steady(64_000, 128_000)),
        Change::Class(b"slow"[..].into()),
        Change::AddressList("jardim".into()),
    ];
    let request = coa(7, &of_session(&id), &changes, 1).unwrap();
    assert_eq!(stage.ask(request).await, Some(ChangeAnswer::Acknowledged));
    let shown = stage.heard().await;
    assert_eq!((shown.rate_limit.as_str(), shown.class.as_slice()), ("64k/128k", &b"slow"[..]));
    assert_eq!(shown.download, Some(20_000_000), "counted at the old speed until the change");
    stage.advance(8).await;
    stage.router.report(&id).unwrap();
    assert_eq!(stage.heard().await.download, Some(20_128_000));
    assert_eq!(stage.router.sessions()[0].address_list.as_deref(), Some("jardim"));

    // The same request again, its answer having been lost: answered, not done again.
    let request = coa(7, &of_session(&id), &changes, 1).unwrap();
    assert_eq!(stage.ask(request).await, Some(ChangeAnswer::Acknowledged));

    let request = disconnect(8, &of_session(&id), 1).unwrap();
    assert_eq!(stage.ask(request).await, Some(ChangeAnswer::Acknowledged));
    let stop = stage.heard().await;
    assert_eq!((stop.status, stop.cause), (AccountingStatus::Stop, Some(TerminateCause::AdminReset)));
}

#[tokio::test]
async fn changes_that_are_refused() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    let by_login = || SessionIdentity { user_name: Some(LOGIN.into()), ..SessionIdentity::default() };
    for (session, cause) in [
        (of_session("80ffffff"), ErrorCause::SessionContextNotFound),
        (
            SessionIdentity { user_name: Some("maria".into()), ..of_session(&id) },
            ErrorCause::SessionContextNotFound,
        ),
        (by_login(), ErrorCause::MultipleSessionSelectionUnsupported),
        (SessionIdentity::default(), ErrorCause::MissingAttribute),
        (
            SessionIdentity { nas_identifier: Some("other".into()), ..of_session(&id) },
            ErrorCause::NasIdentificationMismatch,
        ),
    ] {
        let request = disconnect(1, &session, 1).unwrap();
        assert_eq!(stage.ask(request).await, Some(ChangeAnswer::Refused(Some(cause))), "{session:?}");
    }
    assert_eq!(stage.router.sessions().len(), 2);
}

#[tokio::test]
async fn a_router_that_only_says_it_obeys() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    stage.router.change_faults(|faults| faults.changes = ChangeBehaviour::OnlyAcknowledges);
    let request = disconnect(1, &of_session(&id), 1).unwrap();
    assert_eq!(stage.ask(request).await, Some(ChangeAnswer::Acknowledged));
    assert_eq!(stage.router.sessions().len(), 1);
    stage.router.change_faults(|faults| faults.changes = ChangeBehaviour::Silent);
    stage.send_change(disconnect(2, &of_session(&id), 1).unwrap()).await;
    stage.until(|stage| stage.router.changes_heard() == 2).await;
    stage.router.change_faults(|faults| faults.changes = ChangeBehaviour::Obeys);
    // Whatever was answered before this one would have come first.
    let request = disconnect(3, &of_session("80ffffff"), 1).unwrap();
    let refused = ChangeAnswer::Refused(Some(ErrorCause::SessionContextNotFound));
    assert_eq!(stage.ask(request).await, Some(refused));
}

#[tokio::test]
async fn what_is_used_at_one_press_is_told_part_by_part_however_fast_one_presses() {
    let mut stage = Stage::new().await;
    let id = stage.router.dial(LOGIN).unwrap();
    stage.heard().await;
    stage.settled().await;
    stage.answer_nothing();
    for _ in 0..2 {
        assert_eq!(stage.post(&format!("/sessions/{id}/use"), "megabytes=5000").await, 303);
    }
    assert_eq!(stage.heard().await.download, Some(2 * GB));
    assert_eq!(stage.router.unanswered(), 6, "the others wait until this one is answered");
    assert_eq!(stage.router.sessions()[0].used.download, 10 * GB, "all of it was used");
    stage.answer_everything();
    stage.advance_unanswered(3);
    let mut told = Vec::new();
    while told.last() != Some(&Some(10 * GB)) {
        told.push(stage.heard().await.download);
    }
    assert_eq!(told, [2, 4, 5, 7, 9, 10].map(|gigabytes| Some(gigabytes * GB)));
    stage.settled().await;
}

#[tokio::test]
async fn the_page() {
    let mut stage = Stage::new().await;
    assert_eq!(stage.post("/sessions", &format!("login={LOGIN}")).await, 303);
    let id = stage.heard().await.session_id;
    assert_eq!(stage.post(&format!("/sessions/{id}/use"), "megabytes=1000").await, 303);
    assert_eq!(stage.heard().await.download, Some(GB));
    assert_eq!(stage.post(&format!("/sessions/{id}/demand"), "megabits=8").await, 303);
    stage.advance(10).await;
    let (status, html) = stage.get("/").await;
    assert_eq!(status, 200);
    for text in
        ["<h1>Sandbox router torre-1</h1>", "Dial joao", "1.0 GB", "10M/20M", "Hang up", "Cut the power"]
    {
        assert!(html.contains(text), "{text} in {html}");
    }
    let (_, state) = stage.get("/state").await;
    let state: serde_json::Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["sessions"][0]["download_bytes"], "1010000000");
    for (path, form, status) in [
        ("/sessions", "login=nobody", 404),
        ("/sessions/80ffffff/end", "", 404),
        (&format!("/sessions/{id}/use"), "megabytes=-1", 422),
        (&format!("/sessions/{id}/use"), "megabytes=1000001", 422),
        (&format!("/sessions/{id}/demand"), "", 422),
        ("/faults", "duplicate=on&lose_next=0&drop_next=0&changes=never", 422),
        ("/faults", "duplicate=on&lose_next=0&drop_next=0&changes=silent", 303),
        ("/restart", "how=", 422),
    ] {
        assert_eq!(stage.post(path, form).await, status, "{path} {form}");
    }
    let faults = stage.router.faults();
    assert_eq!((faults.duplicate, faults.reorder, faults.changes), (true, false, ChangeBehaviour::Silent));
    assert_eq!(stage.post(&format!("/sessions/{id}/end"), "").await, 303);
    assert_eq!(stage.heard().await.status, AccountingStatus::Stop);
}
