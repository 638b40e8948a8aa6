//! Credit is bought once, for exactly what was asked; other payments are written down and credit nothing.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use house::{House, WEBHOOK_SECRET, fresh_key};
use reqwest::Method;
use serde_json::{Value, json};
use store::tables::inbox::InboxState;
use store::tables::topups::{Topup, TopupState};
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread")]
async fn a_topup_is_paid_and_credited_once() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let customer = ana.customer.id;
    let wanted = json!({"customer": customer.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let key = fresh_key();
    let first = house.post_under(&key, "/v1/topups", &wanted).await;
    let topup = first.expect(201);
    assert_eq!(topup["state"], "open");
    assert_eq!(house.post_under(&key, "/v1/topups", &wanted).await.text, first.text);
    let empty = house.get(&format!("/v1/payments?customer={customer}")).await.expect(200);
    assert_eq!(empty["data"], json!([]), "no attempt, no row");

    house.pay(&topup, "4242424242424242").await;
    let path = format!("/v1/topups/{}", topup["id"].as_str().unwrap_or_default());
    let is_credited = |topup: &Topup| topup.state == TopupState::Credited;
    house.until(|reader| reader.topups(None, 2), |page| page.rows.iter().any(is_credited)).await;
    let paid = house.get(&path).await.expect(200);
    assert_eq!(house.figures(ana.wallet).await, ["35.00", "0.00", "35.00"]);
    let payment = house
        .get(&format!("/v1/payments/{}", paid["payment"].as_str().unwrap_or_default()))
        .await
        .expect(200);
    assert_eq!(payment["status"], "succeeded");
    assert_eq!(payment["card"]["last4"], "4242");
    assert!(payment["provider_charge"].as_str().is_some_and(|charge| charge.starts_with("ch_")), "{payment}");
    assert!(payment["entry"].as_str().is_some_and(|entry| entry.starts_with("ent_")), "{payment}");
    assert_eq!(
        house.post_under(&key, "/v1/topups", &wanted).await.text,
        first.text,
        "the first answer stays"
    );
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_refunded_in_part_once_under_one_key() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let wanted =
        json!({"customer": ana.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, "4242424242424242").await;
    let is_credited = |topup: &Topup| topup.state == TopupState::Credited;
    house.until(|reader| reader.topups(None, 2), |page| page.rows.iter().any(is_credited)).await;
    let payments = house.get(&format!("/v1/payments?customer={}", ana.customer.id)).await.expect(200);
    let path = format!("/v1/payments/{}", payments["data"][0]["id"].as_str().unwrap_or_default());
    let refunds = format!("{path}/refunds");
    let part = json!({"amount": {"amount": "4.00", "unit": "USD"}, "reason": "duplicate", "note": "twice"});
    for (bad, status, code) in [
        (json!({"amount": {"amount": "10.01", "unit": "USD"}}), 422, "amount_out_of_range"),
        (json!({"amount": {"amount": "1.00", "unit": "BRL"}}), 422, "unit_mismatch"),
        (json!({"amount": {"amount": "1.005", "unit": "USD"}}), 422, "amount_over_precise"),
        (json!({"reason": "because"}), 422, "invalid_field"),
    ] {
        let answer = house.post(&refunds, &bad).await;
        assert_eq!(answer.status.as_u16(), status, "{bad}: {}", answer.text);
        assert_eq!(answer.json()["code"], code, "{bad}");
    }
    assert_eq!(house.get(&refunds).await.expect(200)["data"], json!([]));
    let key = fresh_key();
    let first = house.post_under(&key, &refunds, &part).await;
    let refund = first.expect(201);
    assert_eq!((refund["state"].as_str(), refund["note"].as_str()), (Some("made"), Some("twice")));
    assert!(refund["provider_refund"].as_str().is_some_and(|id| id.starts_with("re_")), "{refund}");
    assert_eq!(house.post_under(&key, &refunds, &part).await.text, first.text);
    assert_eq!(house.figures(ana.wallet).await[0], "31.00");
    let other = json!({"amount": {"amount": "3.00", "unit": "USD"}});
    assert_eq!(house.post_under(&key, &refunds, &other).await.expect(409)["code"], "idempotency_key_reused");
    // The name of an order is known longer than its answer: after a crash between the two, nothing else is ordered under it.
    house.running.app.write(|tx| tx.delete_answers_before(money::Timestamp::MAX)).await.expect("forgotten");
    assert_eq!(house.post_under(&key, &refunds, &other).await.expect(409)["code"], "idempotency_key_reused");
    assert_eq!(house.post_under(&key, &refunds, &part).await.expect(201)["id"], refund["id"]);
    assert_eq!(house.figures(ana.wallet).await[0], "31.00");
    let rest = house.post(&refunds, &json!({})).await.expect(201);
    assert_eq!(rest["amount"]["amount"], "6.00", "all that is left, where nothing is said");
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    assert_eq!(house.post(&refunds, &json!({})).await.expect(409)["code"], "already_refunded");
    let payment = house.get(&path).await.expect(200);
    assert_eq!(payment["refunded"]["amount"], "10.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topup_is_cancelled() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let wanted =
        json!({"customer": ana.customer.id.to_string(), "amount": {"amount": "25.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    let path = format!("/v1/topups/{}/cancellation", topup["id"].as_str().unwrap_or_default());
    assert_eq!(house.post(&path, &json!({})).await.expect(200)["state"], "cancelled");
    let list = house.get(&format!("/v1/topups?customer={}", ana.customer.id)).await.expect(200);
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.00", "25.00"]);
    house.close().await;
}

/// What a stub of Stripe says of the payment.
#[derive(Clone)]
struct Paid {
    amount_received: i64,
    currency: &'static str,
    customer: &'static str,
    credited: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_of_another_amount_currency_or_customer_is_not_credited() {
    let cases = [
        Paid { amount_received: 1_000, currency: "usd", customer: "cus_stub", credited: true },
        Paid { amount_received: 500, currency: "usd", customer: "cus_stub", credited: false },
        Paid { amount_received: 1_001, currency: "usd", customer: "cus_stub", credited: false },
        Paid { amount_received: 1_000, currency: "brl", customer: "cus_stub", credited: false },
        Paid { amount_received: 1_000, currency: "usd", customer: "cus_other", credited: false },
    ];
    for paid in cases {
        let (expected, told) =
            (paid.credited, format!("{} {} {}", paid.amount_received, paid.currency, paid.customer));
        let stub = stripe_stub(paid).await;
        let house = House::open_with(|config| config.stripe.api_url = stub).await;
        let ana = house.customer("ana").await;
        let wanted =
            json!({"customer": ana.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
        let topup = house.post("/v1/topups", &wanted).await.expect(201);
        // The stub knows the top-up by the name of the payment.
        let id = topup["id"].as_str().unwrap_or_default();
        let event = json!({"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "created": 1, "livemode": false,
            "api_version": "2026-10-28.endive", "data": {"object": {"id": format!("pi_{id}")}}})
        .to_string();
        let webhook = house.request(Method::POST, saldo::webhooks::WEBHOOK_PATH);
        let webhook = webhook.header("stripe-signature", house.signature(&event, WEBHOOK_SECRET, 0));
        house.send(webhook.body(event)).await.expect(200);
        house.until(|reader| reader.inbox_count(InboxState::Processed), |count| *count == 1).await;
        let posted = if expected { "35.00" } else { "25.00" };
        assert_eq!(house.figures(ana.wallet).await, [posted, "0.00", posted], "{told}");
        let payments = house.get(&format!("/v1/payments?customer={}", ana.customer.id)).await.expect(200);
        assert_eq!(payments["data"][0]["status"], "succeeded", "{told}: the attempt is a row");
        let topup = house.get(&format!("/v1/topups/{id}")).await.expect(200);
        assert_eq!(topup["state"] == "withheld", !expected, "{told}: {topup}");
        house.close().await;
    }
}

async fn stripe_stub(paid: Paid) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let session = json!({"id": "cs_stub", "url": "https://pay.example", "status": "open", "payment_status": "unpaid", "created": 1,
        "expires_at": 4_000_000_000_i64, "livemode": false});
    let router = Router::new()
        .route("/v1/customers", post(|| async { Json(json!({"id": "cus_stub", "email": null})) }))
        .route("/v1/checkout/sessions", post(|| async { Json(session) }))
        .route("/v1/payment_intents/{id}", get(intent))
        .route("/v1/charges", get(charges))
        .with_state(Arc::new(paid));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn intent(State(paid): State<Arc<Paid>>, Path(id): Path<String>) -> Json<Value> {
    let topup = id.trim_start_matches("pi_");
    Json(json!({"id": id, "status": "succeeded", "amount": 1_000, "amount_received": paid.amount_received,
        "currency": paid.currency, "customer": paid.customer, "created": 1, "livemode": false, "metadata": {"topup_id": topup}}))
}

async fn charges(State(paid): State<Arc<Paid>>) -> Json<Value> {
    let charge = json!({"id": "ch_stub", "amount": paid.amount_received, "currency": paid.currency, "status": "succeeded",
        "created": 1, "livemode": false, "metadata": {}});
    Json(json!({"object": "list", "data": [charge], "has_more": false, "url": "/v1/charges"}))
}
