//! `/v1/checkout/sessions`: mode *payment*, the hosted page, prices given in the call.

use serde_json::{Map, Value, json};

use super::Call;
use super::error::ApiError;
use super::listing;
use super::params::{Kind, Spec};
use crate::customers;
use crate::objects::{self, NewSession};
use crate::payment;
use crate::payment::delayed::Delayed;
use crate::state::text;

/// Smallest and largest amount of a session, in minor units.
pub(super) const AMOUNT_MIN: i64 = 50;
pub(super) const AMOUNT_MAX: i64 = 99_999_999;
/// How long a session may stay open, in seconds; the longest is also the default.
const OPEN_SECONDS_MIN: i64 = 30 * 60;
const OPEN_SECONDS_MAX: i64 = 24 * 3_600;
/// How far the caller's clock may lie from ours, in seconds, before its `expires_at` is refused.
const CLOCK_TOLERANCE_SECONDS: i64 = 60;

const USES: Kind = Kind::Word(&["off_session", "on_session"]);
const SWITCH: Kind = Kind::Word(&["disabled", "enabled"]);
const REDISPLAY: Kind = Kind::Word(&["always", "limited", "unspecified"]);

/// `payment_method_types` is not here: since 2026-09-30.endive it exists in answers only.
const SPEC: Spec = &[
    ("adaptive_pricing[enabled]", Kind::Flag),
    ("allowed_payment_method_types[*]", Kind::Text),
    ("cancel_url", Kind::Url),
    ("client_reference_id", Kind::Text),
    ("currency", Kind::Word(&["usd", "brl"])),
    ("customer", Kind::Text),
    ("customer_email", Kind::Text),
    ("expires_at", Kind::Integer),
    ("line_items[*][quantity]", Kind::Integer),
    ("line_items[*][price_data][currency]", Kind::Word(&["usd", "brl"])),
    ("line_items[*][price_data][unit_amount]", Kind::Integer),
    ("line_items[*][price_data][product_data][name]", Kind::Text),
    ("line_items[*][price_data][product_data][description]", Kind::Text),
    ("locale", Kind::Text),
    ("metadata[*]", Kind::Clearable),
    ("mode", Kind::Word(&["payment"])),
    ("payment_intent_data[description]", Kind::Text),
    ("payment_intent_data[metadata][*]", Kind::Clearable),
    ("payment_intent_data[receipt_email]", Kind::Text),
    ("payment_intent_data[setup_future_usage]", USES),
    ("payment_intent_data[statement_descriptor_suffix]", Kind::Text),
    ("payment_method_data[allow_redisplay]", REDISPLAY),
    ("payment_method_options[card][setup_future_usage]", USES),
    ("saved_payment_method_options[allow_redisplay_filters][*]", REDISPLAY),
    ("saved_payment_method_options[payment_method_remove]", SWITCH),
    ("saved_payment_method_options[payment_method_save]", SWITCH),
    ("submit_type", Kind::Word(&["auto", "book", "donate", "pay"])),
    ("success_url", Kind::Url),
    ("ui_mode", Kind::Word(&["hosted_page"])),
];

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiError> {
    let params = call.params;
    params.check(SPEC)?;
    params.required("mode")?;
    let customer = params.text("customer");
    if let Some(id) = customer {
        customers::named_in(call.work, "customer", id)?;
        if params.text("customer_email").is_some() {
            return Err(ApiError::invalid(
                "You may only specify one of these parameters: customer, customer_email.",
            ));
        }
    }
    let lines = Lines::read(call)?;
    let session = objects::checkout_session(NewSession {
        now: call.work.now(),
        public_url: call.public_url,
        customer,
        amount: lines.amount,
        currency: &lines.currency,
        expires_at: expires_at(call)?,
        success_url: params.required("success_url")?,
        metadata: params.metadata_onto(&["metadata"], Map::new())?,
    });
    let session = with_choices(call, session);
    let usage = params
        .text("payment_method_options[card][setup_future_usage]")
        .or_else(|| params.text("payment_intent_data[setup_future_usage]"));
    let terms = json!({
        "lines": lines.names,
        "setup_future_usage": usage,
        "allow_redisplay": params.text("payment_method_data[allow_redisplay]"),
        "description": params.text("payment_intent_data[description]"),
        "receipt_email": params.text("payment_intent_data[receipt_email]"),
        "statement_descriptor_suffix": params.text("payment_intent_data[statement_descriptor_suffix]"),
        "metadata": params.metadata_onto(&["payment_intent_data", "metadata"], Map::new())?,
    });
    call.work.insert(&session)?;
    call.work.keep_session_terms(text(&session, "id"), &terms)?;
    Ok(session)
}

pub(super) fn retrieve(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    call.object("checkout.session", id)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let spec = &[
        ("customer", Kind::Text),
        ("payment_intent", Kind::Text),
        ("status", Kind::Word(&["complete", "expired", "open"])),
    ];
    let filter = listing::narrowed(call, spec)?;
    listing::list(call, "checkout.session", "/v1/checkout/sessions", &filter)
}

