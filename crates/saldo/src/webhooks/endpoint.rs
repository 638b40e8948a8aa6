//! `POST /stripe/webhooks`: verify, store, answer. Nothing is decided here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use stripe::answer::Event;
use stripe::signature;

use crate::app::App;
use crate::clock;
use crate::payments::STRIPE;
use crate::problem::Problem;

/// Where Stripe sends events.
pub const WEBHOOK_PATH: &str = "/stripe/webhooks";
/// Largest event that is taken, in bytes: Stripe's are a few thousand.
pub const WEBHOOK_BYTES_MAX: usize = 512 * 1024;

/// Stores a signed event; 2xx only once it is stored. An event that is not signed by one of our secrets, or too long ago, is
/// refused with 400.
#[utoipa::path(post, path = "/stripe/webhooks", tag = "webhooks",
    request_body(content = serde_json::Value, description = "Stripe's event, signed in the header `Stripe-Signature`."),
    responses((status = 200, description = "It is stored; told again, nothing changes."),
        (status = 400, description = "`signature_invalid` or `event_malformed`.")))]
pub async fn receive(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let secrets = &app.config.stripe.webhook_secrets;
    signature::verify(header, &body, secrets, clock::now().as_seconds()).map_err(|error| {
        tracing::warn!(%error, "a webhook was refused");
        Problem::new(
            StatusCode::BAD_REQUEST,
            "signature_invalid",
            format!("The signature was refused: {error}."),
        )
    })?;
    let event: Event = serde_json::from_slice(&body).map_err(|error| {
        Problem::new(StatusCode::BAD_REQUEST, "event_malformed", format!("This is not an event: {error}."))
    })?;
    let now = clock::now();
    let first = app
        .write(move |tx| tx.receive(STRIPE, &event.id, &event.kind, event.api_version.as_deref(), &body, now))
        .await?;
    if first {
        super::wake(&app, STRIPE);
    }
    Ok(StatusCode::OK)
}
