//! Calls to others: Stripe over HTTP.

mod stripe_client;

pub use stripe_client::{Heard, StripeClient, StripeError};
