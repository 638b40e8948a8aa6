//! Bad input by name: each gets its status, its code and a sentence that names the field, and changes nothing.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use house::{Answer, House, WEBHOOK_SECRET, fresh_key};
use money::Timestamp;
use reqwest::Method;
use saldo::customers::CreatedCustomer;
use serde_json::{Value, json};
use store::tables::inbox::InboxState;

/// A house with a customer and meters, of which it is known that nothing changes.
struct Bench {
    house: House,
    ana: CreatedCustomer,
    charge: Value,
}

impl Bench {
    async fn open() -> Bench {
        let house = House::open().await;
        house.meter_of_hours().await;
        let price = json!({"kind": "per_unit", "price": {"amount": "0.01", "unit": "USD"}});
        let meter = json!({"slug": "tokens", "aggregation": "sum", "sum_field": "n", "price": price});
        house.post("/v1/meters", &meter).await.expect(201);
        let ana = house.customer("ana").await;
        let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "1.00", "unit": "USD"}, "kind": "sms"});
        // The kind is known from now on: naming a new one is a change of its own.
        house.post("/v1/charges", &charge).await.expect(201);
        Bench { house, ana, charge }
    }

    /// Sends and checks status, code, field and a word of the sentence, and that nothing changed.
    async fn refuses(&self, what: &str, answer: impl Future<Output = Answer>, expected: Expected) {
        let before = (self.house.seen(), self.house.figures(self.ana.wallet).await, self.counts().await);
        let answer = answer.await;
        let Expected { status, code, field, says } = expected;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
        let problem = answer.json();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["code"], code, "{what}: {problem}");
        let found = problem["field"].as_str().unwrap_or_default();
        assert_eq!(found, field, "{what}: {problem}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(says) && detail.ends_with('.'), "{what}: {detail}");
        assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"), "{what}");
        let after = (self.house.seen(), self.house.figures(self.ana.wallet).await, self.counts().await);
        assert_eq!(before, after, "{what}: something changed");
    }

    /// How much there is of what requests could have made.
    async fn counts(&self) -> [usize; 4] {
        let customer = self.ana.customer.id;
        let look = move |reader: &store::Reader<'_>| {
            let received = InboxState::ALL.iter().map(|state| reader.inbox_count(*state));
            let received = received.sum::<Result<u64, _>>()?;
            Ok([
                reader.customers(None, 1_000)?.rows.len(),
                reader.meters()?.len(),
                reader.topups_of(customer, None, 1_000)?.rows.len(),
                usize::try_from(received).unwrap_or(usize::MAX),
            ])
        };
        self.house.running.app.read(look).await.expect("counts")
    }

    fn charge_with(&self, field: &str, value: Value) -> Value {
        let mut charge = self.charge.clone();
        charge[field] = value;
        charge
    }

    fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> impl Future<Output = Answer> {
        let request = self.house.request(Method::POST, path).bearer_auth(&self.house.operator);
        let request = request.header("idempotency-key", fresh_key()).header("content-type", content_type);
        self.house.send(request.body(body))
    }
}

#[derive(Clone, Copy)]
struct Expected {
    status: u16,
    code: &'static str,
    field: &'static str,
    says: &'static str,
}

