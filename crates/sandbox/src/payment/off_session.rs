//! Charging a saved card while its owner is away. What needs him is declined: there is nobody to ask.

use serde_json::{Map, Value, json};

use super::charging::{self, Proof};
use super::delayed;
use crate::objects;
use crate::state::{Work, text};
use crate::test_cards::{AUTHENTICATION_REQUIRED, Behaviour, Decline, Secure};

/// What is charged.
pub(crate) struct Order<'a> {
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) customer: &'a str,
    pub(crate) method: Value,
    pub(crate) description: Option<&'a str>,
    pub(crate) receipt_email: Option<&'a str>,
    pub(crate) statement_descriptor_suffix: Option<&'a str>,
    pub(crate) metadata: Map<String, Value>,
}

/// What came of it.
pub(crate) enum Charged {
    /// The intent, paid or under way.
    Paid(Value),
    /// The error that tells of the decline, with the intent inside.
    Declined(Value),
}

/// Makes an intent and tries the card at once.
pub(crate) fn charge(work: &Work<'_>, order: Order<'_>) -> rusqlite::Result<Charged> {
    let method = order.method;
    let priced =
        json!({ "amount_total": order.amount, "currency": order.currency, "customer": order.customer });
    let terms = json!({
        "description": order.description, "receipt_email": order.receipt_email, "metadata": order.metadata,
        "statement_descriptor_suffix": order.statement_descriptor_suffix, "setup_future_usage": null,
    });
    let mut intent = objects::payment_intent(work.now(), &priced, &terms);
    work.insert(&intent)?;
    work.emit("payment_intent.created", &intent)?;
    if let Some(decline) = decline_of(work, &method)? {
        let charge = charging::decline(work, &mut intent, &method, &decline)?;
        let mut error = objects::payment_error(&charge, &method, &decline);
        error["payment_intent"] = intent;
        return Ok(Charged::Declined(error));
    }
    if work.trouble.late_decline {
        delayed::seem_to_process(work, &mut intent, &method)?;
        return Ok(Charged::Paid(intent));
    }
    let charge = charging::pay(work, &mut intent, &method, Proof::NotAsked)?;
    work.mark_card_used(text(&method, "id"))?;
    charging::tell_paid(work, charge, &intent, None)?;
    Ok(Charged::Paid(intent))
}

/// Why a card cannot be charged without its owner.
fn decline_of(work: &Work<'_>, method: &Value) -> rusqlite::Result<Option<Decline>> {
    if let Some(asked_for) = work.trouble.off_session_decline {
        return Ok(Decline::of_code(asked_for.code()));
    }
    let Some(card) = work.card_behind(method)? else {
        return Ok(Some(AUTHENTICATION_REQUIRED));
    };
    Ok(match (card.secure, card.behaviour) {
        (Secure::Always, _) => Some(AUTHENTICATION_REQUIRED),
        (Secure::UnlessSetUp, _) if !work.is_card_set_up(text(method, "id"))? => {
            Some(AUTHENTICATION_REQUIRED)
        }
        (_, Behaviour::Declines(decline)) => Some(decline),
        (_, Behaviour::Pays) => None,
    })
}
