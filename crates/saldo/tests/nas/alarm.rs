//! A change that no router confirms: staff are told after two minutes, the subscriber after three. The clock is moved, nobody waits.

use money::{LoginId, StaffId};
use saldo::{clock, ids, passwords};
use sandbox::router::ChangeBehaviour;
use store::tables::lines::AtZero;
use store::tables::logins::Login;
use store::tables::staff::{Staff, StaffRole};

use crate::browser::{Browser, PASSWORD};
use crate::provider::{LOGIN, Provider, megabytes};

const LATE_LINES: &str = "saldo_radius_unconfirmed_lines";
const TOLD_STAFF: &str = "1 line waits for its router to confirm a change for more than two minutes.";
const TOLD_SUBSCRIBER: &str = "The router has not confirmed your speed within 3 minutes.";

/// A member of staff at the console.
async fn staff(provider: &Provider) -> Browser<'_> {
    let email = "bia@example.com";
    let staff = Staff {
        id: StaffId::from_u128(ids::fresh()),
        email: email.to_owned(),
        name: "Bia".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role: StaffRole::Admin,
        created_at: clock::now(),
        disabled_at: None,
    };
    provider.house.running.app.write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    let mut browser = Browser::new(&provider.house);
    let answer = browser.sign_in("/console/sign-in", email, PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/console"));
    browser
}

/// The subscriber at the portal.
async fn subscriber(provider: &Provider) -> Browser<'_> {
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: provider.line.customer,
        email: "52998224725".to_owned(),
        password_hash: Some(passwords::hash(PASSWORD).await.expect("a hash")),
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    provider.house.running.app.write(move |tx| tx.insert_login(&login)).await.expect("a login");
    let mut browser = Browser::new(&provider.house);
    let answer = browser.sign_in("/sign-in", "52998224725", PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/buy-credit"), "{}", answer.text);
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_no_router_confirms_is_seen_by_staff_first_and_then_told_to_the_subscriber() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    provider.until_restricted(true).await;
    let (mut staff, mut subscriber) = (staff(&provider).await, subscriber(&provider).await);

    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::OnlyAcknowledges);
    let heard = provider.router.changes_heard();
    provider.buy().await;
    provider.until("it is asked", |provider| provider.router.changes_heard() > heard).await;
    // Seconds after the purchase; whether staff see it, and whether the subscriber is told.
    let mut passed = 0;
    for (seconds, staff_see, subscriber_told) in
        [(1, false, false), (110, false, false), (130, true, false), (170, true, false), (190, true, true)]
    {
        provider.house.advance(seconds - passed).await;
        passed = seconds;
        provider.seen().await;
        assert_eq!(provider.metric(LATE_LINES).await, u64::from(staff_see), "after {seconds} s");
        let console = staff.get("/console").await.text;
        assert_eq!(console.contains(TOLD_STAFF), staff_see, "after {seconds} s: {console}");
        let page = subscriber.get("/buy-credit").await.text;
        assert_eq!(page.contains(TOLD_SUBSCRIBER), subscriber_told, "after {seconds} s: {page}");
    }

    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::Obeys);
    provider.router.report(&session).expect("a report");
    provider.until_restricted(false).await;
    assert_eq!(provider.metric(LATE_LINES).await, 0);
    assert!(!staff.get("/console").await.text.contains(TOLD_STAFF));
    let page = subscriber.get("/buy-credit").await.text;
    assert!(!page.contains(TOLD_SUBSCRIBER) && page.contains("Speed restored"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_does_not_answer_is_told_of_too_and_asked_again() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::Silent);
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    provider.until("it is asked", |provider| provider.router.changes_heard() > 0).await;
    provider.house.advance(121).await;
    assert_eq!(provider.metric(LATE_LINES).await, 1);
    // It is counted and logged.
    provider.until_counted("saldo_radius_changes_total{outcome=\"unconfirmed\"}").await;
    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::Obeys);
    provider.until_restricted(true).await;
    assert_eq!(provider.metric(LATE_LINES).await, 0);
}
