//! Automatic top-up against the sandbox: what is charged, what is not, and what is told.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;

use browser::{Browser, between, login};
use house::{House, STRIPE_KEY, open_sandbox};
use money::Timestamp;
use reqwest::Method;
use saldo::customers::CreatedCustomer;
use sandbox::{Act, OffSessionDecline, Sandbox};
use serde_json::{Value, json};
use store::tables::automatic_topups::{
    AutomaticCharge, AutomaticReason, AutomaticState, AutomaticTopup, ChargeOutcome,
};
use store::tables::outbox::Mail;
use store::tables::payments::Payment;
use store::tables::topups::TopupState;

const VISA: &str = "4242424242424242";
const MASTERCARD: &str = "5555555555554444";
const PAGE: &str = "/automatic-topup";

/// A house, and a customer who has paid $10.00 with a Visa that is kept.
struct Flat {
    house: House,
    ana: CreatedCustomer,
}

impl Flat {
    async fn open() -> Flat {
        Flat::furnish(House::open().await).await
    }

    async fn furnish(house: House) -> Flat {
        let ana = house.customer("ana").await;
        login(&house, &ana).await;
        let flat = Flat { house, ana };
        flat.pay_by_hand(VISA).await;
        flat
    }

    /// Ends the program and starts it again; the provider is well again.
    async fn reopen(self, provider: &Sandbox) -> Flat {
        let Flat { house, ana } = self;
        let data = house.close().await;
        provider.faults().change(|faults| *faults = sandbox::FaultSettings::default());
        let url = provider.url().to_owned();
        Flat { house: House::open_in(data, |config| config.stripe.api_url = url).await, ana }
    }

    /// Pays $10.00 on Stripe's page with a new card.
    async fn pay_by_hand(&self, number: &str) {
        let customer = self.ana.customer.id.to_string();
        let wanted = json!({"customer": customer, "amount": {"amount": "10.00", "unit": "USD"}});
        let topup = self.house.post("/v1/topups", &wanted).await.expect(201);
        self.house.pay(&topup, number).await;
        let path = format!("/recharge/return?session_id={}", session_of(&topup));
        let mut browser = Browser::signed_in(&self.house, &self.ana).await;
        browser.get(&path).await;
        let posted = self.posted().await;
        assert!(posted.ends_with("5.00"), "{posted}");
    }

    /// Turns it on: below $10.00, $20.00, at most $60.00 and 3 a day, $200.00 and 9 a month.
    async fn turn_on(&self) {
        self.turn_on_with(&[]).await;
    }

    async fn turn_on_with(&self, others: &[(&str, &str)]) {
        let mut browser = Browser::signed_in(&self.house, &self.ana).await;
        let page = browser.get(PAGE).await.text;
        let card = between(&page, "name=\"card\" value=\"", "\"").expect("a card").to_owned();
        let usual = [
            ("card", card.as_str()),
            ("threshold", "10.00"),
            ("amount", "20.00"),
            ("day_money", "60.00"),
            ("day_count", "3"),
            ("month_money", "200.00"),
            ("month_count", "9"),
            ("agree", "1"),
        ];
        let mut fields: Vec<_> =
            usual.into_iter().filter(|(name, _)| !others.iter().any(|o| o.0 == *name)).collect();
        fields.extend(others);
        let answer = browser.submit(PAGE, PAGE, &fields).await;
        assert_eq!(answer.header("location"), Some("/automatic-topup?saved=1"), "{}", answer.text);
    }

    /// Spends by hand of the operator.
    async fn spend(&self, amount: &str) {
        let body = json!({"wallet": self.ana.wallet.to_string(), "amount": {"amount": amount, "unit": "USD"},
            "kind": "api_call"});
        self.house.post("/v1/charges", &body).await.expect(201);
    }

    async fn posted(&self) -> String {
        let [posted, _, _] = self.house.figures(self.ana.wallet).await;
        posted
    }

