//! Stripe as values: what we ask, what it answers, how its webhooks are signed, when a call is repeated.
//!
//! Nothing here opens a socket or reads a clock: the program sends a [`Request`], hands the answer's bytes to the structs
//! of [`answer`], the status to [`retry`], and a webhook's header and raw body to [`signature`]. Only the fields that are
//! used are read; unknown fields and unknown words never break parsing, because Stripe adds them within a version.

pub mod answer;
pub mod card;
pub mod checkout;
pub mod form;
pub mod minor_units;
pub mod off_session;
pub mod request;
pub mod retry;
pub mod signature;

pub use request::{IdempotencyKey, Method, Request};

/// The one version of Stripe's API that we speak, sent as `Stripe-Version` with every call and set on the webhook endpoint.
///
/// The newest stable version named by the official clients (npm `stripe` 23.1.0, PyPI `stripe` 16.1.0).
pub const API_VERSION: &str = "2026-10-28.endive";
