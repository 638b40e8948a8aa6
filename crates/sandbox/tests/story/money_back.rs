//! Refunds and disputes: what is given back, what comes back, what Stripe refuses, and what each does to the balance.

use std::sync::atomic::Ordering;

use sandbox::{Act, DisputeEnding};
use stripe::answer::{
    BalanceTransaction, Charge, Dispute, DisputeStatus, List, Payout, PayoutStatus, Refund, RefundStatus,
};
use stripe::request::lists::{BalanceFilter, Created, Page};
use stripe::request::money_back::{Paid, RefundParams, RefundReason};
use stripe::{IdempotencyKey, Request};

use crate::stage::{Answer, Stage};

/// Longer than what happens by itself takes, in milliseconds.
const LATER_MS: i64 = 3_000;

async fn refund(stage: &Stage, intent: &str, amount: Option<i64>, key: IdempotencyKey) -> Answer {
    let params = RefundParams {
        paid: Paid::PaymentIntent(intent),
        amount,
        reason: Some(RefundReason::RequestedByCustomer),
        metadata: &[("refund", "r-1")],
    };
    stage.send(&params.request(key)).await
}

async fn refunded(stage: &Stage, intent: &str, amount: Option<i64>) -> Refund {
    let answer = refund(stage, intent, amount, stage.key()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

async fn charge(stage: &Stage) -> Charge {
    serde_json::from_value(stage.charge().await).unwrap()
}

/// The balance: what all movements come to.
async fn balance(stage: &Stage) -> i64 {
    let request = Request::list_balance_transactions(BalanceFilter::default(), Page::default());
    let list: List<BalanceTransaction> = serde_json::from_str(&stage.send(&request).await.text).unwrap();
    list.data.iter().map(|transaction| transaction.net).sum()
}

#[tokio::test]
async fn a_payment_is_given_back_in_steps_and_not_further() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4242424242424242").await;
    assert_eq!(balance(&stage).await, 941, "$10.00 less 2.9 % and 30 cents");
    let known = stage.event_types().await.len();

    let first = refunded(&stage, &intent, Some(300)).await;
    assert_eq!(
        (first.amount, first.status.clone(), first.currency.as_str()),
        (300, Some(RefundStatus::Succeeded), "usd")
    );
    assert_eq!(first.payment_intent.as_ref().map(|intent| intent.id()), Some(intent.as_str()));
    assert_eq!(
        (first.reason.as_deref(), first.metadata["refund"].as_str()),
        (Some("requested_by_customer"), "r-1")
    );
    assert_eq!((charge(&stage).await.amount_refunded, charge(&stage).await.refunded), (300, false));
    assert_eq!(stage.event_types_after(known).await, ["refund.created", "charge.refunded"]);

    let over = refund(&stage, &intent, Some(701), stage.key()).await;
    assert_eq!((over.status, over.json()["error"]["param"].as_str()), (400, Some("amount")));
    let sentence = "Refund amount ($7.01) is greater than unrefunded amount on charge ($7.00)";
    assert_eq!(over.json()["error"]["message"], sentence);

    let rest = refunded(&stage, &intent, None).await;
    assert_eq!(rest.amount, 700);
    assert_eq!((charge(&stage).await.amount_refunded, charge(&stage).await.refunded), (1_000, true));
    assert_eq!(balance(&stage).await, -59, "Stripe keeps its fee");
    let event = stage.get("/v1/events?type=charge.refunded&limit=1").await.json();
    assert_eq!(event["data"][0]["data"]["object"]["amount_refunded"], 1_000, "the sum of all refunds");

    for amount in [None, Some(1)] {
        let again = refund(&stage, &intent, amount, stage.key()).await;
        assert_eq!(
            (again.status, again.json()["error"]["code"].as_str()),
            (400, Some("charge_already_refunded"))
        );
    }
    let listed =
        Request::list_refunds(Some(Paid::PaymentIntent(&intent)), Created::default(), Page::default());
    let listed: List<Refund> = serde_json::from_str(&stage.send(&listed).await.text).unwrap();
    assert_eq!(listed.data.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [700, 300]);
    let one: Refund =
        serde_json::from_str(&stage.send(&Request::retrieve_refund(&first.id)).await.text).unwrap();
    assert_eq!(one, first);
    assert_eq!(stage.event_types_after(known).await.len(), 4, "what is refused makes no events");
}

#[tokio::test]
async fn what_cannot_be_refunded_is_refused_by_name() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4242424242424242").await;
    let charge = stage.charge().await["id"].as_str().unwrap().to_owned();
    let key = stage.key();
    let both = refund(&stage, &intent, Some(100), key.clone()).await;
    assert_eq!(
        refund(&stage, &intent, Some(100), key.clone()).await.json(),
        both.json(),
        "once under one key"
    );
    assert_eq!(refund(&stage, &intent, Some(200), key).await.json()["error"]["type"], "idempotency_error");
    for (body, code, param) in [
        (format!("payment_intent={intent}&charge={charge}"), None, None),
        (String::new(), None, None),
        ("payment_intent=pi_none".to_owned(), Some("resource_missing"), Some("payment_intent")),
        ("charge=ch_none".to_owned(), Some("resource_missing"), Some("charge")),
        (format!("charge={charge}&amount=0"), Some("parameter_invalid_integer"), Some("amount")),
        (format!("charge={charge}&amount=-5"), Some("parameter_invalid_integer"), Some("amount")),
        (format!("charge={charge}&amount=ten"), Some("parameter_invalid_integer"), Some("amount")),
        (format!("charge={charge}&reason=regret"), None, Some("reason")),
    ] {
        let answer = stage.post("/v1/refunds", &body).await;
        assert_eq!(answer.status, 400, "{body}");
        let error = &answer.json()["error"];
        assert_eq!((error["code"].as_str(), error["param"].as_str()), (code, param), "{body}: {error}");
    }
    let customer = stage.customer().await;
    let session = stage.session(&customer, stripe::checkout::CardSaving::Ask).await;
    stage.pay_new(&session, "4000000000000002").await;
    let declined = stage.charge().await;
    let of_declined = format!("payment_intent={}", declined["payment_intent"].as_str().unwrap());
    let answer = stage.post("/v1/refunds", &of_declined).await;
    assert_eq!((answer.status, answer.json()["error"]["param"].as_str()), (400, Some("payment_intent")));
    assert_eq!(stage.get("/v1/refunds").await.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refund_comes_back_and_the_payment_is_whole_again() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4000000000005126").await;
    let made = refunded(&stage, &intent, Some(400)).await;
    assert_eq!(made.status, Some(RefundStatus::Succeeded));
    assert_eq!((balance(&stage).await, charge(&stage).await.amount_refunded), (541, 400));
    let known = stage.event_types().await.len();
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let failed: Refund =
        serde_json::from_str(&stage.send(&Request::retrieve_refund(&made.id)).await.text).unwrap();
    assert_eq!(failed.status, Some(RefundStatus::Failed));
    assert_eq!(failed.failure_reason.as_deref(), Some("expired_or_canceled_card"));
    assert_eq!((balance(&stage).await, charge(&stage).await.amount_refunded), (941, 0));
    assert_eq!(
        stage.event_types_after(known).await,
        ["refund.failed", "refund.updated", "charge.refund.updated"]
    );
    assert_eq!(refunded(&stage, &intent, None).await.amount, 1_000, "all of it can be refunded again");
}

#[tokio::test]
async fn a_refund_on_its_way_arrives() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4000000000007726").await;
    stage.sandbox.faults().change(|faults| faults.later_on_demand = true);
    let made = refunded(&stage, &intent, None).await;
    assert_eq!((made.status, charge(&stage).await.refunded), (Some(RefundStatus::Pending), true));
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let path = format!("/v1/refunds/{}", made.id);
    assert_eq!(stage.get(&path).await.json()["status"], "pending", "only when asked for");
    let known = stage.event_types().await.len();
    stage.sandbox.faults().change(|faults| faults.later_on_demand = false);
    assert_eq!(stage.get(&path).await.json()["status"], "succeeded");
    assert_eq!(stage.event_types_after(known).await, ["refund.updated", "charge.refund.updated"]);
}

