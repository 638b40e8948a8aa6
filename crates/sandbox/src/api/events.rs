//! `/v1/events`: what happened, newest first.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;

/// Most types that one call may name.
const TYPES_MAX: usize = 20;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("event", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    let mut filter = listing::narrowed(
        call,
        &[("delivery_success", Kind::Flag), ("type", Kind::Text), ("types[*]", Kind::Text)],
    )?;
    let mut types = params.texts(&["types"]);
    if types.len() > TYPES_MAX {
        return Err(ApiError::invalid(format!("You may pass up to {TYPES_MAX} types.")).param("types"));
    }
    types.extend(filter.types.unwrap_or_default());
    filter.types = (!types.is_empty()).then_some(types);
    filter.delivered = params.flag("delivery_success");
    listing::list(call, "event", "/v1/events", &filter)
}
