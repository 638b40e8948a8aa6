//! One attempt on a payment intent and the events of it: paid, with Stripe's fee and what becomes of it later; or declined.

use serde_json::{Value, json};

use crate::balance;
use crate::later::DELAY_MS;
use crate::objects;
use crate::state::{Later, Work, text};
use crate::test_cards::{After, Decline};

/// Whether a card's owner has proved to his bank that it is him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nobody asked.
    NotAsked,
    /// He has.
    Authenticated,
}

/// Tries and fails; the intent can be tried again.
pub(super) fn decline(
    work: &Work<'_>,
    intent: &mut Value,
    method: &Value,
    decline: &Decline,
) -> rusqlite::Result<Value> {
    let charge = objects::charge(work.now(), intent, method, Some(decline));
    work.insert(&charge)?;
    intent["latest_charge"] = charge["id"].clone();
    intent["last_payment_error"] = objects::payment_error(&charge, method, decline);
    intent["status"] = json!("requires_payment_method");
    intent["next_action"] = Value::Null;
    work.update(intent)?;
    work.emit("charge.failed", &charge)?;
    work.emit("payment_intent.payment_failed", intent)?;
    Ok(charge)
}

/// Takes the money. Nobody is told yet: [`tell_paid`] does, once all that belongs to the payment is written down.
pub(super) fn pay(
    work: &Work<'_>,
    intent: &mut Value,
    method: &Value,
    proof: Proof,
) -> rusqlite::Result<Value> {
    let mut charge = objects::charge(work.now(), intent, method, None);
    if proof == Proof::Authenticated {
        charge["payment_method_details"]["card"]["three_d_secure"] = json!({
            "authentication_flow": "challenge", "electronic_commerce_indicator": "05", "exemption_indicator": null,
            "result": "authenticated", "result_reason": null, "transaction_id": null, "version": "2.2.0",
        });
    }
    work.insert(&charge)?;
    intent["latest_charge"] = charge["id"].clone();
    intent["amount_received"] = intent["amount"].clone();
    intent["last_payment_error"] = Value::Null;
    intent["next_action"] = Value::Null;
    intent["payment_method"] = method["id"].clone();
    intent["status"] = json!("succeeded");
    work.update(intent)?;
    Ok(charge)
}

/// Tells of a payment: charge, intent, session, and a moment later the fee. Plans what its card does afterwards.
pub(super) fn tell_paid(
    work: &Work<'_>,
    mut charge: Value,
    intent: &Value,
    session: Option<(&str, &Value)>,
) -> rusqlite::Result<()> {
    work.emit("charge.succeeded", &charge)?;
    work.emit("payment_intent.succeeded", intent)?;
    if let Some((event, session)) = session {
        work.emit(event, session)?;
    }
    let after = work.card_of(&charge)?.map_or(After::Nothing, |card| card.after);
    balance::record_charge(work, &mut charge, after == After::AvailableAtOnce)?;
    work.emit("charge.updated", &charge)?;
    let later = match after {
        After::DisputedAsFraud => Later::DisputedAsFraud,
        After::DisputedAsNotReceived => Later::DisputedAsNotReceived,
        After::Inquired => Later::Inquired,
        After::Nothing | After::RefundLate | After::RefundFails | After::AvailableAtOnce => return Ok(()),
    };
    work.plan(text(&charge, "id"), later, DELAY_MS)
}
