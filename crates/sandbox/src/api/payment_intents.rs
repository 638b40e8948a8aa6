//! `/v1/payment_intents`: made by sessions, read here.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing::{self, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use super::params::Kind;
use crate::state::Filter;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("payment_intent", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    call.params.check(&[("customer", Kind::Text), LIMIT, STARTING_AFTER, ENDING_BEFORE])?;
    let filter = Filter { customer: call.params.text("customer").map(str::to_owned), ..Filter::default() };
    listing::list(call, "payment_intent", "/v1/payment_intents", &filter)
}
