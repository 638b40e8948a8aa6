//! What a payer's bank takes back, or asks about: disputes and inquiries, from their opening to their end.
//!
//! A dispute takes the money when it opens and gives it back when it is won; an inquiry takes nothing
//! (docs.stripe.com/disputes/how-disputes-work).

use serde_json::{Value, json};

use crate::api::error::ApiError;
use crate::balance::{self, Movement};
use crate::ids::new_id;
use crate::page::money;
use crate::state::{Work, text};

/// How long evidence may be sent, in seconds.
const EVIDENCE_SECONDS: i64 = 9 * 24 * 3_600;

/// What a payer's bank wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The money, now.
    Dispute,
    /// An answer.
    Inquiry,
}

/// Opens a dispute or an inquiry about a charge; `amount` in minor units, none for all that was not refunded.
pub(crate) fn open(
    work: &Work<'_>,
    mut charge: Value,
    opening: Opening,
    reason: &str,
    amount: Option<i64>,
) -> Result<Value, ApiError> {
    let number = |field: &str| charge[field].as_i64().unwrap_or_default();
    let left = number("amount") - number("amount_refunded");
    let amount = amount.unwrap_or(left);
    let refused = |sentence: &str| Err(ApiError::invalid(sentence));
    match text(&charge["payment_method_details"], "type") {
        _ if text(&charge, "status") != "succeeded" => return refused("Only what was paid can be disputed."),
        "boleto" => return refused("A boleto cannot be disputed."),
        _ if charge["disputed"] == json!(true) => return refused("This charge was disputed already."),
        _ if left == 0 => return refused("All of this charge was refunded: nothing is left to dispute."),
        _ if !(1..=left).contains(&amount) => {
            let left = money(left, text(&charge, "currency"));
            return Err(
                ApiError::invalid(format!("Between 1 cent and {left} can be disputed.")).param("amount")
            );
        }
        _ => {}
    }

    let status = match opening {
        Opening::Dispute => "needs_response",
        Opening::Inquiry => "warning_needs_response",
    };
    let mut dispute = new_dispute(work, &charge, amount, reason, status);
    work.insert(&dispute)?;
    charge["disputed"] = json!(true);
    work.update(&charge)?;
    work.emit("charge.dispute.created", &dispute)?;
    if opening == Opening::Dispute {
        withdraw(work, &mut dispute)?;
    }
    Ok(dispute)
}

/// The seller has answered: the bank is thinking.
pub(crate) fn review(work: &Work<'_>, mut dispute: Value) -> Result<Value, ApiError> {
    dispute["status"] = match text(&dispute, "status") {
        "needs_response" => json!("under_review"),
        "warning_needs_response" => json!("warning_under_review"),
        status => return Err(closed_to(status, "answered")),
    };
    dispute["evidence_details"]["submission_count"] = json!(1);
    dispute["evidence_details"]["has_evidence"] = json!(true);
    work.update(&dispute)?;
    work.emit("charge.dispute.updated", &dispute)?;
    Ok(dispute)
}

/// An inquiry becomes a dispute: the bank takes the money now.
pub(crate) fn escalate(work: &Work<'_>, mut dispute: Value) -> Result<Value, ApiError> {
    let status = text(&dispute, "status");
    if !matches!(status, "warning_needs_response" | "warning_under_review") {
        return Err(closed_to(status, "escalated"));
    }
    dispute["status"] = json!("needs_response");
    dispute["is_charge_refundable"] = json!(false);
    work.update(&dispute)?;
    work.emit("charge.dispute.updated", &dispute)?;
    withdraw(work, &mut dispute)?;
    Ok(dispute)
}

/// How a dispute or an inquiry ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The money comes back.
    Won,
    /// The money is gone.
    Lost,
    /// The inquiry came to nothing.
    WarningClosed,
    /// It was settled before it became a dispute.
    Prevented,
}

/// Ends a dispute (won or lost) or an inquiry (closed or prevented).
pub(crate) fn close(work: &Work<'_>, mut dispute: Value, ending: Ending) -> Result<Value, ApiError> {
    let is_dispute = matches!(ending, Ending::Won | Ending::Lost);
    let (open, closed) = match ending {
        Ending::Won => (["needs_response", "under_review"], "won"),
        Ending::Lost => (["needs_response", "under_review"], "lost"),
        Ending::WarningClosed => (["warning_needs_response", "warning_under_review"], "warning_closed"),
        Ending::Prevented => (["warning_needs_response", "warning_under_review"], "prevented"),
    };
    let status = text(&dispute, "status");
    if !open.contains(&status) {
        return Err(closed_to(status, closed));
    }
    dispute["status"] = json!(closed);
    dispute["is_charge_refundable"] = json!(!is_dispute);
    work.update(&dispute)?;
    if ending == Ending::Won {
        let amount = dispute["amount"].as_i64().unwrap_or_default();
        move_money(work, &mut dispute, amount, 0, "dispute_reversal")?;
        work.emit("charge.dispute.funds_reinstated", &dispute)?;
    }
    work.emit("charge.dispute.closed", &dispute)?;
    Ok(dispute)
}

fn withdraw(work: &Work<'_>, dispute: &mut Value) -> rusqlite::Result<()> {
    let amount = dispute["amount"].as_i64().unwrap_or_default();
    let fee = balance::dispute_fee(text(dispute, "currency"));
    move_money(work, dispute, -amount, fee, "dispute")?;
    work.emit("charge.dispute.funds_withdrawn", dispute)
}

fn move_money(
    work: &Work<'_>,
    dispute: &mut Value,
    amount: i64,
    fee: i64,
    category: &'static str,
) -> rusqlite::Result<()> {
    let what = if amount < 0 { "Chargeback withdrawal" } else { "Chargeback reversal" };
    let description = format!("{what} for {}", text(dispute, "charge"));
    let movement =
        Movement { source: dispute, kind: "adjustment", category, amount, fee, description, at_once: true };
    let transaction = balance::record(work, &movement)?;
    if let Some(transactions) = dispute["balance_transactions"].as_array_mut() {
        transactions.push(transaction);
    }
    work.update(dispute)
}

fn closed_to(status: &str, wished: &str) -> ApiError {
    ApiError::invalid(format!("A dispute whose status is {status} cannot be {wished}."))
}

fn new_dispute(work: &Work<'_>, charge: &Value, amount: i64, reason: &str, status: &str) -> Value {
    let due_by = work.now() + EVIDENCE_SECONDS;
    let card = &charge["payment_method_details"]["card"];
    json!({
        "id": new_id("du_1", 23), "object": "dispute", "amount": amount, "balance_transactions": [], "charge": charge["id"],
        "created": work.now(), "currency": charge["currency"], "enhanced_eligibility_types": [],
        "evidence": { "customer_name": null, "customer_purchase_ip": null, "product_description": null, "uncategorized_text": null },
        "evidence_details": {
            "due_by": due_by, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false, "submission_count": 0,
        },
        "is_charge_refundable": status == "warning_needs_response", "livemode": false, "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "type": "card", "card": { "brand": card["brand"], "case_type": "chargeback", "network_reason_code": "10.4" },
        },
        "reason": reason, "status": status,
    })
}
