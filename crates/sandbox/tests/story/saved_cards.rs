//! Stripe's rules of saving: nothing is saved or shown unless the session's parameters say so.

use serde_json::Value;
use stripe::Request;
use stripe::checkout::CardSaving;

use crate::stage::{Stage, card};

const PLAIN: &str = "mode=payment&success_url=https://a.example&line_items[0][quantity]=1\
    &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
    &line_items[0][price_data][product_data][name]=Credit";

impl Stage {
    async fn session_with(&self, customer: &str, more: &str) -> Value {
        let answer = self.post("/v1/checkout/sessions", &format!("{PLAIN}&customer={customer}{more}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// The saved cards that a new session of these parameters shows.
    async fn shown(&self, customer: &str, more: &str) -> Vec<String> {
        let session = self.session_with(customer, more).await;
        let page = self.open(&session).await.text;
        page.split("id=\"card-")
            .skip(1)
            .map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned())
            .collect()
    }
}

const SHOW_LIMITED: &str = "&saved_payment_method_options[allow_redisplay_filters][0]=limited";
const SAVE: &str = "&payment_method_options[card][setup_future_usage]=off_session";

#[tokio::test]
async fn nothing_is_saved_without_the_parameters() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session_with(&customer, "").await;
    stage.pay_new(&session, "4242424242424242").await;
    assert!(stage.send(&Request::list_cards(&customer)).await.json()["data"].as_array().unwrap().is_empty());
    assert!(stage.shown(&customer, SHOW_LIMITED).await.is_empty());
}

#[tokio::test]
async fn a_card_saved_as_limited_is_shown_only_where_the_filters_name_it() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session_with(&customer, SAVE).await;
    stage.pay_new(&session, "4242424242424242").await;
    let list = stage.send(&Request::list_cards(&customer)).await.json();
    assert_eq!(list["data"][0]["allow_redisplay"], "limited");
    assert!(stage.shown(&customer, "").await.is_empty());
    assert_eq!(stage.shown(&customer, SHOW_LIMITED).await, ["Visa •••• 4242"]);
    let other = stage.customer().await;
    assert!(stage.shown(&other, SHOW_LIMITED).await.is_empty(), "another customer sees nothing of it");
}

#[tokio::test]
async fn the_box_starts_unticked_and_saves_for_always_when_ticked() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Ask).await;
    let page = stage.open(&session).await;
    assert!(page.text.contains("name=\"save\" value=\"on\">"), "unticked");
    assert!(page.text.contains("Save payment details for future purchases</label>"));
    stage.press(&session, &page, &card("4242424242424242"), "").await;
    assert!(stage.send(&Request::list_cards(&customer)).await.json()["data"].as_array().unwrap().is_empty());

    let session = stage.session(&customer, CardSaving::Ask).await;
    let page = stage.open(&session).await;
    let fields: Vec<_> = card("5555555555554444").into_iter().chain([("save", "on")]).collect();
    assert_eq!(stage.press(&session, &page, &fields, "").await.status, 303);
    let list = stage.send(&Request::list_cards(&customer)).await.json();
    assert_eq!(list["data"][0]["allow_redisplay"], "always");
    assert_eq!(stage.shown(&customer, "").await, ["Mastercard •••• 4444"]);
}

#[tokio::test]
async fn the_session_may_say_otherwise() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session =
        stage.session_with(&customer, &format!("{SAVE}&payment_method_data[allow_redisplay]=always")).await;
    stage.pay_new(&session, "4242424242424242").await;
    assert_eq!(stage.shown(&customer, "").await, ["Visa •••• 4242"]);
}

