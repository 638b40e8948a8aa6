//! Packs bought by the API and paid by card or Pix: what is answered, what the payment leads to, and every way it may end.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod browser;
mod house;
mod subscriber;

use book::{LineAct, LineStatus};
use brazil::pix::BrCode;
use house::provider::{ALLOWANCE, PACK, Provider};
use house::{Answer, fresh_key, together};
use reqwest::Method;
use saldo::audit::Author;
use saldo::lines::{self, NewLine};
use saldo::{payments, purchases};
use serde_json::{Value, json};
use store::tables::bank::FindingCode;
use subscriber::CALLBACK;

const VISA: &str = "4242424242424242";
const DECLINED: &str = "4000000000000002";

impl Provider {
    fn list(&self) -> String {
        format!("/v1/lines/{}/purchases", self.line.id)
    }

    fn order(&self, charging: &str, sequence: u32) -> Value {
        let pack = self.app().sold().pack(self.pack_no).expect("the pack").id;
        json!({"pack": pack.to_string(), "charging": charging, "sequence": sequence})
    }

    async fn order_by(&self, charging: &str, sequence: u32) -> Answer {
        self.house.post(&self.list(), &self.order(charging, sequence)).await
    }

    /// A purchase as the API reads it.
    async fn read(&self, purchase: &Value) -> Value {
        let id = purchase["id"].as_str().expect("an id");
        self.house.get(&format!("/v1/purchases/{id}")).await.expect(200)
    }

    /// Reads a purchase until it is in this state.
    async fn until_state(&self, purchase: &Value, state: &str) -> Value {
        let reading = async {
            loop {
                let read = self.read(purchase).await;
                if read["state"] == state {
                    return read;
                }
                house::look_again().await;
            }
        };
        tokio::time::timeout(house::PATIENCE, reading).await.expect("the state within time")
    }

    async fn give_up(&self, purchase: &Value) -> Answer {
        let id = purchase["id"].as_str().expect("an id");
        self.house.post(&format!("/v1/purchases/{id}/cancellation"), &json!({})).await
    }

    /// The provider of Pix tells that this code was paid, by the payment of this number.
    async fn pay_pix(&self, purchase: &Value, number: u32) {
        let br_code = purchase["pix"]["br_code"].as_str().expect("a code");
        let BrCode::Static(code) = BrCode::parse(br_code).expect("a code") else { panic!("static") };
        let (txid, amount) = (code.txid.expect("a txid"), code.amount.expect("an amount"));
        let told = json!({"pix": [{"endToEndId": format!("E00000000202611221430{number:0>11}"),
            "txid": txid.as_str(), "chave": code.key.as_str(), "valor": amount.to_string(),
            "horario": "2026-11-22T14:30:00.000Z"}]});
        self.house.send(self.house.request(Method::POST, CALLBACK).json(&told)).await.expect(200);
    }

