//! The API from a customer's first credit to the guard's refusal, on the whole program.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use std::collections::BTreeSet;
use std::time::Instant;

use house::{House, fresh_key, together};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_calls_costs_once() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let key = house.key_of(&ana).await;
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.00", "25.00"]);

    let first = house.guard(&key).await;
    first.expect(200);
    assert_eq!(first.header("saldo-balance"), Some("24.75 USD"));
    assert_eq!(first.header("saldo-customer"), Some(ana.customer.id.to_string().as_str()));
    let seen = house.seen();
    for _ in 0..20 {
        house.guard(&key).await.expect(200);
    }
    assert_eq!(house.seen(), seen, "calls inside an open hour write nothing");
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.25", "24.75"]);

    house.advance(3_600).await;
    assert_eq!(house.figures(ana.wallet).await, ["24.75", "0.00", "24.75"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_calls_at_once_open_one_window() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let key = house.key_of(&ana).await;
    let calls = (0..50).map(|_| house.guard(&key));
    let answers = together(calls).await;
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 200));
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.25", "24.75"]);
    let wallet = house.get(&format!("/v1/wallets/{}", ana.wallet)).await.expect(200);
    assert_eq!(wallet["windows"].as_array().map(Vec::len), Some(1));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credit_nothing_opens() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let key = house.key_of(&ana).await;
    let charge = json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "24.80", "unit": "USD"}, "kind": "setup"});
    house.post("/v1/charges", &charge).await.expect(201);
    let refused = house.guard(&key).await;
    let problem = refused.expect(402);
    assert_eq!(problem["code"], "insufficient_credit");
    assert_eq!(problem["available"], json!({"amount": "0.20", "unit": "USD"}));
    assert_eq!(problem["needed"], json!({"amount": "0.25", "unit": "USD"}));
    let link = format!("{}/recharge", house.url);
    assert_eq!(problem["recharge_url"], link.as_str());
    assert_eq!(refused.header("saldo-recharge-url"), Some(link.as_str()));
    assert_eq!(house.figures(ana.wallet).await, ["0.20", "0.00", "0.20"]);
    for secret in [house.operator.as_str(), "ck_saldo_nobody", ""] {
        house.guard(secret).await.expect(401);
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_given_again_after_a_restart_too() {
    let mut house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let amount = json!({"amount": "1.50", "unit": "USD"});
    let charge = json!({"customer": ana.customer.id.to_string(), "amount": amount, "kind": "image.render"});
    let batch = json!({"charges": [charge, charge]});
    let writes = [
        ("/v1/charges", charge),
        ("/v1/charges/batch", batch),
        ("/v1/customers", json!({"name": "Bia", "subjects": ["device-7"]})),
        ("/v1/test-clock/advance", json!({"seconds": 60})),
    ];
    let mut first = Vec::new();
    for (path, body) in &writes {
        let key = fresh_key();
        let answer = house.post_under(&key, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        first.push((key, answer));
    }
    for round in 0..2 {
        let seen = house.seen();
        for ((path, body), (key, answer)) in writes.iter().zip(&first) {
            let again = house.post_under(key, path, body).await;
            assert_eq!(again.status, answer.status, "{path} in round {round}");
            assert_eq!(again.text, answer.text, "{path} in round {round}");
            let other = json!({"seconds": 61, "name": "Other", "charges": [], "customer": "?"});
            let other = house.post_under(key, path, &other).await;
            assert!(other.status.is_client_error(), "{path}: {}", other.text);
        }
        assert_eq!(house.seen(), seen, "round {round}");
        assert_eq!(house.figures(ana.wallet).await, ["20.50", "0.00", "20.50"]);
        if round == 0 {
            house = house.restart().await;
        }
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_count_once() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let price = json!({"kind": "per_unit", "price": {"amount": "0.0000025", "unit": "USD"}});
    let meter = json!({"slug": "tokens", "aggregation": "sum", "sum_field": "tokens", "price": price});
    house.post("/v1/meters", &meter).await.expect(201);
    let ana = house.customer("ana").await;
    let event = |id: &str, data: serde_json::Value| {
        json!({"specversion": "1.0", "id": id, "source": "test", "type": "tokens",
            "subject": ana.customer.id.to_string(), "data": data})
    };
    let one = event("1", json!({"tokens": 400_000}));
    let outcome = house.post("/v1/events", &one).await.expect(200);
    assert_eq!(outcome["data"][0]["outcome"], "accepted");
    let batch = json!([one, event("2", json!({"tokens": "100000"})), event("3", json!({"tokens": -1}))]);
    let outcomes = house.post("/v1/events", &batch).await.expect(200);
    let fates: Vec<_> =
        outcomes["data"].as_array().into_iter().flatten().map(|one| &one["outcome"]).collect();
    assert_eq!(fates, ["duplicate", "accepted", "refused"]);
    assert_eq!(outcomes["data"][2]["code"], "quantity_negative");
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "1.25", "23.75"]);

    let binary = house.request(Method::POST, "/v1/events").bearer_auth(&house.operator);
    let binary = binary.header("ce-specversion", "1.0").header("ce-id", "4").header("ce-source", "test");
    let binary = binary.header("ce-type", "tokens").header("ce-subject", ana.customer.id.to_string());
    house.send(binary.json(&json!({"tokens": 100_000}))).await.expect(200);
    let openmeter = house.request(Method::POST, "/api/v1/events").bearer_auth(&house.operator);
    let openmeter = openmeter.header("content-type", "application/cloudevents+json");
    house.send(openmeter.body(event("5", json!({"tokens": 100_000})).to_string())).await.expect(204);
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "1.75", "23.25"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_wish_at_the_same_time_is_one() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    let charge =
        json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "1.00", "unit": "USD"}, "kind": "sms"});
    for (path, body) in [("/v1/customers", json!({"name": "Bia"})), ("/v1/charges", charge)] {
        let key = fresh_key();
        let answers = together((0..20).map(|_| house.post_under(&key, path, &body))).await;
        for answer in &answers {
            answer.expect(201);
            assert_eq!(answer.text, answers[0].text, "{path}");
        }
    }
    assert_eq!(house.get("/v1/customers").await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(house.figures(ana.wallet).await, ["24.00", "0.00", "24.00"]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_asks_too_often_is_told_when_to_come_again() {
    let house = House::open_with(|config| {
        config.server.api_requests_per_second = 1;
        config.server.api_requests_burst = 3;
    })
    .await;
    let begun = Instant::now();
    let answers = together((0..20).map(|_| house.get("/v1/meters"))).await;
    let allowed = answers.iter().filter(|answer| answer.status.as_u16() == 200).count();
    // One more for each second that has passed meanwhile.
    let refilled = usize::try_from(begun.elapsed().as_secs()).expect("a small number");
    assert!((3..=3 + refilled).contains(&allowed), "{allowed}");
    for answer in answers.iter().filter(|answer| answer.status.as_u16() != 200) {
        assert_eq!(answer.expect(429)["code"], "rate_limited");
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.header("ratelimit-policy"), Some("\"key\";q=3;w=3"));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_has_one_pace_at_all_doors() {
    let house = House::open_with(|config| {
        config.server.api_requests_per_second = 1;
        config.server.api_requests_burst = 4;
    })
    .await;
    let begun = Instant::now();
    let asks = (0..20).map(|place| {
        let door = ["/radius/authorize", "/v1/lines", "/v1/plans", "/v1/invoices"][place % 4];
        house.send(match door {
            "/radius/authorize" => {
                let request = house.request(Method::POST, door).basic_auth("saldo", Some(&house.operator));
                request.json(&json!({}))
            }
            door => house.request(Method::GET, door).bearer_auth(&house.operator),
        })
    });
    let answers = together(asks).await;
    let (late, allowed): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.as_u16() == 429);
    // One more for each second that has passed meanwhile.
    let refilled = usize::try_from(begun.elapsed().as_secs()).expect("a small number");
    assert!((4..=4 + refilled).contains(&allowed.len()), "{}", allowed.len());
    for answer in late {
        assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("rate_limited", Some("1")));
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balance_is_explained_to_the_last_step() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let wallet = format!("/v1/wallets/{}", ana.wallet);
    let goodwill =
        json!({"amount": {"amount": "5", "unit": "USD"}, "source": "adjustment", "reason": "goodwill"});
    let key = fresh_key();
    let grant = house.post_under(&key, &format!("{wallet}/grants"), &goodwill).await;
    grant.expect(201);
    assert_eq!(house.post_under(&key, &format!("{wallet}/grants"), &goodwill).await.text, grant.text);
    let deduction = json!({"amount": {"amount": "2.50", "unit": "USD"}, "reason": "correction"});
    house.post(&format!("{wallet}/deductions"), &deduction).await.expect(201);
    let charge =
        json!({"wallet": ana.wallet.to_string(), "amount": {"amount": "7.00", "unit": "USD"}, "kind": "sms"});
    let charge = house.post("/v1/charges", &charge).await.expect(201);
    let path = format!("/v1/charges/{}", charge["id"].as_str().unwrap_or_default());
    assert_eq!(house.get(&path).await.expect(200)["kind"], "sms");
    let reversal = house.post(&format!("{path}/reversal"), &json!({})).await.expect(201);
    assert_eq!(reversal["amount"], json!({"amount": "7.00", "unit": "USD"}));
    assert_eq!(
        house.post(&format!("{path}/reversal"), &json!({})).await.expect(409)["code"],
        "already_reversed"
    );
    house.guard(&house.key_of(&ana).await).await.expect(200);

    assert_eq!(house.figures(ana.wallet).await, ["27.50", "0.25", "27.25"]);
    let explained = house.get(&format!("{wallet}/explain")).await.expect(200);
    assert_eq!(explained["balance"]["posted"]["amount"], "27.50");
    assert_eq!(explained["debt"]["amount"], "0.00");
    assert_eq!(explained["windows"][0]["pending"]["amount"], "0.25");
    assert_eq!(explained["grants"].as_array().map(Vec::len), Some(2));
    let month = || house.running.app.ledger.now().to_string()[..7].to_owned();
    let begun = month();
    house.advance(3_600).await;
    let mut kinds = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = house.get(&format!("{wallet}/entries?limit=2{cursor}")).await.expect(200);
        kinds.extend(page["data"].as_array().into_iter().flatten().map(|entry| entry["kind"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(kinds, ["usage", "reversal", "charge", "deduction", "grant", "grant"]);
    // An hour at the end of a month ends in the next one.
    let mut entries = 0;
    for month in BTreeSet::from([begun, month()]) {
        let of_month = house.get(&format!("{wallet}/entries?month={month}")).await.expect(200);
        entries += of_month["data"].as_array().map_or(0, Vec::len);
    }
    assert_eq!(entries, 6);
    let usage = house.get(&format!("{wallet}/usage?meter=api_call")).await.expect(200);
    assert_eq!(usage["data"][0]["posted"]["amount"], "0.25");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_pays_until_it_is_taken_away() {
    let house = House::open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let subjects = format!("/v1/wallets/{}/subjects", ana.wallet);
    house.post(&subjects, &json!({"subject": "device-7"})).await.expect(201);
    let event = |id: &str| json!({"specversion": "1.0", "id": id, "source": "s", "type": "api_call", "subject": "device-7"});
    house.post("/v1/events", &event("1")).await.expect(200);
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "0.25", "24.75"]);
    let taken =
        house.request(reqwest::Method::DELETE, &format!("{subjects}/device-7")).bearer_auth(&house.operator);
    house.send(taken.header("idempotency-key", fresh_key())).await.expect(200);
    assert_eq!(house.post("/v1/events", &event("2")).await.expect(422)["code"], "subject_unknown");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_over_the_program_needs_no_key() {
    let house = House::open().await;
    house.customer("ana").await;
    let ask = |path: &'static str| house.send(house.request(reqwest::Method::GET, path));
    ask("/healthz").await.expect(200);
    assert_eq!(ask("/readyz").await.expect(200)["ledger_writable"], true);
    assert_eq!(ask("/v1/openapi.json").await.expect(200)["openapi"], "3.1.0");
    house.get("/v1/meters").await.expect(200);
    assert_eq!(house.get("/v1/clock").await.expect(200)["believed"], true);
    assert_eq!(house.post("/v1/clock/confirmation", &json!({})).await.expect(200)["believed"], true);
    let metrics = ask("/metrics").await;
    assert_eq!(metrics.status.as_u16(), 200);
    for line in [
        "saldo_ledger_writable 1",
        "saldo_inbox_events{state=\"received\"} 0",
        "saldo_http_requests_total{route=\"/v1/meters\",method=\"GET\",status=\"200\"} 1",
        "# EOF",
    ] {
        assert!(metrics.text.contains(line), "{line} is not in\n{}", metrics.text);
    }
    assert!(!metrics.text.contains("ana"), "nobody's name");
    let named = house.request(reqwest::Method::GET, "/healthz").header("x-request-id", "from-the-proxy");
    assert_eq!(house.send(named).await.header("x-request-id"), Some("from-the-proxy"));
    house.close().await;
}
