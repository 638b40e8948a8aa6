//! Stripe's API over HTTP: one call, repeated as Stripe's rules allow, with the pinned version.

use std::time::Duration;

use money::Timestamp;
use serde::de::DeserializeOwned;
use stripe::answer::{ErrorBody, ErrorDetail};
use stripe::retry::{self, Outcome, Verdict};
use stripe::{API_VERSION, Method, Request};
use thiserror::Error;

use crate::clock;

/// How long one try may take, in seconds.
pub const TRY_SECONDS_MAX: u64 = 20;
/// Longest time that one [`StripeClient::send`] takes, with all its tries and the pauses between them, in seconds.
pub const SEND_SECONDS_MAX: u64 = TRY_SECONDS_MAX * retry::ATTEMPTS_MAX as u64 + retry::PAUSES_SECONDS_MAX;
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// Stripe's code for what it does not have.
const RESOURCE_MISSING: &str = "resource_missing";
/// The status that tells of a declined card.
const DECLINED: u16 = 402;

/// Why Stripe gave no usable answer.
#[derive(Debug, Error)]
pub enum StripeError {
    /// No key is configured.
    #[error("card payments are not set up: stripe.secret_key is empty")]
    NotConfigured,
    /// Stripe was not reached, or the connection broke: nobody knows whether it acted. The same idempotency key tells.
    #[error("Stripe could not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The card was declined: Stripe's answer to an attempt that it made.
    #[error("the card was declined ({})", .0.code.as_deref().unwrap_or("no code"))]
    Declined(Box<ErrorDetail>),
    /// Stripe said no.
    #[error("Stripe refused ({status}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Stripe's code, as `resource_missing`.
        code: Option<String>,
        /// Stripe's words.
        message: String,
    },
    /// The answer is not what Stripe documents.
    #[error("Stripe's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// The answer is longer than [`ANSWER_BYTES_MAX`].
    #[error("Stripe's answer is longer than {ANSWER_BYTES_MAX} bytes")]
    TooLong,
}

impl StripeError {
    /// True if the object that was asked for does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, StripeError::Refused { status: 404, .. })
    }

    /// True if the call names something that Stripe does not have, or has no more.
    pub fn names_what_is_missing(&self) -> bool {
        matches!(self, StripeError::Refused { code: Some(code), .. } if code == RESOURCE_MISSING)
    }

    /// True if Stripe has said no for good. It says 409 while an earlier call under the same key is still at work, and 429 to
    /// who calls too often: what comes of the call, both leave open.
    pub fn is_final(&self) -> bool {
        matches!(self, StripeError::Refused { status: 400..=408 | 410..=428 | 430..=499, .. })
    }
}

/// An answer, and when it was given.
pub struct Heard<T> {
    /// What was answered.
    pub answer: T,
    /// Stripe's own date of it, as its header has it.
    pub date: Option<String>,
    /// When it was here, by our clock.
    pub at: Timestamp,
}

/// A client with the operator's key.
#[derive(Clone)]
pub struct StripeClient {
    http: reqwest::Client,
    api_url: String,
    secret_key: String,
}

impl StripeClient {
    /// A client for the API at `api_url`.
    pub fn new(api_url: &str, secret_key: &str) -> Result<StripeClient, reqwest::Error> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(TRY_SECONDS_MAX))
            .user_agent("Saldo")
            .build()?;
        let api_url = api_url.trim_end_matches('/').to_owned();
        Ok(StripeClient { http, api_url, secret_key: secret_key.to_owned() })
    }

    /// True if a key is there.
    pub fn is_configured(&self) -> bool {
        !self.secret_key.is_empty()
    }

    /// Sends `request`, again if Stripe's rules say so, and reads the answer.
    pub async fn send<T: DeserializeOwned>(&self, request: &Request) -> Result<T, StripeError> {
        if !self.is_configured() {
            return Err(StripeError::NotConfigured);
        }
        let mut attempt = 1;
        loop {
            let (verdict, error) = match self.once(request).await {
                Ok((status, headers, body)) if status.is_success() => {
                    drop(headers);
                    return serde_json::from_slice(&body).map_err(StripeError::Unreadable);
                }
                Ok((status, headers, body)) => {
                    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
                    let outcome = Outcome::Answer {
                        status: status.as_u16(),
                        should_retry: header("stripe-should-retry"),
                        retry_after: header("retry-after"),
                    };
                    (retry::after(outcome, attempt, jitter_permille()), refused(status.as_u16(), &body))
                }
                Err(StripeError::Unreachable(error)) => {
                    let verdict = retry::after(Outcome::NoAnswer, attempt, jitter_permille());
                    (verdict, StripeError::Unreachable(error))
                }
                Err(error) => return Err(error),
            };
            match verdict {
                Verdict::Retry { after_ms } => tokio::time::sleep(Duration::from_millis(after_ms)).await,
                Verdict::GiveUp => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Sends `request` once and reads the answer with its date.
    pub async fn hear<T: DeserializeOwned>(&self, request: &Request) -> Result<Heard<T>, StripeError> {
        if !self.is_configured() {
            return Err(StripeError::NotConfigured);
        }
        let (status, headers, body) = self.once(request).await?;
        if !status.is_success() {
            return Err(refused(status.as_u16(), &body));
        }
        let date = headers.get("date").and_then(|date| date.to_str().ok()).map(str::to_owned);
        let answer = serde_json::from_slice(&body).map_err(StripeError::Unreadable)?;
        Ok(Heard { answer, date, at: clock::now() })
    }

    async fn once(
        &self,
        request: &Request,
    ) -> Result<(reqwest::StatusCode, reqwest::header::HeaderMap, Vec<u8>), StripeError> {
        let url = format!("{}{}", self.api_url, request.path_and_query());
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut call = self.http.request(method, url).bearer_auth(&self.secret_key);
        call = call.header("Stripe-Version", API_VERSION);
        if let Some(key) = &request.idempotency_key {
            call = call.header("Idempotency-Key", key.as_str());
        }
        if let Some(body) = request.body() {
            call = call.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        }
        let mut answer = call.send().await.map_err(StripeError::Unreachable)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(StripeError::Unreachable)? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(StripeError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, headers, body))
    }
}

fn refused(status: u16, body: &[u8]) -> StripeError {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(ErrorBody { error, .. }) if status == DECLINED => StripeError::Declined(Box::new(error)),
        Ok(ErrorBody { error, .. }) => StripeError::Refused {
            status,
            code: error.code,
            message: error.message.unwrap_or_else(|| "no reason given".to_owned()),
        },
        Err(_) => StripeError::Refused { status, code: None, message: "the answer has no reason".to_owned() },
    }
}

fn jitter_permille() -> u16 {
    use rand::RngExt as _;
    rand::rng().random_range(0..=1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_final_unless_it_is_about_now() {
        for (status, is_final) in [
            (400, true),
            (401, true),
            (403, true),
            (404, true),
            (409, false),
            (422, true),
            (429, false),
            (500, false),
            (503, false),
        ] {
            assert_eq!(refused(status, b"{}").is_final(), is_final, "{status}");
        }
        assert!(!StripeError::TooLong.is_final());
    }
}
