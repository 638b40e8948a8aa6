//! Stripe and the books are compared: what was lost on the way is healed, what moved at Stripe is booked, and the drift ends at zero, or
//! says why it does not.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, login};
use house::{House, STRIPE_KEY, place_of};
use money::Timestamp;
use saldo::audit::Author;
use saldo::clock;
use saldo::customers::CreatedCustomer;
use saldo::reconciliation::{self, CurrencyDrift, Found};
use sandbox::{Act, DisputeEnding};
use serde_json::{Value, json};
use store::tables::bank::FindingCode;
use store::tables::payments::PaymentStatus;
use store::tables::reconciliation::ReconciliationRun;

const VISA: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

/// Asks for a comparison and waits for its end.
async fn reconcile_since(house: &House, since: Option<Timestamp>) -> (ReconciliationRun, Found) {
    let app = &house.running.app;
    let ask = move |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), since, clock::now());
    let run_no = app.write(ask).await.expect("a run");
    app.reconciliation_news.notify_one();
    let is_done = |run: &Option<ReconciliationRun>| run.as_ref().is_some_and(|run| run.run_no == run_no);
    let run = house.until(|reader| reader.last_reconciliation(), is_done).await.expect("a run");
    let found = serde_json::from_str(run.result.as_deref().expect("a result")).expect("what it found");
    (run, found)
}

async fn reconcile(house: &House) -> (ReconciliationRun, Found) {
    reconcile_since(house, None).await
}

/// A comparison that finds nothing that differs; dollars.
async fn in_step(house: &House) -> CurrencyDrift {
    let (run, found) = reconcile(house).await;
    assert_eq!((run.drifting, found.differences.as_slice()), (0, [].as_slice()), "{found:?}");
    found.currencies.into_iter().find(|drift| drift.currency == "USD").expect("dollars")
}

async fn topup(house: &House, customer: &CreatedCustomer, amount: &str) -> Value {
    let wanted =
        json!({"customer": customer.customer.id.to_string(), "amount": {"amount": amount, "unit": "USD"}});
    house.post("/v1/topups", &wanted).await.expect(201)
}

/// Events made from now on are never sent.
fn lose_webhooks(house: &House) {
    house.sandbox.faults().change(|faults| faults.webhook_drop_next = u32::MAX);
}

/// The payment intent by which a customer paid last.
async fn paid(house: &House, customer: &CreatedCustomer) -> String {
    let id = customer.customer.id;
    let payments =
        house.running.app.read(move |reader| reader.payments_of(id, None, 1)).await.expect("payments");
    payments.rows.into_iter().next().expect("a payment").provider_payment
}

