//! `/v1/disputes`: opened by payers, read and answered here.

use serde_json::{Value, json};

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;
use crate::disputes::{self, Ending};
use crate::state::text;

/// The texts by which Stripe's test disputes are won and lost.
const WINNING: &str = "winning_evidence";
const LOSING: &str = "losing_evidence";

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("dispute", id)
}

/// Evidence: sent in, it is looked at; Stripe's test texts then decide.
pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let params = call.params;
    params.check(&[
        ("evidence[customer_name]", Kind::Clearable),
        ("evidence[product_description]", Kind::Clearable),
        ("evidence[uncategorized_text]", Kind::Clearable),
        ("metadata[*]", Kind::Clearable),
        ("submit", Kind::Flag),
    ])?;
    let mut dispute = call.object("dispute", id)?;
    for field in ["customer_name", "product_description", "uncategorized_text"] {
        if let Some(value) = params.given(&format!("evidence[{field}]")) {
            dispute["evidence"][field] = json!(value);
        }
    }
    let metadata = dispute["metadata"].as_object().cloned().unwrap_or_default();
    dispute["metadata"] = Value::Object(params.metadata_onto(&["metadata"], metadata)?);
    call.work.update(&dispute)?;
    if params.flag("submit") == Some(false) {
        return Ok(dispute);
    }
    let is_inquiry = text(&dispute, "status").starts_with("warning_");
    let said = text(&dispute["evidence"], "uncategorized_text").to_owned();
    let dispute = disputes::review(call.work, dispute)?;
    match said.as_str() {
        WINNING if is_inquiry => disputes::close(call.work, dispute, Ending::WarningClosed),
        WINNING => disputes::close(call.work, dispute, Ending::Won),
        LOSING if is_inquiry => disputes::escalate(call.work, dispute),
        LOSING => disputes::close(call.work, dispute, Ending::Lost),
        _ => Ok(dispute),
    }
}

/// The seller gives in.
pub(super) fn close(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    let dispute = call.object("dispute", id)?;
    disputes::close(call.work, dispute, Ending::Lost)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[("charge", Kind::Text), ("payment_intent", Kind::Text)])?;
    listing::list(call, "dispute", "/v1/disputes", &filter)
}
