//! Refunds and the people around them: a second pair of eyes above a limit, one whose money comes back, one that the bank stands before.

use money::{Amount, PaymentId, RefundId, Unit};
use reqwest::Method;
use saldo::audit::Author;
use saldo::clock;
use saldo::customers::CreatedCustomer;
use saldo::refunds::Wanted;
use sandbox::Act;
use serde_json::json;
use store::tables::claims::{ClaimCause, PaymentClaim, TakenBackRow};
use store::tables::lines::OnWriteOff;
use store::tables::refund_orders::{RefundOrder, RefundOrderState};
use store::tables::staff::StaffRole;

use super::browser::{Browser, between};
use super::house::House;
use super::{insert_staff, staff_in};

/// What support may give back alone here.
const LIMIT: &str = "5.00";
/// Its refunds are taken by Stripe, and come back.
const REFUND_FAILS: &str = "4000000000005126";
/// Its payments are disputed at once.
const DISPUTED: &str = "4000000000000259";

async fn open() -> House {
    House::open_with(|config| {
        let unit = config.credit.unit;
        config.console.refund_above = money::Amount::parse(LIMIT, unit).expect("an amount");
    })
    .await
}

/// A customer who paid $10.00 with this card.
async fn paid(house: &House, name: &str, card: &str) -> (CreatedCustomer, PaymentId) {
    let customer = house.customer(name).await;
    let id = customer.customer.id;
    let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, card).await;
    let is_credited = |page: &store::tables::Page<store::tables::payments::Payment, _>| {
        page.rows.first().is_some_and(|payment| payment.credited_entry.is_some())
    };
    let page = house.until(move |reader| reader.payments_of(id, None, 1), is_credited).await;
    (customer, page.rows[0].id)
}

async fn orders(house: &House, payment: PaymentId) -> Vec<RefundOrder> {
    house.running.app.read(move |reader| reader.refund_orders_of(payment, 20)).await.expect("a look")
}

/// Looks at the preview of this amount and confirms it.
async fn refund(
    staff: &mut Browser<'_>,
    payment: PaymentId,
    amount: &str,
    note: &str,
) -> super::house::Answer {
    let url = format!("/console/payments/{payment}");
    let form = format!("{url}/refund?amount={amount}");
    let page = staff.get(&form).await.text;
    let left = between(&page, "name=\"left\" value=\"", "\"").unwrap_or("none").to_owned();
    let fields = [("amount", amount), ("left", left.as_str()), ("note", note)];
    staff.submit("/console", &format!("{url}/refunds"), &fields).await
}

