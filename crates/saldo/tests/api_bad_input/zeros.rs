//! The zero character, which no store keeps in a text: each documented operation refuses it and names the field.

use reqwest::Method;
use saldo::api::document;
use serde_json::{Value, json};

use crate::bench::{Bench, expect};
use crate::house::fresh_key;

/// The address of an operation with ids that it takes for ids, of things that need not be there.
fn filled(bench: &Bench, path: &str, operation: &Value) -> String {
    let wallet = bench.ana.wallet.to_string();
    let described = operation["parameters"].as_array().into_iter().flatten().find(|it| it["name"] == "id");
    let kind =
        described.and_then(|it| it["description"].as_str()).and_then(|text| text.split(['`', '_']).nth(1));
    let number = wallet.split('_').nth(1).expect("a wallet's number");
    let id = format!("{}_{number}", kind.unwrap_or("wal"));
    path.replace("{id}", &id).replace("{slug}", "tokens").replace("{subject}", "s")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_query_and_each_body_is_refused_for_it() {
    let bench = Bench::open().await;
    let (mut queries, mut bodies) = (0, 0);
    let described = document();
    for (path, operations) in described["paths"].as_object().expect("paths") {
        // Events keep no text but hash it, and say for each alone what is wrong; the others are the guarded call's and other programs'.
        if !path.starts_with("/v1/") || path == "/v1/events" {
            continue;
        }
        for (method, operation) in operations.as_object().expect("operations") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let place = filled(&bench, path, operation);
            let ask = |path: &str| {
                let request = bench.house.request(method.clone(), path).bearer_auth(&bench.house.operator);
                request.header("idempotency-key", fresh_key())
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
                let name = parameter["name"].as_str().expect("a name").to_owned().leak();
                let sent = bench.house.send(ask(&format!("{place}?{name}=a%00b")));
                let expected = expect(422, "invalid_text", name, "zero character");
                bench.refuses(&format!("{method} {path}?{name}"), sent, expected).await;
                queries += 1;
            }
            if operation["requestBody"].is_object() {
                let sent = bench.house.send(ask(&place).json(&json!({"a": [{"b": "c\0d"}]})));
                let expected = expect(422, "invalid_text", "a[0].b", "zero character");
                bench.refuses(&format!("{method} {path}"), sent, expected).await;
                bodies += 1;
            }
        }
    }
    assert!(queries > 40 && bodies > 25, "{queries} fields of queries, {bodies} bodies");
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_address_is_refused_for_it() {
    let bench = Bench::open().await;
    let wallet = bench.ana.wallet;
    let subject = format!("/v1/wallets/{wallet}/subjects/%00");
    for (method, path) in [(Method::GET, "/v1/meters/a%00/prices"), (Method::DELETE, subject.as_str())] {
        let request = bench.house.request(method.clone(), path).bearer_auth(&bench.house.operator);
        let sent = bench.house.send(request.header("idempotency-key", fresh_key()));
        bench.refuses(path, sent, expect(422, "invalid_text", "", "zero character")).await;
    }
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_events_only_that_one_is_refused() {
    let bench = Bench::open().await;
    let event = |id: &str, subject: &str| json!({"specversion": "1.0", "id": id, "source": "s", "type": "api_call", "subject": subject});
    let events = json!([event("1", "a\0b"), event("2", &bench.ana.customer.id.to_string())]);
    let body = events.to_string().into_bytes();
    let answer = bench.post_raw("/v1/events", "application/cloudevents-batch+json", body).await;
    let counted = answer.expect(200);
    let first = (&counted["data"][0]["code"], &counted["data"][0]["field"]);
    assert_eq!(first, (&json!("subject_unknown"), &json!("subject")), "{counted}");
    assert_eq!(counted["data"][1]["outcome"], "accepted", "{counted}");
    bench.house.close().await;
}