pub(super) fn expire(call: &Call<'_>, id: &str) -> Result<Value, ApiError> {
    call.params.check(&[])?;
    let session = call.object("checkout.session", id)?;
    match text(&session, "status") {
        "open" => Ok(payment::expire_session(call.work, session)?),
        status => Err(ApiError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {status}."
        ))),
    }
}

/// What is sold, summed up.
struct Lines {
    amount: i64,
    currency: String,
    /// Name, quantity and amount of each line.
    names: Vec<Value>,
}

impl Lines {
    fn read(call: &Call<'_>) -> Result<Self, ApiError> {
        let mut lines = Lines { amount: 0, currency: String::new(), names: Vec::new() };
        for position in call.params.names_in("line_items") {
            lines.add(call, &format!("line_items[{position}]"))?;
        }
        match lines.amount {
            _ if lines.names.is_empty() => Err(ApiError::missing("line_items")),
            AMOUNT_MIN..=AMOUNT_MAX => Ok(lines),
            amount if amount < AMOUNT_MIN => Err(ApiError::invalid(
                "The Checkout Session's total amount must convert to at least 50 cents.",
            )
            .code("amount_too_small")),
            _ => Err(ApiError::invalid("The Checkout Session's total amount must be no more than 99999999.")
                .code("amount_too_large")),
        }
    }

    fn add(&mut self, call: &Call<'_>, line: &str) -> Result<(), ApiError> {
        let params = call.params;
        let name = params.required(&format!("{line}[price_data][product_data][name]"))?;
        let currency = params.required(&format!("{line}[price_data][currency]"))?;
        let positive = |param: String| -> Result<i64, ApiError> {
            params.required(&param)?;
            match params.integer(&param) {
                Some(value) if value >= 1 => Ok(value),
                _ => Err(ApiError::invalid("This value must be greater than or equal to 1.")
                    .code("parameter_invalid_integer")
                    .param(param)),
            }
        };
        let unit_amount = positive(format!("{line}[price_data][unit_amount]"))?;
        let quantity = positive(format!("{line}[quantity]"))?;
        if !self.currency.is_empty() && self.currency != currency {
            return Err(ApiError::invalid("All line items must have the same currency.").param("line_items"));
        }
        currency.clone_into(&mut self.currency);
        let amount = unit_amount.saturating_mul(quantity);
        self.amount = self.amount.saturating_add(amount);
        self.names.push(json!({ "name": name, "quantity": quantity, "amount": amount }));
        Ok(())
    }
}

fn expires_at(call: &Call<'_>) -> Result<i64, ApiError> {
    let now = call.work.now();
    let wished = call.params.integer("expires_at").unwrap_or(now + OPEN_SECONDS_MAX);
    let refused = |sentence: &str| Err(ApiError::invalid(sentence).param("expires_at"));
    match wished.saturating_sub(now) {
        open if open < OPEN_SECONDS_MIN - CLOCK_TOLERANCE_SECONDS => {
            refused("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
        }
        open if open > OPEN_SECONDS_MAX + CLOCK_TOLERANCE_SECONDS => {
            refused("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
        }
        _ => Ok(wished),
    }
}

/// Copies onto the session what the call says and the session shows.
fn with_choices(call: &Call<'_>, mut session: Value) -> Value {
    let params = call.params;
    for field in ["cancel_url", "client_reference_id", "customer_email", "locale", "submit_type"] {
        if let Some(value) = params.text(field) {
            session[field] = json!(value);
        }
    }
    if let Some(enabled) = params.flag("adaptive_pricing[enabled]") {
        session["adaptive_pricing"]["enabled"] = json!(enabled);
    }
    if let Some(usage) = params.text("payment_method_options[card][setup_future_usage]") {
        session["payment_method_options"]["card"]["setup_future_usage"] = json!(usage);
    }
    let allowed = params.texts(&["allowed_payment_method_types"]);
    let mut offered = vec!["card"];
    if text(&session, "currency") == "brl" {
        offered.extend(Delayed::ALL.map(Delayed::word));
    }
    if !allowed.is_empty() {
        offered.retain(|kind| allowed.iter().any(|allowed| allowed == kind));
        session["allowed_payment_method_types"] = json!(allowed);
    }
    session["payment_method_types"] = json!(offered);
    for field in ["payment_method_remove", "payment_method_save"] {
        if let Some(value) = params.text(&format!("saved_payment_method_options[{field}]")) {
            session["saved_payment_method_options"][field] = json!(value);
        }
    }
    let filters = params.texts(&["saved_payment_method_options", "allow_redisplay_filters"]);
    if !filters.is_empty() {
        session["saved_payment_method_options"]["allow_redisplay_filters"] = json!(filters);
    }
    session
}
