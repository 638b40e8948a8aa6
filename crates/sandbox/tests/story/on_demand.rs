//! The page of payments and what its buttons do, by form and by JSON; the faults of calls and the order of webhooks.

use sandbox::{FaultSettings, OffSessionDecline};
use serde_json::{Value, json};
use stripe::checkout::CardSaving;
use stripe::minor_units::Currency;

use crate::stage::{By, KEY, Stage};

async fn done(stage: &Stage, path: &str, fields: Value) -> Value {
    let answer = stage.on_demand(path, &fields, By::Json).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_checkout_asks_for_another_currency_until_somebody_has_tried_to_pay() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let path = format!("/checkouts/{}/currency", session["id"].as_str().unwrap());
    let page = stage.get("/payments").await.text;
    assert!(page.contains(">Ask for brl</button>") && !page.contains(">Ask for usd</button>"), "{page}");
    let id = session["id"].as_str().unwrap();
    let checkout = stage.get(&format!("/pay/{id}")).await.text;
    assert!(checkout.contains("href=\"/payments#open\""), "it is found from the page itself: {checkout}");
    let list = stage.get("/payments").await.text;
    let open = list.split("id=\"open\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    assert!(
        open.contains(id) && open.contains("Another currency:") && open.contains(">Ask for brl"),
        "{open}"
    );
    for (currency, status) in [("gbp", 422), ("usd", 400)] {
        let refused = stage.on_demand(&path, &json!({ "currency": currency }), By::Json).await;
        assert_eq!(refused.status, status, "{currency}: {}", refused.text);
    }
    let converted = done(&stage, &path, json!({ "currency": "brl" })).await;
    assert_eq!((&converted["currency"], &converted["amount_total"]), (&json!("brl"), &json!(5_000)));
    let from = &converted["currency_conversion"];
    assert_eq!((&from["source_currency"], &from["amount_total"]), (&json!("usd"), &json!(1_000)));
    assert_eq!(from["fx_rate"], "5.0000");
    let checkout = stage.open(&session).await.text;
    assert!(checkout.contains("Pay R$ 50.00") && !checkout.contains("$10.00"), "{checkout}");
    assert_eq!(done(&stage, &path, json!({ "currency": "eur" })).await["amount_total"], 926);
    stage.pay_new(&session, "4000000000000002").await;
    let kept = stage.on_demand(&path, &json!({ "currency": "usd" }), By::Json).await;
    assert_eq!(kept.status, 400, "{}", kept.text);
    assert!(!stage.get("/payments").await.text.contains(">Ask for"), "its currency stays");
}

#[tokio::test]
async fn of_a_deleted_customer_nothing_but_the_name_is_left() {
    let mut stage = Stage::new().await;
    let payment = stage.paid("4242424242424242").await;
    let charge = stage.charge().await;
    let customer = charge["customer"].as_str().unwrap().to_owned();
    assert!(stage.get("/payments").await.text.contains(">Delete</button>"));
    let pressed = stage.on_demand(&format!("/customers/{customer}/deletion"), &json!({}), By::Form).await;
    assert_eq!(pressed.status, 303);
    let left = json!({ "id": customer, "object": "customer", "deleted": true });
    assert_eq!(stage.get(&format!("/v1/customers/{customer}")).await.json(), left);
    assert_eq!(stage.get("/v1/customers").await.json()["data"], json!([]));
    let cards = stage.get(&format!("/v1/payment_methods?customer={customer}")).await;
    assert_eq!((cards.status, &cards.json()["error"]["code"]), (400, &json!("resource_missing")));
    let again = stage.on_demand(&format!("/customers/{customer}/deletion"), &json!({}), By::Json).await;
    assert_eq!(again.status, 404, "{}", again.text);
    let paid = stage.get(&format!("/v1/payment_intents/{payment}")).await.json();
    assert_eq!((&paid["customer"], &paid["status"]), (&json!(customer), &json!("succeeded")));
}

