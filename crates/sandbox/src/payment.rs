//! What paying does: attempts on a session's payment intent, saving of cards, the end of sessions, and the events of each.
//!
//! Stripe's rules of saving hold (docs.stripe.com "Save payment details during payment"): in mode *payment* nothing is saved
//! unless the session asked for it, and a saved card is shown again only where the session's filters name how it was saved.

pub(crate) mod authentication;
mod charging;
pub(crate) mod delayed;
pub(crate) mod off_session;

use serde_json::{Value, json};

use crate::objects::{self, CardEntry};
use crate::state::{Work, text};
use crate::test_cards::{Behaviour, Decline, Secure};

use self::charging::Proof;
use self::delayed::Delayed;

/// Most saved cards shown on one page.
const SAVED_CARDS_SHOWN_MAX: usize = 50;

/// What is paid with.
pub(crate) enum Means {
    /// A card typed now.
    New {
        entry: CardEntry,
        /// The customer ticked the box that saves it.
        save_ticked: bool,
    },
    /// A saved card.
    Saved {
        method: Value,
        /// New month and year, when the old ones were past.
        renewal: Option<(u8, u16)>,
    },
    /// A method whose money comes later.
    Delayed { kind: Delayed, name: Option<String> },
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tried {
    /// It is paid, or seems to be on its way.
    Paid,
    /// The card was declined.
    Declined(Decline),
    /// The card's bank wants its owner to prove that it is him.
    Asked,
    /// The money comes later: the customer has a boleto or a Pix to pay.
    Awaited,
}

/// One attempt on a session, its method settled.
struct Attempt {
    session: Value,
    terms: Value,
    intent: Value,
    method: Value,
    /// The `allow_redisplay` with which success will save the card.
    save_as: Option<String>,
}

/// Tries to pay an open session.
pub(crate) fn attempt(
    work: &Work<'_>,
    mut session: Value,
    means: Means,
    form_token: Option<&str>,
) -> rusqlite::Result<Tried> {
    let terms = work.session_terms(text(&session, "id"))?;
    let intent = open_intent(work, &mut session, &terms)?;
    let intent_id = text(&intent, "id").to_owned();
    let (method, save_as) = settle_means(work, &session, &terms, means)?;
    let card = work.card_behind(&method)?;
    let attempt = Attempt { session, terms, intent, method, save_as };
    let tried = match card {
        None => delayed::begin(work, attempt),
        Some(card) if card.secure != Secure::Never => authentication::ask(work, attempt),
        Some(_) => finish(work, attempt, Proof::NotAsked),
    }?;
    if let Some(token) = form_token {
        let intent = work.get("payment_intent", &intent_id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let charged = matches!(tried, Tried::Declined(_));
        work.keep_attempt(token, text(&intent, if charged { "latest_charge" } else { "id" }))?;
    }
    Ok(tried)
}

/// Charges a card that nobody has to be asked about any more.
fn finish(work: &Work<'_>, attempt: Attempt, proof: Proof) -> rusqlite::Result<Tried> {
    let Attempt { mut session, terms, mut intent, mut method, save_as } = attempt;
    let card = work.card_behind(&method)?;
    if let Some(Behaviour::Declines(decline)) = card.map(|card| card.behaviour) {
        charging::decline(work, &mut intent, &method, &decline)?;
        return Ok(Tried::Declined(decline));
    }
    if work.trouble.late_decline {
        delayed::seem_to_process(work, &mut intent, &method)?;
        complete(work, &mut session, &method)?;
        work.emit("checkout.session.completed", &session)?;
        return Ok(Tried::Paid);
    }

    let charge = charging::pay(work, &mut intent, &method, proof)?;
    work.mark_card_used(text(&method, "id"))?;
    if let Some(save_as) = save_as {
        method["customer"] = session["customer"].clone();
        method["allow_redisplay"] = json!(save_as);
        method["card"]["checks"]["cvc_check"] = json!("pass");
        work.update(&method)?;
        work.emit("payment_method.attached", &method)?;
        if proof == Proof::Authenticated && terms["setup_future_usage"].is_string() {
            work.mark_card_set_up(text(&method, "id"))?;
        }
    }
    session["payment_status"] = json!("paid");
    complete(work, &mut session, &method)?;
    charging::tell_paid(work, charge, &intent, Some(("checkout.session.completed", &session)))?;
    Ok(Tried::Paid)
}

/// The customer is through with a session, and there is nothing more to press on its page.
fn complete(work: &Work<'_>, session: &mut Value, method: &Value) -> rusqlite::Result<()> {
    session["status"] = json!("complete");
    session["url"] = Value::Null;
    session["customer_details"] = json!({
        "address": null, "business_name": null, "individual_name": null, "email": method["billing_details"]["email"],
        "name": method["billing_details"]["name"], "phone": null, "tax_exempt": "none", "tax_ids": [],
    });
    work.update(session)
}

/// Ends an open session at which a coupon left nothing to pay: there is no intent and no attempt.
pub(crate) fn make_free(work: &Work<'_>, mut session: Value) -> rusqlite::Result<Value> {
    session["status"] = json!("complete");
    session["payment_status"] = json!("no_payment_required");
    session["url"] = Value::Null;
    session["total_details"]["amount_discount"] = session["amount_subtotal"].clone();
    session["amount_total"] = json!(0);
    work.update(&session)?;
    work.emit("checkout.session.completed", &session)?;
    Ok(session)
}

/// Ends an open session, so that nobody can pay it.
pub(crate) fn expire_session(work: &Work<'_>, mut session: Value) -> rusqlite::Result<Value> {
    session["status"] = json!("expired");
    session["url"] = Value::Null;
    work.update(&session)?;
    work.emit("checkout.session.expired", &session)?;
    Ok(session)
}

/// The saved cards that a session shows, most recently used first; the same number saved twice stands once, as its newest.
pub(crate) fn shown_cards(work: &Work<'_>, session: &Value) -> rusqlite::Result<Vec<Value>> {
    let Some(customer) = session["customer"].as_str() else {
        return Ok(Vec::new());
    };
    let filters = &session["saved_payment_method_options"]["allow_redisplay_filters"];
    let named = |method: &Value| {
        filters.as_array().is_some_and(|filters| filters.contains(&method["allow_redisplay"]))
    };
    let mut cards: Vec<Value> = Vec::new();
    let mut saved = work.cards_by_use(customer)?;
    saved.retain(named);
    for method in saved {
        match cards.iter_mut().find(|card| card["card"]["fingerprint"] == method["card"]["fingerprint"]) {
            Some(same) if same["created"].as_i64() < method["created"].as_i64() => *same = method,
            Some(_) => {}
            None => cards.push(method),
        }
    }
    cards.truncate(SAVED_CARDS_SHOWN_MAX);
    Ok(cards)
}

/// Takes a saved card away from its customer.
pub(crate) fn detach(work: &Work<'_>, mut method: Value) -> rusqlite::Result<Value> {
    method["customer"] = Value::Null;
    work.update(&method)?;
    work.emit("payment_method.detached", &method)?;
    Ok(method)
}

/// The session's intent; made now if this is the first attempt.
fn open_intent(work: &Work<'_>, session: &mut Value, terms: &Value) -> rusqlite::Result<Value> {
    if let Some(id) = session["payment_intent"].as_str() {
        return work.get("payment_intent", id)?.ok_or(rusqlite::Error::QueryReturnedNoRows);
    }
    let intent = objects::payment_intent(work.now(), session, terms);
    work.insert(&intent)?;
    session["payment_intent"] = intent["id"].clone();
    work.update(session)?;
    work.emit("payment_intent.created", &intent)?;
    Ok(intent)
}

/// The payment method to charge, and the `allow_redisplay` with which success will save it.
fn settle_means(
    work: &Work<'_>,
    session: &Value,
    terms: &Value,
    means: Means,
) -> rusqlite::Result<(Value, Option<String>)> {
    match means {
        Means::New { entry, save_ticked } => {
            let method = objects::payment_method(work.now(), &entry, &email_of(work, session)?);
            work.insert(&method)?;
            work.keep_card(text(&method, "id"), entry.card.number)?;
            Ok((method, saved_as(session, terms, save_ticked)))
        }
        Means::Saved { mut method, renewal } => {
            if let Some((month, year)) = renewal {
                method["card"]["exp_month"] = json!(month);
                method["card"]["exp_year"] = json!(year);
                work.update(&method)?;
                work.emit("payment_method.updated", &method)?;
            }
            Ok((method, None))
        }
        Means::Delayed { kind, name } => {
            let method =
                objects::delayed_method(work.now(), kind, name.as_deref(), &email_of(work, session)?);
            work.insert(&method)?;
            Ok((method, None))
        }
    }
}

/// Where receipts go.
fn email_of(work: &Work<'_>, session: &Value) -> rusqlite::Result<Value> {
    let customer = work.get("customer", text(session, "customer"))?;
    Ok(customer.map_or_else(|| session["customer_email"].clone(), |customer| customer["email"].clone()))
}

fn saved_as(session: &Value, terms: &Value, save_ticked: bool) -> Option<String> {
    session["customer"].as_str()?;
    let by_rule = match (save_ticked, terms["setup_future_usage"].as_str()) {
        (true, _) => "always",
        (false, Some(_)) => "limited",
        (false, None) => return None,
    };
    Some(terms["allow_redisplay"].as_str().unwrap_or(by_rule).to_owned())
}
