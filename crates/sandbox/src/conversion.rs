//! An open checkout whose page asks for another currency than its seller did. Whatever follows (intent, charge, balance) is in that
//! one; the session tells from which it was converted.

use serde_json::{Value, json};

use crate::api::error::ApiError;
use crate::state::{Work, text};

/// What a hundred of each currency's minor units are worth in US cents, in this house.
const WORTH: [(&str, i64); 3] = [("usd", 100), ("brl", 20), ("eur", 108)];

/// Has the page ask for `currency`, before anything was tried on it.
pub(crate) fn convert(work: &Work<'_>, mut session: Value, currency: &str) -> Result<Value, ApiError> {
    let before = text(&session, "currency").to_owned();
    let (Some(from), Some(to)) = (worth(&before), worth(currency)) else {
        return Err(ApiError::invalid("currency: usd, brl or eur").param("currency"));
    };
    let status = text(&session, "status");
    if status != "open" || session["payment_intent"].is_string() {
        let message = format!(
            "A checkout that is {status}, or on which somebody has tried to pay, keeps its currency."
        );
        return Err(ApiError::invalid(message));
    }
    if before == currency {
        return Err(ApiError::invalid(format!("This checkout is in {currency} already.")).param("currency"));
    }
    // Rounded half up.
    let converted =
        |amount: &Value| json!((amount.as_i64().unwrap_or_default() * from + to / 2).div_euclid(to));
    session["currency_conversion"] = json!({
        "amount_subtotal": session["amount_subtotal"], "amount_total": session["amount_total"],
        "fx_rate": format!("{}.{:04}", from / to, from % to * 10_000 / to), "source_currency": before,
    });
    session["currency"] = json!(currency);
    for field in ["amount_subtotal", "amount_total"] {
        session[field] = converted(&session[field]);
    }
    work.update(&session)?;
    let mut terms = work.session_terms(text(&session, "id"))?;
    for line in terms["lines"].as_array_mut().into_iter().flatten() {
        line["amount"] = converted(&line["amount"]);
    }
    work.change_session_terms(text(&session, "id"), &terms)?;
    Ok(session)
}

fn worth(currency: &str) -> Option<i64> {
    WORTH.iter().find(|(code, _)| *code == currency).map(|(_, worth)| *worth)
}
