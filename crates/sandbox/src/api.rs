//! Stripe's HTTP API under `/v1`: who may call, idempotency, and which call does what. One file per resource beside this.

mod balance;
mod charges;
mod checkout_sessions;
mod customers;
mod disputes;
pub(crate) mod error;
mod events;
mod listing;
mod params;
mod payment_intents;
mod payment_methods;
mod refunds;
mod webhook_endpoints;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde_json::{Value, json};

use self::error::ApiError;
use self::params::Params;
use crate::ids::new_id;
use crate::provider::{Provider, WebhookEndpoint};
use crate::state::{Origin, Remembered, Work};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const STRIPE_VERSION: HeaderName = HeaderName::from_static("stripe-version");

/// One authorised call.
pub(crate) struct Call<'a> {
    work: &'a Work<'a>,
    params: &'a Params,
    public_url: &'a str,
    webhook: Option<&'a WebhookEndpoint>,
}

impl Call<'_> {
    /// The object that the path names.
    fn object(&self, kind: &str, id: &str) -> Result<Value, ApiError> {
        self.work.get(kind, id)?.ok_or_else(|| ApiError::no_such(kind, id))
    }
}

/// An answer to a call that had an effect.
struct Reply {
    status: StatusCode,
    body: Value,
}

/// An answer and, if it was given before, the id of the request that first got it.
struct Answered {
    reply: Reply,
    original_request: Option<String>,
}

/// Answers every call under `/v1`.
pub(crate) async fn answer(
    State(provider): State<Arc<Provider>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let request_id = new_id("req_", 14);
    let version = headers.get(STRIPE_VERSION).cloned();
    let key = header_text(&headers, IDEMPOTENCY_KEY).filter(|_| method == Method::POST).map(str::to_owned);
    let origin = Origin { request_id: Some(request_id.clone()), idempotency_key: key.clone() };
    let faults = provider.faults.clone();
    let changes = method == Method::POST;
    let outcome = match readable(&provider, &method, &uri, &headers, body) {
        Ok(_) if faults.takes_failing_call() => Err(ApiError::broken()),
        Ok(params) => {
            let work =
                move || provider.run(origin, |work| once(&provider, work, &method, uri.path(), &params));
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| {
                tracing::error!(%panic, "a call broke the sandbox");
                Err(ApiError::from(rusqlite::Error::InvalidQuery))
            })
        }
        Err(error) => Err(error),
    };

    if changes && outcome.is_ok() && faults.takes_lost_answer() {
        return lost();
    }
    let mut replayed = HeaderMap::new();
    let (status, body) = match outcome {
        Ok(answered) => {
            if let Some(original) = answered.original_request.and_then(|id| HeaderValue::try_from(id).ok()) {
                replayed.insert("idempotent-replayed", HeaderValue::from_static("true"));
                replayed.insert("original-request", original);
            }
            (answered.reply.status, answered.reply.body)
        }
        Err(error) => (error.status, error.body()),
    };
    let mut response = (status, replayed, axum::Json(body)).into_response();
    let answered = response.headers_mut();
    answered.insert(STRIPE_VERSION, version.unwrap_or(HeaderValue::from_static(stripe::API_VERSION)));
    for (name, text) in [("request-id", Some(request_id)), (IDEMPOTENCY_KEY, key)] {
        if let Some(value) = text.and_then(|text| HeaderValue::try_from(text).ok()) {
            answered.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// An answer that breaks off before it says anything, so that the caller cannot know what was done.
fn lost() -> Response {
    let broken = std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "this answer is lost on demand");
    Response::new(Body::from_stream(tokio_stream::once(Err::<Bytes, _>(broken))))
}

/// Checks who calls and reads the parameters.
fn readable(
    provider: &Provider,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Params, ApiError> {
    authorise(provider, headers)?;
    let body = body.map_err(|rejection| {
        let mut error = ApiError::invalid("The request's body is too large or could not be read.");
        error.status = rejection.status();
        error
    })?;
    if method != Method::POST {
        return Params::parse(uri.query().unwrap_or_default());
    }
    let form = "application/x-www-form-urlencoded";
    let is_form =
        header_text(headers, header::CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(form));
    if !body.is_empty() && !is_form {
        return Err(ApiError::invalid(format!(
            "Invalid request (check that your POST content type is {form})."
        )));
    }
    let text =
        std::str::from_utf8(&body).map_err(|_| ApiError::invalid("The request's body is not UTF-8."))?;
    Params::parse(text)
}

fn authorise(provider: &Provider, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(credentials) = header_text(headers, header::AUTHORIZATION.as_str()) else {
        return Err(ApiError::unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth.",
        ));
    };
    let key = match credentials.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Some(key.trim().to_owned()),
        Some((scheme, text)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok();
            let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            pair.and_then(|pair| pair.split_once(':').map(|(user, _)| user.to_owned()))
        }
        _ => None,
    };
    if key.as_deref() == Some(provider.secret_key.as_str()) {
        return Ok(());
    }
    // The wrong key is not repeated whole: it may be somebody's right key elsewhere.
    let shown: String = key.unwrap_or_default().chars().take(8).collect();
    Err(ApiError::unauthorized(format!("Invalid API Key provided: {shown}********")))
}

