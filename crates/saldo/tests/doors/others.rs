//! Doors that have a way of their own to know who asks: the guard, providers' webhooks, FreeRADIUS, and what everybody may look at.

use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, login};
use super::house::{House, WEBHOOK_SECRET};

const PIX_SECRET: &str = "a-secret-of-the-house";

async fn open() -> House {
    let pix = saldo::config::Pix::sample(PIX_SECRET).expect("a key");
    House::open_with(|config| config.pix = Some(pix)).await
}

/// A status without a key, with a customer's, with an operator's for all but RADIUS, and with one for all.
async fn asked(house: &House, (method, path): (Method, &str), keys: &[Option<&str>]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for key in keys {
        let mut request = house.request(method.clone(), path);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let request = if method == Method::POST { request.json(&json!({})) } else { request };
        statuses.push(house.send(request).await.status.as_u16());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_the_other_doors_knows_who_asks() {
    let house = open().await;
    house.meter_of_hours().await;
    let ana = house.customer("ana").await;
    let own = house.key_of(&ana).await;
    let others = saldo::api::SCOPES.iter().map(|(scope, _)| *scope).filter(|scope| *scope != "radius:write");
    let others = others.collect::<Vec<_>>().join(" ");
    let others = saldo::keys::create(&house.running.app, None, "doors", &others).await.expect("a key").secret;
    let before = house.seen();
    let keys = [None, Some("nonsense"), Some(own.as_str()), Some(&others), Some(&house.operator)];
    let get = |path| (Method::GET, path);
    let post = |path| (Method::POST, path);
    for (call, expected) in [
        (get("/v1"), [401, 401, 403, 404, 404]),
        (get("/v1/nothing"), [401, 401, 403, 404, 404]),
        (post("/v1/nothing"), [401, 401, 403, 404, 404]),
        (get("/api/v1/nothing"), [401, 401, 403, 404, 404]),
        (get("/v1/openapi.json"), [200; 5]),
        (get("/healthz"), [200; 5]),
        (get("/readyz"), [200; 5]),
        (get("/metrics"), [200; 5]),
        (post("/radius/authorize"), [401, 401, 401, 403, 404]),
        (post("/radius/accounting"), [401, 401, 401, 403, 422]),
        // Who knows a key proves nothing to a provider's door.
        (post("/stripe/webhooks"), [400; 5]),
        (post("/webhooks/pix"), [401; 5]),
        (post("/webhooks/pix/nonsense"), [401; 5]),
        (post("/webhooks/pix/nonsense/pix"), [401; 5]),
        (post("/webhooks/nothing"), [404; 5]),
    ] {
        let path = call.1;
        assert_eq!(asked(&house, call, &keys).await, expected, "{path}");
    }
    assert_eq!(house.seen(), before);
    for path in ["/guard", "/guard/of/a/call"] {
        assert_eq!(asked(&house, get(path), &keys).await, [401, 401, 200, 401, 401], "{path}");
    }
    let metrics = house.send(house.request(Method::GET, "/metrics")).await.text;
    for name in ["ana", &ana.customer.id.to_string(), &ana.wallet.to_string()] {
        assert!(!metrics.contains(name), "metrics name nobody: {name}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_opens_none_of_them_and_a_key_opens_no_page() {
    let house = open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut browser = Browser::signed_in(&house, &ana).await;
    for (path, status) in [("/guard", 401), ("/v1/customers", 401)] {
        assert_eq!(browser.get(path).await.status.as_u16(), status, "{path}");
    }
    for path in ["/stripe/webhooks", "/radius/authorize", "/webhooks/pix"] {
        let status = browser.post(path, &[]).await.status.as_u16();
        assert!([400, 401, 404].contains(&status), "{path}: {status}");
    }
    for path in ["/billing", "/console"] {
        let answer = house.get(path).await;
        assert!(answer.header("location").is_some_and(|to| to.contains("sign-in")), "{path}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_come_in_by_what_they_sign_or_know() {
    let house = open().await;
    let event = json!({"id": "evt_doors", "object": "event", "type": "customer.created", "created": 1,
        "api_version": "2025-09-30.clover", "livemode": false, "data": {"object": {"id": "cus_1", "object": "customer"}}});
    let body = event.to_string();
    for (secret, ago, status) in
        [("whsec_other", 0, 400), (WEBHOOK_SECRET, 3_600, 400), (WEBHOOK_SECRET, 0, 200)]
    {
        let signed = house.request(Method::POST, "/stripe/webhooks").body(body.clone());
        let signed = signed.header("stripe-signature", house.signature(&body, secret, ago));
        assert_eq!(house.send(signed).await.status.as_u16(), status, "{secret} {ago} s ago");
    }
    for path in [format!("/webhooks/pix/{PIX_SECRET}"), format!("/webhooks/pix/{PIX_SECRET}/pix")] {
        let told = house.request(Method::POST, &path).json(&json!({"pix": []}));
        assert_eq!(house.send(told).await.status.as_u16(), 200, "{path}");
    }
    house.close().await;
}
