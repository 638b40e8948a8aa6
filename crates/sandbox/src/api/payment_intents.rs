//! `/v1/payment_intents`: made by sessions, read here.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("payment_intent", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[("customer", Kind::Text)])?;
    listing::list(call, "payment_intent", "/v1/payment_intents", &filter)
}
