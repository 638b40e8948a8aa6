//! At zero the line is restricted; with credit it is restored; each only once the router has shown it.

use std::time::Instant;

use book::LineStatus;
use sandbox::router::ChangeBehaviour;
use store::tables::lines::AtZero;

use crate::provider::{ALLOWANCE, LOGIN, PACK, Provider, SLOW, SPEED, megabytes};

/// The list of lines that were let out of the walled garden.
const OUT: &str = "saldo-livre";

#[tokio::test(flavor = "multi_thread")]
async fn at_zero_it_is_slowed_and_after_a_purchase_it_has_its_speed_again() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(1_500)).expect("it spends");
    provider.settled().await;
    assert_eq!(provider.posted(), ALLOWANCE - 1_500_000_000);
    assert_eq!(provider.router.changes_heard(), 0, "a line that has credit is left alone");

    provider.router.spend(&session, megabytes(700)).expect("it spends");
    provider.until_speed(SLOW).await;
    provider.until_restricted(true).await;
    let overshoot = -200_000_000;
    assert_eq!(provider.posted(), overshoot);
    provider.router.spend(&session, megabytes(300)).expect("it spends slowly");
    provider.settled().await;
    assert_eq!(provider.posted(), overshoot, "what is used while it is slowed lowers nothing");

    let clicked = Instant::now();
    provider.buy().await;
    provider.until_speed(SPEED).await;
    provider.until_restricted(false).await;
    let took = clicked.elapsed();
    assert!(took.as_millis() < 1_000, "from the click to the confirmed speed it took {took:?}");
    assert_eq!(provider.posted(), PACK + overshoot);
    let (line, cycle) = provider.seen().await;
    assert_eq!((cycle.total, cycle.outside), (2_500_000_000, 300_000_000));
    assert_eq!(cycle.balance(), provider.posted());
    let app = &provider.house.running.app;
    let bought = app.read(move |reader| reader.purchases(line.wallet_no, 1)).await.expect("a look");
    let bought = bought.first().expect("the purchase");
    assert!(bought.restored_at.is_some() && bought.restored_at >= bought.released_at, "{bought:?}");
    assert_eq!(provider.metric("saldo_radius_changes_total{outcome=\"confirmed\"}").await, 2);
    assert_eq!(provider.metric("saldo_radius_unconfirmed_lines").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_whose_pack_is_taken_back_is_slowed_again_and_restored_when_it_is_set_back() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_000)).expect("it spends");
    provider.until_restricted(true).await;
    provider.buy().await;
    provider.until_restricted(false).await;
    provider.take_back(PACK).await;
    assert_eq!(provider.posted(), 0);
    provider.until_speed(SLOW).await;
    // Its next report proves it.
    provider.house.advance(5).await;
    provider.router.report(&session).expect("a report");
    provider.until_restricted(true).await;
    provider.take_back(0).await;
    provider.until_speed(SPEED).await;
    provider.until_restricted(false).await;
    assert_eq!(provider.posted(), PACK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walled_line_reaches_the_list_and_leaves_it() {
    let provider = Provider::open(AtZero::Walled).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_000)).expect("it spends");
    provider.until_restricted(true).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some("sem-saldo"));
    provider.buy().await;
    provider.until_restricted(false).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some(OUT));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_whose_plan_slows_instead_of_walling_is_let_out_and_slowed_and_stays_restricted() {
    let provider = Provider::open(AtZero::Walled).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_000)).expect("it spends");
    provider.until_restricted(true).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some("sem-saldo"));

    provider.change_plan(AtZero::Slow, SPEED).await;
    provider.house.advance(5).await;
    provider.router.report(&session).expect("a report");
    provider.until_speed(SLOW).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some(OUT));
    provider.router.spend(&session, megabytes(300)).expect("it spends slowly");
    provider.settled().await;
    assert_eq!(provider.posted(), 0, "what is used while it is slowed lowers nothing");
    assert!(provider.seen().await.0.restricted_since.is_some());

    provider.buy().await;
    provider.until_speed(SPEED).await;
    provider.until_restricted(false).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some(OUT));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_ours_a_line_is_still_known_to_be_walled_by_what_its_session_carries() {
    let provider = Provider::open(AtZero::Walled).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_000)).expect("it spends");
    provider.until_restricted(true).await;
    let provider = provider.restart().await;
    provider.change_plan(AtZero::Slow, SPEED).await;
    provider.house.advance(5).await;
    provider.router.report(&session).expect("a report");
    provider.until_speed(SLOW).await;
    assert_eq!(provider.router.sessions()[0].address_list.as_deref(), Some(OUT));
    assert!(provider.seen().await.0.restricted_since.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_gets_faster_is_faster_in_running_sessions() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.settled().await;
    provider.seen().await;
    let faster = "20M/100M";
    provider.change_plan(AtZero::Slow, faster).await;
    provider.house.advance(5).await;
    provider.router.report(&session).expect("a report");
    provider.until_speed(faster).await;
    assert_eq!(provider.router.changes_heard(), 1);
    assert_eq!(provider.seen().await.0.restricted_since, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_line_is_cut_off_and_comes_back_when_it_dials() {
    let provider = Provider::open(AtZero::Block).await;
    provider.router.dial(LOGIN).expect("a session");
    provider.settled().await;
    provider.set_status(LineStatus::Blocked).await;
    provider.until_restricted(true).await;
    assert!(provider.router.sessions().is_empty());
    provider.set_status(LineStatus::Enabled).await;
    // Who dials before that is known is cut off once more, and this router does not dial again by itself.
    provider.seen().await;
    provider.router.dial(LOGIN).expect("a session");
    provider.until_restricted(false).await;
    assert_eq!(provider.router.sessions().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_that_only_says_yes_is_not_believed() {
    let provider = Provider::open(AtZero::Slow).await;
    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::OnlyAcknowledges);
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    provider.until("it is asked", |provider| provider.router.changes_heard() >= 1).await;
    provider.settled().await;
    provider.until_counted("saldo_radius_changes_total{outcome=\"acknowledged\"}").await;
    assert!(provider.seen().await.0.restricted_since.is_none(), "an acknowledgement is no proof");
    provider.router.change_faults(|faults| faults.changes = ChangeBehaviour::Obeys);
    // The next report shows that nothing had changed: it is asked for again.
    provider.house.advance(2).await;
    provider.router.report(&session).expect("a report");
    provider.until_restricted(true).await;
    provider.until_speed(SLOW).await;
    assert!(provider.metric("saldo_radius_changes_total{outcome=\"contradicted\"}").await >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_dials_anew_is_slowed_anew() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.router.spend(&session, megabytes(2_100)).expect("it spends");
    provider.until_restricted(true).await;
    provider.house.advance(5).await;
    provider.router.hang_up(&session).expect("it hangs up");
    provider.router.dial(LOGIN).expect("a session, at full speed: this router asks nobody");
    provider.until_speed(SLOW).await;
    provider.until_restricted(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_of_ours_a_router_is_still_kept_in_step() {
    let provider = Provider::open(AtZero::Slow).await;
    let session = provider.router.dial(LOGIN).expect("a session");
    provider.settled().await;
    assert_eq!(provider.seen().await.0.restricted_since, None);
    // What is known of sessions is lost with the memory: the login alone names this one then.
    let provider = provider.restart().await;
    provider.set_status(LineStatus::Blocked).await;
    provider.until_speed(SLOW).await;
    provider.until_restricted(true).await;
    assert_eq!(provider.router.sessions()[0].session_id, session);
}
