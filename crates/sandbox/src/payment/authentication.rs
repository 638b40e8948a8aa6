//! 3-D Secure: a card's bank asks its owner to prove that it is him, on a page of its own, and the payment waits for his answer.
//!
//! Whoever goes away leaves the intent waiting; the session stays open and can be paid otherwise.

use serde_json::{Value, json};

use super::charging::Proof;
use super::{Attempt, Tried};
use crate::state::{Work, text};

/// How the bank's question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is him.
    Complete,
    /// It could not be shown.
    Fail,
}

/// Lets the bank ask.
pub(super) fn ask(work: &Work<'_>, attempt: Attempt) -> rusqlite::Result<Tried> {
    let Attempt { session, mut terms, mut intent, method, save_as } = attempt;
    terms["authentication"] = json!({ "payment_method": method["id"], "save_as": save_as });
    work.change_session_terms(text(&session, "id"), &terms)?;
    intent["status"] = json!("requires_action");
    intent["payment_method"] = method["id"].clone();
    intent["next_action"] = json!({
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {
            "type": "three_d_secure_redirect", "stripe_js": format!("{}/authentication", text(&session, "url")),
        },
    });
    work.update(&intent)?;
    work.emit("payment_intent.requires_action", &intent)?;
    Ok(Tried::Asked)
}

/// The card about which the bank asks now, if it does.
pub(crate) fn asked_about(work: &Work<'_>, session: &Value) -> rusqlite::Result<Option<Value>> {
    let Some(intent) = work.get("payment_intent", text(session, "payment_intent"))? else {
        return Ok(None);
    };
    let terms = work.session_terms(text(session, "id"))?;
    let asked = text(&terms["authentication"], "payment_method");
    if text(&intent, "status") != "requires_action" || text(&intent, "payment_method") != asked {
        return Ok(None);
    }
    work.get("payment_method", asked)
}

/// Takes the answer; none when nothing was asked.
pub(crate) fn answer(work: &Work<'_>, session: Value, answer: Answer) -> rusqlite::Result<Option<Tried>> {
    let Some(method) = asked_about(work, &session)? else {
        return Ok(None);
    };
    let found = work.get("payment_intent", text(&session, "payment_intent"))?;
    let mut intent = found.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    match answer {
        Answer::Complete => {
            let terms = work.session_terms(text(&session, "id"))?;
            let save_as = terms["authentication"]["save_as"].as_str().map(str::to_owned);
            let attempt = Attempt { session, terms, intent, method, save_as };
            super::finish(work, attempt, Proof::Authenticated).map(Some)
        }
        Answer::Fail => {
            intent["status"] = json!("requires_payment_method");
            intent["payment_method"] = Value::Null;
            intent["next_action"] = Value::Null;
            intent["last_payment_error"] = json!({
                "type": "invalid_request_error", "code": "payment_intent_authentication_failure",
                "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
                "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
                    PaymentMethod to attempt to fulfill this PaymentIntent again.",
                "payment_method": method,
            });
            work.update(&intent)?;
            work.emit("payment_intent.payment_failed", &intent)?;
            Ok(None)
        }
    }
}
