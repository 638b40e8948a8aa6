//! What every page has in common: an id, a line in the log, the headers that protect it, and words for what goes wrong.

use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;

use super::cookies::Jar;
use super::viewing;
use super::visit::{Visit, is_of_console, new_request_id};
use crate::app::App;
use crate::freezing;
use crate::look::assets;
use crate::look::page::{Message, MessagePage};
use crate::problem::Problem;

/// Where Stripe's hosted page is.
const STRIPE_CHECKOUT: &str = "https://checkout.stripe.com";
/// Where Stripe's API is, unless it is played by a sandbox.
const STRIPE_API_HOST: &str = "api.stripe.com";
/// The id of the request, as people quote it and the log has it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A problem on its way to a reader. The shell turns it into a page of words.
#[derive(Clone, Debug)]
pub struct Fault(pub Problem);

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Fault {
        Fault(problem)
    }
}

impl From<store::StoreError> for Fault {
    fn from(error: store::StoreError) -> Fault {
        Fault(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page, drawn.
pub fn draw(status: StatusCode, page: &impl Template) -> Result<Response, Fault> {
    let html = page.render().map_err(|error| Problem::internal(&anyhow::Error::new(error)))?;
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(CONTENT_TYPE, html_type)], html).into_response())
}

/// A path that no page has.
pub(super) async fn nowhere() -> Fault {
    Problem::not_found("page").into()
}

/// Stands around every page of portal, console and demo.
pub(super) async fn shell(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let request_id = new_request_id();
    let span = tracing::info_span!("request", id = request_id, method = %request.method(), path = request.uri().path());
    answer(app, request, next, request_id).instrument(span).await
}

async fn answer(app: Arc<App>, request: Request, next: Next, request_id: String) -> Response {
    let begun = Instant::now();
    let (mut parts, body) = request.into_parts();
    let is_asset = parts.uri.path().starts_with(assets::PREFIX);
    let is_console = is_of_console(parts.uri.path());
    let read = if is_asset {
        Ok(Visit::unknown(&app, &parts, request_id.clone()))
    } else {
        Visit::read(&app, &parts, request_id.clone()).await
    };
    let (visit, mut response) = match read {
        Ok(visit) => {
            parts.extensions.insert(visit.clone());
            let response = match viewing::check(&visit, &parts.method, parts.uri.path()) {
                Ok(()) => next.run(Request::from_parts(parts, body)).await,
                Err(problem) => Fault(problem).into_response(),
            };
            (visit, response)
        }
        Err(problem) => (Visit::unknown(&app, &parts, request_id), Fault(problem).into_response()),
    };
    if let Some(Fault(problem)) = response.extensions().get::<Fault>().cloned() {
        response = in_words(&app, &visit, &problem);
    }
    if visit.is_view() && is_page(&response) && !is_console {
        response = viewing::turned_off(&visit, response).await;
    }
    protect(&app, &visit, &mut response);
    // For whoever stands around the shell and wants to know whose answer it was.
    response.extensions_mut().insert(visit);
    let (status, ms) = (response.status().as_u16(), begun.elapsed().as_millis());
    tracing::info!(status, ms, "answered");
    response
}

fn in_words(app: &App, visit: &Visit, problem: &Problem) -> Response {
    let seconds = problem.retry_after.unwrap_or(1);
    let message = match (problem.status, problem.code) {
        (_, "payments_not_configured") => Message::PaymentsOff,
        (_, "stale_form") => Message::StaleForm,
        (_, "link_expired") if visit.is_console() => Message::StaffLinkExpired,
        (_, "link_expired") => Message::LinkExpired,
        (_, "read_only_view") => Message::ReadOnlyView,
        (_, freezing::WALLET_FROZEN) => Message::WalletFrozen,
        (StatusCode::FORBIDDEN, _) => Message::Forbidden,
        (StatusCode::NOT_FOUND, _) => Message::NotFound,
        (StatusCode::PAYLOAD_TOO_LARGE, _) => Message::TooLarge,
        (StatusCode::TOO_MANY_REQUESTS, _) => Message::TooMany { seconds },
        (StatusCode::BAD_GATEWAY, _) => Message::ProviderAway,
        (StatusCode::SERVICE_UNAVAILABLE, _) => Message::Unavailable { seconds },
        (status, _) if status.is_client_error() => Message::NotUnderstood,
        _ => Message::Failed,
    };
    let page = MessagePage { reader: visit.reader().clone(), frame: visit.frame_of_message(app), message };
    let mut response = draw(problem.status, &page).unwrap_or_else(|_| problem.status.into_response());
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn is_page(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// The headers that protect a page, and the cookie that makes its forms safe.
fn protect(app: &App, visit: &Visit, response: &mut Response) {
    let is_page = is_page(response);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(visit.request_id()) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // With "no-referrer" browsers would no longer say where a form stood.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if !is_page {
        return;
    }
    if let Ok(policy) = HeaderValue::try_from(content_policy(&app.config.stripe.api_url)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if let Some(secret) = visit.new_form_secret() {
        headers.append(SET_COOKIE, Jar::Form.set(&app.config, secret));
    }
}

/// Everything from here and nowhere else, and no page inside another. Browsers hold the policy of a form against where its answer
/// leads too, so the hosted payment page is named.
fn content_policy(stripe_api_url: &str) -> String {
    let api = stripe_api_url.parse::<Uri>().ok();
    let sandbox = api.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?)));
    let checkout = match sandbox {
        Some((scheme, authority)) if authority.host() != STRIPE_API_HOST => format!("{scheme}://{authority}"),
        _ => STRIPE_CHECKOUT.to_owned(),
    };
    format!(
        "default-src 'self'; form-action 'self' {checkout}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_may_lead_to_the_payment_page_only() {
        for (api, checkout) in [
            ("https://api.stripe.com", "https://checkout.stripe.com;"),
            ("http://127.0.0.1:7071", "http://127.0.0.1:7071;"),
            ("http://127.0.0.1:7071/", "http://127.0.0.1:7071;"),
        ] {
            let policy = content_policy(api);
            assert!(policy.contains(&format!("form-action 'self' {checkout}")), "{policy}");
        }
    }
}