    async fn money(&self) -> String {
        self.credit().await.to_decimal()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_bought_and_cannot_be_shown_yet_is_told_so_and_bought_once() {
    let provider = Provider::open_portal().await;
    let (key, order) = (fresh_key(), provider.order("card", 0));
    // Nothing else is written while this lasts, the views neither; the book decides all the same.
    let (begun, mut has_begun) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, gone_on) = std::sync::mpsc::channel::<()>();
    let app = std::sync::Arc::clone(provider.app());
    let holding = tokio::spawn(async move {
        let held = app.write(move |_| {
            let _ = begun.send(());
            // It ends when whoever holds the other side lets go.
            let _ = gone_on.recv();
            Ok(())
        });
        held.await
    });
    has_begun.recv().await.expect("nothing is written");
    let late = provider.house.post_under(&key, &provider.list(), &order).await;
    assert_eq!(late.expect(503)["code"], "purchase_not_known_yet");
    drop(go_on);
    holding.await.expect("it ends").expect("nothing is written");

    let bought = provider.house.post_under(&key, &provider.list(), &order).await.expect(201);
    assert_eq!(bought["state"], "awaiting");
    let all = provider.house.get(&provider.list()).await.expect(200);
    assert_eq!(all["data"], json!([bought]), "one purchase");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_card_it_is_answered_with_a_page_and_released_once_when_that_is_paid() {
    let provider = Provider::open_portal().await;
    let (house, key) = (&provider.house, fresh_key());
    let order = provider.order("card", 0);
    let first = house.post_under(&key, &provider.list(), &order).await;
    let bought = first.expect(201);
    assert_eq!(
        (&bought["state"], &bought["released_at"], &bought["pix"], &bought["boleto"]),
        (&json!("awaiting"), &Value::Null, &Value::Null, &Value::Null)
    );
    let page = bought["checkout_url"].as_str().expect("a page");
    assert!(page.starts_with(house.sandbox.url()), "{page}");

    // The same wish again, under its key, under another, ten times at once: one purchase and one page.
    assert_eq!(house.post_under(&key, &provider.list(), &order).await.text, first.text);
    let again = together((0..10).map(|_| provider.order_by("card", 0))).await;
    for answer in &again {
        let answer = answer.expect(201);
        assert_eq!((&answer["id"], &answer["checkout_url"]), (&bought["id"], &bought["checkout_url"]));
    }
    let other = house.post_under(&key, &provider.list(), &provider.order("pix", 0)).await;
    assert_eq!(other.expect(409)["code"], "idempotency_key_reused");

    assert_eq!(house.pay(&bought, DECLINED).await.header("location"), None);
    assert_eq!((&provider.read(&bought).await["state"], provider.available()), (&json!("awaiting"), 0));
    assert!(house.pay(&bought, VISA).await.header("location").is_some());
    let paid = provider.until_state(&bought, "paid").await;
    assert_eq!((&paid["paid_by"], &paid["checkout_url"]), (&json!("card"), &Value::Null));
    assert!(paid["released_at"].is_string() && paid["paid_at"].is_string(), "{paid}");
    assert_eq!(provider.available(), PACK);

    let seen = house.seen();
    let session = page.rsplit('/').next().expect("a session");
    payments::sync_session(provider.app(), session).await.expect("it is read again");
    assert_eq!(house.post_under(&key, &provider.list(), &order).await.text, first.text, "the first answer");
    assert_eq!(provider.order_by("card", 0).await.expect(201)["state"], "paid");
    assert_eq!((house.seen(), provider.money().await.as_str()), (seen, "0.00"));
    assert_eq!(provider.give_up(&bought).await.expect(409)["code"], "purchase_not_awaiting");
    let log = house.get("/v1/audit-log").await.text;
    assert!(log.contains("purchase.create"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_pix_it_is_answered_with_a_code_and_released_once_when_that_is_paid() {
    let provider = Provider::open_portal().await;
    let (house, key) = (&provider.house, fresh_key());
    let order = provider.order("pix", 0);
    let first = house.post_under(&key, &provider.list(), &order).await;
    let bought = first.expect(201);
    assert_eq!((&bought["state"], &bought["pix"]["state"]), (&json!("awaiting"), &json!("open")));
    assert_eq!((&bought["released_at"], &bought["checkout_url"]), (&Value::Null, &Value::Null));
    let again = together((0..10).map(|_| provider.order_by("pix", 0))).await;
    for answer in &again {
        assert_eq!(answer.expect(201), bought);
    }
    assert_eq!(house.post_under(&key, &provider.list(), &order).await.text, first.text);

    provider.pay_pix(&bought, 1).await;
    let paid = provider.until_state(&bought, "paid").await;
    assert_eq!((&paid["paid_by"], &paid["pix"]["state"]), (&json!("pix"), &json!("paid")));
    assert!(paid["released_at"].is_string(), "{paid}");
    assert_eq!(provider.available(), PACK);
    let seen = house.seen();
    provider.pay_pix(&bought, 1).await;
    house.until(|reader| reader.inbox_count(store::tables::inbox::InboxState::Received), |it| *it == 0).await;
    assert_eq!((house.seen(), provider.available()), (seen, PACK), "told again, nothing changes");
    provider.pay_pix(&bought, 2).await;
    assert_eq!(provider.all_findings(1).await[0].code, FindingCode::PaidTwice);
    assert_eq!((provider.available(), provider.money().await.as_str()), (PACK, "24.90"));

    // By boleto, too, the answer holds what is to be paid.
    provider.ask(LineAct::AddUse { total: PACK, outside: 0 }).await;
    let boleto = provider.order_by("boleto", 1).await.expect(201);
    assert_eq!(boleto["boleto"]["linha_digitavel"].as_str().map(str::len), Some(54), "{boleto}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_is_in_nobodys_way_and_what_is_paid_all_the_same_is_released() {
    let provider = Provider::open_portal().await;
    let house = &provider.house;
    let by_card = provider.order_by("card", 0).await.expect(201);
    let waits = provider.order_by("pix", 1).await.expect(422);
    assert_eq!(waits["code"], "purchase_awaiting", "one at a time");
    let path = format!("/v1/purchases/{}/cancellation", by_card["id"].as_str().expect("an id"));
    let key = fresh_key();
    let given_up = house.post_under(&key, &path, &json!({})).await;
    let dropped = given_up.expect(200);
    assert_eq!((&dropped["state"], &dropped["checkout_url"]), (&json!("dropped"), &Value::Null));
    assert_eq!(house.post_under(&key, &path, &json!({})).await.text, given_up.text, "told again");
    assert_eq!(provider.give_up(&by_card).await.expect(409)["code"], "purchase_not_awaiting");

    let by_pix = provider.order_by("pix", 1).await.expect(201);
    let dropped = provider.give_up(&by_pix).await.expect(200);
    assert_eq!((&dropped["state"], &dropped["pix"]["state"]), (&json!("dropped"), &json!("cancelled")));
    assert_eq!(provider.available(), 0);
    let next = provider.order_by("next_invoice", 2).await.expect(201);
    assert_eq!((&next["state"], provider.available()), (&json!("released"), PACK));
    assert_eq!(provider.give_up(&next).await.expect(409)["code"], "purchase_not_awaiting");

    provider.pay_pix(&by_pix, 1).await;
    provider.until_state(&by_pix, "paid").await;
    assert_eq!((provider.available(), provider.money().await.as_str()), (2 * PACK, "0.00"));
    for missing in ["pur_0", "pur_00000000000000000000000001"] {
        let path = format!("/v1/purchases/{missing}/cancellation");
        assert_eq!(house.post(&path, &json!({})).await.expect(404)["code"], "not_found", "{missing}");
    }
    let log = house.get("/v1/audit-log").await.text;
    assert_eq!(log.matches("purchase.cancel").count(), 2, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_pays_ends_with_its_time() {
    let provider = Provider::open_portal().await;
    let by_pix = provider.order_by("pix", 0).await.expect(201);
    provider.house.advance(31 * 60).await;
    purchases::sweep(provider.app()).await.expect("a sweep");
    let dropped = provider.until_state(&by_pix, "dropped").await;
    assert_eq!((&dropped["pix"]["state"], &dropped["released_at"]), (&json!("expired"), &Value::Null));

    let by_card = provider.order_by("card", 1).await.expect(201);
    let session =
        by_card["checkout_url"].as_str().and_then(|page| page.rsplit('/').next()).expect("a session");
    let expire = format!("{}/v1/checkout/sessions/{session}/expire", provider.house.sandbox.url());
    let expired = provider.house.client.post(expire).bearer_auth(house::STRIPE_KEY);
    assert_eq!(provider.house.send(expired).await.expect(200)["status"], "expired");
    provider.until_state(&by_card, "dropped").await;
    assert_eq!(provider.available(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_bought_is_named_and_changes_nothing() {
    let provider = Provider::open_portal().await;
    let house = &provider.house;
    let app = provider.app();
    // A line of another customer on another plan, with a pack of its own.
    let reais = |amount: &str| json!({"amount": amount, "unit": "BRL"});
    let gb = |count: i64| json!({"amount": (count * 1_000_000_000).to_string(), "unit": "BYTE"});
    let plan = json!({"name": "Rural", "fee": reais("49.90"), "allowance": gb(5), "supports_purchase": true,
        "speed": "1M/5M", "slow_speed": "256k/1M"});
    let plan = house.post("/v1/plans", &plan).await.expect(201);
    let pack = json!({"plan": plan["id"], "quantity": gb(1), "price": reais("9.90"), "chargings": ["pix"]});
    let others = house.post("/v1/packs", &pack).await.expect(201);
    let maria = json!({"name": "Maria", "document": "390.533.447-05", "address": {"street": "Rua A, 1",
        "district": "Centro", "city": "Recife", "state": "PE", "postcode": "50000-000"}});
    let maria = house.post("/v1/subscribers", &maria).await.expect(201);
    let line = json!({"customer": maria["id"], "plan": plan["id"], "anchor_day": 1});
    let marias = house.post("/v1/lines", &line).await.expect(201)["id"].as_str().expect("an id").to_owned();
    house.post(&format!("/v1/lines/{marias}/use"), &json!({"total": gb(5)})).await.expect(200);

    let list = provider.list();
    let with = |field: &str, value: Value| {
        let mut order = provider.order("pix", 0);
        order[field] = value;
        order
    };
    let without = |field: &str| {
        let mut order = provider.order("pix", 0);
        order.as_object_mut().expect("an object").remove(field);
        order
    };
    let of_marias = format!("/v1/lines/{marias}/purchases");
    let nobodys = "/v1/lines/line_00000000000000000000000001/purchases";
    let cases: [(&str, Value, u16, &str, &str); 14] = [
        (&list, with("pack", others["id"].clone()), 422, "pack_unknown", "pack"),
        (&list, with("pack", json!("pack_00000000000000000000000001")), 422, "pack_unknown", "pack"),
        (&list, with("pack", json!("line_1")), 422, "invalid_id", "pack"),
        (&list, with("sequence", json!(7)), 422, "already_bought", "sequence"),
        (&list, with("sequence", json!(-1)), 422, "invalid_field", "sequence"),
        (&list, with("charging", json!("cash")), 422, "invalid_field", "charging"),
        (&list, with("price", reais("1.00")), 422, "pack_changed", "price"),
        (&list, with("price", gb(1)), 422, "unit_mismatch", "price"),
        (&list, with("customer", maria["id"].clone()), 422, "unknown_field", "customer"),
        (&list, without("sequence"), 422, "missing_field", "sequence"),
        (&list, without("charging"), 422, "missing_field", "charging"),
        (&of_marias, provider.order("pix", 0), 422, "pack_unknown", "pack"),
        (nobodys, provider.order("pix", 0), 404, "not_found", ""),
        ("/v1/lines/x/purchases", provider.order("pix", 0), 404, "not_found", ""),
    ];
    let seen = house.seen();
    for (path, order, status, code, field) in cases {
        let problem = house.post(path, &order).await.expect(status);
        let said = (problem["code"].as_str(), problem["field"].as_str().unwrap_or_default());
        assert_eq!(said, (Some(code), field), "{order}: {problem}");
        assert_eq!(house.seen(), seen, "{order}");
    }
    let charging = json!({"pack": others["id"], "charging": "card", "sequence": 0});
    let refused = house.post(&of_marias, &charging).await.expect(422);
    assert_eq!((&refused["code"], &refused["field"]), (&json!("charging_not_offered"), &json!("charging")));

    // Without a key, with a key that may only read, with a customer's own.
    let bare =
        house.request(Method::POST, &list).bearer_auth(&house.operator).json(&provider.order("pix", 0));
    assert_eq!(house.send(bare).await.expect(400)["code"], "idempotency_key_missing");
    let reader = saldo::keys::create(app, None, "reads", "lines:read").await.expect("a key").secret;
    for (secret, status) in [(reader.as_str(), 403), ("saldo_sk_nobody", 401)] {
        let request = house.request(Method::POST, &list).bearer_auth(secret);
        let request = request.header("idempotency-key", fresh_key()).json(&provider.order("pix", 0));
        house.send(request).await.expect(status);
    }

    // What was bought meanwhile, a balance that is positive again, a line that is blocked or is no more.
    provider.order_by("next_invoice", 0).await.expect(201);
    assert_eq!(provider.order_by("pix", 0).await.expect(422)["code"], "already_bought");
    let positive = provider.order_by("pix", 1).await.expect(422);
    assert_eq!((&positive["code"], provider.available()), (&json!("balance_positive"), PACK));
    provider.ask(LineAct::AddUse { total: PACK, outside: 0 }).await;
    for (status, code) in [(LineStatus::Blocked, "line_blocked"), (LineStatus::Cancelled, "line_cancelled")] {
        provider.ask(LineAct::SetStatus { status }).await;
        let seen = house.seen();
        for charging in ["pix", "card", "boleto", "next_invoice"] {
            assert_eq!(provider.order_by(charging, 1).await.expect(422)["code"], code, "{charging}");
        }
        assert_eq!(house.seen(), seen, "{code}");
    }
    let pages = app.read(|reader| reader.topups(None, 10)).await.expect("a look").rows;
    assert!(pages.is_empty(), "no payment page was opened: {pages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_for_a_line_that_is_no_more_becomes_credit() {
    for charging in ["pix", "card"] {
        let provider = Provider::open_portal().await;
        let bought = provider.order_by(charging, 0).await.expect(201);
        provider.cancel_line().await;
        if charging == "pix" {
            provider.pay_pix(&bought, 1).await;
            provider.all_findings(1).await;
        } else {
            let paid = provider.house.pay(&bought, VISA).await;
            let back = paid.header("location").expect("a way back").to_owned();
            provider.house.client.get(back).send().await.expect("an answer");
            provider
                .house
                .until(
                    |reader| reader.topups(None, 1),
                    |page| {
                        page.rows.iter().all(|row| row.state == store::tables::topups::TopupState::Credited)
                    },
                )
                .await;
        }
        assert_eq!((provider.available(), provider.money().await.as_str()), (0, "24.90"), "{charging}");
        assert_ne!(provider.read(&bought).await["state"], "released", "{charging}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_set_up_says_so_before_anything_is_bought() {
    let nowhere = |config: &mut saldo::config::Config| {
        config.pix = None;
        config.stripe.secret_key = String::new();
    };
    let provider = Provider::open_portal_and(nowhere).await;
    let seen = provider.house.seen();
    for (charging, code) in [("pix", "pix_not_configured"), ("card", "cards_not_configured")] {
        assert_eq!(provider.order_by(charging, 0).await.expect(503)["code"], code);
    }
    assert_eq!(provider.house.seen(), seen);
    // A second line of the same customer has a sequence and a balance of its own.
    let plan_no = provider.app().sold().pack(provider.pack_no).expect("the pack").plan_no;
    let customer = provider.line.customer;
    let new = NewLine { customer, plan_no, anchor_day: 9, access_login: Some("joao-2".to_owned()) };
    let second = lines::open(provider.app(), Author::operator(), new).await.expect("a line");
    let wallet = second.wallet;
    lines::ask(provider.app(), wallet, LineAct::AddUse { total: ALLOWANCE, outside: 0 }, None)
        .await
        .expect("used");
    let path = format!("/v1/lines/{}/purchases", second.id);
    provider.house.post(&path, &provider.order("next_invoice", 0)).await.expect(201);
    provider.order_by("next_invoice", 0).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_answer_of_stripe_nothing_waits() {
    let nowhere = "http://127.0.0.1:9".to_owned();
    let provider = Provider::open_portal_and(|config| config.stripe.api_url = nowhere).await;
    let key = fresh_key();
    let refused = provider.house.post_under(&key, &provider.list(), &provider.order("card", 0)).await;
    assert_eq!(refused.expect(502)["code"], "payment_provider_unavailable");
    let listed = provider.house.get(&provider.list()).await.expect(200);
    assert_eq!((&listed["data"][0]["state"], provider.available()), (&json!("dropped"), 0));
    let again = provider.house.post_under(&key, &provider.list(), &provider.order("card", 0)).await;
    assert_eq!(again.expect(409)["code"], "checkout_over", "the same wish stays what it came to");
    provider.order_by("next_invoice", 1).await.expect(201);
    assert_eq!(provider.available(), PACK);
}
