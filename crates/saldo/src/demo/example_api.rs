//! The API that is sold in the demo: it greets, after the guard has let the caller through.
//!
//! It does by hand what `docs/operate/nginx.conf` does without code: the caller's own key goes to the guard, and what the
//! guard refuses is passed on.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LINK, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::json;

/// How long the guard may take. It answers from memory, but for a call that opens an hour: that waits for the disk.
const GUARD_TIMEOUT: Duration = Duration::from_secs(10);
/// What is passed on of the guard's refusal, beside status and body.
const PASSED_ON: [HeaderName; 2] = [CONTENT_TYPE, RETRY_AFTER];
/// Where the guard tells how the caller can pay.
const RECHARGE_HEADER: &str = "saldo-recharge-url";
/// Where the guard tells what the caller may still spend.
const BALANCE_HEADER: &str = "saldo-balance";

#[derive(Clone)]
struct Guard {
    http: reqwest::Client,
    url: String,
}

/// The example API behind the guard of the program at `portal_url`.
pub(super) fn router(portal_url: &str) -> reqwest::Result<Router> {
    let http = reqwest::Client::builder().timeout(GUARD_TIMEOUT).no_proxy().build()?;
    let guard = Guard { http, url: format!("{portal_url}/guard") };
    Ok(Router::new().fallback(greet).with_state(guard))
}

async fn greet(State(guard): State<Guard>, headers: HeaderMap) -> Response {
    let mut question = guard.http.get(&guard.url);
    if let Some(key) = headers.get(AUTHORIZATION) {
        question = question.header(AUTHORIZATION, key.clone());
    }
    match question.send().await {
        Ok(answer) if answer.status().is_success() => {
            let told = answer.headers().get(BALANCE_HEADER).and_then(|value| value.to_str().ok());
            // The guard says "24.75 USD".
            let available = told.and_then(|text| text.split(' ').next());
            Json(json!({ "message": "Hello", "available": available })).into_response()
        }
        Ok(answer) => pass_on(answer).await,
        Err(error) => {
            tracing::warn!(%error, "the guard did not answer");
            unavailable()
        }
    }
}

async fn pass_on(answer: reqwest::Response) -> Response {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let Ok(body) = answer.bytes().await else { return unavailable() };
    let mut response = (status, body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    for name in PASSED_ON {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    let recharge = headers.get(RECHARGE_HEADER).and_then(|value| value.to_str().ok());
    if let Some(link) =
        recharge.and_then(|url| HeaderValue::try_from(format!("<{url}>; rel=\"payment\"")).ok())
    {
        response.headers_mut().insert(LINK, link);
    }
    response
}

/// Nothing is let through that nobody pays for.
fn unavailable() -> Response {
    let problem = json!({ "type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "guard_unavailable" });
    let headers = [(CONTENT_TYPE, "application/problem+json"), (RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, problem.to_string()).into_response()
}