#[tokio::test]
async fn a_declined_card_is_not_saved() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4000000000000002").await;
    assert!(stage.send(&Request::list_cards(&customer)).await.json()["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_last_used_card_comes_first_already_chosen_and_pays() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    for number in ["4242424242424242", "5555555555554444", "4242424242424242"] {
        let session = stage.session(&customer, CardSaving::Always).await;
        stage.pay_new(&session, number).await;
    }
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    let visa = page.text.find("Visa •••• 4242</label>").unwrap();
    let mastercard = page.text.find("Mastercard •••• 4444</label>").unwrap();
    let other = page.text.find("Use a different card</label>").unwrap();
    assert!(visa < mastercard && mastercard < other);
    assert_eq!(page.text.matches("Visa •••• 4242</label>").count(), 1, "saved twice, listed once");
    assert_eq!(page.text.matches(" checked").count(), 1);
    assert!(page.text.find(" checked").unwrap() < visa, "the first is chosen");
    assert!(page.text.contains("Expires 12/34"));
    assert!(page.text.contains("<legend>Payment method</legend>"));

    // Choosing the older card makes it the next one's first.
    let methods = stage.send(&Request::list_cards(&customer)).await.json();
    let mastercard =
        methods["data"].as_array().unwrap().iter().find(|card| card["card"]["brand"] == "mastercard");
    let mastercard = mastercard.unwrap()["id"].as_str().unwrap();
    assert!(page.text.contains(mastercard));
    let paid = stage.press(&session, &page, &[("payment_method", mastercard)], "").await;
    assert_eq!(paid.status, 303);
    let charge = stage.get("/v1/charges?limit=1").await.json()["data"][0].clone();
    assert_eq!(charge["payment_method"], mastercard);
    let filters = format!("{SHOW_LIMITED}{SAVE}");
    assert_eq!(stage.shown(&customer, &filters).await, ["Mastercard •••• 4444", "Visa •••• 4242"]);
}

#[tokio::test]
async fn an_expired_saved_card_is_paid_with_after_its_new_date_is_typed() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    let fields =
        [("payment_method", "new"), ("number", "4242424242424242"), ("expiry", "12/34"), ("cvc", "123")];
    stage.press(&session, &page, &fields, "").await;
    // Nine years on, at least; the test runs before 2034.
    stage.shift_ms.fetch_add(9 * 366 * 86_400_000, std::sync::atomic::Ordering::SeqCst);

    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    assert!(page.text.contains("Expired 12/34"), "{}", page.text);
    let list = stage.send(&Request::list_cards(&customer)).await.json();
    let saved = list["data"][0]["id"].as_str().unwrap();
    let page = stage.press(&session, &page, &[("payment_method", saved)], "").await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("id=\"expiry-error\""));
    assert!(!page.text.contains("id=\"number-error\""));
    let fields = [("payment_method", saved), ("expiry", "11/44"), ("cvc", "456")];
    assert_eq!(stage.press(&session, &page, &fields, "").await.status, 303);
    let method = stage.send(&Request::retrieve_payment_method(saved)).await.json();
    assert_eq!(
        (method["card"]["exp_month"].as_u64(), method["card"]["exp_year"].as_u64()),
        (Some(11), Some(2044))
    );
    assert!(stage.event_types().await.contains(&"payment_method.updated".to_owned()));
}

#[tokio::test]
async fn cards_are_removed_by_call_and_on_the_page() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    for number in ["4242424242424242", "5555555555554444"] {
        let session = stage.session(&customer, CardSaving::Always).await;
        stage.pay_new(&session, number).await;
    }
    let list = stage.send(&Request::list_cards(&customer)).await.json();
    let (mastercard, visa) =
        (list["data"][0]["id"].as_str().unwrap(), list["data"][1]["id"].as_str().unwrap());
    let key = stage.key();
    let detached = stage.send(&Request::detach_payment_method(mastercard, key)).await;
    assert!(detached.json()["customer"].is_null());
    let key = stage.key();
    assert_eq!(stage.send(&Request::detach_payment_method(mastercard, key)).await.status, 400);

    let session = stage.session(&customer, CardSaving::Always).await;
    let page = stage.open(&session).await;
    assert!(!page.text.contains("Mastercard ••••"));
    // A removed card cannot be paid with.
    let refused = stage.press(&session, &page, &[("payment_method", mastercard)], "").await;
    assert_eq!(refused.status, 422);
    let removed = stage.press(&session, &page, &[("payment_method", visa)], "/removal").await;
    assert_eq!(removed.status, 303);
    assert!(!stage.open(&session).await.text.contains("<fieldset"));
    assert!(stage.send(&Request::list_cards(&customer)).await.json()["data"].as_array().unwrap().is_empty());
}
