//! Payments whose money comes later, or never: boleto and Pix, and cards that only seem to be on their way.
//!
//! The session is complete and unpaid; what follows is told by `checkout.session.async_payment_succeeded` or `_failed`.

use serde_json::{Value, json};

use super::charging::{self, Proof};
use super::{Attempt, Tried, complete};
use crate::later::DELAY_MS;
use crate::state::{Filter, Later, Work, text};
use crate::test_cards::Decline;

/// How long a boleto can be paid, in seconds.
const BOLETO_SECONDS: i64 = 3 * 24 * 3_600;
/// How long a Pix can be paid, in seconds.
const PIX_SECONDS: i64 = 24 * 3_600;

/// A method whose money comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delayed {
    Boleto,
    Pix,
}

impl Delayed {
    /// All of them.
    pub(crate) const ALL: [Delayed; 2] = [Delayed::Boleto, Delayed::Pix];

    /// Stripe's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Delayed::Boleto => "boleto",
            Delayed::Pix => "pix",
        }
    }
}

/// How a payment that was awaited ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    Succeeded,
    Failed,
}

/// Hands out the boleto or the Pix.
pub(super) fn begin(work: &Work<'_>, attempt: Attempt) -> rusqlite::Result<Tried> {
    let Attempt { mut session, mut intent, method, .. } = attempt;
    let page = format!("{}/voucher", text(&session, "url"));
    let number: String = text(&intent, "id").bytes().map(|byte| char::from(b'0' + byte % 10)).collect();
    let kind = text(&method, "type");
    let (name, details) = match kind {
        "boleto" => (
            "boleto_display_details",
            json!({ "expires_at": work.now() + BOLETO_SECONDS, "hosted_voucher_url": page, "number": number, "pdf": page }),
        ),
        _ => (
            "pix_display_qr_code",
            json!({
                "data": format!("sandbox-pix-{number}"), "expires_at": work.now() + PIX_SECONDS,
                "hosted_instructions_url": page, "image_url_png": null, "image_url_svg": null,
            }),
        ),
    };
    intent["next_action"] = json!({ "type": name });
    intent["next_action"][name] = details;
    intent["status"] = json!("requires_action");
    intent["payment_method"] = method["id"].clone();
    intent["last_payment_error"] = Value::Null;
    work.update(&intent)?;
    work.emit("payment_intent.requires_action", &intent)?;
    complete(work, &mut session, &method)?;
    work.emit("checkout.session.completed", &session)?;
    Ok(Tried::Awaited)
}

/// A card that seems to be on its way; it will be declined.
pub(super) fn seem_to_process(work: &Work<'_>, intent: &mut Value, method: &Value) -> rusqlite::Result<()> {
    intent["status"] = json!("processing");
    intent["next_action"] = Value::Null;
    intent["last_payment_error"] = Value::Null;
    intent["payment_method"] = method["id"].clone();
    work.update(intent)?;
    work.plan(text(intent, "id"), Later::Declined, DELAY_MS)?;
    work.emit("payment_intent.processing", intent)
}

/// True while an intent's money is awaited.
pub(crate) fn is_awaited(work: &Work<'_>, intent: &Value) -> rusqlite::Result<bool> {
    let method = work.get("payment_method", text(intent, "payment_method"))?;
    let kind = method.as_ref().map_or("", |method| text(method, "type"));
    let is_delayed = Delayed::ALL.iter().any(|delayed| delayed.word() == kind);
    Ok(text(intent, "status") == "processing" || (is_delayed && text(intent, "status") == "requires_action"))
}

/// The awaited money comes, or does not. Nothing happens to an intent that awaits none.
pub(crate) fn settle(work: &Work<'_>, mut intent: Value, settled: Settled) -> rusqlite::Result<Value> {
    if !is_awaited(work, &intent)? {
        return Ok(intent);
    }
    work.forget_plan(text(&intent, "id"))?;
    let method = work
        .get("payment_method", text(&intent, "payment_method"))?
        .ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let of_intent = Filter { payment_intent: Some(text(&intent, "id").to_owned()), ..Filter::default() };
    let mut session = work.all("checkout.session", &of_intent)?.into_iter().next();
    match settled {
        Settled::Succeeded => {
            let charge = charging::pay(work, &mut intent, &method, Proof::NotAsked)?;
            if let Some(session) = &mut session {
                session["payment_status"] = json!("paid");
                work.update(session)?;
            }
            let told = session.as_ref().map(|session| ("checkout.session.async_payment_succeeded", session));
            charging::tell_paid(work, charge, &intent, told)?;
        }
        Settled::Failed => {
            fail(work, &mut intent, &method)?;
            if let Some(session) = session {
                work.emit("checkout.session.async_payment_failed", &session)?;
            }
        }
    }
    Ok(intent)
}

fn fail(work: &Work<'_>, intent: &mut Value, method: &Value) -> rusqlite::Result<()> {
    if work.card_behind(method)?.is_some() {
        let decline = Decline::of_code("generic_decline").ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        return charging::decline(work, intent, method, &decline).map(drop);
    }
    intent["status"] = json!("requires_payment_method");
    intent["next_action"] = Value::Null;
    intent["payment_method"] = Value::Null;
    intent["last_payment_error"] = json!({
        "type": "invalid_request_error", "code": "payment_intent_payment_attempt_expired",
        "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-expired",
        "message": "The latest payment attempt for the PaymentIntent has expired. Provide a new payment method to try again.",
        "payment_method": method,
    });
    work.update(intent)?;
    work.emit("payment_intent.payment_failed", intent)
}
