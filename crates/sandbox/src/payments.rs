//! `/payments`: every payment with buttons for what banks and payers do after it, and the faults. Each button is a route that
//! programs call, too: with `Accept: application/json` it answers with Stripe's JSON, or with `{"error": {"message": …}}`.
//!
//! Fields come as a form or as a JSON object of texts and whole numbers. Amounts are in minor units (`amount`) or as people type
//! them (`decimal`, `5.00`).

mod view;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use crate::acts::{Act, ActRefused, DisputeEnding, Settlement};
use crate::faults::FaultSettings;
use crate::provider::Provider;
use crate::stand_in::{Choice, Language, STYLE, asset};
use crate::state::Origin;

pub(crate) fn routes() -> Router<Arc<Provider>> {
    Router::new()
        .route("/", get(list))
        .route("/payments", get(list))
        .route("/payments/{payment}/refunds", post(refund))
        .route("/payments/{payment}/disputes", post(dispute))
        .route("/payments/{payment}/settlement", post(settle))
        .route("/refunds/{refund}/outcome", post(refund_outcome))
        .route("/disputes/{dispute}/review", post(review))
        .route("/disputes/{dispute}/escalation", post(escalate))
        .route("/disputes/{dispute}/closing", post(close))
        .route("/checkouts/{session}/expiry", post(expire))
        .route("/checkouts/{session}/coupon", post(make_free))
        .route("/checkouts/{session}/currency", post(convert))
        .route("/customers/{customer}/deletion", post(delete_customer))
        .route("/payouts", post(pay_out))
        .route("/payouts/{payout}/failure", post(fail_payout))
        .route("/later", post(later))
        .route("/faults", get(faults).post(set_faults))
        .route("/assets/stand_in.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
}

async fn list(
    State(provider): State<Arc<Provider>>,
    lang: Language,
    Query(choice): Query<Choice>,
    headers: HeaderMap,
) -> Response {
    if let Some(kept) = choice.keep() {
        return kept;
    }
    if Caller::of(&headers, lang).wants_json {
        let read = move || provider.run(Origin::default(), view::listed);
        return match tokio::task::spawn_blocking(read).await {
            Ok(Ok(payments)) => axum::Json(json!({ "object": "list", "data": payments })).into_response(),
            Ok(Err(error)) => broken(&error),
            Err(error) => broken(&error),
        };
    }
    page(provider, lang, None).await
}

async fn refund(
    state: State<Arc<Provider>>,
    Path(payment): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        let amount = fields.amount()?;
        match fields.text("outcome") {
            "" => Ok(Act::Refund { payment, amount }),
            "sent_back_later" => Ok(Act::RefundSentBackLater { payment, amount }),
            _ => Err("outcome: nothing, or sent_back_later".into()),
        }
    };
    act(state, &caller, &body, read).await
}

async fn dispute(
    state: State<Arc<Provider>>,
    Path(payment): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        match fields.text("opening") {
            "" | "dispute" => Ok(Act::Dispute { payment, amount: fields.amount()? }),
            "inquiry" => Ok(Act::Inquire { payment }),
            _ => Err("opening: dispute or inquiry".into()),
        }
    };
    act(state, &caller, &body, read).await
}

async fn settle(
    state: State<Arc<Provider>>,
    Path(payment): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        let outcome = match fields.text("outcome") {
            "succeeded" => Settlement::Succeeded,
            "failed" => Settlement::Failed,
            _ => return Err("outcome: succeeded or failed".into()),
        };
        Ok(Act::Settle { payment, outcome })
    };
    act(state, &caller, &body, read).await
}

async fn refund_outcome(
    state: State<Arc<Provider>>,
    Path(refund): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        match fields.text("outcome") {
            "succeeded" => Ok(Act::RefundArrives { refund }),
            "failed" => Ok(Act::RefundFails { refund }),
            _ => Err("outcome: succeeded or failed".into()),
        }
    };
    act(state, &caller, &body, read).await
}

async fn review(state: State<Arc<Provider>>, Path(dispute): Path<String>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::Review { dispute })).await
}

async fn escalate(state: State<Arc<Provider>>, Path(dispute): Path<String>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::Escalate { dispute })).await
}

