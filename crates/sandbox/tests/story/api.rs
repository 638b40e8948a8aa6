//! Stripe's ways of refusing, repeating, listing and expanding.

use reqwest::Method;
use serde_json::Value;
use stripe::answer::{Event, List};
use stripe::checkout::CardSaving;
use stripe::request::lists::{EventFilter, Page};
use stripe::{API_VERSION, Request};

use crate::stage::{KEY, Stage};

const SESSION: &str = "mode=payment&success_url=https://a.example&line_items[0][quantity]=1\
    &line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=500\
    &line_items[0][price_data][product_data][name]=Credit";

async fn check(
    stage: &Stage,
    method: Method,
    path: &str,
    body: &str,
    status: u16,
    code: Option<&str>,
    param: Option<&str>,
) {
    let body = (method == Method::POST).then(|| body.to_owned());
    let answer = stage.raw(method, path, body.clone(), None).await;
    assert_eq!(answer.status, status, "{path} {body:?}: {}", answer.text);
    let error = &answer.json()["error"];
    assert_eq!(error["type"], "invalid_request_error", "{path} {body:?}");
    assert_eq!(error["code"].as_str(), code, "{path} {body:?}: {error}");
    assert_eq!(error["param"].as_str(), param, "{path} {body:?}: {error}");
    assert!(!error["message"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn bad_sessions_are_refused_by_name() {
    let stage = Stage::new().await;
    for (change, code, param) in [
        ("&payment_method_types[0]=card", Some("parameter_unknown"), Some("payment_method_types")),
        ("&colour=red", Some("parameter_unknown"), Some("colour")),
        (
            "&line_items[0][price_data][unit_amount]=ten",
            Some("parameter_invalid_integer"),
            Some("line_items[0][price_data][unit_amount]"),
        ),
        (
            "&line_items[0][price_data][unit_amount]=-5",
            Some("parameter_invalid_integer"),
            Some("line_items[0][price_data][unit_amount]"),
        ),
        ("&line_items[0][price_data][unit_amount]=49", Some("amount_too_small"), None),
        ("&line_items[0][price_data][unit_amount]=100000000", Some("amount_too_large"), None),
        (
            "&line_items[0][price_data][unit_amount]=9223372036854775807&line_items[0][quantity]=9",
            Some("amount_too_large"),
            None,
        ),
        ("&line_items[0][price_data][currency]=jpy", None, Some("line_items[0][price_data][currency]")),
        ("&line_items[0][quantity]=0", Some("parameter_invalid_integer"), Some("line_items[0][quantity]")),
        ("&customer=cus_none", Some("resource_missing"), Some("customer")),
        ("&mode=subscription", None, Some("mode")),
        ("&success_url=ftp://a", Some("url_invalid"), Some("success_url")),
        ("&expires_at=5", None, Some("expires_at")),
        ("&expires_at=99999999999", None, Some("expires_at")),
        ("&adaptive_pricing[enabled]=maybe", None, Some("adaptive_pricing[enabled]")),
        ("&a[b=1", None, None),
    ] {
        let body = format!("{SESSION}{change}");
        check(&stage, Method::POST, "/v1/checkout/sessions", &body, 400, code, param).await;
    }
    let without = |field: &str| {
        SESSION.split('&').filter(|part| !part.starts_with(field)).collect::<Vec<_>>().join("&")
    };
    for field in ["mode", "success_url", "line_items"] {
        let body = without(field);
        check(
            &stage,
            Method::POST,
            "/v1/checkout/sessions",
            &body,
            400,
            Some("parameter_missing"),
            Some(field),
        )
        .await;
    }
    assert!(stage.event_types().await.is_empty(), "nothing has happened");
    assert!(stage.get("/v1/checkout/sessions").await.json()["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let stage = Stage::new().await;
    for path in [
        "customers/x",
        "checkout/sessions/x",
        "payment_intents/x",
        "charges/x",
        "payment_methods/x",
        "events/x",
        "refunds/x",
        "disputes/x",
        "balance_transactions/x",
        "payouts/x",
    ] {
        check(&stage, Method::GET, &format!("/v1/{path}"), "", 404, Some("resource_missing"), Some("id"))
            .await;
    }
    check(&stage, Method::GET, "/v1/invoices", "", 404, None, None).await;
    check(&stage, Method::DELETE, "/v1/charges/x", "", 404, None, None).await;
    check(
        &stage,
        Method::GET,
        "/v1/events?starting_after=evt_x",
        "",
        400,
        Some("resource_missing"),
        Some("starting_after"),
    )
    .await;
    check(
        &stage,
        Method::GET,
        "/v1/events?limit=0",
        "",
        400,
        Some("parameter_invalid_integer"),
        Some("limit"),
    )
    .await;
    check(
        &stage,
        Method::GET,
        "/v1/events?limit=101",
        "",
        400,
        Some("parameter_invalid_integer"),
        Some("limit"),
    )
    .await;
    check(&stage, Method::GET, "/v1/payment_methods", "", 400, Some("parameter_missing"), Some("customer"))
        .await;
}

#[tokio::test]
async fn only_the_secret_key_opens() {
    let stage = Stage::new().await;
    let url = format!("{}/v1/customers", stage.sandbox.url());
    for (request, status) in [
        (stage.client.get(&url), 401),
        (stage.client.get(&url).bearer_auth("sk_test_wrong"), 401),
        (stage.client.get(&url).header("authorization", "Basic %%%"), 401),
        (stage.client.get(&url).bearer_auth(KEY), 200),
        (stage.client.get(&url).header("authorization", "Basic c2tfdGVzdF9zdGFnZTo="), 200),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert!(answer.headers()["request-id"].to_str().unwrap().starts_with("req_"));
    }
}

#[tokio::test]
async fn bodies_must_be_forms_of_some_size() {
    let stage = Stage::new().await;
    let post = || stage.client.post(format!("{}/v1/customers", stage.sandbox.url())).bearer_auth(KEY);
    let json = post().header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(json.status().as_u16(), 400);
    let form = "application/x-www-form-urlencoded";
    let bytes = post().header("content-type", form).body(vec![0xff]).send().await.unwrap();
    assert_eq!(bytes.status().as_u16(), 400);
    let huge = post().header("content-type", form).body("a".repeat(300 * 1_024)).send().await.unwrap();
    assert_eq!(huge.status().as_u16(), 413);
    assert!(huge.text().await.unwrap().contains("invalid_request_error"));
}

#[tokio::test]
async fn a_repeated_call_has_one_effect() {
    let stage = Stage::new().await;
    let call = |body: &str| stage.raw(Method::POST, "/v1/customers", Some(body.to_owned()), Some("k-1"));
    let first = call("email=a@b.example&name=Ana").await;
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(first.header("idempotency-key"), Some("k-1"));
    let again = call("name=Ana&email=a%40b.example").await;
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    let other = call("email=c@d.example").await;
    assert_eq!((other.status, other.json()["error"]["type"].as_str()), (400, Some("idempotency_error")));
    assert_eq!(stage.get("/v1/customers").await.json()["data"].as_array().unwrap().len(), 1);
    // A refused call had no effect, so its key is free.
    let call = |body: &str| stage.raw(Method::POST, "/v1/customers", Some(body.to_owned()), Some("k-2"));
    assert_eq!(call("colour=red").await.status, 400);
    assert_eq!(call("name=Bea").await.status, 200);
}

#[tokio::test]
async fn the_version_is_echoed() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/v1/events").await.header("stripe-version"), Some(API_VERSION));
    let url = format!("{}/v1/events", stage.sandbox.url());
    let other =
        stage.client.get(url).bearer_auth(KEY).header("stripe-version", "2026-08-26.dahlia").send().await;
    assert_eq!(other.unwrap().headers()["stripe-version"], "2026-08-26.dahlia");
}

#[tokio::test]
async fn customers_are_changed_and_metadata_merged() {
    let stage = Stage::new().await;
    let made = stage.post("/v1/customers", "email=a@b.example&metadata[a]=1&metadata[b]=2").await.json();
    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
    let changed = stage.post(&path, "email=&name=Ana&metadata[a]=&metadata[c]=3").await.json();
    assert!(changed["email"].is_null());
    assert_eq!(changed["metadata"], serde_json::json!({ "b": "2", "c": "3" }));
    assert_eq!(stage.get(&path).await.json(), changed);
    stage.post(&path, "name=Ana").await;
    assert_eq!(stage.event_types().await, ["customer.updated", "customer.created"], "no change, no event");
    assert_eq!(stage.post(&path, &format!("metadata[a]={}", "x".repeat(501))).await.status, 400);
}

#[tokio::test]
async fn lists_are_walked_both_ways() {
    let stage = Stage::new().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let made = stage.post("/v1/customers", &format!("name=C{number}")).await.json();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    ids.reverse();
    let page = async |query: String| -> (Vec<String>, bool) {
        let list = stage.get(&format!("/v1/customers?{query}")).await.json();
        assert_eq!((list["object"].as_str(), list["url"].as_str()), (Some("list"), Some("/v1/customers")));
        let data =
            list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        (data.collect(), list["has_more"].as_bool().unwrap())
    };
    assert_eq!(page("limit=2".into()).await, (ids[0..2].to_vec(), true));
    assert_eq!(page(format!("limit=2&starting_after={}", ids[1])).await, (ids[2..4].to_vec(), true));
    assert_eq!(page(format!("limit=2&starting_after={}", ids[3])).await, (ids[4..5].to_vec(), false));
    assert_eq!(page(format!("limit=2&ending_before={}", ids[4])).await, (ids[2..4].to_vec(), true));
    assert_eq!(page(format!("limit=2&ending_before={}", ids[2])).await, (ids[0..2].to_vec(), false));
    assert_eq!(page(format!("ending_before={}", ids[0])).await, (vec![], false));
    let both = format!("/v1/customers?ending_before={}&starting_after={}", ids[0], ids[1]);
    assert_eq!(stage.get(&both).await.status, 400);
}

#[tokio::test]
async fn events_are_found_by_type_and_after_the_last_known() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    stage.pay_new(&session, "4000000000000002").await;
    let first: List<Event> = serde_json::from_str(&stage.get("/v1/events?limit=1").await.text).unwrap();
    stage.pay_new(&session, "4242424242424242").await;

    let filter = EventFilter { types: &["charge.failed", "charge.succeeded"], ..EventFilter::default() };
    let request = Request::list_events(filter, Page::default());
    let list: List<Event> = serde_json::from_str(&stage.send(&request).await.text).unwrap();
    let kinds: Vec<_> = list.data.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["charge.succeeded", "charge.failed"]);
    let later = Page { ending_before: Some(&first.data[0].id), ..Page::default() };
    let request = Request::list_events(filter, later);
    let list: List<Event> = serde_json::from_str(&stage.send(&request).await.text).unwrap();
    assert_eq!(list.data.len(), 1);
    let event = &list.data[0];
    assert_eq!((event.api_version.as_deref(), event.livemode), (Some(API_VERSION), false));
    let one = stage.get(&format!("/v1/events/{}", event.id)).await;
    assert_eq!(serde_json::from_str::<Event>(&one.text).unwrap().kind, "charge.succeeded");
}

#[tokio::test]
async fn objects_are_expanded_where_asked() {
    let mut stage = Stage::new().await;
    let customer = stage.customer().await;
    let session = stage.session(&customer, CardSaving::Always).await;
    let path = format!("/v1/checkout/sessions/{}", session["id"].as_str().unwrap());
    let empty =
        stage.get(&format!("{path}?expand[]=payment_intent.latest_charge&expand[]=customer")).await.json();
    assert!(empty["payment_intent"].is_null());
    assert_eq!(empty["customer"]["email"], "ana@example.com");
    stage.pay_new(&session, "4242424242424242").await;
    let full = stage.get(&format!("{path}?expand[0]=payment_intent.latest_charge")).await.json();
    assert_eq!(full["payment_intent"]["latest_charge"]["status"], "succeeded");
    let list = stage.get("/v1/charges?expand[]=data.payment_intent").await.json();
    assert_eq!(list["data"][0]["payment_intent"]["status"], "succeeded");
    for wish in ["nothing", "id", "amount_total", "customer.a.b.c.d"] {
        let answer = stage.get(&format!("{path}?expand[]={wish}")).await;
        assert_eq!(answer.status, 400, "{wish}");
    }
    let methods = stage.get(&format!("/v1/customers/{customer}/payment_methods?type=card")).await.json();
    assert_eq!(methods["data"][0]["card"]["last4"], "4242");
    let none: Value =
        stage.get(&format!("/v1/customers/{customer}/payment_methods?type=boleto")).await.json();
    assert!(none["data"].as_array().unwrap().is_empty());
}
