//! Charging saved cards while their owners are away: paid, declined with advice, wanted back by the bank, tried again by key.

use sandbox::{Act, OffSessionDecline};
use stripe::answer::{ErrorBody, ErrorDetail, PaymentIntent, PaymentIntentStatus};
use stripe::checkout::CardSaving;
use stripe::minor_units::{Currency, MinorAmount};
use stripe::off_session::OffSessionPayment;
use stripe::{IdempotencyKey, Request};

use crate::stage::{Answer, Stage};

/// A customer with one of Stripe's test payment methods saved.
async fn with_card(stage: &mut Stage, name: &str) -> (String, String) {
    let customer = stage.customer().await;
    let path = format!("/v1/payment_methods/{name}/attach");
    let attached = stage.post(&path, &format!("customer={customer}")).await;
    assert_eq!(attached.status, 200, "{}", attached.text);
    (customer, attached.json()["id"].as_str().unwrap().to_owned())
}

async fn charge(stage: &Stage, customer: &str, payment_method: &str, key: IdempotencyKey) -> Answer {
    let payment = OffSessionPayment {
        customer,
        payment_method,
        amount: MinorAmount::new(2_000, Currency::Usd).unwrap(),
        description: "Credit",
        metadata: &[("topup", "top_9")],
    };
    stage.send(&payment.request(key)).await
}

async fn declined(stage: &Stage, customer: &str, method: &str) -> ErrorDetail {
    let answer = charge(stage, customer, method, stage.key()).await;
    assert_eq!(answer.status, 402, "{}", answer.text);
    serde_json::from_str::<ErrorBody>(&answer.text).unwrap().error
}