async fn close(
    state: State<Arc<Provider>>,
    Path(dispute): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        let ending = match fields.text("ending") {
            "won" => DisputeEnding::Won,
            "lost" => DisputeEnding::Lost,
            "warning_closed" => DisputeEnding::WarningClosed,
            "prevented" => DisputeEnding::Prevented,
            _ => return Err("ending: won, lost, warning_closed or prevented".into()),
        };
        Ok(Act::Close { dispute, ending })
    };
    act(state, &caller, &body, read).await
}

async fn expire(state: State<Arc<Provider>>, Path(session): Path<String>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::Expire { session })).await
}

async fn make_free(state: State<Arc<Provider>>, Path(session): Path<String>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::MakeFree { session })).await
}

async fn convert(
    state: State<Arc<Provider>>,
    Path(session): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        match fields.text("currency") {
            currency @ ("usd" | "brl" | "eur") => Ok(Act::Convert { session, currency: currency.into() }),
            _ => Err("currency: usd, brl or eur".into()),
        }
    };
    act(state, &caller, &body, read).await
}

async fn delete_customer(
    state: State<Arc<Provider>>,
    Path(customer): Path<String>,
    caller: Caller,
) -> Response {
    act(state, &caller, &[], |_| Ok(Act::DeleteCustomer { customer })).await
}

async fn fail_payout(state: State<Arc<Provider>>, Path(payout): Path<String>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::PayoutFails { payout })).await
}

async fn pay_out(state: State<Arc<Provider>>, caller: Caller, body: Bytes) -> Response {
    let read = |fields: &Fields| -> Result<Act, String> {
        match fields.text("currency") {
            currency @ ("usd" | "brl") => Ok(Act::PayOut { currency: currency.into() }),
            _ => Err("currency: usd or brl".into()),
        }
    };
    act(state, &caller, &body, read).await
}

async fn later(state: State<Arc<Provider>>, caller: Caller) -> Response {
    act(state, &caller, &[], |_| Ok(Act::Later)).await
}

/// The faults as JSON.
async fn faults(State(provider): State<Arc<Provider>>) -> Response {
    axum::Json(provider.faults.settings()).into_response()
}

/// JSON changes the faults it names; the page's form says all of them, for a box that is not ticked is not sent.
async fn set_faults(State(provider): State<Arc<Provider>>, caller: Caller, body: Bytes) -> Response {
    let is_form = !caller.is_json;
    let before = if is_form { FaultSettings::default() } else { provider.faults.settings() };
    let changed = match Fields::read(&caller, &body).and_then(|fields| fields.faults(before, is_form)) {
        Ok(changed) => changed,
        Err(message) => return refused(provider, &caller, 422, message).await,
    };
    provider.faults.change(|settings| *settings = changed);
    if caller.wants_json {
        axum::Json(changed).into_response()
    } else {
        Redirect::to("/payments").into_response()
    }
}

/// Reads what is wanted, does it, and answers in the caller's way.
async fn act(
    State(provider): State<Arc<Provider>>,
    caller: &Caller,
    body: &[u8],
    read: impl FnOnce(&Fields) -> Result<Act, String>,
) -> Response {
    let act = match Fields::read(caller, body).and_then(|fields| read(&fields)) {
        Ok(act) => act,
        Err(message) => return refused(provider, caller, 422, message).await,
    };
    let acting = Arc::clone(&provider);
    match tokio::task::spawn_blocking(move || acting.act(&act)).await {
        Ok(Ok(done)) if caller.wants_json => axum::Json(done).into_response(),
        Ok(Ok(_)) => Redirect::to("/payments").into_response(),
        Ok(Err(ActRefused { status, message })) => refused(provider, caller, status, message).await,
        Err(error) => broken(&error),
    }
}

async fn refused(provider: Arc<Provider>, caller: &Caller, status: u16, message: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    if caller.wants_json {
        return (status, axum::Json(json!({ "error": { "message": message } }))).into_response();
    }
    let mut response = page(provider, caller.lang, Some(message)).await;
    *response.status_mut() = status;
    response
}

