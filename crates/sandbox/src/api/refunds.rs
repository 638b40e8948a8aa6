//! `/v1/refunds`

use serde_json::{Map, Value};

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;
use crate::refunds::{self, Wish};
use crate::state::text;

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    params.check(&[
        ("amount", Kind::Integer),
        ("charge", Kind::Text),
        ("metadata[*]", Kind::Clearable),
        ("payment_intent", Kind::Text),
        ("reason", Kind::Word(&["duplicate", "fraudulent", "requested_by_customer"])),
    ])?;
    let charge = match (params.text("charge"), params.text("payment_intent")) {
        (Some(id), None) => {
            call.work.get("charge", id)?.ok_or_else(|| ApiError::no_such_in("charge", "charge", id))
        }
        (None, Some(id)) => paid_charge(call, id),
        (None, None) => Err(ApiError::invalid(
            "One of the following params should be provided for this request: payment_intent or charge.",
        )),
        (Some(_), Some(_)) => {
            Err(ApiError::invalid("You may only specify one of these parameters: charge, payment_intent."))
        }
    }?;
    let wish = Wish {
        amount: params.integer("amount"),
        reason: params.text("reason").map(str::to_owned),
        metadata: params.metadata_onto(&["metadata"], Map::new())?,
    };
    refunds::refund(call.work, charge, wish)
}

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("refund", id)
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[("metadata[*]", Kind::Clearable)])?;
    let before = call.object("refund", id)?;
    let mut refund = before.clone();
    let metadata = refund["metadata"].as_object().cloned().unwrap_or_default();
    refund["metadata"] = Value::Object(call.params.metadata_onto(&["metadata"], metadata)?);
    if refund != before {
        call.work.update(&refund)?;
        call.work.emit("refund.updated", &refund)?;
    }
    Ok(refund)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[("charge", Kind::Text), ("payment_intent", Kind::Text)])?;
    listing::list(call, "refund", "/v1/refunds", &filter)
}

/// The charge that paid an intent.
fn paid_charge(call: &Call<'_>, intent: &str) -> Result<Value, ApiError> {
    let missing = || ApiError::no_such_in("payment_intent", "payment_intent", intent);
    let found = call.work.get("payment_intent", intent)?.ok_or_else(missing)?;
    let unpaid = || {
        let message = format!("This PaymentIntent ({intent}) does not have a successful charge to refund.");
        ApiError::invalid(message).param("payment_intent")
    };
    if text(&found, "status") != "succeeded" {
        return Err(unpaid());
    }
    call.work.get("charge", text(&found, "latest_charge"))?.ok_or_else(unpaid)
}
