//! The HTTP API: `/v1`, the guard, and what watches over the program.
//!
//! Handlers parse, send one command or query, and present; one file per resource, named after its address. Who may call is
//! `access`, what comes in `request`, how values look `wire`, what happens once `once`. What is allowed to happen is decided in
//! the book and in the modules beside this one.

mod access;
mod api_keys;
mod audit_log;
mod automatic_topup;
mod boletos;
mod charges;
mod clock;
mod customers;
mod document;
mod entries;
mod events;
mod grants;
mod guard;
mod health;
mod invoices;
mod known_wallets;
mod line_acts;
mod lines;
mod meters;
mod once;
mod packs;
mod payments;
mod plans;
mod problem_json;
mod purchases;
mod queries;
mod refunds;
mod refusals;
mod request;
mod routers;
mod subjects;
mod subscribers;
mod test_clock;
mod topups;
mod wallets;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_messages;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Extension, Router};

pub use access::{ALL_SCOPES, SCOPES};
pub(crate) use access::{RateLimits, holds};
pub use api_keys::GUARD_SCOPE;
pub use document::document;
pub use problem_json::{REQUEST_ID, RequestId, name_request};

use crate::app::App;
use crate::panics;
use crate::problem::Problem;

/// How long a list waits for the views to show what was written before it was asked for.
const VIEWS_PATIENCE: Duration = Duration::from_secs(2);

/// What the API's routes share.
pub(crate) struct Api {
    app: Arc<App>,
    wallets: known_wallets::KnownWallets,
    requests: health::Requests,
    wishes: once::OneAtATime,
    queries: queries::Queries,
    document: String,
}

impl Api {
    fn new(app: &Arc<App>) -> Api {
        let document = document();
        Api {
            app: Arc::clone(app),
            wallets: known_wallets::KnownWallets::default(),
            requests: health::Requests::default(),
            wishes: once::OneAtATime::default(),
            queries: queries::Queries::described(&document),
            document: format!("{document:#}"),
        }
    }
}

/// The routes of this edge.
pub fn router(app: &Arc<App>) -> Router {
    let api = Arc::new(Api::new(app));
    let (operator, _) = document::operator_routes().split_for_parts();
    let operator = operator
        .route("/v1", any(no_address))
        .route("/v1/{*path}", any(no_address))
        .route("/api/v1/{*path}", any(no_address))
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(Arc::clone(&api), queries::refuse_unknown))
        .layer(from_fn_with_state(Arc::clone(&api), access::authenticate));
    let open = Router::new()
        .route("/v1/openapi.json", get(document::serve))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route(guard::GUARD_PATH, any(guard::guard))
        .route("/guard/{*path}", any(guard::guard))
        .method_not_allowed_fallback(no_method);
    framed(&api, operator.merge(open))
}

/// Puts around `routes` what every one of them has: a name for each request, a count, a limit for bodies, an answer to a panic.
fn framed(api: &Arc<Api>, routes: Router<Arc<Api>>) -> Router {
    routes
        .layer(Extension(request::BodyBytesMax(api.app.config.server.body_bytes_max)))
        .layer(panics::answered_in_json())
        .layer(from_fn_with_state(Arc::clone(api), health::count_requests))
        .layer(from_fn(name_request))
        .with_state(Arc::clone(api))
}

async fn no_address() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "address_unknown", "There is nothing at this address.")
}

async fn no_method() -> Problem {
    let detail = "This address does not take this method; Allow says which it takes.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

/// Waits until the views show what is durable now, so that whoever has written reads it.
async fn wait_for_views(api: &Api) {
    let landed = api.app.ledger.landed().borrow().position;
    api.app.wait_projected(landed, VIEWS_PATIENCE).await;
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::expect_used,
        clippy::panic,
        reason = "a test fails by panicking, and this one is about it"
    )]

    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::response::Response;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::*;
    use crate::app::Running;
    use crate::config::Config;

    async fn ask(router: &Router, path: &str) -> (Response<()>, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).expect("text"))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_answered_in_json_or_in_words_and_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::embedded().expect("settings");
        config.server.data = folder.path().to_owned();
        let running = Running::start(config).await.expect("a start");
        let before = panics::counted();
        let api = Arc::new(Api::new(&running.app));
        let broken = get(async || -> Problem { panic!("as planned") });
        let routes = Router::new().route("/v1/broken", broken).route("/metrics", get(health::metrics));
        let programs = framed(&api, routes);
        let (answer, text) = ask(&programs, "/v1/broken").await;
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(problem["code"], "internal_error");
        assert_eq!(problem["request_id"].as_str(), answer.headers()[REQUEST_ID].to_str().ok());
        assert!(!text.contains("as planned"), "nothing of the inside is told: {text}");

        let broken = get(async || -> Problem { panic!("as planned") });
        let pages = crate::portal::framed(&running.app, Router::new().route("/broken", broken));
        let (answer, text) = ask(&pages, "/broken").await;
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        assert!(answer.headers().contains_key("content-security-policy"));
        let id = answer.headers()[REQUEST_ID].to_str().expect("text");
        assert!(text.contains(id) && !text.contains("as planned"), "{text}");

        assert!(panics::counted() >= before + 2);
        let (_, metrics) = ask(&programs, "/metrics").await;
        let count = metrics.lines().find_map(|line| line.strip_prefix("saldo_panics_total "));
        assert!(count.and_then(|count| count.parse().ok()).is_some_and(|count: u64| count >= before + 2));
        let counted = "saldo_http_requests_total{route=\"/v1/broken\",method=\"GET\",status=\"500\"} 1";
        assert!(metrics.contains(counted), "{metrics}");
        drop((api, programs, pages));
        tokio::task::spawn_blocking(move || running.end()).await.expect("an end");
    }
}
