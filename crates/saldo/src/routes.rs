//! The whole address space of the program, put together from its edges.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, post};

use crate::app::App;
use crate::{api, console, nas, panics, portal, unread, webhooks};

/// Every route of portal, console, API, webhooks and FreeRADIUS.
pub fn router(app: &Arc<App>) -> Router {
    let webhook = Router::new()
        .route(webhooks::WEBHOOK_PATH, post(webhooks::receive))
        .route(webhooks::PIX_PATH, post(webhooks::receive_pix))
        .route(&format!("{}/{{secret}}", webhooks::PIX_PATH), post(webhooks::receive_pix_at))
        // Providers put `/pix` behind the address that they were given.
        .route(&format!("{}/{{secret}}/pix", webhooks::PIX_PATH), post(webhooks::receive_pix_at))
        .route("/webhooks/{*path}", any(webhooks::nowhere))
        .layer(DefaultBodyLimit::max(webhooks::WEBHOOK_BYTES_MAX))
        .layer(panics::answered_in_json())
        .layer(axum::middleware::from_fn(api::name_request))
        .with_state(Arc::clone(app));
    Router::new()
        .merge(api::router(app))
        .merge(portal::root(app))
        .merge(portal::router(app))
        .merge(console::router(app))
        .merge(webhook)
        .merge(nas::routes(app))
        // Panics are answered where the words for them are; this one is for a panic in finding them.
        .layer(panics::answered_in_json())
        .layer(axum::middleware::from_fn(unread::read_to_the_end))
}
