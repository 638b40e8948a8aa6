//! `/v1/balance_transactions` and `/v1/payouts`: what moved the balance, and what of it was paid out.

use serde_json::Value;

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::Kind;

pub(super) fn retrieve_transaction(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("balance_transaction", id)
}

pub(super) fn list_transactions(call: &Call<'_>) -> Result<Value, ApiError> {
    let spec = &[("payout", Kind::Text), ("source", Kind::Text), ("type", Kind::Text)];
    let filter = listing::narrowed(call, spec)?;
    listing::list(call, "balance_transaction", "/v1/balance_transactions", &filter)
}

pub(super) fn retrieve_payout(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("payout", id)
}

pub(super) fn list_payouts(call: &Call<'_>) -> Result<Value, ApiError> {
    let spec = &[("status", Kind::Word(&["canceled", "failed", "in_transit", "paid", "pending"]))];
    let filter = listing::narrowed(call, spec)?;
    listing::list(call, "payout", "/v1/payouts", &filter)
}
