//! The browser's cookies: their names, how they are protected, and how they are read.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::config::Config;
use crate::look::locale::LANGUAGE_COOKIE;

/// How long a browser keeps the reader's choice of language.
const LANGUAGE_LASTS: Duration = Duration::days(365);
/// How long a browser keeps a session's cookie; the session itself may end earlier.
const SESSION_LASTS: Duration = Duration::days(14);

/// What a cookie of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jar {
    /// A customer's session.
    Customer,
    /// A session of staff.
    Staff,
    /// A view of the portal as a customer, of staff.
    View,
    /// What makes forms safe before anybody has signed in.
    Form,
}

impl Jar {
    /// The cookie's name. Over HTTPS browsers hold cookies of this prefix to what it promises: this host, this path, no other.
    fn name(self, config: &Config) -> &'static str {
        match (self, is_https(config)) {
            (Jar::Customer, true) => "__Host-saldo-session",
            (Jar::Staff, true) => "__Host-saldo-staff",
            (Jar::View, true) => "__Host-saldo-view",
            (Jar::Form, true) => "__Host-saldo-form",
            (Jar::Customer, false) => "saldo-session",
            (Jar::Staff, false) => "saldo-staff",
            (Jar::View, false) => "saldo-view",
            (Jar::Form, false) => "saldo-form",
        }
    }

    /// What the browser holds.
    pub(super) fn read(self, config: &Config, headers: &HeaderMap) -> Option<String> {
        read(headers, self.name(config))
    }

    /// Has the browser hold `value`.
    pub(super) fn set(self, config: &Config, value: &str) -> HeaderValue {
        let cookie = protected(config, self.name(config), value);
        match self {
            Jar::Customer | Jar::Staff => header(cookie.max_age(SESSION_LASTS).build()),
            Jar::Form | Jar::View => header(cookie.build()),
        }
    }

    /// Has the browser forget it.
    pub(super) fn clear(self, config: &Config) -> HeaderValue {
        header(protected(config, self.name(config), "").max_age(Duration::ZERO).build())
    }
}

/// The reader's choice of language.
pub(super) fn language(headers: &HeaderMap) -> Option<String> {
    read(headers, LANGUAGE_COOKIE)
}

/// Has the browser hold the reader's choice of language.
pub(super) fn set_language(config: &Config, tag: &str) -> HeaderValue {
    header(protected(config, LANGUAGE_COOKIE, tag).max_age(LANGUAGE_LASTS).build())
}

fn is_https(config: &Config) -> bool {
    config.server.public_url.starts_with("https://")
}

fn protected<'c>(config: &Config, name: &'static str, value: &'c str) -> cookie::CookieBuilder<'c> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(is_https(config))
}

fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    sent.flat_map(Cookie::split_parse)
        .flatten()
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
        .filter(|value| !value.is_empty())
}

/// Names and values are ours, in the alphabet of URLs.
fn header(cookie: Cookie<'_>) -> HeaderValue {
    HeaderValue::try_from(cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}