/// A sort of movement: what Stripe says, what the books have, in cents.
fn line(drift: &CurrencyDrift, sort: &str) -> (i64, i64) {
    let line = drift.lines.iter().find(|line| line.sort == sort).expect("a line");
    (reconciliation::cents_of(line.stripe), reconciliation::cents_of(line.books))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_webhook_never_came_is_credited_once_and_nothing_differs() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    lose_webhooks(&house);
    let wanted = topup(&house, &ana, "10.00").await;
    house.pay(&wanted, DECLINED).await;
    house.pay(&wanted, VISA).await;
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    let drift = in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    assert_eq!(line(&drift, "payment"), (1_000, 1_000));
    assert_eq!(line(&drift, "fee"), (-59, -59));
    assert_eq!((drift.at_stripe, drift.in_books), (9_410_000, 9_410_000));
    let customer = ana.customer.id;
    let attempts = house.running.app.read(move |reader| reader.payments_of(customer, None, 9)).await;
    let attempts: Vec<_> = attempts.expect("payments").rows.iter().map(|payment| payment.status).collect();
    assert_eq!(attempts, [PaymentStatus::Succeeded, PaymentStatus::Failed], "the lost decline is a row, too");
    let before = house.seen();
    in_step(&house).await;
    assert_eq!(house.seen(), before, "a second look moves nothing");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_disputes_and_payouts_that_nobody_told_of_are_followed() {
    let house = House::open().await;
    let (ana, bia) = (house.customer("ana").await, house.customer("bia").await);
    lose_webhooks(&house);
    for customer in [&ana, &bia] {
        house.pay(&topup(&house, customer, "20.00").await, VISA).await;
    }
    in_step(&house).await;
    let (of_ana, of_bia) = (paid(&house, &ana).await, paid(&house, &bia).await);
    let act = async |act| house.sandbox.act(act).await.expect("it fits");
    act(Act::Refund { payment: of_ana.clone(), amount: Some(500) }).await;
    let dispute = act(Act::Dispute { payment: of_bia, amount: None }).await;
    let drift = in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "40.00");
    assert_eq!(house.figures(bia.wallet).await[0], "25.00");
    assert_eq!(line(&drift, "refund"), (-500, -500));
    assert_eq!(line(&drift, "dispute"), (-2_000, -2_000));
    assert_eq!(line(&drift, "fee"), (-2 * 88 - 1_500, -2 * 88 - 1_500));
    // A refund comes back, a dispute is won, the rest goes to the bank.
    let refund = act(Act::Refund { payment: of_ana, amount: Some(300) }).await;
    in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "37.00");
    act(Act::RefundFails { refund: refund["id"].as_str().expect("an id").to_owned() }).await;
    let dispute = dispute["id"].as_str().expect("an id").to_owned();
    act(Act::Close { dispute, ending: DisputeEnding::Won }).await;
    act(Act::PayOut { currency: "usd".to_owned() }).await;
    let drift = in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "40.00");
    assert_eq!(house.figures(bia.wallet).await[0], "45.00");
    assert_eq!((drift.at_stripe, drift.in_books), (0, 0), "all of it was paid out");
    assert_eq!(line(&drift, "payout"), (-(4_000 - 500 - 176 - 1_500), -(4_000 - 500 - 176 - 1_500)));
    let before = house.seen();
    let (_, found) = reconcile_since(&house, Some(Timestamp::from_seconds(0))).await;
    assert_eq!((found.drifting(), found.differences), (0, Vec::new()), "all of it again");
    assert_eq!(house.seen(), before, "and nothing is booked twice");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_came_and_went_before_anybody_heard_of_it_is_no_difference() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.pay(&topup(&house, &ana, "20.00").await, VISA).await;
    in_step(&house).await;
    lose_webhooks(&house);
    let refund = Act::Refund { payment: paid(&house, &ana).await, amount: Some(399) };
    let refund = house.sandbox.act(refund).await.expect("it fits");
    let refund = refund["id"].as_str().expect("an id").to_owned();
    house.sandbox.act(Act::RefundFails { refund }).await.expect("it fits");
    let drift = in_step(&house).await;
    assert_eq!(line(&drift, "refund"), (0, 0));
    assert_eq!(house.figures(ana.wallet).await[0], "45.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_that_was_won_and_a_refund_after_it_are_followed_in_their_order() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.pay(&topup(&house, &ana, "20.00").await, VISA).await;
    in_step(&house).await;
    let payment = paid(&house, &ana).await;
    let opened = Act::Dispute { payment: payment.clone(), amount: None };
    let dispute = house.sandbox.act(opened).await.expect("it fits");
    in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    // Both are learnt at once: all of the payment is disputed in the books when the refund comes.
    lose_webhooks(&house);
    let dispute = dispute["id"].as_str().expect("an id").to_owned();
    house.sandbox.act(Act::Close { dispute, ending: DisputeEnding::Won }).await.expect("it fits");
    house.sandbox.act(Act::Refund { payment, amount: Some(300) }).await.expect("it fits");
    let drift = in_step(&house).await;
    assert_eq!((line(&drift, "refund"), line(&drift, "dispute")), ((-300, -300), (0, 0)));
    assert_eq!(house.figures(ana.wallet).await[0], "42.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inquiry_that_became_a_dispute_without_a_word_takes_its_credit() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.pay(&topup(&house, &ana, "20.00").await, VISA).await;
    in_step(&house).await;
    let asked = Act::Inquire { payment: paid(&house, &ana).await };
    let dispute = house.sandbox.act(asked).await.expect("it fits");
    let customer = ana.customer.id;
    let look = move |reader: &store::Reader<'_>| reader.payments_of(customer, None, 1);
    house.until(look, |page| page.rows.iter().all(|payment| payment.dispute_state.is_some())).await;
    lose_webhooks(&house);
    let dispute = dispute["id"].as_str().expect("an id").to_owned();
    house.sandbox.act(Act::Escalate { dispute }).await.expect("it fits");
    let drift = in_step(&house).await;
    assert_eq!(line(&drift, "dispute"), (-2_000, -2_000));
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_a_coupon_made_free_is_over_credits_nothing_and_is_told_once() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let wanted = topup(&house, &ana, "20.00").await;
    let session = wanted["checkout_url"].as_str().and_then(|url| url.rsplit('/').next()).expect("a session");
    house.sandbox.act(Act::MakeFree { session: session.to_owned() }).await.expect("it is open");
    let path = format!("/v1/topups/{}", wanted["id"].as_str().expect("an id"));
    let over = async { while house.get(&path).await.expect(200)["state"] == "open" {} };
    tokio::time::timeout(house::PATIENCE, over).await.expect("it is over within time");
    assert_eq!(house.get(&path).await.expect(200)["state"], "free");
    // The customer is told so, and staff come from the finding to the recharge.
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let result = browser.get(&format!("/topups/{}/result", wanted["id"].as_str().expect("an id"))).await.text;
    assert!(result.contains("A coupon took the whole amount") && result.contains("$25.00"), "{result}");
    reconcile(&house).await;
    // He is told by mail, too, once however often it is learnt.
    let mails = house.running.app.read(|reader| reader.mails(None, 20)).await.expect("mails").rows;
    let mails: Vec<_> = mails.into_iter().filter(|mail| mail.kind == "checkout_free").collect();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].recipient == "ana@example.com" && mails[0].body.contains("Nothing was paid"),
        "{mails:?}"
    );
    let (run, found) = reconcile_since(&house, Some(Timestamp::from_seconds(0))).await;
    assert_eq!((run.drifting, found.differences), (0, Vec::new()));
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    assert_eq!(findings.iter().map(|one| one.code).collect::<Vec<_>>(), [FindingCode::CardOtherAmount]);
    assert!(findings[0].detail.contains("nothing was paid"), "{}", findings[0].detail);
    house.close().await;
}

