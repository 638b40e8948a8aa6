//! `/v1/events`: what happened, newest first.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing::{self, ENDING_BEFORE, LIMIT, STARTING_AFTER};
use super::params::Kind;
use crate::state::Filter;

/// Most types that one call may name.
const TYPES_MAX: usize = 20;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("event", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    params.check(&[
        ("delivery_success", Kind::Flag),
        ("type", Kind::Text),
        ("types[*]", Kind::Text),
        LIMIT,
        STARTING_AFTER,
        ENDING_BEFORE,
    ])?;
    let mut types = params.texts(&["types"]);
    if types.len() > TYPES_MAX {
        return Err(ApiError::invalid(format!("You may pass up to {TYPES_MAX} types.")).param("types"));
    }
    types.extend(params.text("type").map(str::to_owned));
    let filter = Filter {
        types: (!types.is_empty()).then_some(types),
        delivered: params.flag("delivery_success"),
        ..Filter::default()
    };
    listing::list(call, "event", "/v1/events", &filter)
}
