//! A boleto and a Pix through the card page: awaited, settled, expired, given up; the row that tells of it, and what the top-up comes to.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, login};
use house::House;
use money::{Amount, TopupId, Unit};
use reqwest::Method;
use saldo::customers::CreatedCustomer;
use sandbox::{Act, Settlement};
use serde_json::{Value, json};
use store::Reader;
use store::tables::payments::{Payment, PaymentStatus};
use store::tables::topups::TopupState;

/// A seller in reais: there are boletos and Pix beside cards.
async fn shop() -> House {
    let welcome = Amount::parse("25.00", Unit::BRL).expect("an amount");
    House::open_with(|config| (config.credit.unit, config.credit.welcome) = (Unit::BRL, welcome)).await
}

/// A customer who has chosen `method` for R$ 10.00: the top-up, and the payment intent.
async fn awaiting(house: &House, name: &str, method: &str) -> (CreatedCustomer, Value, String) {
    let customer = house.customer(name).await;
    let wanted =
        json!({"customer": customer.customer.id.to_string(), "amount": {"amount": "10.00", "unit": "BRL"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    choose(house, &topup, &[("payment_method", method)]).await;
    let payment = stands(house, &customer, |row| row.status == PaymentStatus::Pending).await;
    (customer, topup, payment.provider_payment)
}

/// Presses the button of the payment page with these choices.
async fn choose(house: &House, topup: &Value, choices: &[(&str, &str)]) {
    let url = topup["checkout_url"].as_str().expect("a page to pay");
    let page = house.client.get(url).send().await.expect("a page").text().await.expect("a text");
    let attempt = page.split("name=\"attempt\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let form = stripe::form::Form::new().with("attempt", attempt.expect("a form"));
    let form = choices.iter().fold(form, |form, (name, value)| form.with(*name, *value));
    let pressed = house.client.post(url).header("content-type", "application/x-www-form-urlencoded");
    let pressed = pressed.body(form.encode()).send().await.expect("an answer");
    assert!(pressed.status().is_redirection(), "{}", pressed.status());
}

/// Waits until the customer's newest attempt stands so.
async fn stands(house: &House, customer: &CreatedCustomer, wanted: impl Fn(&Payment) -> bool) -> Payment {
    let customer = customer.customer.id;
    let look = move |reader: &Reader<'_>| reader.payments_of(customer, None, 1);
    let page = house.until(look, |page| page.rows.first().is_some_and(&wanted)).await;
    page.rows.into_iter().next().expect("it was there just now")
}

async fn posted(house: &House, customer: &CreatedCustomer, reais: &str) {
    let wallet = customer.wallet;
    let wanted = Amount::parse(reais, Unit::BRL).expect("an amount").value();
    let look = move |reader: &Reader<'_>| reader.wallet_view(wallet);
    house.until(look, |row| row.as_ref().is_some_and(|row| row.posted == wanted)).await;
}

async fn comes_to(house: &House, topup: &Value, state: TopupState) {
    let id: TopupId = topup["id"].as_str().expect("an id").parse().expect("ours");
    house
        .until(move |reader| reader.topup(id), |row| row.as_ref().is_some_and(|row| row.state == state))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_awaited_is_a_row_that_says_how_to_pay_and_becomes_a_success() {
    for (method, name) in [("boleto", "Boleto"), ("pix", "Pix")] {
        let house = shop().await;
        let (ana, topup, intent) = awaiting(&house, "ana", method).await;
        posted(&house, &ana, "25.00").await;
        login(&house, &ana).await;
        let mut browser = Browser::signed_in(&house, &ana).await;
        let page = browser.get("/recharge").await.text;
        let voucher = format!("{}/voucher", topup["checkout_url"].as_str().expect("a page"));
        for told in [
            ">Pending</span>",
            &format!(">{name}</td>"),
            "Waiting for the bank until",
            "Show how to pay",
            &voucher,
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("Unfinished checkouts"), "it is a row");
        assert!(page.contains(&intent), "the transaction id is the payment's");

        house
            .sandbox
            .act(Act::Settle { payment: intent, outcome: Settlement::Succeeded })
            .await
            .expect("it comes");
        posted(&house, &ana, "35.00").await;
        let paid = stands(&house, &ana, |row| row.credited_entry.is_some()).await;
        assert_eq!((paid.way_on, paid.awaited_until), (None, None), "there is nothing left to be paid");
        comes_to(&house, &topup, TopupState::Credited).await;
        let page = browser.get("/recharge").await.text;
        assert!(page.contains("</svg>Success</span>") && !page.contains("Show how to pay"), "{page}");
        let rows = house.get(&format!("/v1/payments?customer={}", ana.customer.id)).await.expect(200);
        assert_eq!(rows["data"].as_array().map(Vec::len), Some(1), "{rows}");
        house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_is_a_failure_and_its_top_up_is_over() {
    let house = shop().await;
    let (ana, topup, intent) = awaiting(&house, "ana", "boleto").await;
    house
        .sandbox
        .act(Act::Settle { payment: intent, outcome: Settlement::Failed })
        .await
        .expect("it expires");
    stands(&house, &ana, |row| row.status == PaymentStatus::Failed).await;
    comes_to(&house, &topup, TopupState::Expired).await;
    posted(&house, &ana, "25.00").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    let page = browser.get("/recharge").await.text;
    assert!(page.contains("</svg>Failure</span>") && page.contains("It was not paid in time."), "{page}");
    let told = browser.get(&format!("/recharge?topup={}", topup["id"].as_str().expect("an id"))).await;
    assert!(told.text.contains("Payment failed"), "the popup does not wait for ever: {}", told.text);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_while_it_was_awaited_has_failed() {
    let house = shop().await;
    let (ana, topup, intent) = awaiting(&house, "ana", "pix").await;
    house.stripe(Method::POST, &format!("/v1/payment_intents/{intent}/cancel"), &[]).await;
    let ended = stands(&house, &ana, |row| row.status == PaymentStatus::Failed).await;
    assert_eq!(ended.reason_code.as_deref(), Some("canceled"));
    posted(&house, &ana, "25.00").await;
    login(&house, &ana).await;
    let page = Browser::signed_in(&house, &ana).await.get("/recharge").await.text;
    assert!(page.contains("It was cancelled before it was paid."), "{page}");
    comes_to(&house, &topup, TopupState::Expired).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_was_not_answered_and_a_boleto_after_it_are_two_rows() {
    let house = shop().await;
    let ana = house.customer("ana").await;
    let id = ana.customer.id.to_string();
    let wanted = json!({"customer": id, "amount": {"amount": "10.00", "unit": "BRL"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, "4000002760003184").await;
    let url = format!("{}/authentication", topup["checkout_url"].as_str().expect("a page"));
    let answer = house.client.post(url).header("content-type", "application/x-www-form-urlencoded");
    answer.body("outcome=fail").send().await.expect("an answer");
    stands(&house, &ana, |row| row.status == PaymentStatus::Failed).await;
    choose(&house, &topup, &[("payment_method", "boleto")]).await;
    let pending = stands(&house, &ana, |row| row.status == PaymentStatus::Pending).await;
    let act = Act::Settle { payment: pending.provider_payment, outcome: Settlement::Failed };
    house.sandbox.act(act).await.expect("it expires");
    stands(&house, &ana, |row| row.id == pending.id && row.status == PaymentStatus::Failed).await;
    let rows = house.get(&format!("/v1/payments?customer={id}")).await.expect(200);
    let statuses: Vec<&Value> =
        rows["data"].as_array().expect("rows").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["failed", "failed"], "{rows}");
    comes_to(&house, &topup, TopupState::Expired).await;
    house.close().await;
}
