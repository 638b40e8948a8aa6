//! Stripe's objects as they look when new. Fields that exist at Stripe but mean nothing here are `null` or empty, so that
//! clients which read them find them.

use serde_json::{Map, Value, json};

use crate::ids::new_id;
use crate::payment::delayed::Delayed;
use crate::test_cards::{Decline, TestCard};

/// A customer without anything known of it.
pub(crate) fn customer(now: i64) -> Value {
    json!({
        "id": new_id("cus_", 14), "object": "customer", "address": null, "balance": 0, "created": now, "currency": null,
        "customer_account": null, "default_source": null, "delinquent": false, "description": null, "discount": null,
        "email": null, "invoice_prefix": new_id("", 8).to_ascii_uppercase(),
        "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null },
        "livemode": false, "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null,
        "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
    })
}

/// What a new session is made of.
pub(crate) struct NewSession<'a> {
    pub(crate) now: i64,
    pub(crate) public_url: &'a str,
    pub(crate) customer: Option<&'a str>,
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) expires_at: i64,
    pub(crate) success_url: &'a str,
    pub(crate) metadata: Map<String, Value>,
}

/// An open session of mode *payment* with the hosted page.
pub(crate) fn checkout_session(new: NewSession<'_>) -> Value {
    let id = new_id("cs_test_a1", 58);
    json!({
        "url": format!("{}/pay/{id}", new.public_url),
        "id": id, "object": "checkout.session", "adaptive_pricing": { "enabled": false }, "after_expiration": null,
        "allow_promotion_codes": null, "allowed_payment_method_types": null, "amount_subtotal": new.amount,
        "amount_total": new.amount, "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
        "billing_address_collection": null, "cancel_url": null, "client_reference_id": null, "client_secret": null,
        "collected_information": null, "consent": null, "consent_collection": null, "created": new.now,
        "currency": new.currency, "currency_conversion": null, "custom_fields": [],
        "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
        "customer": new.customer, "customer_account": null,
        "customer_creation": if new.customer.is_none() { json!("if_required") } else { Value::Null },
        "customer_details": null, "customer_email": null, "discounts": [], "expires_at": new.expires_at,
        "integration_identifier": null, "invoice": null, "invoice_creation": { "enabled": false }, "livemode": false,
        "locale": null, "managed_payments": null, "metadata": new.metadata, "mode": "payment", "origin_context": null,
        "payment_intent": null, "payment_link": null, "payment_method_collection": "if_required",
        "payment_method_configuration_details": null, "payment_method_options": {}, "payment_method_types": ["card"],
        "payment_status": "unpaid", "permissions": null, "phone_number_collection": { "enabled": false },
        "recovered_from": null,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"], "payment_method_remove": "disabled", "payment_method_save": "disabled",
        },
        "setup_intent": null, "shipping_address_collection": null, "shipping_cost": null, "shipping_options": [],
        "status": "open", "submit_type": null, "subscription": null, "success_url": new.success_url,
        "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 }, "ui_mode": "hosted_page",
        "wallet_options": null,
    })
}

/// The payment intent that a session makes when the customer first tries to pay.
pub(crate) fn payment_intent(now: i64, session: &Value, terms: &Value) -> Value {
    let id = new_id("pi_3", 23);
    json!({
        "client_secret": new_id(&format!("{id}_secret_"), 25),
        "id": id, "object": "payment_intent", "allowed_payment_method_types": null, "amount": session["amount_total"],
        "amount_capturable": 0, "amount_details": { "tip": {} }, "amount_received": 0, "application": null,
        "application_fee_amount": null, "automatic_payment_methods": null, "canceled_at": null, "cancellation_reason": null,
        "capture_method": "automatic_async", "confirmation_method": "automatic", "created": now,
        "currency": session["currency"], "customer": session["customer"], "customer_account": null,
        "description": terms["description"], "excluded_payment_method_types": null, "last_payment_error": null,
        "latest_charge": null, "livemode": false, "managed_payments": null, "metadata": terms["metadata"],
        "next_action": null, "on_behalf_of": null, "payment_method": null, "payment_method_configuration_details": null,
        "payment_method_options": { "card": {
            "installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic",
            "setup_future_usage": terms["setup_future_usage"],
        } },
        "payment_method_types": session.get("payment_method_types").cloned().unwrap_or_else(|| json!(["card"])),
        "payment_record": null, "processing": null, "receipt_email": terms["receipt_email"],
        "review": null, "setup_future_usage": null, "shipping": null, "source": null, "statement_descriptor": null,
        "statement_descriptor_suffix": terms["statement_descriptor_suffix"], "status": "requires_payment_method",
        "transfer_group": null,
    })
}

/// What a payer typed of a card, checked.
pub(crate) struct CardEntry {
    pub(crate) card: &'static TestCard,
    pub(crate) exp_month: u8,
    pub(crate) exp_year: u16,
    pub(crate) name: Option<String>,
}

