//! Stripe's customers who were deleted: what is left of them is their id, and nothing can be sold to them. What they had paid stays.

use serde_json::{Value, json};

use crate::api::error::ApiError;
use crate::payment;
use crate::state::{Work, text};

/// The customer whom a parameter of a call names, unless he was deleted.
pub(crate) fn named_in(work: &Work<'_>, param: &str, id: &str) -> Result<Value, ApiError> {
    let found = work.get("customer", id)?.filter(|customer| !is_deleted(customer));
    found.ok_or_else(|| ApiError::no_such_in(param, "customer", id))
}

/// Deletes a customer with his saved cards; what is left is answered.
pub(crate) fn delete(work: &Work<'_>, id: &str) -> Result<Value, ApiError> {
    let known = work.get("customer", id)?.filter(|customer| !is_deleted(customer));
    let known = known.ok_or_else(|| ApiError::no_such("customer", id))?;
    for method in work.cards_by_use(id)? {
        payment::detach(work, method)?;
    }
    let left = json!({ "id": text(&known, "id"), "object": "customer", "deleted": true });
    work.update(&left)?;
    work.emit("customer.deleted", &known)?;
    Ok(left)
}

/// Whether nothing but the id is left.
pub(crate) fn is_deleted(customer: &Value) -> bool {
    customer["deleted"] == json!(true)
}