async fn page(provider: Arc<Provider>, lang: Language, refusal: Option<String>) -> Response {
    let settings = provider.faults.settings();
    let draw = move || {
        let (listed, around) = provider.run(Origin::default(), |work| {
            Ok::<_, rusqlite::Error>((view::listed(work)?, view::around(work)?))
        })?;
        Ok::<_, rusqlite::Error>(view::page(lang, (&listed, &around), settings, refusal.as_deref()))
    };
    match tokio::task::spawn_blocking(draw).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => broken(&error),
        Err(error) => broken(&error),
    }
}

fn broken(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "the sandbox's payments could not be shown");
    (StatusCode::INTERNAL_SERVER_ERROR, "The sandbox could not keep or read its state.").into_response()
}

/// Who asks, and how he wants to be answered.
struct Caller {
    lang: Language,
    /// He sends JSON, not a form.
    is_json: bool,
    /// He is a program.
    wants_json: bool,
}

impl Caller {
    fn of(headers: &HeaderMap, lang: Language) -> Self {
        let says_json = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
                .is_some_and(|kinds| kinds.contains("application/json"))
        };
        Self { lang, is_json: says_json(header::CONTENT_TYPE), wants_json: says_json(header::ACCEPT) }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let lang = Language::from_request_parts(parts, state).await?;
        Ok(Self::of(&parts.headers, lang))
    }
}

/// What a form or a JSON object says.
struct Fields(Map<String, Value>);

impl Fields {
    fn read(caller: &Caller, body: &[u8]) -> Result<Self, String> {
        if caller.is_json && !body.is_empty() {
            return serde_json::from_slice(body)
                .map(Fields)
                .map_err(|error| format!("not a JSON object: {error}"));
        }
        let text = std::str::from_utf8(body).map_err(|_| "The form is not UTF-8.".to_owned())?;
        let tree = stripe::form::decode(text).map_err(|error| error.to_string())?;
        let fields =
            tree.children().iter().filter_map(|(name, value)| Some((name.clone(), json!(value.text(&[])?))));
        Ok(Fields(fields.collect()))
    }

    /// A field without blanks around it; empty when it is absent.
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// Minor units of `amount`, or of `decimal`; none when both are empty.
    fn amount(&self) -> Result<Option<i64>, String> {
        if let Some(number) = self.0.get("amount").and_then(Value::as_i64) {
            return Ok(Some(number));
        }
        match (self.text("amount"), self.text("decimal")) {
            ("", "") => Ok(None),
            ("", decimal) => {
                minor_units(decimal).map(Some).ok_or_else(|| "decimal: an amount such as 5.00".into())
            }
            (amount, _) => {
                amount.parse().map(Some).map_err(|_| "amount: a whole number of minor units".into())
            }
        }
    }

    /// The faults with what is said put onto `before`.
    fn faults(self, before: FaultSettings, is_form: bool) -> Result<FaultSettings, String> {
        let mut whole = serde_json::to_value(before).map_err(|error| error.to_string())?;
        for (name, said) in self.0 {
            let known = whole.get(&name).ok_or_else(|| format!("{name}: there is no such fault"))?;
            whole[&name] = match (is_form, known, said.as_str()) {
                (true, Value::Bool(_), Some(_)) => json!(true),
                (true, Value::Number(_), Some(typed)) => {
                    let typed = typed.trim();
                    let count: u32 = if typed.is_empty() { Ok(0) } else { typed.parse() }
                        .map_err(|_| format!("{name}: a whole number from 0"))?;
                    json!(count)
                }
                (true, Value::Null, Some("")) => Value::Null,
                _ => said,
            };
        }
        serde_json::from_value(whole).map_err(|error| error.to_string())
    }
}

/// `5`, `5.0`, `5.00` or `5,00` as minor units.
fn minor_units(typed: &str) -> Option<i64> {
    let (whole, part) = typed.split_once(['.', ',']).unwrap_or((typed, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        for (typed, expected) in [
            ("5", Some(500)),
            ("5.0", Some(500)),
            ("5.25", Some(525)),
            ("5,25", Some(525)),
            ("0.01", Some(1)),
            ("5.", Some(500)),
            ("", None),
            (".5", None),
            ("5.255", None),
            ("-5", None),
            ("five", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(minor_units(typed), expected, "{typed:?}");
        }
    }
}
