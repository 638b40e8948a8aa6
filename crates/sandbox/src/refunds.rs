//! Giving money back: in part, in steps, whole; what arrives later, and what a bank sends back.
//!
//! A charge's `amount_refunded` is what all its refunds come to that have not failed (docs.stripe.com/refunds).

use serde_json::{Map, Value, json};

use crate::api::error::ApiError;
use crate::balance::{self, Movement};
use crate::ids::new_id;
use crate::page::money;
use crate::state::{Filter, Later, Work, text};
use crate::test_cards::After;

/// What is to be given back.
pub(crate) struct Wish {
    /// In minor units; none for all that is left.
    pub(crate) amount: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: Map<String, Value>,
}

/// Gives some of a charge back. Refuses what Stripe refuses.
pub(crate) fn refund(work: &Work<'_>, mut charge: Value, wish: Wish) -> Result<Value, ApiError> {
    let amount = refundable(work, &charge, wish.amount)?;

    let after = work.card_of(&charge)?.map_or(After::Nothing, |card| card.after);
    let mut refund = new_refund(work, &charge, amount, wish);
    if after == After::RefundLate {
        refund["status"] = json!("pending");
    }
    let transaction = movement(work, &refund, &charge, -amount)?;
    refund["balance_transaction"] = transaction["id"].clone();
    work.insert(&refund)?;
    change_refunded(work, &mut charge, amount)?;
    let later = match after {
        After::RefundLate => Some(Later::RefundSucceeds),
        After::RefundFails => Some(Later::RefundFails),
        _ => None,
    };
    if let Some(later) = later {
        work.plan(text(&refund, "id"), later, crate::later::DELAY_MS)?;
    }
    work.emit("refund.created", &refund)?;
    work.emit("charge.refunded", &charge)?;
    Ok(refund)
}

/// A refund that was on its way has arrived. Nothing happens to any other.
pub(crate) fn succeed(work: &Work<'_>, mut refund: Value) -> rusqlite::Result<Value> {
    if text(&refund, "status") != "pending" {
        return Ok(refund);
    }
    work.forget_plan(text(&refund, "id"))?;
    refund["status"] = json!("succeeded");
    work.update(&refund)?;
    work.emit("refund.updated", &refund)?;
    work.emit("charge.refund.updated", &refund)?;
    Ok(refund)
}

/// The payer's bank sends a refund back: its money is the seller's again. Nothing happens to one that has failed already.
pub(crate) fn fail(work: &Work<'_>, mut refund: Value, reason: &str) -> rusqlite::Result<Value> {
    if text(&refund, "status") == "failed" {
        return Ok(refund);
    }
    work.forget_plan(text(&refund, "id"))?;
    let amount = refund["amount"].as_i64().unwrap_or_default();
    let mut charge =
        work.get("charge", text(&refund, "charge"))?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let transaction = movement(work, &refund, &charge, amount)?;
    refund["status"] = json!("failed");
    refund["failure_reason"] = json!(reason);
    refund["failure_balance_transaction"] = transaction["id"].clone();
    work.update(&refund)?;
    change_refunded(work, &mut charge, -amount)?;
    work.emit("refund.failed", &refund)?;
    work.emit("refund.updated", &refund)?;
    work.emit("charge.refund.updated", &refund)?;
    Ok(refund)
}

/// How much is given back, or why nothing can be.
fn refundable(work: &Work<'_>, charge: &Value, wished: Option<i64>) -> Result<i64, ApiError> {
    let (id, currency) = (text(charge, "id"), text(charge, "currency"));
    if text(charge, "status") != "succeeded" {
        return Err(ApiError::invalid(format!(
            "Charge {id} has not succeeded, so nothing of it can be refunded."
        )));
    }
    let kind = text(&charge["payment_method_details"], "type");
    if kind == "boleto" {
        return Err(ApiError::invalid(format!("Charges made with {kind} cannot be refunded.")));
    }
    if is_charged_back(work, id)? {
        let message = format!("Charge {id} has been charged back; cannot issue a refund.");
        return Err(ApiError::invalid(message).code("charge_disputed"));
    }
    let number = |field: &str| charge[field].as_i64().unwrap_or_default();
    let left = number("amount") - number("amount_refunded");
    if left == 0 {
        let message = format!("Charge {id} has already been refunded.");
        return Err(ApiError::invalid(message).code("charge_already_refunded"));
    }
    let amount = wished.unwrap_or(left);
    if amount < 1 {
        return Err(ApiError::invalid("Invalid positive integer")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    if amount > left {
        let against = if left == number("amount") { "charge amount" } else { "unrefunded amount on charge" };
        let (wished, left) = (money(amount, currency), money(left, currency));
        let message = format!("Refund amount ({wished}) is greater than {against} ({left})");
        return Err(ApiError::invalid(message).param("amount"));
    }
    Ok(amount)
}

/// True while a dispute holds a charge's money, or has lost it.
fn is_charged_back(work: &Work<'_>, charge: &str) -> rusqlite::Result<bool> {
    let disputes = work.all("dispute", &Filter { charge: Some(charge.to_owned()), ..Filter::default() })?;
    Ok(disputes
        .iter()
        .any(|dispute| matches!(text(dispute, "status"), "needs_response" | "under_review" | "lost")))
}

/// Adds to what was given back of a charge, or takes from it.
fn change_refunded(work: &Work<'_>, charge: &mut Value, change: i64) -> rusqlite::Result<()> {
    let refunded = charge["amount_refunded"].as_i64().unwrap_or_default() + change;
    charge["amount_refunded"] = json!(refunded);
    charge["refunded"] = json!(Some(refunded) == charge["amount"].as_i64());
    work.update(charge)
}

fn movement(work: &Work<'_>, refund: &Value, charge: &Value, amount: i64) -> rusqlite::Result<Value> {
    let (kind, category) = match (amount < 0, balance::is_card(charge)) {
        (true, true) => ("refund", "refund"),
        (true, false) => ("payment_refund", "refund"),
        (false, true) => ("refund_failure", "refund_failure"),
        (false, false) => ("payment_failure_refund", "refund_failure"),
    };
    let prefix = if amount < 0 { "REFUND FOR CHARGE" } else { "REFUND FAILURE" };
    let description = format!("{prefix} ({})", text(charge, "description"));
    let movement = Movement { source: refund, kind, category, amount, fee: 0, description, at_once: true };
    balance::record(work, &movement)
}

fn new_refund(work: &Work<'_>, charge: &Value, amount: i64, wish: Wish) -> Value {
    let method = text(&charge["payment_method_details"], "type");
    let mut destination = json!({ "type": method });
    destination[method] = match method {
        "card" => {
            json!({ "reference": null, "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" })
        }
        _ => json!({}),
    };
    json!({
        "id": new_id("re_3", 23), "object": "refund", "amount": amount, "balance_transaction": null, "charge": charge["id"],
        "created": work.now(), "currency": charge["currency"], "destination_details": destination, "metadata": wish.metadata,
        "payment_intent": charge["payment_intent"], "reason": wish.reason, "receipt_number": null,
        "source_transfer_reversal": null, "status": "succeeded", "transfer_reversal": null,
    })
}
