//! `/v1/charges`: each attempt to pay, read here.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing::{self, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use super::params::Kind;
use crate::state::Filter;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("charge", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    let spec =
        &[("customer", Kind::Text), ("payment_intent", Kind::Text), LIMIT, STARTING_AFTER, ENDING_BEFORE];
    params.check(spec)?;
    let filter = Filter {
        customer: params.text("customer").map(str::to_owned),
        payment_intent: params.text("payment_intent").map(str::to_owned),
        ..Filter::default()
    };
    listing::list(call, "charge", "/v1/charges", &filter)
}