    /// The settings, as soon as this is true of them.
    async fn settings(&self, is_so: impl Fn(&AutomaticTopup) -> bool) -> AutomaticTopup {
        let wallet = self.ana.wallet;
        let looking = async {
            loop {
                let row = self.house.running.app.read(move |reader| reader.automatic_topup(wallet)).await;
                if let Some(row) = row.expect("a look").filter(&is_so) {
                    return row;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(house::PATIENCE, looking).await.expect("what is wanted within time")
    }

    /// The charges, newest first, as soon as this is true of them.
    async fn charges(&self, is_so: impl Fn(&[AutomaticCharge]) -> bool) -> Vec<AutomaticCharge> {
        let wallet = self.ana.wallet;
        let looking = async {
            loop {
                let look = move |reader: &store::Reader<'_>| {
                    reader.automatic_charges_since(wallet, Timestamp::EPOCH, 100)
                };
                let rows = self.house.running.app.read(look).await.expect("a look");
                if is_so(&rows) {
                    return rows;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(house::PATIENCE, looking).await.expect("what is wanted within time")
    }

    /// The newest mail of this kind.
    async fn mail(&self, kind: &str) -> Mail {
        self.mail_about(kind, "").await
    }

    /// The newest mail of this kind whose subject says this.
    async fn mail_about(&self, kind: &str, words: &str) -> Mail {
        let looking = async {
            loop {
                let mails =
                    self.house.running.app.read(|reader| reader.mails(None, 50)).await.expect("mails");
                if let Some(mail) =
                    mails.rows.into_iter().find(|mail| mail.kind == kind && mail.subject.contains(words))
                {
                    return mail;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(house::PATIENCE, looking).await.expect("a mail within time")
    }

    async fn page(&self) -> String {
        Browser::signed_in(&self.house, &self.ana).await.get(PAGE).await.text
    }

    async fn press(&self, action: &str) {
        let mut browser = Browser::signed_in(&self.house, &self.ana).await;
        let answer = browser.submit(PAGE, &format!("{PAGE}/{action}"), &[]).await;
        assert_eq!(answer.header("location"), Some(PAGE), "{action}: {}", answer.text);
    }

    fn decline(&self, how: Option<OffSessionDecline>) {
        self.house.sandbox.faults().change(|faults| faults.off_session_decline = how);
    }

    /// How often Stripe charged a card of hers, by what it lists.
    async fn succeeded_at(&self, sandbox: &Sandbox) -> usize {
        let url = format!("{}/v1/payment_intents?limit=100", sandbox.url());
        let request = self.house.client.get(url).bearer_auth(STRIPE_KEY);
        let list: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        let intents = list["data"].as_array().expect("a list");
        intents.iter().filter(|intent| intent["status"] == "succeeded").count()
    }
}

fn session_of(topup: &Value) -> String {
    let url = topup["checkout_url"].as_str().expect("a page");
    url.rsplit('/').next().and_then(|last| last.split(['?', '#']).next()).expect("a session").to_owned()
}

fn is_over(charges: &[AutomaticCharge]) -> bool {
    !charges.is_empty() && charges.iter().all(|charge| charge.settled_at.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn low_credit_is_topped_up_once_and_told() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.spend("24.00").await;
    flat.spend("1.50").await;
    let charges = flat.charges(is_over).await;
    assert_eq!(charges.len(), 1, "{charges:?}");
    assert_eq!(charges[0].outcome, ChargeOutcome::Paid);
    assert_eq!(charges[0].amount.to_decimal(), "20.00");
    assert_eq!(flat.posted().await, "29.50");
    let mail =
        flat.mail_about("credit_added", "Automatic top-up: $20.00 was charged to Visa •••• 4242").await;
    assert!(mail.body.contains("Your credit balance is now"), "{}", mail.body);
    let page = flat.page().await;
    for words in ["Below $10.00 available, $20.00 or a multiple of it is charged to Visa", "You agreed"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let payments =
        flat.house.get(&format!("/v1/payments?customer={}", flat.ana.customer.id)).await.expect(200);
    assert_eq!(payments["data"].as_array().map(Vec::len), Some(2), "each attempt is a row of Credit details");
    assert_eq!(payments["data"][0]["amount"]["amount"], "20.00");
    let wallet = flat.ana.wallet;
    let consents = flat.house.running.app.read(move |reader| reader.automatic_consents(wallet, 9)).await;
    let consents = consents.expect("consents");
    assert_eq!(consents.len(), 1);
    for words in ["I agree that", "Visa •••• 4242; below $10.00 available: $20.00; in a day $60.00 and 3"]
    {
        assert!(consents[0].words.contains(words), "{words}: {}", consents[0].words);
    }
    assert_eq!(consents[0].address.as_deref(), Some("127.0.0.1"));
    assert!(consents[0].given_by.starts_with("log_"), "{}", consents[0].given_by);
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_charged_under_his_old_name_at_stripe_stays_credited() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.spend("24.00").await;
    flat.spend("1.50").await;
    let charge = flat.charges(is_over).await.remove(0);
    assert_eq!(flat.posted().await, "29.50");
    let (id, topup) = (flat.ana.customer.id, charge.topup);
    let app = &flat.house.running.app;
    let row = app.read(move |reader| reader.customer(id)).await.expect("a look").expect("a customer");
    let customer = row.stripe_customer_id.expect("a customer at Stripe");
    flat.house.sandbox.act(Act::DeleteCustomer { customer }).await.expect("he is there");
    let wanted = json!({"customer": id.to_string(), "amount": {"amount": "10.00", "unit": "USD"}});
    let anew = flat.house.post("/v1/topups", &wanted).await.expect(201);
    flat.house.pay(&anew, MASTERCARD).await;
    // Stripe tells of the old payment again: a part of it goes back.
    let payment = charge.provider_payment.expect("the payment that was asked for");
    flat.house.sandbox.act(Act::Refund { payment, amount: Some(500) }).await.expect("a refund");
    let is_back = |attempts: &Vec<Payment>| attempts.iter().any(|tried| tried.refunded > 0);
    flat.house.until(move |reader| Ok(reader.payments_of(id, None, 9)?.rows), is_back).await;
    let (wallet, wanted) = (flat.ana.wallet, steps("34.50"));
    let look = move |reader: &store::Reader<'_>| reader.wallet_view(wallet);
    flat.house.until(look, |row| row.as_ref().is_some_and(|row| row.posted == wanted)).await;
    let app = &flat.house.running.app;
    let state = app.read(move |reader| reader.topup(topup)).await.expect("a look").expect("a top-up").state;
    assert_eq!(state, TopupState::Credited);
    let findings = app.read(|reader| reader.findings(9)).await.expect("findings");
    assert!(findings.is_empty(), "{findings:?}");
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_gap_is_closed_by_one_charge_and_no_cap_is_passed() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.spend("35.00").await;
    let charges = flat.charges(is_over).await;
    assert_eq!(charges.iter().map(|charge| charge.amount.to_decimal()).collect::<Vec<_>>(), ["20.00"]);
    flat.spend("15.00").await;
    flat.charges(|charges| charges.len() == 2 && is_over(charges)).await;
    flat.spend("20.00").await;
    flat.charges(|charges| charges.len() == 3 && is_over(charges)).await;
    // $60.00 and three charges today: no more until tomorrow.
    flat.spend("20.00").await;
    let row = flat.settings(|row| row.capped_until.is_some()).await;
    assert_eq!(row.state, AutomaticState::On);
    let mail = flat.mail("automatic_topup_capped").await;
    assert!(mail.body.contains("number of charges in a day"), "{}", mail.body);
    assert!(flat.page().await.contains("Limit reached"));
    assert_eq!(flat.charges(|_| true).await.len(), 3);
    // The book's time decides.
    flat.house.advance(86_400).await;
    flat.charges(|charges| charges.len() == 4 && is_over(charges)).await;
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn declines_pause_longer_and_longer_and_then_stop() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.decline(Some(OffSessionDecline::InsufficientFunds));
    flat.spend("30.00").await;
    let row = flat.settings(|row| row.state == AutomaticState::Paused).await;
    assert_eq!((row.reason, row.declines), (Some(AutomaticReason::Declined), 1));
    let mail = flat.mail("automatic_topup_paused").await;
    assert!(mail.body.contains("insufficient funds"), "{}", mail.body);
    let page = flat.page().await;
    assert!(page.contains("Paused") && page.contains("insufficient funds"), "{page}");
    assert_eq!(flat.posted().await, "5.00");
    let mut pauses = vec![row.paused_until.expect("a time").since(row.changed_at) / Timestamp::HOUR];
    for declines in 2..=4 {
        let hours = u32::try_from(pauses.last().expect("a pause") + 1).expect("hours");
        flat.house.advance(hours * 3_600).await;
        let row = flat.settings(|row| row.declines == declines).await;
        pauses.extend(row.paused_until.map(|until| until.since(row.changed_at) / Timestamp::HOUR));
    }
    assert_eq!(pauses, [6, 24, 96]);
    let row = flat.settings(|row| row.state == AutomaticState::Stopped).await;
    assert_eq!(row.reason, Some(AutomaticReason::TooManyDeclines));
    flat.mail("automatic_topup_stopped").await;
    // Never by itself.
    flat.decline(None);
    flat.house.advance(40 * 86_400).await;
    assert_eq!(flat.charges(|_| true).await.len(), 4);
    flat.press("resumption").await;
    flat.charges(|charges| charges.len() == 5 && is_over(charges)).await;
    assert_eq!(flat.posted().await, "25.00");
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_card_stops_at_once_and_a_new_one_restarts() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.decline(Some(OffSessionDecline::LostCard));
    flat.spend("30.00").await;
    let row = flat.settings(|row| row.state == AutomaticState::Stopped).await;
    assert_eq!((row.reason, row.declines), (Some(AutomaticReason::HardDecline), 1));
    flat.mail("automatic_topup_stopped").await;
    flat.decline(None);
    flat.pay_by_hand(MASTERCARD).await;
    flat.turn_on().await;
    let row = flat.settings(|row| row.state == AutomaticState::On).await;
    assert_eq!((row.card_brand.as_str(), row.declines), ("mastercard", 0));
    flat.spend("10.00").await;
    let charges = flat.charges(|charges| charges.len() == 2 && is_over(charges)).await;
    assert_eq!(charges[0].card_last4, "4444");
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_wants_the_customer_sends_him_a_link() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    flat.decline(Some(OffSessionDecline::AuthenticationRequired));
    flat.spend("30.00").await;
    let row = flat.settings(|row| row.link_topup.is_some()).await;
    assert_eq!(row.reason, Some(AutomaticReason::AuthenticationRequired));
    let mail = flat.mail("automatic_topup_link").await;
    let url = mail.body.lines().map(str::trim).find(|line| line.starts_with(flat.house.sandbox.url()));
    let url = url.expect("a link to the payment page").to_owned();
    flat.house.pay(&json!({ "checkout_url": url }), VISA).await;
    let id = row.link_topup.expect("a top-up");
    let path = format!("/v1/topups/{id}");
    let paid = async { while flat.house.get(&path).await.expect(200)["state"] != "credited" {} };
    tokio::time::timeout(house::PATIENCE, paid).await.expect("credited within time");
    assert_eq!(flat.posted().await, "25.00");
    let row = flat.settings(|_| true).await;
    assert_eq!(row.state, AutomaticState::Stopped, "it never starts by itself");
    let mut browser = Browser::signed_in(&flat.house, &flat.ana).await;
    let page = browser.get("/automatic-topup").await.text;
    assert!(page.contains("nothing more is due") && !page.contains("Pay now"), "{page}");
    let again = browser.submit("/automatic-topup", "/automatic-topup/payment", &[]).await;
    assert_eq!(again.header("location"), Some("/automatic-topup"), "nobody is led to pay twice");
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_one_charge() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    // The same call is repeated under the same key until it is answered.
    flat.house.sandbox.faults().change(|faults| {
        faults.answers_lost_next = 2;
        faults.webhook_duplicate = true;
        faults.webhook_reorder = true;
    });
    flat.spend("30.00").await;
    let charges = flat.charges(is_over).await;
    assert_eq!(charges.len(), 1);
    assert_eq!(flat.posted().await, "25.00");
    assert_eq!(flat.succeeded_at(&flat.house.sandbox).await, 2, "one by hand, one by itself");
    // Whoever did not press for it has its receipt by mail all the same: once.
    let mail = flat.mail_about("credit_added", "Automatic top-up: $20.00 was charged to").await;
    flat.house.hear_again().await;
    let customer = flat.ana.customer.id;
    let paid = flat.house.running.app.read(move |reader| reader.payments_of(customer, None, 5)).await;
    let paid = paid.expect("a look").rows;
    assert_eq!(paid.len(), 2);
    assert_eq!(flat.house.receipts_mailed(paid[0].id).await, [mail]);
    assert_eq!(flat.house.receipts_mailed(paid[1].id).await.len(), 1);
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_down_before_the_end_is_charged_once_after_it() {
    // A provider that outlives the program, and does not call it.
    let provider = open_sandbox("http://127.0.0.1:9").await;
    let url = provider.url().to_owned();
    let away = url.clone();
    let flat = Flat::furnish(House::open_with(|config| config.stripe.api_url = away).await).await;
    flat.turn_on().await;
    // Nothing reaches Stripe: the row stands, and the program ends.
    provider.faults().change(|faults| faults.calls_fail_next = u32::MAX);
    flat.spend("30.00").await;
    flat.charges(|charges| charges.len() == 1).await;
    let flat = flat.reopen(&provider).await;
    flat.charges(is_over).await;
    assert_eq!(flat.posted().await, "25.00");
    assert_eq!(flat.succeeded_at(&provider).await, 2, "one by hand, one by itself");
    // Stripe charges, and nobody hears of it before the end.
    provider.faults().change(|faults| faults.answers_lost_next = u32::MAX);
    flat.spend("20.00").await;
    let charged = async { while flat.succeeded_at(&provider).await < 3 {} };
    tokio::time::timeout(house::PATIENCE, charged).await.expect("a charge within time");
    let flat = flat.reopen(&provider).await;
    flat.charges(|charges| charges.len() == 2 && is_over(charges)).await;
    assert_eq!(flat.posted().await, "25.00");
    assert_eq!(flat.succeeded_at(&provider).await, 3);
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_yesterday_and_never_made_is_not_made_today() {
    let provider = open_sandbox("http://127.0.0.1:9").await;
    let away = provider.url().to_owned();
    let flat = Flat::furnish(House::open_with(|config| config.stripe.api_url = away).await).await;
    flat.turn_on_with(&[("day_count", "1")]).await;
    provider.faults().change(|faults| faults.calls_fail_next = u32::MAX);
    flat.spend("30.00").await;
    flat.charges(|charges| charges.len() == 1).await;
    // The call is given up after four tries.
    let is_given_up = || provider.faults().settings().calls_fail_next <= u32::MAX - 4;
    let given_up = async {
        while !is_given_up() {
            house::look_again().await;
        }
    };
    tokio::time::timeout(house::PATIENCE, given_up).await.expect("given up within time");
    flat.house.advance(86_400).await;
    // Made now, it would be a second charge beside today's own.
    let flat = flat.reopen(&provider).await;
    let charges = flat.charges(|charges| charges.len() == 2 && is_over(charges)).await;
    let outcomes: Vec<_> = charges.iter().map(|charge| charge.outcome).collect();
    assert_eq!(outcomes, [ChargeOutcome::Paid, ChargeOutcome::Abandoned]);
    assert_eq!(flat.posted().await, "25.00");
    assert_eq!(flat.succeeded_at(&provider).await, 2, "one by hand, one by itself");
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_without_an_answer_is_looked_for_under_the_name_that_was_charged() {
    // On the same day it is asked for once more; on the next one it is only looked for.
    for days in [0, 1] {
        let provider = open_sandbox("http://127.0.0.1:9").await;
        let away = provider.url().to_owned();
        let flat = Flat::furnish(House::open_with(|config| config.stripe.api_url = away).await).await;
        flat.turn_on_with(&[("day_count", "1")]).await;
        provider.faults().change(|faults| faults.answers_lost_next = u32::MAX);
        flat.spend("30.00").await;
        let charged = async { while flat.succeeded_at(&provider).await < 2 {} };
        tokio::time::timeout(house::PATIENCE, charged).await.expect("a charge within time");
        // Nobody has heard of it when he is deleted at Stripe and made there anew.
        let id = flat.ana.customer.id;
        let app = &flat.house.running.app;
        let gone = app.read(move |reader| reader.customer(id)).await.expect("a look").expect("a customer");
        let gone = gone.stripe_customer_id.expect("a customer at Stripe");
        provider.act(Act::DeleteCustomer { customer: gone.clone() }).await.expect("he is there");
        app.write(move |tx| tx.set_stripe_customer(id, "cus_anew")).await.expect("another name");
        if days > 0 {
            flat.house.advance(days * 86_400).await;
        }
        let flat = flat.reopen(&provider).await;
        let has_first =
            |charges: &[AutomaticCharge]| charges.last().is_some_and(|it| it.settled_at.is_some());
        let charge = flat.charges(has_first).await.pop().expect("a charge");
        assert_eq!(charge.outcome, ChargeOutcome::Paid, "{days}: {charge:?}");
        assert_eq!(charge.stripe_customer, Some(gone));
        assert_eq!(flat.posted().await, "25.00");
        assert_eq!(flat.succeeded_at(&provider).await, 2, "one by hand, one by itself");
        flat.house.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sets_reads_and_ends_it_by_api() {
    let flat = Flat::open().await;
    let path = format!("/v1/wallets/{}/automatic-topup", flat.ana.wallet);
    assert_eq!(flat.house.get(&path).await.expect(404)["code"], "not_found");
    let page = flat.page().await;
    let card = between(&page, "name=\"card\" value=\"", "\"").expect("a card").to_owned();
    let usd = |amount: &str| json!({"amount": amount, "unit": "USD"});
    let good = json!({"payment_method": card, "threshold": usd("10.00"), "amount": usd("20.00"),
        "day": {"amount": usd("60.00"), "count": 3}, "month": {"amount": usd("200.00"), "count": 9},
        "consent": {"version": "7", "language": "en", "words": "I agree.", "given_by": "ana", "address": null}});
    let put = async |body: &Value| {
        let request = flat.house.request(Method::PUT, &path).bearer_auth(&flat.house.operator);
        flat.house.send(request.header("idempotency-key", house::fresh_key()).json(body)).await
    };
    let cases = [
        ("/payment_method", json!("pm_other"), "card_unknown"),
        ("/threshold/amount", json!("0"), "amount_not_positive"),
        ("/amount/amount", json!("500.01"), "amount_out_of_range"),
        ("/amount/unit", json!("BRL"), "unit_mismatch"),
        ("/day/count", json!(0), "count_out_of_range"),
        ("/month/amount/amount", json!("59.00"), "amount_out_of_range"),
        ("/consent/words", json!(" "), "length_out_of_range"),
    ];
    for (place, value, code) in cases {
        let mut body = good.clone();
        *body.pointer_mut(place).expect("a field") = value;
        assert_eq!(put(&body).await.expect(422)["code"], code, "{place}");
    }
    let bytes = money::WalletId::from_u128(7);
    let (customer, created_at) = (flat.ana.customer.id, saldo::clock::now());
    let row = store::tables::customers::Wallet { id: bytes, customer, unit: money::Unit::BYTE, created_at };
    flat.house.running.app.write(move |tx| tx.insert_wallet(&row)).await.expect("a wallet of bytes");
    let set_bytes = flat.house.request(Method::PUT, &format!("/v1/wallets/{bytes}/automatic-topup"));
    let set_bytes = set_bytes.bearer_auth(&flat.house.operator).header("idempotency-key", house::fresh_key());
    assert_eq!(flat.house.send(set_bytes.json(&good)).await.expect(422)["code"], "unit_mismatch");
    let set = put(&good).await.expect(200);
    assert_eq!((&set["state"], &set["card_last4"]), (&json!("on"), &json!("4242")));
    assert_eq!(flat.house.get(&path).await.expect(200), set);
    let request = flat.house.request(Method::DELETE, &path).bearer_auth(&flat.house.operator);
    let ended = flat.house.send(request.header("idempotency-key", house::fresh_key())).await.expect(200);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("off"), &json!("by_operator")));
    flat.spend("30.00").await;
    assert!(flat.page().await.contains("It was turned off for you."));
    assert!(flat.charges(|_| true).await.is_empty());
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_names_what_is_wrong_and_changes_nothing() {
    let flat = Flat::open().await;
    let mut browser = Browser::signed_in(&flat.house, &flat.ana).await;
    let page = browser.get(PAGE).await.text;
    let card = between(&page, "name=\"card\" value=\"", "\"").expect("a card").to_owned();
    let good = [
        ("card", card.as_str()),
        ("threshold", "10.00"),
        ("amount", "20.00"),
        ("day_money", "60.00"),
        ("day_count", "3"),
        ("month_money", "200.00"),
        ("month_count", "9"),
        ("agree", "1"),
    ];
    let cases = [
        ("card", "", "Choose one of your saved cards."),
        ("card", "pm_of_somebody_else", "Choose one of your saved cards."),
        ("threshold", "much", "When less than this is available: write an amount"),
        ("threshold", "0", "When less than this is available: from $0.01 to $5,000.00."),
        ("amount", "4.99", "Amount to add: from $5.00 to $500.00."),
        ("amount", "500.01", "Amount to add: from $5.00 to $500.00."),
        ("amount", "20.001", "Amount to add: write an amount of money with at most two decimals."),
        ("day_money", "19.99", "At most in a day: from $20.00 to $1,000.00."),
        ("day_count", "0", "Charges in a day: from 1 to 10."),
        ("day_count", "-1", "Charges in a day: write a whole number."),
        ("month_money", "59.99", "At most in a month: from $60.00 to $5,000.00."),
        ("month_count", "61", "Charges in a month: from 1 to 60."),
        ("agree", "", "Tick the box to agree."),
    ];
    for (name, value, words) in cases {
        let fields: Vec<_> =
            good.iter().map(|field| if field.0 == name { (name, value) } else { *field }).collect();
        let answer = browser.submit(PAGE, PAGE, &fields).await;
        assert_eq!(answer.status.as_u16(), 422, "{name}={value}: {}", answer.text);
        assert!(answer.text.contains(words), "{name}={value}: {}", answer.text);
    }
    let wallet = flat.ana.wallet;
    let row = flat.house.running.app.read(move |reader| reader.automatic_topup(wallet)).await;
    assert_eq!(row.expect("a look"), None);
    flat.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_wallet_is_not_topped_up_until_it_is_thawed() {
    let flat = Flat::open().await;
    flat.turn_on().await;
    let frozen = |is_frozen: bool| json!({"frozen": is_frozen, "reason": "under review"});
    let path = format!("/v1/wallets/{}/freezing", flat.ana.wallet);
    // A checkout that was begun before.
    let wanted =
        json!({"customer": flat.ana.customer.id.to_string(), "amount": {"amount": "12.00", "unit": "USD"}});
    let begun = flat.house.post("/v1/topups", &wanted).await.expect(201);
    flat.spend("30.00").await;
    flat.house.post(&path, &frozen(true)).await.expect(200);
    let before = flat.charges(|_| true).await.len();
    let mut browser = Browser::signed_in(&flat.house, &flat.ana).await;
    let page = browser.get(PAGE).await.text;
    assert!(
        page.contains("Your credit is frozen: no card is charged by itself until it is thawed."),
        "{page}"
    );
    // New payments are refused; one that is confirmed is credited all the same.
    let refused = flat.house.post("/v1/topups", &wanted).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code().as_str()),
        (403, "wallet_frozen"),
        "{}",
        refused.text
    );
    let posted = flat.posted().await;
    flat.house.pay(&begun, VISA).await;
    browser.get(&format!("/recharge/return?session_id={}", session_of(&begun))).await;
    let (was, is) = (steps(&posted), steps(&flat.posted().await));
    assert_eq!(is - was, 12_000_000, "{posted}");
    assert_eq!(flat.charges(|_| true).await.len(), before, "nothing was charged by itself");
    flat.house.post(&path, &frozen(false)).await.expect(200);
    flat.spend("10.00").await;
    let charges = flat.charges(|charges| charges.len() > before).await;
    assert_eq!(charges.len(), before + 1);
}

fn steps(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').expect("an amount");
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let number = |text: &str| text.trim_start_matches('-').parse::<i64>().expect("digits");
    sign * (number(whole) * 1_000_000 + number(&format!("{part:0<6}")))
}