/// What stands on a page that this customer opens.
async fn page_of(house: &House, customer: &CreatedCustomer, path: &str) -> String {
    Browser::signed_in(house, customer).await.get(path).await.text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_in_another_currency_is_told_credits_nothing_and_is_settled_once_it_went_back() {
    let house = House::open().await;
    for (currency, shown, reserve) in [("brl", "R$50.00", 0), ("eur", "9.26\u{a0}EUR", 1)] {
        let ana = house.customer(currency).await;
        login(&house, &ana).await;
        let wanted = topup(&house, &ana, "10.00").await;
        let url = wanted["checkout_url"].as_str().expect("a page").to_owned();
        let session = url.rsplit('/').next().expect("a session").to_owned();
        house.sandbox.act(Act::Convert { session, currency: currency.to_owned() }).await.expect("it is open");
        house.pay(&wanted, VISA).await;
        let path = format!("/v1/topups/{}", wanted["id"].as_str().expect("an id"));
        let over = async { while house.get(&path).await.expect(200)["state"] == "open" {} };
        tokio::time::timeout(house::PATIENCE, over).await.expect("it is over within time");
        assert_eq!(house.get(&path).await.expect(200)["state"], "withheld");
        let result = format!("/topups/{}/result", wanted["id"].as_str().expect("an id"));
        let told = page_of(&house, &ana, &result).await;
        assert!(told.contains(&format!("Your payment of {shown} has come, but $10.00")), "{told}");
        let row = page_of(&house, &ana, "/recharge").await;
        for words in [shown, "</svg>Pending</span>", "not as it was asked for"] {
            assert!(row.contains(words), "{words}: {row}");
        }
        let findings = house.running.app.read(|reader| reader.findings(1)).await.expect("findings");
        assert!(findings[0].detail.contains("which asked for $10.00"), "{}", findings[0].detail);
        let (_, found) = reconcile(&house).await;
        let causes: Vec<_> = found.differences.iter().map(|one| one.cause.as_str()).collect();
        assert!(causes.contains(&"other_currency"), "{found:?}");
        let payment = paid(&house, &ana).await;
        house.sandbox.act(Act::Refund { payment, amount: None }).await.expect("it fits");
        let (run, found) = reconcile(&house).await;
        // Of a currency that no book has, Stripe's fee stays named.
        assert_eq!((run.drifting, found.differences.len()), (0, reserve), "{found:?}");
        let row = page_of(&house, &ana, "/recharge").await;
        assert!(row.contains("</svg>Refunded</span>"), "{row}");
        assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    }
    let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    assert_eq!(findings.len(), 2, "each is told once: {findings:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_was_deleted_at_stripe_keeps_what_he_paid_and_can_pay_again() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let id = ana.customer.id;
    let at_stripe = || async {
        let row = house.running.app.read(move |reader| reader.customer(id)).await.expect("a look");
        row.and_then(|row| row.stripe_customer_id).expect("a customer at Stripe")
    };
    house.pay(&topup(&house, &ana, "10.00").await, VISA).await;
    in_step(&house).await;
    assert!(page_of(&house, &ana, "/saved-cards").await.contains("4242"));
    let open = topup(&house, &ana, "20.00").await;
    let gone = at_stripe().await;
    house.sandbox.act(Act::DeleteCustomer { customer: gone.clone() }).await.expect("he is there");
    let again = house.sandbox.act(Act::DeleteCustomer { customer: gone.clone() }).await;
    assert_eq!(again.expect_err("he is not there any more").status, 404);
    let cards = page_of(&house, &ana, "/saved-cards").await;
    assert!(!cards.contains("4242") && cards.contains("No card saved yet"), "{cards}");
    // The page that was open is still his.
    house.pay(&open, VISA).await;
    in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "55.00");
    let anew = topup(&house, &ana, "5.00").await;
    assert_ne!(at_stripe().await, gone, "he is another one there");
    let told =
        move |reader: &store::Reader<'_>| reader.changes(&id.to_string(), "customer.deleted_at_stripe", 5);
    let told = house.running.app.read(told).await.expect("the log");
    assert_eq!(told.len(), 1, "told once: {told:?}");
    house.pay(&anew, VISA).await;
    // What he had paid under his old name is told once more.
    reconcile_since(&house, Some(Timestamp::from_seconds(0))).await;
    in_step(&house).await;
    assert_eq!(house.figures(ana.wallet).await[0], "60.00");
    assert!(page_of(&house, &ana, "/saved-cards").await.contains("4242"));
    let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    assert!(findings.is_empty(), "{findings:?}");
    house.close().await;
}

/// Posts to Stripe as another program would.
async fn stripe(house: &House, path: &str, fields: &[(&str, &str)]) -> Value {
    let form = fields.iter().fold(stripe::form::Form::new(), |form, (name, value)| form.with(*name, *value));
    let request = house.client.post(format!("{}{path}", house.sandbox.url())).bearer_auth(STRIPE_KEY);
    let request = request.header("idempotency-key", house::fresh_key());
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.encode());
    house.send(request).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_of_another_system_is_named_foreign_and_is_no_drift() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.pay(&topup(&house, &ana, "10.00").await, VISA).await;
    let other = stripe(&house, "/v1/customers", &[("name", "Somebody else's")]).await;
    house.pay_elsewhere(other["id"].as_str().expect("an id"), "7700", &[]).await;
    let drift = in_step(&house).await;
    assert_eq!((drift.foreign_count, reconciliation::cents_of(drift.foreign)), (1, 7_700 - 253));
    assert_eq!(line(&drift, "payment"), (1_000, 1_000));
    let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    assert!(findings.is_empty(), "{findings:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_asked_for_here_of_which_nothing_is_known_any_more_is_named_and_anothers_is_not() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    house.pay(&topup(&house, &ana, "10.00").await, VISA).await;
    in_step(&house).await;
    let own = house.sandbox.objects("payment_intent").await.expect("Stripe's own state");
    let books = own[0]["metadata"]["saldo_books"].as_str().expect("in whose books it is").to_owned();
    let other = stripe(&house, "/v1/customers", &[("name", "Nobody's")]).await;
    let other = other["id"].as_str().expect("an id");
    let gone =
        [("topup_id", "top_01h455vb4pex5vsknk084sn02q"), ("customer_id", "cus_01h455vb4pex5vsknk084sn02q")];
    // Neither top-up nor customer is here: as an older version asked for it, and as this one does.
    house.pay_elsewhere(other, "700", &gone).await;
    house.pay_elsewhere(other, "800", &[gone[0], gone[1], ("saldo_books", &books)]).await;
    // Another installation's on the same account, and two that only look as if: another system's.
    house.pay_elsewhere(other, "900", &[gone[0], gone[1], ("saldo_books", "0123456789abcdef")]).await;
    house.pay_elsewhere(other, "1100", &[("topup_id", "4711"), ("customer_id", "cus_shop_12")]).await;
    house.pay_elsewhere(other, "1200", &[gone[1]]).await;
    let (run, found) = reconcile(&house).await;
    let told: Vec<_> = found.differences.iter().map(|one| one.cause.as_str()).collect();
    assert_eq!((run.drifting, told), (1, vec!["unknown_topup"; 2]), "{found:?}");
    let drift = &found.currencies[0];
    assert_eq!((reconciliation::cents_of(drift.drift), drift.foreign_count), (700 - 50 + 800 - 53, 3));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_a_drift_with_its_cause_until_it_is_given_back() {
    let house = House::open().await;
    let (ana, bia) = (house.customer("ana").await, house.customer("bia").await);
    let (of_ana, of_bia) = (topup(&house, &ana, "10.00").await, topup(&house, &bia, "10.00").await);
    let of_ana = of_ana["id"].as_str().expect("an id");
    let (id, other) = (ana.customer.id, bia.customer.id);
    let read =
        house.running.app.read(move |reader| Ok((reader.customer(id)?, reader.customer(other)?))).await;
    let (row, other) = read.expect("customers");
    let at_stripe = |row: Option<store::tables::customers::Customer>| {
        row.and_then(|row| row.stripe_customer_id).expect("a customer at Stripe")
    };
    let (at_stripe, other) = (at_stripe(row), at_stripe(other));
    let customer = ana.customer.id.to_string();
    // Less than was asked, another customer than was asked, and a top-up that these books have not.
    house.pay_elsewhere(&at_stripe, "700", &[("topup_id", of_ana)]).await;
    house.pay_elsewhere(&at_stripe, "1000", &[("topup_id", of_bia["id"].as_str().expect("an id"))]).await;
    let lost = [("topup_id", "top_01h455vb4pex5vsknk084sn02q"), ("customer_id", customer.as_str())];
    house.pay_elsewhere(&other, "900", &lost).await;
    let (run, found) = reconcile(&house).await;
    let mut told: Vec<_> = found.differences.iter().map(|one| (one.cause.as_str(), one.amount)).collect();
    told.sort_unstable();
    // The fees of our two were booked; what is nobody's is not touched.
    let expected =
        [("other_amount", 7_000_000), ("other_customer", 10_000_000), ("unknown_topup", 8_440_000)];
    assert_eq!((run.drifting, told.as_slice()), (1, expected.as_slice()), "{found:?}");
    assert_eq!(found.currencies[0].drift, 25_440_000);
    let findings = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&FindingCode::CardOtherAmount), "{codes:?}");
    assert!(codes.contains(&FindingCode::CardOtherCustomer), "{codes:?}");
    reconcile(&house).await;
    let again = house.running.app.read(|reader| reader.findings(9)).await.expect("findings");
    assert_eq!(again.len(), findings.len(), "each is told once");
    let payment = paid(&house, &ana).await;
    house.sandbox.act(Act::Refund { payment, amount: None }).await.expect("it fits");
    let (_, found) = reconcile(&house).await;
    assert!(!found.differences.iter().any(|one| one.cause == "other_amount"), "{found:?}");
    assert_eq!(found.currencies[0].drift, 18_440_000);
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_stripe_is_away_a_run_waits_and_says_since_when() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    lose_webhooks(&house);
    house.pay(&topup(&house, &ana, "10.00").await, VISA).await;
    house.sandbox.faults().change(|faults| faults.payment_reads_fail = true);
    let app = &house.running.app;
    let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
    app.write(ask).await.expect("a run");
    app.reconciliation_news.notify_one();
    let fails = |run: &Option<ReconciliationRun>| run.as_ref().is_some_and(|run| run.failing_since.is_some());
    let run = house.until(|reader| reader.open_reconciliation_run(), fails).await.expect("a run");
    assert!(run.problem.is_some() && run.finished_at.is_none(), "{run:?}");
    house.sandbox.faults().change(|faults| faults.payment_reads_fail = false);
    app.reconciliation_news.notify_one();
    let is_done =
        |done: &Option<ReconciliationRun>| done.as_ref().is_some_and(|done| done.run_no == run.run_no);
    let done = house.until(|reader| reader.last_reconciliation(), is_done).await.expect("a run");
    assert_eq!((done.drifting, done.failing_since, done.problem), (0, None, None));
    assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    house.close().await;
}

