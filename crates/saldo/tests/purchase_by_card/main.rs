//! Purchases charged by card: the payment page of top-ups, whose payment names the purchase, and every way it may end.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../browser/mod.rs"]
mod browser;
mod data_back;
#[path = "../house/mod.rs"]
mod house;
#[path = "../subscriber/mod.rs"]
mod subscriber;

use book::{Charging, PaidBy};
use browser::Browser;
use house::Answer;
use house::provider::{PACK, Provider};
use money::{Amount, IntentId, Unit};
use saldo::audit::Author;
use saldo::overpaid::{self, GivingBack};
use saldo::{clock, payments, purchases, reconciliation, refunds};
use sandbox::Act;
use serde_json::json;
use store::tables::bank::{Finding, FindingCode};
use store::tables::customers::Customer;
use store::tables::payments::PaymentStatus;
use store::tables::reconciliation::ReconciliationRun;
use store::tables::topups::{Topup, TopupState};
use store::views::PurchaseState;
use stripe::IdempotencyKey;
use stripe::answer::CheckoutSession;
use stripe::checkout::{CardSaving, CheckoutSessionParams};
use stripe::minor_units::MinorAmount;

const VISA: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

impl Provider {
    /// Buys by card; the payment page that this leads to.
    async fn begin(&self, browser: &mut Browser<'_>) -> String {
        let told = self.buy_in(browser, Charging::Card).await;
        let url = told.header("location").expect("a payment page").to_owned();
        assert!(url.starts_with(self.house.sandbox.url()), "{url}");
        url
    }

    /// Pays on the payment page with a new card of this number.
    async fn pay(&self, checkout: &str, number: &str) -> Answer {
        self.house.pay(&json!({ "checkout_url": checkout }), number).await
    }

    /// Goes back to the portal as an answer of the payment page leads; where the result is told.
    async fn come_back(&self, browser: &mut Browser<'_>, answer: &Answer) -> String {
        let url = answer.header("location").expect("a way back");
        let path = url.strip_prefix(&self.house.url).expect("the portal").to_owned();
        let told = browser.get(&path).await;
        told.header("location").unwrap_or_else(|| panic!("{path}: {}", told.text)).to_owned()
    }

