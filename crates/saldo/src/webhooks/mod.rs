//! What Stripe and a provider of Pix tell us: stored as it came before it is answered, worked on until it succeeds or a person must look.

mod endpoint;
mod inbox;
mod pix;

use utoipa::OpenApi;

pub use endpoint::{WEBHOOK_BYTES_MAX, WEBHOOK_PATH, receive};
pub use inbox::{EVENTS_IGNORED_REASON, PROVIDERS, wake, work};
pub use pix::{PIX_BATCH_MAX, PIX_PATH, nowhere, receive_pix, receive_pix_at};

/// This edge as the OpenAPI document describes it.
#[derive(OpenApi)]
#[openapi(paths(endpoint::receive, pix::receive_pix, pix::receive_pix_at))]
pub(crate) struct Described;
