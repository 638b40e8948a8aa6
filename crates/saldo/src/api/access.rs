//! Who may call: the operator's keys, their scopes, and how often each may ask.

use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use money::ApiKeyId;
use store::tables::keys::ApiKey;

use super::Api;
use super::problem_json::RequestId;
use crate::audit::Author;
use crate::problem::Problem;
use crate::{config, keys, nas, server};

/// Everything an operator's key may do.
pub const ALL_SCOPES: &str = "*";

/// Every scope with what it opens. `write` holds `read` of the same group.
pub const SCOPES: [(&str, &str); 24] = [
    ("customers:read", "customers, subscribers, and what usage events call them"),
    ("customers:write", "make and change customers and subscribers"),
    ("credit:read", "wallets, balances, entries, grants, charges"),
    ("credit:write", "add, take and give back credit"),
    ("usage:read", "usage by hour"),
    ("usage:write", "report usage events"),
    ("catalog:read", "meters and prices"),
    ("catalog:write", "make meters and new prices"),
    ("plans:read", "plans and packs"),
    ("plans:write", "make and change plans and packs"),
    ("lines:read", "lines with their balances, and purchases"),
    ("lines:write", "open and change lines, buy packs"),
    ("routers:read", "routers and what they do now"),
    ("routers:write", "add, change and remove routers"),
    ("invoices:read", "invoices and boletos"),
    ("invoices:write", "write boletos off"),
    ("payments:read", "top-ups and payments"),
    ("payments:write", "begin and cancel top-ups, refund payments"),
    ("webhooks:read", "webhook endpoints, messages and deliveries"),
    ("webhooks:write", "make and change webhook endpoints, send messages again"),
    ("keys:write", "make, list and revoke API keys"),
    ("audit:read", "who changed what"),
    (nas::SCOPE, "speak for routers: FreeRADIUS's authorize and accounting"),
    ("clock:write", "move the test clock, and confirm the machine's"),
];

/// True if a key with `held` (words with one blank between) may do what `needed` names.
pub(crate) fn holds(held: &str, needed: &str) -> bool {
    let by_writing = needed.strip_suffix(":read").map(|group| format!("{group}:write"));
    held.split(' ').any(|scope| {
        scope == ALL_SCOPES
            || scope == needed
            || by_writing.as_deref().is_some_and(|writing| writing == scope)
    })
}

/// How often each key may ask.
pub(crate) struct RateLimits {
    limiter: RateLimiter<ApiKeyId, DashMapStateStore<ApiKeyId>, DefaultClock, StateInformationMiddleware>,
    policy: HeaderValue,
    per_second: NonZeroU32,
    burst: NonZeroU32,
}

impl RateLimits {
    /// The limits that are configured.
    pub(crate) fn new(server: &config::Server) -> RateLimits {
        let per_second = NonZeroU32::new(server.api_requests_per_second).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(server.api_requests_burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let window_seconds = burst.get().div_ceil(per_second.get());
        let policy = HeaderValue::from_str(&format!("\"key\";q={burst};w={window_seconds}"));
        RateLimits {
            limiter: RateLimiter::dashmap(quota).with_middleware(),
            policy: policy.unwrap_or(HeaderValue::from_static("")),
            per_second,
            burst,
        }
    }

    /// Counts one request of this key, at whichever door: how many are left now; 429 if it asks too often.
    pub(crate) fn count(&self, key: ApiKeyId) -> Result<u32, Problem> {
        self.limiter.check_key(&key).map(|snapshot| snapshot.remaining_burst_capacity()).map_err(
            |not_until| {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
                let detail = format!("This key asks too often. Come again in {seconds} s.");
                Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(seconds)
            },
        )
    }

    /// `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers.
    fn write_headers(&self, headers: &mut HeaderMap, remaining: u32) {
        let refill_seconds = self.burst.get().saturating_sub(remaining).div_ceil(self.per_second.get());
        headers.insert(HeaderName::from_static("ratelimit-policy"), self.policy.clone());
        if let Ok(value) = HeaderValue::from_str(&format!("\"key\";r={remaining};t={refill_seconds}")) {
            headers.insert(HeaderName::from_static("ratelimit"), value);
        }
    }
}

/// Lets only the operator's keys through, as often as each may ask.
pub(super) async fn authenticate(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let key = match operator_key(&api, request.headers()).await {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let (mut response, remaining) = match api.app.rate_limits.count(key.id) {
        Ok(remaining) => {
            let author = author(&api, &key, &request);
            request.extensions_mut().insert(author);
            request.extensions_mut().insert(key);
            (next.run(request).await, remaining)
        }
        Err(problem) => (problem.into_response(), 0),
    };
    api.app.rate_limits.write_headers(response.headers_mut(), remaining);
    response
}

/// Who asks, for the audit log.
fn author(api: &Api, key: &ApiKey, request: &Request) -> Author {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    let trusted = &api.app.config.server.trusted_proxies;
    let ip = server::client_address(request.extensions(), request.headers(), trusted);
    Author::in_request(key.id.to_string(), ip.map(|ip| ip.to_string()), id)
}

async fn operator_key(api: &Api, headers: &HeaderMap) -> Result<Arc<ApiKey>, Problem> {
    let Some(secret) = bearer(headers) else {
        let detail = "This needs a key: Authorization: Bearer sk_saldo_…";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "key_missing", detail));
    };
    let Some(key) = keys::authenticate(&api.app, secret).await? else {
        let detail = "This key is unknown or was revoked.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "key_invalid", detail));
    };
    if key.customer.is_some() {
        let detail = "This is a customer's key: it opens the guard, not the API.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "key_of_customer", detail));
    }
    Ok(key)
}