#[tokio::test]
async fn a_payout_that_does_not_arrive_is_in_the_balance_again() {
    let mut stage = Stage::new().await;
    stage.paid("4242424242424242").await;
    let payout = done(&stage, "/payouts", json!({ "currency": "usd" })).await;
    let path = format!("/payouts/{}/failure", payout["id"].as_str().unwrap());
    let failed = done(&stage, &path, json!({})).await;
    assert_eq!((&failed["status"], &failed["amount"]), (&json!("failed"), &payout["amount"]));
    assert_eq!(stage.on_demand(&path, &json!({}), By::Json).await.status, 400, "it fails once");
    let back = stage.get("/v1/balance_transactions?type=payout_failure").await.json();
    assert_eq!(back["data"][0]["amount"], payout["amount"]);
    let second = done(&stage, "/payouts", json!({ "currency": "usd" })).await;
    assert_eq!(second["amount"], payout["amount"]);
}

#[tokio::test]
async fn each_button_does_what_it_says() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.later_on_demand = true);
    let payment = stage.paid("4242424242424242").await;
    let page = stage.get("/payments").await;
    assert_eq!(page.status, 200);
    for text in [
        "<h1>Sandbox payments</h1>",
        ">Refund</button>",
        ">Refund, later fails</button>",
        ">Open dispute</button>",
        ">Inquiry</button>",
        ">Pay out USD</button>",
        ">Set faults</button>",
        "Visa •••• 4242",
        &payment,
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));

    let path = format!("/payments/{payment}/refunds");
    let pressed = stage.on_demand(&path, &json!({ "decimal": "2.50" }), By::Form).await;
    assert_eq!((pressed.status, pressed.header("location")), (303, Some("/payments")));
    assert_eq!(stage.charge().await["amount_refunded"], 250);
    let coming_back = done(&stage, &path, json!({ "amount": 100, "outcome": "sent_back_later" })).await;
    assert_eq!(coming_back["status"], "succeeded");
    assert_eq!(done(&stage, "/later", json!({})).await["happened"], 1);
    assert_eq!(stage.charge().await["amount_refunded"], 250);
    let shown = stage.get("/payments").await.text;
    assert!(shown.contains("refund failed") && shown.contains("refund succeeded"), "{shown}");

    let over = stage.on_demand(&path, &json!({ "decimal": "7.51" }), By::Form).await;
    assert_eq!(over.status, 400);
    let sentence = "<p role=\"alert\" class=\"list\">Refund amount ($7.51) is greater than unrefunded amount on charge ($7.50)</p>";
    assert!(over.text.contains(sentence), "{}", over.text);

    let dispute =
        done(&stage, &format!("/payments/{payment}/disputes"), json!({ "opening": "inquiry" })).await;
    let dispute = format!("/disputes/{}", dispute["id"].as_str().unwrap());
    done(&stage, &format!("{dispute}/escalation"), json!({})).await;
    done(&stage, &format!("{dispute}/review"), json!({})).await;
    for button in [">Win</button>", ">Lose</button>"] {
        assert!(stage.get("/payments").await.text.contains(button), "{button}");
    }
    let won = stage.on_demand(&format!("{dispute}/closing"), &json!({ "ending": "won" }), By::Form).await;
    assert_eq!(won.status, 303);
    assert_eq!(stage.get("/v1/disputes").await.json()["data"][0]["status"], "won");

    let listed: Value = stage
        .client
        .get(format!("{}/payments", stage.sandbox.url()))
        .header("accept", "application/json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let first = &listed["data"][0];
    assert_eq!(first["payment_intent"]["id"], payment.as_str());
    assert_eq!(
        (first["refunds"].as_array().unwrap().len(), first["disputes"].as_array().unwrap().len()),
        (2, 1)
    );

    let second = stage.paid("5555555555554444").await;
    let path = format!("/payments/{second}/disputes");
    let lost = done(&stage, &path, json!({ "opening": "dispute", "amount": 400 })).await;
    assert_eq!(lost["amount"], 400);
    let closing = format!("/disputes/{}/closing", lost["id"].as_str().unwrap());
    assert_eq!(done(&stage, &closing, json!({ "ending": "lost" })).await["status"], "lost");
    stage.sandbox.act(sandbox::Act::Refund { payment, amount: None }).await.unwrap();
    let nothing = stage.on_demand("/payouts", &json!({ "currency": "usd" }), By::Json).await;
    assert_eq!(nothing.status, 400, "disputes cost more than was sold: {}", nothing.text);
    for _ in 0..4 {
        stage.paid("4000000000000077").await;
    }
    assert_eq!(done(&stage, "/payouts", json!({ "currency": "usd" })).await["status"], "paid");
}

