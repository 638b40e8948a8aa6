//! Webhooks: signed (the listener checks each), repeated until accepted, and in trouble on demand.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use stripe::checkout::CardSaving;

use crate::stage::Stage;

const NOT_DELIVERED: &str = "/v1/events?delivery_success=false";

fn is_empty(list: &serde_json::Value) -> bool {
    list["data"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn a_refused_webhook_comes_again_until_it_is_accepted() {
    let mut stage = Stage::new().await;
    stage.shop_status.store(500, Ordering::SeqCst);
    let customer = stage.customer().await;
    let (first, second) = (stage.webhook().await, stage.webhook().await);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["data"]["object"]["id"], customer.as_str());
    assert!(!is_empty(&stage.get(NOT_DELIVERED).await.json()));
    stage.shop_status.store(200, Ordering::SeqCst);
    assert_eq!(stage.webhook().await["id"], first["id"]);
    stage.until(NOT_DELIVERED, is_empty).await;
    let event = stage.get("/v1/events?delivery_success=true").await.json()["data"][0].clone();
    assert_eq!((&event["id"], event["pending_webhooks"].as_u64()), (&first["id"], Some(0)));
}

#[tokio::test]
async fn held_webhooks_are_kept_until_released() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.webhook_hold = true);
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4242424242424242").await;
    let held = stage.get(NOT_DELIVERED).await.json();
    assert_eq!(held["data"].as_array().unwrap().len(), 7);
    assert!(stage.is_quiet());
    stage.sandbox.faults().change(|faults| faults.webhook_hold = false);
    assert_eq!(stage.webhook_types(7).await.len(), 7);
    stage.until(NOT_DELIVERED, is_empty).await;
}

#[tokio::test]
async fn questions_about_a_payment_fail_until_released() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4242424242424242").await;
    stage.sandbox.faults().change(|faults| faults.payment_reads_fail = true);
    let path = format!("/v1/checkout/sessions/{}", session["id"].as_str().expect("an id"));
    assert_eq!(stage.get(&path).await.status, 503);
    assert_eq!(stage.get("/v1/events?limit=1").await.status, 200);
    stage.sandbox.faults().change(|faults| faults.payment_reads_fail = false);
    assert_eq!(stage.get(&path).await.json()["payment_status"], "paid");
}

#[tokio::test]
async fn doubled_webhooks_carry_the_same_event() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.webhook_duplicate = true);
    stage.customer().await;
    assert_eq!(stage.webhook().await["id"], stage.webhook().await["id"]);
}

#[tokio::test]
async fn lost_webhooks_never_come_but_are_listed() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.webhook_drop_next = 2);
    let mut ids = BTreeSet::new();
    for _ in 0..3 {
        ids.insert(stage.customer().await);
    }
    let come = stage.webhook().await["data"]["object"]["id"].as_str().unwrap().to_owned();
    let lost = stage.until(NOT_DELIVERED, |list| list["data"].as_array().unwrap().len() == 2).await;
    for event in lost["data"].as_array().unwrap() {
        ids.remove(event["data"]["object"]["id"].as_str().unwrap());
    }
    assert_eq!(ids, BTreeSet::from([come]));
    assert!(stage.is_quiet());
}

#[tokio::test]
async fn late_webhooks_come_after_their_time() {
    let mut stage = Stage::new().await;
    let hour_ms = 3_600_000;
    stage.sandbox.faults().change(|faults| faults.webhook_delay_ms = hour_ms);
    stage.customer().await;
    stage.sandbox.faults().change(|faults| faults.webhook_delay_ms = 0);
    let prompt = stage.customer().await;
    assert_eq!(stage.webhook().await["data"]["object"]["id"], prompt.as_str());
    assert!(stage.is_quiet());
    stage.shift_ms.fetch_add(i64::from(hour_ms), Ordering::SeqCst);
    assert_eq!(stage.webhook().await["type"], "customer.created");
}

#[tokio::test]
async fn what_was_not_delivered_is_delivered_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let mut stage = Stage::with_state(Some(file.clone())).await;
    stage.sandbox.faults().change(|faults| faults.webhook_hold = true);
    let customer = stage.customer().await;
    stage.sandbox.stop().await;
    let mut stage = Stage::with_state(Some(file)).await;
    assert_eq!(stage.webhook().await["data"]["object"]["id"], customer.as_str());
}
