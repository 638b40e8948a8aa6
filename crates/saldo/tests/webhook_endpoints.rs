//! Webhooks that we send: what a receiver gets, how he knows that it is ours, and what becomes of it when he fails.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;
mod receiver;

use house::{Answer, House, fresh_key};
use money::{Amount, DeliveryId, EndpointId, MessageId, StaffId, Timestamp, Unit};
use receiver::Receiver;
use reqwest::Method;
use saldo::{clock, ids};
use serde_json::{Value, json};
use store::tables::endpoints::{Attempt, Delivery, DeliveryState, Endpoint, Message};
use store::tables::staff::{Staff, StaffRole};

/// A program whose webhooks may go to this machine.
async fn open() -> House {
    House::open_with(|config| {
        config.webhooks.allow_private = true;
        config.webhooks.allow_http = true;
        config.notices.low_balance = None;
    })
    .await
}

/// Makes an endpoint there; it, with its secret.
async fn endpoint(house: &House, url: &str, kinds: &[&str]) -> Value {
    house.post("/v1/webhook-endpoints", &json!({"url": url, "kinds": kinds})).await.expect(201)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text, not {value}"))
}

async fn change(house: &House, id: &str, change: &Value) -> Answer {
    let request = house.request(Method::PATCH, &format!("/v1/webhook-endpoints/{id}"));
    let request = request.bearer_auth(&house.operator).header("idempotency-key", fresh_key());
    house.send(request.json(change)).await
}

