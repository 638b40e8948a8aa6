//! Boleto and Pix on the hosted page, and cards that only seem to be on their way: complete, unpaid, then one or the other.

use sandbox::{Act, Settlement};
use serde_json::Value;
use stripe::answer::{NextAction, PaymentIntent};
use stripe::checkout::CardSaving;
use stripe::minor_units::Currency;

use crate::stage::{Stage, card};

/// A session in reais whose customer has chosen `kind`; the session and its intent.
async fn awaiting(stage: &mut Stage, kind: &str) -> (Value, String) {
    let customer = stage.customer().await;
    let session = stage.session_in(&customer, CardSaving::Always, Currency::Brl).await;
    assert_eq!(session["payment_method_types"], serde_json::json!(["card", "boleto", "pix"]));
    let page = stage.open(&session).await;
    for text in [">Card</label>", ">Boleto</label>", ">Pix</label>", "Pay R$ 10.00</button>"] {
        assert!(page.text.contains(text), "{text}");
    }
    let pressed = stage.press(&session, &page, &[("payment_method", kind)], "").await;
    let voucher = format!("/pay/{}/voucher", session["id"].as_str().unwrap());
    assert_eq!(
        (pressed.status, pressed.header("location")),
        (303, Some(voucher.as_str())),
        "{}",
        pressed.text
    );
    let intent = stage.intent_of(&session).await["id"].as_str().unwrap().to_owned();
    (session, intent)
}

async fn payment_status(stage: &Stage, session: &Value) -> (Value, Value) {
    let read = stage.get(&format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap())).await.json();
    (read["status"].clone(), read["payment_status"].clone())
}

#[tokio::test]
async fn the_money_comes_later() {
    for (kind, fee) in [("boleto", 345), ("pix", 12)] {
        let mut stage = Stage::new().await;
        let (session, payment) = awaiting(&mut stage, kind).await;
        assert_eq!(payment_status(&stage, &session).await, ("complete".into(), "unpaid".into()));
        assert_eq!(
            stage.event_types_after(1).await,
            ["payment_intent.created", "payment_intent.requires_action", "checkout.session.completed"]
        );
        let intent: PaymentIntent = serde_json::from_value(stage.intent_of(&session).await).unwrap();
        let page = intent.next_action.as_ref().and_then(NextAction::url).unwrap().to_owned();
        let voucher = stage.client.get(&page).send().await.unwrap().text().await.unwrap();
        assert!(voucher.contains("R$ 10.00") && voucher.contains("Back to the shop"), "{voucher}");
        assert!(stage.open(&session).await.text.contains("Its money has not come yet."));

        let known = stage.event_types().await.len();
        let act = Act::Settle { payment, outcome: Settlement::Succeeded };
        assert_eq!(stage.sandbox.act(act.clone()).await.unwrap()["status"], "succeeded");
        assert_eq!(
            stage.event_types_after(known).await,
            [
                "charge.succeeded",
                "payment_intent.succeeded",
                "checkout.session.async_payment_succeeded",
                "charge.updated"
            ]
        );
        assert_eq!(payment_status(&stage, &session).await, ("complete".into(), "paid".into()));
        let charge = stage.charge().await;
        assert!(charge["id"].as_str().unwrap().starts_with("py_"));
        assert_eq!(charge["payment_method_details"]["type"], kind);
        let booked = stage.get("/v1/balance_transactions?type=payment").await.json()["data"][0].clone();
        assert_eq!((booked["amount"].as_i64(), booked["fee"].as_i64()), (Some(1_000), Some(fee)));
        assert_eq!(stage.sandbox.act(act).await.unwrap_err().status, 400, "once");

        let refund = stage.post("/v1/refunds", &format!("charge={}", charge["id"].as_str().unwrap())).await;
        assert_eq!(refund.status, if kind == "boleto" { 400 } else { 200 }, "{}", refund.text);
    }
}

#[tokio::test]
async fn the_money_does_not_come() {
    for kind in ["boleto", "pix"] {
        let mut stage = Stage::new().await;
        let (session, _) = awaiting(&mut stage, kind).await;
        let known = stage.event_types().await.len();
        let answer = stage.press_plain(&session, &[("outcome", "failed")], "/settlement").await;
        assert!(answer.header("location").unwrap().starts_with("https://shop.example/back"));
        assert_eq!(
            stage.event_types_after(known).await,
            ["payment_intent.payment_failed", "checkout.session.async_payment_failed"]
        );
        assert_eq!(payment_status(&stage, &session).await, ("complete".into(), "unpaid".into()));
        let intent = stage.intent_of(&session).await;
        assert_eq!(intent["status"], "requires_payment_method");
        assert_eq!(intent["last_payment_error"]["code"], "payment_intent_payment_attempt_expired");
        assert!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().is_empty());
        let voucher = format!("/pay/{}/voucher", session["id"].as_str().unwrap());
        assert_eq!(stage.get(&voucher).await.status, 410);
        stage.press_plain(&session, &[("outcome", "succeeded")], "/settlement").await;
        assert_eq!(stage.intent_of(&session).await["status"], "requires_payment_method", "over is over");
        let refused = stage.press_plain(&session, &[("outcome", "perhaps")], "/settlement").await;
        assert_eq!(refused.status, 422);
    }
}

#[tokio::test]
async fn dollars_are_paid_by_card_and_reais_by_what_is_allowed() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    assert!(!page.text.contains("Boleto"));
    let refused = stage.press(&session, &page, &[("payment_method", "boleto")], "").await;
    assert_eq!(refused.status, 422, "it is not offered, so a card is wanted");
    let body = "mode=payment&success_url=https://a.example&allowed_payment_method_types[]=card&allowed_payment_method_types[]=pix\
        &line_items[0][quantity]=1&line_items[0][price_data][currency]=brl&line_items[0][price_data][unit_amount]=500\
        &line_items[0][price_data][product_data][name]=Credit";
    let session = stage.post("/v1/checkout/sessions", body).await.json();
    assert_eq!(session["payment_method_types"], serde_json::json!(["card", "pix"]));
    let paid = stage.pay_new(&session, "4242424242424242").await;
    assert_eq!(paid.status, 303);
}

#[tokio::test]
async fn a_card_that_seemed_to_be_on_its_way_is_declined_after_all() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| {
        faults.late_decline = true;
        faults.later_on_demand = true;
    });
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    assert_eq!(stage.press(&session, &page, &card("4242424242424242"), "").await.status, 303);
    assert_eq!(payment_status(&stage, &session).await, ("complete".into(), "unpaid".into()));
    assert_eq!(stage.intent_of(&session).await["status"], "processing");
    let known = stage.event_types().await.len();
    assert_eq!(stage.sandbox.act(Act::Later).await.unwrap()["happened"], 1);
    assert_eq!(
        stage.event_types_after(known).await,
        ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]
    );
    let intent = stage.intent_of(&session).await;
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["last_payment_error"]["decline_code"], "generic_decline");
    assert_eq!(payment_status(&stage, &session).await, ("complete".into(), "unpaid".into()));
}
