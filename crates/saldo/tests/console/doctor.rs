//! `saldo doctor` where something is wrong: each fault has its sentence and its exit code, and none takes longer than a person waits.

use std::process::Command;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::{CONTENT_TYPE, DATE};
use axum::routing::get;
use jiff::fmt::rfc2822;
use saldo::clock;
use saldo::reconciliation::EVENT_KINDS;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::house::{House, STRIPE_KEY, WEBHOOK_SECRET, place_of};
use super::settings::mail_server;

/// Found something wrong.
const AILING: Option<i32> = Some(6);
/// A password that must never be printed.
const PASSWORD: &str = "hidden_password";

/// A Stripe whose clock is `seconds` before ours, and which tells this endpoint.
async fn stripe(seconds: i64, endpoint: Value) -> String {
    let then = jiff::Timestamp::from_second(clock::now().as_seconds() - seconds).expect("a time");
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then).expect("a date");
    let listed = |data: Value| {
        let body = json!({"object": "list", "data": data, "has_more": false, "url": "/v1"}).to_string();
        let date = date.clone();
        get(async move || ([(DATE, date), (CONTENT_TYPE, "application/json".to_owned())], body))
    };
    let router = Router::new()
        .route("/v1/events", listed(json!([])))
        .route("/v1/webhook_endpoints", listed(json!([endpoint])));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// The endpoint as it must be at Stripe, with `changes`.
fn endpoint(house: &House, changes: &Value) -> Value {
    let url = format!("{}{}", house.url, saldo::webhooks::WEBHOOK_PATH);
    let mut endpoint = json!({"id": "we_1", "object": "webhook_endpoint", "status": "enabled", "url": url,
        "api_version": stripe::API_VERSION, "enabled_events": EVENT_KINDS});
    let changes = changes.as_object().expect("fields");
    changes.iter().for_each(|(name, value)| endpoint[name] = value.clone());
    endpoint
}

/// What the doctor finds beside this house: how it ends, and what it prints.
async fn found(house: &House, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let (name, place) = place_of(house.data());
    let mut command = Command::new(env!("CARGO_BIN_EXE_saldo"));
    command
        .args(["doctor", "--read-only"])
        .env(name, place)
        .env("SALDO_SERVER__PUBLIC_URL", &house.url)
        .env("SALDO_STRIPE__API_URL", house.sandbox.url())
        .env("SALDO_STRIPE__SECRET_KEY", STRIPE_KEY)
        .env("SALDO_STRIPE__WEBHOOK_SECRETS", WEBHOOK_SECRET)
        .envs(settings.iter().copied());
    let asked = tokio::task::spawn_blocking(move || command.output().expect("the program"));
    let done = asked.await.expect("an end");
    let text = String::from_utf8(done.stdout).expect("text");
    for secret in [PASSWORD, STRIPE_KEY, WEBHOOK_SECRET] {
        assert!(!text.contains(secret), "{text}");
    }
    (done.status.code(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_at_stripe_is_named() {
    let house = House::open().await;
    let good = json!({});
    let fewer = json!({"enabled_events": ["checkout.session.completed"]});
    let missing = EVENT_KINDS.iter().filter(|kind| **kind != "checkout.session.completed");
    let missing = format!("not told of: {}.", missing.copied().collect::<Vec<_>>().join(", "));
    for (seconds, changes, code, words) in [
        (0, &good, Some(0), "The endpoint is told of everything"),
        (0, &fewer, AILING, missing.as_str()),
        (0, &json!({"status": "disabled"}), AILING, "is turned off at Stripe"),
        (0, &json!({"url": "https://elsewhere.example/hooks"}), AILING, "Stripe knows no endpoint"),
        (0, &json!({"api_version": "2020-08-27"}), Some(0), "Events come in version 2020-08-27;"),
        (30, &good, Some(0), "set up time synchronisation."),
        (3600, &good, AILING, "signatures of webhooks will be refused"),
        (-3600, &good, AILING, "signatures of webhooks will be refused"),
    ] {
        let url = stripe(seconds, endpoint(&house, changes)).await;
        let (ended, text) = found(&house, &[("SALDO_STRIPE__API_URL", &url)]).await;
        assert_eq!(ended, code, "{words}: {text}");
        assert!(text.contains(words), "{words}: {text}");
    }
    let (ended, text) = found(&house, &[("SALDO_STRIPE__API_URL", "http://127.0.0.1:9")]).await;
    assert!(ended == AILING && text.contains("Stripe was not reached"), "{text}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_mail_server_is_named_in_time() {
    let house = House::open().await;
    // Takes every connection and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let silent_at = silent.local_addr().expect("an address").to_string();
    let plain = mail_server("DATA", "250 yes").await;
    let strict = mail_server("AUTH", "535 5.7.8 wrong password").await;
    for (server, security, words) in [
        (&silent_at, "none", "does not answer: the mail server said nothing more within 10 seconds"),
        (&plain, "tls", "No protected connection to"),
        (&plain, "starttls", "No protected connection to"),
        (&strict, "none", "does not take mail.smtp_username and smtp_password"),
    ] {
        let begun = Instant::now();
        let settings = [
            ("SALDO_MAIL__SMTP", server.as_str()),
            ("SALDO_MAIL__SMTP_SECURITY", security),
            ("SALDO_MAIL__SMTP_USERNAME", "acme"),
            ("SALDO_MAIL__SMTP_PASSWORD", PASSWORD),
        ];
        let (ended, text) = found(&house, &settings).await;
        assert_eq!(ended, AILING, "{words}: {text}");
        assert!(text.contains(words), "{words}: {text}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{words}: nobody waits for ever");
    }
    house.close().await;
}