#[tokio::test]
async fn a_dispute_takes_the_money_and_gives_it_back_when_it_is_won() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4000000000000259").await;
    let known = stage.event_types().await.len();
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let listed =
        Request::list_disputes(Some(Paid::PaymentIntent(&intent)), Created::default(), Page::default());
    let listed: List<Dispute> = serde_json::from_str(&stage.send(&listed).await.text).unwrap();
    let dispute = &listed.data[0];
    assert_eq!(
        (dispute.status.clone(), dispute.reason.as_str()),
        (DisputeStatus::NeedsResponse, "fraudulent")
    );
    assert_eq!((dispute.amount, dispute.withdrawn()), (1_000, 1_000));
    assert!(charge(&stage).await.disputed);
    assert_eq!(balance(&stage).await, 941 - 1_000 - 1_500);
    assert_eq!(
        stage.event_types_after(known).await,
        ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    );
    let refused = refund(&stage, &intent, None, stage.key()).await;
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (400, Some("charge_disputed")));

    let known = stage.event_types().await.len();
    let path = format!("/v1/disputes/{}", dispute.id);
    let body = "evidence[uncategorized_text]=winning_evidence&submit=true";
    let won: Dispute = serde_json::from_str(&stage.post(&path, body).await.text).unwrap();
    assert_eq!((won.status.clone(), won.withdrawn()), (DisputeStatus::Won, 0));
    assert_eq!(balance(&stage).await, 941 - 1_500, "the bank keeps its fee");
    assert_eq!(
        stage.event_types_after(known).await,
        ["charge.dispute.updated", "charge.dispute.funds_reinstated", "charge.dispute.closed"]
    );
    assert_eq!(stage.post(&path, body).await.status, 400, "over is over");
    assert_eq!(refunded(&stage, &intent, None).await.amount, 1_000);
}