/// Does the call, or gives the answer that its idempotency key already got.
fn once(
    provider: &Provider,
    work: &Work<'_>,
    method: &Method,
    path: &str,
    params: &Params,
) -> Result<Answered, ApiError> {
    let call = Call { work, params, public_url: &provider.public_url, webhook: provider.webhook.as_ref() };
    let asks_payment = path.starts_with("/v1/checkout/sessions/") || path.starts_with("/v1/payment_intents/");
    if asks_payment && method == Method::GET && provider.faults.settings().payment_reads_fail {
        return Err(ApiError::unavailable());
    }
    let Some(key) = &work.origin.idempotency_key else {
        let reply = dispatch(&call, method, path)?;
        return Ok(Answered { reply, original_request: None });
    };
    if key.is_empty() || key.len() > stripe::request::IDEMPOTENCY_KEY_CHARS_MAX {
        return Err(ApiError::invalid("Idempotency keys have 1 to 255 characters."));
    }
    let request = format!("{path}\n{}", params.canonical());
    if let Some(remembered) = work.remembered(key)? {
        return if remembered.request == request {
            let status = StatusCode::from_u16(remembered.status).unwrap_or(StatusCode::OK);
            let reply = Reply { status, body: remembered.answer };
            Ok(Answered { reply, original_request: Some(remembered.request_id) })
        } else {
            Err(ApiError::idempotency(key))
        };
    }
    let reply = dispatch(&call, method, path)?;
    let request_id = work.origin.request_id.clone().unwrap_or_default();
    let (status, answer) = (reply.status.as_u16(), reply.body.clone());
    work.remember(key, &Remembered { request, request_id, status, answer })?;
    Ok(Answered { reply, original_request: None })
}

fn dispatch(call: &Call<'_>, method: &Method, path: &str) -> Result<Reply, ApiError> {
    let parts: Vec<&str> = path.trim_start_matches("/v1/").trim_end_matches('/').split('/').collect();
    if let ("POST", ["payment_intents"]) = (method.as_str(), parts.as_slice()) {
        return Ok(match payment_intents::create(call)? {
            Ok(intent) => Reply { status: StatusCode::OK, body: listing::expand(call, intent)? },
            Err(declined) => {
                Reply { status: StatusCode::PAYMENT_REQUIRED, body: json!({ "error": declined }) }
            }
        });
    }
    let answer = match (method.as_str(), parts.as_slice()) {
        ("POST", ["customers"]) => customers::create(call),
        ("GET", ["customers"]) => customers::list(call),
        ("GET", ["customers", id]) => customers::retrieve(call, id),
        ("POST", ["customers", id]) => customers::update(call, id),
        ("DELETE", ["customers", id]) => customers::delete(call, id),
        ("GET", ["customers", id, "payment_methods"]) => customers::list_payment_methods(call, id),
        ("POST", ["checkout", "sessions"]) => checkout_sessions::create(call),
        ("GET", ["checkout", "sessions"]) => checkout_sessions::list(call),
        ("GET", ["checkout", "sessions", id]) => checkout_sessions::retrieve(call, id),
        ("POST", ["checkout", "sessions", id, "expire"]) => checkout_sessions::expire(call, id),
        ("GET", ["payment_intents"]) => payment_intents::list(call),
        ("GET", ["payment_intents", id]) => payment_intents::retrieve(call, id),
        ("POST", ["payment_intents", id, "cancel"]) => payment_intents::cancel(call, id),
        ("GET", ["charges"]) => charges::list(call),
        ("GET", ["charges", id]) => charges::retrieve(call, id),
        ("POST", ["refunds"]) => refunds::create(call),
        ("GET", ["refunds"]) => refunds::list(call),
        ("GET", ["refunds", id]) => refunds::retrieve(call, id),
        ("POST", ["refunds", id]) => refunds::update(call, id),
        ("GET", ["disputes"]) => disputes::list(call),
        ("GET", ["disputes", id]) => disputes::retrieve(call, id),
        ("POST", ["disputes", id]) => disputes::update(call, id),
        ("POST", ["disputes", id, "close"]) => disputes::close(call, id),
        ("GET", ["balance_transactions"]) => balance::list_transactions(call),
        ("GET", ["balance_transactions", id]) => balance::retrieve_transaction(call, id),
        ("GET", ["payouts"]) => balance::list_payouts(call),
        ("GET", ["payouts", id]) => balance::retrieve_payout(call, id),
        ("GET", ["payment_methods"]) => payment_methods::list(call),
        ("GET", ["payment_methods", id]) => payment_methods::retrieve(call, id),
        ("POST", ["payment_methods", id, "attach"]) => payment_methods::attach(call, id),
        ("POST", ["payment_methods", id, "detach"]) => payment_methods::detach(call, id),
        ("GET", ["webhook_endpoints"]) => webhook_endpoints::list(call),
        ("GET", ["events"]) => events::list(call),
        ("GET", ["events", id]) => events::retrieve(call, id),
        _ => Err(ApiError::unrecognized(method.as_str(), path)),
    }?;
    Ok(Reply { status: StatusCode::OK, body: listing::expand(call, answer)? })
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
