//! `/guard`: may this caller be served now? For nginx's `auth_request` and Envoy's `ext_authz`, with the customer's own key.
//!
//! While an active window is open the answer comes from memory alone. Otherwise the same decision that allows opens the window:
//! whoever is let through has his hour reserved, durably, and of many calls at once one opens it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use book::{Act, Command, MeterNo, UseStage};
use engine::Outcome;
use money::{Amount, CustomerId, Quantity, Unit};
use serde_json::json;
use store::tables::catalog::{Meter, MeterAggregation};

use super::Api;
use super::access::bearer;
use super::known_wallets;
use crate::keys;
use crate::problem::Problem;
use crate::sold::Sold;

/// Where the guard answers; what stands behind it is the path of the guarded call, as Envoy sends it, and says nothing here.
pub(super) const GUARD_PATH: &str = "/guard";
const BALANCE: HeaderName = HeaderName::from_static("saldo-balance");
const CUSTOMER: HeaderName = HeaderName::from_static("saldo-customer");
const RECHARGE_URL: HeaderName = HeaderName::from_static("saldo-recharge-url");
const API_KEY: &str = "x-api-key";

/// Answers 200, 402 with the link to recharge, or 401.
#[utoipa::path(get, path = "/guard", tag = "guard",
    params(("meter" = Option<String>, Query, description = "The meter's slug; needed if there is not exactly one of active time.")),
    responses(
        (status = 200, description = "Let the call through. `Saldo-Balance` says what is available, `Saldo-Customer` whose key it is.",
            headers(("Saldo-Balance" = String, description = "What may be spent now, as `24.75 USD`"),
                ("Saldo-Customer" = String, description = "`cus_…`"))),
        (status = 401, description = "No key, or one that is unknown, revoked or not a customer's."),
        (status = 402, description = "`insufficient_credit`: nothing was opened.",
            headers(("Saldo-Recharge-Url" = String, description = "Where the customer adds credit"))),
        (status = 403, description = "`wallet_frozen`: staff have frozen the wallet; nothing was opened."),
        (status = 503, description = "The ledger takes no decisions now; come again.")))]
pub(super) async fn guard(State(api): State<Arc<Api>>, uri: Uri, headers: HeaderMap) -> Response {
    match decide(&api, &uri, &headers).await {
        Ok(allowed) => allowed.into_response(),
        Err(problem) => refuse(&api, problem),
    }
}

/// What the guarded API is told of a caller who is let through.
struct Allowed {
    customer: CustomerId,
    available: Amount,
}

impl IntoResponse for Allowed {
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        for (name, value) in [(BALANCE, self.available.to_string()), (CUSTOMER, self.customer.to_string())] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

async fn decide(api: &Api, uri: &Uri, headers: &HeaderMap) -> Result<Allowed, Problem> {
    let customer = caller(api, headers).await?;
    let sold = api.app.sold();
    let (meter, unit) = meter(&sold, uri)?;
    let wallet = known_wallets::of_customer(api, customer, unit).await?;
    let wallet = wallet.ok_or_else(|| Problem::not_found("wallet"))?;
    let ledger = &api.app.ledger;
    let now = ledger.now();
    if let Some(known) = ledger.wallet(wallet).filter(|known| !known.is_frozen)
        && known.active_window(meter, now).is_some()
    {
        return Ok(Allowed { customer, available: Amount::new(known.balance.available(), unit) });
    }
    let act = Act::Use { wallet, meter, quantity: Quantity::ONE, occurred_at: now, stage: UseStage::Guarded };
    let available = match ledger.submit_one(Command { key: None, act }).await? {
        Outcome::Decided { balance: Some(balance), .. } => balance.available(),
        // Use that a paid hour covers changes no balance: it is what was last published.
        Outcome::Decided { balance: None, .. } | Outcome::Repeated { .. } => {
            ledger.wallet(wallet).map_or(0, |known| known.balance.available())
        }
        Outcome::Refused(refusal) => return Err(refusal.into()),
    };
    Ok(Allowed { customer, available: Amount::new(available, unit) })
}

async fn caller(api: &Api, headers: &HeaderMap) -> Result<CustomerId, Problem> {
    let secret = bearer(headers).or_else(|| headers.get(API_KEY)?.to_str().ok());
    let Some(secret) = secret else {
        let detail = "This needs your API key: Authorization: Bearer ck_saldo_…";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "key_missing", detail));
    };
    let key = keys::authenticate(&api.app, secret).await?;
    key.and_then(|key| key.customer).ok_or_else(|| {
        let detail = "This key is unknown, was revoked, or is not a customer's.";
        Problem::new(StatusCode::UNAUTHORIZED, "key_invalid", detail)
    })
}

/// The meter that is named, or the only one of active time; with the unit of its price.
fn meter(sold: &Sold, uri: &Uri) -> Result<(MeterNo, Unit), Problem> {
    // Behind `/guard/` the query is the guarded call's own: whoever pays does not choose what he pays for.
    let query = uri.query().filter(|_| uri.path() == GUARD_PATH).unwrap_or("");
    let named = query.split('&').find_map(|part| part.strip_prefix("meter="));
    let found = match named {
        Some(slug) => sold.meter(slug),
        None => only_active_time(sold),
    };
    let Some(meter) = found else {
        let detail = match named {
            Some(_) => "meter is not the slug of a meter.",
            None => "There is not exactly one meter of active time: name one by ?meter=.",
        };
        return Err(Problem::invalid("meter", "meter_unknown", detail));
    };
    let no = MeterNo(meter.meter_no);
    let Some(sold) = sold.catalog.meter(no) else {
        return Err(Problem::invalid("meter", "meter_unknown", "This meter has no price yet."));
    };
    Ok((no, sold.price.unit()))
}

fn only_active_time(sold: &Sold) -> Option<&Meter> {
    let mut active = sold.meters().filter(|meter| meter.aggregation == MeterAggregation::ActiveTime);
    active.next().filter(|_| active.next().is_none())
}

fn refuse(api: &Api, problem: Problem) -> Response {
    if problem.status != StatusCode::PAYMENT_REQUIRED {
        return problem.into_response();
    }
    let url = format!("{}/recharge", api.app.config.server.public_url);
    let mut response = problem.with("recharge_url", json!(url)).into_response();
    if let Ok(value) = HeaderValue::from_str(&url) {
        response.headers_mut().insert(RECHARGE_URL, value);
    }
    response
}
