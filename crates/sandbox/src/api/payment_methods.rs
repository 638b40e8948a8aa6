//! `/v1/payment_methods`: saved cards.

use serde_json::{Value, json};

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;
use crate::objects::{self, CardEntry};
use crate::state::{Filter, text};
use crate::{customers, payment, test_cards};

/// Stripe's names of test cards that can be saved (docs.stripe.com/testing).
const TEST_METHODS: &[(&str, &str)] = &[
    ("pm_card_visa", "4242424242424242"),
    ("pm_card_mastercard", "5555555555554444"),
    ("pm_card_amex", "378282246310005"),
    ("pm_card_chargeCustomerFail", "4000000000000341"),
    ("pm_card_authenticationRequiredOnSetup", "4000002500003155"),
    ("pm_card_authenticationRequired", "4000002760003184"),
    ("pm_card_authenticationRequiredSetupForOffSession", "4000003800000446"),
    ("pm_card_createDispute", "4000000000000259"),
    ("pm_card_createDisputeProductNotReceived", "4000000000002685"),
    ("pm_card_createDisputeInquiry", "4000000000001976"),
    ("pm_card_pendingRefund", "4000000000007726"),
    ("pm_card_refundFail", "4000000000005126"),
];

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    find(call, id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    params.check_all(&[&[("customer", Kind::Text), ("type", Kind::Text)], listing::PAGE])?;
    // Without a customer Stripe lists what belongs to none, which nobody here has.
    let customer = params.required("customer")?;
    customers::named_in(call.work, "customer", customer)?;
    listing::list(call, "payment_method", "/v1/payment_methods", &filter(call, Some(customer)))
}

/// Saves one of Stripe's test payment methods for a customer, without a payment.
pub(super) fn attach(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[("customer", Kind::Text)])?;
    let customer = call.params.required("customer")?;
    let found = customers::named_in(call.work, "customer", customer)?;
    let number = TEST_METHODS.iter().find(|(name, _)| *name == id).map(|(_, number)| *number);
    let Some(card) = number.and_then(test_cards::by_number) else {
        let method = find(call, id)?;
        let id = text(&method, "id");
        let message = format!(
            "{id} cannot be attached: the sandbox attaches only Stripe's test payment methods (pm_card_visa, ...)."
        );
        return Err(ApiError::invalid(message).code("payment_method_unexpected_state"));
    };
    let entry = CardEntry { card, exp_month: 12, exp_year: 2_034, name: None };
    let mut method = objects::payment_method(call.work.now(), &entry, &found["email"]);
    method["customer"] = json!(customer);
    call.work.insert(&method)?;
    call.work.keep_card(text(&method, "id"), card.number)?;
    call.work.emit("payment_method.attached", &method)?;
    Ok(method)
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