/// A payment method that belongs to nobody yet.
pub(crate) fn payment_method(now: i64, entry: &CardEntry, email: &Value) -> Value {
    let card = entry.card;
    json!({
        "id": new_id("pm_1", 23), "object": "payment_method", "type": "card", "allow_redisplay": "unspecified",
        "billing_details": { "address": address(), "email": email, "name": entry.name, "phone": null, "tax_id": null },
        "card": {
            "brand": card.brand, "checks": checks("unchecked"), "country": card.country, "display_brand": card.brand,
            "exp_month": entry.exp_month, "exp_year": entry.exp_year, "fingerprint": fingerprint(card),
            "funding": card.funding, "generated_from": null, "last4": card.last4(),
            "networks": { "available": [card.brand], "preferred": null }, "regulated_status": "unregulated",
            "three_d_secure_usage": { "supported": true }, "wallet": null,
        },
        "created": now, "customer": null, "customer_account": null, "livemode": false, "metadata": {},
    })
}

/// A boleto or a Pix of a payer; it belongs to nobody and pays once.
pub(crate) fn delayed_method(now: i64, kind: Delayed, name: Option<&str>, email: &Value) -> Value {
    let mut method = json!({
        "id": new_id("pm_1", 23), "object": "payment_method", "type": kind.word(), "allow_redisplay": "unspecified",
        "billing_details": { "address": address(), "email": email, "name": name, "phone": null, "tax_id": null },
        "created": now, "customer": null, "customer_account": null, "livemode": false, "metadata": {},
    });
    method[kind.word()] = match kind {
        Delayed::Boleto => json!({ "tax_id": "000.000.000-00" }),
        Delayed::Pix => json!({}),
    };
    method
}

/// One attempt: declined, or paid when `decline` is none. What no card paid has another prefix.
pub(crate) fn charge(now: i64, intent: &Value, method: &Value, decline: Option<&Decline>) -> Value {
    let paid = decline.is_none();
    let kind = method["type"].as_str().unwrap_or("card");
    let mut details = json!({ "type": kind });
    details[kind] = if kind == "card" { charged_card(intent, method, decline) } else { method[kind].clone() };
    json!({
        "id": new_id(if kind == "card" { "ch_3" } else { "py_3" }, 23), "object": "charge", "amount": intent["amount"],
        "amount_captured": if paid { intent["amount"].clone() } else { json!(0) }, "amount_refunded": 0, "application": null,
        "application_fee": null, "application_fee_amount": null, "balance_transaction": null,
        "billing_details": method["billing_details"], "calculated_statement_descriptor": "SANDBOX", "captured": paid,
        "created": now, "currency": intent["currency"], "customer": intent["customer"], "description": intent["description"],
        "disputed": false, "failure_balance_transaction": null, "failure_code": decline.map(|decline| decline.code),
        "failure_message": decline.map(|decline| decline.message), "fraud_details": {}, "livemode": false,
        "metadata": intent["metadata"], "on_behalf_of": null, "outcome": outcome(decline), "paid": paid,
        "payment_intent": intent["id"], "payment_method": method["id"], "payment_method_details": details, "radar_options": {},
        "receipt_email": intent["receipt_email"], "receipt_number": null, "receipt_url": null, "refunded": false,
        "review": null, "shipping": null, "source": null, "source_transfer": null, "statement_descriptor": null,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": if paid { "succeeded" } else { "failed" }, "transfer_data": null, "transfer_group": null,
    })
}

fn charged_card(intent: &Value, method: &Value, decline: Option<&Decline>) -> Value {
    let mut card = method["card"].clone();
    if let Some(fields) = card.as_object_mut() {
        for not_here in ["display_brand", "generated_from", "networks", "three_d_secure_usage"] {
            fields.remove(not_here);
        }
    }
    let cvc_wrong = decline.is_some_and(|decline| decline.code == "incorrect_cvc");
    card["checks"] = checks(if cvc_wrong { "fail" } else { "pass" });
    card["network"] = method["card"]["brand"].clone();
    card["amount_authorized"] = if decline.is_none() { intent["amount"].clone() } else { Value::Null };
    card["installments"] = Value::Null;
    card["mandate"] = Value::Null;
    card["three_d_secure"] = Value::Null;
    card
}

/// Why the last attempt of an intent failed.
pub(crate) fn payment_error(charge: &Value, method: &Value, decline: &Decline) -> Value {
    json!({
        "type": "card_error", "code": decline.code, "decline_code": decline.decline_code, "message": decline.message,
        "charge": charge["id"], "payment_method": method, "advice_code": decline.advice_code(),
        "doc_url": format!("https://stripe.com/docs/error-codes/{}", decline.code.replace('_', "-")),
    })
}

fn outcome(decline: Option<&Decline>) -> Value {
    let (network_status, kind, reason, seller_message) = match decline {
        None => ("approved_by_network", "authorized", None, "Payment complete."),
        Some(decline) => (
            "declined_by_network",
            "issuer_declined",
            Some(decline.decline_code),
            "The bank did not return any further details with this decline.",
        ),
    };
    json!({
        "advice_code": decline.and_then(Decline::advice_code), "network_advice_code": null, "network_decline_code": null, "network_status": network_status,
        "reason": reason, "risk_level": "normal", "risk_score": 1, "seller_message": seller_message, "type": kind,
    })
}

fn checks(cvc: &str) -> Value {
    json!({ "address_line1_check": null, "address_postal_code_check": null, "cvc_check": cvc })
}

fn address() -> Value {
    json!({ "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null })
}

/// Equal for equal numbers, and nothing else is promised of it.
fn fingerprint(card: &TestCard) -> String {
    let mixed = card.number.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{mixed:016x}")
}
