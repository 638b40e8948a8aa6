//! `/v1/payment_intents`: made by sessions, or at once for a saved card whose owner is away.

use serde_json::{Map, Value, json};

use super::Call;
use super::checkout_sessions::{AMOUNT_MAX, AMOUNT_MIN};
use super::error::ApiError;
use super::listing;
use super::params::Kind;
use crate::customers;
use crate::payment::off_session::{self, Charged, Order};
use crate::state::text;

/// Makes an intent and charges it at once; `Err` of the outer result is a refusal, of the inner one a decline.
pub(super) fn create(call: &Call<'_>) -> Result<Result<Value, Value>, ApiError> {
    let params = call.params;
    params.check(&[
        ("allowed_payment_method_types[*]", Kind::Text),
        ("amount", Kind::Integer),
        ("confirm", Kind::Flag),
        ("currency", Kind::Word(&["usd", "brl"])),
        ("customer", Kind::Text),
        ("description", Kind::Text),
        ("error_on_requires_action", Kind::Flag),
        ("metadata[*]", Kind::Clearable),
        ("off_session", Kind::Flag),
        ("payment_method", Kind::Text),
        ("receipt_email", Kind::Text),
        ("statement_descriptor_suffix", Kind::Text),
    ])?;
    let currency = params.required("currency")?;
    params.required("amount")?;
    let amount = match params.integer("amount").unwrap_or_default() {
        amount if amount < AMOUNT_MIN => {
            let message = "Amount must convert to at least 50 cents.";
            return Err(ApiError::invalid(message).code("amount_too_small").param("amount"));
        }
        amount if amount > AMOUNT_MAX => {
            let message = "Amount must be no more than 99999999.";
            return Err(ApiError::invalid(message).code("amount_too_large").param("amount"));
        }
        amount => amount,
    };
    if params.flag("confirm") != Some(true) || params.flag("off_session") != Some(true) {
        let message = "The sandbox makes only PaymentIntents with confirm=true and off_session=true; others are made by sessions.";
        return Err(ApiError::invalid(message));
    }
    let customer = params.required("customer")?;
    customers::named_in(call.work, "customer", customer)?;
    let order = Order {
        amount,
        currency,
        customer,
        method: attached(call, customer)?,
        description: params.text("description"),
        receipt_email: params.text("receipt_email"),
        statement_descriptor_suffix: params.text("statement_descriptor_suffix"),
        metadata: params.metadata_onto(&["metadata"], Map::new())?,
    };
    Ok(match off_session::charge(call.work, order)? {
        Charged::Paid(intent) => Ok(intent),
        Charged::Declined(error) => Err(error),
    })
}

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("payment_intent", id)
}

/// Gives up an intent that is not paid and not under way.
pub(super) fn cancel(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[(
        "cancellation_reason",
        Kind::Word(&["abandoned", "duplicate", "fraudulent", "requested_by_customer"]),
    )])?;
    let mut intent = call.object("payment_intent", id)?;
    let status = text(&intent, "status");
    if matches!(status, "succeeded" | "processing" | "canceled") {
        let message = format!("You cannot cancel this PaymentIntent because it has a status of {status}.");
        return Err(ApiError::invalid(message).code("payment_intent_unexpected_state"));
    }
    intent["status"] = json!("canceled");
    intent["canceled_at"] = json!(call.work.now());
    intent["cancellation_reason"] = json!(call.params.text("cancellation_reason"));
    intent["next_action"] = Value::Null;
    call.work.update(&intent)?;
    call.work.emit("payment_intent.canceled", &intent)?;
    Ok(intent)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let filter = listing::narrowed(call, &[("customer", Kind::Text)])?;
    listing::list(call, "payment_intent", "/v1/payment_intents", &filter)
}

/// The method that the call names, if it is saved for this customer.
fn attached(call: &Call<'_>, customer: &str) -> Result<Value, ApiError> {
    let id = call.params.required("payment_method")?;
    let found = call.work.get("payment_method", id)?;
    let method = found.ok_or_else(|| ApiError::no_such_in("payment_method", "PaymentMethod", id))?;
    if text(&method, "customer") == customer {
        return Ok(method);
    }
    let message = format!(
        "The customer does not have a payment method with the ID {id}. The payment method must be attached to the customer."
    );
    Err(ApiError::invalid(message).code("payment_method_unexpected_state").param("payment_method"))
}
