//! Calls to others: Stripe over HTTP.

mod stripe_client;

pub use stripe_client::{Heard, SEND_SECONDS_MAX, StripeClient, StripeError, TRY_SECONDS_MAX};