#[tokio::test]
async fn awaited_money_and_refunds_are_settled_by_buttons() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.later_on_demand = true);
    let customer = stage.customer().await;
    let session = stage.session_in(&customer, CardSaving::Always, Currency::Brl).await;
    let page = stage.open(&session).await;
    stage.press(&session, &page, &[("payment_method", "pix")], "").await;
    let payment = stage.intent_of(&session).await["id"].as_str().unwrap().to_owned();
    assert!(stage.get("/payments").await.text.contains(">Async success</button>"));
    let path = format!("/payments/{payment}/settlement");
    assert_eq!(done(&stage, &path, json!({ "outcome": "succeeded" })).await["status"], "succeeded");
    assert!(!stage.get("/payments").await.text.contains(">Async success</button>"));
    assert_eq!(stage.on_demand(&path, &json!({ "outcome": "failed" }), By::Form).await.status, 400);

    let payment = stage.paid("4000000000007726").await;
    let refund = done(&stage, &format!("/payments/{payment}/refunds"), json!({})).await;
    assert_eq!((refund["status"].as_str(), refund["amount"].as_i64()), (Some("pending"), Some(1_000)));
    let path = format!("/refunds/{}/outcome", refund["id"].as_str().unwrap());
    assert_eq!(done(&stage, &path, json!({ "outcome": "succeeded" })).await["status"], "succeeded");
    assert_eq!(done(&stage, &path, json!({ "outcome": "failed" })).await["status"], "failed");
}

#[tokio::test]
async fn an_open_payment_page_expires_by_a_button_once() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let path = format!("/checkouts/{}/expiry", session["id"].as_str().unwrap());
    assert!(stage.get("/payments").await.text.contains(&format!("action=\"{path}\"")));
    let known = stage.event_types().await.len();
    assert_eq!(done(&stage, &path, json!({})).await["status"], "expired");
    assert_eq!(stage.event_types_after(known).await, ["checkout.session.expired"]);
    assert!(!stage.get("/payments").await.text.contains(&path));
    assert_eq!(stage.on_demand(&path, &json!({}), By::Form).await.status, 400);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut stage = Stage::new().await;
    let payment = stage.paid("4242424242424242").await;
    let events = stage.event_types().await;
    let refunds = format!("/payments/{payment}/refunds");
    for (path, fields, status) in [
        (refunds.as_str(), json!({ "decimal": "five" }), 422),
        (&refunds, json!({ "decimal": "1.005" }), 422),
        (&refunds, json!({ "amount": "1.5" }), 422),
        (&refunds, json!({ "outcome": "perhaps" }), 422),
        (&refunds, json!({ "decimal": "0" }), 400),
        ("/payments/pi_none/refunds", json!({}), 404),
        ("/payments/pi_none/disputes", json!({}), 404),
        (&format!("/payments/{payment}/disputes"), json!({ "opening": "quarrel" }), 422),
        (&format!("/payments/{payment}/settlement"), json!({ "outcome": "succeeded" }), 400),
        (&format!("/payments/{payment}/settlement"), json!({}), 422),
        ("/refunds/re_none/outcome", json!({ "outcome": "failed" }), 404),
        ("/disputes/du_none/closing", json!({ "ending": "won" }), 404),
        ("/disputes/du_none/closing", json!({ "ending": "drawn" }), 422),
        ("/disputes/du_none/review", json!({}), 404),
        ("/disputes/du_none/escalation", json!({}), 404),
        ("/checkouts/cs_none/expiry", json!({}), 404),
        ("/payouts", json!({ "currency": "eur" }), 422),
        ("/faults", json!({ "gravity": "off" }), 422),
        ("/faults", json!({ "webhook_drop_next": "-1" }), 422),
    ] {
        for by in [By::Json, By::Form] {
            let answer = stage.on_demand(path, &fields, by).await;
            assert_eq!(answer.status, status, "{path} {fields} {by:?}: {}", answer.text);
            if by == By::Json {
                assert!(!answer.json()["error"]["message"].as_str().unwrap().is_empty());
            }
        }
    }
    let broken = stage.client.post(format!("{}/faults", stage.sandbox.url()));
    let broken = broken.header("content-type", "application/json").body("[1").send().await.unwrap();
    assert_eq!(broken.status().as_u16(), 422);
    assert_eq!(stage.event_types().await, events);
    assert_eq!(stage.sandbox.faults().settings(), FaultSettings::default());
}