#[tokio::test]
async fn a_dispute_that_the_seller_gives_up_is_lost() {
    let mut stage = Stage::new().await;
    stage.paid("4000000000002685").await;
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let dispute = stage.get("/v1/disputes").await.json()["data"][0].clone();
    assert_eq!(dispute["reason"], "product_not_received");
    let known = stage.event_types().await.len();
    let path = format!("/v1/disputes/{}/close", dispute["id"].as_str().unwrap());
    assert_eq!(stage.post(&path, "").await.json()["status"], "lost");
    assert_eq!(stage.event_types_after(known).await, ["charge.dispute.closed"]);
    assert_eq!(stage.post(&path, "").await.status, 400);
}

#[tokio::test]
async fn an_inquiry_takes_nothing_until_it_becomes_a_dispute() {
    let mut stage = Stage::new().await;
    let intent = stage.paid("4000000000001976").await;
    let known = stage.event_types().await.len();
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let dispute = stage.get("/v1/disputes").await.json()["data"][0].clone();
    assert_eq!((dispute["status"].as_str(), balance(&stage).await), (Some("warning_needs_response"), 941));
    assert_eq!(stage.event_types_after(known).await, ["charge.dispute.created"]);
    assert_eq!(refunded(&stage, &intent, Some(100)).await.amount, 100, "an inquiry can be refunded");

    let known = stage.event_types().await.len();
    let path = format!("/v1/disputes/{}", dispute["id"].as_str().unwrap());
    let escalated = stage.post(&path, "evidence[uncategorized_text]=losing_evidence").await.json();
    assert_eq!(escalated["status"], "needs_response");
    assert_eq!(
        stage.event_types_after(known).await,
        ["charge.dispute.updated", "charge.dispute.updated", "charge.dispute.funds_withdrawn"]
    );
}

#[tokio::test]
async fn an_inquiry_that_is_answered_is_closed() {
    let mut stage = Stage::new().await;
    stage.paid("4000000000001976").await;
    stage.shift_ms.fetch_add(LATER_MS, Ordering::SeqCst);
    let dispute = stage.get("/v1/disputes").await.json()["data"][0].clone();
    let path = format!("/v1/disputes/{}", dispute["id"].as_str().unwrap());
    let closed = stage.post(&path, "evidence[uncategorized_text]=winning_evidence").await.json();
    assert_eq!((closed["status"].as_str(), balance(&stage).await), (Some("warning_closed"), 941));
}