/// The deliveries with their tries, once one of them looks as is wanted.
async fn until(house: &House, wanted: impl Fn(&Delivery, &[Attempt]) -> bool) {
    let look = |reader: &store::Reader<'_>| {
        let rows = reader.deliveries(None, None, 50)?.rows;
        rows.into_iter().map(|row| Ok((reader.attempts(row.id, 50)?, row))).collect::<Result<Vec<_>, _>>()
    };
    house.until(look, |rows| rows.iter().any(|(attempts, row)| wanted(row, attempts))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_told_and_signed() {
    let house = open().await;
    let receiver = Receiver::open().await;
    let made = endpoint(&house, &receiver.url(), &[]).await;
    let (id, secret) = (text(&made["id"]), text(&made["secret"]));
    assert!(id.starts_with("whe_") && secret.starts_with("whsec_"), "{made}");
    assert_eq!(
        (&made["enabled"], &made["kinds"], &made["secret_notice"]),
        (&json!(true), &json!([]), &Value::Null)
    );
    let read = house.get(&format!("/v1/webhook-endpoints/{id}")).await;
    assert!(!read.text.contains(secret), "a secret is shown once");
    assert_eq!(read.expect(200)["url"], receiver.url());

    let ana = house.customer("ana").await;
    let customer = ana.customer.id.to_string();
    let wanted = json!({"customer": customer, "amount": {"amount": "10.00", "unit": "USD"}});
    let topup = house.post("/v1/topups", &wanted).await.expect(201);
    house.pay(&topup, "4000000000000002").await;
    let failed = receiver.next("payment.failed").await;
    assert!(failed.is_signed_by(&[secret]), "{failed:?}");
    let data = &failed.body["data"];
    assert_eq!(data["customer"], customer);
    assert_eq!(data["topup"], topup["id"]);
    assert_eq!(data["amount"], json!({"amount": "10.00", "unit": "USD"}));
    assert_eq!(data["card"], json!({"brand": "visa", "last_four": "0002"}));
    assert!(data["reason_code"].is_string() && data["reason"].is_string(), "{data}");

    house.pay(&topup, "4242424242424242").await;
    let added = receiver.next("credit.added").await;
    assert!(added.is_signed_by(&[secret]), "{added:?}");
    let entries = house.get(&format!("/v1/wallets/{}/entries", ana.wallet)).await.expect(200);
    assert_eq!(
        added.body["data"],
        json!({
            "customer": customer, "wallet": ana.wallet.to_string(), "entry": entries["data"][0]["id"],
            "payment": house.get(&format!("/v1/payments?customer={customer}")).await.expect(200)["data"][0]["id"],
            "amount": {"amount": "10.00", "unit": "USD"}, "balance": {"amount": "35.00", "unit": "USD"},
        })
    );

    let all = json!({"wallet": ana.wallet.to_string(), "kind": "api", "amount": {"amount": "35.00", "unit": "USD"}});
    house.post("/v1/charges", &all).await.expect(201);
    let exhausted = receiver.next("balance.exhausted").await;
    assert_eq!(exhausted.body["data"]["available"], json!({"amount": "0.00", "unit": "USD"}));
    assert_eq!(exhausted.body["data"]["line"], Value::Null);
    until(&house, |row, tries| row.state == DeliveryState::Delivered && tries.len() == 1).await;

    let messages = house.get("/v1/webhook-messages").await.expect(200);
    let kinds: Vec<_> =
        messages["data"].as_array().expect("a list").iter().map(|message| text(&message["type"])).collect();
    assert_eq!(kinds, ["payment.failed", "credit.added", "balance.exhausted"]);
    let told = [failed, added, exhausted];
    for (told, message) in told.iter().zip(messages["data"].as_array().expect("a list")) {
        assert_eq!((told.id.as_str(), told.text.as_str()), (text(&message["id"]), text(&message["body"])));
    }
    // What was told once is not told again after a restart.
    let house = house.restart().await;
    let again = house.get("/v1/webhook-messages").await.expect(200);
    assert_eq!(again["data"].as_array().map(Vec::len), Some(3));
    let next = text(&again["next_cursor"]);
    let none = house.get(&format!("/v1/webhook-messages?cursor={next}&wait_seconds=0")).await.expect(200);
    assert_eq!(none, json!({"data": [], "next_cursor": next}));
    assert_eq!(receiver.count(), 3);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fails_is_told_again_with_the_same_id() {
    let house = open().await;
    let receiver = Receiver::open().await;
    let made = endpoint(&house, &receiver.url(), &["credit.added"]).await;
    let id = text(&made["id"]);
    receiver.answer(500, "no room\u{7}");
    let delivery = house.post(&format!("/v1/webhook-endpoints/{id}/test"), &json!({})).await.expect(201);
    let first = receiver.next("endpoint.test").await;
    until(&house, |_, tries| !tries.is_empty()).await;
    let path = format!("/v1/webhook-deliveries/{}", text(&delivery["id"]));
    let waiting = house.get(&path).await.expect(200);
    assert_eq!((&waiting["state"], &waiting["tries"]), (&json!("waiting"), &json!(1)));
    assert_eq!(waiting["attempts"][0]["status"], 500);
    assert_eq!(waiting["attempts"][0]["answer"], "no room\u{fffd}");
    assert_eq!(waiting["content"]["body"], first.text);
    assert!(house.get(&format!("/v1/webhook-endpoints/{id}")).await.expect(200)["failing_since"].is_string());

    // Five seconds later, more or less.
    receiver.answer(204, "");
    let second = receiver.next("endpoint.test").await;
    assert_eq!((&first.id, &first.text), (&second.id, &second.text));
    assert!(second.at >= first.at + 4, "{} {}", first.at, second.at);
    until(&house, |row, tries| row.state == DeliveryState::Delivered && tries.len() == 2).await;
    assert_eq!(
        house.get(&format!("/v1/webhook-endpoints/{id}")).await.expect(200)["failing_since"],
        Value::Null
    );

    let again = house.post(&format!("{path}/redelivery"), &json!({})).await.expect(200);
    assert_eq!((&again["state"], &again["tries"]), (&json!("waiting"), &json!(0)));
    assert_eq!(receiver.next("endpoint.test").await.id, first.id);
    until(&house, |row, tries| row.state == DeliveryState::Delivered && tries.len() == 3).await;
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_failure_long_after_another_turns_nothing_off() {
    let house = open().await;
    let app = &house.running.app;
    let receiver = Receiver::open().await;
    let made = endpoint(&house, &receiver.url(), &["credit.added"]).await;
    let path = format!("/v1/webhook-endpoints/{}", text(&made["id"]));
    let id: EndpointId = text(&made["id"]).parse().expect("an id");
    receiver.answer(503, "");
    // A message failed six days ago, and nothing was told since.
    let days_ago = |days: i64| clock::now().plus(-days * Timestamp::DAY);
    let failing_since = Some(days_ago(6));
    let failed = app.write(move |tx| {
        let known = tx.endpoint(id)?.expect("it was made");
        tx.change_endpoint(&Endpoint { failing_since, ..known })
    });
    assert!(failed.await.expect("a change"));
    let delivery = house.post(&format!("{path}/test"), &json!({})).await.expect(201);
    until(&house, |_, tries| !tries.is_empty()).await;
    assert_eq!(house.get(&path).await.expect(200)["enabled"], true);
    // One that is tried since the day before yesterday says that nothing is taken there.
    let (first, created_at): (DeliveryId, _) = (text(&delivery["id"]).parse().expect("an id"), days_ago(2));
    let older = app.write(move |tx| {
        let known = tx.delivery(first)?.expect("it is there");
        let told = tx.message(known.message)?.expect("what it tells");
        let (id, message) = (DeliveryId::from_u128(ids::fresh()), MessageId::from_u128(ids::fresh()));
        tx.insert_message(&Message { id: message, ..told })?;
        let next_attempt_at = Some(clock::now());
        let state = DeliveryState::Waiting;
        tx.insert_delivery(&Delivery { id, created_at, next_attempt_at, state, message, tries: 5, ..known })
    });
    older.await.expect("another one");
    app.message_news.send_modify(|messages| *messages += 1);
    until(&house, |row, tries| row.created_at == created_at && !tries.is_empty()).await;
    let off = house.get(&path).await.expect(200);
    assert_eq!((&off["enabled"], &off["disabled_reason"]), (&json!(false), &json!("failing")));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_secret_is_rotated_both_sign() {
    let house = open().await;
    let receiver = Receiver::open().await;
    let made = endpoint(&house, &receiver.url(), &[]).await;
    let (id, old) = (text(&made["id"]), text(&made["secret"]));
    let key = fresh_key();
    let path = format!("/v1/webhook-endpoints/{id}/secret-rotation");
    let rotated = house.post_under(&key, &path, &json!({})).await.expect(200);
    let new = text(&rotated["secret"]);
    assert_ne!(old, new);
    assert!(rotated["previous_secret_until"].is_string());
    let again = house.post_under(&key, &path, &json!({})).await.expect(200);
    assert_eq!((&again["secret"], again["secret_notice"].is_string()), (&Value::Null, true));
    house.post(&format!("/v1/webhook-endpoints/{id}/test"), &json!({})).await.expect(201);
    let told = receiver.next("endpoint.test").await;
    assert!(told.is_signed_by(&[new, old]), "{told:?}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn low_credit_is_told_once_for_each_fall() {
    let house = House::open_with(|config| {
        config.webhooks.allow_private = true;
        config.webhooks.allow_http = true;
        config.notices.low_balance = Some(Amount::parse("5.00", Unit::USD).expect("an amount"));
    })
    .await;
    let receiver = Receiver::open().await;
    endpoint(&house, &receiver.url(), &["balance.low"]).await;
    let ana = house.customer("ana").await;
    let wallet = ana.wallet.to_string();
    let seen = |is_low: u8, falls: u32| {
        let id = ana.wallet;
        let look = move |reader: &store::Reader<'_>| {
            let Some(row) = reader.wallet_view(id)? else { return Ok(None) };
            reader.watched_wallet(Unit::USD, row.wallet_no)
        };
        let wanted = (Some(is_low), Some(falls));
        house.until(look, move |row| row.as_ref().is_some_and(|row| (row.is_low, row.falls) == wanted))
    };
    seen(0, 0).await;
    let charge =
        |amount: &str| json!({"wallet": wallet, "kind": "api", "amount": {"amount": amount, "unit": "USD"}});
    house.post("/v1/charges", &charge("20.25")).await.expect(201);
    let told = receiver.next("balance.low").await;
    assert_eq!(
        told.body["data"],
        json!({
            "customer": ana.customer.id.to_string(), "wallet": wallet, "line": null, "entry": null,
            "available": {"amount": "4.75", "unit": "USD"}, "threshold": {"amount": "5.00", "unit": "USD"},
        })
    );
    house.post("/v1/charges", &charge("0.75")).await.expect(201);
    let grant = json!({"amount": {"amount": "10.00", "unit": "USD"}, "source": "promotional"});
    house.post(&format!("/v1/wallets/{wallet}/grants"), &grant).await.expect(201);
    seen(0, 1).await;
    house.post("/v1/charges", &charge("9.50")).await.expect(201);
    let again = receiver.next("balance.low").await;
    assert_eq!(again.body["data"]["available"], json!({"amount": "4.50", "unit": "USD"}));
    assert_ne!(told.id, again.id);
    assert_eq!(receiver.count(), 2, "once for each fall");
    // Making the views again, or another start, tells nothing again.
    let house = house.restart().await;
    let messages = house.get("/v1/webhook-messages").await.expect(200);
    let low = messages["data"].as_array().expect("a list").iter().filter(|one| one["type"] == "balance.low");
    assert_eq!(low.count(), 2);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_gone_is_told_nothing_more() {
    let house = open().await;
    for (email, role, disabled_at) in [
        ("bia@example.com", StaffRole::Admin, None),
        ("leo@example.com", StaffRole::Support, None),
        ("eva@example.com", StaffRole::Admin, Some(clock::now())),
    ] {
        let staff = Staff {
            id: StaffId::from_u128(ids::fresh()),
            email: email.to_owned(),
            name: "Staff".to_owned(),
            password_hash: store::Hidden(String::new()),
            role,
            created_at: clock::now(),
            disabled_at,
        };
        house.running.app.write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    }
    let receiver = Receiver::open().await;
    let made = endpoint(&house, &receiver.url(), &[]).await;
    let id = text(&made["id"]);
    let test = format!("/v1/webhook-endpoints/{id}/test");
    receiver.answer(410, "");
    house.post(&test, &json!({})).await.expect(201);
    receiver.next("endpoint.test").await;
    until(&house, |row, tries| row.state == DeliveryState::Failed && tries.len() == 1).await;
    let gone = house.get(&format!("/v1/webhook-endpoints/{id}")).await.expect(200);
    assert_eq!((&gone["enabled"], &gone["disabled_reason"]), (&json!(false), &json!("gone")));
    assert_eq!(house.post(&test, &json!({})).await.code(), "endpoint_disabled");
    let audit = house.get("/v1/audit-log").await.expect(200);
    let line = audit["data"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|line| line["action"] == "webhook_endpoint.disable");
    assert_eq!(line.map(|line| &line["actor"]), Some(&json!("webhooks")), "{audit}");
    // Admins are told by mail, and nobody else.
    let mails = house.running.app.read(|reader| Ok(reader.mails(None, 50)?.rows)).await.expect("mails");
    let told: Vec<_> = mails.iter().filter(|mail| mail.kind == "endpoint_off").collect();
    assert_eq!(told.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["bia@example.com"]);
    for words in [receiver.url().as_str(), "410 Gone", &format!("/console/webhooks/{id}")] {
        assert!(told[0].body.contains(words), "{words}: {}", told[0].body);
    }

    receiver.answer(200, "");
    assert_eq!(
        change(&house, id, &json!({"enabled": true})).await.expect(200)["disabled_reason"],
        Value::Null
    );
    house.post(&test, &json!({})).await.expect(201);
    receiver.next("endpoint.test").await;

    let removal = house.request(Method::DELETE, &format!("/v1/webhook-endpoints/{id}"));
    let removal = removal.bearer_auth(&house.operator).header("idempotency-key", fresh_key());
    house.send(removal).await.expect(200);
    assert_eq!(house.get(&format!("/v1/webhook-endpoints/{id}")).await.status, 404);
    assert_eq!(house.get("/v1/webhook-deliveries").await.expect(200)["data"], json!([]));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_a_private_address_nor_after_a_redirect() {
    let house = House::open_with(|config| config.webhooks.allow_http = true).await;
    let receiver = Receiver::open().await;
    let url = receiver.url();
    let refused = house.post("/v1/webhook-endpoints", &json!({"url": url})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (422, "url_private".to_owned()),
        "{}",
        refused.text
    );
    // A name is looked up when it is told something, each time.
    let named = endpoint(&house, &url.replace("127.0.0.1", "localhost"), &[]).await;
    house.post(&format!("/v1/webhook-endpoints/{}/test", text(&named["id"])), &json!({})).await.expect(201);
    let is_refused = |attempt: &Attempt| {
        attempt.status.is_none()
            && attempt.error.as_deref().is_some_and(|error| error.contains("a private address"))
    };
    until(&house, |_, tries| tries.iter().any(is_refused)).await;
    assert_eq!(receiver.count(), 0, "not even a connection: {:?}", receiver.last());
    house.close().await;

    let house = open().await;
    receiver.answer_redirect(&format!("{url}elsewhere"));
    let made = endpoint(&house, &url, &[]).await;
    house.post(&format!("/v1/webhook-endpoints/{}/test", text(&made["id"])), &json!({})).await.expect(201);
    receiver.next("endpoint.test").await;
    until(&house, |_, tries| {
        tries.iter().any(|attempt| attempt.status == Some(307) && attempt.error.is_some())
    })
    .await;
    assert_eq!(receiver.count(), 1);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let house = House::open().await;
    let before = house.seen();
    let cases = [
        (json!({}), "missing_field", Some("url")),
        (json!({"url": 7}), "invalid_field", Some("url")),
        (json!({"url": "example.com"}), "invalid_url", Some("url")),
        (json!({"url": "http://example.com/"}), "url_not_https", Some("url")),
        (json!({"url": "https://169.254.169.254/latest"}), "url_private", Some("url")),
        (json!({"url": "https://[::ffff:127.0.0.1]/"}), "url_private", Some("url")),
        (json!({"url": format!("https://example.com/{}", "a".repeat(2_000))}), "invalid_url", Some("url")),
        (json!({"url": "https://example.com/", "kinds": ["credit.lost"]}), "kind_unknown", Some("kinds")),
        (
            json!({"url": "https://example.com/", "description": "a\u{7}"}),
            "invalid_description",
            Some("description"),
        ),
        (
            json!({"url": "https://example.com/", "description": "a\u{0}"}),
            "invalid_text",
            Some("description"),
        ),
        (json!({"url": "https://example.com/", "secret": "mine"}), "unknown_field", Some("secret")),
    ];
    for (body, code, field) in cases {
        let refused = house.post("/v1/webhook-endpoints", &body).await;
        assert_eq!((refused.code().as_str(), refused.json()["field"].as_str()), (code, field), "{body}");
        assert!(refused.status.is_client_error());
    }
    let unknown = "whe_00000000000000000000000000";
    for path in [format!("/v1/webhook-endpoints/{unknown}"), "/v1/webhook-endpoints/1".to_owned()] {
        assert_eq!(house.get(&path).await.status, 404, "{path}");
    }
    for path in ["test", "secret-rotation"] {
        assert_eq!(
            house.post(&format!("/v1/webhook-endpoints/{unknown}/{path}"), &json!({})).await.status,
            404
        );
    }
    let delivery = "/v1/webhook-deliveries/dlv_00000000000000000000000000";
    assert_eq!(house.get(delivery).await.status, 404);
    assert_eq!(house.post(&format!("{delivery}/redelivery"), &json!({})).await.status, 404);
    for (query, code) in [
        ("cursor=1", "invalid_cursor"),
        ("wait_seconds=31", "invalid_wait"),
        ("from=yesterday", "invalid_query"),
        ("limit=0", "invalid_limit"),
    ] {
        assert_eq!(house.get(&format!("/v1/webhook-messages?{query}")).await.code(), code, "{query}");
    }
    assert_eq!(house.get("/v1/webhook-endpoints").await.expect(200)["data"], json!([]));
    assert_eq!(house.seen(), before);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_followed_as_they_come() {
    let house = open().await;
    let now = house.get("/v1/webhook-messages?from=now").await.expect(200);
    let next = text(&now["next_cursor"]);
    let path = format!("/v1/webhook-messages?cursor={next}&wait_seconds=30");
    let ana = house.customer("ana").await;
    let all = json!({"wallet": ana.wallet.to_string(), "kind": "api", "amount": {"amount": "25.00", "unit": "USD"}});
    let (followed, charged) = tokio::join!(house.get(&path), house.post("/v1/charges", &all));
    charged.expect(201);
    let followed = followed.expect(200);
    assert_eq!(followed["data"][0]["type"], "balance.exhausted");
    assert_ne!(followed["next_cursor"], next);
    house.close().await;
}
