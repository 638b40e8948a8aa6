//! Paying on the hosted page: declines, success, wrong fields, double presses, the ends of sessions.

use std::sync::atomic::Ordering;

use stripe::Request;
use stripe::answer::{
    Charge, CheckoutSession, List, PaymentIntent, PaymentIntentStatus, SessionPaymentStatus,
};
use stripe::checkout::CardSaving;

use crate::stage::{Stage, card};

#[tokio::test]
async fn two_declines_then_success_on_one_page() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    assert!(session["payment_intent"].is_null(), "made with the first attempt");

    let page = stage.open(&session).await;
    assert_eq!(page.status, 200);
    for text in ["<h1>Sandbox checkout</h1>", "Pay $10.00</button>", ">Back</button>", "Card number</label>"]
    {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains("<fieldset"), "no saved cards, no choice");
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));

    let declined = stage.press(&session, &page, &card("4000 0000 0000 0002"), "").await;
    assert_eq!(declined.status, 402);
    assert!(declined.text.contains("<p role=\"alert\">Your card was declined.</p>"), "{}", declined.text);
    let declined = stage.press(&session, &declined, &card("4000 0000 0000 9995"), "").await;
    assert_eq!(declined.status, 402);
    let paid = stage.press(&session, &declined, &card("4242 4242 4242 4242"), "").await;
    let id = session["id"].as_str().unwrap();
    assert_eq!(paid.status, 303);
    assert_eq!(paid.header("location"), Some(format!("https://shop.example/back?session={id}").as_str()));

    let answer = stage.send(&Request::retrieve_checkout_session(id)).await;
    let session: CheckoutSession = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(session.payment_status, SessionPaymentStatus::Paid);
    assert_eq!(session.metadata["topup"], "top_1");
    let intent = session.payment_intent.unwrap();
    let intent = intent.object().unwrap();
    assert_eq!((intent.amount, intent.amount_received, intent.currency.as_str()), (1_000, 1_000, "usd"));
    assert_eq!(intent.metadata["topup"], "top_1");
    assert_eq!(intent.latest_charge.as_ref().unwrap().object().unwrap().card().unwrap().last4, "4242");

    let charges = stage.send(&Request::list_charges(&intent.id)).await;
    let charges: List<Charge> = serde_json::from_str(&charges.text).unwrap();
    let told: Vec<_> = charges
        .data
        .iter()
        .map(|charge| (charge.status.as_str(), charge.decline_code(), charge.amount))
        .collect();
    assert_eq!(
        told,
        [
            ("succeeded", None, 1_000),
            ("failed", Some("insufficient_funds"), 1_000),
            ("failed", Some("generic_decline"), 1_000)
        ]
    );

    let mut expected = [
        "customer.created",
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_method.attached",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ];
    expected.sort_unstable();
    assert_eq!(stage.webhook_types(expected.len()).await, expected);
}

#[tokio::test]
async fn a_declined_intent_tells_why_until_it_is_paid() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4000000000000127").await;
    let id = session["id"].as_str().unwrap();
    let answer = stage.send(&Request::retrieve_checkout_session(id)).await;
    let read: CheckoutSession = serde_json::from_str(&answer.text).unwrap();
    let intent_id = read.payment_intent.unwrap().id().to_owned();
    let answer = stage.send(&Request::retrieve_payment_intent(&intent_id)).await;
    let intent: PaymentIntent = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(intent.status, PaymentIntentStatus::RequiresPaymentMethod);
    let error = intent.last_payment_error.unwrap();
    assert_eq!(error.code.as_deref(), Some("incorrect_cvc"));
    assert_eq!(error.charge.as_deref(), Some(intent.latest_charge.unwrap().id()));
    assert_eq!(error.payment_method.unwrap().card.unwrap().last4, "0127");

    stage.pay_new(&session, "5555555555554444").await;
    let answer = stage.send(&Request::retrieve_payment_intent(&intent_id)).await;
    let intent: PaymentIntent = serde_json::from_str(&answer.text).unwrap();
    assert_eq!((intent.status, intent.last_payment_error), (PaymentIntentStatus::Succeeded, None));
}

