//! Money goes back: refunds in steps and ones that fail, and what the customer sees of them.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, login};
use house::House;
use money::{Amount, Unit};
use reqwest::Method;
use saldo::customers::CreatedCustomer;
use serde_json::{Value, json};
use store::Reader;
use store::tables::bank::FindingCode;
use store::tables::claims::ClaimState;
use store::tables::payments::Payment;

const VISA: &str = "4242424242424242";
/// A card whose refunds are refused by its bank some time after they were made.
const REFUNDS_FAIL: &str = "4000000000005126";
/// A card whose bank takes each payment back at once.
const DISPUTED: &str = "4000000000000259";
/// A card whose bank asks about each payment.
const INQUIRED: &str = "4000000000001976";

/// A customer who has paid $10.00 with this card, and the payment.
async fn paid(house: &House, name: &str, card: &str) -> (CreatedCustomer, Value) {
    let customer = house.customer(name).await;
    let id = customer.customer.id.to_string();
    let wanted = json!({"customer": id, "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, card).await;
    shows(house, &customer, "35.00").await;
    let payments = house.get(&format!("/v1/payments?customer={id}")).await.expect(200);
    (customer, payments["data"][0].clone())
}

/// Waits until the customer's posted balance is this.
async fn shows(house: &House, customer: &CreatedCustomer, posted: &str) {
    let wallet = customer.wallet;
    let wanted = Amount::parse(posted, Unit::USD).expect("an amount").value();
    let look = move |reader: &Reader<'_>| reader.wallet_view(wallet);
    house.until(look, |row| row.as_ref().is_some_and(|row| row.posted == wanted)).await;
}

/// Waits until the customer's only payment stands so.
async fn stands(house: &House, customer: &CreatedCustomer, wanted: impl Fn(&Payment) -> bool) -> Payment {
    let customer = customer.customer.id;
    let look = move |reader: &Reader<'_>| reader.payments_of(customer, None, 1);
    let page = house.until(look, |page| page.rows.first().is_some_and(&wanted)).await;
    page.rows.into_iter().next().expect("it was there just now")
}

async fn refund(house: &House, payment: &Value, cents: u32) -> Value {
    let intent = payment["provider_payment"].as_str().expect("an intent");
    let form = [("payment_intent", intent), ("amount", &cents.to_string())];
    house.stripe(Method::POST, "/v1/refunds", &form).await
}

async fn again(house: &House, payment: &Value) -> Value {
    house.get(&format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_in_steps_takes_exactly_that_credit_back() {
    let house = House::open().await;
    let (ana, payment) = paid(&house, "ana", VISA).await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    for (cents, posted, refunded, badge) in [
        (400, "31.00", "4.00", "Partly refunded"),
        (599, "25.01", "9.99", "Partly refunded"),
        (1, "25.00", "10.00", "Refunded"),
    ] {
        refund(&house, &payment, cents).await;
        shows(&house, &ana, posted).await;
        let known = again(&house, &payment).await;
        assert_eq!(known["refunded"]["amount"], refunded);
        let page = browser.get("/recharge").await.text;
        assert!(page.contains(&format!("</svg>{badge}</span>")), "{badge}: {page}");
        assert!(page.contains(&format!("${refunded} was given back")), "{refunded}: {page}");
    }
    let csv = browser.get("/statement.csv").await.text;
    let refunds: Vec<&str> = csv.lines().filter(|line| line.contains("Refund of a recharge")).collect();
    assert_eq!(refunds.len(), 3, "{csv}");
    assert!(refunds.iter().any(|line| line.contains("-4.00,USD,31.00")), "{csv}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_later_gives_the_credit_again() {
    let house = House::open().await;
    let (ana, payment) = paid(&house, "ana", REFUNDS_FAIL).await;
    refund(&house, &payment, 1_000).await;
    // The bank refuses it by itself after a while: the credit goes and comes.
    stands(&house, &ana, |payment| payment.refunded > 0).await;
    stands(&house, &ana, |payment| payment.refunded == 0).await;
    shows(&house, &ana, "35.00").await;
    assert_eq!(again(&house, &payment).await["refunded"]["amount"], "0.00");
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let page = browser.get("/recharge").await.text;
    assert!(page.contains("</svg>Success</span>"), "{page}");
    assert!(page.contains("A refund of $10.00 did not arrive"), "{page}");
    let csv = browser.get("/statement.csv").await.text;
    assert!(csv.contains("Refund that did not arrive"), "{csv}");
    // It was made at Stripe: nobody has ordered it here who would be told of that.
    let found = house.running.app.read(|reader| reader.findings(10)).await.expect("findings");
    let told: Vec<_> = found.iter().map(|finding| (finding.code, finding.detail.as_str())).collect();
    let intent = payment["provider_payment"].as_str().expect("an intent");
    let words = format!("$10.00 of {intent}, refunded at Stripe, could not be paid out to the customer.");
    assert_eq!(told, [(FindingCode::CardGivenBack, words.as_str())]);
    house.close().await;
}

/// Pays with a card whose bank disputes it at once, and waits until the credit is gone. The dispute's id.
async fn disputed(house: &House, name: &str) -> (CreatedCustomer, String) {
    let customer = house.customer(name).await;
    let wanted =
        json!({"customer": customer.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, DISPUTED).await;
    stands(house, &customer, |payment| payment.dispute_state == Some(ClaimState::Open)).await;
    shows(house, &customer, "25.00").await;
    let disputes = house.stripe(Method::GET, "/v1/disputes", &[]).await;
    (customer, disputes["data"][0]["id"].as_str().expect("an id").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_takes_the_credit_and_its_end_decides() {
    let house = House::open().await;
    for (name, evidence, posted, badge, words) in [
        (
            "ana",
            "winning_evidence",
            "35.00",
            "Success",
            "this payment stands, and the credit it bought is yours again",
        ),
        ("bea", "losing_evidence", "25.00", "Disputed", "Your bank took this payment back"),
    ] {
        let (customer, dispute) = disputed(&house, name).await;
        login(&house, &customer).await;
        let mut browser = Browser::signed_in(&house, &customer).await;
        let page = browser.get("/recharge").await.text;
        assert!(page.contains("</svg>Disputed</span>") && page.contains("while it decides"), "{page}");
        let form = [("evidence[uncategorized_text]", evidence)];
        house.stripe(Method::POST, &format!("/v1/disputes/{dispute}"), &form).await;
        stands(&house, &customer, |payment| payment.dispute_state != Some(ClaimState::Open)).await;
        shows(&house, &customer, posted).await;
        let page = browser.get("/recharge").await.text;
        assert!(page.contains(words) && page.contains(&format!("</svg>{badge}</span>")), "{name}: {page}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inquiry_moves_nothing() {
    let house = House::open().await;
    let (ana, payment) = paid(&house, "ana", INQUIRED).await;
    stands(&house, &ana, |payment| payment.dispute_state == Some(ClaimState::Inquiry)).await;
    assert_eq!(again(&house, &payment).await["dispute"], "inquiry");
    shows(&house, &ana, "35.00").await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_used_is_owed_and_the_next_payment_pays_it() {
    let house = House::open().await;
    let (ana, payment) = paid(&house, "ana", VISA).await;
    let wallet = ana.wallet.to_string();
    let charge = json!({"wallet": wallet, "amount": {"amount": "30.00", "unit": "USD"}, "kind": "report"});
    house.post("/v1/charges", &charge).await.expect(201);
    refund(&house, &payment, 1_000).await;
    shows(&house, &ana, "-5.00").await;
    login(&house, &ana).await;
    let page = Browser::signed_in(&house, &ana).await.get("/recharge").await.text;
    assert!(
        page.contains("Owed, paid first by the next credit</dt>"),
        "what makes the balance up is said: {page}"
    );
    let id = ana.customer.id.to_string();
    let wanted = json!({"customer": id, "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, VISA).await;
    shows(&house, &ana, "5.00").await;
    house.close().await;
}