#[tokio::test]
async fn what_banks_and_payers_do_is_done_on_demand() {
    let mut stage = Stage::new().await;
    stage.sandbox.faults().change(|faults| faults.later_on_demand = true);
    let payment = stage.paid("4242424242424242").await;
    let inquired = stage.paid("4000000000001976").await;
    let act = async |act: Act| stage.sandbox.act(act).await;
    let id = |object: &serde_json::Value| object["id"].as_str().unwrap().to_owned();

    let refund = id(&act(Act::Refund { payment: payment.clone(), amount: Some(250) }).await.unwrap());
    let failed = act(Act::RefundFails { refund: refund.clone() }).await.unwrap();
    assert_eq!(
        (failed["status"].as_str(), failed["failure_reason"].as_str()),
        (Some("failed"), Some("expired_or_canceled_card"))
    );
    assert_eq!(act(Act::RefundFails { refund: refund.clone() }).await.unwrap(), failed, "once");
    assert_eq!(act(Act::RefundArrives { refund }).await.unwrap(), failed, "too late");
    assert_eq!(balance(&stage).await, 2 * 941);

    let dispute = id(&act(Act::Inquire { payment: payment.clone() }).await.unwrap());
    let lost = Act::Close { dispute: dispute.clone(), ending: DisputeEnding::Lost };
    assert_eq!(act(lost.clone()).await.unwrap_err().status, 400, "an inquiry is neither won nor lost");
    act(Act::Escalate { dispute: dispute.clone() }).await.unwrap();
    assert_eq!(balance(&stage).await, 2 * 941 - 2_500);
    act(Act::Review { dispute: dispute.clone() }).await.unwrap();
    let won = Act::Close { dispute, ending: DisputeEnding::Won };
    assert_eq!(act(won).await.unwrap()["status"], "won");
    assert_eq!(act(lost).await.unwrap_err().status, 400);
    assert_eq!(
        act(Act::Dispute { payment, amount: None }).await.unwrap_err().status,
        400,
        "once for a charge"
    );

    assert_eq!(act(Act::Later).await.unwrap()["happened"], 1);
    let dispute = id(&stage.get("/v1/disputes?limit=1").await.json()["data"][0]);
    let prevented = Act::Close { dispute, ending: DisputeEnding::Prevented };
    assert_eq!(act(prevented).await.unwrap()["status"], "prevented");
    assert_eq!(act(Act::Refund { payment: inquired, amount: Some(1_001) }).await.unwrap_err().status, 400);
    assert_eq!(act(Act::Refund { payment: "pi_none".into(), amount: None }).await.unwrap_err().status, 404);
    assert_eq!(act(Act::Dispute { payment: "pi_none".into(), amount: None }).await.unwrap_err().status, 404);
}

#[tokio::test]
async fn a_payout_holds_what_was_not_paid_out_before() {
    let mut stage = Stage::new().await;
    let payment = stage.paid("4242424242424242").await;
    let pay_out = || Act::PayOut { currency: "usd".into() };
    let known = stage.event_types().await.len();
    let payout = stage.sandbox.act(pay_out()).await.unwrap();
    assert_eq!(
        stage.event_types_after(known).await,
        ["payout.created", "payout.paid", "payout.reconciliation_completed"]
    );
    let read: Payout = serde_json::from_str(
        &stage.send(&Request::retrieve_payout(payout["id"].as_str().unwrap())).await.text,
    )
    .unwrap();
    assert_eq!((read.amount, read.status, read.automatic), (941, PayoutStatus::Paid, true));
    assert_eq!(balance(&stage).await, 0);
    assert_eq!(stage.sandbox.act(pay_out()).await.unwrap_err().status, 400, "nothing is left");

    refunded(&stage, &payment, Some(100)).await;
    stage.paid("5555555555554444").await;
    let second = stage.sandbox.act(pay_out()).await.unwrap();
    assert_eq!(second["amount"], 841);
    for (payout, expected) in [
        (&payout, &[("payout", -941), ("charge", 941)][..]),
        (&second, &[("payout", -841), ("charge", 941), ("refund", -100)]),
    ] {
        let filter = BalanceFilter { payout: payout["id"].as_str(), ..BalanceFilter::default() };
        let answer = stage.send(&Request::list_balance_transactions(filter, Page::default())).await;
        let list: List<BalanceTransaction> = serde_json::from_str(&answer.text).unwrap();
        let told: Vec<_> = list.data.iter().map(|item| (item.kind.as_str(), item.net)).collect();
        assert_eq!(told, expected);
    }
    let listed = stage.send(&Request::list_payouts(Created::default(), Page::default())).await;
    let listed: List<Payout> = serde_json::from_str(&listed.text).unwrap();
    assert_eq!(listed.data.iter().map(|payout| payout.amount).collect::<Vec<_>>(), [841, 941]);
    let none = stage.send(&Request::list_payouts(Created::since(stage.now() + 9), Page::default())).await;
    assert!(none.json()["data"].as_array().unwrap().is_empty());
}