    /// The page on which a result is told, once it is known.
    async fn known_end(&self, browser: &mut Browser<'_>, url: &str) -> String {
        let looking = async {
            loop {
                let page = browser.get(url).await.text;
                if !page.contains("data-pending") {
                    return page;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(house::PATIENCE, looking).await.expect("an end within time")
    }

    /// The payment page's wish of the newest purchase.
    async fn topup(&self) -> Topup {
        let purchase = self.newest_purchase().await.purchase;
        let read =
            self.app().read(move |reader| reader.topups_of_purchase(purchase, 5)).await.expect("a look");
        assert_eq!(read.len(), 1, "one payment page");
        read.into_iter().next().expect("a wish")
    }

    /// Waits until the subscriber's credit in money is so much.
    async fn until_credit(&self, wanted: &str) {
        let waiting = async { while self.credit().await.to_decimal() != wanted {} };
        tokio::time::timeout(house::PATIENCE, waiting).await.expect("the credit in time");
    }

    /// Compares the books with Stripe: nothing differs.
    async fn agrees_with_stripe(&self) {
        let ask = |tx: &store::Tx<'_>| reconciliation::ask(tx, &Author::operator(), None, clock::now());
        let run_no = self.app().write(ask).await.expect("a run");
        self.app().reconciliation_news.notify_one();
        let is_done = |run: &Option<ReconciliationRun>| run.as_ref().is_some_and(|run| run.run_no == run_no);
        let run = self.house.until(|reader| reader.last_reconciliation(), is_done).await.expect("a run");
        let found: reconciliation::Found =
            serde_json::from_str(run.result.as_deref().expect("a result")).expect("what it found");
        assert_eq!((run.drifting, found.differences.as_slice()), (0, [].as_slice()), "{found:?}");
    }

    async fn attempts(&self) -> Vec<PaymentStatus> {
        let customer = self.line.customer;
        let read = self.app().read(move |reader| reader.payments_of(customer, None, 20)).await;
        read.expect("a look").rows.iter().map(|payment| payment.status).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn declined_then_paid_releases_and_every_attempt_stands_in_a_row() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let (page, _) = provider.choose(&mut browser, Charging::Card).await;
    let words = "costs R$24.90 and will be charged to your card, on the secure payment page. It is released when it is paid.";
    assert!(page.contains(words), "{page}");
    let checkout = provider.begin(&mut browser).await;
    let page = browser.get(&provider.page()).await.text;
    assert!(page.contains("Go to the payment") && page.contains("Cancel purchase"), "{page}");
    let waits_for = "<li><strong>Waits for the payment by card</strong></li>";
    assert!(page.contains(waits_for) && !page.contains("router"), "it waits for nothing else: {page}");
    let go_on = format!("/purchases/{}/checkout", provider.newest_purchase().await.purchase);
    let invoices = browser.get("/invoices").await.text;
    for words in
        ["Waiting for payment", "Data credit of 10.0\u{a0}GB", "Waits for the payment by card", &go_on]
    {
        assert!(invoices.contains(words), "{words}: {invoices}");
    }
    let again = browser.submit(&provider.page(), &go_on, &[]).await;
    assert_eq!(again.header("location"), Some(checkout.as_str()), "it goes on with the same page");

    assert_eq!(provider.pay(&checkout, DECLINED).await.header("location"), None);
    assert_eq!(provider.available(), 0);
    let paid = provider.pay(&checkout, VISA).await;
    let told = provider.come_back(&mut browser, &paid).await;
    assert!(told.starts_with(&provider.page()), "{told}");
    let page = provider.known_end(&mut browser, &told).await;
    for words in ["Payment successful", "10.0\u{a0}GB were released", "Visa •••• 4242", "Credit released"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!browser.get(&told).await.text.contains("Payment successful"), "it is told once");
    assert_eq!(provider.available(), PACK);
    let purchase = provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!(purchase.paid_by.as_deref(), Some("card"));
    assert_eq!(provider.topup().await.state, TopupState::Credited);
    assert_eq!(provider.attempts().await, [PaymentStatus::Succeeded, PaymentStatus::Failed]);
    let invoices = browser.get("/invoices").await.text;
    assert!(!invoices.contains("Waiting for payment"), "{invoices}");
    for words in ["Card payments", "Success", "Failure", "ch_", "R$24.90"] {
        assert!(invoices.contains(words), "{words}: {invoices}");
    }
    let over = browser.submit(&provider.page(), &go_on, &[]).await;
    assert_eq!(over.status.as_u16(), 409);
    let listed = provider.house.get("/v1/topups").await;
    assert!(listed.text.contains(&purchase.purchase.to_string()), "{}", listed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_back_may_choose_again() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    provider.pay(&checkout, DECLINED).await;
    let left = provider.house.send(provider.house.client.post(format!("{checkout}/cancellation"))).await;
    let told = provider.come_back(&mut browser, &left).await;
    let page = provider.known_end(&mut browser, &told).await;
    for words in ["Payment failed", "Your card was declined. Nothing was charged and nothing was bought."] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(provider.until_purchase_is(PurchaseState::Dropped).await.released_at, None);
    provider.begin(&mut browser).await;
    let give_up = format!("/purchases/{}/cancellation", provider.newest_purchase().await.purchase);
    // Given up on Faturas, it leads back there, and to no other site.
    let away = [("return_to", "https://evil.example/")];
    let told = browser.submit("/invoices", &give_up, &[("return_to", "/invoices")]).await;
    assert_eq!(told.header("location"), Some("/invoices"), "{}", told.text);
    assert_eq!(browser.submit("/invoices", &give_up, &away).await.status.as_u16(), 409, "it waits no more");
    assert!(!browser.get("/invoices").await.text.contains("Waiting for payment"));
    assert_eq!(provider.newest_purchase().await.state, PurchaseState::Dropped);
    assert_eq!(provider.topup().await.state, TopupState::Cancelled);
    let again = provider.buy_in(&mut browser, Charging::NextInvoice).await;
    assert_eq!(again.status.as_u16(), 303, "{}", again.text);
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_end_nobody_told_of_is_looked_at() {
    let provider = Provider::open_portal().await;
    provider.house.sandbox.faults().change(|faults| faults.webhook_hold = true);
    let customer = provider.line.customer;
    let reached = provider.app().write(move |tx| {
        let Some(known) = tx.customer(customer)? else { return Ok(()) };
        tx.update_customer(&Customer { email: Some("joao@example.com".to_owned()), ..known })
    });
    reached.await.expect("an e-mail");
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    provider.pay(&checkout, VISA).await;
    // Nobody came back, and no webhook came: time passes, and the sweep asks Stripe.
    let topup = provider.topup().await;
    let over = clock::now().plus(-10 * money::Timestamp::MINUTE);
    let (session, url) = (topup.checkout_session.clone().expect("a session"), checkout.clone());
    let (id, app) = (topup.id, provider.app());
    app.tables.write(|tx| tx.set_topup_checkout(id, &session, &url, over, over)).expect("an old page");
    purchases::sweep(app).await.expect("a sweep");
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!(provider.available(), PACK);
    provider.house.sandbox.faults().change(|faults| faults.webhook_hold = false);
    payments::sync_session(app, &session).await.expect("it is read again");
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));
    // However it was heard of, and after another start: its receipt goes to each address once.
    let paid = app.read(move |reader| reader.payments_of(customer, None, 5)).await.expect("a look").rows;
    let paid = paid[0].id;
    provider.house.until(|reader| reader.mails(None, 50), |mails| !mails.rows.is_empty()).await;
    provider.house.hear_again().await;
    let once = provider.house.receipts_mailed(paid).await;
    let [mail] = once.as_slice() else { panic!("{once:?}") };
    assert!(mail.kind == "receipt" && mail.body.contains("24,90"), "{mail:?}");
    let provider = provider.restart().await;
    assert_eq!(provider.house.receipts_mailed(paid).await, once);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_whose_page_stripe_does_not_know_any_more_can_be_given_up_and_is_swept() {
    let provider = Provider::open_portal().await;
    let (app, customer) = (provider.app(), provider.line.customer);
    for is_swept in [false, true] {
        let mut browser = provider.signed_in().await;
        let checkout = provider.begin(&mut browser).await;
        let (id, over) = (provider.topup().await.id, clock::now().plus(-10 * money::Timestamp::MINUTE));
        let gone = format!("cs_test_gone_{id}");
        let forget = |tx: &store::Tx<'_>| tx.set_topup_checkout(id, &gone, &checkout, over, over);
        app.tables.write(forget).expect("a page of before");
        if is_swept {
            purchases::sweep(app).await.expect("a sweep");
        } else {
            let purchase = provider.newest_purchase().await.purchase;
            purchases::give_up(app, Author::operator(), customer, purchase).await.expect("it is given up");
        }
        provider.until_purchase_is(PurchaseState::Dropped).await;
        let ended = [TopupState::Cancelled, TopupState::Expired][usize::from(is_swept)];
        assert_eq!(provider.topup().await.state, ended);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_after_it_was_dropped_or_for_no_line_still_counts() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    let first = provider.newest_purchase().await.purchase;
    purchases::drop_waiting(provider.app(), first).await.expect("it is dropped");
    let paid = provider.pay(&checkout, VISA).await;
    let told = provider.come_back(&mut browser, &paid).await;
    let page = provider.known_end(&mut browser, &told).await;
    assert!(
        page.contains("10.0\u{a0}GB were released"),
        "a payment always releases what it paid for: {page}"
    );
    assert_eq!(provider.available(), PACK);

    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    provider.cancel_line().await;
    let paid = provider.pay(&checkout, VISA).await;
    let told = provider.come_back(&mut browser, &paid).await;
    let page = provider.known_end(&mut browser, &told).await;
    assert!(page.contains("R$24.90 became your credit"), "{page}");
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (0, "24.90"));
    assert_eq!(provider.topup().await.state, TopupState::Credited);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_paying_and_coming_back_changes_nothing() {
    let provider = Provider::open_portal().await;
    let (checkout, topup) = {
        let mut browser = provider.signed_in().await;
        provider.house.sandbox.faults().change(|faults| faults.webhook_hold = true);
        let checkout = provider.begin(&mut browser).await;
        (checkout, provider.topup().await)
    };
    provider.pay(&checkout, VISA).await;
    let session = topup.checkout_session.expect("a session");
    payments::sync_session(provider.app(), &session).await.expect("it is read");
    let provider = provider.restart().await;
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!((provider.available(), provider.credit().await.to_decimal().as_str()), (PACK, "0.00"));
    assert_eq!(provider.topup().await.state, TopupState::Credited);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_payment_at_stripe_becomes_credit_and_a_person_hears_of_it() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    let topup = provider.topup().await;
    // As if Stripe had opened two pages for the same wish: both are its customer's, and both name it.
    let customer = provider.line.customer;
    let known = provider.app().read(move |reader| reader.customer(customer)).await.expect("a look");
    let (topup_id, url) = (topup.id.to_string(), provider.house.url.clone());
    let second = CheckoutSessionParams {
        customer: &known.and_then(|customer| customer.stripe_customer_id).expect("Stripe knows him"),
        client_reference_id: &customer.to_string(),
        metadata: &[("topup_id", topup_id.as_str())],
        product_name: "10.0 GB",
        amount: MinorAmount::from_amount(topup.amount).expect("centavos"),
        saving: CardSaving::Always,
        expires_at: clock::now().plus(money::Timestamp::HOUR).as_seconds(),
        success_url: &url,
        cancel_url: &url,
        locale: None,
    };
    let key = IdempotencyKey::new("a-second-page").expect("a key");
    let second: CheckoutSession = provider.app().stripe.send(&second.request(key)).await.expect("a page");
    let second = second.url.expect("where it is");

    assert!(provider.pay(&checkout, VISA).await.header("location").is_some());
    provider.until_purchase_is(PurchaseState::Paid).await;
    assert_eq!(provider.available(), PACK);
    assert!(provider.pay(&second, VISA).await.header("location").is_some());
    let found = provider.all_findings(1).await;
    assert_eq!(found[0].code, FindingCode::PaidTwice);
    assert!(found[0].detail.starts_with("R$24.90 more was paid by card (pi_"), "{}", found[0].detail);
    assert_eq!((provider.credit().await.to_decimal().as_str(), provider.available()), ("24.90", PACK));
    assert_eq!(provider.attempts().await, [PaymentStatus::Succeeded; 2]);

    // Told again, by whichever way, nothing more comes of either.
    let attempts = provider.app().read(move |reader| reader.payments_of(customer, None, 20)).await;
    for payment in attempts.expect("a look").rows {
        payments::sync_payment_intent(provider.app(), &payment.provider_payment).await.expect("it is read");
    }
    provider.all_findings(1).await;
    assert_eq!((provider.credit().await.to_decimal().as_str(), provider.available()), ("24.90", PACK));

    // What goes back to the card is not credit any more; what was bought stays.
    let newest = provider.app().read(move |reader| reader.payments_of(customer, None, 1)).await;
    let payment = newest.expect("a look").rows[0].clone();
    let shown = refunds::preview(provider.app(), payment.id, payment.amount).await.expect("a look");
    assert_eq!(shown.expect("it is credit").from_grant, payment.amount);
    let sandbox = &provider.house.sandbox;
    let name = payment.provider_payment;
    sandbox.act(Act::Refund { payment: name.clone(), amount: Some(990) }).await.expect("it fits");
    provider.until_credit("15.00").await;
    sandbox.act(Act::Refund { payment: name, amount: None }).await.expect("it fits");
    provider.until_credit("0.00").await;
    let left = provider.app().read(move |reader| overpaid::left(reader, customer, Unit::BRL)).await;
    assert_eq!(left.expect("a look").to_decimal(), "0.00", "no invoice takes it off");
    assert_eq!(provider.available(), PACK);
    provider.agrees_with_stripe().await;
    // What goes back of the payment that bought it takes the data, though the page's last payment was the other one.
    let oldest = provider.app().read(move |reader| reader.payments_of(customer, None, 20)).await;
    let first = oldest.expect("a look").rows.pop().expect("the first payment");
    let shown = refunds::preview(provider.app(), first.id, first.amount).await.expect("a look");
    assert_eq!(shown.expect("it is data").from_grant.value(), PACK);
    let sandbox = &provider.house.sandbox;
    sandbox.act(Act::Refund { payment: first.provider_payment, amount: None }).await.expect("it fits");
    let gone = async {
        while provider.available() != 0 {
            house::look_again().await;
        }
    };
    tokio::time::timeout(house::PATIENCE, gone).await.expect("the data in time");
    provider.agrees_with_stripe().await;
    provider.all_findings(1).await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_of_what_became_credit_takes_it_once_and_what_was_used_before_is_told() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let checkout = provider.begin(&mut browser).await;
    provider.cancel_line().await;
    provider.pay(&checkout, VISA).await;
    provider.until_credit("24.90").await;
    let customer = provider.line.customer;
    let (id, reason) = (IntentId::from_u128(saldo::ids::fresh()), "no balcão".to_owned());
    let amount = Amount::parse("20.00", Unit::BRL).expect("an amount");
    let giving = GivingBack { id, customer, amount, by: PaidBy::Hand, reason, finding: None };
    overpaid::give_back(provider.app(), Author::operator(), giving).await.expect("given back");
    let paid = provider.app().read(move |reader| reader.payments_of(customer, None, 1)).await;
    let payment = paid.expect("a look").rows[0].provider_payment.clone();
    let before = provider.all_findings(1).await;
    assert_eq!(before[0].code, FindingCode::PaymentRefused);
    provider.house.sandbox.act(Act::Dispute { payment, amount: None }).await.expect("it fits");
    provider.until_credit("0.00").await;
    let told = |findings: &Vec<Finding>| findings.len() == 2;
    let findings = provider.house.until(|reader| reader.findings(9), told).await;
    let found = findings.iter().find(|one| one.code == FindingCode::CardGivenBack).expect("it is told");
    assert!(found.detail.starts_with("R$20.00 of a card payment for pur_"), "{}", found.detail);
    provider.agrees_with_stripe().await;
    provider.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_lead_to_one_payment_page() {
    let provider = Provider::open_portal().await;
    let mut browser = provider.signed_in().await;
    let (_, fields) = provider.choose(&mut browser, Charging::Card).await;
    let pairs: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let requests = (0..4).map(|_| browser.form("/buy-credit", &pairs));
    let answers = house::together(requests.map(|request| provider.house.send(request))).await;
    let pages: Vec<_> = answers.iter().map(|answer| answer.header("location").map(str::to_owned)).collect();
    assert!(pages[0].is_some() && pages.iter().all(|page| *page == pages[0]), "{pages:?}");
    provider.topup().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_stripe_nothing_waits() {
    // Nobody listens there.
    let nowhere = "http://127.0.0.1:9".to_owned();
    let provider = Provider::open_portal_and(|config| config.stripe.api_url = nowhere).await;
    let mut browser = provider.signed_in().await;
    let told = provider.buy_in(&mut browser, Charging::Card).await;
    assert_eq!(told.status.as_u16(), 502, "{}", told.text);
    assert_eq!(provider.until_purchase_is(PurchaseState::Dropped).await.released_at, None);
    let refused = browser.submit(&provider.page(), "/purchases/pur_0/checkout", &[]).await;
    assert_eq!(refused.status.as_u16(), 404);
}
