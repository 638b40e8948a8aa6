//! What Stripe tells us: stored as it came before it is answered, worked on until it succeeds or a person must look.

mod endpoint;
mod inbox;

pub use endpoint::{WEBHOOK_BYTES_MAX, WEBHOOK_PATH, receive};
pub use inbox::{EVENTS_IGNORED_REASON, work};