/// The secret of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Names the scope that a route needs.
pub(super) trait Needs {
    /// The scope.
    const SCOPE: &'static str;
}

macro_rules! needs {
    ($($name:ident = $scope:literal,)+) => {$(
        #[doc = concat!("Needs `", $scope, "`.")]
        #[derive(Debug)]
        pub(super) struct $name;

        impl Needs for $name {
            const SCOPE: &'static str = $scope;
        }
    )+};
}

needs! {
    CustomersRead = "customers:read",
    CustomersWrite = "customers:write",
    CreditRead = "credit:read",
    CreditWrite = "credit:write",
    UsageRead = "usage:read",
    UsageWrite = "usage:write",
    CatalogRead = "catalog:read",
    CatalogWrite = "catalog:write",
    PlansRead = "plans:read",
    PlansWrite = "plans:write",
    LinesRead = "lines:read",
    LinesWrite = "lines:write",
    RoutersRead = "routers:read",
    RoutersWrite = "routers:write",
    InvoicesRead = "invoices:read",
    InvoicesWrite = "invoices:write",
    PaymentsRead = "payments:read",
    PaymentsWrite = "payments:write",
    WebhooksRead = "webhooks:read",
    WebhooksWrite = "webhooks:write",
    KeysWrite = "keys:write",
    AuditRead = "audit:read",
    ClockWrite = "clock:write",
}

/// The caller's key, which holds the scope of `N`.
pub(super) struct By<N> {
    /// The key.
    pub key: Arc<ApiKey>,
    /// As the audit log names him.
    pub author: Author,
    scope: PhantomData<N>,
}

impl<N: Needs, S: Send + Sync> FromRequestParts<S> for By<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let known =
            parts.extensions.get::<Arc<ApiKey>>().cloned().zip(parts.extensions.get::<Author>().cloned());
        let (key, author) =
            known.ok_or_else(|| Problem::internal(&anyhow::anyhow!("a route without authentication")))?;
        if !holds(&key.scopes, N::SCOPE) {
            let detail = format!("This key lacks the scope {}.", N::SCOPE);
            return Err(Problem::new(StatusCode::FORBIDDEN, "scope_missing", detail));
        }
        Ok(By { key, author, scope: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_may_do() {
        let cases = [
            ("*", "credit:write", true),
            ("credit:read", "credit:read", true),
            ("credit:write", "credit:read", true),
            ("credit:read", "credit:write", false),
            ("usage:write credit:read", "credit:read", true),
            ("usage:write", "credit:read", false),
            ("", "credit:read", false),
            ("credit:writer", "credit:read", false),
        ];
        for (held, needed, expected) in cases {
            assert_eq!(holds(held, needed), expected, "{held:?} for {needed}");
        }
        assert!(SCOPES.iter().any(|(scope, _)| *scope == CreditWrite::SCOPE));
    }
}
