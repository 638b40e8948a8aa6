//! The whole address space of the program, put together from its edges.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::{api, console, portal, webhooks};

/// Every route of portal, console, API and webhooks.
pub fn router(app: &Arc<App>) -> Router {
    let webhook = Router::new()
        .route(webhooks::WEBHOOK_PATH, post(webhooks::receive))
        .layer(DefaultBodyLimit::max(webhooks::WEBHOOK_BYTES_MAX))
        .layer(axum::middleware::from_fn(api::name_request))
        .with_state(Arc::clone(app));
    Router::new()
        .merge(api::router(app))
        .merge(portal::root(app))
        .merge(portal::router(app))
        .merge(console::router(app))
        .merge(webhook)
        .layer(CatchPanicLayer::new())
}