#[tokio::test]
async fn a_saved_card_pays_once_under_one_key() {
    let mut stage = Stage::new().await;
    let (customer, method) = with_card(&mut stage, "pm_card_visa").await;
    let known = stage.event_types().await.len();
    let key = stage.key();
    let paid = charge(&stage, &customer, &method, key.clone()).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let intent: PaymentIntent = serde_json::from_str(&paid.text).unwrap();
    assert_eq!((intent.status, intent.amount_received), (PaymentIntentStatus::Succeeded, 2_000));
    assert_eq!(intent.metadata["topup"], "top_9");
    let charged = intent.latest_charge.as_ref().unwrap().object().unwrap();
    assert_eq!(charged.card().unwrap().last4, "4242");
    assert_eq!(
        stage.event_types_after(known).await,
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"]
    );
    assert_eq!(charge(&stage, &customer, &method, key).await.json()["id"], intent.id.as_str());
    let listed = Request::list_payment_intents(Some(&customer), Default::default(), Default::default());
    assert_eq!(stage.send(&listed).await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn each_decline_tells_what_may_be_done() {
    let mut stage = Stage::new().await;
    for (name, decline_code, advice, wants_the_customer) in [
        ("pm_card_chargeCustomerFail", "generic_decline", Some("try_again_later"), false),
        ("pm_card_authenticationRequired", "authentication_required", None, true),
        ("pm_card_authenticationRequiredOnSetup", "authentication_required", None, true),
    ] {
        let (customer, method) = with_card(&mut stage, name).await;
        let known = stage.event_types().await.len();
        let error = declined(&stage, &customer, &method).await;
        assert_eq!(error.decline_code.as_deref(), Some(decline_code), "{name}");
        assert_eq!((error.advice_code.as_deref(), error.wants_the_customer()), (advice, wants_the_customer));
        let intent = error.payment_intent.unwrap();
        assert_eq!(intent.status, PaymentIntentStatus::RequiresPaymentMethod);
        assert_eq!(intent.last_payment_error.unwrap().decline_code.as_deref(), Some(decline_code));
        assert_eq!(
            stage.event_types_after(known).await,
            ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
        );
        let key = stage.key();
        let canceled = stage.send(&Request::cancel_payment_intent(&intent.id, key)).await;
        assert_eq!(canceled.json()["status"], "canceled");
        let key = stage.key();
        assert_eq!(stage.send(&Request::cancel_payment_intent(&intent.id, key)).await.status, 400);
    }
    let (customer, method) = with_card(&mut stage, "pm_card_authenticationRequiredSetupForOffSession").await;
    assert_eq!(charge(&stage, &customer, &method, stage.key()).await.status, 200);
}

#[tokio::test]
async fn a_decline_is_remembered_under_its_key() {
    let mut stage = Stage::new().await;
    let (customer, method) = with_card(&mut stage, "pm_card_chargeCustomerFail").await;
    let key = stage.key();
    let first = charge(&stage, &customer, &method, key.clone()).await;
    let again = charge(&stage, &customer, &method, key).await;
    assert_eq!((again.status, again.json()), (402, first.json()));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_card_whose_owner_has_agreed_is_charged_without_him() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4000002500003155").await;
    stage.press_plain(&session, &[("outcome", "complete")], "/authentication").await;
    let saved = stage.send(&Request::list_cards(&customer)).await.json();
    let method = saved["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(charge(&stage, &customer, &method, stage.key()).await.status, 200);
}

#[tokio::test]
async fn a_card_that_paid_before_is_declined_on_demand() {
    let mut stage = Stage::new().await;
    let (customer, method) = with_card(&mut stage, "pm_card_mastercard").await;
    for (asked_for, is_final, wants_the_customer) in [
        (OffSessionDecline::Generic, false, false),
        (OffSessionDecline::InsufficientFunds, false, false),
        (OffSessionDecline::LostCard, true, false),
        (OffSessionDecline::AuthenticationRequired, false, true),
    ] {
        stage.sandbox.faults().change(|faults| faults.off_session_decline = Some(asked_for));
        let error = declined(&stage, &customer, &method).await;
        assert_eq!(error.decline_code.as_deref(), Some(asked_for.code()));
        assert_eq!((error.is_final(), error.wants_the_customer()), (is_final, wants_the_customer));
    }
    stage.sandbox.faults().change(|faults| {
        faults.off_session_decline = None;
        faults.late_decline = true;
        faults.later_on_demand = true;
    });
    let under_way = charge(&stage, &customer, &method, stage.key()).await;
    assert_eq!((under_way.status, under_way.json()["status"].as_str()), (200, Some("processing")));
    stage.sandbox.act(Act::Later).await.unwrap();
    let path = format!("/v1/payment_intents/{}", under_way.json()["id"].as_str().unwrap());
    assert_eq!(stage.get(&path).await.json()["status"], "requires_payment_method");
}

#[tokio::test]
async fn what_cannot_be_charged_is_refused_by_name() {
    let mut stage = Stage::new().await;
    let (customer, method) = with_card(&mut stage, "pm_card_visa").await;
    let other = stage.customer().await;
    let body = |customer: &str, method: &str, more: &str| {
        format!(
            "amount=500&currency=usd&customer={customer}&payment_method={method}&off_session=true&confirm=true{more}"
        )
    };
    for (body, code, param) in [
        (body(&customer, "pm_none", ""), Some("resource_missing"), Some("payment_method")),
        (body("cus_none", &method, ""), Some("resource_missing"), Some("customer")),
        (body(&other, &method, ""), Some("payment_method_unexpected_state"), Some("payment_method")),
        (body(&customer, &method, "&amount=49"), Some("amount_too_small"), Some("amount")),
        (body(&customer, &method, "&amount=100000000"), Some("amount_too_large"), Some("amount")),
        (body(&customer, &method, "&currency=jpy"), None, Some("currency")),
        (body(&customer, &method, "&confirm=false"), None, None),
        (
            body(&customer, &method, "&payment_method_types[]=card"),
            Some("parameter_unknown"),
            Some("payment_method_types"),
        ),
    ] {
        let answer = stage.post("/v1/payment_intents", &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let error = &answer.json()["error"];
        assert_eq!((error["code"].as_str(), error["param"].as_str()), (code, param), "{body}: {error}");
    }
    let unknown =
        stage.post("/v1/payment_methods/pm_card_unknown/attach", &format!("customer={customer}")).await;
    assert_eq!(unknown.status, 404);
    let again =
        stage.post(&format!("/v1/payment_methods/{method}/attach"), &format!("customer={customer}")).await;
    assert_eq!(again.status, 400);
    assert!(stage.get("/v1/payment_intents").await.json()["data"].as_array().unwrap().is_empty());
}