fn mailed(house: &House, kind: &str) -> Vec<String> {
    let read = house.running.app.tables.read(|tables| tables.mails(None, 50)).expect("the outbox");
    let mut to: Vec<_> = read.rows.into_iter().filter(|it| it.kind == kind).map(|it| it.recipient).collect();
    to.sort_unstable();
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn what_support_gives_back_above_the_limit_waits_for_somebody_else() {
    let house = open().await;
    let (ana, payment) = paid(&house, "ana", "4242424242424242").await;
    let url = format!("/console/payments/{payment}");
    let mut leo = staff_in(&house, "leo@example.com", StaffRole::Support).await;
    let mut other = staff_in(&house, "sue@example.com", StaffRole::Support).await;
    let mut finance = staff_in(&house, "fay@example.com", StaffRole::Finance).await;
    assert!(leo.get(&format!("{url}/refund?amount=1.00")).await.text.contains("Above $5.00"));
    assert!(leo.get(&format!("{url}/refund?amount=1.001")).await.text.contains("Whole cents only"));
    let odd = refund(&mut leo, payment, "1.00", "turned \u{202e}round").await;
    assert_eq!(odd.status.as_u16(), 422, "{}", odd.text);
    assert_eq!(refund(&mut leo, payment, "4.00", "a slip").await.status.as_u16(), 303);
    // Split in two it is the same sum.
    let asked = refund(&mut leo, payment, "2.00", "another slip").await;
    assert_eq!(asked.status.as_u16(), 303, "{}", asked.text);
    let told = leo.get(asked.header("location").expect("the payment")).await.text;
    assert!(told.contains("waits for a colleague who may approve it"), "{told}");
    assert!(!told.contains("asks for a refund of $2.00"), "it is said once: {told}");
    assert!(leo.get(&url).await.text.contains("asks for a refund of $2.00"), "and by the next look");
    assert!(!told.contains("/approval") && told.contains("/rejection"), "he may take it back alone");
    let states: Vec<_> = orders(&house, payment).await.iter().map(|order| order.state).collect();
    assert_eq!(states, [RefundOrderState::Made, RefundOrderState::Waiting], "oldest first");
    assert_eq!(house.figures(ana.wallet).await[0], "31.00", "nothing goes back before");
    // While it waits no other is asked for, by whoever it be.
    let also = json!({"amount": {"amount": "1.00", "unit": "USD"}});
    let refused = house.post(&format!("/v1/payments/{payment}/refunds"), &also).await;
    assert_eq!(refused.expect(409)["code"], "refund_waiting");

    let id = orders(&house, payment).await[1].id;
    for browser in [&mut leo, &mut other] {
        let refused = browser.submit(&url, &format!("/console/refunds/{id}/approval"), &[]).await;
        assert_eq!(refused.status.as_u16(), 403, "support approves nothing");
    }
    let refused = other.submit(&url, &format!("/console/refunds/{id}/rejection"), &[]).await;
    assert_eq!(refused.status.as_u16(), 403);
    let home = finance.get("/console").await.text;
    assert!(home.contains("/console/credit?show=waiting"), "{home}");
    assert!(!leo.get("/console").await.text.contains("show=waiting"), "who cannot decide is not asked");
    let requests = finance.get("/console/credit?show=waiting").await.text;
    assert!(requests.contains(&url) && requests.contains("another slip"), "{requests}");
    assert!(requests.contains("aria-label=\"Approve $2.00, ana\""), "{requests}");
    for (browser, words) in [(&mut leo, "You asked for this"), (&mut other, "a colleague who may approve.")] {
        let list = browser.get("/console/credit?show=waiting").await.text;
        assert!(list.contains(words) && !list.contains("/approval"), "{words}: {list}");
    }
    let page = finance.get(&url).await.text;
    assert!(page.contains("Approve the refund of $2.00") && page.contains("Staff, "), "{page}");
    let waiting = "/console/credit?show=waiting";
    let approved = finance.submit(waiting, &format!("/console/refunds/{id}/approval"), &[]).await;
    assert_eq!(approved.status.as_u16(), 303, "{}", approved.text);
    assert_eq!(house.figures(ana.wallet).await[0], "29.00");
    // Somebody who says no in a tab of before is told what happened.
    let no = [("reason", "too late")];
    let late = finance.submit(&url, &format!("/console/refunds/{id}/rejection"), &no).await;
    let told = finance.get(late.header("location").expect("the payment")).await.text;
    assert!(told.contains("Somebody else had decided before"), "{told}");
    assert_eq!(orders(&house, payment).await[1].state, RefundOrderState::Made);

    assert_eq!(refund(&mut leo, payment, "2.00", "").await.status.as_u16(), 303);
    let third = orders(&house, payment).await[2].id;
    let rejection = format!("/console/refunds/{third}/rejection");
    let silent = finance.submit(&url, &rejection, &[("reason", " ")]).await;
    let told = finance.get(silent.header("location").expect("the payment")).await.text;
    assert!(told.contains("Say why") && told.contains("Approve the refund"), "{told}");
    finance.submit(&url, &rejection, &[("reason", "he has had two already")]).await;
    assert!(leo.get(&url).await.text.contains("he has had two already"));
    assert_eq!(mailed(&house, "request_rejected"), ["leo@example.com"], "whoever asked is told");
    assert_eq!(orders(&house, payment).await[2].state, RefundOrderState::Rejected);
    assert_eq!(house.figures(ana.wallet).await[0], "29.00");
    // Who may approve needs nobody's yes.
    assert_eq!(refund(&mut finance, payment, "4.00", "").await.status.as_u16(), 303);
    assert_eq!(house.figures(ana.wallet).await[0], "25.00");
    house
        .until(
            |tables| tables.mails(None, 50),
            |page| page.rows.iter().filter(|mail| mail.kind == "payment_claimed").count() >= 3,
        )
        .await;
    assert_eq!(mailed(&house, "payment_claimed"), ["ana@example.com"; 3], "the customer is told of each");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_back_is_told_until_somebody_has_dealt_with_it() {
    let house = open().await;
    let (ana, payment) = paid(&house, "ana", REFUND_FAILS).await;
    let mut support = staff_in(&house, "sue@example.com", StaffRole::Support).await;
    insert_staff(&house, "fay@example.com", StaffRole::Finance).await;
    insert_staff(&house, "bia@example.com", StaffRole::Admin).await;
    insert_staff(&house, "ivo@example.com", StaffRole::ReadOnly).await;
    assert_eq!(refund(&mut support, payment, "4.00", "").await.status.as_u16(), 303);
    let is_failed =
        |all: &Vec<RefundOrder>| all.first().is_some_and(|order| order.state == RefundOrderState::Failed);
    let all = house.until(move |reader| reader.refund_orders_of(payment, 5), is_failed).await;
    assert!(all[0].error.is_some() && all[0].provider_refund.is_some(), "{all:?}");
    assert_eq!(mailed(&house, "refund_failed"), ["bia@example.com", "fay@example.com"]);
    let told = house.get(&format!("/v1/payments/{payment}/refunds")).await.expect(200);
    assert_eq!(told["data"][0]["state"], "failed");
    let is_back = |row: &Option<TakenBackRow>| {
        row.as_ref().is_some_and(|row| row.wanted == 0 && row.booked == 0 && row.intent.is_none())
    };
    house.until(move |reader| reader.taken_back(payment, ClaimCause::Refund), is_back).await;
    assert_eq!(house.figures(ana.wallet).await[0], "35.00", "his credit is back");

    let home = support.get("/console").await.text;
    let needs = home.find("1 refund came back").expect("the need");
    assert!(home[needs..].contains("/console/credit?show=failed"), "{home}");
    let url = format!("/console/payments/{payment}");
    assert!(support.get("/console/credit?show=failed").await.text.contains(&url));
    let page = support.get(&url).await.text;
    assert!(page.contains("could not be paid out") && page.contains("Came back"), "{page}");
    let resolution = format!("/console/refunds/{}/resolution", all[0].id);
    assert_eq!(support.submit(&url, &resolution, &[]).await.status.as_u16(), 303);
    assert!(!support.get("/console").await.text.contains("show=failed"));
    assert_eq!(support.submit(&url, &resolution, &[]).await.status.as_u16(), 404, "once");
    let log = house.running.app.read(|reader| reader.audit(None, 5)).await.expect("the log");
    assert_eq!(log.rows[0].action, "refund.resolve");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_was_made_at_stripe_and_comes_back_is_told_staff_as_well() {
    let house = open().await;
    let (ana, payment) = paid(&house, "ana", REFUND_FAILS).await;
    insert_staff(&house, "sue@example.com", StaffRole::Support).await;
    let mut finance = staff_in(&house, "fay@example.com", StaffRole::Finance).await;
    let known = house.running.app.read(move |reader| reader.payment(payment)).await.expect("a look");
    let intent = known.expect("the payment").provider_payment;
    let form = [("payment_intent", intent.as_str()), ("amount", "400")];
    house.stripe(Method::POST, "/v1/refunds", &form).await;
    let found = house.until(|reader| reader.findings(5), |found| !found.is_empty()).await;
    assert_eq!(mailed(&house, "refund_failed"), ["fay@example.com"]);
    assert_eq!((found.len(), found[0].customer), (1, Some(ana.customer.id)));
    let page = finance.get("/console/boletos/findings").await.text;
    assert!(page.contains("A refund made at Stripe did not arrive") && page.contains(&intent), "{page}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_payment_that_is_disputed_in_part_the_list_tells_that_part() {
    let house = open().await;
    let (_, payment) = paid(&house, "ana", "4242424242424242").await;
    let known = house.running.app.read(move |reader| reader.payment(payment)).await.expect("a look");
    let intent = known.expect("the payment").provider_payment;
    house.sandbox.act(Act::Dispute { payment: intent, amount: Some(700) }).await.expect("a dispute");
    let is_known = |claims: &Vec<PaymentClaim>| !claims.is_empty();
    house.until(move |reader| reader.claims_of(payment), is_known).await;
    let mut finance = staff_in(&house, "fay@example.com", StaffRole::Finance).await;
    let list = finance.get("/console/payments").await.text;
    assert!(list.contains("$10.00 paid") && list.contains("Of what was paid, $7.00 is disputed"), "{list}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_back_while_the_bank_holds_the_money() {
    let house = open().await;
    let (_, payment) = paid(&house, "ana", DISPUTED).await;
    let is_disputed = |found: &Option<store::tables::payments::Payment>| {
        found.as_ref().is_some_and(|payment| payment.dispute_state.is_some())
    };
    house.until(move |reader| reader.payment(payment), is_disputed).await;
    let mut finance = staff_in(&house, "fay@example.com", StaffRole::Finance).await;
    let url = format!("/console/payments/{payment}");
    let list = finance.get("/console/payments").await.text;
    assert!(list.contains("$10.00 paid") && list.contains("Of what was paid, $10.00 is disputed"), "{list}");
    let page = finance.get(&url).await.text;
    assert!(page.contains("holds this money") && !page.contains(&format!("{url}/refund\"")), "{page}");
    let form = finance.get(&format!("{url}/refund?amount=1.00")).await.text;
    assert!(form.contains("holds this money") && !form.contains("name=\"left\""), "{form}");
    let fields = [("amount", "1.00"), ("left", "0")];
    let refused = finance.submit("/console", &format!("{url}/refunds"), &fields).await;
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
    let by_key = house.post(&format!("/v1/payments/{payment}/refunds"), &json!({})).await;
    assert_eq!(by_key.expect(409)["code"], "payment_disputed");
    assert!(orders(&house, payment).await.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_old_that_stripe_has_made_is_not_made_again() {
    let house = House::open().await;
    let (_, payment) = paid(&house, "ana", "4242424242424242").await;
    let program = std::sync::Arc::clone(&house.running.app);
    // Written down and made; then the program fell, and Stripe forgot the key under which it was asked.
    let amount = Amount::parse("3.00", Unit::USD).expect("an amount");
    let name = RefundId::from_u128(7);
    let now = clock::now();
    let order = RefundOrder {
        id: name,
        payment,
        amount,
        reason: None,
        note: String::new(),
        state: RefundOrderState::Open,
        provider_refund: None,
        error: None,
        ordered_by: "program".to_owned(),
        ordered_at: now,
        updated_at: now,
        decided_by: None,
        decided_at: None,
        resolved_at: None,
        on_data: OnWriteOff::TakeBack,
    };
    program.write(move |tx| tx.insert_refund_order(&order)).await.expect("an order");
    let known =
        program.read(move |reader| reader.payment(payment)).await.expect("a look").expect("a payment");
    let form = [
        ("payment_intent", known.provider_payment.as_str()),
        ("amount", "300"),
        ("metadata[refund_id]", &name.to_string()),
    ];
    let made = house.stripe(reqwest::Method::POST, "/v1/refunds", &form).await;

    let wanted = Wanted {
        amount: Some(amount),
        reason: None,
        note: String::new(),
        left_seen: None,
        alone_up_to: None,
        on_data: None,
    };
    let ordered = saldo::refunds::order(&program, Author::operator(), (name, payment), wanted).await;
    let ordered = ordered.expect("the same order");
    assert_eq!(ordered.state, RefundOrderState::Made);
    assert_eq!(ordered.provider_refund.as_deref(), made["id"].as_str());
    let all = house.stripe(reqwest::Method::GET, "/v1/refunds", &[]).await;
    assert_eq!(all["data"].as_array().map(Vec::len), Some(1), "{all}");
    house.close().await;
}