fn expect(status: u16, code: &'static str, field: &'static str, says: &'static str) -> Expected {
    Expected { status, code, field, says }
}

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "unit": "USD"})
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_and_amounts() {
    let bench = Bench::open().await;
    let cases = [
        (
            "unknown field",
            bench.charge_with("colour", json!("red")),
            expect(422, "unknown_field", "colour", "colour is not a field"),
        ),
        (
            "unknown inner field",
            bench.charge_with("amount", json!({"amount": "1", "unit": "USD", "x": 1})),
            expect(422, "unknown_field", "amount.x", "amount.x"),
        ),
        (
            "wrong type",
            bench.charge_with("kind", json!(7)),
            expect(422, "invalid_field", "kind", "kind: invalid type"),
        ),
        (
            "amount as a number",
            bench.charge_with("amount", json!({"amount": 1, "unit": "USD"})),
            expect(422, "invalid_field", "amount.amount", "expected a string"),
        ),
        (
            "missing field",
            json!({"wallet": bench.ana.wallet.to_string(), "kind": "sms"}),
            expect(422, "missing_field", "amount", "amount is missing"),
        ),
        (
            "negative amount",
            bench.charge_with("amount", usd("-1.00")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "zero amount",
            bench.charge_with("amount", usd("0.00")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "huge amount",
            bench.charge_with("amount", usd("99999999999999999999")),
            expect(422, "amount_too_large", "amount.amount", "amount.amount"),
        ),
        (
            "amount beyond a wallet",
            bench.charge_with("amount", usd("9000000000000")),
            expect(422, "amount_too_large", "", "more than a wallet can hold"),
        ),
        (
            "amount beyond the credit",
            bench.charge_with("amount", usd("24.000001")),
            expect(402, "insufficient_credit", "", "24.000001 USD is needed and 24.00 USD is available"),
        ),
        (
            "over-precise amount",
            bench.charge_with("amount", usd("0.0000001")),
            expect(422, "amount_over_precise", "amount.amount", "decimal places"),
        ),
        (
            "amount in words",
            bench.charge_with("amount", usd("one")),
            expect(422, "amount_malformed", "amount.amount", "not a decimal number"),
        ),
        (
            "other currency",
            bench.charge_with("amount", json!({"amount": "1.00", "unit": "BRL"})),
            expect(422, "unit_mismatch", "", "another unit"),
        ),
        (
            "unknown currency",
            bench.charge_with("amount", json!({"amount": "1.00", "unit": "XYZ"})),
            expect(422, "unit_unknown", "amount.unit", "amount.unit must be"),
        ),
        (
            "no wallet",
            json!({"amount": usd("1"), "kind": "sms"}),
            expect(422, "wallet_missing", "wallet", "wallet or customer"),
        ),
        (
            "unknown wallet",
            bench.charge_with("wallet", json!("wal_00000000000000000000000001")),
            expect(404, "wallet_unknown", "", "no such wallet"),
        ),
        (
            "id of another kind",
            bench.charge_with("wallet", json!(bench.ana.customer.id.to_string())),
            expect(422, "invalid_id", "wallet", "beginning with wal_"),
        ),
        (
            "kind in capitals",
            bench.charge_with("kind", json!("SMS!")),
            expect(422, "invalid_kind", "kind", "kind must be a word"),
        ),
    ];
    for (what, body, expected) in cases {
        bench.refuses(what, bench.house.post("/v1/charges", &body), expected).await;
    }
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_customers_meters_and_the_clock() {
    let bench = Bench::open().await;
    let grants = format!("/v1/wallets/{}/grants", bench.ana.wallet);
    let grant = |field: &str, value: Value| {
        let mut grant = json!({"amount": usd("5"), "source": "promotional"});
        grant[field] = value;
        grant
    };
    let window =
        json!({"kind": "per_active_window", "amount": usd("1"), "window_seconds": 59, "anchor": "clock"});
    let meter =
        |slug: &str, price: &Value| json!({"slug": slug, "aggregation": "active_time", "price": price});
    let topup = |amount: Value| json!({"customer": bench.ana.customer.id.to_string(), "amount": amount});
    let cases = [
        (
            "past expiry",
            grants.as_str(),
            grant("expires_at", json!("2020-01-01T00:00:00Z")),
            expect(422, "expiry_past", "", "expiry must be later"),
        ),
        (
            "expiry without offset",
            &grants,
            grant("expires_at", json!("2030-01-01T00:00:00")),
            expect(422, "invalid_time", "expires_at", "RFC 3339"),
        ),
        (
            "negative grant",
            &grants,
            grant("amount", usd("-5")),
            expect(422, "amount_not_positive", "amount", "above zero"),
        ),
        (
            "grant of another currency",
            &grants,
            grant("amount", json!({"amount": "5", "unit": "BRL"})),
            expect(422, "unit_mismatch", "", "another unit"),
        ),
        (
            "adjustment without reason",
            &grants,
            grant("source", json!("adjustment")),
            expect(422, "missing_field", "reason", "reason is missing"),
        ),
        (
            "purchased by hand",
            &grants,
            grant("source", json!("purchased")),
            expect(422, "invalid_field", "source", "unknown variant"),
        ),
        (
            "nameless customer",
            "/v1/customers",
            json!({"name": " "}),
            expect(422, "invalid_name", "name", "1 to 200 bytes"),
        ),
        (
            "no address",
            "/v1/customers",
            json!({"name": "B", "email": "b"}),
            expect(422, "invalid_email", "email", "email must be"),
        ),
        (
            "taken address",
            "/v1/customers",
            json!({"name": "B", "email": "ANA@example.com"}),
            expect(409, "already_exists", "email", "email is already taken"),
        ),
        (
            "unknown language",
            "/v1/customers",
            json!({"name": "B", "locale": "fr"}),
            expect(422, "invalid_locale", "locale", "en or pt-BR"),
        ),
        (
            "taken slug",
            "/v1/meters",
            meter(
                "api_call",
                &json!({"kind": "per_active_window", "amount": usd("1"), "window_seconds": 60, "anchor": "clock"}),
            ),
            expect(409, "already_exists", "slug", "slug is already taken"),
        ),
        (
            "short window",
            "/v1/meters",
            meter("m", &window),
            expect(422, "invalid_window", "price.window_seconds", "60 to 86400"),
        ),
        (
            "price that does not fit",
            "/v1/meters",
            meter("m", &json!({"kind": "per_unit", "price": usd("1")})),
            expect(422, "price_does_not_fit", "price.kind", "per_active_window"),
        ),
        (
            "price of the past",
            "/v1/meters/tokens/prices",
            json!({"price": {"kind": "per_unit", "price": usd("1")}, "valid_from": "2020-01-01T00:00:00Z"}),
            expect(422, "valid_from_past", "valid_from", "not be before now"),
        ),
        (
            "price of an unknown meter",
            "/v1/meters/nope/prices",
            json!({"price": {"kind": "per_unit", "price": usd("1")}}),
            expect(404, "not_found", "", "no such meter"),
        ),
        (
            "top-up too small",
            "/v1/topups",
            topup(usd("4.99")),
            expect(422, "amount_out_of_range", "amount", "from 5.00 USD"),
        ),
        (
            "top-up too large",
            "/v1/topups",
            topup(usd("5000.01")),
            expect(422, "amount_out_of_range", "amount", "to 5000.00 USD"),
        ),
        (
            "top-up finer than a cent",
            "/v1/topups",
            topup(usd("10.001")),
            expect(422, "amount_over_precise", "amount", "whole cents"),
        ),
        (
            "top-up in another currency",
            "/v1/topups",
            topup(json!({"amount": "10", "unit": "BRL"})),
            expect(422, "unit_mismatch", "amount", "must be in USD"),
        ),
        (
            "top-up of nobody",
            "/v1/topups",
            json!({"customer": "cus_00000000000000000000000001", "amount": usd("10")}),
            expect(404, "not_found", "", "no such customer"),
        ),
        (
            "clock that stands",
            "/v1/test-clock/advance",
            json!({"seconds": 0}),
            expect(422, "clock_advance", "", "1 second to 366 days"),
        ),
        (
            "clock that goes back",
            "/v1/test-clock/advance",
            json!({"seconds": -1}),
            expect(422, "invalid_field", "seconds", "seconds: invalid value"),
        ),
        (
            "unknown scope",
            "/v1/api-keys",
            json!({"name": "k", "scopes": ["all"]}),
            expect(422, "scope_unknown", "scopes", "not a scope"),
        ),
        (
            "empty batch",
            "/v1/charges/batch",
            json!({"charges": []}),
            expect(422, "invalid_batch", "charges", "1 to 1000"),
        ),
    ];
    for (what, path, body, expected) in cases {
        bench.refuses(what, bench.house.post(path, &body), expected).await;
    }
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_keys_and_addresses() {
    let bench = Bench::open().await;
    let house = &bench.house;
    let big = vec![b' '; 10 << 20];
    bench
        .refuses(
            "10 MB",
            bench.post_raw("/v1/charges", "application/json", big.clone()),
            expect(413, "body_too_large", "", "longer than"),
        )
        .await;
    bench
        .refuses(
            "10 MB of events",
            bench.post_raw("/v1/events", "application/json", big),
            expect(413, "body_too_large", "", "longer than"),
        )
        .await;
    for broken in ["{", "", "\u{feff}{}", "nul"] {
        let sent = bench.post_raw("/v1/charges", "application/json", broken.as_bytes().to_vec());
        bench.refuses("broken JSON", sent, expect(400, "json_malformed", "", "not JSON")).await;
    }
    let not_text = bench.post_raw("/v1/charges", "application/json", b"{\"kind\":\"\xff\"}".to_vec());
    bench.refuses("JSON that is not UTF-8", not_text, expect(400, "json_malformed", "", "not JSON")).await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/cloudevents+json"] {
        let sent = bench.post_raw("/v1/charges", kind, bench.charge.to_string().into_bytes());
        bench
            .refuses("wrong content type", sent, expect(415, "content_type_wrong", "", "application/json"))
            .await;
    }
    let post = |key: Option<String>| {
        let request =
            house.request(Method::POST, "/v1/charges").bearer_auth(&house.operator).json(&bench.charge);
        house.send(match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        })
    };
    bench.refuses("no key", post(None), expect(400, "idempotency_key_missing", "", "Idempotency-Key")).await;
    bench
        .refuses(
            "empty key",
            post(Some(String::new())),
            expect(400, "idempotency_key_invalid", "", "1 to 255"),
        )
        .await;
    bench
        .refuses(
            "long key",
            post(Some("k".repeat(256))),
            expect(400, "idempotency_key_invalid", "", "1 to 255"),
        )
        .await;
    for (path, body) in [("/v1/charges", bench.charge.clone()), ("/v1/customers", json!({"name": "Bia"}))] {
        let key = fresh_key();
        house.post_under(&key, path, &body).await.expect(201);
        let mut other = body.clone();
        other[if path == "/v1/charges" { "kind" } else { "name" }] = json!("other");
        let again = house.post_under(&key, path, &other);
        // A kind of charge is named before the charge is decided: that is all that may have become.
        bench
            .refuses("key of another body", again, expect(409, "idempotency_key_reused", "", "used before"))
            .await;
    }
    let addresses = [
        (Method::GET, "/v1/nothing", expect(404, "address_unknown", "", "nothing at this address")),
        (Method::GET, "/v1/customers/7", expect(404, "not_found", "", "nothing of this id")),
        (
            Method::GET,
            "/v1/charges/ent_00000000000000000000000001",
            expect(404, "not_found", "", "no such charge"),
        ),
        (Method::PUT, "/v1/customers", expect(405, "method_not_allowed", "", "Allow")),
        (Method::GET, "/v1/customers?limit=0", expect(422, "invalid_limit", "limit", "1 to 200")),
        (Method::GET, "/v1/customers?limit=x", expect(422, "invalid_query", "", "limit")),
        (Method::GET, "/v1/customers?color=red", expect(422, "invalid_query", "", "color")),
        (Method::GET, "/v1/customers?cursor=x", expect(422, "invalid_cursor", "cursor", "next_cursor")),
    ];
    for (method, path, expected) in addresses {
        let sent = house.send(house.request(method, path).bearer_auth(&house.operator));
        bench.refuses(path, sent, expected).await;
    }
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events() {
    let bench = Bench::open().await;
    let now = bench.house.running.app.ledger.now();
    let event = |field: &str, value: Value| {
        let mut event = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "tokens",
            "subject": bench.ana.customer.id.to_string(), "data": {"n": 1}});
        event[field] = value;
        event
    };
    let tomorrow = now.plus(Timestamp::DAY).to_string();
    let last_year = now.plus(-365 * Timestamp::DAY).to_string();
    let cases = [
        ("unknown meter", event("type", json!("nope")), expect(422, "meter_unknown", "type", "not a meter")),
        (
            "unknown subject",
            event("subject", json!("nobody")),
            expect(422, "subject_unknown", "subject", "belongs to no customer"),
        ),
        (
            "event from tomorrow",
            event("time", json!(tomorrow)),
            expect(422, "event_in_future", "", "in the future"),
        ),
        (
            "event from last year",
            event("time", json!(last_year)),
            expect(422, "event_too_late", "", "longer ago"),
        ),
        ("time in words", event("time", json!("now")), expect(422, "invalid_time", "time", "RFC 3339")),
        (
            "other version",
            event("specversion", json!("0.3")),
            expect(422, "specversion_unknown", "specversion", "1.0"),
        ),
        ("no id", event("id", Value::Null), expect(422, "missing_field", "id", "id is missing")),
        ("id as a number", event("id", json!(7)), expect(422, "invalid_field", "id", "must be text")),
        (
            "attribute in capitals",
            event("Colour", json!("red")),
            expect(422, "unknown_field", "Colour", "not an attribute's name"),
        ),
        (
            "negative quantity",
            event("data", json!({"n": -1})),
            expect(422, "quantity_negative", "data.n", "below zero"),
        ),
        (
            "huge quantity",
            event("data", json!({"n": 1e300})),
            expect(422, "invalid_quantity", "data.n", "data.n"),
        ),
        (
            "no quantity",
            event("data", json!({})),
            expect(422, "missing_field", "data.n", "data.n is missing"),
        ),
    ];
    for (what, body, expected) in cases {
        let sent =
            bench.post_raw("/v1/events", "application/cloudevents+json", body.to_string().into_bytes());
        bench.refuses(what, sent, expected).await;
        let sent =
            bench.post_raw("/api/v1/events", "application/cloudevents+json", body.to_string().into_bytes());
        bench.refuses(what, sent, expect(400, "events_refused", "", "1 of the events")).await;
    }
    let many = Value::Array((0..1_001).map(|_| event("id", json!("1"))).collect()).to_string();
    let sent = bench.post_raw("/v1/events", "application/cloudevents-batch+json", many.into_bytes());
    bench.refuses("too many events", sent, expect(413, "batch_too_long", "", "at most 1000")).await;
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_others() {
    let bench = Bench::open().await;
    let house = &bench.house;
    let bia = house.customer("bia").await;
    let key = house.key_of(&bia).await;
    let wallet = format!("/v1/wallets/{}", bench.ana.wallet);
    let customer = house.send(house.request(Method::GET, &wallet).bearer_auth(&key));
    bench.refuses("a customer's key", customer, expect(403, "key_of_customer", "", "opens the guard")).await;
    // Whose wallet pays at the guard follows from the key alone.
    house
        .send(
            house
                .request(Method::GET, &format!("/guard?customer={}", bench.ana.customer.id))
                .bearer_auth(&key),
        )
        .await
        .expect(200);
    assert_eq!(house.figures(bench.ana.wallet).await, ["24.00", "0.00", "24.00"]);
    assert_eq!(house.figures(bia.wallet).await, ["25.00", "0.25", "24.75"]);

    let made = house
        .post("/v1/api-keys", &json!({"name": "k", "customer": bia.customer.id.to_string()}))
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap_or_default().to_owned();
    house.guard(&secret).await.expect(200);
    let revocation = format!("/v1/api-keys/{}/revocation", made["id"].as_str().unwrap_or_default());
    house.post(&revocation, &json!({})).await.expect(200);
    bench.refuses("a revoked key", house.guard(&secret), expect(401, "key_invalid", "", "revoked")).await;

    let reader = json!({"name": "reader", "scopes": ["credit:read", "keys:write"]});
    let reader = house.post("/v1/api-keys", &reader).await.expect(201)["secret"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let write =
        house.request(Method::POST, "/v1/charges").bearer_auth(&reader).header("idempotency-key", "r");
    bench
        .refuses(
            "a reader's write",
            house.send(write.json(&bench.charge)),
            expect(403, "scope_missing", "", "credit:write"),
        )
        .await;
    let more =
        house.request(Method::POST, "/v1/api-keys").bearer_auth(&reader).header("idempotency-key", "r");
    let more = house.send(more.json(&json!({"name": "more", "scopes": ["*"]})));
    bench.refuses("more than one has", more, expect(403, "scope_missing", "", "cannot give it")).await;
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks() {
    let bench = Bench::open().await;
    let house = &bench.house;
    let body = json!({"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1,
        "livemode": false, "api_version": "2026-10-28.endive", "data": {"object": {"id": "cs_foreign"}}})
    .to_string();
    let post = |signature: Option<String>, body: String| {
        let request = house.request(Method::POST, saldo::webhooks::WEBHOOK_PATH);
        house.send(match signature {
            Some(signature) => request.header("stripe-signature", signature).body(body),
            None => request.body(body),
        })
    };
    let signed = |secret: &str, ago: i64| Some(house.signature(&body, secret, ago));
    let cases = [
        ("unsigned webhook", None, body.clone()),
        ("forged webhook", signed("whsec_other", 0), body.clone()),
        ("changed webhook", signed(WEBHOOK_SECRET, 0), body.replace("evt_1", "evt_2")),
        ("stale webhook", signed(WEBHOOK_SECRET, 301), body.clone()),
        ("webhook from the future", signed(WEBHOOK_SECRET, -301), body.clone()),
    ];
    for (what, signature, body) in cases {
        bench
            .refuses(
                what,
                post(signature, body),
                expect(400, "signature_invalid", "", "The signature was refused"),
            )
            .await;
    }
    let nonsense = "{\"hello\":1}";
    let sent = post(Some(house.signature(nonsense, WEBHOOK_SECRET, 0)), nonsense.to_owned());
    bench.refuses("signed nonsense", sent, expect(400, "event_malformed", "", "not an event")).await;

    // Signed and well formed, but of a checkout that is not ours: stored, looked at, put aside.
    let seen = house.seen();
    assert_eq!(post(signed(WEBHOOK_SECRET, 0), body.clone()).await.status.as_u16(), 200);
    let aside = house.until(|reader| reader.inbox_count(InboxState::Ignored), |count| *count == 1);
    aside.await;
    assert_eq!(house.seen(), seen);
    assert_eq!(house.figures(bench.ana.wallet).await, ["24.00", "0.00", "24.00"]);
    bench.house.close().await;
}