#[tokio::test]
async fn faults_are_switched_by_page_and_by_json() {
    let stage = Stage::new().await;
    let form = json!({ "webhook_reorder": "on", "calls_fail_next": "2", "answers_lost_next": "", "off_session_decline": "lost_card" });
    assert_eq!(stage.on_demand("/faults", &form, By::Form).await.status, 303);
    let lost = Some(OffSessionDecline::LostCard);
    let expected = FaultSettings {
        webhook_reorder: true,
        calls_fail_next: 2,
        off_session_decline: lost,
        ..FaultSettings::default()
    };
    assert_eq!(stage.sandbox.faults().settings(), expected);
    let page = stage.get("/payments").await.text;
    assert!(page.contains("name=\"webhook_reorder\" checked"), "{page}");
    assert!(page.contains("<option value=\"lost_card\" selected>"), "{page}");

    let json = json!({ "webhook_delay_ms": 50, "calls_fail_next": 0, "off_session_decline": null });
    let told = done(&stage, "/faults", json).await;
    let expected = FaultSettings { webhook_reorder: true, webhook_delay_ms: 50, ..FaultSettings::default() };
    assert_eq!(stage.sandbox.faults().settings(), expected, "what is not named stays");
    assert_eq!(stage.get("/faults").await.json(), told);
    assert_eq!(stage.on_demand("/faults", &json!({}), By::Form).await.status, 303);
    assert_eq!(stage.sandbox.faults().settings(), FaultSettings::default(), "an empty form lifts all");
}

#[tokio::test]
async fn calls_fail_without_effect_and_answers_are_lost_after_it() {
    let stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.calls_fail_next = 1);
    let key = stage.key();
    let call =
        || stage.raw(reqwest::Method::POST, "/v1/customers", Some("name=Ana".into()), Some(key.as_str()));
    let failed = call().await;
    assert_eq!((failed.status, failed.json()["error"]["type"].as_str()), (500, Some("api_error")));
    assert!(stage.event_types().await.is_empty());

    stage.sandbox.faults().change(|faults| faults.answers_lost_next = 1);
    let lost = stage
        .client
        .post(format!("{}/v1/customers", stage.sandbox.url()))
        .bearer_auth(KEY)
        .header("idempotency-key", key.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .body("name=Ana")
        .send()
        .await;
    match lost {
        Err(_) => {}
        Ok(answer) => assert!(answer.text().await.is_err(), "nothing of the answer is heard"),
    }
    assert_eq!(stage.event_types().await, ["customer.created"], "it was done");
    let again = call().await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(stage.event_types().await, ["customer.created"], "once");
}

#[tokio::test]
async fn webhooks_overtake_each_other() {
    let mut stage = Stage::new().await;
    stage.paid("4242424242424242").await;
    stage.webhook_types(7).await;
    stage.sandbox.faults().change(|faults| {
        faults.webhook_hold = true;
        faults.webhook_reorder = true;
    });
    stage.paid("5555555555554444").await;
    let made = stage.event_types_after(7).await;
    stage.sandbox.faults().change(|faults| faults.webhook_hold = false);
    stage.shift_ms.fetch_add(1_000, std::sync::atomic::Ordering::SeqCst);
    let mut come = Vec::new();
    for _ in 0..made.len() {
        come.push(stage.webhook().await["type"].as_str().unwrap().to_owned());
    }
    come.reverse();
    assert_eq!(come, made, "the newest came first");
}
