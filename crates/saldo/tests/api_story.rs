//! The API from a customer's first credit to the guard's refusal, on the whole program.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod house;

use house::{House, fresh_key};
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
    let answers = futures(calls).await;
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

    let binary = house.request(reqwest::Method::POST, "/v1/events").bearer_auth(&house.operator);
    let binary = binary.header("ce-specversion", "1.0").header("ce-id", "4").header("ce-source", "test");
    let binary = binary.header("ce-type", "tokens").header("ce-subject", ana.customer.id.to_string());
    house.send(binary.json(&json!({"tokens": 100_000}))).await.expect(200);
    let openmeter = house.request(reqwest::Method::POST, "/api/v1/events").bearer_auth(&house.operator);
    let openmeter = openmeter.header("content-type", "application/cloudevents+json");
    house.send(openmeter.body(event("5", json!({"tokens": 100_000})).to_string())).await.expect(204);
    assert_eq!(house.figures(ana.wallet).await, ["25.00", "1.75", "23.25"]);
    house.close().await;
}

/// Runs all of them at the same time.
async fn futures<T>(tasks: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = tasks.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (task, done) in waiting.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = task.as_mut().poll(context)
            {
                *done = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
