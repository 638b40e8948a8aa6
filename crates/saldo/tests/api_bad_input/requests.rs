//! What every request has: a body of a type, an idempotency key, an address with its query.

use reqwest::Method;
use serde_json::json;

use crate::bench::{Bench, expect};
use crate::house::fresh_key;

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
        (Method::GET, "/v1/customers?limit=x", expect(422, "invalid_query", "limit", "limit")),
        (Method::GET, "/v1/customers?color=red", expect(422, "invalid_query", "color", "there are cursor, ")),
        (Method::GET, "/v1/customers?cursor=x", expect(422, "invalid_cursor", "cursor", "next_cursor")),
    ];
    for (method, path, expected) in addresses {
        let sent = house.send(house.request(method, path).bearer_auth(&house.operator));
        bench.refuses(path, sent, expected).await;
    }
    bench.house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_takes_a_field_of_the_query_that_it_does_not_know() {
    let bench = Bench::open().await;
    let mut asked = 0;
    for (path, operations) in saldo::api::document()["paths"].as_object().expect("paths") {
        // What stands there is the guarded call's own, or another program's: FreeRADIUS, Stripe, a bank.
        if path == "/guard" || path.starts_with("/radius/") || path.contains("webhooks") {
            continue;
        }
        let filled = path.replace("{id}", &bench.ana.wallet.to_string()).replace("{slug}", "tokens");
        let filled = filled.replace("{subject}", "s");
        for method in operations.as_object().expect("operations").keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let asking = bench.house.request(method.clone(), &format!("{filled}?colour=red&limit=1"));
            let asking = asking.bearer_auth(&bench.house.operator).header("idempotency-key", fresh_key());
            let expected = expect(422, "invalid_query", "colour", "colour is not a field");
            bench.refuses(&format!("{method} {path}"), bench.house.send(asking), expected).await;
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked} operations");
    bench.house.close().await;
}
