//! The HTTP API: `/v1`, the guard, and what watches over the program.
//!
//! Handlers parse, send one command or query, and present; one file per resource, named after its address. Who may call is
//! `access`, what comes in `request`, how values look `wire`, what happens once `once`. What is allowed to happen is decided in
//! the book and in the modules beside this one.

mod access;
mod api_keys;
mod charges;
mod clock;
mod customers;
mod document;
mod entries;
mod events;
mod grants;
mod guard;
mod health;
mod known_wallets;
mod meters;
mod once;
mod payments;
mod problem_json;
mod request;
mod subjects;
mod test_clock;
mod topups;
mod wallets;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Extension, Router};

pub use access::{ALL_SCOPES, SCOPES};
pub use api_keys::GUARD_SCOPE;
pub use document::document;
pub use problem_json::{REQUEST_ID, RequestId, name_request};

use crate::app::App;
use crate::problem::Problem;

/// How long a list waits for the views to show what was written before it was asked for.
const VIEWS_PATIENCE: Duration = Duration::from_secs(2);

/// What the API's routes share.
pub(crate) struct Api {
    app: Arc<App>,
    rate_limits: access::RateLimits,
    wallets: known_wallets::KnownWallets,
    requests: health::Requests,
    document: String,
}

/// The routes of this edge.
pub fn router(app: &Arc<App>) -> Router {
    let api = Arc::new(Api {
        app: Arc::clone(app),
        rate_limits: access::RateLimits::new(&app.config.server),
        wallets: known_wallets::KnownWallets::default(),
        requests: health::Requests::default(),
        document: format!("{:#}", document()),
    });
    let (operator, _) = document::operator_routes().split_for_parts();
    let operator = operator
        .route("/v1", any(no_address))
        .route("/v1/{*path}", any(no_address))
        .route("/api/v1/{*path}", any(no_address))
        .method_not_allowed_fallback(no_method)
        .layer(from_fn_with_state(Arc::clone(&api), access::authenticate));
    let open = Router::new()
        .route("/v1/openapi.json", get(document::serve))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route(guard::GUARD_PATH, any(guard::guard))
        .route("/guard/{*path}", any(guard::guard))
        .method_not_allowed_fallback(no_method);
    operator
        .merge(open)
        .layer(Extension(request::BodyBytesMax(app.config.server.body_bytes_max)))
        .layer(from_fn_with_state(Arc::clone(&api), health::count_requests))
        .layer(from_fn(name_request))
        .with_state(api)
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
