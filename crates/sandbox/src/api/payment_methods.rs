//! `/v1/payment_methods`: saved cards.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;
use crate::payment;
use crate::state::Filter;

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    find(call, id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    params.check_all(&[&[("customer", Kind::Text), ("type", Kind::Text)], listing::PAGE])?;
    // Without a customer Stripe lists what belongs to none, which nobody here has.
    let customer = params.required("customer")?;
    call.work
        .get("customer", customer)?
        .ok_or_else(|| ApiError::no_such_in("customer", "customer", customer))?;
    listing::list(call, "payment_method", "/v1/payment_methods", &filter(call, Some(customer)))
}

pub(super) fn detach(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    let method = find(call, id)?;
    if method["customer"].is_null() {
        return Err(ApiError::invalid(
            "The payment method you provided is not attached to a customer so detachment is impossible.",
        )
        .code("payment_method_unexpected_state"));
    }
    Ok(payment::detach(call.work, method)?)
}

/// A customer's methods of the type that the call names.
pub(super) fn filter(call: &Call<'_>, customer: Option<&str>) -> Filter {
    Filter {
        customer: customer.map(str::to_owned),
        types: call.params.text("type").map(|kind| vec![kind.to_owned()]),
        ..Filter::default()
    }
}

fn find(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let found = call.work.get("payment_method", id)?;
    found.ok_or_else(|| ApiError::no_such("PaymentMethod", id))
}
