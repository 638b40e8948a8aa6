//! 3-D Secure on the hosted page: passed, failed, abandoned, passed and then declined.

use serde_json::Value;
use stripe::checkout::CardSaving;

use crate::stage::{Answer, Stage, card};

/// Opens a session, fills the card in, and comes to the bank's question.
async fn asked(stage: &mut Stage, number: &str) -> (Value, Answer) {
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let answer = stage.pay_new(&session, number).await;
    let path = format!("/pay/{}/authentication", session["id"].as_str().unwrap());
    assert_eq!((answer.status, answer.header("location")), (303, Some(path.as_str())));
    let page = stage.get(&path).await;
    assert_eq!(page.status, 200);
    for text in ["<h1>3-D Secure</h1>", ">Complete authentication</button>", ">Fail authentication</button>"]
    {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    (session, page)
}

async fn answer(stage: &Stage, session: &Value, outcome: &str) -> Answer {
    stage.press_plain(session, &[("outcome", outcome)], "/authentication").await
}

#[tokio::test]
async fn who_proves_that_it_is_him_pays() {
    for number in ["4000002760003184", "4000002500003155", "4000000000003220", "4000003800000446"] {
        let mut stage = Stage::new().await;
        let (session, _) = asked(&mut stage, number).await;
        let intent = stage.intent_of(&session).await;
        assert_eq!(
            (intent["status"].as_str(), intent["next_action"].is_object()),
            (Some("requires_action"), true)
        );
        assert!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().is_empty());
        let known = stage.event_types().await.len();
        let paid = answer(&stage, &session, "complete").await;
        assert!(paid.header("location").unwrap().starts_with("https://shop.example/back"), "{number}");
        assert_eq!(
            stage.event_types_after(known).await,
            [
                "payment_method.attached",
                "charge.succeeded",
                "payment_intent.succeeded",
                "checkout.session.completed",
                "charge.updated"
            ]
        );
        let charge = stage.charge().await;
        let secure = &charge["payment_method_details"]["card"]["three_d_secure"];
        assert_eq!(
            (charge["status"].as_str(), secure["result"].as_str()),
            (Some("succeeded"), Some("authenticated"))
        );
        assert!(stage.intent_of(&session).await["next_action"].is_null());
        assert_eq!(answer(&stage, &session, "fail").await.status, 303, "too late: it is paid");
        assert_eq!(stage.intent_of(&session).await["status"], "succeeded");
    }
}

#[tokio::test]
async fn who_fails_is_not_charged_and_may_try_again() {
    let mut stage = Stage::new().await;
    let (session, _) = asked(&mut stage, "4000002760003184").await;
    let known = stage.event_types().await.len();
    let failed = answer(&stage, &session, "fail").await;
    assert_eq!(failed.status, 402);
    let alert = "<p role=\"alert\">We are unable to authenticate your payment method.</p>";
    assert!(failed.text.contains(alert), "{}", failed.text);
    assert_eq!(stage.event_types_after(known).await, ["payment_intent.payment_failed"]);
    let intent = stage.intent_of(&session).await;
    assert_eq!(intent["status"], "requires_payment_method");
    let error = &intent["last_payment_error"];
    assert_eq!(error["code"], "payment_intent_authentication_failure");
    assert!(error["charge"].is_null());
    assert_eq!(error["payment_method"]["card"]["last4"], "3184");
    assert!(
        stage.get("/v1/charges").await.json()["data"].as_array().unwrap().is_empty(),
        "no charge was made"
    );

    let paid = stage.press(&session, &failed, &card("4242424242424242"), "").await;
    assert_eq!(paid.status, 303);
    assert_eq!(stage.intent_of(&session).await["status"], "succeeded");
}

#[tokio::test]
async fn who_goes_away_leaves_the_session_open() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    let secure = card("4000002760003184");
    let first = stage.press(&session, &page, &secure, "").await;
    let again = stage.press(&session, &page, &secure, "").await;
    assert_eq!(first.header("location"), again.header("location"), "pressed twice, asked once");
    let form = stage.open(&session).await;
    assert_eq!(form.status, 200, "going back shows the form");
    assert_eq!(stage.intent_of(&session).await["status"], "requires_action");
    let left = stage.press(&session, &form, &[], "/cancellation").await;
    assert_eq!(left.header("location"), Some("https://shop.example/recharge?left=1"));
    let paid = stage.press(&session, &form, &card("5555555555554444"), "").await;
    assert_eq!(paid.status, 303);
    let intent = stage.intent_of(&session).await;
    assert_eq!((intent["status"].as_str(), intent["next_action"].is_null()), (Some("succeeded"), true));
    assert_eq!(stage.get("/v1/charges").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_proves_that_it_is_him_may_still_be_declined() {
    let mut stage = Stage::new().await;
    let (session, _) = asked(&mut stage, "4000008400001629").await;
    let declined = answer(&stage, &session, "complete").await;
    assert_eq!(declined.status, 402);
    assert!(declined.text.contains("<p role=\"alert\">Your card was declined.</p>"));
    let charge = stage.charge().await;
    assert_eq!(
        (charge["status"].as_str(), charge["failure_code"].as_str()),
        (Some("failed"), Some("card_declined"))
    );
}

#[tokio::test]
async fn nobody_answers_what_was_not_asked() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let form = format!("/pay/{}", session["id"].as_str().unwrap());
    let shown = stage.get(&format!("{form}/authentication")).await;
    assert_eq!((shown.status, shown.header("location")), (303, Some(form.as_str())));
    for outcome in ["complete", "fail"] {
        let answered = answer(&stage, &session, outcome).await;
        assert_eq!((answered.status, answered.header("location")), (303, Some(form.as_str())));
    }
    assert_eq!(answer(&stage, &session, "perhaps").await.status, 422);
    assert_eq!(stage.event_types().await, ["customer.created"]);
}