#[tokio::test]
async fn each_test_card_does_what_stripe_says() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    for (number, alert, code, decline_code) in [
        ("4000000000000002", "Your card was declined.", "card_declined", "generic_decline"),
        ("4000000000009995", "Your card was declined.", "card_declined", "insufficient_funds"),
        ("4000000000009987", "Your card was declined.", "card_declined", "lost_card"),
        ("4000000000009979", "Your card was declined.", "card_declined", "stolen_card"),
        ("4000000000000341", "Your card was declined.", "card_declined", "generic_decline"),
        ("4000000000000069", "Your card has expired.", "expired_card", "expired_card"),
        ("4000000000000127", "Your card&#39;s security code is incorrect.", "incorrect_cvc", "incorrect_cvc"),
        (
            "4000000000000119",
            "An error occurred while processing your card. Try again in a little bit.",
            "processing_error",
            "processing_error",
        ),
    ] {
        let page = stage.pay_new(&session, number).await;
        assert_eq!(page.status, 402, "{number}");
        assert!(page.text.contains(&format!("<p role=\"alert\">{alert}</p>")), "{number}: {}", page.text);
        let charge = stage.get("/v1/charges?limit=1").await.json()["data"][0].clone();
        assert_eq!(charge["failure_code"], code, "{number}");
        assert_eq!(charge["outcome"]["reason"], decline_code, "{number}");
        assert!(number.ends_with(charge["payment_method_details"]["card"]["last4"].as_str().unwrap()));
    }
    for (number, brand) in [
        ("4000056655665556", "visa"),
        ("5555555555554444", "mastercard"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
    ] {
        let session = stage.session(&customer, CardSaving::Always).await;
        assert_eq!(stage.pay_new(&session, number).await.status, 303, "{number}");
        let charge = stage.get("/v1/charges?limit=1").await.json()["data"][0].clone();
        assert_eq!(charge["payment_method_details"]["card"]["brand"], brand);
    }
}

#[tokio::test]
async fn wrong_fields_are_named_and_make_no_attempt() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    for (number, expiry, cvc, error) in [
        ("4242 4242 4242 4241", "12/34", "123", "id=\"number-error\">Your card number is invalid."),
        ("4242", "12/34", "123", "id=\"number-error\">Your card number is incomplete."),
        ("", "", "", "id=\"expiry-error\">Your card&#39;s expiration date is incomplete."),
        (
            "4242424242424242",
            "01/20",
            "123",
            "id=\"expiry-error\">Your card&#39;s expiration date is in the past.",
        ),
        ("4242424242424242", "12/34", "12", "id=\"cvc-error\">Your card&#39;s security code is incomplete."),
        ("4100000000000019", "12/34", "123", "id=\"number-error\">The sandbox does not play this test card"),
        ("4111111111111111", "12/34", "123", "id=\"number-error\">The sandbox takes only Stripe"),
        ("<script>", "<b>", "\"", "value=\"&#60;script&#62;\""),
    ] {
        let page = stage.open(&session).await;
        let fields = [("payment_method", "new"), ("number", number), ("expiry", expiry), ("cvc", cvc)];
        let page = stage.press(&session, &page, &fields, "").await;
        assert_eq!(page.status, 422, "{number}");
        assert!(page.text.contains(error), "{number} {expiry} {cvc}: {}", page.text);
        assert!(page.text.contains("aria-invalid=\"true\""));
    }
    let url = format!("{}/pay/{}", stage.sandbox.url(), session["id"].as_str().unwrap());
    let garbage = stage.client.post(url).body(vec![0xff, 0xfe, b'%']).send().await.unwrap();
    assert_eq!(garbage.status().as_u16(), 422);
    assert_eq!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().len(), 0);
    assert_eq!(stage.event_types().await, ["customer.created"]);
}

