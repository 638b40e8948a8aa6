//! `/v1/charges`: each attempt to pay, read here.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("charge", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[("customer", Kind::Text), ("payment_intent", Kind::Text)])?;
    listing::list(call, "charge", "/v1/charges", &filter)
}
