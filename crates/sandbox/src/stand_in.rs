//! What the pages of bank, router and payments share: the reader's language, style, headers, and how a press of a button is answered.
//!
//! Their texts stand in both languages beside each other, in the templates. The language is the reader's choice on any page of the same
//! host (the demo's pages and these have one cookie), else the browser's wish.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// The style of all of them.
pub(crate) const STYLE: &str = include_str!("../assets/stand_in.css");
/// Nothing but our own style, script and forms.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";
/// The cookie of the reader's choice, the same as the portal's.
const COOKIE: &str = "language";
/// How long a browser keeps the choice, in seconds: a year.
const COOKIE_SECONDS: u32 = 31_536_000;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Portuguese,
}

impl Language {
    /// Every kind of Portuguese gets ours, every kind of English too; others are `None`.
    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_', ';']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "pt" => Some(Self::Portuguese),
            _ => None,
        }
    }

    /// As HTML names it.
    pub(crate) fn tag(self) -> &'static str {
        self.say("en", "pt-BR")
    }

    /// The text in this language.
    pub(crate) fn say<'t>(self, english: &'t str, portuguese: &'t str) -> &'t str {
        match self {
            Self::English => english,
            Self::Portuguese => portuguese,
        }
    }

    /// A decimal number written with a point, as it is written in this language.
    pub(crate) fn decimal(self, number: &str) -> String {
        number.replace('.', self.say(".", ","))
    }

    fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let cookies = text(header::COOKIE).unwrap_or_default().split(';');
        let chosen =
            cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == COOKIE);
        let wishes = text(header::ACCEPT_LANGUAGE).unwrap_or_default().split(',');
        chosen
            .and_then(|(_, tag)| Self::from_tag(tag))
            // Browsers send what is wished most first.
            .or_else(|| wishes.filter_map(Self::from_tag).next())
            .unwrap_or(Self::English)
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// The language chosen by `?lang=`, as `/?lang=pt-BR`.
#[derive(serde::Deserialize)]
pub(crate) struct Choice {
    lang: Option<String>,
}

impl Choice {
    /// Has the browser keep the choice and shows the page in it; `None` if none was made.
    pub(crate) fn keep(&self) -> Option<Response> {
        let tag = Language::from_tag(self.lang.as_deref()?)?.tag();
        let cookie = format!("{COOKIE}={tag}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax");
        Some(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
    }
}

/// The page as an answer.
pub(crate) fn shown(page: &impl Template) -> Response {
    let mut response = match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "Accept-Language, Cookie"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A style or script of ours.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

/// Back to the page when it is done, or why it is not.
pub(crate) fn done<T, E>(outcome: Result<T, E>, refused: impl FnOnce(&E) -> Response) -> Response {
    match outcome {
        Ok(_) => Redirect::to("/").into_response(),
        Err(error) => refused(&error),
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage<'t> {
    lang: Language,
    first: char,
    rest: &'t str,
}

/// A refusal as a page that leads back. The sentence begins with a capital there, however it stands in a list.
pub(crate) fn refusal(lang: Language, status: StatusCode, sentence: &str) -> Response {
    let mut rest = sentence.chars();
    let first = rest.next().unwrap_or_default().to_uppercase().next().unwrap_or_default();
    let mut response = shown(&RefusalPage { lang, first, rest: rest.as_str() });
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "tests say what they expect")]

    use super::*;

    #[test]
    fn the_choice_stands_before_the_browsers_wish() {
        let cases = [
            (None, None, Language::English),
            (None, Some("pt-BR,pt;q=0.9,en;q=0.8"), Language::Portuguese),
            (None, Some("de, pt;q=0.5"), Language::Portuguese),
            (None, Some("fr"), Language::English),
            (Some("session=x; language=en"), Some("pt-BR"), Language::English),
            (Some("language=pt-BR"), Some("en"), Language::Portuguese),
            (Some("language=tlh"), Some("pt"), Language::Portuguese),
        ];
        for (cookie, wish, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, wish)] {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            }
            assert_eq!(Language::of(&headers), expected, "{cookie:?} {wish:?}");
        }
    }

    #[test]
    fn a_choice_is_kept_if_it_is_spoken() {
        let kept = |lang: Option<&str>| Choice { lang: lang.map(str::to_owned) }.keep();
        let response = kept(Some("pt")).expect("it is spoken");
        let cookie = response.headers()[header::SET_COOKIE].to_str().expect("text");
        assert!(cookie.starts_with("language=pt-BR; Path=/;"), "{cookie}");
        assert!(kept(Some("tlh")).is_none() && kept(None).is_none());
    }
}