#[tokio::test]
async fn pressing_twice_pays_once_and_declines_once() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    let (declining, paying) = (card("4000000000000002"), card("4242424242424242"));
    let (once, twice) = tokio::join!(
        stage.press(&session, &page, &declining, ""),
        stage.press(&session, &page, &declining, "")
    );
    for answer in [&once, &twice] {
        assert_eq!(answer.status, 402);
        assert!(answer.text.contains("Your card was declined."));
    }
    let (first, second) =
        tokio::join!(stage.press(&session, &once, &paying, ""), stage.press(&session, &once, &paying, ""));
    assert_eq!((first.status, second.status), (303, 303));
    assert_eq!(first.header("location"), second.header("location"));
    // From another tab, whose page was opened before.
    assert_eq!(stage.press(&session, &page, &paying, "").await.status, 303);
    let charges = stage.get("/v1/charges").await.json();
    let statuses: Vec<_> =
        charges["data"].as_array().unwrap().iter().map(|charge| charge["status"].clone()).collect();
    assert_eq!(statuses, ["succeeded", "failed"]);
    assert!(stage.open(&session).await.text.contains("This checkout is paid."));
}

#[tokio::test]
async fn back_leads_to_the_shop_and_leaves_the_session_open() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    let answer = stage.press(&session, &page, &[], "/cancellation").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), Some("https://shop.example/recharge?left=1"));
    assert_eq!(stage.open(&session).await.status, 200);
}

#[tokio::test]
async fn sessions_end_by_time_and_by_call() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let by_call = stage.session(&customer, CardSaving::Always).await;
    let by_time = stage.session(&customer, CardSaving::Always).await;
    let id = by_call["id"].as_str().unwrap();
    let key = stage.key();
    let expired = stage.send(&Request::expire_checkout_session(id, key)).await;
    assert_eq!(expired.json()["status"], "expired");
    let key = stage.key();
    assert_eq!(stage.send(&Request::expire_checkout_session(id, key)).await.status, 400);
    assert!(stage.open(&by_call).await.text.contains("This checkout has expired."));
    assert_eq!(stage.webhook_types(2).await, ["checkout.session.expired", "customer.created"]);

    stage.shift_ms.fetch_add(3_601_000, Ordering::SeqCst);
    let event = stage.webhook().await;
    assert_eq!(event["type"], "checkout.session.expired");
    assert_eq!(event["data"]["object"]["id"], by_time["id"]);
    let page = stage.pay_new_into(&by_time).await;
    assert_eq!(page, 410);
    assert_eq!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().len(), 0);
    let unknown = stage.client.get(format!("{}/pay/cs_test_none", stage.sandbox.url())).send().await.unwrap();
    assert_eq!(unknown.status().as_u16(), 404);
    assert!(unknown.text().await.unwrap().contains("There is no such checkout."));
}

impl Stage {
    /// Posts a card to a session whose page has no form any more; returns the status.
    async fn pay_new_into(&self, session: &serde_json::Value) -> u16 {
        let url = format!("{}/pay/{}", self.sandbox.url(), session["id"].as_str().unwrap());
        let form = card("4242424242424242");
        let form =
            form.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, *value));
        self.client.post(url).body(form.encode()).send().await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn a_restarted_sandbox_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let mut stage = Stage::with_state(Some(file.clone())).await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4242424242424242").await;
    stage.sandbox.stop().await;

    let mut stage = Stage::with_state(Some(file)).await;
    let list = stage.send(&Request::list_cards(&customer)).await.json();
    assert_eq!(list["data"][0]["card"]["last4"], "4242");
    let session = stage.session(&customer, CardSaving::Always).await;
    assert!(stage.open(&session).await.text.contains("Visa •••• 4242"));
}
