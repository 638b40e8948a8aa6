//! `/v1/customers`

use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::listing;
use super::params::{Kind, Spec};
use super::{Call, payment_methods};
use crate::{customers, objects};

const FIELDS: [&str; 4] = ["description", "email", "name", "phone"];
const SPEC: Spec = &[
    ("description", Kind::Clearable),
    ("email", Kind::Clearable),
    ("name", Kind::Clearable),
    ("phone", Kind::Clearable),
    ("metadata[*]", Kind::Clearable),
    ("preferred_locales[*]", Kind::Text),
];

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let customer = with_fields(call, objects::customer(call.work.now()))?;
    call.work.insert(&customer)?;
    call.work.emit("customer.created", &customer)?;
    Ok(customer)
}

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("customer", id)
}

/// Deletes; what is deleted is answered as such from then on.
pub(super) fn delete(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    customers::delete(call.work, id)
}

pub(super) fn update(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let before = living(call, id)?;
    let customer = with_fields(call, before.clone())?;
    if customer != before {
        call.work.update(&customer)?;
        call.work.emit("customer.updated", &customer)?;
    }
    Ok(customer)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[])?;
    listing::list(call, "customer", "/v1/customers", &filter)
}

pub(super) fn list_payment_methods(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check_all(&[&[("type", Kind::Text)], listing::PAGE])?;
    living(call, id)?;
    let filter = payment_methods::filter(call, Some(id));
    listing::list(call, "payment_method", &format!("/v1/customers/{id}/payment_methods"), &filter)
}

fn living(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    let customer = call.object("customer", id)?;
    if customers::is_deleted(&customer) { Err(ApiError::no_such("customer", id)) } else { Ok(customer) }
}

fn with_fields(call: &Call<'_>, mut customer: Value) -> Result<Value, ApiError> {
    call.params.check(SPEC)?;
    for field in FIELDS {
        if let Some(value) = call.params.given(field) {
            customer[field] = if value.is_empty() { Value::Null } else { json!(value) };
        }
    }
    let locales = call.params.texts(&["preferred_locales"]);
    if !locales.is_empty() {
        customer["preferred_locales"] = json!(locales);
    }
    let metadata = customer["metadata"].as_object().cloned().unwrap_or_else(Map::new);
    customer["metadata"] = Value::Object(call.params.metadata_onto(&["metadata"], metadata)?);
    Ok(customer)
}