/// Runs `saldo reconcile` on these books as an operator does: its exit code and what it printed.
async fn command(sandbox: &str, data: &std::path::Path) -> (Option<i32>, String) {
    let (name, value) = place_of(data);
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_saldo"));
    program.arg("reconcile").env(name, value).env("SALDO_STRIPE__API_URL", sandbox);
    program.env("SALDO_STRIPE__SECRET_KEY", STRIPE_KEY).current_dir(data);
    let output = tokio::task::spawn_blocking(move || program.output()).await.expect("a thread");
    let output = output.expect("the program");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_both_sides_and_metrics_tell_the_drift() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    lose_webhooks(&house);
    house.pay(&topup(&house, &ana, "10.00").await, VISA).await;
    let (code, text) = command(house.sandbox.url(), house.data()).await;
    assert_eq!(code, Some(0), "{text}");
    for words in ["payment", "at Stripe", "9.41", "Stripe and the books agree."] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(house.figures(ana.wallet).await[0], "35.00");
    let id = ana.customer.id;
    let row = house.running.app.read(move |reader| reader.customer(id)).await.expect("a look");
    let at_stripe = row.and_then(|row| row.stripe_customer_id).expect("a customer at Stripe");
    let wanted = topup(&house, &ana, "10.00").await;
    house.pay_elsewhere(&at_stripe, "700", &[("topup_id", wanted["id"].as_str().expect("an id"))]).await;
    let (code, text) = command(house.sandbox.url(), house.data()).await;
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("other_amount") && text.contains("7.00"), "{text}");
    let metrics = house.send(house.request(reqwest::Method::GET, "/metrics")).await.text;
    assert!(metrics.contains("saldo_stripe_drift_cents{currency=\"USD\"} 700"), "{metrics}");
    assert!(metrics.contains("saldo_stripe_reconciliation_failing 0"), "{metrics}");
    house.close().await;
}
